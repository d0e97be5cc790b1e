"""The results of a run with small counts of patients suppressed."""

import csv
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from projector.cli.main import cli
from projector.compare.sides import Given, sides_of
from projector.errors import ConsistencyError, ScenarioError, UsageError
from projector.outputs.readings import reading_json, reading_table, reading_text
from projector.outputs.summary import summary
from projector.report.page import report_page
from projector.report.view import View
from projector.report.workbook.tables import result_tables
from projector.run.measures import WHOLE, figures_of
from projector.run.readings import Reading, read_figures
from projector.run.suppression import WITHHELD, as_told
from projector.scenario import load_scenario
from projector.tables.suppression import flag_in, withheld_of
from tests.embedded import SCENARIOS, result_of, result_with
from tests.run.attack import Told, possible

LIMIT = 5
_RESULT = ("--result", "beds")
_REFUSED = (["areas"], ["explain", *_RESULT], ["sensitivity", *_RESULT], ["explore"])
COUNTS = ("contacts", "bed_days", "acute", "readmissions", "ready_days")
TOGETHER = "suppressed"
SUPPRESSED = {"contacts_by_diagnosis", *COUNTS}


@cache
def told(name: str) -> xr.DataTree:
    scenario = load_scenario(SCENARIOS / f"{name}.yaml").with_suppression(LIMIT)
    return as_told(result_of(name), scenario)


def figures(tree: xr.DataTree) -> dict[str, xr.DataArray]:
    groups = {
        node.path.strip("/"): node.to_dataset().reset_coords(drop=True)
        for node in tree.subtree
        if node.data_vars
    }
    return {measure.name: array for measure, array in figures_of(groups)}


def known_sums(tree: xr.DataTree, variable: str, year: int) -> Iterator[Told]:
    """Every number that outputs tell of a count by setting, as a sum of the counts before."""
    whole = result_of("hallingdal")["activity"].to_dataset()[variable].sel(year=year, drop=True)
    whole = whole.transpose("region", "diagnosis", "setting")
    place = xr.zeros_like(whole, dtype=int).copy(data=np.arange(whole.size).reshape(whole.shape))
    counts = tree["activity"].to_dataset()[variable].sel(year=year, drop=True)
    for region, diagnosis, setting in np.ndindex(whole.shape):
        at = {"region": region, "diagnosis": diagnosis, "setting": setting}
        value = float(counts.isel(at))
        if not np.isnan(value):
            yield [int(place.isel(at))], value
    if variable == "acute":
        return
    for axes, name in ((("setting",), variable), (("diagnosis",), f"{variable}_by_diagnosis")):
        if name not in figures(tree):
            continue
        sums = figures(tree)[name].sel(year=year)
        for region in map(str, sums["region"].values):
            for part in map(str, sums[axes[0]].values):
                value = float(sums.sel({"region": region, axes[0]: part}))
                if np.isnan(value) or TOGETHER in (region, part):
                    continue
                one = place if region == WHOLE else place.sel(region=[region])
                yield one.sel({axes[0]: part}).values.ravel().tolist(), value


@pytest.mark.parametrize("variable", ["contacts", "acute"])
def test_no_suppressed_count_of_hallingdal_is_found_by_subtraction(variable: str) -> None:
    tree = told("hallingdal")
    hidden = tree["activity"].to_dataset()["suppressed"].values[:6, :16]
    counts = result_of("hallingdal")["activity"].to_dataset()[variable].sel(year=2030)
    there = counts.transpose("region", "diagnosis", "setting").values > 0
    places = np.flatnonzero((hidden == 1) & there)
    assert places.size > 100
    sums = list(known_sums(tree, variable, 2030))
    for least, most in possible(counts.size, sums, places[::25].tolist()):
        assert least <= 1e-6
        assert most - least >= LIMIT - 1e-6


