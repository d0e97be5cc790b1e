"""Many draws of one scenario, some at a time: the block function.

A block walks activity, capacity and workforce once for all its draws, which stand one after
another on the axis of years: every stage does the same in each year, whatever the others are. What
no draw changes (use per person, levels, flows, norms) is made once, for all blocks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import BaseModel

from projector.activity import money_dataset
from projector.activity.demand import demand_of
from projector.activity.draws import demand_of_draws
from projector.activity.ledger import Demand
from projector.activity.stage import change_and_view, filled, written_changes
from projector.activity.views import Views
from projector.activity.visitors import Visitors, visitors_of
from projector.capacity import capacity_stage
from projector.run.pipeline import People
from projector.run.threads import in_one_thread
from projector.scenario.parsing import Ages
from projector.scenario.values import Path
from projector.workforce import workforce_stage

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Futures", "futures_of"]

Array = NDArray[np.float64]
Place = tuple[str | int, ...]


class Drawn(Protocol):
    """A value over years of several draws."""

    def at(self, years: NDArray[np.int64], *, base_year: int) -> Array:
        """Value in each year of each draw, ``[year, draw]``."""
        ...


@dataclass(frozen=True)
class _OfDraws(Path):
    """A path whose values are those of several draws, each of which has all the years."""

    drawn: Drawn | None = field(default=None, compare=False)
    draws: int = 1

    def at(self, years: Any, *, base_year: int, base_value: Any = None) -> Array:
        """Value in each year of each draw, ``[draw · year]``, one draw after another."""
        assert self.drawn is not None
        assert base_value is None, "only people have values that start from a table"
        by_draw = np.asarray(years).reshape(self.draws, -1)
        if (by_draw != by_draw[0]).any():
            raise ValueError("the draws have different years")
        values: Array = self.drawn.at(by_draw[0], base_year=base_year)
        return np.ascontiguousarray(values.T).ravel()


@dataclass(frozen=True)
class Futures:
    """The stages of care of one scenario, for any draws; see `futures_of`.

    Parameters
    ----------
    scenario, people
        The scenario, and the people projected for it at its medians.
    """

    scenario: "Scenario"
    people: People
    _demand: Demand = field(repr=False)
    _visitors: Visitors = field(repr=False)

    @in_one_thread
    def block(
        self,
        values: Mapping[Place, Drawn],
        draws: int,
        population: xr.Dataset | None = None,
    ) -> dict[str, xr.Dataset]:
        """Walk the stages for several draws.

        Parameters
        ----------
        values
            Of every path that is uncertain, by the keys that lead to it.
        draws
            How many draws they are of.
        population
            People of each draw, ``population[region, year, sex, age]``, whose axis of years has
            the draws one after another; None where they are the same in every draw.

        Returns
        -------
        dict of Dataset
            The groups of the tree of results from ``activity`` on, each variable that has years
            with a first dimension ``draw``; those without years, which sum up all of them, are
            left out.
        """
        inputs = self.people.inputs
        drawn = _with_paths(self.scenario, values, draws)
        many = population if population is not None else _tiled(self.people.population, draws)
        persons, visitors = self._persons(drawn, many, draws, own=population is not None)
        demand = demand_of_draws(self._demand, self.scenario, drawn, draws, inputs.members, persons)
        written = written_changes(drawn, demand, inputs.members)
        views = Views(inputs.tables, visitors, inputs.members)
        change_and_view(filled(demand, written), written, views)
        care = views.datasets(demand)
        money = money_dataset(care["activity"], inputs.tables)
        groups = care if money is None else {**care, "money": money}
        capacity, _ = capacity_stage(care, inputs.tables, drawn, inputs.members)
        groups |= {f"capacity/{unit}": dataset for unit, dataset in capacity.items()}
        groups["workforce"] = workforce_stage(
            many, care["activity"], capacity, inputs.tables, drawn
        )
        years = self._demand.years
        return {name: _by_draw(dataset, years, draws) for name, dataset in groups.items()}

    def _persons(
        self, drawn: "Scenario", population: xr.Dataset, draws: int, *, own: bool
    ) -> tuple[Array | None, Visitors]:
        """People of each draw where they differ, ``[draw · year, age · sex, origin]``."""
        people, inputs = population["population"], self.people.inputs
        uncertain = any(
            path.is_uncertain
            for keys, path in self.scenario.paths()
            if keys[:2] == ("population", "visitors")
        )
        if not own and not uncertain:
            present = np.tile(self._visitors.present, (1, draws, 1))
            return None, replace(self._visitors, present=present)
        at_base = self.people.history.sel(year=self.scenario.years.base, drop=True)
        visitors = visitors_of(
            drawn, people, at_base, inputs.tables.get("visitor_ages"), inputs.members
        )
        everybody = np.concatenate([people.values, visitors.persons()])
        by_origin = everybody.transpose(1, 3, 2, 0)
        flat = np.ascontiguousarray(by_origin).reshape(len(by_origin), -1, len(everybody))
        return flat, visitors


@in_one_thread
def futures_of(scenario: "Scenario", people: People) -> Futures:
    """The futures of a scenario.

    Parameters
    ----------
    scenario
        From `projector.load_scenario`.
    people
        From `projector.run.pipeline.project_people`.
    """
    inputs = people.inputs
    with inputs.located():
        demand, visitors = demand_of(
            people.population,
            people.history,
            inputs.tables,
            scenario,
            inputs.members,
            people.indicators["remaining_life_expectancy"],
        )
    return Futures(scenario, people, demand, visitors)


def _tiled(dataset: xr.Dataset, draws: int) -> xr.Dataset:
    """The same people in every draw, on the axis of years."""
    return dataset.isel(year=np.tile(np.arange(dataset.sizes["year"]), draws))


def _by_draw(dataset: xr.Dataset, years: NDArray[np.int64], draws: int) -> xr.Dataset:
    """Draws as a dimension of their own, before all others."""
    kept = {name: array for name, array in dataset.data_vars.items() if "year" in array.dims}
    result = {}
    for name, array in kept.items():
        at = array.dims.index("year")
        shape = (*array.shape[:at], draws, len(years), *array.shape[at + 1 :])
        values = np.moveaxis(array.values.reshape(shape), at, 0)
        result[name] = (("draw", *array.dims), values)
    coords = {name: coord for name, coord in dataset.coords.items() if "year" not in coord.dims}
    return xr.Dataset(result, coords={**coords, "year": years})


def _with_paths(scenario: "Scenario", values: Mapping[Place, Drawn], draws: int) -> "Scenario":
    """The scenario with the values of the draws in the place of its uncertain paths."""

    def put(part: Any, place: Place) -> Any:
        match part:
            case Path() if place in values:
                return _OfDraws(part.points, part.annual, part.bounds, values[place], draws)
            case BaseModel():
                changed = {
                    name: put(getattr(part, name), (*place, info.alias or name))
                    for name, info in type(part).model_fields.items()
                    if name in part.model_fields_set
                }
                return part.model_copy(update=changed)
            case dict():
                return {key: put(one, (*place, str(key))) for key, one in part.items()}
            case tuple() if not isinstance(part, Ages):
                return tuple(put(one, (*place, i)) for i, one in enumerate(part))
            case _:
                return part

    result: Scenario = put(scenario, ())
    return result
