r"""How sure quantiles are by the number of draws alone, and how many draws it takes.

The standard error of a quantile of n independent draws is the deviation that its order statistic
has by the draws themselves (Maritz and Jarrett 1978),

.. math:: W_i = I_{i/n}(a, b) - I_{(i-1)/n}(a, b), \quad a = \lfloor np + \tfrac12 \rfloor, \;
          b = n - a + 1, \qquad
          \mathrm{se}^2 = \sum_i W_i x_{(i)}^2 - \Bigl(\sum_i W_i x_{(i)}\Bigr)^2

with :math:`I` the incomplete beta function. Where draws are not kept it is half of what lies
between the quantiles one binomial deviation to each side,

.. math:: \mathrm{se} = \tfrac12 \bigl(Q(p + \delta) - Q(p - \delta)\bigr), \qquad
          \delta = \sqrt{p (1 - p) / n}

Both are for independent draws. Draws here are spread more evenly, so that the true error is smaller
where results are near to a sum of what the assumptions do, and about as large otherwise.

Sources:

* Maritz and Jarrett (1978), A note on estimating the variance of the sample median,
  doi 10.1080/01621459.1978.10480027.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

if TYPE_CHECKING:
    from projector.uncertainty.summaries import Result

__all__ = ["draws_to_have", "error_of_quantiles", "maritz_jarrett"]

Floats = NDArray[np.float64]

_MOST_TIMES = 4
"""Draws are at most multiplied by this at a time: early errors are themselves unsure."""


def maritz_jarrett(values: Floats, shares: Sequence[float]) -> Floats:
    """Standard errors of quantiles, from all draws.

    Parameters
    ----------
    values
        ``[cell..., draw]``.
    shares
        Which quantiles, between 0 and 1.

    Returns
    -------
    ndarray of float
        ``[quantile, cell...]``, in the unit of the values.
    """
    ordered = np.sort(values, axis=-1)
    # The level is taken out, so that the difference of squares keeps its digits.
    ordered = ordered - ordered.mean(axis=-1, keepdims=True)
    draws = ordered.shape[-1]
    steps = np.arange(draws + 1) / draws
    errors = []
    for share in shares:
        a = np.clip(np.floor(draws * share + 0.5), 1, draws)
        weights = np.diff(betainc(a, draws - a + 1, steps))
        mean = ordered @ weights
        errors.append(np.sqrt(np.maximum((ordered**2) @ weights - mean**2, 0)))
    return np.stack(errors)


def error_of_quantiles(result: "Result", shares: Sequence[float]) -> Floats:
    """Standard errors of quantiles, from summaries that have not kept the draws.

    Parameters
    ----------
    result
        From `projector.uncertainty.summaries.Summary.result`.
    shares
        Which quantiles. Those nearer to 0 or 1 than a deviation are unsure; so is their error.

    Returns
    -------
    ndarray of float
        ``[quantile, cell...]``, in the unit of the result; without what a sketch adds
        (`Result.rank_error`).
    """
    share = np.asarray(shares, dtype=np.float64)
    deviation = np.sqrt(share * (1 - share) / result.count)
    low, high = np.maximum(share - deviation, 0), np.minimum(share + deviation, 1)
    quantiles = result.quantiles([*low, *high])
    return np.asarray((quantiles[len(share) :] - quantiles[: len(share)]) / 2)


def draws_to_have(
    quantiles: Floats,
    errors: Floats,
    count: int,
    *,
    block: int,
    tolerance: float,
    least: float,
    most: int,
) -> int:
    r"""How many draws to have in all so that every quantile is sure enough.

    Errors fall with the root of the number of draws, so :math:`n \max (\mathrm{se} / \tau)^2`
    with the tolerance :math:`\tau = \max(\text{tolerance} \cdot |Q|, \text{least})`.

    Parameters
    ----------
    quantiles, errors
        Of all cells, in one shape. Cells without a number (nan) do not count.
    count
        Draws so far.
    block
        Draws of a block; the answer is whole blocks.
    tolerance
        Standard error that is small enough, as a share of the quantile.
    least
        Standard error that is small enough whatever the quantile, in its unit.
    most
        Draws that are never exceeded.

    Returns
    -------
    int
        `count` where nothing more is needed, or where no whole block more is allowed. Otherwise
        at least one block more, and at most four times as many.
    """
    allowed = np.maximum(tolerance * np.abs(quantiles), least)
    known = ~np.isnan(errors) & ~np.isnan(quantiles)
    over = known & (errors > allowed)
    if not over.any():
        return count
    with np.errstate(divide="ignore"):  # nothing is small enough where nothing is allowed
        worst = float((errors[over] / allowed[over]).max())
    wanted = count * min(worst**2, _MOST_TIMES)
    blocks = min(max(int(np.ceil(wanted / block)), count // block + 1), most // block)
    return max(blocks * block, count)
