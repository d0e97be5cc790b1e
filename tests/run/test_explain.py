"""What a result changes by, and because of what."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.errors import UsageError
from projector.run.explain import Explanation, explain
from projector.run.pipeline import project_care, project_people
from projector.run.questions import RESULTS, question_of
from projector.scenario import load_scenario
from tests.embedded import SCENARIOS, result_of
from tests.run.moving import moving, written

UNKNOWN = ("own_coverage", "site_contacts", "site_bed_days", "gap_cost", "shared_beds")
"""Results that the scenario in which everything moves has none of."""
CARE = ("diagnosis", "setting")
SITE = "Hallingdal sjukestugu"
PARTS = {
    "peak": ("somatic", "p95"),
    **dict.fromkeys(("gap", "gap_cost", "utilisation", "refusal"), (SITE, "municipal_acute")),
}
"""What results that do not add up are asked of."""
KNOWN = [result for result in RESULTS if result not in UNKNOWN]


@cache
def explained(
    result: str,
    *,
    free: bool = False,
    of: tuple[str, ...] | None = None,
    regions: tuple[str, ...] | None = None,
) -> Explanation:
    scenario, people = moving()
    of = PARTS.get(result, ()) if of is None else of
    if regions is None:
        regions = ("Gol",) if result == "peak" else ()
    question = question_of(scenario, people, result, of=of, regions=regions)
    return explain(scenario, people, question, free_of_order=free)


def effects_of(explanation: Explanation) -> dict[str, np.ndarray]:
    return {
        f"{factor.kind} {factor.name}": effect
        for factor, effect in zip(explanation.factors, explanation.effects, strict=True)
    }


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize(
    "result",
    [
        result if result == "bed_days" else pytest.param(result, marks=pytest.mark.slow)
        for result in KNOWN
    ],
)
def test_effects_are_the_whole_change_in_every_year(result: str, free: bool) -> None:
    found = explained(result, free=free)
    change = found.values - found.values[0]
    np.testing.assert_allclose(found.effects.sum(axis=0), change, atol=1e-9 * found.values.max())
    np.testing.assert_allclose(
        found.alone.sum(axis=0) + found.interaction, change, atol=1e-9 * found.values.max()
    )


def test_the_embedded_scenario_is_explained_to_the_last_digit() -> None:
    scenario = load_scenario(SCENARIOS / "hallingdal-copd.yaml")
    people = project_people(scenario)
    found = explain(scenario, people, question_of(scenario, people, "beds", of=["somatic"]))
    need = result_of("hallingdal-copd")["capacity/beds"]["need"].sel(resource="somatic")
    np.testing.assert_allclose(found.values, need.sum("region").values, rtol=1e-12)
    change = float(found.values[-1] - found.values[0])
    assert float(found.effects[:, -1].sum()) == pytest.approx(change, rel=1e-9)
    effects = effects_of(found)
    assert effects["ageing "][-1] > effects["size "][-1] > 0
    assert effects["change Discharge planned at admission"][-1] < 0


@pytest.mark.slow
def test_norms_have_an_effect_only_where_they_matter() -> None:
    kinds = {result: {one.kind for one in explained(result).factors} for result in KNOWN}
    assert {result for result, own in kinds.items() if "capacity" in own} == {
        "beds", "rooms", "gap", "utilisation", "refusal", "staff", "competence", "staff_gap",
        "competence_gap", "wages",
    }  # fmt: skip
    assert {result for result, own in kinds.items() if "staffing" in own} == {
        "staff", "competence", "staff_gap", "competence_gap", "wages",
    }  # fmt: skip


@pytest.mark.slow
def test_a_diagnosis_that_the_result_knows_nothing_of_is_left_out() -> None:
    growing = [one.name for one in explained("beds", of=("mental_health",)).factors if one.name]
    assert "copd" not in growing


AHUS = f"""
scenario: More at home
extends: {SCENARIOS}/ahus.yaml
years: {{base: 2026, end: 2028}}
activity:
  changes:
    - name: Home
      redirect: {{diagnosis: musculoskeletal, setting: inpatient, region: Ahus}}
      to_site: Akershus universitetssykehus
      coverage: {{2026: 75 %, 2028: 90 %}}
