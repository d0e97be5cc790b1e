"""Fetching the whole of what is wanted of a table, in extracts that hang together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from projector.errors import FetchError, Problem
from projector.inputs.fetch.answers import StaleError, check_answer
from projector.inputs.fetch.kept import KeptAnswers, Record
from projector.inputs.fetch.pxweb import PxWeb
from projector.inputs.fetch.queries import Metadata, Query, split

__all__ = ["Desk", "Fetched", "fetch"]

_ANEW = 3
"""How often a table is begun anew because it was updated meanwhile."""

Choose = Callable[[Metadata], Sequence[Query]]


@dataclass(frozen=True)
class Desk:
    """Where tables are asked for.

    Parameters
    ----------
    service
        The interface.
    kept
        Answers of earlier fetches.
    now
        The time (UTC), as it goes into the records.
    tell
        Told of every extract.
    cells
        Fewer cells than the service allows in an extract; None for as many as it does.
    """

    service: PxWeb
    kept: KeptAnswers
    now: Callable[[], str]
    tell: Callable[[str], None]
    cells: int | None = None


@dataclass(frozen=True)
class Fetched:
    """What came of a table.

    Parameters
    ----------
    metadata
        What the table holds.
    updated
        Its time of update, the same in all answers.
    records
        The answers to each query, in their order.
    """

    metadata: Metadata
    updated: str
    records: tuple[tuple[Record, ...], ...]


def fetch(desk: Desk, table: str, choose: Choose) -> Fetched:
    """Fetch what is wanted of a table.

    Parameters
    ----------
    desk
        Where.
    table
        Its five digits.
    choose
        What is wanted, told from what the table holds: one or more queries, each of a dimension
        of regions first. The smallest ones first: they say whether the table is as it was.

    Returns
    -------
    Fetched

    Raises
    ------
    FetchError
        If the service is not reached or refuses, an answer is not what was asked for, or the
        table is updated again and again while it is fetched.
    """
    # Where metadata go on saying another time than answers do, answers are believed: what must
    # not happen is that two of them differ.
    answers_say: dict[str | None, str | None] = {}
    for _ in range(_ANEW):
        try:
            return _fetch_once(desk, table, choose, answers_say)
        except StaleError as error:
            shown = error.problems[0]
            answers_say = {shown.expected: shown.found}
            desk.tell(f"table {table} was updated ({shown.found}): it is begun anew")
    raise FetchError(
        Problem(
            f"table {table}",
            f"updated {_ANEW} times while it was fetched",
            expected="the same command later",
        )
    )


def _fetch_once(
    desk: Desk, table: str, choose: Choose, answers_say: Mapping[str | None, str | None]
) -> Fetched:
    metadata = desk.service.metadata(table)
    updated = answers_say.get(metadata.updated, metadata.updated)
    limit = min(desk.service.cells, desk.cells or desk.service.cells)
    records = []
    for query in choose(metadata):
        parts = split(query, limit, _order(query, metadata))
        answers = []
        for number, part in enumerate(parts, start=1):
            record = _answer(desk, part, updated)
            updated = record.updated
            answers.append(record)
            of = f" {number} of {len(parts)}" if len(parts) > 1 else ""
            desk.tell(f"table {table}: extract{of}, {part.cells} cells")
        records.append(tuple(answers))
    if updated is None:
        raise FetchError(Problem(f"table {table}", "nothing was asked of it"))
    return Fetched(metadata, updated, tuple(records))


def _order(query: Query, metadata: Metadata) -> list[str]:
    """Dimensions that may be parted: the first one asked for, and time."""
    first = query.selection[0][0]
    return [first] if first == metadata.time else [first, metadata.time]


def _answer(desk: Desk, query: Query, updated: str | None) -> Record:
    """The answer to one part: kept, where the table is as it was then, or fetched."""
    if updated is not None:
        found = desk.kept.get(query, updated)
        if found is not None:
            return found
    answer = desk.service.data(query)
    stamp = check_answer(query, updated, answer.content)
    # PxWebApi 1 says it without the zone; one table has one time of update.
    return desk.kept.put(query, updated or stamp, answer.content, desk.now(), desk.service.version)
