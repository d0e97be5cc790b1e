"""A result folder appears whole or not at all; a killed run destroys nothing."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from projector.outputs.atomic import restore, whole_file, whole_folder


def read(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def write(target: Path, text: str) -> None:
    with whole_folder(target) as folder:
        (folder / "a.txt").write_text(text)
        (folder / "b.txt").write_text(text)


def leftovers(target: Path) -> list[str]:
    beside = (path.name for path in target.parent.iterdir() if path != target)
    return [name for name in beside if name != f".{target.name}.lock"]


def test_a_new_result_takes_the_old_one_s_place(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "result"
    write(target, "old")
    write(target, "new")
    assert read(target) == {"a.txt": "new", "b.txt": "new"}
    assert leftovers(target) == []


def test_a_failed_run_leaves_the_old_result_and_no_scraps(tmp_path: Path) -> None:
    target = tmp_path / "result"
    write(target, "old")

    def fail() -> None:
        with whole_folder(target) as folder:
            (folder / "a.txt").write_text("half")
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        fail()
    assert read(target) == {"a.txt": "old", "b.txt": "old"}
    assert leftovers(target) == []


def test_a_result_set_aside_by_a_killed_run_is_taken_back(tmp_path: Path) -> None:
    target = tmp_path / "result"
    write(target, "old")
    target.rename(tmp_path / ".result.previous")
    restore(target)
    assert read(target) == {"a.txt": "old", "b.txt": "old"}


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_a_run_killed_while_writing_leaves_the_old_result(tmp_path: Path) -> None:
    target = tmp_path / "result"
    write(target, "old")
    program = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from projector.outputs.atomic import whole_folder
        with whole_folder(Path(sys.argv[1])) as folder:
            (folder / "a.txt").write_text("half")
            print("writing", flush=True)
            time.sleep(60)
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(target)], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "writing\n"
        running.send_signal(signal.SIGKILL)
    assert read(target) == {"a.txt": "old", "b.txt": "old"}
    assert len(leftovers(target)) == 1
    write(target, "new")
    assert read(target) == {"a.txt": "new", "b.txt": "new"}
    assert leftovers(target) == []


def test_a_file_appears_whole_or_stays_as_it_was(tmp_path: Path) -> None:
    page = tmp_path / "new" / "page.html"
    with whole_file(page) as file:
        file.write_text("first")
        assert not page.exists()
    with pytest.raises(FileNotFoundError), whole_file(page) as file:
        file.write_text((tmp_path / "nothing here").read_text())
    assert page.read_text() == "first"
    assert [path.name for path in page.parent.iterdir()] == ["page.html"]
