"""The two interfaces of the statistics bank, PxWebApi 2 and PxWebApi 1.

Of PxWebApi 2 (https://www.ssb.no/api/pxwebapiv2; https://github.com/PxTools/PxApiSpecs) this uses
``GET /config`` for the cells of an extract, ``GET /tables/{id}/metadata`` and ``POST
/tables/{id}/data``: with a body, because an address longer than about 2 100 characters is
answered with 404. A dimension whose ``elimination`` is true may be left out and is then summed;
the others must be there. Too many cells are refused with 400 *Too many cells selected*. Of
PxWebApi 1 it uses ``GET`` and ``POST`` of ``/table/{id}``; too many cells are refused with 403
*Too many values selected*, metadata carry no time of the last change, and answers do.

Why a client of its own, and not pxwebpy (https://pypi.org/project/pxwebpy): that library keeps
answers in memory for an hour and cannot resume a fetch, tries again on 429 only and not on 5xx or
a broken connection, takes its pace from ``/config``, where Statistics Norway states none since
2026, has no PxWebApi 1, and returns rows from which the table's ``updated``, the codes of
dimensions and the symbols beside missing figures are gone: what an input set must be able to
prove.
"""

from collections.abc import Callable
from typing import Protocol

from projector.errors import FetchError, Problem
from projector.inputs.fetch.queries import Metadata, Query, metadata_of_v1, metadata_of_v2
from projector.inputs.fetch.service import Service
from projector.inputs.fetch.transport import Answer, RefusedError, Transport, UnreachableError

__all__ = ["PxWeb", "PxWebV1", "PxWebV2", "TooManyCellsError", "reachable"]

_FEW = 3
"""Tries of the first question, when there is another interface to turn to."""


class TooManyCellsError(FetchError):
    """The service allows fewer cells than were asked for."""


class PxWeb(Protocol):
    """An interface of the statistics bank."""

    version: str
    cells: int

    def metadata(self, table: str) -> Metadata:
        """What a table holds, asked anew."""

    def data(self, query: Query) -> Answer:
        """The answer to a query, as JSON-stat2."""


class PxWebV2:
    """PxWebApi 2.

    Parameters
    ----------
    transport
        What asks.
    service
        Where.

    Raises
    ------
    UnreachableError, RefusedError
        If ``/config`` does not answer.
    """

    version = "PxWebApi 2"

    def __init__(self, transport: Transport, service: Service) -> None:
        self._transport, self._address = transport, service.address_v2
        answer = transport.ask("GET", f"{self._address}/config", tries=_FEW)
        cells = answer.document.get("maxDataCells") if isinstance(answer.document, dict) else None
        self.cells = cells if isinstance(cells, int) and cells > 0 else service.cells

    def metadata(self, table: str) -> Metadata:
        """What a table holds, asked anew."""
        address = f"{self._address}/tables/{table}/metadata"
        answer = self._transport.ask(
            "GET", address, parameters={"lang": "no", "outputFormat": "json-stat2"}
        )
        return metadata_of_v2(table, answer.document)

    def data(self, query: Query) -> Answer:
        """The answer to a query, as JSON-stat2.

        Raises
        ------
        TooManyCellsError
            If the query is too large for the service.
        """
        body = {
            "selection": [
                {"variableCode": code, "valueCodes": list(values)}
                for code, values in query.selection
            ]
        }
        return _sized(
            query,
            lambda: self._transport.ask(
                "POST",
                f"{self._address}/tables/{query.table}/data",
                parameters={"lang": "no", "outputFormat": "json-stat2"},
                body=body,
            ),
        )


class PxWebV1:
    """PxWebApi 1.

    Parameters
    ----------
    transport
        What asks.
    service
        Where.
    """

    version = "PxWebApi 1"

    def __init__(self, transport: Transport, service: Service) -> None:
        self._transport, self._address = transport, service.address_v1
        self.cells = service.cells

    def metadata(self, table: str) -> Metadata:
        """What a table holds, asked anew."""
        answer = self._transport.ask("GET", f"{self._address}/{table}")
        return metadata_of_v1(table, answer.document)

    def data(self, query: Query) -> Answer:
        """The answer to a query, as JSON-stat2.

        Raises
        ------
        TooManyCellsError
            If the query is too large for the service.
        """
        body = {
            "query": [
                {"code": code, "selection": {"filter": "item", "values": list(values)}}
                for code, values in query.selection
            ],
            "response": {"format": "json-stat2"},
        }
        return _sized(
            query,
            lambda: self._transport.ask("POST", f"{self._address}/{query.table}", body=body),
        )


def reachable(transport: Transport, service: Service, tell: Callable[[str], None]) -> PxWeb:
    """PxWebApi 2, or PxWebApi 1 where that is away; which of them is told.

    Raises
    ------
    FetchError
        By the first question put to PxWebApi 1, where neither answers.
    """
    try:
        return PxWebV2(transport, service)
    except (UnreachableError, RefusedError) as error:
        why = "; ".join(str(problem) for problem in error.problems)
        tell(f"PxWebApi 2 does not answer, so PxWebApi 1 is asked instead ({why})")
        return PxWebV1(transport, service)


def _sized(query: Query, ask: Callable[[], Answer]) -> Answer:
    """The answer, a refusal of its size told as such."""
    try:
        return ask()
    except RefusedError as error:
        if error.status in {400, 403, 413} and "too many" in error.said.casefold():
            found, expected = str(query.cells), "fewer cells in each extract: --cells"
            raise TooManyCellsError(
                Problem(f"table {query.table}", error.said, found, expected)
            ) from error
        raise
