"""The example of the design, read in full, and what a scenario can say about itself."""

import json
import unicodedata

import numpy as np
import pytest
from pydantic import ValidationError

from projector.errors import ScenarioError
from projector.scenario import Ages, Distribution, Path, load_scenario
from tests.embedded import SCENARIOS


@pytest.fixture
def scenario(folder, monkeypatch):
    monkeypatch.chdir(folder)
    return load_scenario("hallingdal.yaml")


def constant(value):
    return Path(((None, value),))


def test_a_folded_text_is_one_line_without_marks(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(
        f"scenario: Own\nextends: {SCENARIOS}/reference.yaml\ndescription: >-\n  one\n  two\n",
        encoding="utf-8",
    )
    assert load_scenario(path).description == "one two"


def test_a_description_may_be_in_both_languages(tmp_path):
    path = tmp_path / "own.yaml"
    start = f"scenario: Own\nextends: {SCENARIOS}/reference.yaml\n"
    path.write_text(f"{start}description: {{nb: 'Én, to', en: 'One, two'}}\n", encoding="utf-8")
    assert load_scenario(path).description == {"nb": "Én, to", "en": "One, two"}
    path.write_text(f"{start}description: {{nb: Én}}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="en"):
        load_scenario(path)


def test_the_example_holds_what_it_says(scenario, folder):
    assert scenario.scenario == "Hallingdal, COPD followed up at home"
    assert scenario.description is None
    assert scenario.inputs.set == folder.parent / "inputs" / "case-areas"
    assert scenario.inputs.tables == {}
    assert scenario.regions == ("Hallingdal",)
    assert (scenario.years.base, scenario.years.end) == (2026, 2040)
    assert scenario.population.variant == "MMMM"
    assert scenario.population.fertility.total == Path(((2026, 1.44), (2030, 1.57), (2050, 1.66)))
    assert scenario.population.fertility.mean_age is None
    assert scenario.population.life_expectancy is None
    assert scenario.population.visitors == {"Ringerike": constant(20000.0)}
    assert scenario.uncertainty.draws == 1000
    assert scenario.uncertainty.seed == 7
    assert scenario.uncertainty.quantiles == (0.1, 0.5, 0.9)


def test_the_example_changes_activity(scenario):
    (heart,) = scenario.activity.growth["heart"]
    assert heart.annual == constant(-0.005)
    assert heart.ages == {Ages(80, -1): constant(-0.017)}
    assert heart.setting == ("inpatient",)  # from the parent
    assert heart.source == "admissions per 1000, 2017 to 2023"
    (change,) = scenario.activity.changes
    assert change.kind == "avoid"
    assert change.selection is change.avoid
    assert change.avoid.diagnosis == ("copd",)
    assert change.avoid.setting == ("inpatient",)
    assert change.avoid.ages == (Ages(65, -1),)
    assert change.avoid.sex is None
    assert change.share == Path(((2026, 0.0), (2030, Distribution("triangular", (0.4, 0.55, 0.7)))))
    assert change.share.is_uncertain
    (added,) = change.adds
    assert (added.setting, added.contacts, added.days) == ("ambulatory", constant(12.0), None)


def test_the_example_sizes_and_staffs(scenario):
    capacity = scenario.capacity
    assert capacity.occupancy == {"inpatient": constant(0.85), "observation": constant(0.75)}
    assert capacity.overflow == {"municipal_acute": constant(0.05)}
    site = capacity.existing["Hallingdal sjukestugu"]
    assert site.serves is None
    assert site.amounts == {
        "municipal_acute": constant(3.0),
        "municipal_short_stay": Path(((2026, 7.0), (2032, 9.0))),
    }
    duty = scenario.workforce.duty["nurse"]["inpatient"]
    assert (duty.per, duty.fte, duty.kind) == ("bed", constant(1.35), None)


def test_every_value_knows_the_file_line_and_column_that_set_it(scenario):
    assert scenario.where("years") == "hallingdal.yaml:6:1"
    assert scenario.where("activity", "changes", 0) == "hallingdal.yaml:17:7"
    place = scenario.where("activity", "changes", 0, "avoid", "diagnosis")
    assert place == "hallingdal.yaml:18:15"
    assert (
        scenario.where("activity", "changes", 0, "adds", 0, "contacts") == "hallingdal.yaml:20:35"
    )
    assert scenario.where("capacity", "occupancy", "observation") == "reference.yaml:9:32"
    assert scenario.where("capacity", "occupancy", "hotel") == "hallingdal.yaml:24:3"
    assert scenario.where("regions", 0) == "hallingdal.yaml:5:11"


def test_the_resolved_scenario_loads_as_the_same(scenario, folder):
    text = scenario.resolved_yaml()
    (folder / "again.yaml").write_text(text, encoding="utf-8")
    again = load_scenario("again.yaml")
    assert again.resolved() == scenario.resolved()
    assert again.digest() == scenario.digest()
    assert json.loads(json.dumps(scenario.resolved()))["years"] == {"base": 2026, "end": 2040}


def test_the_resolved_scenario_names_the_origin_of_each_value(scenario):
    lines = scenario.resolved_yaml().splitlines()
    assert "    inpatient: 0.85 # hallingdal.yaml:24" in lines
    assert "    observation: 0.75 # reference.yaml:9" in lines
    assert all(" # " in line or line.endswith(":") for line in lines)


def test_the_digest_does_not_depend_on_folder_order_or_comments(scenario, folder, monkeypatch):
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    text = scenario.resolved_yaml()
    head, population, rest = text.partition("population:")
    block, activity, rest = rest.partition("activity:")
    swapped = head + activity + rest + population + block
    (elsewhere / "same.yaml").write_text(swapped, encoding="utf-8")
    monkeypatch.chdir(folder.parent)
    assert load_scenario("elsewhere/same.yaml").digest() == scenario.digest()
    changed = swapped.replace("0.85", "0.86")
    (elsewhere / "changed.yaml").write_text(changed, encoding="utf-8")
    assert load_scenario("elsewhere/changed.yaml").digest() != scenario.digest()


def test_a_scenario_is_frozen(scenario):
    with pytest.raises(ValidationError, match="frozen"):
        scenario.scenario = "Another"


def test_all_paths_are_listed_with_their_places(scenario):
    paths = dict(scenario.paths())
    assert len(paths) == 12
    years = np.array([2026, 2028, 2030])
    share = paths["activity", "changes", 0, "share"]
    assert share.at(years, base_year=2026) == pytest.approx([0, 0.275, 0.55])


def write(folder, text):
    path = folder / "own.yaml"
    path.write_text("scenario: Own\nextends: reference.yaml\n" + text, encoding="utf-8")
    return path


def test_composed_and_decomposed_letters_are_the_same(folder):
    name = unicodedata.normalize("NFD", "Ål sjukestugu")
    path = write(folder, f"capacity:\n  existing: {{{name}: {{beds: 1}}}}\nregions: ['{name}']\n")
    scenario = load_scenario(path)
    assert list(scenario.capacity.existing) == ["Ål sjukestugu"]
    assert scenario.regions == ("Ål sjukestugu",)


def test_inputs_are_relative_to_the_file_that_writes_them(folder):
    below = folder / "below"
    below.mkdir()
    for name in ("counted.csv", "more.csv"):
        (below / name).touch()
    (folder / "norms.csv").touch()
    (folder / "reference.yaml").write_text(
        (folder / "reference.yaml")
        .read_text(encoding="utf-8")
        .replace("../inputs/national", "{set: ../inputs/national, norms: norms.csv}"),
        encoding="utf-8",
    )
    path = below / "own.yaml"
    path.write_text(
        "scenario: Own\nextends: ../reference.yaml\n"
        "inputs: {population: [counted.csv, more.csv]}\n",
        encoding="utf-8",
    )
    inputs = load_scenario(path).inputs
    assert inputs.set == folder.parent / "inputs" / "national"
    assert inputs.tables == {
        "population": (below / "counted.csv", below / "more.csv"),
        "norms": (folder / "norms.csv",),
    }


def test_a_shift_and_a_calibration_are_read(folder):
    path = write(
        folder,
        "population: {calibration: {from: 2016, to: 2026}}\n"
        "activity:\n  changes:\n    - name: Move\n"
        "      shift: {setting: [inpatient, day], sex: female, region: '3322', ages: [80, 0-17]}\n"
        "      to: municipal_acute\n      exchange: 1.5\n      days: 3\n      share: 10 %\n",
    )
    scenario = load_scenario(path)
    calibration = scenario.population.calibration
    assert (calibration.first, calibration.last) == (2016, 2026)
    (change,) = scenario.activity.changes
    assert (change.kind, change.to, change.exchange, change.days) == (
        "shift",
        "municipal_acute",
        constant(1.5),
        constant(3.0),
    )
    assert change.selection.ages == (Ages(80, 80), Ages(0, 17))
    assert change.selection.region == ("3322",)
    assert change.selection.sex == ("female",)


@pytest.mark.parametrize(
    "letters",
    ["MMMM", "LLML", "HHMH", "MMML", "MMMH", "LHML", "HLMH", "MMM0", "MM00", "KKKK", "LHHK"],
)
def test_the_letters_of_statbank_are_read(folder, letters):
    path = write(folder, f"population: {{variant: {letters}}}\n")
    assert load_scenario(path).population.variant == letters


def test_mortality_may_follow_its_trend_and_mothers_grow_older(folder):
    path = write(
        folder,
        "population:\n  life_expectancy: trend\n  fertility: {mean_age: {2026: 31, 2040: 32.5}}\n",
    )
    population = load_scenario(path).population
    assert population.life_expectancy == "trend"
    assert population.fertility.total is None
    assert population.fertility.mean_age == Path(((2026, 31.0), (2040, 32.5)))
    assert load_scenario(path).resolved()["population"] == {
        "fertility": {"mean_age": {2026: 31.0, 2040: 32.5}},
        "life_expectancy": "trend",
    }


def test_a_calibration_says_how_it_looks_back(folder):
    path = write(
        folder,
        "population:\n  calibration: {from: 2010, to: 2026, half_life: 20, weight_half_life: 4,\n"
        "    parents: county, extraordinary: keep}\n",
    )
    calibration = load_scenario(path).population.calibration
    assert (calibration.half_life, calibration.weight_half_life) == (20.0, 4.0)
    assert (calibration.parents, calibration.extraordinary) == ("county", "keep")


def test_the_years_of_a_calibration_may_be_left_out(folder):
    def years(population):
        return load_scenario(write(folder, f"population: {population}\n")).calibration_years

    assert years("{variant: MMMM}") == (2015, 2025)
    assert years("{calibration: {half_life: 20}}") == (2015, 2025)
    assert years("{calibration: {from: 2006}}") == (2006, 2025)
    assert years("{calibration: {to: 2020}}") == (2010, 2020)
    assert years("{calibration: {from: 2006, to: 2020}}") == (2006, 2020)


SEASONAL = (
    "population:\n  visitors: {Ringerike: {winter: {2026: 26000, annual: 1 %}, spring: 15000,\n"
    "    summer: {triangular: [20000, 24000, 28000]}, autumn: 15000}}\n"
)


def test_visitors_may_differ_by_season(folder):
    scenario = load_scenario(write(folder, SEASONAL))
    visitors = scenario.population.visitors["Ringerike"]
    assert list(visitors) == ["winter", "spring", "summer", "autumn"]
    assert visitors["winter"] == Path(((2026, 26000.0),), annual=0.01)
    assert visitors["summer"].is_uncertain
    listed = dict(scenario.paths())
    assert listed["population", "visitors", "Ringerike", "autumn"] == constant(15000.0)
    place = scenario.where("population", "visitors", "Ringerike", "summer")
    assert place.endswith("own.yaml:5:5")
    again = folder / "again.yaml"
    again.write_text(scenario.resolved_yaml(), encoding="utf-8")
    assert load_scenario(again).digest() == scenario.digest()


def test_a_child_changes_one_season(folder):
    write(folder, SEASONAL)
    child = folder / "child.yaml"
    child.write_text(
        "scenario: Child\nextends: own.yaml\n"
        "population: {visitors: {Ringerike: {winter: 30000}}}\n",
        encoding="utf-8",
    )
    visitors = load_scenario(child).population.visitors["Ringerike"]
    assert visitors["winter"] == constant(30000.0)
    assert visitors["spring"] == constant(15000.0)


def test_a_source_between_braces_may_hold_commas_but_no_other_text(folder):
    path = write(folder, "activity:\n  growth: {lung: {annual: 1 %, source: a, 2018, c}}\n")
    assert load_scenario(path).activity.growth["lung"][0].source == "a, 2018, c"
    path = write(folder, "activity:\n  growth: {lung: {annual: 1 %, setting: day, hotel}}\n")
    with pytest.raises(ScenarioError, match="no colon here"):
        load_scenario(path)
