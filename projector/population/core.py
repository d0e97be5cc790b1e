r"""The cohort-component core: one-year steps, vectorised over regions.

Equations (Preston, Heuveline & Guillot 2001, chapter 6; the same bookkeeping as the
United Nations' World Population Prospects 2024), for one region and sex, age :math:`a`
in completed years on 1 January, :math:`A` the open age:

.. math::

    N'_a &= N_a(t) + w M_a \\
    B &= \sum_a f_a \, \tfrac{1}{2} \bigl(W'_a + S_a W'_{a-1}\bigr) \\
    N_0(t+1) &= S_0 B_s + (1-w) M_0 \\
    N_a(t+1) &= S_a N'_{a-1} + (1-w) M_a \\
    N_A(t+1) &= S_A (N'_{A-1} + N'_A) + (1-w) M_A

and what other migration does to the survivors stands in `projector.population.moves`.
:math:`W` are women, :math:`B_s` the births of one sex and :math:`w` the share of the
migrants who are counted at the start of the year: 0 for ``end``, ½ for ``even``, 1 for
``start``.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.population.components import national_total, schedule, stored
from projector.population.moves import Migration
from projector.population.walk import Vital, Walked, walk
from projector.population.yearly import Stored
from projector.tables import SEXES

__all__ = [
    "MigrationTiming",
    "Projection",
    "fertile_ages",
    "labelled",
    "labelled_people",
    "project",
    "project_people",
    "shares_of_births",
]

MigrationTiming = Literal["end", "even", "start"]
_SHARE_AT_START: dict[MigrationTiming, float] = {"end": 0.0, "even": 0.5, "start": 1.0}

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Projection:
    """What `project` returns; flows are by age at the end of the year, so each cell balances.

    With draws every array has ``draw`` in front.

    Parameters
    ----------
    population
        ``[region, year, sex, age]`` on 1 January, one year longer than the flows.
    births
        ``[region, year, sex]``.
    deaths
        ``[region, year, sex, age]``, including deaths of those born during the year.
    net_migration
        ``[region, year, sex, age]``, all migration.
    in_migration, out_migration
        ``[region, year, sex, age]``, moves between the regions; None where only net moves are
        known.
    immigration, emigration
        ``[region, year, sex, age]``, over the borders; None where only net moves are known.
    """

    population: xr.DataArray
    births: xr.DataArray
    deaths: xr.DataArray
    net_migration: xr.DataArray
    in_migration: xr.DataArray | None = None
    out_migration: xr.DataArray | None = None
    immigration: xr.DataArray | None = None
    emigration: xr.DataArray | None = None


def project(
    base: xr.DataArray,
    components: xr.Dataset,
    *,
    migration_timing: MigrationTiming = "end",
) -> Projection:
    r"""Project people by sex and age, year by year.

    Parameters
    ----------
    base
        ``[region, sex, age]``, persons on 1 January of the first year of the components. The base
        and every component may have a ``draw`` dimension besides: many futures are then walked
        together, and what has none is the same in all of them.
    components
        ``survival[region, year, sex, age]``: ratio into the age during the year; age 0 is
        from birth, the last age receives the two oldest. ``fertility[region, year, age]``:
        births per woman and year. ``sex_ratio_at_birth[region, year]``: boys per girl.
        `region` may be absent where a schedule is shared. And the migration, by age at the end
        of the year:

        * between the regions: ``out_rate[region, year, sex, age]``, the share of survivors that
          leaves for another region, and ``destination[group, region, to_region]``, the share of
          them that goes to each (sums to 1, none to itself), with ``destination_group[age]``,
          the group of each age, as a position (`group` is absent where all ages go alike);
          or, where that is not known, ``pool_share[region, year, sex, age]``, the share of all
          who leave that comes to each region (sums to 1; `year` may be absent);
        * over the borders: ``immigration[region, year, sex, age]``, persons, and
          ``emigration_rate[region, year, sex, age]``, per survivor; `year` may be absent in
          these and in `out_rate`. They are scaled to ``national_immigration`` and
          ``national_emigration``, or in opposite directions to ``national_net_migration``,
          where these are given, ``[year]`` or ``[year, sex, age]``, persons;
        * or net, in the place of the latter or of both: ``net_migration[region, year, sex,
          age]``, persons when they are counted, ``net_migration_rate[region, year, sex, age]``,
          per survivor, not below −1, or both. With ``national_net_migration`` gains and losses
          are balanced to it, zero where moves are between the regions only
          (`projector.population.migration.balance`).

        Regions that are all of a nation may be given its ``national_births[year]``, persons, and
        ``national_survival[year, sex, age]``: their births are then scaled to it, one factor for
        each year, and their forces of mortality, one factor for each year, sex and age.
    migration_timing
        When net migrants given as persons are counted: at the ``end`` of the year, half at each
        end (``even``) or at the ``start``, exposed to the year's deaths and births. All other
        migration is at the end.

    Returns
    -------
    Projection
        Population and flows. For every region, year, sex and age at the end of the year,
        end = start + births − deaths + net migration.

    Raises
    ------
    ValueError
        If dimensions or coordinates do not fit, or a schedule is outside its range.
    ConsistencyError
        If more people leave than there are, or a national total cannot be met. With rates or
        gross migration that is raked to nothing neither can happen.
    """
    walked = _walked(base, components, migration_timing, flows=True)
    return labelled(walked, base, components["year"].values, drawn=_drawn(base, components))


def project_people(base: xr.DataArray, components: xr.Dataset) -> xr.DataArray:
    """The population of `project` without its flows; so are parameters and errors."""
    walked = _walked(base, components, "end", flows=False)
    years = components["year"].values
    return labelled_people(walked, base, years, drawn=_drawn(base, components))


def _drawn(base: xr.DataArray, components: xr.Dataset) -> bool:
    return "draw" in base.dims or "draw" in components.dims


def _walked(
    base: xr.DataArray, components: xr.Dataset, migration_timing: MigrationTiming, *, flows: bool
) -> Walked:
    if migration_timing not in get_args(MigrationTiming):
        raise ValueError(f"migration_timing is one of {get_args(MigrationTiming)}")
    start = _aligned(base, components, ("region", "sex", "age"))
    years = components["year"].values
    migration = Migration.of(components, tuple(str(code) for code in base["region"].values))
    if migration_timing != "end" and migration.counts_at_end_only:
        raise ValueError("migration rates apply to the survivors, at the end of the year")
    fertility = schedule(components, "fertility", ("year", "region", "age"), 0.0)
    sex_ratio = schedule(components, "sex_ratio_at_birth", ("year", "region"), 0.0)
    vital = Vital(
        survival=stored(components, "survival", 0.0, 1.0),
        fertility=Stored(fertility[:, :, np.newaxis]),
        share_of_births=shares_of_births(sex_ratio),
        fertile=fertile_ages(fertility),
        births_of_all=national_total(components, "national_births", 0.0),
        survival_of_all=national_total(components, "national_survival", 0.0),
    )
    return walk(
        start,
        years,
        vital,
        migration,
        draws=base.sizes.get("draw", components.sizes.get("draw", 1)),
        at_start=_SHARE_AT_START[migration_timing],
        flows=flows,
    )


def shares_of_births(sex_ratio: Array) -> Array:
    """Share of girls and boys ``[year, region or 1, sex, draw or 1]``, from boys per girl."""
    boys = sex_ratio / (1.0 + sex_ratio)
    return np.stack([1.0 - boys, boys], axis=2)  # in the order of SEXES


def fertile_ages(fertility: Array) -> slice:
    """The ages from the first with any fertility to the last, of ``[..., age, draw or 1]``."""
    some = np.flatnonzero(fertility.any(axis=(*range(fertility.ndim - 2), -1)))
    return slice(int(some[0]), int(some[-1]) + 1) if some.size else slice(0, 1)


def _aligned(base: xr.DataArray, components: xr.Dataset, dims: tuple[str, ...]) -> Array:
    """The base as ``[region, sex, age, draw]`` after its labels were held against the rest."""
    if set(base.dims) - {"draw"} != set(dims):
        raise ValueError(f"base has dimensions {base.dims}, expected {dims}")
    if tuple(base["sex"].values) != SEXES:
        raise ValueError(f"sex is {tuple(base['sex'].values)}, expected {SEXES}")
    for dim in dims:
        if dim in components.dims and not np.array_equal(base[dim], components[dim]):
            raise ValueError(f"base and components differ in {dim}")
    if (
        "draw" in base.dims
        and "draw" in components.dims
        and (base.sizes["draw"] != components.sizes["draw"])
    ):
        raise ValueError("base and components differ in the number of draws")
    if not np.array_equal(base["age"].values, np.arange(base.sizes["age"])):
        raise ValueError("ages must be 0, 1, 2, … without gaps")
    years = components["year"].values
    if not len(years) or not np.array_equal(np.diff(years), np.ones(len(years) - 1)):
        raise ValueError("years must be there, and follow one another")
    everywhere = base if "draw" in base.dims else base.expand_dims("draw")
    start = everywhere.transpose(*dims, "draw").values.astype(np.float64)
    if not (np.isfinite(start).all() and (start >= 0).all()):
        raise ValueError("base must be finite and not negative")
    return start


def labelled(
    walked: Walked, base: xr.DataArray, years: NDArray[np.int64], *, drawn: bool
) -> Projection:
    """Put names on people and flows: the draw comes first, if there is one, year after region."""
    return Projection(
        population=labelled_people(walked, base, years, drawn=drawn),
        **{
            name: _label(values, base, years, name, drawn=drawn)
            for name, values in walked.flows.items()
        },
    )


def labelled_people(
    walked: Walked, base: xr.DataArray, years: NDArray[np.int64], *, drawn: bool
) -> xr.DataArray:
    """Put names on people alone, as `labelled`."""
    stock_years = np.append(years, years[-1] + 1)
    return _label(walked.population, base, stock_years, "population", drawn=drawn)


def _label(
    values: Array, base: xr.DataArray, years: NDArray[np.int64], name: str, *, drawn: bool
) -> xr.DataArray:
    dims = ("region", "year", "sex", "age")[: values.ndim - 1]
    ordered = np.moveaxis(values, (-1, 1), (0, 1))
    return xr.DataArray(
        ordered if drawn else ordered[0],
        dims=("draw", *dims) if drawn else dims,
        coords={dim: years if dim == "year" else base[dim] for dim in dims},
        name=name,
        attrs={"units": "persons"},
    )
