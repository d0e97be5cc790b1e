"""A result folder appears whole or not at all; a killed run destroys nothing."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from projector.errors import UsageError
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


_STEPS = ("open", "os.", "shutil.")
"""Beginnings of the names of what Python does to the file system."""


def killed_at_step(step: int, target: Path) -> bool:
    """Write in a process that is killed before its `step`-th step; False if it got through."""
    child = os.fork()
    if child == 0:
        left = step

        def deadly(event: str, _: tuple[object, ...]) -> None:
            nonlocal left
            if event.startswith(_STEPS):
                left -= 1
                if left == -1:  # once: sending a signal is an event too
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.addaudithook(deadly)
            write(target, "new")
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_a_run_killed_at_any_step_leaves_a_whole_result(tmp_path: Path) -> None:
    target, found = tmp_path / "result", []
    write(target, "old")
    for step in range(1000):
        died = killed_at_step(step, target)
        restore(target)
        result = read(target)
        assert result in ({"a.txt": text, "b.txt": text} for text in ("old", "new")), step
        found.append(result["a.txt"])
        write(target, "old")
        assert leftovers(target) == [], step
        if not died:
            break
    assert set(found) == {"old", "new"}
    assert found == sorted(found, reverse=True)  # old until it is new, and never old again


@pytest.mark.skipif(os.name == "nt", reason="there is no fork on Windows")
def test_a_second_writer_is_refused_and_the_first_one_gets_through(tmp_path: Path) -> None:
    target = tmp_path / "result"
    write(target, "old")
    with whole_folder(target) as folder:
        (folder / "a.txt").write_text("first")
        child = os.fork()
        if child == 0:
            try:
                write(target, "second")
            except UsageError as error:
                os._exit(7 if "another run is writing" in str(error) else 1)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert read(target) == {"a.txt": "old", "b.txt": "old"}
    assert read(target) == {"a.txt": "first"}


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="there is no /proc here")
def test_a_place_that_cannot_be_written_is_not_taken_for_one_that_another_run_writes() -> None:
    with pytest.raises(PermissionError, match="nothing can be written here") as error:
        write(Path("/proc/result"), "new")
    assert error.value.filename == "/proc/result"


def test_what_a_killed_writer_of_a_file_has_left_is_swept(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / f".page.html.{gone.pid}.unfinished").write_text("half")
    with whole_file(tmp_path / "page.html") as file:
        file.write_text("whole")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
