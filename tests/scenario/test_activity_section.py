"""Growth, healthy ageing, what is acute, and every verb of changes, as they are read."""

import pathlib
import re

import pytest

from projector.errors import ScenarioError
from projector.scenario import Ages, Distribution, Path, load_scenario
from projector.scenario.models import Added, Change, Growth, Selection, Step
from projector.tables import HOSPITAL_SETTINGS, MUNICIPAL_SETTINGS, SETTINGS, VERBS

ACTIVITY = """\
scenario: Own
extends: reference.yaml
activity:
  acute: {inpatient: 60 %, outpatient: 0.25}
  growth:
    heart: {annual: -0.5 %, ages: {80+: -1.7 %}, sex: male, region: Hallingdal, limit: 0.7}
    copd:
      - {annual: 1 %, sex: female}
      - {annual: {2026: 0.5 %, 2030: 0}, sex: male, limit: 120 %, source: figures of 2023}
  healthy_ageing: {share: {triangular: [20 %, 50 %, 80 %]}, diagnosis: heart, setting: inpatient}
"""

CHANGES = """\
scenario: Own
extends: reference.yaml
activity:
  changes:
    - name: avoid
      avoid: {diagnosis: copd, ages: [0-17, 80+], sex: [female, male], urgency: acute}
      contacts: {2026: 0, 2030: 120}
      adds:
        - setting: nursing_home
          contacts: {2026: 1, 2030: 2}
          days: {interval: [10, 20], within: [1, 60]}
    - name: shift
      shift: {setting: [inpatient, day], site: Ringerike, who: residents}
      to: hotel
      share: 10 %
      exchange: {2026: 1, 2030: 1.5}
      days: {2026: 3, 2030: 2}
    - name: substitute
      substitute: {setting: outpatient}
      to: remote
      share: 10 %
    - name: shorten
      shorten: {setting: inpatient}
      share: 50 %
      part: discharge_ready
    - name: readmissions
      readmissions: {}
      share: 20 %
    - name: redirect
      redirect: {region: Hallingdal}
      to_site: Hallingdal sjukestugu
      coverage: 80 %
    - name: add
      add: {diagnosis: heart}
      share: {2026: 0, 2030: 150 %}
    - name: work_off
      work_off: {setting: outpatient, region: Hallingdal}
      waiting: 400
      between: {from: 2026, to: 2029}
    - name: visitors
      visitors: {region: Hallingdal}
      factor: 0.5
    - name: pathway
      pathway: {diagnosis: copd, setting: inpatient}
      steps:
        - {setting: rehabilitation, share: 40 %, days: 14}
        - {setting: home_care, share: 80 %, contacts: 12, after: rehabilitation}
    - name: cover
      cover: {setting: [nursing_home, care_home], region: Hallingdal}
      coverage: {2026: 30 %, 2030: 22 %}
"""


DOCS = pathlib.Path(__file__).parents[2] / "docs" / "scenario.md"


def constant(value):
    return Path(((None, value),))


@pytest.fixture
def load(folder, monkeypatch):
    monkeypatch.chdir(folder)

    def write_and_load(text, **more):
        (folder / "own.yaml").write_text(text, encoding="utf-8")
        return load_scenario("own.yaml", **more)

    return write_and_load


@pytest.fixture
def changes(load):
    return {change.name: change for change in load(CHANGES).activity.changes}


def test_growth_of_a_diagnosis_is_one_entry_or_several(load):
    growth = load(ACTIVITY).activity.growth
    (heart,) = growth["heart"]
    assert isinstance(heart, Growth)
    assert heart.ages == {Ages(80, -1): constant(-0.017)}
    assert (heart.sex, heart.region, heart.limit) == (("male",), ("Hallingdal",), 0.7)
    women, men = growth["copd"]
    assert (women.annual, women.sex, women.limit) == (constant(0.01), ("female",), None)
    assert (men.sex, men.limit, men.source) == (("male",), 1.2, "figures of 2023")
    assert men.annual == Path(((2026, 0.005), (2030, 0.0)))


