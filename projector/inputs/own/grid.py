"""A sheet of cells, from CSV or Excel, with the address of each."""

import csv
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from projector.errors import InputsError, Problem, UsageError, nearest_name
from projector.inputs.files import read_content

__all__ = ["Cell", "Grid", "column_letters", "read_grid"]

_DELIMITERS = {";": "semicolon", "\t": "tab", ",": "comma"}
_SAMPLE = 60
_MOST_ROWS = 200_000
_LARGEST = 200_000_000
_BROKEN = (
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What openpyxl raises on spoilt workbooks; parsers of XML raise SyntaxError."""
_ENCODINGS = ("utf-8", "cp1252", "iso-8859-1")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Cell:
    """One cell: its text, and whether the file holds it as a number.

    Parameters
    ----------
    text
        Without space around it; empty where there is nothing.
    is_number
        A number of Excel, whose decimals are beyond doubt.
    fault
        Why it cannot be read: an error value, a date, a formula without a value.
    """

    text: str
    is_number: bool = False
    fault: str | None = None


@dataclass(frozen=True)
class Grid:
    """All cells of a sheet.

    Parameters
    ----------
    path
        The file.
    sheet
        Name of the sheet; None for CSV.
    rows
        Rows of cells, as many as the file has.
    form
        What was found out about the file: encoding and separator, or Excel and the sheet.
    """

    path: Path
    sheet: str | None
    rows: tuple[tuple[Cell, ...], ...]
    form: tuple[tuple[str, str], ...]

    def where(self, row: int, column: int) -> str:
        """The place of a cell, counted from 0: ``file.xlsx, sheet 'Ark1', cell B7``."""
        sheet = f", sheet '{self.sheet}'" if self.sheet is not None else ""
        return f"{self.path.name}{sheet}, cell {column_letters(column)}{row + 1}"


def column_letters(column: int) -> str:
    """``A`` for 0, ``AA`` for 26."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read_grid(path: Path, sheet: str | None = None) -> Grid:
    """Read a CSV file or a sheet of an Excel workbook.

    Parameters
    ----------
    path
        The file; what it is is told from its content.
    sheet
        Which sheet, where several hold something.

    Returns
    -------
    Grid

    Raises
    ------
    InputsError
        If it is neither, or cannot be read.
    UsageError
        If several sheets hold something and none is named, or there is no such sheet.
    """
    content = read_content(path)
    if content.startswith(b"PK\x03\x04"):
        return _workbook(path, content, sheet)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        expected = "the workbook saved as .xlsx, or the sheet as CSV"
        raise InputsError(Problem(str(path), "an old Excel workbook", ".xls", expected))
    if sheet is not None:
        raise UsageError(Problem("--sheet", "a CSV file has no sheets", f"'{sheet}'"))
    return _delimited(path, content)


def _delimited(path: Path, content: bytes) -> Grid:
    text, encoding = _decoded(path, content)
    try:
        return _parted(path, text, encoding)
    except csv.Error as error:
        raise InputsError(Problem(str(path), f"not a table that can be read: {error}")) from error


def _parted(path: Path, text: str, encoding: str) -> Grid:
    """The cells, by the separator that parts most rows alike."""
    best: tuple[tuple[int, int], str] | None = None
    for delimiter in _DELIMITERS:
        rows = _parsed(text, delimiter)[:_SAMPLE]
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if widths:
            width, count = widths.most_common(1)[0]
            if best is None or (count, width) > best[0]:
                best = ((count, width), delimiter)
    if best is None:
        expected = "columns parted by semicolon, tab or comma"
        raise InputsError(Problem(str(path), "no columns are found", None, expected))
    rows = _parsed(text, best[1])
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    cells = tuple(tuple(Cell(text.strip()) for text in row) for row in rows)
    return Grid(path, None, cells, (("encoding", encoding), ("separator", _DELIMITERS[best[1]])))


def _parsed(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _decoded(path: Path, content: bytes) -> tuple[str, str]:
    """The text, and the encoding that it was in."""
    if content.startswith(_UTF_16):
        try:
            return content.decode("utf-16"), "utf-16"
        except UnicodeDecodeError as error:
            message = f"the UTF-16 text breaks off: {error.reason}"
            raise InputsError(Problem(str(path), message)) from error
    if b"\0" in content:
        expected = "CSV or an Excel workbook (.xlsx)"
        raise InputsError(Problem(str(path), "not a table that can be read", "binary", expected))
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise AssertionError("iso-8859-1 decodes everything")


def _workbook(path: Path, content: bytes, sheet: str | None) -> Grid:
    try:
        from openpyxl import load_workbook  # noqa: PLC0415  (an extra)
    except ModuleNotFoundError as error:
        raise UsageError(
            Problem(
                str(path),
                "the package openpyxl, which reads Excel, is not installed",
                expected="pip install 'projector[fetch]', or the sheet saved as CSV",
            )
        ) from error
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(one.file_size for one in packed.infolist())
        if size > _LARGEST:
            found, expected = f"{size} bytes unpacked", f"at most {_LARGEST}"
            raise InputsError(Problem(str(path), "the workbook is too large", found, expected))
        book = load_workbook(io.BytesIO(content), data_only=True)
        formulas = load_workbook(io.BytesIO(content))
    except _BROKEN as error:
        raise InputsError(
            Problem(str(path), f"the workbook cannot be read: {error}", None, "a .xlsx workbook")
        ) from error
    filled = [one.title for one in book.worksheets if _is_filled(one)]
    name = _chosen_sheet(path, filled, sheet)
    rows = []
    for row, written in zip(
        book[name].iter_rows(max_row=_MOST_ROWS), formulas[name].iter_rows(), strict=False
    ):
        rows.append(tuple(_cell(one.value, at.value) for one, at in zip(row, written, strict=True)))
    if book[name].max_row > _MOST_ROWS:
        found, expected = str(book[name].max_row), f"at most {_MOST_ROWS}"
        raise InputsError(Problem(str(path), "too many rows", found, expected))
    while rows and not any(cell.text or cell.fault for cell in rows[-1]):
        rows.pop()
    return Grid(path, name, tuple(rows), (("excel", name),))


def _is_filled(sheet: Any) -> bool:
    return any(cell is not None for row in sheet.iter_rows(values_only=True) for cell in row)


def _chosen_sheet(path: Path, filled: Sequence[str], sheet: str | None) -> str:
    if sheet is not None and sheet not in filled:
        near = nearest_name(sheet, filled)
        raise UsageError(Problem("--sheet", "no such sheet", f"'{sheet}'", ", ".join(filled), near))
    if not filled:
        raise InputsError(Problem(str(path), "the workbook is empty"))
    if sheet is None and len(filled) > 1:
        shown = ", ".join(f"'{name}'" for name in filled)
        expected = "the one that is meant: --sheet NAME"
        raise UsageError(Problem(str(path), "several sheets hold something", shown, expected))
    return sheet or filled[0]


def _cell(value: Any, written: Any) -> Cell:  # noqa: PLR0911
    """A cell of a workbook; `written` is the formula where there is one."""
    if value is None:
        if isinstance(written, str) and written.startswith("="):
            return Cell("", fault="a formula whose value is not saved; open the file in Excel and "
                        "save it")  # fmt: skip
        return Cell("")
    if isinstance(value, bool):
        return Cell(str(value), fault="true or false where a text or a number is expected")
    if isinstance(value, int | float):
        text = f"{value:.0f}" if value == int(value) else repr(float(value))
        return Cell(text, is_number=True)
    if isinstance(value, datetime | date):
        return Cell(value.isoformat()[:10], fault="a date")
    text = str(value).strip()
    if text.startswith("#") and text.endswith(("!", "?", "A", "0")):
        return Cell(text, fault="an error value of Excel")
    return Cell(text)
