r"""National mortality: single-age schedules that hit a path of life expectancies.

A death-rate table by age group is ungrouped to single ages so that every group keeps its
rate in the life table, and the schedules of different years are read as one family
ordered by life expectancy: between two of them :math:`\log m` is linear, and the point
on the line is the one whose life expectancy is the target.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from projector.errors import ConsistencyError, Problem
from projector.population.lifetable import life_expectancy, person_years, survival_ratios
from projector.tables import SEXES

__all__ = ["single_age_death_rates", "survival_for_life_expectancy"]

Array = NDArray[np.float64]

_KNOT_ITERATIONS = 60
_BISECTIONS = 60
_BEYOND = 1.5
"""How far outside the given schedules a target may lie, in steps between schedules."""


def single_age_death_rates(mortality: pd.DataFrame, open_age: int) -> Array:
    r"""Single-age death rates that keep the rate of every age group.

    :math:`\log m` is interpolated monotonically (PCHIP) between knots at the middle of the
    groups; the knots are moved until :math:`\sum_g m_a L_a / \sum_g L_a` is each group's
    rate. Age 0 stands alone. Above the last knot the rate stays.

    Parameters
    ----------
    mortality
        Input table ``mortality`` with columns year, sex, age_from, age_to (−1 where open)
        and death_rate (per year).
    open_age
        First year of the open age of the result.

    Returns
    -------
    ndarray
        ``[schedule, sex, age]``, schedules in the order of their years.
    """
    years = np.unique(mortality["year"])
    groups = mortality.drop_duplicates("age_from").sort_values("age_from")
    first = groups["age_from"].to_numpy(dtype=np.int64)
    last = groups["age_to"].to_numpy(dtype=np.int64)
    target = (
        mortality.set_index(["year", "sex", "age_from"])["death_rate"]
        .reindex(pd.MultiIndex.from_product([years, SEXES, first]))
        .to_numpy(dtype=np.float64)
        .reshape(len(years), len(SEXES), len(first))
    )
    if not np.isfinite(target).all() or (target <= 0).any() or first[0] != 0 or last[0] != 0:
        raise ConsistencyError(
            Problem(
                where="table mortality",
                message="the schedules are not complete",
                expected="the same age groups from 0 (alone) up, above zero, for both sexes "
                "and every year",
            )
        )
    ages = np.arange(open_age + 1)
    group_of_age = np.searchsorted(first, ages, side="right") - 1
    # The open group is entered at its first year and lived for about 1/m years more.
    end = np.where(last < 0, first + 2 / target[..., -1].max(), last + 1.0)
    knots = (first + end)[1:] / 2
    log_knots = np.log(target[..., 1:])
    for _ in range(_KNOT_ITERATIONS):
        rates = np.empty((*target.shape[:2], len(ages)))
        rates[..., 0] = target[..., 0]
        within = np.clip(ages[1:] + 0.5, knots[0], knots[-1])
        rates[..., 1:] = np.exp(PchipInterpolator(knots, log_knots, axis=-1)(within))
        L = person_years(rates)
        starts = np.searchsorted(group_of_age, np.arange(len(first)))
        achieved = np.add.reduceat(rates * L, starts, axis=-1) / np.add.reduceat(L, starts, axis=-1)
        log_knots = log_knots + np.log(target / achieved)[..., 1:]
    return rates


def survival_for_life_expectancy(schedules: Array, targets: Array) -> Array:
    r"""Survival ratios whose life expectancy follows a path.

    Parameters
    ----------
    schedules
        Death rates ``[schedule, sex, age]`` with rising life expectancy.
    targets
        Life expectancy at birth ``[year, sex]``, years.

    Returns
    -------
    ndarray
        Survival ratios ``[year, sex, age]`` for `projector.population.project`.

    Raises
    ------
    ConsistencyError
        If a target lies too far outside what the schedules span.
    """
    log_rates = np.log(schedules)
    low = np.full(targets.shape, -_BEYOND)
    high = np.full(targets.shape, len(schedules) - 1 + _BEYOND)
    for bound, outside in ((low, np.greater), (high, np.less)):
        reached = life_expectancy(_between(log_rates, bound))
        if outside(reached, targets).any():
            year, sex = (int(i) for i in np.argwhere(outside(reached, targets))[0])
            raise ConsistencyError(
                Problem(
                    where="life expectancy",
                    message="no mortality schedule reaches the life expectancy asked for",
                    found=f"{targets[year, sex]:.1f} years ({SEXES[sex]})",
                    expected=f"at {'least' if bound is low else 'most'} "
                    f"{reached[year, sex]:.1f} years",
                )
            )
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        too_low = life_expectancy(_between(log_rates, middle)) < targets
        low, high = np.where(too_low, middle, low), np.where(too_low, high, middle)
    return survival_ratios(_between(log_rates, (low + high) / 2))


def _between(log_rates: Array, position: Array) -> Array:
    """Death rates ``[year, sex, age]`` at a position along the schedules, 0 is the first."""
    left = np.clip(np.floor(position).astype(np.int64), 0, len(log_rates) - 2)
    sex = np.arange(position.shape[1])
    below, above = log_rates[left, sex], log_rates[left + 1, sex]
    rates: Array = np.exp(below + (position - left)[..., np.newaxis] * (above - below))
    return rates
