"""Delimited text as columns of distinct texts, with the line every row came from."""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.errors import InputsError, Problem
from projector.inputs.files import decode, read_content, recognise, tidied
from projector.tables.cells import unguarded

__all__ = ["MOST_FAULTS", "Cells", "TextColumn", "read_cells"]

MOST_FAULTS = 20
"""Faults of one kind that are listed before the rest is counted."""

_DELIMITERS = {";": "semicolon", "\t": "tab", ",": "comma"}
_SAMPLE = 50


@dataclass(frozen=True)
class TextColumn:
    """One column: its distinct texts, and which of them stands in each row.

    Parameters
    ----------
    texts
        Distinct texts without space around them, and without the apostrophe in front of what looks
        like a formula (see `projector.tables.cells`), in the order they first occur.
    index
        Position in `texts`, one per row.
    """

    texts: tuple[str, ...]
    index: NDArray[np.intp]

    @classmethod
    def of(cls, cells: Sequence[str]) -> "TextColumn":
        """The column that holds these cells."""
        index, found = pd.factorize(np.array(cells, dtype=object))
        texts = [unguarded(tidied(text)) for text in found]
        stripped, distinct = pd.factorize(np.array(texts, dtype=object))
        return cls(tuple(distinct), stripped[index])

    def first_row(self, position: int) -> tuple[int, int]:
        """The first row that holds a text, and how many rows do."""
        rows = np.flatnonzero(self.index == position)
        return int(rows[0]), len(rows)


@dataclass(frozen=True)
class Cells:
    """A delimited file before any meaning is given to it.

    Parameters
    ----------
    path
        The file.
    header
        Column headings as written.
    header_line
        Line of the headings, counted from 1.
    columns
        One `TextColumn` per heading.
    lines
        Line of the file, per row.
    """

    path: Path
    header: tuple[str, ...]
    header_line: int
    columns: tuple[TextColumn, ...]
    lines: NDArray[np.intp]

    def where(self, column: int, position: int) -> tuple[str, str]:
        """The place of the first cell with a text, and a remark on how many more hold it."""
        row, count = self.columns[column].first_row(position)
        more = f" (and {count - 1} more)" if count > 1 else ""
        return f"{self.path}:{self.lines[row]}", more

    def problems(
        self, column: int, faults: dict[int, str], expected: str | None = None
    ) -> list[Problem]:
        """One problem per distinct wrong text of a column, the first ones in full."""
        heading = self.header[column]
        found = []
        for position, fault in sorted(faults.items())[:MOST_FAULTS]:
            where, more = self.where(column, position)
            text = self.columns[column].texts[position]
            found.append(
                Problem(
                    where,
                    f"column '{heading}': {fault}{more}",
                    f"'{text}'" if text else None,
                    expected,
                )
            )
        if len(faults) > MOST_FAULTS:
            rest = len(faults) - MOST_FAULTS
            found.append(
                Problem(str(self.path), f"column '{heading}': {rest} more texts are wrong")
            )
        return found


def read_cells(path: Path, content: bytes | None = None) -> Cells:
    """Read a delimited text file.

    Lines in front of the headings that start with ``#``, one title line, blank lines and lines of
    nothing but delimiters are passed over. The delimiter is the one of semicolon, tab and comma
    that parts most lines alike.

    Parameters
    ----------
    path
        The file, gzipped or not.
    content
        Its bytes, where they are read already.

    Raises
    ------
    InputsError
        If it is not delimited text, or with every line that has too many or too few cells.
    """
    content = read_content(path) if content is None else content
    if recognise(path, content) != "text":
        raise InputsError(Problem(str(path), "not delimited text", expected="CSV"))
    lines = decode(path, content).split("\n")
    start = next(
        (n for n, line in enumerate(lines) if line.strip() and not line.startswith("#")), None
    )
    if start is None:
        raise InputsError(Problem(str(path), "the file holds remarks only"))
    delimiter, header_at, header = _headings(path, lines, start)
    body = lines[header_at + 1 :]
    # Below a table, spreadsheets write lines that hold nothing but delimiters.
    nothing = f" \t\u00a0{delimiter}"
    kept = np.array([line[:1] not in nothing or bool(line.strip(nothing)) for line in body])
    if not kept.any():
        raise InputsError(Problem(f"{path}:{header_at + 1}", "no rows below the headings"))
    numbers = np.arange(header_at + 2, len(lines) + 1)[kept]
    if not kept.all():
        body = [line for line, holds in zip(body, kept.tolist(), strict=True) if holds]
    columns = _split(path, body, numbers, delimiter, len(header))
    return Cells(path, header, header_at + 1, tuple(map(TextColumn.of, columns)), numbers)


