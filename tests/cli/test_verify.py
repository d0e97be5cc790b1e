"""``projector verify``: results are what their scenario gives, or it is told what is not."""

import shutil
from pathlib import Path

import netCDF4
import pytest

from projector.outputs.sums import write_sums
from tests.cli.test_commands import projector
from tests.embedded import CASE_AREAS, SCENARIOS

OWN = f"""
scenario: Own
extends: {SCENARIOS}/hallingdal-copd.yaml
inputs: INPUTS
years: {{base: 2026, end: 2027}}
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with inputs, a scenario and its results."""
    workspace = tmp_path_factory.mktemp("workspace")
    shutil.copytree(CASE_AREAS, workspace / "inputs")
    (workspace / "scenarios").mkdir()
    scenario = workspace / "scenarios" / "own.yaml"
    scenario.write_text(OWN.replace("INPUTS", "../inputs"), encoding="utf-8")
    result = projector(
        "run", scenario, "--output", workspace / "outputs" / "own", "--no-report",
        "--without", "Discharge planned at admission", "--draws", 2,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    return workspace


@pytest.fixture
def workspace(ran: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ran, tmp_path / "workspace"))


def verify(workspace: Path, *arguments: object) -> tuple[int, str]:
    result = projector("verify", workspace / "outputs" / "own", *arguments, "--language", "en")
    return result.exit_code, result.output


def damaged(workspace: Path) -> Path:
    """The results with one number changed, and checksums that say nothing of it."""
    folder = workspace / "outputs" / "own"
    with netCDF4.Dataset(folder / "results.nc", "a") as file:
        need = file["capacity/beds/need"]
        need[0, 1, 0] = float(need[0, 1, 0]) * (1 + 1e-15)
    write_sums(folder)
    return folder


@pytest.mark.slow
def test_results_are_verified_by_running_them_again(workspace: Path) -> None:
    code, told = verify(workspace)
    assert code == 0, told
    lines = told.splitlines()
    assert lines[0] == "The files are as the run wrote them."
    assert lines[1].startswith("The scenario and ")
    assert lines[2].startswith("Run again: all ")
    assert lines[2].endswith(" numbers are the same, to the last bit.")


def test_a_number_that_is_changed_in_its_last_bit_is_found(workspace: Path) -> None:
    folder = damaged(workspace)
    code, told = verify(workspace)
    assert code == 7
    assert f"{folder / 'results.nc'}: /capacity/beds/need differs in 1 of " in told
    assert "first in region " in told
    assert "year 2027" in told


@pytest.mark.slow
def test_a_table_that_is_changed_is_found_before_anything_is_run(workspace: Path) -> None:
    table = workspace / "outputs" / "own" / "csv" / "beds_need.csv"
    table.write_text(table.read_text("utf-8").replace("2026", "2025", 1), "utf-8")
    code, told = verify(workspace)
    assert code == 7
    assert "files are gone or have changed since the run (found csv/beds_need.csv" in told
    write_sums(table.parents[1])
    code, told = verify(workspace)
    assert code == 7
    assert "files are not as the run writes them now (found csv/beds_need.csv)" in told


def test_inputs_that_have_changed_or_are_not_found_are_told(workspace: Path) -> None:
    names = workspace / "inputs" / "names.csv"
    names.write_text(names.read_text("utf-8") + "\n", "utf-8")
    code, told = verify(workspace)
    assert code == 7
    assert "the input tables that the run was made from are not found" in told
    place = workspace / "scenarios"
    assert f"{place}: changed since the run: names: names.csv" in told.replace("\n", " ")
    shutil.rmtree(workspace / "inputs")
    code, told = verify(workspace, "--folder", workspace / "scenarios")
    assert code == 7
    assert f"{place}: no such folder" in told


@pytest.mark.slow
def test_a_scenario_that_its_hash_is_not_of_is_refused(workspace: Path) -> None:
    folder = workspace / "outputs" / "own"
    with netCDF4.Dataset(folder / "results.nc", "a") as file:
        file.scenario_resolved = file.scenario_resolved.replace("end: 2027", "end: 2028")
    write_sums(folder)
    code, told = verify(workspace)
    assert code == 7
    assert "the scenario in the results is not the one that their hash is of" in told
