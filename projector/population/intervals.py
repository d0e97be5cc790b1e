"""Between two age tables: what was counted, and what there would be without moves."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.population.core import project_people

__all__ = ["Intervals", "comparable", "intervals"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Intervals:
    """Counted and expected people at the end of each interval.

    Parameters
    ----------
    years
        First and last year of each interval, equally long.
    start, observed, expected
        ``[interval, region, sex, age]``, persons: at the start, at the end, and at the end
        without moves. Age is that at the time; ages under the length are born in the interval.
    """

    years: tuple[tuple[int, int], ...]
    start: Array
    observed: Array
    expected: Array

    @property
    def length(self) -> int:
        """Years from one table to the next."""
        first, last = self.years[0]
        return last - first


def comparable(people: xr.DataArray, step: int = 1) -> bool:
    """Whether `intervals` would find tables that lie equally far apart, `step` years or more."""
    years = _counted_back([int(year) for year in people["year"].values], step)
    return len({last - first for first, last in pairwise(years)}) == 1


def intervals(people: xr.DataArray, closed: xr.Dataset, *, step: int = 1) -> Intervals:
    """Carry each table to the next with survival and fertility and no moves.

    Parameters
    ----------
    people
        ``[region, year, sex, age]``, persons on 1 January.
    closed
        ``survival[(region), year, sex, age]``, ``fertility[(region), year, age]`` and
        ``sex_ratio_at_birth[year]`` from the first table to the last but one.
    step
        Least number of years between two tables that are compared.

    Returns
    -------
    Intervals

    Raises
    ------
    ConsistencyError
        If there are not two tables `step` years apart, or they lie unequally far apart.
    """
    years = _spaced([int(year) for year in people["year"].values], step)
    pairs = tuple(pairwise(years))
    if len({last - first for first, last in pairs}) != 1:
        raise ConsistencyError(
            Problem(
                where="table population",
                message="the calibration needs tables that lie equally far apart",
                found=f"years {', '.join(map(str, years))}",
                expected=_what_is_missing(years),
            )
        )
    return Intervals(
        pairs,
        np.stack([people.sel(year=first).values for first, _ in pairs]),
        np.stack([people.sel(year=last).values for _, last in pairs]),
        np.stack([_without_moves(people, closed, first, last) for first, last in pairs]),
    )


def _what_is_missing(years: list[int]) -> str:
    """The years without which the tables do not lie equally far apart."""
    gap = min(last - first for first, last in pairwise(years))
    whole = range(years[0], years[-1] + 1, gap)
    missing = [str(year) for year in whole if year not in years]
    if set(years) <= set(whole):
        return f"tables of {', '.join(missing)} too, or `calibration: {{from, to}}` without a gap"
    return "for example every year, or every second year"


def _without_moves(people: xr.DataArray, closed: xr.Dataset, first: int, last: int) -> Array:
    """People of `first` carried to `last`, ``[region, sex, age]``."""
    components = closed.sel(year=slice(first, last - 1))
    nobody = xr.zeros_like(components["survival"].isel(region=0, drop=True, missing_dims="ignore"))
    carried = project_people(
        people.sel(year=first, drop=True), components.assign(net_migration_rate=nobody)
    )
    result: Array = carried.sel(year=last).values
    return result


def _spaced(years: list[int], step: int) -> list[int]:
    """The years counted back from the last one in steps of at least `step`, two or more."""
    chosen = _counted_back(years, step)
    if len(chosen) < 2:
        raise ConsistencyError(
            Problem(
                where="table population",
                message="the calibration needs an older table to compare with",
                found=f"years {', '.join(map(str, years))}",
                expected=f"two tables at least {step} years apart",
            )
        )
    return chosen


def _counted_back(years: list[int], step: int) -> list[int]:
    chosen = [years[-1]]
    for year in reversed(years[:-1]):
        if chosen[-1] - year >= step:
            chosen.append(year)
    return chosen[::-1]
