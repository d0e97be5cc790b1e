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
    assert (told["blocks"], told["draws_in_block"]) == (1, 128)
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
