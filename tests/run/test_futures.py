"""Many draws at once against the run of each of them, and their summaries."""

import os
import signal
from functools import cache

import numpy as np
import pytest
import xarray as xr

from projector.errors import ConsistencyError
from projector.run import draws as draws_room
from projector.run.draws import Blocks, blocks_of, summarised
from projector.run.futures import Futures, futures_of
from projector.run.measures import WHOLE, figures_of
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
    return futures_of(scenario, people, project_care(scenario, people)["activity"].to_dataset())


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


def test_summaries_are_those_of_all_draws_and_regions_do_not_add_up() -> None:
    own = futures(population="stochastic", small_numbers="expected")
    found = summarised(own, 6)
    beds = found["beds"].sel(resource="somatic")
    need = own.block(0, 6)["capacity/beds"]["need"].sel(resource="somatic")
    np.testing.assert_allclose(
        beds["quantile_value"].sel(quantile=0.1).isel(region=slice(0, -1)),
        need.quantile(0.1, "draw"),
    )
    whole = need.sum("region")
    np.testing.assert_allclose(beds["mean"].sel(region=WHOLE), whole.mean("draw"))
    np.testing.assert_allclose(beds["deviation"].sel(region=WHOLE), whole.std("draw", ddof=1))
    parts = beds["quantile_value"].sel(quantile=0.9).isel(year=-1)
    assert float(parts.sel(region=WHOLE)) < float(parts.isel(region=slice(0, -1)).sum())
    assert found["beds_gap"]["above"].max() == 1


def test_the_bits_are_the_same_for_any_number_of_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draws_room, "_MOST_IN_BLOCK", 2)
    own = futures()
    one, two = (summarised(own, 6, workers=workers) for workers in (1, 2))
    for name, dataset in one.items():
        xr.testing.assert_identical(dataset, two[name])


def test_a_worker_that_is_killed_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draws_room, "_MOST_IN_BLOCK", 2)
    own, parent = futures(), os.getpid()
    expected = summarised(own, 6)["beds"]
    ordinary = draws_room.figures_of_block

    def deadly(futures: Futures, first: int, last: int) -> draws_room.Figures:
        if os.getpid() != parent and first == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return ordinary(futures, first, last)

    monkeypatch.setattr(draws_room, "figures_of_block", deadly)
    xr.testing.assert_identical(summarised(own, 6, workers=2)["beds"], expected)


def test_blocks_are_all_draws_once() -> None:
    blocks = Blocks(10, 4)
    assert [blocks[i] for i in range(len(blocks))] == [(0, 4), (4, 8), (8, 10)]
    assert blocks_of(1000, 357, 15).size == 1
    with pytest.raises(IndexError):
        blocks[3]


def test_healthy_ageing_that_is_uncertain_is_refused() -> None:
    scenario = written(
        f"scenario: Own\nextends: {SCENARIOS}/hallingdal.yaml\n"
        "activity: {healthy_ageing: {share: {uniform: [0 %, 50 %]}}}\n"
        "uncertainty: {draws: 2}\n"
    )
    with pytest.raises(ConsistencyError, match="activity/healthy_ageing/share cannot be drawn"):
        of(scenario)
