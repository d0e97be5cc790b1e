"""Whole municipal Norway from StatBank's own files, and how well it foresees."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import projector
from projector.inputs.read import read_table
from projector.scenario import load_scenario
from tests.embedded import CASE_AREAS
from tests.shared import SHARED, needs_shared, tidy_people

STATBANK, TIDY = SHARED / "ssb" / "statbank", SHARED / "ssb" / "tidy"


def result(folder: Path, files: list[Path], base: int, end: int) -> xr.DataTree:
    path = folder / "real.yaml"
    population = ", ".join(str(file) for file in files)
    path.write_text(
        "scenario: Every municipality\n"
        f"inputs: {{set: {CASE_AREAS}, population: [{population}]}}\n"
        "regions: [all]\n"
        f"years: {{base: {base}, end: {end}}}\n",
        encoding="utf-8",
    )
    return projector.run(load_scenario(path))


@needs_shared
def test_statbank_files_with_k_codes_project_every_municipality(tmp_path: Path) -> None:
    files = [STATBANK / f"07459_sex_age_{year}.csv" for year in (2020, 2022)]
    tree = result(tmp_path, files, 2022, 2040)
    people = tree["population"]["population"]
    assert people.sizes["region"] == 356
    assert float(people.sel(year=2022).sum()) == 5_425_270
    nation = tidy_people("norway_sex_age_1986_2026.csv").sel(year=2026)
    assert float(people.sel(year=2026).sum()) == pytest.approx(float(nation.sum()), rel=0.01)
    assert "3 regions without people" in tree.attrs["inputs_notes"]
    assert "Hallingdal" in tree.attrs["inputs_notes"]


@needs_shared
def test_the_tidy_series_projects_all_357_municipalities_and_they_sum_to_the_nation(
    tmp_path: Path,
) -> None:
    regions = TIDY / "municipalities_sex_age_2005_2020.csv.gz"
    alone = result(tmp_path, [regions], 2020, 2040)["population"]["population"]
    assert alone.sizes["region"] == 357
    assert (alone >= 0).all()
    path = tmp_path / "nation.yaml"
    path.write_text(
        f"scenario: Norge\ninputs: {{set: {CASE_AREAS}, population: "
        f"{TIDY / 'norway_sex_age_1986_2026.csv'}}}\nregions: [Norge]\n"
        "years: {base: 2020, end: 2040}\n",
        encoding="utf-8",
    )
    nation = projector.run(load_scenario(path))["population"]["population"]
    together = alone.sum("region")
    # Regional fertility is shrunk towards the nation's, so births differ a little.
    np.testing.assert_allclose(
        together.sel(age=slice(25, 89)), nation.sel(region="0", age=slice(25, 89)), rtol=0.003
    )
    np.testing.assert_allclose(
        together.sum(("sex", "age")), nation.sum(("region", "sex", "age")), rtol=0.002
    )


def of_2019(component: str, sex: str) -> float:
    """A national figure of the year before the base year of the backtest."""
    paths = read_table(CASE_AREAS / "paths.csv", "paths").set_index(
        ["component", "sex", "level", "year"]
    )
    return float(paths.loc[(component, sex, "M", 2019), "value"])


@needs_shared
@pytest.mark.parametrize(("first", "limit"), [(2010, 0.034), (2015, 0.034)])
def test_six_years_ahead_it_misses_half_as_much_as_no_change_would(
    tmp_path: Path, first: int, limit: float
) -> None:
    """SSB's own projection of 2020 missed these municipalities by 2.85 %, no change by 6.94 %.

    The run knows nothing after 1 January 2020: fertility, life expectancy and net immigration
    stay as they were in 2019.
    """
    official = pd.read_csv(
        TIDY / "12882_base2020_MMMM_selected.csv", comment="#", dtype={"code": str}
    ).set_index("code")["2026"]
    table = pd.read_csv(TIDY / "case_area_sex_age_2005_2026.csv", dtype={"code": str})
    nation = pd.read_csv(TIDY / "norway_sex_age_1986_2026.csv", dtype={"code": str})
    nation = nation.assign(code="0")
    known = tmp_path / "known.csv"
    both = pd.concat([table, nation])
    both[both["year"].between(2006, 2020)].to_csv(known, index=False)
    path = tmp_path / "backtest.yaml"
    path.write_text(
        f"scenario: Backtest\ninputs: {{set: {CASE_AREAS}, population: {known}}}\n"
        f"regions: [{', '.join(repr(code) for code in official.index)}]\n"
        "years: {base: 2020, end: 2026}\n"
        "population:\n"
        f"  calibration: {{from: {first}, to: 2020}}\n"
        f"  fertility: {{total: {of_2019('total_fertility', 'both')}}}\n"
        f"  net_immigration: {{total: {of_2019('net_immigration', 'both')}}}\n"
        f"  life_expectancy: {{female: {of_2019('life_expectancy', 'female')}, "
        f"male: {of_2019('life_expectancy', 'male')}}}\n",
        encoding="utf-8",
    )
    people = projector.run(load_scenario(path))["population"]["population"]
    ours = people.sel(year=2026).sum(("sex", "age")).to_series()
    later = table[table["year"] == 2026].groupby("code")["persons"].sum()
    earlier = table[table["year"] == 2020].groupby("code")["persons"].sum()

    def missed(guess: pd.Series) -> float:
        return float((guess[official.index] / later[official.index] - 1).abs().mean())

    assert missed(official) == pytest.approx(0.0285, abs=5e-4)
    assert missed(earlier) == pytest.approx(0.0694, abs=5e-4)
    assert missed(ours) < limit
