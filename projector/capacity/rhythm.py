r"""Weekdays and months: how many arrive, and how many are there because of it.

Arrivals :math:`a_d` of a day are a factor of its weekday times one of its month, with mean 1 over
the year. Whoever arrived :math:`k` days ago is still there with a probability that the length of
stay gives, so the load follows the arrivals, later and smoother,

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
_PARTS = 48
"""Half hours of a day, over which the kernel is summed."""


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
    stays
        Distribution of the length of stay, one of `STAYS`.
    variation
        Its coefficient of variation, where the distribution has one to give.
    dispersion
        Variance of the number present relative to that of random arrivals, at least 1.

    Returns
    -------
    Rhythm
        One kind of day for each weekday of each month, or a single one where they are all alike.
    """
    if len(set(weekdays)) == 1 and len(set(months)) == 1:
        return Rhythm(dispersion=dispersion)
    day = np.arange(_DAYS)
    weekday, month = day % 7, day * _MONTHS // _DAYS
    arrivals = np.array(weekdays, dtype=float)[weekday] * np.array(months, dtype=float)[month]
    arrivals /= arrivals.mean()
    load = np.fft.irfft(
        np.fft.rfft(arrivals) * np.fft.rfft(_kernel(nights, stays, variation)), n=_DAYS
    )
    kinds = weekday * _MONTHS + month
    count = np.bincount(kinds, minlength=7 * _MONTHS)
    of_kind = np.bincount(kinds, load) / count
    return Rhythm(
        weight=tuple(count / _DAYS),
        arrivals=tuple(np.bincount(kinds, arrivals) / count),
        load=tuple(of_kind),
        dispersion=dispersion,
        busy_month=_busy_month(count / _DAYS, of_kind),
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
        Each with one kind of day, or one for each weekday and month.
    loads
        Mean number present, of which some is above 0.
    arrivals
        Number who arrive, of which some is above 0.
    """
    kinds = max(len(rhythm.weight) for rhythm in rhythms)
    longest = next(rhythm for rhythm in rhythms if len(rhythm.weight) == kinds)

    def mean(name: str, amounts: Sequence[float]) -> Array:
        values = [np.broadcast_to(getattr(rhythm, name), kinds) for rhythm in rhythms]
        result: Array = np.average(values, axis=0, weights=amounts)
        return result

    load = mean("load", loads)
    return Rhythm(
        weight=longest.weight,
        arrivals=tuple(mean("arrivals", arrivals)),
        load=tuple(load),
        dispersion=float(np.average([rhythm.dispersion for rhythm in rhythms], weights=loads)),
        busy_month=_busy_month(np.array(longest.weight), load),
    )


def _busy_month(weight: Array, load: Array) -> float:
    """Mean load of the busiest month, of kinds of day by weekday and month or of a single one."""
    if len(weight) == 1:
        return float(load[0])
    of_month = (weight * load).reshape(-1, _MONTHS).sum(axis=0)
    return float((of_month / weight.reshape(-1, _MONTHS).sum(axis=0)).max())


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
