"""Workforce: the staff that activity and capacity take."""

from projector.workforce.need import professions_of
from projector.workforce.stage import workforce_stage

__all__ = ["professions_of", "workforce_stage"]
