"""Counts by age group as a smooth curve over single ages: the penalised composite link model."""

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline

from projector.memory import Memory, bits

__all__ = ["smooth_curves", "spread_groups"]

Array = NDArray[np.float64]

_KNOT_SPACING = 3.0
"""Years between knots, below the width of most published groups: the penalty smooths, not the
knots."""
_DEGREE = 3
_SMOOTHING = 10.0 ** np.arange(1.0, 4.25, 0.5)
"""The grid that the smoothing parameter is chosen from: a spline's weight is expected to differ
from the next by 1 / sqrt of it, from a third to a hundredth."""
_MOST_COMPARED = 128
"""Series that the smoothing parameter is chosen on, evenly spread over all of them."""
_BLOCK = 64
"""Series fitted at once, so that the work stays in the cache."""
_MOST_STEPS = 200
_HALVINGS = 40
_LONGEST_STEP = 4.0
"""How far the logarithm of a count may move in one step."""
_TOLERANCE = 1e-6
"""Relative fall of the objective below which a series is done."""
_ROUNDING = 1e-12
"""Of the objective: what is lost in its sums."""
_LEAST = 1e-300
LATELY = Memory(4)
"""Single ages by what they were made from."""


def spread_groups(counts: Array, starts: NDArray[np.int_], reference: Array) -> Array:
    r"""Spread counts by age group over single ages.

    The single ages :math:`\gamma` are latent; of them only the sums over groups are seen,

    .. math:: y_g \sim \mathrm{Poisson}\Bigl(\sum_{a \in g} \gamma_a\Bigr), \qquad
              \gamma_a = r_a \exp\Bigl(\sum_k B_{ak} \beta_k\Bigr)

    with a reference :math:`r`, cubic B-splines :math:`B` and the penalty
    :math:`\lambda \sum_k (\beta_k - \beta_{k-1})^2` on what turns the reference into the
    population. One :math:`\lambda` for all series has the least sum of
    :math:`\mathrm{AIC} = \text{deviance} + 2\,\mathrm{tr}\bigl((X^\top X + P)^{-1} X^\top X\bigr)`
    on a grid. In the end every group is scaled to its count.

    Fisher scoring, as in Eilers 2007 (doi:10.1177/1471082X0700700302), whose model this is; on
    age groups Rizzi, Gampe and Eilers 2015 (doi:10.1093/aje/kwv020). First differences
    instead of their second: on the municipalities of Norway in five- and ten-year and
    school-age groups their AIC is lower, and wide groups do not swing.

    Parameters
    ----------
    counts
        ``[series, group]``, not negative, in persons or any unit of counts.
    starts
        ``[group]``: first age of each group, from 0.
    reference
        ``[series, age]``: an age distribution, positive, to the last age of the last group.

    Returns
    -------
    ndarray
        ``[series, age]``, not negative; the ages of a group sum to its count.

    Raises
    ------
    RuntimeError
        If the iteration does not come to rest.

    Notes
    -----
    The last few answers are kept, as runs of one process mostly begin from the same tables.
    """
    asked = bits(counts), bits(starts), bits(reference)
    return LATELY.keep(
        "single ages", asked, lambda: _unchanging(_spread(counts, starts, reference))
    )


def _unchanging(array: Array) -> Array:
    array.flags.writeable = False
    return array


def _spread(counts: Array, starts: NDArray[np.int_], reference: Array) -> Array:
    """See `spread_groups`."""
    single = np.zeros(reference.shape)
    peopled = np.flatnonzero(counts.sum(axis=1) > 0)
    if not peopled.size:
        return single
    some = min(len(peopled), _MOST_COMPARED)
    compared = peopled[np.linspace(0, len(peopled) - 1, some).round().astype(np.int_)]
    smoothing = _chosen_smoothing(counts[compared], starts, reference[compared])
    curves = smooth_curves(counts[peopled], starts, reference[peopled], smoothing)
    widths = np.diff(starts, append=reference.shape[1])
    together = np.add.reduceat(curves, starts, axis=1)
    # A group of one age is its count to the last digit: its share is exactly 1.
    shares = curves / np.repeat(together, widths, axis=1)
    single[peopled] = shares * np.repeat(counts[peopled], widths, axis=1)
    return single


def smooth_curves(
    counts: Array, starts: NDArray[np.int_], reference: Array, smoothing: float
) -> Array:
    r"""The curves of the model at one smoothing parameter, before groups are scaled.

    Parameters
    ----------
    counts, starts, reference
        As for `spread_groups`; every series has people.
    smoothing
        :math:`\lambda`, positive.

    Returns
    -------
    ndarray
        ``[series, age]``, positive.

    Raises
    ------
    RuntimeError
        If the iteration does not come to rest.
    """
    basis = _basis(reference.shape[1])
    penalty = _penalty(basis, smoothing)
    curves = np.empty(reference.shape)
    weights = _level(counts, reference, basis)
    for block in _blocks(len(counts)):
        curves[block], _ = _fit_block(
            weights[block], counts[block], starts, reference[block], basis, penalty
        )
    return curves


