r"""The scenario's ordered changes, each a scaling of slices of the ledger.

A change takes a share :math:`p(y)` of what it selects, or a number a year, which is the share
:math:`p(y) = N(y) / \sum C(y)` of what is there. The second change works on what the first left.

============ ==================================================================================
avoid        :math:`C \leftarrow (1 - p) C`, and so bed days; for each avoided contact `adds`
             puts contacts into other settings
readmissions avoid, of acute stays within 30 days of another
shift        as avoid, and :math:`p C` times the exchange ratio arrives in the target setting
substitute   shift between settings without nights
shorten      :math:`N \leftarrow (1 - p) N` of bed days, or of those after readiness for discharge,
             or so many nights off each stay; `adds` counts per day saved
redirect     :math:`p C` is treated at another site; a coverage :math:`\kappa` to reach is the share
             :math:`p = (\kappa - \kappa_0) / (1 - \kappa_0)` of what goes elsewhere
add          :math:`C \leftarrow (1 + p) C`, or so many a year, or per 1 000 people
work_off     a number that waits, in equal parts over some years
visitors     :math:`C \leftarrow f C` of visitors
pathway      `projector.activity.pathways`
cover        `projector.activity.coverage`
============ ==================================================================================

Shares between 0 and 1 can never make contacts negative; numbers beyond what is there are refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.activity.application import (
    Application,
    WrittenChange,
    block_of,
    sources_of,
)
from projector.activity.arrivals import arrive
from projector.activity.axes import Axes
from projector.activity.coverage import cover
from projector.activity.ledger import Block, Demand, Ledger, fill
from projector.activity.pathways import follow
from projector.activity.redirects import redirect
from projector.errors import ConsistencyError, Problem

if TYPE_CHECKING:
    from projector.scenario.models import Change

__all__ = ["apply_changes", "refuse_idle"]

Array = NDArray[np.float64]


def apply_changes(
    ledger: Ledger, written: Sequence[WrittenChange], demand: Demand, *, strict: bool = True
) -> list[bool]:
    """Apply a list of changes in their order.

    Parameters
    ----------
    ledger
        Is changed in place.
    written
        The changes.
    demand
        What the ledger was filled from.
    strict
        Whether taking more than there is is an error. Where changes are left out to see what the
        others do, one takes what there is.

    Returns
    -------
    list of bool
        For each change whether it found anything to change.

    Raises
    ------
    ConsistencyError
        If a change takes more than there is, or brings stays to where no length of stay is known.
    """
    found = []
    for one in written:
        work = _application(ledger, one, demand, strict=strict)
        found.append(_finds_something(work))
        if found[-1]:
            _VERBS[one.change.kind](work)
    return found


def refuse_idle(written: Sequence[WrittenChange], found: Sequence[bool], demand: Demand) -> None:
    """Refuse changes that found nothing anywhere.

    Raises
    ------
    ConsistencyError
        Naming, where there was something once, the changes that took it.
    """
    if all(found):
        return
    untouched = fill(demand)
    problems = []
    for position, (one, hit) in enumerate(zip(written, found, strict=True)):
        if not hit:
            work = _application(untouched, one, demand, strict=True)
            problems.append(_nothing_found(work, written[:position]))
    raise ConsistencyError(problems)


def _application(
    ledger: Ledger, one: WrittenChange, demand: Demand, *, strict: bool
) -> Application:
    block = block_of(one.change, demand.axes)
    years = np.full_like(demand.years, demand.base_year) if one.frozen else demand.years
    return Application(ledger, one.change, one.place, block, demand, years, strict)


def _finds_something(work: Application) -> bool:
    """Whether there is anything to change, or people to add contacts to, when it does something."""
    ledger = work.ledger
    if work.change.kind == "shorten":
        nights = ledger.ready_days if work.change.part else ledger.bed_days
        return nights is not None and _has_any(nights, work.block.of(work.nights), work.acts)
    if work.change.kind == "add" and work.change.share is None:
        return bool(_basis(work)[:, work.acts].any())
    return _has_any(ledger.contacts, sources_of(work), work.acts)


def _has_any(amounts: Array, block: Block, acts: NDArray[np.bool_]) -> bool:
    """Whether there is anything in a block in some years; mostly there is in their first."""
    if not (block.cells.size and block.columns.size and block.rows.size):
        return False
    index = block.at(1)
    return any(bool(amounts[:, year : year + 1][index].any()) for year in np.flatnonzero(acts))


def _nothing_found(untouched: Application, earlier: Sequence[WrittenChange]) -> Problem:
    """The error of a change that finds nothing; who took it away, if it was there once."""
    if not _finds_something(untouched):
        why, expected = _why_nothing(untouched)
        return Problem(
            where=untouched.place,
            message=f"the change '{untouched.change.name}' matches nothing: {why}",
            expected=expected,
        )
    takers = ", ".join(
        f"'{one.change.name}' in {one.place}"
        for one in earlier
        if one.change.kind not in ("add", "work_off")
        and _overlap(_taken_from(one.change, untouched.demand.axes), untouched.block)
    )
    return Problem(
        where=untouched.place,
        message=f"'{untouched.change.name}' finds nothing left: all of it is taken by {takers}",
        expected="another order, or changes about different contacts",
    )


def _why_nothing(work: Application) -> tuple[str, str]:
    """Why a change matches nothing, and what would do."""
    change, rows = work.change, work.demand.axes.rows
    about_visitors = change.kind == "visitors" or change.selection.who == "visitors"
    if about_visitors and not any(rows[r].who == "visitor" for r in work.block.rows):
        return "nobody visits the selected regions", "visitors, under population"
    if change.part is not None and _has_any(work.ledger.contacts, work.block, work.acts):
        return (
            "no days after readiness for discharge are known for such stays",
            "a setting that the table discharge_ready has",
        )
    if change.kind == "redirect" and _has_any(work.ledger.contacts, work.block, work.acts):
        return (
            f"all of it is treated at {change.to_site} already",
            "people who are treated elsewhere",
        )
    return (
        "none of the selected people, in the regions of the run, has such contacts",
        "a diagnosis that is treated in the setting, and ages that use it",
    )


def _taken_from(change: "Change", axes: Axes) -> Block:
    """What may be less after a change: of a pathway that takes the place of use, its steps."""
    if change.kind != "pathway":
        return block_of(change, axes)
    settings = tuple(step.setting for step in change.steps)
    steps = change.selection.model_copy(update={"setting": settings, "urgency": None})
    return replace(block_of(change, axes), columns=axes.columns_in(steps))


def _overlap(one: Block, other: Block) -> bool:
    return all(
        np.intersect1d(getattr(one, axis), getattr(other, axis)).size
        for axis in ("cells", "columns", "rows")
    )


def _share(work: Application, there: Array) -> Array:
    """Share that a change takes of its block, ``[1, year, 1, 1]``."""
    if work.change.contacts is None:
        return work.over_years("share")
    wanted = work.over_years("contacts")
    total = there.sum(axis=(0, 2, 3), keepdims=True)
    beyond = (wanted > total * (1 + 1e-12)).ravel()
    if beyond.any() and work.strict:
        first = int(np.flatnonzero(beyond)[0])
        raise ConsistencyError(
            Problem(
                where=work.place,
                message=f"'{work.change.name}' takes more than there is in "
                f"{work.demand.years[first]}",
                found=f"{wanted.ravel()[first]:.1f} contacts of {total.ravel()[first]:.1f}",
                expected="fewer, or a wider selection",
            )
        )
    share = np.divide(wanted, total, out=np.zeros_like(total), where=total > 0)
    result: Array = np.minimum(share, 1.0)
    return result


def _scale(work: Application, factor: Array) -> None:
    """Multiply contacts, bed days and days after readiness of the block."""
    work.ledger.scale(work.block, factor)


def _take(work: Application) -> Array:
    """Take the share or number of contacts, with their bed days; which ones were taken."""
    there = work.ledger.contacts[work.contacts]
    share = _share(work, there)
    taken: Array = there * share
    _scale(work, 1.0 - share)
    return taken


def _avoid(work: Application) -> None:
    taken = _take(work)
    for added in work.change.adds:
        arrive(
            work.ledger, work.demand, work.block, taken, added.setting, added.contacts, added.days,
            years=work.years, place=work.place, keeps_course=False,
        )  # fmt: skip


def _shift(work: Application) -> None:
    change = work.change
    assert change.to is not None  # the rule of a shift
    arrive(
        work.ledger, work.demand, work.block, _take(work), change.to, change.exchange,
        change.days, years=work.years, place=work.place, keeps_course=True,
    )  # fmt: skip


def _shorten(work: Application) -> None:
    ledger, change = work.ledger, work.change
    there = ledger.bed_days[work.stays]
    if change.part is not None:
        assert ledger.ready_days is not None  # or the change finds nothing
        saved = ledger.ready_days[work.stays] * work.over_years("share")
        ledger.ready_days[work.stays] -= saved
    elif change.nights is not None:
        saved = _nights_saved(work, there)
        if ledger.ready_days is not None:
            ledger.ready_days[work.stays] *= 1.0 - np.divide(
                saved, there, out=np.zeros_like(there), where=there > 0
            )
    else:
        saved = there * work.over_years("share")
        if ledger.ready_days is not None:
            ledger.ready_days[work.stays] *= 1.0 - work.over_years("share")
    ledger.bed_days[work.stays] -= saved
    for added in change.adds:
        arrive(
            ledger, work.demand, work.block.of(work.nights), saved, added.setting, added.contacts,
            added.days, years=work.years, place=work.place, keeps_course=False,
        )  # fmt: skip


def _nights_saved(work: Application, there: Array) -> Array:
    """Bed days that so many nights off each stay save."""
    stays = work.ledger.contacts[work.stays]
    off = work.over_years("nights")
    saved = stays * off
    if (saved > there * (1 + 1e-12)).any():
        lengths = np.divide(there, stays, out=np.full_like(there, np.inf), where=stays > 0)
        if work.strict:
            raise ConsistencyError(
                Problem(
                    where=work.place,
                    message=f"'{work.change.name}' takes more nights off a stay than it has",
                    found=f"{off.max():g} nights of stays of {lengths.min():.2f} on average at "
                    "some age",
                    expected="fewer nights, or a share",
                )
            )
    return np.minimum(saved, there)


def _add(work: Application) -> None:
    change = work.change
    if change.share is not None:
        _scale(work, 1.0 + work.over_years("share"))
        return
    basis = _basis(work)
    if change.per_1000 is not None:
        new = basis * work.over_years("per_1000") / 1000.0
    else:
        total = basis.sum(axis=(0, 2, 3), keepdims=True)
        part = np.divide(basis, total, out=np.zeros_like(basis), where=total > 0)
        new = part * work.over_years("contacts")
    (setting,) = change.selection.setting or ()
    arrive(
        work.ledger, work.demand, _first_column(work.block), new, setting, None, change.days,
        years=work.years, place=work.place, keeps_course=True,
    )  # fmt: skip


def _basis(work: Application) -> Array:
    """What new contacts are in proportion to, ``[cell, year, 1, row]``.

    The people, by their flows; but of a number of contacts, where there are such already, more
    of them go to the same people.
    """
    block, demand = _first_column(work.block), work.demand
    rows = demand.axes.rows
    who = work.change.selection.who or "residents"
    counted = np.array([float(f"{rows[r].who}s" == who) for r in block.rows])
    if demand.flow is not None:
        counted = counted * demand.flow[np.ix_(block.columns, block.rows)]
    people: Array = work.ledger.persons[block.cells][..., block.rows][:, :, np.newaxis] * counted
    if work.change.contacts is None:
        return people
    there = work.ledger.contacts[block.at(len(work.years))]
    return np.where(there.any(axis=(0, 2, 3), keepdims=True), there, people)


def _first_column(block: Block) -> Block:
    """The column where new contacts arrive: that of the urgency, or the elective one."""
    return replace(block, columns=block.columns[:1])


def _work_off(work: Application) -> None:
    between, waiting = work.change.between, work.change.waiting
    assert between is not None  # the rule of the verb
    assert waiting is not None
    years = work.years
    now = (years >= between.first) & (years <= between.last)
    a_year = waiting / (between.last - between.first + 1)
    total = work.ledger.contacts[work.contacts].sum(axis=(0, 2, 3), keepdims=True)
    if work.strict and (none_left := now & (total.ravel() <= 0)).any():
        raise ConsistencyError(
            Problem(
                where=work.place,
                message=f"'{work.change.name}' finds nothing in {years[none_left][0]} that those "
                "who wait could have more of",
                found="a change before it takes all such contacts",
                expected="years or contacts of which something is left",
            )
        )
    more = np.where(now, a_year, 0.0)[np.newaxis, :, np.newaxis, np.newaxis]
    _scale(work, 1.0 + np.divide(more, total, out=np.zeros_like(total), where=total > 0))


def _visitors(work: Application) -> None:
    _scale(work, work.over_years("factor"))


def _pathway(work: Application) -> None:
    follow(work.ledger, work.demand, work.block, work.change, work.years, work.place)


def _cover(work: Application) -> None:
    cover(work.ledger, work.demand, work.block, work.change, work.years, work.place)


_VERBS: Mapping[str, Callable[[Application], None]] = {
    "avoid": _avoid,
    "readmissions": _avoid,
    "shift": _shift,
    "substitute": _shift,
    "shorten": _shorten,
    "redirect": redirect,
    "add": _add,
    "work_off": _work_off,
    "visitors": _visitors,
    "pathway": _pathway,
    "cover": _cover,
}
