"""Regions beside the nation: what leaves one arrives in another, and together they are it."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.population.calibrate import Calibration, Method, calibrate
from projector.population.core import Projection, project
from projector.population.regional import National, project_regions
from projector.tables import NATION
from tests.population.rogers_castro import CURVES, country, national

BASE = 2020
AHEAD = np.arange(BASE, BASE + 15)
CODES = ["1101", "1102", "1103", "1201", "1202", "1203"]
EXACT = {"rtol": 1e-9, "atol": 1e-6}


@cache
def calibrated() -> tuple[xr.DataArray, Calibration]:
    """Six regions of a whole country, moves as their tables show them, and levels of their own."""
    people = np.array([4e3, 2e4, 2e5, 8e3, 5e4, 1e5])
    strength = np.array(
        [
            [-0.15, 0.03, 0.03],
            [-0.08, 0.02, 0.0],
            [0.08, -0.03, -0.02],
            [-0.1, -0.03, 0.01],
            [0.02, 0.02, 0.0],
            [0.0, 0.03, 0.02],
        ]
    )
    made = country(
        CODES,
        people,
        strength - np.average(strength, axis=0, weights=people),
        seed=4,
    )
    found = calibrate(made.tables, made.nation, *national(), Method())
    levels = {
        name: getattr(found, name).assign(value=("region", np.array(values)))
        for name, values in (
            ("mortality", [1.1, 0.95, 1.02, 1.0, 0.97, 0.9]),
            ("fertility", [1.1, 1.05, 0.95, 1.0, 1.03, 0.8]),
        )
    }
    return made.tables.sel(year=BASE, drop=True), replace(found, **levels)


def nation_of(people: xr.DataArray, immigrants: float) -> National:
    """The nation of the people, with this many net immigrants a year."""
    schedules, rates = national(AHEAD)
    ages = CURVES[1] / CURVES[1].sum() / 2
    moves = xr.zeros_like(schedules["survival"]) + immigrants * xr.DataArray(
        ages, coords={"age": schedules["age"]}
    )
    everybody = people.sum("region").expand_dims(region=[NATION])
    projection = project(everybody, schedules.assign(net_migration=moves))
    return National(schedules, rates, projection)


def share_of(value: float) -> xr.DataArray:
    return xr.DataArray(np.full(len(AHEAD), value), coords={"year": AHEAD})


def projected(
    people: xr.DataArray, immigrants: float = 1500.0, share: float = 1.0
) -> tuple[Projection, National]:
    """The regions of `people` in the nation of all six."""
    base, found = calibrated()
    nation = nation_of(base, immigrants)
    return project_regions(people, nation, found, share_of(share)), nation


def assert_whole(regions: Projection, nation: National) -> None:
    for name in ("population", "births", "deaths", "net_migration"):
        together = getattr(regions, name).sum("region")
        expected = getattr(nation.projection, name).isel(region=0, drop=True)
        xr.testing.assert_allclose(
            together.transpose(*expected.dims), expected.drop_attrs(), **EXACT
        )


@given(immigrants=st.floats(-500, 5000), share=st.floats(0, 1.5))
@settings(max_examples=15)
def test_regions_of_a_whole_country_are_the_nation_in_every_year_and_cell(
    immigrants: float, share: float
) -> None:
    found, nation = projected(calibrated()[0], immigrants, share)
    assert_whole(found, nation)
    assert (found.population >= 0).all()


@given(share=st.floats(0.1, 1.5))
@settings(max_examples=10)
def test_what_leaves_one_region_arrives_in_another(share: float) -> None:
    found, _ = projected(calibrated()[0], share=share)
    assert found.in_migration is not None
    assert found.out_migration is not None
    internal = (found.in_migration - found.out_migration).sum("region")
    np.testing.assert_allclose(internal, 0.0, atol=1e-6)
    assert float(found.out_migration.sum()) > 1000


def test_with_closed_borders_and_no_internal_moves_nobody_moves() -> None:
    found, _ = projected(calibrated()[0], immigrants=0.0, share=0.0)
    np.testing.assert_allclose(found.net_migration, 0.0, atol=1e-7)


def test_with_closed_borders_people_move_between_regions_only() -> None:
    found, _ = projected(calibrated()[0], immigrants=0.0, share=1.0)
    np.testing.assert_allclose(found.net_migration.sum("region"), 0.0, atol=1e-6)
    totals = found.net_migration.sum(("year", "sex", "age"))
    assert float(totals.max()) > 500
    assert float(totals.min()) < -300


def test_without_internal_moves_immigrants_come_in_proportion_to_people() -> None:
    found, nation = projected(calibrated()[0], share=0.0)
    survivors = found.population.isel(year=slice(1, None)).values - found.net_migration.values
    rate = found.net_migration.values / np.maximum(survivors, 1e-9)
    expected = nation.growth.values - 1
    there = survivors > 1e-3
    np.testing.assert_allclose(rate[there], np.broadcast_to(expected, rate.shape)[there], atol=1e-9)


@given(share=st.floats(0.0, 1.2))
@settings(max_examples=10)
def test_more_internal_moves_move_each_region_further_the_same_way(share: float) -> None:
    base = calibrated()[0]
    none, some, more = (
        projected(base, 0.0, value)[0].population.isel(year=1).sum(("sex", "age")).values
        for value in (0.0, share, share + 0.2)
    )
    assert ((more - some) * (some - none) >= -1e-6).all()
    np.testing.assert_allclose((some - none) * (share + 0.2), (more - none) * share, atol=1e-6)


def test_students_go_where_they_went() -> None:
    base, _ = calibrated()
    found, _ = projected(base, immigrants=0.0)
    first = found.net_migration.isel(year=0).sum("sex").sel(age=slice(19, 22)).sum("age")
    rate = first / base.sum("sex").sel(age=slice(18, 21)).sum("age")
    assert float(rate.sel(region="1103")) > 0.02
    assert float(rate.sel(region="1101")) < -0.05


def test_part_of_the_country_leaves_at_the_same_rates_as_the_whole() -> None:
    base, _ = calibrated()
    whole, _ = projected(base)
    alone, _ = projected(base.sel(region=["1101", "1103"]))
    assert alone.in_migration is None
    both = whole.population.sel(region=["1101", "1103"])
    ratio = alone.population.sum(("sex", "age")) / both.sum(("sex", "age"))
    np.testing.assert_allclose(ratio.isel(year=0), 1.0)
    # Neighbours decide how many there are to receive, and the sum of the births and deaths.
    np.testing.assert_allclose(ratio.isel(year=1), 1.0, atol=0.002)
    np.testing.assert_allclose(ratio.isel(year=-1), 1.0, atol=0.03)


def test_a_region_alone_does_not_know_which_others_are_asked_for() -> None:
    base, _ = calibrated()
    one = projected(base.sel(region=["1101"]))[0]
    two = projected(base.sel(region=["1201", "1101"]))[0]
    xr.testing.assert_allclose(
        one.population.sel(region="1101"), two.population.sel(region="1101"), rtol=1e-12
    )


def test_wards_stand_beside_their_city_and_the_country_stays_whole() -> None:
    """Two wards that share a city as it is, so that each goes on as half of it would alone."""
    base, found = calibrated()
    wards = ["110301", "110302"]
    city = base.sel(region=["1103"])
    parts = xr.concat([city.assign_coords(region=[ward]) / 2 for ward in wards], dim="region")
    everybody = xr.concat([base, parts], dim="region")
    with_wards = Calibration(
        **{
            name: xr.concat(
                [
                    getattr(found, name),
                    *(
                        getattr(found, name).sel(region=["1103"]).assign_coords(region=[ward])
                        for ward in wards
                    ),
                ],
                dim="region",
            )
            for name in ("moves", "mortality", "fertility")
        },
        national_migration=found.national_migration,
        national_margin=found.national_margin,
        extraordinary=(),
        years=found.years,
    )
    nation = nation_of(base, 1500.0)
    order = [wards[0], *CODES, wards[1]]
    result = project_regions(everybody.sel(region=order), nation, with_wards, share_of(1.0))
    assert list(result.population["region"].values) == order
    plain = project_regions(base, nation, found, share_of(1.0))
    xr.testing.assert_allclose(result.population.sel(region=CODES), plain.population, rtol=1e-12)
    halves = result.population.sel(region=wards).sum(("sex", "age"))
    np.testing.assert_allclose(halves[0], halves[1])
    whole = plain.population.sel(region="1103").sum(("sex", "age"))
    np.testing.assert_allclose(halves.sum("region") / whole, 1.0, atol=0.02)


@pytest.mark.parametrize("missing", [0.002, 0.02])
def test_nearly_all_people_are_a_whole_country_and_fewer_are_not(missing: float) -> None:
    base, found = calibrated()
    nation = nation_of(base, 0.0)
    result = project_regions(base * (1 - missing), nation, found, share_of(1.0))
    assert (result.in_migration is not None) == (missing < 0.005)


def test_regions_in_another_order_give_results_in_another_order() -> None:
    base, _ = calibrated()
    order = [3, 0, 5, 1, 4, 2]
    result, expected = projected(base.isel(region=order))[0], projected(base)[0]
    xr.testing.assert_allclose(
        result.population, expected.population.isel(region=order), rtol=1e-10
    )


def test_the_nation_keeps_its_survivors_and_growth() -> None:
    base, _ = calibrated()
    nation = nation_of(base, 1500.0)
    ended = nation.projection.population.isel(region=0, year=slice(1, None), drop=True).values
    np.testing.assert_allclose(nation.survivors.values * nation.growth.values, ended, rtol=1e-12)
    assert (nation.growth >= 1 - 1e-12).all()
    still = nation_of(base, 0.0)
    np.testing.assert_allclose(still.growth, 1.0, rtol=1e-12)


@pytest.mark.parametrize("regions", [CODES, CODES[:2]])
def test_a_region_that_everybody_of_an_age_leaves_is_empty_at_it_and_never_below(
    regions: list[str],
) -> None:
    base, found = calibrated()
    moves = found.moves.copy(deep=True)
    moves["value"].loc[{"region": "1101", "age": 20}] = 0.0
    emptied = replace(found, moves=moves)
    nation = nation_of(base, 0.0)
    result = project_regions(base.sel(region=regions), nation, emptied, share_of(1.5))
    assert (result.population >= 0).all()
    left = result.population.sel(region="1101", age=20, year=slice(BASE + 1, None))
    np.testing.assert_allclose(left, 0.0, atol=1e-9)
