"""The JSON schema of a scenario file, for editors."""

from typing import Any

from projector.scenario.models import Scenario

__all__ = ["scenario_schema"]

_EXTENDS = {
    "type": "string",
    "minLength": 1,
    "description": "the scenario file that this one changes, relative to this file",
}


def scenario_schema() -> dict[str, Any]:
    """JSON schema, draft 2020-12, made from the models.

    A file may leave out whatever its parent has, so only `scenario`, and the
    `name` that finds a change of the parent, are required.
    """
    schema = Scenario.model_json_schema(by_alias=True)
    for model in (schema, *schema["$defs"].values()):
        model.pop("required", None)
    properties = schema.pop("properties")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Projector scenario",
        "type": "object",
        "properties": {"scenario": properties.pop("scenario"), "extends": _EXTENDS, **properties},
        "required": ["scenario"],
        "additionalProperties": False,
        "$defs": schema["$defs"] | {"Change": schema["$defs"]["Change"] | {"required": ["name"]}},
    }
