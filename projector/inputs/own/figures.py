"""The figures of one column of an own table, all read in one way."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from projector.errors import Problem
from projector.inputs.numbers import NIL, NOT_THERE, parse_numbers
from projector.inputs.own.grid import Cell, Grid

__all__ = ["Figures", "read_figures"]

_POINTS = re.compile(r"[-+−]?[1-9]\d{0,2}(?:\.\d{3})+")
_COMMAS = re.compile(r"[-+−]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_UNSAFE = "the point may part thousands or decimals"


@dataclass(frozen=True)
class Figures:
    """What was read.

    Parameters
    ----------
    values
        Figure by row; none for blanks and symbols of figures that are not there.
    problems
        Cells that are no figures, or that may be read in two ways.
    """

    values: Mapping[int, float]
    problems: Sequence[Problem]


def read_figures(
    grid: Grid, column: int, rows: Sequence[int], decimal: str | None, factor: float
) -> Figures:
    """Read the figures of a column.

    Parameters
    ----------
    grid
        The sheet.
    column, rows
        Counted from 0.
    decimal
        ``comma`` or ``point``, where the planner says how decimals are written; else a column whose
        every comma, or every point, may as well part thousands is a fault.
    factor
        What figures are multiplied by.

    Returns
    -------
    Figures
        ``-`` is none; the other symbols of official statistics are no figure.
    """

    def wrong(row: int, message: str, expected: str) -> Problem:
        text = cells[row].text
        where = grid.where(row, column)
        return Problem(where, message, f"'{text}'" if text else None, expected)

    cells = {row: _cell(grid, row, column) for row in rows}
    written = {row: cell.text for row, cell in cells.items() if not cell.is_number}
    pointed = {row: text for row, text in written.items() if "." in text.strip(".")}
    if decimal is None and pointed and all(map(_POINTS.fullmatch, pointed.values())):
        expected = "--decimal comma (the point parts thousands), or --decimal point"
        return Figures({}, [wrong(next(iter(pointed)), _UNSAFE, expected)])
    plain = {row: _plain(cell, decimal) for row, cell in cells.items()}
    distinct = list(dict.fromkeys(plain.values()))
    numbers = parse_numbers(distinct)
    place = {text: at for at, text in enumerate(distinct)}
    values: dict[int, float] = {}
    problems = []
    for row, text in plain.items():
        at = place[text]
        fault = cells[row].fault or numbers.faults.get(at)
        if fault:
            unsafe = "thousands" in fault
            expected = (
                "--decimal comma, or --decimal point" if unsafe else "a number such as 1234,5"
            )
            problems.append(wrong(row, fault, expected))
        elif numbers.symbols[at] == NIL:
            values[row] = 0.0
        elif text and numbers.symbols[at] not in NOT_THERE:
            values[row] = float(numbers.values[at]) * factor
            if values[row] < 0:
                problems.append(wrong(row, "fewer than none", "0 or more"))
    return Figures(values, problems)


def _cell(grid: Grid, row: int, column: int) -> Cell:
    cells = grid.rows[row]
    return cells[column] if column < len(cells) else Cell("")


def _plain(cell: Cell, decimal: str | None) -> str:
    """The text of a figure, in the one way that the planner says it is written."""
    text = cell.text
    if cell.is_number or decimal is None:
        return text
    if decimal == "comma":
        grouped = _POINTS.fullmatch(text.split(",")[0]) is not None
        return (text.replace(".", "") if grouped else text).replace(",", ".")
    return text.replace(",", "") if _COMMAS.fullmatch(text) else text
