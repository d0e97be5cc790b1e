"""Every command, as a planner runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from projector.cli.main import cli
from tests.embedded import ROOT, SCENARIOS


def projector(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def copy_of(name: str, folder: Path, old: str = "", new: str = "") -> Path:
    """A shipped scenario in another folder, with one piece of text changed."""
    text = (SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8")
    assert old in text
    text = text.replace("extends: ", f"extends: {SCENARIOS}/").replace(old, new)
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_run_prints_a_line_a_stage_and_the_table_and_writes_the_files(tmp_path: Path) -> None:
    result = projector("run", SCENARIOS / "hallingdal.yaml", "--output", tmp_path / "out")
    assert result.exit_code == 0
    stages = ["Inndata", "Befolkning", "Aktivitet", "Kapasitet", "Bemanning", "Filer"]
    lines = [line for line in result.stderr.splitlines() if " s  " in line]
    assert [line.split()[2] for line in lines] == stages
    for text in (
        "Hallingdal mot 2040",
        "2026",
        "2030",
        "2035",
        "2040",
        "80 år og eldre",
        "Døgnopphold",
        "Somatiske senger",
        "Sykepleier",
        "Hallingdal sjukestugu",
        "Kommunale akutte døgnplasser (KAD)",
    ):
        assert text in result.stdout
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {
        "results.nc", "csv", "calibration", "scenario.yaml", "SHA256SUMS", "report.html"
    }  # fmt: skip


def test_run_speaks_english_when_asked(tmp_path: Path) -> None:
    result = projector(
        "run", SCENARIOS / "hallingdal.yaml", "--output", tmp_path / "out", "--language", "en",
        "--no-report",
    )  # fmt: skip
    assert "Ages 80 and over" in result.stdout
    assert "The results are in" in result.stdout


def test_run_says_when_uncertain_values_take_their_median(tmp_path: Path) -> None:
    short = tmp_path / "short.yaml"
    short.write_text(
        f"scenario: Short\nextends: {SCENARIOS / 'hallingdal-copd.yaml'}\n"
        "years: {base: 2026, end: 2032}\nuncertainty: {population: written}\n"
    )
    asked = (short, "--no-report", "--language", "en")
    result = projector("run", *asked, "--output", tmp_path / "out")
    assert "The scenario has uncertain values (4); without draws they take their median" in (
        result.stderr
    )
    drawn = projector("run", *asked, "--draws", "2", "--output", tmp_path / "out")
    assert "take their median" not in drawn.stderr
    assert "How sure (2 draws, from 10 to 90 per cent)" in drawn.stdout


def test_a_run_asks_nobody_on_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are fetched by ``inputs fetch``, and by nothing else."""

    def refuse(*_: object) -> None:
        raise AssertionError("a run has no business on the network")

    for way in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(f"socket.socket.{way}", refuse, raising=False)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    short = tmp_path / "short.yaml"
    short.write_text(
        f"scenario: Short\nextends: {SCENARIOS / 'hallingdal.yaml'}\n"
        "years: {base: 2026, end: 2027}\n"
    )
    result = projector("run", short, "--draws", "0", "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / "report.html").is_file()


def test_run_never_takes_the_place_of_files_it_did_not_write(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    result = projector("run", SCENARIOS / "hallingdal.yaml", "--output", tmp_path)
    assert result.exit_code == 2
    assert "the folder holds something that no run has written" in result.stderr
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_run_never_replaces_the_folder_it_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = projector("run", SCENARIOS / "hallingdal.yaml", "--output", ".")
    assert result.exit_code == 2
    assert "this one cannot be replaced" in result.stderr


def test_check_finds_shipped_scenarios_right() -> None:
    """Those that other tests do not run."""
    names = ("hallingdal-beds-five", "hallingdal-coverage")
    paths = [SCENARIOS / f"{name}.yaml" for name in names]
    result = projector("check", *paths)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [f"{path}: no problems" for path in paths]


@pytest.mark.slow
def test_check_finds_every_shipped_scenario_right() -> None:
    paths = sorted(SCENARIOS.glob("*.yaml"))
    result = projector("check", *paths)
    assert result.exit_code == 0
    several = {SCENARIOS / "hallingdal-overflow-sweep.yaml": " (scenarios: 3)"}
    assert result.stdout.splitlines() == [
        f"{path}: no problems{several.get(path, '')}" for path in paths
    ]


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        ("capacity:", "capacty:", 3, "unknown key"),
        ("[Hallingdal]", "[Halingdal]", 3, "Did you mean 'Hallingdal'?"),
        ("municipal_acute: 5 %", "municipal_acute: 5", 3, "write 5 % if percent is meant"),
        ("[Hallingdal]", "[Hallingdal, Norge]", 5, "lies in Norge (0)"),
    ],
)
def test_check_says_where_and_what(
    tmp_path: Path, old: str, new: str, code: int, message: str
) -> None:
    path = copy_of("hallingdal", tmp_path, old, new)
    result = projector("check", path)
    assert result.exit_code == code
    assert message in result.stderr
    assert f"{path}:" in result.stderr
    assert "Traceback" not in result.stderr


