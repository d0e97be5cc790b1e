"""Changes: what each verb conserves, and what it refuses."""

import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from projector.activity import filling
from projector.errors import ScenarioError
from tests.activity.lawful import few, lists_of_changes, portions
from tests.activity.world import (
    REGIONS,
    change,
    changed_views,
    optional_tables,
    population,
    refusal,
    scenario,
    tables,
    views,
)

INPATIENT: dict[str, object] = {"setting": "inpatient"}
HEART_STAYS: dict[str, object] = {"diagnosis": "heart", "setting": "inpatient"}


def contacts(folder: Path, *changes: dict[str, object], **more: object) -> xr.DataArray:
    return changed_views(folder, *changes, **more)["activity"]["contacts"]  # type: ignore[arg-type]


def assert_alike(found: dict[str, xr.Dataset], expected: dict[str, xr.Dataset]) -> None:
    assert found.keys() == expected.keys()
    for name, dataset in expected.items():
        same_order = found[name].reindex_like(dataset)
        xr.testing.assert_allclose(same_order, dataset, rtol=1e-12, atol=1e-12)


def test_an_empty_list_of_changes_is_the_identity(tmp_path: Path) -> None:
    empty = changed_views(tmp_path)
    nothing_said = views(scenario(tmp_path), changed=optional_tables())
    for name, dataset in nothing_said.items():
        xr.testing.assert_identical(empty[name], dataset)


@given(changes=lists_of_changes)
@few
def test_no_list_of_changes_makes_anything_negative(
    tmp_path: Path, changes: list[dict[str, object]]
) -> None:
    found = changed_views(tmp_path, *changes)
    amounts = [found["activity"].drop_vars("visitors"), found["sites"], found["priority"]]
    for dataset in amounts:
        for amount in dataset.data_vars.values():
            assert not (amount < 0).any()
    stays = found["activity"]["bed_days"].sum("setting")
    assert (stays >= found["activity"]["ready_days"] * (1 - 1e-12)).all()


@given(changes=lists_of_changes)
@few
def test_several_regions_are_the_sum_of_the_runs_of_each(
    tmp_path: Path, changes: list[dict[str, object]]
) -> None:
    changes = [one | {"name": one["name"]} for one in changes if not _of_some_regions(one)]
    together = changed_views(tmp_path, *changes)
    alone = [
        changed_views(tmp_path, *changes, people=population().isel(region=[i])) for i in range(3)
    ]
    joined = xr.concat([one["activity"] for one in alone], dim="region")
    xr.testing.assert_allclose(joined, together["activity"], rtol=1e-12)
    at_sites = xr.concat([one["sites"]["contacts"] for one in alone], dim="run", join="outer")
    summed = at_sites.fillna(0.0).sum("run")
    xr.testing.assert_allclose(
        summed.reindex_like(together["sites"]), together["sites"]["contacts"], rtol=1e-12
    )
    own = xr.concat([one["sites"]["own_coverage"] for one in alone], dim="region")
    xr.testing.assert_allclose(own, together["sites"]["own_coverage"], rtol=1e-12)


def _of_some_regions(one: dict[str, object]) -> bool:
    selection = one[str(one["name"])]
    return isinstance(selection, dict) and "region" in selection


@given(changes=lists_of_changes)
@few
def test_blocks_of_regions_change_no_number(
    tmp_path: Path, changes: list[dict[str, object]]
) -> None:
    at_once = changed_views(tmp_path, *changes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filling, "REGIONS_AT_A_TIME", 1)
        one_by_one = changed_views(tmp_path, *changes)
    assert_alike(one_by_one, at_once)


@given(changes=lists_of_changes, first=st.integers(1, 90), sex=st.sampled_from(["female", "male"]))
@few
def test_the_ages_of_a_change_that_does_nothing_make_no_difference_to_others(
    tmp_path: Path, changes: list[dict[str, object]], first: int, sex: str
) -> None:
    idle = change("avoid", {"setting": "inpatient", "ages": f"{first}+", "sex": sex}, share=0)
    assert_alike(changed_views(tmp_path, *changes, idle), changed_views(tmp_path, *changes))


