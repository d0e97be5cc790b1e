"""The JSON schema is the models', and is committed."""

import json
import pathlib

import pytest

from projector.scenario import scenario_schema
from projector.tables import BED_SETTINGS, SEASONS, SETTINGS, VERBS

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope="module")
def schema():
    return scenario_schema()


def test_the_committed_schema_has_not_drifted(schema):
    committed = json.loads((ROOT / "scenario.schema.json").read_text(encoding="utf-8"))
    assert committed == schema, "run `make schema` and commit scenario.schema.json"


def test_only_the_name_of_the_scenario_is_required(schema):
    assert schema["required"] == ["scenario"]
    required = {name for name, part in schema["$defs"].items() if "required" in part}
    assert required == {"Change", "Pool", "Catchment"}
    assert all(schema["$defs"][name]["required"] == ["name"] for name in required)


def test_the_schema_knows_every_key_of_a_file(schema):
    assert set(schema["properties"]) >= {"extends", "scenario", "inputs", "regions", "years"}
    assert schema["additionalProperties"] is False
    definitions = schema["$defs"]
    assert set(definitions["Calibration"]["properties"]) == {
        "from",
        "to",
        "half_life",
        "weight_half_life",
        "parents",
        "extraordinary",
    }
    assert "FTE" in definitions["Duty"]["properties"]
    assert definitions["Setting"]["enum"] == list(SETTINGS)


def test_visitors_are_a_value_or_one_for_every_season(schema):
    by_season, *value = schema["$defs"]["Visitors"]["anyOf"]
    assert list(by_season["properties"]) == list(SEASONS)
    assert by_season["minProperties"] == len(SEASONS)
    assert not by_season["additionalProperties"]
    assert value == [{"anyOf": schema["$defs"]["AmountPath"]["anyOf"]}]


def test_every_verb_selects_contacts(schema):
    change = schema["$defs"]["Change"]["properties"]
    selection = {"$ref": "#/$defs/Selection"}
    verbs = [key for key, part in change.items() if part.items() >= selection.items()]
    assert verbs == list(VERBS)


def test_growth_is_one_map_or_a_list_of_them(schema):
    growth = schema["$defs"]["Activity"]["properties"]["growth"]["additionalProperties"]
    one = {"$ref": "#/$defs/Growth"}
    assert growth == {"anyOf": [one, {"items": one, "type": "array"}]}


def test_what_is_said_of_settings_may_be_said_of_resources(schema):
    capacity = schema["$defs"]["Capacity"]["properties"]
    for key in ("occupancy", "overflow"):
        assert capacity[key]["propertyNames"] == {"$ref": "#/$defs/BedSettingOrResource"}
    offered, name = schema["$defs"]["BedSettingOrResource"]["anyOf"]
    assert (offered["enum"], name) == (list(BED_SETTINGS), {"type": "string", "minLength": 1})
    assert capacity["opening"]["propertyNames"] == {"$ref": "#/$defs/SettingOrResource"}
    assert schema["$defs"]["SettingOrResource"]["anyOf"][0]["enum"] == list(SETTINGS)


def test_what_opens_is_one_map_or_a_list_of_them(schema):
    site = schema["$defs"]["SiteCapacity"]["properties"]
    one = {"$ref": "#/$defs/StepChange"}
    assert site["openings"]["anyOf"] == [one, {"items": one, "type": "array"}]
    step = schema["$defs"]["StepChange"]["properties"]
    assert set(step) == {"resource", "from", "amount", "until"}


def test_what_holds_when_nothing_is_written_is_told_to_editors(schema):
    definitions = schema["$defs"]
    assert definitions["Change"]["properties"]["exchange"]["default"] == 1
    assert definitions["Step"]["properties"]["contacts"]["default"] == 1
    assert definitions["Change"]["properties"]["of_ages"]["default"] == "80+"
    assert definitions["Arrivals"]["properties"]["stays"]["default"] == "exponential"
    assert definitions["HealthyAgeing"]["properties"]["ages"]["default"] == "55+"


def test_no_value_may_be_empty(schema):
    assert '"null"' not in json.dumps(schema)


def test_a_share_is_a_number_a_percent_a_distribution_or_a_year_map(schema):
    number, percent, distribution, by_year = schema["$defs"]["Share"]["anyOf"]
    assert number == {"type": "number", "minimum": 0, "maximum": 1}
    assert percent["type"] == "string"
    assert distribution == {"$ref": "#/$defs/Distribution"}
    assert set(by_year["properties"]) == {"annual"}


def test_every_reference_leads_somewhere(schema):
    text = json.dumps(schema)
    for part in text.split('"$ref": "#/$defs/')[1:]:
        assert part.partition('"')[0] in schema["$defs"]
