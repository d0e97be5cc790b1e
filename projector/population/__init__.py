"""Population: the cohort-component core, its schedules and their calibration."""

from projector.population.core import MigrationTiming, Projection, project
from projector.population.stage import population_stage, stationary_tail

__all__ = ["MigrationTiming", "Projection", "population_stage", "project", "stationary_tail"]
