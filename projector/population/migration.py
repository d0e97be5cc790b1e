r"""Moves made to sum to what is known of them: pools, plus-minus scaling and raking.

When only net moves are known, those who leave go into a pool and those who come are drawn
from it. What comes, :math:`P`, and what leaves, :math:`Q`, seldom agree with the total
:math:`T` that the nation must have (zero for moves within it). The symmetric plus-minus
adjustment scales them in opposite directions until they do (Akers & Siegel 1965; Smith,
Tayman & Swanson 2013, chapter 6):

.. math:: x P - \frac{Q}{x} = T, \qquad x = \frac{T + \sqrt{T^2 + 4 P Q}}{2 P}

Every array has the axes ``[region, sex, age]``, or ``[region, sex, age, draw]`` for many futures.
A total is ``[sex, age]`` or ``[sex, age, draw]``, for each cell by itself, or a scalar or
``[draw]`` for all cells together.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from projector.errors import ConsistencyError, Problem
from projector.tables import SEXES

__all__ = ["balance", "plus_minus_factors", "rake", "rake_factor", "rake_net"]

Array = NDArray[np.float64]

_NOBODY = 1e-9
"""Fewer people than this are none: nothing is scaled up from a rounding error."""


def balance(net: Array, total: ArrayLike, people: Array) -> Array:
    r"""Net moves that sum to a total over the regions.

    Gains are scaled by :math:`x` and losses by :math:`1/x`, so no region that gains comes to
    lose. No region loses more people than it has: where the scaling would, the region is
    emptied and the others carry the rest. Where nobody gains or nobody loses there is nothing
    to scale against each other, and the people that the moves give, :math:`N_r + n_r`, are all
    scaled alike:

    .. math:: n'_r = (N_r + n_r) \frac{\sum N + T}{\sum (N + n)} - N_r

    That rule also holds where emptying every losing region is not enough.

    Parameters
    ----------
    net
        ``[region, sex, age]``, persons, positive where the region gains.
    total
        What they must sum to: ``[sex, age]`` or a scalar, persons.
    people
        ``[region, sex, age]``, persons there before they move.

    Returns
    -------
    ndarray
        ``[region, sex, age]``, with ``people + result`` nowhere negative.

    Raises
    ------
    ConsistencyError
        If more leave than there are, in a region or in all of them together, or if people come
        where neither people nor moves say which regions they come to.
    """
    target = np.asarray(total, dtype=np.float64)
    moves, there = _by_cell(net, target), _by_cell(people, target)
    wanted = target.reshape(-1)
    if (moves < -there).any():
        short = (moves + there).min(axis=0)
        raise _fault(target, short < 0, "more leave a region than there are", short, "zero or more")
    everybody = there.sum(axis=0)
    if (wanted < -everybody).any():
        raise _fault(
            target,
            wanted < -everybody,
            "more leave the regions together than there are",
            wanted,
            "no more than the people there are",
        )
    balanced, scaled = _plus_minus(moves, wanted, there)
    if not scaled.all():
        balanced[:, ~scaled] = _all_alike(
            moves[:, ~scaled], wanted[~scaled], there[:, ~scaled], target, ~scaled
        )
    result: Array = balanced.reshape(net.shape)
    return result


def rake(flow: Array, total: ArrayLike) -> Array:
    """A gross flow scaled so that it sums to a total over the regions.

    Parameters
    ----------
    flow
        ``[region, sex, age]``, persons, not negative.
    total
        ``[sex, age]`` or a scalar, persons, not negative.

    Returns
    -------
    ndarray
        ``[region, sex, age]``.

    Raises
    ------
    ConsistencyError
        If people move in total but in no region, or the total is negative.
    """
    return flow * rake_factor(flow, total)


def rake_factor(flow: Array, total: ArrayLike) -> Array:
    """The factor by which `rake` scales, with the shape of the total."""
    target = np.asarray(total, dtype=np.float64)
    sums, wanted = _by_cell(flow, target).sum(axis=0), target.reshape(-1)
    impossible = (wanted < 0) | ((sums <= 0) & (wanted > 0))
    if impossible.any():
        raise _fault(
            target,
            impossible,
            "a national number of migrants has no regions to come from or go to",
            wanted,
            "zero or more, and zero where no region has any",
        )
    factor = np.divide(wanted, sums, out=np.ones_like(sums), where=sums > 0)
    result: Array = factor.reshape(target.shape)
    return result


def rake_net(immigration: Array, emigration: Array, total: ArrayLike) -> tuple[Array, Array]:
    """Immigration and emigration scaled in opposite directions, to a total of their difference.

    Parameters
    ----------
    immigration, emigration
        ``[region, sex, age]``, persons, not negative.
    total
        Net immigration, ``[sex, age]`` or a scalar, persons.

    Returns
    -------
    tuple of ndarray
        Both flows, ``[region, sex, age]``.

    Raises
    ------
    ConsistencyError
        If no scaling gives the total, because the one or the other flow is nobody.
    """
    coming, leaving = plus_minus_factors(immigration, emigration, total)
    return immigration * coming, emigration * leaving


def plus_minus_factors(gains: Array, losses: Array, total: ArrayLike) -> tuple[Array, Array]:
    """The factors :math:`x` and :math:`1/x` of the equation at the head of this module.

    Parameters
    ----------
    gains, losses
        ``[region, sex, age]``, persons, not negative.
    total
        ``[sex, age]`` or a scalar, persons.

    Returns
    -------
    tuple of ndarray
        Factors of the gains and of the losses, with the shape of the total.

    Raises
    ------
    ConsistencyError
        If nobody comes or nobody leaves, and the total has the other sign.
    """
    target = np.asarray(total, dtype=np.float64)
    wanted = target.reshape(-1)
    plus, minus = (_by_cell(flow, target).sum(axis=0) for flow in (gains, losses))
    up, down, solved = _solve(plus, minus, wanted)
    if not solved.all():
        raise _fault(
            target,
            ~solved,
            "no scaling of immigration and emigration gives the net immigration asked for",
            wanted,
            "immigration where people come on balance, emigration where they leave",
        )
    return up.reshape(target.shape), down.reshape(target.shape)


def _by_cell(values: Array, target: Array) -> Array:
    """``[region, cell]``, or ``[everything, draw]`` where one total is for all cells."""
    return values.reshape(-1, target.size) if target.ndim < 2 else values.reshape(len(values), -1)


def _solve(plus: Array, minus: Array, total: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Factors of gains and losses, and where the equation has a solution, all ``[cell]``."""
    root = np.hypot(total, 2.0 * np.sqrt(plus) * np.sqrt(minus))
    # Of T ± root the one without cancellation; the other follows as x · 1/x = 1.
    larger = np.abs(total) + root
    both = (plus > _NOBODY) & (minus > _NOBODY)
    one = np.ones_like(total)
    with np.errstate(divide="ignore", invalid="ignore"):
        up = np.where(total >= 0, larger / (2.0 * plus), 2.0 * minus / larger)
        down = np.where(total >= 0, 2.0 * plus / larger, larger / (2.0 * minus))
        up = np.where(both, up, np.where(plus > _NOBODY, total / plus, one))
        down = np.where(both, down, np.where(minus > _NOBODY, -total / minus, one))
    solved = both | np.where(
        plus > _NOBODY, total >= 0, np.where(minus > _NOBODY, total <= 0, total == 0)
    )
    return up, down, solved


