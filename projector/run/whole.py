"""The whole run: people and care at the medians, and the draws if the scenario asks for them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import xarray as xr

from projector.run.draws import Reached, summarised
from projector.run.futures import futures_of
from projector.run.measures import WHOLE
from projector.run.pipeline import (
    People,
    Progress,
    project_care,
    project_people,
    region_names,
    silent,
)
from projector.run.sensitivity import FEWEST, main_figures
from projector.scenario.assumptions import uncertain_assumptions

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["SENSITIVITY", "UNCERTAINTY", "add_draws", "run"]

UNCERTAINTY = "uncertainty"
"""Group of the results with the summaries over draws."""

SENSITIVITY = "sensitivity"
"""Group below it with what the main figures depend on."""


def run(scenario: "Scenario", *, progress: Progress = silent, workers: int = 1) -> xr.DataTree:
    """Project persons, activity, capacity and workforce for a scenario.

    Parameters
    ----------
    scenario
        From `projector.load_scenario`.
    progress
        Called when a stage is done, with its name and a few facts about what it did.
    workers
        Processes that make draws; the numbers are the same for any number of them.

    Returns
    -------
    xarray.DataTree
        Groups ``population``, ``indicators``, ``calibration``, ``activity``, ``capacity`` (with
        ``beds``, ``places`` and ``rooms``) and ``workforce``, and where the inputs know of them
        ``sites``, ``priority``, ``money`` and ``workforce/supply``; ``uncertainty`` with one group
        for each of `projector.run.measures.MEASURES` where the scenario asks for draws, and
        ``uncertainty/sensitivity`` with what the main figures depend on. The root's attributes say
        where the numbers come from.

    Raises
    ------
    ScenarioError
        If the scenario names something that the inputs do not hold.
    InputsError
        If a table is wrong.
    ConsistencyError
        If scenario and inputs do not fit together.
    """
    people = project_people(scenario, progress=progress)
    tree = project_care(scenario, people, progress=progress)
    return add_draws(tree, scenario, people, progress=progress, workers=workers)


def add_draws(
    tree: xr.DataTree,
    scenario: "Scenario",
    people: People,
    *,
    progress: Progress = silent,
    workers: int = 1,
) -> xr.DataTree:
    """Add the summaries over draws to the tree of the run at the medians.

    Parameters
    ----------
    tree
        From `projector.run.pipeline.project_care`.
    scenario, people, progress, workers
        As for `run`.

    Returns
    -------
    xarray.DataTree
        The same tree; without draws in the scenario as it was.
    """
    draws = scenario.uncertainty.draws
    if draws is None:
        return tree
    with people.inputs.located():
        futures = futures_of(scenario, people, tree["activity"].to_dataset())
        known = region_names(people.inputs)
        found = summarised(futures, draws, workers=workers)
        for name, dataset in found.measures.items():
            tree[f"{UNCERTAINTY}/{name}"] = xr.DataTree(_with_names(dataset, known))
        for name, dataset in main_figures(scenario, found.headlines).items():
            tree[f"{UNCERTAINTY}/{SENSITIVITY}/{name}"] = xr.DataTree(dataset)
    reached = found.reached
    tree[UNCERTAINTY].attrs |= {
        "draws": reached.draws,
        "largest_error": reached.error,
        "sensitivity_from": FEWEST,
        "assumptions": len(uncertain_assumptions(scenario)),
        **({} if reached.tolerance is None else {"tolerance": reached.tolerance}),
    }
    progress("draws", _facts(reached))
    return tree


def _facts(reached: Reached) -> dict[str, object]:
    """What there is to say of the draws: also how sure they are, where that was asked for."""
    if reached.tolerance is None:
        return {"draws": reached.draws}
    return {
        "draws": reached.draws,
        "outcome": "enough" if reached.error <= reached.tolerance else "most",
        "tolerance": f"{100 * reached.tolerance:g}",
        "error": f"{100 * reached.error:.2g}",
    }


def _with_names(dataset: xr.Dataset, known: Mapping[str, str]) -> xr.Dataset:
    """Names of the regions beside their codes; all of them together have none."""
    if "region" not in dataset.coords:
        return dataset
    codes = [str(code) for code in dataset["region"].values]
    names = [known.get(code, "" if code == WHOLE else code) for code in codes]
    return dataset.assign_coords(region_name=("region", names))
