r"""The population stage: from age tables and national paths to people per region and year.

The nation is projected first, with its net immigration as a path. What immigration does
to each of its cohorts, :math:`\mu_{s,a}(t)`, is the part every region shares; what the
region has of its own is the calibrated ratio :math:`\hat\rho_{r,s,a}`:

.. math:: 1 + m_{r,s,a}(t) = \mu_{s,a}(t) \, \hat\rho_{r,s,a}, \qquad \mu, \hat\rho \ge 0

so no population can become negative, and a region like the nation follows the nation. Where
the regions are all of the nation, each cohort is scaled so that together they are its people:
what leaves one region arrives in another.
"""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from projector.errors import ConsistencyError, Problem
from projector.population.assumptions import national_assumptions
from projector.population.calibrate import Calibration, calibrate
from projector.population.core import Projection, project
from projector.population.fertility import fertility_shares
from projector.population.lifetable import person_years
from projector.population.mortality import single_age_death_rates, survival_for_life_expectancy
from projector.tables import NATION, SEXES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from projector.scenario.models import Population, Years

__all__ = ["population_stage", "stationary_tail"]

_CALIBRATION_YEARS = 10
"""Age tables this far back are used when the scenario does not say: long enough for a wave of
moves to pass."""

_COMPLETE = 0.005
"""Regions whose people come this close to the nation's are all of its regions: people of
unknown or divided municipalities are fewer."""


def population_stage(
    history: xr.DataArray,
    tables: "Mapping[str, pd.DataFrame]",
    chosen: "Population",
    years: "Years",
    regions: "Sequence[str]",
    *,
    age_width: int,
) -> tuple[xr.Dataset, Calibration]:
    """Project the regions of a scenario.

    Parameters
    ----------
    history
        ``[region, year, sex, age]``, persons on 1 January by single age, the nation (region
        code "0") among the regions where there is a table for it. Without one, the sum of
        the regions stands for it and takes its share of national immigration by size.
    tables
        Input tables ``mortality``, ``fertility`` and ``paths``.
    chosen
        The scenario's population section.
    years
        Base and end year.
    regions
        Codes of the regions to project.
    age_width
        Width of the age groups as they were published: 1 for single ages.

    Returns
    -------
    Dataset
        ``population``, ``births``, ``deaths`` and ``net_migration`` for base to end year.
    Calibration
        What was estimated from the age tables.

    Raises
    ------
    ConsistencyError
        If the base year has no age table, or there are too few tables to calibrate from.
    """
    _require_base_table(history, years.base)
    known = [int(year) for year in history["year"].values]
    window = _calibration_years(known, chosen, years.base)
    all_years = np.arange(min(*window, years.base), max(*window, years.end) + 1)
    assumed = national_assumptions(tables["paths"], chosen, all_years, years.base)
    components = _national_components(tables, assumed, int(history["age"].values[-1]))

    is_country = NATION in history["region"].values
    own = history.isel(region=np.flatnonzero(history["region"].values != NATION))
    nation = history.sel(region=NATION, drop=True) if is_country else own.sum("region")
    calibration = calibrate(
        own.sel(year=window), nation.sel(year=window), components, step=age_width
    )

    # With the flows of the end year, which end on the 1 January after it.
    ahead = components.sel(year=slice(years.base, years.end))
    base, all_people = (people.sel(year=years.base, drop=True) for people in (own, nation))
    immigration = assumed["net_immigration"].sel(year=ahead["year"])
    if not is_country:
        country = float(assumed["national_population"].sel(year=years.base))
        immigration = immigration * (float(all_people.sum()) / country)
    moves = _immigration_by_age(calibration.national_migration, immigration)
    national = project(all_people.expand_dims(region=[NATION]), ahead.assign(net_migration=moves))
    if list(regions) == [NATION] and is_country:
        return _dataset(national, years), calibration

    together = _cohort_growth(national)
    regional = ahead.assign(
        fertility=ahead["fertility"] * calibration.fertility_level,
        net_migration_rate=together * calibration.cohort_ratio - 1.0,
    )
    if abs(float(base.sum() / all_people.sum()) - 1) < _COMPLETE:
        regional = regional.assign(cohort_growth=together)
    return _dataset(project(base, regional), years).sel(region=list(regions)), calibration


