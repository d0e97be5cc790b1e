"""A backtest knows nothing after its base year."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from projector.errors import ConsistencyError
from projector.inputs.input_set import InputSet, load_inputs
from projector.run.known import first_base, inputs_known_at, known_at, project_from, scenario_at
from projector.scenario import Scenario, load_scenario
from tests.embedded import CASE_AREAS, SCENARIOS

BASE = 2018


@pytest.fixture(scope="module")
def inputs() -> InputSet:
    return load_inputs(CASE_AREAS, {})


def own(folder: Path, population: str) -> Scenario:
    path = folder / "own.yaml"
    path.write_text(
        f"scenario: Own\nextends: {SCENARIOS}/reference.yaml\npopulation: {population}\n", "utf-8"
    )
    return load_scenario(path)


def test_national_figures_stay_as_they_were_in_the_year_before(inputs: InputSet) -> None:
    paths = inputs.tables["paths"]
    known = (
        known_at(paths, BASE).set_index(["component", "sex", "level", "year"])["value"].sort_index()
    )
    before = paths.set_index(["component", "sex", "level", "year"])["value"]
    for component, sex in (("total_fertility", "both"), ("life_expectancy", "male")):
        for level in "LMH":
            last = known[component, sex, level]
            assert last.index.max() == BASE - 1
            assert last[BASE - 1] == before[component, sex, "M", BASE - 1]
    assert known["population", "both", "M"].index.max() == BASE
    assert known["sex_ratio_at_birth", "both", "M"].tolist() == [1.061]


def test_a_base_year_before_the_national_figures_is_refused(inputs: InputSet) -> None:
    paths = inputs.tables["paths"]
    first = first_base(paths)
    assert known_at(paths, first)["year"].min() < first
    with pytest.raises(ConsistencyError, match=f"no national figures from before {first - 1}"):
        known_at(paths, first - 1)


def spoilt(inputs: InputSet, base: int) -> InputSet:
    """The inputs with everything that came after the base year made wrong."""
    persons = inputs.population.persons.copy()
    persons.loc[{"year": slice(base + 1, None)}] *= 3
    paths = inputs.tables["paths"]
    stock = paths["component"] == "population"
    came_later = (paths["year"] >= base + stock) & (paths["component"] != "sex_ratio_at_birth")
    wrong = paths.assign(value=paths["value"].where(~came_later, paths["value"] * 1.01))
    return replace(
        inputs,
        population=replace(inputs.population, persons=persons),
        tables={**inputs.tables, "paths": wrong},
    )


def test_what_came_after_the_base_year_changes_nothing(inputs: InputSet) -> None:
    scenario = load_scenario(SCENARIOS / "ahus.yaml")
    codes = [code for code in inputs.codes if code != "0"]
    honest = project_from(scenario, inputs, BASE, 2026, codes, [])
    blind = project_from(scenario, spoilt(inputs, BASE), BASE, 2026, codes, [])
    xr.testing.assert_identical(honest, blind)
    seeing = project_from(scenario, spoilt(inputs, BASE - 1), BASE, 2026, codes, [])
    assert not honest.equals(seeing)


def test_the_calibration_keeps_its_length_and_ends_at_the_base(tmp_path: Path) -> None:
    scenario = own(tmp_path, "{calibration: {from: 2019, to: 2025, half_life: 12}}")
    then, notes = scenario_at(scenario, BASE, 2024)
    calibration = then.population.calibration
    assert calibration is not None
    assert (calibration.first, calibration.last, calibration.half_life) == (2012, 2018, 12)
    assert (then.years.base, then.years.end) == (BASE, 2024)
    assert notes == []
    assert (scenario.years.base, scenario.years.end) == (2026, 2040)


def test_paths_and_variants_that_speak_of_what_was_to_come_are_left_out(tmp_path: Path) -> None:
    scenario = own(tmp_path, "{variant: HHMH, fertility: {total: 2}, net_immigration: {total: 0}}")
    then, notes = scenario_at(scenario, BASE, 2024)
    assert then.population.variant == "MMMM"
    assert then.population.fertility is None
    assert then.population.net_immigration is None
    assert len(notes) == 1
    assert notes[0].endswith("variant, fertility, net_immigration")


def test_mortality_along_the_trend_known_then_is_a_rule_and_stays(tmp_path: Path) -> None:
    then, notes = scenario_at(own(tmp_path, "{life_expectancy: trend}"), BASE, 2024)
    assert then.population.life_expectancy == "trend"
    assert notes == []


def test_schedules_from_after_the_base_year_are_cut_or_told(inputs: InputSet) -> None:
    known, _ = inputs_known_at(inputs, 2012)
    assert known.tables["fertility"]["year"].max() < 2012
    years = (1988, 1998, 2008, 2018)
    early = pd.concat([inputs.tables["mortality"].assign(year=year) for year in years])
    several, quiet = inputs_known_at(
        replace(inputs, tables={**inputs.tables, "mortality": early}), 2012
    )
    assert sorted(set(several.tables["mortality"]["year"])) == [1988, 1998, 2008]
    assert quiet == []
    two, told = inputs_known_at(
        replace(inputs, tables={**inputs.tables, "mortality": early[early["year"] > 1988]}), 2012
    )
    assert sorted(set(two.tables["mortality"]["year"])) == [1998, 2008, 2018]
    assert "the table mortality holds fewer than 3 schedules" in told[0]
