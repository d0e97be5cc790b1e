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
============ ==================================================================================

Shares between 0 and 1 can never make contacts negative; numbers beyond what is there are refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.activity.arrivals import arrive
from projector.activity.axes import Axes
from projector.activity.ledger import Block, Demand, Ledger, fill
from projector.activity.pathways import follow
from projector.errors import ConsistencyError, Problem

if TYPE_CHECKING:
    from projector.scenario.models import Change

__all__ = ["WrittenChange", "apply_changes", "block_of", "refuse_idle"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class WrittenChange:
    """A change and the place that wrote it, ``file:line:column``.

    One that is `frozen` goes on as in the base year.
    """

    change: "Change"
    place: str
    frozen: bool = False


@dataclass(frozen=True)
class _Application:
    """One change at work on a ledger."""

    ledger: Ledger
    change: "Change"
    place: str
    block: Block
    demand: Demand
    years: NDArray[np.int64]
    strict: bool

    @property
    def nights(self) -> int:
        return self.demand.axes.with_nights

    @property
    def stays(self) -> tuple[NDArray[np.intp], ...]:
        """Index of what it selects among bed days."""
        return self.block.of(self.nights).at(len(self.years))

    @property
    def contacts(self) -> tuple[NDArray[np.intp], ...]:
        """Index of what it selects among contacts."""
        return self.block.at(len(self.years))

    def over_years(self, name: str) -> Array:
        """A value of the change, ``[1, year, 1, 1]``."""
        path = getattr(self.change, name)
        values: Array = path.at(self.years, base_year=self.demand.base_year)
        return values[np.newaxis, :, np.newaxis, np.newaxis]


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
) -> _Application:
    block = block_of(one.change, demand.axes)
    years = np.full_like(demand.years, demand.base_year) if one.frozen else demand.years
    return _Application(ledger, one.change, one.place, block, demand, years, strict)


def block_of(change: "Change", axes: Axes) -> Block:
    """Cells, columns and rows that a change is about."""
    selection = change.selection
    courses = ("readmission",) if change.kind == "readmissions" else None
    rows = axes.rows_in(selection)
    if change.kind == "visitors":
        rows = np.array([r for r in rows if axes.rows[r].who == "visitor"], dtype=np.int64)
    return Block(axes.cells_in(selection), axes.columns_in(selection, courses), rows)


def _finds_something(work: _Application) -> bool:
    """Whether there is anything that the change could change, or people to add contacts to."""
    ledger = work.ledger
    if work.change.kind == "shorten":
        nights = ledger.ready_days if work.change.part else ledger.bed_days
        return nights is not None and bool(nights[work.stays].any())
    if work.change.kind == "add" and work.change.share is None:
        return bool(ledger.persons[np.ix_(work.block.cells, [0], work.block.rows)].any())
    return bool(ledger.contacts[work.contacts].any())


def _nothing_found(untouched: _Application, earlier: Sequence[WrittenChange]) -> Problem:
    """The error of a change that finds nothing; who took it away, if it was there once."""
    if not _finds_something(untouched):
        return Problem(
            where=untouched.place,
            message=f"the change '{untouched.change.name}' matches nothing: none of the selected "
            "people, in the regions of the run, has such contacts",
            expected="a diagnosis that is treated in the setting, and ages that use it",
        )
    takers = ", ".join(
        f"'{one.change.name}' in {one.place}"
        for one in earlier
        if one.change.kind != "add"
        and _overlap(block_of(one.change, untouched.demand.axes), untouched.block)
    )
    return Problem(
        where=untouched.place,
        message=f"'{untouched.change.name}' finds nothing left: all of it is taken by {takers}",
        expected="another order, or changes about different contacts",
    )


def _overlap(one: Block, other: Block) -> bool:
    return all(
        np.intersect1d(getattr(one, axis), getattr(other, axis)).size
        for axis in ("cells", "columns", "rows")
    )


def _share(work: _Application, there: Array) -> Array:
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
    return np.minimum(np.divide(wanted, total, out=np.zeros_like(total), where=total > 0), 1.0)