def _headings(path: Path, lines: list[str], start: int) -> tuple[str, int, tuple[str, ...]]:
    """Delimiter, position of the headings among the lines, and the headings."""
    sample = [(n, lines[n]) for n in range(start, min(start + _SAMPLE, len(lines)))]
    sample = [(n, line) for n, line in sample if line.strip()]
    best: tuple[int, int] = (0, 0)
    result = None
    for delimiter in _DELIMITERS:
        widths = {n: len(_cells_of(line, delimiter)) for n, line in sample}
        parted = Counter(width for width in widths.values() if width > 1)
        if not parted:
            continue
        width, count = parted.most_common(1)[0]
        if 2 * count < len(sample) or (count, width) <= best:
            continue
        best = (count, width)
        titled = widths[sample[0][0]] == 1 and len(sample) > 1
        header_at, line = sample[1] if titled else sample[0]
        cells = _cells_of(line, delimiter)
        result = delimiter, header_at, tuple(tidied(cell) for cell in cells)
    if result is not None:
        return result
    raise InputsError(
        Problem(
            f"{path}:{start + 1}",
            "no columns found",
            f"'{lines[start][:60]}'",
            "cells parted by semicolon, tab or comma",
        )
    )


def _cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of one line; a line whose quotes do not close is one cell."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        return [line]


def _split(
    path: Path, body: list[str], numbers: NDArray[np.intp], delimiter: str, width: int
) -> list[list[str]]:
    """The cells of the rows, column by column."""
    if all(line.count(delimiter) == width - 1 for line in body):
        text = "\n".join(body)
        if _simply_quoted(text, delimiter):
            flat = text.replace('"', "").replace("\n", delimiter).split(delimiter)
            return [flat[column::width] for column in range(width)]
    columns: list[list[str]] = [[] for _ in range(width)]
    faults = []
    for number, line in zip(numbers, body, strict=True):
        cells = _cells_of(line, delimiter)
        if len(cells) == width:
            for column, cell in zip(columns, cells, strict=True):
                column.append(cell)
            continue
        unclosed = len(cells) == 1 and line.count('"') % 2
        message = "wrong number of cells"
        if unclosed:
            message = "a quotation mark is not closed on its line, where every cell must end"
        found = f"'{line[:60]}'" if unclosed else str(len(cells))
        expected = None if unclosed else f"{width}, as in the headings"
        faults.append(Problem(f"{path}:{number}", message, found, expected))
    if faults:
        rest = len(faults) - MOST_FAULTS
        if rest > 0:
            faults = faults[:MOST_FAULTS]
            faults.append(Problem(str(path), f"{rest} more lines have a wrong number of cells"))
        raise InputsError(faults)
    return columns


def _simply_quoted(text: str, delimiter: str) -> bool:
    """Whether every quotation mark stands at the edge of a cell, so that none needs a parser."""
    framed = f"\n{text}\n"
    opened = framed.count('\n"') + framed.count(f'{delimiter}"')
    closed = framed.count('"\n') + framed.count(f'"{delimiter}')
    return opened == closed and opened + closed == framed.count('"')
