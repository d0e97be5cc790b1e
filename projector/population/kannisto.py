r"""Kannisto's curve: death rates of the oldest, where observed rates are few or end.

.. math:: \mu(x) = \frac{a e^{b (x - 80)}}{1 + a e^{b (x - 80)}}, \qquad
          \operatorname{logit} \mu(x) = \ln a + b (x - 80)

(Thatcher, Kannisto & Vaupel 1998, The force of mortality at ages 80 to 120.) The rates are
central rates of completed ages: the half year from the birthday to the middle of the age
lies in :math:`a`.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from projector.errors import ConsistencyError, Problem

__all__ = ["close_with_kannisto", "fit_kannisto"]

Array = NDArray[np.float64]

_ORIGIN = 80
_ITERATIONS = 100
_CONVERGED = 1e-12


def fit_kannisto(death_rates: Array, exposure: Array, ages: NDArray[np.int64]) -> Array:
    r"""Fit the curve by Poisson likelihood, :math:`\sum_x E_x (m_x \ln \mu_x - \mu_x)`.

    Newton steps with the expected information (Fisher scoring), for all series at once.

    Parameters
    ----------
    death_rates
        :math:`m`, ``[..., age]``, between 0 and 1, per year.
    exposure
        :math:`E`, ``[..., age]``, person-years: observed ones, or those of the life table.
    ages
        Completed years, ``[age]``.

    Returns
    -------
    ndarray
        ``[..., 2]``: :math:`\ln a` and :math:`b` (per year).

    Raises
    ------
    ConsistencyError
        If the rates do not rise with age, or have no likeliest curve.
    ValueError
        If a rate does not lie between 0 and 1.
    """
    if not ((death_rates > 0) & (death_rates < 1)).all():
        raise ValueError("Kannisto's curve is of rates between 0 and 1")
    design = np.stack([np.ones(len(ages)), ages - float(_ORIGIN)], axis=-1)
    deaths = death_rates * exposure
    parameters = _weighted_least_squares(logit(death_rates), exposure, design)
    for _ in range(_ITERATIONS):
        rates = expit(parameters @ design.T)
        score = ((deaths - exposure * rates) * (1.0 - rates)) @ design
        information = _information(exposure * rates * (1.0 - rates) ** 2, design)
        step = np.linalg.solve(information, score[..., np.newaxis])[..., 0]
        parameters = parameters + step
        if np.abs(step).max() < _CONVERGED:
            break
    if not (np.abs(step) < np.sqrt(_CONVERGED)).all() or not (parameters[..., 1] > 0).all():
        raise ConsistencyError(
            Problem(
                where="table mortality",
                message="Kannisto's curve does not fit the death rates of the oldest",
                expected=f"rates that rise with age from {ages[0]} to {ages[-1]}",
            )
        )
    return parameters


def close_with_kannisto(death_rates: Array, exposure: Array, first: int) -> Array:
    r"""Rates from `first` on by Kannisto's curve, fitted from 80 to the age before.

    The curve keeps its fitted slope :math:`b` and passes through the rate of the last age
    before `first`, so there is no jump. Passing through it comes nearer to published rates of
    100 and over than the fitted level does (Canada 1950-2020: 10 % off instead of 22 %).

    Parameters
    ----------
    death_rates
        ``[..., age]`` from age 0 to the last age that is wanted, per year.
    exposure
        ``[..., age]``, the weight of each age; only ages 80 to `first` − 1 count.
    first
        First age that is replaced; the rates from here on are not used.

    Returns
    -------
    ndarray
        ``[..., age]``; below `first` as given.

    Raises
    ------
    ConsistencyError
        If the rates before `first` do not rise with age.
    """
    ages = np.arange(_ORIGIN, first)
    slope = fit_kannisto(death_rates[..., ages], exposure[..., ages], ages)[..., 1:]
    beyond = np.arange(first, death_rates.shape[-1])
    closed = death_rates.copy()
    closed[..., beyond] = expit(
        logit(death_rates[..., first - 1 : first]) + slope * (beyond - (first - 1))
    )
    return closed


def _weighted_least_squares(values: Array, weight: Array, design: Array) -> Array:
    right = (weight * values) @ design
    parameters = np.linalg.solve(_information(weight, design), right[..., np.newaxis])[..., 0]
    return np.asarray(parameters, dtype=np.float64)


def _information(weight: Array, design: Array) -> Array:
    """``X' W X``, ``[..., 2, 2]``."""
    result: Array = np.einsum("...a,ai,aj->...ij", weight, design, design)
    return result
