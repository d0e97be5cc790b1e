"""How far a slider goes: by what it is of, the bounds of the language and its distribution."""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from projector.scenario.numbers import Bounds

__all__ = ["Range", "range_of", "start_of"]

_STEPS_OF_OTHERS = 50
"""Steps up to the value of what has no range of its own, which goes to twice its value."""


@dataclass(frozen=True)
class Range:
    """Ends and step of a slider, in the unit that the scenario has.

    Parameters
    ----------
    low, high, step
        Numbers; the value lies between the ends.
    percent
        Whether it is read as per cent.
    """

    low: float
    high: float
    step: float
    percent: bool


@cache
def _table() -> dict[str, dict[str, str]]:
    text = files("projector.explore").joinpath("ranges.csv").read_text(encoding="utf-8")
    return {row["kind"]: row for row in csv.DictReader(text.splitlines())}


def start_of(kind: str) -> float:
    """Where a slider begins of something that neither scenario nor inputs have."""
    return float(_table()[kind]["start"])


def range_of(kind: str, bounds: Bounds, values: Sequence[float]) -> Range:
    """The range of a slider.

    Parameters
    ----------
    kind
        A kind of the table of ranges; what is not there goes from nothing to twice the values.
    bounds
        What the language allows: the slider stays within.
    values
        The value, and the ends of its distribution: the slider reaches them.

    Returns
    -------
    Range
    """
    row = _table().get(kind)
    if row is None:
        most = max(map(abs, values)) or 1.0
        step = 10.0 ** math.floor(math.log10(most / _STEPS_OF_OTHERS))
        low, high, percent = (-2 * most if min(values) < 0 else 0.0), 2 * most, False
    else:
        low, high, step = (float(row[key]) for key in ("low", "high", "step"))
        percent = row["percent"] == "yes"
    if bounds.low is not None:
        low = max(low, bounds.low + (step if bounds.low_open else 0.0))
    if bounds.high is not None:
        high = min(high, bounds.high - (step if bounds.high_open else 0.0))
    return Range(min(low, *values), max(high, *values), step, percent)
