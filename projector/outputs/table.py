"""A table of figures as text: sections of rows, a column for each year."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["WIDTH", "Row", "Section", "printed"]

WIDTH = 100
"""Columns of a page."""

_NARROWEST = 20
"""A column of names, where there are too many years for a page."""


@dataclass(frozen=True)
class Row:
    """One line of a table: a name and its figures, already written out."""

    name: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """Some lines under a heading."""

    heading: str
    rows: tuple[Row, ...]


def printed(title: str, years: Sequence[int], sections: Sequence[Section]) -> str:
    """The table, no wider than a page.

    Parameters
    ----------
    title
        Stands before the years.
    years
        What the columns are of.
    sections
        Their rows; a name that is too long for its column stands on lines of its own, above its
        figures.

    Returns
    -------
    str
    """
    rows = [row for section in sections for row in section.rows if row.figures]
    headings = [str(year) for year in years]
    column = max(
        len(text) for texts in (headings, *(row.figures for row in rows)) for text in texts
    )
    column += 2
    longest = max(len(row.name) for row in rows) + 2
    wide = max(min(longest, WIDTH - column * len(years)), _NARROWEST)
    lines = ["", *_line(title, headings, wide, column)]
    for section in sections:
        lines += ["", section.heading]
        for row in section.rows:
            lines += _line(f"  {row.name}", row.figures, wide, column)
    return "\n".join(lines)


def _line(name: str, figures: Sequence[str], wide: int, column: int) -> list[str]:
    right = "".join(f"{figure:>{column}}" for figure in figures)
    if not figures or len(name) <= wide:
        return [f"{name.ljust(wide)}{right}".rstrip()]
    indent = " " * (len(name) - len(name.lstrip()))
    *above, last = textwrap.wrap(
        name.strip(),
        wide,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    if len(last) > wide:
        above, last = [*above, last], ""
    return [*above, last.ljust(wide) + right]
