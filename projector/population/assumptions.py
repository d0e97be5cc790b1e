"""National paths over the years: the variant's letters, then what the scenario says itself."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.errors import InputsError, Problem
from projector.tables import SEXES

if TYPE_CHECKING:
    from projector.scenario.models import Population
    from projector.scenario.values import Path

__all__ = ["national_assumptions"]

_LETTER = {"total_fertility": 0, "life_expectancy": 1, "net_immigration": 3}
"""Which letter of a variant sets the level; the third is internal migration, always M here."""


def national_assumptions(
    paths: pd.DataFrame, chosen: "Population", years: NDArray[np.int64], base_year: int
) -> xr.Dataset:
    """Fertility, life expectancy, net immigration and sex ratio for every year.

    Parameters
    ----------
    paths
        Input table ``paths``; linear between its years, flat outside.
    chosen
        The scenario's population section: the variant's letters choose the level from the
        base year on (earlier years are history, level M), and a path that the scenario
        writes itself replaces the table's from the base year on.
    years
        Calendar years of the result, from the first age table on.
    base_year
        Year of the base population.

    Returns
    -------
    xarray.Dataset
        ``total_fertility[year]`` children per woman, ``life_expectancy[year, sex]`` years,
        ``net_immigration[year]`` persons a year and ``sex_ratio_at_birth[year]`` boys per girl.

    Raises
    ------
    InputsError
        If the table lacks a component or level.
    """

    def from_table(component: str, sex: str) -> NDArray[np.float64]:
        letter = _LETTER.get(component)
        level = "M" if letter is None else chosen.variant[letter]
        history = _path(paths, component, sex, "M", years)
        future = _path(paths, component, sex, level, years)
        return np.where(years < base_year, history, future)

    def written(
        section: "dict[str, Path] | None", key: str, table: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        if section is None or key not in section:
            return table
        at_base = float(table[years == base_year][0])
        own = section[key].at(years, base_year=base_year, base_value=at_base)
        return np.where(years < base_year, table, own)

    life_expectancy = [
        written(chosen.life_expectancy, sex, from_table("life_expectancy", sex)) for sex in SEXES
    ]
    return xr.Dataset(
        {
            "total_fertility": (
                "year",
                written(chosen.fertility, "total", from_table("total_fertility", "both")),
            ),
            "life_expectancy": (("year", "sex"), np.stack(life_expectancy, axis=-1)),
            "net_immigration": (
                "year",
                written(chosen.net_immigration, "total", from_table("net_immigration", "both")),
            ),
            "sex_ratio_at_birth": ("year", from_table("sex_ratio_at_birth", "both")),
        },
        coords={"year": years, "sex": list(SEXES)},
    )


def _path(
    paths: pd.DataFrame, component: str, sex: str, level: str, years: NDArray[np.int64]
) -> NDArray[np.float64]:
    """One path at every year."""
    wanted = {"component": component, "sex": sex, "level": level}
    points = paths.loc[(paths[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    if points.empty:
        raise InputsError(
            Problem(
                where="table paths",
                message="a national path is missing",
                expected=f"rows with component {component}, sex {sex}, level {level}",
            )
        )
    points = points.sort_values("year")
    result: NDArray[np.float64] = np.interp(years, points["year"], points["value"])
    return result
