"""Backtests on the embedded tables."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.accuracy import scenario
from projector.errors import ConsistencyError
from projector.outputs.summary import people_in
from projector.run.backtest import Backtest, Material, backtest, read_material
from projector.scenario import Scenario, load_scenario
from tests.embedded import SCENARIOS
from tests.shared import needs_shared

BASE, END = 2018, 2026


def written(folder: Path, regions: str) -> Scenario:
    path = folder / "own.yaml"
    path.write_text(
        f"scenario: Own\nextends: {SCENARIOS}/reference.yaml\nregions: {regions}\n", "utf-8"
    )
    return load_scenario(path)


@pytest.fixture(scope="module")
def ahus() -> Scenario:
    return load_scenario(SCENARIOS / "ahus.yaml")


@pytest.fixture(scope="module")
def material(ahus: Scenario) -> Material:
    return read_material(ahus)


@pytest.fixture(scope="module")
def found(ahus: Scenario, material: Material) -> Backtest:
    return backtest(ahus, material, [BASE], draws=100, seed=5)


def test_errors_are_those_of_the_tables(found: Backtest, material: Material) -> None:
    errors = found.errors.set_index(["year", "ages", "size", "method"])
    regions = found.regions[(found.regions["year"] == END) & (found.regions["ages"] == "80+")]
    codes = list(regions["region"])
    counted = people_in(material.truth.sel(region=codes), "80+")
    then, later = (counted.sel(year=year).values for year in (BASE, END))
    np.testing.assert_allclose(regions["true"], later)
    np.testing.assert_allclose(regions["no_change"], then)
    expected = float(np.abs(then / later - 1).mean())
    assert errors.loc[(END, "80+", "all", "no_change"), "mean_absolute_error"] == pytest.approx(
        expected
    )
    model = float(np.abs(regions["model"] / regions["true"] - 1).mean())
    assert errors.loc[(END, "80+", "all", "model"), "mean_absolute_error"] == pytest.approx(model)
    np.testing.assert_allclose(regions["error"], regions["model"] / regions["true"] - 1)
    assert sorted(set(found.errors["horizon"])) == list(range(1, END - BASE + 1))


def test_size_classes_part_the_regions(found: Backtest) -> None:
    errors = found.errors[found.errors["method"] == "model"]
    everywhere = errors[errors["size"] == "all"].set_index(["year", "ages"])["regions"]
    parted = errors[errors["size"] != "all"].groupby(["year", "ages"])["regions"].sum()
    pd.testing.assert_series_equal(parted.sort_index(), everywhere.sort_index())


def test_it_foresees_better_than_no_change(found: Backtest) -> None:
    last = found.errors[(found.errors["year"] == END) & (found.errors["size"] == "all")]
    cells = last.set_index(["ages", "method"])["mean_absolute_error"]
    for group in ("total", "67-79", "80+", "67+"):
        assert cells[group, "model"] < cells[group, "no_change"]


def test_intervals_widen_and_the_wider_one_holds_more(found: Backtest) -> None:
    assert found.coverage is not None
    everywhere = found.coverage[found.coverage["size"] == "all"]
    cells = everywhere.set_index(["interval", "ages", "horizon"])
    assert cells["coverage"].between(0, 1).all()
    narrow, wide = cells.loc[80], cells.loc[95]
    assert (narrow["width"] < wide["width"]).all()
    assert (narrow["coverage"] <= wide["coverage"]).all()
    by_horizon = wide["width"].unstack("horizon")
    assert (by_horizon[END - BASE] > by_horizon[1]).all()
    regions = found.regions
    assert (regions["low_95"] <= regions["low_80"]).all()
    assert (regions["low_80"] <= regions["high_80"]).all()


@pytest.mark.slow
def test_intervals_of_futures_know_nothing_after_the_base(
    ahus: Scenario, material: Material
) -> None:
    found = backtest(ahus, material, [2013], end=2014, draws=100, seed=5, futures=True)
    assert any(note.startswith("base 2013: sizes of deviations from") for note in found.notes)
    regions = found.regions
    assert (regions["low_95"] <= regions["low_80"]).all()
    assert (regions["low_80"] < regions["high_80"]).all()
    later = material.inputs.population.persons.copy(deep=True)
    later.loc[{"year": slice(2014, None)}] *= 2.0
    population = replace(material.inputs.population, persons=later)
    grown = replace(material, inputs=replace(material.inputs, population=population))
    again = backtest(ahus, grown, [2013], end=2014, draws=100, seed=5, futures=True)
    pd.testing.assert_frame_equal(again.regions, regions)


def test_futures_without_a_history_of_the_nation_are_refused(
    ahus: Scenario, material: Material
) -> None:
    tables = {k: v for k, v in material.inputs.tables.items() if k != "national_history"}
    bare = replace(material, inputs=replace(material.inputs, tables=tables))
    with pytest.raises(ConsistencyError, match="nothing says how the nation's figures went"):
        backtest(ahus, bare, [BASE], draws=100, futures=True)


@pytest.mark.slow
@needs_shared
def test_eighty_percent_intervals_hold_the_truth_four_times_in_five(tmp_path: Path) -> None:
    """357 municipalities, 2014 to 2020, with sizes from what was known in 2014."""
    every = scenario(tmp_path)
    found = backtest(every, read_material(every), [2014], end=2020, draws=200, futures=True)
    assert found.coverage is not None
    held = found.coverage[
        (found.coverage["interval"] == 80)
        & (found.coverage["year"] == 2020)
        & (found.coverage["size"] == "all")
    ].set_index("ages")["coverage"]
    assert 0.75 <= held["total"] <= 0.85
    assert 0.75 <= held["80+"] <= 0.85


@pytest.mark.slow
def test_a_region_has_the_same_draws_in_any_company(
    tmp_path: Path, found: Backtest, material: Material
) -> None:
    alone = backtest(written(tmp_path, "['3222']"), material, [BASE], draws=100, seed=5)
    of_it = found.regions[found.regions["region"] == "3222"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone.regions, of_it)
    other = backtest(written(tmp_path, "['3222']"), material, [BASE], draws=100, seed=6)
    assert (other.regions["low_80"] != of_it["low_80"]).all()


@pytest.mark.slow
def test_the_nation_alone_is_compared_with_the_nation(tmp_path: Path, material: Material) -> None:
    found = backtest(written(tmp_path, "[Norge]"), material, [BASE], draws=200)
    last = found.errors[(found.errors["year"] == END) & (found.errors["ages"] == "total")]
    assert set(last["regions"]) == {1}
    assert set(last["size"]) == {"all", "50000+"}


def test_no_change_is_published_and_so_errs_as_no_change_does(
    tmp_path: Path, ahus: Scenario, material: Material
) -> None:
    published = tmp_path / "published.csv"
    at_base = material.truth.sel(region=["3222", "3205"], year=BASE).sum(("sex", "age"))
    lines = [f"{code},{float(at_base.sel(region=code))}" for code in ("3222", "3205")]
    published.write_text("\n".join(["code,2024", *lines]) + "\n", encoding="utf-8")
    found = backtest(ahus, read_material(ahus, published=published), [BASE])
    totals = found.errors[(found.errors["ages"] == "total") & (found.errors["size"] == "all")]
    cells = totals.set_index(["year", "method"])
    assert set(found.regions["region"]) == {"3222", "3205"}
    assert cells.loc[(2024, "published"), "mean_absolute_error"] == pytest.approx(
        cells.loc[(2024, "no_change"), "mean_absolute_error"]
    )
    years = {year for year, method in cells.index if method == "published"}
    assert years == {2024}
    groups = found.errors.loc[found.errors["method"] == "published", "ages"]
    assert set(groups) == {"total"}
    assert any("the published projection lacks" in note for note in found.notes)


def test_what_came_may_stand_in_another_table(
    tmp_path: Path, ahus: Scenario, material: Material, found: Backtest
) -> None:
    truth = material.truth.sel(region=["3222"], year=[2025, 2026])
    table = truth.rename("persons").to_dataframe().reset_index()
    table.to_csv(tmp_path / "truth.csv", index=False)
    other = backtest(ahus, read_material(ahus, truth=tmp_path / "truth.csv"), [BASE])
    assert sorted(set(other.regions["year"])) == [2025, 2026]
    expected = found.regions[
        (found.regions["region"] == "3222") & found.regions["year"].isin([2025, 2026])
    ]
    np.testing.assert_allclose(other.regions["error"], expected["error"], rtol=1e-9)


def test_years_without_tables_are_told(ahus: Scenario, material: Material) -> None:
    with pytest.raises(ConsistencyError, match="no age table for the base year") as caught:
        backtest(ahus, material, [1999], end=2030)
    assert "2030" in str(caught.value)
    with pytest.raises(ConsistencyError, match="no earlier backtest"):
        backtest(ahus, material, [2011], draws=100)


def test_nothing_in_common_is_told(tmp_path: Path, ahus: Scenario, material: Material) -> None:
    published = material.truth.sum(("sex", "age"))
    elsewhere = published.assign_coords(region=[f"x{code}" for code in published["region"].values])
    with pytest.raises(ConsistencyError, match="none of the scenario's regions"):
        backtest(ahus, replace(material, published=elsewhere), [BASE])
    past = published.sel(year=slice(None, BASE))
    with pytest.raises(ConsistencyError, match="none of the years compared"):
        backtest(ahus, replace(material, published=past), [BASE])
