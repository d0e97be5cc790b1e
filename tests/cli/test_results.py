"""``projector results``, ``excel``, ``completion`` and ``inputs describe``."""

import csv
import json
import subprocess
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from projector.cli.main import cli
from projector.outputs.tidy import csv_name
from tests.cli.test_commands import projector
from tests.embedded import CASE_AREAS, SCENARIOS, write_result_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("runs") / "out"
    write_result_of("hallingdal", target)
    return target


def test_a_figure_is_read_without_opening_a_file(folder: Path) -> None:
    told = projector("results", folder, "--result", "people", "--age", "80+", "--region", "Hol")
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert lines[0] == "people (personer)"
    assert lines[1].split() == ["2026", "2030", "2035", "2040"]
    assert lines[2].split()[:5] == ["Hol,", "80", "år", "og", "eldre"]
    assert lines[2].split()[-1] == "459"
    english = projector(
        "results", folder / "results.nc", "--result", "staff_gap", "--profession", "nurse",
        "--year", "2035", "--language", "en",
    )  # fmt: skip
    assert "staff_gap (FTE)" in english.stdout
    assert "Nurse" in english.stdout


def test_csv_and_json_hold_every_year_and_are_alone_on_the_output(folder: Path) -> None:
    asked = ("results", folder, "--result", "beds", "--region", "Hol", "--resource", "somatic")
    rows = list(csv.DictReader(projector(*asked, "--csv").stdout.splitlines()))
    told = json.loads(projector(*asked, "--json").stdout)
    assert told["format"] == "projector results 1"
    assert told["years"] == [int(row["year"]) for row in rows] == list(range(2026, 2041))
    assert told["lines"][0]["values"] == pytest.approx([float(row["value"]) for row in rows])
    with (folder / "csv" / csv_name("/capacity/beds", "need")).open(encoding="utf-8") as file:
        written = [
            row for row in csv.DictReader(file)
            if row["region"] == "3330" and row["resource"] == "somatic"
        ]  # fmt: skip
    assert [row["value"] for row in written] == [row["value"] for row in rows]


def test_without_a_result_those_of_the_run_are_listed(folder: Path) -> None:
    told = projector("results", folder)
    names = [line.split()[0] for line in told.stdout.splitlines()]
    assert {"people", "beds", "staff_gap"} <= set(names)
    assert "own_coverage" not in names
    assert "innbyggere 1. januar" in told.stdout
    english = projector("results", folder, "--language", "en").stdout
    assert "people on 1 January" in english
    lost = projector("results", folder, "--region", "Hol", "--by", "sex")
    assert lost.exit_code == 2
    assert "--region: which result is meant is not said (expected --result)" in lost.stderr
    listed = json.loads(projector("results", folder, "--json").stdout)["results"]
    assert [row["result"] for row in listed] == names


def test_wrong_names_are_faults_of_use_and_json_says_them_too(folder: Path) -> None:
    told = projector("results", folder, "--result", "beds", "--region", "Hool", "--json")
    assert told.exit_code == 2
    assert json.loads(told.stdout)["problems"][0]["nearest"] == "Hol"
    assert "Did you mean 'Hol'?" in told.stderr
    both = projector("results", folder, "--result", "beds", "--csv", "--json")
    assert both.exit_code == 2
    assert "CSV or JSON, not both" in both.stderr


def test_results_of_one_name_do_not_overwrite_one_another(folder: Path) -> None:
    """Contacts by diagnosis and contacts by priority group are two files."""
    with (folder / "csv/contacts.csv").open(encoding="utf-8") as file:
        assert "diagnosis" in file.readline()
    with (folder / "csv/priority_contacts.csv").open(encoding="utf-8") as file:
        assert "group" in file.readline()


def completed(words: list[str], begun: str) -> list[str]:
    complete = BashComplete(cli, {}, "projector", "_PROJECTOR_COMPLETE")
    return [item.value for item in complete.get_completions(words, begun)]


def test_names_are_completed(folder: Path) -> None:
    assert completed([], "resu") == ["results"]
    assert completed(["results", str(folder), "--region"], "H") == ["Hemsedal", "Hol", "Hallingdal"]
    assert "municipal_acute" in completed(["results", str(folder), "--resource"], "mun")
    assert "beds_gap" in completed(["results", str(folder), "--result"], "beds")
    assert completed(["results"], f"{folder.parent}/") == [str(folder)]
    assert f"{SCENARIOS}/hallingdal.yaml" in completed(["run"], f"{SCENARIOS}/hall")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_is_printed(shell: str) -> None:
    told = projector("completion", shell)
    assert told.exit_code == 0
    assert f"_PROJECTOR_COMPLETE={shell}_complete" in told.stdout
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=told.stdout, text=True, check=True)


def test_inputs_are_described() -> None:
    told = json.loads(projector("inputs", "describe", CASE_AREAS, "--json").stdout)
    tables = {one["table"]: one for one in told["tables"]}
    with (CASE_AREAS / "use_rates.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rates = tables["use_rates"]
    assert rates["rows"] == len(rows)
    assert rates["qualities"]["assumption"] == sum(r["quality"] == "assumption" for r in rows)
    assert tables["population"]["years"] == [2006, 2026]
    assert set(told["absent"]).isdisjoint(tables)
    text = projector("inputs", "describe", SCENARIOS / "hallingdal.yaml").stdout
    assert f"{len(rows):,}".replace(",", "\u202f") in text
    wrong = projector("inputs", "describe", CASE_AREAS, "--table", "norm")
    assert wrong.exit_code == 2
    assert "Did you mean 'norms'?" in wrong.stderr
