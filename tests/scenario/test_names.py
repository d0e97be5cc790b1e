"""Names that match nothing, each at its own place."""

import pytest

from projector.scenario import VOCABULARY, check_names, load_scenario
from projector.tables import SETTINGS, VERBS

KNOWN = {
    "region": ["3322", "Hallingdal", "Ringerike", "Norge"],
    "diagnosis": ["heart", "copd"],
    "resource": ["municipal_acute", "municipal_short_stay"],
    "profession": ["nurse"],
    "competence": ["intensive_care"],
    "site": ["Hallingdal sjukestugu"],
}

VERBS_WITH_KEYS = {
    "avoid": "share: 10 %",
    "shift": "setting: day, to: hotel, share: 10 %",
    "substitute": "setting: day, to: remote, share: 10 %",
    "shorten": "share: 10 %",
    "readmissions": "share: 10 %",
    "redirect": "to_site: Rngrk, share: 10 %",
    "add": "share: 10 %",
    "work_off": "setting: day, waiting: 10, between: {from: 2026, to: 2027}",
    "visitors": "factor: 2",
    "pathway": "setting: day, steps: {setting: home_care, share: 10 %}",
    "cover": "setting: nursing_home, coverage: 10 %",
}
SELECT_NO_PART = ("cover",)
"""Verbs that are about all residents: no diagnosis or site is selected."""


@pytest.fixture
def scenario(folder, monkeypatch):
    monkeypatch.chdir(folder)
    return load_scenario("hallingdal.yaml")


def test_the_example_matches_its_inputs(scenario):
    assert set(KNOWN) == set(VOCABULARY)
    assert check_names(scenario, KNOWN) == []


def test_a_vocabulary_must_have_every_kind(scenario):
    with pytest.raises(KeyError):
        check_names(scenario, {"region": []})


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        (
            "region",
            "Hallingdal",
            ["5:11: unknown region (found Hallingdal; expected one of 3322, Ringerike, Norge)"],
        ),
        (
            "region",
            "Ringerike",
            ["11:14: unknown region (found Ringerike; expected one of 3322, Hallingdal, Norge)"],
        ),
        (
            "diagnosis",
            "heart",
            ["15:5: unknown diagnosis (found heart). Did you mean 'Heart'?"],
        ),
        ("diagnosis", "copd", ["18:26: unknown diagnosis (found copd; expected one of heart)"]),
        ("profession", "nurse", ["29:10: unknown profession (found nurse)"]),
        ("site", "Hallingdal sjukestugu", ["26:14: unknown site (found Hallingdal sjukestugu)"]),
    ],
)
def test_a_name_that_matches_nothing_is_reported_at_its_place(scenario, kind, name, expected):
    others = [other for other in KNOWN[kind] if other != name]
    if name == "heart":
        others.append("Heart")
    problems = check_names(scenario, KNOWN | {kind: others})
    assert [str(problem) for problem in problems] == [
        f"hallingdal.yaml:{line}" for line in expected
    ]


def test_every_name_in_a_list_and_every_key_has_its_own_place(folder, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "own.yaml").write_text(
        "scenario: Own\n"
        "extends: hallingdal.yaml\n"
        "regions: [Hallingdal, '3323']\n"
        "activity:\n"
        "  changes:\n"
        "    - name: Move\n"
        "      shift: {setting: inpatient, diagnosis: [copd, cpod], region: Ringerike kommune}\n"
        "      to: day\n"
        "      share: 10 %\n"
        "capacity:\n"
        "  existing:\n"
        "    Ny sjukestugu: {serves: Hallingdal, municipal_accute: 3}\n"
        "    Annen: {serves: Halingdal, municipal_acute: 1}\n"
        "workforce:\n"
        "  competence: {nurses: {intensive: 10 %}, nurse: {intensive_care: 10 %}}\n"
    )
    problems = check_names(load_scenario("own.yaml"), KNOWN)
    assert [str(problem).removeprefix("own.yaml:") for problem in problems] == [
        "3:23: unknown region (found 3323; expected one of 3322, Hallingdal, Ringerike, Norge)",
        "7:53: unknown diagnosis (found cpod). Did you mean 'copd'?",
        "7:68: unknown region (found Ringerike kommune). Did you mean 'Ringerike'?",
        "12:41: unknown resource (found municipal_accute). Did you mean 'municipal_acute'?",
        "13:21: unknown region (found Halingdal). Did you mean 'Hallingdal'?",
        "15:16: unknown profession (found nurses). Did you mean 'nurse'?",
        "15:25: unknown competence (found intensive). Did you mean 'intensive_care'?",
    ]


