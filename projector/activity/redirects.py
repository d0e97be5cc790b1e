r"""Patients who are treated at another site: a share of them, or as many as reach a coverage.

With :math:`N_s` contacts of the selected residents at the site that they go to, :math:`N` in all,
and :math:`c` the coverage to reach, the share

.. math:: q = \frac{c N - N_s}{N - N_s}

of what is treated elsewhere moves. Outside 0 to 1 it is refused.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from projector.activity.application import Application, sources_of, with_rows
from projector.activity.axes import ELSEWHERE
from projector.activity.ledger import Block
from projector.errors import ConsistencyError, Problem

__all__ = ["redirect"]

Array = NDArray[np.float64]


def redirect(work: Application) -> None:
    """Move what the change selects to its site, cell by cell; nothing is lost on the way."""
    change, axes, ledger = work.change, work.demand.axes, work.ledger
    home = {
        (row.region, row.who): position
        for position, row in enumerate(axes.rows)
        if row.site == change.to_site
    }
    block = sources_of(work)
    goals = [home[axes.rows[r].region, axes.rows[r].who] for r in block.rows]
    share = _coverage_share(work, block) if change.share is None else work.over_years("share")
    for amounts, part in (
        (ledger.contacts, block),
        (ledger.bed_days, block.of(work.nights)),
        (ledger.ready_days, block.of(work.nights)),
    ):
        if amounts is None:
            continue
        index = part.at(len(work.years))
        moved = amounts[index] * share
        amounts[index] -= moved
        for i, goal in enumerate(goals):
            at = replace(part, rows=np.array([goal])).at(len(work.years))
            amounts[at] += moved[..., i : i + 1]


def _coverage_share(work: Application, sources: Block) -> Array:
    """Share of what goes elsewhere that must come home to reach the coverage."""
    change, axes = work.change, work.demand.axes
    wanted = work.over_years("coverage")
    anywhere = change.selection.model_copy(update={"site": None})
    residents = with_rows(
        replace(work.block, rows=axes.rows_in(anywhere)), lambda r: axes.rows[r].who == "resident"
    )
    _refuse_untold(work, residents)
    whole, home, away = (
        work.ledger.contacts[block.at(len(work.years))].sum(axis=(0, 2, 3), keepdims=True)
        for block in (
            residents,
            with_rows(residents, lambda r: axes.rows[r].site == change.to_site),
            sources,
        )
    )
    lacking = wanted * whole - home
    wrong = ((lacking < -1e-9 * whole) | (lacking > away + 1e-9 * whole)).ravel()
    if wrong.any() and work.strict:
        first = int(np.flatnonzero(wrong)[0])
        there = home.ravel()[first] / whole.ravel()[first]
        raise ConsistencyError(
            Problem(
                where=work.place,
                message=f"'{change.name}' cannot reach its own coverage by bringing contacts "
                f"to {change.to_site} in {work.demand.years[first]}",
                found=f"{100 * wanted.ravel()[first]:.1f} % wanted, {100 * there:.1f} % there",
                expected="a coverage of at least what is there; patients of a site are sent away "
                "by a redirect from it",
            )
        )
    share = np.divide(lacking, away, out=np.zeros_like(away), where=away > 0)
    result: Array = np.clip(share, 0.0, 1.0)
    return result


def _refuse_untold(work: Application, residents: Block) -> None:
    """Where no flow tells who is treated where today, nobody knows what a coverage adds."""
    flow, rows = work.demand.flow, work.demand.axes.rows
    assert flow is not None  # there is a site to go to
    somewhere = np.array([r for r in residents.rows if rows[r].site != ELSEWHERE], dtype=np.int64)
    if not flow[np.ix_(residents.columns, somewhere)].any():
        raise ConsistencyError(
            Problem(
                where=work.place,
                message=f"'{work.change.name}' sets an own coverage of what no flow tells where it "
                "is treated today",
                expected="rows in the table flows, or a share in place of the coverage",
            )
        )
