"""What a scenario inherits: the chain of `extends`, and which file wins.

A file names one parent, relative to itself; the parent may name its own. The
precedence is:

1. The child wins over the parent, key by key, however deep the key lies.
2. A map merges with a map; what only one of them has is kept.
3. A list of named items (maps with a `name`) merges with such a list by name: the
   parent's items stay in their order, each merged with the child's item of that
   name, and the child's new items follow in theirs.
4. Everything else replaces the parent's value whole: numbers and texts, other
   lists, an empty list, and every value over years or distribution.
   ``{2026: 3}`` in a child leaves nothing of the parent's ``{2026: 5, 2030: 8}``.
5. ``extends``, ``scenario``, ``description``, ``without`` and ``sweep`` belong to their own file
   and are not inherited; every file has its own ``scenario``.
6. What a child writes takes the place of what it inherits and does not go with it: beds of a
   setting or resource are sized by occupancy or by overflow; only lognormal stays have a
   variation; acute is said of hospital or of settings; a change has one amount (`AMOUNTS`), and
   coverage is of one group of people (`COVERED`); beginners of an education are said in one way
   (`BEGINNERS`); only draws that stop by themselves have a tolerance.
7. ``inputs: folder`` means ``inputs: {set: folder}``, and every path in `inputs` is
   relative to the file that wrote it.

A change is taken back by giving it the share 0 (visitors the factor 1, a pathway the portion
0); a key cannot be removed.
"""

import os
import pathlib
from collections.abc import Collection, Sequence
from dataclasses import replace

from projector.errors import Problem
from projector.files import kind_of_file
from projector.scenario.activity_rules import HOSPITAL
from projector.scenario.capacity_rules import LOGNORMAL
from projector.scenario.change_rules import AMOUNTS, COVERED
from projector.scenario.distributions import DISTRIBUTIONS, WITHIN
from projector.scenario.fields import AUTO
from projector.scenario.numbers import YEARS
from projector.scenario.reading import nearest_file, read_tree
from projector.scenario.supply_rules import BEGINNERS
from projector.scenario.tree import Entry, Items, Located, Map, Node, Place, Scalar
from projector.scenario.workspace import is_within, leads_out

__all__ = [
    "OWN_KEYS",
    "SWEEP",
    "is_value_over_years",
    "map_at",
    "merge",
    "name_of",
    "read_with_parents",
    "with_child",
    "with_entry",
    "without_keys",
]

_EDUCATION = ("workforce", "supply", "education")
_LONGEST_CHAIN = 100
SWEEP = "sweep"
"""The key of a file that stands for a family of scenarios."""

OWN_KEYS = ("extends", "scenario", "description", "without", SWEEP)
"""What a child does not inherit."""


def read_with_parents(
    path: pathlib.Path, folder: pathlib.Path | None = None, within: pathlib.Path | None = None
) -> tuple[Map | None, list[Located]]:
    """Read a scenario file and all it extends.

    Parameters
    ----------
    path
        The file.
    folder
        Where the file is taken to lie, for the names of files in it; None is where it lies.
    within
        The folder that all its parents must lie in; None where they may lie anywhere.

    Returns
    -------
    tuple
        The merged tree, in which every key and value has the place that set it, or
        None where a file of the chain cannot be read; and the problems found.
    """
    trees: list[Map] = []
    problems: list[Located] = []
    chain = [path if folder is None else folder / path.name]
    while True:
        file = chain[-1] if trees else path
        tree, found = read_tree(file, chain[-1].as_posix())
        problems += found
        if tree is None:
            return None, problems
        if trees and "scenario" not in tree.entries:
            message = "missing key 'scenario': every file has its own"
            problems.append((tree.place, Problem(str(tree.place), message)))
        trees.append(tree)
        parent, fault = _parent(tree, chain, within)
        if fault is not None:
            return None, [*problems, fault]
        if parent is None:
            break
        chain.append(parent)
    merged: Node = Map(Place(chain[-1].as_posix()), {})
    for tree in reversed(trees[1:]):
        merged = with_child(merged, without_keys(tree, OWN_KEYS))
    merged = with_child(merged, without_keys(trees[0], ("extends",)))
    assert isinstance(merged, Map)
    return merged, problems


def with_child(merged: Node, child: Map) -> Node:
    """What is inherited with what a child writes over it; see the precedence of this module."""
    child = _with_absolute_inputs(child)
    return merge(_without_rivals(merged, child), child)


