"""Estimates by themselves, and what a planner puts in their place."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import projector
from projector.inputs.input_set import load_inputs
from projector.outputs.calibration import write_tables
from projector.run.calibration import estimate
from projector.run.known import inputs_known_at, project_from, scenario_at
from projector.run.provenance import overriding_notes
from projector.scenario import Scenario, load_scenario
from tests.embedded import CASE_AREAS, SCENARIOS, result_of, result_with

HOL, GOL = "3330", "3324"
TABLES = ("cohort_ratios", "regional_levels", "national_migration")


def own(folder: Path, parent: str = "hallingdal", **tables: str) -> Scenario:
    """A shipped scenario with tables of its own, given as text."""
    names = []
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        names.append(f"{name}: {name}.csv")
    path = folder / "own.yaml"
    path.write_text(
        f"scenario: Own\nextends: {SCENARIOS / parent}.yaml\n"
        f"inputs: {{set: {CASE_AREAS}, {', '.join(names)}}}\n",
        encoding="utf-8",
    )
    return load_scenario(path)


@pytest.mark.parametrize("name", ["hallingdal", "ahus", "reference"])
def test_the_estimates_are_those_of_the_run(name: str) -> None:
    found = estimate(load_scenario(SCENARIOS / f"{name}.yaml"))
    tree = result_of(name)
    xr.testing.assert_identical(found.dataset, tree["calibration"].to_dataset())
    assert "\n".join(found.notes) == tree.attrs["inputs_notes"]
    assert found.regions
    assert found.base.sizes == {"region": 34, "sex": 2, "age": 106}


@pytest.mark.parametrize("name", ["hallingdal", "ahus"])
def test_tables_given_back_unchanged_change_nothing(tmp_path: Path, name: str) -> None:
    tree = result_of(name)
    write_tables(tree["calibration"].to_dataset(), tmp_path)
    texts = {table: (tmp_path / f"{table}.csv").read_text("utf-8") for table in TABLES}
    again = projector.run(own(tmp_path, name, **texts))
    for node in tree.leaves:
        xr.testing.assert_identical(again[node.path].to_dataset(), node.to_dataset())
    notes = again.attrs["inputs_notes"]
    assert "cohort_ratios (cohort_ratios.csv) takes the place of estimates (rows: 7208)" in notes
    assert "regional_levels (regional_levels.csv) takes the place of estimates (rows: 68)" in notes
    assert "the place of estimates (rows: 212)" in notes


def test_at_the_nations_level_people_live_as_long_as_the_nation(tmp_path: Path) -> None:
    text = f"region,measure,level\n{HOL},mortality,1\n{HOL},fertility,1\n"
    tree = projector.run(own(tmp_path, regional_levels=text))
    indicators, before = tree["indicators"], result_of("hallingdal")["indicators"]
    for name in ("life_expectancy", "total_fertility"):
        hol, nation = (indicators[name].sel(region=code) for code in (HOL, "0"))
        np.testing.assert_allclose(hol.values, nation.values, rtol=1e-12)
        xr.testing.assert_identical(indicators[name].sel(region=GOL), before[name].sel(region=GOL))
        assert not np.allclose(before[name].sel(region=HOL), nation)
    note = "(regional_levels.csv) takes the place of estimates (rows: 2), in 3330 Hol"
    assert note in tree.attrs["inputs_notes"]


def test_a_cohort_that_nobody_leaves_grows_as_the_nations(tmp_path: Path) -> None:
    """With the ratio 1 at every age, moves are the nation's for each person who lives on."""
    rows = [f"{HOL},{sex},{age},1" for sex in ("female", "male") for age in [*range(105), "105+"]]
    text = "\n".join(["region,sex,ages,ratio", *rows]) + "\n"
    tree = projector.run(own(tmp_path, cohort_ratios=text))
    nation = result_of("reference")["population"]
    hol = tree["population"].sel(region=HOL)

    def per_survivor(people: xr.Dataset) -> xr.DataArray:
        moved = people["net_migration"].isel(year=0).sel(age=slice(1, 90))
        end = people["population"].isel(year=1).sel(age=slice(1, 90))
        return (moved / (end - moved)).drop_vars(["region", "region_name", "year"])

    xr.testing.assert_allclose(per_survivor(hol), per_survivor(nation.isel(region=0)), rtol=1e-9)
    before = result_of("hallingdal")["population"]["population"]
    xr.testing.assert_identical(
        tree["population"]["population"].sel(region=GOL), before.sel(region=GOL)
    )
    assert not before.sel(region=HOL).equals(hol["population"])


def test_a_rise_of_one_ratio_brings_people_of_that_age(tmp_path: Path) -> None:
    text = f"region,sex,ages,ratio\n{HOL},female,30,1.5\n"
    people = projector.run(own(tmp_path, cohort_ratios=text))["population"]["population"]
    before = result_of("hallingdal")["population"]["population"]
    more = (people - before).isel(year=1).sel(region=HOL)
    assert float(more.sel(sex="female", age=30)) > 0.3 * float(
        before.isel(year=0).sel(region=HOL, sex="female", age=29)
    )
    assert float(abs(more).sum()) == pytest.approx(float(more.sel(sex="female", age=30)))


def test_who_immigrates_changes_but_not_how_many(tmp_path: Path) -> None:
    text = "sex,ages,persons\nmale,25,9000\n"
    moved = projector.run(own(tmp_path, "reference", national_migration=text))
    before = result_of("reference")["population"]["net_migration"].isel(region=0)
    after = moved["population"]["net_migration"].isel(region=0)
    np.testing.assert_allclose(after.sum(("sex", "age")), before.sum(("sex", "age")), rtol=1e-9)
    share = [float(one.isel(year=0).sel(sex="male", age=25)) for one in (before, after)]
    assert share[1] > 3 * share[0] > 0
    assert "takes the place of estimates (rows: 1)" in moved.attrs["inputs_notes"]