@pytest.mark.parametrize("name", ["hallingdal", "ahus"])
def test_no_count_that_is_told_is_small(name: str) -> None:
    tree = told(name)
    activity = tree["activity"].to_dataset()
    numbers = [activity[one] for one in COUNTS]
    numbers.append(activity["contacts"] - activity["acute"])
    numbers += [
        one for key, one in figures(tree).items() if key in (*COUNTS, "contacts_by_diagnosis")
    ]
    for one in numbers:
        assert not bool(((one > 1e-6) & (one < LIMIT)).any())
    small = result_of(name)["activity"].to_dataset()["contacts"]
    assert bool(((small > 0) & (small < LIMIT)).any())


@pytest.mark.parametrize("name", ["hallingdal", "ahus"])
def test_sums_of_the_whole_run_are_those_of_all_counts(name: str) -> None:
    for one in COUNTS:
        over = ("region", "diagnosis")
        whole = result_of(name)["activity"].to_dataset()[one].sum(over)
        np.testing.assert_allclose(told(name)["activity"].to_dataset()[one].sum(over), whole)
    before, after = figures(result_of(name)), figures(told(name))
    for key in ("contacts", "bed_days"):
        both = after[key].sel(region=WHOLE), before[key].sel(region=WHOLE)
        np.testing.assert_allclose(*both)
        regions = result_of(name)["population"]["region"].values
        shown = after[key].sel(region=regions)
        np.testing.assert_allclose(
            shown.where(shown.notnull(), before[key].sel(region=regions)),
            before[key].sel(region=regions),
        )


MADE = (
    "capacity/beds",
    "capacity/places",
    "capacity/rooms",
    "workforce",
    "workforce/supply",
    "money",
)


@pytest.mark.parametrize("name", ["hallingdal", "ahus"])
def test_what_is_made_of_counts_is_told_unchanged_or_withheld(name: str) -> None:
    before, after = result_of(name), told(name)
    xr.testing.assert_identical(
        after["population"].to_dataset()["population"],
        before["population"].to_dataset()["population"],
    )
    regions = before["population"]["region"].values
    for group in MADE:
        whole, part = (tree[group].to_dataset() for tree in (before, after))
        for key in whole.data_vars:
            if key == "need_by_kind":
                continue
            known, shown = whole[key].reset_coords(drop=True), part[key].reset_coords(drop=True)
            if "region" in known.dims:
                shown = shown.sel(region=regions)
            flag = flag_in(part, str(key))
            withheld = False if flag is None else (flag == 1).reset_coords(drop=True)
            np.testing.assert_array_equal(shown, known.where(np.logical_not(withheld)))
    assert after["capacity/beds"]["need_by_kind"].isnull().all()
    assert not set(WITHHELD) & set(after.children)
    there = {group for group in WITHHELD if group in before.groups or f"/{group}" in before.groups}
    assert there < set(json.loads(after.attrs["withheld"]))


@pytest.mark.parametrize("result", ["own_coverage", "priority_contacts", "beds_need_by_kind"])
def test_what_is_withheld_is_told_to_be_and_why(result: str) -> None:
    with pytest.raises(UsageError) as told_of:
        read_figures(told("ahus"), result)
    (problem,) = told_of.value.problems
    assert "withholds this result: counts of fewer than 5 patients are suppressed" in str(problem)
    assert "lack" not in str(problem)
    assert read_figures(result_of("ahus"), result).lines


def test_what_the_inputs_lack_is_not_told_to_be_withheld() -> None:
    with pytest.raises(UsageError, match="its inputs lack what it takes"):
        read_figures(told("hallingdal"), "own_coverage")


@pytest.mark.parametrize("name", ["hallingdal", "ahus"])
def test_beds_staff_and_money_of_all_regions_together_are_those_of_all_counts(name: str) -> None:
    before, after = figures(result_of(name)), figures(told(name))
    for key, known in before.items():
        if "region" in known.dims and WHOLE in known["region"].values and key not in SUPPRESSED:
            shown = after[key].sel(region=WHOLE)
            np.testing.assert_allclose(shown, known.sel(region=WHOLE), rtol=1e-12)
    rows = [
        {(one.heading, row.name): row.figures for one in summary(tree, "en") for row in one.rows}
        for tree in (result_of(name), told(name))
    ]
    derived = {key for key in rows[0] if not key[1].startswith(("Inpatient stays", "Outpatient v"))}
    told_of = {key for key in derived if not key[1].startswith("Own coverage")}
    assert {key: rows[1].get(key) for key in told_of} == {key: rows[0][key] for key in told_of}