@given(changes=lists_of_changes)
@few
def test_the_order_of_regions_and_diagnoses_does_not_matter(
    tmp_path: Path, changes: list[dict[str, object]]
) -> None:
    straight = changed_views(tmp_path, *changes)
    backwards = {
        name: table.iloc[::-1].reset_index(drop=True)
        for name, table in (tables() | optional_tables()).items()
        if name != "growth"
    }
    people = population().isel(region=[2, 0, 1])
    assert_alike(changed_views(tmp_path, *changes, people=people, changed=backwards), straight)


@given(share=portions, urgency=st.sampled_from(["acute", "elective", None]))
@few
def test_shifted_contacts_are_conserved_by_region_diagnosis_and_urgency(
    tmp_path: Path, share: float, urgency: str | None
) -> None:
    selected = INPATIENT | ({} if urgency is None else {"urgency": urgency})
    before = changed_views(tmp_path)["activity"]
    after = changed_views(tmp_path, change("shift", selected, to="observation", share=share))
    for amount in ("contacts", "acute"):
        xr.testing.assert_allclose(
            after["activity"][amount].sum("setting"), before[amount].sum("setting"), rtol=1e-12
        )


@given(one=portions, other=portions)
@few
def test_independent_changes_commute(tmp_path: Path, one: float, other: float) -> None:
    hearts = change("avoid", HEART_STAYS, share=one, adds={"setting": "day", "contacts": 2})
    lungs = change("shift", {"diagnosis": "copd", **INPATIENT}, to="observation", share=other)
    shorter = change("shorten", {"ages": "70+", **INPATIENT}, share=other)
    again = change("readmissions", {}, share=one)
    assert_alike(changed_views(tmp_path, lungs, hearts), changed_views(tmp_path, hearts, lungs))
    assert_alike(changed_views(tmp_path, again, shorter), changed_views(tmp_path, shorter, again))


@pytest.mark.parametrize("number", [1.0, 250.0])
def test_a_number_is_taken_added_and_worked_off_to_the_last_contact(
    tmp_path: Path, number: float
) -> None:
    before = contacts(tmp_path).sum(("region", "diagnosis"))
    avoided = contacts(tmp_path, change("avoid", HEART_STAYS, contacts=number))
    np.testing.assert_allclose(
        avoided.sum(("region", "diagnosis")).sel(INPATIENT),
        before.sel(INPATIENT) - number,
    )
    for selected in (HEART_STAYS, {"diagnosis": "copd", "setting": "outpatient", "ages": "65+"}):
        more = contacts(tmp_path, change("add", selected, contacts=number)).sum("region")
        setting = {"setting": selected["setting"]}
        np.testing.assert_allclose(more.sum("diagnosis").sel(setting) - before.sel(setting), number)
    window = {"waiting": number, "between": {"from": 2027, "to": 2029}}
    worked = contacts(tmp_path, change("work_off", HEART_STAYS, **window))
    by_year = worked.sum(("region", "diagnosis")).sel(INPATIENT) - before.sel(INPATIENT)
    np.testing.assert_allclose(by_year, np.array([0, 1, 1, 1, 0]) * number / 3, atol=1e-9)


def test_contacts_are_added_in_every_year_also_where_none_are_left(tmp_path: Path) -> None:
    gone = change("avoid", HEART_STAYS, share={2027: 0, 2028: 1})
    found = contacts(tmp_path, gone, change("add", HEART_STAYS, contacts=30))
    left = contacts(tmp_path, gone)
    np.testing.assert_allclose((found - left).sum(("region", "diagnosis", "setting")), 30)


def test_contacts_per_1000_count_residents_or_visitors_when_asked(tmp_path: Path) -> None:
    selected = {"diagnosis": "heart", "setting": "day", "ages": "80+", "sex": "male"}
    found = contacts(tmp_path, change("add", selected, per_1000=20)).sel(setting="day")
    men = population()["population"].sel(sex="male", age=slice(80, None)).sum("age")
    np.testing.assert_allclose(found.sum("diagnosis"), 0.02 * men)
    written = scenario(
        tmp_path,
        population={"visitors": {"West": 1000}},
        activity={
            "changes": [
                change(
                    "add",
                    {"diagnosis": "heart", "setting": "day", "who": "visitors"},
                    per_1000=20,
                )
            ]
        },
    )
    visited = views(written, changed=optional_tables())["activity"]["contacts"]
    np.testing.assert_allclose(visited.sel(setting="day").sum(("region", "diagnosis")), 20.0)


