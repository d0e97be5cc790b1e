"""Levels of use: counts that go in come out."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import ConsistencyError, Problem
from tests.activity.lawful import few
from tests.activity.world import activity, counts, population, scenario


def counted(folder: Path, *rows: tuple[object, ...], regions: slice = slice(None)) -> xr.Dataset:
    people = population().isel(region=regions)
    return activity(scenario(folder), people, {"activity_counts": counts(*rows)}).sel(year=2026)


@given(stays=st.integers(50, 5000), visits=st.integers(1, 500))
@few
def test_counted_contacts_come_out_as_counted(tmp_path: Path, stays: int, visits: int) -> None:
    found = counted(
        tmp_path,
        ("0001", "heart", "inpatient", "contacts", float(stays)),
        ("West", "copd", "ambulatory", "contacts", float(visits)),
    )["contacts"]
    hearts = found.sel(region="0001", diagnosis="heart", setting="inpatient")
    assert float(hearts) == pytest.approx(stays)
    lungs = found.sel(region=["0001", "0002"], diagnosis="copd", setting="ambulatory")
    assert float(lungs.sum()) == pytest.approx(visits)


@given(days=st.integers(100, 9000))
@few
def test_counted_bed_days_come_out_as_counted(tmp_path: Path, days: int) -> None:
    found = counted(tmp_path, ("0003", "*", "inpatient", "bed_days", float(days)))
    assert float(found["bed_days"].sel(region="0003", setting="inpatient").sum()) == (
        pytest.approx(days)
    )


def test_what_is_not_published_is_left_free(tmp_path: Path) -> None:
    free = counted(tmp_path, ("0001", "heart", "inpatient", "contacts", np.nan))
    xr.testing.assert_allclose(free, activity(scenario(tmp_path)).sel(year=2026), rtol=1e-12)


def test_counts_of_others_do_not_move_a_region_of_the_run(tmp_path: Path) -> None:
    rows = [
        ("0001", "*", "inpatient", "contacts", 300.0),
        ("0002", "*", "inpatient", "contacts", 500.0),
        ("0003", "*", "inpatient", "contacts", 400.0),
    ]
    alone = counted(tmp_path, *rows, regions=slice(1, 2))
    together = counted(tmp_path, *rows)
    xr.testing.assert_allclose(alone, together.sel(region=["0002"]), rtol=1e-10)


def refused(folder: Path, *rows: tuple[object, ...], year: int = 2026) -> Problem:
    with pytest.raises(ConsistencyError) as caught:
        activity(scenario(folder), None, {"activity_counts": counts(*rows).assign(year=year)})
    (problem,) = caught.value.problems
    return problem


def test_counts_of_a_year_without_people_are_refused(tmp_path: Path) -> None:
    problem = refused(tmp_path, ("0001", "*", "inpatient", "contacts", 1.0), year=2019)
    assert str(problem) == (
        "table activity_counts: counts are of one year, of which the age tables have the people "
        "(found 2019; expected one of 2026-2026)"
    )


def test_counts_of_a_place_without_people_are_refused(tmp_path: Path) -> None:
    problem = refused(tmp_path, ("0099", "*", "inpatient", "contacts", 1.0))
    assert problem.message == "the population table has no people for 0099"
    assert problem.where == "table activity_counts, line 0"


def test_counts_where_nothing_is_expected_are_refused(tmp_path: Path) -> None:
    problem = refused(tmp_path, ("0001", "heart", "ambulatory", "contacts", 5.0))
    assert problem.message == "something is counted where national rates expect nothing"
