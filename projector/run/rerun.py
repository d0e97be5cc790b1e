"""Rerun: one scenario after another that differ in a few numbers, made anew from where they differ.

A stage depends on what stands to its left, on the tables, and on its own part of the scenario. Each
stage is kept with all of that as its key, so that a run walks only the stages that something has
changed for; what it gives has the same bits as `projector.run`.

==========  ======================================================================
stage       is kept for
==========  ======================================================================
tables      the inputs and the areas
people      the tables, the regions, years and ``population``, less the visitors
demand      the people, visitors and ``activity``, less the amounts of its changes
care        the demand and all of ``activity``; sites that the scenario opens
resources   the norms, ``capacity`` less what exists, and the stays of the base year
capacity    the care and ``capacity``
staff       the capacity and ``workforce``, less ``supply``
supply      the people, ``workforce.supply`` and the need of the base year
==========  ======================================================================

What a run tells and nobody asks for here (money, the calibration) is not walked.
"""

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd
import xarray as xr

from projector.activity import stage as activity
from projector.activity.changes import refuse_idle
from projector.activity.filling import filled
from projector.activity.flows import with_own_sites
from projector.activity.ledger import Demand
from projector.activity.views import Views
from projector.activity.visitors import Visitors
from projector.capacity import capacity_stage, resources_of_run
from projector.capacity.resources import Resource
from projector.capacity.sizing import Sizer
from projector.errors import ScenarioError
from projector.inputs.input_set import InputSet
from projector.memory import Memory, Same, bits
from projector.run.history import age_tables
from projector.run.pipeline import (
    SUPPLY,
    People,
    demand_of_people,
    nation_at,
    people_of,
    read_inputs,
)
from projector.run.regions import chosen_regions
from projector.run.threads import in_one_thread
from projector.scenario import check_names
from projector.tables import check_dataset
from projector.workforce import supply_stage, workforce_stage
from projector.workforce.balance import balance
from projector.workforce.projection import Known, known, staff_of
from projector.workforce.staff_tables import has_supply
from projector.workforce.stage import Staffing, staffing_of

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Rerun", "Results"]

Kept = TypeVar("Kept")

_KEPT = 6
"""Results of a stage that are kept: a reader goes back a step or two."""

_AMOUNTS = frozenset(
    {
        "share",
        "contacts",
        "per_1000",
        "nights",
        "coverage",
        "factor",
        "portion",
        "exchange",
        "days",
        "waiting",
        "source",
    }
)
"""Keys of a change, its `adds` and its `steps` that the axes of the demand do not depend on."""

_SOURCE = frozenset({"source"})
_NOT_STAFF = frozenset({"supply", "close", "source"})
_NOT_RESOURCES = frozenset({"existing", "pools", "source"})
_NOT_PEOPLE = frozenset({"visitors", "source"})


@dataclass(frozen=True)
class Results:
    """What a run gives.

    Parameters
    ----------
    scenario
        The scenario that ran.
    people
        Its people, and the inputs.
    groups
        Groups of the tree of results by their path: ``population``, ``activity``, ``sites`` and
        ``priority`` where there are any, ``capacity/beds`` and so on, ``workforce`` and, where the
        inputs know of it, ``workforce/supply``.
    """

    scenario: "Scenario"
    people: People
    groups: Mapping[str, xr.Dataset]


