"""Changes that a run is asked to leave out, taken from the merged tree of a scenario."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from projector.errors import Problem, nearest_name
from projector.scenario.extends import map_at, name_of, with_entry
from projector.scenario.tree import Entry, Items, Located, Map, Node, Scalar

__all__ = ["leave_out"]


def leave_out(tree: Map, names: Sequence[str]) -> tuple[Map, list[Located]]:
    """Take changes out of a scenario, and record under `without` that they were.

    Parameters
    ----------
    tree
        The merged tree of a scenario, sound or not.
    names
        Names of changes, in any order. One that `without` records already is out.

    Returns
    -------
    tuple
        The tree without these changes, their names sorted, each with the place where it
        stood; and a problem for each name that no change has. A name that two changes have
        leaves both there, to be reported.
    """
    if not names:
        return tree, []
    asked = {unicodedata.normalize("NFC", name) for name in names}
    changes = _changes(tree)
    known = [name for node in changes if (name := name_of(node)) is not None]
    recorded = _recorded(tree)
    left = {name for name in known if name in asked and known.count(name) == 1}
    out = [node for node in changes if name_of(node) in left]
    strange = sorted(asked - set(known) - {node.value for node in recorded})
    problems = [_unknown(tree, name, known) for name in strange]
    if not out:
        return tree, problems
    activity = map_at(tree, "activity")
    assert activity is not None  # changes were found there
    entry = activity.entries["changes"]
    kept = tuple(node for node in changes if name_of(node) not in left)
    activity = with_entry(activity, "changes", Items(entry.node.place, kept))
    tree = with_entry(tree, "activity", activity)
    without = sorted((*recorded, *map(_name_node, out)), key=lambda node: str(node.value))
    record = Entry(entry.key_place, Items(entry.key_place, tuple(without)))
    return replace(tree, entries=tree.entries | {"without": record}), problems


def _changes(tree: Map) -> tuple[Node, ...]:
    activity = map_at(tree, "activity")
    entry = None if activity is None else activity.entries.get("changes")
    return entry.node.nodes if entry is not None and isinstance(entry.node, Items) else ()


def _recorded(tree: Map) -> tuple[Scalar, ...]:
    """What an earlier run left out, where the file is a scenario that a run resolved."""
    entry = tree.entries.get("without")
    if entry is None:
        return ()
    nodes = entry.node.nodes if isinstance(entry.node, Items) else (entry.node,)
    return tuple(node for node in nodes if isinstance(node, Scalar))


def _name_node(change: Node) -> Scalar:
    assert isinstance(change, Map)  # it has a name
    name = change.entries["name"].node
    assert isinstance(name, Scalar)
    return name


def _unknown(tree: Map, name: str, known: Sequence[str]) -> Located:
    activity = map_at(tree, "activity")
    entry = None if activity is None else activity.entries.get("changes")
    place = tree.place if entry is None else entry.key_place
    nearest = nearest_name(name, known)
    expected = ", ".join(known) if nearest is None and known else None
    message = "no change has this name" if known else "there are no changes to leave out"
    return place, Problem(str(place), message, name, expected, nearest)
