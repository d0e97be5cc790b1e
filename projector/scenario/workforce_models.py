"""What a scenario may say of the staff that services take: duty, levers and limits.

`projector.scenario.models` holds section `workforce` itself, and gives these names too.
"""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from projector.scenario import fields, workforce_rules
from projector.scenario.fields import UNIT
from projector.scenario.section import Rule, Section, as_list
from projector.scenario.values import Path

__all__ = ["Duty", "FamilyCare", "Levers", "Limits", "RateLever", "TaskShift"]

_AS_MANY = Path(((None, 1.0),))


class Duty(Section):
    """Staff of one profession per unit of a driver."""

    per: fields.Driver
    """what the staff are counted per"""
    fte: fields.AmountPath = Field(
        alias="FTE", json_schema_extra={UNIT: "FTE per unit of the driver"}
    )
    """full-time equivalents per unit"""
    kind: fields.DiagnosisKind | None = None
    """only this kind of diagnosis"""
    source: fields.Source | None = None


class RateLever(Section):
    """Staff for the same services grow or shrink by a rate a year."""

    annual: fields.Rate
    """rate a year from the base year on; may differ between years"""
    profession: fields.Names | None = None
    """only of these professions"""
    setting: fields.Settings | None = None
    """only in these settings"""
    source: fields.Source | None = None


class FamilyCare(Section):
    """Relatives do a part of what staff do today."""

    share: fields.FamilyShare
    """part of the need that relatives take over; below 0 where they do less than today"""
    profession: fields.Names | None = None
    """only of these professions"""
    setting: fields.Settings = ("home_care", "nursing_home", "care_home")
    """only in these settings"""
    source: fields.Source | None = None


class TaskShift(Section):
    """Staff of one profession do what those of another did."""

    name: fields.Text | None = None
    """what it is called in results and messages"""
    giver: fields.Text = Field(alias="from")
    """the profession that has less to do"""
    to: fields.Text
    """the profession that takes over"""
    share: fields.Share
    """part of the staff of the first"""
    exchange: fields.AmountPath = Field(
        default_factory=lambda: _AS_MANY,
        json_schema_extra={"default": 1.0, UNIT: "FTE per FTE"},
    )
    """full-time equivalents of the second for each of the first"""
    setting: fields.Settings | None = None
    """only in these settings"""
    source: fields.Source | None = None

    rule: ClassVar[Rule] = staticmethod(workforce_rules.task_shift_rule)


class Levers(Section):
    """What changes the staff that the same services take; a single one needs no list."""

    standard_growth: Annotated[
        tuple[RateLever, ...],
        BeforeValidator(as_list, json_schema_input_type=RateLever | tuple[RateLever, ...]),
    ] = ()
    """more staff for each user, by a rate a year"""
    productivity: Annotated[
        tuple[RateLever, ...],
        BeforeValidator(as_list, json_schema_input_type=RateLever | tuple[RateLever, ...]),
    ] = ()
    """fewer staff for the same, by a rate a year"""
    family_care: Annotated[
        tuple[FamilyCare, ...],
        BeforeValidator(as_list, json_schema_input_type=FamilyCare | tuple[FamilyCare, ...]),
    ] = ()
    """relatives do more or less"""
    task_shift: Annotated[
        tuple[TaskShift, ...],
        BeforeValidator(as_list, json_schema_input_type=TaskShift | tuple[TaskShift, ...]),
    ] = ()
    """from one profession to another, in this order"""

    rule: ClassVar[Rule] = staticmethod(workforce_rules.levers_rule)


class Limits(Section):
    """What a planner holds the need against."""

    working_age_share: fields.Share | None = None
    """highest share of the people of 20 to 66 that the need for staff may take"""
