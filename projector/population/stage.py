r"""The population stage: from age tables and national paths to people per region and year.

The nation is projected first, with its net immigration as a path. What immigration does
to each of its cohorts, :math:`\mu_{s,a}(t)`, is the part every region shares; what the
region has of its own is the calibrated ratio :math:`\hat\rho_{r,s,a}`. A cohort that a
region loses leaves at a rate, one that it gains comes in the numbers of the base year:

.. math:: N' = \mu_{s,a}(t) \min(\hat\rho, 1)^{d(t)} S N
               + d(t) \max(\hat\rho - 1, 0) \, S N_{\mathrm{base}}

Rates cannot empty a region and numbers do not feed on themselves (Smith, Tayman & Swanson
2013 advise the pair for shrinking and growing places), so no population becomes negative.
:math:`d(t) = 2^{-(t-\mathrm{base})/h}` lets what a region has of its own fade with the
half-life :math:`h` of the scenario; without one it stays.

Where the regions are all of the nation, each cohort is scaled so that together they are its
people: what leaves one region arrives in another. Their births are the nation's at the base,
and later differ as mothers come to live where there are more or fewer children to each.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from projector.errors import ConsistencyError, Problem
from projector.inputs.regions import outermost
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

    from projector.scenario.models import Scenario, Years

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
    scenario: "Scenario",
    regions: "Sequence[str]",
    *,
    age_width: int,
) -> tuple[xr.Dataset, Calibration]:
    """Project the regions of a scenario.

    Parameters
    ----------
    history
        ``[region, year, sex, age]``, persons on 1 January by single age, the nation (region
        code "0") among the regions and the base year among the years.
    tables
        Input tables ``mortality``, ``fertility`` and ``paths``.
    scenario
        Its years and population section.
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
        If there are too few tables to calibrate from, or a national path takes out more
        people than there are.
    """
    years = scenario.years
    known = [int(year) for year in history["year"].values]
    window = _calibration_years(known, scenario)
    all_years = np.arange(min(*window, years.base), max(*window, years.end) + 1)
    assumed = national_assumptions(tables["paths"], scenario.population, all_years, years.base)
    components = _national_components(tables, assumed, scenario, int(history["age"].values[-1]))

    nation = history.sel(region=NATION, drop=True)
    own = history.drop_sel(region=NATION)
    calibration = calibrate(
        own.sel(year=window), nation.sel(year=window), components, step=age_width
    )

    # With the flows of the end year, which end on the 1 January after it.
    ahead = components.sel(year=slice(years.base, years.end))
    base, everybody = (people.sel(year=years.base, drop=True) for people in (own, nation))
    national = _project_nation(everybody, ahead, assumed, calibration, scenario)
    if list(regions) == [NATION]:
        return _dataset(national, years), calibration
    together = _cohort_growth(national)
    regional = _regional_components(base, ahead, together, calibration, scenario)
    if _whole_country(base, everybody):
        regional = _as_one_country(regional, base, ahead["fertility"], together)
    return _dataset(project(base, regional), years).sel(region=list(regions)), calibration


def _project_nation(
    everybody: xr.DataArray,
    ahead: xr.Dataset,
    assumed: xr.Dataset,
    calibration: Calibration,
    scenario: "Scenario",
) -> Projection:
    """The nation, with the year's net immigration spread over ages as calibrated."""
    totals = assumed["net_immigration"].sel(year=ahead["year"])
    moves = _immigration_by_age(calibration.national_migration, totals, everybody)
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


def _regional_components(
    base: xr.DataArray,
    ahead: xr.Dataset,
    together: xr.DataArray,
    calibration: Calibration,
    scenario: "Scenario",
) -> xr.Dataset:
    """Components of the regions: the equation at the head of this module."""
    half_life = None
    if scenario.population.calibration is not None:
        half_life = scenario.population.calibration.half_life
    passed = ahead["year"] - scenario.years.base
    damping = xr.ones_like(passed, float) if half_life is None else 0.5 ** (passed / half_life)
    ratio = calibration.cohort_ratio
    survivors = base.shift(age=1, fill_value=0.0)
    survivors[{"age": -1}] += base.isel(age=-1)
    survivors = survivors * ahead["survival"].isel(year=0, drop=True)
    return ahead.assign(
        fertility=ahead["fertility"] * calibration.fertility_level,
        net_migration_rate=together * ratio.clip(max=1.0) ** damping - 1.0,
        net_migration=damping * (ratio.clip(min=1.0) - 1.0) * survivors,
    )


