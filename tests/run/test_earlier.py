"""Error models from earlier backtests: nothing after the base year, whatever is projected."""

import numpy as np
import pytest

from projector.inputs.input_set import load_inputs
from projector.population.backtest import AGE_GROUPS
from projector.run.earlier import error_models
from projector.scenario import load_scenario
from tests.embedded import CASE_AREAS, SCENARIOS
from tests.run.test_known import BASE, spoilt


@pytest.mark.slow
def test_what_came_after_the_base_year_does_not_change_the_intervals() -> None:
    inputs, scenario = load_inputs(CASE_AREAS, {}), load_scenario(SCENARIOS / "ahus.yaml")
    notes: list[str] = []
    honest = error_models(scenario, inputs, BASE, ["3222"], notes)
    blind = error_models(scenario, spoilt(inputs, BASE), BASE, ["3205", "3222"], [])
    seeing = error_models(scenario, spoilt(inputs, BASE - 1), BASE, ["3222"], [])
    assert list(honest) == list(AGE_GROUPS)
    for group, model in honest.items():
        for name, variance in vars(model).items():
            np.testing.assert_array_equal(variance, getattr(blind[group], name))
        assert (seeing[group].shared != model.shared).any()
        assert model.horizons.tolist() == list(range(1, 8))
    assert "7 earlier backtests, base 2011-2017" in notes[0]
