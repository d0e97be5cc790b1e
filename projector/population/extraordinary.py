r"""Extraordinary years: an asylum centre that opens and closes, an intake of refugees.

A year is extraordinary where people came or left in numbers far from the region's usual. The
usual is the median over the intervals, and far is measured by the median absolute deviation,
but never by less than that of the region in the middle. An interval counts with Huber's (1964,
doi:10.1214/aoms/1177703732) weight

.. math:: w = \min\left(1, \frac{k s}{|x - \operatorname{median} x|}\right), \qquad
          s = 1.4826 \operatorname{median} |x - \operatorname{median} x|
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Extraordinary", "interval_weights", "list_extraordinary"]

Array = NDArray[np.float64]

_NORMAL = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""

_FAR = 3.0
"""Standard deviations: one interval in four hundred is farther off by chance."""

_FEWEST_INTERVALS = 4
"""From fewer intervals nobody knows what is usual."""

_ROUNDING = 1e-9
"""Rates this near to one another are the same."""


@dataclass(frozen=True)
class Extraordinary:
    """An interval that counts for less in a region.

    Parameters
    ----------
    region
        Its code.
    first, last
        The years of the two tables.
    persons
        How many more people came than is usual there, persons a year.
    weight
        What the interval counts for, below 1.
    """

    region: str
    first: int
    last: int
    persons: float
    weight: float


def interval_weights(rate: Array, counts: NDArray[np.bool_] | None = None) -> Array:
    """What each interval counts for.

    Parameters
    ----------
    rate
        ``[interval, region]``, what moves did to the region's people.
    counts
        ``[region]``, whether it counts when the region in the middle is looked for; by default
        all do.

    Returns
    -------
    ndarray
        ``[interval, region]``, above 0 and at most 1; all 1 where there are fewer than four
        intervals.
    """
    if len(rate) < _FEWEST_INTERVALS or not rate.size:
        return np.ones_like(rate)
    apart = np.abs(rate - np.median(rate, axis=0))
    spread = _NORMAL * np.median(apart, axis=0)
    middle = np.median(spread if counts is None else spread[counts])
    spread = np.maximum(spread, max(float(middle), _ROUNDING))
    far = _FAR * spread
    weight: Array = np.divide(far, apart, out=np.ones_like(apart), where=apart > far)
    return weight


def list_extraordinary(
    rate: Array,
    people: Array,
    weight: Array,
    regions: "Sequence[str]",
    years: "Sequence[tuple[int, int]]",
) -> tuple[Extraordinary, ...]:
    """The intervals that count for less, by region and year.

    Parameters
    ----------
    rate, people, weight
        ``[interval, region]``: what moves did, the people expected without them, persons, and
        what the interval counts for.
    regions, years
        Codes, and first and last year of each interval.

    Returns
    -------
    tuple of Extraordinary
    """
    unusual = (rate - np.median(rate, axis=0)) * people
    return tuple(
        Extraordinary(
            region,
            first,
            last,
            float(unusual[i, r]) / (last - first),
            float(weight[i, r]),
        )
        for r, region in enumerate(regions)
        for i, (first, last) in enumerate(years)
        if weight[i, r] < 1
    )
