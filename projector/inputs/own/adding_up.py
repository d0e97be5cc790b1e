"""Rows of an own table that say the same thing: added together where that is asked for."""

from collections.abc import Sequence
from typing import NamedTuple

from projector.errors import InputsError, Problem, UsageError
from projector.inputs.delimited import MOST_FAULTS
from projector.inputs.labels import folded
from projector.inputs.own.headings import Layout

__all__ = ["Row", "added_up"]

_SAID = frozenset({"source", "quality"})


class Row(NamedTuple):
    """One row of the table of the set, and the cell that its figure stands in."""

    values: dict[str, str]
    figures: dict[str, float]
    where: str
    beside: tuple[str, ...]


def added_up(rows: Sequence[Row], layout: Layout, add_up: Sequence[str]) -> list[Row]:
    """One row for each key.

    Parameters
    ----------
    rows
        As read.
    layout
        Which columns have no other meaning.
    add_up
        Headings of those over which rows are added together.

    Returns
    -------
    list of Row
        In the order they first occur.

    Raises
    ------
    UsageError
        If a heading has another meaning, or is none.
    InputsError
        If rows have the same key and do not differ in these columns alone.
    """
    over = {folded(heading) for heading in add_up}
    spare = list(layout.unused.values())
    unknown = [heading for heading in add_up if folded(heading) not in map(folded, spare)]
    if unknown:
        message, found = "not a heading without another meaning", f"'{unknown[0]}'"
        raise UsageError(Problem("--sum", message, found, ", ".join(spare) or "none"))
    kept: dict[tuple[str, ...], Row] = {}
    problems = []
    for row in rows:
        key = tuple(text for name, text in row.values.items() if name not in _SAID)
        first = kept.setdefault(key, row)
        if first is row:
            continue
        beside = zip(spare, first.beside, row.beside, strict=True)
        differing = [heading for heading, one, other in beside if one != other]
        if differing and all(folded(heading) in over for heading in differing):
            figures = {name: first.figures[name] + value for name, value in row.figures.items()}
            kept[key] = first._replace(figures=figures)
            continue
        hint = None
        if differing:
            options = " ".join(f"--sum '{heading}'" for heading in differing)
            hint = f"one row for each; or added together: {options}"
        shown = ", ".join(
            text for name, text in row.values.items() if name not in {*_SAID, "measure"}
        )
        problems.append(Problem(row.where, f"the same {shown} as {first.where}", None, hint))
    if problems:
        raise InputsError(problems[:MOST_FAULTS])
    return list(kept.values())
