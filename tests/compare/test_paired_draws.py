"""Differences draw by draw, held against the draws themselves."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from projector.compare import compare, sides_of
from projector.compare.draws import paired
from projector.compare.sides import Given
from projector.outputs.draws import write_draws
from projector.run.pipeline import project_care, project_people
from projector.run.whole import add_draws, draws_to_make, executor_of
from projector.scenario import load_scenario
from tests.compare.small import compared, given
from tests.embedded import SCENARIOS

DRAWS = 12


def drawn(one: Given, measure: str) -> xr.DataArray:
    assert one.draws is not None
    with xr.open_dataset(one.draws, group=measure) as dataset:
        return dataset["value"].load()


@pytest.mark.parametrize("measure", ["beds", "staff_gap", "bed_days", "beds_gap"])
def test_quantiles_are_those_of_the_differences_of_the_draws(measure: str) -> None:
    one, other = given("small", DRAWS), given("growth", DRAWS)
    (told_of,) = compared(one, other).paired
    assert (told_of.draws, told_of.why, told_of.quantiles) == (DRAWS, "", (0.1, 0.5, 0.9))
    apart = drawn(other, measure) - drawn(one, measure)
    told = told_of.measures[measure]
    assert told["above"].dims == apart.dims[1:]
    expected = np.quantile(apart.values, told_of.quantiles, axis=0)
    np.testing.assert_allclose(told["quantile_value"].values, expected, rtol=1e-12, atol=1e-12)
    above = np.where(np.isnan(apart).any("draw"), np.nan, (apart.values > 0).mean(axis=0))
    np.testing.assert_allclose(told["above"].values, above)


def test_the_interval_of_the_difference_is_not_the_difference_of_intervals() -> None:
    one, other = given("small", DRAWS), given("growth", DRAWS)
    (told_of,) = compared(one, other).paired
    at = {"region": "all", "year": 2030, "resource": "somatic"}
    low, _, high = told_of.measures["beds"]["quantile_value"].sel(at).values
    of_each = [drawn(run, "beds").sel(at).values for run in (one, other)]
    apart = np.quantile(of_each[1], 0.9) - np.quantile(of_each[0], 0.1)
    assert 0 < low < high
    assert high - low < 0.2 * (apart - low)


def test_an_area_is_summed_draw_by_draw() -> None:
    areas = {"Both": ("3328", "3330")}
    one, other = given("small", DRAWS), given("growth", DRAWS)
    (told_of,) = compare(sides_of([one, other], areas)).paired
    apart = drawn(other, "staff") - drawn(one, "staff")
    both = apart.sel(region=["3328", "3330"]).sum("region")
    told = told_of.measures["staff"]["quantile_value"].sel(region="Both").values
    np.testing.assert_allclose(
        told, np.quantile(both.values, told_of.quantiles, axis=0), atol=1e-12
    )


def test_people_that_no_assumption_sets_apart_are_the_same_in_every_draw() -> None:
    (told_of,) = compared(given("small", DRAWS), given("growth", DRAWS)).paired
    assert not told_of.measures["people"]["quantile_value"].values.any()


def test_what_no_draw_changes_is_the_same_in_all_of_them() -> None:
    one, other = given("small", DRAWS), given("fertility", DRAWS)
    comparison = compared(one, other)
    (told_of,) = comparison.paired
    (people,) = (figures for figures in comparison.figures if figures.measure.name == "people")
    apart = people.differences.sel(side="B").values
    assert float(apart.min()) < -1
    for told in told_of.measures["people"]["quantile_value"].values:
        np.testing.assert_allclose(told, apart, rtol=1e-12)


def test_runs_that_cannot_be_paired_say_why() -> None:
    one = given("small", DRAWS)
    without = paired(*sides_of([one, given("growth")]), [])
    assert (without.draws, without.why, without.concerned) == (0, "none", ("B",))
    lost = paired(*sides_of([Given("lost", one.tree), given("growth", DRAWS)]), [])
    assert (lost.draws, lost.why, lost.concerned) == (0, "not kept", ("A",))
    tree = given("growth", DRAWS).tree.copy()
    said = tree.attrs["scenario_resolved"]
    tree.attrs["scenario_resolved"] = said.replace("uncertainty:\n", "uncertainty:\n  seed: 3\n")
    other = Given("seeded", tree, given("growth", DRAWS).draws)
    seeded = paired(*sides_of([one, other]), [])
    assert (seeded.draws, seeded.why, seeded.concerned) == (0, "seeds", ("A", "B"))
    assert not seeded.measures


@pytest.mark.slow
def test_of_more_draws_the_first_are_paired() -> None:
    one, more = given("growth", DRAWS), given("small", DRAWS + 4)
    (told_of,) = compared(more, one).paired
    assert (told_of.draws, told_of.why, told_of.concerned) == (DRAWS, "fewer", ("A",))
    apart = drawn(one, "beds") - drawn(more, "beds").isel(draw=slice(DRAWS))
    told = told_of.measures["beds"]["quantile_value"].values
    np.testing.assert_allclose(told, np.quantile(apart.values, told_of.quantiles, axis=0))


@pytest.mark.slow
def test_what_a_change_does_not_touch_differs_in_no_draw_though_people_and_contacts_vary(
    tmp_path: Path,
) -> None:
    runs = []
    for name in ("hallingdal", "hallingdal-copd"):
        scenario = load_scenario(SCENARIOS / f"{name}.yaml").with_draws(DRAWS)
        assert scenario.uncertainty.chance_of_contacts
        people = project_people(scenario)
        tree = project_care(scenario, people)
        work = draws_to_make(tree, scenario, people, folder=tmp_path / name, with_draws=True)
        assert work is not None
        work = add_draws(tree, people, work, executor_of(1, None))
        write_draws(work, {}, tmp_path / f"{name}.nc")
        runs.append(Given(name, tree, tmp_path / f"{name}.nc"))
    varying = drawn(runs[0], "people").std("draw").sel(region="all", year=2040)
    assert float(varying.min()) > 10
    told = paired(*sides_of(runs), compare(sides_of(runs)).figures).measures
    assert not told["people"]["quantile_value"].values.any()
    days = told["bed_days"]["quantile_value"].sel(region="all", year=2040)
    assert float(np.abs(days.sel(setting=["nursing_home", "rehabilitation"])).max()) < 1e-6
    assert float(days.sel(setting="inpatient").max()) < -100
