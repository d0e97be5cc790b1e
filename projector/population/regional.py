r"""Components of the regions: the nation's, and what sets each region apart.

What immigration does to each national cohort, :math:`\mu_{s,a}(t)`, is the part every region
shares; what the region has of its own is the calibrated ratio :math:`\hat\rho_{r,s,a}`, its share
:math:`d(t)` in force. A cohort that a region loses leaves at the rate
:math:`\ell = d \max(1 - \hat\rho, 0)`, so rates cannot empty a region; what it gains,
:math:`g = \max(\hat\rho - 1, 0)`, comes from elsewhere, so it does not feed on itself (Smith,
Tayman & Swanson 2013 advise the pair for shrinking and growing places).

Where the regions are all of the nation, those who leave go into a pool for each sex and age, and
each region draws the share of it that it had at the base, when :math:`S` survived:

.. math:: N' = \mu \left( (1 - \ell_r) S_r
               + \frac{g_r S_r^0}{\sum_q g_q S_q^0} \sum_q \ell_q S_q \right)

What leaves one region arrives in another, and births and deaths are scaled to the nation's, so
the regions are its people exactly. Other regions gain as the nation's cohort grows:

.. math:: N' = \mu \left( (1 - \ell) S + d \, g \, S^0 \frac{S_{nation}}{S_{nation}^0} \right)

Where the input tables hold gross migration (`projector.population.migration_tables`), it takes
the place of what was calibrated: out-rates with destinations, and immigration and emigration,
which are raked to the nation's net immigration where the regions are all of it.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from projector.errors import ConsistencyError, Problem
from projector.inputs.regions import outermost
from projector.population.calibrate import Calibration
from projector.population.core import Projection, project
from projector.population.lifetable import survival_with_level, with_open_age
from projector.population.migration_tables import components_from_tables
from projector.tables import SEXES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["National", "as_the_nation", "project_regions"]

_COMPLETE = 0.005
"""Regions whose people come this close to the nation's are all of its regions: people of
unknown or divided municipalities are fewer."""


class National:
    """The nation's projection, and the schedules it was made with.

    Parameters
    ----------
    schedules
        ``survival[year, sex, age]``, ``fertility[year, age]`` and ``sex_ratio_at_birth[year]``.
    death_rates
        ``[year, sex, age]``, to an older age than the projection's.
    projection
        What came of it, with region "0".
    """

    def __init__(
        self, schedules: xr.Dataset, death_rates: xr.DataArray, projection: Projection
    ) -> None:
        self.schedules, self.death_rates, self.projection = schedules, death_rates, projection
        moved = projection.net_migration.isel(region=0, drop=True)
        ended = projection.population.isel(region=0, year=slice(1, None), drop=True)
        self.survivors = moved.copy(data=ended.values - moved.values)
        growth = np.divide(
            ended.values,
            self.survivors.values,
            out=np.ones_like(ended.values),
            where=self.survivors.values > 0,
        )
        self.growth = moved.copy(data=growth)


def project_regions(
    base: xr.DataArray,
    national: National,
    calibration: Calibration,
    share: xr.DataArray,
    tables: "Mapping[str, pd.DataFrame] | None" = None,
) -> Projection:
    """Project regions that lie side by side or in one another.

    Parameters
    ----------
    base
        ``[region, sex, age]``, persons on 1 January of the base year.
    national
        The nation.
    calibration
        What sets the regions apart.
    share
        ``[year]``, how much of it is in force: 1 as calibrated, 0 no moves between regions.
    tables
        Input tables, of which those of gross migration are used.

    Returns
    -------
    Projection
        In the order of the base.

    Raises
    ------
    ConsistencyError
        If tables of gross migration do not fit the regions.
    """
    codes = [str(code) for code in base["region"].values]
    gross = components_from_tables(tables or {}, codes, int(base["age"].values[-1]))
    if "immigration" in gross and "out_rate" not in gross:
        raise ConsistencyError(
            Problem(
                where="table immigration",
                message="the calibrated moves of the regions hold their immigration already",
                expected="the tables out_migration and destinations too",
            )
        )
    whole = outermost(codes)
    parts = [code for code in codes if code not in whole]
    done = []
    for some in filter(None, (whole, parts)):
        people, own = base.sel(region=some), _own(national, calibration, some)
        complete = some is whole and _are_the_nation(people, national)
        if complete:
            own = _with_the_nation(own, national)
        if "out_rate" in gross:
            components = _of_tables(own, gross, national, share, complete=complete)
        elif complete:
            components = _of_a_whole_country(own, people, national, calibration, share)
        else:
            components = _of_some_regions(own, people, national, calibration, share)
        done.append(project(people, components))
    return _together(done, codes)


def as_the_nation(base: xr.DataArray, national: National, calibration: Calibration) -> Calibration:
    """Levels of mortality and fertility that together are the nation's at the base.

    Parameters
    ----------
    base, national, calibration
        As for `project_regions`.

    Returns
    -------
    Calibration
        Unchanged where the regions are not all of the nation. Otherwise with all levels multiplied
        alike, so that what is reported of a region is what it is projected with.
    """
    whole = base.sel(region=outermost([str(code) for code in base["region"].values]))
    if not _are_the_nation(whole, national):
        return calibration
    fertility = national.schedules["fertility"].isel(year=0, drop=True)
    open_age = int(base["age"].values[-1])
    rates = with_open_age(national.death_rates.isel(year=0).values, open_age)
    expected = {
        "mortality": (whole * xr.DataArray(rates, dims=("sex", "age"))).sum(("sex", "age")),
        "fertility": (whole.sel(sex="female", drop=True) * fertility).sum("age"),
    }
    scaled = {}
    for measure, events in expected.items():
        levels = getattr(calibration, measure)
        own = float((events * levels["value"].sel(region=whole["region"])).sum())
        factor = float(events.sum()) / own if own > 0 else 1.0
        scaled[measure] = levels.assign(value=levels["value"] * factor)
    return replace(calibration, **scaled)


def _are_the_nation(people: xr.DataArray, national: National) -> bool:
    """Whether regions side by side are all of the nation."""
    everybody = national.projection.population.isel(region=0, year=0, drop=True)
    return abs(float(people.sum() / everybody.sum()) - 1) < _COMPLETE


def _own(national: National, calibration: Calibration, regions: list[str]) -> xr.Dataset:
    """Survival and fertility at the regions' levels."""
    mortality = calibration.mortality["value"].sel(region=regions)
    fertility = calibration.fertility["value"].sel(region=regions)
    schedules = national.schedules
    both_sexes = np.repeat(mortality.values[:, np.newaxis], len(SEXES), axis=1)
    survival = survival_with_level(
        national.death_rates.values, both_sexes, int(schedules["age"].values[-1])
    )
    return xr.Dataset(
        {
            "survival": (("region", "year", "sex", "age"), survival),
            "fertility": fertility * schedules["fertility"],
            "sex_ratio_at_birth": schedules["sex_ratio_at_birth"],
        },
        coords={"region": regions, **{dim: schedules[dim] for dim in ("year", "sex", "age")}},
    )


