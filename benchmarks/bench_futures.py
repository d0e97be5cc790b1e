"""The cohort core with many draws, beside the memory's own pace and what a careful script would do.

357 regions, both sexes, 106 ages, 25 years and 100 draws, all of them stored: 1.5 GB. Survival,
fertility and migration are the same in every draw; the base is not, so no draw is like another.
Times are compared with each other within a run only; the machine may have other work. `make test`
runs a small case of each, without timing.
"""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from projector.population.core import fertile_ages, shares_of_births
from projector.population.moves import Migration, NetMoves
from projector.population.walk import Vital, walk
from projector.population.yearly import Stored, as_many_lie
from projector.tables import OPEN_AGE, SEXES

Array = NDArray[np.float64]
Benchmark = Callable[..., object]

AGES = OPEN_AGE + 1
GROUP = "futures: regions x 2 x 106 x years x draws, stored"
FEMALE = SEXES.index("female")


class World:
    """Schedules ``[year, region, sex, age]`` and a base ``[region, sex, age, draw]``."""

    def __init__(self, regions: int, years: int, draws: int) -> None:
        generator = np.random.default_rng(17)
        cells = (years, regions, len(SEXES), AGES)
        self.regions, self.years, self.draws = regions, years, draws
        self.survival = generator.uniform(0.9, 1.0, cells)
        self.moves = generator.uniform(0.0, 1.0, cells)
        self.fertility = np.zeros((years, regions, AGES))
        self.fertility[..., 15:50] = generator.uniform(0.0, 0.1, (years, regions, 35))
        self.ratio = 1.06
        base = generator.uniform(10, 100, (len(SEXES), AGES, regions, draws))
        self.base = as_many_lie(base.transpose(2, 0, 1, 3))

    @property
    def cells(self) -> int:
        """Cells that are projected."""
        return self.regions * len(SEXES) * AGES * self.years * self.draws


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest) -> World:
    """The size that is measured, or a small one where nothing is."""
    if request.config.getoption("benchmark_enable"):
        return World(regions=357, years=25, draws=100)
    return World(regions=7, years=3, draws=4)


def in_the_core(world: World) -> Array:
    """Everybody in every year, ``[year, region, sex, age, draw]``."""
    fertility = world.fertility[:, :, np.newaxis, :, np.newaxis]
    vital = Vital(
        survival=Stored(as_many_lie(world.survival[..., np.newaxis])),
        fertility=Stored(fertility),
        share_of_births=shares_of_births(np.full((world.years, 1, 1), world.ratio)),
        fertile=fertile_ages(world.fertility[..., np.newaxis]),
    )
    net = NetMoves(None, Stored(as_many_lie(world.moves[..., np.newaxis])), None)
    codes = tuple(str(r) for r in range(world.regions))
    years = np.arange(2026, 2026 + world.years)
    return walk(
        world.base, years, vital, Migration(codes, None, None, net), draws=world.draws, flows=False
    ).population


def by_year_in_numpy(world: World) -> Array:
    """The plain loop over years, ``[region, sex, age, draw]`` as one would write it down."""
    people = np.empty((world.years + 1, world.regions, len(SEXES), AGES, world.draws))
    people[0] = world.base
    for t in range(world.years):
        survival, moves = (values[t, ..., np.newaxis] for values in (world.survival, world.moves))
        older = np.zeros(people.shape[1:])
        older[:, :, 1:] = people[t, :, :, :-1]
        older[:, :, -1] += people[t, :, :, -1]
        older = older * survival
        mothers = (people[t, :, FEMALE] + older[:, FEMALE]) / 2
        births = (world.fertility[t, :, :, np.newaxis] * mothers).sum(axis=1)
        girls = births / (1 + world.ratio)
        older[:, FEMALE, 0] = girls * survival[:, FEMALE, 0]
        older[:, 1 - FEMALE, 0] = (births - girls) * survival[:, 1 - FEMALE, 0]
        people[t + 1] = older + moves
    return people


