r"""Chance: how many come in one year, where the scenario says how many are expected.

Contacts of a region, treated at a site, for a diagnosis in a setting and a course are Poisson
numbers with the expected number as their mean, independent of one another and from year to year.
Sums of Poisson numbers are such numbers too, so it is the same for all sites, courses or regions
together. The base year is what is known: chance is in the years after it.

The nights follow the contacts. A stay that lasts over years is counted once, but is there in many
of them: the nights :math:`B` of a year are of the :math:`\mu` stays that begin in it and the
:math:`B / 365` people who are there on a day, so

.. math:: \frac{B'}{B} = 1 + \Bigl(\frac{N}{\mu} - 1\Bigr)
          \sqrt{\frac{\mu}{\mu + B / 365}}, \qquad N \sim \mathrm{Poisson}(\mu)

which hardly differs from :math:`N / \mu` in a hospital, and is less in a nursing home. What people
do not do independently of each other, as the visits of one patient, varies more than this.

A number is the quantile of the Poisson distribution at a uniform number (`projector.population
.streams`) that is found by the names of region, site, diagnosis, setting and course, the year and
the draw: among other regions, changes or draws it is the same. Below `MANY` it is found by adding
up probabilities; from there on by its expansion in the normal quantile :math:`z` (Cornish & Fisher
1938),

.. math:: N = \mu + \sqrt{\mu} \, z + \frac{z^2 - 1}{6} + \frac{z - z^3}{72 \sqrt{\mu}}

which has that mean and variance and is no whole number.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from projector.activity.ledger import Demand, Ledger
from projector.activity.sums import Sums
from projector.activity.views import Views
from projector.population.streams import uniforms
from projector.tables import unique

__all__ = ["MANY", "Chance", "poisson"]

Array = NDArray[np.float64]

MANY = 12.0
"""Expected contacts from which their number is found by expansion."""

_DAYS = 365.0
_STREAM = "activity/contacts"
_IN_CACHE = 2**15
"""Numbers that are found at once."""
_FEW_LEFT = 0.4
"""Share of the cells that are still to be found below which they are gathered."""
_MOST_STEPS = 200
"""More contacts than this where fewer than `MANY` are expected have no probability in 64 bits."""


@dataclass(frozen=True)
class Chance:
    """Draws in which contacts vary by chance.

    Parameters
    ----------
    seed
        Of all numbers.
    draws
        Numbers of the draws, as they stand on the axis of years.
    views
        Are added to: the ledgers with chance.
    """

    seed: int
    draws: range
    views: Views

    def add(self, ledger: Ledger, demand: Demand, sums: Sums) -> None:
        """Add a ledger to the views as it is in each draw.

        Parameters
        ----------
        ledger
            With all changes; it is changed in place where the views ask of single ages.
        demand
            What it was filled from.
        sums
            Its sums over ages.
        """
        axes = demand.axes
        places = [f"{row.region}/{row.site}" for row in axes.rows]
        together = unique(places)
        alone = len(together) == len(places)
        position = np.array([together.index(place) for place in places])
        belongs = None if alone else np.eye(len(together))[position]
        expected = sums.contacts if belongs is None else sums.contacts @ belongs
        drawn = self._drawn(expected, together, demand)
        nights = axes.with_nights
        present = sums.bed_days if belongs is None else sums.bed_days @ belongs
        factor = np.divide(drawn, expected, out=np.ones_like(expected), where=expected > 0)
        of_nights = _of_nights(expected[:, :nights], present, factor[:, :nights])
        if not alone:
            factor, of_nights = factor[..., position], of_nights[..., position]
        if self.views.by_age:
            ledger.contacts[...] *= factor
            ledger.bed_days[...] *= of_nights
            if ledger.ready_days is not None:
                ledger.ready_days[...] *= of_nights
        ready = sums.ready_days
        varied = Sums(
            drawn if alone else sums.contacts * factor,
            np.multiply(sums.bed_days, of_nights),
            None if ready is None else ready * of_nights,
        )
        self.views.add(ledger, demand, varied)

    def _drawn(self, expected: Array, places: list[str], demand: Demand) -> Array:
        """Contacts of each draw, ``[draw · year, column, place]``; of the base year as expected."""
        years = demand.years.reshape(len(self.draws), -1)[0]
        columns = [f"{one.diagnosis}/{one.setting}/{one.course}" for one in demand.axes.columns]
        later = np.flatnonzero(years > demand.base_year)
        if len(later) == 0:
            return expected
        result = expected.copy()
        by_draw = result.reshape(len(self.draws), len(years), *expected.shape[1:])
        # One draw at a time: what is between its uniform numbers and its contacts stays near the
        # processor.
        start = self.draws.start
        for i, of_draw in enumerate(by_draw):
            draw = range(start + i, start + i + 1)
            at = uniforms(self.seed, _STREAM, places, columns, years[later], draw)[0]
            of_draw[later] = poisson(of_draw[later], at)
        return result


def _of_nights(stays: Array, bed_days: Array, factor: Array) -> Array:
    """What nights are multiplied by where stays are multiplied by a factor."""
    there = bed_days / _DAYS
    there += stays
    there = np.divide(stays, there, out=np.zeros_like(stays), where=stays > 0)
    np.sqrt(there, out=there)
    there *= factor - 1.0
    there += 1.0
    return there


def poisson(expected: Array, at: Array) -> Array:
    """Quantiles of Poisson numbers.

    Parameters
    ----------
    expected
        Their means, not negative, any shape.
    at
        Shares below, between 0 and 1, same shape.

    Returns
    -------
    ndarray
        Same shape; whole numbers where fewer than `MANY` are expected.
    """
    result = np.empty(expected.shape)
    means, shares, found = expected.ravel(), at.ravel(), result.reshape(-1)
    for first in range(0, means.size, _IN_CACHE):
        part = slice(first, first + _IN_CACHE)
        mean, share, numbers = means[part], shares[part], found[part]
        above = mean >= MANY
        # By position: picking what is true here and there takes several times as long.
        many, few = np.flatnonzero(above), np.flatnonzero(~above)
        numbers[many] = _by_expansion(mean.take(many), share.take(many))
        numbers[few] = _by_adding_up(mean.take(few), share.take(few))
    return result


def _by_expansion(mean: Array, at: Array) -> Array:
    """Cornish and Fisher's number, ``[cell]``."""
    root, z = np.sqrt(mean), ndtri(at)
    z2 = z * z
    # The expansion passes zero only where the quantile itself is zero.
    return np.maximum(mean + root * z + (z2 - 1.0) / 6.0 + z * (1.0 - z2) / (72.0 * root), 0)


def _by_adding_up(mean: Array, at: Array) -> Array:
    """The smallest number that has no less than the share below or at it, ``[cell]``."""
    result = np.zeros_like(mean)
    left: NDArray[np.int64] | None = None
    number = np.zeros(len(mean), dtype=np.uint8)
    probability = np.exp(-mean)
    below = probability.copy()
    for step in range(1, _MOST_STEPS):
        more = at > below
        waiting = np.count_nonzero(more)
        if not waiting:
            break
        if waiting < len(more) * _FEW_LEFT:
            result[slice(None) if left is None else left] = number
            chosen = np.flatnonzero(more)
            left = chosen if left is None else left.take(chosen)
            mean, at, number = mean.take(chosen), at.take(chosen), number.take(chosen)
            probability, below = probability.take(chosen), below.take(chosen)
            more = more.take(chosen)
        # Who has enough gets none: what is below never falls.
        number += more
        probability *= mean
        probability /= step
        below += probability
    result[slice(None) if left is None else left] = number
    return result
