"""Laws of gross migration in the core: out-rates, destinations and flows over the borders."""

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.errors import ConsistencyError
from projector.population import Projection, project
from projector.tables import SEXES
from tests.population.test_core import (
    AGES,
    REGIONS,
    YEARS,
    base_of,
    end_minus_flows,
    numbers,
    started_with,
)

World = tuple[xr.DataArray, xr.Dataset]
CELLS = ("region", "sex", "age")
GROUPS = 2


def gross_world(values: Callable[[tuple[int, ...], float, float], np.ndarray]) -> World:
    """Regions with moves between them and over the borders; `values` fills shape, low, high."""
    base = base_of(values((REGIONS, len(SEXES), AGES), 0, 1e4))
    shares = values((GROUPS, REGIONS, REGIONS), 0.01, 1)
    shares[:, np.arange(REGIONS), np.arange(REGIONS)] = 0.0
    shares /= shares.sum(axis=-1, keepdims=True)
    cells = (REGIONS, len(SEXES), AGES)
    components = xr.Dataset(
        {
            "survival": (("year", "sex", "age"), values((YEARS, len(SEXES), AGES), 0, 1)),
            "fertility": (("year", "age"), values((YEARS, AGES), 0, 0.2)),
            "sex_ratio_at_birth": ("year", values((YEARS,), 0.9, 1.2)),
            "out_rate": (CELLS, values(cells, 0, 0.6)),
            "destination": (("group", "region", "to_region"), shares),
            "destination_group": ("age", np.arange(AGES) % GROUPS),
            "immigration": (CELLS, values(cells, 0, 1e3)),
            "emigration_rate": (CELLS, values(cells, 0, 0.4)),
        },
        coords={
            "region": base["region"].values,
            "to_region": base["region"].values,
            "year": np.arange(2026, 2026 + YEARS),
            "sex": list(SEXES),
            "age": np.arange(AGES),
        },
    )
    return base, components


@st.composite
def gross_worlds(draw: st.DrawFn) -> World:
    return gross_world(lambda shape, low, high: draw(numbers(shape, low, high)))


def random_world(seed: int) -> World:
    generator = np.random.default_rng(seed)
    return gross_world(lambda shape, low, high: generator.uniform(low, high, shape))


def mild_world(seed: int) -> World:
    """Many people, of whom few die, move or emigrate, so that scaled flows find enough of them."""
    base, components = random_world(seed)
    return base + 1e5, components.assign(
        survival=0.9 + 0.1 * components["survival"],
        fertility=components["fertility"] + 0.2,
        emigration_rate=components["emigration_rate"] * 0.01 + 1e-4,
        immigration=components["immigration"] + 1.0,
    )


def net_of_flows(result: Projection) -> xr.DataArray:
    assert result.in_migration is not None
    assert result.immigration is not None
    return (
        result.in_migration - result.out_migration + result.immigration - result.emigration
    ).transpose(*result.net_migration.dims)


INTERNAL = ["out_rate", "destination", "destination_group"]
BORDERS = ["immigration", "emigration_rate"]


@given(world=gross_worlds())
def test_every_cell_balances_and_the_flows_make_the_net(world: World) -> None:
    result = project(*world)
    np.testing.assert_allclose(end_minus_flows(result), started_with(result), rtol=1e-12, atol=1e-8)
    np.testing.assert_allclose(net_of_flows(result), result.net_migration, rtol=1e-9, atol=1e-8)


@given(world=gross_worlds())
def test_what_leaves_one_region_arrives_in_another(world: World) -> None:
    result = project(*world)
    np.testing.assert_allclose(
        result.in_migration.sum("region"),
        result.out_migration.sum("region"),
        rtol=1e-13,
        atol=1e-12,
    )


@given(world=gross_worlds())
def test_moves_between_regions_leave_the_nation_as_it_was(world: World) -> None:
    base, components = world
    moving = project(base, components.drop_vars(BORDERS))
    nation = project(
        base.sum("region").expand_dims(region=["all"]),
        components.drop_dims(["region", "to_region"])
        .drop_vars("destination_group")
        .assign(net_migration=xr.zeros_like(components["survival"])),
    )
    assert moving.immigration is None
    np.testing.assert_allclose(
        moving.population.sum("region"),
        nation.population.isel(region=0),
        rtol=1e-11,
        atol=1e-9,
    )


@given(world=gross_worlds())
def test_no_population_becomes_negative(world: World) -> None:
    result = project(*world)
    for flow in (result.population, result.deaths, result.births):
        assert (flow >= 0).all()
    for flow in (result.in_migration, result.out_migration, result.immigration, result.emigration):
        assert flow is not None
        assert (flow >= 0).all()


