"""Worlds: the stages after the people, walked with a part of what moves held as in the base year.

What moves is a list of factors: the number of people, their ages, visitors, the growth of each
diagnosis, healthy ageing, each named change, and the norms of capacity and staff. A world lets some
of them loose. Held are

- the number of people: each region has as many as in the base year;
- ageing: their shares by sex and age are those of the base year;
- the growth of a diagnosis: its contacts per person and the nights of its stays;
- a change: its values are those of the base year (it may have begun before);
- norms and what exists: the paths of the scenario have their values of the base year;
- supply: there are as many staff as in the base year.

With all of them held every year is as the base year; with all let loose it is the run.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.activity.application import WrittenChange
from projector.activity.changes import refuse_idle
from projector.activity.filling import Filled, filled
from projector.activity.ledger import Demand, Profile
from projector.activity.stage import change_and_view, written_changes
from projector.activity.views import Views
from projector.activity.visitors import Visitors
from projector.capacity import capacity_stage, resources_of_run
from projector.capacity.resources import Resource
from projector.capacity.sizing import Sizer
from projector.run.pipeline import People, demand_of_people, nation_at
from projector.run.threads import in_one_thread
from projector.tables import SEXES
from projector.workforce import supply_stage, workforce_stage
from projector.workforce.stage import Staffing, staffing_of

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = [
    "AGEING",
    "CAPACITY",
    "HEALTHY_AGEING",
    "SIZE",
    "STAFFING",
    "SUPPLY",
    "VISITORS",
    "Factor",
    "Worlds",
    "worlds_of",
]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Factor:
    """Something that moves over the years.

    Parameters
    ----------
    kind
        ``size``, ``ageing``, ``visitors``, ``growth``, ``healthy_ageing``, ``change``,
        ``capacity``, ``staffing`` or ``supply``.
    name
        Of the diagnosis that grows, or of the change.
    """

    kind: str
    name: str = ""


SIZE, AGEING, VISITORS = Factor("size"), Factor("ageing"), Factor("visitors")
HEALTHY_AGEING = Factor("healthy_ageing")
CAPACITY, STAFFING, SUPPLY = Factor("capacity"), Factor("staffing"), Factor("supply")


@dataclass
class Worlds:
    """The stages of care of one scenario, to be walked in any world; see `worlds_of`.

    Parameters
    ----------
    scenario, people
        The scenario, and the people projected for it.
    factors
        What moves, in the order in which it is let loose: people, use, changes as the file has
        them, norms. Diagnoses stand by the letters of their names, so that the order of a table
        makes no difference.
    written
        The changes that do something.
    """

    scenario: "Scenario"
    people: People
    factors: tuple[Factor, ...]
    written: tuple[WrittenChange, ...]
    _demands: Mapping[tuple[bool, bool], Demand] = field(repr=False)
    _visitors: Visitors = field(repr=False)
    _filled: tuple[frozenset[Factor], list[Filled]] | None = field(default=None, repr=False)
    _sizer: Sizer = field(default_factory=Sizer, repr=False)
    _resources: dict[bool, list[Resource]] = field(default_factory=dict, repr=False)
    _staff: xr.Dataset | None = field(default=None, repr=False)
    _staffing: Staffing | None = field(default=None, repr=False)

    @property
    def regions(self) -> list[str]:
        """Codes of the regions, in the order of the axis."""
        return [str(code) for code in self.people.population["region"].values]

    @property
    def years(self) -> NDArray[np.int64]:
        """Calendar years, the base year first."""
        years: NDArray[np.int64] = self.people.population["year"].values
        return years

    @in_one_thread
    def care(
        self,
        loose: Collection[Factor],
        kept: Collection[str] | None = None,
        *,
        priority: bool = False,
    ) -> dict[str, xr.Dataset]:
        """Contacts and bed days of a world.

        Parameters
        ----------
        loose
            The factors that are let loose.
        kept
            Names of the changes that are there at all; None is all of them.
        priority
            Whether priority groups are asked about.

        Returns
        -------
        dict of Dataset
            ``activity`` of the tree of results and, where they are known, ``sites`` and
            ``priority``.
        """
        before = frozenset(
            one for one in loose if one.kind not in ("change", "capacity", "staffing", "supply")
        )
        if self._filled is None or self._filled[0] != before:
            self._filled = before, list(filled(self._demand(before), self.written))
        parts = self._filled[1]
        written = [
            replace(one, frozen=Factor("change", one.change.name) not in loose)
            for one in self.written
            if kept is None or one.change.name in kept
        ]
        inputs = self.people.inputs
        left_out = () if priority else ("priority_groups",)
        tables = {name: table for name, table in inputs.tables.items() if name not in left_out}
        views = Views(tables, self._visitors, inputs.members)
        change_and_view((part.copy() for part in parts), written, views, strict=False)
        return views.datasets(self._demands[True, True])

    def capacity(
        self,
        care: Mapping[str, xr.Dataset],
        loose: Collection[Factor],
        *,
        same_base: bool = True,
        peaks: bool = False,
    ) -> dict[str, xr.Dataset]:
        """Beds, places and rooms for the activity of a world.

        Parameters
        ----------
        care
            From `care`.
        loose
            The factors that are let loose.
        same_base
            Whether the world has all changes, so that its base year is that of all others.
        peaks
            Whether ``peak`` and ``site_peak`` are wanted.

        Returns
        -------
        dict of Dataset
            By unit, as in the tree of results but for its years.
        """
        inputs, moves = self.people.inputs, CAPACITY in loose
        dated = {
            name: self._at(care[name], moves) for name in ("activity", "sites") if name in care
        }
        resources = None
        if same_base:
            if moves not in self._resources:
                activity = dated["activity"]
                self._resources[moves] = resources_of_run(
                    inputs.tables, self.scenario, activity, activity["year"].values
                )
            resources = self._resources[moves]
        capacity, _ = capacity_stage(
            dated,
            inputs.tables,
            self.scenario,
            inputs.members,
            resources=resources,
            sizer=self._sizer,
            peaks=peaks,
        )
        return capacity

    def workforce(
        self,
        activity: xr.Dataset,
        capacity: Mapping[str, xr.Dataset],
        loose: Collection[Factor],
    ) -> xr.Dataset:
        """Staff for the activity and capacity of a world.

        Returns
        -------
        Dataset
            ``workforce`` of the tree of results but for its years.
        """
        tables = self.people.inputs.tables
        if self._staffing is None:
            self._staffing = staffing_of(tables, self.scenario, activity)
        return workforce_stage(
            self._population(loose),
            self._at(activity, STAFFING in loose),
            capacity,
            tables,
            self.scenario,
            self.people.inputs.members,
            staffing=self._staffing,
        )

    def supply(self, workforce: xr.Dataset, loose: Collection[Factor]) -> xr.Dataset | None:
        """Staff that there will be, and what is short, for the need of a world.

        Supply is that of the run, or as in its base year: who is trained, moves and retires does
        not depend on what else is let loose.

        Returns
        -------
        Dataset or None
            ``supply``, ``gap``, ``competence_supply`` and ``competence_gap`` of the group
            ``workforce/supply`` of the tree of results; None where the inputs know of none.
        """
        staff = self._supply_of_run()
        if staff is None:
            return None
        # Of held norms the axis of years bears the base year's number throughout.
        need = workforce.assign_coords(year=self.years)
        supplied = staff[["supply", "competence_supply"]]
        if SUPPLY not in loose:
            supplied = supplied.isel(year=[0] * len(self.years)).assign_coords(year=self.years)
        return supplied.assign(
            gap=need["need"].sum("setting") - supplied["supply"],
            competence_gap=need["competence_need"] - supplied["competence_supply"],
        )

    def _supply_of_run(self) -> xr.Dataset | None:
        people = self.people
        if self._staff is None:
            care = self.care(self.factors)
            capacity = self.capacity(care, self.factors)
            self._staff = supply_stage(
                self.workforce(care["activity"], capacity, self.factors),
                people.population,
                nation_at(people.history, self.scenario.years.base),
                people.inputs.tables,
                self.scenario,
                people.inputs.members,
            )
        return self._staff

    def _at(self, activity: xr.Dataset, moves: bool) -> xr.Dataset:
        """Activity whose years all bear the base year's number where paths shall not move."""
        if moves:
            return activity
        return activity.assign_coords(year=np.full_like(self.years, self.scenario.years.base))

    def _population(self, loose: Collection[Factor]) -> xr.Dataset:
        """People of a world, as in the tree of results."""
        people = self.people.population["population"]
        persons = self._persons(loose)[..., : people.sizes["region"]]
        by_region = persons.reshape(len(self.years), -1, len(SEXES), people.sizes["region"])
        return people.copy(data=by_region.transpose(3, 0, 2, 1)).to_dataset(name="population")

    def _persons(self, loose: Collection[Factor]) -> Array:
        """People of a world, ``[year, age · sex, origin]``."""
        demand = self._demands[True, True]
        persons, at_base = demand.persons, demand.persons[:1]
        whole, whole_at_base = (one.sum(axis=1, keepdims=True) for one in (persons, at_base))
        growth = np.divide(whole, whole_at_base, out=np.zeros_like(whole), where=whole_at_base > 0)
        size, ageing = SIZE in loose, AGEING in loose
        if size and ageing:
            residents = persons
        elif ageing:
            shares = np.divide(persons, whole, out=np.zeros_like(persons), where=whole > 0)
            residents = shares * whole_at_base
        else:
            residents = at_base * (growth if size else np.ones_like(growth))
        is_visitor = np.array([origin.who == "visitor" for origin in demand.origins])
        visitors = persons if VISITORS in loose else np.broadcast_to(at_base, persons.shape)
        return np.where(is_visitor, visitors, residents)

    def _demand(self, loose: Collection[Factor]) -> Demand:
        """What the ledger of a world is filled from, before any change."""
        healthy = HEALTHY_AGEING in loose
        own, held = (
            self._use(growing=True, healthy=healthy),
            self._use(growing=False, healthy=healthy),
        )
        columns = own.axes.columns
        grown = np.array([Factor("growth", column.diagnosis) in loose for column in columns])
        nights = grown[: own.axes.with_nights]
        profiles = tuple(
            _mixed(one, other, grown, nights)
            for one, other in zip(own.profiles, held.profiles, strict=True)
        )
        return replace(
            own,
            persons=self._persons(loose),
            profiles=profiles,
            length_of_stay=np.where(nights, own.length_of_stay, held.length_of_stay),
        )

    def _use(self, *, growing: bool, healthy: bool) -> Demand:
        """Demand whose use grows or not, with healthy ageing or without."""
        known = self._demands
        if (growing, healthy) in known:
            return known[growing, healthy]
        own = known.get((True, healthy), known[True, True])
        return own if growing else _as_at_base(own)


