"""What a table of the statistics bank holds, what is asked of it, and in which parts."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from projector.errors import FetchError, Problem, UsageError

__all__ = ["Dimension", "Metadata", "Query", "metadata_of_v1", "metadata_of_v2", "split"]


@dataclass(frozen=True)
class Dimension:
    """One dimension of a table.

    Parameters
    ----------
    code, label
        What queries and people call it.
    values, labels
        Codes of its values and what they are called.
    eliminable
        Whether a query may leave it out and get the total over it.
    """

    code: str
    label: str
    values: tuple[str, ...]
    labels: tuple[str, ...]
    eliminable: bool


@dataclass(frozen=True)
class Metadata:
    """What a table holds.

    Parameters
    ----------
    table, title
        Its five digits and its name.
    updated
        When its figures last changed; None where the interface does not say (PxWebApi 1).
    dimensions
        In the order of the table.
    time
        Code of the dimension of time.
    """

    table: str
    title: str
    updated: str | None
    dimensions: tuple[Dimension, ...]
    time: str

    def dimension(self, code: str) -> Dimension:
        """The dimension with a code.

        Raises
        ------
        FetchError
            If the table has none, as when it was made anew in another shape.
        """
        for one in self.dimensions:
            if one.code == code:
                return one
        shown = ", ".join(one.code for one in self.dimensions)
        raise FetchError(
            Problem(f"table {self.table}", f"it has no dimension '{code}'", shown, f"'{code}'")
        )


@dataclass(frozen=True)
class Query:
    """One question to a table: the codes wanted of each dimension, the others left out.

    Parameters
    ----------
    table
        Five digits.
    selection
        Dimension and codes, in the order of the table.
    """

    table: str
    selection: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def cells(self) -> int:
        """Data cells of the answer, empty ones too."""
        return math.prod(len(codes) for _, codes in self.selection)

    @property
    def key(self) -> str:
        """What tells the query from others: SHA-256 of what it asks, 24 digits of it."""
        return sha256(self.text().encode("utf-8")).hexdigest()[:24]

    def text(self) -> str:
        """The query as JSON, always the same for the same query."""
        return json.dumps([self.table, self.selection], ensure_ascii=False, separators=(",", ":"))

    def codes(self, dimension: str) -> tuple[str, ...]:
        """The codes wanted of a dimension."""
        return dict(self.selection)[dimension]

    def led_by(self, dimension: str) -> "Query":
        """The same query with one dimension in front: the one that it is parted by."""
        ordered = sorted(self.selection, key=lambda item: item[0] != dimension)
        return Query(self.table, tuple(ordered))

    def narrowed(self, dimension: str, codes: Sequence[str]) -> "Query":
        """The same query for some codes of a dimension."""
        return Query(
            self.table,
            tuple(
                (code, tuple(codes) if code == dimension else values)
                for code, values in self.selection
            ),
        )


def split(query: Query, limit: int, order: Sequence[str]) -> tuple[Query, ...]:
    """Part a query so that no part asks for more cells than are allowed.

    The first dimension of `order` is parted into the fewest pieces that will do, all of one size
    but the last; where a single code of it is still too much, the next one is parted too. The same
    query is always parted in the same way, so that what has come can be kept.

    Parameters
    ----------
    query
        What is wanted.
    limit
        Cells of one extract.
    order
        Dimensions that may be parted, such as region and time.

    Returns
    -------
    tuple of Query
        In the order of the codes. Together they ask for every cell once.

    Raises
    ------
    UsageError
        If no part can be small enough.
    """
    return tuple(_parts(query, limit, list(order)))


def _parts(query: Query, limit: int, order: list[str]) -> Iterator[Query]:
    if query.cells <= limit:
        yield query
        return
    if not order:
        raise UsageError(
            Problem(
                f"table {query.table}",
                "one region and year hold more cells than an extract may have",
                str(query.cells),
                f"at most {limit}",
            )
        )
    dimension, *rest = order
    codes = query.codes(dimension)
    each = query.cells // len(codes)
    size = max(1, limit // each)
    for start in range(0, len(codes), size):
        yield from _parts(query.narrowed(dimension, codes[start : start + size]), limit, rest)


def metadata_of_v2(table: str, document: Any) -> Metadata:
    """Read the answer of ``/tables/{id}/metadata``, a JSON-stat2 dataset without values.

    Raises
    ------
    FetchError
        If it is not that.
    """
    try:
        dimensions = []
        for code in document["id"]:
            told = document["dimension"][code]
            index = told["category"]["index"]
            values = sorted(index, key=index.__getitem__) if isinstance(index, dict) else index
            labels = told["category"].get("label", {})
            dimensions.append(
                Dimension(
                    code,
                    str(told.get("label", code)),
                    tuple(values),
                    tuple(str(labels.get(value, value)) for value in values),
                    bool(told.get("extension", {}).get("elimination", False)),
                )
            )
        (time,) = document["role"]["time"]
        return Metadata(
            table, str(document["label"]), str(document["updated"]), tuple(dimensions), str(time)
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _no_metadata(table, error) from error


def metadata_of_v1(table: str, document: Any) -> Metadata:
    """Read the answer of ``GET /table/{id}``: a title and a list of variables.

    Raises
    ------
    FetchError
        If it is not that.
    """
    try:
        dimensions = tuple(
            Dimension(
                str(told["code"]),
                str(told["text"]),
                tuple(map(str, told["values"])),
                tuple(map(str, told["valueTexts"])),
                bool(told.get("elimination", False)),
            )
            for told in document["variables"]
        )
        (time,) = [told["code"] for told in document["variables"] if told.get("time")]
        return Metadata(table, f"{table}: {document['title']}", None, dimensions, str(time))
    except (KeyError, TypeError, ValueError) as error:
        raise _no_metadata(table, error) from error


def _no_metadata(table: str, error: Exception) -> FetchError:
    return FetchError(
        Problem(
            f"table {table}",
            f"the metadata are not of the shape that is documented ({error!r})",
            expected="dimensions with codes and labels, and one of time",
        )
    )
