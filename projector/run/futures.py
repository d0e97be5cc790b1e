"""Many draws of one scenario, some at a time: the block function.

A block projects the people of its draws, and walks activity, capacity and workforce once for all
of them: draws stand one after another on the axis of years, as every stage does the same in each
year, whatever the others are. What no draw changes (the calibration, use per person, levels,
flows) is made once, for all blocks. Draw :math:`k` of a block is the run of the scenario in which
the numbers of draw :math:`k` are written.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.activity import money_dataset
from projector.activity.ageing import younger_in_draws, younger_profiles
from projector.activity.application import WrittenChange
from projector.activity.chance import Chance
from projector.activity.draws import demand_of_draws
from projector.activity.filling import filled
from projector.activity.flows import with_own_sites
from projector.activity.ledger import Demand, Profile
from projector.activity.stage import change_and_view, written_changes
from projector.activity.views import OPTIONAL, Views
from projector.activity.visitors import Visitors, visitors_of
from projector.capacity import capacity_stage, resources_of_run
from projector.capacity.resources import Resource
from projector.capacity.sizing import Sizer
from projector.population.futures import Futures as FuturesOfPeople
from projector.population.variation import Drawn
from projector.run.measures import MEASURES
from projector.run.pipeline import SUPPLY, People, demand_of_people, nation_at
from projector.run.regions import chosen_regions
from projector.run.stacked import OfDraws, by_draw, in_years, repeated
from projector.run.threads import in_one_thread
from projector.scenario.assumptions import Assumption, uncertain_assumptions, with_paths
from projector.uncertainty.draws import Draws, draws_of
from projector.workforce import supply_stage, workforce_stage
from projector.workforce.stage import Staffing, staffing_of

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Futures", "Varying", "futures_of"]

Array = NDArray[np.float64]
Groups = dict[str, xr.Dataset]

_ROUNDING = 1e-9
_SUPPLIED = ["supply", "heads", "competence_supply"]


@dataclass(frozen=True)
class Varying:
    """What varies beside the assumptions.

    Parameters
    ----------
    paths
        Nation and regions deviate from the projection of people.
    chance
        Births, deaths and moves of few people vary by chance.
    contacts
        The contacts of a year do.
    """

    paths: bool
    chance: bool
    contacts: bool

    @classmethod
    def of(cls, scenario: "Scenario") -> "Varying":
        """What a scenario lets vary."""
        asked = scenario.uncertainty
        return cls(asked.paths, asked.chance, asked.chance_of_contacts)

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of those that vary."""
        return tuple(name for name, varies in vars(self).items() if varies)


