"""The JSON schema of a scenario file, for editors."""

from typing import Any

from projector.scenario.fields import distribution_schema
from projector.scenario.models import Scenario

__all__ = ["scenario_schema"]

_EXTENDS = {
    "type": "string",
    "minLength": 1,
    "description": "the scenario file that this one changes, relative to this file",
}

_SWEEP = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"minLength": 1},
    "additionalProperties": {"type": "array", "minItems": 1},
    "description": "lists of values by the path that leads to each; every combination is a "
    "scenario of its own, and `projector run` runs and compares them all",
}

_NOTHING: tuple[object, ...] = (None, {}, [])
_DISTRIBUTION = {"$ref": "#/$defs/Distribution"}


def scenario_schema() -> dict[str, Any]:
    """JSON schema, draft 2020-12, made from the models.

    A file may leave out whatever its parent has, so only `scenario`, and the
    `name` that finds a change, pool or alternative of the parent, are required.
    """
    schema = _as_files_are(Scenario.model_json_schema(by_alias=True))
    definitions = schema["$defs"]
    for named in ("Change", "Pool", "Catchment"):
        definitions[named]["required"] = ["name"]
    definitions["Distribution"] = distribution_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Projector scenario",
        "type": "object",
        "properties": {"extends": _EXTENDS, **schema["properties"], "sweep": _SWEEP},
        "required": ["scenario"],
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def _as_files_are(part: Any) -> Any:
    """The schema of what is written, from that of the models.

    The models have None for what is not written, but a file has no empty values;
    and they require what a file may leave to its parent.
    """
    if isinstance(part, list):
        return [_as_files_are(below) for below in part if below != {"type": "null"}]
    if not isinstance(part, dict):
        return part
    if part == distribution_schema():
        return _DISTRIBUTION
    kept = {
        key: _as_files_are(below)
        for key, below in part.items()
        if key not in {"title", "required"} and not (key == "default" and below in _NOTHING)
    }
    if len(kept.get("anyOf", ())) == 1:
        (only,) = kept.pop("anyOf")
        kept |= only
    return kept