def _as_one_country(
    regional: xr.Dataset, base: xr.DataArray, fertility: xr.DataArray, together: xr.DataArray
) -> xr.Dataset:
    """Components of regions that are all of the nation: its cohorts, and its births at first."""
    women = base.sel(sex="female", drop=True)
    own = (women * regional["fertility"].isel(year=0, drop=True)).sum()
    national = (women.sum("region") * fertility.isel(year=0, drop=True)).sum()
    if not own > 0:
        return regional.assign(cohort_growth=together)
    return regional.assign(
        cohort_growth=together, fertility=regional["fertility"] * (national / own)
    )


def _whole_country(regions: xr.DataArray, everybody: xr.DataArray) -> bool:
    """Whether the regions are the country, each person in one of them."""
    codes = [str(code) for code in regions["region"].values]
    share = float(regions.sum()) / float(everybody.sum())
    return len(outermost(codes)) == len(codes) and abs(share - 1) < _COMPLETE


def stationary_tail(tables: "Mapping[str, pd.DataFrame]", open_age: int, year: int) -> xr.DataArray:
    """People by sex and age in a population that one year's death rates alone have shaped.

    Parameters
    ----------
    tables
        Input table ``mortality``.
    open_age
        First year of the open age.
    year
        The schedule nearest to this year is taken.

    Returns
    -------
    DataArray
        ``[sex, age]``, relative to one birth, positive.
    """
    mortality = tables["mortality"]
    nearest = min(mortality["year"].unique(), key=lambda given: abs(given - year))
    schedule = mortality[mortality["year"] == nearest]
    return xr.DataArray(
        person_years(single_age_death_rates(schedule, open_age))[0],
        coords={"sex": list(SEXES), "age": np.arange(open_age + 1)},
    )


def _calibration_years(known: list[int], scenario: "Scenario") -> list[int]:
    """Years of the age tables to calibrate from: up to the base year, unless the scenario says."""
    first, last = scenario.years.base - _CALIBRATION_YEARS, scenario.years.base
    asked = scenario.population.calibration
    if asked is not None:
        first, last = asked.first, asked.last
    wanted = [year for year in known if first <= year <= last]
    if len(wanted) < 2:
        raise ConsistencyError(
            Problem(
                where=scenario.where("population", "calibration"),
                message=f"fewer than two age tables lie in {first}-{last}, so neither moves nor "
                "births can be derived",
                found=f"tables of {', '.join(map(str, known))}",
                expected="two or more years in `calibration: {from, to}`",
            )
        )
    return wanted


def _national_components(
    tables: "Mapping[str, pd.DataFrame]",
    assumed: xr.Dataset,
    scenario: "Scenario",
    open_age: int,
) -> xr.Dataset:
    """Survival, fertility and sex ratio of the nation for every year of the assumptions."""
    schedules = single_age_death_rates(tables["mortality"], open_age)
    try:
        survival = survival_for_life_expectancy(schedules, assumed["life_expectancy"].values)
    except ConsistencyError as error:
        place = scenario.where("population", "life_expectancy")
        raise ConsistencyError(
            [replace(problem, where=place) for problem in error.problems]
        ) from error
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


def _immigration_by_age(
    profile: xr.DataArray, totals: xr.DataArray, everybody: xr.DataArray
) -> xr.DataArray:
    """Net immigration ``[year, sex, age]`` that sums to the year's total.

    What the total differs from the calibrated one falls on the ages with net immigration, in
    proportion (on all people where there are none); ages that people leave keep their numbers.
    """
    arriving = profile.clip(min=0.0)
    if not float(arriving.sum()) > 0:
        arriving = everybody
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