def weights_of(need: xr.DataArray, setting: str) -> np.ndarray:
    """Units for a bed day of each diagnosis group, as whoever knows the norms knows them."""
    days = result_of("hallingdal")["activity"].to_dataset()["bed_days"].sel(setting=setting)
    days = days.transpose("region", "year", "diagnosis").values
    flat = days.reshape(-1, days.shape[2])
    wanted = need.transpose("region", "year").values.ravel()
    weights = np.linalg.lstsq(flat, wanted, rcond=None)[0]
    np.testing.assert_allclose(flat @ weights, wanted, rtol=1e-6)
    return weights


def known_of_beds(tree: xr.DataTree, year: int) -> Iterator[Told]:
    """What beds for inpatients tell of their bed days, by region and of all regions together."""
    known = result_of("hallingdal")["capacity/beds"].to_dataset()["need"]
    shown = tree["capacity/beds"].to_dataset()["need"].sel(year=year, drop=True)
    regions, groups = 6, 16
    place = np.arange(regions * groups).reshape(regions, groups)
    for resource in ("somatic", "intensive", "mental_health", "addiction"):
        weights = weights_of(known.sel(resource=resource), "inpatient")
        for region in range(regions):
            value = float(shown.sel(resource=resource).isel(region=region))
            if not np.isnan(value):
                yield place[region].tolist(), value, weights.tolist()
        everywhere = float(shown.sel(resource=resource).sum("region"))
        yield place.ravel().tolist(), everywhere, np.tile(weights, regions).tolist()


def attacked(tree: xr.DataTree) -> np.ndarray:
    """Ranges left of small counts of stays in 2030, to somebody who knows norms and stays.

    From the bed days that beds tell, and the mean length of a stay.
    """
    activity = result_of("hallingdal")["activity"].to_dataset()
    stays, days = (
        activity[one].sel(year=2030, setting="inpatient").transpose("region", "diagnosis")
        for one in ("contacts", "bed_days")
    )
    counts = told("hallingdal")["activity"].to_dataset()["bed_days"].sel(year=2030)
    counts = counts.sel(setting="inpatient").transpose("region", "diagnosis").values[:6, :16]
    place = np.arange(96).reshape(6, 16)
    known: list[Told] = [([int(n)], float(counts.ravel()[n])) for n in place[~np.isnan(counts)]]
    known += [(place[region].tolist(), float(days[region].sum())) for region in range(6)]
    known += known_of_beds(tree, 2030)
    small = np.isnan(counts) & (stays.values < LIMIT)
    assert small.sum() > 10
    ranges = possible(96, known, place[small].tolist())
    return np.array([most - least for least, most in ranges]) * (stays / days).values[small]


def test_whoever_knows_the_norms_finds_no_suppressed_count_from_the_beds() -> None:
    assert attacked(told("hallingdal")).min() >= LIMIT - 1e-6


def test_the_attack_finds_counts_where_beds_are_not_withheld() -> None:
    """Without this the test above could not fail: beds for addiction are its bed days, divided."""
    assert attacked(result_of("hallingdal")).min() < 1e-3


def test_numbers_are_withheld_by_region_and_told_together() -> None:
    tree = told("hallingdal")
    beds = read_figures(tree, "beds", by=["region"])
    addiction = [line for line in beds.lines if line.parts["resource"] == "addiction"]
    by_region = {line.parts["region"]: line for line in addiction}
    assert by_region["3322"].suppressed
    assert np.isnan(by_region["3322"].values).all()
    whole = result_of("hallingdal")["capacity/beds"].to_dataset()["need"].sum("region")
    np.testing.assert_allclose(by_region[TOGETHER].values, whole.sel(resource="addiction"))
    homes = {
        line.parts["region"]: line
        for line in beds.lines
        if line.parts["resource"] == "nursing_home"
    }
    assert {region for region, line in homes.items() if line.suppressed} == {"3320", "3326"}
    by_setting = read_figures(tree, "staff", of={"region": ["3328"], "profession": ["nurse"]})
    assert [line.suppressed for line in by_setting.lines] == [True]
    cost = read_figures(tree, "cost", of={"region": ["3320"], "setting": ["observation"]})
    assert [line.suppressed for line in cost.lines] == [False]  # nobody knows: there is no price
    assert reading_json(beds)["lines"][0]["suppressed"] is True
    table = reading_table(beds)
    hidden = table[(table["resource"] == "addiction") & (table["region"] == "3322")]
    assert set(hidden["status"]) == {"suppressed"}


