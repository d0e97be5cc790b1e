"""What a file holds, told from its content and not from its ending."""

import unicodedata
from pathlib import Path
from typing import Literal

from projector.errors import HIDDEN, InputsError, Problem, hidden_in
from projector.files import MOST_OF_A_TABLE, RefusedFileError, read_regular

__all__ = ["MOST_CELLS", "Format", "decode", "read_content", "read_packed", "recognise", "tidied"]

Format = Literal["text", "json", "netcdf"]

MOST_CELLS = 100_000_000
"""Cells of a table; more would fill the memory, however small the file is."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "an Excel workbook or zip archive", "the sheet saved as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "the sheet saved as CSV"),
    (b"%PDF", "a PDF document", "the table as CSV"),
    (b"<", "a web page or XML", "CSV or JSON-stat2"),
    (b"\xff\xfe", "UTF-16 text", "the file saved as UTF-8"),
    (b"\xfe\xff", "UTF-16 text", "the file saved as UTF-8"),
)


def read_content(path: Path) -> bytes:
    """The bytes of a file, unpacked where it is gzipped.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    bytes
        The content, without a UTF-8 byte order mark.

    Raises
    ------
    InputsError
        If the file is absent, no regular file, too large, cannot be read or unpacked, or is empty.
    """
    content = _read(path, unpack=True).removeprefix(_BYTE_ORDER_MARK)
    if not content.strip():
        raise InputsError(Problem(str(path), "the file is empty"))
    return content


def read_packed(path: Path) -> bytes:
    """The bytes of a file as they lie on the disk, to tell it from others.

    Raises
    ------
    InputsError
        As `read_content`, but for an empty file.
    """
    return _read(path, unpack=False)


def _read(path: Path, *, unpack: bool) -> bytes:
    try:
        return read_regular(path, MOST_OF_A_TABLE, unpack=unpack)
    except RefusedFileError as error:
        raise InputsError(Problem(str(path), error.message, error.found, error.expected)) from error


def recognise(path: Path, content: bytes) -> Format:
    """The format of a file from its first bytes.

    Raises
    ------
    InputsError
        If the content is of a kind that no reader takes.
    """
    if content.startswith((b"CDF", b"\x89HDF")):
        return "netcdf"
    start = content[:200].lstrip()
    for mark, found, expected in _FOREIGN:
        if start.startswith(mark):
            raise InputsError(
                Problem(str(path), "not a table that can be read", found=found, expected=expected)
            )
    if b"\0" in content:
        # Every other byte of European text in UTF-16 is nil.
        wide = content[:200].count(0) * 3 > len(content[:200])
        raise InputsError(
            Problem(
                str(path),
                "not a table that can be read",
                found="UTF-16 text without its mark" if wide else "binary content",
                expected="the file saved as UTF-8" if wide else "CSV, JSON-stat2 or netCDF",
            )
        )
    # A list is JSON too, though never JSON-stat2: its reader says so.
    return "json" if start.startswith((b"{", b"[")) else "text"


def tidied(text: str) -> str:
    """A label without space around it, in composed letters, its spaces such as may break."""
    stripped = text.strip()
    if stripped.isascii():
        return stripped
    return unicodedata.normalize("NFC", stripped).replace("\N{NO-BREAK SPACE}", " ")


def decode(path: Path, content: bytes) -> str:
    """The text of UTF-8 or Windows-1252 bytes in composed letters, every line ended by a line feed.

    ISO-8859-1 is Windows-1252 as far as letters go. Composed: an Å of two code points is the
    same letter as one of one.

    Raises
    ------
    InputsError
        If the bytes are text in neither, or hold characters that no eye can see: with the place.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise InputsError(
                Problem(
                    f"{path}:{line}",
                    "neither UTF-8 nor Windows-1252 text",
                    f"byte {content[error.start]:#04x}",
                    "the file saved as UTF-8",
                )
            ) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if (hidden := hidden_in(text)) is not None:
        line = text.count("\n", 0, hidden) + 1
        column = hidden - text.rfind("\n", 0, hidden)
        raise InputsError(Problem(f"{path}:{line}:{column}", HIDDEN, ascii(text[hidden])))
    return text
