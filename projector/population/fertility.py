r"""National fertility: single-age rates from a total and the shares of age groups.

.. math:: f_a(t) = \mathrm{TFR}(t) \, \varphi_a(t), \qquad \sum_a \varphi_a(t) = 1
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from projector.errors import ConsistencyError, Problem

__all__ = ["fertility_shares"]

Array = NDArray[np.float64]


def fertility_shares(fertility: pd.DataFrame, years: NDArray[np.int64], open_age: int) -> Array:
    r"""Share of the total fertility rate at each single age of the mother.

    The cumulative share is interpolated monotonically (PCHIP), so the groups keep their
    shares and no age falls below zero. Between the years of the table the schedule is
    linear, outside them flat.

    Parameters
    ----------
    fertility
        Input table ``fertility`` with columns year, age_from, age_to and share.
    years
        Calendar years of the result.
    open_age
        First year of the open age of the result.

    Returns
    -------
    ndarray
        :math:`\varphi`, ``[year, age]``, rows sum to 1.
    """
    given_years = np.unique(fertility["year"])
    schedules = np.zeros((len(given_years), open_age + 1))
    for row, year in zip(schedules, given_years, strict=True):
        groups = fertility[fertility["year"] == year].sort_values("age_from")
        first = groups["age_from"].to_numpy(dtype=np.int64)
        edges = np.append(first, groups["age_to"].iloc[-1] + 1)
        if (groups["age_to"].to_numpy()[:-1] + 1 != first[1:]).any() or edges[-1] <= edges[0]:
            raise ConsistencyError(
                Problem(
                    where=f"table fertility, year {year}",
                    message="the age groups of the mother do not follow one another",
                    found=", ".join(f"{a}-{b}" for a, b in groups[["age_from", "age_to"]].values),
                    expected="closed groups without gaps, such as 15-19, 20-24, …",
                )
            )
        share = groups["share"].to_numpy(dtype=np.float64)
        cumulative = PchipInterpolator(edges, np.append(0.0, np.cumsum(share / share.sum())))
        row[edges[0] : edges[-1]] = np.diff(cumulative(np.arange(edges[0], edges[-1] + 1)))
    position = np.interp(years, given_years, np.arange(len(given_years)))
    left = np.clip(np.floor(position).astype(np.int64), 0, max(len(given_years) - 2, 0))
    right = np.minimum(left + 1, len(given_years) - 1)
    weight = (position - left)[:, np.newaxis]
    result: Array = (1 - weight) * schedules[left] + weight * schedules[right]
    return result
