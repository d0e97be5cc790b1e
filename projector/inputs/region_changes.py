"""Tables of what became of regions, in the three shapes that planners get them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import pandas as pd

from projector.errors import InputsError, Problem
from projector.inputs.delimited import Cells, read_cells
from projector.inputs.labels import parse_code
from projector.inputs.tidy import read_table

__all__ = ["Becoming", "RegionChanges", "read_region_changes"]

_KLASS = ("changeOccurred", "old_code", "new_code")
_KEY = ("year", "original", "current", "weighting")
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Becoming:
    """What a region became.

    Parameters
    ----------
    parts
        The regions that its people are in afterwards, with the share of them; None where
        the table does not say.
    where
        ``file:line`` of the first row.
    """

    parts: Mapping[str, float | None]
    where: str


@dataclass(frozen=True)
class RegionChanges:
    """What became of regions.

    Parameters
    ----------
    path
        The file.
    by_year
        By year and region code. Of a table of changes: what happened on 1 January of the year,
        to be followed from year to year. Of a key: what the region of the year's age table is in
        the codes of the key.
    is_key
        Which of the two.
    names
        Region names by code, where the table has them.
    """

    path: Path
    by_year: Mapping[int, Mapping[str, Becoming]]
    is_key: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


def read_region_changes(path: Path | str) -> RegionChanges:
    """Read a table of region changes.

    Parameters
    ----------
    path
        The contract's table ``region_changes``; a table of changes from KLASS
        (``changeOccurred``, ``old_code``, ``new_code`` and more); or a key from the codes of each
        year to one set of codes (``year``, ``original``, ``current``, ``weighting``).

    Returns
    -------
    RegionChanges

    Raises
    ------
    InputsError
        With every fault of the cells; where the shares of a region are given for some of its
        parts only, or do not sum to 1; and where a region both ends and comes into being on one
        day, which leaves open in which order.
    """
    path = Path(path)
    cells = read_cells(path)
    if set(_KLASS) <= set(cells.header):
        rows, names = _klass_rows(cells)
    elif set(_KEY) <= set(cells.header):
        rows, names = _key_rows(cells), {}
    else:
        table = read_table(path, "region_changes")
        shares = table["share"] if "share" in table else pd.Series(float("nan"), table.index)
        rows, names = table[["year", "old_region", "new_region"]].assign(share=shares), {}
    problems = _code_faults(path, rows)
    if problems:
        raise InputsError(problems)
    by_year = _by_year(path, rows)
    is_key = set(_KEY) <= set(cells.header)
    problems = [
        problem
        for year, changes in by_year.items()
        for problem in [*_share_faults(year, changes), *([] if is_key else _order_faults(changes))]
    ]
    if problems:
        raise InputsError(problems)
    return RegionChanges(path, by_year, is_key, names)


def _texts(cells: Cells, heading: str) -> list[str]:
    column = cells.columns[cells.header.index(heading)]
    return [column.texts[position] for position in column.index]


def _klass_rows(cells: Cells) -> tuple[pd.DataFrame, dict[str, str]]:
    """Rows of a KLASS table, and the last name of each code."""
    texts = pd.Series(_texts(cells, "changeOccurred"))
    # Without the pattern a word such as today would be a date too.
    dated = texts.where(texts.str.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"))
    days = pd.to_datetime(dated, errors="coerce", format="%Y-%m-%d")
    wrong = days.isna().to_numpy().nonzero()[0]
    if wrong.size:
        written = _texts(cells, "changeOccurred")
        raise InputsError(
            [
                Problem(
                    f"{cells.path}:{cells.lines[row]}",
                    "column 'changeOccurred': not a date",
                    f"'{written[row]}'",
                    "a date such as 2020-01-01",
                )
                for row in wrong[:1]
            ]
        )
    # A change within a year is first seen in the people of the next 1 January.
    first_day = (days.dt.month == 1) & (days.dt.day == 1)
    rows = pd.DataFrame(
        {
            "year": days.dt.year + (~first_day).astype(int),
            "old_region": _texts(cells, "old_code"),
            "new_region": _texts(cells, "new_code"),
            "share": float("nan"),
        }
    )
    rows.index = pd.Index(cells.lines, name="line")
    names: dict[str, str] = {}
    if "new_label" in cells.header:
        labels = pd.Series(_texts(cells, "new_label"))
        for row in days.sort_values(kind="stable").index:
            names[rows["new_region"].iloc[row]] = labels.iloc[row]
    return rows.drop_duplicates(["year", "old_region", "new_region"]), names


def _key_rows(cells: Cells) -> pd.DataFrame:
    """Rows of a key."""
    columns = {}
    problems = []
    for heading, name in zip(_KEY, ("year", "old_region", "new_region", "share"), strict=True):
        texts = pd.Series(_texts(cells, heading), index=pd.Index(cells.lines, name="line"))
        if name in {"year", "share"}:
            numbers = pd.to_numeric(texts, errors="coerce")
            wrong = numbers.isna() | (numbers < 0) | ((name == "year") & (numbers % 1 != 0))
            for line in texts.index[wrong][:1]:
                where = f"{cells.path}:{line}"
                message = f"column '{heading}': not a {name}"
                problems.append(Problem(where, message, f"'{texts[line]}'"))
            texts = numbers
        columns[name] = texts
    if problems:
        raise InputsError(problems)
    return pd.DataFrame(columns).astype({"year": "int64"})


def _code_faults(path: Path, rows: pd.DataFrame) -> list[Problem]:
    """Codes that are blank or have lost their zero."""
    problems = []
    for column in ("old_region", "new_region"):
        for line, code in rows[column].drop_duplicates().items():
            try:
                if not parse_code(str(code)):
                    problems.append(Problem(f"{path}:{line}", "a region code is blank"))
            except ValueError as error:
                problems.append(Problem(f"{path}:{line}", str(error), f"'{code}'"))
    return problems


def _by_year(path: Path, rows: pd.DataFrame) -> dict[int, dict[str, Becoming]]:
    """The rows by year and old region, the years in order."""
    by_year: dict[int, dict[str, Becoming]] = {}
    ordered = rows.sort_values(["year", "old_region"], kind="stable")
    records = ordered.reset_index().to_dict("records")
    for (year, old), group in groupby(records, key=lambda row: (row["year"], row["old_region"])):
        held = list(group)
        parts = {
            str(row["new_region"]): None if pd.isna(row["share"]) else float(row["share"])
            for row in held
        }
        by_year.setdefault(int(year), {})[str(old)] = Becoming(parts, f"{path}:{held[0]['line']}")
    return by_year


def _share_faults(year: int, changes: Mapping[str, Becoming]) -> list[Problem]:
    """Shares of the parts of a region are all given and sum to 1, or none is given."""
    problems = []
    for old, became in changes.items():
        given = [share for share in became.parts.values() if share is not None]
        if not given:
            continue
        if len(given) < len(became.parts):
            message = f"the shares of {old} in {year} are given for some of its parts only"
            problems.append(Problem(became.where, message))
        elif abs(sum(given) - 1) > _ROUNDING:
            message = f"the shares of {old} in {year} do not sum to 1"
            problems.append(Problem(became.where, message, f"{sum(given):g}"))
    return problems


def _order_faults(changes: Mapping[str, Becoming]) -> list[Problem]:
    """A code that ends on a day is not what another becomes on the same day."""
    problems = []
    for old, became in changes.items():
        for new in became.parts:
            if new != old and new in changes and new not in changes[new].parts:
                message = f"{old} becomes {new} on the day that {new} becomes another"
                into = ", ".join(changes[new].parts)
                expected = f"what {old} is afterwards, in rows of its own"
                problems.append(Problem(became.where, message, f"{new} becomes {into}", expected))
    return problems
