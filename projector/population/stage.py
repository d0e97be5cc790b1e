r"""The population stage: from age tables and national paths to people per region and year.

The nation is projected first, with its mortality, fertility and net immigration as paths or
along their trend. Then come the regions: the nation's schedules at their own levels, and the
moves that set them apart (`projector.population.regional`), all of it estimated from the run of
age tables (`projector.population.calibrate`) unless an input table says otherwise. What sets a
region apart fades with the half-life :math:`h` of the scenario,
:math:`d(t) = f(t) \, 2^{-(t-\mathrm{base})/h}`, times the variant's factor :math:`f` on moves
between regions; without a half-life it stays.
"""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from projector.errors import ConsistencyError, Problem
from projector.memory import FORGETFUL, Memory, Same
from projector.population.assumptions import national_assumptions
from projector.population.calibrate import Calibration, Method, calibrate
from projector.population.calibration_tables import overridden
from projector.population.core import Projection
from projector.population.lifetable import person_years
from projector.population.mortality import single_age_death_rates
from projector.population.nation import national_schedules, project_nation
from projector.population.national_mortality import NationalMortality
from projector.population.regional import National, as_the_nation, project_regions
from projector.population.reporting import report
from projector.tables import NATION, SEXES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from projector.scenario.models import Scenario, Years

__all__ = ["calibration_of", "population_stage", "stationary_tail"]


def population_stage(
    history: xr.DataArray,
    tables: "Mapping[str, pd.DataFrame]",
    scenario: "Scenario",
    regions: "Sequence[str]",
    *,
    age_width: int,
    areas: "Mapping[str, Sequence[str]] | None" = None,
    memory: Memory = FORGETFUL,
) -> tuple[xr.Dataset, xr.Dataset, Calibration]:
    """Project the regions of a scenario.

    Parameters
    ----------
    history
        ``[region, year, sex, age]``, persons on 1 January by single age, the nation (region
        code "0") among the regions and the base year among the years.
    tables
        Input tables ``mortality``, ``fertility`` and ``paths``, and those of gross migration
        where there are any.
    scenario
        Its years and population section.
    regions
        Codes of the regions to project.
    age_width
        Width of the age groups as they were published: 1 for single ages.
    areas
        Members of areas, by name, that indicators are reported of too.
    memory
        Of what the same tables gave before; by default there is none.

    Returns
    -------
    Dataset
        ``population``, ``births``, ``deaths`` and ``net_migration`` for base to end year.
    Dataset
        ``life_expectancy``, ``total_fertility`` and ``mean_age_at_childbearing`` of the regions,
        the areas and the nation.
    Calibration
        What was estimated from the age tables.

    Raises
    ------
    ConsistencyError
        If there are too few tables to calibrate from, or a national path takes out more
        people than there are.
    """
    calibration, assumed, schedules, death_rates = _calibrated(
        history, tables, scenario, age_width=age_width, memory=memory
    )
    years = scenario.years
    base = history.sel(year=years.base, drop=True)
    national = national_of(base, calibration, assumed, schedules, death_rates, scenario)
    own = base.drop_sel(region=NATION)
    regional, levels = None, calibration
    if list(regions) != [NATION]:
        levels = as_the_nation(own, national, calibration)
        share = share_in_force(assumed, scenario)
        regional = project_regions(own, national, levels, share, tables)
    people = _dataset(regional or national.projection, years).sel(region=list(regions))
    return people, report(national, regional, levels, regions, areas or {}), calibration


def calibration_of(
    history: xr.DataArray,
    tables: "Mapping[str, pd.DataFrame]",
    scenario: "Scenario",
    *,
    age_width: int,
) -> Calibration:
    """What `population_stage` estimates from the age tables, without a projection.

    Parameters and errors are those of `population_stage`.
    """
    return _calibrated(history, tables, scenario, age_width=age_width)[0]


def _calibrated(
    history: xr.DataArray,
    tables: "Mapping[str, pd.DataFrame]",
    scenario: "Scenario",
    *,
    age_width: int,
    memory: Memory = FORGETFUL,
) -> tuple[Calibration, xr.Dataset, xr.Dataset, xr.DataArray]:
    """The calibration; national assumptions, schedules and death rates from the first table on."""
    years = scenario.years
    known = [int(year) for year in history["year"].values]
    window = _calibration_years(known, scenario)
    all_years = np.arange(min(*known, years.base - 1), max(*window, years.end) + 1)
    assumed = national_assumptions(
        tables["paths"], scenario.population, all_years, years.base, memory=memory
    )
    open_age = int(history["age"].values[-1])
    mortality = memory.keep(
        "mortality",
        Same(tables["mortality"]),
        lambda: NationalMortality.from_table(tables["mortality"]),
    )
    schedules, death_rates = national_schedules(tables, assumed, scenario, open_age, mortality)
    asked = scenario.population.calibration
    method = Method(age_width=age_width)
    if asked is not None:
        method = Method(
            age_width=age_width,
            weight_half_life=asked.weight_half_life,
            by_county=asked.parents != "nation",
            extraordinary=asked.extraordinary == "detect",
        )
    calibration = calibrate(
        history.drop_sel(region=NATION),
        history.sel(region=NATION, drop=True),
        schedules,
        death_rates,
        method,
        window,
    )
    return overridden(calibration, tables), assumed, schedules, death_rates


def national_of(
    base: xr.DataArray,
    calibration: Calibration,
    assumed: xr.Dataset,
    schedules: xr.Dataset,
    death_rates: xr.DataArray,
    scenario: "Scenario",
) -> National:
    """The nation from base to end year, with the flows of the end year."""
    asked = slice(scenario.years.base, scenario.years.end)
    ahead = schedules.sel(year=asked)
    everybody = base.sel(region=NATION, drop=True)
    projection = project_nation(everybody, ahead, assumed.sel(year=asked), calibration, scenario)
    return National(ahead, death_rates.sel(year=asked), projection)


def share_in_force(assumed: xr.Dataset, scenario: "Scenario") -> xr.DataArray:
    """How much of what sets a region apart is in force from base to end year, ``[year]``."""
    assumed = assumed.sel(year=slice(scenario.years.base, scenario.years.end))
    asked = scenario.population.calibration
    factor: xr.DataArray = assumed["internal_migration"]
    if asked is None or asked.half_life is None or not bool(assumed["fades"]):
        return factor
    passed = assumed["year"] - scenario.years.base
    faded: xr.DataArray = factor * 0.5 ** (passed / asked.half_life)
    return faded


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
    """Years of the age tables to calibrate from."""
    first, last = scenario.calibration_years
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
