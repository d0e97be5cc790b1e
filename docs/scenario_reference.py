"""The reference of the scenario language, from the JSON schema and from examples that run."""

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from projector.scenario import scenario_schema
from projector.scenario.fields import UNIT

__all__ = ["examples_of", "maps_of", "scenario_reference", "told", "unit"]

Schema = Mapping[str, Any]

_ROOT = Path(__file__).parents[1]
_EXAMPLES = ("scenarios", "docs/examples")
"""Folders with scenarios that tests and pages run; the first that has a key is its example."""

_TYPES = {
    "boolean": "`true` or `false`",
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
}
_OTHER = "…"
"""Stands for a key that the writer names."""

_LONG_LIST = 6
_LONG_EXAMPLE = 96
_SPECIAL = {
    "Inputs": "the folder, or [a map](#map-inputs)",
    "AgeBand": "ages: `7`, `0-9` or `80+`",
    "AgeBands": "one or a list of ages: `7`, `0-9` or `80+`",
    "Variant": "four letters of `L`, `M`, `H`, `K`; the last two also `0`",
    "Setting": "a [level of care](#levels-of-care)",
    "Settings": "one or a list of [levels of care](#levels-of-care)",
    "SettingOrResource": "a [level of care](#levels-of-care) or a resource of the inputs",
    "BedSettingOrResource": "a [level of care](#levels-of-care) with nights, or a resource",
    "AcuteSetting": "`hospital`, or a [level of care](#levels-of-care)",
    "Names": "a name, or a list of them",
    "Files": "one or a list of files, relative to the scenario",
    "Folder": "a folder, relative to the scenario",
}
"""Kinds that are told better by a person than by their patterns."""


def _resolved(part: Schema, schema: Schema) -> Schema:
    """The part itself, or the definition that it refers to."""
    if "$ref" not in part:
        return part
    found: Schema = schema["$defs"][_name(part)]
    return found


def _name(part: Schema) -> str:
    return str(part.get("$ref", "")).rpartition("/")[2]


def _options(part: Schema) -> Sequence[Schema]:
    options: Sequence[Schema] = part.get("anyOf", (part,))
    return options


def _is_map(part: Schema) -> bool:
    """Whether the keys of the part are those of the language, to be told one by one."""
    return "properties" in part and ("description" in part or "$defs" in part)


