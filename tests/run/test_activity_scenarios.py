"""The shipped scenarios of activity do what planning documents say of them.

And what they do further on is seen: days, municipal care, beds, money.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from projector.scenario import load_scenario
from projector.tables import HOSPITAL_SETTINGS
from tests.embedded import SCENARIOS, result_of, result_with

FOLLOWED_UP = "Ambulatory follow-up of COPD"


def activity(tree: xr.DataTree) -> xr.Dataset:
    """All regions together, ``[year, diagnosis, setting]``."""
    return tree["activity"].to_dataset().drop_vars("visitors").sum("region")


def beds(tree: xr.DataTree, resource: str, year: int) -> float:
    need = tree["capacity/beds"]["need"].sel(resource=resource, year=year)
    return float(need.sum())


def somatic(dataset: xr.Dataset) -> xr.Dataset:
    return dataset.isel(diagnosis=dataset["kind"].values == "somatic")


def grown(values: xr.DataArray, first: int, last: int) -> float:
    """Change from one year to another, relative."""
    return float(values.sel(year=last) / values.sel(year=first)) - 1


@cache
def demography() -> xr.Dataset:
    return activity(result_of("ahus-2014-demography"))


@cache
def unchanged() -> xr.Dataset:
    return activity(result_of("reference-unchanged"))


# --- people alone ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scenario", "first"), [("ahus-2014-demography", 2014), ("reference-unchanged", 2015)]
)
def test_people_alone_means_that_no_diagnosis_grows_and_no_stay_gets_longer(
    scenario: str, first: int
) -> None:
    loaded = load_scenario(SCENARIOS / f"{scenario}.yaml")
    assert loaded.years.base == first
    held = {
        diagnosis: [growth.annual.at(np.arange(first, 2041), base_year=first) for growth in several]
        for diagnosis, several in loaded.activity.growth.items()
    }
    assert set(held) == set(demography()["diagnosis"].values)
    assert not any(rates.any() for several in held.values() for rates in several)
    tables = result_of(scenario)["activity"].to_dataset()
    # At one age: births are by mothers of few ages, and their stays stay as long.
    stays = tables.sel(diagnosis="birth", setting="outpatient")["contacts"].sum("region")
    assert (stays > 0).all()


def test_ahus_has_30_to_35_percent_more_activity_in_2030_than_in_2014_by_people_alone() -> None:
    """SINTEF 2014 in the joint plan; for stays, their days, and all activity by its weight."""
    stays = demography().sel(setting="inpatient").sum("diagnosis")
    assert 0.30 < grown(stays["contacts"], 2014, 2030) < 0.35
    assert 0.30 < grown(stays["bed_days"], 2014, 2030) < 0.35
    points = result_of("ahus-2014-demography")["money"]["drg_points"].sum(("region", "setting"))
    assert 0.30 < grown(points, 2014, 2030) < 0.35


def test_every_visit_counted_alike_is_less_than_the_plan_has() -> None:
    """Not within the range: consultations are of the young too, who grow least in number."""
    contacts = demography()["contacts"].sel(setting=list(HOSPITAL_SETTINGS))
    assert 0.20 < grown(contacts.sum(("diagnosis", "setting")), 2014, 2030) < 0.30


@pytest.mark.parametrize("diagnosis", ["heart", "stroke", "copd", "cancer"])
def test_illness_of_the_old_grows_more_than_the_population(diagnosis: str) -> None:
    """SINTEF 2012-2030, as the joint plan of the Ahus area has it."""
    people = result_of("ahus-2014-demography")["population"]["population"]
    more = grown(people.sum(("region", "sex", "age")), 2014, 2030)
    stays = demography().sel(diagnosis=diagnosis, setting="inpatient")
    assert grown(stays["contacts"], 2014, 2030) > 1.5 * more
    assert grown(stays["bed_days"], 2014, 2030) > 1.5 * more


def test_bed_days_without_changes_grow_by_about_40_percent_to_2035(tmp_path: Path) -> None:
    """Overlegen 1-2022 of South-East, which is no area of the inputs: nation, and case areas."""
    nation = somatic(unchanged())["bed_days"].sel(setting="inpatient").sum("diagnosis")
    assert grown(nation, 2015, 2035) == pytest.approx(0.40, abs=0.05)
    areas = result_with(
        tmp_path, "reference-unchanged", regions="[Ahus, Ringerike sykehusområde]",
        years="{base: 2015, end: 2035}",
    )  # fmt: skip
    here = somatic(activity(areas))["bed_days"].sel(setting="inpatient").sum("diagnosis")
    assert grown(here, 2015, 2035) == pytest.approx(0.40, abs=0.05)


def test_counted_from_2022_bed_days_grow_by_less_than_that(tmp_path: Path) -> None:
    """Not reached: the source does not print the year it counts from."""
    later = result_with(
        tmp_path,
        "reference-unchanged",
        years="{base: 2022, end: 2035}",
        population="{calibration: {from: 2012, to: 2022}}",
    )
    days = somatic(activity(later))["bed_days"].sel(setting="inpatient").sum("diagnosis")
    assert 0.20 < grown(days, 2022, 2035) < 0.28


# --- readmissions ----------------------------------------------------------------------------


def test_readmissions_in_2015_are_the_printed_share_and_not_the_printed_number() -> None:
    """7.4 % and 2 956 patients in eleven months: the two are of 39 946 discharged.

    By the use and flows of the inputs the hospital had half as many stays again, and so more
    readmissions than patients are told of.
    """
    tree = result_of("ahus-2014")
    stays = activity(tree).sel(year=2015)
    share = stays["readmissions"].sum() / stays["contacts"].sel(setting="inpatient").sum()
    assert float(share) == pytest.approx(0.074, abs=0.003)
    at_hospital = tree["sites"]["contacts"].sel(setting="inpatient", year=2015).sum()
    in_eleven_months = float(at_hospital) * 11 / 12
    assert 1.3 < in_eleven_months / (2_956 / 0.074) < 1.6
    assert 1.3 < in_eleven_months * float(share) / 2_956 < 1.6


@pytest.mark.slow
def test_four_of_five_readmissions_are_avoided_and_followed_up() -> None:
    before, after = activity(result_of("ahus")), activity(result_of("ahus-readmissions"))
    again = before["readmissions"].sum("diagnosis"), after["readmissions"].sum("diagnosis")
    np.testing.assert_allclose(again[1].sel(year=2026), again[0].sel(year=2026), rtol=1e-12)
    np.testing.assert_allclose(again[1].sel(year=2032), 0.2 * again[0].sel(year=2032), rtol=1e-9)
    fewer = again[0] - again[1]
    for setting, contacts in (("inpatient", -1), ("ambulatory", 4), ("home_care", 20)):
        more = (after["contacts"] - before["contacts"]).sel(setting=setting).sum("diagnosis")
        np.testing.assert_allclose(more, contacts * fewer, rtol=1e-6, atol=1e-4)
    shares = [
        float(
            one["readmissions"].sel(year=2035).sum()
            / one["contacts"].sel(year=2035, setting="inpatient").sum()
        )
        for one in (before, after)
    ]
    assert shares[0] == pytest.approx(0.078, abs=0.002)
    assert shares[1] == pytest.approx(0.2 * shares[0] / (1 - 0.8 * shares[0]), rel=1e-9)
    assert beds(result_of("ahus-readmissions"), "somatic", 2035) < 0.95 * beds(
        result_of("ahus"), "somatic", 2035
    )


# --- COPD and the pathways -------------------------------------------------------------------


def copd_stays(tree: xr.DataTree) -> float:
    where = {"diagnosis": "copd", "setting": "inpatient", "year": 2030}
    return float(activity(tree)["contacts"].sel(where))


@pytest.mark.parametrize(
    ("scenario", "parent"), [("hallingdal-copd", "hallingdal"), ("ahus-copd", "ahus")]
)
def test_admissions_for_copd_from_65_years_fall_by_55_percent_in_2030(
    scenario: str, parent: str, tmp_path: Path
) -> None:
    """Printed: 40-70 % fewer. Where all of them are avoided those under 65 are left."""
    changes = f"[{{name: {FOLLOWED_UP}, share: 100 %}}]"
    young = copd_stays(
        result_with(
            tmp_path, scenario, activity=f"{{changes: {changes}}}", years="{base: 2026, end: 2030}"
        )
    )
    before, after = copd_stays(result_of(parent)), copd_stays(result_of(scenario))
    assert (after - young) / (before - young) == pytest.approx(0.45, rel=1e-9)
    assert 0.3 < 1 - after / before < 0.55


@pytest.mark.slow
def test_fewer_stays_upstream_are_less_load_downstream(tmp_path: Path) -> None:
    """One number, the share avoided, moves rehabilitation, municipal short stay and home care."""
    changes = f"[{{name: {FOLLOWED_UP}, share: 0}}]"
    as_before = result_with(tmp_path, "ahus-pathways", activity=f"{{changes: {changes}}}")
    before, after = activity(as_before), activity(result_of("ahus-pathways"))
    copd = {"diagnosis": "copd", "year": 2030}
    for setting in ("rehabilitation", "municipal_short_stay", "home_care"):
        less = 1 - float(after["contacts"].sel(**copd, setting=setting)) / float(
            before["contacts"].sel(**copd, setting=setting)
        )
        assert 0.1 < less < 0.55
    for resource in ("municipal_short_stay", "rehabilitation"):
        assert beds(result_of("ahus-pathways"), resource, 2030) < beds(as_before, resource, 2030)
    for diagnosis in ("heart", "hip_fracture"):
        np.testing.assert_array_equal(
            after["contacts"].sel(diagnosis=diagnosis), before["contacts"].sel(diagnosis=diagnosis)
        )


@pytest.mark.slow
@pytest.mark.parametrize("diagnosis", ["copd", "heart", "hip_fracture"])
def test_a_pathway_as_long_as_the_inputs_have_it_moves_little(
    diagnosis: str, tmp_path: Path
) -> None:
    changes = f"[{{name: {FOLLOWED_UP}, share: 0}}]"
    chained = activity(result_with(tmp_path, "ahus-pathways", activity=f"{{changes: {changes}}}"))
    now = activity(result_of("ahus"))
    days = [
        one["bed_days"].sel(diagnosis=diagnosis, setting="municipal_short_stay", year=2026)
        for one in (now, chained)
    ]
    assert float(days[1] / days[0]) == pytest.approx(1, abs=0.1)


# --- mental health ---------------------------------------------------------------------------


def test_half_of_the_acute_admissions_in_mental_health_are_avoided() -> None:
    before, after = activity(result_of("ahus")), activity(result_of("ahus-mental"))
    where = {"diagnosis": "mental", "setting": "inpatient"}
    acute = before["acute"].sel(where), after["acute"].sel(where)
    np.testing.assert_allclose(acute[1].sel(year=2026), acute[0].sel(year=2026), rtol=1e-12)
    np.testing.assert_allclose(
        acute[1].sel(year=slice(2030, None)), acute[0].sel(year=slice(2030, None)) / 2, rtol=1e-9
    )


def test_the_shift_from_beds_to_teams_and_centres_shows_in_beds_and_visits() -> None:
    before, after = activity(result_of("ahus")), activity(result_of("ahus-mental"))
    mental = {"diagnosis": "mental", "year": 2035}
    length = [
        float(
            one["bed_days"].sel(**mental, setting="inpatient")
            / one["contacts"].sel(**mental, setting="inpatient")
        )
        for one in (before, after)
    ]
    assert 0.88 < length[1] / length[0] < 0.92  # patient-controlled places, from 18 years
    for setting in ("ambulatory", "outpatient"):
        assert float(after["contacts"].sel(**mental, setting=setting)) > float(
            before["contacts"].sel(**mental, setting=setting)
        )
    assert (
        0.4
        < 1
        - beds(result_of("ahus-mental"), "mental_health", 2035)
        / beds(result_of("ahus"), "mental_health", 2035)
        < 0.6
    )


def test_a_fifth_of_the_patients_have_both_hospital_and_municipality(tmp_path: Path) -> None:
    """One number upstream: with more consultations of the shared, more visits follow."""
    name = "Patients of both hospital and municipality"
    alone = f"[{{name: {name}, portion: 0}}]"
    without = activity(
        result_with(
            tmp_path, "ahus-mental", activity=f"{{changes: {alone}}}",
            years="{base: 2026, end: 2030}",
        )
    )  # fmt: skip
    shared = activity(result_of("ahus-mental"))
    mental = {"diagnosis": "mental", "year": 2030}
    np.testing.assert_allclose(
        shared["contacts"].sel(**mental, setting="outpatient"),
        without["contacts"].sel(**mental, setting="outpatient"),
    )
    more = [
        float(
            shared["contacts"].sel(**mental, setting=setting)
            / without["contacts"].sel(**mental, setting=setting)
        )
        for setting in ("ambulatory", "home_care")
    ]
    assert 1.0 < more[0] < 1.3
    assert 0.95 < more[1] < 1.1


# --- the hospital of the future, and visitors ------------------------------------------------


def test_what_leaves_the_beds_arrives_where_it_is_shifted_to() -> None:
    before, after = (activity(result_of(name)).sel(year=2036) for name in ("ahus", "ahus-future"))
    more = (after["contacts"] - before["contacts"]).sum("diagnosis")
    for setting in ("day", "hotel", "observation", "remote", "municipal_acute"):
        assert float(more.sel(setting=setting)) > 0
    for setting in ("inpatient", "outpatient"):
        assert float(more.sel(setting=setting)) < 0
    for resource in ("somatic", "hotel", "observation"):
        change = beds(result_of("ahus-future"), resource, 2036) - beds(
            result_of("ahus"), resource, 2036
        )
        assert (change < 0) == (resource == "somatic")


def test_the_municipality_has_the_days_that_the_hospital_is_spared() -> None:
    before, after = (activity(result_of(name)).sel(year=2035) for name in ("ahus", "ahus-future"))
    assert float(after["ready_days"].sum()) < 0.45 * float(before["ready_days"].sum())
    # Other levers leave fewer to wait; days of under 18 are not shortened.
    paid = [
        float(result_of(name)["money"]["ready_day_payment"].sel(year=2035).sum())
        for name in ("ahus", "ahus-future")
    ]
    assert paid[1] < 0.45 * paid[0]


def test_own_coverage_of_planned_surgery_is_what_was_aimed_at() -> None:
    """The site treats 75 % of orthopaedic stays and 70 % of day surgery from 2034."""
    tree = result_of("ahus-future")
    contacts, there = activity(tree)["contacts"], tree["sites"]["contacts"]
    for setting, share in (("inpatient", 0.75), ("day", 0.70)):
        where = {"diagnosis": "musculoskeletal", "setting": setting, "year": 2035}
        own = there.sel(**where, site="Akershus universitetssykehus")
        assert float(own / contacts.sel(where)) == pytest.approx(share, rel=1e-9)


def test_the_waiting_list_is_gone_after_its_years(tmp_path: Path) -> None:
    changes = "[{name: The waiting list, work_off: {diagnosis: musculoskeletal, setting: day}, "
    changes += "waiting: 3000, between: {from: 2027, to: 2029}}]"
    after = activity(
        result_with(
            tmp_path, "ahus", activity=f"{{changes: {changes}}}", years="{base: 2026, end: 2031}"
        )
    )
    where = {"diagnosis": "musculoskeletal", "setting": "day"}
    more = (after["contacts"] - activity(result_of("ahus"))["contacts"]).sel(where)
    assert more.sel(year=slice(2026, 2031)).values == pytest.approx([0, 1000, 1000, 1000, 0, 0])


def test_visitors_who_use_care_like_residents_take_beds(tmp_path: Path) -> None:
    name = "Visitors use care more like those who live there"
    changes = f"[{{name: {name}, factor: 1}}]"
    before = result_with(
        tmp_path, "ringerike-visitors", activity=f"{{changes: {changes}}}",
        years="{base: 2026, end: 2036}",
    )  # fmt: skip
    after = result_of("ringerike-visitors")
    assert beds(after, "somatic", 2026) == pytest.approx(beds(before, "somatic", 2026))
    assert 1.0 < beds(after, "somatic", 2036) / beds(before, "somatic", 2036) < 1.1
