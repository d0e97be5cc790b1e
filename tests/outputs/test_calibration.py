"""The tables of a calibration: exact, complete, and never in the place of somebody's work."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import UsageError
from projector.inputs.read import read_table
from projector.outputs import read_results
from projector.outputs.calibration import (
    refuse_calibration_target,
    write_calibration,
    write_tables,
)
from projector.population.calibration_tables import OVERRIDES
from tests.embedded import result_of, write_result_of

VALUES = {"cohort_ratios": "ratio", "regional_levels": "level", "national_migration": "persons"}
FILES = {f"{name}.csv" for name in (*OVERRIDES, "extraordinary")}


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    return result_of("hallingdal")["calibration"].to_dataset()


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("results") / "hallingdal"
    write_result_of("hallingdal", target)
    return target


def test_a_run_writes_the_tables_in_a_folder_and_not_a_second_time(
    results: Path, dataset: xr.Dataset
) -> None:
    assert {path.name for path in (results / "calibration").iterdir()} == FILES
    in_csv = {path.stem for path in (results / "csv").iterdir()}
    assert not in_csv & set(map(str, dataset.data_vars))
    assert "population" in in_csv


def test_the_results_hold_the_same_figures(results: Path, dataset: xr.Dataset) -> None:
    kept = read_results(results / "results.nc")["calibration"].to_dataset()
    for name, variable in dataset.variables.items():
        np.testing.assert_array_equal(kept[name].values, variable.values)
        assert kept[name].attrs["long_name"]
    ratios = read_table(results / "calibration" / "cohort_ratios.csv", "cohort_ratios")
    np.testing.assert_array_equal(ratios["ratio"], kept["cohort_ratio"].values.ravel())
    np.testing.assert_array_equal(ratios["own"], kept["cohort_ratio_own"].values.ravel())
    levels = read_table(results / "calibration" / "regional_levels.csv", "regional_levels")
    np.testing.assert_array_equal(levels["level"], kept["regional_level"].values.ravel())
    migration = read_table(results / "calibration" / "national_migration.csv", "national_migration")
    np.testing.assert_array_equal(migration["persons"], kept["national_migration"].values.ravel())


def test_the_numbers_are_no_more_than_a_planner_needs_to_read(results: Path) -> None:
    """Every region of the tables stands there, with its name, and every age, the last open."""
    table = pd.read_csv(results / "calibration" / "cohort_ratios.csv", dtype=str)
    columns = ["region", "region_name", "sex", "ages", "ratio", "own", "parent", "credibility"]
    assert list(table.columns) == columns
    assert len(table) == 34 * 2 * 106
    assert table["ages"].iloc[105] == "105+"
    assert set(table.loc[table["region"] == "3330", "region_name"]) == {"Hol"}


@given(
    figures=st.lists(
        st.floats(0, 10, allow_subnormal=True), min_size=2 * 106, max_size=2 * 106
    ).map(np.array)
)
def test_every_number_comes_back_to_the_last_bit(
    dataset: xr.Dataset, tmp_path_factory: pytest.TempPathFactory, figures: np.ndarray
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    one = dataset.isel(region=[0]).copy(deep=True)
    one["cohort_ratio"].values[0] = figures.reshape(2, 106)
    one["national_migration"].values[:] = -figures.reshape(2, 106) * 1e5
    write_tables(one, folder)
    ratio = read_table(folder / "cohort_ratios.csv", "cohort_ratios")["ratio"]
    assert ratio.to_numpy().tobytes() == figures.tobytes()
    persons = read_table(folder / "national_migration.csv", "national_migration")["persons"]
    assert persons.to_numpy().tobytes() == (-figures * 1e5).tobytes()
    shutil.rmtree(folder)


def test_what_norwegian_excel_saves_is_read_too(dataset: xr.Dataset, tmp_path: Path) -> None:
    write_tables(dataset, tmp_path)
    path = tmp_path / "regional_levels.csv"
    before = read_table(path, "regional_levels")
    table = pd.read_csv(path, dtype={"region": str})
    table.to_csv(path, sep=";", decimal=",", index=False, encoding="utf-8-sig")
    pd.testing.assert_frame_equal(read_table(path, "regional_levels"), before)


def test_new_tables_take_the_place_of_earlier_ones(dataset: xr.Dataset, tmp_path: Path) -> None:
    target = tmp_path / "tables"
    write_calibration(dataset, target)
    first = {path.name: path.read_bytes() for path in target.iterdir()}
    assert set(first) == FILES
    write_calibration(dataset.isel(region=[0]), target)
    assert (target / "cohort_ratios.csv").read_bytes() != first["cohort_ratios.csv"]
    write_calibration(dataset, target)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == first


def test_nothing_else_is_lost(dataset: xr.Dataset, results: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for target in (tmp_path, results):
        with pytest.raises(UsageError, match="would be lost"):
            write_calibration(dataset, target)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    with pytest.raises(UsageError, match=r"notes\.txt"):
        refuse_calibration_target(tmp_path / "notes.txt")


def test_tables_that_the_scenario_reads_are_kept(dataset: xr.Dataset, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    write_calibration(dataset, target)
    refuse_calibration_target(target, [tmp_path / "cohort_ratios.csv"])
    with pytest.raises(UsageError, match=r"found cohort_ratios\.csv"):
        refuse_calibration_target(target, [tmp_path / "mine/../mine/cohort_ratios.csv"])


def test_the_folder_it_stands_in_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="this one cannot be replaced"):
        refuse_calibration_target(Path())