def test_areas_have_no_number_where_one_of_their_regions_has_none() -> None:
    tree = told("hallingdal")
    tree.attrs["areas"] = json.dumps({"East": ["3322", "3324"], "South": ["3320", "3322"]})
    of = {"region": ["East", "South"], "resource": ["nursing_home"]}
    east, south = read_figures(tree, "beds", of=of).lines
    whole = (
        result_of("hallingdal")["capacity/beds"].to_dataset()["need"].sel(resource="nursing_home")
    )
    np.testing.assert_allclose(east.values, whole.sel(region=["3322", "3324"]).sum("region"))
    assert np.isnan(south.values).all()
    side = sides_of([Given("one", tree)], {"East": ["3322", "3324"], "South": ["3320", "3322"]})[0]
    needed = side.measures["beds"][1].sel(resource="nursing_home")
    np.testing.assert_allclose(needed.sel(region="East"), east.values)
    assert needed.sel(region="South").isnull().all()


def test_a_region_by_itself_is_told_what_does_not_tell_diagnosis_groups_apart(
    tmp_path: Path,
) -> None:
    """There are no others to hide small counts among, and no sum is told without a part of it."""
    tree = result_with(tmp_path, "hallingdal", regions="[Ål]", outputs="{suppress: 5}")
    beds = tree["capacity/beds"].to_dataset()["need"].sum("region", min_count=1)
    assert beds.sel(resource=["somatic", "mental_health", "addiction"]).isnull().all()
    assert beds.sel(resource=["nursing_home", "rehabilitation"]).notnull().all()
    assert tree["workforce"].to_dataset()["need"].isnull().all()
    assert tree["workforce/supply"].to_dataset()["gap"].isnull().all()
    names = [row.name for one in summary(tree, "en") for row in one.rows]
    assert "Long-term nursing home beds" in names
    assert not {"Somatic beds", "DRG points, number", "Nurse", "Total with health education"} & {
        *names
    }
    page = report_page(tree, "en")
    assert "Long-term nursing home beds" in page
    assert "Addiction treatment beds" not in page


def test_without_a_limit_nothing_is_touched_and_without_small_counts_nothing_is_hidden() -> None:
    tree = result_of("hallingdal")
    assert as_told(tree, load_scenario(SCENARIOS / "hallingdal.yaml")) is tree
    nation = told("reference")["activity"].to_dataset()
    assert TOGETHER not in nation["diagnosis"].values
    assert not nation["suppressed"].any()


def test_a_run_of_too_few_people_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError) as error:
        result_with(
            tmp_path,
            "hallingdal",
            regions="[Flå]",
            outputs="{suppress: 5}",
            years="{base: 2026, end: 2028}",
        )
    problems = error.value.problems
    assert {"nursing_home", "care_home"} <= {one.message.split()[4] for one in problems}
    assert all(problem.where.endswith("own.yaml:4:11") for problem in problems)
    assert problems[0].expected == "a run of more regions, or a lower limit"


def test_groups_that_are_left_out_have_no_summaries_over_draws(tmp_path: Path) -> None:
    tree = result_with(
        tmp_path, "ahus", outputs="{suppress: 5}", years="{base: 2026, end: 2027}",
        uncertainty="{draws: 2, population: written}",
    )  # fmt: skip
    assert "sites" not in tree.children
    assert "own_coverage" not in tree["uncertainty"].children
    assert {"sites", "uncertainty/own_coverage"} <= withheld_of(tree.attrs).keys()


