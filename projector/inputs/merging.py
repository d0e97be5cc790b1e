"""The people of several files put together, each cell given once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from projector.errors import InputsError, Problem
from projector.inputs.ages import age_label
from projector.inputs.delimited import MOST_FAULTS
from projector.inputs.files import MOST_CELLS
from projector.inputs.people import People
from projector.tables import SEXES

__all__ = ["first_year_of_all", "merge_people", "paths_of", "require_every_year"]

_EVERY_YEAR = (
    "the same regions in every year; where regions merged or changed their codes, a table "
    "region_changes"
)
_FEWEST_YEARS = 2
"""What is left of a series without its first years must still be one."""

_STRAY = 0.5
"""Share of the regions and years below which an age does not belong to the table."""

_MOST_LEFT_OUT = 1
"""Years at the beginning that may be left out for the sake of a few regions; whoever lacks more is
told."""


def paths_of(files: Sequence[People]) -> str:
    """The files, for a message about all of them."""
    return ", ".join(str(people.table.path) for people in files)


def first_year_of_all(
    files: Sequence[People],
    there: NDArray[np.bool_],
    regions: Sequence[str],
    years: NDArray[np.int64],
    notes: list[str],
) -> int:
    """Position of the first year from which on a series can hold every region.

    Parameters
    ----------
    files
        What the years were read from.
    there
        (region, year): whether a region has people given for a year.
    regions, years
        What the axes are called.
    notes
        Is added to: the years before, and the regions that lack them.

    Returns
    -------
    int
        0 where every region is there from the first year on, or where leaving years out would
        not help or would leave out a whole file: then `require_every_year` says what is absent.
    """
    begins = there.argmax(axis=1)
    start = int(begins.max())
    if not 0 < start <= _MOST_LEFT_OUT or len(years) - start < _FEWEST_YEARS:
        return 0
    if any(people.year.max() < years[start] for people in files):
        return 0
    late = sorted(code for code, first in zip(regions, begins, strict=True) if first == start)
    notes.append(
        f"{', '.join(map(str, years[:start]))} is left out, because the tables begin only in "
        f"{years[start]} for {', '.join(late)}"
    )
    return start


def merge_people(
    files: Sequence[People],
    regions: Sequence[str],
    years: NDArray[np.int64],
    groups: Sequence[tuple[int, int]],
    names: Mapping[str, str],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """People by (region, year, sex, age group), each given once, and which (region, year) are."""
    shape = (len(regions), len(years), len(SEXES), len(groups))
    if prod(shape) > MOST_CELLS:
        message = "too many regions, years and ages to be of one table"
        found = f"{len(regions)} regions, {len(years)} years, {len(groups)} age groups"
        expected = f"at most {MOST_CELLS:,} cells together"
        raise InputsError(Problem(paths_of(files), message, found, expected))
    places = [_places(people, regions, years, groups, shape) for people in files]
    given = np.bincount(np.concatenate(places), minlength=int(np.prod(shape))).reshape(shape)
    labels = _Labels(regions, years, groups, names)
    if given.max() > 1:
        raise InputsError(_repeated(files, places, np.flatnonzero(given.ravel() > 1), labels))
    there = np.asarray(given.any(axis=(2, 3)))
    lacking = (given == 0) & there[..., None, None]
    _refuse_stray_ages(files, given, there, groups)
    if lacking.any():
        raise InputsError(_absent_cells(files, np.flatnonzero(lacking.ravel()), labels))
    persons = np.zeros(int(np.prod(shape)))
    for people, place in zip(files, places, strict=True):
        persons[place] = people.persons
    return persons.reshape(shape), there


def _refuse_stray_ages(
    files: Sequence[People],
    given: NDArray[np.intp],
    there: NDArray[np.bool_],
    groups: Sequence[tuple[int, int]],
) -> None:
    """An age that nearly no region and year has is a slip of the pen in the rows that have it.

    Raises
    ------
    InputsError
        With the first row of each such age.
    """
    held = np.asarray(given.any(axis=2))[there].mean(axis=0)
    stray = {groups[int(position)] for position in np.flatnonzero(held < _STRAY)}
    problems = [
        Problem(
            people.table.where(int(people.rows[first])),
            "an age that nearly no other region and year has",
            age_label(*group),
            "the ages of the other rows",
        )
        for people in files
        for place, group in enumerate(people.groups)
        if group in stray
        for first in np.flatnonzero(people.ages == place)[:1]
    ]
    if problems:
        raise InputsError(problems[:MOST_FAULTS])


def require_every_year(
    files: Sequence[People],
    there: NDArray[np.bool_],
    regions: Sequence[str],
    years: NDArray[np.int64],
    names: Mapping[str, str],
) -> None:
    """Every region has people given for every year.

    Raises
    ------
    InputsError
        With every region that lacks a year, and the file that has it in others.
    """
    if not there.all():
        raise InputsError(_absent_regions(files, ~there, _Labels(regions, years, (), names)))


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
        holders = [people for people in files if code in people.regions][:1] or files
        name = labels.names[code]
        same = [labels.regions[int(n)] for n in positions if n != position]
        same = [other for other in same if name != code and labels.names[other] == name]
        years = ", ".join(str(year) for year in labels.years[absent[position]])
        label = labels.region(int(position))
        problems.append(
            Problem(
                paths_of(holders),
                f"the region has no people given for {years}",
                f"'{label}'",
                _EVERY_YEAR,
                f"{same[0]} {name}" if same else None,
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
