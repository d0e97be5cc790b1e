"""Worlds: what is held is as in the base year, and what is let loose is as in the run."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from projector.run.pipeline import project_care, project_people
from projector.run.worlds import (
    AGEING,
    CAPACITY,
    HEALTHY_AGEING,
    SIZE,
    STAFFING,
    VISITORS,
    Factor,
    Worlds,
    worlds_of,
)
from tests.embedded import SCENARIOS
from tests.run.moving import moving, moving_worlds, written

HELD: frozenset[Factor] = frozenset()


def bed_days(worlds: Worlds, *loose: Factor) -> np.ndarray:
    """By region and year."""
    return worlds.care(loose)["activity"]["bed_days"].sum(("diagnosis", "setting")).values


def people(worlds: Worlds, *loose: Factor) -> xr.DataArray:
    return worlds._population(loose)["population"]


def test_every_kind_of_factor_moves_in_the_scenario_of_these_tests() -> None:
    kinds = [one.kind for one in moving_worlds().factors]
    assert list(dict.fromkeys(kinds)) == [
        "size", "ageing", "visitors", "growth", "healthy_ageing", "change", "capacity", "staffing",
        "supply",
    ]  # fmt: skip


def test_with_everything_held_every_year_is_as_the_base_year() -> None:
    worlds = moving_worlds()
    care = worlds.care(HELD)
    activity, capacity = care["activity"], worlds.capacity(care, HELD)
    staff = worlds.workforce(activity, capacity, HELD)
    results = [activity["contacts"], activity["bed_days"], staff["need"]]
    for result in [*results, *(need["need"] for need in capacity.values())]:
        values = np.moveaxis(result.values, result.dims.index("year"), 0)
        np.testing.assert_allclose(values, np.broadcast_to(values[:1], values.shape), rtol=1e-12)


def test_with_everything_let_loose_it_is_the_run() -> None:
    worlds, tree = moving_worlds(), project_care(*moving())
    care = worlds.care(worlds.factors)
    activity, capacity = care["activity"], worlds.capacity(care, worlds.factors)
    staff = worlds.workforce(activity, capacity, worlds.factors)
    pairs = [(activity[name], tree["activity"][name]) for name in ("contacts", "bed_days")]
    pairs += [(need["need"], tree[f"capacity/{unit}"]["need"]) for unit, need in capacity.items()]
    for found, expected in [*pairs, (staff["need"], tree["workforce"]["need"])]:
        np.testing.assert_allclose(found.values, expected.values, rtol=1e-12)


def test_the_base_year_is_the_same_in_every_world() -> None:
    worlds = moving_worlds()
    expected = bed_days(worlds)[:, 0]
    for factor in worlds.factors:
        np.testing.assert_allclose(bed_days(worlds, factor)[:, 0], expected, rtol=1e-12)


def test_people_as_many_as_there_will_be_and_of_the_same_ages() -> None:
    worlds = moving_worlds()
    projected = worlds.people.population["population"]
    scaled = people(worlds, SIZE)
    np.testing.assert_allclose(
        scaled.sum(("sex", "age")), projected.sum(("sex", "age")), rtol=1e-12
    )
    shares = scaled / scaled.sum(("sex", "age"))
    np.testing.assert_allclose(shares, shares.isel(year=[0]).values.repeat(6, 1), atol=1e-15)


def test_people_as_old_as_they_will_be_and_no_more_of_them() -> None:
    worlds = moving_worlds()
    projected = worlds.people.population["population"]
    older = people(worlds, AGEING)
    as_many = np.broadcast_to(projected.isel(year=[0]).sum(("sex", "age")).values, (6, 6))
    np.testing.assert_allclose(older.sum(("sex", "age")).values, as_many, rtol=1e-12)
    np.testing.assert_allclose(
        older / older.sum(("sex", "age")), projected / projected.sum(("sex", "age")), rtol=1e-12
    )


def test_people_let_loose_are_the_projected_ones() -> None:
    worlds = moving_worlds()
    np.testing.assert_array_equal(
        people(worlds, SIZE, AGEING), worlds.people.population["population"]
    )


def test_growth_of_one_diagnosis_moves_that_diagnosis_alone() -> None:
    worlds = moving_worlds()
    grown = worlds.care([Factor("growth", "copd")])["activity"]["contacts"]
    held = worlds.care(HELD)["activity"]["contacts"]
    moved = (grown - held).sum(("region", "setting")).isel(year=-1)
    assert float(moved.sel(diagnosis="copd")) > 0
    assert not moved.drop_sel(diagnosis="copd").values.any()


def test_healthy_ageing_lowers_use_whether_or_not_it_grows() -> None:
    worlds = moving_worlds()
    growth = [one for one in worlds.factors if one.kind == "growth"]
    for others in ([], growth):
        less = bed_days(worlds, HEALTHY_AGEING, *others) - bed_days(worlds, *others)
        assert (less[:, -1] < 0).all()


def test_visitors_are_no_part_of_the_people_who_grow_older() -> None:
    worlds = moving_worlds()
    assert (bed_days(worlds, VISITORS)[:, -1] > bed_days(worlds)[:, -1]).all()
    np.testing.assert_array_equal(people(worlds, VISITORS), people(worlds))


def test_a_change_that_is_not_let_loose_keeps_what_it_did_in_the_base_year() -> None:
    worlds = moving_worlds()
    name = "Discharge planned at admission"
    without = worlds.care(worlds.factors, [])["activity"]["bed_days"]
    alone = worlds.care(worlds.factors, [name])["activity"]["bed_days"]
    others = [one for one in worlds.factors if one.name != name]
    held = worlds.care(others, [name])["activity"]["bed_days"]
    assert float(alone.isel(year=-1).sum()) < float(without.isel(year=-1).sum())
    np.testing.assert_allclose(held, without)  # its share was 0


@pytest.mark.parametrize(("norm", "unit"), [(CAPACITY, "beds"), (CAPACITY, "rooms")])
def test_norms_of_capacity_move_its_need(norm: Factor, unit: str) -> None:
    worlds = moving_worlds()
    need = (
        worlds.capacity(worlds.care(HELD), [norm])[unit]["need"].sum(("region", "resource")).values
    )
    assert need[-1] < need[0]


def test_ratios_of_staff_move_staff_alone() -> None:
    worlds = moving_worlds()
    care = worlds.care(HELD)
    capacity = worlds.capacity(care, [STAFFING])
    need = worlds.workforce(care["activity"], capacity, [STAFFING])["need"]
    moved = (need.isel(year=-1) - need.isel(year=0)).sum(("region", "setting"))
    assert float(moved.sel(profession="nurse")) > 0
    assert abs(moved.drop_sel(profession="nurse")).max() < 1e-9


def test_a_region_without_people_in_the_base_year_has_worlds_too() -> None:
    worlds = moving_worlds()
    demand = worlds._demands[True, True]
    persons = demand.persons.copy()
    persons[0, :, 0] = 0.0
    demands = {**worlds._demands, (True, True): replace(demand, persons=persons)}
    empty = replace(worlds, _demands=demands, _filled=None)
    assert np.isfinite(bed_days(empty, SIZE)).all()
    assert np.isfinite(bed_days(empty, AGEING)).all()


def test_levers_and_units_that_open_are_let_loose_with_the_norms() -> None:
    """The need for staff depends on what exists: a unit has its fewest on duty from its opening."""
    scenario = written(
        f"""