def test_check_reports_the_names_of_all_files_at_once(tmp_path: Path) -> None:
    one = copy_of("hallingdal", tmp_path, "[Hallingdal]", "[Halingdal]")
    other = copy_of("hallingdal-copd", tmp_path, "diagnosis: copd", "diagnosis: kopd")
    result = projector("check", one, other)
    assert result.exit_code == 3
    assert "Did you mean 'Hallingdal'?" in result.stderr
    assert "Did you mean 'copd'?" in result.stderr


def test_names_and_keys_that_are_wrong_are_told_together(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        f"scenario: Own\nextends: {SCENARIOS}/hallingdal.yaml\nregoins: [Hol]\n"
        "activity: {growth: {kopd: {annual: 1 %}}}\ncapacity: {existing: {Nytt: {bed: 3}}}\n",
        encoding="utf-8",
    )
    result = projector("check", path)
    assert result.exit_code == 3
    messages = [line.removeprefix(f"{path}:") for line in result.stderr.splitlines()]
    assert [message.split(" (")[0] for message in messages] == [
        "3:1: unknown key",
        "4:21: unknown diagnosis",
        "5:23: unknown site",
        "5:30: unknown resource",
    ]


def test_a_table_that_is_wrong_is_an_input_error(tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text(
        "region,year,sex,age,persons\n3330,2026,female,0,many\n3330,2026,female,1+,9\n",
        encoding="utf-8",
    )
    path = tmp_path / "own.yaml"
    path.write_text(
        f"scenario: Own\ninputs: {{set: {ROOT}/inputs/case-areas, population: {table}}}\n"
        "regions: [Hol]\nyears: {base: 2026, end: 2030}\n",
        encoding="utf-8",
    )
    result = projector("run", path, "--output", tmp_path / "out")
    assert result.exit_code == 4
    assert f"{table}:2" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_base_year_without_a_table_is_an_inconsistency(tmp_path: Path) -> None:
    path = tmp_path / "early.yaml"
    path.write_text(
        f"scenario: Early\nextends: {SCENARIOS}/reference.yaml\nyears: {{base: 1999, end: 2030}}\n",
        encoding="utf-8",
    )
    result = projector("run", path, "--output", tmp_path / "out")
    assert result.exit_code == 5
    assert "no age table for the base year" in result.stderr


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    path = copy_of("hallingdal", tmp_path, "[Hallingdal]", "[Halingdal]")
    result = projector("--debug", "check", path)
    assert result.exception is not None
    assert type(result.exception).__name__ == "ScenarioError"


def test_wrong_usage_has_its_own_exit_code() -> None:
    assert projector("run").exit_code == 2
    assert projector("check", "no-such-file.yaml").exit_code == 2
    assert projector("no-such-command").exit_code == 2


def test_schema_is_printed_and_written(tmp_path: Path) -> None:
    target = tmp_path / "schema.json"
    assert projector("schema", "--write", target).exit_code == 0
    committed = (ROOT / "scenario.schema.json").read_text(encoding="utf-8")
    assert target.read_text(encoding="utf-8") == projector("schema").stdout == committed
    assert json.loads(committed)["type"] == "object"


def test_new_lays_out_a_folder_that_runs(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert projector("new", folder).exit_code == 0
    result = projector(
        "run", folder / "scenarios/hallingdal.yaml", "--output", tmp_path / "out", "--no-report"
    )
    assert result.exit_code == 0
    again = projector("new", folder)
    assert again.exit_code == 2
    assert "the folder is not empty" in again.stderr


@pytest.mark.slow
def test_chart_draws_a_result(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra `report` is not installed")
    projector("run", SCENARIOS / "hallingdal.yaml", "--output", tmp_path / "out")
    pictures = []
    for name in ("one.svg", "two.svg"):
        assert projector("chart", tmp_path / "out", "--output", tmp_path / name).exit_code == 0
        pictures.append((tmp_path / name).read_bytes())
    assert pictures[0] == pictures[1]
    assert b"Nesbyen" in pictures[0]
    assert projector("chart", tmp_path, "--output", tmp_path / "x.svg").exit_code == 2
    assert projector("chart", tmp_path / "out", "--output", tmp_path / "x.doc").exit_code == 2


@pytest.mark.slow
def test_the_module_runs_as_a_program_in_any_locale(tmp_path: Path) -> None:
    path = copy_of("hallingdal", tmp_path, "[Hallingdal]", "[Hol, Ål]")
    done = subprocess.run(
        [sys.executable, "-m", "projector", "run", str(path), "--output", str(tmp_path / "out")],
        capture_output=True,
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0"},
        check=False,
    )
    assert done.returncode == 0
    assert "Ål" in done.stdout.decode("utf-8")


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys, projector, projector.cli.main\n"
        "heavy = {'numpy', 'pandas', 'xarray', 'scipy', 'pydantic', 'ruamel', 'netCDF4'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
    assert projector("--help").exit_code == 0
