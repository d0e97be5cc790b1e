"""How capacity is sized and where it stands, and areas that a scenario draws itself, as read."""

import pathlib
import re

import numpy as np
import pytest

from projector.scenario import Path, StepChange, load_scenario
from projector.scenario.models import Arrivals, Catchment, Pool

CAPACITY = """\
scenario: Own
extends: reference.yaml
capacity:
  occupancy: {inpatient: 85 %, intensive: {2026: 75 %, 2030: 70 %}}
  overflow: {municipal_acute: 5 %}
  opening:
    outpatient: {minutes: 40, turnover: 10, hours_per_day: 8, days_per_year: 230}
    theatre: {utilisation: 60 %}
  arrivals:
    municipal_acute: {dispersion: 1.3, stays: lognormal, variation: 1.2}
    intensive: {stays: fixed}
  pools:
    - name: Ten shared beds
      site: Hallingdal sjukestugu
      resources: [municipal_acute, municipal_short_stay]
      overflow: {2026: 5 %, 2030: 2 %}
  existing:
    Hallingdal sjukestugu:
      serves: Hallingdal
      municipal_acute: 3
      municipal_short_stay: {2026: 7, 2032: 9}
      openings:
        - {resource: municipal_short_stay, from: 2030, amount: 2, until: 2034}
        - {resource: municipal_short_stay, from: 2033, amount: -4}
        - {resource: rehabilitation, from: 2030, amount: 6}
"""

AREAS = """\
scenario: Own
extends: reference.yaml
areas:
  Ahus øst: [Romerike, '3240']
  Øst: [Ahus øst, Follo]
catchments:
  - name: Proposal of 2007
    areas: {Oslo: ['030101', '030102'], Ahus: Øst}
    psychiatry: {Oslo: ['030101'], Ahus: [Øst, '030102']}
    source: proposal for hospital areas of the capital region, 2007
  - name: All in one
    areas: {Oslo: [Øst, '030101', '030102']}
"""

DOCS = pathlib.Path(__file__).parents[2] / "docs" / "scenario.md"


def constant(value):
    return Path(((None, value),))


@pytest.fixture
def load(folder, monkeypatch):
    monkeypatch.chdir(folder)

    def write_and_load(text, name="own.yaml"):
        (folder / name).write_text(text, encoding="utf-8")
        return load_scenario(name)

    return write_and_load


@pytest.fixture
def capacity(load):
    return load(CAPACITY).capacity


def test_sizing_is_said_by_setting_or_by_resource(capacity):
    assert capacity.occupancy["inpatient"] == constant(0.85)
    assert capacity.occupancy["intensive"] == Path(((2026, 0.75), (2030, 0.7)))
    assert capacity.overflow == {"municipal_acute": constant(0.05)}
    assert list(capacity.opening) == ["outpatient", "theatre"]
    assert capacity.opening["outpatient"].turnover == constant(10.0)
    assert capacity.opening["theatre"].turnover is None


def test_arrivals_are_even_unless_they_say_otherwise(capacity):
    acute, intensive = capacity.arrivals["municipal_acute"], capacity.arrivals["intensive"]
    assert (acute.dispersion, acute.stays, acute.variation) == (1.3, "lognormal", 1.2)
    assert (intensive.dispersion, intensive.stays, intensive.variation) == (1.0, "fixed", 1.0)
    assert Arrivals.model_validate({"dispersion": 1}).stays == "exponential"


def test_pools_share_the_beds_of_resources(capacity):
    (pool,) = capacity.pools
    assert isinstance(pool, Pool)
    assert (pool.name, pool.site) == ("Ten shared beds", "Hallingdal sjukestugu")
    assert pool.resources == ("municipal_acute", "municipal_short_stay")
    assert pool.overflow == Path(((2026, 0.05), (2030, 0.02)))


def test_what_opens_and_closes_stands_beside_the_amounts(capacity):
    site = capacity.existing["Hallingdal sjukestugu"]
    assert list(site.amounts) == ["municipal_acute", "municipal_short_stay"]
    temporary, closure, new = site.openings
    assert isinstance(temporary, StepChange)
    assert (temporary.first, temporary.last, temporary.amount) == (2030, 2034, 2.0)
    assert (closure.first, closure.last, closure.amount) == (2033, None, -4.0)
    assert new.resource == "rehabilitation"


def test_a_step_counts_whole_from_its_first_year_to_its_last(capacity):
    site = capacity.existing["Hallingdal sjukestugu"]
    years = np.array([2029, 2030, 2032, 2033, 2034, 2035])
    assert site.openings[0].at(years) == pytest.approx([0, 2, 2, 2, 2, 0])
    assert site.steps("municipal_short_stay", years) == pytest.approx([0, 2, 2, -2, -2, -4])
    assert site.steps("municipal_acute", years) == pytest.approx([0, 0, 0, 0, 0, 0])
    assert site.steps("rehabilitation", 2030) == pytest.approx(6)


def test_one_opening_may_stand_without_a_list(load):
    text = "openings: {resource: day, from: 2030, amount: 2}"
    text = f"scenario: Own\nextends: reference.yaml\ncapacity: {{existing: {{Gol: {{{text}}}}}}}\n"
    (step,) = load(text).capacity.existing["Gol"].openings
    assert (step.resource, step.amount) == ("day", 2.0)