"""


@pytest.mark.slow
def test_what_is_short_of_staff_is_need_less_supply() -> None:
    gap, need, supply = (
        explained(result, of=("nurse",)) for result in ("staff_gap", "staff", "staff_supply")
    )
    np.testing.assert_allclose(gap.values, need.values - supply.values, rtol=1e-9)
    assert [one.kind for one in supply.factors if one.kind not in ("size", "ageing", "change")] == [
        "supply"
    ]
    own = effects_of(gap)
    for factor, effect in effects_of(need).items():
        np.testing.assert_allclose(own[factor], effect, atol=1e-9)
    np.testing.assert_allclose(own["supply "], supply.values[0] - supply.values, atol=1e-9)


@pytest.mark.slow
def test_results_of_sites_money_and_priority_groups_are_explained() -> None:
    """Those that the scenario in which everything moves has none of, against the run."""
    scenario = written(AHUS)
    people = project_people(scenario)
    tree = project_care(scenario, people)
    contacts, own = tree["activity"]["contacts"].sum("diagnosis"), tree["sites"]["own_coverage"]
    inpatient = {"setting": "inpatient"}
    weighted = (own * contacts).sel(inpatient).sum("region") / contacts.sel(inpatient).sum("region")
    site = "Akershus universitetssykehus"
    frail = tree["priority/contacts"].sel(group="frail_elderly").sum(("region", "setting"))
    expected = {
        ("own_coverage", "inpatient"): weighted,
        ("site_contacts", site): tree["sites"]["contacts"].sel(site=site).sum(CARE),
        ("drg_points", "inpatient"): tree["money/drg_points"].sel(inpatient).sum("region"),
        ("contacts", "frail_elderly"): frail,
        ("competence", "geriatrics"): tree["workforce/competence_need"]
        .sel(competence="geriatrics")
        .sum("region"),
    }
    for (result, part), values in expected.items():
        found = explain(scenario, people, question_of(scenario, people, result, of=[part]))
        np.testing.assert_allclose(found.values, values, rtol=1e-12)
        change = found.values - found.values[0]
        np.testing.assert_allclose(found.effects.sum(axis=0), change, atol=1e-9 * values.max())
        home = effects_of(found)["change Home"][-1]
        assert home > 0 if result in ("own_coverage", "site_contacts") else abs(home) < 1e-6


def test_a_result_that_does_not_add_up_is_asked_of_one_part() -> None:
    scenario, people = moving()
    with pytest.raises(UsageError) as caught:
        question_of(scenario, people, "refusal", regions=["Gol"])
    assert [str(problem) for problem in caught.value.problems] == [
        "--of: refusal is of one site, which is not named (expected site)",
        "--of: refusal is of one resource, which is not named (expected resource)",
        "--region: refusal is of sites, not of regions (found Gol; expected --of)",
    ]
    with pytest.raises(UsageError, match="two parts of one axis: setting"):
        question_of(scenario, people, "contacts", of=["day", "hotel"])
    with pytest.raises(UsageError, match="peak does not add up over regions"):
        explain(scenario, people, question_of(scenario, people, "peak", of=["somatic", "p90"]))
    with pytest.raises(UsageError, match="the run has no figures of this"):
        explain(scenario, people, question_of(scenario, people, "own_coverage"))


@pytest.mark.slow
def test_regions_add_up() -> None:
    regions = [("Flå", "Nesbyen", "Gol", "Hemsedal"), ("Ål", "3330")]
    whole = effects_of(explained("bed_days"))
    parts = [effects_of(explained("bed_days", regions=names)) for names in regions]
    for factor, effect in whole.items():
        summed = sum(part.get(factor, 0.0) for part in parts)
        np.testing.assert_allclose(summed, effect, atol=1e-9 * 1e5)


@pytest.mark.slow
@settings(max_examples=3)
@given(st.permutations(range(6)), st.permutations(range(16)), st.sampled_from(["bed_days", "beds"]))
def test_the_order_of_regions_and_diagnoses_makes_no_difference(
    regions: list[int], diagnoses: list[int], result: str
) -> None:
    scenario, people = moving()
    tables = dict(people.inputs.tables)
    tables["diagnoses"] = tables["diagnoses"].iloc[diagnoses]
    other = replace(
        people,
        population=people.population.isel(region=regions),
        inputs=replace(people.inputs, tables=tables),
    )
    found = explain(scenario, other, question_of(scenario, other, result))
    expected = explained(result)
    assert found.factors == expected.factors
    for name in ("effects", "alone", "values"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(expected, name), atol=1e-9 * expected.values.max()
        )


def copd_avoided_twice() -> str:
    avoided = "avoid: {diagnosis: copd, setting: inpatient}, share: {2026: 0, 2030: 40 %}"
    return f"""
