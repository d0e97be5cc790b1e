"""Contacts that arrive in a setting: for each one taken elsewhere, or new ones."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.activity.axes import Axes
from projector.activity.ledger import Block, Demand, Ledger
from projector.errors import ConsistencyError, Problem
from projector.tables import BED_SETTINGS, HOSPITAL_SETTINGS

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

    They are at the site of the cases, or from hospital to municipality and back where flows say.

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
        Nights of a stay; None is what stays there have in the same band of ages
        (`projector.activity.axes.BANDS`), and where there are none what the input tables say.
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
    columns = [axes.columns[c] for c in block.columns]
    targets = np.array(
        [
            axes.column(column.diagnosis, setting, column.course if keeps_course else "elective")
            for column in columns
        ],
        dtype=np.int64,
    )
    each = np.ones(len(years))
    if per_case is not None:
        each = per_case.at(years, base_year=demand.base_year)
    crosses = np.array([_crosses(column.setting, setting, demand) for column in columns], bool)
    for chosen, by_flow in ((~crosses, False), (crosses, True)):
        if not chosen.any():
            continue
        goals, position = np.unique(targets[chosen], return_inverse=True)
        arriving = np.zeros((*cases.shape[:2], len(goals), cases.shape[3]))
        for i, column in zip(position, np.flatnonzero(chosen), strict=True):
            arriving[:, :, i] += cases[:, :, column]
        arriving *= each[:, np.newaxis, np.newaxis]
        there = Block(block.cells, goals, block.rows)
        if by_flow:
            there, arriving = _where_flows_say(there, arriving, demand)
        index = there.at(len(years))
        if setting in BED_SETTINGS:
            if days is None:
                nights = _nights_there(ledger, there, arriving, axes, place)
            else:
                nights = days.at(years, base_year=demand.base_year)[:, np.newaxis, np.newaxis]
            ledger.bed_days[index] += arriving * nights
        ledger.contacts[index] += arriving


def _crosses(one: str, other: str, demand: Demand) -> bool:
    """Whether care goes from hospital to municipality or back, and it is known what site is which.

    Between settings of one of them the site stays the same: day surgery is done where the stay was.
    """
    return demand.flow is not None and (one in HOSPITAL_SETTINGS) != (other in HOSPITAL_SETTINGS)


def _where_flows_say(there: Block, arriving: Array, demand: Demand) -> tuple[Block, Array]:
    """The same contacts at the sites that treat these people in the columns where they arrive.

    A hospital's patients who are shifted to municipal places do not lie in the hospital.
    """
    assert demand.flow is not None  # or nothing is known to cross
    rows = np.flatnonzero(np.isin(demand.origin, demand.origin[there.rows]))
    same = demand.origin[there.rows][:, np.newaxis] == demand.origin[rows]
    shares = demand.flow[np.ix_(there.columns, rows)][:, np.newaxis] * same
    return replace(there, rows=rows), np.einsum("kycr,cro->kyco", arriving, shares, optimize=True)


def _nights_there(ledger: Ledger, there: Block, arriving: Array, axes: Axes, place: str) -> Array:
    """Nights of a stay as they are where stays arrive, by bands of ages: ``[cell, ...]``."""
    bands, of_cell = np.unique(axes.band[there.cells], return_inverse=True)
    cells = [replace(there, cells=np.flatnonzero(axes.band == band)) for band in bands]

    def in_bands(amounts: Array) -> Array:
        return np.stack([amounts[one.at(arriving.shape[1])].sum(axis=0) for one in cells])

    stays = in_bands(ledger.contacts)
    by_table = ledger.length_of_stay[bands][:, :, there.columns, np.newaxis]
    nights = np.divide(
        in_bands(ledger.bed_days), stays, out=np.broadcast_to(by_table, stays.shape).copy(),
        where=stays > 0,
    )[of_cell]  # fmt: skip
    unknown = np.isnan(nights)
    if not unknown.any():
        return nights
    lacking = (unknown & (arriving > 0)).any(axis=(0, 1, 3))
    if lacking.any():
        column = axes.columns[there.columns[np.argmax(lacking)]]
        raise ConsistencyError(
            Problem(
                where=place,
                message=f"no length of stay is known for {column.diagnosis} in {column.setting}",
                expected="`days:` in the change, or rows in the table length_of_stay",
            )
        )
    return np.nan_to_num(nights)
