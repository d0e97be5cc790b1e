"""The population stage: variants, written paths, and tables without a nation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from projector.errors import ConsistencyError
from projector.run import run
from projector.scenario import load_scenario
from tests.embedded import CASE_AREAS, result_of, result_with
from tests.shared import SHARED, needs_shared


def people(tree: xr.DataTree, year: int) -> float:
    return float(tree["population"]["population"].sel(year=year).sum())


def oldest(tree: xr.DataTree, year: int) -> float:
    return float(tree["population"]["population"].sel(year=year, age=slice(80, None)).sum())


def test_the_letters_of_a_variant_move_what_they_name(tmp_path: Path) -> None:
    middle = result_of("reference")
    trees = {
        letters: result_with(tmp_path, "reference", population=f"{{variant: {letters}}}")
        for letters in ("LLML", "HHMH", "HMMM", "MHMM", "MMMH")
    }
    assert people(trees["LLML"], 2040) < people(middle, 2040) < people(trees["HHMH"], 2040)
    births = {letters: float(tree["population"]["births"].sum()) for letters, tree in trees.items()}
    assert births["HMMM"] > float(middle["population"]["births"].sum()) * 1.05
    assert oldest(trees["HMMM"], 2040) == pytest.approx(oldest(middle, 2040))
    assert oldest(trees["MHMM"], 2040) > oldest(middle, 2040) * 1.02
    assert people(trees["MMMH"], 2040) > people(middle, 2040) * 1.01
    for tree in trees.values():
        assert people(tree, 2026) == pytest.approx(people(middle, 2026))


def test_a_written_path_holds_from_the_base_year_on(tmp_path: Path) -> None:
    none = result_with(tmp_path, "reference", population="{net_immigration: {total: 0}}")
    moved = none["population"]["net_migration"].sum(("region", "sex", "age"))
    np.testing.assert_allclose(moved, 0.0, atol=1e-6)
    barren = result_with(tmp_path, "reference", population="{fertility: {total: 0}}")
    assert float(barren["population"]["births"].sum()) == 0.0
    longer = result_with(
        tmp_path, "reference", population="{life_expectancy: {female: 90, male: 88}}"
    )
    assert oldest(longer, 2040) > oldest(result_of("reference"), 2040)


def test_more_leaving_the_country_than_there_are_is_told_at_the_key(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError, match="more people leave the country") as caught:
        result_with(tmp_path, "reference", population="{net_immigration: {total: -300000}}")
    assert "own.yaml:3:" in caught.value.problems[0].where


def test_a_life_expectancy_out_of_reach_is_told_at_the_key(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError, match="no mortality schedule reaches") as caught:
        result_with(tmp_path, "reference", population="{life_expectancy: {female: 105}}")
    assert "own.yaml:3:" in caught.value.problems[0].where


def test_what_sets_a_region_apart_fades_with_the_half_life(tmp_path: Path) -> None:
    growth = {}
    for half_life in (2, 20, 200):
        calibration = f"{{calibration: {{from: 2016, to: 2026, half_life: {half_life}}}}}"
        tree = result_with(tmp_path, "ahus", population=calibration)["population"]["population"]
        totals = tree.sel(region="3222").sum(("sex", "age"))
        growth[half_life] = float(totals[-1] / totals[0])
    assert growth[2] < growth[20] < growth[200]


def test_a_calibration_outside_the_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConsistencyError, match="fewer than two age tables lie in 1990-1995"):
        result_with(tmp_path, "reference", population="{calibration: {from: 1990, to: 1995}}")


def test_a_calibration_beyond_the_tables_is_noted(tmp_path: Path) -> None:
    tree = result_with(tmp_path, "reference", population="{calibration: {from: 2000, to: 2026}}")
    assert tree.attrs["calibration_years"] == "2006-2026"
    assert "asks for moves and births of 2000-2026" in tree.attrs["inputs_notes"]


@needs_shared
def test_one_municipality_from_statbank_is_as_it_is_among_all(tmp_path: Path) -> None:
    """The nation is then the set's own; its people are in five-year groups, so roughly."""
    table = pd.read_csv(SHARED / "ssb/tidy/case_area_sex_age_2005_2026.csv", dtype={"code": str})
    small = table[(table["code"] == "3320") & (table["year"] >= 2006)]
    small.to_csv(tmp_path / "flå.csv", index=False)
    path = tmp_path / "own.yaml"
    path.write_text(
        f"scenario: Flå\ninputs: {{set: {CASE_AREAS}, population: flå.csv}}\n"
        "regions: [Flå]\nyears: {base: 2026, end: 2040}\n",
        encoding="utf-8",
    )
    alone = run(load_scenario(path))
    assert "has no nation" in alone.attrs["inputs_notes"]
    embedded = result_of("hallingdal")["population"]["population"].sel(region="3320", year=2040)
    assert people(alone, 2040) == pytest.approx(float(embedded.sum()), rel=0.08)


def test_part_of_the_country_in_a_year_without_a_nation_is_refused(tmp_path: Path) -> None:
    rows = ["region,year,sex,age,persons"]
    rows += [
        f"3320,{year},{sex},{age},10"
        for year in (1990, 1995)
        for sex in ("female", "male")
        for age in (*range(90), "90+")
    ]
    (tmp_path / "people.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    path = tmp_path / "own.yaml"
    path.write_text(
        f"scenario: Early\ninputs: {{set: {CASE_AREAS}, population: people.csv}}\n"
        "regions: ['3320']\nyears: {base: 1995, end: 2000}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConsistencyError, match="only part of the country"):
        run(load_scenario(path))
