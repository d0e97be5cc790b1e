"""What was changed on the page as a scenario file: it extends the original and says what differs.

The file is the only way from the page to the engine. What stands on the screen is the run of this
file, so that the file, written to disk, makes the same numbers.
"""

import copy
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from projector.scenario.distributions import DISTRIBUTIONS, WITHIN
from projector.scenario.numbers import YEARS

__all__ = ["APPENDED", "Edit", "changed", "difference", "file_text"]

Location = tuple[str | int, ...]
Said = dict[str | int, Any]

APPENDED = "+"
"""In a location: after the last item of a list."""

_ANY = None
_SOURCED: tuple[tuple[str | None, ...], ...] = (
    ("population",),
    ("activity",),
    ("activity", "changes", _ANY),
    ("activity", "growth", _ANY),
    ("activity", "growth", _ANY, _ANY),
    ("activity", "healthy_ageing"),
    ("capacity",),
    ("capacity", "pools", _ANY),
    ("workforce",),
    ("workforce", "duty", _ANY, _ANY),
    ("workforce", "levers", _ANY, _ANY),
    ("workforce", "supply"),
    ("workforce", "supply", "education", _ANY),
    ("workforce", "supply", "specialisation", _ANY),
)
"""Maps of a scenario that have a source of their own."""


@dataclass(frozen=True)
class Edit:
    """A value in place of another.

    Parameters
    ----------
    location
        Keys and list positions that lead to it; `APPENDED` adds to a list. Maps on the way that
        are not there are made.
    value
        A number, a text, a map or a list; None takes away what is there. A function gives it from
        what is there, None where nothing is.
    note
        How the source names what was changed.
    """

    location: Location
    value: object
    note: str = ""


def changed(said: Mapping[str, Any], edits: Sequence[Edit], remark: str) -> Said:
    """What a scenario says after edits.

    Parameters
    ----------
    said
        From `Scenario.resolved`; is left as it is.
    edits
        In their order.
    remark
        With ``{what}`` in it; is added to the source of what is changed.

    Returns
    -------
    dict
    """
    after: Said = {}
    after.update(copy.deepcopy(dict(said)))
    remarks: dict[int, tuple[Said, list[str]]] = {}
    for edit in edits:
        _put(after, edit.location, edit.value)
        if edit.note:
            section = _sourced(after, edit.location)
            remarks.setdefault(id(section), (section, []))[1].append(edit.note)
    for section, notes in remarks.values():
        own = remark.format(what=", ".join(dict.fromkeys(notes)))
        before = section.get("source")
        section["source"] = own if before is None else f"{before}; {own}"
    return after


def _sourced(said: Said, location: Location) -> Said:
    """The nearest map around a value that has a source."""
    node: Any = said
    nearest = said
    for depth, step in enumerate(location, start=1):
        if step == APPENDED:
            node = node[-1]
        elif isinstance(node, dict) and step not in node:
            break
        else:
            node = node[step]
        if isinstance(node, dict) and not _over_years(node) and _has_source(location[:depth]):
            nearest = node
        if not isinstance(node, dict | list):
            break
    return nearest


def _has_source(location: Location) -> bool:
    return any(
        len(keys) == len(location)
        and all(key in (_ANY, step) for key, step in zip(keys, location, strict=True))
        for keys in _SOURCED
    )


def _put(said: Said, location: Location, value: object) -> None:
    node: Any = said
    for step, following in zip(location, (*location[1:], None), strict=True):
        last = following is None
        if step == APPENDED:
            node.append(copy.deepcopy(value) if last else {})
            node = node[-1]
        elif last and value is None:
            if step in node:
                del node[step]
        elif last and callable(value):
            node[step] = value(node.get(step))
        elif last:
            node[step] = copy.deepcopy(value)
        else:
            if isinstance(node, dict) and step not in node:
                node[step] = [] if following == APPENDED else {}
            node = node[step]


def difference(before: object, after: object) -> Any:
    """What a child file says to turn what it inherits into something else; see `extends`.

    Maps are compared key by key and lists of named items item by item; a value over years and any
    other list is said whole. A key that is gone goes by itself, as another takes its place.

    Parameters
    ----------
    before, after
        Maps of a scenario.

    Returns
    -------
    dict
        Empty where nothing differs.
    """
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    child: Said = {}
    for key, value in after.items():
        if key not in before:
            child[key] = value
        elif before[key] != value:
            child[key] = _differing(before[key], value)
    return child


def _differing(before: object, after: object) -> object:
    maps = isinstance(before, dict) and isinstance(after, dict)
    if maps and not (_over_years(before) or _over_years(after)):
        return difference(before, after)
    if _named(before) and _named(after):
        assert isinstance(before, list)
        assert isinstance(after, list)
        known = {item["name"]: item for item in before}
        return [
            {"name": item["name"], **difference(known.get(item["name"], {}), item)}
            for item in after
            if known.get(item["name"]) != item
        ]
    return after


def _named(items: object) -> bool:
    return (
        isinstance(items, list)
        and bool(items)
        and all(isinstance(item, dict) and "name" in item for item in items)
    )


def _over_years(said: object) -> bool:
    """Whether a map is one value, as `extends` sees it."""
    if not isinstance(said, dict):
        return False
    kinds = [key for key in said if key != WITHIN]
    return any(isinstance(key, int) and key in YEARS for key in said) or (
        len(kinds) == 1 and kinds[0] in DISTRIBUTIONS and isinstance(said[kinds[0]], list)
    )


def file_text(name: str, parent: str, child: Mapping[str | int, Any], heading: str) -> str:
    """The file.

    Parameters
    ----------
    name
        Of the scenario.
    parent
        The file that it extends, relative to where this one will stand.
    child
        From `difference`.
    heading
        Stands in the first line as a comment.

    Returns
    -------
    str
    """
    yaml = YAML(typ="rt")
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.allow_unicode = True
    stream = io.StringIO()
    yaml.dump(_styled({"scenario": name, "extends": parent, **child}), stream)
    comment = " ".join(heading.split())
    return f"# {comment}\n{stream.getvalue()}"


def _styled(value: object) -> object:
    """One value on one line."""
    if isinstance(value, Mapping):
        node = CommentedMap({key: _styled(part) for key, part in value.items()})
        if _over_years(value):
            node.fa.set_flow_style()
        return node
    if isinstance(value, list):
        items = CommentedSeq([_styled(part) for part in value])
        if not any(isinstance(part, Mapping | list) for part in value):
            items.fa.set_flow_style()
        return items
    return value
