"""What a result changes by, and because of what."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.errors import UsageError
from projector.run.explain import RESULTS, Explanation, explain, question_of
from projector.run.pipeline import project_people
from projector.scenario import load_scenario
from tests.embedded import SCENARIOS, result_of
from tests.run.moving import moving, written


@cache
def explained(
    result: str, *, free: bool = False, of: str | None = None, regions: tuple[str, ...] = ()
) -> Explanation:
    scenario, people = moving()
    question = question_of(people, result, of=of, regions=regions)
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
        result if result in ("bed_days", "cost") else pytest.param(result, marks=pytest.mark.slow)
        for result in RESULTS
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
    found = explain(scenario, people, question_of(people, "beds", of="somatic"))
    need = result_of("hallingdal-copd")["capacity/beds"]["need"].sel(resource="somatic")
    np.testing.assert_allclose(found.values, need.sum("region").values, rtol=1e-12)
    change = float(found.values[-1] - found.values[0])
    assert float(found.effects[:, -1].sum()) == pytest.approx(change, rel=1e-9)
    effects = effects_of(found)
    assert effects["ageing "][-1] > effects["size "][-1] > 0
    assert effects["change Discharge planned at admission"][-1] < 0


@pytest.mark.slow
def test_norms_have_an_effect_only_where_they_matter() -> None:
    kinds = {result: {one.kind for one in explained(result).factors} for result in RESULTS}
    assert {result for result in RESULTS if "capacity" in kinds[result]} == {
        "beds", "places", "rooms", "staff",
    }  # fmt: skip
    assert {result for result in RESULTS if "staffing" in kinds[result]} == {"staff"}


@pytest.mark.slow
def test_a_diagnosis_that_the_result_knows_nothing_of_is_left_out() -> None:
    growing = [one.name for one in explained("beds", of="mental_health").factors if one.name]
    assert "copd" not in growing


def test_regions_add_up() -> None:
    regions = [("Flå", "Nesbyen", "Gol", "Hemsedal"), ("Ål", "3330")]
    whole = effects_of(explained("bed_days"))
    parts = [effects_of(explained("bed_days", regions=names)) for names in regions]
    for factor, effect in whole.items():
        summed = sum(part.get(factor, 0.0) for part in parts)
        np.testing.assert_allclose(summed, effect, atol=1e-9 * 1e5)


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
    found = explain(scenario, other, question_of(other, result))
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


def test_changes_that_are_the_same_have_the_same_effect_free_of_order() -> None:
    scenario = written(copd_avoided_twice())
    people = project_people(scenario)
    question = question_of(people, "bed_days", of="inpatient")
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
    found = explain(scenario, people, question_of(people, "beds"), free_of_order=True)
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
        explain(scenario, people, question_of(people, "beds"), free_of_order=True)


def test_every_name_that_is_unknown_is_told_with_the_nearest() -> None:
    _, people = moving()
    with pytest.raises(UsageError) as error:
        question_of(people, "beds", of="somatc", regions=["Gool"])
    assert [problem.nearest for problem in error.value.problems] == ["somatic", "Gol"]
    with pytest.raises(UsageError, match="Did you mean 'beds'"):
        question_of(people, "bed")
    with pytest.raises(UsageError, match=r"no region of the run has this name \(found Asker"):
        question_of(people, "beds", regions=["Asker"])


def test_a_resource_may_be_called_by_its_name() -> None:
    _, people = moving()
    assert question_of(people, "staff", of="Sykepleier").of == "nurse"
    assert question_of(people, "beds", of="Somatic beds").of == "somatic"
