"""The cohort core beside its yardsticks.

Times are never compared with a number, only with each other within a run: the group's table
shows each as a multiple of its fastest. `make test` runs every benchmark once, without timing,
so the assertions hold in CI too.
"""

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from projector.population import project
from projector.tables import OPEN_AGE, SEXES

Array = NDArray[np.float64]
Benchmark = Callable[..., object]

REGIONS, YEARS, AGES = 356, 25, OPEN_AGE + 1


@pytest.fixture(scope="module")
def world() -> tuple[xr.DataArray, xr.Dataset]:
    """As many municipalities as Norway has, 25 years, schedules of their own."""
    generator = np.random.default_rng(11)
    coords = {
        "region": [f"{i:04d}" for i in range(REGIONS)],
        "year": np.arange(2026, 2026 + YEARS),
        "sex": list(SEXES),
        "age": np.arange(AGES),
    }
    cells = ("region", "year", "sex", "age")
    shape = (REGIONS, YEARS, len(SEXES), AGES)
    components = xr.Dataset(
        {
            "survival": (cells, generator.uniform(0.9, 1.0, shape)),
            "net_migration": (cells, generator.uniform(0.0, 1.0, shape)),
            "fertility": (
                ("region", "year", "age"),
                generator.uniform(0, 0.1, (REGIONS, YEARS, AGES)),
            ),
            "sex_ratio_at_birth": (("region", "year"), np.full((REGIONS, YEARS), 1.06)),
        },
        coords=coords,
    )
    base = xr.DataArray(
        generator.uniform(10, 100, (REGIONS, len(SEXES), AGES)),
        coords={dim: coords[dim] for dim in ("region", "sex", "age")},
    )
    return base, components


def by_year_in_numpy(base: xr.DataArray, components: xr.Dataset) -> Array:
    """The plain NumPy loop over years, no flows kept: what a careful script would do."""
    survival, fertility, moves, ratio = (
        np.ascontiguousarray(np.moveaxis(components[name].values, 1, 0))
        for name in ("survival", "fertility", "net_migration", "sex_ratio_at_birth")
    )
    people = base.values
    for t in range(YEARS):
        older = np.empty_like(people)
        older[..., 1:] = people[..., :-1]
        older[..., -1] += people[..., -1]
        older[..., 0] = 0.0
        older *= survival[t]
        births = (fertility[t] * 0.5 * (people[:, 0] + older[:, 0])).sum(axis=-1)
        older[:, 0, 0] = births / (1 + ratio[t]) * survival[t, :, 0, 0]
        older[:, 1, 0] = births * ratio[t] / (1 + ratio[t]) * survival[t, :, 1, 0]
        people = older + moves[t]
    return people


def by_age_in_python(base: xr.DataArray, components: xr.Dataset, region: int) -> Array:
    """One region, age by age: what a spreadsheet does."""
    people = [list(map(float, sex)) for sex in base.values[region]]
    for t in range(YEARS):
        s, f, m, ratio = (
            components[name].values[region, t].tolist()
            for name in ("survival", "fertility", "net_migration", "sex_ratio_at_birth")
        )
        aged = [[0.0] * AGES for _ in SEXES]
        for x in range(len(SEXES)):
            for a in range(1, AGES):
                entering = people[x][a - 1] + (people[x][a] if a == AGES - 1 else 0.0)
                aged[x][a] = s[x][a] * entering
        births = sum(f[a] * 0.5 * (people[0][a] + aged[0][a]) for a in range(AGES))
        aged[0][0] = s[0][0] * births / (1 + ratio)
        aged[1][0] = s[1][0] * births * ratio / (1 + ratio)
        people = [[aged[x][a] + m[x][a] for a in range(AGES)] for x in range(len(SEXES))]
    return np.array(people)


@pytest.mark.benchmark(group="core: all regions, 25 years")
def bench_project(benchmark: Benchmark, world: tuple[xr.DataArray, xr.Dataset]) -> None:
    result = benchmark(project, *world)
    last = result.population.values[:, -1]  # type: ignore[attr-defined]
    np.testing.assert_allclose(last, by_year_in_numpy(*world), rtol=1e-12)


@pytest.mark.benchmark(group="core: all regions, 25 years")
def bench_plain_numpy_loop(benchmark: Benchmark, world: tuple[xr.DataArray, xr.Dataset]) -> None:
    result = benchmark(by_year_in_numpy, *world)
    assert np.isfinite(result).all()


@pytest.mark.benchmark(group="core: all regions, 25 years")
def bench_copy_of_the_schedules(
    benchmark: Benchmark, world: tuple[xr.DataArray, xr.Dataset]
) -> None:
    """The memory's own pace: reading and writing the largest schedule once."""
    result = benchmark(world[1]["survival"].values.copy)
    assert result.shape == (REGIONS, YEARS, len(SEXES), AGES)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def moving_world(
    world: tuple[xr.DataArray, xr.Dataset],
) -> tuple[xr.DataArray, xr.Dataset]:
    """Out-rates by region and a distribution over destinations, schedules shared."""
    base, components = world
    generator = np.random.default_rng(13)
    shares = generator.gamma(0.1, 1.0, (REGIONS, REGIONS)) * (1 - np.eye(REGIONS))
    shares /= shares.sum(axis=1, keepdims=True)
    codes = components["region"].values
    moving = components.isel(region=0, drop=True).drop_vars("net_migration")
    return base, moving.assign(
        out_rate=(("region", "sex", "age"), generator.uniform(0, 0.1, base.shape)),
        destination=(("region", "to_region"), shares),
    ).assign_coords(region=codes, to_region=codes)


@pytest.mark.benchmark(group="core: moves between all regions, 25 years")
def bench_project_moves(
    benchmark: Benchmark, moving_world: tuple[xr.DataArray, xr.Dataset]
) -> None:
    result = benchmark(project, *moving_world)
    arrived, left = result.in_migration, result.out_migration  # type: ignore[attr-defined]
    np.testing.assert_allclose(arrived.sum("region"), left.sum("region"), rtol=1e-12)


@pytest.mark.benchmark(group="core: moves between all regions, 25 years")
def bench_bare_products_of_moves(
    benchmark: Benchmark, moving_world: tuple[xr.DataArray, xr.Dataset]
) -> None:
    """The matrix products alone, on matrices that lie ready."""
    base, components = moving_world
    to_from = np.ascontiguousarray(components["destination"].values.T)
    leaving = (0.05 * base.values).reshape(REGIONS, -1)

    def products() -> Array:
        arriving = leaving
        for _ in range(YEARS):
            arriving = to_from @ arriving
        return arriving

    result = benchmark(products)
    assert result.shape == leaving.shape  # type: ignore[attr-defined]


@pytest.mark.benchmark(group="core: one region, 25 years")
def bench_project_one_region(benchmark: Benchmark, world: tuple[xr.DataArray, xr.Dataset]) -> None:
    base, components = (part.isel(region=[7]) for part in world)
    result = benchmark(project, base, components)
    last = result.population.values[0, -1]  # type: ignore[attr-defined]
    np.testing.assert_allclose(last, by_age_in_python(*world, region=7), rtol=1e-12)


@pytest.mark.benchmark(group="core: one region, 25 years")
def bench_age_by_age_python(benchmark: Benchmark, world: tuple[xr.DataArray, xr.Dataset]) -> None:
    result = benchmark(by_age_in_python, *world, region=7)
    assert np.isfinite(result).all()
