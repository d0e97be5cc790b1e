r"""Sensitivity: which assumption the uncertainty of a result comes from.

The part of the variance of a result :math:`Y` that an assumption :math:`X_i` explains alone, and
the part in which it has any share, are Sobol's indices (Saltelli et al. 2008)

.. math:: S_i = \frac{1}{V} \operatorname{Var}(\operatorname{E}(Y \mid X_i)), \qquad
          T_i = \frac{1}{V} \operatorname{E}(\operatorname{Var}(Y \mid X_{\sim i})), \qquad
          V = \operatorname{Var}(Y)

:math:`S_i` is what would vanish if :math:`X_i` were known; :math:`T_i - S_i` is what it does
together with others. There are these ways, from the cheapest:

* `first_from_draws`: the first-order indices from the draws of an ordinary run, as the variance
  between the means of draws in equal classes of :math:`X_i`, without what chance puts there:
  :math:`1 - (1 - \eta^2) \frac{n - 1}{n - M}` with :math:`M` classes (Ezekiel 1930);
* `tornado_design` and `tornado`: each assumption at its 10th and 90th percentile, the others at
  their medians; 2k + 1 evaluations and no indices;
* `share_switched_off`: what is no assumption, such as chance, has no share to be set to, but can be
  left out of the same draws;
* `saltelli_design` and `indices`: with two independent sets of n draws A and B, and A with the
  assumption :math:`i` of B,

  .. math:: S_i = \frac{\frac{1}{n} \sum f_B (f_{AB_i} - f_A)}{V}, \qquad
            T_i = \frac{\frac{1}{2n} \sum (f_A - f_{AB_i})^2}{V}

  (Saltelli et al. 2010; Jansen 1999), (k + 2) n evaluations.

Assumptions that are correlated have no indices of their own: what one explains, the other does
too. They are one *factor* and have their indices together (`factors_of`).

Sources:

* Saltelli et al. (2008), Global sensitivity analysis: the primer, doi 10.1002/9780470725184.
  Saltelli et al. (2010), Variance based sensitivity analysis of model output,
  doi 10.1016/j.cpc.2009.09.018.
* Jansen (1999), Analysis of variance designs for model output,
  doi 10.1016/S0010-4655(98)00154-4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.scenario.assumptions import uncertain_assumptions
from projector.scenario.correlations import correlated

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = [
    "Estimate",
    "Indices",
    "Tornado",
    "factors_of",
    "first_from_draws",
    "indices",
    "saltelli_design",
    "share_switched_off",
    "swing_from_draws",
    "tornado",
    "tornado_design",
]

Floats = NDArray[np.float64]
Factor = tuple[int, ...]

_MOST_CLASSES = 64
_FIFTH = 0.2
_GROUPS = 20
"""Parts of the draws that are left out in turn, for the standard error."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """An estimate with its standard error, both ``[factor, cell...]``; nan where nothing varies."""

    value: Floats
    error: Floats


@dataclass(frozen=True, eq=False)
class Indices:
    """First-order and total indices of each factor."""

    first: Estimate
    total: Estimate


@dataclass(frozen=True, eq=False)
class Tornado:
    """A result with all assumptions at their medians, and with one of them elsewhere.

    Parameters
    ----------
    middle
        ``[cell...]``.
    low, high
        ``[factor, cell...]``, with the factor at its low and its high share.
    """

    middle: Floats
    low: Floats
    high: Floats

    @property
    def swing(self) -> Floats:
        """How far apart the two are, ``[factor, cell...]``; negative where high makes less."""
        return self.high - self.low


def factors_of(scenario: "Scenario") -> tuple[Factor, ...]:
    """Assumptions by number, those together that are correlated, directly or through others.

    Parameters
    ----------
    scenario
        As loaded.

    Returns
    -------
    tuple of tuple of int
        In the order of `projector.scenario.uncertain_assumptions`, by the first of each.
    """
    names = [one.name for one in uncertain_assumptions(scenario)]
    stated = correlated(scenario)
    factor = list(range(len(names)))
    rows = [names.index(name) for name in stated.names]
    for one, other in zip(*np.nonzero(stated.ranks), strict=True):
        first, second = factor[rows[one]], factor[rows[other]]
        factor = [min(first, second) if part in (first, second) else part for part in factor]
    return tuple(
        tuple(row for row, part in enumerate(factor) if part == number)
        for number in sorted(set(factor))
    )


def first_from_draws(drawn: Floats, results: Floats, *, classes: int | None = None) -> Estimate:
    """First-order index of each assumption, from the draws of an ordinary run.

    Parameters
    ----------
    drawn
        Shares, ``[assumption, draw]``, from `projector.uncertainty.draws.shares_of`.
    results
        ``[cell..., draw]``.
    classes
        Equal classes of an assumption; without it the root of the number of draws, 64 at most.

    Returns
    -------
    Estimate
        ``[assumption, cell...]``. An index may come out a little below zero; its error then tells
        that it is none. Of correlated assumptions each has also what it shares with the other.

    Raises
    ------
    ValueError
        If there are too few draws to leave some out in each class.
    """
    draws = results.shape[-1]
    classes = min(int(np.sqrt(draws)), _MOST_CLASSES) if classes is None else classes
    if not 2 <= classes <= draws // 4:
        raise ValueError(f"{draws} draws are too few for {classes} classes")
    cells = results.reshape(-1, draws)
    apart = cells - cells.mean(axis=1, keepdims=True)
    group = np.arange(draws) * _GROUPS // draws
    squares = np.stack([(apart[:, group == g] ** 2).sum(axis=1) for g in range(_GROUPS)])
    found = [_explained(row, apart, group, squares, classes) for row in drawn]
    shape = (len(drawn), *results.shape[:-1])
    value, error = (np.array([part[which] for part in found]).reshape(shape) for which in (0, 1))
    return Estimate(value, error)


def _explained(
    row: Floats, apart: Floats, group: NDArray[np.int64], squares: Floats, classes: int
) -> tuple[Floats, Floats]:
    """Index of one assumption, and its standard error by leaving out a group of draws in turn."""
    member = np.minimum((row * classes).astype(np.int64), classes - 1)
    indicator = np.eye(classes)[member]
    sums = np.stack([apart[:, group == g] @ indicator[group == g] for g in range(_GROUPS)])
    counts = np.stack([indicator[group == g].sum(axis=0) for g in range(_GROUPS)])[:, np.newaxis]

    def adjusted(sums: Floats, counts: Floats, squares: Floats) -> Floats:
        draws = counts.sum(axis=-1)
        mean = sums.sum(axis=-1) / draws
        between = (sums**2 / np.maximum(counts, 1)).sum(axis=-1) - draws * mean**2
        whole = squares - draws * mean**2
        part = between / np.where(whole > 0, whole, np.nan)
        return np.asarray(1 - (1 - part) * (draws - 1) / (draws - classes))

    whole = adjusted(sums.sum(axis=0), counts.sum(axis=0), squares.sum(axis=0))
    without = adjusted(
        sums.sum(axis=0) - sums, counts.sum(axis=0) - counts, squares.sum(axis=0) - squares
    )
    spread = (without - without.mean(axis=0)) ** 2
    return whole, np.sqrt((_GROUPS - 1) / _GROUPS * spread.sum(axis=0))


def swing_from_draws(drawn: Floats, results: Floats) -> tuple[Floats, Floats]:
    r"""Mean of the results where an assumption is low and where it is high, from ordinary draws.

    Low is the fifth of the draws in which the assumption lies lowest, so about its 10th percentile,
    high the fifth in which it lies highest: :math:`\operatorname{E}(Y \mid u < 0.2)` and
    :math:`\operatorname{E}(Y \mid u \ge 0.8)`. All else varies as it does, so that what others do
    falls out only as far as there are many draws.

    Parameters
    ----------
    drawn
        Shares, ``[assumption, draw]``, from `projector.uncertainty.draws.shares_of`.
    results
        ``[cell..., draw]``.

    Returns
    -------
    low, high
        ``[assumption, cell...]``, in the unit of the results.
    """
    low, high = (
        np.stack([results[..., chosen].mean(axis=-1) for chosen in where])
        for where in (drawn < _FIFTH, drawn >= 1 - _FIFTH)
    )
    return low, high


def share_switched_off(results: Floats, without: Floats) -> Estimate:
    r"""Part of the variance that something puts in that can be switched off.

    The variance of the difference that it makes, :math:`\operatorname{Var}(Y - Y_0) /
    \operatorname{Var}(Y)`. With the same draws of all else, what others do falls out of the
    difference, which the difference of two variances would be full of. What it does together with
    others counts in full, as in a total index.

    Parameters
    ----------
    results
        ``[cell..., draw]``, with all that is uncertain.
    without
        The same draws without it.

    Returns
    -------
    Estimate
        ``[cell...]``, with a standard error by leaving out a group of draws in turn.
    """
    draws = results.shape[-1]
    group = np.arange(draws) * _GROUPS // draws

    def share(kept: NDArray[np.bool_]) -> Floats:
        whole = results[..., kept].var(axis=-1)
        made = (results - without)[..., kept].var(axis=-1)
        return np.asarray(made / np.where(whole > 0, whole, np.nan))

    left_out = np.stack([share(group != g) for g in range(_GROUPS)])
    spread = (left_out - left_out.mean(axis=0)) ** 2
    error = np.sqrt((_GROUPS - 1) / _GROUPS * spread.sum(axis=0))
    return Estimate(share(group >= 0), error)


def tornado_design(assumptions: int, *, low: float = 0.1, high: float = 0.9) -> Floats:
    """Shares of the evaluations of a tornado.

    Parameters
    ----------
    assumptions
        How many there are.
    low, high
        Shares of its distribution that an assumption is set to.

    Returns
    -------
    ndarray of float
        ``[assumption, evaluation]``: all at their medians, then each in turn low and high.
    """
    design = np.full((assumptions, 1 + 2 * assumptions), 0.5)
    each = np.arange(assumptions)
    design[each, 1 + 2 * each] = low
    design[each, 2 + 2 * each] = high
    return design


def tornado(results: Floats) -> Tornado:
    """Results of the evaluations of `tornado_design`, ``[cell..., evaluation]``, told apart."""
    first = np.moveaxis(results, -1, 0)
    return Tornado(first[0], first[1::2], first[2::2])


def saltelli_design(own: Floats, other: Floats, factors: Sequence[Factor]) -> Floats:
    """Shares of the evaluations that `indices` needs.

    Parameters
    ----------
    own, other
        Two independent sets of draws A and B, ``[assumption, draw]``, from
        `projector.uncertainty.draws.shares_of` with and without ``alternative``.
    factors
        Assumptions that are taken from B together, from `factors_of`.

    Returns
    -------
    ndarray of float
        ``[assumption, evaluation]``: the n draws of A, those of B, then those of A with one factor
        from B, factor by factor.
    """
    mixed = []
    for factor in factors:
        one = own.copy()
        one[list(factor)] = other[list(factor)]
        mixed.append(one)
    return np.concatenate([own, other, *mixed], axis=1)


def indices(results: Floats, factors: int, *, seed: int = 0, resamples: int = 200) -> Indices:
    """First-order and total indices from the evaluations of `saltelli_design`.

    Parameters
    ----------
    results
        ``[cell..., evaluation]``.
    factors
        How many there are, k.
    seed, resamples
        Of the bootstrap over draws, which the standard errors are from. Draws are more evenly
        spread than the bootstrap knows, so the errors are rather too large.

    Returns
    -------
    Indices
        ``[factor, cell...]``.

    Raises
    ------
    ValueError
        If the evaluations are not k + 2 times as many as draws.
    """
    if results.shape[-1] % (factors + 2):
        raise ValueError(f"{results.shape[-1]} evaluations are not {factors + 2} sets of draws")
    sets = results.reshape(-1, factors + 2, results.shape[-1] // (factors + 2))
    draws = sets.shape[-1]
    # The indices do not depend on the level, but their errors do.
    sets = sets - sets[:, :2].mean(axis=(1, 2), keepdims=True)
    own, other, mixed = sets[:, 0], sets[:, 1], sets[:, 2:]
    terms = np.stack(
        [
            other[:, np.newaxis] * (mixed - own[:, np.newaxis]),
            (own[:, np.newaxis] - mixed) ** 2 / 2,
        ]
    )
    random = np.random.default_rng(seed)
    drawn = random.multinomial(draws, np.full(draws, 1 / draws), size=resamples) / draws
    weights = np.concatenate([np.full((1, draws), 1 / draws), drawn]).T
    variance = ((own**2 + other**2) / 2) @ weights - (((own + other) / 2) @ weights) ** 2
    shares = (terms @ weights) / np.where(variance > 0, variance, np.nan)[:, np.newaxis]
    shape = (factors, *results.shape[:-1])
    value = np.moveaxis(shares[..., 0], 2, 1).reshape(2, *shape)
    error = np.moveaxis(shares[..., 1:].std(axis=-1, ddof=1), 2, 1).reshape(2, *shape)
    return Indices(Estimate(value[0], error[0]), Estimate(value[1], error[1]))
