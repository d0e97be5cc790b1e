r"""Levels of use from a region's own counts: raking, with shrinkage of what small places tell.

National rates expect :math:`E_c` contacts in cell :math:`c` (region, diagnosis, setting). Counts
tell sums of some cells, :math:`\sum_{c \in k} u_c E_c \lambda_c = O_k`, where :math:`u` is 1 for
contacts and nights per stay for bed days. Of all levels :math:`\lambda` that meet them, raking
(iterative proportional fitting; Deming & Stephan 1940, doi:10.1214/aoms/1177731829) finds those
whose contacts are nearest to the expected ones: margins are scaled to their counts one after the
other, finer ones first, so that a coarse total is met exactly when a round ends.

Margins of one kind, such as the municipalities' inpatients, are read as

.. math:: O_k \sim \operatorname{Poisson}(m E_k L_k), \qquad L_k \sim \Gamma(1, v), \qquad
          \hat\lambda_k = m \frac{O_k + 1/v}{m E_k + 1/v} = Z_k \frac{O_k}{E_k} + (1 - Z_k) m,
          \qquad Z_k = \frac{v m E_k}{1 + v m E_k}

(Clayton & Kaldor 1987), with :math:`m` and :math:`v` from the two moment equations of
`common_level` (Breslow 1984), and are scaled so that the kind keeps its total count. Bed days are
counted as stays here: nights of one stay are not independent. :math:`E_k` is what national rates
give once the coarser kinds have been met, so a municipality's heart patients are drawn towards the
level of its patients, if these are counted, and not to that of heart patients elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.activity.raking import ROUNDING, Margin, Sums, rake, refuse, start_of, unmet
from projector.errors import Problem

__all__ = ["Calibrated", "Margin", "MarginFit", "common_level", "levels_from_counts"]

Array = NDArray[np.float64]

_MET = 1e-11
"""A margin this near to its count is met."""

_BASIS = 1e-6
"""As near need coarser margins be before finer ones are shrunk."""


@dataclass(frozen=True)
class MarginFit:
    """What became of one count; all but the ratios in its unit.

    Parameters
    ----------
    expected, count
        By national rates, and as counted.
    own
        Count over expected, 1; not a number where both are nothing.
    credibility
        Share of its difference from the common level that is believed, 0 to 1.
    fitted
        With all margins fitted.
    """

    expected: float
    count: float
    own: float
    credibility: float
    fitted: float


@dataclass(frozen=True)
class Calibrated:
    """Levels of use, 1 where no count says anything, and the fit of each margin.

    Parameters
    ----------
    level
        ``[region, diagnosis, setting]``, 1; multiplies expected use.
    margins
        One for each margin, in their order.
    """

    level: Array
    margins: tuple[MarginFit, ...]


def levels_from_counts(
    expected: Array, margins: Sequence[Margin], *, shrink: bool = True
) -> Calibrated:
    """Levels of use that bring expected contacts to the counts.

    Parameters
    ----------
    expected
        Contacts that national rates give in the year of the counts, ``[region, diagnosis,
        setting]``, not negative.
    margins
        The counts, in any mix; they may overlap.
    shrink
        Whether margins of a kind that has several are shrunk; the others are met exactly. A kind
        keeps its total as long as what the shrunk margins became does not contradict what other
        margins did. Without shrinkage all are met exactly (to 1e-10; to 0.05 % where that would
        take cells so empty that the rounds do not reach them).

    Returns
    -------
    Calibrated

    Raises
    ------
    ConsistencyError
        If a count is negative or not a number, is positive where national rates expect nothing,
        or counts contradict one another by more than 0.5 %, or the levels do not settle.
    """
    sums = Sums(np.asarray(expected, dtype=np.float64), tuple(margins))
    counts = np.array([margin.count for margin in margins], dtype=np.float64)
    nationally = sums.totals(np.ones(expected.size))
    refuse(
        Problem(margin.place, "a count is a number and not negative", f"{margin.count:g}")
        for margin in margins
        if not (np.isfinite(margin.count) and margin.count >= 0)
    )
    refuse(
        Problem(
            margin.place,
            "something is counted where national rates expect nothing",
            found=f"{margin.count:.10g}",
            expected="0, as national rates have it",
        )
        for margin, total in zip(margins, nationally, strict=True)
        if margin.count > 0 and not total > 0
    )
    start = start_of(sums, counts)
    level = rake(sums, counts, start, ROUNDING / 10 if shrink else _MET)
    refuse(unmet(sums, counts, sums.totals(level)))
    credibility = np.ones(len(counts))
    if shrink:
        targets, credibility = _shrunk(sums, counts)
        alone = np.bincount(sums.kind_of)[sums.kind_of] == 1
        level = rake(sums, targets, np.ones_like(start), _MET, agreed=False)
        level = rake(sums, targets, level, _MET, alone)
    fitted = sums.totals(level)
    own = np.divide(counts, nationally, out=np.full_like(counts, np.nan), where=nationally > 0)
    columns = (nationally, counts, own, credibility, fitted)
    fits = tuple(MarginFit(*map(float, row)) for row in zip(*columns, strict=True))
    return Calibrated(level.reshape(expected.shape), fits)


def common_level(expected: Array, counts: Array) -> tuple[float, float]:
    r"""Mean and relative variance of the levels that counts were drawn with.

    .. math:: \sum_k \frac{O_k - m E_k}{1 + v m E_k} = 0, \qquad
              \sum_k \frac{(O_k - m E_k)^2}{m E_k (1 + v m E_k)} = K - 1

    Parameters
    ----------
    expected, counts
        ``[margin]``, events.

    Returns
    -------
    tuple of float
        :math:`m` and :math:`v`; the latter is 0 where counts differ no more than by chance.
    """
    expected, counts = expected[expected > 0], counts[expected > 0]
    if not counts.sum() > 0:
        return 0.0, 0.0

    def mean_of(variance: float) -> float:
        # The left side falls and is convex in m, so Newton's steps from 0 never overshoot.
        mean = 0.0
        for _ in range(200):
            weight = 1 / (1 + variance * mean * expected)
            slope = (expected * (1 + variance * counts) * weight**2).sum()
            step = float(((counts - mean * expected) * weight).sum() / slope)
            mean += step
            if abs(step) <= 1e-14 * mean:
                break
        return mean

    def excess(variance: float) -> float:
        given = mean_of(variance) * expected
        squares = (counts - given) ** 2 / (given * (1 + variance * given))
        return float(squares.sum()) - (len(counts) - 1)

    if len(counts) < 2 or excess(0.0) <= 0:
        return mean_of(0.0), 0.0
    high = 1.0
    while excess(high) > 0:
        high *= 4
    from scipy.optimize import brentq  # what few runs need takes long to import

    variance = float(brentq(excess, 0.0, high, xtol=1e-14))
    return mean_of(variance), variance


def _shrunk(sums: Sums, counts: Array) -> tuple[Array, Array]:
    """What the margins are fitted to and how far they are believed, coarser kinds first."""
    targets, credibility = counts.copy(), np.ones(len(counts))
    members_of = [np.flatnonzero(sums.kind_of == kind) for kind in np.unique(sums.kind_of)]
    size = np.zeros(len(counts), dtype=np.int64)
    for members in members_of:
        size[members] = sums.size[members].max()
    shared = [members for members in members_of if len(members) > 1]
    for largest in sorted({int(size[members[0]]) for members in shared}, reverse=True):
        coarser = size > largest
        basis = rake(sums, targets, np.ones(len(sums.expected)), _BASIS, coarser, agreed=False)
        units, contacts = sums.totals(basis), sums.totals(basis, contacts=True)
        for members in (each for each in shared if size[each[0]] == largest):
            expected = contacts[members]
            per_event = np.divide(
                units[members], expected, out=np.ones(len(members)), where=expected > 0
            )
            events = counts[members] / per_event
            mean, variance = common_level(expected, events)
            spread = variance * mean * expected
            credibility[members] = spread / (1 + spread)
            fitted = mean * (1 + variance * events) / (1 + spread) * units[members]
            total = fitted.sum()
            targets[members] = fitted * (counts[members].sum() / total if total > 0 else 0.0)
    return targets, credibility
