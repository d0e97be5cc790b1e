"""``projector sensitivity``, and what a run says of its draws."""

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from projector.cli.main import cli
from tests.embedded import SCENARIOS

UNCERTAIN = f"""
scenario: How sure
extends: {SCENARIOS}/hallingdal-copd.yaml
years: {{base: 2026, end: 2028}}
capacity: {{occupancy: {{inpatient: {{2026: 85 %, 2028: {{triangular: [80 %, 85 %, 92 %]}}}}}}}}
"""


def projector(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def own(folder: Path, uncertainty: str, text: str = UNCERTAIN) -> Path:
    path = folder / "own.yaml"
    path.write_text(f"{text}uncertainty: {uncertainty}\n", encoding="utf-8")
    return path


def test_a_sensitivity_is_a_table_a_picture_and_a_file(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra `report` is not installed")
    path = own(tmp_path, "{population: stochastic}", UNCERTAIN.replace("2030}", "2028}"))
    picture = tmp_path / "beds.svg"
    result = projector(
        "sensitivity", path, "--result", "beds", "--of", "somatic", "--draws", 64, "--indices",
        "--language", "en", "--output", picture,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    for text in ("Beds: Somatic beds, 2028", "explains", "Chance in the contacts of a year"):
        assert text in result.stdout
    first, *_ = (line for line in result.stdout.splitlines() if " %" in line)
    assert first.startswith("capacity/occupancy/inpatient")
    assert "Indices from a design" in result.stdout
    assert "capacity/occupancy/inpatient" in picture.read_text(encoding="utf-8")
    table = pd.read_csv(tmp_path / "beds.csv", keep_default_na=False, na_values=[""])
    assert set(table["year"]) == set(range(2026, 2029))
    assert set(table["kind"]) == {"assumption", "paths", "chance", "contacts", "beside"}
    last = table[table["year"] == 2028].set_index("factor")
    occupancy = last.loc["capacity/occupancy/inpatient"]
    assert occupancy["high"] < occupancy["middle"] < occupancy["low"]
    assert occupancy["design_total"] > 0.2


@pytest.mark.slow
def test_without_a_distribution_what_is_left_is_told_and_said_so(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra `report` is not installed")
    plain = UNCERTAIN.split("capacity", maxsplit=1)[0]
    plain = plain.replace("hallingdal-copd.yaml", "reference.yaml\nregions: [Hallingdal]")
    path = own(tmp_path, "{population: stochastic}", plain)
    asked = ("sensitivity", path, "--result", "contacts", "--draws", 64, "--output")
    result = projector(*asked, tmp_path / "p.svg")
    assert result.exit_code == 0, result.output
    assert "ingen antakelse kan rangeres" in result.stdout
    assert "Tilfeldighet i årets kontakter" in result.stdout
    nothing = projector(
        "sensitivity", own(tmp_path, "{population: written}", plain), "--result", "beds"
    )
    assert nothing.exit_code == 2
    assert "own.yaml: nothing in the scenario is uncertain" in nothing.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--result", "bed"), "Did you mean 'beds'?"),
        (("--result", "beds", "--of", "somatisk"), "Did you mean 'somatic'?"),
        (("--result", "beds", "--year", "2026"), "expected 2027 to 2028"),
        (("--result", "beds", "--draws", "10"), "--draws: too few draws to tell"),
        (("--result", "beds", "--output", "p.doc"), "no such picture format"),
    ],
)
def test_a_question_that_makes_no_sense_is_wrong_usage(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    path = own(tmp_path, "{population: written}")
    result = projector("sensitivity", path, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.slow
def test_a_run_says_how_sure_it_is_what_matters_and_how_often_there_is_too_little(
    tmp_path: Path,
) -> None:
    path = own(tmp_path, "{population: stochastic, tolerance: 5 %, most: 64, draws: auto}")
    output = tmp_path / "out"
    result = projector("run", path, "--draws", "auto", "--output", output, "--language", "en")
    assert result.exit_code == 0, result.output
    assert "64 draws; standard errors of the main figures are at most 5 per cent" in result.stderr
    assert "Standard errors of the limits: at most 5.0 per cent or half a unit" in result.stdout
    matters = result.stdout[result.stdout.index("What matters most") :]
    somatic = matters[matters.index("Somatic beds") :].splitlines()
    assert somatic[1].split()[0] == "capacity/occupancy/inpatient"
    rest = next(line for line in somatic if "none of them alone" in line)
    shares = [int(line.split()[-1]) for line in (somatic[1], rest)]
    assert 90 < sum(shares) < 115  # others are estimated a little below zero
    assert "No assumption stands out for:" in matters
    often = next(line for line in result.stdout.splitlines() if "in so many of 100 draws" in line)
    assert often.split()[-2:] == ["100", "100"]  # five or six acute beds, where there are three
    table = pd.read_csv(output / "csv" / "sensitivity_beds.csv")
    columns = ["assumption", "year", "resource", "first", "first_error", "low", "high"]
    assert list(table.columns) == columns
    assert not (table["year"] == 2026).any() or table["first"].notna().all()
    few = projector("run", path, "--draws", 8, "--output", output, "--language", "en")
    assert "Too few draws to tell; it takes 64 at least" in few.stdout
    assert not (output / "csv" / "sensitivity_beds.csv").exists()
