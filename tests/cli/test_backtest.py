"""``projector backtest``, as a planner runs it."""

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from projector.cli.main import cli
from tests.embedded import SCENARIOS


def backtest(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["backtest", *map(str, arguments)])


@pytest.mark.slow
def test_it_prints_the_table_and_writes_the_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = (SCENARIOS / "ahus.yaml", "--base", 2014, "--base", 2018, "--end", 2024)
    result = backtest(*arguments, "--draws", 100, "--output", out)
    assert result.exit_code == 0, result.stderr
    for text in ("Fra 2014 til 2024", "Fra 2018 til 2024", "denne modellen", "uendret"):
        assert text in result.stdout
    for text in ("67 år og eldre", "innen 80 %", f"{out}/", "I alt"):
        assert text in result.stdout
    written = {path.relative_to(out).as_posix() for path in out.rglob("*.*")}
    assert written == {"csv/errors.csv", "csv/regions.csv", "csv/coverage.csv", "scenario.yaml"}
    errors = pd.read_csv(out / "csv" / "errors.csv")
    assert set(errors["base"]) == {2014, 2018}
    before = {path: path.read_bytes() for path in out.rglob("*.csv")}
    again = backtest(*arguments, "--draws", 100, "--output", out, "--language", "en")
    assert "no change" in again.stdout
    assert before == {path: path.read_bytes() for path in out.rglob("*.csv")}


def test_futures_are_as_many_as_the_draws(tmp_path: Path) -> None:
    result = backtest(SCENARIOS / "ahus.yaml", "--base", 2018, "--futures")
    assert result.exit_code == 2
    assert "how many futures?" in result.stderr


def test_it_draws_the_picture_beside_the_folder(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra `report` is not installed")
    result = backtest(SCENARIOS / "ahus.yaml", "--base", 2020, "--output", tmp_path / "out")
    assert f"{tmp_path / 'out'}.svg" in result.stdout
    assert (tmp_path / "out.svg").stat().st_size > 1000


def test_it_says_where_the_picture_is_not_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projector.cli.backtest.find_spec", lambda _: None)
    result = backtest(SCENARIOS / "ahus.yaml", "--base", 2020, "--output", tmp_path / "out")
    assert result.exit_code == 0
    assert "projector[report]" in result.stderr
    assert not (tmp_path / "out.svg").exists()


def test_a_published_projection_stands_beside(tmp_path: Path) -> None:
    published = tmp_path / "published.csv"
    published.write_text("code,name,2024\n3222,Lørenskog,50000\n", encoding="utf-8")
    arguments = (SCENARIOS / "ahus.yaml", "--published", published, "--output", tmp_path / "out")
    result = backtest(*arguments, "--base", 2018, "--end", 2024)
    assert "publisert" in result.stdout
    assert "–" in result.stdout
    several = backtest(*arguments, "--base", 2018, "--base", 2019)
    assert several.exit_code == 2
    assert "one --base" in several.stderr


def test_it_never_takes_the_place_of_a_run_s_results(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "results.nc").write_bytes(b"mine")
    result = backtest(SCENARIOS / "ahus.yaml", "--base", 2020, "--output", tmp_path / "out")
    assert result.exit_code == 2
    assert "these tables would take their place" in result.stderr
    assert (tmp_path / "out" / "results.nc").read_bytes() == b"mine"


def test_wrong_years_have_their_exit_code(tmp_path: Path) -> None:
    result = backtest(SCENARIOS / "ahus.yaml", "--base", 1999, "--output", tmp_path / "out")
    assert result.exit_code == 5
    assert "no age table for the base year" in result.stderr
    assert backtest(SCENARIOS / "ahus.yaml").exit_code == 2