def test_summaries_over_draws_hide_what_is_hidden(tmp_path: Path) -> None:
    tree = result_with(
        tmp_path, "hallingdal", outputs="{suppress: 5}",
        years="{base: 2026, end: 2028}",
        uncertainty="{draws: 4, population: written}",
    )  # fmt: skip
    activity, summaries = tree["activity"].to_dataset(), tree["uncertainty"].children
    assert "own_coverage" not in summaries
    by_diagnosis = summaries["contacts_by_diagnosis"].to_dataset()["mean"]
    hidden = activity["suppressed"].any("setting")
    for region in ("3320", WHOLE):
        of_region = hidden.any("region") if region == WHOLE else hidden.sel(region=region)
        gone = by_diagnosis.sel(region=region).isnull().all("year")
        assert bool(gone.where(of_region, True).all())
    contacts = summaries["contacts"].to_dataset()
    homes = contacts["quantile_value"].sel(setting="nursing_home")
    assert homes.sel(region=["3320", "3326"]).isnull().all()
    assert homes.sel(region=["3322", WHOLE]).notnull().all()
    assert contacts["region"].values.tolist() == [*activity["region"].values, WHOLE]
    for name in COUNTS[:2]:
        values = summaries[name].to_dataset()["quantile_value"]
        assert not bool(((values > 0) & (values < LIMIT)).any())


def test_what_is_withheld_has_no_interval_and_depends_on_nothing(tmp_path: Path) -> None:
    tree = result_with(
        tmp_path, "hallingdal", regions="[Ål]", outputs="{suppress: 5}",
        years="{base: 2026, end: 2027}",
        uncertainty="{draws: 64, population: written}",
    )  # fmt: skip
    withheld = tree["capacity/beds"].to_dataset()["need_suppressed"].sel(region="3328") == 1
    assert withheld.any()
    for group in ("uncertainty/beds", "uncertainty/sensitivity/beds"):
        for values in tree[group].to_dataset().data_vars.values():
            told = values.notnull().any([axis for axis in values.dims if axis != "resource"])
            assert not (told & withheld).any()
    staff = tree["uncertainty/sensitivity/staff"].to_dataset()
    assert all(values.isnull().all() for values in staff.data_vars.values())


def nursing_homes(**parts: object) -> Reading:
    return read_figures(told("hallingdal"), "contacts", of={"setting": ["nursing_home"]}, **parts)  # type: ignore[arg-type]


def test_readings_tell_what_is_suppressed_from_what_does_not_arise() -> None:
    reading = nursing_homes(by=["region"])
    by_region = {line.parts["region"]: line.values for line in reading.lines}
    assert np.isnan(by_region["3320"]).all()
    assert (by_region[TOGETHER] >= LIMIT).all()
    text = reading_text(reading, {}, "en", asked="contacts", all_years=False)
    flaa = next(line for line in text.splitlines() if "Flå" in line)
    assert flaa.split() == ["Flå", ":", ":", ":", ":"]
    assert ": suppressed: below 5 or protects a count that is" in text
    table = reading_table(reading)
    assert set(table[table["region"] == "3320"]["status"]) == {"suppressed"}
    assert table[table["region"] == "3322"]["value"].notna().all()
    assert reading_json(reading)["suppressed_below"] == LIMIT


def test_the_sum_of_some_regions_is_told_only_if_each_of_them_is() -> None:
    setting = {"setting": ["nursing_home"]}
    tree = told("hallingdal")
    tree.attrs["areas"] = json.dumps({"East": ["3322", "3324"], "South": ["3320", "3322"]})
    lines = read_figures(tree, "contacts", of={**setting, "region": ["East", "South"]}).lines
    whole = result_of("hallingdal")["activity"].to_dataset()["contacts"].sel(setting="nursing_home")
    east = whole.sel(region=["3322", "3324"]).sum(("region", "diagnosis"))
    np.testing.assert_allclose(lines[0].values, east)
    assert np.isnan(lines[1].values).all()
    (everybody,) = nursing_homes().lines
    np.testing.assert_allclose(everybody.values, whole.sum(("region", "diagnosis")))


def test_the_printed_table_keeps_every_total_and_does_not_divide_by_kind() -> None:
    rows = {row.name: row.figures for one in summary(told("hallingdal"), "en") for row in one.rows}
    before = {row.name for one in summary(result_of("hallingdal"), "en") for row in one.rows}
    assert "Inpatient stays, addiction" not in rows
    assert "Inpatient stays" in rows
    assert {name for name in before if "stays, " not in name and "visits, " not in name} <= {*rows}


