"""Municipalities and wards, and what became of them, from KLASS.

``GET /classifications/131/codesAt.json?date=`` has the codes of a day, ``GET
/classifications/131/changes.json?from=&to=`` what changed on the days from the first to before the
last (https://data.ssb.no/api/klass/v1/api-guide.html).
"""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from projector.errors import FetchError, Problem
from projector.inputs.fetch.service import Service
from projector.inputs.fetch.transport import Transport
from projector.tables.cells import guarded

__all__ = ["Change", "Klass", "changes_as_csv", "related"]

_UNKNOWN = "9999"
"""Code of an unknown municipality."""


@dataclass(frozen=True)
class Change:
    """A region became another, or part of it.

    Parameters
    ----------
    day
        ISO date of the change.
    old, old_name, new, new_name
        Codes and names before and after.
    """

    day: str
    old: str
    old_name: str
    new: str
    new_name: str


class Klass:
    """The API of KLASS.

    Parameters
    ----------
    transport
        What asks.
    service
        Where.
    wards
        Whether wards are meant, and not municipalities.
    """

    def __init__(self, transport: Transport, service: Service, *, wards: bool = False) -> None:
        self._transport = transport
        self.number = service.classification_of_wards if wards else service.classification
        self._address = f"{service.address_klass}/classifications/{self.number}"

    def regions(self, year: int) -> dict[str, str]:
        """Name by code on 1 January of a year.

        Raises
        ------
        FetchError
            If KLASS is not reached, or answers with something else.
        """
        document = self._ask("codesAt.json", {"date": f"{year}-01-01"})
        try:
            found = {str(row["code"]): str(row["name"]) for row in document["codes"]}
        except (KeyError, TypeError) as error:
            raise self._strange("codes", error) from error
        found.pop(_UNKNOWN, None)
        if not found:
            message = f"KLASS has no regions on 1 January {year}"
            raise FetchError(Problem(self._address, message))
        return found

    def changes(self, first: int, last: int) -> list[Change]:
        """What changed after 1 January of the first year, up to that of the last.

        Raises
        ------
        FetchError
            If KLASS is not reached, or answers with something else.
        """
        document = self._ask("changes.json", {"from": f"{first}-01-02", "to": f"{last}-01-02"})
        try:
            rows = [
                Change(
                    str(row["changeOccurred"]),
                    str(row["oldCode"]),
                    str(row["oldName"]),
                    str(row["newCode"]),
                    str(row["newName"]),
                )
                for row in document["codeChanges"]
                if row["oldCode"] and row["newCode"]
            ]
        except (KeyError, TypeError) as error:
            raise self._strange("codeChanges", error) from error
        return sorted(rows, key=lambda row: (row.day, row.old, row.new))

    def _ask(self, what: str, parameters: Mapping[str, str]) -> Any:
        asked = {**parameters, "language": "nb"}
        return self._transport.ask("GET", f"{self._address}/{what}", parameters=asked).document

    def _strange(self, expected: str, error: Exception) -> FetchError:
        message = f"the answer is not of the shape that is documented ({error!r})"
        return FetchError(Problem(self._address, message, expected=f"a list '{expected}'"))


def related(codes: Collection[str], changes: Sequence[Change]) -> list[Change]:
    """The changes that some regions have to do with, in any number of steps, forth or back.

    A region that was divided can be shared out only with the people of all its parts, and these may
    have taken in others: so the changes that hang together are taken together.
    """
    found = set(codes)
    while True:
        more = {
            code
            for change in changes
            if change.old in found or change.new in found
            for code in (change.old, change.new)
        }
        if more <= found:
            return [change for change in changes if change.old in found]
        found |= more


def changes_as_csv(changes: Sequence[Change]) -> bytes:
    """The changes as KLASS's own table, which `read_region_changes` reads."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["changeOccurred", "old_code", "old_label", "new_code", "new_label"])
    for one in changes:
        writer.writerow([one.day, one.old, guarded(one.old_name), one.new, guarded(one.new_name)])
    return text.getvalue().encode("utf-8")
