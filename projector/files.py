"""Reading files that somebody else may have written: regular ones only, and none without end.

A name in a scenario may lead to a pipe, a device or a folder, and a file may be larger than the
memory. Nothing of that is opened, or it is left off at a limit; the reader of the scenario is told
where the name stands.
"""

import gzip
import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path

__all__ = [
    "MOST_OF_A_SCENARIO",
    "MOST_OF_A_TABLE",
    "RefusedFileError",
    "kind_of_file",
    "read_regular",
]

MOST_OF_A_SCENARIO = 2**20
"""Bytes of a scenario file; those that come with the program have a few thousand."""

MOST_OF_A_TABLE = 2**31
"""Bytes of a table, unpacked; read, it takes several times as much memory."""

_CHUNK = 2**20
_GZIP = b"\x1f\x8b"
_OTHERS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class RefusedFileError(Exception):
    """A file that is not read; `found` says what it is instead, `expected` what may be there."""

    def __init__(self, message: str, found: str | None = None, expected: str | None = None) -> None:
        super().__init__(message)
        self.message, self.found, self.expected = message, found, expected


def kind_of_file(path: Path) -> str | None:
    """What a path leads to: ``a file``, ``a folder``, ``a pipe``, …, or None where nothing is.

    A path that no file system can hold, such as one with a NUL, leads to nothing.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return None
    return next((word for holds, word in _OTHERS if holds(mode)), "a file")


def read_regular(path: Path, most: int, *, unpack: bool = False) -> bytes:
    """The bytes of a regular file.

    Parameters
    ----------
    path
        The file.
    most
        The most bytes that are read.
    unpack
        Whether a gzipped file is unpacked; the limit is on what comes out.

    Raises
    ------
    RefusedFileError
        If there is no file, it is not a regular one, cannot be read, or is too large.
    """
    kind = kind_of_file(path)
    if kind is None:
        raise RefusedFileError("the file does not exist")
    if kind != "a file":
        raise RefusedFileError("this is not a file that can be read", kind, "a file")
    try:
        # Without waiting: between the look and the opening a pipe may have taken its place.
        with open(path, "rb", opener=_without_waiting) as file:
            packed = unpack and file.peek(len(_GZIP)).startswith(_GZIP)
            source = gzip.GzipFile(fileobj=file) if packed else file
            return _joined(iter(lambda: source.read(_CHUNK), b""), most)
    except (OSError, ValueError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RefusedFileError(f"the file cannot be read: {reason}") from error


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _joined(pieces: Iterator[bytes], most: int) -> bytes:
    """The pieces together, left off when they are too many."""
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > most:
            raise RefusedFileError("the file is too large", f"more than {most:,} bytes")
    return bytes(content)
