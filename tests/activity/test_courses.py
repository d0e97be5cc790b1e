"""Urgency: acute, elective and again within 30 days."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import ConsistencyError, Problem
from projector.tables import HOSPITAL_SETTINGS
from tests.activity.lawful import few
from tests.activity.world import optional_tables, population, scenario, tables, views


def found(folder: Path, acute: dict[str, float], *without: str) -> xr.Dataset:
    more = {name: table for name, table in optional_tables().items() if name not in without}
    return views(scenario(folder, activity={"acute": acute}), changed=more)["activity"]


def share_at_base(activity: xr.Dataset, settings: list[str]) -> float:
    at_base = activity.isel(year=0).sel(setting=settings)
    return float(at_base["acute"].sum() / at_base["contacts"].sum())


@given(percent=st.integers(20, 99))
@few
def test_the_acute_share_of_a_setting_comes_out_as_it_went_in(tmp_path: Path, percent: int) -> None:
    activity = found(tmp_path, {"inpatient": percent / 100, "municipal_acute": 1.0})
    np.testing.assert_allclose(share_at_base(activity, ["inpatient"]), percent / 100, rtol=1e-10)


@given(percent=st.integers(20, 60))
@few
def test_the_acute_share_of_hospital_is_of_all_that_hospitals_do(
    tmp_path: Path, percent: int
) -> None:
    activity = found(tmp_path, {"hospital": percent / 100})
    share = share_at_base(activity, list(HOSPITAL_SETTINGS))
    np.testing.assert_allclose(share, percent / 100, rtol=1e-10)
    unknown = activity["acute"].sel(setting="ambulatory")
    np.testing.assert_array_equal(unknown, 0.0)


def test_tables_give_shares_by_diagnosis_and_age(tmp_path: Path) -> None:
    activity = found(tmp_path, {}).sel(region="0003", setting="inpatient")
    people = population()["population"].sel(region="0003").sum("sex")
    young, old = people.sel(age=slice(0, 64)).sum("age"), people.sel(age=slice(65, None)).sum("age")
    lungs = activity.sel(diagnosis="copd")
    np.testing.assert_allclose(lungs["acute"], 0.9 * lungs["contacts"])
    np.testing.assert_allclose(lungs["readmissions"], 0.05 * 0.001 * young + 0.12 * 0.05 * old)
    hearts = activity.sel(diagnosis="heart").isel(year=0)
    np.testing.assert_allclose(hearts["acute"], (0.5 * 0.01 * young + 0.7 * 0.1 * old)[0])


def test_without_tables_all_is_elective(tmp_path: Path) -> None:
    activity = found(tmp_path, {}, "urgency", "readmissions", "discharge_ready")
    assert not activity["acute"].any()
    assert not activity["readmissions"].any()


def refused(folder: Path, acute: dict[str, float], *without: str) -> Problem:
    with pytest.raises(ConsistencyError) as caught:
        found(folder, acute, *without)
    (problem,) = caught.value.problems
    assert "test.yaml:" in problem.where
    return problem


def test_a_share_where_no_urgency_is_known_is_refused(tmp_path: Path) -> None:
    for acute in ({"ambulatory": 0.3}, {"hospital": 0.3}):
        problem = refused(tmp_path, acute, "urgency", "readmissions")
        assert problem.message == "this share of acute contacts cannot be reached"
        assert problem.found == "30 %"
        assert problem.expected == "a setting whose urgency the table urgency gives"


def test_a_share_beyond_what_may_be_acute_is_refused_with_what_can_be(tmp_path: Path) -> None:
    problem = refused(tmp_path, {"municipal_acute": 0.3})
    assert problem.expected == "100.0 to 100.0 %"
    activity = found(tmp_path, {})
    at_base = activity.isel(year=0).sel(setting=list(HOSPITAL_SETTINGS))["contacts"]
    known = at_base.sel(setting=["inpatient", "observation"]).sum() / at_base.sum()
    problem = refused(tmp_path, {"hospital": 0.99})
    assert problem.expected == f"0.0 to {100 * float(known):.1f} %"


def test_fewer_acute_stays_than_readmissions_are_refused(tmp_path: Path) -> None:
    problem = refused(tmp_path, {"inpatient": 0.05})
    assert problem.message == "fewer stays would be acute than are readmissions, for heart, copd"


def test_every_contact_has_one_course(tmp_path: Path) -> None:
    activity = found(tmp_path, {})
    without = views(scenario(tmp_path), changed={"use_rates": tables()["use_rates"]})["activity"]
    xr.testing.assert_allclose(activity["contacts"], without["contacts"], rtol=1e-12)
    stays = activity.sel(setting="inpatient")
    assert (activity["readmissions"] <= stays["acute"]).all()
    assert (activity["acute"] <= activity["contacts"] * (1 + 1e-12)).all()
