"""Uncertain assumptions keep their names, and correlations are between them."""

import numpy as np
import pytest

from projector.errors import ScenarioError
from projector.scenario import (
    Path,
    correlated,
    load_scenario,
    uncertain_assumptions,
    with_paths,
)

TEXT = """\
scenario: Own
inputs: .
regions: [Hallingdal]
years: {base: 2026, end: 2040}
population:
  net_immigration: {total: {2026: 20000, 2040: {normal: [15000, 5000]}}}
activity:
  growth:
    copd:
      - {annual: {normal: [1 %, 0.2 %]}, sex: female}
      - {annual: {normal: [1 %, 0.2 %]}, sex: male}
  changes:
    - name: Home
      avoid: {setting: inpatient}
      share: {uniform: [1 %, 2 %]}
      adds:
        - {setting: outpatient, contacts: {uniform: [1, 2]}}
        - {setting: outpatient, contacts: {uniform: [3, 4]}}
        - {setting: remote, contacts: 3}
workforce:
  duty: {nurse: {inpatient: {per: bed, FTE: {uniform: [1, 2]}}}}
uncertainty:
  correlations:
    - {between: [total, Home/share], rank: 0.5}
    - {between: [female, male, FTE], rank: 0.3}
"""


@pytest.fixture
def load(tmp_path):
    def load(text=TEXT, without=()):
        path = tmp_path / "own.yaml"
        path.write_text(text, encoding="utf-8")
        return load_scenario(path, without=without)

    return load


def test_an_assumption_is_called_by_its_keys_and_never_by_a_place_in_a_list(load):
    assert [str(one) for one in uncertain_assumptions(load())] == [
        "population/net_immigration/total",
        "activity/growth/copd/female/annual",
        "activity/growth/copd/male/annual",
        "activity/changes/Home/share",
        "activity/changes/Home/adds/outpatient/contacts",
        "activity/changes/Home/adds/outpatient #2/contacts",
        "workforce/duty/nurse/inpatient/FTE",
    ]


def test_what_is_inserted_above_leaves_the_names_below(load):
    first = "    - {name: First, avoid: {setting: day}, share: {uniform: [1 %, 2 %]}}\n"
    before = {one.name for one in uncertain_assumptions(load())}
    after = uncertain_assumptions(load(TEXT.replace("  changes:\n", "  changes:\n" + first)))
    assert {one.name for one in after} - before == {("activity", "changes", "First", "share")}
    assert before <= {one.name for one in after}


def test_a_location_leads_to_the_value_as_the_scenario_has_it(load):
    scenario = load()
    paths = dict(scenario.paths())
    for one in uncertain_assumptions(scenario):
        assert paths[one.location] is one.path
    assert {one.location for one in uncertain_assumptions(scenario)} == {
        location for location, path in paths.items() if path.is_uncertain
    }


def test_values_are_replaced_and_nothing_else(load):
    scenario = load()
    assert with_paths(scenario, lambda _, path: path) == scenario
    ones = with_paths(scenario, lambda _, path: Path(((None, 1.0),)))
    assert {path for _, path in ones.paths()} == {Path(((None, 1.0),))}
    assert [where for where, _ in ones.paths()] == [where for where, _ in scenario.paths()]
    assert ones.where("years") == scenario.where("years")
    assert any(path.is_uncertain for _, path in scenario.paths())


def test_correlations_are_of_pairs_in_the_order_written(load):
    found = correlated(load())
    assert ["/".join(name[-2:]) for name in found.names] == [
        "net_immigration/total",
        "Home/share",
        "female/annual",
        "male/annual",
        "inpatient/FTE",
    ]
    expected = np.eye(5)
    expected[0, 1] = expected[1, 0] = 0.5
    expected[2:, 2:] = 0.3 + 0.7 * np.eye(3)
    assert found.ranks == pytest.approx(expected)
    assert np.diag(found.scores) == pytest.approx(1)
    assert found.scores[0, 1] == pytest.approx(2 * np.sin(np.pi / 12))


def test_a_change_left_out_takes_its_correlations_with_it(load):
    found = correlated(load(without=["Home"]))
    assert len(found.names) == 4
    assert found.ranks[0, 1:] == pytest.approx(0)


def test_without_correlations_there_are_none(load):
    found = correlated(load(TEXT[: TEXT.index("uncertainty:")]))
    assert found.names == ()
    assert found.ranks.shape == (0, 0)


def test_a_child_takes_correlations_back(load, tmp_path):
    load()
    child = "scenario: Child\nextends: own.yaml\nuncertainty: {correlations: []}\n"
    (tmp_path / "child.yaml").write_text(child, encoding="utf-8")
    assert correlated(load_scenario(tmp_path / "child.yaml")).names == ()


@pytest.mark.parametrize("rank", [-0.47, 0.0, 0.97])
def test_three_may_be_correlated_within_what_can_hold(load, rank):
    text = TEXT.replace("rank: 0.3", f"rank: {rank}")
    assert np.linalg.eigvalsh(correlated(load(text)).scores)[0] > 0


def test_what_a_message_offers_can_be_written(load):
    with pytest.raises(ScenarioError) as caught:
        load(TEXT.replace("rank: 0.3", "rank: -0.6"))
    (problem,) = caught.value.problems
    lowest = problem.expected.removeprefix("a rank from ").split(" to ")[0]
    load(TEXT.replace("rank: 0.3", f"rank: {lowest}"))
    with pytest.raises(ScenarioError):
        load(TEXT.replace("rank: 0.3", f"rank: {float(lowest) - 0.01:.2f}"))


def test_a_distribution_with_ends_is_one_value_to_inheritance(load, tmp_path):
    load(TEXT.replace("FTE: {uniform: [1, 2]}", "FTE: {normal: [1, 0.2], within: [0, 2]}"))
    child = (
        "scenario: Child\nextends: own.yaml\n"
        "workforce: {duty: {nurse: {inpatient: {FTE: {uniform: [1, 3]}}}}}\n"
    )
    (tmp_path / "child.yaml").write_text(child, encoding="utf-8")
    fte = load_scenario(tmp_path / "child.yaml").workforce.duty["nurse"]["inpatient"].fte
    assert fte.plain() == {"uniform": [1.0, 3.0]}


def test_levers_are_called_by_whom_they_concern(load):
    levers = (
        "workforce:\n  levers:\n    task_shift:\n"
        "      - {from: nurse, to: health_care_worker, share: {uniform: [1 %, 2 %]}}\n"
    )
    (one,) = uncertain_assumptions(load(TEXT[: TEXT.index("population:")] + levers))
    assert str(one) == "workforce/levers/task_shift/nurse health_care_worker/share"
