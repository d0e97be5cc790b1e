"""Capacity: the beds, places and rooms that the activity takes."""

from projector.capacity.stage import capacity_stage, resources_of_run

__all__ = ["capacity_stage", "resources_of_run"]