def test_a_run_writes_nothing_small_and_is_verified(tmp_path: Path) -> None:
    file, out = tmp_path / "own.yaml", tmp_path / "out"
    parent = f"scenario: Own\nextends: {SCENARIOS / 'hallingdal.yaml'}\n"
    file.write_text(f"{parent}years: {{base: 2026, end: 2028}}\n", "utf-8")
    command = ["run", str(file), "--output", str(out), "--draws", "0", "--suppress", "5"]
    run = CliRunner().invoke(cli, [*command, "--language", "en"])
    assert run.exit_code == 0, run.output
    assert "Counts of patients below 5 are suppressed" in run.output
    assert "suppress: 5" in (out / "scenario.yaml").read_text("utf-8")
    found = set()
    for name in COUNTS:
        with (out / "csv" / f"{name}.csv").open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                found.add(row["status"])
                assert (row["value"] == "") == (row["status"] == "suppressed")
                assert row["value"] in ("", "0") or float(row["value"]) >= LIMIT
    assert found == {"told", "suppressed"}
    page = (out / "report.html").read_text("utf-8")
    assert "Counts of patients below 5 are suppressed" in page
    assert "Small numbers together" in page
    verified = CliRunner().invoke(cli, ["verify", str(out), "--folder", str(file.parent)])
    assert verified.exit_code == 0, verified.output
    again = CliRunner().invoke(cli, ["report", str(out), "--folder", str(file.parent)])
    assert again.exit_code == 0, again.output
    assert "siden små tall er undertrykt" in again.output


def test_the_workbook_says_suppressed_and_not_nothing() -> None:
    view = View(told("hallingdal"), "en", {})
    groups = {"activity": view.dataset("activity").reset_coords(drop=True)}
    tables = {one.name: one for one in result_tables(view, list(figures_of(groups)))}
    rows = {tuple(map(str, cells)): numbers for cells, numbers in tables["acute"].rows}
    assert rows["3320", "Flå", "Stroke", "Inpatient stays"] == ["suppressed"] * 15
    assert any("Small numbers together" in cells for cells in rows)


@pytest.mark.parametrize("option", ["--keep-draws", "--ablate", "--drivers"])
def test_a_run_does_not_tell_what_it_suppresses_in_another_way(option: str, tmp_path: Path) -> None:
    command = ["run", str(SCENARIOS / "hallingdal.yaml"), "--output", str(tmp_path / "out")]
    refused = CliRunner().invoke(cli, [*command, "--suppress", "5", option])
    assert refused.exit_code == UsageError.exit_code
    assert f"{option} tells counts of patients" in refused.output
    assert not (tmp_path / "out").exists()


def test_commands_that_do_not_suppress_refuse_a_scenario_that_asks_for_it(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    parent = SCENARIOS / "hallingdal-copd.yaml"
    file.write_text(f"scenario: Own\nextends: {parent}\noutputs: {{suppress: 5}}\n", "utf-8")
    for command in _REFUSED:
        refused = CliRunner().invoke(cli, [command[0], str(file), *command[1:]])
        assert refused.exit_code == UsageError.exit_code, (command, refused.output)
        assert f"projector {command[0]} tells counts of patients" in refused.output


def test_the_limit_is_a_whole_number_of_two_or_more(tmp_path: Path) -> None:
    scenario = load_scenario(SCENARIOS / "hallingdal.yaml")
    assert scenario.outputs.suppress is None
    asked = scenario.with_suppression(5)
    assert asked.resolved()["outputs"] == {"suppress": 5}
    assert asked.digest() != scenario.digest()
    assert asked.with_suppression(0).outputs.suppress is None
    assert scenario.with_suppression(0).digest() == scenario.digest()
    assert asked.with_suppression(0).digest() == scenario.digest()
    with pytest.raises(ScenarioError, match="a whole number, 2 or more"):
        result_with(tmp_path, "hallingdal", outputs="{suppress: 1}")
