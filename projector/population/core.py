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

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.population.components import national_total, schedule
from projector.population.moves import Migration
from projector.tables import SEXES

__all__ = ["MigrationTiming", "Projection", "project"]

MigrationTiming = Literal["end", "even", "start"]
_SHARE_AT_START: dict[MigrationTiming, float] = {"end": 0.0, "even": 0.5, "start": 1.0}
_FEMALE = SEXES.index("female")
_NEWTON_STEPS = 6

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Projection:
    """What `project` returns; flows are by age at the end of the year, so each cell balances.

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
        ``[region, sex, age]``, persons on 1 January of the first year of the components.
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
    if migration_timing not in get_args(MigrationTiming):
        raise ValueError(f"migration_timing is one of {get_args(MigrationTiming)}")
    start = _aligned(base, components, ("region", "sex", "age"))
    years = components["year"].values
    migration = Migration.of(components, tuple(str(code) for code in base["region"].values))
    if migration_timing != "end" and migration.counts_at_end_only:
        raise ValueError("migration rates apply to the survivors, at the end of the year")
    survival = schedule(components, "survival", ("year", "region", "sex", "age"), 0.0, 1.0)
    fertility = schedule(components, "fertility", ("year", "region", "age"), 0.0)
    sex_ratio = schedule(components, "sex_ratio_at_birth", ("year", "region"), 0.0)
    boys = sex_ratio / (1.0 + sex_ratio)
    share_of_births = np.stack([1.0 - boys, boys], axis=-1)  # in the order of SEXES
    births_of_all = national_total(components, "national_births", 0.0)
    survival_of_all = national_total(components, "national_survival", 0.0)

    shape = (len(years), *start.shape)
    population = np.empty((len(years) + 1, *start.shape))
    population[0] = start
    flows = {name: np.empty(shape) for name in ("deaths", "net_migration", *migration.flows)}
    flows["births"] = np.empty(shape[:-1])
    at_start = _SHARE_AT_START[migration_timing]
    for t, year in enumerate(years):
        exposed, early = population[t], migration.at_start(t, at_start)
        if early is not None:
            exposed = exposed + early
            _refuse_negative(exposed, base, int(year))
        survivors, flows["births"][t] = _survive(
            exposed,
            survival[t],
            fertility[t],
            share_of_births[t],
            deaths=flows["deaths"][t],
            births_of_all=None if births_of_all is None else float(births_of_all[t]),
            survival_of_all=None if survival_of_all is None else survival_of_all[t],
        )
        try:
            population[t + 1], gross = migration.move(survivors, t, at_end=1.0 - at_start)
        except ConsistencyError as error:
            raise ConsistencyError(
                [replace(p, where=f"year {year}, {p.where}") for p in error.problems]
            ) from error
        _refuse_negative(population[t + 1], base, int(year))
        moved = np.subtract(population[t + 1], survivors, out=flows["net_migration"][t])
        if early is not None:
            moved[..., 1:] += early[..., :-1]
            moved[..., -1] += early[..., -1]
        for name, values in gross.items():
            flows[name][t] = values
    return _labelled(population, flows, base, years)


def _survive(
    exposed: Array,
    survival: Array,
    fertility: Array,
    share_of_births: Array,
    *,
    deaths: Array,
    births_of_all: float | None,
    survival_of_all: Array | None,
) -> tuple[Array, Array]:
    """One year of ageing, births and deaths, which are written to `deaths`.

    Axes ``[region, sex, age]``; schedules may have a region axis of length 1. Returns the
    survivors by age at the end of the year and births by sex.
    """
    entering = np.empty_like(exposed)
    entering[..., 1:] = exposed[..., :-1]
    entering[..., -1] += exposed[..., -1]
    entering[..., 0] = 0.0
    survivors = survival * entering
    mid_year_women = exposed[:, _FEMALE] + survivors[:, _FEMALE]
    born = 0.5 * (fertility * mid_year_women).sum(axis=-1)
    if births_of_all is not None:
        born = _as_many(born, births_of_all)
    births = born[:, np.newaxis] * share_of_births
    entering[..., 0] = births
    survivors[..., 0] = survival[..., 0] * births
    if survival_of_all is not None:
        survivors = _surviving_together(entering, survival, survival_of_all)
    np.subtract(entering, survivors, out=deaths)
    return survivors, births


def _as_many(born: Array, together: float) -> Array:
    """Births of the regions, scaled to those of all together."""
    if not born.sum() > 0 < together:
        if together > 0:
            raise ConsistencyError(
                Problem(
                    where="fertility",
                    message="the nation has births, and no region has any",
                    found="a fertility of 0 in every region",
                    expected="a region where children are born",
                )
            )
        return np.zeros_like(born)
    scaled: Array = born * (together / born.sum())
    return scaled


def _surviving_together(entering: Array, survival: Array, of_all: Array) -> Array:
    """Survivors ``[region, sex, age]`` that are as many as if all had the nation's survival.

    Every region's force of mortality is multiplied by the same factor, :math:`S^k`, which Newton's
    method finds for each sex and age: nobody dies twice, and the order of the regions stays.
    """
    hazard = -np.log(np.maximum(survival, np.finfo(float).tiny))
    wanted = of_all * entering.sum(axis=0)
    factor = np.ones_like(wanted)
    for _ in range(_NEWTON_STEPS):
        kept = entering * np.exp(-factor * hazard)
        slope = (kept * hazard).sum(axis=0)
        step = np.divide(
            kept.sum(axis=0) - wanted, slope, out=np.zeros_like(slope), where=slope > 0
        )
        factor = np.maximum(factor + step, 0.0)
    survivors = entering * np.exp(-factor * hazard)
    together = survivors.sum(axis=0)
    survivors *= np.divide(wanted, together, out=np.ones_like(wanted), where=together > 0)
    # What is left of the error is rounding, and must not bring anybody back.
    result: Array = np.minimum(survivors, entering)
    return result


def _aligned(base: xr.DataArray, components: xr.Dataset, dims: tuple[str, ...]) -> Array:
    """The base as an array ``[region, sex, age]`` after its labels were held against the rest."""
    if set(base.dims) != set(dims):
        raise ValueError(f"base has dimensions {base.dims}, expected {dims}")
    if tuple(base["sex"].values) != SEXES:
        raise ValueError(f"sex is {tuple(base['sex'].values)}, expected {SEXES}")
    for dim in dims:
        if dim in components.dims and not np.array_equal(base[dim], components[dim]):
            raise ValueError(f"base and components differ in {dim}")
    if not np.array_equal(base["age"].values, np.arange(base.sizes["age"])):
        raise ValueError("ages must be 0, 1, 2, … without gaps")
    years = components["year"].values
    if not len(years) or not np.array_equal(np.diff(years), np.ones(len(years) - 1)):
        raise ValueError("years must be there, and follow one another")
    start = base.transpose(*dims).values.astype(np.float64)
    if not (np.isfinite(start).all() and (start >= 0).all()):
        raise ValueError("base must be finite and not negative")
    return start


def _refuse_negative(people: Array, base: xr.DataArray, year: int) -> None:
    """Name the first cell where migration took more people in a year than there were."""
    if people.min() >= 0:
        return
    r, s, a = (int(i) for i in np.argwhere(people < 0)[0])
    raise ConsistencyError(
        Problem(
            where=f"region {base['region'].values[r]}, year {year}",
            message="net migration takes out more people than there are",
            found=f"{people[r, s, a]:.3g} persons of sex {SEXES[s]}, age {a}",
            expected="zero or more; give migration as a rate, or a smaller number",
        )
    )


def _labelled(
    population: Array, flows: dict[str, Array], base: xr.DataArray, years: NDArray[np.int64]
) -> Projection:
    """Put names on the arrays: year moves from the first axis to the second."""
    region, sex, age = (base[dim] for dim in ("region", "sex", "age"))
    stock_years = np.append(years, years[-1] + 1)

    def label(values: Array, year: NDArray[np.int64], name: str) -> xr.DataArray:
        dims = ("region", "year", "sex", "age")[: values.ndim]
        coords = {"region": region, "year": year, "sex": sex, "age": age}
        return xr.DataArray(
            np.moveaxis(values, 0, 1),
            dims=dims,
            coords={dim: coords[dim] for dim in dims},
            name=name,
            attrs={"units": "persons"},
        )

    return Projection(
        population=label(population, stock_years, "population"),
        **{name: label(values, years, name) for name, values in flows.items()},
    )
