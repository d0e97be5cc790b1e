"""The people of one file: labels understood, cells held against what a population may be."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.errors import Problem, nearest_name
from projector.inputs.ages import parse_ages
from projector.inputs.delimited import MOST_FAULTS
from projector.inputs.labels import SEX_LABELS, parse_year
from projector.inputs.long_table import LongTable
from projector.inputs.numbers import SYMBOLS
from projector.tables import SEXES

__all__ = ["People", "people_of"]

_NIL = "-"
_DOWNLOAD = "table 07459 downloaded from StatBank by sex and one-year or five-year age"
_REQUIRED = {
    "region": ("the region", "a column 'region' with codes"),
    "year": ("the year", "a column 'year', or years in the headings"),
    "sex": ("the sex", _DOWNLOAD),
    "ages": ("the age", _DOWNLOAD),
    "value": ("the number of people", "a last column of figures"),
}
_KNOWN = frozenset({*_REQUIRED, "region_name", "symbol", "source", "quality"})


@dataclass(frozen=True)
class People:
    """The cells of one file, one entry per cell in every array.

    Parameters
    ----------
    table
        Where they came from.
    rows
        Position in the table.
    region, sex, ages
        Position in `regions`, in `SEXES` and in `groups`.
    year
        Calendar year.
    persons
        People.
    regions
        Region codes.
    groups
        First and last age.
    """

    table: LongTable
    rows: NDArray[np.intp]
    region: NDArray[np.intp]
    year: NDArray[np.int64]
    sex: NDArray[np.intp]
    ages: NDArray[np.intp]
    persons: NDArray[np.float64]
    regions: tuple[str, ...]
    groups: tuple[tuple[int, int], ...]


def people_of(table: LongTable, problems: list[Problem], notes: list[str]) -> People | None:
    """Understand a long table as people by region, year, sex and age.

    Parameters
    ----------
    table
        The table as read.
    problems, notes
        Are added to.

    Returns
    -------
    People or None
        None where a fault was added.
    """
    notes += [f"{table.path.name}: {note}" for note in table.notes]
    found: list[Problem] = []
    for name, (what, expected) in _REQUIRED.items():
        if name not in table.frame:
            message = f"the table does not say {what}"
            found.append(Problem(str(table.path), message, expected=expected))
    if not found:
        _check_other_columns(table, found, notes)
        sex, rows = _sexes(table, found, notes)
        groups = _groups(table, found)
        year = _years(table, found)
        persons = _persons(table, rows, found)
        regions = _categories(table, "region")
        _check_region_codes(table, found)
    problems += found
    if found:
        return None
    return People(
        table,
        rows,
        table.frame["region"].cat.codes.to_numpy()[rows].astype(np.intp),
        year[rows],
        sex[rows],
        table.frame["ages"].cat.codes.to_numpy()[rows].astype(np.intp),
        persons,
        regions,
        groups,
    )


def _categories(table: LongTable, column: str) -> tuple[str, ...]:
    return tuple(map(str, table.frame[column].cat.categories))


def _at_first(
    table: LongTable, held: NDArray[np.bool_], message: str, found: str | None, expected: str
) -> Problem:
    """A problem at the first of the rows that are held, with how many more there are."""
    rows = np.flatnonzero(held)
    more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
    return Problem(table.where(int(rows[0])), f"{message}{more}", found, expected)


def _check_other_columns(table: LongTable, found: list[Problem], notes: list[str]) -> None:
    """Further dimensions may hold one value only, or say something about the region."""
    region = table.frame["region"].cat.codes.to_numpy().astype(np.int64)
    for name in table.frame.columns:
        if name in _KNOWN:
            continue
        column = pd.Categorical(table.frame[name])
        count = len(column.categories)
        if count > 1:
            pairs = np.unique(region * count + column.codes)
            if len(pairs) > len(np.unique(region)):
                values = ", ".join(f"'{value}'" for value in column.categories[:5])
                message = f"column '{name}' holds {count} different values; choose one of them"
                found.append(Problem(str(table.path), message, values))
                continue
        if name != "contents":
            notes.append(f"{table.path.name}: the column '{name}' is not used")


def _check_region_codes(table: LongTable, found: list[Problem]) -> None:
    codes = table.frame["region"].cat.codes.to_numpy()
    for position, code in enumerate(_categories(table, "region")):
        if not code:
            held = codes == position
            found.append(_at_first(table, held, "the region is blank", None, "a region code"))


def _sexes(
    table: LongTable, found: list[Problem], notes: list[str]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Position in `SEXES` of every row, and the rows of either sex."""
    labels = _categories(table, "sex")
    codes = table.frame["sex"].cat.codes.to_numpy()
    for position, label in enumerate(labels):
        if label not in {*SEXES, "both"}:
            known = [known for known in SEX_LABELS if not known.isdigit()]
            problem = _at_first(
                table, codes == position, "unknown sex", f"'{label}'", "female or male"
            )
            near = nearest_name(label, known)
            found.append(Problem(problem.where, problem.message, problem.found, None, near))
            return codes.astype(np.intp), np.arange(len(codes))
    absent = [sex for sex in SEXES if sex not in labels]
    if absent:
        shown = ", ".join("both sexes together" if x == "both" else x for x in labels)
        message = "the table does not hold each sex"
        found.append(Problem(str(table.path), message, shown, _DOWNLOAD))
    if "both" in labels and not absent:
        notes.append(f"{table.path.name}: the rows of both sexes together are not used")
    place = np.array([SEXES.index(label) if label in SEXES else -1 for label in labels])
    sex = place[codes]
    return sex, np.flatnonzero(sex >= 0)


