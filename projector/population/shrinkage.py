r"""Empirical-Bayes shrinkage of regional schedules towards their parent areas.

What a region shows in interval :math:`y`, its ratios to the nation less one, is a vector over
cells (ages, sexes), and is read as

.. math:: x_{ry} = \gamma_{p(r)} + \alpha_r + \beta_{ry} + \epsilon_{ry},
          \qquad \epsilon_{ryc} \sim \left(0, \frac{c_c}{E_{ryc}}\right)

with what its parent area has in common (:math:`\gamma`, covariance :math:`\Gamma`; the nation,
from which all deviate, has none), what it has of its own (:math:`\alpha`, :math:`A`), what
passes with the interval (:math:`\beta`) and chance, which falls with the expected number of
people :math:`E`. The covariances are estimated from the tables by moments, weighted by people:
products of
*different* intervals of a region hold only what lasts, :math:`\Gamma + A`; products of different
regions of an area hold :math:`\Gamma`; what the mean over the intervals varies beyond both and
chance is :math:`B`. Then each region gets its best linear prediction

.. math:: \hat x_r = \hat\gamma_p + A (A + B + C_r)^{-1} (\bar x_r - \hat\gamma_p), \qquad
          C_r = \operatorname{diag}\frac{c_c \sum_y w_{ry}^2 E_{ryc}}{(\sum_y w_{ry} E_{ryc})^2}

and :math:`\hat\gamma_p` is predicted likewise from the members of the area. Cells that move
together steady one another, so the estimate smooths over age as far as the regions' own age
patterns are smooth, and keeps the peaks that they share (James & Stein 1961; Robinson 1991,
doi:10.1214/ss/1177011926; Fay & Herriot 1979 for small areas).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Evidence", "Shrunk", "shrink"]

Array = NDArray[np.float64]

_NOBODY = 1e-6
"""Fewer expected people than this show nothing."""

_LEVELS_OF_PARTS = 2
"""A district of a municipality of a county."""

_NOTHING = 1e-15
"""Regions that vary less than this do not differ."""


@dataclass(frozen=True)
class Evidence:
    """What the intervals show of each region.

    Parameters
    ----------
    deviation
        :math:`x`, ratio to the nation less one, ``[interval, region, cell]``.
    expected
        :math:`E`, persons, same shape.
    weight
        What an interval counts for in a region, ``[interval, region]``, 0 to 1.
    """

    deviation: Array
    expected: Array
    weight: Array

    def pooled(self) -> Array:
        """Mean over the intervals, weighted by people, ``[region, cell]``."""
        people = self.weight[..., np.newaxis] * self.expected
        total = people.sum(axis=0)
        mean: Array = np.divide(
            (people * self.deviation).sum(axis=0),
            total,
            out=np.zeros_like(total),
            where=total > _NOBODY,
        )
        return mean

    def chance(self, counts: NDArray[np.bool_]) -> Array:
        """:math:`C_r`, variance by chance of the pooled deviation, ``[region, cell]``.

        Of every region and cell the squared deviation from its own mean is regressed on
        :math:`d + c/E` with the weights :math:`E` and :math:`E^2`: small cells show what chance
        does, big ones what else passes with the interval. Intervals that count for less do so
        here too. One interval shows neither; then people are as variable as Poisson counts,
        :math:`c = 1`. Of `counts`, ``[region]``, come the regions that the regression is made of.
        """
        intervals = len(self.deviation)
        people = np.maximum(self.expected, _NOBODY)
        constant = np.ones(people.shape[-1])
        if intervals > 1:
            squares = (self.deviation - self.pooled()) ** 2 * intervals / (intervals - 1)
            there = np.where(counts[:, np.newaxis], self.expected, 0.0)
            weight = self.weight[..., np.newaxis]
            first, second = ((weight * there**power).sum(axis=(0, 1)) for power in (1, 2))
            count = (weight * (there > _NOBODY)).sum(axis=(0, 1))
            by_first, by_second = (
                (weight * there**power * squares).sum(axis=(0, 1)) for power in (1, 2)
            )
            passing = np.divide(
                by_first * first - by_second * count,
                first**2 - second * count,
                out=np.zeros_like(first),
                where=first**2 < second * count * (1 - 1e-12),
            )
            chance = by_first - np.maximum(passing, 0.0) * first
            constant = np.divide(
                np.maximum(chance, 0.0), count, out=np.zeros_like(count), where=count > 0
            )
        weighted = (self.weight[..., np.newaxis] * people).sum(axis=0)
        squared = (self.weight[..., np.newaxis] ** 2 * people).sum(axis=0)
        variance: Array = constant * squared / np.maximum(weighted, _NOBODY) ** 2
        return variance


@dataclass(frozen=True)
class Shrunk:
    """Shrunk deviations, all ``[region, cell]``.

    Parameters
    ----------
    own
        Pooled over the intervals, as the tables show it.
    parent
        What it is drawn towards: the prediction for its parent area.
    value
        The estimate.
    credibility
        Share of what regions have of their own that the region's figures tell, 0 to 1: the
        diagonal of :math:`A (A + B + C_r)^{-1} A` over that of :math:`A`.
    """

    own: Array
    parent: Array
    value: Array
    credibility: Array


def shrink(
    evidence: Evidence,
    people: Array,
    area: NDArray[np.int64],
    whole: NDArray[np.int64] | None = None,
) -> Shrunk:
    """Shrink the deviations of regions towards their parent areas, and these to the nation.

    Parameters
    ----------
    evidence
        What the intervals show.
    people
        ``[region]``, the weight of a region in the covariances, persons.
    area
        ``[region]``, number of its parent area; one number for all where there is only the
        nation.
    whole
        ``[region]``, the position of the region that it is a part of, or its own. A part, such
        as a city district, is shrunk towards the whole and counts in no covariance. By default
        no region is a part.

    Returns
    -------
    Shrunk
    """
    own = evidence.pooled()
    if not len(own):
        return Shrunk(own, own, own, own)
    positions = np.arange(len(own))
    whole = positions if whole is None else whole
    counts = whole == positions
    chance = evidence.chance(counts)
    size = np.where(counts, people, 0.0)
    size = size / max(size.sum(), _NOBODY)
    lasting = _lasting(evidence, own, chance, size)
    common = _common(own, size, area)
    within = _not_negative(lasting - common)
    passing = _not_negative(_covariance(own, size) - lasting - np.diag(size @ chance))
    noise = passing + chance[..., np.newaxis] * np.eye(own.shape[1])
    total = within + noise + _ridge(within)
    gain: Array = np.swapaxes(np.linalg.solve(total, np.broadcast_to(within, noise.shape)), -1, -2)
    parent = _of_areas(own, np.where(counts, area, -1), common, within + noise)
    value = parent + _applied(gain, own - parent)
    # A part of a part waits for its whole.
    for _ in range(_LEVELS_OF_PARTS):
        parent = np.where(counts[:, np.newaxis], parent, value[whole])
        value = parent + _applied(gain, own - parent)
    explained = np.einsum("rcd,dc->rc", gain, within)
    spread = np.diag(within)
    credibility = np.divide(
        explained, spread, out=np.zeros_like(explained), where=spread > _NOTHING
    )
    return Shrunk(own, parent, value, credibility)


def _applied(gain: Array, difference: Array) -> Array:
    """Each region's matrix times its vector, ``[region, cell]``."""
    product: Array = (gain @ difference[..., np.newaxis])[..., 0]
    return product


