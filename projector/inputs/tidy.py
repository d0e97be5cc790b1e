"""Tables of an input set, held against their contract."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.errors import InputsError, Problem, nearest_name
from projector.inputs.ages import OPEN, age_label, parse_ages
from projector.inputs.delimited import MOST_FAULTS, Cells, TextColumn, read_cells
from projector.inputs.labels import parse_code
from projector.inputs.numbers import LARGEST, NIL, NOT_THERE, parse_numbers
from projector.tables import INPUT_TABLES, Column

__all__ = ["read_table"]

_ANY = "*"

_REGION_COLUMNS = frozenset({"region", "member", "serves"})


def read_table(path: Path | str, name: str) -> pd.DataFrame:
    """Read a CSV table of an input set and hold every cell against the table's contract.

    Parameters
    ----------
    path
        The file, gzipped or not.
    name
        Key of `INPUT_TABLES`.

    Returns
    -------
    pandas.DataFrame
        The columns of the contract in its order: codes and texts as ``str``, years and integers as
        ``int64``, numbers as ``float64`` (NaN where a blank is allowed), ages as two ``int64``
        columns ``age_from`` and ``age_to`` (-1 where open; ``*`` is 0 and -1). A column that may
        be absent and hold ``*`` is ``*`` where it is absent. The index is the line in the file.

    Raises
    ------
    InputsError
        With every fault of the headings, or every fault of the cells: unknown, missing and
        repeated columns; values of the wrong kind, outside the bounds or not in the list; blanks;
        two rows with the same key.
    """
    path = Path(path)
    contract = INPUT_TABLES[name]
    cells = read_cells(path)
    _check_headings(cells, contract.columns)
    problems: list[Problem] = []
    frame: dict[str, object] = {}
    for heading, column in contract.columns.items():
        if heading in cells.header:
            at = cells.header.index(heading)
            frame |= _column(cells, at, column, problems)
        elif column.any_of:
            frame[heading] = pd.array([_ANY] * len(cells.lines), dtype="str")
    table = pd.DataFrame(frame, index=pd.Index(cells.lines, name="line"))
    if not problems:
        problems = _repeated_keys(cells, table, contract.key)
    if problems:
        raise InputsError(sorted(problems, key=_line_of))
    return table


def _line_of(problem: Problem) -> int:
    line = problem.where.rpartition(":")[2]
    return int(line) if line.isdigit() else 0


def _check_headings(cells: Cells, columns: Mapping[str, Column]) -> None:
    where = f"{cells.path}:{cells.header_line}"
    allowed = list(columns)
    problems = [
        Problem(
            where,
            "unknown column",
            f"'{heading}'",
            ", ".join(allowed),
            nearest_name(heading, allowed),
        )
        for heading in cells.header
        if heading not in columns
    ]
    problems += [
        Problem(where, f"the column '{heading}' stands twice")
        for heading in allowed
        if cells.header.count(heading) > 1
    ]
    problems += [
        Problem(where, f"the column '{heading}' is missing: {column.description}")
        for heading, column in columns.items()
        if not column.optional and heading not in cells.header
    ]
    if problems:
        raise InputsError(problems)


def _column(cells: Cells, at: int, column: Column, problems: list[Problem]) -> dict[str, object]:
    """The parsed column, or two for ages; faults are added to the problems."""
    texts = cells.columns[at]
    heading = cells.header[at]
    blanks = {n: "the cell is blank" for n, text in enumerate(texts.texts) if not text}
    if blanks and not column.blank:
        problems += cells.problems(at, blanks)
    if column.kind == "ages":
        first, last = _ages(cells, at, column, problems)
        return {"age_from": first[texts.index], "age_to": last[texts.index]}
    if column.kind in {"number", "integer", "year"}:
        values = _numbers(cells, at, column, problems)
        if column.kind != "number" and (np.abs(values) <= LARGEST).all():
            return {heading: values.astype(np.int64)[texts.index]}
        return {heading: values[texts.index]}
    _check_words(cells, at, column, problems)
    if heading in _REGION_COLUMNS:
        problems += cells.problems(at, _faults(texts, parse_code))
    words = np.array(texts.texts, dtype=object)[texts.index]
    return {heading: pd.array(words, dtype="str")}


def _faults(texts: TextColumn, parse: Callable[[str], object]) -> dict[int, str]:
    """What a parser says against the texts that are not blank, by position."""
    faults = {}
    for position, text in enumerate(texts.texts):
        try:
            if text:
                parse(text)
        except ValueError as error:
            faults[position] = str(error)
    return faults


def _ages(
    cells: Cells, at: int, column: Column, problems: list[Problem]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last age of each distinct text."""

    def parse(text: str) -> tuple[int, int]:
        return (0, OPEN) if text == _ANY and column.any_of else parse_ages(text)

    texts = cells.columns[at]
    faults = _faults(texts, parse)
    expected = "7, 0-9 or 80+" + (", or * for all" if column.any_of else "")
    problems += cells.problems(at, faults, expected)
    groups = [
        parse(text) if text and position not in faults else (0, OPEN)
        for position, text in enumerate(texts.texts)
    ]
    parsed = np.array(groups, dtype=np.int64)
    return parsed[:, 0], parsed[:, 1]


