"""The nation: its schedules of every year, and its projection, of one future or of many draws."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from projector.errors import ConsistencyError, Problem
from projector.population.calibrate import Calibration
from projector.population.core import Projection, project
from projector.population.fertility import fertility_rates
from projector.population.lifetable import survival_ratios
from projector.population.national_mortality import NationalMortality
from projector.tables import NATION, SEXES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from projector.scenario.models import Scenario

__all__ = ["national_schedules", "project_nation"]


def national_schedules(
    tables: "Mapping[str, pd.DataFrame]",
    assumed: xr.Dataset,
    scenario: "Scenario",
    open_age: int,
    mortality: NationalMortality | None = None,
) -> tuple[xr.Dataset, xr.DataArray]:
    """Survival, fertility and sex ratio of the nation for every year, and its death rates.

    Parameters
    ----------
    tables
        Input tables ``mortality`` and ``fertility``.
    assumed
        From `national_assumptions`; ``life_expectancy_deviation[year, draw]``, years, is added to
        the life expectancy of both sexes where it is there.
    scenario
        Its base year, and where it says what.
    open_age
        Last age of the projection.
    mortality
        What the table says of mortality, where it has been learned before.

    Returns
    -------
    Dataset
        ``survival[year, sex, age]``, ``fertility[year, age]``, ``sex_ratio_at_birth[year]``, with
        ``draw`` in front where a draw changes them.
    DataArray
        ``[year, sex, exact_age]``, likewise, to an older age than the projection's.

    Raises
    ------
    ConsistencyError
        If a life expectancy cannot be reached, or no mothers have the mean age asked for.
    """
    years = assumed["year"].values
    if mortality is None:
        mortality = NationalMortality.from_table(tables["mortality"])
    expected = _life_expectancy(mortality, assumed, scenario.years.base)
    drawn = "draw" in expected.dims
    try:
        death_rates = mortality.to_life_expectancy(
            expected.values.reshape(-1, len(SEXES)), _repeated(years, expected)
        )
    except ConsistencyError as error:
        place = scenario.where("population", "life_expectancy")
        raise ConsistencyError(
            [replace(problem, where=place) for problem in error.problems]
        ) from error
    total, mean_age = xr.broadcast(assumed["total_fertility"], assumed["mean_age_at_childbearing"])
    if "draw" in total.dims:
        total, mean_age = (path.transpose("draw", "year") for path in (total, mean_age))
    fertility = fertility_rates(
        tables["fertility"],
        total.values.ravel(),
        mean_age.values.ravel(),
        _repeated(years, total),
        open_age,
    ).reshape(*total.shape, open_age + 1)
    death_rates = death_rates.reshape(*expected.shape, -1)
    front = ("draw",) if drawn else ()
    schedules = xr.Dataset(
        {
            "survival": (
                (*front, "year", "sex", "age"),
                survival_ratios(death_rates, open_age=open_age),
            ),
            "fertility": ((*total.dims, "age"), fertility),
            "sex_ratio_at_birth": assumed["sex_ratio_at_birth"],
        },
        coords={"year": years, "sex": list(SEXES), "age": np.arange(open_age + 1)},
    )
    # Death rates go on to higher ages than the projection.
    return schedules, xr.DataArray(
        death_rates,
        dims=(*front, "year", "sex", "exact_age"),
        coords={"year": years, "sex": list(SEXES)},
    )


def _repeated(years: "NDArray[np.int64]", path: xr.DataArray) -> "NDArray[np.int64]":
    """The years of a path, draw after draw."""
    return np.tile(years, path.sizes.get("draw", 1))


def _life_expectancy(
    mortality: NationalMortality, assumed: xr.Dataset, base_year: int
) -> xr.DataArray:
    """The path, or from the last observed figure on the trend of the death rates.

    ``[year, sex]`` or ``[draw, year, sex]``.
    """
    path = assumed["life_expectancy"]
    if bool(assumed["follows_trend"]):
        years = assumed["year"].values
        last = np.array([base_year - 1])
        gained = mortality.life_expectancy_trend(years) - mortality.life_expectancy_trend(last)
        observed = path.values[years == base_year - 1]
        past = (years < base_year)[:, np.newaxis]
        path = path.copy(data=np.where(past, path.values, observed + gained))
    if "life_expectancy_deviation" in assumed:
        path = path + assumed["life_expectancy_deviation"]
    return path.transpose(*(("draw",) if "draw" in path.dims else ()), "year", "sex")


def project_nation(
    everybody: xr.DataArray,
    ahead: xr.Dataset,
    assumed: xr.Dataset,
    calibration: Calibration,
    scenario: "Scenario",
) -> Projection:
    """The nation, with the year's net immigration spread over ages as calibrated.

    Parameters
    ----------
    everybody
        ``[sex, age]``, persons on 1 January of the base year.
    ahead
        Its schedules, from `national_schedules`.
    assumed
        Its assumptions of the same years.
    calibration
        Whose ages the migrants have.
    scenario
        Where it says what.

    Returns
    -------
    Projection
        Of region "0".

    Raises
    ------
    ConsistencyError
        If more people leave at some age than there are.
    """
    totals = assumed["net_immigration"]
    if bool(assumed["closed_borders"]):
        moves = xr.zeros_like(totals * calibration.national_migration)
    else:
        moves = _immigration_by_age(calibration, totals, everybody)
    try:
        return project(everybody.expand_dims(region=[NATION]), ahead.assign(net_migration=moves))
    except ConsistencyError as error:
        raise ConsistencyError(
            Problem(
                where=scenario.where("population", "net_immigration"),
                message="more people leave the country than there are at some age",
                found=f"net immigration down to {float(totals.min()):.0f} a year",
                expected="a path with fewer leaving",
            )
        ) from error


def _immigration_by_age(
    calibration: Calibration, totals: xr.DataArray, everybody: xr.DataArray
) -> xr.DataArray:
    """Net immigration ``[year, sex, age]`` that sums to the year's total.

    What the total differs from the calibrated one has the ages that such differences had in the
    tables; where nobody came in them, those of all people.
    """
    profile, margin = calibration.national_migration, calibration.national_margin
    if margin.isnull().any():
        margin = everybody / everybody.sum()
    return profile + (totals - profile.sum()) * margin
