"""Results of an earlier run: found, taken back, or refused in plain words."""

import random
import shutil
from pathlib import Path

import netCDF4
import pytest

from projector.errors import ResultsError, UsageError
from projector.outputs import read_results, results_file
from projector.outputs.sums import changed_files, differing_files
from tests.embedded import write_result_of


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("results") / "hallingdal"
    write_result_of("hallingdal", target)
    return target


@pytest.fixture
def results(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "out"))


def test_results_that_a_killed_run_had_set_aside_are_taken_back(results: Path) -> None:
    results.rename(results.with_name(".out.previous"))
    assert results_file(results).is_file()
    assert read_results(results).attrs["title"] == "Hallingdal mot 2040"


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UsageError, match="the folder holds no results"):
            read_results(place)


@pytest.mark.parametrize("share", [0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_short_is_refused(results: Path, share: float) -> None:
    file = results / "results.nc"
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ResultsError, match="cannot be read; the file is damaged"):
        read_results(results)


def test_a_file_with_any_bytes_damaged_is_refused_or_its_sum_tells(results: Path) -> None:
    file, chance = results / "results.nc", random.Random(5)
    content = file.read_bytes()
    refused = 0
    for _ in range(25):
        damaged = bytearray(content)
        for at in chance.sample(range(len(content)), 3):
            damaged[at] ^= 1 << chance.randrange(8)
        file.write_bytes(damaged)
        assert changed_files(results) == ["results.nc"]
        try:
            read_results(results)
        except ResultsError:
            refused += 1
    assert refused > 5


def test_a_file_of_something_else_is_refused(results: Path) -> None:
    (results / "results.nc").unlink()
    with netCDF4.Dataset(results / "results.nc", "w") as file:
        file.title = "Something else"
    with pytest.raises(ResultsError, match="found no projector_version"):
        read_results(results)
    (results / "results.nc").write_text("not netCDF")
    with pytest.raises(ResultsError, match="the file is damaged or is of something else"):
        read_results(results)


def test_files_that_are_gone_or_changed_are_named(results: Path, written: Path) -> None:
    assert changed_files(results) == []
    (results / "csv" / "beds_need.csv").unlink()
    (results / "scenario.yaml").write_text("scenario: Another\n")
    assert changed_files(results) == ["csv/beds_need.csv", "scenario.yaml"]
    assert differing_files(results, written) == []  # by what their sums say


@pytest.mark.parametrize(
    "line", ["short  a.txt", f"{'0' * 64}  ../../etc/passwd", f"{'0' * 64}  /etc/passwd", "0" * 64]
)
def test_sums_that_are_no_sums_are_refused(results: Path, line: str) -> None:
    (results / "SHA256SUMS").write_text(line + "\n")
    with pytest.raises(ResultsError, match="SHA256SUMS:1: this line is no checksum"):
        changed_files(results)


def test_a_folder_without_sums_is_refused(results: Path) -> None:
    (results / "SHA256SUMS").unlink()
    with pytest.raises(ResultsError, match="the results have no checksums"):
        changed_files(results)
