"""``projector areas``: the alternatives on the terminal, and the tables behind them."""

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from projector.cli.main import cli
from tests.embedded import SCENARIOS, result_of

CAPITAL = SCENARIOS / "capital-region-2007.yaml"


def areas(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["areas", *map(str, arguments)])


@pytest.fixture(autouse=True)
def cached(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run itself is tested elsewhere, and takes a while."""
    monkeypatch.setattr("projector.cli.areas.run", lambda _: result_of("capital-region-2007"))


def test_alternatives_are_printed_one_below_the_other_and_written(tmp_path: Path) -> None:
    result = areas(CAPITAL, "--output", tmp_path / "areas", "--language", "en")
    assert result.exit_code == 0
    today, rest = result.stdout.split("Forslaget, against Foretakene i 2007\n")
    first, second = rest.split("Follo til Østfold, against Foretakene i 2007\n")
    assert "Foretakene i 2007 (as it is today)" in today
    assert "against Asker" not in today
    for text in (
        "against Asker og Bærum",
        "People",
        "Hospital beds",
        "Own coverage, per cent",
        "Sørlandet",
    ):
        assert text in first
    assert "Østfold: fewer than 300,000 people: 2007, 2010" in first
    assert "Østfold med Follo: Østfold 269,999, Akershus 110,000" in second
    assert "Follo: Ullevål universitetssykehus 30, Sykehuset Østfold 50" in " ".join(second.split())
    assert max(map(len, result.stdout.splitlines())) <= 100
    figures = pd.read_csv(tmp_path / "areas" / "csv" / "areas.csv")
    columns = "alternative area year measure value unit present_area before difference"
    assert list(figures.columns) == columns.split()
    names = ["Foretakene i 2007", "Forslaget", "Follo til Østfold"]
    assert figures["alternative"].unique().tolist() == names
    criteria = pd.read_csv(tmp_path / "areas" / "csv" / "criteria.csv")
    assert list(criteria.columns) == ["alternative", "area", "criterion", "detail", "limit"]
    resolved = (tmp_path / "areas" / "scenario.yaml").read_text(encoding="utf-8")
    assert resolved.startswith("# What the areas were reckoned from")


def test_norwegian_is_what_it_speaks_unasked(tmp_path: Path) -> None:
    result = areas(CAPITAL, "--output", tmp_path / "areas")
    assert "Egendekning, prosent" in result.stdout
    assert "under 300\u202f000 innbyggere" in result.stdout


def own(folder: Path, catchments: str) -> Path:
    path = folder / "own.yaml"
    path.write_text(f"scenario: Own\nextends: {CAPITAL}\ncatchments: {catchments}\n", "utf-8")
    return path


def test_details_of_a_criterion_are_shown_until_there_are_many(tmp_path: Path) -> None:
    path = own(tmp_path, "[{name: Oslo alone, areas: {Oslo: ['9001']}}]")
    text = areas(path, "--output", tmp_path / "areas", "--language", "en").stdout
    outside = next(line for line in text.splitlines() if "in no area" in line)
    assert outside.count(";") == 4
    assert outside.endswith("… +7")


def test_no_limit_of_people_is_said_and_not_taken_as_met(tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    text = CAPITAL.read_text(encoding="utf-8")
    start, end = text.index("area_criteria:"), text.index("catchments:")
    text = (text[:start] + text[end:]).replace("../inputs", str(SCENARIOS.parent / "inputs"))
    base.write_text(text.replace("reference.yaml", str(SCENARIOS / "reference.yaml")), "utf-8")
    told = areas(base, "--output", tmp_path / "areas", "--language", "en").stdout
    assert "Oslo: more than" not in told
    assert told.count("The number of people is not judged") == 3


def test_a_scenario_without_catchments_is_wrong_usage(tmp_path: Path) -> None:
    result = areas(SCENARIOS / "hallingdal.yaml", "--output", tmp_path / "areas")
    assert result.exit_code == 2
    assert "no catchments to compare" in result.stderr
    assert not (tmp_path / "areas").exists()


def test_a_region_in_two_areas_does_not_fit(tmp_path: Path) -> None:
    path = own(tmp_path, "[{name: Two, areas: {One: Ahus, Other: ['9003']}}]")
    result = areas(path, "--output", tmp_path / "areas")
    assert result.exit_code == 5
    assert "'Two' puts region 9003 in two areas" in result.stderr
    assert "own.yaml:3:" in result.stderr
    assert "Traceback" not in result.stderr