def test_the_names_of_growth_and_of_every_verb_are_looked_up(folder, monkeypatch):
    monkeypatch.chdir(folder)
    names = "diagnosis: cpd, region: Halingdal, site: Halingdal sjukestugu"
    verbs = ""
    for verb, keys in VERBS_WITH_KEYS.items():
        setting, own = "", keys
        if keys.startswith("setting"):
            setting, _, own = keys.partition(", ")
            setting += ", "
        selected = "region: Halingdal" if verb in SELECT_NO_PART else names
        verbs += f"    - {{name: {verb}, {verb}: {{{setting}{selected}}}, {own}}}\n"
    (folder / "own.yaml").write_text(
        "scenario: Own\n"
        "extends: hallingdal.yaml\n"
        "activity:\n"
        "  growth:\n"
        "    heart: {annual: 1 %, region: Ringerikke}\n"
        "    copd: [{annual: 1 %, region: [Norge, Noreg]}]\n"
        "  healthy_ageing: {share: 50 %, diagnosis: hart}\n"
        "  changes:\n" + verbs
    )
    found = [str(problem) for problem in check_names(load_scenario("own.yaml"), KNOWN)]
    assert found[:3] == [
        "own.yaml:5:34: unknown region (found Ringerikke). Did you mean 'Ringerike'?",
        "own.yaml:6:42: unknown region (found Noreg). Did you mean 'Norge'?",
        "own.yaml:7:44: unknown diagnosis (found hart). Did you mean 'heart'?",
    ]
    assert len(VERBS_WITH_KEYS) == len(VERBS)
    for kind in ("diagnosis", "region", "site"):
        of_changes = [text for text in found[3:] if f"unknown {kind} " in text]
        without = 0 if kind == "region" else len(SELECT_NO_PART)
        assert len(of_changes) == len(VERBS) - without + (kind == "site")  # to_site of redirect


def test_contacts_may_go_to_a_site_that_the_scenario_opens(folder, monkeypatch):
    monkeypatch.chdir(folder)
    text = (
        "scenario: Own\n"
        "extends: hallingdal.yaml\n"
        "activity:\n"
        "  changes:\n"
        "    - {name: New, redirect: {region: Hallingdal}, to_site: Ny sjukestugu, share: 5 %}\n"
        "capacity:\n"
        "  existing: {Ny sjukestugu: {serves: Hallingdal, municipal_acute: 3}}\n"
    )
    (folder / "own.yaml").write_text(text)
    assert check_names(load_scenario("own.yaml"), KNOWN) == []
    (folder / "own.yaml").write_text(text.replace("to_site: Ny", "to_site: Nye"))
    (problem,) = check_names(load_scenario("own.yaml"), KNOWN)
    assert problem.nearest == "Ny sjukestugu"


