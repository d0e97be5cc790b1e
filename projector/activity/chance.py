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
from projector.activity.views import Views
from projector.population.streams import uniforms
from projector.tables import unique

__all__ = ["MANY", "Chance", "poisson"]

Array = NDArray[np.float64]

MANY = 12.0
"""Expected contacts from which their number is found by expansion."""

_DAYS = 365.0
_STREAM = "activity/contacts"
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

    def add(self, ledger: Ledger, demand: Demand) -> None:
        """Add a ledger to the views as it is in each draw.

        Parameters
        ----------
        ledger
            With all changes; it is changed in place.
        demand
            What it was filled from.
        """
        axes = demand.axes
        places = [f"{row.region}/{row.site}" for row in axes.rows]
        together = unique(places)
        position = np.array([together.index(place) for place in places])
        belongs = np.eye(len(together))[position]
        expected = ledger.contacts.sum(axis=0) @ belongs
        drawn = self._drawn(expected, together, demand)
        factor = np.divide(drawn, expected, out=np.ones_like(expected), where=expected > 0)
        nights = axes.with_nights
        stays, change = expected[:, :nights], factor[:, :nights] - 1.0
        present = (ledger.bed_days.sum(axis=0) @ belongs) / _DAYS
        there = np.divide(stays, stays + present, out=np.zeros_like(stays), where=stays > 0)
        of_nights = (1.0 + change * np.sqrt(there))[..., position]
        ledger.contacts[...] *= factor[..., position]
        ledger.bed_days[...] *= of_nights
        if ledger.ready_days is not None:
            ledger.ready_days[...] *= of_nights
        self.views.add(ledger, demand)

    def _drawn(self, expected: Array, places: list[str], demand: Demand) -> Array:
        """Contacts of each draw, ``[draw · year, column, place]``; of the base year as expected."""
        years = demand.years.reshape(len(self.draws), -1)[0]
        columns = [f"{one.diagnosis}/{one.setting}/{one.course}" for one in demand.axes.columns]
        later = years > demand.base_year
        result = expected.copy().reshape(len(self.draws), len(years), *expected.shape[1:])
        at = uniforms(self.seed, _STREAM, places, columns, years[later], self.draws)
        result[:, later] = poisson(result[:, later], at)
        return result.reshape(expected.shape)


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
    result = np.empty_like(expected)
    many = expected >= MANY
    mean = expected[many]
    root, z = np.sqrt(mean), ndtri(at[many])
    z2 = z * z
    # The expansion passes zero only where the quantile itself is zero.
    result[many] = np.maximum(
        mean + root * z + (z2 - 1.0) / 6.0 + z * (1.0 - z2) / (72.0 * root), 0
    )
    result[~many] = _by_adding_up(expected[~many], at[~many])
    return result


def _by_adding_up(expected: Array, at: Array) -> Array:
    """The smallest number that has no less than the share below or at it, ``[cell]``."""
    result = np.zeros_like(expected)
    left = np.arange(len(expected))
    mean, share = expected, at
    probability = np.exp(-mean)
    below = probability.copy()
    for step in range(1, _MOST_STEPS):
        more = share > below
        if not more.any():
            break
        left, mean, share = left[more], mean[more], share[more]
        probability = probability[more] * mean / step
        below = below[more] + probability
        result[left] = step
    return result
