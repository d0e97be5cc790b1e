"""Ctrl-C: one line in the language of the command, its own exit code, and nothing half done."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.embedded import SCENARIOS
from tests.processes import hear_ctrl_c

WORDS = {
    "nb": "Avbrutt med Ctrl-C. Tidligere resultater er som de var.",
    "en": "Ended with Ctrl-C. Earlier results are as they were.",
}


def interrupted(folder: Path, *options: str) -> tuple[int, str, str]:
    """A run of many draws that Ctrl-C ends when the draws have begun; all its processes get it."""
    own = folder.with_suffix(".yaml")
    own.write_text(
        f"scenario: Short\nextends: {SCENARIOS}/hallingdal-copd.yaml\n"
        "years: {base: 2026, end: 2027}\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "projector", "run", str(own)]
    command += ["--output", str(folder), "--draws", "100000", "--no-report", *options]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear_ctrl_c,  # noqa: PLW1509
    ) as process:
        assert process.stderr is not None
        read = []
        for line in process.stderr:
            read.append(line)
            if any(stage in line for stage in ("Bemanning", "Workforce")):
                break
        os.killpg(process.pid, signal.SIGINT)
        out, told = process.communicate(timeout=120)
        return process.returncode, out, told


@pytest.mark.parametrize(("language", "workers", "json_too"), [("nb", 1, True), ("en", 2, False)])
def test_ctrl_c_is_told_in_the_language_of_the_command_and_to_scripts(
    tmp_path: Path, language: str, workers: int, json_too: bool
) -> None:
    folder = tmp_path / "out"
    asked = ["--language", language, "--workers", str(workers), *["--json"] * json_too]
    code, out, told = interrupted(folder, *asked)
    assert code == 130
    if json_too:
        assert json.loads(out)["exit_code"] == 130
    else:
        assert out == ""
    assert told.strip().splitlines()[-1] == WORDS[language]
    assert "Traceback" not in told
    assert "Aborted" not in told
    assert not folder.exists()