def _scale(work: _Application, factor: Array) -> None:
    """Multiply contacts, bed days and days after readiness of the block."""
    ledger = work.ledger
    ledger.contacts[work.contacts] *= factor
    for nights in (ledger.bed_days, ledger.ready_days):
        if nights is not None:
            nights[work.stays] *= factor


def _avoid(work: _Application) -> None:
    there = work.ledger.contacts[work.contacts]
    share = _share(work, there)
    taken = there * share
    _scale(work, 1.0 - share)
    for added in work.change.adds:
        arrive(
            work.ledger, work.demand, work.block, taken, added.setting, added.contacts, added.days,
            years=work.years, place=work.place, keeps_course=False,
        )  # fmt: skip


def _shift(work: _Application) -> None:
    change = work.change
    there = work.ledger.contacts[work.contacts]
    share = _share(work, there)
    _scale(work, 1.0 - share)
    assert change.to is not None  # the rule of a shift
    arrive(
        work.ledger, work.demand, work.block, there * share, change.to, change.exchange,
        change.days, years=work.years, place=work.place, keeps_course=True,
    )  # fmt: skip


def _shorten(work: _Application) -> None:
    ledger, change = work.ledger, work.change
    there = ledger.bed_days[work.stays]
    if change.part is not None:
        assert ledger.ready_days is not None  # or the change finds nothing
        saved = ledger.ready_days[work.stays] * work.over_years("share")
        ledger.ready_days[work.stays] -= saved
    elif change.nights is not None:
        saved = _nights_saved(work, there)
    else:
        saved = there * work.over_years("share")
    left = there - saved
    ledger.bed_days[work.stays] = left
    if change.part is None and ledger.ready_days is not None:
        ledger.ready_days[work.stays] *= np.divide(
            left, there, out=np.ones_like(there), where=there > 0
        )
    for added in change.adds:
        arrive(
            ledger, work.demand, work.block.of(work.nights), saved, added.setting, added.contacts,
            added.days, years=work.years, place=work.place, keeps_course=False,
        )  # fmt: skip


def _nights_saved(work: _Application, there: Array) -> Array:
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
                    found=f"{off.max():g} nights of stays of {lengths.min():.2f} on average at some "
                    "age",
                    expected="fewer nights, or a share",
                )
            )
    return np.minimum(saved, there)


def _redirect(work: _Application) -> None:
    change, axes, ledger = work.change, work.demand.axes, work.ledger
    home = {
        (row.region, row.who): position
        for position, row in enumerate(axes.rows)
        if row.site == change.to_site
    }
    sources = np.array(
        [r for r in work.block.rows if axes.rows[r].site != change.to_site], dtype=np.int64
    )
    goals = np.array([home[axes.rows[r].region, axes.rows[r].who] for r in sources], dtype=np.int64)
    share = _coverage_share(work, sources) if change.share is None else work.over_years("share")
    block = Block(work.block.cells, work.block.columns, sources)
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
            at = Block(part.cells, part.columns, np.array([goal])).at(len(work.years))
            amounts[at] += moved[..., i : i + 1]


def _coverage_share(work: _Application, sources: NDArray[np.int64]) -> Array:
    """Share of what goes elsewhere that must come home to reach the coverage."""
    wanted = work.over_years("coverage")
    everybody = Block(work.block.cells, work.block.columns, np.arange(len(work.demand.axes.rows)))
    concerned = {(work.demand.axes.rows[r].region, work.demand.axes.rows[r].who) for r in sources}
    rows = [r for r, row in enumerate(work.demand.axes.rows) if (row.region, row.who) in concerned]
    there = work.ledger.contacts[everybody.at(len(work.years))]
    whole = there[..., rows].sum(axis=(0, 2, 3), keepdims=True)
    away = there[..., sources].sum(axis=(0, 2, 3), keepdims=True)
    home = [r for r in rows if work.demand.axes.rows[r].site == work.change.to_site]
    covered = np.divide(
        there[..., home].sum(axis=(0, 2, 3), keepdims=True),
        whole,
        out=np.ones_like(whole),
        where=whole > 0,
    )
    share = np.divide((wanted - covered) * whole, away, out=np.zeros_like(whole), where=away > 0)
    wrong = ((share < -1e-9) | (share > 1 + 1e-9)).ravel()
    if wrong.any() and work.strict:
        first = int(np.flatnonzero(wrong)[0])
        raise ConsistencyError(
            Problem(
                where=work.place,
                message=f"'{work.change.name}' cannot reach its own coverage by bringing contacts "
                f"to {work.change.to_site} in {work.demand.years[first]}",
                found=f"{100 * wanted.ravel()[first]:.1f} % wanted, "
                f"{100 * covered.ravel()[first]:.1f} % there",
                expected="a coverage of at least what is there; patients of a site are sent away "
                "by a redirect from it",
            )
        )
    return np.clip(share, 0.0, 1.0)


