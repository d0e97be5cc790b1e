"""Names of a scenario held against the names that its inputs have.

They are looked up in the tree as it was written, not in the models, so that names are
checked in one report with everything else that is wrong with a file.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from projector.errors import nearest_name
from projector.scenario.faults import KEY, Fault, located, validation_error
from projector.scenario.tree import Items, Located, Map, Node, Scalar
from projector.tables import SETTINGS, VERBS, unique

__all__ = ["VOCABULARY", "name_problems"]

VOCABULARY = ("region", "diagnosis", "resource", "profession", "competence", "site")
"""The kinds of name that come from the inputs."""

_MOST_LISTED = 20
_ANY = "*"
"""In a pattern: whatever key or list position."""

_SETTING_OR_RESOURCE = "setting or resource"
_NO_RESOURCES = ("serves", "short_stay_share", "openings")
"""Keys of a site that are not resources."""

Location = tuple[str | int, ...]
Use = tuple[str, str, Location]
"""Kind, name, and the keys that lead to it."""

# Where names are written. A pattern that ends in KEY means the keys of the map itself, one
# that does not means the text there, or each text of a list there.
_WRITTEN: tuple[tuple[str, Location], ...] = (
    ("region", ("regions",)),
    ("region", ("population", "visitors", KEY)),
    ("diagnosis", ("activity", "growth", KEY)),
    ("region", ("activity", "growth", _ANY, "region")),
    ("region", ("activity", "growth", _ANY, _ANY, "region")),
    ("diagnosis", ("activity", "healthy_ageing", "diagnosis")),
    *(
        (kind, ("activity", "changes", _ANY, verb, kind))
        for verb in VERBS
        for kind in ("diagnosis", "region", "site")
    ),
    ("site", ("activity", "changes", _ANY, "to_site")),
    ("region", ("areas", _ANY)),
    ("region", ("catchments", _ANY, "areas", _ANY)),
    ("region", ("catchments", _ANY, "psychiatry", _ANY)),
    *(
        (_SETTING_OR_RESOURCE, ("capacity", key, KEY))
        for key in ("occupancy", "overflow", "opening")
    ),
    ("resource", ("capacity", "arrivals", KEY)),
    ("site", ("capacity", "pools", _ANY, "site")),
    ("resource", ("capacity", "pools", _ANY, "resources")),
    ("site", ("capacity", "existing", KEY)),
    ("region", ("capacity", "existing", _ANY, "serves")),
    ("resource", ("capacity", "existing", _ANY, KEY)),
    ("resource", ("capacity", "existing", _ANY, "openings", "resource")),
    ("resource", ("capacity", "existing", _ANY, "openings", _ANY, "resource")),
    ("profession", ("workforce", "duty", KEY)),
    ("profession", ("workforce", "competence", KEY)),
    ("competence", ("workforce", "competence", _ANY, KEY)),
    *(
        ("profession", ("workforce", "supply", key, KEY))
        for key in ("education", "abroad", "retention", "retirement", "full_time", "stock")
    ),
    ("competence", ("workforce", "supply", "specialisation", KEY)),
    ("region", ("workforce", "supply", "stock", _ANY, KEY)),
    ("region", ("workforce", "supply", "settle", KEY)),
    *(
        ("profession", ("workforce", "levers", lever, *position, key))
        for lever, keys in (
            ("standard_growth", ("profession",)),
            ("productivity", ("profession",)),
            ("family_care", ("profession",)),
            ("task_shift", ("from", "to")),
        )
        for position in ((), (_ANY,))
        for key in keys
    ),
)


def name_problems(tree: Node, vocabulary: Mapping[str, Iterable[str]]) -> list[Located]:
    """Find every name that matches nothing.

    Parameters
    ----------
    tree
        The merged tree of a scenario, sound or not.
    vocabulary
        For each kind of `VOCABULARY`, the names that exist: for ``region`` the codes
        and names of regions and the names of areas. A kind without names is empty,
        not absent.

    Returns
    -------
    list of Located
        One for each name, at its own place, with the nearest name that exists. A site
        may be new if it says what it serves, and the scenario's own areas are regions too.
    """
    known = {
        kind: [unicodedata.normalize("NFC", name) for name in vocabulary[kind]]
        for kind in VOCABULARY
    }
    known["region"] += _own_areas(tree)
    known["site"] += _new_sites(tree)
    known[_SETTING_OR_RESOURCE] = unique([*SETTINGS, *known["resource"]])
    faults = [
        _unknown(kind, name, location, known[kind])
        for kind, name, location in _uses(tree)
        if name not in known[kind]
    ]
    return located(validation_error(faults), tree) if faults else []


def _unknown(kind: str, name: str, location: Location, names: list[str]) -> Fault:
    """The nearest name, or where none is near all of them, unless they are too many to read."""
    nearest = nearest_name(name, names)
    listed = nearest is None and 0 < len(names) <= _MOST_LISTED
    expected = f"one of {', '.join(names)}" if listed else None
    if listed and kind == "site" and location[:2] == ("capacity", "existing"):
        expected = f"{expected}, or `serves` for a new site"
    return Fault(f"unknown {kind}", location, expected=expected, nearest=nearest)


def _own_areas(tree: Node) -> list[str]:
    """Areas that the scenario draws itself."""
    return [name for name, _, _ in _names_at(tree, ("areas", KEY), ())]


def _new_sites(tree: Node) -> list[str]:
    """Sites that the scenario itself opens: it says what they serve."""
    return [
        name
        for name, _, node in _names_at(tree, ("capacity", "existing", KEY), ())
        if isinstance(node, Map) and "serves" in node.entries
    ]


def _uses(tree: Node) -> Iterator[Use]:
    for kind, pattern in _WRITTEN:
        for name, location, _ in _names_at(tree, pattern, ()):
            if not (kind == "resource" and name in _NO_RESOURCES):
                yield kind, name, location


def _names_at(
    node: Node, pattern: Location, above: Location
) -> Iterator[tuple[str, Location, Node]]:
    """Names that a pattern finds, with the keys that lead to them and the node there."""
    if pattern == (KEY,):
        for key, entry in node.entries.items() if isinstance(node, Map) else ():
            if isinstance(key, str):
                yield key, (*above, key, KEY), entry.node
    elif pattern:
        for key, below in _children(node):
            if pattern[0] in (key, _ANY):
                yield from _names_at(below, pattern[1:], (*above, key))
    elif isinstance(node, Items):
        for position, item in enumerate(node.nodes):
            yield from _names_at(item, (), (*above, position))
    elif isinstance(node, Scalar) and isinstance(node.value, str):
        yield node.value, above, node


def _children(node: Node) -> Iterator[tuple[str | int, Node]]:
    match node:
        case Map(entries=entries):
            yield from ((key, entry.node) for key, entry in entries.items())
        case Items(nodes=nodes):
            yield from enumerate(nodes)
