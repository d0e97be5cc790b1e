"""``projector explain``, and ``projector run`` with changes left out."""

import csv
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from projector.cli.main import cli
from tests.embedded import SCENARIOS

COPD = SCENARIOS / "hallingdal-copd.yaml"
PLANNED = "Discharge planned at admission"


def projector(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def explained(*arguments: object) -> Result:
    return projector("explain", COPD, "--result", "bed_days", "--of", "inpatient", *arguments)


def needs_matplotlib() -> None:
    pytest.importorskip("matplotlib", reason="the extra `report` is not installed")


def test_a_result_is_explained_in_a_table_a_picture_and_a_file(tmp_path: Path) -> None:
    needs_matplotlib()
    picture = tmp_path / "beds.svg"
    result = explained("--output", picture, "--language", "en")
    assert result.exit_code == 0
    for text in ("Hallingdal, KOLS", "Bed days a year: Inpatient stays", "Ageing", "Interaction"):
        assert text in result.stdout
    for text in ("Use: Stroke", PLANNED, "Change 2026–2040", "alone"):
        assert text in result.stdout
    assert PLANNED in picture.read_text(encoding="utf-8")
    table = pd.read_csv(tmp_path / "beds.csv", keep_default_na=False)
    assert list(table.columns) == [
        "factor", "name", "year", "effect", "share_of_base", "alone", "unit",
    ]  # fmt: skip
    assert set(table["year"]) == set(range(2026, 2041))


def test_the_file_adds_up(tmp_path: Path) -> None:
    needs_matplotlib()
    explained("--output", tmp_path / "beds.svg", "--order-free")
    table = pd.read_csv(tmp_path / "beds.csv")
    last = table[table["year"] == 2040].set_index("factor")["effect"]
    effects = last.drop(["base", "interaction", "total", "result"])
    assert effects.sum() == pytest.approx(last["total"], rel=1e-8)
    assert last["base"] + last["total"] == pytest.approx(last["result"], rel=1e-8)


@pytest.mark.slow
def test_the_same_question_has_the_same_answer(tmp_path: Path) -> None:
    needs_matplotlib()
    for name in ("one", "two"):
        explained("--output", tmp_path / f"{name}.svg")
    for ending in ("svg", "csv"):
        one, two = (tmp_path / f"{name}.{ending}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


@pytest.mark.slow
def test_an_explanation_may_be_of_a_region_and_year_without_a_change(tmp_path: Path) -> None:
    needs_matplotlib()
    asked = ("--region", "Hol", "--region", "Gol", "--year", "2030", "--without", PLANNED)
    result = explained(*asked, "--output", tmp_path / "p.png")
    assert result.exit_code == 0
    assert "Liggedøgn per år: Døgnopphold, Hol, Gol" in result.stdout
    assert "Endring 2026–2030" in result.stdout
    assert PLANNED not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--result", "bed"), "Did you mean 'beds'?"),
        (("--result", "beds", "--of", "somatisk"), "Did you mean 'somatic'?"),
        (("--result", "bed_days", "--of", "day"), "no part of bed_days has this name"),
        (("--result", "beds", "--region", "Gool"), "Did you mean 'Gol'?"),
        (("--result", "beds", "--year", "2026"), "expected 2027 to 2040"),
        (("--result", "beds", "--output", "p.doc"), "no such picture format"),
    ],
)
def test_a_question_that_makes_no_sense_is_wrong_usage(
    arguments: tuple[str, ...], message: str
) -> None:
    result = projector("explain", COPD, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_change_that_is_not_there_cannot_be_left_out(tmp_path: Path) -> None:
    result = projector("run", COPD, "--without", "Discharge planed", "--output", tmp_path / "out")
    assert result.exit_code == 3
    assert f"Did you mean '{PLANNED}'?" in result.stderr


def test_a_picture_that_is_asked_for_needs_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("projector.cli.pictures", "projector.cli.explain"):
        monkeypatch.setattr(f"{module}.find_spec", lambda _: None)
    monkeypatch.chdir(tmp_path)
    asked = explained("--output", tmp_path / "p.svg")
    assert asked.exit_code == 2
    assert "drawing needs the extra `report`" in asked.stderr
    unasked = explained()
    assert unasked.exit_code == 0
    assert "projector[report]" in unasked.stderr
    assert [path.name for path in (tmp_path / "outputs").iterdir()] == [
        "explain-hallingdal-copd-bed_days-inpatient.csv"
    ]


@pytest.mark.slow
def test_a_run_says_which_changes_were_left_out(tmp_path: Path) -> None:
    result = projector("run", COPD, "--without", PLANNED, "--output", tmp_path / "out")
    assert result.exit_code == 0
    resolved = (tmp_path / "out" / "scenario.yaml").read_text(encoding="utf-8")
    assert f"without:\n  - {PLANNED}" in resolved
    assert f"name: {PLANNED}" not in resolved


@pytest.mark.slow
def test_a_run_tells_what_each_change_does(tmp_path: Path) -> None:
    result = projector("run", COPD, "--ablate", "--output", tmp_path / "out", "--language", "en")
    assert result.exit_code == 0
    text = result.stdout[result.stdout.index("Each change in 2040") :]
    assert "alone    on top of the others" in text
    assert PLANNED in text
    with (tmp_path / "out" / "csv" / "ablation.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["year"] for row in rows} == {"2026", "2030", "2035", "2040"}
    assert {row["world"] for row in rows} == {"alone", "all but"}
    again = projector("run", COPD, "--output", tmp_path / "out")
    assert again.exit_code == 0
    assert not (tmp_path / "out" / "csv" / "ablation.csv").exists()


@pytest.mark.slow
def test_without_changes_a_run_says_that_there_are_none(tmp_path: Path) -> None:
    result = projector(
        "run", SCENARIOS / "hallingdal.yaml", "--ablate", "--output", tmp_path / "out"
    )
    assert result.exit_code == 0
    assert "Scenarioet har ingen tiltak å ta bort." in result.stdout
    assert not (tmp_path / "out" / "csv" / "ablation.csv").exists()
