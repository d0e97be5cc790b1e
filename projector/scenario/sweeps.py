"""Sweeps: one file that stands for a family of scenarios, each with other values in some places.

``sweep: {capacity.overflow.municipal_acute: [2 %, 5 %, 10 %]}`` is three scenarios. Each is the
file without `sweep`, with one value of every list merged into it as a child would that
extends it and writes that value there; several lists give every combination, the first list
slowest.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product

from projector.errors import Problem, nearest_name
from projector.scenario.extends import (
    OWN_KEYS,
    SWEEP,
    is_value_over_years,
    name_of,
    with_child,
    without_keys,
)
from projector.scenario.tree import Broken, Entry, Items, Located, Map, Node, Place, Scalar

__all__ = ["MOST_MEMBERS", "Member", "Step", "Swept", "members_of", "named_after_sweep"]

MOST_MEMBERS = 100
"""Scenarios of a family: more than anybody compares, and a list too many is soon written."""

_SEPARATORS = "./"
_LONGEST_NAME = 80
"""Letters of a name that becomes a folder."""


@dataclass(frozen=True)
class Step:
    """One key of a path, or the name of an item of a list, and where in the file it is written."""

    key: str | int
    place: Place
    is_item: bool


@dataclass(frozen=True)
class Swept:
    """A path of a sweep, and its values."""

    path: str
    steps: tuple[Step, ...]
    values: tuple[Node, ...]


@dataclass(frozen=True)
class Member:
    """One scenario of a family.

    Parameters
    ----------
    name
        For a folder: the last key of each path with its value, such as
        ``municipal_acute-2-percent``.
    label
        The same for a reader: ``municipal_acute 2 %``.
    tree
        The merged tree of the scenario.
    """

    name: str
    label: str
    tree: Map


def members_of(tree: Map) -> tuple[list[Swept], list[Member], list[Located]]:
    """The family of a merged tree that has a sweep.

    Parameters
    ----------
    tree
        With `sweep` among its keys.

    Returns
    -------
    tuple
        What is swept; the members in the order of the lists, none where something is wrong; and
        what is wrong.
    """
    base = without_keys(tree, (SWEEP,))
    entry = tree.entries[SWEEP]
    if not isinstance(entry.node, Map) or not entry.node.entries:
        if isinstance(entry.node, Scalar) and isinstance(entry.node.value, Broken):
            return [], [], []  # has been told
        return [], [], [_problem(entry.key_place, "a sweep is a map", expected=_FORM)]
    swept: list[Swept] = []
    problems: list[Located] = []
    for key, listed in entry.node.entries.items():
        one, found = _swept(base, key, listed)
        problems += found
        if one is not None:
            swept.append(one)
    problems += _overlapping(swept)
    number = math.prod(len(one.values) for one in swept)
    if number > MOST_MEMBERS:
        message = "the values together make too many scenarios"
        problems.append(_problem(entry.key_place, message, str(number), f"{MOST_MEMBERS} or fewer"))
    if problems:
        return swept, [], problems
    return swept, list(_members(base, swept)), []


def named_after_sweep(problems: list[Located], swept: list[Swept]) -> list[Located]:
    """Problems at a key of a path with the nearest whole path, not the nearest key alone."""
    at = {str(step.place): (one, i) for one in swept for i, step in enumerate(one.steps)}

    def named(problem: Problem) -> Problem:
        if problem.where not in at or problem.nearest is None:
            return problem
        one, i = at[problem.where]
        if problem.found != str(one.steps[i].key):
            return problem
        keys = [str(step.key) for step in one.steps]
        separator = "/" if "/" in one.path else "."
        nearest = separator.join([*keys[:i], problem.nearest, *keys[i + 1 :]])
        return replace(problem, nearest=nearest)

    return [(place, named(problem)) for place, problem in problems]


_FORM = "{path.to.a.value: [one value, another]}"


def _swept(base: Map, key: str | int, listed: Entry) -> tuple[Swept | None, list[Located]]:
    """What one line of a sweep says, or what is wrong with it."""
    place, node = listed.key_place, listed.node
    if isinstance(node, Scalar) and isinstance(node.value, Broken):
        return None, []
    if not isinstance(node, Items) or not node.nodes:
        found = node.text if isinstance(node, Scalar) else None
        return None, [_problem(node.place, "a list of values is expected here", found, _FORM)]
    steps, problem = _steps(base, str(key), place)
    problems = [] if problem is None else [problem]
    if steps and steps[-1].is_item:
        problems += _no_items(node)
    texts = [_written(value) for value in node.nodes]
    for i, text in enumerate(texts):
        if text in texts[:i]:
            message = "the value is written twice in this list"
            problems.append(_problem(node.nodes[i].place, message, text))
    return (Swept(str(key), steps, node.nodes) if steps else None), problems


def _no_items(values: Items) -> Iterator[Located]:
    """Values of a path that ends at an item of a list, which say no part of an item."""
    for value in values.nodes:
        if not isinstance(value, Map) or "name" in value.entries:
            message = "the path leads to an item of a list, so its values are parts of one"
            yield _problem(value.place, message, _written(value), "a map without `name`")


def _steps(base: Map, path: str, place: Place) -> tuple[tuple[Step, ...], Located | None]:
    """The keys of a path: as far as the scenario has them with its own names, then as cut."""
    steps: list[Step] = []
    node: Node | None = base
    at = 0
    while at <= len(path):
        rest, here = path[at:], replace(place, column=place.column + at)
        if isinstance(node, Scalar) or (isinstance(node, Map) and is_value_over_years(node)):
            message = "a value is swept as a whole; nothing lies below it"
            return (), _problem(here, message, rest, path[: at - 1])
        key, below, problem = _first(node, rest, path, here)
        if problem is not None:
            return (), problem
        steps.append(Step(key, here, isinstance(node, Items)))
        node, at = below, at + len(str(key)) + 1
    if steps[0].key in (*OWN_KEYS, SWEEP):
        message = "this is no value that scenarios of a family can differ in"
        return (), _problem(place, message, path)
    return tuple(steps), None


def _first(
    node: Node | None, rest: str, path: str, here: Place
) -> tuple[str | int, Node | None, Located | None]:
    """The first key of what is left of a path, what lies below it, or what is wrong."""
    known: dict[str | int, Node] = {}
    if isinstance(node, Items):
        known = {name: item for item in node.nodes if (name := name_of(item)) is not None}
        if len(known) < len(node.nodes):
            message = "a list whose items have no names is swept as a whole"
            expected = path[: len(path) - len(rest) - 1]
            return "", None, _problem(here, message, rest, expected)
    elif isinstance(node, Map):
        known = {key: entry.node for key, entry in node.entries.items()}
    fitting = [key for key in known if _begins(rest, str(key))]
    if fitting:
        key = max(fitting, key=lambda one: len(str(one)))
        return key, known[key], None
    separators = "/" if "/" in path else _SEPARATORS
    cut = re.split(f"[{re.escape(separators)}]", rest, maxsplit=1)[0]
    if not cut:
        return "", None, _problem(here, "a key is missing in the path", path, _FORM)
    if isinstance(node, Items):
        above = path[: len(path) - len(rest)]
        nearest = nearest_name(cut, [str(name) for name in known])
        listed = ", ".join(map(str, known)) if nearest is None else None
        whole = None if nearest is None else f"{above}{nearest}{rest[len(cut) :]}"
        return "", None, _problem(here, "no item of the list has this name", cut, listed, whole)
    return cut, None, None


def _begins(rest: str, key: str) -> bool:
    return rest == key or (rest.startswith(key) and rest[len(key)] in _SEPARATORS)


def _overlapping(swept: list[Swept]) -> Iterator[Located]:
    for one, other in combinations(swept, 2):
        first, second = ([step.key for step in each.steps] for each in (one, other))
        short = min(len(first), len(second))
        if first[:short] == second[:short]:
            message = f"one of two paths lies within the other; see {one.path}"
            yield _problem(other.steps[0].place, message, other.path)


def _members(base: Map, swept: list[Swept]) -> Iterator[Member]:
    last = _last_keys(swept)
    names: list[str] = []
    for values in product(*(one.values for one in swept)):
        tree: Node = base
        for one, value in zip(swept, values, strict=True):
            tree = with_child(tree, _child(one.steps, value))
        texts = [_written(value) for value in values]
        label = ", ".join(f"{key} {text}" for key, text in zip(last, texts, strict=True))
        name = "_".join(
            f"{_for_a_folder(key)}-{_for_a_folder(text)}"
            for key, text in zip(last, texts, strict=True)
        )[:_LONGEST_NAME]
        again = sum(name == other or other.startswith(f"{name}#") for other in names)
        names.append(f"{name}#{again + 1}" if again else name)
        assert isinstance(tree, Map)  # a child merged into a map
        yield Member(names[-1], label, _titled(tree, label))


def _last_keys(swept: list[Swept]) -> list[str]:
    """Of each path as many keys from its end as tell the paths apart."""
    paths = [[str(step.key) for step in one.steps] for one in swept]
    told = []
    for i, keys in enumerate(paths):
        others = paths[:i] + paths[i + 1 :]
        count = next(
            n
            for n in range(1, len(keys) + 1)
            if n == len(keys) or all(other[-n:] != keys[-n:] for other in others)
        )
        told.append(" ".join(keys[-count:]))
    return told


def _child(steps: tuple[Step, ...], value: Node) -> Map:
    """A scenario that writes one value and nothing else."""
    node = value
    for step in reversed(steps):
        if step.is_item:
            name = Entry(step.place, Scalar(step.place, step.key, str(step.key)))
            assert isinstance(node, Map)  # `_no_items` has seen to it
            node = Items(step.place, (Map(step.place, {"name": name, **node.entries}),))
        else:
            node = Map(step.place, {step.key: Entry(step.place, node)})
    assert isinstance(node, Map)  # a scenario begins with a key
    return node


def _titled(tree: Map, label: str) -> Map:
    """The tree with the label after the name of the scenario."""
    entry = tree.entries.get("scenario")
    if entry is None or not isinstance(entry.node, Scalar) or not isinstance(entry.node.value, str):
        return tree  # what is wrong with it is told when it takes on meaning
    title = f"{entry.node.value} ({label})"
    named = replace(entry, node=replace(entry.node, value=title, text=title))
    return replace(tree, entries=tree.entries | {"scenario": named})


def _written(node: Node) -> str:
    """A value as one writes it on one line."""
    match node:
        case Map(entries=entries):
            return "{" + ", ".join(f"{k}: {_written(e.node)}" for k, e in entries.items()) + "}"
        case Items(nodes=nodes):
            return "[" + ", ".join(_written(part) for part in nodes) + "]"
        case _:
            return node.text


def _for_a_folder(text: str) -> str:
    """Letters and digits of a text, and points between digits."""
    said = re.sub(r"\s*%", " percent", text)
    said = re.sub(r"(?<!\d)-(?=\d)", " minus ", said)
    said = re.sub(r"(?<!\d)\.|\.(?!\d)|[^\w.]+", "-", said)
    return said.strip("-") or "value"


def _problem(
    place: Place,
    message: str,
    found: str | None = None,
    expected: str | None = None,
    nearest: str | None = None,
) -> Located:
    return place, Problem(str(place), message, found, expected, nearest)
