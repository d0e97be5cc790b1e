"""Delimited tables, from StatBank or tidy, as long tables."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.errors import InputsError, Problem
from projector.inputs.delimited import Cells, TextColumn, read_cells
from projector.inputs.labels import (
    canonical_column,
    parse_regions,
    parse_sex,
    parse_year,
    split_year,
)
from projector.inputs.long_table import LongTable, categorical, damage_notes, symbol_notes
from projector.inputs.numbers import is_figure, looks_like_code, parse_numbers
from projector.tables import NATION

__all__ = ["read_statbank"]


@dataclass(frozen=True)
class _Figures:
    """A column of figures: what they are of, and the year where the heading says it."""

    column: int
    contents: str
    year: int | None


def read_statbank(path: Path, content: bytes | None = None) -> LongTable:
    """Read delimited text in any variant that StatBank writes, or a tidy table.

    A heading that ends in a year (``Persons 2020``, ``2020``) is a column of figures of that
    year; without such headings the last columns that hold figures are.

    Parameters
    ----------
    path
        The file, gzipped or not.
    content
        Its bytes, where they are read already.

    Returns
    -------
    LongTable
        Without ``value`` where the table holds words only.

    Raises
    ------
    InputsError
        With every fault of the headings, or every fault of the cells.
    """
    cells = read_cells(path, content)
    figures = _figures(cells)
    of_figures = {figure.column for figure in figures}
    names = _dimension_names(cells, of_figures, any(figure.year for figure in figures))
    repeats = max(len(figures), 1)
    problems: list[Problem] = []
    notes: list[str] = []
    frame: dict[str, object] = {}
    for column, name in names.items():
        texts = cells.columns[column]
        index = np.repeat(texts.index, repeats)
        if name == "region":
            frame |= _regions(cells, column, names, index, problems)
        elif name == "region_name":
            frame["region_name"] = categorical(texts.texts, index)
        elif name == "year" and None not in (read := [parse_year(text) for text in texts.texts]):
            frame["year"] = np.array(read, dtype=np.int64)[index]
        elif name == "sex":
            frame["sex"] = categorical(_sexes(texts), index)
        else:
            frame[name] = categorical(texts.texts, index)
    names_held = frame.get("region_name")
    if isinstance(names_held, pd.Categorical):
        notes += damage_notes(list(names_held.categories))
    notes += _ended_notes(frame.get("region"))
    if figures:
        frame |= _values(cells, figures, problems, notes)
    else:
        notes.append("no column of figures: a table of words")
    if problems:
        raise InputsError(problems)
    lines = pd.Index(np.repeat(cells.lines, repeats), name="line")
    return LongTable(pd.DataFrame(frame, index=lines), path, tuple(notes))


def _figures(cells: Cells) -> list[_Figures]:
    """The columns of figures."""
    dated = [(n, split_year(heading)) for n, heading in enumerate(cells.header)]
    by_year = [_Figures(n, found[0], found[1]) for n, found in dated if found is not None]
    if by_year:
        return by_year
    figures: list[_Figures] = []
    for column in reversed(range(len(cells.header))):
        heading = cells.header[column]
        if canonical_column(heading) is not None or not _holds_figures(cells.columns[column]):
            break
        figures.insert(0, _Figures(column, heading, None))
    return figures


def _holds_figures(column: TextColumn) -> bool:
    """Whether half of the written cells are figures or symbols, and none a code as ``0301``."""
    if any(map(looks_like_code, column.texts)):
        return False
    counts = np.bincount(column.index, minlength=len(column.texts))
    written = np.array([text != "" for text in column.texts])
    numeric = np.array([is_figure(text) for text in column.texts])
    return bool(counts[numeric].sum() * 2 >= max(counts[written].sum(), 1))


def _dimension_names(cells: Cells, figures: set[int], has_years: bool) -> dict[int, str]:
    """The name of each dimension column, by its position."""
    names = {
        column: canonical_column(heading) or heading
        for column, heading in enumerate(cells.header)
        if column not in figures
    }
    where = f"{cells.path}:{cells.header_line}"
    problems = [
        Problem(where, f"column {column + 1} has no heading")
        for column, name in names.items()
        if not name
    ]
    taken: dict[str, int] = {}
    if has_years:
        taken["year"] = min(figures)
    for column, name in names.items():
        other = taken.setdefault(name, column)
        if other != column and name:
            problems.append(
                Problem(
                    where,
                    f"two columns say the {name}",
                    f"'{cells.header[other]}' and '{cells.header[column]}'",
                )
            )
    headings = [cells.header[column] for column in figures]
    problems += [
        Problem(where, f"the heading '{heading}' stands twice")
        for heading in sorted({h for h in headings if headings.count(h) > 1})
    ]
    if problems:
        raise InputsError(problems)
    return names


def _sexes(column: TextColumn) -> list[str]:
    """Sexes by the words of this program; a label that names none stays as it is."""
    sexes = []
    for label in column.texts:
        try:
            sexes.append(parse_sex(label))
        except ValueError:
            sexes.append(label)
    return sexes


def _regions(
    cells: Cells,
    column: int,
    names: dict[int, str],
    index: NDArray[np.intp],
    problems: list[Problem],
) -> dict[str, object]:
    """Code, and name where the label holds one and no other column does."""
    labels = cells.columns[column].texts
    regions, faults = parse_regions(labels)
    problems += cells.problems(column, dict(faults))
    codes = [region.code or label for region, label in zip(regions, labels, strict=True)]
    if "region_name" in names.values():
        # The nation has no code in some tables, only its name.
        name_column = cells.columns[next(n for n, name in names.items() if name == "region_name")]
        nation = {
            position
            for position, name in enumerate(parse_regions(name_column.texts)[0])
            if name.code == NATION
        }
        for position in [position for position, label in enumerate(labels) if not label]:
            rows = cells.columns[column].index == position
            if set(np.unique(name_column.index[rows]).tolist()) <= nation:
                codes[position] = NATION
        return {"region": categorical(codes, index)}
    if all(region.name is None for region in regions):
        return {"region": categorical(codes, index)}
    given = [region.name or code for region, code in zip(regions, codes, strict=True)]
    return {"region": categorical(codes, index), "region_name": categorical(given, index)}


def _ended_notes(regions: object) -> list[str]:
    """One note on codes that carry years because another region has taken them over."""
    if not isinstance(regions, pd.Categorical):
        return []
    ended = [code for code in regions.categories if code.endswith(")")]
    if not ended:
        return []
    return [f"{len(ended)} ended regions carry their years in the code, such as '{ended[0]}'"]


def _values(
    cells: Cells, figures: list[_Figures], problems: list[Problem], notes: list[str]
) -> dict[str, object]:
    """Year and contents by heading, value and symbol: row by row, within a row by column."""
    values = np.empty((len(cells.lines), len(figures)))
    marks = np.empty((len(cells.lines), len(figures)), dtype=np.intp)
    symbols: list[str] = []
    for position, figure in enumerate(figures):
        column = cells.columns[figure.column]
        numbers = parse_numbers(column.texts)
        problems += cells.problems(
            figure.column, dict(numbers.faults), "a number such as 1234.5, or a symbol"
        )
        values[:, position] = numbers.values[column.index]
        marks[:, position] = column.index + len(symbols)
        symbols += numbers.symbols
    symbol = categorical(symbols, marks.ravel())
    notes += symbol_notes(symbol, values.ravel())
    frame: dict[str, object] = {}
    if figures[0].year is not None:
        frame["year"] = np.tile([figure.year or 0 for figure in figures], len(cells.lines))
    if any(figure.contents for figure in figures):
        contents = [figure.contents for figure in figures]
        frame["contents"] = categorical(
            contents, np.tile(np.arange(len(figures)), len(cells.lines))
        )
    return frame | {"value": values.ravel(), "symbol": symbol}