@dataclass
class Rerun:
    """Runs that keep what did not change.

    Not to be used by two threads at once.
    """

    _memory: Memory = field(default_factory=lambda: Memory(_KEPT), repr=False)
    _sizer: Sizer = field(default_factory=Sizer, repr=False)
    walked: list[str] = field(default_factory=list)
    """The stages that the last run walked, in their order; the others were kept."""

    @in_one_thread
    def run(self, scenario: "Scenario", *, staff: bool = True) -> Results:
        """Project a scenario at its medians.

        Parameters
        ----------
        scenario
            From `projector.load_scenario`.
        staff
            Whether staff is wanted too. Without it the run ends at the capacity; asked for with it
            afterwards, the rest is walked alone.

        Returns
        -------
        Results
            The same bits as `projector.run` gives of the same scenario.

        Raises
        ------
        ScenarioError, InputsError, ConsistencyError
            As `projector.run` does.
        """
        self.walked.clear()
        said = scenario.resolved()
        inputs = self._tables(scenario, said)
        problems = check_names(scenario, inputs.vocabulary())
        if problems:
            raise ScenarioError(problems)
        with inputs.located():
            people, of_people = self._people(scenario, said, inputs)
            return self._care(scenario, said, people, of_people, with_staff=staff)

    def _keep(self, stage: str, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What a stage gives for a key, made once as long as it is among the last."""

        def walk() -> Kept:
            made = make()
            self.walked.append(stage)
            return made

        return self._memory.keep(stage, key, walk)

    def _tables(self, scenario: "Scenario", said: Mapping[str, Any]) -> InputSet:
        key = _key(said, "inputs", "areas", "catchments")
        return self._keep("tables", key, lambda: read_inputs(scenario))

    def _people(
        self, scenario: "Scenario", said: Mapping[str, Any], inputs: InputSet
    ) -> tuple[People, str]:
        population = _less(said.get("population", {}), _NOT_PEOPLE)
        asked = _key(said, "inputs", "areas", "catchments", "regions", "years")
        key = asked + _text(population)

        def make() -> People:
            regions = chosen_regions(scenario, inputs)
            history, age_width = self._keep("ages", asked, lambda: age_tables(scenario, inputs))
            return people_of(scenario, inputs, regions, history, age_width, memory=self._memory)

        return self._keep("people", key, make), key

    def _care(
        self,
        scenario: "Scenario",
        said: Mapping[str, Any],
        people: People,
        of_people: str,
        *,
        with_staff: bool,
    ) -> Results:
        inputs, tables = people.inputs, people.inputs.tables
        visitors = _text(said.get("population", {}).get("visitors"))
        use = dict(said.get("activity", {}))
        use["changes"] = _less(use.get("changes", []), _AMOUNTS)
        of_demand = of_people + visitors + _text(_less(use, _SOURCE))
        existing = said.get("capacity", {}).get("existing", {})
        of_sites = _text({site: own.get("serves") for site, own in existing.items()})
        of_care = of_people + visitors + _key(said, "activity") + of_sites
        of_capacity = of_care + _key(said, "capacity")
        of_staff = of_capacity + _text(_less(said.get("workforce", {}), _NOT_STAFF))
        of_resources = _text(_less(said.get("capacity", {}), _NOT_RESOURCES))

        demand, present = self._keep(
            "demand", of_demand, lambda: demand_of_people(scenario, people, memory=self._memory)
        )
        care = self._keep("care", of_care, lambda: _walked(scenario, people, demand, present))
        years = care["activity"]["year"].values
        stays = care["activity"].isel(year=0)
        resources: list[Resource] = self._keep(
            "resources",
            (Same(tables), of_resources, bits(stays[["contacts", "bed_days"]]), bits(years)),
            lambda: resources_of_run(tables, scenario, care["activity"], years),
        )

        def capacity() -> dict[str, xr.Dataset]:
            units, _ = capacity_stage(
                care, tables, scenario, inputs.members, resources=resources, sizer=self._sizer
            )
            return {unit: check_dataset(f"capacity/{unit}", need) for unit, need in units.items()}

        units = self._keep("capacity", of_capacity, capacity)
        groups = {
            "population": people.population,
            "indicators": people.indicators,
            **care,
            **{f"capacity/{unit}": dataset for unit, dataset in units.items()},
        }
        if not with_staff:
            return Results(scenario, people, groups)
        staff = self._keep(
            "staff",
            of_staff,
            lambda: check_dataset(
                "workforce",
                workforce_stage(
                    people.population,
                    care["activity"],
                    units,
                    tables,
                    scenario,
                    inputs.members,
                    staffing=self._staffing(scenario, said, tables, care["activity"]),
                ),
            ),
        )
        supply = self._supply(scenario, said, people, of_people, staff)
        groups["workforce"] = staff
        if supply is not None:
            groups[SUPPLY] = supply
        return Results(scenario, people, groups)

    def _staffing(
        self,
        scenario: "Scenario",
        said: Mapping[str, Any],
        tables: Mapping[str, pd.DataFrame],
        activity: xr.Dataset,
    ) -> Staffing:
        """What the tables say of staff: of the scenario, its duty alone takes their place."""
        key = (
            Same(tables),
            _text(said.get("workforce", {}).get("duty")),
            bits(activity["diagnosis"].values),
            bits(activity["kind"].values),
        )
        return self._memory.keep("staffing", key, lambda: staffing_of(tables, scenario, activity))

    def _supply(
        self,
        scenario: "Scenario",
        said: Mapping[str, Any],
        people: People,
        of_people: str,
        staff: xr.Dataset,
    ) -> xr.Dataset | None:
        """Supply starts from the need of the base year alone; a gap is against all years."""
        at_base = staff[["need", "competence_need"]].isel(year=0)
        tables = people.inputs.tables
        named = ("profession", "competence_profession", "competence")
        of_start = (of_people, *(bits(staff[name].values) for name in named), bits(at_base))

        def start() -> Known:
            return known(
                staff,
                people.population,
                nation_at(people.history, scenario.years.base),
                tables,
                people.inputs.members,
                staff=self._memory.keep(
                    "staff tables", (Same(tables), *of_start[1:4]), lambda: staff_of(staff, tables)
                ),
            )

        def make() -> xr.Dataset | None:
            return supply_stage(
                staff,
                people.population,
                nation_at(people.history, scenario.years.base),
                tables,
                scenario,
                people.inputs.members,
                start=self._memory.keep("known staff", of_start, start)
                if has_supply(tables)
                else None,
            )

        key = (of_start, _text(said.get("workforce", {}).get("supply")))
        kept = self._keep("supply", key, make)
        if kept is None:
            return None
        short = balance(staff, kept["supply"], kept["competence_supply"])
        return check_dataset(SUPPLY, kept.assign(short.data_vars))


def _walked(
    scenario: "Scenario", people: People, demand: Demand, visitors: Visitors
) -> dict[str, xr.Dataset]:
    """The activity stage, with a demand that is there already."""
    inputs = people.inputs
    written = activity.written_changes(scenario, demand, inputs.members)
    views = Views(with_own_sites(inputs.tables, scenario), visitors, inputs.members)
    found = activity.change_and_view(filled(demand, written), written, views)
    refuse_idle(written, found, demand)
    return {name: check_dataset(name, one) for name, one in views.datasets(demand).items()}


def _key(said: Mapping[str, Any], *sections: str) -> str:
    """What a scenario says in some sections; not where it says so, nor with which source."""
    return _text([_less(said.get(section), _SOURCE) for section in sections])


def _text(said: object) -> str:
    return json.dumps(_ordered(said), ensure_ascii=False, default=str) + "\n"


def _ordered(said: object) -> object:
    """Maps as lists: the order of their keys may count, as of areas or growth."""
    if isinstance(said, Mapping):
        return [[str(key), _ordered(value)] for key, value in said.items()]
    if isinstance(said, list | tuple):
        return [_ordered(item) for item in said]
    return said


def _less(said: object, keys: frozenset[str]) -> object:
    """What is said, without some keys at any depth."""
    if isinstance(said, Mapping):
        return {key: _less(value, keys) for key, value in said.items() if key not in keys}
    if isinstance(said, list | tuple):
        return [_less(item, keys) for item in said]
    return said
