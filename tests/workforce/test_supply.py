"""Supply on the embedded tables: the base year, what scenarios write, and what is conserved."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from projector.errors import ConsistencyError, InputsError
from projector.scenario import load_scenario
from projector.workforce.base_stock import outside_health
from projector.workforce.staff_tables import AGES, REQUIRED, read_staff
from projector.workforce.supply import supply_stage
from tests.embedded import SCENARIOS, result_of
from tests.workforce.staff_world import inputs, nation, supplied

FLOWS_IN, FLOWS_OUT = ("entered", "returned", "moved"), ("left", "retired")


def everywhere(dataset: xr.Dataset) -> xr.Dataset:
    return dataset.sum("region", min_count=1)


def test_the_base_year_has_what_is_needed_less_what_is_short() -> None:
    """Printed by the employment service for 2025; need is what the run itself needs."""
    tree = result_of("reference")
    supply = everywhere(tree["workforce/supply"].to_dataset()).sel(year=2026)
    gap = supply["gap"]
    for profession, short in {
        "nurse": 2100 + 950,
        "health_care_worker": 3000,
        "doctor": 850,
    }.items():
        assert float(gap.sel(profession=profession)) == pytest.approx(short, rel=1e-6)
    competences = tree["workforce/supply"]["competence_gap"].sel(year=2026).sum("region")
    of = competences.groupby(competences["competence_profession"]).sum()
    assert float(of.sel(competence_profession="nurse")) == pytest.approx(950, rel=1e-6)
    assert float(of.sel(competence_profession="doctor")) == pytest.approx(850, rel=1e-6)
    # What the survey does not name is spread over all the others, those without a stock too.
    others = ~gap["profession"].isin(["nurse", "health_care_worker", "doctor"])
    need = tree["workforce"]["need"].sel(year=2026).sum(("region", "setting"))
    rest = 4550 * need.where(others) / need.where(others).sum()
    np.testing.assert_allclose(gap.where(others), rest.where(gap.notnull()))


@pytest.mark.parametrize("name", ["hallingdal", "ahus"])
def test_a_run_of_some_regions_has_its_people_s_part_of_what_is_short(name: str) -> None:
    tree = result_of(name)
    part = float(tree["population"]["population"].sel(year=2026).sum()) / nation()
    gap = tree["workforce/supply"]["gap"].sel(year=2026, profession="nurse").sum()
    assert float(gap) == pytest.approx(3050 * part, rel=1e-6)


@pytest.mark.parametrize("name", ["reference", "hallingdal"])
def test_heads_of_a_year_are_those_before_and_what_came_less_what_went(name: str) -> None:
    supply = result_of(name)["workforce/supply"].to_dataset()
    net = sum(supply[flow] for flow in FLOWS_IN) - sum(supply[flow] for flow in FLOWS_OUT)
    after = supply["heads"].shift(year=-1) - supply["heads"]
    np.testing.assert_allclose(
        after.isel(year=slice(None, -1)), net.isel(year=slice(None, -1)), atol=1e-9
    )
    assert float(abs(supply["moved"].sum("region")).max()) < 1e-9


def test_a_steady_stock_is_steady_in_the_first_year() -> None:
    for name in ("reference", "hallingdal"):
        heads = everywhere(result_of(name)["workforce/supply"].to_dataset())["heads"]
        first, second = (heads.sel(year=year) for year in (2026, 2027))
        np.testing.assert_allclose(second, first, rtol=1e-9)


def test_fte_are_never_above_heads_and_regions_add_up() -> None:
    tree = result_of("hallingdal")
    supply = tree["workforce/supply"].to_dataset()
    assert bool(
        (supply["supply"] <= supply["heads"] * (1 + 1e-9))
        .where(supply["heads"].notnull(), True)
        .all()
    )
    need = tree["workforce"]["need"].sum("setting")
    np.testing.assert_allclose(
        supply["gap"] + supply["supply"], need.where(supply["gap"].notnull())
    )
    # A competence is a part of its profession.
    special = supply["competence_supply"].groupby(supply["competence_profession"]).sum()
    for profession in ("nurse", "doctor"):
        part = special.sel(competence_profession=profession)
        assert bool((part <= supply["supply"].sel(profession=profession) + 1e-9).all())


def test_a_profession_without_a_stock_has_no_supply() -> None:
    supply = result_of("reference")["workforce/supply"].sel(profession="unskilled")
    assert bool(supply["supply"].isnull().all())
    assert bool(supply["first_shortage"].isnull().all())


def test_without_its_tables_there_is_no_supply() -> None:
    tree = result_of("hallingdal")
    left = {name: table for name, table in inputs().tables.items() if name not in REQUIRED}
    arguments = (tree["workforce"].to_dataset(), tree["population"].to_dataset(), nation(), left)
    silent, speaks = (
        load_scenario(SCENARIOS / f"{name}.yaml")
        for name in ("hallingdal", "health-care-workers-fewer")
    )
    assert supply_stage(*arguments, silent, inputs().members) is None
    with pytest.raises(ConsistencyError, match="health_care_worker has no stock"):
        supply_stage(*arguments, speaks, inputs().members)


def test_first_year_of_shortage_is_that_of_the_gap(tmp_path: Path) -> None:
    found = supplied(tmp_path, "reference", "{stock: {nurse: {Norge: 85000}}}")
    gap = found["gap"].sel(profession="nurse", region="0")
    first = int(found["first_shortage"].sel(profession="nurse", region="0"))
    assert first > 2026
    assert float(gap.sel(year=first)) > 0 >= float(gap.sel(year=first - 1))
    assert float(found["supply"].sel(profession="nurse", year=2026).sum()) == pytest.approx(85000)
    # With more nurses than are needed today, those with each competence are short later too.
    years = found["competence_first_shortage"].sel(region="0", competence="dementia_care")
    short = found["competence_gap"].sel(region="0", competence="dementia_care") > 0.005
    assert int(years) == int(short["year"].values[short.values][0])


# What a scenario writes


def test_what_is_said_of_those_without_a_stock_is_refused_and_not_passed_over(
    tmp_path: Path,
) -> None:
    idle = "{education: {unskilled: {places: 10}}, retention: {unskilled: 5 %, nurse: 5 %}}"
    with pytest.raises(ConsistencyError) as caught:
        supplied(tmp_path, "hallingdal", idle)
    messages = [problem.message for problem in caught.value.problems]
    assert messages == 2 * ["unskilled has no stock that this could work on"]
    assert all("own.yaml:3:" in problem.where for problem in caught.value.problems)


def test_fewer_beginners_are_fewer_when_they_would_have_had_their_exam(tmp_path: Path) -> None:
    """Four years of training: those of 2027 have it in 2031, and are there on 1 January 2032."""
    education = "{health_care_worker: {change: {2026: 0, 2027: -45 %}}}"
    fewer = everywhere(supplied(tmp_path, "reference", f"{{education: {education}}}"))
    before = everywhere(result_of("reference")["workforce/supply"].to_dataset())
    for name in ("supply", "heads"):
        change = (fewer[name] - before[name]).sel(profession="health_care_worker")
        np.testing.assert_allclose(change.sel(year=slice(2026, 2031)), 0, atol=1e-6)
        assert (change.sel(year=slice(2032, None)) < 0).all()
    begun = (fewer["begun"] / before["begun"]).sel(profession="health_care_worker")
    np.testing.assert_allclose(begun.sel(year=[2026, 2027, 2040]), [1, 0.55, 0.55])
    came = (before["entered"] - fewer["entered"]).sel(profession="health_care_worker", year=2031)
    educated = before["entered"].sel(profession="health_care_worker", year=2031) - 128
    assert float(came) == pytest.approx(0.45 * float(educated), rel=1e-9)
    others = before["heads"]["profession"] != "health_care_worker"
    np.testing.assert_array_equal(fewer["heads"].where(others), before["heads"].where(others))


def test_places_are_the_nation_s_and_a_region_has_its_part(tmp_path: Path) -> None:
    education = "{education: {nurse: {places: 5000, completion: 80 %}}, abroad: {nurse: 0}}"
    whole = everywhere(supplied(tmp_path, "reference", education))
    some = everywhere(supplied(tmp_path, "hallingdal", education))
    people = result_of("hallingdal")["population"]["population"].sel(year=2026).sum()
    part = float(people) / nation()
    for year in (2026, 2035):
        begun = whole["begun"].sel(profession="nurse", year=year)
        assert float(begun) == pytest.approx(5000)
        # 5 000 × 80 % with an exam, of whom 95 % go to health care.
        entered = whole["entered"].sel(profession="nurse", year=year)
        assert float(entered) == pytest.approx(5000 * 0.8 * 0.95)
        here = some["begun"].sel(profession="nurse", year=year)
        assert float(here) == pytest.approx(5000 * part)


def test_observed_entries_are_those_counted(tmp_path: Path) -> None:
    observed = "{education: {nurse: {calibrate: observed}}}"
    found = everywhere(supplied(tmp_path, "reference", observed)).sel(profession="nurse")
    # 3 452 with an exam (SSB), of whom 95 % go to health care, and 400 from abroad.
    assert float(found["entered"].sel(year=2026)) == pytest.approx(3452 * 0.95 + 400)


def test_observed_entries_that_nobody_counted_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError) as caught:
        supplied(tmp_path, "hallingdal", "{calibrate: observed}")
    told = [str(problem) for problem in caught.value.problems]
    assert any("nobody has counted how many radiographer are trained" in text for text in told)
    assert all("own.yaml:3:" in text for text in told)
    assert not any("nurse" in text for text in told)


@pytest.mark.parametrize(
    "lever",
    [
        "{retention: {nurse: {2026: 0, 2027: 30 %}}}",
        "{retirement: {nurse: {2026: 0, 2027: 2}}}",
        "{abroad: {nurse: {2026: 400, 2027: 900}}}",
        "{education: {nurse: {change: {2026: 0, 2027: 20 %}}}}",
        "{full_time: {nurse: {2026: 0.9101695, 2035: 0.95}}}",
    ],
)
def test_a_lever_gives_more_nurses_and_leaves_the_base_year(tmp_path: Path, lever: str) -> None:
    pulled = everywhere(supplied(tmp_path, "reference", lever))["supply"]
    before = everywhere(result_of("reference")["workforce/supply"].to_dataset())["supply"]
    change = (pulled - before).sel(profession="nurse")
    assert abs(float(change.sel(year=2026))) < 1e-3
    assert (change.sel(year=slice(2032, None)) > 100).all()


def test_the_fte_of_a_head_are_as_the_scenario_says(tmp_path: Path) -> None:
    path = "{full_time: {nurse: {2026: 80 %, 2036: 95 %}}}"
    found = everywhere(supplied(tmp_path, "hallingdal", path)).sel(profession="nurse")
    ratio = found["supply"] / found["heads"]
    np.testing.assert_allclose(ratio.sel(year=[2026, 2031, 2036, 2040]), [0.8, 0.875, 0.95, 0.95])
    before = everywhere(result_of("hallingdal")["workforce/supply"].to_dataset())
    fte = before["supply"].sel(profession="nurse", year=2026)
    assert float(found["supply"].sel(year=2026)) == pytest.approx(float(fte))


def test_later_retirement_by_some_years_keeps_the_old(tmp_path: Path) -> None:
    later = everywhere(supplied(tmp_path, "reference", "{retirement: {nurse: {2026: 0, 2027: 1}}}"))
    before = everywhere(result_of("reference")["workforce/supply"].to_dataset())
    retired = (before["retired"] - later["retired"]).sel(profession="nurse")
    assert float(retired.sel(year=2026)) == pytest.approx(0, abs=1e-9)
    assert float(retired.sel(year=2027)) > 100


def test_more_who_specialise_are_fewer_general_and_as_many_nurses(tmp_path: Path) -> None:
    more = "{specialisation: {intensive_care: {change: {2026: 0, 2027: 50 %}}}}"
    found = everywhere(supplied(tmp_path, "reference", more))
    before = everywhere(result_of("reference")["workforce/supply"].to_dataset())
    gain = (found["competence_supply"] - before["competence_supply"]).sel(
        competence="intensive_care"
    )
    np.testing.assert_allclose(gain.sel(year=slice(2026, 2029)), 0, atol=1e-6)
    assert (gain.sel(year=slice(2031, None)) > 10).all()
    np.testing.assert_allclose(found["heads"], before["heads"], rtol=1e-12)


def test_more_specialists_than_there_can_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError, match="more nurse specialise in region") as caught:
        supplied(
            tmp_path,
            "hallingdal",
            "{specialisation: {intensive_care: {change: {2026: 0, 2027: 100000 %}}}}",
        )
    assert "own.yaml:3:" in str(caught.value)


def test_those_who_settle_do_so_where_the_scenario_says(tmp_path: Path) -> None:
    found = supplied(tmp_path, "hallingdal", "{settle: {Gol: 0.2 %}, moves: none}")
    began = found["begun"].sel(profession="nurse", year=2026)
    plain = supplied(tmp_path, "hallingdal", "{moves: none}")["begun"].sel(
        profession="nurse", year=2026
    )
    others = began["region"] != "3324"
    ratio = (began / plain).where(others, drop=True)
    np.testing.assert_allclose(ratio, float(ratio[0]))
    # As many come to Hallingdal as leave it, so the more go to Gol the fewer go elsewhere.
    assert float(began.sel(region="3324")) > 1.3 * float(plain.sel(region="3324"))


def test_a_region_that_settles_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError, match="stands in another already"):
        supplied(tmp_path, "hallingdal", "{settle: {Gol: 0.1 %, Hallingdal: 0.4 %}}")


def test_a_stock_outside_the_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError, match="no nurse is needed there in this run"):
        supplied(tmp_path, "hallingdal", "{stock: {nurse: {Hole: 50}}}")


def test_nobody_moves_where_the_scenario_says_so(tmp_path: Path) -> None:
    found = supplied(tmp_path, "hallingdal", "{moves: none}")
    assert float(abs(found["moved"]).max()) == 0
    moving = result_of("hallingdal")["workforce/supply"]["moved"]
    assert float(abs(moving).max()) > 0


# What the tables say


def test_ten_years_after_the_exam_a_fifth_of_the_nurses_is_not_in_health_care() -> None:
    """710 of the 3 452 who had their exam in spring 2004 were not in 2014 (SSB)."""
    staff = read_staff(inputs().tables, ["nurse"], [])
    works, away = float(staff.entry["to_health"][0]), 1 - float(staff.entry["to_health"][0])
    for age in range(24, 34):
        left, back = (one[0, 0, age - AGES[0]] for one in (staff.left, staff.returned))
        works, away = works * (1 - left) + away * back, works * left + away * (1 - back)
    assert away == pytest.approx(710 / 3452, abs=0.02)


def test_the_stock_is_as_printed() -> None:
    """3.0 % of all with health education at work are 67 and over (SSB 2020); nurses' part time."""
    tables = inputs().tables
    names = list(dict.fromkeys(tables["staff_ages"]["profession"]))
    staff = read_staff(tables, names, [])
    heads = everywhere(result_of("reference")["workforce/supply"].to_dataset())["heads"]
    weights = heads.sel(year=2026, profession=names).values
    old = staff.share[..., AGES >= 67].sum(axis=(1, 2)) @ weights / weights.sum()
    assert float(old) == pytest.approx(13671 / 453026, abs=0.005)
    women = staff.share[:, 0].sum(axis=1) @ weights / weights.sum()
    assert float(women) == pytest.approx(0.829, abs=0.03)
    assert staff.mean_full_time[names.index("nurse")] == pytest.approx(0.91, abs=0.002)
    midwives = staff.share[names.index("midwife"), :, AGES >= 55].sum()
    assert float(midwives) == pytest.approx(0.321, abs=0.001)