def test_what_is_sized_is_a_setting_or_a_resource(folder, monkeypatch):
    monkeypatch.chdir(folder)
    known = KNOWN | {"resource": ["municipal_acute", "municipal_short_stay", "theatre"]}
    text = (
        "scenario: Own\n"
        "extends: hallingdal.yaml\n"
        "capacity:\n"
        "  occupancy: {observation: 70 %, municipal_short_stay: 90 %, intensiv: 75 %}\n"
        "  overflow: {municipal_accute: 5 %}\n"
        "  opening: {theatre: {turnover: 25}, teatre: {turnover: 25}, day: {minutes: 60}}\n"
        "  arrivals: {municipal_acute: {dispersion: 1.3}, inpatient: {stays: fixed}}\n"
        "  pools:\n"
        "    - name: Shared\n"
        "      site: Hallingdal sykestugu\n"
        "      resources: [municipal_acute, municipal_short_stays]\n"
        "      overflow: 5 %\n"
        "  existing:\n"
        "    Hallingdal sjukestugu:\n"
        "      openings:\n"
        "        - {resource: municipal_acute, from: 2030, amount: 2}\n"
        "        - {resource: theater, from: 2030, amount: 1}\n"
        "    Ny sjukestugu:\n"
        "      serves: Ringerike\n"
        "      openings: {resource: theatr, from: 2030, amount: 1}\n"
    )
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    problems = check_names(load_scenario("own.yaml"), known)
    assert [str(problem).removeprefix("own.yaml:") for problem in problems] == [
        "4:62: unknown setting or resource (found intensiv; expected one of "
        f"{', '.join(SETTINGS)}, theatre)",
        "5:14: unknown setting or resource (found municipal_accute). Did you mean "
        "'municipal_acute'?",
        "6:38: unknown setting or resource (found teatre). Did you mean 'theatre'?",
        "7:50: unknown resource (found inpatient; expected one of municipal_acute, "
        "municipal_short_stay, theatre)",
        "10:13: unknown site (found Hallingdal sykestugu). Did you mean 'Hallingdal sjukestugu'?",
        "11:36: unknown resource (found municipal_short_stays). Did you mean "
        "'municipal_short_stay'?",
        "17:22: unknown resource (found theater). Did you mean 'theatre'?",
        "20:28: unknown resource (found theatr). Did you mean 'theatre'?",
    ]


OWN_AREAS = (
    "scenario: Own\n"
    "extends: hallingdal.yaml\n"
    "regions: [Øvre Hallingdal]\n"
    "areas:\n"
    "  Øvre Hallingdal: ['3322']\n"
    "  Dalene: [Øvre Hallingdal, Ringerike]\n"
    "catchments:\n"
    "  - {name: One, areas: {Vest: [Dalene]}, psychiatry: {Vest: [Hallingdal]}}\n"
    "population: {visitors: {Øvre Hallingdal: 3000}}\n"
    "activity:\n"
    "  changes:\n"
    "    - {name: Less, avoid: {region: Dalene}, share: 10 %}\n"
    "capacity:\n"
    "  existing: {Ny sjukestugu: {serves: Øvre Hallingdal, municipal_acute: 3}}\n"
)


def test_areas_of_the_scenario_stand_wherever_a_region_may(folder, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "own.yaml").write_text(OWN_AREAS, encoding="utf-8")
    assert check_names(load_scenario("own.yaml"), KNOWN) == []
    (folder / "child.yaml").write_text(
        "scenario: Child\nextends: own.yaml\nregions: [Dalene]\n", encoding="utf-8"
    )
    assert check_names(load_scenario("child.yaml"), KNOWN) == []


def test_members_of_areas_and_catchments_are_looked_up(folder, monkeypatch):
    monkeypatch.chdir(folder)
    text = OWN_AREAS.replace("['3322']", "['3321', Ringrike]")
    text = text.replace("{Vest: [Dalene]}", "{Vest: [Dallene, Norge]}")
    text = text.replace("{Vest: [Hallingdal]}", "{Vest: Vest}")
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    problems = check_names(load_scenario("own.yaml"), KNOWN)
    assert [str(problem).removeprefix("own.yaml:") for problem in problems] == [
        "5:21: unknown region (found 3321; expected one of 3322, Hallingdal, Ringerike, Norge, "
        "Øvre Hallingdal, Dalene)",
        "5:29: unknown region (found Ringrike). Did you mean 'Ringerike'?",
        "8:32: unknown region (found Dallene). Did you mean 'Dalene'?",
        "8:69: unknown region (found Vest; expected one of 3322, Hallingdal, Ringerike, Norge, "
        "Øvre Hallingdal, Dalene)",
    ]


def test_an_unknown_site_of_capacity_may_be_a_new_one(folder):
    text = "scenario: Own\nextends: hallingdal.yaml\ncapacity: {existing: {Nybygg: {theatre: 1}}}\n"
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    known = KNOWN | {"site": ["Sickbay"], "resource": ["theatre"]}
    found = [str(problem) for problem in check_names(load_scenario(folder / "own.yaml"), known)]
    expected = "unknown site (found Nybygg; expected one of Sickbay, or `serves` for a new site)"
    assert any(one.endswith(f"own.yaml:3:23: {expected}") for one in found)