@given(world=gross_worlds(), order=st.permutations(range(REGIONS)))
def test_regions_in_another_order_give_results_in_another_order(
    world: World, order: list[int]
) -> None:
    base, components = world
    result = project(base, components)
    permuted = project(base.isel(region=order), components.isel(region=order, to_region=order))
    np.testing.assert_allclose(
        permuted.population, result.population.isel(region=order), rtol=1e-12, atol=1e-9
    )


@given(world=gross_worlds())
def test_rates_of_zero_change_nothing(world: World) -> None:
    base, components = world
    still = project(
        base, components.assign({name: components[name] * 0 for name in ["out_rate", *BORDERS]})
    )
    closed = project(
        base,
        components.drop_vars([*INTERNAL, *BORDERS, "to_region"]).assign(
            net_migration=xr.zeros_like(components["survival"])
        ),
    )
    np.testing.assert_array_equal(still.population, closed.population)
    assert not still.net_migration.any()


@given(world=gross_worlds())
def test_two_regions_alike_that_merge_become_their_sum(world: World) -> None:
    """Equal rates and equal ways out: a move between the two is none once they are one."""
    base, components = world
    components = components.copy(deep=True)
    components["out_rate"][1] = components["out_rate"][0].values
    components["emigration_rate"][1] = components["emigration_rate"][0].values
    to_sibling = 0.25
    shares = components["destination"].values  # [group, region, to_region]
    away = shares[:, 0, 2:] / shares[:, 0, 2:].sum(axis=-1, keepdims=True) * (1 - to_sibling)
    shares[:, :2, 2:] = away[:, np.newaxis]
    shares[:, 0, 1] = shares[:, 1, 0] = to_sibling
    shares[:, :2, :2] *= 1 - np.eye(2)
    apart = project(base, components)

    first = {"region": slice(1, None), "to_region": slice(1, None)}
    merged = components.isel(first).copy(deep=True)
    merged["out_rate"][0] *= 1 - to_sibling
    merged["immigration"][0] += components["immigration"][0].values
    merged["destination"][:, 0, 1:] = away / (1 - to_sibling)
    merged["destination"][:, 1:, 0] += components["destination"][:, 2:, 0].values
    people = base.isel(region=slice(1, None)).copy(deep=True)
    people[0] += base[0].values
    together = project(people, merged).population

    np.testing.assert_allclose(
        together[0], apart.population[:2].sum("region"), rtol=1e-10, atol=1e-8
    )
    np.testing.assert_allclose(together[1:], apart.population[2:], rtol=1e-10, atol=1e-8)


@given(seed=st.integers(0, 10**6), by_age=st.booleans(), factor=st.floats(0, 3))
@settings(max_examples=40)
def test_immigration_and_emigration_follow_the_nation(
    seed: int, by_age: bool, factor: float
) -> None:
    base, components = mild_world(seed)
    free = project(base, components)
    dims = ("region",) if by_age else ("region", "sex", "age")
    immigration = factor * free.immigration.sum(dims)
    emigration = factor * free.emigration.sum(dims)
    raked = project(
        base, components.assign(national_immigration=immigration, national_emigration=emigration)
    )
    np.testing.assert_allclose(raked.immigration.sum(dims), immigration, rtol=1e-10)
    np.testing.assert_allclose(raked.emigration.sum(dims), emigration, rtol=1e-10)
    np.testing.assert_allclose(end_minus_flows(raked), started_with(raked), rtol=1e-11, atol=1e-8)


@pytest.mark.parametrize("total", [-20_000.0, 0.0, 3000.0])
@pytest.mark.parametrize("by_age", [True, False])
def test_net_immigration_follows_the_nation_and_nobody_s_flow_turns(
    total: float, by_age: bool
) -> None:
    base, components = mild_world(4)
    years = xr.DataArray(np.full(YEARS, total), coords={"year": components["year"]})
    if by_age:
        years = years * xr.full_like(components["survival"], 1 / (2 * AGES))
    result = project(base, components.assign(national_net_migration=years))
    net = result.net_migration.sum(["region"] if by_age else ["region", "sex", "age"])
    np.testing.assert_allclose(net, years.transpose(*net.dims), rtol=1e-9, atol=1e-6)
    assert (result.immigration > 0).all()
    assert (result.emigration > 0).all()


def test_net_moves_over_the_borders_go_with_gross_moves_within() -> None:
    base, components = mild_world(5)
    cells = ("region", "year", "sex", "age")
    persons = np.random.default_rng(6).uniform(-30, 50, (REGIONS, YEARS, len(SEXES), AGES))
    total = xr.full_like(components["survival"], 12.0)
    result = project(
        base,
        components.drop_vars(BORDERS).assign(
            net_migration=(cells, persons), national_net_migration=total
        ),
    )
    np.testing.assert_allclose(result.net_migration.sum("region"), 12.0, rtol=1e-8)
    assert result.immigration is None