def test_with_the_training_and_not_in_health_care_are_as_many_as_printed() -> None:
    """About 90 % of nurses are employed (2008), 16 % of those outside health care (2014)."""
    staff = read_staff(inputs().tables, ["nurse"], [])
    outside = outside_health(staff)[0]
    reserve = staff.share[0] * outside / (1 - outside)
    assert float(1 / (1 + reserve.sum())) == pytest.approx(0.9 * 0.84, abs=0.06)


def test_ringerike_has_780_fte_in_1010_employed() -> None:
    supply = everywhere(result_of("ringerike-2007")["workforce/supply"].to_dataset())
    base = supply.sel(year=2007)
    np.testing.assert_allclose(
        (base["supply"] / base["heads"]).dropna("profession"), 780 / 1010, rtol=1e-9
    )
    # No survey of 2007: supply and demand balance in the base year, as in HELSEMOD.
    np.testing.assert_allclose(base["gap"].dropna("profession"), 0, atol=1e-6)


def test_a_count_of_all_staff_takes_the_place_of_need(tmp_path: Path) -> None:
    counts = pd.DataFrame(
        {
            "region": ["3324", "3330"],
            "profession": ["nurse", "*"],
            "of": ["all", "hospital"],
            "year": [2026, 2026],
            "heads": [100.0, 10.0],
            "fte": [80.0, 9.0],
        }
    )
    found = supplied(tmp_path, "hallingdal", staff_counts=counts).sel(year=2026)
    gol = found.sel(region="3324", profession="nurse")
    assert (float(gol["supply"]), float(gol["heads"])) == pytest.approx((80, 100))
    hol = found.sel(region="3330", profession="doctor")
    assert float(hol["supply"] / hol["heads"]) == pytest.approx(0.9)
    plain = result_of("hallingdal")["workforce/supply"].sel(year=2026, region="3330")
    assert float(hol["supply"]) == pytest.approx(float(plain["supply"].sel(profession="doctor")))


def test_more_fte_than_heads_are_refused(tmp_path: Path) -> None:
    row = {"region": "3324", "profession": "*", "of": "all", "year": 2026, "heads": 5.0, "fte": 6.0}
    counts = pd.DataFrame([row], index=pd.Index([7], name="line"))
    with pytest.raises(InputsError, match="table staff_counts, line 7: more FTE than people"):
        supplied(tmp_path, "hallingdal", staff_counts=counts)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fte": 1e9}, "more are short than"),
        ({"year": 2030}, "no survey from 2026 or before"),
        ({"profession": "nurse"}, "the survey of 2025 tells nothing of"),
    ],
)
def test_a_survey_that_does_not_fit_is_refused(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    rows = inputs().tables["shortages"].query("profession == '*'").query("year == 2025")
    with pytest.raises(ConsistencyError, match=message):
        supplied(tmp_path, "hallingdal", shortages=rows.assign(**change))


def test_a_competence_without_a_training_is_refused(tmp_path: Path) -> None:
    rows = inputs().tables["specialisation"].query("competence != 'geriatrics'")
    with pytest.raises(InputsError, match="how a doctor gets the competence geriatrics"):
        supplied(tmp_path, "hallingdal", specialisation=rows)
