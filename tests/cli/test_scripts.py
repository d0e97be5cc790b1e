"""What scripts are told: ``--json``, ``--quiet`` and ``--dry-run``."""

import io
import json
from pathlib import Path

import pytest

from projector.cli.progress import RunProgress
from tests.cli.test_commands import copy_of, projector
from tests.embedded import SCENARIOS, result_of


def test_a_run_tells_json_alone_and_is_quiet_when_asked(tmp_path: Path) -> None:
    ran = projector(
        "run", SCENARIOS / "hallingdal.yaml", "--output", tmp_path / "out", "--json", "--quiet",
        "--no-report",
    )  # fmt: skip
    assert ran.exit_code == 0
    assert [line for line in ran.stderr.splitlines() if " s  " in line] == []
    told = json.loads(ran.stdout)
    assert (told["format"], told["ok"], told["draws"]) == ("projector run 1", True, None)
    assert Path(told["files"]["results"]).is_file()
    assert told["files"]["report"] is None
    figures = {one["result"]: one for one in told["figures"]}
    need = result_of("hallingdal")["capacity/beds"]["need"].sel(resource="somatic").sum("region")
    (somatic,) = (
        line for line in figures["beds_need"]["lines"] if line["parts"]["resource"] == "somatic"
    )
    assert somatic["values"] == pytest.approx(need.values.tolist())
    shortage = told["shortages"][0]
    assert (shortage["site"], shortage["first_year"]) == ("Hallingdal sjukestugu", 2026)


def test_faults_are_told_as_json_with_their_exit_code(tmp_path: Path) -> None:
    wrong = copy_of("hallingdal", tmp_path, "[Hallingdal]", "[Halingdal]")
    ran = projector("run", wrong, "--json", "--output", tmp_path / "out")
    told = json.loads(ran.stdout)
    assert ran.exit_code == told["exit_code"] == 3
    assert told["problems"][0]["nearest"] == "Hallingdal"
    checked = projector("check", wrong, "--json")
    told = json.loads(checked.stdout)
    assert checked.exit_code == told["exit_code"] == 3
    assert told["scenarios"][0]["problems"][0]["where"].startswith(f"{wrong}:")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    refused = projector(
        "run", SCENARIOS / "hallingdal.yaml", "--json", "--output", tmp_path / "mine"
    )
    assert json.loads(refused.stdout)["exit_code"] == refused.exit_code == 2


def test_a_dry_run_tells_what_would_be_and_writes_nothing(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        f"scenario: Hallingdal, tried\nextends: {SCENARIOS}/hallingdal-copd.yaml\n"
        "uncertainty: {population: written}\n"
    )
    asked = ("run", own, "--dry-run", "--output", tmp_path / "out")
    told = json.loads(projector(*asked, "--draws", "5", "--json").stdout)
    assert told["draws"] == [5, 5]
    assert (told["blocks"], told["draws_in_block"]) == (1, 64)
    assert [region["name"] for region in told["regions"]][-1] == "Hol"
    assert told["scenario_resolved"].startswith("scenario: Hallingdal, tried")
    low, high = told["seconds"]
    assert 0 < low < high
    assert 0 < told["bytes"][0] <= told["bytes"][1]
    text = projector(*asked, "--language", "en").stdout
    assert "Draws: none" in text
    assert "Values set in: own.yaml (2), " in text
    assert "Nothing was written." in text
    assert list(tmp_path.iterdir()) == [own]


def test_a_dry_run_refuses_what_a_run_refuses(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    refused = projector("run", SCENARIOS / "hallingdal.yaml", "--dry-run", "--output", tmp_path)
    assert refused.exit_code == 2
    assert "no run has written" in refused.stderr


def swept(folder: Path) -> Path:
    own = folder / "swept.yaml"
    own.write_text(
        f"scenario: Swept\nextends: {SCENARIOS}/hallingdal.yaml\nyears: {{base: 2026, end: 2028}}\n"
        "sweep: {capacity.overflow.municipal_acute: [2 %, 10 %]}\n",
        encoding="utf-8",
    )
    return own


def test_a_sweep_tells_scripts_of_each_scenario_and_where_they_are_compared(tmp_path: Path) -> None:
    own, out = swept(tmp_path), tmp_path / "out"
    ran = projector("run", own, "--output", out, "--json", "--quiet", "--no-report")
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert (told["format"], told["ok"], told["title"]) == ("projector sweep 1", True, "Swept")
    assert told["swept"] == ["capacity.overflow.municipal_acute"]
    assert [one["label"] for one in told["runs"]] == ["municipal_acute 2 %", "municipal_acute 10 %"]
    need = []
    for one in told["runs"]:
        assert one["run"]["format"] == "projector run 1"
        assert Path(one["run"]["files"]["results"]) == out / one["name"] / "results.nc"
        assert Path(one["run"]["files"]["results"]).is_file()
        beds = {figure["result"]: figure for figure in one["run"]["figures"]}["beds_need"]
        need += [
            line["values"][-1]
            for line in beds["lines"]
            if line["parts"]["resource"] == "municipal_acute"
        ]
    assert need[0] > need[1] > 0
    assert (Path(told["comparison"]["folder"]) / "csv" / "beds.csv").is_file()
    assert told["comparison"]["report"] is None


def test_a_dry_run_of_a_sweep_tells_each_scenario_and_the_time_of_all(tmp_path: Path) -> None:
    own = swept(tmp_path)
    asked = ("run", own, "--dry-run", "--output", tmp_path / "out")
    told = json.loads(projector(*asked, "--json").stdout)
    assert told["format"] == "projector dry run sweep 1"
    runs = [one["run"] for one in told["runs"]]
    assert [run["format"] for run in runs] == ["projector dry run 1"] * 2
    assert told["seconds"] == [sum(run["seconds"][end] for run in runs) for end in (0, 1)]
    text = projector(*asked, "--language", "en").stdout
    assert text.count("Scenario: ") == 2
    assert "The whole sweep: 2 scenarios, " in text
    assert text.endswith("Nothing was written.\n")
    assert list(tmp_path.iterdir()) == [own]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    refused = projector(*asked)
    assert refused.exit_code == 2
    assert "something else than the scenarios of a sweep" in refused.stderr


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_a_bar_that_goes_and_a_pipe_has_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    progress = RunProgress("en")
    progress.draws_begin()
    progress.draws(64, 256)
    progress.draws(128, 256)
    assert "/256" in terminal.getvalue()
    progress.stage("draws", {"draws": 256})
    assert terminal.getvalue().rstrip().endswith("256 draws of all that is uncertain")
    quiet = Terminal()
    monkeypatch.setattr("sys.stderr", quiet)
    silent = RunProgress("en", quiet=True)
    silent.draws_begin()
    silent.draws(64, 256)
    silent.stage("draws", {"draws": 256})
    assert quiet.getvalue() == ""
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stderr", pipe)
    piped = RunProgress("en")
    piped.draws_begin()
    piped.draws(64, 256)
    assert pipe.getvalue() == ""
