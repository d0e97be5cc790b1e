"""What is written is what was computed, and the same every time."""

import csv
import json
from hashlib import sha256
from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from projector.outputs import read_results, write_results
from projector.run import run
from projector.scenario import load_scenario
from projector.tables import UNITS
from tests.embedded import CASE_AREAS, SCENARIOS, result_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("results") / "hallingdal"
    write_results(result_of("hallingdal"), target)
    return target


def test_the_file_holds_every_number(folder: Path) -> None:
    tree, back = result_of("hallingdal"), read_results(folder / "results.nc")
    for node in (one for one in tree.subtree if one.data_vars):
        for name, variable in node.data_vars.items():
            np.testing.assert_array_equal(back[node.path][name].values, variable.values)


def test_every_variable_has_a_unit_of_the_closed_list(folder: Path) -> None:
    with netCDF4.Dataset(folder / "results.nc") as file:
        assert file.Conventions == "CF-1.11"
        groups = [file["population"], file["activity"], file["workforce"]]
        groups += list(file["capacity"].groups.values())
        for group in groups:
            for name, variable in group.variables.items():
                assert variable.long_name
                if name not in group.dimensions and variable.dtype is not str:
                    assert variable.units in UNITS
                    assert variable.filters()["zlib"] or not variable.size


def test_the_file_says_what_it_was_made_from(folder: Path) -> None:
    tree = read_results(folder / "results.nc")
    written = (folder / "scenario.yaml").read_text(encoding="utf-8")
    assert written.endswith(tree.attrs["scenario_resolved"])
    assert tree.attrs["scenario_sha256"] == load_scenario(SCENARIOS / "hallingdal.yaml").digest()
    hashes = json.loads(tree.attrs["inputs_sha256"])
    norms = sha256((CASE_AREAS / "norms.csv").read_bytes()).hexdigest()
    assert hashes["norms: norms.csv"] == norms
    assert "# reference.yaml:" in tree.attrs["scenario_resolved"]


def test_csv_is_tidy_and_agrees_with_the_tree(folder: Path) -> None:
    tree = result_of("hallingdal")
    table = pd.read_csv(folder / "csv" / "population.csv", dtype={"region": str})
    assert list(table.columns) == ["region", "region_name", "year", "sex", "age", "value", "unit"]
    variable = tree["population"]["population"]
    np.testing.assert_allclose(table["value"], variable.values.ravel(), rtol=1e-9)
    assert set(table["unit"]) == {"persons"}
    hol = table[(table["region_name"] == "Hol") & (table["year"] == 2030)]
    assert hol["value"].sum() == pytest.approx(float(variable.sel(region="3330", year=2030).sum()))


def test_csv_leaves_out_what_does_not_apply(folder: Path) -> None:
    table = pd.read_csv(folder / "csv" / "beds_gap.csv")
    assert set(table["resource"]) == {"municipal_acute", "municipal_short_stay"}
    assert table["value"].notna().all()


def test_csv_quotes_what_would_break_a_row(tmp_path: Path) -> None:
    tree = result_of("hallingdal").copy()
    for node in (one for one in tree.subtree if one.data_vars):
        names = node["region_name"].values.astype(object)
        names[-1] = 'Hol, "øvre"'
        node.coords["region_name"] = ("region", names)
    write_results(tree, tmp_path / "out")
    with (tmp_path / "out/csv/births.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert {len(row) for row in rows} == {6}
    assert 'Hol, "øvre"' in {row[1] for row in rows}


def test_a_second_run_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_results(run(load_scenario(SCENARIOS / "hallingdal.yaml")), tmp_path / "again")
    for path in sorted((folder / "csv").iterdir()):
        assert path.read_bytes() == (tmp_path / "again" / "csv" / path.name).read_bytes()
    first, second = (read_results(where / "results.nc") for where in (folder, tmp_path / "again"))
    xr.testing.assert_identical(first, second)


def test_pools_are_written_with_what_they_are(tmp_path: Path) -> None:
    tree = result_of("hallingdal-beds")
    write_results(tree, tmp_path / "beds")
    back = read_results(tmp_path / "beds" / "results.nc")["capacity/pools"].to_dataset()
    for name, variable in tree["capacity/pools"].to_dataset().items():
        np.testing.assert_array_equal(back[name].values, variable.values)
    assert back["pool"].attrs["long_name"] == "units that share their beds"
    together = pd.read_csv(tmp_path / "beds" / "csv" / "pools_together.csv")
    assert together.columns.tolist() == ["pool", "year", "value", "unit"]


def test_results_say_where_every_row_of_the_inputs_comes_from() -> None:
    """Every row is counted once, under what its own line in the file says."""
    told = json.loads(result_of("hallingdal").attrs["inputs_sources"])
    counted: dict[str, int] = {}
    for one in told:
        counted[one["file"]] = counted.get(one["file"], 0) + one["rows"]
        with (CASE_AREAS.parent / one["file"]).open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            columns = next(reader)
            while reader.line_num < one["line"]:
                row = dict(zip(columns, next(reader), strict=True))
        assert (row.get("quality", ""), row["source"]) == (one["quality"], one["source"])
    for name, rows in counted.items():
        with (CASE_AREAS.parent / name).open(encoding="utf-8", newline="") as file:
            assert sum(1 for row in csv.reader(file) if row) == rows + 1
