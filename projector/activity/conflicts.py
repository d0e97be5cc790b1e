"""Changes that undo one another: a planner who writes both has one of them wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.activity.application import WrittenChange, block_of
from projector.activity.ledger import Block
from projector.errors import ConsistencyError, Problem
from projector.tables import unique

if TYPE_CHECKING:
    from projector.activity.axes import Axes
    from projector.scenario.models import Change

__all__ = ["refuse_conflicts"]

Positions = NDArray[np.int64]

_MOVES = ("shift", "substitute")
_AVOIDS = ("avoid", "readmissions")
_ALTERS = (*_AVOIDS, *_MOVES, "add", "work_off", "visitors", "cover")
_ONE_OF_BOTH = "one of the two, with the share that is left"
_BEFORE_PATHWAY = "the change before the pathway, so that what follows moves with it"


@dataclass(frozen=True)
class _Part:
    """A change, and the part of the ledger that it is about."""

    written: WrittenChange
    axes: "Axes"

    @property
    def change(self) -> "Change":
        return self.written.change

    @cached_property
    def block(self) -> Block:
        return block_of(self.change, self.axes)

    @cached_property
    def diagnoses(self) -> set[str]:
        return {self.axes.columns[c].diagnosis for c in self.block.columns}

    @cached_property
    def people(self) -> set[tuple[str, str]]:
        """Whom it is about, at whatever site."""
        return {(self.axes.rows[r].region, self.axes.rows[r].who) for r in self.block.rows}

    @property
    def arrives_in(self) -> tuple[str, ...]:
        """Settings where it lets contacts arrive."""
        change = self.change
        own: tuple[str, ...] = () if change.to is None else (change.to,)
        if change.kind == "add":
            own = change.selection.setting or ()
        return (
            *own,
            *(added.setting for added in change.adds),
            *(step.setting for step in change.steps),
        )

    @property
    def moves(self) -> tuple[str, tuple[str, ...], str] | None:
        """Between what it moves contacts (settings or sites), from which, and to which."""
        change = self.change
        if change.kind in _MOVES and change.to is not None:
            return "setting", change.selection.setting or (), change.to
        if change.kind == "redirect" and change.to_site is not None:
            return "site", change.selection.site or (), change.to_site
        return None

    def meets(self, other: "_Part") -> bool:
        """Whether both are about the same contacts of the same people."""
        return (
            self.about_same_people(other)
            and bool(np.intersect1d(self.block.columns, other.block.columns).size)
            and bool(np.intersect1d(self.block.rows, other.block.rows).size)
        )

    def arrives_at(self, other: "_Part") -> bool:
        """Whether it lets contacts arrive in columns that the other is about, at its sites."""
        change, axes = self.change, self.axes
        # What is moved keeps its urgency; what follows on something else is planned.
        moved = {change.to} if change.kind in _MOVES else set()
        columns = [axes.columns[c] for c in self.block.columns]
        reached = {
            axes.column(one.diagnosis, setting, one.course if setting in moved else "elective")
            for one in columns
            for setting in self.arrives_in
        }
        return not reached.isdisjoint(other.block.columns.tolist()) and bool(
            np.intersect1d(self.block.rows, other.block.rows).size
        )

    def about_same_people(self, other: "_Part") -> bool:
        """Whether both are about the same people and diagnoses, in whatever setting and site."""
        return (
            not self.diagnoses.isdisjoint(other.diagnoses)
            and not self.people.isdisjoint(other.people)
            and bool(np.intersect1d(self.block.cells, other.block.cells).size)
        )


def refuse_conflicts(written: Sequence[WrittenChange], axes: "Axes") -> None:
    """Refuse changes of which one undoes another.

    That is so when

    - contacts of the same people and diagnoses are moved in a circle, of two changes or more:
      between settings, or between sites;
    - the same contacts are avoided and added by a share, or avoided and added by a number;
    - a change alters what an earlier pathway starts with, or brings more to it, and what follows
      would not move;
    - a pathway takes the place of what an earlier change lets arrive in the setting of a step, an
      earlier pathway among them;
    - a coverage sets anew what an earlier change altered in its setting.

    Parameters
    ----------
    written
        The changes of a scenario, in their order.
    axes
        The axes of its ledger.

    Raises
    ------
    ConsistencyError
        Naming all changes of each such pair or circle.
    """
    parts = [_Part(one, axes) for one in written]
    problems = [
        _problem(later, how, [earlier], instead)
        for earlier, later in combinations(parts, 2)
        for how, instead in _conflicts(earlier, later)
    ]
    problems += [
        _problem(last, how, chain, _ONE_OF_BOTH if len(chain) == 1 else "one of them less")
        for position, last in enumerate(parts)
        for how, chain in _circles(parts[:position], last)
    ]
    if problems:
        raise ConsistencyError(problems)


def _problem(later: _Part, how: str, earlier: Sequence[_Part], instead: str) -> Problem:
    others = ", then by ".join(f"'{one.change.name}' in {one.written.place}" for one in earlier)
    return Problem(
        where=later.written.place,
        message=f"'{later.change.name}' {how} {others}",
        expected=instead,
    )


def _circles(earlier: Sequence[_Part], last: _Part) -> Iterator[tuple[str, list[_Part]]]:
    """The chains of earlier moves that the last one leads back to the start of."""
    if last.moves is None:
        return
    what, sources, target = last.moves

    def chains(before: Sequence[_Part], wanted: tuple[str, ...]) -> Iterator[list[_Part]]:
        for position in range(len(before) - 1, -1, -1):
            one = before[position]
            if one.moves is None or not _moves_same(one, last):
                continue
            along, starts, goal = one.moves
            if along != what or goal not in wanted:
                continue
            if target in starts:
                yield [one]
            else:
                yield from ([*chain, one] for chain in chains(before[:position], starts))

    for chain in chains(earlier, sources):
        last_stop = chain[-1].moves
        assert last_stop is not None  # only moves are in a chain
        verb = "shifts" if what == "setting" else "sends"
        yield f"{verb} back from {last_stop[2]} what goes there by", chain


def _moves_same(one: _Part, other: _Part) -> bool:
    """Whether two moves can be of the same contacts: between sites, only in the same setting."""
    same = one.about_same_people(other)
    if one.change.kind != "redirect":
        return same
    return same and bool(np.intersect1d(one.block.columns, other.block.columns).size)


def _conflicts(earlier: _Part, later: _Part) -> Iterator[tuple[str, str]]:
    kinds = earlier.change.kind, later.change.kind
    if earlier.meets(later):
        if "add" in kinds and set(kinds) & set(_AVOIDS):
            adds, avoids = (earlier, later) if kinds[0] == "add" else (later, earlier)
            by_number = adds.change.contacts is not None and avoids.change.contacts is not None
            if adds.change.share is not None or by_number:
                yield "undoes what is done by", _ONE_OF_BOTH
        if kinds[0] == "pathway" and kinds[1] in _ALTERS:
            yield "changes the start of the pathway", _BEFORE_PATHWAY
        if kinds[1] == "cover" and (kinds[0] != "cover" or _holds(later.block, earlier.block)):
            yield "sets anew what is set by", _after_cover(kinds[0])
    if not earlier.about_same_people(later):
        return
    if kinds[0] == "pathway" and not earlier.meets(later) and later.arrives_at(earlier):
        yield "brings more to the start of the pathway", _BEFORE_PATHWAY
    if kinds[1] == "cover" and not earlier.meets(later):
        reached = set(later.change.selection.setting or ()) & set(earlier.arrives_in)
        if reached:
            yield "sets anew what is set by", _after_cover(kinds[0])
    if kinds[1] == "pathway":
        steps = {step.setting for step in later.change.steps}
        both = [setting for setting in unique(earlier.arrives_in) if setting in steps]
        if both:
            follows = kinds[0] == "pathway"
            yield (
                f"takes the place, in {', '.join(both)}, of what "
                f"{'follows' if follows else 'goes there'} by",
                "one pathway with the steps of both"
                if follows
                else "the change after the pathway, or as a step of it",
            )


def _after_cover(kind: str) -> str:
    return "one of the two" if kind == "cover" else "the change after the coverage"


def _holds(outer: Block, inner: Block) -> bool:
    """Whether all of one block lies in another."""
    return all(
        np.isin(getattr(inner, axis), getattr(outer, axis)).all()
        for axis in ("cells", "columns", "rows")
    )
