"""People by region, year, sex and age, from however many files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import xarray
from projector.errors import InputsError, Problem, nearest_name
from projector.inputs.ages import OPEN, age_label, parse_ages
from projector.inputs.delimited import MOST_FAULTS
from projector.inputs.formats import read_long
from projector.inputs.labels import SEX_LABELS, folded, is_damaged
from projector.inputs.long_table import LongTable
from projector.inputs.numbers import SYMBOLS
from projector.tables import SEXES, unique

__all__ = ["Population", "read_population"]

_NIL = "-"
_PROVISIONAL = "*"
_DIMENSIONS = {
    "region": "the region",
    "year": "the year",
    "sex": "the sex; download table 07459 from StatBank by sex and one-year or five-year age",
    "ages": "the age; download table 07459 from StatBank by sex and one-year or five-year age",
    "value": "the number of people",
}
_KNOWN = {*_DIMENSIONS, "region_name", "contents", "symbol"}


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


@dataclass(frozen=True)
class _Part:
    """The cells of one file by plain axes: codes into the lists, one per row."""

    table: LongTable
    rows: NDArray[np.intp]
    regions: list[str]
    region: NDArray[np.intp]
    years: NDArray[np.int64]
    sex: NDArray[np.intp]
    ages: list[tuple[int, int]]
    age: NDArray[np.intp]
    values: NDArray[np.float64]


def read_population(
    paths: Sequence[Path | str], *, names: Mapping[str, str] | None = None
) -> Population:
    """Read people by region, year, sex and age.

    Parameters
    ----------
    paths
        Files in any format, for example one per year. Together they must hold every year for
        every region, and all have the same ages.
    names
        Region names by code, for tables that hold codes only.

    Returns
    -------
    Population
        Without the regions that have nobody in any year of the tables; a note names them.

    Raises
    ------
    InputsError
        With all faults of one step: of the files; of headings and labels; of cells that are
        absent, repeated, negative or hold a symbol other than ``-``, which is nil.
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
    parts = [part for table in tables if (part := _part(table, problems, notes)) is not None]
    _raise_any(problems)
    ages = _common_ages(parts, notes)
    regions = unique(code for part in parts for code in part.regions)
    years = np.unique(np.concatenate([part.years for part in parts]))
    _check_regions(parts, regions, years)
    persons = _fill(parts, regions, years, ages)
    region_names = _region_names(tables, names or {}, regions)
    nobody = [code for code, people in zip(regions, persons.sum((1, 2, 3)), strict=True) if not people]
    if len(nobody) == len(regions):
        raise InputsError(Problem(_all_paths(parts), "no region has any people"))
    if nobody:
        listed = ", ".join(f"{code} {region_names[code]}".strip() for code in nobody)
        notes.append(f"{len(nobody)} regions without people in any year are left out: {listed}")
    kept = np.array([code not in set(nobody) for code in regions])
    return Population(
        xarray.DataArray(
            persons[kept],
            dims=("region", "year", "sex", "age_group"),
            coords={
                "region": np.array(regions)[kept],
                "year": years,
                "sex": list(SEXES),
                "age_group": [first for first, _ in ages],
            },
            attrs={"units": "persons"},
        ),
        {code: name for code, name in region_names.items() if code not in set(nobody)},
        tuple(unique(notes)),
    )