def test_new_contacts_are_of_one_diagnosis_in_one_setting(tmp_path: Path) -> None:
    several = {"diagnosis": ["heart", "copd"], "setting": ["day", "outpatient"]}
    with pytest.raises(ScenarioError) as caught:
        changed_views(tmp_path, change("add", several, contacts=10))
    assert [problem.message for problem in caught.value.problems] == [
        "contacts is of one diagnosis",
        "contacts is of one setting",
    ]


def test_a_change_may_follow_on_contacts_of_a_diagnosis_that_is_new_in_the_setting(
    tmp_path: Path,
) -> None:
    rates = tables()["use_rates"]
    only_hearts = {"use_rates": rates[rates["diagnosis"] == "heart"]}
    new = change("add", {"diagnosis": "copd", **INPATIENT}, contacts=10)
    moved = change("shift", INPATIENT, to="observation", share=0.5)
    found = contacts(tmp_path, new, moved, changed=only_hearts).sel(diagnosis="copd")
    np.testing.assert_allclose(found.sel(setting="observation").sum("region"), 5)


@given(percent=st.integers(82, 100))
@few
def test_a_redirect_to_a_coverage_reaches_exactly_that(tmp_path: Path, percent: int) -> None:
    wanted = percent / 100
    selected = {"region": "West", **INPATIENT}
    home = change("redirect", selected, to_site="A", coverage=wanted)
    found = changed_views(tmp_path, home)
    own = found["sites"]["own_coverage"].sel(setting="inpatient", region=REGIONS[:2])
    np.testing.assert_allclose(own, wanted, rtol=1e-9)
    xr.testing.assert_allclose(found["activity"]["contacts"], contacts(tmp_path), rtol=1e-12)


def test_a_redirect_that_says_nothing_of_settings_leaves_municipal_care_where_it_is(
    tmp_path: Path,
) -> None:
    before = changed_views(tmp_path, change("redirect", INPATIENT, to_site="C", share=0.0001))
    after = changed_views(tmp_path, change("redirect", {"region": "West"}, to_site="C", share=0.5))
    treated = [one["sites"]["contacts"].sel(site="C").sum(("diagnosis", "year"))
               for one in (before, after)]  # fmt: skip
    moved = treated[1] - treated[0]
    assert float(moved.sel(setting="inpatient")) > 0
    assert float(after["activity"]["contacts"].sel(setting="municipal_acute").sum()) > 0
    assert float(treated[1].sel(setting="municipal_acute")) == 0


@pytest.mark.parametrize("site", [None, "B"])
def test_a_coverage_is_of_all_residents_whatever_the_site_they_come_from(
    tmp_path: Path, site: str | None
) -> None:
    selected = {"region": ["West", "0003"], **INPATIENT} | ({} if site is None else {"site": site})
    before = changed_views(tmp_path)
    start = _treated_at("A", before)
    wanted = round(float(start.max()) + 0.02, 4)
    written = scenario(
        tmp_path,
        population={"visitors": {"West": 500}},
        activity={"changes": [change("redirect", selected, to_site="A", coverage=wanted)]},
    )
    without = {"visitor_use": tables()["visitor_use"].assign(share=1e-9)}
    after = views(written, changed=optional_tables() | without)
    np.testing.assert_allclose(_treated_at("A", after), wanted, rtol=1e-9)


def _treated_at(site: str, found: dict[str, xr.Dataset]) -> xr.DataArray:
    everywhere = found["activity"]["contacts"].sel(INPATIENT).sum(("region", "diagnosis"))
    return found["sites"]["contacts"].sel(site=site, **INPATIENT).sum("diagnosis") / everywhere


