"""The people of several files put together, each cell given once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from projector.errors import InputsError, Problem, nearest_name
from projector.inputs.ages import age_label
from projector.inputs.delimited import MOST_FAULTS
from projector.inputs.people import People
from projector.tables import SEXES

__all__ = ["merge_people", "paths_of", "years_of_all"]

_FEWEST_YEARS = 2
"""What is left of a series without its first years must still be one."""


def paths_of(files: Sequence[People]) -> str:
    """The files, for a message about all of them."""
    return ", ".join(str(people.table.path) for people in files)


def years_of_all(
    files: Sequence[People], notes: list[str]
) -> tuple[list[People], NDArray[np.int64]]:
    """The files without the first years of a series in which some region is not there yet.

    Parameters
    ----------
    files
        The people of each file.
    notes
        Is added to: the years that were left out, and the regions that lack them.

    Returns
    -------
    list of People
        Unchanged where every region is there from the first year on, or where leaving years
        out would not help: then `merge_people` says what is absent.
    ndarray
        The years that are left.
    """
    years = np.unique(np.concatenate([people.year for people in files]))
    begins: dict[str, int] = {}
    for people in files:
        earliest = np.full(len(people.regions), years[-1])
        np.minimum.at(earliest, people.region, people.year)
        for code, first in zip(people.regions, earliest.tolist(), strict=True):
            begins[code] = min(first, begins.get(code, first))
    start = max(begins.values())
    left_out = years[years < start]
    if not left_out.size or len(years) - len(left_out) < _FEWEST_YEARS:
        return list(files), years
    late = sorted(code for code, first in begins.items() if first == start)
    notes.append(
        f"{', '.join(map(str, left_out))} is left out, because the tables begin only in {start} "
        f"for {', '.join(late)}"
    )
    kept = []
    for people in files:
        there = people.year >= start
        cells = {
            name: getattr(people, name)[there]
            for name in ("rows", "region", "year", "sex", "ages", "persons")
        }
        kept.append(replace(people, **cells))
    return kept, years[years >= start]


def merge_people(
    files: Sequence[People],
    regions: Sequence[str],
    years: NDArray[np.int64],
    groups: Sequence[tuple[int, int]],
    names: Mapping[str, str],
) -> NDArray[np.float64]:
    """People by (region, year, sex, age group), each given once."""
    shape = (len(regions), len(years), len(SEXES), len(groups))
    places = [_places(people, regions, years, groups, shape) for people in files]
    given = np.bincount(np.concatenate(places), minlength=int(np.prod(shape))).reshape(shape)
    labels = _Labels(regions, years, groups, names)
    if given.max() > 1:
        raise InputsError(_repeated(files, places, np.flatnonzero(given.ravel() > 1), labels))
    absent = np.logical_not(given.any(axis=(2, 3)))
    if absent.any():
        raise InputsError(_absent_regions(files, absent, labels))
    if given.min() == 0:
        raise InputsError(_absent_cells(files, np.flatnonzero(given.ravel() == 0), labels))
    persons = np.zeros(int(np.prod(shape)))
    for people, place in zip(files, places, strict=True):
        persons[place] = people.persons
    return persons.reshape(shape)


def _places(
    people: People,
    regions: Sequence[str],
    years: NDArray[np.int64],
    groups: Sequence[tuple[int, int]],
    shape: tuple[int, ...],
) -> NDArray[np.intp]:
    """Position of each cell in the flattened array."""
    region_at = {code: position for position, code in enumerate(regions)}
    group_at = {group: position for position, group in enumerate(groups)}
    region = np.array([region_at[code] for code in people.regions])[people.region]
    age = np.array([group_at[group] for group in people.groups])[people.ages]
    year = np.searchsorted(years, people.year)
    return np.ravel_multi_index((region, year, people.sex, age), shape)


@dataclass(frozen=True)
class _Labels:
    """What the positions along the axes are called."""

    regions: Sequence[str]
    years: NDArray[np.int64]
    groups: Sequence[tuple[int, int]]
    names: Mapping[str, str]

    def cell(self, place: int) -> str:
        shape = (len(self.regions), len(self.years), len(SEXES), len(self.groups))
        region, year, sex, age = np.unravel_index(place, shape)
        ages = age_label(*self.groups[int(age)])
        return f"{self.region(int(region))}, {self.years[year]}, {SEXES[sex]}, age {ages}"

    def region(self, position: int) -> str:
        code = self.regions[position]
        name = self.names[code]
        return code if name == code else f"{code} {name}"


def _repeated(
    files: Sequence[People],
    places: Sequence[NDArray[np.intp]],
    repeated: NDArray[np.intp],
    labels: _Labels,
) -> list[Problem]:
    """Cells that are given more than once."""
    problems = []
    for place in repeated[:MOST_FAULTS]:
        where = [
            people.table.where(int(people.rows[row]))
            for people, held in zip(files, places, strict=True)
            for row in np.flatnonzero(held == place)
        ]
        message = f"the same cell as at {where[0]}"
        problems.append(Problem(where[1], message, labels.cell(int(place))))
    if len(repeated) > MOST_FAULTS:
        message = f"{len(repeated) - MOST_FAULTS} more cells are given more than once"
        problems.append(Problem(paths_of(files), message))
    return problems


def _absent_regions(
    files: Sequence[People], absent: NDArray[np.bool_], labels: _Labels
) -> list[Problem]:
    """Regions that lack whole years which others have."""
    positions = np.flatnonzero(absent.any(axis=1))
    problems = []
    for position in positions[:MOST_FAULTS]:
        code = labels.regions[position]
        holder = next(people for people in files if code in people.regions)
        others = [labels.region(int(n)) for n in positions if n != position]
        years = ", ".join(str(year) for year in labels.years[absent[position]])
        label = labels.region(int(position))
        problems.append(
            Problem(
                str(holder.table.path),
                f"the region has no people given for {years}",
                f"'{label}'",
                "the same regions in every year",
                nearest_name(label, others),
            )
        )
    if len(positions) > MOST_FAULTS:
        rest = len(positions) - MOST_FAULTS
        problems.append(Problem(paths_of(files), f"{rest} more regions lack a year"))
    return problems


def _absent_cells(
    files: Sequence[People], absent: NDArray[np.intp], labels: _Labels
) -> list[Problem]:
    """Cells that no row gives."""
    where = paths_of(files)
    problems = [
        Problem(where, "no people given for a cell", expected=labels.cell(int(place)))
        for place in absent[:MOST_FAULTS]
    ]
    if len(absent) > MOST_FAULTS:
        problems.append(Problem(where, f"{len(absent) - MOST_FAULTS} more cells are not given"))
    return problems
