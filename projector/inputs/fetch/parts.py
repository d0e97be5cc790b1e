"""What a fetched set is put together from: files, with where they are from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from projector.inputs.fetch.extracts import Fetched
from projector.inputs.fetch.queries import Query

__all__ = ["Part", "Source"]


@dataclass(frozen=True)
class Source:
    """Where one file is from.

    Parameters
    ----------
    file
        Its name in the set.
    title
        Of the table, with its number.
    updated
        When the table was last changed.
    fetched
        When the last extract came (UTC).
    version
        Through which interface.
    queries
        The queries, as they were put.
    remark
        What was done with it.
    """

    file: str
    title: str
    updated: str
    fetched: str
    version: str
    queries: tuple[str, ...]
    remark: str


@dataclass(frozen=True)
class Part:
    """Some files of a set.

    Parameters
    ----------
    files
        Content by name.
    sources
        Where they are from.
    notes
        What a planner should know.
    """

    files: Mapping[str, bytes]
    sources: Sequence[Source]
    notes: Sequence[str] = field(default=())

    @staticmethod
    def source(file: str, fetched: Fetched, remark: str, *, skip: Sequence[Query] = ()) -> Source:
        """The source of a file made from all that came of a table."""
        records = [record for answers in fetched.records for record in answers]
        asked = [record for record in records if record.query not in skip]
        versions = dict.fromkeys(record.version for record in records)
        return Source(
            file,
            fetched.metadata.title,
            fetched.updated,
            max(record.fetched for record in records),
            ", ".join(versions),
            tuple(record.query.text() for record in asked),
            remark,
        )