def _add(work: _Application) -> None:
    change, ledger = work.change, work.ledger
    if change.share is not None:
        _scale(work, 1.0 + work.over_years("share"))
        return
    block = _elective_first(work)
    index = block.at(len(work.years))
    there = ledger.contacts[index].sum(axis=2, keepdims=True)
    people = ledger.persons[np.ix_(block.cells, np.arange(len(work.years)), block.rows)]
    people = people[:, :, np.newaxis] * _resident_shares(work.demand, block)
    if change.per_1000 is not None:
        new = people * work.over_years("per_1000") / 1000.0
    else:
        # Where such contacts are there already, more of them go to the same people.
        basis = there if there.any() else people
        total = basis.sum(axis=(0, 2, 3), keepdims=True)
        part = np.divide(basis, total, out=np.zeros_like(basis), where=total > 0)
        new = part * work.over_years("contacts")
    (setting,) = change.selection.setting or ()
    arrive(
        ledger, work.demand, block, new, setting, None, change.days,
        years=work.years, place=work.place, keeps_course=True,
    )  # fmt: skip


def _elective_first(work: _Application) -> Block:
    """The block with one column for each diagnosis: that of the urgency, or the elective one."""
    columns = work.demand.axes.columns
    chosen: dict[str, int] = {}
    for c in work.block.columns:
        chosen.setdefault(columns[c].diagnosis, int(c))
    return Block(work.block.cells, np.array(list(chosen.values())), work.block.rows)


def _resident_shares(demand: Demand, block: Block) -> Array:
    """How people count at the rows of a block, ``[1, 1, column, row]``: residents, by their flows.

    New contacts are shared by the diagnoses evenly only where a change is about one; the rule of
    the scenario asks for that.
    """
    rows = demand.axes.rows
    resident = np.array([rows[r].who == "resident" for r in block.rows], dtype=float)
    if demand.flow is None:
        return np.broadcast_to(resident, (1, 1, len(block.columns), len(block.rows)))
    shares = demand.flow[np.ix_(block.columns, block.rows)]
    result: Array = (resident * shares)[np.newaxis, np.newaxis]
    return result


def _work_off(work: _Application) -> None:
    between, waiting = work.change.between, work.change.waiting
    assert between is not None  # the rule of the verb
    assert waiting is not None
    years = work.years
    now = (years >= between.first) & (years <= between.last)
    a_year = waiting / (between.last - between.first + 1)
    total = work.ledger.contacts[work.contacts].sum(axis=(0, 2, 3), keepdims=True)
    more = np.where(now, a_year, 0.0)[np.newaxis, :, np.newaxis, np.newaxis]
    _scale(work, 1.0 + np.divide(more, total, out=np.zeros_like(total), where=total > 0))


def _visitors(work: _Application) -> None:
    _scale(work, work.over_years("factor"))


def _pathway(work: _Application) -> None:
    follow(work.ledger, work.demand, work.block, work.change, work.years, work.place)


_VERBS: Mapping[str, Callable[[_Application], None]] = {
    "avoid": _avoid,
    "readmissions": _avoid,
    "shift": _shift,
    "substitute": _shift,
    "shorten": _shorten,
    "redirect": _redirect,
    "add": _add,
    "work_off": _work_off,
    "visitors": _visitors,
    "pathway": _pathway,
}
