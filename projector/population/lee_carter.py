r"""Lee–Carter's model of death rates, coherent over groups.

For periods :math:`t`, groups :math:`g` (the sexes, or groups of regions) and ages :math:`x`

.. math:: \ln m_{g,x,t} = a_{g,x} + B_x K_t + b_{g,x} k_{g,t} + \varepsilon_{g,x,t}

with :math:`\sum_x B_x = 1` and :math:`\sum_t K_t = 0` (Lee & Carter 1992). :math:`B K` is
what the groups share, the first factor of their mean; :math:`b k` is what each has besides
(Li & Lee 2005). The factors are the first ones of singular value decompositions. Ahead only
:math:`K` moves: what groups have of their own stays as it was, so that they do not drift
apart. (Li & Lee also let it return to its mean; with the embedded periods up to 2003, 2008 or
2013 that foresaw the later death rates of Norway's sexes worse.)

Periods need not lie equally far apart: the random walk goes by the years that pass.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem

__all__ = ["Drift", "LeeCarter", "drift", "fit_lee_carter"]

Array = NDArray[np.float64]
Years = NDArray[np.int64]

_NO_TREND = 1e-9


@dataclass(frozen=True)
class LeeCarter:
    r"""A fitted model.

    Parameters
    ----------
    years
        Middle year of each period, ``[period]``, rising.
    average
        :math:`a`, ``[group, age]``, log of a rate per year.
    pattern, index
        :math:`B`, ``[age]``, and :math:`K`, ``[period]``.
    own_pattern, own_index
        :math:`b`, ``[group, age]``, of length 1 with its largest element positive (its sum
        may be nothing, so it cannot be 1), and :math:`k`, ``[period, group]``.
    """

    years: Years
    average: Array
    pattern: Array
    index: Array
    own_pattern: Array
    own_index: Array

    def log_rates(self) -> Array:
        """The fitted log rates, ``[period, group, age]``."""
        common = self.index[:, np.newaxis, np.newaxis] * self.pattern
        return self.average + common + self.own_index[..., np.newaxis] * self.own_pattern


@dataclass(frozen=True)
class Drift:
    """A random walk with drift.

    Parameters
    ----------
    annual
        Mean change a year.
    standard_error
        Of the mean change.
    innovation
        Standard deviation of one year's change around it.
    """

    annual: float
    standard_error: float
    innovation: float


def fit_lee_carter(log_rates: Array, years: Years) -> LeeCarter:
    """Fit the model by singular value decomposition.

    Parameters
    ----------
    log_rates
        ``[period, group, age]``, log of death rates per year.
    years
        Middle year of each period, ``[period]``.

    Returns
    -------
    LeeCarter
        With one group the common factor is all there is: its own index is 0.

    Raises
    ------
    ConsistencyError
        If there are fewer than two periods, or no trend is common to the groups.
    ValueError
        If a rate is not finite or the years do not rise.
    """
    if not np.isfinite(log_rates).all() or not (np.diff(years) > 0).all():
        raise ValueError("log rates must be finite, and the years must rise")
    if len(years) < 2:
        raise ConsistencyError(
            Problem(
                where="table mortality",
                message="how mortality changes cannot be seen from one period",
                found=f"schedules of {', '.join(map(str, years)) or 'no year'}",
                expected="schedules of two or more years",
            )
        )
    average = log_rates.mean(axis=0)
    apart = log_rates - average
    direction, strength = _first_factor(apart.mean(axis=1))
    total = direction.sum()
    if abs(total) < _NO_TREND or np.abs(strength).max() < _NO_TREND:
        raise ConsistencyError(
            Problem(
                where="table mortality",
                message="the death rates have no trend in common",
                expected="schedules that differ from year to year",
            )
        )
    pattern, index = direction / total, strength * total
    rest = apart - index[:, np.newaxis, np.newaxis] * pattern
    own_pattern, own_index = _first_factor(np.moveaxis(rest, 1, 0))
    if log_rates.shape[1] == 1:
        own_index = np.zeros_like(own_index)
    return LeeCarter(years, average, pattern, index, own_pattern, own_index.T)


def drift(index: Array, years: Years) -> Drift:
    r"""Likeliest random walk with drift through an index.

    Steps over :math:`\Delta` years are normal with mean :math:`d \Delta` and variance
    :math:`\sigma^2 \Delta`, so that

    .. math:: d = \frac{K_T - K_1}{T - 1}, \quad
              \sigma^2 = \frac{1}{n - 2} \sum \frac{(\Delta K - d \Delta)^2}{\Delta}, \quad
              \mathrm{se}(d) = \sigma / \sqrt{T - 1}

    Parameters
    ----------
    index
        :math:`K`, ``[period]``.
    years
        ``[period]``, rising, not necessarily equally far apart.

    Returns
    -------
    Drift
        In units of the index.

    Raises
    ------
    ConsistencyError
        If there are fewer than three periods.
    """
    if len(years) < 3:
        raise ConsistencyError(
            Problem(
                where="table mortality",
                message="a trend and its error need more periods",
                found=f"schedules of {', '.join(map(str, years))}",
                expected="schedules of three or more years",
            )
        )
    steps, passed = np.diff(index), np.diff(years)
    span = float(passed.sum())
    annual = float(index[-1] - index[0]) / span
    variance = float(((steps - annual * passed) ** 2 / passed).sum()) / (len(steps) - 1)
    return Drift(annual, float(np.sqrt(variance / span)), float(np.sqrt(variance)))


def _first_factor(matrix: Array) -> tuple[Array, Array]:
    """First factor of ``[..., period, age]``: pattern ``[..., age]``, index ``[..., period]``.

    The pattern has length 1; its largest element is positive, whatever sign LAPACK chose.
    """
    left, sizes, right = np.linalg.svd(matrix, full_matrices=False)
    pattern, index = right[..., 0, :], left[..., 0] * sizes[..., :1]
    largest = np.abs(pattern).argmax(axis=-1)[..., np.newaxis]
    sign = np.where(np.take_along_axis(pattern, largest, axis=-1) < 0, -1.0, 1.0)
    return sign * pattern, sign * index
