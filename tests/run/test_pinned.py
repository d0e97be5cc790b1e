"""A scenario pinned to shares of its distributions runs as one in which the numbers are written."""

import numpy as np
import xarray as xr

from projector.run import run
from projector.scenario import load_scenario, uncertain_assumptions
from projector.uncertainty.draws import Draws
from tests.embedded import SCENARIOS, result_of, result_with

PARENT = "hallingdal-copd"


def pinned_at(share, *, only=""):
    """All at their medians but those whose name holds a text."""
    scenario = load_scenario(SCENARIOS / f"{PARENT}.yaml")
    assumptions = uncertain_assumptions(scenario)
    shares = np.array([[share if only in str(one) else 0.5] for one in assumptions])
    return Draws(scenario, assumptions, shares).pinned(0)


def groups_of(result):
    return {node.path: node.to_dataset() for node in result.subtree}


def test_at_its_medians_a_scenario_has_the_results_that_it_has_without_draws():
    expected, found = groups_of(result_of(PARENT)), groups_of(run(pinned_at(0.5)))
    assert found.keys() == expected.keys()
    for path, dataset in found.items():
        xr.testing.assert_equal(dataset.drop_attrs(), expected[path].drop_attrs())


def test_a_pinned_scenario_has_the_results_of_one_in_which_the_number_is_written(tmp_path):
    pinned = pinned_at(0.9, only="COPD")
    ((_, share),) = pinned.activity.changes[0].share.points[1:]
    change = f"{{name: Ambulatory follow-up of COPD, share: {{2026: 0, 2030: {share!r}}}}}"
    written = groups_of(result_with(tmp_path, PARENT, activity=f"{{changes: [{change}]}}"))
    for path, dataset in groups_of(run(pinned)).items():
        xr.testing.assert_equal(dataset.drop_attrs(), written[path].drop_attrs())
    assert 0.55 < share < 0.7