def _numbers(cells: Cells, at: int, column: Column, problems: list[Problem]) -> NDArray[np.float64]:
    """The number of each distinct text, held against kind and bounds."""
    texts = cells.columns[at].texts
    numbers = parse_numbers(texts)
    faults = dict(numbers.faults)
    symbols, values = numbers.symbols, numbers.values
    not_there = NOT_THERE if column.printed else frozenset()
    if column.printed:
        values = np.where([symbol == NIL for symbol in symbols], 0.0, values)
        # A provisional figure is a figure; without one the value is missing, and told below.
        symbols = tuple("" if symbol in {NIL, "*"} else symbol for symbol in symbols)
    low = -np.inf if column.minimum is None else column.minimum
    high = np.inf if column.maximum is None else column.maximum
    if column.kind == "year":
        low, high = 1000, 9999
    for position, (text, value) in enumerate(zip(texts, values, strict=True)):
        if not text or position in faults or symbols[position] in not_there:
            continue
        if np.isnan(value) or symbols[position]:
            faults[position] = "a symbol is not a number"
        elif column.kind != "number" and abs(value) > LARGEST:
            faults[position] = "the number is too large"
        elif column.kind != "number" and value != int(value):
            faults[position] = "not a whole number"
        elif not low <= value <= high:
            faults[position] = "out of bounds"
    problems += cells.problems(at, faults, _expected(column, low, high))
    return values


def _expected(column: Column, low: float, high: float) -> str:
    """What a number of the column may be."""
    if column.kind == "year":
        return "a year of four digits"
    kind = "a whole number" if column.kind == "integer" else "a number"
    if column.printed:
        return f"{kind} of at least {low:g}, or : where it is not published"
    if np.isfinite(low) and np.isfinite(high):
        return f"{kind} from {low:g} to {high:g}"
    if np.isfinite(low):
        return f"{kind} of at least {low:g}"
    return f"{kind} of at most {high:g}" if np.isfinite(high) else kind


def _check_words(cells: Cells, at: int, column: Column, problems: list[Problem]) -> None:
    """Hold the texts against the closed list of the column, where it has one."""
    if column.allowed is None:
        return
    allowed = (*column.allowed, _ANY) if column.any_of else column.allowed
    expected = ", ".join(allowed)
    wrong = [n for n, text in enumerate(cells.columns[at].texts) if text and text not in allowed]
    for position in wrong[:MOST_FAULTS]:
        where, more = cells.where(at, position)
        text = cells.columns[at].texts[position]
        message = f"column '{cells.header[at]}': not an allowed value{more}"
        near = nearest_name(text, column.allowed)
        problems.append(Problem(where, message, f"'{text}'", expected, near))
    if len(wrong) > MOST_FAULTS:
        rest = len(wrong) - MOST_FAULTS
        message = f"column '{cells.header[at]}': {rest} more values are not allowed"
        problems.append(Problem(str(cells.path), message))


def _repeated_keys(cells: Cells, table: pd.DataFrame, key: tuple[str, ...]) -> list[Problem]:
    """Rows that say the same thing as an earlier one."""
    columns = [c for part in key for c in (("age_from", "age_to") if part == "ages" else (part,))]
    rows = np.flatnonzero(table.duplicated(columns).to_numpy())
    if not rows.size:
        return []
    first = pd.Series(cells.lines, index=table.index).groupby(
        [table[column] for column in columns], sort=False
    )
    earlier = first.transform("min").to_numpy()
    problems = []
    for row in rows[:MOST_FAULTS]:
        shown = [
            age_label(int(table["age_from"].iloc[row]), int(table["age_to"].iloc[row]))
            if part == "ages"
            else str(table[part].iloc[row])
            for part in key
        ]
        message = f"the same {', '.join(key)} as on line {earlier[row]}"
        problems.append(Problem(f"{cells.path}:{cells.lines[row]}", message, ", ".join(shown)))
    if len(rows) > MOST_FAULTS:
        message = f"{len(rows) - MOST_FAULTS} more rows repeat an earlier one"
        problems.append(Problem(str(cells.path), message))
    return problems