def _parent(
    tree: Map, chain: list[pathlib.Path], within: pathlib.Path | None
) -> tuple[pathlib.Path | None, Located | None]:
    """The parent that the last file of the chain names, or what is wrong with it."""
    entry = tree.entries.get("extends")
    if entry is None:
        return None, None
    named = entry.node
    if not isinstance(named, Scalar) or not isinstance(named.value, str) or not named.value:
        place = named.place
        return None, (place, Problem(str(place), "extends is the name of one scenario file"))
    parent = pathlib.Path(os.path.normpath(chain[-1].parent / named.value))
    if within is not None and not is_within(parent, within):
        return None, leads_out(named, within, named.text)
    if (kind := kind_of_file(parent)) != "a file":
        return None, (named.place, _no_file(named, parent, kind))
    resolved = [link.resolve() for link in chain]
    if parent.resolve() in resolved:
        circle = [*chain[resolved.index(parent.resolve()) :], parent]
        message = "extends runs in a circle: " + " → ".join(link.name for link in circle)
        return None, (entry.key_place, Problem(str(entry.key_place), message))
    return parent, _too_long(named) if len(chain) >= _LONGEST_CHAIN else None


def _no_file(named: Scalar, parent: pathlib.Path, kind: str | None) -> Problem:
    """What `extends` leads to is no file; `kind` is what it is instead."""
    where = str(named.place)
    if kind is None:
        return Problem(where, "no such file", named.text, nearest=nearest_file(parent))
    return Problem(where, f"extends leads to {kind}", named.text, "a scenario file")


def _too_long(named: Scalar) -> Located:
    message, expected = "the chain of extends is too long", f"at most {_LONGEST_CHAIN} files"
    return named.place, Problem(str(named.place), message, named.text, expected)


def _without_rivals(merged: Node, child: Map) -> Node:
    """What is inherited, less what the child's own takes the place of."""
    rest = _without_other_acute(_without_other_sizing(merged, child), child)
    rest = _without_idle_tolerance(rest, child)
    return _without_other_beginners(_without_idle_variation(rest, child), child)


def _without_other_beginners(merged: Node, child: Map) -> Node:
    """What is inherited, less the beginners that the child says in another way."""
    own, inherited = _map_below(child, _EDUCATION), _map_below(merged, _EDUCATION)
    if not (isinstance(merged, Map) and own and inherited):
        return merged
    for profession in own.entries:
        said, before = map_at(own, str(profession)), map_at(inherited, str(profession))
        if said and before:
            gone = [
                rival
                for key, rivals in BEGINNERS.items()
                if key in said.entries
                for rival in rivals
            ]
            inherited = with_entry(inherited, str(profession), without_keys(before, gone))
    return _with_map(merged, _EDUCATION, inherited)


def _map_below(tree: Node | None, keys: Sequence[str]) -> Map | None:
    """The map under keys that lead from one to the next, or None where there is none."""
    for key in keys:
        tree = map_at(tree, key)
    return tree if isinstance(tree, Map) else None


def _with_map(tree: Map, keys: Sequence[str], node: Map) -> Map:
    """A map with another one under keys that it has."""
    if not keys:
        return node
    below = map_at(tree, keys[0])
    return tree if below is None else with_entry(tree, keys[0], _with_map(below, keys[1:], node))


def _without_other_sizing(merged: Node, child: Map) -> Node:
    """What is inherited, less the sizing rules that the child's own take the place of."""
    own = map_at(child, "capacity")
    inherited = map_at(merged, "capacity")
    if own is None or inherited is None or not isinstance(merged, Map):
        return merged
    for rule, rival in (("occupancy", "overflow"), ("overflow", "occupancy")):
        chosen, replaced = map_at(own, rule), map_at(inherited, rival)
        if chosen is not None and replaced is not None:
            rest = without_keys(replaced, chosen.entries.keys())
            inherited = with_entry(inherited, rival, rest)
    return with_entry(merged, "capacity", inherited)


def _without_other_acute(merged: Node, child: Map) -> Node:
    """What is inherited, less `acute` of settings where the child says hospital, or the reverse."""
    own, activity = map_at(map_at(child, "activity"), "acute"), map_at(merged, "activity")
    inherited = map_at(activity, "acute")
    if not (isinstance(merged, Map) and own and own.entries and activity and inherited):
        return merged
    says_hospital = HOSPITAL in own.entries
    others = [key for key in inherited.entries if (key == HOSPITAL) != says_hospital]
    rest = with_entry(activity, "acute", without_keys(inherited, others))
    return with_entry(merged, "activity", rest)


def _without_idle_tolerance(merged: Node, child: Map) -> Node:
    """What is inherited, less when to stop drawing where the child says how many draws."""
    own, inherited = map_at(child, "uncertainty"), map_at(merged, "uncertainty")
    if not (isinstance(merged, Map) and own and inherited and "draws" in own.entries):
        return merged
    if getattr(own.entries["draws"].node, "value", None) == AUTO:
        return merged
    return with_entry(merged, "uncertainty", without_keys(inherited, ("tolerance", "most")))


