"""What a scenario may say of who will do the work, and of closing what is short.

`projector.scenario.models` holds the other sections, and gives these names too.
"""

from typing import ClassVar

from pydantic import Field

from projector.scenario import fields, supply_rules
from projector.scenario.fields import UNIT
from projector.scenario.section import Rule, Section

__all__ = ["Closing", "Education", "Specialising", "Supply"]


class Education(Section):
    """How many are trained in a profession."""

    places: fields.AmountPath | None = Field(
        default=None, json_schema_extra={UNIT: "beginners a year"}
    )
    """beginners a year in the nation"""
    change: fields.RelativeChange | None = None
    """beginners a year against those of the base year: 10 % is a tenth more, in place of places"""
    completion: fields.Share | None = None
    """share of the beginners of a year who will have an exam"""
    calibrate: fields.Calibrate | None = None
    """as `calibrate` of all professions, for this one"""
    source: fields.Source | None = None

    rule: ClassVar[Rule] = staticmethod(supply_rules.education_rule)


class Specialising(Section):
    """How many begin a further training."""

    change: fields.RelativeChange
    """beginners a year against those of the base year"""
    source: fields.Source | None = None


class Supply(Section):
    """Who will do the work."""

    calibrate: fields.Calibrate = "steady"
    """how many begin in the base year: as many as keep the stock as it is, or as counted"""
    education: dict[fields.Text, Education] = Field(default_factory=dict)
    """by profession"""
    abroad: dict[fields.Text, fields.AmountPath] = Field(
        default_factory=dict, json_schema_extra={UNIT: "heads a year"}
    )
    """heads a year recruited from abroad to the nation's health care, by profession"""
    retention: dict[fields.Text, fields.Share] = Field(default_factory=dict)
    """share of those who would leave who stay after all, by profession; 0 is as today"""
    retirement: dict[fields.Text, fields.YearsLater] = Field(default_factory=dict)
    """years that retirement comes later, by profession; earlier when negative"""
    full_time: dict[fields.Text, fields.PartOfFullTime] = Field(default_factory=dict)
    """FTE of a head on average, by profession"""
    specialisation: dict[fields.Text, Specialising] = Field(default_factory=dict)
    """by competence"""
    stock: dict[fields.Text, dict[fields.Text, fields.Amount]] = Field(
        default_factory=dict, json_schema_extra={UNIT: "FTE"}
    )
    """FTE that there are in the base year, by profession and region or area; in place of the need
    less the known shortage"""
    settle: dict[fields.Text, fields.Part] = Field(default_factory=dict)
    """share of the nation's newly trained and recruited who settle in a region or area; the others
    of the run have them by their stock"""
    moves: fields.StaffMoves = "population"
    """who moves between regions: as many as the people of working age, or nobody"""
    source: fields.Source | None = None

    rule: ClassVar[Rule] = staticmethod(supply_rules.supply_rule)


class Closing(Section):
    """What may be done to close a gap."""

    bounds: dict[fields.Lever, fields.Amount] = Field(
        default_factory=dict, json_schema_extra={UNIT: "share, or FTE per head"}
    )
    """as far as a lever goes: places by a share more, retention as the share of those who would
    leave, full_time as FTE of a head, task_shift as a share of the need"""
    source: fields.Source | None = None

    rule: ClassVar[Rule] = staticmethod(supply_rules.closing_rule)
