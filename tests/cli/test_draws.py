"""``projector run`` with draws: what is kept, gone on from, written and refused."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import pytest

from projector.run import blocks as blocks_room
from tests.cli.test_commands import projector
from tests.embedded import ROOT, SCENARIOS

OWN = f"""
scenario: Own
extends: {SCENARIOS}/hallingdal-copd.yaml
years: {{base: 2026, end: 2028}}
uncertainty: {{draws: 5, population: written}}
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(OWN, encoding="utf-8")
    return path


@pytest.mark.slow
def test_draws_are_written_on_request_and_nothing_is_left_beside_them(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks_room, "_MOST_IN_BLOCK", 2)
    output = tmp_path / "out"
    result = projector("run", own, "--output", output, "--keep-draws", "--language", "en")
    assert result.exit_code == 0, result.output
    assert {path.name for path in tmp_path.iterdir()} == {"own.yaml", "out", ".out.lock"}
    with netCDF4.Dataset(output / "draws.nc") as file:
        beds = file["beds"]
        assert beds["value"].dimensions == ("draw", "region", "year", "resource")
        assert beds["value"].units == "beds"
        assert beds["value"].chunking()[0] == 2
        somatic = list(beds["resource"][:]).index("somatic")
        drawn = np.asarray(beds["value"][:, list(beds["region"][:]).index("all"), -1, somatic])
        assert "Own" in file.title
    assert drawn.shape == (5,)
    table = pd.read_csv(output / "csv" / "uncertainty_beds.csv")
    (row,) = table[
        (table["region"] == "all") & (table["year"] == 2028) & (table["resource"] == "somatic")
    ].to_dict("records")
    assert row["mean"] == pytest.approx(drawn.mean())
    assert row["p50"] == pytest.approx(np.median(drawn))
    again = projector("run", own, "--output", output)  # a result with draws may be replaced
    assert again.exit_code == 0
    assert not (output / "draws.nc").exists()


def test_what_cannot_be_is_refused(own: Path, tmp_path: Path) -> None:
    without = projector("run", own, "--output", tmp_path / "out", "--draws", 0, "--keep-draws")
    assert without.exit_code == 2
    assert "there are no draws to keep" in without.stderr
    both = projector("run", own, "--workers", 2, "--cluster", "tcp://127.0.0.1:9")
    assert both.exit_code == 2
    assert "by both" in both.stderr


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_and_writes_the_same(own: Path, tmp_path: Path) -> None:
    draws = 64 * 4
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    command = [sys.executable, "-m", "projector", "run", str(own), "--draws", str(draws)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([*command, "--output", str(cut)], env=environment) as running:
        while not list(tmp_path.glob(".blocks/cut/*/lot*.npz")):
            assert running.poll() is None
            time.sleep(0.02)
        running.send_signal(signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL
    assert not cut.exists()
    resumed = subprocess.run(
        [*command, "--output", str(cut), "--resume", "--language", "en"],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "of them were there from the run that was interrupted" in resumed.stderr
    subprocess.run([*command, "--output", str(whole)], env=environment, check=True)
    files = sorted(path.relative_to(whole) for path in (whole / "csv").iterdir())
    assert any("uncertainty" in str(path) for path in files)
    for path in files:
        assert (whole / path).read_bytes() == (cut / path).read_bytes()
    assert not (tmp_path / ".blocks").exists()