@dataclass(frozen=True)
class Futures:
    """The stages of one scenario, for any draws; see `futures_of`.

    Parameters
    ----------
    scenario, people
        The scenario, and the people projected for it at its medians.
    varying
        What varies beside the assumptions.
    """

    scenario: "Scenario"
    people: People
    varying: Varying
    _of_people: FuturesOfPeople | None = field(repr=False)
    _demand: Demand = field(repr=False)
    _visitors: Visitors = field(repr=False)
    _usual: xr.Dataset = field(repr=False)
    _need_at_base: xr.DataArray = field(repr=False)
    _supply_at_medians: xr.Dataset | None = field(repr=False)
    _resources: list[Resource] = field(repr=False)
    _staffing: Staffing = field(repr=False)
    _assumptions: tuple[Assumption, ...] = field(repr=False)
    _sizer: Sizer = field(default_factory=Sizer, repr=False)
    _younger: dict[int, tuple[Profile, ...]] = field(default_factory=dict, repr=False)

    def block(self, first: int, last: int, *, measured_only: bool = False) -> Groups:
        """Walk the stages for draws by their numbers; the last is not among them.

        Parameters
        ----------
        first, last
            Numbers of the draws.
        measured_only
            As of `of_draws`.

        Returns
        -------
        dict of Dataset
            Groups of the tree of results, each variable that has years with a first dimension
            ``draw``. Of ``population`` there is ``population`` alone, and the group only where
            people differ between draws.
        """
        draws = draws_of(self.scenario, first, last, self._assumptions)
        return self.of_draws(draws, range(first, last), measured_only=measured_only)

    def with_less(self, *switched_off: str) -> "Futures":
        """The same futures where less varies beside the assumptions.

        Parameters
        ----------
        switched_off
            Some of ``paths``, ``chance`` and ``contacts``, as `Varying` has them.
        """
        varying = replace(self.varying, **dict.fromkeys(switched_off, False))
        of_people = self._of_people if _people_vary(self.scenario, varying) else None
        return replace(self, varying=varying, _of_people=of_people)

    @in_one_thread
    def of_draws(
        self,
        draws: Draws,
        numbers: range,
        *,
        staff_to_come: bool = True,
        measured_only: bool = False,
    ) -> Groups:
        """Walk the stages for draws of any design.

        Parameters
        ----------
        draws
            The assumptions in each.
        numbers
            Numbers of chance of each.
        staff_to_come
            Whether the supply of staff is wanted too, which takes the most time where it differs
            between draws.
        measured_only
            Whether what no measure of `projector.run.measures` is about may be left out.
        """
        count = len(draws)
        values = draws.paths()
        drawn = with_paths(
            self.scenario,
            lambda place, path: (
                OfDraws(path.points, path.annual, path.bounds, values[place])
                if path.is_uncertain
                else path
            ),
        )
        groups: Groups = {}
        many, remaining = None, self._remaining
        if self._of_people is not None:
            seed, varying = self.scenario.uncertainty.seed, self.varying
            people = self._of_people.block(
                Drawn(numbers, seed, varying.paths, varying.chance), values
            )
            groups["population"] = people[["population"]]
            many = in_years(people["population"])
            remaining = people["remaining_life_expectancy"]
        inputs = self.people.inputs
        persons, visitors = self._persons(drawn, many, count)
        demand = demand_of_draws(self._demand, self.scenario, drawn, count, inputs.members, persons)
        demand = self._ageing(demand, drawn, remaining)
        written = written_changes(drawn, demand, inputs.members)
        left_out = _not_measured() if measured_only else ()
        expected, care = self._care(demand, written, visitors, numbers, drawn, left_out)
        del persons, demand, written  # of a country, a fifth of what a block has in memory
        money = money_dataset(care["activity"], inputs.tables)
        years = care["activity"]["year"].values
        resources = (
            resources_of_run(inputs.tables, drawn, self._usual, years, like=self._resources)
            if self._norms_are_drawn
            else [one.repeated(count) for one in self._resources]
        )
        capacity, _ = capacity_stage(
            care,
            inputs.tables,
            drawn,
            inputs.members,
            resources=resources,
            sizer=self._sizer,
            expected=expected,
            peaks=not measured_only,
        )
        del expected
        population = many if many is not None else repeated(self.people.population, count)
        staff = workforce_stage(
            population,
            care["activity"],
            capacity,
            inputs.tables,
            drawn,
            inputs.members,
            staffing=self._staffing,
        )
        of_years = {
            **care,
            **({} if money is None else {"money": money}),
            **{f"capacity/{unit}": dataset for unit, dataset in capacity.items()},
            "workforce": staff,
        }
        groups |= {
            name: by_draw(dataset, self._demand.years, count) for name, dataset in of_years.items()
        }
        supply = self._supply(groups["workforce"], draws) if staff_to_come else None
        return groups if supply is None else groups | {SUPPLY: supply}

    def _care(
        self,
        demand: Demand,
        written: tuple[WrittenChange, ...],
        visitors: Visitors,
        numbers: range,
        drawn: "Scenario",
        left_out: Collection[str],
    ) -> tuple[Groups | None, Groups]:
        """What is expected, where chance makes it another, and what comes."""
        inputs = self.people.inputs
        tables = with_own_sites(inputs.tables, drawn)
        views = Views(tables, visitors, inputs.members, left_out=left_out)
        parts = filled(demand, written, by_age=views.by_age)
        if not self.varying.contacts:
            change_and_view(parts, written, views)
            return None, views.datasets(demand)
        # What is expected is for beds alone.
        expected = Views(tables, visitors, inputs.members, left_out=OPTIONAL)
        chance = Chance(self.scenario.uncertainty.seed, numbers, views)
        change_and_view(parts, written, expected, chance=chance)
        return expected.datasets(demand), views.datasets(demand)

    def _draws_any(self, *section: str) -> bool:
        """Whether an assumption of a section of the scenario is uncertain."""
        return any(one.location[: len(section)] == section for one in self._assumptions)

    def _ageing(self, demand: Demand, drawn: "Scenario", remaining: xr.DataArray) -> Demand:
        """The demand with the healthy ageing of each draw, where it differs between draws."""
        healthy = drawn.activity.healthy_ageing
        if healthy is None or (
            self._of_people is None and not self._draws_any("activity", "healthy_ageing")
        ):
            return demand
        younger = younger_in_draws(healthy, remaining, demand.years, demand.base_year)
        columns = demand.axes.columns
        profiles = younger_profiles(healthy, columns, younger, self._younger_by)
        return replace(demand, profiles=profiles)

    def _younger_by(self, whole: int) -> tuple[Profile, ...]:
        """Use of people who are younger by whole years, the same in all draws."""
        if whole not in self._younger:
            demand, _ = demand_of_people(self.scenario, self.people, younger_by=whole)
            self._younger[whole] = demand.profiles
        return self._younger[whole]

    @property
    def _remaining(self) -> xr.DataArray:
        """Remaining life expectancy at the medians, ``[draw, year, sex, age]`` of one draw."""
        known = self.people.indicators["remaining_life_expectancy"]
        return known.sel(year=self._demand.years).expand_dims("draw")

    @property
    def _norms_are_drawn(self) -> bool:
        """Whether norms of capacity differ between draws."""
        return any(
            one.location[0] == "capacity" and one.location[1] != "existing"
            for one in self._assumptions
        )

    def _persons(
        self, drawn: "Scenario", population: xr.Dataset | None, draws: int
    ) -> tuple[Array | None, Visitors]:
        """People of each draw where they differ, ``[draw · year, age · sex, origin]``."""
        inputs = self.people.inputs
        uncertain = self._draws_any("population", "visitors")
        if population is None and not uncertain:
            present = np.tile(self._visitors.present, (1, draws, 1))
            return None, replace(self._visitors, present=present)
        many = repeated(self.people.population, draws) if population is None else population
        people = many["population"]
        at_base = self.people.history.sel(year=self.scenario.years.base, drop=True)
        visitors = visitors_of(
            drawn, people, at_base, inputs.tables.get("visitor_ages"), inputs.members
        )
        everybody = np.concatenate([people.values, visitors.persons()])
        by_origin = np.ascontiguousarray(everybody.transpose(1, 3, 2, 0))
        return by_origin.reshape(len(by_origin), -1, len(everybody)), visitors

    def _supply(self, staff: xr.Dataset, draws: Draws) -> xr.Dataset | None:
        """Supply of staff in each draw, with the deaths and moves of the people at the medians.

        It starts from the need of the base year. Where neither that nor the supply is drawn, it is
        that of the run at the medians, and what is short is need less supply.
        """
        if self._supply_at_medians is None:
            return None
        drawn = self._draws_any("workforce", "supply")
        at_base, at_medians = staff["need"].isel(year=0), self._need_at_base
        if not drawn and bool((abs(at_base - at_medians) <= _ROUNDING * at_medians).all()):
            supply = self._supply_at_medians[_SUPPLIED].expand_dims(draw=staff.sizes["draw"])
        else:
            inputs = self.people.inputs
            nation = nation_at(self.people.history, self.scenario.years.base)
            each = [
                supply_stage(
                    staff.isel(draw=i),
                    self.people.population,
                    nation,
                    inputs.tables,
                    draws.pinned(i),
                    inputs.members,
                )
                for i in range(len(draws))
            ]
            supply = xr.concat([one[_SUPPLIED] for one in each if one is not None], dim="draw")
        return supply.assign(
            gap=staff["need"].sum("setting") - supply["supply"],
            competence_gap=staff["competence_need"] - supply["competence_supply"],
        ).transpose("draw", "region", "year", ...)