def _groups(table: LongTable, found: list[Problem]) -> tuple[tuple[int, int], ...]:
    """First and last age of each age label."""
    codes = table.frame["ages"].cat.codes.to_numpy()
    groups = []
    faults = []
    for position, label in enumerate(_categories(table, "ages")):
        try:
            groups.append(parse_ages(label))
        except ValueError as error:
            held = codes == position
            faults.append(_at_first(table, held, str(error), f"'{label}'", "7, 0-9 or 80+"))
    found += faults[:MOST_FAULTS]
    if len(faults) > MOST_FAULTS:
        rest = len(faults) - MOST_FAULTS
        found.append(Problem(str(table.path), f"{rest} more labels are no ages"))
    return tuple(groups)


def _years(table: LongTable, found: list[Problem]) -> NDArray[np.int64]:
    year = table.frame["year"]
    if pd.api.types.is_integer_dtype(year.dtype):
        return year.to_numpy().astype(np.int64)
    codes = year.cat.codes.to_numpy()
    for position, label in enumerate(_categories(table, "year")):
        if parse_year(label) is None:
            held = codes == position
            found.append(_at_first(table, held, "not a year", f"'{label}'", "four digits"))
    return np.zeros(len(year), dtype=np.int64)


def _persons(table: LongTable, rows: NDArray[np.intp], found: list[Problem]) -> NDArray[np.float64]:
    """People of the rows; nil is zero, and every other symbol a fault."""
    persons = table.frame["value"].to_numpy()[rows].copy()
    codes = table.frame["symbol"].cat.codes.to_numpy()[rows]
    used = np.zeros(len(table.frame), dtype=bool)
    for position, symbol in enumerate(_categories(table, "symbol")):
        absent = (codes == position) & np.isnan(persons)
        if symbol == _NIL:
            persons[absent] = 0.0
        elif absent.any():
            used[:] = False
            used[rows[absent]] = True
            message = f"the number of people is not given: {SYMBOLS[symbol]}"
            found.append(_at_first(table, used, message, f"'{symbol}'", "a number"))
    negative = persons < 0
    if negative.any():
        used[:] = False
        used[rows[negative]] = True
        shown = f"{persons[negative][0]:g}"
        found.append(_at_first(table, used, "fewer than no people", shown, "0 or more"))
    return persons
