"""Workforce: the staff that activity and capacity take, and the staff that there will be."""

from projector.workforce.need import professions_of
from projector.workforce.stage import workforce_stage
from projector.workforce.supply import supply_stage

__all__ = ["professions_of", "supply_stage", "workforce_stage"]
