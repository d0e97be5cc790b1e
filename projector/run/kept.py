"""Finished lots on the disk, so that a run that was interrupted goes on from them.

A file bears the SHA-256 of what is in it in its name, and gets that name when it is whole. What a
killed run has left half written has no such name; what has been damaged since does not fit it.
Nothing in a file is executed when it is read.
"""

import hashlib
import os
import platform
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Kept", "LotsOfRun"]

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Kept:
    """A folder of arrays by name.

    Parameters
    ----------
    folder
        Made when the first file is written.
    """

    folder: Path

    def write(self, name: str, arrays: Arrays) -> None:
        """Keep some arrays, in the place of what has the name.

        Raises
        ------
        OSError
            With the folder, if the disk is full.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f".{name}.{platform.node()}.{os.getpid()}"
        try:
            with unfinished.open("w+b") as file:
                np.savez(file, allow_pickle=False, **arrays)
                file.seek(0)
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            self.discard(name)
            unfinished.rename(self.folder / f"{name}-{digest}.npz")
        except OSError as error:
            error.filename = str(self.folder)
            raise
        finally:
            unfinished.unlink(missing_ok=True)

    def is_there(self, name: str) -> bool:
        """Whether there is a file of the name, whole or not."""
        return any(self._files(name))

    def read(self, name: str) -> dict[str, NDArray[Any]] | None:
        """Arrays as they were written; None where there are none, or they have been damaged."""
        for path in self._files(name):
            if self._is_whole(path):
                with np.load(path, allow_pickle=False) as arrays:
                    return dict(arrays)
        return None

    def is_whole(self, name: str) -> bool:
        """Whether `read` gives something."""
        return any(self._is_whole(path) for path in self._files(name))

    def discard(self, name: str) -> None:
        """Remove what has the name."""
        for path in list(self._files(name)):
            path.unlink(missing_ok=True)

    def _files(self, name: str) -> Iterator[Path]:
        return self.folder.glob(f"{name}-*.npz")

    def _is_whole(self, path: Path) -> bool:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return path.stem.endswith(f"-{digest}")


_FOLDER = ".blocks"


@dataclass(frozen=True)
class LotsOfRun:
    """What runs into one output folder keep until they are done: a folder for each key.

    It lies beside the output folder, whose place new results take as a whole.

    Parameters
    ----------
    output
        Folder for the results.
    """

    output: Path

    @property
    def folder(self) -> Path:
        """Where it lies."""
        output = self.output.resolve()
        return output.parent / _FOLDER / output.name

    def clear(self, *, keep: Kept | None = None) -> None:
        """Remove all but what is named: nothing else can be gone on from."""
        if not self.folder.is_dir():
            return
        for path in self.folder.iterdir():
            if keep is None or path != keep.folder:
                shutil.rmtree(path)
        for around in (self.folder, self.folder.parent):
            if not any(around.iterdir()):
                around.rmdir()
