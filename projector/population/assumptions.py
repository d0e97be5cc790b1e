"""National paths over the years: the variant's letters, then what the scenario says itself.

The letters are those of Statistics Norway's alternatives (MMMM, LLML, MM00 and others), in
the order fertility, life expectancy, internal migration, immigration:

L, M, H
    The low, middle and high path of the inputs. For internal migration M is what the age
    tables show, and L and H are factors on it.
K
    Constant: as it was in the year before the base year. For internal migration what sets a
    region apart stays and does not fade.
0
    Nobody moves: between regions (third letter), or in or out of the country (fourth).
"""

from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.errors import InputsError, Problem
from projector.memory import FORGETFUL, Memory, Same
from projector.tables import SEXES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from projector.scenario.models import Population
    from projector.scenario.values import Path

__all__ = ["PathOfDraws", "national_assumptions"]

Array = NDArray[np.float64]
Location = tuple[str | int, ...]

_CONSTANT, _NO_MOVES = "K", "0"
_FIXED_FACTORS = {"M": 1.0, _CONSTANT: 1.0, _NO_MOVES: 0.0}
"""Internal moves against those of the age tables, for the letters that are not in the inputs."""


class PathOfDraws(Protocol):
    """A value over years in each draw."""

    def at(
        self, years: npt.ArrayLike, *, base_year: int, base_value: float | Array | None = None
    ) -> Array:
        """Value in each year and draw, ``[year, draw]``."""
        ...


def national_assumptions(
    paths: pd.DataFrame,
    chosen: "Population",
    years: NDArray[np.int64],
    base_year: int,
    drawn: "Mapping[Location, PathOfDraws] | None" = None,
    *,
    memory: Memory = FORGETFUL,
) -> xr.Dataset:
    """Fertility, life expectancy, migration and sex ratio for every year.

    Parameters
    ----------
    paths
        Input table ``paths``; linear between its years, flat outside.
    chosen
        The scenario's population section: the variant's letters choose the path from the
        base year on (earlier years are history, level M), and a path that the scenario
        writes itself replaces the letter's from the base year on.
    years
        Calendar years of the result, from the first age table on; the base year among them.
    base_year
        Year of the base population.
    drawn
        What the scenario writes as it is in each draw, by the keys of `Scenario.paths`; what is
        not there is the same in all draws.
    memory
        Of what the same table gave before; by default there is none.

    Returns
    -------
    xarray.Dataset
        Over the years, and with ``draw`` last where something is drawn:

        * ``total_fertility[year]``, children per woman;
        * ``mean_age_at_childbearing[year]``, years; NaN where the scenario does not say, so
          that the fertility table's own mean age holds;
        * ``life_expectancy[year, sex]``, years at birth; NaN from the base year on with
          ``follows_trend``;
        * ``internal_migration[year]``, what moves between regions do to them against what
          the age tables show: 1 the same, 0 none;
        * ``net_immigration[year]``, persons a year;
        * ``sex_ratio_at_birth[year]``, boys per girl.

        True or false, from the base year on:

        * ``follows_trend``: no target of life expectancy, mortality goes on along the trend
          of the mortality table;
        * ``fades``: what sets a region apart may fade with the scenario's half-life;
        * ``closed_borders``: nobody of any age moves in or out of the country.

    Raises
    ------
    InputsError
        If the table lacks a component or level, or a factor on internal migration is
        negative.

    Notes
    -----
    Statistics Norway's projections of 2020 and later tell E, zero net migration, from 0, no
    migration; its older four-letter tables (StatBank 10213) name MM00 "no migration" and MMM0
    "no net immigration". Here the fourth letter 0 closes the border, and net immigration of
    zero with people still moving both ways is written ``net_immigration: {total: 0}``.
    """
    fertility, life_expectancy, internal, immigration = list(chosen.variant)
    future = years >= base_year

    def by_letter(component: str, sex: str, letter: str) -> Array:
        history = _path(paths, memory, component, sex, "M", years)
        if letter == _CONSTANT:
            last = _path(paths, memory, component, sex, "M", np.array([base_year - 1]))
            return np.where(future, last, history)
        return np.where(future, _path(paths, memory, component, sex, letter, years), history)

    def unless_written(own: "Path | None", otherwise: Array, *keys: str) -> Array:
        if own is None:
            return otherwise
        at_base = float(otherwise[years == base_year][0])
        path = (drawn or {}).get(("population", *keys))
        if path is None:
            written = own.at(years, base_year=base_year, base_value=at_base)
            return np.where(future, written, otherwise)
        each = path.at(years, base_year=base_year, base_value=at_base)
        return np.where(future[:, np.newaxis], each, otherwise[:, np.newaxis])

    births = chosen.fertility
    total = by_letter("total_fertility", "both", fertility)
    mean_age = np.full(len(years), np.nan)
    if births is not None:
        total, mean_age = (
            unless_written(births.total, total, "fertility", "total"),
            unless_written(births.mean_age, mean_age, "fertility", "mean_age"),
        )

    lengths = [by_letter("life_expectancy", sex, life_expectancy) for sex in SEXES]
    follows_trend = chosen.life_expectancy == "trend"
    if follows_trend:
        lengths = [np.where(future, np.nan, of_sex) for of_sex in lengths]
    elif isinstance(chosen.life_expectancy, dict):
        lengths = [
            unless_written(chosen.life_expectancy.get(sex), of_sex, "life_expectancy", sex)
            for sex, of_sex in zip(SEXES, lengths, strict=True)
        ]

    own_net = None if chosen.net_immigration is None else chosen.net_immigration.get("total")
    closed = immigration == _NO_MOVES and own_net is None
    if immigration == _NO_MOVES:
        net = np.where(future, 0.0, _path(paths, memory, "net_immigration", "both", "M", years))
    else:
        net = by_letter("net_immigration", "both", immigration)

    return xr.Dataset(
        {
            "total_fertility": _over_years(total),
            "mean_age_at_childbearing": _over_years(mean_age),
            "life_expectancy": xr.concat(
                xr.broadcast(*(_over_years(of_sex) for of_sex in lengths)), "sex"
            ).transpose("year", "sex", ...),
            "internal_migration": (
                "year",
                _internal_migration(paths, memory, internal, years, future),
            ),
            "net_immigration": _over_years(
                unless_written(own_net, net, "net_immigration", "total")
            ),
            "sex_ratio_at_birth": ("year", by_letter("sex_ratio_at_birth", "both", "M")),
            "follows_trend": follows_trend,
            "fades": internal != _CONSTANT,
            "closed_borders": closed,
        },
        coords={"year": years, "sex": list(SEXES)},
    )


