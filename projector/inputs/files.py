"""What a file holds, told from its content and not from its ending."""

import gzip
import zlib
from pathlib import Path
from typing import Literal

from projector.errors import InputsError, Problem

__all__ = ["Format", "decode", "read_content", "recognise"]

Format = Literal["text", "json", "netcdf"]

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
        If the file is absent, cannot be read or unpacked, or is empty.
    """
    try:
        content = path.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
    except FileNotFoundError as error:
        raise InputsError(Problem(str(path), "the file does not exist")) from error
    except (OSError, EOFError, zlib.error) as error:
        raise InputsError(Problem(str(path), f"the file cannot be read: {error}")) from error
    content = content.removeprefix(_BYTE_ORDER_MARK)
    if not content.strip():
        raise InputsError(Problem(str(path), "the file is empty"))
    return content


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
        raise InputsError(
            Problem(
                str(path),
                "not a table that can be read",
                found="binary content",
                expected="CSV, JSON-stat2 or netCDF",
            )
        )
    # A list is JSON too, though never JSON-stat2: its reader says so.
    return "json" if start.startswith((b"{", b"[")) else "text"


def decode(content: bytes) -> str:
    """The text of UTF-8 or ISO-8859-1 bytes, every line ended by a line feed.

    Windows-1252 is tried before ISO-8859-1, which it extends by printable signs such as ``…``.
    """
    for encoding in ("utf-8", "cp1252"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = content.decode("iso-8859-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")
