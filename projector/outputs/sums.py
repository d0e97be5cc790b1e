"""Checksums of the files of a run, so that what has changed since is found.

The file is in the form of ``sha256sum``: ``sha256sum -c SHA256SUMS`` in the folder checks it
without Projector. Pages and workbooks made from the results later are not in it.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from projector.errors import Problem, ResultsError
from projector.outputs.atomic import whole_file

__all__ = ["SUMS_FILE", "changed_files", "differing_files", "remove_file", "write_sums"]

SUMS_FILE = "SHA256SUMS"
_DIGITS = hashlib.sha256().digest_size * 2


def write_sums(folder: Path) -> None:
    """Write the checksums of all files of a folder, sorted by name, into `SUMS_FILE` there."""
    files = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    lines = [f"{_digest(folder / name)}  {name}\n" for name in files if name != SUMS_FILE]
    (folder / SUMS_FILE).write_text("".join(lines), "utf-8", newline="\n")


def changed_files(folder: Path) -> list[str]:
    """Names of the files that are gone or no longer what they were, in the order of the sums.

    Raises
    ------
    ResultsError
        If the folder has no checksums, or their file is damaged.
    """
    return [
        name
        for name, digest in _sums(folder / SUMS_FILE)
        if not (folder / name).is_file() or _digest(folder / name) != digest
    ]


def differing_files(folder: Path, other: Path) -> list[str]:
    """Names of the files that two folders do not have alike by their checksums, sorted."""
    ones, others = dict(_sums(folder / SUMS_FILE)), dict(_sums(other / SUMS_FILE))
    return sorted(
        name for name in ones.keys() | others.keys() if ones.get(name) != others.get(name)
    )


def remove_file(folder: Path, name: str) -> None:
    """Remove a file from the results of a run, and its checksum, as if it had not been kept."""
    sums = folder / SUMS_FILE
    lines = sums.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if line.rstrip("\n").partition("  ")[2] != name]
    with whole_file(sums) as file:
        file.write_text("".join(kept), "utf-8", newline="\n")
    (folder / name).unlink()


def _sums(path: Path) -> Iterator[tuple[str, str]]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise ResultsError(
            Problem(str(path), "the results have no checksums", expected="the folder of a run")
        ) from error
    except UnicodeDecodeError as error:
        raise ResultsError(Problem(str(path), "the file is damaged")) from error
    for number, line in enumerate(text.splitlines(), 1):
        digest, gap, name = line[:_DIGITS], line[_DIGITS : _DIGITS + 2], line[_DIGITS + 2 :]
        inside = name and not PurePosixPath(name).is_absolute() and ".." not in name.split("/")
        if not inside or gap != "  " or any(one not in "0123456789abcdef" for one in digest):
            raise ResultsError(
                Problem(f"{path}:{number}", "this line is no checksum of a file", line[:80])
            )
        yield name, digest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
