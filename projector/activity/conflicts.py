"""Changes that undo one another: a planner who writes both has one of them wrong."""

from collections.abc import Iterator, Sequence
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
_TAKES = ("avoid", "readmissions", *_MOVES)
_ALTERS = (*_TAKES, "add", "work_off", "visitors", "cover")


def refuse_conflicts(written: Sequence[WrittenChange], axes: "Axes") -> None:
    """Refuse two changes of which one undoes the other.

    That is so when contacts of the same people and diagnoses are shifted to a setting and back,
    redirected to a site and back, or avoided and added by a share; when a change alters what an
    earlier pathway starts with, which then would not move what follows; when two pathways from the
    same start have steps in the same setting, where the later takes the place of the earlier; or
    when the whole of a coverage is set anew.

    Parameters
    ----------
    written
        The changes of a scenario, in their order.
    axes
        The axes of its ledger.

    Raises
    ------
    ConsistencyError
        Naming both changes of each such pair.
    """
    problems = [
        Problem(
            where=later.place,
            message=f"'{later.change.name}' {how} '{earlier.change.name}' in {earlier.place}",
            expected=instead,
        )
        for earlier, later in combinations(written, 2)
        for how, instead in _conflicts(earlier.change, later.change, axes)
    ]
    if problems:
        raise ConsistencyError(problems)


def _conflicts(earlier: "Change", later: "Change", axes: "Axes") -> Iterator[tuple[str, str]]:
    one, other = block_of(earlier, axes), block_of(later, axes)
    people = all(
        np.intersect1d(getattr(one, axis), getattr(other, axis)).size for axis in ("cells", "rows")
    )
    diagnoses = {axes.columns[c].diagnosis for c in one.columns}
    shared = diagnoses & {axes.columns[c].diagnosis for c in other.columns}
    if not shared:
        return
    if people and earlier.kind in _MOVES and later.kind in _MOVES:
        back = earlier.to in (later.selection.setting or ())
        if back and later.to in (earlier.selection.setting or ()):
            yield (
                f"shifts back from {earlier.to} what goes there by",
                "one of the two, with the share that is left",
            )
    same = np.intersect1d(one.columns, other.columns).size
    if (
        same
        and earlier.kind == later.kind == "redirect"
        and earlier.to_site in (later.selection.site or ())
        and later.to_site in (earlier.selection.site or ())
        and np.intersect1d(one.cells, other.cells).size
        and _share_people(one.rows, other.rows, axes)
    ):
        yield (
            f"sends back from {earlier.to_site} what goes there by",
            "one of the two, with the share that is left",
        )
    kinds = {earlier.kind, later.kind}
    if people and same and "add" in kinds and kinds & {"avoid", "readmissions"}:
        adds = earlier if earlier.kind == "add" else later
        if adds.share is not None:
            yield "undoes what is done by", "one of the two, with the share that is left"
    if people and same and earlier.kind == "pathway" and later.kind in _ALTERS:
        yield (
            "changes the start of the pathway",
            "the change before the pathway, so that what follows moves with it",
        )
    if people and same and earlier.kind == later.kind == "cover" and _holds(other, one):
        yield "sets anew what is set by", "one of the two"
    if people and same and earlier.kind == later.kind == "pathway":
        steps = unique(step.setting for step in earlier.steps)
        if both := [one for one in steps if one in {step.setting for step in later.steps}]:
            yield (
                f"takes the place, in {', '.join(both)}, of what follows by",
                "one pathway with the steps of both",
            )


def _holds(outer: Block, inner: Block) -> bool:
    """Whether all of one block lies in another."""
    return all(
        np.isin(getattr(inner, axis), getattr(outer, axis)).all()
        for axis in ("cells", "columns", "rows")
    )


def _share_people(one: Positions, other: Positions, axes: "Axes") -> bool:
    """Whether two sets of rows are of the same people, at whatever site."""
    people = {(axes.rows[r].region, axes.rows[r].who) for r in one}
    return not people.isdisjoint((axes.rows[r].region, axes.rows[r].who) for r in other)
