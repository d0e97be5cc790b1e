"""The embedded inputs and scenarios, as the tests use them."""

from functools import cache
from pathlib import Path

import xarray as xr

from projector.run import run
from projector.scenario import load_scenario

ROOT = Path(__file__).resolve().parents[1]
CASE_AREAS = ROOT / "inputs" / "case-areas"
SCENARIOS = ROOT / "scenarios"


@cache
def result_of(name: str) -> xr.DataTree:
    """The result of a shipped scenario; run once for all tests, so never change it."""
    return run(load_scenario(SCENARIOS / f"{name}.yaml"))
