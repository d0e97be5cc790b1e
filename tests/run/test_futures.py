"""Many draws at once against the run of each of them."""

from functools import cache

import numpy as np
import pytest

from projector.errors import ConsistencyError
from projector.run import futures as futures_room
from projector.run.futures import Futures, futures_of
from projector.run.measures import figures_of
from projector.run.pipeline import project_care, project_people
from projector.scenario import Scenario
from projector.uncertainty.draws import pinned
from tests.embedded import SCENARIOS
from tests.run.moving import written

UNCERTAIN = f"""
scenario: Much is uncertain
extends: {SCENARIOS}/hallingdal-copd.yaml
years: {{base: 2026, end: 2029}}
population:
  visitors: {{Hallingdal: {{2026: {{uniform: [15000, 25000]}}, annual: {{uniform: [0, 4 %]}}}}}}
activity:
  growth:
    copd: {{annual: {{triangular: [0 %, 2 %, 3 %]}}, sex: female}}
    heart: {{annual: {{uniform: [1 %, 3 %]}}, ages: {{80+: 1 %}}, region: Hol, limit: 2}}
  changes:
    - name: Days
      shorten: {{setting: inpatient, ages: 75+}}
      share: {{2026: 0, 2028: {{triangular: [5 %, 10 %, 15 %]}}}}
    - name: A number
      avoid: {{setting: inpatient, diagnosis: infection}}
      contacts: {{2026: 0, 2028: {{uniform: [5, 20]}}}}
capacity:
  occupancy: {{inpatient: {{2026: 85 %, 2028: {{uniform: [85 %, 95 %]}}}}}}
  overflow: {{municipal_acute: 5 %}}
workforce:
  duty: {{nurse: {{inpatient: {{per: bed, FTE: {{2026: 1.3, 2028: {{uniform: [1.3, 1.7]}}}}}}}}}}
uncertainty: {{draws: 6, seed: 3}}
"""


@cache
def futures(**asked: str) -> Futures:
    scenario = written(UNCERTAIN)
    if asked:
        own = scenario.uncertainty.model_copy(update=asked)
        scenario = scenario.model_copy(update={"uncertainty": own})
    return of(scenario)


def of(scenario: Scenario) -> Futures:
    people = project_people(scenario)
    return futures_of(scenario, people, project_care(scenario, people))


def test_every_draw_of_a_block_is_the_run_with_its_numbers() -> None:
    block = futures().block(1, 4)
    for draw in (1, 3):
        certain = pinned(futures().scenario, draw)
        tree = project_care(certain, project_people(certain))
        for group, dataset in block.items():
            for name, array in dataset.data_vars.items():
                found, expected = array.isel(draw=draw - 1), tree[group][name]
                # Days that few exceed are found between two bounds, to seven digits.
                precision = 1e-5 if "peak" in str(name) else 1e-9
                np.testing.assert_allclose(
                    found.transpose(*expected.dims), expected, rtol=precision, atol=1e-9,
                    err_msg=f"{group}/{name}",
                )  # fmt: skip
    assert set(block) >= {"activity", "priority", "money", "capacity/beds", "workforce/supply"}


def test_a_block_of_another_size_gives_the_same_draws() -> None:
    own = futures(population="stochastic")
    whole, part = own.block(0, 5), own.block(2, 4)
    assert float(whole["population"]["population"].std("draw").max()) > 1
    for (measure, one), (_, other) in zip(figures_of(whole), figures_of(part), strict=True):
        np.testing.assert_allclose(
            one.isel(draw=[2, 3]), other, rtol=1e-12, atol=1e-12, err_msg=measure.name
        )


def test_healthy_ageing_that_is_uncertain_is_refused() -> None:
    scenario = written(
        f"scenario: Own\nextends: {SCENARIOS}/hallingdal.yaml\n"
        "activity: {healthy_ageing: {share: {uniform: [0 %, 50 %]}}}\n"
        "uncertainty: {draws: 2}\n"
    )
    with pytest.raises(ConsistencyError, match="activity/healthy_ageing/share cannot be drawn"):
        of(scenario)


def test_supply_that_no_draw_changes_is_made_once_and_is_that_of_every_draw(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenario = written(
        f"scenario: Own\nextends: {SCENARIOS}/hallingdal-copd.yaml\n"
        "years: {base: 2026, end: 2031}\nuncertainty: {draws: 2}\n"
    )
    own = of(scenario)
    monkeypatch.setattr(futures_room, "supply_stage", None)  # not to be called again
    found = own.block(0, 2)["workforce/supply"]
    certain = pinned(scenario, 1)
    expected = project_care(certain, project_people(certain))["workforce/supply"]
    for name in ("supply", "gap", "competence_gap"):
        np.testing.assert_allclose(
            found[name].isel(draw=1).transpose(*expected[name].dims),
            expected[name], rtol=1e-9, atol=1e-9,
        )  # fmt: skip
    assert float(abs(found["gap"].diff("draw")).max()) > 1e-6
