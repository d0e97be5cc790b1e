"""Draws on the axis of years, one after another: every stage does the same in each year."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.scenario.values import Path
from projector.uncertainty.draws import DrawnPath

__all__ = ["OfDraws", "by_draw", "in_years", "repeated"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class OfDraws(Path):
    """A path whose values are those of several draws, each of which has all the years."""

    drawn: DrawnPath | None = field(default=None, compare=False)

    def at(self, years: Any, *, base_year: int, base_value: Any = None) -> Array:
        """Value in each year of each draw, ``[draw · year]``, one draw after another."""
        assert self.drawn is not None
        by_draw = np.asarray(years).reshape(len(self.drawn.shares), -1)
        if (by_draw != by_draw[0]).any():
            raise ValueError("the draws have different years")
        values = self.drawn.at(by_draw[0], base_year=base_year, base_value=base_value)
        return np.ascontiguousarray(values.T).ravel()


def in_years(people: xr.DataArray) -> xr.Dataset:
    """Draws on the axis of years, one after another: ``population[region, year, sex, age]``."""
    ordered = people.transpose("region", "draw", "year", "sex", "age")
    regions, draws, years, *rest = ordered.shape
    return xr.Dataset(
        {
            "population": (
                ("region", "year", "sex", "age"),
                ordered.values.reshape(regions, draws * years, *rest),
            )
        },
        coords={
            **{name: people[name] for name in ("region", "sex", "age")},
            "year": np.tile(people["year"].values, draws),
        },
    )


def repeated(population: xr.Dataset, draws: int) -> xr.Dataset:
    """The same people in every draw, on the axis of years."""
    years = np.tile(np.arange(population.sizes["year"]), draws)
    return population[["population"]].isel(year=years)


def by_draw(dataset: xr.Dataset, years: NDArray[np.int64], draws: int) -> xr.Dataset:
    """Draws as a dimension of their own, before all others."""
    result = {}
    for name, array in dataset.data_vars.items():
        if "year" not in array.dims:
            continue  # sums up all years of one draw
        at = array.dims.index("year")
        shape = (*array.shape[:at], draws, len(years), *array.shape[at + 1 :])
        values = np.moveaxis(array.values.reshape(shape), at, 0)
        result[name] = (("draw", *array.dims), values)
    coords = {name: coord for name, coord in dataset.coords.items() if "year" not in coord.dims}
    return xr.Dataset(result, coords={**coords, "year": years})
