"""People by region, year, sex and age, from however many files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import xarray

from projector.errors import InputsError, Problem
from projector.inputs.ages import OPEN, age_label
from projector.inputs.formats import read_long
from projector.inputs.labels import is_damaged
from projector.inputs.long_table import LongTable
from projector.inputs.merging import (
    first_year_of_all,
    merge_people,
    paths_of,
    require_every_year,
)
from projector.inputs.people import People, people_of
from projector.inputs.recoding import Series, recode
from projector.inputs.region_changes import RegionChanges
from projector.inputs.regions import check_parts
from projector.tables import SEXES, unique

__all__ = ["Population", "read_population"]


@dataclass(frozen=True)
class Population:
    """People on 1 January as they were published, by grouped or single ages.

    Parameters
    ----------
    persons
        (region, year, sex, age_group) in persons. ``age_group`` is the first age of a group, which
        ends where the next begins; the last is open. ``year`` increases, not always by one.
    region_names
        Name by region code.
    notes
        What a planner should know.
    """

    persons: xarray.DataArray
    region_names: Mapping[str, str]
    notes: tuple[str, ...]

    @property
    def age_width(self) -> int:
        """Width of the widest closed age group in years: 1 for single ages."""
        return int(np.diff(self.persons["age_group"].to_numpy()).max())


def read_population(
    paths: Sequence[Path | str],
    *,
    names: Mapping[str, str] | None = None,
    changes: RegionChanges | None = None,
    codes_of: int | None = None,
) -> Population:
    """Read people by region, year, sex and age.

    Parameters
    ----------
    paths
        Files in any format, for example one per year. Together they must hold every year for
        every region, and all have the same ages.
    names
        Region names by code, for tables that hold codes only.
    changes
        What became of regions: brings tables on the codes of different years to one set of codes.
    codes_of
        The year whose codes are wanted, not before the last year of the files; without it that
        year.

    Returns
    -------
    Population
        Without the regions that have nobody in any year of the tables, and without the first
        years of a series in which not every region is there yet; notes name them.

    Raises
    ------
    InputsError
        With all faults of one step: of the files; of headings and labels; of cells that are
        absent, repeated, negative or hold a symbol other than ``-``, which is nil; of regions
        that lack a year; of parts with more people than the region they lie in.
    """
    problems: list[Problem] = []
    notes: list[str] = []
    tables: list[LongTable] = []
    for path in paths:
        try:
            tables.append(read_long(path))
        except InputsError as error:
            problems += error.problems
    _raise_any(problems)
    read = [people_of(table, problems, notes) for table in tables]
    _raise_any(problems)
    files = [_with_open_end(people, notes) for people in read if people is not None]
    groups = _common_groups(files)
    regions = unique(code for people in files for code in people.regions)
    years = np.unique(np.concatenate([people.year for people in files]))
    known = dict(changes.names if changes else {}) | dict(names or {})
    region_names = _region_names(tables, known, regions)
    persons, there = merge_people(files, regions, years, groups, region_names)
    if changes is not None:
        published = Series(tuple(regions), tuple(years.tolist()), persons, there)
        series = recode(published, changes, region_names, notes, codes_of=codes_of)
        regions, persons, there = list(series.regions), series.persons, series.there
        region_names = {code: code for code in regions} | region_names
    if not persons.any():
        raise InputsError(Problem(paths_of(files), "no region has any people"))
    start = first_year_of_all(files, there, regions, years, notes)
    years, persons, there = years[start:], persons[:, start:], there[:, start:]
    require_every_year(files, there, regions, years, region_names)
    empty = persons.sum(axis=(1, 2, 3)) == 0
    if empty.any():
        left_out = [_label(code, region_names) for code in np.array(regions)[empty]]
        notes.append(
            f"{len(left_out)} regions without people in any year are left out: "
            + ", ".join(left_out)
        )
    check_parts(persons, regions, years, groups, region_names, paths_of(files))
    kept = [str(code) for code in np.array(regions)[~empty]]
    return Population(
        xarray.DataArray(
            persons[~empty],
            dims=("region", "year", "sex", "age_group"),
            coords={
                "region": kept,
                "year": years,
                "sex": list(SEXES),
                "age_group": [first for first, _ in groups],
            },
            attrs={"units": "persons"},
        ),
        {code: region_names[code] for code in kept},
        tuple(unique(notes)),
    )


_SHOWN = 5
"""Labels of a list in a message."""


def _label(code: str, names: Mapping[str, str]) -> str:
    return code if names[code] == code else f"{code} {names[code]}"


def _raise_any(problems: Sequence[Problem]) -> None:
    if problems:
        raise InputsError(problems)


def _common_groups(files: Sequence[People]) -> list[tuple[int, int]]:
    """The age groups of all files, from 0 without gap or overlap to an open one."""
    problems: list[Problem] = []
    groups = [sorted(set(people.groups)) for people in files]
    for people, found in zip(files, groups, strict=True):
        path = str(people.table.path)
        problems += [Problem(path, fault) for fault in _gaps(found)]
        if found != groups[0] and not problems:
            shown = [age_label(*group) for group in sorted(set(found) ^ set(groups[0]))]
            message = f"the ages are not those of {files[0].table.path}"
            problems.append(
                Problem(
                    path,
                    message,
                    f"{_few(shown)} in one of them only",
                    "all files by single age, or all in the same age groups",
                )
            )
    _raise_any(problems)
    return groups[0]


def _with_open_end(people: People, notes: list[str]) -> People:
    """A file by single age that does not say so has an open last age all the same."""
    last = max(people.groups)
    if any(first != end for first, end in people.groups) or OPEN in last:
        return people
    notes.append(f"the last age, {last[0]}, is read as {last[0]} and older")
    opened = [(last[0], OPEN) if group == last else group for group in people.groups]
    return replace(people, groups=tuple(opened))


def _few(labels: Sequence[str]) -> str:
    """A list that is still read when it is long."""
    shown = ", ".join(labels[:_SHOWN])
    return shown if len(labels) <= _SHOWN else f"{shown} and {len(labels) - _SHOWN} more"


def _gaps(groups: Sequence[tuple[int, int]]) -> list[str]:
    """What is wrong with the sequence of age groups of a file."""
    faults = []
    expected = 0
    for first, last in groups:
        label = age_label(first, last)
        if expected == OPEN or first < expected:
            faults.append(f"the ages {label} overlap with younger ones")
        elif first > expected:
            faults.append(f"the ages {age_label(expected, first - 1)} are missing")
        expected = OPEN if OPEN in (last, expected) else last + 1
    single = all(first == last for first, last in groups)
    if expected != OPEN and not single:
        faults.append(f"the last ages, {age_label(*groups[-1])}, are not open")
    if len(groups) < 2:
        faults.append("the table holds one age group only")
    return faults


def _region_names(
    tables: Sequence[LongTable], given: Mapping[str, str], regions: Sequence[str]
) -> dict[str, str]:
    """Name by code: from the last file that has it undamaged, else as given, else the code."""
    names: dict[str, str] = {}
    damaged: dict[str, str] = {}
    for table in tables:
        if "region_name" not in table.frame:
            continue
        pairs = table.frame[["region", "region_name"]].drop_duplicates()
        for code, name in zip(pairs["region"], pairs["region_name"], strict=True):
            (damaged if is_damaged(name) else names)[code] = name
    return {code: code for code in regions} | damaged | dict(given) | names
