"""The verb `cover`: how many live in a nursing home, say, as one number of the municipality."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from projector.activity.coverage import needs_of
from projector.tables import OPEN_AGE
from tests.activity.world import REGIONS, YEARS, change, changed_views, population, refusal

NEEDS = pd.DataFrame(
    [
        ("dementia", "female", 0, 64, 0.0),
        ("dementia", "female", 65, -1, 0.3),
        ("dementia", "male", 0, 64, 0.0),
        ("dementia", "male", 65, -1, 0.2),
        ("living_alone", "*", 0, -1, 0.4),
    ],
    columns=["need", "sex", "age_from", "age_to", "share"],
)
ACUTE = {"setting": "municipal_acute"}
PATH = {2026: 0.05, 2030: 0.03}
COVERAGE = np.linspace(0.05, 0.03, len(YEARS))


def covered(folder: Path, selection: dict[str, object] = ACUTE, **more: object) -> xr.Dataset:
    one = change("cover", selection, **{"coverage": PATH, **more})
    return changed_views(folder, one, changed={"needs": NEEDS})["activity"]


def residents(activity: xr.Dataset, *settings: str) -> xr.DataArray:
    """On an average day, ``[region, year]``."""
    days = activity["bed_days"].sel(setting=list(settings))
    return days.sum(("setting", "diagnosis")) / 365


def people(first: int, last: int | None = None) -> xr.DataArray:
    return population()["population"].sel(age=slice(first, last))


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [({}, 80, None), ({"of_ages": "67+"}, 67, None), ({"of_ages": "67-79"}, 67, 79)],
)
def test_the_coverage_of_the_ages_is_reached_in_every_region(
    tmp_path: Path, written: dict[str, object], first: int, last: int | None
) -> None:
    found = residents(covered(tmp_path, **written), "municipal_acute")
    old = people(first, last).sum(("sex", "age"))
    np.testing.assert_allclose(found, old * COVERAGE)


def test_coverage_may_be_of_those_with_a_need(tmp_path: Path) -> None:
    found = residents(covered(tmp_path, of="dementia"), "municipal_acute")
    old = people(65).sum("age")
    with_dementia = 0.3 * old.sel(sex="female") + 0.2 * old.sel(sex="male")
    np.testing.assert_allclose(found, with_dementia * COVERAGE)


def test_settings_together_reach_it_and_keep_their_parts(tmp_path: Path) -> None:
    two = ("inpatient", "municipal_acute")
    before, after = (
        changed_views(tmp_path)["activity"],
        covered(tmp_path, {"setting": list(two)}),
    )
    np.testing.assert_allclose(residents(after, *two), people(80).sum(("sex", "age")) * COVERAGE)
    part_before, part_after = (
        residents(one, "inpatient") / residents(one, *two) for one in (before, after)
    )
    np.testing.assert_allclose(part_after, part_before)


def test_stays_go_along_and_everything_else_is_as_before(tmp_path: Path) -> None:
    before = changed_views(tmp_path)["activity"]
    after = covered(tmp_path, ACUTE | {"region": "West"})
    for one in (before, after):
        acute = one.sel(setting="municipal_acute")
        one["nights"] = acute["bed_days"] / acute["contacts"]
    np.testing.assert_allclose(after["nights"], before["nights"])
    changed = after["contacts"] != before["contacts"]
    assert changed.sel(setting="municipal_acute", diagnosis="heart", region=REGIONS[:2]).all()
    assert not changed.drop_sel(setting="municipal_acute").any()
    assert not changed.sel(region=REGIONS[2:]).any()


def test_a_coverage_of_none_is_nobody(tmp_path: Path) -> None:
    assert not residents(covered(tmp_path, coverage=0), "municipal_acute").any()


def test_an_unknown_need_is_refused_with_the_nearest(tmp_path: Path) -> None:
    one = change("cover", ACUTE, coverage=0.1, of="dementa")
    (problem,) = refusal(tmp_path, one, changed={"needs": NEEDS})
    assert problem.message == "the table needs does not have this need"
    assert (problem.found, problem.nearest) == ("dementa", "dementia")
    assert "test.yaml:" in problem.where


def test_nobody_cannot_be_scaled_to_a_coverage(tmp_path: Path) -> None:
    one = change("cover", {"setting": "nursing_home"}, coverage=0.1)
    (problem,) = refusal(tmp_path, one)
    assert "test.yaml:" in problem.where


def test_a_region_without_users_of_the_setting_is_named(tmp_path: Path) -> None:
    levels = pd.DataFrame(
        [("0003", "*", "municipal_acute", 0.0)], columns=["region", "kind", "setting", "level"]
    )
    one = change("cover", ACUTE, coverage=0.1)
    (problem,) = refusal(tmp_path, one, changed={"use_levels": levels})
    assert "has nobody in region 0003 to scale" in problem.message
    assert "test.yaml:" in problem.where


def test_needs_are_shares_of_each_sex_and_age() -> None:
    found = needs_of(NEEDS, OPEN_AGE)
    by_sex = found["dementia"].reshape(OPEN_AGE + 1, 2)
    np.testing.assert_allclose(by_sex[[64, 65, OPEN_AGE]], [[0, 0], [0.3, 0.2], [0.3, 0.2]])
    assert set(found["living_alone"]) == {0.4}
    assert needs_of(None, OPEN_AGE) == {}


@given(
    first=st.integers(0, 98),
    one=st.floats(0, 1),
    other=st.floats(0, 1),
)
def test_needs_of_two_age_groups_are_those_of_each(first: int, one: float, other: float) -> None:
    table = pd.DataFrame(
        [("any", "*", 0, first, one), ("any", "*", first + 1, -1, other)], columns=NEEDS.columns
    )
    by_age = needs_of(table, OPEN_AGE)["any"].reshape(-1, 2)[:, 0]
    assert set(by_age[: first + 1]) == {one}
    assert set(by_age[first + 1 :]) == {other}
