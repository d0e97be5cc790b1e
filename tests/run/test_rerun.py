"""Rerun: keeping what did not change never changes a bit."""

import time

import pytest

from projector.errors import ProjectorError
from projector.inputs import composite_link
from projector.population import calibrate
from projector.run import run
from projector.run.rerun import Rerun
from projector.scenario import load_scenario
from projector.scenario.loading import load_over
from tests.embedded import SCENARIOS

PARENT = SCENARIOS / "hallingdal-copd.yaml"
SHORT = "years: {base: 2026, end: 2029}\nuncertainty: {population: written}\n"
CHANGES = "{changes: [{name: Discharge planned at admission, share: 8 %}]}"
STEPS = {
    "care and beds": f"activity: {CHANGES}\ncapacity: {{overflow: {{municipal_acute: 9 %}}}}",
    "use": (
        "activity: {healthy_ageing: {share: 40 %}, growth: {copd: {annual: 1 %}}}\n"
        "capacity: {occupancy: {somatic: 80 %}}"
    ),
    "staff": "workforce: {supply: {retirement: {nurse: 1}}, levers: {productivity: {annual: 1 %}}}",
    "people": "population: {variant: HHMH, visitors: {Gol: 3000}}",
}


def written(text):
    content = f"scenario: Own\nextends: {PARENT.name}\n{SHORT}{text}\n"
    return load_over(load_scenario(PARENT), content, SCENARIOS / "own.yaml")


@pytest.fixture(scope="module")
def rerun():
    """One after another, so that each finds what the ones before have kept."""
    rerun = Rerun()
    rerun.run(written(""))
    return rerun


@pytest.mark.parametrize("step", STEPS)
def test_bits_are_those_of_a_run(rerun, step):
    scenario = written(STEPS[step])
    results, tree = rerun.run(scenario), run(scenario)
    assert set(results.groups) <= {path.strip("/") for path in tree.groups}
    for name, dataset in results.groups.items():
        own = tree[name].to_dataset()
        for variable in own.data_vars:
            assert dataset[variable].dims == own[variable].dims
            assert dataset[variable].values.tobytes() == own[variable].values.tobytes(), variable
            assert dataset[variable].attrs == own[variable].attrs


def test_a_fault_leaves_what_was_kept(rerun):
    before = rerun.run(written(""))
    impossible = "workforce: {supply: {retention: {physiotherapist: 100 %}}}"
    with pytest.raises(ProjectorError, match="physiotherapist"):
        rerun.run(written(impossible))
    assert rerun.run(written("")).groups["workforce"] is before.groups["workforce"]
    assert rerun.walked == []


def test_a_change_takes_a_small_part_of_a_run(rerun):
    """Processor time of one process: the clock of a shared machine says little."""

    def taken(scenario, how):
        began = time.process_time()
        how(scenario)
        return time.process_time() - began

    named = "name: Discharge planned at admission"
    share = f"activity: {{changes: [{{{named}, share: {{2026: 0, 2029: %d %%}}}}]}}"
    composite_link.LATELY.forget()
    calibrate.LATELY.forget()
    whole = taken(written(share % 20), run)
    again = min(taken(written(share % (21 + i)), rerun.run) for i in range(3))
    assert rerun.walked == ["care", "capacity", "staff"]
    assert again < whole / 4

    # People are projected anew, but nothing is estimated from the age tables again.
    lives = "population: {life_expectancy: {female: {2026: 85.1, 2029: 85.%d}}}"
    again = min(taken(written(lives % (3 + i)), rerun.run) for i in range(3))
    assert rerun.walked[:2] == ["people", "demand"]
    assert again < whole / 3