def _plus_minus(moves: Array, total: Array, there: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Scaled moves ``[region, cell]`` with no region below empty, and which cells they solve."""
    gains, losses = np.maximum(moves, 0.0), np.maximum(-moves, 0.0)
    plus, minus = gains.sum(axis=0), losses.sum(axis=0)
    two_sided = (plus > _NOBODY) & (minus > _NOBODY)
    up, down, solved = _solve(plus, minus, total)
    left = losses * down
    emptied = np.zeros(moves.shape, dtype=np.bool_)
    # The more regions are emptied, the smaller x becomes: the set only grows, so this ends.
    while (over := two_sided & solved & ~emptied & (left > there)).any():
        emptied |= over
        rest = np.where(emptied, 0.0, losses)
        all_of_them = np.where(emptied, there, 0.0)
        up, down, solved = _solve(plus, rest.sum(axis=0), total + all_of_them.sum(axis=0))
        left = np.where(emptied, there, rest * down)
    return gains * up - left, two_sided & solved


def _all_alike(
    moves: Array, total: Array, there: Array, target: Array, cells: NDArray[np.bool_]
) -> Array:
    """Moves ``[region, cell]`` after which all regions' people are scaled by the same factor."""
    after = there + moves
    after = np.where(after.sum(axis=0) > 0, after, there)
    sums, wanted = after.sum(axis=0), there.sum(axis=0) + total
    nowhere = (sums <= 0) & (wanted > 0)
    if nowhere.any():
        fault = np.zeros(cells.shape, dtype=np.bool_)
        fault[cells] = nowhere
        everything = np.zeros(cells.shape)
        everything[cells] = total
        raise _fault(target, fault, "people come, but to no region", everything, "zero")
    factor = np.divide(wanted, sums, out=np.zeros_like(sums), where=sums > 0)
    result: Array = after * factor - there
    return result


def _fault(
    target: Array, cells: NDArray[np.bool_], message: str, found: Array, expected: str
) -> ConsistencyError:
    """The first cell that is wrong."""
    first = int(np.argmax(cells))
    where = "migration"
    if target.ndim > 1:
        sex, age = (int(i) for i in np.unravel_index(first, target.shape)[:2])
        where = f"migration of sex {SEXES[sex]}, age {age}"
    return ConsistencyError(Problem(where, message, f"{found[first]:.3g} persons", expected))
