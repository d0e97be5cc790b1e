"""What a scenario assumes, read back from its resolved text."""

import pytest

from projector.report.assumptions import assumptions_of
from projector.scenario import load_family, load_scenario
from tests.embedded import SCENARIOS


@pytest.mark.parametrize("name", sorted(path.stem for path in SCENARIOS.glob("*.yaml")))
def test_every_place_that_the_resolved_text_names_is_told(name: str) -> None:
    """Lines and comments are counted in the text itself, without reading it as YAML."""
    (resolved, *_) = (
        scenario.resolved_yaml()
        for scenario in load_family(SCENARIOS / f"{name}.yaml").scenarios.values()
    )
    lines = [line for line in resolved.splitlines() if ".yaml:" in line]
    unsaid = ("source:", "- name:", "name:")
    expected = {line.rpartition("# ")[2] for line in lines if not line.lstrip().startswith(unsaid)}
    found = assumptions_of(resolved)
    assert {place for one in found for place in one.place.split(", ")} == expected
    assert all(one.place for one in found)


def test_values_over_years_and_distributions_are_one_each() -> None:
    resolved = load_scenario(SCENARIOS / "hallingdal-copd.yaml").resolved_yaml()
    by_keys = {one.keys: one for one in assumptions_of(resolved)}
    share = by_keys["activity", "changes", "Ambulatory follow-up of COPD", "share"]
    assert share.value == "{2026: 0, 2030: {triangular: [0.4, 0.55, 0.7]}}"
    assert share.place == "hallingdal-copd.yaml:12"
    assert share.source.startswith("joint plan of the Ahus area")
    assert share.basis == "partly"
    assert by_keys["population", "variant"].place == "reference.yaml:12"
    assert by_keys["years", "end"].basis == "choice"
    assert by_keys["capacity", "overflow", "municipal_acute"].basis == "assumption"
    shorten = by_keys["activity", "changes", "Discharge planned at admission", "share"]
    assert shorten.basis == "assumption"


def test_as_above_is_the_source_above() -> None:
    resolved = load_scenario(SCENARIOS / "ahus-future.yaml").resolved_yaml()
    name = "Planned orthopaedic day surgery comes home"
    (day,) = (one for one in assumptions_of(resolved) if one.keys[-2:] == (name, "coverage"))
    assert day.source.startswith("joint plan of the Ahus area, own coverage lowest")


def test_long_texts_and_long_numbers_stand_as_they_are() -> None:
    resolved = load_scenario(SCENARIOS / "ringerike-2007.yaml").resolved_yaml()
    told = {one.keys: one.value for one in assumptions_of(resolved)}
    assert told["description", "en"].startswith(
        "A look back that checks the model: in 2007 the hospital"
    )
    assert "stays, 47 211 somatic" in told["description", "en"]
    text = "population:\n  visitors:\n    Hol: 1234567.5 # own.yaml:3\n"
    assert [one.value for one in assumptions_of(text)] == ["1234567.5"]
