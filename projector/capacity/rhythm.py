r"""Weekdays, weeks and months: how many arrive, and how many are there because of it.

Arrivals :math:`a_d` of a day are a factor of its weekday times one of its month times one of its
week, with mean 1 over a year of 52 weeks. What is said of week 53, which 71 of 400 years have,
counts by that share in the last week. Whoever arrived :math:`k` days ago is still there with a
probability that the length of stay gives, so the load follows the arrivals, later and smoother,

.. math:: r_d = \sum_{k \ge 0} h_k \, a_{d-k}, \qquad
          h_k = \frac{1}{\ell} \int_{-1}^{1} (1 - |v|) \, S(k + v) \, dv, \quad k + v \ge 0

with :math:`S` the share of stays longer than a time and :math:`\ell` their mean: arrivals are
spread evenly over the day, and so is the time they are looked for. Stays of weeks know no
weekdays, stays of years no seasons.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

from projector.capacity.erlang import Rhythm

__all__ = ["STAYS", "rhythm_of", "together"]

Array = NDArray[np.float64]

_WEEKS = 52
_DAYS = 7 * _WEEKS
_MONTHS = 12
_LONG_YEARS = 71 / 400
"""Share of the years that have a week 53 (ISO 8601)."""

_PARTS = 48
"""Half hours of a day, over which the kernel is summed."""

_DAY = np.arange(_DAYS)
_WEEKDAY, _WEEK, _MONTH = _DAY % 7, _DAY // 7, _DAY * _MONTHS // _DAYS
_KIND = _WEEKDAY * _MONTHS + _MONTH
"""Kind of each day of the year where weeks are alike; where not, each day is one of its own."""


def _exponential(time: Array, mean: float, _: float) -> Array:
    return np.exp(-time / mean)


def _fixed(time: Array, mean: float, _: float) -> Array:
    return (time < mean).astype(np.float64)


def _lognormal(time: Array, mean: float, variation: float) -> Array:
    spread = np.sqrt(np.log1p(variation**2))
    with np.errstate(divide="ignore"):
        z = (np.log(time) - np.log(mean) + 0.5 * spread**2) / spread
    longer: Array = special.ndtr(-z)
    return longer


STAYS: dict[str, Callable[[Array, float, float], Array]] = {
    "exponential": _exponential,
    "fixed": _fixed,
    "lognormal": _lognormal,
}
"""Share of stays that are longer than a time, given the mean and the coefficient of variation."""


def rhythm_of(
    weekdays: Sequence[float],
    months: Sequence[float],
    nights: float,
    *,
    weeks: Sequence[float] = (1.0,) * _WEEKS,
    stays: str = "exponential",
    variation: float = 1.0,
    dispersion: float = 1.0,
) -> Rhythm:
    """Kinds of day of a unit.

    Parameters
    ----------
    weekdays
        Arrivals from Monday to Sunday, relative to one another.
    months
        Arrivals from January to December, relative to one another.
    nights
        Mean length of stay, days, above 0.
    weeks
        Arrivals of weeks 1 to 52 or to 53, relative to one another.
    stays
        Distribution of the length of stay, one of `STAYS`.
    variation
        Its coefficient of variation, where the distribution has one to give.
    dispersion
        Variance of the number present relative to that of random arrivals, at least 1.

    Returns
    -------
    Rhythm
        One kind of day for each weekday of each month, for each day of the year where weeks
        differ, or a single one where days are all alike.
    """
    of_week = np.array(weeks[:_WEEKS], dtype=float)
    if len(weeks) > _WEEKS:
        of_week[-1] = (of_week[-1] + _LONG_YEARS * weeks[_WEEKS]) / (1.0 + _LONG_YEARS)
    weeks_alike = len(set(of_week)) == 1
    if len(set(weekdays)) == 1 and len(set(months)) == 1 and weeks_alike:
        return Rhythm(dispersion=dispersion)
    arrivals = (
        np.array(weekdays, dtype=float)[_WEEKDAY]
        * np.array(months, dtype=float)[_MONTH]
        * of_week[_WEEK]
    )
    arrivals /= arrivals.mean()
    load = np.fft.irfft(
        np.fft.rfft(arrivals) * np.fft.rfft(_kernel(nights, stays, variation)), n=_DAYS
    )
    kinds = _KIND if weeks_alike else _DAY
    count = np.bincount(kinds)
    of_kind = np.bincount(kinds, load) / count
    return Rhythm(
        weight=tuple(count / _DAYS),
        arrivals=tuple(np.bincount(kinds, arrivals) / count),
        load=tuple(of_kind),
        dispersion=dispersion,
        busy_month=_busy_month(of_kind),
    )


def together(
    rhythms: Sequence[Rhythm], loads: Sequence[float], arrivals: Sequence[float]
) -> Rhythm:
    """The rhythm of patients of several kinds in one unit.

    Those present are weighted by the loads, and those who arrive by the arrivals: patients who
    stay long fill the beds, and patients who stay briefly are most of those who ask for one.

    Parameters
    ----------
    rhythms
        From `rhythm_of`.
    loads
        Mean number present, of which some is above 0.
    arrivals
        Number who arrive, of which some is above 0.
    """
    finest = max((rhythm.weight for rhythm in rhythms), key=len)

    def mean(name: str, amounts: Sequence[float]) -> Array:
        values = [_as_kinds(getattr(rhythm, name), len(finest)) for rhythm in rhythms]
        result: Array = np.average(values, axis=0, weights=amounts)
        return result

    load = mean("load", loads)
    return Rhythm(
        weight=finest,
        arrivals=tuple(mean("arrivals", arrivals)),
        load=tuple(load),
        dispersion=float(np.average([rhythm.dispersion for rhythm in rhythms], weights=loads)),
        busy_month=_busy_month(load),
    )


def _as_kinds(values: Sequence[float], kinds: int) -> Array:
    """Values of kinds of day as those of as many kinds, or of more."""
    of_kind = np.array(values)
    if len(of_kind) in (1, kinds):
        return np.broadcast_to(of_kind, (kinds,))
    by_day: Array = of_kind[_KIND]
    return by_day


def _busy_month(load: Array) -> float:
    """Mean load of the busiest month, relative to the mean."""
    by_day = _as_kinds(tuple(load), _DAYS)
    return float((np.bincount(_MONTH, by_day) / np.bincount(_MONTH)).max())


def _kernel(nights: float, stays: str, variation: float) -> Array:
    """Share of those present who arrived so many days ago, over a year that begins anew."""
    longer = STAYS[stays]
    years = max(1, int(np.ceil(40.0 * nights / _DAYS)))
    offsets = (np.arange(-_PARTS, _PARTS) + 0.5) / _PARTS
    weights = (1.0 - np.abs(offsets)) / _PARTS
    time = np.arange(_DAYS * years)[:, np.newaxis] + offsets
    there = np.where(time >= 0, longer(np.maximum(time, 0.0), nights, variation), 0.0)
    by_day: Array = (there @ weights).reshape(years, _DAYS).sum(axis=0)
    by_day /= by_day.sum()
    return by_day
