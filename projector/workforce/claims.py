r"""What the need for staff means: education, pay, and the people there are to do the work.

With full-time equivalents :math:`F_{r,y,p}` and people :math:`N`, by region and year,

.. math::

   \text{by education} &= \sum_{p \in e} F_{r,y,p} &
   \text{pay} &= w_p F_{r,y,p} \\
   \text{share of the working age} &= \frac{\sum_p F_{r,y,p}}{N_{r,y}(20\text{-}66)} &
   \text{working age per old} &= \frac{N_{r,y}(20\text{-}66)}{N_{r,y}(a+)} \\
   \text{active per old} &= \frac{\sum_{s,x} \pi_{s,x} N_{r,y,s,x}}{N_{r,y}(a+)}

for the old of :math:`a` = 67 and 80 years, with pay :math:`w` and economically active shares
:math:`\pi`. A full-time equivalent is not a person: more people than the share says work in the
sector, most of them part time.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.tables import EDUCATIONS, OLD_AGES, SEXES, WORKING_AGES, one_or_all

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["claims"]

Array = NDArray[np.float64]


def claims(
    need: Array,
    population: xr.Dataset,
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    professions: Sequence[str],
    years: NDArray[np.int64],
) -> dict[str, tuple[tuple[str, ...], Array]]:
    """Results on top of the need, each with its dimensions.

    Parameters
    ----------
    need
        ``[region, year, profession]``, FTE.
    population
        People by region, year, sex and age.
    tables
        Input tables ``professions`` and ``participation``, where there are any.
    scenario
        Its limit to the share of the working age.
    professions
        Keys in the order of the last axis of `need`.
    years
        Calendar years.

    Returns
    -------
    dict
        ``need_by_education[region, year, education]``, ``wage_cost[region, year, profession]``,
        ``working_age_share`` and ``working_age_excess`` ``[region, year]``,
        ``working_age_per_old`` and ``active_per_old`` ``[region, year, old]``. NaN where the
        inputs or the scenario do not say, or nobody is there.
    """
    people = population["population"].transpose("region", "year", "sex", "age")
    of_working_age = _people(people, *WORKING_AGES)
    old = np.stack([_people(people, first, None) for first in OLD_AGES.values()], axis=-1)
    share = _over(need.sum(axis=-1), of_working_age)
    limit = scenario.workforce.limits.working_age_share
    excess = np.full_like(share, np.nan)
    if limit is not None:
        excess = np.maximum(share - limit.at(years, base_year=scenario.years.base), 0.0)
    by_education, cost = _by_profession(need, tables.get("professions"), professions)
    by_old = ("region", "year", "old")
    return {
        "need_by_education": (("region", "year", "education"), by_education),
        "wage_cost": (("region", "year", "profession"), cost),
        "working_age_share": (("region", "year"), share),
        "working_age_excess": (("region", "year"), excess),
        "working_age_per_old": (by_old, _over(of_working_age[..., np.newaxis], old)),
        "active_per_old": (
            by_old,
            _over(_active(people, tables.get("participation"))[..., np.newaxis], old),
        ),
    }


def _people(people: xr.DataArray, first: int, last: int | None) -> Array:
    of_ages = people.sel(age=slice(first, last))
    result: Array = of_ages.values.sum(axis=(2, 3))
    return result


def _over(amount: Array, of: Array) -> Array:
    """A ratio, NaN where it is of nobody."""
    shape = np.broadcast_shapes(amount.shape, of.shape)
    result: Array = np.divide(amount, of, out=np.full(shape, np.nan), where=of > 0)
    return result


def _active(people: xr.DataArray, table: pd.DataFrame | None) -> Array:
    """Economically active people, ``[region, year]``; NaN where the inputs do not say."""
    if table is None:
        return np.full(people.shape[:2], np.nan)
    shares = np.zeros(people.shape[2:])
    for row in table.to_dict("records"):
        last = None if row["age_to"] < 0 else row["age_to"] + 1
        shares[one_or_all(row["sex"], SEXES), row["age_from"] : last] = row["share"]
    result: Array = np.einsum("rysa,sa->ry", people.values, shares)
    return result


def _by_profession(
    need: Array, table: pd.DataFrame | None, professions: Sequence[str]
) -> tuple[Array, Array]:
    """Staff by level of education, and pay by profession; NaN where the inputs do not say."""
    by_education = np.full((*need.shape[:2], len(EDUCATIONS)), np.nan)
    cost = np.full_like(need, np.nan)
    if table is not None:
        known = {str(row["profession"]): row for row in table.to_dict("records")}
        by_education[...] = 0.0
        for p, profession in enumerate(professions):
            level = EDUCATIONS.index(known[profession]["education"])
            by_education[..., level] += need[..., p]
            cost[..., p] = need[..., p] * float(known[profession]["wage"])
    return by_education, cost