@in_one_thread
def worlds_of(scenario: "Scenario", people: People) -> Worlds:
    """The worlds of a scenario.

    Parameters
    ----------
    scenario
        From `projector.load_scenario`.
    people
        From `projector.run.pipeline.project_people`.

    Returns
    -------
    Worlds

    Raises
    ------
    ConsistencyError
        As `projector.run` does, if a change does not fit: worlds with a part of the changes are
        not held to what they may take.
    """
    with people.inputs.located():
        return _worlds_of(scenario, people)


def _worlds_of(scenario: "Scenario", people: People) -> Worlds:
    inputs = people.inputs

    whole, visitors = demand_of_people(scenario, people)
    demands = {(True, True): whole}
    if scenario.activity.healthy_ageing is not None:
        activity = scenario.activity.model_copy(update={"healthy_ageing": None})
        without = scenario.model_copy(update={"activity": activity})
        demands[True, False], _ = demand_of_people(without, people)
        demands[False, True], _ = demand_of_people(scenario, people, growing=False)
    written = written_changes(scenario, whole, inputs.members)
    views = Views(inputs.tables, visitors, inputs.members)
    refuse_idle(written, change_and_view(filled(whole, written), written, views), whole)
    factors = tuple(_factors(scenario, demands, written))
    return Worlds(scenario, people, factors, written, demands, visitors)