def test_each_entry_of_growth_knows_its_place(load):
    scenario = load(ACTIVITY)
    assert scenario.where("activity", "growth", "heart", 0, "limit") == "own.yaml:6:81"
    assert scenario.where("activity", "growth", "copd", 1) == "own.yaml:9:9"


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("sex: female", "sex: male"),
        ("setting: inpatient", "setting: [day, outpatient]"),
        ("region: Hallingdal", "region: [Ringerike, Ahus]"),
        ("sex: female, region: Ahus", "sex: male, region: Ahus"),
    ],
)
def test_entries_about_other_cells_stand_side_by_side(load, one, another):
    entries = f"[{{annual: 1 %, {one}}}, {{annual: 2 %, {another}}}]"
    text = f"scenario: Own\nextends: reference.yaml\nactivity: {{growth: {{copd: {entries}}}}}\n"
    assert len(load(text).activity.growth["copd"]) == 2


def test_ages_that_growth_does_not_name_are_free_for_another_entry(load):
    entries = "[{ages: {0-17: 1 %, 80+: 2 %}}, {ages: {18-79: 0}}]"
    text = f"scenario: Own\nextends: reference.yaml\nactivity: {{growth: {{copd: {entries}}}}}\n"
    assert len(load(text).activity.growth["copd"]) == 2


def test_a_limit_is_judged_by_the_medians_of_its_rates(load):
    entry = "{annual: {triangular: [-1 %, 1 %, 2 %]}, ages: {80+: 0}, limit: 1.5}"
    text = f"scenario: Own\nextends: reference.yaml\nactivity: {{growth: {{copd: {entry}}}}}\n"
    assert load(text).activity.growth["copd"][0].limit == 1.5


def test_no_draw_grows_away_from_a_limit_to_decline(load):
    text = "scenario: Own\nextends: reference.yaml\nactivity: {growth: {copd: %s}}\n"
    declining = "{annual: {triangular: [-3 %, -1 %, 0]}, limit: 0.5}"
    assert load(text % declining).activity.growth["copd"][0].limit == 0.5
    with pytest.raises(ScenarioError, match="moves away from this limit in some draws"):
        load(text % declining.replace("-1 %, 0]", "-1 %, 1 %]"))


def test_healthy_ageing_is_of_those_over_55_unless_it_says_otherwise(load):
    ageing = load(ACTIVITY).activity.healthy_ageing
    assert ageing.share == constant(Distribution("triangular", (0.2, 0.5, 0.8)))
    assert ageing.ages == Ages(55, -1)
    assert (ageing.diagnosis, ageing.setting) == (("heart",), ("inpatient",))
    text = ACTIVITY.replace("diagnosis: heart", "ages: 67-79")
    assert load(text).activity.healthy_ageing.ages == Ages(67, 79)


def test_acute_is_said_by_setting_or_of_hospitals(load):
    assert load(ACTIVITY).activity.acute == {"inpatient": 0.6, "outpatient": 0.25}
    text = "scenario: Own\nextends: reference.yaml\nactivity: {acute: {hospital: 25 %}}\n"
    assert load(text).activity.acute == {"hospital": 0.25}


def test_nothing_is_said_where_nothing_is_written(load):
    activity = load("scenario: Own\nextends: reference.yaml\n").activity
    assert activity.acute == {}
    assert activity.healthy_ageing is None
    assert activity.changes == ()


def test_every_verb_is_read(changes):
    assert [change.kind for change in changes.values()] == list(VERBS)
    assert list(changes) == list(VERBS)
    for verb, change in changes.items():
        assert change.selection is getattr(change, verb)


def test_what_is_not_written_is_none_or_one_to_one(changes):
    change = changes["avoid"]
    for key in ("share", "per_1000", "nights", "coverage", "factor", "portion"):
        assert getattr(change, key) is None
    for key in ("waiting", "between", "to", "to_site", "days", "part", "of", "source"):
        assert getattr(change, key) is None
    assert change.exchange == constant(1.0)
    assert change.steps == ()
    assert changes["shift"].adds == ()


def test_avoided_contacts_are_counted_and_replaced_over_years(changes):
    change = changes["avoid"]
    assert change.contacts == Path(((2026, 0.0), (2030, 120.0)))
    (added,) = change.adds
    assert added.contacts == Path(((2026, 1.0), (2030, 2.0)))
    assert added.days == constant(Distribution("interval", (10.0, 20.0), (1.0, 60.0)))


