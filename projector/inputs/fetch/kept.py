"""Answers that are kept, so that a fetch that was broken off goes on where it was."""

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from projector.inputs.fetch.queries import Query

__all__ = ["KeptAnswers", "Record"]


@dataclass(frozen=True)
class Record:
    """One answer: where it lies and how it came about.

    Parameters
    ----------
    path
        The JSON-stat2 file.
    query
        What was asked.
    updated
        The table's time of update.
    fetched
        When the answer came (UTC).
    version
        The interface that gave it.
    sha256
        Of the file.
    """

    path: Path
    query: Query
    updated: str
    fetched: str
    version: str
    sha256: str


class KeptAnswers:
    """A folder of answers, by table, query and the table's time of update.

    An answer is written before the note beside it that names its SHA-256; one without a note, or
    with another hash than it says, is no answer and is fetched again.

    Parameters
    ----------
    folder
        Made where it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, query: Query, updated: str) -> Record | None:
        """The answer to a query, whole and of this time of update; None where there is none."""
        path = self._path(query, updated)
        note = path.with_suffix(".note.json")
        if not path.is_file() or not note.is_file():
            return None
        try:
            told = json.loads(note.read_text(encoding="utf-8"))
            fits = told["query"] == query.text() and told["updated"] == updated
            fetched, version, digest = told["fetched"], told["version"], told["sha256"]
        except (ValueError, KeyError, TypeError):
            return None  # a note that was broken off: the answer is fetched again
        if not fits or sha256(path.read_bytes()).hexdigest() != digest:
            return None
        return Record(path, query, updated, fetched, version, digest)

    def put(self, query: Query, updated: str, content: bytes, fetched: str, version: str) -> Record:
        """Keep an answer."""
        path = self._path(query, updated)
        path.parent.mkdir(parents=True, exist_ok=True)
        record = Record(path, query, updated, fetched, version, sha256(content).hexdigest())
        _write(path, content)
        told = {
            "query": query.text(),
            "updated": updated,
            "fetched": fetched,
            "version": version,
            "sha256": record.sha256,
        }
        _write(
            path.with_suffix(".note.json"),
            json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8"),
        )
        return record

    def _path(self, query: Query, updated: str) -> Path:
        stamp = "".join(letter for letter in updated if letter.isalnum())
        return self.folder / query.table / stamp / f"{query.key}.json"


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
