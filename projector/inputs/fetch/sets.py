"""All that is fetched for an input set."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from projector.errors import Problem, UsageError
from projector.inputs.fetch.extracts import Desk
from projector.inputs.fetch.kept import KeptAnswers
from projector.inputs.fetch.klass import Change, Klass, related
from projector.inputs.fetch.pace import Clock, TokenBucket
from projector.inputs.fetch.parts import Part, Source
from projector.inputs.fetch.people import fetch_people, ward_codes
from projector.inputs.fetch.published import fetch_printed, fetch_projection
from projector.inputs.fetch.pxweb import PxWeb, PxWebV1, PxWebV2, reachable
from projector.inputs.fetch.regions import ALL, choose_regions
from projector.inputs.fetch.service import Service, default_years, wanted_table
from projector.inputs.fetch.transport import Transport
from projector.tables import NATION

__all__ = ["PARTS", "Order", "Workplace", "fetch_set"]

PARTS = ("population", "projection", "hospital", "care")
"""What may be fetched; the first is what a run reads."""

_TOWN = 4


@dataclass(frozen=True)
class Order:
    """What is to be fetched.

    Parameters
    ----------
    regions
        Codes and names of municipalities, wards and areas; ``all``; or the nation alone.
    first, last
        Years of the age tables; None for the last ones that the table has.
    parts
        Some of `PARTS`.
    projection
        The table of the projection; None for the newest.
    alternatives
        Its letters.
    areas
        Codes by the name of an area, of the base set.
    """

    regions: Sequence[str]
    first: int | None = None
    last: int | None = None
    parts: Sequence[str] = PARTS
    projection: str | None = None
    alternatives: Sequence[str] = ("MMMM",)
    areas: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Workplace:
    """What a fetch works with.

    Parameters
    ----------
    service
        The statistics bank.
    folder
        Where answers are kept.
    clock
        What paces and waits.
    now
        The time (UTC) that records carry.
    tell
        Told how it goes.
    interface
        ``auto`` (PxWebApi 2, or 1 where that is away), ``2`` or ``1``.
    cells
        Fewer cells in an extract than the service allows.
    """

    service: Service
    folder: Path
    clock: Clock
    now: Callable[[], str]
    tell: Callable[[str], None]
    interface: str = "auto"
    cells: int | None = None


def fetch_set(order: Order, place: Workplace) -> Part:
    """Fetch what was ordered.

    Parameters
    ----------
    order
        What.
    place
        With what.

    Returns
    -------
    Part
        All files, with their sources and notes. Nothing of it is written but the answers that are
        kept.

    Raises
    ------
    FetchError, InputsError, UsageError
        With what is wrong, or away.
    """
    service = place.service
    bucket = TokenBucket(service.queries, service.window, place.clock)
    transport = Transport(bucket, place.clock, place.tell)
    desk = Desk(
        _interface(place, transport),
        KeptAnswers(place.folder),
        place.now,
        place.tell,
        place.cells,
    )
    people, wards = wanted_table("population"), wanted_table("wards")
    years = _years(order, desk, people.table)
    klass = Klass(transport, service)
    today, changes = klass.regions(years[-1]), klass.changes(years[0], years[-1])
    known_wards = _wards(order, desk, today)
    chosen = choose_regions(order.regions, today, known_wards, order.areas, changes)
    codes = [*chosen.municipalities, *chosen.wards]
    concerned = related(chosen.municipalities, changes)
    of_wards: list[Change] = []
    if chosen.wards:
        standard = Klass(transport, service, wards=True)
        of_wards = related(chosen.wards, standard.changes(years[0], years[-1]))
    asked_at = place.now()
    parts: list[Part] = []
    for part in order.parts:
        if part == "population":
            names = {NATION: "Norge", **today, **known_wards}
            parts.append(
                fetch_people(
                    desk, people, wards, chosen, years, (concerned, of_wards), names, place.folder
                )
            )
        elif part == "projection":
            table = wanted_table("projection", order.projection)
            parts.append(fetch_projection(desk, table, codes, order.alternatives))
        else:
            older = [change.old for change in concerned]
            regions = [*chosen.municipalities, *older]
            parts.append(fetch_printed(desk, wanted_table(part), regions, years))
    files = {name: content for part in parts for name, content in part.files.items()}
    asked = {
        one.file: [json.loads(query) for query in one.queries]
        for part in parts
        for one in part.sources
    }
    text = json.dumps(asked, ensure_ascii=False, indent=1) + "\n"
    return Part(
        files | {"published/queries.json": text.encode("utf-8")},
        [
            *(source for part in parts for source in part.sources),
            *_klass_source(files, service, asked_at, years),
        ],
        [note for part in parts for note in part.notes],
    )


def _klass_source(
    files: Mapping[str, bytes], service: Service, asked: str, years: Sequence[int]
) -> list[Source]:
    """Where the table of changes is from, if there is one."""
    name = "published/klass_changes.csv"
    if name not in files:
        return []
    numbers = f"{service.classification} and {service.classification_of_wards}"
    remark = (
        f"what became of regions after 1 January {years[0]}; population.csv is brought on by it"
    )
    title, version = f"KLASS {numbers}: changes", f"KLASS, {service.address_klass}"
    return [Source(name, title, "", asked, version, (), remark)]


def _interface(place: Workplace, transport: Transport) -> PxWeb:
    if place.interface == "1":
        return PxWebV1(transport, place.service)
    if place.interface == "2":
        return PxWebV2(transport, place.service)
    return reachable(transport, place.service, place.tell)


def _years(order: Order, desk: Desk, table: str) -> list[int]:
    """The years of the age tables."""
    metadata = desk.service.metadata(table)
    there = [int(value) for value in metadata.dimension(metadata.time).values]
    last = order.last or there[-1]
    first = order.first or max(there[0], last - default_years() + 1)
    if not there[0] <= first < last <= there[-1]:
        found, expected = f"{first} to {last}", f"two years or more within {there[0]}-{there[-1]}"
        raise UsageError(Problem(f"table {table}", "no such years", found, expected))
    return list(range(first, last + 1))


def _wards(order: Order, desk: Desk, today: Mapping[str, str]) -> dict[str, str]:
    """Name by code of the wards; asked for only where something may be one."""
    plain = {ALL, NATION, *today, *today.values(), *order.areas}
    inside = {code for one in order.regions for code in order.areas.get(one, ())}
    maybe = [one for one in order.regions if one not in plain]
    if not maybe and not any(len(code) > _TOWN for code in inside):
        return {}
    wards = wanted_table("wards")
    metadata = desk.service.metadata(wards.table)
    return {code: name for code, (_, name) in ward_codes(metadata, wards.region).items()}
