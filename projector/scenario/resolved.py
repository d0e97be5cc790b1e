"""The resolved scenario as plain values, as YAML with origins, and as a digest."""

import hashlib
import io
import json
import os
import pathlib
from collections.abc import Iterator

from pydantic import BaseModel
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from projector.scenario.faults import find
from projector.scenario.parsing import Ages
from projector.scenario.tree import Node
from projector.scenario.values import Path

__all__ = ["digest", "paths_in", "plain", "with_origins"]

Location = tuple[str | int, ...]


def _fields(section: BaseModel) -> Iterator[tuple[str, object]]:
    """What was written in a section, in the order of the model, under the keys of the file."""
    for name, field in type(section).model_fields.items():
        if name in section.model_fields_set:
            yield field.alias or name, getattr(section, name)
    yield from (section.model_extra or {}).items()


def plain(value: object, folder: pathlib.Path) -> object:
    """Maps, lists, texts and numbers; file names relative to `folder`."""
    match value:
        case BaseModel():
            said: object = {key: plain(part, folder) for key, part in _fields(value)}
        case dict():
            said = {str(key): plain(part, folder) for key, part in value.items()}
        case Path():
            said = value.plain()
        case Ages():
            said = str(value)
        case tuple():
            said = [plain(part, folder) for part in value]
        case pathlib.Path():
            said = _relative(value, folder)
        case _:
            said = value
    return said


def paths_in(value: object, location: Location = ()) -> Iterator[tuple[Location, Path]]:
    """Every value over years below a section, with the keys that lead to it."""
    match value:
        case Path():
            yield location, value
        case BaseModel():
            for key, part in _fields(value):
                yield from paths_in(part, (*location, key))
        case dict():
            for key, part in value.items():
                yield from paths_in(part, (*location, str(key)))
        case tuple() if not isinstance(value, Ages):
            for position, part in enumerate(value):
                yield from paths_in(part, (*location, position))


def digest(resolved: dict[str, object]) -> str:
    """SHA-256 of what the scenario says, whatever the folder it lies in.

    The names of input files are left out; so is the order of keys.
    """
    said = {key: value for key, value in resolved.items() if key != "inputs"}
    text_keys = json.loads(json.dumps(said))  # years become text, so that keys can be sorted
    canonical = json.dumps(text_keys, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def with_origins(resolved: dict[str, object], tree: Node, folder: pathlib.Path) -> str:
    """YAML text in which every line with a value ends in ``# file:line`` of what set it."""
    yaml = YAML(typ="rt")
    yaml.width = 10_000  # one value, one line: the comment belongs to it
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(_commented(resolved, tree, (), folder), stream)
    return stream.getvalue().rstrip() + "\n"


def _commented(value: object, tree: Node, location: Location, folder: pathlib.Path) -> object:
    parts: list[tuple[str | int, object]]
    node: CommentedMap | CommentedSeq
    if isinstance(value, dict):
        parts, node = list(value.items()), CommentedMap()
    elif isinstance(value, list):
        parts, node = list(enumerate(value)), CommentedSeq([None] * len(value))
    else:
        return value
    for key, part in parts:
        below = (*location, key)
        node[key] = _commented(part, tree, below, folder)
        if not isinstance(part, dict | list) or not part:
            node.yaml_add_eol_comment(_origin(tree, below, folder), key, column=0)
    return node


def _origin(tree: Node, location: Location, folder: pathlib.Path) -> str:
    _, node, _ = find(tree, location)
    file = _relative(pathlib.Path(node.place.file), folder)
    return f"{file}:{node.place.line}"


def _relative(path: pathlib.Path, folder: pathlib.Path) -> str:
    """A path from a folder; from another drive of Windows there is none, so the whole path."""
    try:
        return pathlib.Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.as_posix()