scenario: Levers and a unit that opens
extends: {SCENARIOS}/hallingdal.yaml
years: {{base: 2026, end: 2028}}
capacity: {{existing: {{Nesbyen: {{serves: Nesbyen, observation: {{2027: 0, 2028: 2}}}}}}}}
workforce: {{levers: {{productivity: {{annual: 1 %}}}}}}
"""
    )
    people = project_people(scenario)
    worlds, tree = worlds_of(scenario, people), project_care(scenario, people)
    assert {CAPACITY, STAFFING} <= set(worlds.factors)

    def nurses(*loose: Factor) -> np.ndarray:
        care = worlds.care(loose)
        staff = worlds.workforce(care["activity"], worlds.capacity(care, loose), loose)
        return staff["need"].sel(profession="nurse").sum(("region", "setting")).values

    run = tree["workforce"]["need"].sel(profession="nurse").sum(("region", "setting"))
    np.testing.assert_allclose(nurses(*worlds.factors), run, rtol=1e-12)
    held = nurses()
    np.testing.assert_allclose(held, held[0], rtol=1e-12)
    np.testing.assert_allclose(nurses(STAFFING), held / 1.01 ** np.arange(3), rtol=1e-12)
    opened = nurses(CAPACITY)
    assert opened[1] == pytest.approx(held[0])
    assert opened[2] > held[0] + 5