def test_all_that_there_is_may_close(load):
    text = CAPACITY.replace("amount: -4", "amount: -11")
    text = text.replace(", until: 2034", "")
    assert load(text).capacity.existing["Hallingdal sjukestugu"].openings[1].amount == -11.0


def test_a_closure_of_what_the_inputs_hold_is_not_judged_by_the_file(load):
    site = load(CAPACITY.replace("amount: 6", "amount: -60")).capacity.existing[
        "Hallingdal sjukestugu"
    ]
    assert site.steps("rehabilitation", [2029, 2030]) == pytest.approx([0, -60])


def test_nothing_is_said_where_nothing_is_written(load):
    scenario = load("scenario: Own\nextends: reference.yaml\n")
    assert scenario.areas == {}
    assert scenario.catchments == ()
    assert (scenario.capacity.arrivals, scenario.capacity.pools) == ({}, ())


def test_a_scenario_draws_areas_of_its_own(load):
    scenario = load(AREAS)
    assert scenario.areas == {"Ahus øst": ("Romerike", "3240"), "Øst": ("Ahus øst", "Follo")}
    first, second = scenario.catchments
    assert isinstance(first, Catchment)
    assert first.areas == {"Oslo": ("030101", "030102"), "Ahus": ("Øst",)}
    assert first.psychiatry == {"Oslo": ("030101",), "Ahus": ("Øst", "030102")}
    assert (second.name, second.psychiatry) == ("All in one", None)


def test_psychiatry_may_be_divided_in_another_way_than_somatics(load):
    text = AREAS.replace("['030101'], Ahus: [Øst, '030102']", "[Øst], Ahus: ['030101']")
    assert load(text).catchments[0].psychiatry["Ahus"] == ("030101",)


@pytest.mark.parametrize("text", [CAPACITY, AREAS])
def test_the_resolved_sections_load_as_the_same(load, text):
    scenario = load(text)
    again = load(scenario.resolved_yaml(), "again.yaml")
    assert again.resolved() == scenario.resolved()
    assert again.digest() == scenario.digest()


def test_values_over_years_of_pools_are_listed(load):
    scenario = load(CAPACITY)
    listed = dict(scenario.paths())
    assert listed["capacity", "pools", 0, "overflow"].years == (2026, 2030)
    assert scenario.where("capacity", "pools", 0, "overflow") == "own.yaml:16:7"
    place = ("capacity", "existing", "Hallingdal sjukestugu", "openings", 1, "amount")
    assert scenario.where(*place) == "own.yaml:24:56"


def test_a_child_changes_a_pool_an_area_and_an_alternative_by_name(load):
    load(CAPACITY + AREAS.partition("reference.yaml\n")[2])
    child = load(
        "scenario: Child\n"
        "extends: own.yaml\n"
        "areas: {Øst: [Ahus øst]}\n"
        "catchments: [{name: All in one, areas: {Oslo: ['030101']}}]\n"
        "capacity:\n"
        "  pools: [{name: Ten shared beds, overflow: 1 %}]\n"
        "  existing: {Hallingdal sjukestugu: {openings: []}}\n",
        "child.yaml",
    )
    assert child.areas == {"Ahus øst": ("Romerike", "3240"), "Øst": ("Ahus øst",)}
    assert [one.name for one in child.catchments] == ["Proposal of 2007", "All in one"]
    assert child.catchments[1].areas == {"Oslo": ("030101",)}
    (pool,) = child.capacity.pools
    assert (pool.site, pool.overflow) == ("Hallingdal sjukestugu", constant(0.01))
    site = child.capacity.existing["Hallingdal sjukestugu"]
    assert (site.openings, site.amounts["municipal_acute"]) == ((), constant(3.0))


def test_what_a_child_says_goes_before_what_does_not_fit_it(load):
    load(
        CAPACITY
        + "activity:\n  changes:\n    - name: Places\n      cover: {setting: nursing_home}\n"
        "      coverage: 20 %\n      of_ages: 67+\n"
    )
    child = load(
        "scenario: Child\n"
        "extends: own.yaml\n"
        "activity: {changes: [{name: Places, of: dementia, coverage: 40 %}]}\n"
        "capacity:\n"
        "  overflow: {intensive: 1 %}\n"
        "  arrivals: {municipal_acute: {stays: fixed}}\n",
        "child.yaml",
    )
    acute = child.capacity.arrivals["municipal_acute"]
    assert (acute.dispersion, acute.stays, acute.variation) == (1.3, "fixed", 1.0)
    assert "variation" not in child.resolved()["capacity"]["arrivals"]["municipal_acute"]
    assert "intensive" not in child.capacity.occupancy
    (change,) = child.activity.changes
    assert change.of == "dementia"
    assert "of_ages" not in child.resolved()["activity"]["changes"][0]


def test_the_examples_of_the_docs_are_read(load):
    blocks = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    own = "".join(block for block in blocks if block.startswith(("capacity:", "areas:")))
    scenario = load(f"scenario: Own\nextends: reference.yaml\n{own}")
    assert scenario.capacity.pools
    assert scenario.capacity.arrivals
    assert scenario.areas
    assert scenario.catchments