def _below(part: Schema, schema: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Maps that a value leads to: the keys in between, the name of the map and the map."""
    name, whole = _name(part), _resolved(part, schema)
    if name == "Distribution":
        return
    for option in _options(whole):
        own = _name(option) or name
        found = _resolved(option, schema)
        if _is_map(found):
            yield "", own, found
        elif found.get("type") == "array":
            yield from _below(found.get("items", {}), schema)
        elif isinstance(found.get("additionalProperties"), dict):
            for keys, called, last in _below(found["additionalProperties"], schema):
                yield f" › {_OTHER}{keys}", called, last
        elif found is not whole or "anyOf" in found:
            yield from _below(found, schema) if "anyOf" in found else ()


def maps_of(schema: Schema) -> dict[str, tuple[str, Schema]]:
    """Every map of the language once.

    Returns
    -------
    dict
        By the name of the definition (the scenario itself has none): the keys that lead to it
        by the shortest way, and its schema.
    """
    found: dict[str, tuple[str, Schema]] = {"": ("", schema)}
    waiting = deque([""])
    while waiting:
        way, part = found[waiting.popleft()]
        for key, below in part["properties"].items():
            for keys, name, last in _below(below, schema):
                if name and name not in found:
                    found[name] = (f"{way} › {key}{keys}".removeprefix(" › "), last)
                    waiting.append(name)
    return found


def _walk(
    written: object, part: Schema, schema: Schema, place: str
) -> Iterator[tuple[tuple[str, str], object, str]]:
    """Every key of a written value: its map and name, what it holds, and the file and line."""
    if isinstance(written, list):
        for option in _options(_resolved(part, schema)):
            if (items := _resolved(option, schema)).get("type") == "array":
                for one in written:
                    yield from _walk(one, items.get("items", {}), schema, place)
        return
    if not isinstance(written, dict):
        return
    if _name(part) == "Distribution":
        return
    name, whole = _name(part), _resolved(part, schema)
    for option in _options(whole):
        own, found = _name(option) or name, _resolved(option, schema)
        if found.get("type") != "object":
            continue
        for key, value in written.items():
            line = written.lc.key(key)[0] + 1 if hasattr(written, "lc") else 0
            here = f"{place.partition(':')[0]}:{line}"
            if _is_map(found) and key in found["properties"]:
                yield (own, key), value, here
                yield from _walk(value, found["properties"][key], schema, here)
            elif isinstance(other := found.get("additionalProperties"), dict):
                yield (own, _OTHER), {key: value}, here
                yield from _walk(value, other, schema, here)


def examples_of(schema: Schema) -> dict[tuple[str, str], tuple[object, str]]:
    """What stands in the examples for each key.

    Returns
    -------
    dict
        By the name of a map and the key: the first value found, a short one before a long one,
        and its ``file:line``.
    """
    found: dict[tuple[str, str], tuple[object, str]] = {}
    reader = YAML()
    for folder in _EXAMPLES:
        for path in sorted((_ROOT / folder).glob("*.yaml"), key=_nearest_home):
            place = path.relative_to(_ROOT).as_posix()
            tree = reader.load(path.read_text(encoding="utf-8"))
            for key, value, where in _walk(tree, schema, schema, place):
                if key not in found or (
                    _is_long(found[key][0], key[1]) and not _is_long(value, key[1])
                ):
                    found[key] = value, where
    return found


def _nearest_home(path: Path) -> tuple[bool, str]:
    """Hallingdal, which the first hour is about, before the others."""
    return not path.name.startswith("hallingdal"), path.name


def _is_long(value: object, key: str) -> bool:
    return len(_flow(value, key)) > _LONG_EXAMPLE


def _flow(value: object, key: str) -> str:
    """One line of YAML."""
    written = value if key == _OTHER else {key: value}
    return _one_line(written).removeprefix("{").removesuffix("}")


def _one_line(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_one_line(k)}: {_one_line(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_one_line, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    text = " ".join(str(value).split())
    quoted = isinstance(value, str) and (text.isdigit() or re.search(r"[,:#{}\[\]'`]", text))
    return "'" + text.replace("'", "''") + "'" if quoted else text


def _bounds(part: Schema) -> str:
    words = {
        "minimum": "{:g} or more",
        "exclusiveMinimum": "more than {:g}",
        "maximum": "{:g} or less",
        "exclusiveMaximum": "less than {:g}",
    }
    said = [word.format(part[key]) for key, word in words.items() if key in part]
    return f" ({', '.join(said)})" if said else ""


def told(part: Schema, schema: Schema) -> str:
    """What may be written, in words."""
    name = _name(part)
    whole = _resolved(part, schema)
    if name in _SPECIAL:
        return _SPECIAL[name]
    if _is_map(whole):
        return f"[a map](#{_anchor(name)})" if name else "a map"
    if "anyOf" in whole:
        return _told_options(whole, schema)
    if "enum" in whole:
        listed = [f"`{value}`" for value in whole["enum"]]
        return listed[0] if len(listed) == 1 else "one of " + ", ".join(listed)
    return f"`{whole['const']}`" if "const" in whole else _told_kind(whole, schema)


def _told_kind(whole: Schema, schema: Schema) -> str:
    """What may be written where only the JSON type tells it."""
    kind = whole.get("type", "string")
    if kind == "array":
        return f"a list, each {told(whole['items'], schema)}" if "items" in whole else "a list"
    if kind == "object":
        return _told_keys(whole, schema)
    return _TYPES[kind] + _bounds(whole)


def _told_keys(whole: Schema, schema: Schema) -> str:
    """A map whose keys are names."""
    below = whole.get("additionalProperties")
    if isinstance(below, dict):
        names = whole.get("propertyNames")
        key = "a name" if names is None or _name(names) == "Text" else told(names, schema)
        return f"a map from {key} to {told(below, schema)}"
    listed = whole["properties"]
    kind = told(next(iter(listed.values())), schema)
    many = "all of " if "minProperties" in whole else ""
    return f"a map from {many}{', '.join(f'`{key}`' for key in listed)} to {kind}"


def _told_options(whole: Schema, schema: Schema) -> str:
    """One of several kinds; the forms of a number are told together."""
    options = list(_options(whole))
    number = next((one for one in options if one.get("type") == "number"), None)
    drawn = any(_name(one) == "Distribution" for one in options)
    by_year = next((one for one in options if "patternProperties" in one), None)
    said = []
    if number is not None:
        forms = ["may have `%`"]
        if by_year is not None:
            rate = (
                " or grow by a [rate](#numbers)"
                if "annual" in by_year.get("properties", {})
                else ""
            )
            forms.append(f"[over years](#numbers){rate}")
        if drawn:
            forms.append("[uncertain](#numbers)")
        said.append(f"a number{_bounds(number)}; {', '.join(forms)}")
        percent = [one for one in options if "%" in str(one.get("pattern", ""))]
        known = [number, by_year, *percent]
        options = [one for one in options if one not in known and _name(one) != "Distribution"]
    for one in options:
        if one.get("type") == "array" and one["items"] in options:
            said[-1] += ", or a list of them"
        else:
            said.append(told(one, schema))
    return ", or ".join(dict.fromkeys(said))


def _anchor(name: str) -> str:
    return "scenario" if not name else f"map-{name.lower()}"


def _row(
    key: str, part: Schema, example: tuple[object, str] | None, schema: Schema, needed: bool
) -> str:
    whole = _resolved(part, schema)
    what = str(part.get("description") or whole.get("description", ""))
    if needed:
        what += " (must be written)"
    may_be = told(part, schema)
    if counted := part.get(UNIT) or unit(part, schema):
        may_be += f"; unit: *{counted}*"
    if "default" in part:
        may_be += f"; if not written, `{_value(part['default'])}`"
    written = "" if example is None else f"`{_short(_flow(example[0], key))}`"
    cells = [f"`{key}`", what, may_be, "" if _leads_on(part, schema) else written]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _leads_on(part: Schema, schema: Schema) -> bool:
    """Whether there are keys below, which have examples of their own."""
    return any(name for _, name, _ in _below(part, schema))


def unit(part: Schema, schema: Schema) -> str:
    """The unit of the kind itself, or of the values of a map by name."""
    whole = _resolved(part, schema)
    if UNIT in whole:
        return str(whole[UNIT])
    below = whole.get("additionalProperties")
    return unit(below, schema) if isinstance(below, dict) and not _is_map(whole) else ""


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    return text if len(text) <= _LONG_EXAMPLE else text[: _LONG_EXAMPLE - 2] + " …"


def scenario_reference() -> str:
    """The page, as Markdown."""
    schema = scenario_schema()
    examples = examples_of(schema)
    lines = [_OPENING]
    for name, (way, part) in maps_of(schema).items():
        lines += [f"({_anchor(name)})=", f"## {f'`{way}`' if way else 'The file'}", ""]
        if way:
            lines += [str(part.get("description", "")), ""]
        lines += [_HEAD]
        rows = dict(part["properties"])
        if isinstance(part.get("additionalProperties"), dict):
            rows[_OTHER] = part["additionalProperties"]
        lines += [
            _row(key, below, examples.get((name, key)), schema, key in part.get("required", ()))
            for key, below in rows.items()
        ]
        lines.append("")
    settings = ", ".join(f"`{name}`" for name in schema["$defs"]["Setting"]["enum"])
    lines += ["(levels-of-care)=", "## Levels of care", "", f"{settings}.", "", _NUMBERS]
    lines += [f"| `{kind}` | {part['description']} |" for kind, part in _distributions(schema)]
    return "\n".join([*lines, ""])


def _distributions(schema: Schema) -> Iterator[tuple[str, Schema]]:
    yield from schema["$defs"]["Distribution"]["properties"].items()


_HEAD = "| key | what it is | may be | for example |\n|---|---|---|---|"

_OPENING = """# Every key of a scenario

Made from the schema that `projector check` and editors use (`scenario.schema.json`), so nothing
that may be written is left out. How the parts work together stands in
[the scenario language](../scenario.md). The examples are lines of `scenarios/` and
`docs/examples/`, which the tests run. `…` stands for a name of yours or of the inputs.
"""

_NUMBERS = """(numbers)=
## Numbers

A number is written `0.15`, `15 %` or `20000`. A value **over years** is a number for all years, a
map `{2026: 0, 2030: 10 %}` (linear between the years, flat before the first and after the last), or
one with a **rate**, `{2026: 20000, annual: 1 %}`. Wherever a number may be **uncertain**, a
distribution may stand in its place; without draws a run takes its median.

| distribution | numbers |
|---|---|"""
