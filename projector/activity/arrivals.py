"""Contacts that arrive in a setting: for each one taken elsewhere, or new ones."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.activity.axes import Column
from projector.activity.ledger import Block, Demand, Ledger
from projector.errors import ConsistencyError, Problem

if TYPE_CHECKING:
    from projector.scenario.values import Path

__all__ = ["arrive"]

Array = NDArray[np.float64]


def arrive(
    ledger: Ledger,
    demand: Demand,
    block: Block,
    cases: Array,
    setting: str,
    per_case: "Path | None",
    days: "Path | None",
    *,
    years: NDArray[np.int64],
    place: str,
    keeps_course: bool,
) -> None:
    """Put contacts into a setting, for the same people and diagnoses.

    Parameters
    ----------
    ledger
        Is changed.
    demand
        What it was filled from.
    block
        Where the cases come from.
    cases
        ``[cell, year, column, row]`` of the block.
    setting
        Where they arrive.
    per_case
        Contacts for each case; None is one.
    days
        Nights of a stay; None is what stays there have, and where there are none what the input
        tables say.
    years
        Years that values are taken of, one for each year of the ledger.
    place
        Of the change, for the message.
    keeps_course
        Whether acute cases stay acute; what follows on a case is planned.

    Raises
    ------
    ConsistencyError
        If stays arrive where no length of stay is known.
    """
    axes = demand.axes
    every_year = np.arange(len(years))
    amount = np.ones(len(every_year))
    if per_case is not None:
        amount = per_case.at(years, base_year=demand.base_year)
    for i, position in enumerate(block.columns):
        source = axes.columns[position]
        target = axes.column(
            source.diagnosis, setting, source.course if keeps_course else "elective"
        )
        index = np.ix_(block.cells, every_year, [target], block.rows)
        arriving = cases[:, :, i : i + 1] * amount[:, np.newaxis, np.newaxis]
        if target < axes.with_nights:
            if days is None:
                nights = _nights_there(ledger, index, arriving, axes.columns[target], place)
            else:
                nights = days.at(years, base_year=demand.base_year)[:, np.newaxis, np.newaxis]
            ledger.bed_days[index] += arriving * nights
        ledger.contacts[index] += arriving


def _nights_there(
    ledger: Ledger,
    index: tuple[NDArray[np.intp], ...],
    arriving: Array,
    column: Column,
    place: str,
) -> Array:
    """Nights of a stay as they are where stays arrive."""
    stays = ledger.contacts[index]
    by_table = ledger.length_of_stay[index[0], index[1], index[2]]
    nights = np.divide(
        ledger.bed_days[index], stays, out=np.broadcast_to(by_table, stays.shape).copy(),
        where=stays > 0,
    )  # fmt: skip
    if (np.isnan(nights) & (arriving > 0)).any():
        raise ConsistencyError(
            Problem(
                where=place,
                message=f"no length of stay is known for {column.diagnosis} in {column.setting}",
                expected="`days:` in the change, or rows in the table length_of_stay",
            )
        )
    return np.nan_to_num(nights)
