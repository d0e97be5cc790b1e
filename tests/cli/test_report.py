"""``projector report``, and the page that ``projector run`` writes."""

from pathlib import Path

import pytest

pytest.importorskip("jinja2", reason="the extra `report` is not installed")

from projector.outputs import write_results
from tests.cli.test_commands import projector
from tests.embedded import SCENARIOS, result_of, write_result_of


@pytest.fixture
def results(tmp_path: Path) -> Path:
    write_result_of("hallingdal", tmp_path / "out")
    return tmp_path / "out"


@pytest.mark.slow
def test_a_run_and_a_report_of_its_folder_write_the_same_page(tmp_path: Path) -> None:
    ran = projector("run", SCENARIOS / "hallingdal.yaml", "--output", tmp_path / "out")
    assert ran.exit_code == 0
    assert f"Rapporten er {tmp_path / 'out' / 'report.html'}" in ran.stdout
    page = (tmp_path / "out" / "report.html").read_bytes()
    out = tmp_path / "out"
    again = projector("report", out, "--no-drivers", "--output", tmp_path / "again.html")
    assert again.exit_code == 0
    assert (tmp_path / "again.html").read_bytes() == page


@pytest.mark.slow
def test_a_run_leaves_the_page_out_when_asked_or_when_jinja2_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("run", SCENARIOS / "hallingdal.yaml", "--output", tmp_path / "out")
    assert projector(*arguments, "--no-report").exit_code == 0
    assert not (tmp_path / "out" / "report.html").exists()
    monkeypatch.setattr("projector.cli.report.find_spec", lambda _: None)
    without = projector(*arguments)
    assert without.exit_code == 0
    assert "pip install 'projector[report]'" in without.stderr
    assert not (tmp_path / "out" / "report.html").exists()


def test_a_report_takes_the_folder_or_the_file_and_the_language(results: Path) -> None:
    told = projector("report", results / "results.nc", "--no-drivers", "--language", "en")
    assert told.exit_code == 0
    page = (results / "report.html").read_text(encoding="utf-8")
    assert 'lang="en"' in page
    assert "What is short" in page


def test_a_new_run_takes_the_place_of_a_folder_with_a_page(results: Path) -> None:
    (results / "report.html").write_text("old")
    write_results(result_of("hallingdal"), results)
    assert not (results / "report.html").exists()


def test_a_report_without_results_or_jinja2_is_refused(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    refused = projector("report", empty)
    assert refused.exit_code == 2
    assert "the folder holds no results" in refused.stderr
    monkeypatch.setattr("projector.cli.report.find_spec", lambda _: None)
    missing = projector("report", results)
    assert missing.exit_code == 2
    assert "a page needs jinja2" in missing.stderr


def test_without_the_tables_of_the_run_the_page_says_what_it_leaves_out(
    results: Path, tmp_path: Path
) -> None:
    told = projector("report", results, "--folder", tmp_path)
    assert told.exit_code == 0
    assert "Siden sier ikke hva som driver endringene" in told.stderr
    page = (results / "report.html").read_text(encoding="utf-8")
    assert "Hva endringen kommer av er ikke regnet ut" in page


@pytest.mark.slow
def test_the_page_tells_what_drives_the_changes(results: Path) -> None:
    told = projector("report", results, "--folder", SCENARIOS)
    assert told.exit_code == 0
    page = (results / "report.html").read_text(encoding="utf-8")
    assert "Hva endringen kommer av er ikke regnet ut" not in page
    assert "Aldring" in page
