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
from projector.population.core import (
    Projection,
    fertile_ages,
    labelled,
    labelled_people,
    shares_of_births,
)
from projector.population.lifetable import with_level, with_open_age
from projector.population.migration_tables import components_from_tables
from projector.population.moves import Migration, NetMoves
from projector.population.regional_schedules import (
    Apart,
    LevelledFertility,
    LevelledSurvival,
    OpenMoves,
    PooledMoves,
)
from projector.population.walk import Vital, Walked, walk
from projector.population.yearly import Stored, as_many_lie

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from projector.population.variation import RegionalVariation

    Array = NDArray[np.float64]

__all__ = ["National", "are_the_nation", "as_the_nation", "people_of_regions", "project_regions"]

_COMPLETE = 0.005
"""Regions whose people come this close to the nation's are all of its regions: people of
unknown or divided municipalities are fewer."""


class National:
    """The nation's projection, and the schedules it was made with, of one future or of draws.

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
        self.draws = projection.population.sizes.get("draw", 1)
        self.drawn = "draw" in projection.population.dims


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
    years = national.schedules["year"].values
    return _together(
        [
            labelled(walked, people, years, drawn=national.drawn)
            for people, walked in _walks(base, national, calibration, share, tables, None)
        ],
        [str(code) for code in base["region"].values],
    )


def people_of_regions(
    base: xr.DataArray,
    national: National,
    calibration: Calibration,
    share: xr.DataArray,
    tables: "Mapping[str, pd.DataFrame] | None" = None,
    variation: "RegionalVariation | None" = None,
) -> xr.DataArray:
    """The people of `project_regions`, without the flows that would take much memory.

    Parameters
    ----------
    base, national, calibration, share, tables
        As for `project_regions`.
    variation
        What the regions deviate by in each draw of the nation; None where nothing.

    Returns
    -------
    DataArray
        ``[draw, region, year, sex, age]``, in the order of the base.

    Raises
    ------
    ConsistencyError
        As for `project_regions`.
    """
    years = national.schedules["year"].values
    walks = _walks(base, national, calibration, share, tables, variation, flows=False)
    done = [
        labelled_people(walked, people, years, drawn=national.drawn) for people, walked in walks
    ]
    if len(done) == 1:
        return done[0]
    return xr.concat(done, dim="region").sel(region=base["region"])


def _walks(
    base: xr.DataArray,
    national: National,
    calibration: Calibration,
    share: xr.DataArray,
    tables: "Mapping[str, pd.DataFrame] | None",
    variation: "RegionalVariation | None",
    *,
    flows: bool = True,
) -> "Iterator[tuple[xr.DataArray, Walked]]":
    """The regions that lie side by side, then those that lie in them."""
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
    years = national.schedules["year"].values
    for some in filter(None, (whole, parts)):
        people = base.sel(region=some)
        own = None if variation is None else variation.of(some)
        complete = some is whole and are_the_nation(people, national)
        vital = replace(_vital(national, calibration, some, complete=complete), chance=own)
        if "out_rate" in gross:
            migration = _of_tables(people, gross, national, share, complete=complete)
        else:
            deviation = calibration.moves["value"].sel(region=some).values - 1.0
            origin = _survivors_of_the_base(people, vital)
            if national.draws > 1:
                deviation = as_many_lie(deviation[..., np.newaxis])[..., 0]
                origin = as_many_lie(origin)
            migration = _calibrated_moves(
                some, national, Apart(deviation, share.values, own), origin, complete=complete
            )
        start = people.transpose("region", "sex", "age").values[..., np.newaxis]
        yield people, walk(start, years, vital, migration, draws=national.draws, flows=flows)


def _calibrated_moves(
    regions: list[str], national: National, apart: Apart, origin: "Array", *, complete: bool
) -> Migration:
    """Moves as the age tables show them: through a pool, or as the nation's cohorts grow."""
    if not complete:
        moves = OpenMoves(apart, origin, _array(national.growth), _cohorts(national))
        return Migration(tuple(regions), None, None, moves)
    immigration = Stored(_array(national.growth - 1.0)[:, np.newaxis])
    net = NetMoves(immigration, None, None)
    return Migration(tuple(regions), PooledMoves(apart, origin), None, net)


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
    if not are_the_nation(whole, national):
        return calibration
    fertility = national.schedules["fertility"].isel(year=0, drop=True)
    open_age = int(base["age"].values[-1])
    closed = national.death_rates.isel(year=0, drop=True)
    rates = xr.DataArray(with_open_age(closed.values, open_age), dims=(*closed.dims[:-1], "age"))
    expected = {
        "mortality": (whole * rates).sum(("sex", "age")),
        "fertility": (whole.sel(sex="female", drop=True) * fertility).sum("age"),
    }
    scaled = {}
    for measure, events in expected.items():
        levels = getattr(calibration, measure)
        own = (events * levels["value"].sel(region=whole["region"])).sum("region")
        factor = (events.sum("region") / own).where(own > 0, 1.0)
        scaled[measure] = levels.assign(value=levels["value"] * factor)
    return replace(calibration, **scaled)


