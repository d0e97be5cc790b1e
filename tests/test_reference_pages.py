"""The pages that are made from the program: every key told, with an example that a run accepts."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from projector.cli.main import cli
from projector.run import run
from projector.scenario import load_scenario, scenario_schema
from projector.scenario.fields import UNIT
from projector.scenario.section import Section
from projector.tables import INPUT_TABLES, VARIABLES

DOCS = Path(__file__).parents[1] / "docs"
EVERY_KEY = DOCS / "examples" / "every-key.yaml"
SITES = {"Hallingdal sjukestugu", "Sykehjemmet"}
WITHOUT_EXAMPLE = {("", "without")}
"""What nobody writes: a run records it."""

WITHOUT_UNIT = {("Correlation", "rank"), ("Uncertainty", "quantiles"), ("Uncertainty", "tolerance")}
"""Pure numbers, whose meaning the description tells."""


def page_module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def language() -> ModuleType:
    return page_module("scenario_reference")


@pytest.fixture(scope="module")
def keys(language):
    """Every key of every map, with its schema."""
    maps = language.maps_of(scenario_schema())
    return {
        (name, key): part
        for name, (_, whole) in maps.items()
        for key, part in whole["properties"].items()
    }


def test_every_map_of_the_models_is_reached(language):
    maps = {section.__name__ for section in Section.__subclasses__()} - {"Scenario"}
    assert maps == set(language.maps_of(scenario_schema())) - {""}


def test_every_key_is_described(keys):
    schema = scenario_schema()
    silent = [
        key
        for key, part in keys.items()
        if "description" not in part
        and "description" not in schema["$defs"].get(part.get("$ref", "").rpartition("/")[2], {})
    ]
    assert silent == []


def test_every_key_has_an_example(language, keys):
    examples = language.examples_of(scenario_schema())
    assert {key for key in keys if key not in examples} == WITHOUT_EXAMPLE


def test_every_number_has_a_unit(language, keys):
    schema = scenario_schema()
    lacking = {
        key
        for key, part in keys.items()
        if language.told(part, schema).startswith(("a number", "a map from"))
        and "number" in language.told(part, schema)
        and UNIT not in part
        and not language.unit(part, schema)
    }
    assert lacking <= WITHOUT_UNIT


def test_the_examples_run():
    results = run(load_scenario(EVERY_KEY).with_draws(0))
    assert set(results["capacity/beds"]["site"].values) == SITES


def test_the_dictionary_has_every_table_column_and_variable():
    dictionary = page_module("data_dictionary")
    inputs, results = dictionary.input_tables(), dictionary.result_variables()
    for name, table in INPUT_TABLES.items():
        part = inputs.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert all(f"| `{column}`" in part for column in table.columns), name
    for group, variables in VARIABLES.items():
        part = results.partition(f"\n## {group}\n")[2].partition("\n## ")[0]
        assert all(f"| `{name}` |" in part for name in variables), group


def test_every_command_is_told():
    page = page_module("command_reference").command_reference()
    assert [name for name in cli.commands if f"## projector {name}" not in page] == []
    assert "## projector population calibrate" in page