scenario: The same twice
extends: {SCENARIOS}/hallingdal.yaml
years: {{base: 2026, end: 2030}}
activity: {{changes: [{{name: One, {avoided}}}, {{name: Other, {avoided}}}]}}
"""


@pytest.mark.slow
def test_changes_that_are_the_same_have_the_same_effect_free_of_order() -> None:
    scenario = written(copd_avoided_twice())
    people = project_people(scenario)
    question = question_of(scenario, people, "bed_days", of=["inpatient"])
    in_order = effects_of(explain(scenario, people, question))
    free = effects_of(explain(scenario, people, question, free_of_order=True))
    one, other = in_order["change One"][-1], in_order["change Other"][-1]
    assert other == pytest.approx(0.6 * one)
    assert free["change One"] == pytest.approx(free["change Other"])
    assert free["change One"][-1] == pytest.approx((one + other) / 2)


@pytest.mark.slow
def test_a_scenario_without_changes_is_explained_by_its_people_and_growth() -> None:
    scenario = written(f"scenario: Own\nextends: {SCENARIOS}/hallingdal.yaml\n")
    people = project_people(scenario)
    found = explain(scenario, people, question_of(scenario, people, "beds"), free_of_order=True)
    assert {one.kind for one in found.factors} == {"size", "ageing", "growth"}


def test_too_many_changes_have_too_many_subsets() -> None:
    changes = ", ".join(
        f"{{name: c{i}, shorten: {{setting: inpatient}}, share: {{2026: 0, 2030: 1 %}}}}"
        for i in range(11)
    )
    scenario = written(
        f"scenario: Own\nextends: {SCENARIOS}/hallingdal.yaml\nactivity: {{changes: [{changes}]}}\n"
    )
    people = project_people(scenario)
    with pytest.raises(UsageError, match="11 changes; expected at most 10"):
        explain(scenario, people, question_of(scenario, people, "beds"), free_of_order=True)


@pytest.mark.slow
def test_own_coverage_is_explained_to_the_last_digit_or_refused() -> None:
    """Shifted to municipal care, patients are not in hospital, so no other setting is known of."""
    scenario = load_scenario(SCENARIOS / "ahus-future.yaml")
    people = project_people(scenario)
    found = explain(scenario, people, question_of(scenario, people, "own_coverage"))
    np.testing.assert_allclose(found.effects.sum(axis=0), found.values - found.values[0], atol=1e-9)
    own = written(
        f"""scenario: Own
extends: {SCENARIOS}/ahus.yaml
activity:
  changes:
    - name: Some are in a nursing home of the hospital
      redirect: {{setting: nursing_home}}
      to_site: Akershus universitetssykehus
      share: {{2026: 0, 2030: 10 %}}
"""
    )
    with pytest.raises(UsageError, match="only the changes tell where people are treated"):
        explain(own, people, question_of(own, people, "own_coverage"))


def test_every_name_that_is_unknown_is_told_with_the_nearest() -> None:
    scenario, people = moving()
    with pytest.raises(UsageError) as error:
        question_of(scenario, people, "beds", of=["somatc"], regions=["Gool"])
    assert [problem.nearest for problem in error.value.problems] == ["somatic", "Gol"]
    with pytest.raises(UsageError, match="Did you mean 'beds'"):
        question_of(scenario, people, "bed")
    with pytest.raises(UsageError, match=r"no region of the run has this name \(found Asker"):
        question_of(scenario, people, "beds", regions=["Asker"])


def test_a_resource_may_be_called_by_its_name() -> None:
    scenario, people = moving()
    assert question_of(scenario, people, "staff", of=["Sykepleier"]).of == (
        ("profession", "nurse"),
    )
    assert question_of(scenario, people, "beds", of=["Somatic beds"]).of == (
        ("resource", "somatic"),
    )