def _without_idle_variation(merged: Node, child: Map) -> Node:
    """What is inherited, less the variation of stays that the child says are not lognormal."""
    own = map_at(map_at(child, "capacity"), "arrivals")
    capacity = map_at(merged, "capacity")
    inherited = map_at(capacity, "arrivals")
    if not (isinstance(merged, Map) and own and capacity and inherited):
        return merged
    for resource in own.entries:
        said, before = map_at(own, str(resource)), map_at(inherited, str(resource))
        stays = said.entries.get("stays") if said else None
        if before and stays and getattr(stays.node, "value", None) != LOGNORMAL:
            inherited = with_entry(inherited, str(resource), without_keys(before, ("variation",)))
    return with_entry(merged, "capacity", with_entry(capacity, "arrivals", inherited))


def map_at(tree: Node | None, key: str) -> Map | None:
    """The map under a key, or None where there is none."""
    entry = tree.entries.get(key) if isinstance(tree, Map) else None
    return entry.node if entry is not None and isinstance(entry.node, Map) else None


def with_entry(tree: Map, key: str, node: Node) -> Map:
    """A map with another node under a key that it has."""
    entry = Entry(tree.entries[key].key_place, node)
    return replace(tree, entries=tree.entries | {key: entry})


def without_keys(tree: Map, keys: Collection[str | int]) -> Map:
    """A map less some of its keys."""
    return replace(tree, entries={k: v for k, v in tree.entries.items() if k not in keys})


def merge(parent: Node, child: Node) -> Node:
    """Child over parent, by the precedence of this module; places go with their values."""
    if isinstance(parent, Map) and isinstance(child, Map):
        if is_value_over_years(parent) or is_value_over_years(child):
            return child
        entries = dict(parent.entries)
        for key, entry in child.entries.items():
            inherited = parent.entries.get(key)
            node = entry.node if inherited is None else merge(inherited.node, entry.node)
            entries[key] = Entry(entry.key_place, node)
        return Map(child.place, entries)
    if isinstance(parent, Items) and isinstance(child, Items):
        return _merge_items(parent, child)
    return child


def _merge_items(parent: Items, child: Items) -> Items:
    if not child.nodes or not all(name_of(node) for node in (*parent.nodes, *child.nodes)):
        return child
    nodes = list(parent.nodes)
    waiting = {name_of(node): position for position, node in reversed(list(enumerate(nodes)))}
    for node in child.nodes:
        position = waiting.pop(name_of(node), None)
        if position is None:
            nodes.append(node)
        else:
            nodes[position] = merge(_without_other_amounts(nodes[position], node), node)
    return Items(child.place, tuple(nodes))


def _without_other_amounts(inherited: Node, own: Node) -> Node:
    """A change that is inherited, less its amount where the child's own has another."""
    if not (isinstance(inherited, Map) and isinstance(own, Map)):
        return inherited
    rest = inherited
    for rivals in (AMOUNTS, COVERED):
        if any(key in own.entries for key in rivals):
            rest = without_keys(rest, [key for key in rivals if key not in own.entries])
    return rest


def name_of(node: Node) -> str | None:
    """The `name` of a list item that has one."""
    entry = node.entries.get("name") if isinstance(node, Map) else None
    named = entry.node if entry is not None else None
    return named.value if isinstance(named, Scalar) and isinstance(named.value, str) else None


def is_value_over_years(tree: Map) -> bool:
    """Whether a map is one value: it has a year as key, or is a distribution's name with a list.

    A map with nothing but `annual` may be a value or a diagnosis' growth; merging
    two such maps by key does the same as replacing.
    """
    if any(isinstance(key, int) and key in YEARS for key in tree.entries):
        return True
    kinds = [key for key in tree.entries if key != WITHIN]
    return len(kinds) == 1 and any(
        key in DISTRIBUTIONS and isinstance(entry.node, Items)
        for key, entry in tree.entries.items()
    )


def _with_absolute_inputs(tree: Map) -> Map:
    """The tree with `inputs` as a map, and its paths absolute while the file is known."""
    entry = tree.entries.get("inputs")
    if entry is None:
        return tree
    node = entry.node
    if isinstance(node, Scalar) and isinstance(node.value, str):
        node = Map(node.place, {"set": Entry(entry.key_place, node)})
    folder = pathlib.Path(tree.place.file).parent.absolute()
    inputs = Entry(entry.key_place, _absolute(node, folder))
    return replace(tree, entries={**tree.entries, "inputs": inputs})


def _absolute(node: Node, folder: pathlib.Path) -> Node:
    match node:
        case Map():
            entries = {
                key: replace(entry, node=_absolute(entry.node, folder))
                for key, entry in node.entries.items()
            }
            return replace(node, entries=entries)
        case Items():
            return replace(node, nodes=tuple(_absolute(item, folder) for item in node.nodes))
        case Scalar(value=str(text)) if text.strip():
            return replace(node, value=os.path.normpath(folder / text))
    return node