@in_one_thread
def futures_of(scenario: "Scenario", people: People, care: xr.DataTree) -> Futures:
    """The futures of a scenario.

    Parameters
    ----------
    scenario
        From `projector.load_scenario`.
    people
        From `projector.run.pipeline.project_people`.
    care
        From `projector.run.pipeline.project_care`: its run at the medians. Its first year says how
        long stays are, which smooths the arrivals of patients in every draw alike, and how much
        staff there is.

    Raises
    ------
    ConsistencyError
        If something that the scenario or a table says fits nothing.
    """
    assumptions = uncertain_assumptions(scenario)
    inputs = people.inputs
    with inputs.located():
        demand, visitors = demand_of_people(scenario, people)
        varying = Varying.of(scenario)
        of_people = None
        if _people_vary(scenario, varying):
            of_people = FuturesOfPeople.of(
                people.history,
                inputs.tables,
                scenario,
                chosen_regions(scenario, inputs),
                age_width=people.age_width,
            )
        usual = care["activity"].to_dataset()
        resources = resources_of_run(inputs.tables, scenario, usual, demand.years)
        staffing = staffing_of(inputs.tables, scenario, usual)
    known = "supply" in care["workforce"].children
    supply = care[SUPPLY].to_dataset().reset_coords(drop=True) if known else None
    return Futures(
        scenario,
        people,
        varying,
        of_people,
        demand,
        visitors,
        usual,
        care["workforce"]["need"].isel(year=0).reset_coords(drop=True),
        supply,
        resources,
        staffing,
        assumptions,
    )


def _people_vary(scenario: "Scenario", varying: Varying) -> bool:
    """Whether people differ between draws."""
    return (
        varying.paths
        or varying.chance
        or any(
            one.location[0] == "population" and one.location[1] != "visitors"
            for one in uncertain_assumptions(scenario)
        )
    )


def _not_measured() -> list[str]:
    """What the activity stage can tell that no measure is about."""
    return [
        name
        for name in OPTIONAL
        if not any(name in (measure.group, measure.variable) for measure in MEASURES)
    ]
