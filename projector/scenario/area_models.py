"""What a scenario may say of hospital areas: ways to draw them, and what they are held against.

`projector.scenario.models` holds the other sections, and gives these names too.
"""

from typing import ClassVar

from pydantic import Field

from projector.scenario import fields, rules
from projector.scenario.fields import UNIT
from projector.scenario.section import Rule, Section

__all__ = ["AreaCriteria", "Catchment"]


class Catchment(Section):
    """One way to divide regions among hospital areas, compared with others."""

    name: fields.Text
    """what it is called in the comparison"""
    areas: dict[fields.Text, fields.Names]
    """regions or areas of each hospital area; a region belongs to one at most"""
    psychiatry: dict[fields.Text, fields.Names] | None = None
    """the same for psychiatry and addiction, where they do not follow `areas`"""
    present: fields.Truth = False
    """whether it is how the map is drawn today, which the others are compared with"""
    source: fields.Source | None = None

    rule: ClassVar[Rule] = staticmethod(rules.catchment_rule)


class AreaCriteria(Section):
    """What `projector areas` holds a hospital area against, besides its borders and travel."""

    fewest_people: fields.Amount | None = Field(default=None, json_schema_extra={UNIT: "persons"})
    """people that an area should have at least; without it, an area may be as small as it is"""
    most_people: fields.Amount | None = Field(default=None, json_schema_extra={UNIT: "persons"})
    """people that an area should have at most"""
    source: fields.Source | None = None

    rule: ClassVar[Rule] = staticmethod(rules.area_criteria_rule)