def _leaving_and_gains(
    own: xr.Dataset, base: xr.DataArray, calibration: Calibration, share: xr.DataArray
) -> tuple[xr.DataArray, xr.DataArray]:
    """Rates of loss ``[region, sex, age, year]``, gains in persons at the base without `year`.

    However many more move than the age tables show, no more leave than there are.
    """
    ratio = calibration.moves["value"].sel(region=base["region"])
    survivors = base.shift(age=1, fill_value=0.0)
    survivors[{"age": -1}] += base.isel(age=-1)
    survivors = survivors * own["survival"].isel(year=0, drop=True)
    leaving = ((1.0 - ratio).clip(min=0.0) * share).clip(max=1.0)
    return leaving, (ratio - 1.0).clip(min=0.0) * survivors


def _with_the_nation(own: xr.Dataset, national: National) -> xr.Dataset:
    """Births and deaths that together are the nation's."""
    births = national.projection.births.isel(region=0, drop=True).sum("sex")
    return own.assign(national_births=births, national_survival=national.schedules["survival"])


def _of_tables(
    own: xr.Dataset,
    gross: xr.Dataset,
    national: National,
    share: xr.DataArray,
    *,
    complete: bool,
) -> xr.Dataset:
    """Gross migration of the input tables."""
    components = own.merge(gross).assign(out_rate=gross["out_rate"] * share)
    if "immigration" not in gross:
        return components.assign(net_migration_rate=national.growth - 1.0)
    if not complete:
        return components
    moved = national.projection.net_migration.isel(region=0, drop=True)
    return components.assign(national_net_migration=moved.sum(("sex", "age")))


def _of_a_whole_country(
    own: xr.Dataset,
    base: xr.DataArray,
    national: National,
    calibration: Calibration,
    share: xr.DataArray,
) -> xr.Dataset:
    """The pool of those who leave, and what immigration does to every cohort."""
    leaving, gains = _leaving_and_gains(own, base, calibration, share)
    pool = gains.sum("region")
    return own.assign(
        # Where no region gains, nobody can be received, and so nobody leaves.
        out_rate=leaving.where(pool > 0, 0.0),
        pool_share=(gains / pool).where(pool > 0, 0.0),
        net_migration_rate=national.growth - 1.0,
    )


def _of_some_regions(
    own: xr.Dataset,
    base: xr.DataArray,
    national: National,
    calibration: Calibration,
    share: xr.DataArray,
) -> xr.Dataset:
    """Losses as rates, gains in numbers that follow the nation's cohorts."""
    leaving, gains = _leaving_and_gains(own, base, calibration, share)
    first = national.survivors.isel(year=0, drop=True)
    cohort = (national.survivors / first).where(first > 0, 0.0)
    return own.assign(
        net_migration_rate=national.growth * (1.0 - leaving) - 1.0,
        net_migration=national.growth * cohort * gains * share,
    )


def _together(projections: list[Projection], codes: list[str]) -> Projection:
    """Projections of several groups of regions as one; gross flows only where there is one."""
    if len(projections) == 1:
        return projections[0]
    return Projection(
        **{
            name: xr.concat(
                [getattr(projection, name) for projection in projections], dim="region"
            ).sel(region=codes)
            for name in ("population", "births", "deaths", "net_migration")
        }
    )
