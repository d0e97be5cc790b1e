"""Changes that are left out on loading."""

import unicodedata

import pytest

from projector.errors import ScenarioError
from projector.scenario import check_names, load_scenario
from projector.scenario.names import VOCABULARY

CHANGES = """\
scenario: Own
extends: hallingdal.yaml
activity:
  changes:
    - {name: Kortere opphald på Ål, shorten: {setting: inpatient}, share: 5 %}
    - {name: Video, substitute: {setting: outpatient}, to: remote, share: 10 %}
"""
COPD = "Ambulatory follow-up of COPD"
SHORTER = "Kortere opphald på Ål"


@pytest.fixture
def own(folder, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "own.yaml").write_text(CHANGES, encoding="utf-8")
    return folder / "own.yaml"


def left(scenario):
    return [change.name for change in scenario.activity.changes]


def test_nothing_is_left_out_unless_it_is_asked_for(own):
    scenario = load_scenario("own.yaml")
    assert left(scenario) == [COPD, SHORTER, "Video"]
    assert scenario.without == ()
    assert "without" not in scenario.resolved()


def test_the_changes_that_stay_keep_their_places(own):
    scenario = load_scenario("own.yaml", without=[COPD])
    assert left(scenario) == [SHORTER, "Video"]
    assert scenario.where("activity", "changes", 0, "shorten") == "own.yaml:5:37"
    assert scenario.where("activity", "changes", 1) == "own.yaml:6:7"


def test_what_was_left_out_is_told_with_the_place_where_it_stood(own):
    scenario = load_scenario("own.yaml", without=["Video", COPD])
    assert scenario.without == (COPD, "Video")
    assert scenario.resolved()["without"] == [COPD, "Video"]
    lines = scenario.resolved_yaml().splitlines()
    assert lines[-3:] == ["without:", f"  - {COPD} # hallingdal.yaml:17", "  - Video # own.yaml:6"]


def test_the_digest_depends_on_what_is_left_out_not_on_the_order(own):
    digests = {
        load_scenario("own.yaml", without=names).digest()
        for names in ([], [COPD], ["Video"], [COPD, "Video"], ["Video", COPD, "Video"])
    }
    assert len(digests) == 4


def test_a_scenario_without_all_its_changes_has_none(own):
    scenario = load_scenario("own.yaml", without=[COPD, SHORTER, "Video"])
    assert scenario.activity.changes == ()
    assert len(scenario.without) == 3


def test_names_are_the_same_however_their_letters_are_composed(own):
    name = unicodedata.normalize("NFD", SHORTER)
    assert name != SHORTER
    assert load_scenario("own.yaml", without=[name]).without == (SHORTER,)


def test_a_change_that_is_wrong_does_not_matter_once_it_is_left_out(own):
    own.write_text(CHANGES.replace("share: 10 %", "share: 110 %"), encoding="utf-8")
    with pytest.raises(ScenarioError):
        load_scenario("own.yaml")
    assert left(load_scenario("own.yaml", without=["Video"])) == [COPD, SHORTER]


def test_names_of_a_change_that_is_left_out_are_not_looked_up(own):
    known = {kind: [] for kind in VOCABULARY}
    everything = check_names(load_scenario("own.yaml"), known)
    fewer = check_names(load_scenario("own.yaml", without=[COPD]), known)
    assert {problem.found for problem in everything} - {problem.found for problem in fewer} == {
        "copd"
    }


def test_an_unknown_name_is_told_with_the_nearest_one(own):
    with pytest.raises(ScenarioError) as caught:
        load_scenario("own.yaml", without=["Vidio", COPD])
    assert caught.value.exit_code == 3
    assert str(caught.value) == (
        "own.yaml:4:3: no change has this name (found Vidio). Did you mean 'Video'?"
    )


def test_an_unknown_name_that_is_near_none_is_told_with_all_of_them(own):
    with pytest.raises(ScenarioError, match=f"expected {COPD}, {SHORTER}, Video"):
        load_scenario("own.yaml", without=["Something else"])


def test_an_unknown_name_is_told_together_with_what_else_is_wrong(own):
    own.write_text(CHANGES.replace("share: 10 %", "share: 110 %"), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario("own.yaml", without=["Vidio"])
    assert len(caught.value.problems) == 2


def test_a_scenario_without_changes_has_none_to_leave_out(own):
    with pytest.raises(ScenarioError, match=r"reference\.yaml:1:1: there are no changes to leave"):
        load_scenario("reference.yaml", without=["Video"])


def test_a_name_that_two_changes_have_is_still_an_error(own):
    own.write_text(CHANGES.replace(SHORTER, "Video"), encoding="utf-8")
    with pytest.raises(ScenarioError, match="two changes with the same name"):
        load_scenario("own.yaml", without=["Video"])


def test_the_record_of_a_run_can_be_run_again(own, folder):
    scenario = load_scenario("own.yaml", without=["Video"])
    (folder / "again.yaml").write_text(scenario.resolved_yaml(), encoding="utf-8")
    again = load_scenario("again.yaml", without=["Video"])
    assert again.digest() == scenario.digest()
    assert load_scenario("again.yaml").digest() == scenario.digest()
    both = load_scenario("own.yaml", without=["Video", COPD])
    assert load_scenario("again.yaml", without=[COPD]).digest() == both.digest()


def test_a_child_does_not_inherit_the_record_of_its_parent(own, folder):
    record = load_scenario("own.yaml", without=["Video"]).resolved_yaml()
    (folder / "again.yaml").write_text(record, encoding="utf-8")
    own.write_text("scenario: Child\nextends: again.yaml\n", encoding="utf-8")
    assert load_scenario("own.yaml").without == ()
