"""Scenarios that follow the schema nearly everywhere, so that what lies behind it is reached."""

import json
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.mutations import NASTY

__all__ = ["written_scenario"]

_SCHEMA = Path(__file__).resolve().parents[2] / "scenario.schema.json"
_DEEPEST = 9
_STRAY = 0.02
"""How often something stands where the schema has something else."""

_PATTERNED = ("2026", "65+", "0-17", "85 %", "12", "MMMM", "HHMH", "0.5", "-1.7 %")
_WORDS = (
    "Hallingdal",
    "3320",
    "heart",
    "copd",
    "inpatient",
    "municipal_acute",
    "nurse",
    "Ringerike sykehus",
    "beds",
    "Ål",
    "assumption",
    "A\u030al",
)


_SIMPLE: dict[object, tuple[Any, ...]] = {
    "integer": (0, 1, 2, 5, 1000, 2026, 2030, 2040, 2100, -1),
    "number": (0, 1, 0.5, 0.01, 12, 85, 2026, -0.02, 1e6, -1e9, 1e300),
    "boolean": (True, False),
    "string": _WORDS,
}


@lru_cache(maxsize=1)
def _schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(_SCHEMA.read_text("utf-8"))
    return loaded


def _of(schema: Any, chance: Random, depth: int) -> Any:
    """A value by a part of the schema; now and then one that does not follow it."""
    if chance.random() < _STRAY or depth > _DEEPEST or not isinstance(schema, dict):
        return chance.choice((chance.choice(NASTY), chance.choice(_WORDS), 3, -2.5, True, [], {}))
    if "$ref" in schema:
        found: Any = _schema()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return _of(found, chance, depth)
    union = schema.get("anyOf", schema.get("oneOf"))
    if union is not None:
        return _of(chance.choice(union), chance, depth + 1)
    if "const" in schema or "enum" in schema:
        return chance.choice(schema.get("enum", [schema.get("const")]))
    return _of_type(schema, chance, depth)


def _of_type(schema: dict[str, Any], chance: Random, depth: int) -> Any:
    kind = schema.get("type")
    if kind == "object":
        return _map(schema, chance, depth)
    if kind == "array":
        few = chance.randint(schema.get("minItems", 0), schema.get("maxItems", 3))
        return [_of(schema.get("items", {}), chance, depth + 1) for _ in range(few)]
    if kind == "string" and "pattern" in schema:
        return chance.choice(_PATTERNED)
    return chance.choice(_SIMPLE.get(kind, (*_WORDS, 1, 0.5)))


def _map(schema: dict[str, Any], chance: Random, depth: int) -> dict[Any, Any]:
    written: dict[Any, Any] = {}
    required = schema.get("required", ())
    share = chance.choice((0.15, 0.3, 0.6)) if depth else 0.4
    for key, below in schema.get("properties", {}).items():
        if key != "extends" and (key in required or chance.random() < share):
            written[key] = _of(below, chance, depth + 1)
    for pattern, below in schema.get("patternProperties", {}).items():
        year = any(digit in pattern for digit in "0129[")
        for _ in range(chance.randint(0, 2)):
            key: Any = chance.choice((2026, 2030, 2040, 1900)) if year else chance.choice(_WORDS)
            written[key] = _of(below, chance, depth + 1)
    others = schema.get("additionalProperties")
    if isinstance(others, dict):
        names = schema.get("propertyNames", {}).get("enum", _WORDS)
        for _ in range(chance.randint(0, 2)):
            written[chance.choice(names)] = _of(others, chance, depth + 1)
    return written


def _flow(value: Any) -> str:
    """The value as YAML between braces; texts are quoted or not as they come."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {_flow(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if value.isalnum() and not value.isdigit() else json.dumps(value)
    return repr(value)


def _key(key: Any) -> str:
    return str(key) if isinstance(key, int) or str(key).isidentifier() else json.dumps(key)


def written_scenario(chance: Random) -> bytes:
    """A scenario file, with or without a parent."""
    tree = _of(_schema(), chance, 0)
    if not isinstance(tree, dict):
        tree = {"scenario": tree}
    if chance.random() < 0.8:
        tree |= {"scenario": "Written", "inputs": ".", "regions": ["Hallingdal"]}
    if chance.random() < 0.8:
        tree["years"] = {"base": 2026, "end": 2040}
    lines = [f"{_key(key)}: {_flow(value)}" for key, value in tree.items()]
    if chance.random() < 0.5:
        lines.insert(0, "extends: parent.yaml")
    return "\n".join([*lines, ""]).encode("utf-8", "surrogatepass")