def test_three_regions_by_hand() -> None:
    """Of 100 survivors in A ten leave, seven for B and three for C; two emigrate; five come."""
    base = base_of(np.array([[[100.0, 0.0]] * 2, [[50.0, 0.0]] * 2, [[0.0, 0.0]] * 2]))
    names = base["region"].values
    out_rate = np.zeros((3, 2, 2))
    out_rate[0, :, 1] = 0.1
    emigration = np.zeros((3, 2, 2))
    emigration[0, :, 1] = 0.02
    coming = np.zeros((3, 2, 2))
    coming[2, :, 1] = 5.0
    shares = np.array([[0.0, 0.7, 0.3], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    components = xr.Dataset(
        {
            "survival": (("year", "sex", "age"), np.ones((1, 2, 2))),
            "fertility": (("year", "age"), np.zeros((1, 2))),
            "sex_ratio_at_birth": ("year", [1.0]),
            "out_rate": (CELLS, out_rate),
            "destination": (("region", "to_region"), shares),
            "immigration": (CELLS, coming),
            "emigration_rate": (CELLS, emigration),
        },
        coords={
            "region": names,
            "to_region": names,
            "year": [2026],
            "sex": list(SEXES),
            "age": [0, 1],
        },
    )
    result = project(base, components)
    end = result.population.sel(year=2027, age=1, sex="male").values
    np.testing.assert_allclose(end, [100 - 10 - 2, 50 + 7, 3 + 5])


def test_more_leaving_than_there_are_is_refused_with_the_place() -> None:
    base, components = random_world(7)
    components["out_rate"][2, 1, 3] = 0.8
    components["emigration_rate"][2, 1, 3] = 0.3
    with pytest.raises(
        ConsistencyError,
        match=r"year 2026, region 0002, migration of sex male, age 3: more people leave than",
    ):
        project(base, components)


def test_net_moves_that_empty_a_region_are_refused_with_the_place_before_they_are_balanced() -> (
    None
):
    base, components = random_world(8)
    persons = components["immigration"].expand_dims(year=components["year"]) * 0
    persons[0, 3, 1, 2] = -1e5
    net = components.drop_vars([*INTERNAL, *BORDERS, "to_region"]).assign(
        net_migration=persons, national_net_migration=components["survival"] * 0
    )
    with pytest.raises(ConsistencyError, match=r"region 0003, year 2026") as caught:
        project(base, net)
    assert "sex male, age 2" in str(caught.value)


def test_a_nation_that_loses_more_than_it_has_is_refused_with_the_year() -> None:
    base, components = random_world(8)
    net = components.drop_vars([*INTERNAL, *BORDERS, "to_region"]).assign(
        net_migration_rate=components["survival"] * 0,
        national_net_migration=xr.full_like(components["survival"], -1e6),
    )
    with pytest.raises(ConsistencyError, match=r"year 2026, migration of sex female, age 0"):
        project(base, net)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.drop_vars("out_rate"), "out_rate goes with destination or with pool_share"),
        (lambda c: c.drop_vars("immigration"), "immigration and emigration_rate go together"),
        (lambda c: c.drop_vars([*INTERNAL, *BORDERS]), "hold no migration"),
        (lambda c: c.assign(destination=c["destination"] * 0.9), "must sum to 1"),
        (lambda c: c.assign(destination=c["destination"] * 0 + 0.25), "from a region to itself"),
        (lambda c: c.assign(destination_group=c["destination_group"] + 1), "name a group"),
        (lambda c: c.isel(to_region=slice(None, None, -1)), "the same regions in region and"),
        (lambda c: c.assign(net_migration=c["survival"] * 0), "not both"),
        (
            lambda c: c.assign(
                national_net_migration=c["sex_ratio_at_birth"],
                national_immigration=c["sex_ratio_at_birth"],
            ),
            "goes without the gross national totals",
        ),
        (lambda c: c.assign(out_rate=c["out_rate"] + 1.0), "lie between 0 and 1"),
    ],
)
def test_components_that_do_not_fit_are_refused(
    change: Callable[[xr.Dataset], xr.Dataset], message: str
) -> None:
    base, components = random_world(9)
    with pytest.raises(ValueError, match=message):
        project(base, change(components))


def test_gross_moves_are_at_the_end_of_the_year() -> None:
    with pytest.raises(ValueError, match="at the end of the year"):
        project(*random_world(10), migration_timing="even")
