"""Sweeps: every member is the scenario that one would have written by hand."""

import math
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projector.errors import ScenarioError
from projector.scenario import Scenario, has_sweep, load_family, load_scenario
from projector.scenario.sweeps import MOST_MEMBERS
from tests.embedded import SCENARIOS

PARENT = f"scenario: Swept\nextends: {SCENARIOS / 'hallingdal-copd.yaml'}\n"


def family_of(folder: Path, sweep: str):
    path = folder / "swept.yaml"
    path.write_text(f"{PARENT}{sweep}\n", encoding="utf-8")
    return load_family(path)


def by_hand(folder: Path, text: str) -> dict[str, object]:
    """What a child says that extends the same parent and writes the value in its place."""
    path = folder / "by_hand.yaml"
    path.write_text(f"{PARENT}{text}\n", encoding="utf-8")
    return said(load_scenario(path))


def said(scenario: Scenario) -> dict[str, object]:
    return {key: value for key, value in scenario.resolved().items() if key != "scenario"}


@pytest.mark.parametrize(
    ("sweep", "children"),
    [
        (
            "sweep: {capacity.overflow.municipal_acute: [2 %, 10 %]}",
            [
                "capacity: {overflow: {municipal_acute: 2 %}}",
                "capacity: {overflow: {municipal_acute: 10 %}}",
            ],
        ),
        (
            # What is written takes the place of a rival rule, as in any child.
            "sweep: {capacity.occupancy.municipal_acute: [70 %]}",
            ["capacity: {occupancy: {municipal_acute: 70 %}}"],
        ),
        (
            "sweep: {activity.changes.Discharge planned at admission.share: "
            "[5 %, {2026: 0, 2035: {uniform: [5 %, 10 %]}}]}",
            [
                "activity: {changes: [{name: Discharge planned at admission, share: 5 %}]}",
                "activity: {changes: [{name: Discharge planned at admission, "
                "share: {2026: 0, 2035: {uniform: [5 %, 10 %]}}}]}",
            ],
        ),
        (
            "sweep: {capacity/existing/Hallingdal sjukestugu/municipal_acute: [3, 5], "
            "years.end: [2035]}",
            [
                "capacity: {existing: {Hallingdal sjukestugu: {municipal_acute: 3}}}\n"
                "years: {end: 2035}",
                "capacity: {existing: {Hallingdal sjukestugu: {municipal_acute: 5}}}\n"
                "years: {end: 2035}",
            ],
        ),
        (
            "sweep: {regions: [[Hol], [Hol, Ål]]}",
            ["regions: [Hol]", "regions: [Hol, Ål]"],
        ),
        (
            "sweep: {population: [{variant: MMMH}, {fertility: {total: 1.5}}]}",
            ["population: {variant: MMMH}", "population: {fertility: {total: 1.5}}"],
        ),
    ],
)
def test_a_member_says_what_a_child_would(tmp_path: Path, sweep: str, children: list[str]) -> None:
    family = family_of(tmp_path, sweep)
    assert [said(one) for one in family.scenarios.values()] == [
        by_hand(tmp_path, child) for child in children
    ]


def test_members_are_named_and_placed(tmp_path: Path) -> None:
    family = family_of(
        tmp_path,
        "sweep:\n  capacity.overflow.municipal_acute: [2 %, 5 %]\n"
        "  capacity.occupancy.inpatient: [0.8, 90 %]",
    )
    assert list(family.scenarios) == [
        "municipal_acute-2-percent_inpatient-0.8",
        "municipal_acute-2-percent_inpatient-90-percent",
        "municipal_acute-5-percent_inpatient-0.8",
        "municipal_acute-5-percent_inpatient-90-percent",
    ]
    one = family.scenarios["municipal_acute-5-percent_inpatient-0.8"]
    assert one.scenario == "Swept (municipal_acute 5 %, inpatient 0.8)"
    place = one.where("capacity", "overflow", "municipal_acute")
    assert place.startswith(f"{tmp_path / 'swept.yaml'}:4:")
    assert "swept.yaml:4" in one.resolved_yaml()


def test_paths_that_end_alike_are_told_apart_in_names(tmp_path: Path) -> None:
    family = family_of(
        tmp_path,
        "sweep: {activity.changes.Discharge planned at admission.share: [1 %], "
        "activity.changes.Ambulatory follow-up of COPD.share: [10 %]}",
    )
    assert list(family.labels.values()) == [
        "Discharge planned at admission share 1 %, Ambulatory follow-up of COPD share 10 %"
    ]


def test_a_sweep_is_of_its_own_file(tmp_path: Path) -> None:
    family_of(tmp_path, "sweep: {capacity.overflow.municipal_acute: [2 %, 10 %]}")
    child = tmp_path / "child.yaml"
    child.write_text("scenario: Child\nextends: swept.yaml\n", encoding="utf-8")
    assert not has_sweep(child)
    assert has_sweep(tmp_path / "swept.yaml")
    assert not has_sweep(tmp_path / "nowhere.yaml")
    family = load_family(child)
    assert family.swept == ()
    assert said(load_scenario(child)) == by_hand(tmp_path, "")


def test_files_of_a_sweep_are_relative_to_it(tmp_path: Path) -> None:
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).touch()
    family = family_of(tmp_path, "sweep: {inputs.use_rates: [one.csv, two.csv]}")
    files = [scenario.inputs.tables["use_rates"] for scenario in family.scenarios.values()]
    assert files == [(tmp_path / "one.csv",), (tmp_path / "two.csv",)]


def test_changes_that_are_left_out_are_not_there_to_sweep(tmp_path: Path) -> None:
    name = "Discharge planned at admission"
    family_of(tmp_path, f"sweep: {{activity.changes.{name}.share: [1 %, 2 %]}}")
    with pytest.raises(ScenarioError, match="no item of the list has this name"):
        load_family(tmp_path / "swept.yaml", without=[name])


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lists=st.lists(
        st.lists(st.integers(1, 99), min_size=1, max_size=3, unique=True), min_size=1, max_size=3
    )
)
def test_there_is_a_member_for_every_combination(tmp_path: Path, lists: list[list[int]]) -> None:
    paths = ("capacity.occupancy.inpatient", "capacity.occupancy.observation", "years.end")
    texts = [", ".join(f"{n} %" for n in one) for one in lists]
    if len(lists) == len(paths):
        texts[-1] = ", ".join(str(2030 + n) for n in lists[-1] if n < 70) or "2035"
        lists = [*lists[:-1], texts[-1].split(", ")]
    sweep = "\n".join(f"  {path}: [{text}]" for path, text in zip(paths, texts, strict=False))
    family = family_of(tmp_path, f"sweep:\n{sweep}")
    assert len(family.scenarios) == math.prod(map(len, lists)) <= MOST_MEMBERS
    resolved = [str(said(one)) for one in family.scenarios.values()]
    assert len(set(resolved)) == len(resolved)
    letters = set(string.ascii_letters + string.digits + "-_.")
    for name in family.scenarios:
        assert set(name) <= letters
        assert not name.startswith(".")


@pytest.mark.parametrize("text", ["../../etc", "a/b", "..", "<script>", "=SUM(A1)", "C:\\x"])
def test_no_value_leads_a_folder_astray(tmp_path: Path, text: str) -> None:
    family = family_of(tmp_path, f"sweep: {{source: ['{text}', other]}}")
    first, _ = family.scenarios
    assert first.startswith("source-")
    assert not set("/\\<>:=") & set(first)
    assert ".." not in first
    assert family.labels[first] == f"source {text}"
