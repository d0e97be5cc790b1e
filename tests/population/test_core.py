"""Laws of the cohort-component core, and the United Nations' own result."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from projector.errors import ConsistencyError
from projector.population import Projection, project
from projector.tables import SEXES
from tests.shared import SHARED, needs_shared

AGES, YEARS, REGIONS = 7, 3, 4
TIMINGS = ("end", "even", "start")


def numbers(shape: tuple[int, ...], low: float, high: float) -> st.SearchStrategy[np.ndarray]:
    return arrays(np.float64, shape, elements=st.floats(low, high, allow_subnormal=False))


def base_of(values: np.ndarray) -> xr.DataArray:
    return xr.DataArray(
        values,
        dims=("region", "sex", "age"),
        coords={
            "region": [f"{i:04d}" for i in range(len(values))],
            "sex": list(SEXES),
            "age": np.arange(values.shape[-1]),
        },
    )


def components_of(
    survival: np.ndarray, fertility: np.ndarray, sex_ratio: np.ndarray, **migration: np.ndarray
) -> xr.Dataset:
    variables = {
        "survival": (("region", "year", "sex", "age"), survival),
        "fertility": (("region", "year", "age"), fertility),
        "sex_ratio_at_birth": (("region", "year"), sex_ratio),
    } | {name: (("region", "year", "sex", "age"), values) for name, values in migration.items()}
    return xr.Dataset(
        variables,
        coords={
            "region": [f"{i:04d}" for i in range(survival.shape[0])],
            "year": np.arange(2026, 2026 + survival.shape[1]),
            "sex": list(SEXES),
            "age": np.arange(survival.shape[-1]),
        },
    )


@st.composite
def worlds(draw: st.DrawFn, migration: str = "net_migration") -> tuple[xr.DataArray, xr.Dataset]:
    """A base population and components; migration as persons that nobody lacks, or as rates."""
    cells = (REGIONS, YEARS, len(SEXES), AGES)
    base = draw(numbers((REGIONS, len(SEXES), AGES), 0, 1e4))
    low = 0.0 if migration == "net_migration" else -1.0
    high = 1e3 if migration == "net_migration" else 0.5
    return base_of(base), components_of(
        draw(numbers(cells, 0, 1)),
        draw(numbers((REGIONS, YEARS, AGES), 0, 0.2)),
        draw(numbers((REGIONS, YEARS), 0.9, 1.2)),
        **{migration: draw(numbers(cells, low, high))},
    )


def end_minus_flows(result: Projection) -> np.ndarray:
    """End population less births, deaths and moves: what the year began with, by cohort."""
    people, births = result.population.values, result.births.values
    balance = people[:, 1:] + result.deaths.values - result.net_migration.values
    balance[..., 0] -= births
    return balance


def started_with(result: Projection) -> np.ndarray:
    people = result.population.values[:, :-1]
    cohort = np.zeros_like(people)
    cohort[..., 1:] = people[..., :-1]
    cohort[..., -1] += people[..., -1]
    return cohort


@given(world=worlds(), timing=st.sampled_from(TIMINGS))
def test_every_cell_balances(world: tuple[xr.DataArray, xr.Dataset], timing: str) -> None:
    result = project(*world, migration_timing=timing)
    np.testing.assert_allclose(end_minus_flows(result), started_with(result), rtol=1e-12, atol=1e-8)


@given(world=worlds("net_migration_rate"))
def test_every_cell_balances_with_rates(world: tuple[xr.DataArray, xr.Dataset]) -> None:
    result = project(*world)
    np.testing.assert_allclose(end_minus_flows(result), started_with(result), rtol=1e-12, atol=1e-8)


@given(world=worlds("net_migration_rate"))
def test_no_rate_makes_a_population_negative(world: tuple[xr.DataArray, xr.Dataset]) -> None:
    result = project(*world)
    assert (result.population >= 0).all()
    assert (result.deaths >= 0).all()
    assert (result.births >= 0).all()


@given(world=worlds())
def test_moves_within_the_country_conserve_people(
    world: tuple[xr.DataArray, xr.Dataset],
) -> None:
    base, components = world
    national = components.isel(region=0, drop=True)
    national["survival"] = 0.5 + 0.5 * national["survival"]
    national["fertility"] = 0.05 + national["fertility"]
    inward = components["net_migration"] * 0.01
    balanced = national.assign(net_migration=inward - inward.mean("region"))
    still = national.assign(net_migration=xr.zeros_like(inward))
    plenty = base + 1e5
    moved = project(plenty, balanced).population.sum("region")
    stayed = project(plenty, still).population.sum("region")
    np.testing.assert_allclose(moved, stayed, rtol=1e-10)


@given(world=worlds("net_migration_rate"))
def test_rates_within_the_country_conserve_people_too(
    world: tuple[xr.DataArray, xr.Dataset],
) -> None:
    base, components = world
    nobody = xr.zeros_like(components["survival"].isel(region=0, drop=True))
    result = project(base + 1.0, components.assign(national_net_migration=nobody))
    np.testing.assert_allclose(result.net_migration.sum("region"), 0.0, atol=1e-8)
    np.testing.assert_allclose(end_minus_flows(result), started_with(result), rtol=1e-12, atol=1e-8)
    assert (result.population >= 0).all()


@given(world=worlds("net_migration_rate"), leaving=st.floats(0, 1))
def test_a_pool_gives_to_the_regions_what_it_takes_from_them(
    world: tuple[xr.DataArray, xr.Dataset], leaving: float
) -> None:
    base, components = world
    still = components.drop_vars("net_migration_rate")
    wanted = 0.01 + components["survival"]
    pooled = still.assign(
        out_rate=leaving * components["survival"], pool_share=wanted / wanted.sum("region")
    )
    result = project(base, pooled)
    assert result.in_migration is not None
    assert result.out_migration is not None
    arriving = result.in_migration.sum("region")
    np.testing.assert_allclose(arriving, result.out_migration.sum("region"), atol=1e-8)
    received = pooled["pool_share"].transpose(*result.in_migration.dims) * arriving
    np.testing.assert_allclose(result.in_migration, received, atol=1e-8)
    np.testing.assert_allclose(end_minus_flows(result), started_with(result), rtol=1e-12, atol=1e-8)


@given(world=worlds("net_migration_rate"), births=st.floats(0, 1e4), level=st.floats(0.5, 0.99))
def test_births_and_deaths_of_a_whole_nation_are_its_own(
    world: tuple[xr.DataArray, xr.Dataset], births: float, level: float
) -> None:
    base, components = world
    own = components.assign(
        survival=0.5 * components["survival"],
        fertility=0.01 + components["fertility"],
        net_migration_rate=0.9 * components["net_migration_rate"],  # some stay, to give birth
    )
    cohort = xr.full_like(components["survival"].isel(region=0, drop=True), level)
    result = project(
        base + 1.0,
        own.assign(
            national_births=("year", np.full(YEARS, births)),
            national_survival=cohort,
        ),
    )
    # A share of the smallest number there is may be no number.
    np.testing.assert_allclose(result.births.sum(("region", "sex")), births, rtol=1e-9, atol=1e-300)
    deaths = result.deaths.sum("region").values
    at_risk = started_with(result)
    at_risk[..., 0] += result.births.values
    np.testing.assert_allclose(deaths, (1 - level) * at_risk.sum(axis=0), rtol=1e-9, atol=1e-8)
    np.testing.assert_allclose(end_minus_flows(result), started_with(result), rtol=1e-12, atol=1e-7)


def test_nothing_happening_is_the_identity_but_for_age() -> None:
    base = base_of(np.random.default_rng(3).uniform(0, 100, (REGIONS, 2, AGES)))
    cells = (REGIONS, YEARS, 2, AGES)
    result = project(
        base,
        components_of(
            np.ones(cells),
            np.zeros((REGIONS, YEARS, AGES)),
            np.ones((REGIONS, YEARS)),
            net_migration=np.zeros(cells),
        ),
    )
    np.testing.assert_array_equal(result.population.values[:, 1:], started_with(result))
    np.testing.assert_allclose(
        result.population.sum(("sex", "age")).values,
        np.repeat(base.sum(("sex", "age")).values[:, np.newaxis], YEARS + 1, axis=1),
    )


@given(world=worlds(), order=st.permutations(range(REGIONS)))
def test_regions_in_another_order_give_results_in_another_order(
    world: tuple[xr.DataArray, xr.Dataset], order: list[int]
) -> None:
    base, components = world
    result = project(base, components)
    permuted = project(base.isel(region=order), components.isel(region=order))
    np.testing.assert_array_equal(
        permuted.population.values, result.population.isel(region=order).values
    )


@given(world=worlds())
def test_regions_with_shared_schedules_sum_to_their_sum(
    world: tuple[xr.DataArray, xr.Dataset],
) -> None:
    base, components = world
    national = components.isel(region=0, drop=True)
    by_region = project(
        base, national.assign(net_migration=components["net_migration"])
    ).population.sum("region")
    together = project(
        base.sum("region").expand_dims(region=["all"]),
        national.assign(net_migration=components["net_migration"].sum("region")),
    ).population.isel(region=0)
    np.testing.assert_allclose(by_region, together, rtol=1e-10, atol=1e-8)


@given(world=worlds())
@settings(max_examples=30)
def test_timing_only_moves_the_year_s_deaths_and_births(
    world: tuple[xr.DataArray, xr.Dataset],
) -> None:
    base, components = world
    immortal = components.assign(
        survival=xr.ones_like(components["survival"]),
        fertility=xr.zeros_like(components["fertility"]),
    )
    totals = [
        project(base, immortal, migration_timing=timing).population.sum(("sex", "age"))
        for timing in TIMINGS
    ]
    for total in totals[1:]:
        np.testing.assert_allclose(total, totals[0], rtol=1e-10, atol=1e-8)


def test_births_follow_the_mean_of_women_at_start_and_surviving_at_the_end() -> None:
    base = base_of(np.full((1, 2, 3), 100.0))
    survival = np.broadcast_to([0.9, 0.8, 0.7], (1, 1, 2, 3)).copy()
    result = project(
        base,
        components_of(
            survival,
            np.array([[[0.0, 0.1, 0.0]]]),
            np.array([[1.06]]),
            net_migration=np.zeros((1, 1, 2, 3)),
        ),
    )
    expected = 0.1 * (100.0 + 80.0) / 2
    assert result.births.sum() == pytest.approx(expected)
    assert result.births.sel(sex="male").item() == pytest.approx(expected * 1.06 / 2.06)
    assert result.population.isel(year=1, age=0).sum() == pytest.approx(0.9 * expected)
    assert result.population.isel(year=1, age=2).values.ravel() == pytest.approx([140.0, 140.0])


@pytest.mark.parametrize(("timing", "at_start"), [("end", 0.0), ("even", 10.0), ("start", 20.0)])
def test_migrants_of_the_start_share_the_year_s_deaths_and_births(
    timing: str, at_start: float
) -> None:
    """Twenty women of age 1 come to 100, survival is one half, each bears 0.1 child a year."""
    base = base_of(np.array([[[0.0, 100.0, 0.0], [0.0, 0.0, 0.0]]]))
    moves = np.zeros((1, 1, 2, 3))
    moves[0, 0, 0, 1] = 20.0
    result = project(
        base,
        components_of(
            np.full((1, 1, 2, 3), 0.5),
            np.array([[[0.0, 0.1, 0.1]]]),
            np.array([[1.0]]),
            net_migration=moves,
        ),
        migration_timing=timing,
    )
    surviving = 0.5 * (100.0 + at_start)
    assert result.population.values[0, 1, 0, 2] == pytest.approx(surviving)
    assert result.population.values[0, 1, 0, 1] == pytest.approx(20.0 - at_start)
    assert result.births.values.sum() == pytest.approx(0.05 * (100.0 + at_start + surviving))


@pytest.mark.parametrize("timing", ["even", "start"])
def test_more_leaving_at_the_start_than_there_are_is_refused(timing: str) -> None:
    cells = (1, 1, 2, 3)
    moves = np.zeros(cells)
    moves[0, 0, 0, :2] = -30.0, 60.0
    components = components_of(
        np.full(cells, 0.5), np.zeros((1, 1, 3)), np.ones((1, 1)), net_migration=moves
    )
    with pytest.raises(ConsistencyError, match="more people than there are"):
        project(base_of(np.full((1, 2, 3), 10.0)), components, migration_timing=timing)


def test_more_leaving_than_there_are_is_refused_with_the_place() -> None:
    cells = (1, 1, 2, 3)
    components = components_of(
        np.ones(cells), np.zeros((1, 1, 3)), np.ones((1, 1)), net_migration=np.full(cells, -11.0)
    )
    with pytest.raises(ConsistencyError, match="region 0000, year 2026") as caught:
        project(base_of(np.full((1, 2, 3), 10.0)), components)
    assert "-11 persons of sex female, age 0" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"survival": -0.1}, "survival must be finite and lie between 0 and 1"),
        ({"fertility": np.nan}, "fertility must be finite"),
    ],
)
def test_schedules_outside_their_range_are_refused(change: dict[str, float], message: str) -> None:
    cells = (1, 1, 2, 3)
    components = components_of(
        np.ones(cells), np.zeros((1, 1, 3)), np.ones((1, 1)), net_migration=np.zeros(cells)
    )
    for name, value in change.items():
        components[name].values[:] = value
    with pytest.raises(ValueError, match=message):
        project(base_of(np.ones((1, 2, 3))), components)


def test_labels_that_differ_are_refused() -> None:
    cells = (2, 1, 2, 3)
    components = components_of(
        np.ones(cells), np.zeros((2, 1, 3)), np.ones((2, 1)), net_migration=np.zeros(cells)
    )
    base = base_of(np.ones((2, 2, 3))).assign_coords(region=["0001", "0000"])
    with pytest.raises(ValueError, match="base and components differ in region"):
        project(base, components)


@needs_shared
def test_the_published_result_for_canada_is_reproduced() -> None:
    """World Population Prospects 2024, single ages, 1950 to 2020, from the published inputs."""
    with np.load(SHARED / "un" / "canada_1950_2020_published.npz") as published:
        women_first = {
            name: published[name][:, ::-1] for name in ("pop", "Sx", "mig", "births_sex")
        }
        deaths = published["deaths_cohort"][:, ::-1]
        components = components_of(
            women_first["Sx"][np.newaxis],
            published["asfr"][np.newaxis],
            published["srb"][np.newaxis],
            net_migration=women_first["mig"][np.newaxis],
        )
    result = project(base_of(women_first["pop"][:1]), components)
    assert result.population.shape == (1, 71, 2, 101)
    np.testing.assert_allclose(result.population.values[0], women_first["pop"], rtol=1e-11)
    np.testing.assert_allclose(result.births.values[0], women_first["births_sex"], rtol=1e-11)
    np.testing.assert_allclose(result.deaths.values[0], deaths, rtol=1e-10)
