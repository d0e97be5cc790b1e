"""A workbook that is written row by row, and what Excel cannot hold."""

import datetime
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from projector import __version__
from projector.tables.cells import guarded

__all__ = ["LONGEST_NAME", "MOST_CHARACTERS", "MOST_ROWS", "Book", "Cell", "cut_text", "sheet_name"]

Cell: TypeAlias = str | float | int | None

MOST_ROWS = 1_048_576
"""Rows of a sheet, headings among them."""
MOST_CHARACTERS = 32_767
"""Characters of a cell."""
LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_RESERVED = frozenset({"history", ""})
_NO_CLOCK = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
"""When the workbook was made, as its properties say: the same run gives the same bytes."""
_WIDEST, _NARROWEST = 60, 8
_A4 = 9
_MARGIN = 0.45
"""Inches of white around what is printed."""
_LONGEST_FOOTER = 60
_LINE, _HIGHEST = 15.0, 409.0
"""Points of a line, and of the highest row there may be."""
_BROKEN = 1.05
"""Broken lines are seldom full."""


def sheet_name(wanted: str, taken: Iterable[str]) -> str:
    r"""A name that Excel takes for a sheet, as near to what is wanted as it goes.

    Parameters
    ----------
    wanted
        Any text.
    taken
        Names of other sheets; capitals make no difference to Excel.

    Returns
    -------
    str
        At most 31 characters, none of ``[ ] : * ? / \``, no apostrophe at either end, not
        ``History``, and not taken.
    """
    used = {name.casefold() for name in taken}
    name = _FORBIDDEN.sub("_", wanted).strip().strip("'").strip()
    if name.casefold() in _RESERVED:
        name = f"{name}_".lstrip()
    tried, number = name[:LONGEST_NAME].rstrip(" '"), 1
    while tried.casefold() in used:
        number += 1
        ending = f" ({number})"
        tried = name[: LONGEST_NAME - len(ending)].rstrip(" '") + ending
    return tried


def cut_text(text: str) -> list[str]:
    """A text in pieces that fit a cell each; put together they are the text."""
    pieces = range(0, max(len(text), 1), MOST_CHARACTERS)
    return [text[start : start + MOST_CHARACTERS] for start in pieces]


class Book:
    """A workbook being written.

    Parameters
    ----------
    path
        The file.
    title, comments
        For the file's properties.

    Notes
    -----
    Rows have to be written from the top downwards, sheet after sheet: only one row is in memory.
    """

    def __init__(self, path: Path, title: str, comments: str) -> None:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        }
        self.workbook = xlsxwriter.Workbook(str(path), options)
        self.workbook.set_properties(
            {
                "title": title[:255],
                "author": f"Projector {__version__}",
                "comments": comments,
                "created": _NO_CLOCK,
            }
        )
        self._title = title
        self.names: list[str] = []
        self._of_labels: dict[Cell, Format] = {}
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}

    def __enter__(self) -> "Book":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            try:
                self.workbook.close()
            except FileCreateError as fault:
                # What the file system said, in place of a fault of the library's own.
                raise fault.args[0] from None

    def look(self, **properties: object) -> Format:
        """A format, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(properties)
        return self._formats[key]

    def sheet(self, name: str) -> Worksheet:
        """A new sheet; the name is one that `sheet_name` gave."""
        self.names.append(name)
        sheet = self.workbook.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(left=_MARGIN, right=_MARGIN, top=_MARGIN, bottom=1.5 * _MARGIN)
        sheet.fit_to_pages(1, 0)
        # An ampersand would begin a code, and the title is anybody's text.
        sheet.set_footer(f"&L{self._title[:_LONGEST_FOOTER].replace('&', '&&')}&C&A&R&P / &N")
        return sheet

    def printed(
        self, sheet: Worksheet, rows: int, columns: int, *, heading: int, narrow: bool = False
    ) -> None:
        """What is printed of a sheet: all of it, with its headings on every page.

        Parameters
        ----------
        sheet
            The sheet.
        rows, columns
            How many it has.
        heading
            The row of the headings.
        narrow
            Whether it has room on paper that stands, which holds more rows.
        """
        sheet.print_area(0, 0, max(rows, heading + 1) - 1, columns - 1)
        sheet.repeat_rows(heading)
        if narrow:
            sheet.set_portrait()

    def height(
        self, sheet: Worksheet, at: int, cells: Sequence[Cell], widths: Sequence[int]
    ) -> None:
        """Make a row as high as its texts take, as not every program reckons it out.

        Has to be called before the row is written.
        """
        lines = max(
            (
                math.ceil(len(cell) * _BROKEN / width)
                for cell, width in zip(cells, widths, strict=False)
                if isinstance(cell, str)
            ),
            default=1,
        )
        if lines > 1:
            sheet.set_row(at, min(lines * _LINE, _HIGHEST))

    def row(self, sheet: Worksheet, at: int, cells: Sequence[Cell], **properties: object) -> None:
        """Write a row; None is an empty cell."""
        for column, cell in enumerate(cells):
            self.cell(sheet, at, column, cell, **properties)

    def cell(
        self, sheet: Worksheet, at: int, column: int, cell: Cell, **properties: object
    ) -> None:
        """Write a text, which is never a formula, or a number."""
        if cell is None:
            return
        if isinstance(cell, str):
            # The mark of a text keeps it one when somebody edits the cell.
            marked = {"quote_prefix": True} if guarded(cell) != cell else {}
            look = self.look(**properties, **marked) if properties or marked else None
            done = sheet.write_string(at, column, cell, look)
        else:
            look = self.look(**properties) if properties else None
            done = sheet.write_number(at, column, cell, look)
        if done != 0:
            raise ValueError(f"cell {at}, {column} of {sheet.get_name()} was not written: {done}")

    def labels(self, sheet: Worksheet, at: int, cells: Sequence[Cell]) -> None:
        """Write the labels of a row, of which there are many rows and few different ones."""
        for column, cell in enumerate(cells):
            if cell not in self._of_labels:
                quoted = isinstance(cell, str) and guarded(cell) != cell
                marked = {"quote_prefix": True} if quoted else {}
                self._of_labels[cell] = self.look(align="left", **marked)
            look = self._of_labels[cell]
            if isinstance(cell, str):
                done = sheet.write_string(at, column, cell, look)
            else:
                done = sheet.write_number(at, column, cell, look)
            if done != 0:
                raise ValueError(f"label {at}, {column} of {sheet.get_name()} was not written")

    def link(self, sheet: Worksheet, at: int, column: int, target: str, text: str) -> None:
        """A link to another sheet of the workbook."""
        quoted = target.replace("'", "''")
        look = self.look(font_color="#0b57a4", underline=1, valign="top")
        done = sheet.write_url(at, column, f"internal:'{quoted}'!A1", look, text)
        if done != 0:
            raise ValueError(f"link to {target} was not written: {done}")

    def widths(self, sheet: Worksheet, texts: Sequence[Iterable[str]]) -> int:
        """Make columns as wide as their longest text, within reason; tells the width of all."""
        whole = 0
        for column, own in enumerate(texts):
            longest = max((len(text) for text in own), default=0)
            width = min(max(longest + 2, _NARROWEST), _WIDEST)
            sheet.set_column(column, column, width)
            whole += width
        return whole
