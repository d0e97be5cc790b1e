r"""Attribution: which part of a change comes from what.

A result :math:`f` depends on factors :math:`1, \dots, n`, such as the number of people or a named
change. A *world* is the set of factors that are let loose; the others are held as in the base
year. :math:`f(\emptyset)` is the result of the base year, :math:`f(\{1, \dots, n\})` that of the
year asked about. The effect of a factor, added to those before it, is

.. math:: \Delta_i = f(\{1, \dots, i\}) - f(\{1, \dots, i - 1\}), \qquad
          \sum_i \Delta_i = f(\{1, \dots, n\}) - f(\emptyset)

so that the effects are the whole change, to the last digit, in any order; each of them depends on
the order. Alone, a factor has the effect

.. math:: \alpha_i = f(\{i\}) - f(\emptyset), \qquad
          I = f(\{1, \dots, n\}) - f(\emptyset) - \sum_i \alpha_i

and the interaction :math:`I` is what comes of their being there together: an older population
*and* a rising use are more than one and the other. No order is preferred by the value of Shapley,
the mean of :math:`\Delta_i` over every order of the factors,

.. math:: \varphi_i = \sum_{S \not\ni i} \frac{|S|! \, (n - |S| - 1)!}{n!}
          \bigl(f(S \cup \{i\}) - f(S)\bigr), \qquad \sum_i \varphi_i = f(N) - f(\emptyset)

reckoned from all :math:`2^n` sets, so exact. Factors that play the same part have the same value.
"""

from collections.abc import Callable, Hashable, Sequence
from itertools import combinations
from math import comb
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["alone", "interaction", "one_after_the_other", "order_free"]

Array = NDArray[np.float64]
Factor = TypeVar("Factor", bound=Hashable)


def one_after_the_other(
    result: Callable[[frozenset[Factor]], Array], factors: Sequence[Factor]
) -> Array:
    r"""Effect of each factor added to those before it, :math:`\Delta_i`.

    Parameters
    ----------
    result
        The result of a world, given the factors that are let loose; any shape, the same for all.
    factors
        Each once, in the order in which they are let loose.

    Returns
    -------
    ndarray
        ``[factor, ...]``, in the unit of the result.
    """
    worlds = [result(frozenset(factors[:count])) for count in range(len(factors) + 1)]
    return np.diff(np.stack(worlds), axis=0)


def alone(result: Callable[[frozenset[Factor]], Array], factors: Sequence[Factor]) -> Array:
    r"""Effect of each factor with all others held, :math:`\alpha_i`.

    Parameters
    ----------
    result, factors
        As for `one_after_the_other`.

    Returns
    -------
    ndarray
        ``[factor, ...]``, in the unit of the result.
    """
    held = result(frozenset())
    effects = [result(frozenset([factor])) - held for factor in factors]
    return np.array(effects).reshape(len(factors), *held.shape)


def interaction(effects: Array, by_itself: Array) -> Array:
    r"""What the factors do together beyond what each does alone, :math:`I`.

    Parameters
    ----------
    effects
        From `one_after_the_other`, ``[factor, ...]``; they sum to the whole change.
    by_itself
        From `alone`, ``[factor, ...]``.

    Returns
    -------
    ndarray
        ``[...]``, in the unit of the result.
    """
    together: Array = effects.sum(axis=0) - by_itself.sum(axis=0)
    return together


def order_free(result: Callable[[frozenset[Factor]], Array], factors: Sequence[Factor]) -> Array:
    r"""Mean effect of each factor over every order of them, :math:`\varphi_i` (Shapley).

    Parameters
    ----------
    result
        As for `one_after_the_other`; is asked for every subset of the factors once.
    factors
        Each once; their order does not matter.

    Returns
    -------
    ndarray
        ``[factor, ...]``, in the unit of the result.

    References
    ----------
    Shapley (1953), A value for n-person games, doi 10.1515/9781400881970-018.
    """
    count = len(factors)
    held = result(frozenset())
    effects = np.zeros((count, *held.shape))
    for size in range(count + 1):
        for chosen in combinations(range(count), size):
            value = held if not chosen else result(frozenset(factors[i] for i in chosen))
            # A set counts for its members as the larger of two sets, for the others as the smaller.
            for i in range(count):
                if i in chosen:
                    effects[i] += value / (count * comb(count - 1, size - 1))
                else:
                    effects[i] -= value / (count * comb(count - 1, size))
    return effects
