"""A folder of results appears whole or not at all, and never in the place of nothing.

The new folder is written beside the old one and then takes its name. A run that is killed
leaves the old folder as it was; one that is killed in the instant between the two renames
leaves it under its ``.previous`` name, from where the next write, or `restore`, takes it back.
One writer at a time: a lock beside the folder, which the system lets go of when its holder dies.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from projector.errors import Problem, UsageError

__all__ = ["restore", "sole_writer", "whole_file", "whole_folder"]

_UNFINISHED = ".unfinished"


@contextmanager
def sole_writer(target: Path) -> Iterator[None]:
    """Keep all others from writing a folder while the block runs.

    Parameters
    ----------
    target
        The folder; the lock is a hidden file beside it, which stays. Whoever holds it may take
        it again.

    Raises
    ------
    UsageError
        If another process holds it.
    OSError
        If nothing can be written there.
    """
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(_lock_file(target), timeout=0, is_singleton=True)
    try:
        with _named(target):
            _lock_file(target).touch()
            lock.acquire()
    except FileNotFoundError as error:
        # Of a folder that takes no files: the lock in it would seem to be another's.
        raise PermissionError(errno.EACCES, "nothing can be written here", str(target)) from error
    except Timeout as error:
        raise UsageError(
            Problem(
                where=str(target),
                message="another run is writing its results here",
                expected="to wait until it is done, or another folder; see --output",
            )
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A temporary folder that becomes `target` when the block ends well.

    Parameters
    ----------
    target
        Where the results shall lie. What lies there before stays until the block is done.

    Yields
    ------
    Path
        The folder to write into, on the same file system.
    """
    target = target.resolve()
    with sole_writer(target):
        _take_back(target)
        _sweep(target)
        unfinished = target.with_name(f".{target.name}.{os.getpid()}{_UNFINISHED}")
        unfinished.mkdir()
        try:
            with _named(target):
                yield unfinished
                for path in unfinished.rglob("*"):
                    if path.is_file():
                        _flush(path)
            if target.exists():
                target.rename(_previous(target))
            unfinished.rename(target)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)  # the first error is the one to tell
            _take_back(target)
            raise
        if _previous(target).exists():
            shutil.rmtree(_previous(target))


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A temporary file that becomes `target` when the block ends well.

    Parameters
    ----------
    target
        The file. What it held before stays until the block is done.

    Yields
    ------
    Path
        The file to write, beside it.
    """
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}{_UNFINISHED}")
    try:
        with _named(target):
            yield unfinished
            _flush(unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def restore(target: Path) -> None:
    """Take back what a killed run had set aside, if nothing has taken its place.

    Raises
    ------
    UsageError
        If a run is writing there now.
    """
    target = target.resolve()
    if _previous(target).exists():
        with sole_writer(target):
            _take_back(target)


def _take_back(target: Path) -> None:
    previous = _previous(target)
    if not previous.exists():
        return
    if target.exists():
        shutil.rmtree(previous)
    else:
        previous.rename(target)


def _sweep(target: Path) -> None:
    """Remove what killed runs had begun; what a run that still lives writes is left alone."""
    for path in target.parent.glob(f".{target.name}.*{_UNFINISHED}"):
        process = path.name.removeprefix(f".{target.name}.").split(".")[0]
        if process.isdecimal() and not _alive(int(process)):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    """Whether a process runs. Windows has no way to ask without harm, so there: yes."""
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _named(target: Path) -> Iterator[None]:
    """Have a fault of the file system name what a reader knows, not our own files beside it."""
    try:
        yield
    except OSError as error:
        name = str(error.filename or "")
        if not name or Path(name) == _lock_file(target) or _UNFINISHED in name:
            error.filename = str(target)
        raise


def _lock_file(target: Path) -> Path:
    return target.with_name(f".{target.name}.lock")


def _previous(target: Path) -> Path:
    return target.with_name(f".{target.name}.previous")


def _flush(path: Path) -> None:
    """Have the file on the disk before its folder gets its name."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
