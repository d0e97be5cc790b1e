"""The whole run: people and care at the medians, and the draws if the scenario asks for them."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr

from projector.errors import Problem, UsageError
from projector.run.cluster import Cluster
from projector.run.draws import Heard, Reached, nobody, summarised, work_of
from projector.run.executors import Executor, Here, Processes, workers_of
from projector.run.futures import futures_of
from projector.run.lots import Work
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
from projector.run.suppression import as_told
from projector.scenario.assumptions import uncertain_assumptions

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["SENSITIVITY", "UNCERTAINTY", "add_draws", "draws_to_make", "executor_of", "run"]

UNCERTAINTY = "uncertainty"
"""Group of the results with the summaries over draws."""

SENSITIVITY = "sensitivity"
"""Group below it with what the main figures depend on."""


def run(
    scenario: "Scenario",
    *,
    progress: Progress = silent,
    workers: int = 1,
    cluster: str | None = None,
) -> xr.DataTree:
    """Project persons, activity, capacity and workforce for a scenario.

    Parameters
    ----------
    scenario
        From `projector.load_scenario`.
    progress
        Called when a stage is done, with its name and a few facts about what it did.
    workers
        Processes that make draws; the numbers are the same for any number of them.
    cluster
        Address of a Dask scheduler whose workers make draws instead.

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
    ClusterError
        If the cluster cannot do what it is asked.

    Notes
    -----
    Small counts are suppressed where the scenario asks for it.
    """
    executor = executor_of(workers, cluster)
    people = project_people(scenario, progress=progress)
    tree = project_care(scenario, people, progress=progress)
    work = draws_to_make(tree, scenario, people)
    if work is not None:
        add_draws(tree, people, work, executor, progress=progress)
    return as_told(tree, scenario)


def executor_of(workers: int | None, cluster: str | None) -> Executor:
    """Where draws are made; by as many processes as is usual where nobody says.

    Raises
    ------
    UsageError
        If both several processes and a cluster are asked for.
    """
    if cluster is None:
        several = workers_of(workers)
        return Here() if several <= 1 else Processes(several)
    if workers is not None and workers > 1:
        raise UsageError(
            Problem(
                where="--workers",
                message="draws are made by processes here or by those of a cluster, not by both",
                found=f"{workers} workers and the cluster {cluster}",
                expected="one of the two",
            )
        )
    return Cluster(cluster)


def draws_to_make(
    tree: xr.DataTree,
    scenario: "Scenario",
    people: People,
    *,
    folder: Path | None = None,
    with_draws: bool = False,
) -> Work | None:
    """The draws that a scenario asks for; None where it asks for none.

    Parameters
    ----------
    tree
        From `projector.run.pipeline.project_care`.
    scenario, people
        What it is of.
    folder, with_draws
        As for `projector.run.draws.work_of`.

    Raises
    ------
    ConsistencyError
        As `projector.run.futures.futures_of` does.
    """
    if scenario.uncertainty.draws is None:
        return None
    futures = futures_of(scenario, people, tree)
    return work_of(futures, scenario.uncertainty.draws, folder=folder, with_draws=with_draws)


def add_draws(
    tree: xr.DataTree,
    people: People,
    work: Work,
    executor: Executor,
    *,
    progress: Progress = silent,
    heard: Heard = nobody,
) -> Work:
    """Add the summaries over draws to the tree of the run at the medians.

    Parameters
    ----------
    tree
        From `projector.run.pipeline.project_care`.
    people, progress
        As for `run`.
    work
        From `draws_to_make`.
    executor
        From `executor_of`.
    heard
        Is told how many draws are done, and of how many.

    Returns
    -------
    Work
        What was done in the end: of as many draws as it took.
    """
    with people.inputs.located():
        made = summarised(work, executor=executor, heard=heard)
    scenario, known = work.futures.scenario, region_names(people.inputs)
    for name, dataset in made.measures.items():
        tree[f"{UNCERTAINTY}/{name}"] = xr.DataTree(_with_names(dataset, known))
    for name, dataset in main_figures(scenario, made.headlines).items():
        tree[f"{UNCERTAINTY}/{SENSITIVITY}/{name}"] = xr.DataTree(dataset)
    reached = made.reached
    tree[UNCERTAINTY].attrs |= {
        "draws": reached.draws,
        "largest_error": reached.error,
        "sensitivity_from": FEWEST,
        "assumptions": len(uncertain_assumptions(scenario)),
        **({} if reached.tolerance is None else {"tolerance": reached.tolerance}),
    }
    progress("draws", _facts(reached))
    if made.found:
        progress("found", {"draws": made.found})
    if made.damaged:
        progress("damaged", {"draws": made.damaged})
    return made.work


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
