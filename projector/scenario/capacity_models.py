"""What a scenario may say of section `capacity`: how it is sized, and where it stands.

`projector.scenario.models` holds the other sections, and gives these names too.
"""

from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator, ConfigDict, Field

from projector.scenario import capacity_rules, fields
from projector.scenario.fields import UNIT
from projector.scenario.section import Rule, Section, as_list
from projector.scenario.values import Path

__all__ = ["Arrivals", "Capacity", "Opening", "Pool", "SiteCapacity", "StepChange"]


class Opening(Section):
    """Opening hours and use of places and rooms, in place of the norms of the inputs."""

    minutes: fields.Minutes | None = None
    """minutes a contact takes"""
    turnover: fields.Turnover | None = None
    """minutes between two contacts"""
    hours_per_day: fields.HoursPerDay | None = None
    """hours open on an open day"""
    days_per_year: fields.DaysPerYear | None = None
    """open days"""
    utilisation: fields.Utilisation | None = None
    """share of the open time in use"""


class Arrivals(Section):
    """How unevenly patients arrive, and how their stays differ."""

    dispersion: fields.Dispersion = 1.0
    """variance of the number present relative to that of random arrivals: above 1 where patients
    come in clusters"""
    stays: fields.Stays = "exponential"
    """how the lengths of stay differ"""
    variation: fields.Variation = 1.0
    """standard deviation of the length of stay over its mean, of lognormal stays"""

    rule: ClassVar[Rule] = staticmethod(capacity_rules.arrivals_rule)


class Pool(Section):
    """Beds of several resources that stand for each other."""

    name: fields.Text
    """what it is called in results and messages"""
    site: fields.Text
    """where they stand"""
    resources: fields.Names
    """two or more"""
    overflow: fields.OverflowShare
    """highest share of the patients who meet a full pool"""
    source: fields.Source | None = None

    rule: ClassVar[Rule] = staticmethod(capacity_rules.pool_rule)


class StepChange(Section):
    """Beds, places or rooms that open or close on a 1 January."""

    resource: fields.Text
    """what opens or closes"""
    first: fields.Year = Field(alias="from")
    """the first year it counts"""
    amount: fields.StepAmount
    """how many more; fewer when negative"""
    last: fields.Year | None = Field(default=None, alias="until")
    """the last year it counts; without it, it stays"""

    rule: ClassVar[Rule] = staticmethod(capacity_rules.step_change_rule)

    def at(self, years: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """What it adds in each calendar year; shape of `years`."""
        times = np.asarray(years)
        counts = (times >= self.first) & (self.last is None or times <= self.last)
        return np.where(counts, self.amount, 0.0)


class SiteCapacity(Section):
    """Capacity of one site: a value over years for each resource, and what opens and closes."""

    model_config = ConfigDict(extra="allow")
    other_keys = None

    serves: fields.Text | None = None
    """the region or area it serves; needed for a site that the inputs do not have"""
    short_stay_share: fields.Share | None = None
    """share of the nursing home's places that are for short stays; the others are for long ones"""
    openings: Annotated[
        tuple[StepChange, ...],
        BeforeValidator(as_list, json_schema_input_type=StepChange | tuple[StepChange, ...]),
    ] = ()
    """what opens or closes, on top of the values over years"""
    __pydantic_extra__: dict[
        str,
        Annotated[
            fields.AmountPath,
            Field(
                description="what the site has of the resource of that name",
                json_schema_extra={UNIT: "beds, places or rooms"},
            ),
        ],
    ]

    @property
    def amounts(self) -> dict[str, Path]:
        """Beds, places or rooms by resource, before what opens or closes."""
        return dict(self.__pydantic_extra__)

    def steps(self, resource: str, years: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """What openings and closures of a resource add in each calendar year.

        Parameters
        ----------
        resource
            Name of the resource.
        years
            Calendar years, any shape.

        Returns
        -------
        ndarray of float
            Shape of `years`; below 0 where more closes than opens.
        """
        own = [step.at(years) for step in self.openings if step.resource == resource]
        return sum(own, start=np.zeros(np.shape(years)))


class Capacity(Section):
    """How many beds, rooms and places that takes.

    What is said of a resource goes before what is said of its setting.
    """

    occupancy: dict[fields.BedSettingOrResource, fields.Occupancy] = Field(default_factory=dict)
    """planned share of beds in use, by setting or resource"""
    overflow: dict[fields.BedSettingOrResource, fields.OverflowShare] = Field(default_factory=dict)
    """highest share of the patients who meet a full unit, by setting or resource; sizes beds in
    place of occupancy"""
    opening: dict[fields.SettingOrResource, Opening] = Field(default_factory=dict)
    """opening hours by setting or resource"""
    arrivals: dict[fields.Text, Arrivals] = Field(default_factory=dict)
    """how unevenly patients arrive, by resource"""
    pools: tuple[Pool, ...] = ()
    """resources whose beds are shared"""
    existing: dict[fields.Text, SiteCapacity] = Field(default_factory=dict)
    """existing and planned capacity by site and resource"""
    source: fields.Source | None = None

    rule: ClassVar[Rule] = staticmethod(capacity_rules.capacity_rule)