def leslie(world: World, region: int, t: int) -> sparse.csr_array:
    """One region's year as a matrix on women and men together."""
    survival, fertility = world.survival[t, region], world.fertility[t, region]
    matrix = sparse.lil_array((2 * AGES, 2 * AGES))
    for sex in range(len(SEXES)):
        for age in range(1, AGES):
            matrix[sex * AGES + age, sex * AGES + age - 1] = survival[sex, age]
        matrix[sex * AGES + AGES - 1, sex * AGES + AGES - 1] = survival[sex, -1]
    share = shares_of_births(np.full((1, 1, 1), world.ratio))[0, 0, :, 0]
    women = FEMALE * AGES
    for age in range(AGES):
        into = survival[FEMALE, min(age + 1, AGES - 1)] * fertility[min(age + 1, AGES - 1)]
        born = 0.5 * (fertility[age] + into)
        for sex in range(len(SEXES)):
            if born > 0:
                matrix[sex * AGES, women + age] = survival[sex, 0] * share[sex] * born
    return sparse.csr_array(matrix)


def by_sparse_matrices(world: World, matrices: list[list[sparse.csr_array]]) -> Array:
    """A Leslie matrix of each region and year times the draws; the matrices lie ready."""
    people = np.empty((world.years + 1, world.regions, 2 * AGES, world.draws))
    people[0] = world.base.reshape(world.regions, 2 * AGES, world.draws)
    for t in range(world.years):
        for region in range(world.regions):
            moved = world.moves[t, region].reshape(-1, 1)
            people[t + 1, region] = matrices[t][region] @ people[t, region] + moved
    return people


def by_age_in_python(world: World, region: int, draw: int) -> Array:
    """One region and draw, age by age: what a spreadsheet does."""
    people = world.base[region, :, :, draw].tolist()
    for t in range(world.years):
        s, m = (values[t, region].tolist() for values in (world.survival, world.moves))
        f = world.fertility[t, region].tolist()
        aged = [[0.0] * AGES for _ in SEXES]
        for x in range(len(SEXES)):
            for a in range(1, AGES):
                entering = people[x][a - 1] + (people[x][a] if a == AGES - 1 else 0.0)
                aged[x][a] = s[x][a] * entering
        births = sum(f[a] * 0.5 * (people[FEMALE][a] + aged[FEMALE][a]) for a in range(AGES))
        girls = births / (1 + world.ratio)
        aged[FEMALE][0] = s[FEMALE][0] * girls
        aged[1 - FEMALE][0] = s[1 - FEMALE][0] * (births - girls)
        people = [[aged[x][a] + m[x][a] for a in range(AGES)] for x in range(len(SEXES))]
    return np.array(people)


@pytest.mark.benchmark(group=GROUP)
def bench_core(benchmark: Benchmark, world: World) -> None:
    people = benchmark(in_the_core, world)
    assert (people[1:] > 0).all()  # type: ignore[index]


@pytest.mark.benchmark(group=GROUP)
def bench_ceiling_of_bandwidth(benchmark: Benchmark, world: World) -> None:
    """Reading each year's people and writing the next, and nothing else: a copy, year by year.

    One thread, into memory that is new each time, as the core's is: about half of the time the
    system takes to find it, for both.
    """

    def copied() -> Array:
        people = np.empty((world.years + 1, *world.base.shape))
        people[0] = world.base
        for t in range(world.years):
            np.copyto(people[t + 1], people[t])
        return people

    assert benchmark(copied).shape[0] == world.years + 1  # type: ignore[attr-defined]


@pytest.mark.benchmark(group=GROUP)
def bench_plain_numpy_loop(benchmark: Benchmark, world: World) -> None:
    people = benchmark(by_year_in_numpy, world)
    last = people[-1, ..., 0]  # type: ignore[index]
    np.testing.assert_allclose(last, in_the_core(world)[-1, ..., 0], rtol=1e-12)


@pytest.mark.benchmark(group=GROUP)
def bench_sparse_leslie_matrices(benchmark: Benchmark, world: World) -> None:
    matrices = [
        [leslie(world, region, t) for region in range(world.regions)]
        for t in range(min(2, world.years))
    ]
    every_year = [matrices[t % len(matrices)] for t in range(world.years)]
    people = benchmark(by_sparse_matrices, world, every_year)
    first = people[1].reshape(world.regions, 2, AGES, world.draws)  # type: ignore[index]
    np.testing.assert_allclose(first, in_the_core(world)[1], rtol=1e-12)


@pytest.mark.benchmark(group="futures: one region, one draw")
def bench_age_by_age_python(benchmark: Benchmark, world: World) -> None:
    """Its time is that of one region and draw of the group above."""
    last = benchmark(by_age_in_python, world, 3, 2)
    np.testing.assert_allclose(last, in_the_core(world)[-1, 3, :, :, 2], rtol=1e-12)
