"""Whether an answer is what was asked for."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from projector.errors import FetchError, Problem
from projector.inputs.fetch.queries import Query

__all__ = ["StaleError", "check_answer", "updated_of"]


class StaleError(FetchError):
    """The table was updated since it was first asked."""


def updated_of(document: Any) -> str:
    """When the table of an answer was last updated, as it says.

    Raises
    ------
    FetchError
        If it does not.
    """
    stamp = document.get("updated") if isinstance(document, dict) else None
    if not isinstance(stamp, str) or not stamp:
        raise FetchError(Problem("answer", "it does not say when the table was updated"))
    return stamp


def check_answer(query: Query, updated: str | None, content: bytes) -> str:
    """Hold an answer against its query.

    Parameters
    ----------
    query
        What was asked.
    updated
        The table's time of update when it was first asked; None where it is not known yet.
    content
        The answer.

    Returns
    -------
    str
        The time of update that the answer carries.

    Raises
    ------
    StaleError
        If that is another than `updated`.
    FetchError
        If the answer has other dimensions, other codes or another number of values than asked
        for, with all that is wrong.
    """
    document = json.loads(content.decode("utf-8"))
    stamp = updated_of(document)
    where = f"table {query.table}"
    if updated is not None and not _same_time(stamp, updated):
        raise StaleError(Problem(where, "updated while it was fetched", stamp, updated))
    problems = []
    asked = [code for code, _ in query.selection]
    got = document.get("id")
    if not isinstance(got, list) or sorted(map(str, got)) != sorted(asked):
        found = ", ".join(map(str, got)) if isinstance(got, list) else str(got)
        raise FetchError(
            Problem(where, "the answer has other dimensions than asked", found, ", ".join(asked))
        )
    for code, values in query.selection:
        category = document.get("dimension", {}).get(code, {}).get("category", {})
        index = category.get("index", category.get("label", {}))
        problems += _differences(where, code, values, list(index))
    size = document.get("size")
    expected = [len(query.codes(code)) for code in got]
    if size != expected and not problems:
        problems.append(Problem(where, "the answer has another size", str(size), str(expected)))
    value = document.get("value")
    if isinstance(value, list) and len(value) != query.cells:
        message = "the answer has another number of values"
        problems.append(Problem(where, message, str(len(value)), str(query.cells)))
    if problems:
        raise FetchError(problems)
    return stamp


def _differences(
    where: str, dimension: str, asked: Sequence[str], got: Sequence[str]
) -> list[Problem]:
    """Codes that were asked for and did not come, and the other way round."""
    problems = []
    for message, codes in (
        (f"'{dimension}': codes asked for did not come", [c for c in asked if c not in set(got)]),
        (f"'{dimension}': codes came unasked", [c for c in got if c not in set(asked)]),
    ):
        if codes:
            more = f" and {len(codes) - 5} more" if len(codes) > 5 else ""
            problems.append(Problem(where, message, ", ".join(codes[:5]) + more))
    return problems


def _same_time(one: str, other: str) -> bool:
    """Whether two times of update are the same, however they are written; without a zone UTC."""
    try:
        first, second = datetime.fromisoformat(one), datetime.fromisoformat(other)
    except ValueError:
        return one == other
    return _in_utc(first) == _in_utc(second)


def _in_utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
