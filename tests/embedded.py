"""The embedded inputs and scenarios, as the tests use them."""

import pickle
import shutil
from copy import deepcopy
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import xarray as xr
from filelock import FileLock

from projector.inputs.read import Population, read_population, read_table
from projector.outputs import write_results
from projector.run import run
from projector.scenario import load_scenario
from projector.scenario.models import Scenario

ROOT = Path(__file__).resolve().parents[1]
CASE_AREAS = ROOT / "inputs" / "case-areas"
SCENARIOS = ROOT / "scenarios"
SHARED: list[Path] = []
"""The folder of what the processes of a round of tests make once for all of them, if several."""


def table_once(path: Path, name: str) -> pd.DataFrame:
    """A table as it is read, from memory where it is a shipped one that was read before."""
    return _shipped_table(path, name).copy() if _shipped(path) else read_table(path, name)


def people_once(paths: list[Path], **said: object) -> Population:
    """People as they are read, from memory where they are shipped and were read before."""
    if not all(map(_shipped, paths)):
        return read_population(paths, **said)
    asked = (*paths, repr(said))
    if asked not in _PEOPLE:
        _PEOPLE[asked] = read_population(paths, **said)
    return deepcopy(_PEOPLE[asked])  # as a run that changes them must not reach another


_PEOPLE: dict[tuple[Path | str, ...], Population] = {}
_shipped_table = cache(read_table)


def _shipped(path: Path) -> bool:
    return path.is_relative_to(ROOT / "inputs")


@cache
def result_of(name: str) -> xr.DataTree:
    """The result of a shipped scenario; run once for all tests, so never change it."""
    scenario = load_scenario(SCENARIOS / f"{name}.yaml")
    if not SHARED:
        return _laid_out_anew(pickle.dumps(run(scenario)))
    kept = SHARED[0] / f"{name}.pickle"
    with FileLock(SHARED[0] / f"{name}.lock"):
        if not kept.is_file():
            kept.write_bytes(pickle.dumps(run(scenario)))
        return _laid_out_anew(kept.read_bytes())


def _laid_out_anew(pickled: bytes) -> xr.DataTree:
    """A result whose arrays lie in memory in the order of their axes.

    Those of a run may lie otherwise, and sums of the same numbers then differ in their last bit
    between what several processes share and what one has made.
    """
    tree: xr.DataTree = pickle.loads(pickled)
    return tree


def write_result_of(name: str, target: Path) -> Path:
    """Lay down the folder of a shipped scenario's results, which is written once for all tests."""
    return Path(shutil.copytree(_folder_of(name), target))


_OWN = TemporaryDirectory(prefix="projector-tests-")


@cache
def _folder_of(name: str) -> Path:
    kept = (SHARED[0] if SHARED else Path(_OWN.name)) / f"{name}-results"
    with FileLock(kept.with_suffix(".lock")):
        if not kept.is_dir():
            write_results(result_of(name), kept)
    return kept


def result_with(folder: Path, parent: str, **sections: object) -> xr.DataTree:
    """The result of a shipped scenario with some sections of its own, written as YAML flow."""
    return _laid_out_anew(pickle.dumps(run(scenario_with(folder, parent, **sections))))


def scenario_with(folder: Path, parent: str, **sections: object) -> Scenario:
    """A shipped scenario with some sections of its own."""
    path = folder / "own.yaml"
    lines = ["scenario: Own", f"extends: {SCENARIOS / parent}.yaml"]
    lines += [f"{key}: {value}" for key, value in sections.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_scenario(path)