def test_a_selection_may_use_every_key(changes):
    selection = changes["avoid"].selection
    assert selection.ages == (Ages(0, 17), Ages(80, -1))
    assert selection.sex == ("female", "male")
    assert (selection.urgency, selection.who) == ("acute", None)
    selection = changes["shift"].selection
    assert (selection.site, selection.who) == (("Ringerike",), "residents")
    assert changes["readmissions"].selection == Selection()


def test_shifts_follow_paths(changes):
    shift = changes["shift"]
    assert (shift.to, shift.share) == ("hotel", constant(0.1))
    assert shift.exchange == Path(((2026, 1.0), (2030, 1.5)))
    assert shift.days == Path(((2026, 3.0), (2030, 2.0)))


def test_a_share_on_top_may_be_more_than_all(changes):
    assert changes["add"].share == Path(((2026, 0.0), (2030, 1.5)))
    assert changes["add"].share.bounds.high is None
    assert changes["shorten"].share.bounds.high == 1


def test_each_verb_has_its_own_keys(changes):
    assert changes["shorten"].part == "discharge_ready"
    assert changes["redirect"].to_site == "Hallingdal sjukestugu"
    assert changes["redirect"].coverage == constant(0.8)
    assert changes["visitors"].factor == constant(0.5)
    assert changes["pathway"].portion is None
    work_off = changes["work_off"]
    assert work_off.waiting == 400.0
    assert (work_off.between.first, work_off.between.last) == (2026, 2029)


def test_a_pathway_has_steps_after_one_another(changes):
    first, second = changes["pathway"].steps
    assert (first.setting, first.share, first.after) == ("rehabilitation", constant(0.4), None)
    assert (first.contacts, first.days) == (constant(1.0), constant(14.0))
    assert (second.after, second.contacts) == ("rehabilitation", constant(12.0))


def test_coverage_is_of_those_over_80_unless_it_says_otherwise(load, changes):
    cover = changes["cover"]
    assert cover.coverage == Path(((2026, 0.3), (2030, 0.22)))
    assert (cover.of_ages, cover.of) == (Ages(80, -1), None)
    assert cover.selection.setting == ("nursing_home", "care_home")
    text = CHANGES.replace("2030: 22 %}", "2030: 22 %}\n      of_ages: 67-79")
    assert load(text).activity.changes[-1].of_ages == Ages(67, 79)
    text = CHANGES.replace("2030: 22 %}", "2030: 22 %}\n      of: dementia")
    assert load(text).activity.changes[-1].of == "dementia"


def test_one_added_and_one_step_may_stand_without_a_list():
    added = {"setting": "day", "contacts": 2}
    change = {"name": "One", "avoid": {"setting": "inpatient"}, "share": 0.1, "adds": added}
    assert Change.model_validate(change).adds == (Added.model_validate(added),)
    step = {"setting": "day", "share": 0.5}
    selection = {"diagnosis": "copd", "setting": "inpatient"}
    change = {"name": "One", "pathway": selection, "steps": step}
    assert Change.model_validate(change).steps == (Step.model_validate(step),)


@pytest.mark.parametrize("text", [ACTIVITY, CHANGES])
def test_the_resolved_section_loads_as_the_same(load, folder, text):
    scenario = load(text)
    (folder / "again.yaml").write_text(scenario.resolved_yaml(), encoding="utf-8")
    again = load_scenario("again.yaml")
    assert again.resolved() == scenario.resolved()
    assert again.digest() == scenario.digest()


def test_hospitals_and_municipalities_share_out_the_settings():
    assert set(HOSPITAL_SETTINGS) | set(MUNICIPAL_SETTINGS) == set(SETTINGS)
    assert not set(HOSPITAL_SETTINGS) & set(MUNICIPAL_SETTINGS)


def test_the_examples_of_the_docs_are_read(load):
    blocks = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    activity = "".join(block for block in blocks if block.startswith("activity:"))
    changes = "".join(block for block in blocks if block.startswith("- name:"))
    text = f"scenario: Own\nextends: reference.yaml\n{activity}  changes:\n"
    scenario = load(text + re.sub("^", "    ", changes, flags=re.MULTILINE))
    assert scenario.activity.healthy_ageing is not None
    assert {change.kind for change in scenario.activity.changes} == set(VERBS)
