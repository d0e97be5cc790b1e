"""Workforce: the staff that activity and capacity take."""

from projector.workforce.stage import workforce_stage

__all__ = ["workforce_stage"]
