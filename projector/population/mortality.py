"""National death rates by single age: a table by age group ungrouped, and closed at the top."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from projector.errors import ConsistencyError, Problem
from projector.population.kannisto import close_with_kannisto
from projector.population.lifetable import person_years, with_open_age
from projector.tables import SEXES

__all__ = ["LAST_AGE", "single_age_death_rates"]

Array = NDArray[np.float64]
Ages = NDArray[np.int64]

LAST_AGE = 110
"""First year of the open age of a closed schedule."""

_CLOSED_FROM = 100
_CLOSED_AT_LEAST_FROM = 90
_KNOT_ITERATIONS = 60


def single_age_death_rates(mortality: pd.DataFrame, open_age: int) -> Array:
    r"""Single-age death rates that keep the rate of every age group below 100.

    :math:`\log m` is interpolated monotonically (PCHIP) between knots at the middle of the
    groups; the knots are moved until :math:`\sum_g m_a L_a / \sum_g L_a` is each group's
    rate. Age 0 stands alone. From 100, or from the open group if that is younger, the rates
    are Kannisto's curve, fitted from 80 on with the life table's person-years as exposure.

    Parameters
    ----------
    mortality
        Input table ``mortality`` with columns year, sex, age_from, age_to (−1 where open)
        and death_rate (per year).
    open_age
        First year of the open age of the result, at most `LAST_AGE`; what lies above is
        weighted as in the life table.

    Returns
    -------
    ndarray
        ``[schedule, sex, age]``, schedules in the order of their years.

    Raises
    ------
    ConsistencyError
        If the age groups are not those of every year and sex, the open one begins before 90,
        or the oldest rates do not rise.
    """
    target, first, last = _groups(mortality)
    rates = _ungrouped(target, first, last)
    closed_from = min(int(first[-1]), _CLOSED_FROM)
    closed = close_with_kannisto(rates, person_years(rates), closed_from)
    return closed if open_age == LAST_AGE else with_open_age(closed, open_age)


def _groups(mortality: pd.DataFrame) -> tuple[Array, Ages, Ages]:
    """Rates ``[schedule, sex, group]`` with the first and last age of each group."""
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
    lawful = (target > 0).all() and (target[..., :-1] < 1).all()  # false where one is missing
    if not lawful or first[0] != 0 or last[0] != 0:
        raise ConsistencyError(
            Problem(
                where="table mortality",
                message="the schedules are not complete",
                expected="the same age groups from 0 (alone) up, above 0 and below 1, for both "
                "sexes and every year",
            )
        )
    if first[-1] < _CLOSED_AT_LEAST_FROM:
        raise ConsistencyError(
            Problem(
                where="table mortality",
                message="the open age group begins too early to tell how mortality rises with age",
                found=f"{first[-1]}+",
                expected=f"{_CLOSED_AT_LEAST_FROM}+ or older",
            )
        )
    return target, first, last


def _ungrouped(target: Array, first: Ages, last: Ages) -> Array:
    """Single-age rates ``[schedule, sex, age]`` to `LAST_AGE` that keep those of the groups."""
    ages = np.arange(LAST_AGE + 1)
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
