"""Activity: what people need, by diagnosis and level of care."""

from projector.activity.money import money_dataset
from projector.activity.stage import activity_stage

__all__ = ["activity_stage", "money_dataset"]
