r"""Pathways: chains of steps that follow on a stay, in hospital, municipality and at home.

The patients of a pathway are the portion :math:`\pi` of the selected contacts :math:`U`. Of those
who took the step before it (or of all), the share :math:`\sigma_j` takes step :math:`j`, with
:math:`c_j` contacts each,

.. math:: P_j = \sigma_j P_{\mathrm{before}(j)}, \quad P_0 = \pi U, \qquad
          C_j \leftarrow (1 - \pi) C_j + c_j P_j

so the pathway takes the place of the same portion of what the diagnosis uses in the settings of
its steps, and nothing counts twice. Bed days follow likewise with the days of each step.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.activity.arrivals import arrive
from projector.activity.ledger import Block, Demand, Ledger
from projector.tables import unique

if TYPE_CHECKING:
    from projector.scenario.models import Change
    from projector.scenario.values import Path

__all__ = ["follow"]

Array = NDArray[np.float64]


def follow(
    ledger: Ledger,
    demand: Demand,
    block: Block,
    change: "Change",
    years: NDArray[np.int64],
    place: str,
) -> None:
    """Let the steps of a pathway follow on the selected contacts.

    Parameters
    ----------
    ledger
        Is changed.
    demand
        What it was filled from.
    block
        Where the pathway starts.
    change
        Its portion and steps.
    years
        Years that values are taken of, one for each year of the ledger.
    place
        Where it is written.
    """
    portion = np.ones((1, 1, 1, 1))
    if change.portion is not None:
        portion = _over_years(change.portion, years, demand)
    (diagnosis,) = change.selection.diagnosis or ()
    started = ledger.contacts[block.at(len(years))].sum(axis=2, keepdims=True) * portion
    start = Block(block.cells, block.columns[:1], block.rows)
    for setting in unique(step.setting for step in change.steps):
        columns = np.array(
            [
                c
                for c, column in enumerate(demand.axes.columns)
                if (column.diagnosis, column.setting) == (diagnosis, setting)
            ]
        )
        ledger.scale(Block(block.cells, columns, block.rows), 1.0 - portion)
    took: dict[str, Array] = {}
    for step in change.steps:
        before = started if step.after is None else took[step.after]
        took[step.setting] = before * _over_years(step.share, years, demand)
        arrive(
            ledger, demand, start, took[step.setting], step.setting, step.contacts, step.days,
            years=years, place=place, keeps_course=False,
        )  # fmt: skip


def _over_years(path: "Path", years: NDArray[np.int64], demand: Demand) -> Array:
    """A value of the change or of a step, ``[1, year, 1, 1]``."""
    values = path.at(years, base_year=demand.base_year)
    return values[np.newaxis, :, np.newaxis, np.newaxis]
