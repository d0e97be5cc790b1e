"""Whether results are what their scenario gives.

The scenario is found again from the results, and two results are held against each other.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from projector.errors import Problem, ProjectorError, ResultsError
from projector.run.pipeline import read_inputs, vocabulary
from projector.scenario import load_scenario

if TYPE_CHECKING:
    from projector.scenario import Scenario

__all__ = ["Difference", "differences", "folders_around", "scenario_that_ran"]


@dataclass(frozen=True)
class Difference:
    """A result that two trees do not have alike.

    Parameters
    ----------
    result
        Its group and name, such as ``/capacity/beds/need``.
    cells, of
        How many of its cells differ, and how many it has; both are 0 where only one tree has it,
        or their shapes or types differ.
    place
        Labels of the first cell that differs, by dimension.
    found, expected
        What stands there; where only one tree has it, what each has.
    """

    result: str
    cells: int
    of: int
    place: dict[str, str]
    found: str
    expected: str


def folders_around(results: Path) -> list[Path]:
    """Where the scenario of results is looked for: ``scenarios`` here and beside the results."""
    roots = [Path(), *results.resolve().parents[:2]]
    return [folder for root in roots for folder in (root / "scenarios", root) if folder.is_dir()]


def scenario_that_ran(tree: xr.DataTree, folders: Iterable[Path]) -> "Scenario":
    """The scenario of results, from what they say of it, on the tables that it ran on.

    Parameters
    ----------
    tree
        The results.
    folders
        Where the scenario may have lain: its inputs are looked for from there. The first from
        which the same tables are found is taken.

    Returns
    -------
    Scenario

    Raises
    ------
    ResultsError
        If the results have been tampered with, or the tables are not found or have changed.
    """
    tried: list[Problem] = []
    for folder in folders:
        try:
            scenario = _scenario_in(tree, folder)
            files = dict(read_inputs(scenario).files)
        except ProjectorError as error:
            tried.append(Problem(str(folder), error.problems[0].message))
            continue
        expected: dict[str, str] = json.loads(tree.attrs["inputs_sha256"])
        changed = sorted(
            name for name in files.keys() | expected.keys() if files.get(name) != expected.get(name)
        )
        if not changed:
            return scenario
        tried.append(Problem(str(folder), f"changed since the run: {', '.join(changed)}"))
    lost = Problem(
        where=str(tree.attrs["title"]),
        message="the input tables that the run was made from are not found",
        expected="the folder that the scenario lay in, with its inputs as they were; see --folder",
    )
    raise ResultsError([lost, *tried])


def _scenario_in(tree: xr.DataTree, folder: Path) -> "Scenario":
    with tempfile.TemporaryDirectory() as kept:
        file = Path(kept) / "scenario.yaml"
        file.write_text(tree.attrs["scenario_resolved"], "utf-8")
        scenario = load_scenario(file, vocabulary=vocabulary, folder=folder)
    if scenario.digest() != tree.attrs["scenario_sha256"]:
        raise ResultsError(
            Problem(
                where=str(tree.attrs["title"]),
                message="the scenario in the results is not the one that their hash is of",
                found=scenario.digest(),
                expected=tree.attrs["scenario_sha256"],
            )
        )
    return scenario


def differences(found: xr.DataTree, expected: xr.DataTree) -> list[Difference]:
    """All results that are not the same to the last bit.

    Parameters
    ----------
    found, expected
        Two trees, each read from a file.

    Returns
    -------
    list of Difference
        In the order of the trees: those of the earlier stages first.
    """
    ones, others = dict(_variables(found)), dict(_variables(expected))
    return [
        difference
        for result in dict.fromkeys([*others, *ones])
        if (difference := _difference(result, ones.get(result), others.get(result))) is not None
    ]


def _variables(tree: xr.DataTree) -> Iterator[tuple[str, xr.DataArray]]:
    for node in tree.subtree:
        dataset = node.to_dataset(inherit=False)
        for name in dataset.variables:
            yield f"{node.path.rstrip('/')}/{name}", dataset[name]


def _difference(
    result: str, found: xr.DataArray | None, expected: xr.DataArray | None
) -> Difference | None:
    if found is None or expected is None or _form(found) != _form(expected):
        return Difference(result, 0, 0, {}, _form(found), _form(expected))
    differ = np.atleast_1d(_bits(found) != _bits(expected))
    if not differ.any():
        return None
    first = np.unravel_index(int(np.argmax(differ.ravel())), found.shape)
    place = {
        str(dim): str(found[dim].values[at]) if dim in found.coords else str(at)
        for dim, at in zip(found.dims, first, strict=True)
    }
    return Difference(
        result=result,
        cells=int(differ.sum()),
        of=found.size,
        place=place,
        found=str(found.values[first]),
        expected=str(expected.values[first]),
    )


def _form(variable: xr.DataArray | None) -> str:
    """Type, shape, dimensions and unit in words."""
    if variable is None:
        return "nothing"
    sizes = ", ".join(f"{dim} {size}" for dim, size in variable.sizes.items())
    return f"{variable.dtype.kind} ({sizes}) {variable.attrs.get('units', '')}".strip()


def _bits(variable: xr.DataArray) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    """Values in a form in which only what has the same bits is equal, NaN among them."""
    values = np.ascontiguousarray(variable.values)
    return values.view(f"u{values.itemsize}") if values.dtype.kind == "f" else values
