"""Laws of comparisons: what is the same differs in nothing, and A less B is B less A turned."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from projector.compare import compare, sides_of
from projector.compare.assumptions import differing, tables
from projector.compare.divergence import parted
from projector.compare.figures import unlike
from projector.compare.sides import Given
from projector.compare.tables import comparison_tables
from projector.outputs.tidy import write_csv
from tests.compare.small import OTHERS, compared, given, values_of

DRAWS = 12
OWN_CSV = {
    "beds": "beds_need",
    "places": "places_need",
    "beds_gap": "beds_gap",
    "refusal": "beds_refusal",
    "staff_supply": "staff_supply",
    "staff_gap": "staff_gap",
    "activity_income": "activity_income",
    "ready_day_payment": "ready_day_payment",
    "competence": "staff_competence_need",
}
"""Measures that a run writes as they are, by the name of its file."""


def test_a_run_compared_with_itself_differs_in_nothing() -> None:
    one = given("small", DRAWS)
    comparison = compared(one, one)
    assert comparison.assumptions == ()
    assert comparison.tables == ()
    assert comparison.unlike == ()
    assert comparison.is_equal
    assert [stage.differing for stages in comparison.parted for stage in stages] == [0, 0, 0, 0]
    assert len(comparison.figures) > 15
    for figures in comparison.figures:
        apart = figures.differences
        assert bool(((apart == 0) | figures.values.isnull()).all()), figures.measure.name
    (paired,) = comparison.paired
    assert paired.draws == DRAWS
    for name, told in paired.measures.items():
        known = told["quantile_value"].values
        assert np.all((known == 0) | np.isnan(known)), name
        assert not np.nansum(told["above"].values), name
    assert comparison.sides[0].name != comparison.sides[1].name


@pytest.mark.parametrize("draws", [0, DRAWS])
def test_what_one_is_more_than_another_the_other_is_less(draws: int) -> None:
    one, other = given("small", draws), given("growth", draws)
    there, back = compared(one, other), compared(other, one)
    for figures, turned in zip(there.figures, back.figures, strict=True):
        apart = figures.differences.isel(side=1, drop=True)
        turned_back = -turned.differences.isel(side=1, drop=True)
        np.testing.assert_array_equal(apart, turned_back.reindex_like(apart))
    (paired,), (turned_paired,) = there.paired, back.paired
    assert bool(paired.measures) == bool(draws)
    for name, told in paired.measures.items():
        low_to_high = told["quantile_value"].values
        high_to_low = -turned_paired.measures[name]["quantile_value"].values[::-1]
        np.testing.assert_allclose(low_to_high, high_to_low, rtol=1e-9, atol=1e-9)
    beds = values_of(there, "beds")
    assert float(np.abs(beds.diff("side")).max()) > 0.01


def test_figures_are_those_of_the_runs_own_files(tmp_path: Path) -> None:
    runs = {"Small": given("small"), "Growing": given("growth")}
    comparison = compared(*runs.values())
    files = dict(comparison_tables(comparison))
    for side in comparison.sides:
        write_csv(side.given.tree, tmp_path / side.letter)
        for measure, file in OWN_CSV.items():
            own = pd.read_csv(
                tmp_path / side.letter / f"{file}.csv", dtype={"region": str, "unit": str}
            )
            told = files[measure]
            told = told[told["scenario"] == side.name]
            if "region" in told:
                told = told[told["region"] != "all"]
            keys = [name for name in own if name in told and name not in ("value", "unit")]
            both = own.merge(told, on=keys, suffixes=("", "_told"))
            assert len(both) == len(own) == len(told), measure
            np.testing.assert_allclose(both["value"], both["value_told"], rtol=1e-9)
            assert (both["unit"] == both["unit_told"]).all()
        people = pd.read_csv(tmp_path / side.letter / "population.csv", dtype={"region": str})
        oldest = people[(people["age"] >= 80) & (people["year"] == 2030)]["value"].sum()
        told = files["people"].set_index(["scenario", "region", "year", "ages"])["value"]
        assert told[side.name, "all", 2030, "80+"] == pytest.approx(oldest, rel=1e-8)


def test_differences_are_the_value_less_that_of_the_first() -> None:
    files = dict(comparison_tables(compared(given("small"), given("growth"), given("occupancy"))))
    beds = files["beds"].pivot_table(
        index=["region", "year", "resource"], columns="scenario", values=["value", "difference"]
    )
    assert "small" not in beds["difference"]  # the first is held against nothing
    for name in ("growth", "occupancy"):
        apart = beds["value"][name] - beds["value"]["small"]
        np.testing.assert_allclose(beds["difference"][name], apart, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "keys", "value"),
    [
        ("occupancy", ("capacity", "occupancy", "inpatient"), "0.8"),
        ("fertility", ("population", "fertility", "total"), "1.3"),
    ],
)
def test_the_assumptions_that_differ_are_the_line_that_was_changed(
    name: str, keys: tuple[str, ...], value: str
) -> None:
    assert OTHERS[name].count("\n") == 1
    (one,) = differing(sides_of([given("small"), given(name)]))
    assert one.keys == keys
    before, after = one.said
    assert after is not None
    assert (after.value, after.place) == (value, f"{name}.yaml:3")
    assert before is None or before.value != value


@pytest.mark.parametrize(
    ("name", "stage", "result"),
    [
        ("fertility", "population", "population/population"),
        ("growth", "activity", "activity/contacts"),
        ("occupancy", "capacity", "capacity/beds/need"),
        ("duty", "workforce", "workforce/need"),
    ],
)
def test_runs_part_where_the_scenario_was_changed(name: str, stage: str, result: str) -> None:
    runs = [given("small"), given(name)]
    stages = parted(*sides_of(runs))
    first = next(one for one in stages if one.differing)
    assert (first.stage, f"{first.group}/{first.variable}") == (stage, result)
    assert all(not one.differing for one in stages[: stages.index(first)])
    one, other = (run.tree[first.group][first.variable] for run in runs)
    apart = np.abs(one - other) > 1e-9 * np.maximum(np.abs(one), np.abs(other))
    years = apart.any([dim for dim in apart.dims if dim != "year"])
    assert first.year == int(years["year"].values[years.values][0])
    cell: dict[str, object] = {"year": first.year, "region": first.region, **dict(first.part)}
    cell = {key: int(label) if key == "age" else label for key, label in cell.items()}
    assert first.values == (float(one.sel(cell)), float(other.sel(cell)))


def test_the_year_in_which_runs_part_is_that_from_which_the_change_acts() -> None:
    stages = parted(*sides_of([given("small"), given("duty")]))
    assert stages[-1].year == 2027  # 0 in 2026, and growing to 2028


def test_what_only_some_runs_have_is_told_and_kept() -> None:
    comparison = compared(given("small"), given("wider"))
    told = {(one.axis, one.letters): one.labels for one in comparison.unlike}
    assert told["year", ("B",)] == ("2031",)
    assert told["region", ("B",)] == ("3305 Ringerike",)
    assert comparison.years == list(range(2026, 2031))
    beds = values_of(comparison, "beds")
    assert list(beds["year"].values) == list(range(2026, 2032))
    assert bool(beds.sel(side="A", year=2031).isnull().all())
    assert bool(beds.sel(side="A", region="3305").isnull().all())
    assert bool(beds.sel(side="B", year=2031, region="3305").notnull().all())
    files = dict(comparison_tables(comparison))
    assert list(files["unlike"]["label"][:2]) == ["2031", "3305 Ringerike"]
    rows = files["beds"]
    alone = rows[(rows["year"] == 2031) | (rows["region"] == "3305")]
    assert set(alone["scenario"]) == {"wider"}
    assert alone["difference"].isna().all()


def test_results_of_one_run_alone_are_told() -> None:
    found = unlike(sides_of([given("small"), given("pooled")]))
    (one,) = (one for one in found if one.axis == "result")
    assert one.letters == ("B",)
    assert "capacity/pools/together" in one.labels


def test_input_tables_with_other_contents_are_told() -> None:
    one = given("small")
    tree = one.tree.copy()
    read = json.loads(tree.attrs["inputs_sha256"])
    name, *rest = read
    tree.attrs["inputs_sha256"] = json.dumps({**{key: read[key] for key in rest}, name: "other"})
    (table,) = tables(sides_of([one, Given("other", tree)]))
    assert (table.name, table.digests) == (name, (read[name], "other"))


def test_an_area_is_the_sum_of_its_regions() -> None:
    areas = {"Both": ("3328", "3330"), "Elsewhere": ("3328", "0301")}
    one, other = sides_of([given("small"), given("growth")], areas)
    comparison = compare([one, other])
    beds = values_of(comparison, "beds")
    assert "Elsewhere" not in beds["region"].values
    of_both = beds.sel(region=["3328", "3330"]).sum("region")
    np.testing.assert_allclose(beds.sel(region="Both"), of_both, rtol=1e-12)


def test_names_of_sides_differ() -> None:
    tree = given("small").tree
    sides = sides_of([Given("a", tree), Given("b", tree), Given("b", tree)])
    assert [side.letter for side in sides] == ["A", "B", "C"]
    assert [side.name for side in sides] == ["small (a)", "small (b)", "small (b) #2"]


def test_a_missing_number_against_a_number_is_a_difference() -> None:
    tree = given("small").tree.copy()
    beds = tree["capacity/beds"].to_dataset()
    gap = beds["gap"].copy()
    gap[{"year": 2}] = np.nan
    tree["capacity/beds"] = xr.DataTree(beds.assign(gap=gap))
    assert bool(beds["gap"].notnull().any())
    stages = parted(*sides_of([given("small"), Given("lacking", tree)]))
    capacity = stages[2]
    assert (capacity.differing, capacity.variable, capacity.year) == (1, "gap", 2028)
    assert capacity.values is not None
    assert np.isnan(capacity.values[1])
