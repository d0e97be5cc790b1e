"""Rules between the keys of section `capacity`, as those of `projector.scenario.rules`."""

from collections.abc import Iterator
from typing import Any

from projector.scenario.change_rules import same_names, texts
from projector.scenario.faults import KEY, Fault

__all__ = [
    "LOGNORMAL",
    "STAYS",
    "arrivals_rule",
    "capacity_rule",
    "pool_rule",
    "step_change_rule",
]

Written = dict[Any, Any]

LOGNORMAL = "lognormal"
STAYS = ("exponential", "fixed", LOGNORMAL)
"""How lengths of stay are distributed; only the lognormal has a variation of its own."""


def capacity_rule(written: Written) -> Iterator[Fault]:
    """Beds are sized in one way, and are in one pool."""
    yield from _sizing_faults(written.get("occupancy"), written.get("overflow"))
    pools = written.get("pools")
    if isinstance(pools, list | tuple):
        yield from same_names(pools, "pools", "two pools")
        yield from _shared_twice(pools)


def _sizing_faults(occupancy: object, overflow: object) -> Iterator[Fault]:
    if isinstance(occupancy, dict) and isinstance(overflow, dict):
        for name in overflow:
            if name in occupancy:
                yield Fault(
                    "beds are sized by overflow or by occupancy; occupancy is set in {other}",
                    ("overflow", name, KEY),
                    other=("occupancy", name),
                )


def _shared_twice(pools: list[Any] | tuple[Any, ...]) -> Iterator[Fault]:
    """A resource of a site belongs to one pool."""
    first_with: dict[tuple[str, str], tuple[str | int, ...]] = {}
    for position, pool in enumerate(pools):
        site = pool.get("site") if isinstance(pool, dict) else None
        if not isinstance(site, str):
            continue
        here: dict[tuple[str, str], tuple[str | int, ...]] = {}
        for (item,), resource in texts(pool.get("resources")):
            location = ("pools", position, "resources", item)
            if (site, resource) in first_with:
                message = "these beds are in another pool already, in {other}"
                yield Fault(message, location, other=first_with[site, resource])
            here.setdefault((site, resource), location)
        first_with = here | first_with


def arrivals_rule(written: Written) -> Iterator[Fault]:
    """Arrivals say something, and variation is that of lognormal stays."""
    if not written:
        yield Fault("arrivals need dispersion, stays or variation")
    stays = written.get("stays")
    if "variation" in written and stays is None:
        message = "variation is of lognormal stays, and stays are not said"
        yield Fault(message, ("variation", KEY), expected=f"stays: {LOGNORMAL}")
    elif "variation" in written and stays in STAYS and stays != LOGNORMAL:
        message = f"variation is of lognormal stays; {stays} is in {{other}}"
        yield Fault(message, ("variation", KEY), other=("stays",))


def pool_rule(written: Written) -> Iterator[Fault]:
    """There is something to share."""
    resources = written.get("resources")
    one = isinstance(resources, str) or (
        isinstance(resources, list | tuple) and len(resources) == 1
    )
    if one:
        yield Fault("a pool shares the beds of two resources or more", ("resources",))


def step_change_rule(written: Written) -> Iterator[Fault]:
    """Something opens or closes, for a year at least."""
    if written.get("amount") == 0:
        yield Fault("this opens nothing and closes nothing", ("amount",))
    first, last = written.get("from"), written.get("until")
    if isinstance(first, int) and isinstance(last, int) and last < first:
        yield Fault("until lies before from", ("until",), expected=f"{first} or later")
