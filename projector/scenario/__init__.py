"""The scenario language: what a planner writes, read into frozen models.

`load_scenario` reads a file and its parents and reports all problems at once,
`check_names` holds its names against those of the inputs, and
`scenario_schema` describes the language to editors.
"""

from projector.scenario.assumptions import Assumption, uncertain_assumptions, with_paths
from projector.scenario.correlations import Correlated, correlated
from projector.scenario.distributions import Distribution
from projector.scenario.loading import Family, check_names, has_sweep, load_family, load_scenario
from projector.scenario.models import (
    AreaCriteria,
    Catchment,
    Change,
    Duty,
    Growth,
    Inputs,
    Pool,
    Scenario,
    Selection,
    SiteCapacity,
    StepChange,
)
from projector.scenario.names import VOCABULARY
from projector.scenario.parsing import Ages
from projector.scenario.schema import scenario_schema
from projector.scenario.values import Path

__all__ = [
    "VOCABULARY",
    "Ages",
    "AreaCriteria",
    "Assumption",
    "Catchment",
    "Change",
    "Correlated",
    "Distribution",
    "Duty",
    "Family",
    "Growth",
    "Inputs",
    "Path",
    "Pool",
    "Scenario",
    "Selection",
    "SiteCapacity",
    "StepChange",
    "check_names",
    "correlated",
    "has_sweep",
    "load_family",
    "load_scenario",
    "scenario_schema",
    "uncertain_assumptions",
    "with_paths",
]