def are_the_nation(people: xr.DataArray, national: National) -> bool:
    """Whether regions side by side are all of the nation."""
    everybody = national.projection.population.isel(region=0, year=0, drop=True)
    if national.drawn:  # who was counted at the base is so in every draw
        everybody = everybody.isel(draw=0)
    return abs(float(people.sum() / everybody.sum()) - 1) < _COMPLETE


def _array(values: xr.DataArray, *dims: str) -> "Array":
    """``[year, sex, age, draw or 1]``, or the axes that are named before the last."""
    with_draw = values if "draw" in values.dims else values.expand_dims("draw")
    result: Array = with_draw.transpose(*(dims or ("year", "sex", "age")), "draw").values
    return result


def _vital(
    national: National, calibration: Calibration, regions: list[str], *, complete: bool
) -> Vital:
    """Births and deaths at the regions' levels, and with all regions together the nation's."""
    schedules = national.schedules
    levels = {
        measure: _array(getattr(calibration, measure)["value"].sel(region=regions), "region")
        for measure in ("mortality", "fertility")
    }
    dying = levels["mortality"]
    with_level(np.zeros((1, 1, 1)), dying)  # refuses what no life table holds
    fertility = _array(schedules["fertility"], "year", "age")
    births = None
    if complete:
        everywhere = national.projection.births.isel(region=0, drop=True).sum("sex")
        births = _array(everywhere, "year")
    return Vital(
        survival=LevelledSurvival(
            _array(
                national.death_rates, *(str(d) for d in national.death_rates.dims if d != "draw")
            ),
            dying,
            int(schedules["age"].values[-1]),
        ),
        fertility=LevelledFertility(fertility, levels["fertility"]),
        share_of_births=shares_of_births(
            _array(schedules["sex_ratio_at_birth"], "year")[:, np.newaxis]
        ),
        fertile=fertile_ages(fertility),
        births_of_all=births,
        survival_of_all=_array(schedules["survival"]) if complete else None,
    )


def _survivors_of_the_base(base: xr.DataArray, vital: Vital) -> "Array":
    """Those of the base who live on for a year, by age at its end, ``[region, sex, age, draw]``."""
    entering = base.shift(age=1, fill_value=0.0)
    entering[{"age": -1}] += base.isel(age=-1)
    people = entering.transpose("region", "sex", "age").values[..., np.newaxis]
    return people * vital.survival.of(0, slice(0, people.shape[2]))


def _cohorts(national: National) -> "Array":
    """The nation's survivors of each year over those of the first, 0 where there were none."""
    survivors = _array(national.survivors)
    first = np.broadcast_to(survivors[:1], survivors.shape)
    return np.divide(survivors, first, out=np.zeros_like(survivors), where=first > 0)


def _of_tables(
    people: xr.DataArray,
    gross: xr.Dataset,
    national: National,
    share: xr.DataArray,
    *,
    complete: bool,
) -> Migration:
    """Gross migration of the input tables."""
    components = gross.assign(out_rate=gross["out_rate"] * share)
    if "immigration" not in gross:
        components = components.assign(net_migration_rate=national.growth - 1.0)
    elif complete:
        moved = national.projection.net_migration.isel(region=0, drop=True)
        components = components.assign(national_net_migration=moved.sum(("sex", "age")))
    codes = [str(code) for code in people["region"].values]
    return Migration.of(components, tuple(codes))


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
