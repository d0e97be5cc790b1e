"""What a result depends on, against runs whose answer is known."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from projector.errors import UsageError
from projector.run.draws import summarised, work_of
from projector.run.futures import futures_of
from projector.run.pipeline import People, project_care, project_people
from projector.run.questions import Question, question_of
from projector.run.sensitivity import Sensitivity, main_figures, sensitivity
from projector.scenario import Scenario
from tests.embedded import SCENARIOS
from tests.run.moving import written

TWO = f"""
scenario: Two things are uncertain
extends: {SCENARIOS}/reference.yaml
regions: [Hallingdal]
years: {{base: 2026, end: 2028}}
activity: {{growth: {{heart: {{annual: {{uniform: [-2 %, 0 %]}}}}}}}}
capacity: {{occupancy: {{inpatient: {{2026: 85 %, 2027: {{uniform: [80 %, 90 %]}}}}}}}}
uncertainty: {{population: written}}
"""
CERTAIN = f"""
scenario: Nothing is uncertain
extends: {SCENARIOS}/reference.yaml
regions: [Hallingdal]
years: {{base: 2026, end: 2028}}
uncertainty: {{population: written}}
"""
HEART, OCCUPANCY = "activity/growth/heart/all/annual", "capacity/occupancy/inpatient"


@cache
def asked(*parts: str, result: str = "beds", text: str = TWO) -> tuple[Scenario, People, Question]:
    scenario = written(text)
    people = project_people(scenario)
    return scenario, people, question_of(scenario, people, result, of=parts)


@cache
def told(*parts: str, text: str = TWO, designed: bool = False, draws: int = 256) -> Sensitivity:
    return sensitivity(*asked(*parts, text=text), draws=draws, designed=designed)


def test_the_middle_is_the_run_and_the_ends_are_runs_with_these_numbers() -> None:
    found = told("somatic")
    scenario, people, _ = asked("somatic")
    need = project_care(scenario, people)["capacity/beds"]["need"].sel(resource="somatic")
    np.testing.assert_allclose(found.middle, need.sum("region"), rtol=1e-12)
    at_ends = TWO.replace("{uniform: [80 %, 90 %]}", "81 %")
    scenario, people, _ = asked("somatic", text=at_ends)
    need = project_care(scenario, people)["capacity/beds"]["need"].sel(resource="somatic")
    position = [one.names for one in found.factors].index((OCCUPANCY,))
    np.testing.assert_allclose(found.low[position], need.sum("region"), rtol=1e-9)
    assert (found.high[position, 1:] < found.middle[1:]).all()


def test_indices_of_a_result_that_is_nearly_a_sum_add_up_to_one() -> None:
    found = told("somatic", designed=True, draws=128)
    assert [one.names for one in found.factors] == [(HEART,), (OCCUPANCY,)]
    assert np.isnan(found.first.value[:, 0]).all()  # nothing is uncertain in the base year
    # The variance of a uniform distribution is in proportion to its squared swing.
    swing = (found.high - found.low)[:, -1] ** 2
    expected = swing / swing.sum()
    assert found.first.value[:, -1] == pytest.approx(expected, abs=0.1)
    assert found.indices is not None
    assert found.indices.first.value[:, -1] == pytest.approx(expected, abs=0.15)
    assert found.indices.total.value[:, -1] == pytest.approx(expected, abs=0.15)


def test_what_nothing_depends_on_has_no_part() -> None:
    found = told("mental_health")
    assert found.first.value[:, -1] == pytest.approx([0, 1], abs=0.1)
    assert (found.high == found.low)[0].all()


@pytest.mark.slow
def test_chance_is_told_apart_by_leaving_it_out() -> None:
    text = TWO.replace("written", "stochastic")
    found = told("somatic", text=text, draws=128)
    assert [one.kind for one in found.factors[2:]] == ["paths", "chance", "contacts"]
    parts = found.first.value[:, -1]
    assert parts.sum() == pytest.approx(1, abs=0.15)
    # The deviation of some 3 800 stays by chance is their root, and beds are as many times it.
    stays = 3750.0
    likely = found.middle[-1] / np.sqrt(stays)
    assert np.sqrt(parts[4]) * found.deviation[-1] == pytest.approx(likely, rel=0.25)
    assert found.high[4, -1] - found.low[4, -1] == pytest.approx(2.56 * likely, rel=0.3)


@pytest.mark.slow
def test_correlated_assumptions_have_their_indices_together() -> None:
    correlated = TWO.replace(
        "written", "stochastic, correlations: [{between: [heart, inpatient], rank: 0.8}]"
    )
    found = told("somatic", text=correlated, designed=True, draws=64)
    assert [one.names for one in found.designed] == [(HEART, OCCUPANCY), ()]
    assert found.designed[-1].kind == "beside"
    assert [one.names for one in found.factors[:2]] == [(HEART,), (OCCUPANCY,)]
    # What is beside them is chance: all of its parts, which by design are one factor.
    assert found.indices is not None
    total, beside = found.indices.total, found.first.value[2:, -1].sum()
    assert total.value[:, -1].sum() == pytest.approx(1, abs=0.25)
    assert abs(total.value[1, -1] - beside) < 3 * total.error[1, -1]


@pytest.mark.slow
def test_any_number_of_workers_tells_the_same() -> None:
    one, two = (sensitivity(*asked("somatic"), draws=128, workers=workers) for workers in (1, 2))
    np.testing.assert_array_equal(one.first.value, two.first.value)
    np.testing.assert_array_equal(one.low, two.low)


@pytest.mark.slow
def test_the_main_figures_of_a_run_are_told_from_its_own_draws() -> None:
    scenario, people, _ = asked("somatic")
    futures = futures_of(scenario, people, project_care(scenario, people))
    found = main_figures(scenario, summarised(work_of(futures, 128)).headlines)
    assert set(found) == {"beds", "places", "rooms", "staff", "staff_gap"}
    beds = found["beds"].sel(resource="somatic", year=2028)
    assert list(beds["assumption"].values) == [HEART, OCCUPANCY]
    np.testing.assert_allclose(
        beds["first"], told("somatic", draws=128).first.value[:, -1], rtol=1e-9
    )
    assert float(beds["rest"]) == pytest.approx(0, abs=0.1)
    assert main_figures(scenario, summarised(work_of(futures, 8)).headlines) == {}


def test_what_cannot_be_told_is_refused_with_its_place() -> None:
    scenario, people, question = asked("somatic")
    with pytest.raises(UsageError, match="--draws: too few draws to tell"):
        sensitivity(scenario, people, question, draws=16)
    certain = asked("somatic", text=CERTAIN)
    with pytest.raises(UsageError, match="nothing in the scenario is uncertain"):
        sensitivity(*certain, draws=64)
    nowhere = replace(question, group="sites")
    with pytest.raises(UsageError, match="the run has no figures of this"):
        sensitivity(scenario, people, nowhere, draws=64)