def _blocks(series: int) -> list[NDArray[np.int_]]:
    """Which series are fitted at once."""
    return np.array_split(np.arange(series), -(-series // _BLOCK))


def _level(counts: Array, reference: Array, basis: Array) -> Array:
    """Weights ``[series, spline]`` that take the reference to the sum of the counts."""
    level = np.log(counts.sum(axis=1) / reference.sum(axis=1))
    result: Array = level[:, None] * np.ones(basis.shape[1])
    return result


def _basis(ages: int) -> Array:
    """Cubic B-splines ``[age, spline]`` at the middle of each age; each row sums to 1."""
    pieces = max(round(ages / _KNOT_SPACING), 1)
    knots = ages / pieces * np.arange(-_DEGREE, pieces + _DEGREE + 1)
    design: Array = BSpline.design_matrix(np.arange(ages) + 0.5, knots, _DEGREE).toarray()
    return design


def _penalty(basis: Array, smoothing: float) -> Array:
    """The matrix ``[spline, spline]`` of the squared first differences of the weights."""
    differences = np.diff(np.eye(basis.shape[1]), axis=0)
    penalty: Array = smoothing * differences.T @ differences
    return penalty


def _chosen_smoothing(counts: Array, starts: NDArray[np.int_], reference: Array) -> float:
    """The smoothing parameter of the grid with the least AIC over all series together.

    Each fit begins where the one before it ended.
    """
    basis = _basis(reference.shape[1])
    criteria = []
    weights, curves = _level(counts, reference, basis), np.empty(reference.shape)
    for smoothing in _SMOOTHING:
        penalty = _penalty(basis, smoothing)
        for block in _blocks(len(counts)):
            curves[block], weights[block] = _fit_block(
                weights[block], counts[block], starts, reference[block], basis, penalty
            )
        means = np.maximum(np.add.reduceat(curves, starts, axis=1), _LEAST)
        X = _slopes(curves, starts, basis) / np.sqrt(means)[..., None]
        each = X.swapaxes(1, 2)
        # The trace of a product is the same turned round, and there are fewer groups than splines.
        effective = (np.linalg.solve(each @ X + penalty, each) * each).sum(axis=(1, 2))
        criteria.append((_deviance(counts, means) + 2 * effective).sum())
    return float(_SMOOTHING[int(np.argmin(criteria))])


def _fit_block(
    weights: Array,
    counts: Array,
    starts: NDArray[np.int_],
    reference: Array,
    basis: Array,
    penalty: Array,
) -> tuple[Array, Array]:
    """The curves ``[series, age]`` and their weights, from some others, by Fisher scoring.

    Series at rest leave the iteration.
    """
    curves, ended = np.empty(reference.shape), np.empty(weights.shape)
    moving = np.arange(len(counts))
    curve, means, objective = _at(weights, counts, starts, reference, basis, penalty)
    for _ in range(_MOST_STEPS):
        X = _slopes(curve, starts, basis) / np.sqrt(means)[..., None]
        residual = (counts[moving] - means) / np.sqrt(means)
        score = (residual[:, None, :] @ X)[:, 0] - weights @ penalty
        step = np.linalg.solve(X.swapaxes(1, 2) @ X + penalty, score[..., None])[..., 0]
        longest = np.maximum(np.abs(step).max(axis=1), _LONGEST_STEP)
        step *= (_LONGEST_STEP / longest)[:, None]
        before, start = objective, weights
        for _ in range(_HALVINGS):
            weights = start + step
            curve, means, objective = _at(
                weights, counts[moving], starts, reference[moving], basis, penalty
            )
            # A full step of a quadratic would gain all of this; less than half overshoots.
            gain = (score * step).sum(axis=1)
            short = before - objective < gain / 2 - _ROUNDING * before
            if not short.any():
                break
            step[short] /= 2
        done = before - objective <= _TOLERANCE * (1 + objective)
        curves[moving[done]], ended[moving[done]] = curve[done], weights[done]
        moving, weights, curve = moving[~done], weights[~done], curve[~done]
        means, objective = means[~done], objective[~done]
        if not moving.size:
            return curves, ended
    raise RuntimeError(f"{len(moving)} series did not come to rest in {_MOST_STEPS} steps")


def _at(
    weights: Array,
    counts: Array,
    starts: NDArray[np.int_],
    reference: Array,
    basis: Array,
    penalty: Array,
) -> tuple[Array, Array, Array]:
    """Curves ``[series, age]``, their sums by group, and the penalised deviance ``[series]``."""
    curves = reference * np.exp(weights @ basis.T)
    means = np.maximum(np.add.reduceat(curves, starts, axis=1), _LEAST)
    roughness = ((weights @ penalty) * weights).sum(axis=1)
    return curves, means, _deviance(counts, means) + roughness


def _deviance(counts: Array, means: Array) -> Array:
    """Poisson deviance ``[series]``; of an empty group the mean alone counts."""
    some = counts > 0
    gain = counts * np.log(np.where(some, counts, 1) / np.where(some, means, 1))
    deviance: Array = 2 * (gain - counts + means).sum(axis=1)
    return deviance


def _slopes(curves: Array, starts: NDArray[np.int_], basis: Array) -> Array:
    """How each group's mean changes with each weight: ``[series, group, spline]``."""
    ends = [*starts[1:], len(basis)]
    slopes = [
        curves[:, first:end] @ basis[first:end] for first, end in zip(starts, ends, strict=True)
    ]
    return np.stack(slopes, axis=1)
