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

and with migration rates :math:`m_a` besides, :math:`(1 + m_a)` times the survivors.
:math:`W` are women, :math:`B_s` the births of one sex and :math:`w` the share of the
migrants who are counted at the start of the year: 0 for ``end``, ½ for ``even``, 1 for
``start``.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.tables import SEXES

__all__ = ["MigrationTiming", "Projection", "project"]

MigrationTiming = Literal["end", "even", "start"]
_SHARE_AT_START: dict[MigrationTiming, float] = {"end": 0.0, "even": 0.5, "start": 1.0}
_FEMALE = SEXES.index("female")

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
        ``[region, year, sex, age]``.
    """

    population: xr.DataArray
    births: xr.DataArray
    deaths: xr.DataArray
    net_migration: xr.DataArray


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
        births per woman and year. ``sex_ratio_at_birth[region, year]``: boys per girl. And
        ``net_migration[region, year, sex, age]``, persons by age when they are counted, or
        ``net_migration_rate[region, year, sex, age]``, per survivor by age at the end of the
        year, not below −1, or both. `region` may be absent where a schedule is shared.
        With rates, ``cohort_growth[year, sex, age]`` may say what moves do to a cohort in all
        regions together (1: moves are between the regions only, and conserve people); the
        people that the rates give are then scaled, one factor for each year, sex and age.
    migration_timing
        When migrants are counted: at the ``end`` of the year, half at each end (``even``) or
        at the ``start``, exposed to the year's deaths and births.

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
        If net migration given as persons takes more people out than there are. With rates
        this cannot happen: survivors times at least zero.
    """
    if migration_timing not in get_args(MigrationTiming):
        raise ValueError(f"migration_timing is one of {get_args(MigrationTiming)}")
    by_rate = "net_migration_rate" in components
    by_number = "net_migration" in components
    if not (by_rate or by_number):
        raise ValueError("components hold net_migration, net_migration_rate or both")
    if by_rate and migration_timing != "end":
        raise ValueError("migration rates apply to the survivors, at the end of the year")

    start = _aligned(base, components, ("region", "sex", "age"))
    years = components["year"].values
    survival = _schedule(components, "survival", ("year", "region", "sex", "age"), 0.0, 1.0)
    fertility = _schedule(components, "fertility", ("year", "region", "age"), 0.0)
    sex_ratio = _schedule(components, "sex_ratio_at_birth", ("year", "region"), 0.0)
    cells = ("year", "region", "sex", "age")
    nobody = np.zeros((len(years), 1, 1, 1))
    rate = _schedule(components, "net_migration_rate", cells, -1.0) if by_rate else nobody
    migration = _schedule(components, "net_migration", cells, -np.inf) if by_number else nobody
    growth = None
    if "cohort_growth" in components:
        if not by_rate:
            raise ValueError("cohort_growth goes with net_migration_rate")
        growth = _schedule(components, "cohort_growth", ("year", "sex", "age"), 0.0)
    boys = sex_ratio / (1.0 + sex_ratio)
    share_of_births = np.stack([1.0 - boys, boys], axis=-1)  # in the order of SEXES

    shape = (len(years), *start.shape)
    population = np.empty((len(years) + 1, *start.shape))
    births, deaths, moved = np.empty(shape[:-1]), np.empty(shape), np.empty(shape)
    population[0] = start
    at_start = _SHARE_AT_START[migration_timing]
    for t in range(len(years)):
        _refuse_negative(population[t] + at_start * migration[t], base, int(years[t]))
        population[t + 1], births[t], deaths[t], moved[t] = _step(
            population[t],
            survival[t],
            fertility[t],
            share_of_births[t],
            rate[t],
            migration[t],
            at_start=at_start,
            cohort_growth=None if growth is None else growth[t],
        )
        _refuse_negative(population[t + 1], base, int(years[t]))
    return _labelled(population, births, deaths, moved, base, years)


def _step(
    people: Array,
    survival: Array,
    fertility: Array,
    share_of_births: Array,
    rate: Array,
    migration: Array,
    *,
    at_start: float,
    cohort_growth: Array | None,
) -> tuple[Array, Array, Array, Array]:
    """One year. Axes ``[region, sex, age]``; schedules may have a region axis of length 1.

    Returns the people on the next 1 January, births by sex, and deaths and net migration
    by age at the end of the year.
    """
    arriving = np.broadcast_to(at_start * migration, people.shape)
    exposed = people + arriving
    entering = np.empty_like(people)
    entering[..., 1:] = exposed[..., :-1]
    entering[..., -1] += exposed[..., -1]
    entering[..., 0] = 0.0
    women = exposed[:, _FEMALE]
    surviving_women = survival[:, _FEMALE] * entering[:, _FEMALE]
    born = (fertility * 0.5 * (women + surviving_women)).sum(axis=-1)
    births = born[:, np.newaxis] * share_of_births
    entering[..., 0] = births
    survivors = survival * entering
    deaths = entering - survivors
    settled = (1.0 + rate) * survivors + (1.0 - at_start) * migration
    if cohort_growth is not None:
        together = settled.sum(axis=0)
        target = cohort_growth * survivors.sum(axis=0)
        scale = np.divide(target, together, out=np.ones_like(together), where=together > 0)
        settled = np.where(together > 0, settled * scale, cohort_growth * survivors)
    moved = settled - survivors
    moved[..., 1:] += arriving[..., :-1]
    moved[..., -1] += arriving[..., -1]
    return settled, births, deaths, moved


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


def _schedule(
    components: xr.Dataset,
    name: str,
    dims: tuple[str, ...],
    lowest: float,
    highest: float = np.inf,
) -> Array:
    """A component with axes `dims`; an absent region becomes an axis of length 1."""
    array = components[name]
    unknown = set(array.dims) - set(dims)
    missing = set(dims) - set(array.dims) - {"region"}
    if unknown or missing:
        raise ValueError(f"{name} has dimensions {array.dims}, expected {dims}")
    if "region" in dims and "region" not in array.dims:
        array = array.expand_dims("region")
    values = array.transpose(*dims).values.astype(np.float64, copy=False)
    least, most = float(values.min()), float(values.max())  # NaN where there is one
    if not (np.isfinite([least, most]).all() and lowest <= least and most <= highest):
        raise ValueError(f"{name} must be finite and lie between {lowest:g} and {highest:g}")
    return values


def _refuse_negative(people: Array, base: xr.DataArray, year: int) -> None:
    """Name the first cell where migration took more people in a year than there were."""
    if not (people < 0).any():
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
    population: Array,
    births: Array,
    deaths: Array,
    moved: Array,
    base: xr.DataArray,
    years: NDArray[np.int64],
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
        births=label(births, years, "births"),
        deaths=label(deaths, years, "deaths"),
        net_migration=label(moved, years, "net_migration"),
    )