def _factors(
    scenario: "Scenario",
    demands: Mapping[tuple[bool, bool], Demand],
    written: Iterable[WrittenChange],
) -> Iterable[Factor]:
    whole = demands[True, True]
    yield from (SIZE, AGEING)
    if any(origin.who == "visitor" for origin in whole.origins):
        yield VISITORS
    without = demands.get((True, False), whole)
    moving = np.zeros(len(whole.axes.columns), dtype=bool)
    for profile in without.profiles:
        for amounts in (profile.contacts, profile.nights):
            moving[: amounts.shape[1]] |= (amounts != amounts[:1]).any(axis=(0, 2))
    growing = {
        column.diagnosis for column, moves in zip(whole.axes.columns, moving, strict=True) if moves
    }
    yield from (Factor("growth", diagnosis) for diagnosis in sorted(growing))
    if len(demands) > 1:
        yield HEALTHY_AGEING
    yield from (Factor("change", one.change.name) for one in written)
    yield from (CAPACITY, STAFFING, SUPPLY)


def _mixed(
    own: Profile, held: Profile, grown: NDArray[np.bool_], nights: NDArray[np.bool_]
) -> Profile:
    """Use that grows in some columns and not in others."""
    ready = None
    if own.ready is not None and held.ready is not None:
        ready = np.where(nights[:, np.newaxis], own.ready, held.ready)
    return replace(
        own,
        contacts=np.where(grown[:, np.newaxis], own.contacts, held.contacts),
        nights=np.where(nights[:, np.newaxis], own.nights, held.nights),
        ready=ready,
    )


def _as_at_base(demand: Demand) -> Demand:
    """Use and nights that stay as they are in the first year, which is the base year."""

    def held(amounts: Array, axis: int = 0) -> Array:
        return np.broadcast_to(amounts.take([0], axis), amounts.shape)

    profiles = tuple(
        replace(
            profile,
            contacts=held(profile.contacts),
            nights=held(profile.nights),
            ready=None if profile.ready is None else held(profile.ready),
        )
        for profile in demand.profiles
    )
    return replace(demand, profiles=profiles, length_of_stay=held(demand.length_of_stay, axis=1))
