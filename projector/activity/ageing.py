r"""Healthy ageing that differs between draws, with no use per person of any draw.

Who is :math:`\delta` years younger than by age uses care as on the line between two ages
(`projector.activity.use`). With :math:`\Lambda_k(\delta) = \max(0, 1 - |\delta - k|)` that is

.. math:: u(a - \delta) = \sum_k \Lambda_k(\delta) \; u(a - k)

so the care of a draw is a sum over whole years :math:`k`: people, counted with the weight
:math:`\Lambda_k` of their age in the draw, times use that all draws share.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.activity.axes import Column
from projector.activity.growth import ages_of
from projector.activity.ledger import Profile

if TYPE_CHECKING:
    from projector.scenario.models import HealthyAgeing

__all__ = ["younger_in_draws", "younger_profiles"]

Array = NDArray[np.float64]


def younger_in_draws(
    healthy: "HealthyAgeing", remaining: xr.DataArray, years: NDArray[np.int64], base_year: int
) -> Array:
    """Years by which the people of each draw use care as if they were younger.

    Parameters
    ----------
    healthy
        The healthy ageing of the draws: its share has the values of all of them.
    remaining
        Remaining life expectancy of the nation, ``[draw or 1, year, sex, age]``, years; the base
        year first.
    years
        ``[draw · year]``, one draw after another.
    base_year
        Year of the base population.

    Returns
    -------
    ndarray
        ``[draw · year, age · sex]``, years.
    """
    gained = remaining.transpose("draw", "year", "age", "sex").values
    gained = gained - gained[:, :1]
    draws = len(years) // gained.shape[1]
    share = healthy.share.at(years, base_year=base_year).reshape(draws, -1)
    chosen = ages_of(*healthy.ages)
    result = np.zeros((*share.shape, *gained.shape[2:]))
    result[:, :, chosen] = share[:, :, np.newaxis, np.newaxis] * gained[:, :, chosen]
    return result.reshape(len(years), -1)


def younger_profiles(
    healthy: "HealthyAgeing",
    columns: Sequence[Column],
    younger: Array,
    by_years: Callable[[int], tuple[Profile, ...]],
) -> tuple[Profile, ...]:
    """Use per person, whose sum over the profiles of an origin is that of each draw.

    Parameters
    ----------
    healthy
        Says whose care is concerned.
    columns
        Those of the profiles.
    younger
        From `younger_in_draws`.
    by_years
        Profiles in which everybody whom healthy ageing concerns is younger by whole years.

    Returns
    -------
    tuple of Profile
        First those of care that it does not concern, then by whole years.
    """
    concerned = np.array([healthy.concerns(one.diagnosis, one.setting) for one in columns])
    result = [_of_columns(profile, ~concerned) for profile in by_years(0)]
    for whole in range(int(np.floor(younger.min())), int(np.ceil(younger.max())) + 1):
        weight = np.maximum(1.0 - np.abs(younger - whole), 0.0)
        result += [
            replace(_of_columns(profile, concerned), weight=weight) for profile in by_years(whole)
        ]
    return tuple(result)


def _of_columns(profile: Profile, chosen: NDArray[np.bool_]) -> Profile:
    """The same with no use in other columns."""
    counted = chosen[:, np.newaxis]
    stays = counted[: profile.nights.shape[1]]
    return replace(
        profile,
        contacts=profile.contacts * counted,
        nights=profile.nights * stays,
        ready=None if profile.ready is None else profile.ready * stays,
    )
