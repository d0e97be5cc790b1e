"""What a scenario may say of section `activity`: growth, healthy ageing and changes.

`projector.scenario.models` holds the other sections, and gives these names too.
"""

from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationInfo, field_validator

from projector.scenario import activity_rules, change_rules, fields
from projector.scenario.fields import UNIT
from projector.scenario.parsing import Ages
from projector.scenario.section import Rule, Section, as_list
from projector.scenario.values import Path
from projector.tables import VERBS

__all__ = [
    "Activity",
    "Added",
    "Change",
    "Growth",
    "HealthyAgeing",
    "Selection",
    "Step",
    "Window",
]

_ONE = Path(((None, 1.0),))
_FROM_55 = Ages(55, -1)
_FROM_80 = Ages(80, -1)
_AT_MOST_ALL = TypeAdapter[Path](fields.Share)
_IDLE_AT = {
    "share": 0.0,
    "contacts": 0.0,
    "nights": 0.0,
    "per_1000": 0.0,
    "portion": 0.0,
    "factor": 1.0,
}
"""Amounts of a change at which it changes nothing."""


class Growth(Section):
    """Yearly growth of the use of services for one diagnosis."""

    annual: fields.Rate | None = None
    """growth a year of all ages that `ages` does not name; may differ between years"""
    ages: dict[fields.AgeBand, fields.Rate] = Field(default_factory=dict)
    """growth a year by age; bands do not overlap"""
    setting: fields.Settings | None = None
    """only in these settings"""
    sex: fields.Sexes | None = None
    """only of this sex"""
    region: fields.Names | None = None
    """only of those who live in these regions or areas"""
    limit: fields.Limit | None = None
    """use bends off, and never passes this multiple of the use of the base year"""
    source: fields.Source | None = None

    rule: ClassVar[Rule] = staticmethod(activity_rules.growth_rule)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Its rates."""
        return (*([] if self.annual is None else [self.annual]), *self.ages.values())


class HealthyAgeing(Section):
    """The old use services as younger people do, as they come to live longer."""

    share: fields.Share
    """part of the gain in remaining years of life that comes as healthy years"""
    ages: fields.AgeBand = Field(
        default_factory=lambda: _FROM_55, json_schema_extra={"default": str(_FROM_55)}
    )
    """whose use moves up in age"""
    diagnosis: fields.Names | None = None
    """only of these diagnoses; without it of all"""
    setting: fields.Settings | None = None
    """only in these settings; without it in all"""
    source: fields.Source | None = None

    def concerns(self, diagnosis: str, setting: str) -> bool:
        """Whether the use of a diagnosis in a setting moves up in age."""
        return (self.diagnosis is None or diagnosis in self.diagnosis) and (
            self.setting is None or setting in self.setting
        )


class Selection(Section):
    """Which contacts a change concerns; a key left out means all."""

    diagnosis: fields.Names | None = None
    """diagnoses of the inputs"""
    setting: fields.Settings | None = None
    """levels of care"""
    ages: fields.AgeBands | None = None
    """ages of the patients"""
    sex: fields.Sexes | None = None
    """only of this sex"""
    region: fields.Names | None = None
    """where the people live (or stay, of visitors): regions or areas"""
    site: fields.Names | None = None
    """where they are treated"""
    urgency: fields.Urgency | None = None
    """only what was planned, or what was not"""
    who: fields.Who | None = None
    """only residents, or only visitors"""


class Added(Section):
    """Contacts that come in place of each avoided one (each bed day saved, for shorten)."""

    setting: fields.Setting
    """where they are had"""
    contacts: fields.AmountPath = Field(
        json_schema_extra={UNIT: "contacts per avoided contact or bed day saved"}
    )
    """contacts per avoided contact"""
    days: fields.Days | None = None
    """length of stay, where the setting has nights"""

    rule: ClassVar[Rule] = staticmethod(change_rules.added_rule)


class Step(Section):
    """One step of a pathway."""

    setting: fields.Setting
    """where the step is had"""
    share: fields.Share
    """share of those who had the step before that go on to this one"""
    contacts: fields.AmountPath = Field(
        default_factory=lambda: _ONE,
        json_schema_extra={"default": 1.0, UNIT: "contacts per person on the step"},
    )
    """contacts of each of them"""
    days: fields.Days | None = None
    """length of stay, where the setting has nights"""
    after: fields.Setting | None = None
    """the setting of the step before; without it the contact that the pathway starts from"""

    rule: ClassVar[Rule] = staticmethod(change_rules.step_rule)


class Window(Section):
    """Whole years, the first and the last included."""

    first: fields.Year = Field(alias="from")
    """the first year"""
    last: fields.Year = Field(alias="to")
    """the last year, included"""

    rule: ClassVar[Rule] = staticmethod(change_rules.window_rule)


class Change(Section):
    """One change of the services: a verb with what it selects, and how much."""

    name: fields.Text
    """what it is called in results and messages; a child finds it by the name"""
    avoid: Selection | None = None
    """contacts that no longer happen"""
    shift: Selection | None = None
    """contacts that move to another setting"""
    substitute: Selection | None = None
    """visits that are held in another way"""
    shorten: Selection | None = None
    """stays that become shorter"""
    readmissions: Selection | None = None
    """stays within 30 days of another that no longer happen"""
    redirect: Selection | None = None
    """contacts that another site treats"""
    add: Selection | None = None
    """contacts that nobody had before"""
    work_off: Selection | None = None
    """those who wait for a contact have it"""
    visitors: Selection | None = None
    """what visitors use"""
    pathway: Selection | None = None
    """what a contact leads to, step by step"""
    cover: Selection | None = None
    """stays are as many as the municipality's coverage allows"""

    share: fields.ShareOnTop | None = None
    """share of the selected contacts (of the length of stay, for shorten); only that of add may
    be above 1"""
    contacts: fields.AmountPath | None = Field(
        default=None, json_schema_extra={UNIT: "contacts a year"}
    )
    """contacts a year"""
    per_1000: fields.AmountPath | None = Field(
        default=None, json_schema_extra={UNIT: "contacts a year per 1000 people"}
    )
    """contacts a year per 1000 people of the selected ages and sex"""
    nights: fields.AmountPath | None = Field(
        default=None, json_schema_extra={UNIT: "nights per stay"}
    )
    """nights off each stay"""
    coverage: fields.Share | None = None
    """own coverage to reach: share of the residents' contacts that the site treats; for cover,
    residents on an average day per person of the ages, or with the need"""
    of_ages: fields.AgeBand = Field(
        default_factory=lambda: _FROM_80, json_schema_extra={"default": str(_FROM_80)}
    )
    """the people that coverage is per one of"""
    of: fields.Text | None = None
    """a need of the inputs; coverage is then per person with the need, whatever their age"""
    factor: fields.AmountPath | None = Field(default=None, json_schema_extra={UNIT: "times"})
    """visitors' use as a multiple of what it was"""
    portion: fields.Share | None = None
    """share of the contacts that lead to the pathway; without it all"""
    waiting: fields.Waiting | None = None
    """contacts that are waited for"""
    between: Window | None = None
    """the years in which they are had"""
    to: fields.Setting | None = None
    """the setting that contacts are shifted to"""
    to_site: fields.Text | None = None
    """the site that contacts go to"""
    exchange: fields.AmountPath = Field(
        default_factory=lambda: _ONE,
        json_schema_extra={"default": 1.0, UNIT: "contacts per contact shifted"},
    )
    """contacts in the new setting per contact shifted"""
    days: fields.Days | None = None
    """length of stay in the new setting, where it has nights"""
    part: fields.PartOfStay | None = None
    """only the days after the patient is ready for discharge"""
    adds: Annotated[
        tuple[Added, ...],
        BeforeValidator(as_list, json_schema_input_type=Added | tuple[Added, ...]),
    ] = ()
    """contacts that come in place of each avoided one"""
    steps: Annotated[
        tuple[Step, ...],
        BeforeValidator(as_list, json_schema_input_type=Step | tuple[Step, ...]),
    ] = ()
    """the steps of a pathway, each after the one that it names"""
    source: fields.Source | None = None

    rule: ClassVar[Rule] = staticmethod(change_rules.change_rule)

    @field_validator("share", mode="before")
    @classmethod
    def _at_most_all(cls, written: object, info: ValidationInfo) -> object:
        """A share of what is there is 1 at most; what comes on top may be more."""
        add_or_broken = info.data.get("add", written) is not None
        return written if add_or_broken else _AT_MOST_ALL.validate_python(written)

    @property
    def kind(self) -> str:
        """The verb, one of `projector.tables.VERBS`."""
        return next(verb for verb in VERBS if getattr(self, verb) is not None)

    @property
    def selection(self) -> Selection:
        """What it concerns."""
        selected = getattr(self, self.kind)
        assert isinstance(selected, Selection)
        return selected

    def acts_in(self, years: npt.NDArray[np.int64], *, base_year: int) -> npt.NDArray[np.bool_]:
        """In which of the years it does something: its amount is not one that changes nothing.

        An uncertain amount does something where any of its draws may.
        """
        if self.between is not None:
            return (years >= self.between.first) & (years <= self.between.last)
        acts = [
            drawn.at(years, base_year=base_year) != idle
            for name, idle in _IDLE_AT.items()
            if (path := getattr(self, name)) is not None
            for drawn in path.extremes()
        ]
        return np.logical_or.reduce(acts) if acts else np.ones(years.shape, dtype=bool)


class Activity(Section):
    """What people will need."""

    acute: dict[fields.AcuteSetting, fields.Part] = Field(default_factory=dict)
    """share of contacts that are acute in the base year, by setting, or of hospital as a whole"""
    growth: dict[
        fields.Text,
        Annotated[
            tuple[Growth, ...],
            BeforeValidator(as_list, json_schema_input_type=Growth | tuple[Growth, ...]),
        ],
    ] = Field(default_factory=dict)
    """growth by diagnosis; one map, or a list of maps that are each about other people, settings
    or regions"""
    healthy_ageing: HealthyAgeing | None = None
    """people grow old in better health"""
    changes: tuple[Change, ...] = ()
    """changes, applied in this order"""
    source: fields.Source | None = None

    rule: ClassVar[Rule] = staticmethod(activity_rules.activity_rule)