def _lasting(evidence: Evidence, own: Array, chance: Array, size: Array) -> Array:
    r"""What lasts, :math:`\Gamma + A`: the mean product of different intervals of a region."""
    if len(evidence.deviation) == 1:
        return _not_negative(_covariance(own, size) - np.diag(size @ chance))
    weighted = evidence.weight[..., np.newaxis] * evidence.deviation
    together = weighted.sum(axis=0)
    same = np.einsum("r,yrc,yrd->cd", size, weighted, weighted, optimize=True)
    pairs = size @ (evidence.weight.sum(axis=0) ** 2 - (evidence.weight**2).sum(axis=0))
    return _not_negative((_covariance(together, size) - same) / max(pairs, _NOTHING))


def _common(own: Array, size: Array, area: NDArray[np.int64]) -> Array:
    r"""What members of an area have in common, :math:`\Gamma`; nothing if there is one area."""
    sums = np.zeros((int(area.max()) + 1, own.shape[1]))
    np.add.at(sums, area, size[:, np.newaxis] * own)
    pairs = float((np.bincount(area, size) ** 2).sum() - (size**2).sum())
    if len(sums) == 1 or not pairs > 0:
        return np.zeros((own.shape[1], own.shape[1]))
    return _not_negative((sums.T @ sums - _covariance(own, size**2)) / pairs)


def _of_areas(own: Array, area: NDArray[np.int64], common: Array, spread: Array) -> Array:
    """Best prediction of what each region's area has in common, ``[region, cell]``."""
    result = np.zeros_like(own)
    if not common.any():
        return result
    for number in np.unique(area[area >= 0]):
        members = area == number
        precision = np.linalg.inv(spread[members] + _ridge(common))
        evidence = (precision @ own[members][..., np.newaxis]).sum(axis=0)[..., 0]
        identity = np.eye(len(common))
        result[members] = common @ np.linalg.solve(
            identity + precision.sum(axis=0) @ common, evidence
        )
    return result


def _covariance(values: Array, weight: Array) -> Array:
    """Sum of the outer products of the rows, weighted."""
    product: Array = (weight[:, np.newaxis] * values).T @ values
    return product


def _not_negative(matrix: Array) -> Array:
    """The nearest matrix that is a covariance: symmetric, no eigenvalue below zero."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    result: Array = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return result


def _ridge(covariance: Array) -> Array:
    """So little on the diagonal that only a singular matrix notices."""
    return np.eye(len(covariance)) * (1e-10 * max(float(np.trace(covariance)), 1e-12))