def stationary_tail(tables: "Mapping[str, pd.DataFrame]", open_age: int) -> xr.DataArray:
    """People by sex and age in a population that the latest death rates alone have shaped.

    Parameters
    ----------
    tables
        Input table ``mortality``.
    open_age
        First year of the open age.

    Returns
    -------
    DataArray
        ``[sex, age]``, relative to one birth, positive.
    """
    mortality = tables["mortality"]
    latest = mortality[mortality["year"] == mortality["year"].min()]
    return xr.DataArray(
        person_years(single_age_death_rates(latest, open_age))[0],
        coords={"sex": list(SEXES), "age": np.arange(open_age + 1)},
    )


def _require_base_table(history: xr.DataArray, base_year: int) -> None:
    known = [int(year) for year in history["year"].values]
    if base_year not in known:
        raise ConsistencyError(
            Problem(
                where="years: base",
                message="there is no age table for the base year",
                found=str(base_year),
                expected=f"one of {', '.join(map(str, known))}",
                nearest=str(min(known, key=lambda year: abs(year - base_year))),
            )
        )


def _calibration_years(known: list[int], chosen: "Population", base_year: int) -> list[int]:
    """Years of the age tables to calibrate from: up to the base year, unless the scenario says."""
    first, last = base_year - _CALIBRATION_YEARS, base_year
    if chosen.calibration is not None:
        first, last = chosen.calibration.first, chosen.calibration.last
    wanted = [year for year in known if first <= year <= last]
    if not wanted:
        raise ConsistencyError(
            Problem(
                where="population: calibration",
                message="there is no age table in these years",
                found=f"{first} to {last}",
                expected=f"some of {', '.join(map(str, known))}",
            )
        )
    return wanted


def _national_components(
    tables: "Mapping[str, pd.DataFrame]", assumed: xr.Dataset, open_age: int
) -> xr.Dataset:
    """Survival, fertility and sex ratio of the nation for every year of the assumptions."""
    schedules = single_age_death_rates(tables["mortality"], open_age)
    survival = survival_for_life_expectancy(schedules, assumed["life_expectancy"].values)
    shares = fertility_shares(tables["fertility"], assumed["year"].values, open_age)
    return xr.Dataset(
        {
            "survival": (("year", "sex", "age"), survival),
            "fertility": (
                ("year", "age"),
                assumed["total_fertility"].values[:, np.newaxis] * shares,
            ),
            "sex_ratio_at_birth": assumed["sex_ratio_at_birth"],
        },
        coords={"year": assumed["year"], "sex": list(SEXES), "age": np.arange(open_age + 1)},
    )


def _immigration_by_age(profile: xr.DataArray, totals: xr.DataArray) -> xr.DataArray:
    """Net immigration ``[year, sex, age]`` that sums to the year's total.

    What the total differs from the calibrated one falls on the ages with net immigration, in
    proportion; ages that people leave keep their numbers.
    """
    arriving = profile.clip(min=0.0)
    return profile + (totals - profile.sum()) * (arriving / arriving.sum())


def _cohort_growth(national: Projection) -> xr.DataArray:
    """What moves do to each national cohort, ``[year, sex, age]``: people over survivors."""
    people = national.population.isel(year=slice(1, None)).values[0]
    moved = national.net_migration.isel(region=0, drop=True)
    survivors = people - moved.values
    growth = np.divide(people, survivors, out=np.ones_like(people), where=survivors > 0)
    return moved.copy(data=growth)


def _dataset(projection: Projection, years: "Years") -> xr.Dataset:
    """Stock and flows of base to end year on one year axis."""
    asked = slice(years.base, years.end)
    return xr.Dataset(
        {
            "population": projection.population.sel(year=asked),
            "births": projection.births.sel(year=asked),
            "deaths": projection.deaths.sel(year=asked),
            "net_migration": projection.net_migration.sel(year=asked),
        }
    )