def _over_years(values: Array) -> xr.DataArray:
    """``[year]`` or ``[year, draw]``."""
    return xr.DataArray(values, dims=("year", "draw")[: values.ndim])


def _internal_migration(
    paths: pd.DataFrame,
    memory: Memory,
    letter: str,
    years: NDArray[np.int64],
    future: NDArray[np.bool_],
) -> Array:
    """Factor on what moves between regions do; history is what the age tables show."""
    if letter in _FIXED_FACTORS:
        return np.where(future, _FIXED_FACTORS[letter], 1.0)
    factor = np.where(
        future, _path(paths, memory, "internal_migration", "both", letter, years), 1.0
    )
    if factor.min() < 0:
        raise InputsError(
            Problem(
                where="table paths",
                message="moves between regions cannot be less than none",
                found=f"internal_migration {letter} of {factor.min():g}",
                expected="0 or more; 1 is what the age tables show",
            )
        )
    return factor


def _path(
    paths: pd.DataFrame,
    memory: Memory,
    component: str,
    sex: str,
    level: str,
    years: NDArray[np.int64],
) -> Array:
    """One path at every year."""
    points = memory.keep(
        f"path of {component}, {sex}, {level}",
        Same(paths),
        lambda: _points(paths, component, sex, level),
    )
    result: Array = np.interp(years, points["year"], points["value"])
    return result


def _points(paths: pd.DataFrame, component: str, sex: str, level: str) -> pd.DataFrame:
    """The rows of one path, in the order of their years."""
    points = paths[
        (paths["component"] == component) & (paths["sex"] == sex) & (paths["level"] == level)
    ]
    if points.empty:
        raise InputsError(
            Problem(
                where="table paths",
                message="a national path is missing",
                expected=f"rows with component {component}, sex {sex}, level {level}",
            )
        )
    return points.sort_values("year")
