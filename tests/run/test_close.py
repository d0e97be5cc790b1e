"""`projector workforce close`: the scenario that it proposes is run, and the gap is gone."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from projector.cli.main import cli
from projector.errors import UsageError
from projector.run import run
from projector.run.close import close_gap
from projector.scenario import load_scenario
from tests.embedded import SCENARIOS


def closed(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, ["workforce", "close", *arguments, "--language", "en"])
    assert result.exit_code == code, result.output
    return result.output


def gap_of(path: Path, profession: str, year: int) -> float:
    tree = run(load_scenario(path))
    return float(tree["workforce/supply"]["gap"].sel(profession=profession, year=year).sum())


@pytest.mark.slow
def test_the_proposed_scenario_closes_the_gap_of_the_nation(tmp_path: Path) -> None:
    proposed = tmp_path / "closed.yaml"
    told = closed(
        str(SCENARIOS / "reference.yaml"),
        *("--profession", "nurse", "--year", "2035", "--output", str(proposed)),
    )
    assert "not enough: 7,519 FTE short even at" in told
    assert max(map(len, told.splitlines())) <= 100 + len(str(proposed))
    assert "All together" in told
    assert abs(gap_of(proposed, "nurse", 2035)) < 0.02


@pytest.mark.slow
def test_a_task_shift_on_top_of_others_closes_the_gap(tmp_path: Path) -> None:
    proposed = tmp_path / "closed.yaml"
    closed(
        str(SCENARIOS / "hallingdal-tasks.yaml"),
        *("--profession", "nurse", "--year", "2036", "--to", "health_care_worker"),
        *("--lever", "task_shift", "--lever", "full_time", "--output", str(proposed)),
    )
    assert abs(gap_of(proposed, "nurse", 2036)) < 0.02


@pytest.mark.slow
def test_a_task_shift_knows_the_fewest_on_duty_and_what_it_means_to_the_taker(
    tmp_path: Path,
) -> None:
    """At Ål a health care worker stays at night, so a share of the need is not that share less."""
    proposed = tmp_path / "closed.yaml"
    told = closed(
        str(SCENARIOS / "hallingdal.yaml"),
        *("--profession", "health_care_worker", "--year", "2032", "--to", "nurse"),
        *("--lever", "task_shift", "--output", str(proposed)),
    )
    assert abs(gap_of(proposed, "health_care_worker", 2032)) < 0.02
    before, after = (
        gap_of(path, "nurse", 2032) for path in (SCENARIOS / "hallingdal.yaml", proposed)
    )
    assert f"Nurse, taking over: {before:.1f} → {after:.1f} FTE short in 2032" in told
    assert after > before + 20


@pytest.mark.slow
def test_the_gap_of_one_region_is_closed_there(tmp_path: Path) -> None:
    proposed = tmp_path / "closed.yaml"
    closed(
        str(SCENARIOS / "hallingdal.yaml"),
        *("--profession", "nurse", "--year", "2036", "--region", "Gol"),
        *("--output", str(proposed)),
    )
    tree = run(load_scenario(proposed))
    assert list(tree["workforce"]["region"].values) == ["3324"]
    assert abs(gap_of(proposed, "nurse", 2036)) < 0.02


@pytest.mark.slow
def test_levers_go_on_from_where_the_scenario_has_them(tmp_path: Path) -> None:
    own, proposed = tmp_path / "own.yaml", tmp_path / "closed.yaml"
    supply = (
        "{education: {nurse: {places: {2026: 3000, 2028: 3200}, completion: 80 %}}, "
        "retention: {nurse: {2026: 0, 2030: 10 %}}, full_time: {nurse: {2026: 91 %, 2040: 93 %}}}"
    )
    own.write_text(
        f"scenario: Own\nextends: {SCENARIOS / 'reference.yaml'}\n"
        f"workforce: {{supply: {supply}, close: {{bounds: {{places: 60 %}}}}}}\n",
        encoding="utf-8",
    )
    told = closed(str(own), "--profession", "nurse", "--year", "2036", "--output", str(proposed))
    assert "3,200 → " in told  # those of the scenario in that year, not of the base year
    assert abs(gap_of(proposed, "nurse", 2036)) < 0.02
    said = load_scenario(proposed).workforce.supply
    assert said.education["nurse"].places.at(2036, base_year=2026) <= 3200 * 1.6 + 1e-6
    assert said.education["nurse"].completion is not None


def test_what_is_not_possible_is_said_plainly_with_its_own_exit_code(tmp_path: Path) -> None:
    proposed = tmp_path / "closed.yaml"
    told = closed(
        str(SCENARIOS / "hallingdal.yaml"),
        *("--profession", "nurse", "--year", "2028", "--lever", "places"),
        *("--output", str(proposed)),
        code=6,
    )
    assert "not possible: with places at their bounds" in told
    assert "FTE of nurse are still short in 2028" in told
    assert not proposed.exists()


def test_nothing_is_proposed_where_nothing_is_short(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        f"scenario: Own\nextends: {SCENARIOS / 'hallingdal.yaml'}\n"
        "workforce: {supply: {stock: {midwife: {Hallingdal: 20}}}}\n",
        encoding="utf-8",
    )
    told = closed(str(own), "--profession", "midwife", "--year", "2030")
    assert "nothing is short in 2030" in told


def test_everything_wrong_with_the_question_is_told_at_once() -> None:
    scenario = load_scenario(SCENARIOS / "hallingdal.yaml")
    with pytest.raises(UsageError) as caught:
        close_gap(scenario, "nurs", 2026, regions=["Goll"], levers=["placs", "task_shift"])
    told = [str(problem) for problem in caught.value.problems]
    assert told == [
        "--lever: unknown lever (found placs; expected places, retention, full_time, task_shift). "
        "Did you mean 'places'?",
        "--lever: a task shift goes to another profession (expected `--to` with its name)",
        "--year: not a year after the base year (found 2026; expected 2027 to 2040)",
        "--profession: unknown profession (found nurs). Did you mean 'nurse'?",
        "--region: unknown region (found Goll). Did you mean 'Gol'?",
    ]


def test_a_profession_without_a_stock_has_no_gap_to_close() -> None:
    scenario = load_scenario(SCENARIOS / "hallingdal.yaml")
    with pytest.raises(UsageError, match="this profession has no stock"):
        close_gap(scenario, "unskilled", 2035)


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    there = tmp_path / "mine.yaml"
    there.write_text("scenario: Mine\n", encoding="utf-8")
    told = closed(
        str(SCENARIOS / "hallingdal.yaml"),
        *("--profession", "nurse", "--year", "2035", "--output", str(there)),
        code=2,
    )
    assert "the file is there already" in told
    assert there.read_text(encoding="utf-8") == "scenario: Mine\n"