REFUSALS = {
    "matches nothing": (
        [change("avoid", {"diagnosis": "heart", "setting": "ambulatory"}, share=0.1)],
        "the change '1: avoid' matches nothing",
        None,
    ),
    "nobody at the site": (
        [change("redirect", {"region": "0003", "site": "A"}, to_site="C", share=0.1)],
        "the change '1: redirect' matches nothing",
        None,
    ),
    "all there already": (
        [change("redirect", {"region": "0003", "diagnosis": "heart", **INPATIENT},
                to_site="B", share=0.1)],
        "the change '1: redirect' matches nothing: all of it is treated at B already",
        None,
    ),
    "no day after readiness": (
        [change("shorten", {"setting": "municipal_acute"}, share=0.1, part="discharge_ready")],
        "the change '1: shorten' matches nothing: no days after readiness",
        None,
    ),
    "no visitors": (
        [change("visitors", INPATIENT, factor=2)],
        "the change '1: visitors' matches nothing: nobody visits",
        None,
    ),
    "more than there is": (
        [change("avoid", {**HEART_STAYS, "region": "0003"}, contacts=1e7)],
        "'1: avoid' takes more than there is in 2026",
        r"10000000.0 contacts of \d+\.\d",
    ),
    "more nights than a stay has": (
        [change("shorten", HEART_STAYS, nights=4.5)],
        "'1: shorten' takes more nights off a stay than it has",
        r"4.5 nights of stays of 4.00 on average at some age",
    ),
    "no length of stay": (
        [change("shift", HEART_STAYS, to="hotel", share=0.1)],
        "no length of stay is known for heart in hotel",
        None,
    ),
    "a coverage below what is there": (
        [change("redirect", {"region": "West", **INPATIENT}, to_site="A", coverage=0.5)],
        "'1: redirect' cannot reach its own coverage by bringing contacts to A in 2026",
        "50.0 % wanted, 80.0 % there",
    ),
    "a coverage beyond those of the site": (
        [change("redirect", {"region": "West", "site": "B", **INPATIENT},
                to_site="A", coverage=0.95)],
        "'1: redirect' cannot reach its own coverage by bringing contacts to A in 2026",
        "95.0 % wanted, 80.0 % there",
    ),
    "years before the base year": (
        [change("work_off", INPATIENT, waiting=10, between={"from": 2024, "to": 2027})],
        "'1: work_off' works off a part of the waiting list before the base year",
        "from: 2024",
    ),
    "those who wait find nothing in some year": (
        [change("avoid", HEART_STAYS, share={2026: 0, 2027: 1}),
         change("work_off", HEART_STAYS, waiting=30, between={"from": 2026, "to": 2028})],
        "'2: work_off' finds nothing in 2027 that those who wait could have more of",
        "a change before it takes all such contacts",
    ),
    "a coverage of what no flow tells": (
        [change("redirect", {"setting": "municipal_acute"}, to_site="A", coverage=0.5)],
        "'1: redirect' sets an own coverage of what no flow tells where it is treated today",
        None,
    ),
    "part of the regions": (
        [change("avoid", {"region": "East", **INPATIENT}, contacts=10)],
        "'1: avoid' counts contacts for East, of which only a part is in the run",
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("reason", REFUSALS)
def test_a_change_that_cannot_be_is_refused_with_its_name_and_place(
    tmp_path: Path, reason: str
) -> None:
    changes, message, found = REFUSALS[reason]
    (problem,) = refusal(tmp_path, *changes)
    assert problem.message.startswith(message)
    assert "test.yaml:" in problem.where
    if found is not None:
        assert re.fullmatch(found, str(problem.found))


@pytest.mark.parametrize(
    "taker",
    [
        change("avoid", HEART_STAYS, share=1),
        change("shift", HEART_STAYS, to="observation", share=1),
        change(
            "pathway",
            {"diagnosis": "heart", "setting": "municipal_acute"},
            steps={"setting": "inpatient", "share": 0, "days": 3},
        ),
    ],
)
def test_a_change_that_finds_nothing_left_names_who_took_it(
    tmp_path: Path, taker: dict[str, object]
) -> None:
    other = change("avoid", {"diagnosis": "copd", **INPATIENT}, share=0.5)
    late = change("avoid", HEART_STAYS, share=0.1)
    (problem,) = refusal(tmp_path, other, taker, late)
    assert problem.message.startswith(
        f"'3: avoid' finds nothing left: all of it is taken by '2: {taker['name']}' in "
    )
    assert problem.message.count("test.yaml:") == 1
    assert "test.yaml:" in problem.where


def test_a_change_that_finds_nothing_left_in_its_own_years_is_refused(tmp_path: Path) -> None:
    """What is there before either of them begins does not help."""
    taker = change("avoid", HEART_STAYS, share={2026: 0, 2027: 1})
    late = change("avoid", HEART_STAYS, share={2027: 0, 2030: 0.1})
    (problem,) = refusal(tmp_path, taker, late)
    assert problem.message.startswith("'2: avoid' finds nothing left: all of it is taken by ")
