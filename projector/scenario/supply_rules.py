"""Rules between the keys of `workforce.supply` and `workforce.close`."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from projector.scenario.faults import KEY, Fault, FaultsError
from projector.scenario.numbers import parse_number

__all__ = ["BEGINNERS", "closing_rule", "education_rule", "supply_rule"]

Written = dict[Any, Any]

BEGINNERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"places": ("change", "calibrate"), "change": ("places",), "calibrate": ("places",)}
)
"""How the beginners of an education are said, and what does not go with it."""

_SHARES = ("retention", "full_time", "task_shift")
"""Levers that go to one at most."""


def education_rule(written: Written) -> Iterator[Fault]:
    """Beginners are said in one way, and something is said."""
    if not set(written) & {"places", "change", "completion", "calibrate"}:
        yield Fault("education needs places, change, completion or calibrate")
    if "places" in written and "change" in written:
        message = "the beginners are said twice; places are in {other}"
        yield Fault(message, ("change", KEY), other=("places",))
    if "places" in written and "calibrate" in written:
        message = "places say how many begin; calibrate is in {other}"
        yield Fault(message, ("places", KEY), other=("calibrate",))


def supply_rule(written: Written) -> Iterator[Fault]:
    """No more settle somewhere than there are."""
    settle = written.get("settle")
    total = sum(map(_number, settle.values())) if isinstance(settle, dict) else 0.0
    if total > 1 + 1e-9:
        message = "the shares of those who settle add up to more than one"
        yield Fault(message, ("settle",), expected=f"at most 1, not {total:g}")


def closing_rule(written: Written) -> Iterator[Fault]:
    """A share goes to one at most."""
    bounds = written.get("bounds")
    for lever, highest in bounds.items() if isinstance(bounds, dict) else ():
        if lever in _SHARES and _number(highest) > 1:
            yield Fault(f"{lever} goes to 1 at most", ("bounds", lever), expected="from 0 to 1")


def _number(written: object) -> float:
    """The number; 0 where it is none, which is reported where it stands."""
    try:
        return parse_number(written)
    except FaultsError:
        return 0.0
