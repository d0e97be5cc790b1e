"""What is known of the statistics bank before it is asked: addresses, limits and tables."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from projector.errors import Problem, UsageError, nearest_name

__all__ = ["Service", "Wanted", "default_years", "known_service", "wanted_table"]


@dataclass(frozen=True)
class Service:
    """Where the statistics bank is, and what it allows.

    Parameters
    ----------
    address_v2, address_v1, address_klass
        Base addresses of PxWebApi 2, of PxWebApi 1 and of KLASS.
    classification, classification_of_wards
        The classifications of municipalities and of wards in KLASS.
    cells
        Data cells of one extract.
    queries, window
        Queries allowed in so many seconds.
    """

    address_v2: str
    address_v1: str
    address_klass: str
    classification: str
    classification_of_wards: str
    cells: int
    queries: int
    window: int

    def elsewhere(
        self, v2: str | None = None, v1: str | None = None, klass: str | None = None
    ) -> "Service":
        """The same service at other addresses, such as those of a mirror."""
        return replace(
            self,
            address_v2=(v2 or self.address_v2).rstrip("/"),
            address_v1=(v1 or self.address_v1).rstrip("/"),
            address_klass=(klass or self.address_klass).rstrip("/"),
        )


@dataclass(frozen=True)
class Wanted:
    """A table that input sets are made from.

    Parameters
    ----------
    use
        What for: ``population``, ``wards``, ``projection``, ``hospital`` or ``care``.
    table
        Its five digits.
    region
        Code of the dimension of regions.
    nation
        Code of the nation in it; empty where it has none.
    contents
        Code of the figures wanted, or ``*`` for all that it has.
    source
        Where a reader finds it.
    """

    use: str
    table: str
    region: str
    nation: str
    contents: str
    source: str


@cache
def _settings() -> Mapping[str, str]:
    text = files("projector.inputs").joinpath("statbank_service.csv").read_text(encoding="utf-8")
    return {row["key"]: row["value"] for row in csv.DictReader(text.splitlines())}


@cache
def _tables() -> tuple[Wanted, ...]:
    text = files("projector.inputs").joinpath("statbank_tables.csv").read_text(encoding="utf-8")
    return tuple(Wanted(**row) for row in csv.DictReader(text.splitlines()))


def known_service() -> Service:
    """The statistics bank of Statistics Norway, as ``statbank_service.csv`` has it."""
    known = _settings()
    return Service(
        known["address_v2"],
        known["address_v1"],
        known["address_klass"],
        known["classification"],
        known["classification_of_wards"],
        int(known["cells"]),
        int(known["queries"]),
        int(known["window"]),
    )


def default_years() -> int:
    """Years of age tables that are fetched where no first year is given."""
    return int(_settings()["years"])


def wanted_table(use: str, table: str | None = None) -> Wanted:
    """The table for a use: the newest, or the one that is named.

    Parameters
    ----------
    use
        As for `Wanted`.
    table
        The five digits of one of those that ``statbank_tables.csv`` has for the use.

    Returns
    -------
    Wanted

    Raises
    ------
    UsageError
        If the use has no such table.
    """
    found = [one for one in _tables() if one.use == use]
    for one in found:
        if table in {None, one.table}:
            return one
    known = [one.table for one in found]
    raise UsageError(
        Problem(
            f"table {table}",
            f"not a known table of {use}",
            f"'{table}'",
            ", ".join(known),
            nearest_name(str(table), known),
        )
    )
