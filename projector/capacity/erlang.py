r"""Refusals of a unit with a given number of beds, and the beds that keep them rare.

Patients arrive at random, stay, and are turned away when every bed is taken (Erlang's loss
model). With :math:`c` beds and a load of :math:`\rho` patients, who would be there if none were
refused,

.. math:: B(c, \rho) = \frac{\rho^c / c!}{\sum_{k=0}^{c} \rho^k / k!}
          = \frac{\rho^c e^{-\rho}}{\Gamma(c + 1, \rho)}

whatever the distribution of the length of stay, so long as its mean is the same. The second form
holds between whole numbers of beds too. Arrivals that come in clusters, with a variance of
:math:`z` times that of random ones, are refused as :math:`B(c / z, \rho / z)` (Hayward).
Where the load :math:`\rho \, r_i` of a kind of day :math:`i` differs, with a share :math:`w_i` of
the days and :math:`a_i` of the arrivals relative to the mean,

.. math:: R(c, \rho) = \sum_i w_i a_i \, B\!\left(\frac{c}{z}, \frac{\rho r_i}{z}\right)

References
----------
de Bruin et al. (2009), Dimensioning hospital wards using the Erlang loss model,
doi 10.1007/s10479-009-0647-8. Fredericks (1980), Congestion in blocking systems: a simple
approximation technique, Bell System Technical Journal 59(6).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

__all__ = [
    "STEADY",
    "Rhythm",
    "StepTable",
    "erlang_loss",
    "most_present",
    "offered_load",
    "present_at_most",
    "refusal",
]

Array = NDArray[np.float64]

_TINY = 1e-250
"""Below this the incomplete gamma function has lost its digits, and the series is short."""

_NARROW = 1e-13
"""Relative width of a load that is sought."""

_NOBODY = 1e-300
"""A load that is as good as none: with few beds and patients in large clusters none is enough."""


@dataclass(frozen=True)
class Rhythm:
    """Kinds of day that differ in how many arrive and how many are there.

    Parameters
    ----------
    weight
        Share of the days, sums to 1.
    arrivals
        Arrivals relative to the mean of all days.
    load
        Patients present, were none refused, relative to the mean.
    dispersion
        Variance of the number present relative to that of random arrivals, at least 1.
    busy_month
        Patients present in the busiest month, relative to the mean.
    """

    weight: tuple[float, ...] = (1.0,)
    arrivals: tuple[float, ...] = (1.0,)
    load: tuple[float, ...] = (1.0,)
    dispersion: float = 1.0
    busy_month: float = 1.0


STEADY = Rhythm()
"""Every day like the others, arrivals at random."""


def erlang_loss(beds: Array, load: Array) -> Array:
    r"""Probability that an arriving patient finds every bed taken, :math:`B(c, \rho)`.

    Parameters
    ----------
    beds
        :math:`c`, at least 0; need not be whole.
    load
        :math:`\rho`, bed days over open days, at least 0, broadcastable.

    Returns
    -------
    ndarray
        Between 0 and 1. Where the load is 0: 1 without a bed, else 0.
    """
    c, rho = np.broadcast_arrays(
        np.asarray(beds, dtype=np.float64), np.asarray(load, dtype=np.float64)
    )
    not_more: Array = special.gammaincc(c + 1.0, rho)
    exactly = np.exp(special.xlogy(c, rho) - rho - special.gammaln(c + 1.0))
    lost = not_more < _TINY
    result: Array = np.divide(exactly, not_more, out=np.ones_like(exactly), where=~lost)
    if lost.any():
        result[lost] = _far_too_few(c[lost], rho[lost])
    return result


def _far_too_few(c: Array, rho: Array) -> Array:
    r"""The loss where beds are far fewer than patients.

    .. math:: 1 / B = 1 + \frac{c}{\rho} + \frac{c (c - 1)}{\rho^2} + \dots
    """
    inverse, term, k = np.ones_like(rho), np.ones_like(rho), 0
    while (np.abs(term) > 1e-17 * inverse).any():
        term = term * np.maximum(c - k, 0.0) / rho
        inverse += term
        k += 1
    return 1.0 / inverse


def refusal(beds: Array, load: Array, rhythm: Rhythm = STEADY) -> Array:
    r"""Share of the arriving patients who are turned away, :math:`R(c, \rho)`.

    Parameters
    ----------
    beds, load
        As for `erlang_loss`; the load is the mean over the days.
    rhythm
        Kinds of day and clustering of arrivals.

    Returns
    -------
    ndarray
        Between 0 and 1.
    """
    z = rhythm.dispersion
    shape = np.broadcast_shapes(np.shape(beds), np.shape(load))
    result = np.zeros(shape)
    for weight, arrivals, relative in zip(rhythm.weight, rhythm.arrivals, rhythm.load, strict=True):
        lost = erlang_loss(np.asarray(beds) / z, np.asarray(load) * relative / z)
        result = result + weight * arrivals * lost
    return result


def present_at_most(beds: Array, load: Array, rhythm: Rhythm = STEADY) -> Array:
    r"""Share of the days with at most so many patients, were none refused.

    The number present on a kind of day is Poisson, or with clustered arrivals negative binomial
    with variance :math:`z` times the mean.

    Parameters
    ----------
    beds
        Number of patients, whole.
    load
        Mean over the days.
    rhythm
        Kinds of day and clustering.

    Returns
    -------
    ndarray
        Between 0 and 1.
    """
    shape = np.broadcast_shapes(np.shape(beds), np.shape(load))
    result = np.zeros(shape)
    for weight, relative in zip(rhythm.weight, rhythm.load, strict=True):
        mean = np.asarray(load) * relative
        if rhythm.dispersion > 1.0:
            ratio = 1.0 / rhythm.dispersion
            size = np.maximum(mean / (rhythm.dispersion - 1.0), 1e-300)
            below = special.betainc(size, np.asarray(beds) + 1.0, ratio)
        else:
            below = special.gammaincc(np.asarray(beds) + 1.0, mean)
        result = result + weight * below
    return result


def offered_load(carried: float, beds: float, rhythm: Rhythm = STEADY) -> float:
    r"""The load that was asked for, where only those who got a bed were counted.

    .. math:: \rho \, (1 - R(c, \rho)) = \text{carried}

    Parameters
    ----------
    carried
        Patients present on average, at least 0 and below the number of beds.
    beds
        :math:`c`, above 0.
    rhythm
        Kinds of day and clustering of arrivals.

    Returns
    -------
    float
        :math:`\rho`, at least `carried`. Those who were turned away are taken to have gone
        elsewhere: where they waited and came back, it is less.

    Raises
    ------
    ValueError
        If as many are carried as there are beds: no load is enough.
    """
    if not 0 <= carried < beds:
        raise ValueError(f"{carried:g} patients on average cannot be carried by {beds:g} beds")

    def miss(load: float) -> float:
        return load * (1.0 - float(refusal(np.array(beds), np.array(load), rhythm))) - carried

    high = 2.0 * beds + 1.0
    while miss(high) < 0:
        high *= 2.0
    from scipy.optimize import brentq  # what few runs need takes long to import

    return float(brentq(miss, 0.0, high, xtol=1e-12)) if carried > 0 else 0.0


class StepTable:
    """Whole numbers by load: the table that turns millions of sizings into a look-up.

    Holds, for every number of beds, the highest load at which it is enough; the answer for a load
    is then the first that reaches it. A few large loads are answered one by one instead, until so
    many have been asked for that the table would have been made in that time.

    Parameters
    ----------
    spare
        What numbers of beds have to spare at loads, ``spare(beds, load)``: not negative where they
        are enough; falls with the load, and rises with the beds.
    """

    def __init__(self, spare: Callable[[Array, Array], Array]) -> None:
        self._spare = spare
        self._highest: Array = np.zeros(0)
        self._asked = 0

    def __call__(self, load: Array) -> Array:
        """The smallest number that is enough.

        Parameters
        ----------
        load
            At least 0, any shape.

        Returns
        -------
        ndarray
            Whole numbers, same shape; 0 where there is no load.
        """
        highest = float(np.max(load, initial=0.0))
        if self._highest.size and self._highest[-1] >= highest:
            return self._looked_up(load)
        self._asked += np.size(load)
        if self._asked < _many(highest):
            distinct, place = np.unique(load, return_inverse=True)
            found: Array = self._one_by_one(distinct)[place]
            return found.reshape(np.shape(load))
        while not self._highest.size or self._highest[-1] < highest:
            first = len(self._highest)
            beds = np.arange(first, max(2 * first, _many(highest)), dtype=np.float64)
            self._highest = np.concatenate([self._highest, self._highest_loads(beds)])
        return self._looked_up(load)

    def _looked_up(self, load: Array) -> Array:
        return np.searchsorted(self._highest, load, side="left").astype(np.float64)

    def _one_by_one(self, load: Array) -> Array:
        """The smallest number for each load, between one that is too small and one that is not."""
        few = np.full(len(load), -1.0)
        many = np.ceil(load + 6.0 * np.sqrt(load)) + 1.0
        while (short := self._spare(many, load) < 0).any():
            many[short] *= 2.0
        while (many - few > 1).any():
            middle = np.floor(0.5 * (few + many))
            enough = (self._spare(np.maximum(middle, 0.0), load) >= 0) & (middle >= 0)
            few, many = np.where(enough, few, middle), np.where(enough, middle, many)
        return np.where(load > 0, many, 0.0)

    def _highest_loads(self, beds: Array) -> Array:
        """The highest load at which numbers of beds are enough."""
        wide = 6.0 * np.sqrt(beds) + 2.0
        low, high = np.maximum(beds - wide, 0.0), beds + wide
        low[self._spare(beds, low) < 0] = 0.0
        while (still := self._spare(beds, high) >= 0).any():
            high[still] *= 2.0
        never = self._spare(beds, low) < 0
        result = np.zeros_like(beds)
        result[~never] = _falling_root(self._spare, beds[~never], low[~never], high[~never])
        return result


def _falling_root(
    spare: Callable[[Array, Array], Array], beds: Array, low: Array, high: Array
) -> Array:
    """Loads at which nothing is left to spare, from the side where something is.

    Chandrupatla (1997), A new hybrid quadratic/bisection algorithm for finding the zero of a
    nonlinear function without using derivatives, Advances in Engineering Software 28(3).
    """
    # Most runs have loaded the rest of the package, but what only reads results need not.
    from scipy.optimize.elementwise import find_root

    def at(load: Array, beds: Array) -> Array:
        return spare(beds, load)

    found = find_root(
        at,
        (low, high),
        args=(beds,),
        tolerances={"xatol": _NOBODY, "xrtol": _NARROW, "fatol": 0.0, "frtol": 0.0},
    )
    if not found.success.all():
        raise RuntimeError(f"no load found for these beds: {beds[~found.success]}")
    enough: Array = np.where(found.f_x >= 0, found.x, found.bracket[0])
    return enough


def _many(load: float) -> int:
    """About the most beds that a load can ask for."""
    return int(load + 6.0 * np.sqrt(load)) + 16


def most_present(level: float, rhythm: Rhythm = STEADY) -> StepTable:
    """Table of the number of patients that is not exceeded on a share of the days.

    Parameters
    ----------
    level
        Share of the days, for example 0.95.
    rhythm
        Kinds of day and clustering.
    """
    return StepTable(lambda beds, load: present_at_most(beds, load, rhythm) - level)
