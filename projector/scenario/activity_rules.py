"""Rules between the keys of section `activity`, those within one change left out.

They are as those of `projector.scenario.rules`; what goes together in a change stands in
`projector.scenario.change_rules`.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from projector.scenario.area_rules import EVERYWHERE
from projector.scenario.change_rules import same_names, texts
from projector.scenario.faults import KEY, Fault, FaultsError
from projector.scenario.numbers import Bounds, parse_number
from projector.scenario.parsing import Ages, parse_ages
from projector.scenario.paths import RATE, parse_path
from projector.scenario.values import Path

__all__ = ["HOSPITAL", "LIMIT", "activity_rule", "growth_rule"]

Written = dict[Any, Any]

HOSPITAL = "hospital"
"""Stands for all settings of hospitals together."""

LIMIT = Bounds("limit", low=0, high=1000, low_open=True)
"""How many times the use of the base year growth may end at."""


def growth_rule(written: Written) -> Iterator[Fault]:
    """Growth says something, about each age once, and goes towards its limit."""
    if "annual" not in written and "ages" not in written:
        yield Fault("growth needs annual or ages")
    for (first, one), (second, another) in combinations(_age_bands(written), 2):
        if one.overlaps(another):
            message = f"these ages overlap {first} in {{other}}"
            yield Fault(message, ("ages", second, KEY), other=("ages", first))
    yield from _limit_faults(written)


def _age_bands(written: Written) -> list[tuple[Any, Ages]]:
    """The ages of `ages` that can be read, with how they were written."""
    bands: list[tuple[Any, Ages]] = []
    ages = written.get("ages")
    for key in ages if isinstance(ages, dict) else ():
        try:
            bands.append((key, parse_ages(key)))
        except FaultsError:
            continue  # reported at the key
    return bands


def _limit_faults(written: Written) -> Iterator[Fault]:
    """A limit above 1 goes with growth, below 1 with decline, judged by the medians.

    A draw that declines away from a limit above 1 does so without harm; one that grows away from
    a limit below 1 would grow beyond all bounds in few years, so no draw may.
    """
    try:
        limit = LIMIT.require(parse_number(written["limit"]))
    except (KeyError, FaultsError):
        return  # reported at the limit
    if limit == 1:
        message = "use is at this limit already"
        yield Fault(message, ("limit",), expected="above 1 for growth, below 1 for decline")
        return
    for location, rate in _rates(written):
        # What a rate is in its own years decides: between them it lies between.
        median, *ends = (path.at(path.years or (0,), base_year=0) for path in rate.extremes())
        judged = (median, *ends) if limit < 1 else (median,)
        away = [bool((rates * (limit - 1) < 0).any()) for rates in judged]
        if any(away):
            often = "" if away[0] else " in some draws"
            message = f"use moves away from this limit{often}, by the rate in {{other}}"
            expected = "below 1, for decline" if limit > 1 else "above 1, for growth"
            yield Fault(message, ("limit",), expected=expected, other=location)


def _rates(written: Written) -> Iterator[tuple[tuple[str | int, ...], Path]]:
    """The rates that can be read, with the keys that lead to them."""
    parse = parse_path(RATE, rate=False)
    ages = written.get("ages")
    places: list[tuple[str | int, ...]] = [("annual",)] if "annual" in written else []
    places += [("ages", key) for key in ages] if isinstance(ages, dict) else []
    for location in places:
        value: Any = written
        for key in location:
            value = value[key]
        try:
            yield location, parse(value)
        except FaultsError:
            continue  # reported at the rate


def activity_rule(written: Written) -> Iterator[Fault]:
    """Each thing is said once: what is acute, how a cell grows, what a change is called."""
    yield from _acute_faults(written.get("acute"))
    growth = written.get("growth")
    for diagnosis, entries in growth.items() if isinstance(growth, dict) else ():
        if isinstance(entries, list | tuple):
            yield from _same_cells(diagnosis, entries)
    changes = written.get("changes")
    if isinstance(changes, list | tuple):
        yield from same_names(changes, "changes", "two changes")


def _acute_faults(acute: object) -> Iterator[Fault]:
    if isinstance(acute, dict) and HOSPITAL in acute:
        message = "acute is said of hospital or of settings; hospital is in {other}"
        for setting in acute:
            if setting != HOSPITAL:
                yield Fault(message, ("acute", setting, KEY), other=("acute", HOSPITAL))


def _same_cells(diagnosis: str, entries: Sequence[object]) -> Iterator[Fault]:
    if not entries:
        yield Fault("an empty list", ("growth", diagnosis), expected="a map with annual or ages")
    maps = [(place, entry) for place, entry in enumerate(entries) if isinstance(entry, dict)]
    for (first, one), (second, another) in combinations(maps, 2):
        if _meet(one, another):
            yield Fault(
                "these people and settings grow already by {other}",
                ("growth", diagnosis, second),
                expected="another sex, region, setting or ages",
                other=("growth", diagnosis, first),
            )


def _meet(one: Written, another: Written) -> bool:
    """Whether two entries are about some cell both, as far as the file can tell."""
    for key in ("sex", "setting", "region"):
        chosen, others = _chosen(one, key), _chosen(another, key)
        if chosen is not None and others is not None and chosen.isdisjoint(others):
            return False
    return any(
        first.overlaps(second) for first in _growing_ages(one) for second in _growing_ages(another)
    )


def _chosen(entry: Written, key: str) -> frozenset[str] | None:
    """Names that an entry is limited to; None for all."""
    if key not in entry:
        return None
    names = frozenset(name for _, name in texts(entry[key]))
    return None if key == "region" and EVERYWHERE in names else names


def _growing_ages(entry: Written) -> list[Ages]:
    if "annual" in entry or not isinstance(entry.get("ages"), dict):
        return [Ages(0, -1)]
    return [band for _, band in _age_bands(entry)]
