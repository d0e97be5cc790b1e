"""The embedded inputs and scenarios, as the tests use them."""

import pickle
from functools import cache
from pathlib import Path

import xarray as xr
from filelock import FileLock

from projector.run import run
from projector.scenario import load_scenario
from projector.scenario.models import Scenario

ROOT = Path(__file__).resolve().parents[1]
CASE_AREAS = ROOT / "inputs" / "case-areas"
SCENARIOS = ROOT / "scenarios"
SHARED: list[Path] = []
"""The folder of what the processes of a round of tests make once for all of them, if several."""


@cache
def result_of(name: str) -> xr.DataTree:
    """The result of a shipped scenario; run once for all tests, so never change it."""
    if not SHARED:
        return run(load_scenario(SCENARIOS / f"{name}.yaml"))
    kept = SHARED[0] / f"{name}.pickle"
    with FileLock(SHARED[0] / f"{name}.lock"):
        if not kept.is_file():
            kept.write_bytes(pickle.dumps(run(load_scenario(SCENARIOS / f"{name}.yaml"))))
        tree: xr.DataTree = pickle.loads(kept.read_bytes())
    return tree


def result_with(folder: Path, parent: str, **sections: object) -> xr.DataTree:
    """The result of a shipped scenario with some sections of its own, written as YAML flow."""
    return run(scenario_with(folder, parent, **sections))


def scenario_with(folder: Path, parent: str, **sections: object) -> Scenario:
    """A shipped scenario with some sections of its own."""
    path = folder / "own.yaml"
    lines = ["scenario: Own", f"extends: {SCENARIOS / parent}.yaml"]
    lines += [f"{key}: {value}" for key, value in sections.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_scenario(path)
