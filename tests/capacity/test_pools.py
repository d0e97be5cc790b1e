"""Pooled units: what beds in common save, and whom they turn away."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.capacity.erlang import Rhythm, refusal
from projector.capacity.rhythm import rhythm_of, together
from projector.capacity.sizing import Sizer
from tests.activity.world import REGIONS
from tests.capacity import world
from tests.capacity.world import activity, capacity, existing, rhythms, sites

BEDS = {"municipal_acute": 3, "municipal_short_stay": 7}
TABLES = {
    "sites": sites(("Sickbay", "West")),
    "existing": existing(*(("Sickbay", name, 2026, beds) for name, beds in BEDS.items())),
}
POOL = {"name": "Ten beds", "site": "Sickbay", "resources": list(BEDS), "overflow": 0.05}


def pooled(folder: Path, rhythm: bool = False, **written: object) -> xr.Dataset:
    tables = TABLES | ({"rhythms": rhythms()} if rhythm else {})
    result, _ = capacity(folder, tables, pools=[POOL | written])
    return result["pools"].sel(pool="Ten beds")


def load(setting: str) -> np.ndarray:
    days = activity()["bed_days"].sel(setting=setting, region=REGIONS[:2])
    return days.sum(("diagnosis", "region")).values / 365


@pytest.mark.parametrize("rhythm", [False, True])
def test_beds_in_common_save_beds(tmp_path: Path, rhythm: bool) -> None:
    pool = pooled(tmp_path, rhythm)
    assert (pool["saved"] >= 1).all()
    np.testing.assert_array_equal(pool["saved"], pool["apart"] - pool["together"])
    stricter = pooled(tmp_path, rhythm, overflow=0.01)
    assert (stricter["together"] > pool["together"]).all()


def test_together_is_one_unit_with_the_load_of_both(tmp_path: Path) -> None:
    pool = pooled(tmp_path)
    both = load("municipal_acute") + load("municipal_short_stay")
    assert (refusal(pool["together"].values, both) <= 0.05).all()
    assert (refusal(pool["together"].values - 1, both) > 0.05).all()
    np.testing.assert_allclose(pool["refusal_together"], refusal(np.array(10), both))


def test_apart_each_patient_meets_the_beds_of_their_own_unit(tmp_path: Path) -> None:
    pool = pooled(tmp_path)
    arrivals = {name: load(name) / world.NIGHTS[name] for name in BEDS}
    turned_away = sum(
        arrivals[name] * refusal(np.array(beds), load(name)) for name, beds in BEDS.items()
    )
    np.testing.assert_allclose(pool["refusal_apart"], turned_away / sum(arrivals.values()))
    assert (pool["refusal_together"] < pool["refusal_apart"]).all()


def test_a_pool_of_beds_that_are_not_there_is_refused_where_it_is_written(tmp_path: Path) -> None:
    for resource in ("somatic", "theatre", "hotel"):
        pool = POOL | {"resources": ["municipal_acute", resource]}
        problem = world.refusal(tmp_path, TABLES, pools=[pool])
        assert problem.message == f"Sickbay has no beds of {resource} to pool"
        assert "test.yaml:" in problem.where


def test_a_pool_that_nobody_uses_needs_no_beds(tmp_path: Path) -> None:
    idle = activity({"inpatient": 100.0})
    result, _ = capacity(tmp_path, TABLES, {"activity": idle}, pools=[POOL])
    assert not result["pools"].to_dataarray().any()


@given(
    one=st.floats(0.01, 60),
    other=st.floats(0.01, 60),
    limit=st.floats(0.01, 0.3),
    dispersion=st.floats(1.0, 3.0),
)
def test_with_one_rhythm_and_limit_pooling_never_takes_more(
    one: float, other: float, limit: float, dispersion: float
) -> None:
    week = Rhythm((5 / 7, 2 / 7), (1.1, 0.75), (1.04, 0.9), dispersion, 1.0)
    sizer, limits = Sizer(), np.array([limit])
    apart = sum(float(sizer.beds(np.array([x]), limits, week)[0]) for x in (one, other))
    assert float(sizer.beds(np.array([one + other]), limits, week)[0]) <= apart


def test_those_present_count_by_load_and_those_who_come_by_arrivals() -> None:
    short = rhythm_of([1.4, 1, 1, 1, 1, 0.8, 0.8], [1.2] * 6 + [0.8] * 6, 2.0)
    shared = together([short, Rhythm(dispersion=2.0)], [1.0, 3.0], [30.0, 10.0])
    np.testing.assert_allclose(shared.arrivals, 0.75 * np.array(short.arrivals) + 0.25)
    np.testing.assert_allclose(shared.load, 0.25 * np.array(short.load) + 0.75)
    assert shared.dispersion == pytest.approx(1.75)
    assert shared.busy_month == pytest.approx(0.25 * short.busy_month + 0.75)


@given(
    loads=st.tuples(st.floats(0.3, 12), st.floats(0.3, 12)),
    nights=st.tuples(st.sampled_from([0.5, 2.5]), st.sampled_from([6.0, 18.0])),
    limit=st.sampled_from([0.01, 0.05, 0.1]),
)
@settings(max_examples=15)
def test_patients_of_different_rhythms_never_take_more_together_either(
    loads: tuple[float, float], nights: tuple[float, float], limit: float
) -> None:
    week, year = [1.3, 1.1, 1, 1, 1, 0.9, 0.7], [1.2] * 3 + [0.9] * 9
    each = [
        rhythm_of(week, year, nights[0], dispersion=1.5),
        rhythm_of(week[::-1], year, nights[1]),
    ]
    shared = together(each, loads, [loads[0] / nights[0], loads[1] / nights[1]])
    sizer, limits = Sizer(), np.array([limit])
    apart = sum(
        float(sizer.beds(np.array([load]), limits, rhythm)[0])
        for load, rhythm in zip(loads, each, strict=True)
    )
    assert float(sizer.beds(np.array([sum(loads)]), limits, shared)[0]) <= apart
