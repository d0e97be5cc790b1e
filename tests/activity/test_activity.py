"""Activity: the equation, growth, levels, visitors and the ordered changes."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projector.errors import ConsistencyError
from tests.activity.world import REGIONS, activity, population, scenario, tables


def change(kind: str, selection: dict[str, object], **more: object) -> dict[str, object]:
    return {"name": "Change", kind: selection, **more}


def with_changes(folder: Path, *changes: dict[str, object]) -> xr.Dataset:
    named = [one | {"name": f"{i}"} for i, one in enumerate(changes)]
    return activity(scenario(folder, activity={"changes": named}))


def test_contacts_are_persons_times_rates(tmp_path: Path) -> None:
    people = population()
    found = activity(scenario(tmp_path), people)["contacts"]
    persons = people["population"].sel(region="0001").sum("sex")
    young = persons.sel(age=slice(0, 64)).sum("age")
    old = persons.sel(age=slice(65, None)).sum("age")
    copd = found.sel(region="0001", diagnosis="copd", setting="inpatient")
    np.testing.assert_allclose(copd, 0.001 * young + 0.05 * old)


def test_growth_compounds_in_its_years_and_ages_only(tmp_path: Path) -> None:
    people = population()
    found = activity(scenario(tmp_path), people)["contacts"]
    persons = people["population"].sel(region="0003").sum("sex")
    young = persons.sel(age=slice(0, 64)).sum("age")
    old = persons.sel(age=slice(65, None)).sum("age")
    index = np.array([1, 0.9, 0.81, 0.81, 0.81])
    heart = found.sel(region="0003", diagnosis="heart", setting="inpatient")
    np.testing.assert_allclose(heart, 0.01 * young + 0.1 * old * index)


def test_the_scenario_s_growth_takes_the_table_s_place(tmp_path: Path) -> None:
    own = {"heart": {"annual": "2 %", "ages": {"80+": "-1 %"}, "setting": "inpatient"}}
    flat = activity(scenario(tmp_path), changed={"growth": tables()["growth"].assign(annual=0.0)})[
        "contacts"
    ]
    people = population()
    people["population"][..., :80] = 0.0
    oldest = activity(scenario(tmp_path, activity={"growth": own}), people)["contacts"]
    still = activity(scenario(tmp_path), people, {"growth": tables()["growth"].assign(annual=0.0)})[
        "contacts"
    ]
    years = np.arange(5)
    grown = oldest.sel(diagnosis="heart", setting="inpatient")
    np.testing.assert_allclose(
        grown, still.sel(diagnosis="heart", setting="inpatient") * 0.99**years
    )
    unlimited = activity(scenario(tmp_path, activity={"growth": own}))["contacts"]
    np.testing.assert_allclose(
        unlimited.sel(setting="municipal_acute"), flat.sel(setting="municipal_acute")
    )


def test_a_base_year_before_the_rates_counts_growth_backwards(tmp_path: Path) -> None:
    later = tables()["use_rates"].assign(year=2028)
    found = activity(scenario(tmp_path), changed={"use_rates": later})["contacts"]
    now = activity(scenario(tmp_path))["contacts"]
    heart = {"diagnosis": "heart", "setting": "inpatient", "region": "0001", "year": 2028}
    persons = population()["population"].sel(region="0001", year=2028).sum("sex")
    expected = 0.01 * persons[:65].sum() + 0.1 * persons[65:].sum()
    assert float(found.sel(heart)) == pytest.approx(float(expected))
    assert float(now.sel(heart)) < float(found.sel(heart))


def test_a_level_scales_the_region_s_use(tmp_path: Path) -> None:
    same = population()
    same["population"][:] = same["population"].values[:1]
    contacts = activity(scenario(tmp_path), same)["contacts"].sel(setting="inpatient")
    np.testing.assert_allclose(contacts.sel(region="0002"), 1.5 * contacts.sel(region="0001"))
    np.testing.assert_allclose(contacts.sel(region="0003"), contacts.sel(region="0001"))


def test_visitors_use_their_part_and_are_spread_by_people(tmp_path: Path) -> None:
    without = activity(scenario(tmp_path))
    visited = activity(scenario(tmp_path, population={"visitors": {"West": 1000}}))
    more = (visited["contacts"] - without["contacts"]).sum("diagnosis")
    assert float(abs(more.sel(region="0003")).max()) == pytest.approx(0.0, abs=1e-9)
    assert float(abs(more.drop_sel(setting="inpatient")).max()) == pytest.approx(0.0, abs=1e-9)
    # Flat ages: 65 of 106 single ages are young. Region 0002 has 1.5 times the use.
    rate = ((65 * 0.011 + 41 * 0.15) / 106) * 0.5
    people = population()["population"].sel(region=REGIONS[:2], year=2026).sum(("sex", "age"))
    expected = 1000 * rate * (people / people.sum()) * np.array([1.0, 1.5])
    np.testing.assert_allclose(
        more.sel(region=REGIONS[:2], year=2026, setting="inpatient"), expected
    )


def test_avoided_contacts_are_gone_and_what_they_add_arrives(tmp_path: Path) -> None:
    before = activity(scenario(tmp_path))
    after = with_changes(
        tmp_path,
        change(
            "avoid",
            {"diagnosis": "copd", "setting": "inpatient"},
            share={2026: 0, 2030: "40 %"},
            adds={"setting": "ambulatory", "contacts": 12},
        ),
    )
    stays = {"diagnosis": "copd", "setting": "inpatient"}
    share = xr.DataArray([0, 0.1, 0.2, 0.3, 0.4], coords={"year": before["year"]})
    np.testing.assert_allclose(
        after["contacts"].sel(stays), before["contacts"].sel(stays) * (1 - share)
    )
    np.testing.assert_allclose(
        after["bed_days"].sel(stays), before["bed_days"].sel(stays) * (1 - share)
    )
    visits = {"diagnosis": "copd", "setting": "ambulatory"}
    np.testing.assert_allclose(
        after["contacts"].sel(visits) - before["contacts"].sel(visits),
        12 * before["contacts"].sel(stays) * share,
    )
    np.testing.assert_array_equal(
        after["contacts"].sel(diagnosis="heart"), before["contacts"].sel(diagnosis="heart")
    )


def test_shifted_stays_arrive_with_the_length_of_stay_there(tmp_path: Path) -> None:
    before = activity(scenario(tmp_path))
    after = with_changes(
        tmp_path,
        change(
            "shift",
            {"diagnosis": "heart", "setting": "inpatient"},
            to="municipal_acute",
            share="25 %",
            exchange=1.2,
        ),
    )
    moved = 0.25 * before["contacts"].sel(diagnosis="heart", setting="inpatient")
    target = {"diagnosis": "heart", "setting": "municipal_acute"}
    np.testing.assert_allclose(
        after["contacts"].sel(target), before["contacts"].sel(target) + 1.2 * moved
    )
    np.testing.assert_allclose(
        after["bed_days"].sel(target), before["bed_days"].sel(target) + 1.2 * moved * 2.5
    )


def test_shortened_stays_keep_their_number(tmp_path: Path) -> None:
    before = activity(scenario(tmp_path))
    after = with_changes(tmp_path, change("shorten", {"setting": "inpatient"}, share="10 %"))
    np.testing.assert_array_equal(after["contacts"], before["contacts"])
    np.testing.assert_allclose(
        after["bed_days"].sel(setting="inpatient"),
        0.9 * before["bed_days"].sel(setting="inpatient"),
    )


def test_changes_work_on_what_those_before_them_left(tmp_path: Path) -> None:
    half = change("avoid", {"setting": "inpatient"}, share="50 %")
    before = activity(scenario(tmp_path))["contacts"].sel(setting="inpatient")
    twice = with_changes(tmp_path, half, half)["contacts"].sel(setting="inpatient")
    np.testing.assert_allclose(twice, before / 4)


def test_a_change_is_limited_to_its_region_age_and_sex(tmp_path: Path) -> None:
    before = activity(scenario(tmp_path))["contacts"].sel(setting="inpatient").sum("diagnosis")
    only = {"setting": "inpatient", "region": "West", "ages": "80+", "sex": "male"}
    after = with_changes(tmp_path, change("avoid", only, share=1.0))["contacts"]
    lost = before - after.sel(setting="inpatient").sum("diagnosis")
    men = population()["population"].sel(sex="male", age=slice(80, None)).sum("age")
    expected = men * 0.15 * np.array([[1.0], [1.5], [0.0]])
    expected[:, 1] -= men[:, 1] * 0.01 * np.array([1.0, 1.5, 0.0])  # heart falls by a tenth
    np.testing.assert_allclose(lost.sel(region="0003"), 0.0, atol=1e-9)
    np.testing.assert_allclose(lost[:, :2], expected[:, :2], atol=1e-9)


def test_a_change_that_matches_nothing_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError, match="the change '1' matches nothing") as caught:
        with_changes(
            tmp_path,
            change("avoid", {"setting": "inpatient"}, share="1 %"),
            change("avoid", {"diagnosis": "heart", "setting": "ambulatory"}, share="1 %"),
        )
    assert len(caught.value.problems) == 1
    assert "test.yaml:" in caught.value.problems[0].where


def test_stays_that_arrive_without_a_known_length_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError, match="no length of stay is known for copd"):
        with_changes(
            tmp_path,
            change(
                "shift",
                {"diagnosis": "copd", "setting": "inpatient"},
                to="municipal_acute",
                share="1 %",
            ),
        )


@given(factor=st.floats(0.1, 10), percent=st.integers(0, 100))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_contacts_are_linear_in_people_and_never_negative(
    tmp_path: Path, factor: float, percent: int
) -> None:
    written = scenario(
        tmp_path,
        activity={"changes": [change("avoid", {"setting": "inpatient"}, share=f"{percent} %")]},
    )
    once = activity(written)
    more = activity(written, population() * factor)
    np.testing.assert_allclose(more["contacts"], factor * once["contacts"], rtol=1e-10)
    np.testing.assert_allclose(more["bed_days"], factor * once["bed_days"], rtol=1e-10)
    assert float(once["contacts"].min()) >= 0


def test_a_change_or_visitors_of_share_zero_are_taken_back(tmp_path: Path) -> None:
    before = activity(scenario(tmp_path))
    idle = {"diagnosis": "heart", "setting": "ambulatory"}
    sections = {
        "activity": {"changes": [change("avoid", idle, share=0)]},
        "population": {"visitors": {"Elsewhere": 0}},
    }
    xr.testing.assert_identical(activity(scenario(tmp_path, **sections)), before)
