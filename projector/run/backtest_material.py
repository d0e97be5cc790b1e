"""What a backtest reads: the scenario's inputs, what came, and what somebody else foresaw."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr

from projector.inputs.ages import ungroup
from projector.inputs.input_set import InputSet
from projector.inputs.published import read_published
from projector.inputs.read import read_population
from projector.population import stationary_tail
from projector.run.pipeline import read_inputs
from projector.tables import OPEN_AGE

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Material", "read_material"]


@dataclass(frozen=True)
class Material:
    """What a backtest reads.

    Parameters
    ----------
    inputs
        The scenario's inputs.
    truth
        ``[region, year, sex, age]``: people as they were counted, after the base years too.
    published
        A published projection, ``[region, year]`` or ``[region, year, age]``.
    notes
        What a reader should know of them.
    """

    inputs: InputSet
    truth: xr.DataArray
    published: xr.DataArray | None
    notes: tuple[str, ...]


def read_material(
    scenario: "Scenario", *, truth: Path | None = None, published: Path | None = None
) -> Material:
    """Read a scenario's inputs and what its projections are compared with.

    Parameters
    ----------
    scenario
        The scenario.
    truth
        People as they were counted, where that is another table than the scenario's own.
    published
        A published projection; see `projector.inputs.published.read_published`.

    Returns
    -------
    Material

    Raises
    ------
    ScenarioError
        If the scenario names something that the inputs do not hold.
    InputsError
        If a table is wrong.
    """
    inputs = read_inputs(scenario)
    counted = inputs.population if truth is None else read_population([truth])
    notes = [] if truth is None else list(counted.notes)
    if counted.age_width > 1:
        notes.append("what came was counted by age group, so people of other ages are estimates")
    last = int(counted.persons["year"].values[-1])
    tail = stationary_tail(inputs.tables, OPEN_AGE, last)
    return Material(
        inputs=inputs,
        truth=ungroup(counted, open_age=OPEN_AGE, tail=tail),
        published=None if published is None else read_published(published, tail=tail),
        notes=(*inputs.population.notes, *notes),
    )
