"""Disks that are full or may not be written to: a real one, as small as it takes."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.embedded import ROOT, write_result_of

_OWN_MOUNTS = ("unshare", "--user", "--map-root-user", "--mount")


def mounts_are_ours() -> bool:
    """Whether a process here may mount a file system that nobody else sees."""
    try:
        asked = subprocess.run(
            [*_OWN_MOUNTS, "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        return False
    return asked.returncode == 0


pytestmark = pytest.mark.skipif(
    not mounts_are_ours(), reason="no process here may mount a file system of its own"
)

_BEGINNING = """
import subprocess, sys
from pathlib import Path
from projector.outputs import read_results, write_results
from projector.outputs.atomic import whole_folder

disk, results = Path(sys.argv[1]), Path(sys.argv[2])
target = disk / "out"

def mount(*options):
    subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", disk], check=True)

def beside():
    return sorted(path.name for path in disk.iterdir() if path.name != ".out.lock")

def write_old():
    with whole_folder(target) as folder:
        (folder / "scenario.yaml").write_text("old")
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "out"
    write_result_of("hallingdal", folder)
    return folder


def in_own_mounts(script: str, folder: Path, results: Path) -> list[str]:
    """What a script prints that sees file systems of its own."""
    (folder / "disk").mkdir()
    text = _BEGINNING + textwrap.dedent(script)
    done = subprocess.run(
        [*_OWN_MOUNTS, sys.executable, "-c", text, folder / "disk", results],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_full_disk_leaves_the_old_result_and_the_next_run_works(
    tmp_path: Path, results: Path
) -> None:
    told = in_own_mounts(
        """
        tree = read_results(results)
        for size in ("100k", "1000k", "3000k", "7000k"):
            mount("-o", f"size={size}")
            write_old()
            try:
                write_results(tree, target)
            except OSError as error:
                print(error.filename, error.strerror, sep=": ")
            assert (target / "scenario.yaml").read_text() == "old"
            assert beside() == ["out"]
        mount("-o", "remount,size=64m")
        write_results(tree, target)
        assert read_results(target).identical(tree)
        assert beside() == ["out"]
        """,
        tmp_path,
        results,
    )
    assert len(told) == 4
    for line in told:
        assert line.startswith(f"{tmp_path / 'disk' / 'out'}: ")
        assert "No space left on device" in line or "the file cannot be written" in line


def test_a_disk_that_may_not_be_written_to_is_told_by_its_name(
    tmp_path: Path, results: Path
) -> None:
    (told,) = in_own_mounts(
        """
        tree = read_results(results)
        mount()
        write_old()
        mount("-o", "remount,ro")
        try:
            write_results(tree, target)
        except OSError as error:
            print(error.filename, error.strerror, sep=": ")
        assert (target / "scenario.yaml").read_text() == "old"
        assert beside() == ["out"]
        """,
        tmp_path,
        results,
    )
    assert told == f"{tmp_path / 'disk' / 'out'}: Read-only file system"


def test_draws_that_find_no_room_say_where_and_are_made_when_there_is(
    tmp_path: Path, results: Path
) -> None:
    told = in_own_mounts(
        """
        import numpy as np
        from projector.run.kept import Kept

        mount("-o", "size=100k")
        kept, arrays = Kept(disk / "lots"), {"values": np.arange(50_000.0)}
        try:
            kept.write("lot0", arrays)
        except OSError as error:
            print(error.filename, error.strerror, sep=": ")
        assert not list(kept.folder.iterdir())
        mount("-o", "remount,size=64m")
        kept.write("lot0", arrays)
        assert (kept.read("lot0")["values"] == arrays["values"]).all()
        """,
        tmp_path,
        results,
    )
    assert told == [f"{tmp_path / 'disk' / 'lots'}: No space left on device"]


@pytest.mark.slow
def test_a_run_that_finds_no_room_for_its_draws_goes_on_when_there_is(
    tmp_path: Path, results: Path
) -> None:
    told = in_own_mounts(
        """
        def run(*more):
            command = [sys.executable, "-m", "projector", "run", "scenarios/hallingdal.yaml"]
            done = subprocess.run(
                [*command, "--draws", "64", "--output", target, *more],
                capture_output=True, text=True, check=False,
            )
            return done.returncode, done.stderr.splitlines()[-1]

        mount("-o", "size=500k")
        write_old()
        print(*run())
        assert (target / "scenario.yaml").read_text() == "old"
        mount("-o", "remount,size=64m")
        (target / "scenario.yaml").unlink()
        target.rmdir()
        print(run("--resume")[0])
        assert read_results(target).attrs["seed"]
        assert beside() == ["out"]
        """,
        tmp_path,
        results,
    )
    assert told[0].startswith("1 ")
    assert told[0].endswith(": No space left on device")
    assert str(tmp_path / "disk") in told[0]
    assert told[1] == "0"