def test_a_backtest_does_not_use_what_was_said_later(tmp_path: Path) -> None:
    text = f"region,measure,level\n{HOL},mortality,1.9\n"
    scenario = own(tmp_path, regional_levels=text)
    inputs = load_inputs(scenario.inputs.set, scenario.inputs.tables)
    known, notes = inputs_known_at(inputs, 2018)
    assert "regional_levels" not in known.tables
    assert "the table regional_levels" in "".join(notes)
    blind = project_from(scenario, inputs, 2018, 2024, [HOL], [])
    plain = project_from(
        load_scenario(SCENARIOS / "hallingdal.yaml"),
        load_inputs(CASE_AREAS, {}),
        2018,
        2024,
        [HOL],
        [],
    )
    xr.testing.assert_identical(blind, plain)


def test_a_table_with_the_nation_alone_has_nothing_to_calibrate_but_who_immigrates(
    tmp_path: Path,
) -> None:
    lines = (CASE_AREAS / "population.csv").read_text("utf-8").splitlines()
    nation = [lines[0], *(line for line in lines[1:] if line.startswith("0,"))]
    scenario = own(tmp_path, "reference", population="\n".join(nation) + "\n")
    found = estimate(scenario)
    assert found.regions == []
    assert found.dataset["cohort_ratio"].shape == (0, 2, 106)
    expected = result_of("reference")["calibration"]["national_migration"]
    np.testing.assert_allclose(found.dataset["national_migration"], expected, rtol=1e-9)
    write_tables(projector.run(scenario)["calibration"].to_dataset(), tmp_path / "tables")
    assert len((tmp_path / "tables/cohort_ratios.csv").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("calibration", "years"),
    [
        ("{half_life: 20}", "2016-2026"),
        ("{parents: nation}", "2016-2026"),
        ("{from: 2011}", "2011-2026"),
        ("{to: 2021}", "2011-2021"),
    ],
)
def test_years_that_are_not_written_are_ten_to_the_base(
    tmp_path: Path, calibration: str, years: str
) -> None:
    text = f"{{set: {CASE_AREAS}}}"
    path = tmp_path / "own.yaml"
    path.write_text(
        f"scenario: Own\ninputs: {text}\nregions: [Hol]\nyears: {{base: 2026, end: 2027}}\n"
        f"population: {{calibration: {calibration}}}\n",
        encoding="utf-8",
    )
    tree = projector.run(load_scenario(path))
    assert tree.attrs["calibration_years"] == years
    assert "asks for moves and births" not in tree.attrs["inputs_notes"]


@pytest.mark.slow
def test_the_years_written_out_are_the_same_as_the_default(tmp_path: Path) -> None:
    plain, written = (
        result_with(tmp_path, "hallingdal", population=f"{{calibration: {said}}}")
        for said in ("{half_life: 20}", "{from: 2016, to: 2026, half_life: 20}")
    )
    xr.testing.assert_identical(
        plain["population"].to_dataset(), written["population"].to_dataset()
    )


def test_years_beyond_the_tables_are_told_only_where_they_were_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    for calibration, told in (("{half_life: 20}", False), ("{to: 2012, half_life: 20}", True)):
        path.write_text(
            f"scenario: Own\ninputs: {CASE_AREAS}\nregions: [Hol]\n"
            f"years: {{base: 2012, end: 2013}}\npopulation: {{calibration: {calibration}}}\n",
            encoding="utf-8",
        )
        tree = projector.run(load_scenario(path))
        assert tree.attrs["calibration_years"] == "2007-2012"  # five-year groups: five years apart
        asks = "the scenario asks for moves and births of 2002-2012" in tree.attrs["inputs_notes"]
        assert asks == told


def test_backwards_the_default_follows_the_base_and_written_years_keep_their_length(
    tmp_path: Path,
) -> None:
    path = tmp_path / "own.yaml"
    for calibration, years in (
        ("{half_life: 20}", (2008, 2018)),
        ("{from: 2020}", (2012, 2018)),
        ("{to: 2024}", (2008, 2018)),
    ):
        path.write_text(
            f"scenario: Own\ninputs: {CASE_AREAS}\nregions: [Hol]\n"
            f"years: {{base: 2026, end: 2030}}\npopulation: {{calibration: {calibration}}}\n",
            encoding="utf-8",
        )
        then, notes = scenario_at(load_scenario(path), 2018, 2024)
        assert then.calibration_years == years
        assert notes == []


def test_what_was_overridden_is_told_with_file_and_regions() -> None:
    names = {"0301": "Oslo", "3330": "Hol"}
    codes = ["3330", "3330", "3332", "0301", "3320", "3322", "3324"]
    rows = pd.DataFrame({"region": codes, "level": 1.0})
    tables = {"regional_levels": rows, "national_migration": rows[["level"]]}
    files = {"regional_levels: own.csv": "", "national_migration: who.csv": "", "norms: n.csv": ""}
    assert overriding_notes(tables, files, names) == [
        "the table regional_levels (own.csv) takes the place of estimates (rows: 7), in "
        "3330 Hol, 3332, 0301 Oslo, 3320, 3322, and 1 more",
        "the table national_migration (who.csv) takes the place of estimates (rows: 7)",
    ]
    assert overriding_notes({}, files, names) == []
