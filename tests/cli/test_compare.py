"""``projector compare``, and ``projector run`` of a scenario with a sweep."""

from pathlib import Path

import pandas as pd
import pytest

from projector.outputs import write_results
from projector.outputs.sums import changed_files
from tests.cli.test_commands import projector
from tests.compare.small import given, written

SWEEP = "sweep: {capacity.occupancy.inpatient: [90 %, 100 %]}\n"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    write_results(given("small").tree, tmp_path / "small-run")
    return tmp_path / "small-run"


def swept(folder: Path) -> Path:
    small = written("small", folder)
    path = folder / "swept.yaml"
    path.write_text(f"scenario: Swept\nextends: {small.name}\n{SWEEP}", encoding="utf-8")
    return path


def test_results_and_a_scenario_are_compared(results: Path, tmp_path: Path) -> None:
    pytest.importorskip("jinja2", reason="the extra `report` is not installed")
    told = projector(
        "compare", results, written("occupancy", tmp_path), "--output", tmp_path / "out",
        "--region", "Hol", "--language", "en",
    )  # fmt: skip
    assert told.exit_code == 0, told.stderr
    assert "small compared with occupancy" in told.stdout
    assert "capacity › occupancy › inpatient" in told.stdout
    assert "B  0.8   occupancy.yaml:3" in told.stdout
    assert "People: the same" in told.stdout
    assert "\nHol  " in told.stdout
    assert "\n  Somatic beds\n    A  " in told.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"csv", "comparison.html"}
    page = (tmp_path / "out" / "comparison.html").read_text(encoding="utf-8")
    assert 'lang="en"' in page
    beds = pd.read_csv(tmp_path / "out" / "csv" / "beds.csv", dtype={"region": str})
    run = pd.read_csv(results / "csv" / "beds_need.csv", dtype={"region": str})
    own = beds[(beds["scenario"] == "small") & (beds["region"] != "all")]
    assert list(own["value"]) == list(run["value"])
    area = projector(
        "compare", results, results, "--output", tmp_path / "area", "--no-report", "--region",
        "hallingdal",
    )  # fmt: skip
    assert area.exit_code == 0, area.stderr
    unknown = projector("compare", results, results, "--region", "Hool")
    assert unknown.exit_code == 2
    assert "Did you mean 'Hol'?" in unknown.stderr
    again = projector("compare", results, results, "--output", tmp_path / "out", "--no-report")
    assert again.exit_code == 0
    assert "ingen forutsetning og ikke noe tall skiller dem" in again.stdout
    assert not (tmp_path / "out" / "comparison.html").exists()


def test_what_cannot_be_compared_is_refused(results: Path, tmp_path: Path) -> None:
    alone = projector("compare", results)
    assert alone.exit_code == 2
    assert "it takes two to compare" in alone.stderr
    (tmp_path / "empty").mkdir()
    nothing = projector("compare", results, tmp_path / "empty")
    assert nothing.exit_code == 2
    assert "holds no results" in nothing.stderr
    over = projector("compare", results, results, "--output", results)
    assert over.exit_code == 2
    assert "results.nc" in over.stderr
    assert (results / "results.nc").exists()
    unknown = projector("compare", results, results, "--region", "Holl", "--output", tmp_path / "o")
    assert unknown.exit_code == 2
    assert "Did you mean 'Hol'?" in unknown.stderr
    assert not (tmp_path / "o").exists()


def test_problems_of_all_scenarios_are_told_before_any_runs(tmp_path: Path) -> None:
    paths = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.yaml"
        path.write_text("scenario: Bad\nregion: [Hol]\n", encoding="utf-8")
        paths.append(path)
    told = projector("compare", *paths)
    assert told.exit_code == 3
    for path in paths:
        assert f"{path.as_posix()}:2:1: unknown key (found region" in told.stderr


@pytest.mark.slow
def test_a_sweep_is_run_as_a_family_and_compared(tmp_path: Path) -> None:
    path, output = swept(tmp_path), tmp_path / "out"
    told = projector("run", path, "--output", output, "--draws", 4, "--no-report")
    assert told.exit_code == 0, told.stderr
    names = {"inpatient-90-percent", "inpatient-100-percent"}
    assert {one.name for one in output.iterdir() if one.name[0] != "."} == {*names, "comparison"}
    assert "Forutsetninger som er ulike\n  capacity › occupancy › inpatient" in told.stdout
    assert "4 trekninger, den samme framtiden i begge" in told.stdout
    assert not list(output.glob("*/draws.nc"))  # kept for the comparison alone
    assert [changed_files(output / name) for name in sorted(names)] == [[], []]
    child = tmp_path / "by_hand.yaml"
    child.write_text(
        "scenario: By hand\nextends: small.yaml\ncapacity: {occupancy: {inpatient: 90 %}}\n",
        encoding="utf-8",
    )
    by_hand = projector("run", child, "--output", tmp_path / "by_hand", "--draws", 4, "--no-report")
    assert by_hand.exit_code == 0
    files = sorted((tmp_path / "by_hand" / "csv").iterdir())
    assert len(files) > 50
    for file in files:
        assert (output / "inpatient-90-percent" / "csv" / file.name).read_bytes() == (
            file.read_bytes()
        ), file.name
    compared = projector("compare", output, "--output", tmp_path / "again", "--no-report")
    assert compared.exit_code == 0
    assert "A = Swept (inpatient 90 %)" in compared.stdout


def test_a_sweep_leaves_what_is_not_its_own(tmp_path: Path) -> None:
    path, output = swept(tmp_path), tmp_path / "out"
    output.mkdir()
    (output / "notes.txt").write_text("mine")
    told = projector("run", path, "--output", output)
    assert told.exit_code == 2
    assert "found notes.txt" in told.stderr
    assert [one.name for one in output.iterdir()] == ["notes.txt"]


def test_a_sweep_is_refused_where_one_scenario_is_meant(tmp_path: Path) -> None:
    told = projector("explain", swept(tmp_path), "--result", "beds")
    assert told.exit_code == 3
    assert "swept.yaml:3:1: the file has a sweep" in told.stderr
