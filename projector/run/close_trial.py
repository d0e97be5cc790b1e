"""Levers tried out on a scenario: what is short with them in a year."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.errors import InputsError, Problem, UsageError
from projector.run.close_levers import SHIFT, with_levers, with_task_shift
from projector.run.pipeline import People, nation_at
from projector.workforce.closing import Lever
from projector.workforce.projection import known, walk
from projector.workforce.stage import staff_needed, work_to_do

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Taker", "Trial"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Taker:
    """FTE of those who take over what a task shift moves, in the year, without it and with it.

    They are short, or needed where the profession has no stock.
    """

    has_stock: bool
    before: float
    after: float


class Trial:
    """A scenario whose supply, and need where work is shifted, are reckoned again and again."""

    def __init__(
        self,
        scenario: "Scenario",
        people: People,
        tree: xr.DataTree,
        profession: str,
        year: int,
        to: str | None,
    ) -> None:
        self.scenario, self.people = scenario, people
        self.profession, self.year, self.to = profession, year, to
        self.supply = supply = tree["workforce/supply"].to_dataset()
        if bool(supply["supply"].sel(profession=profession).isnull().all()):
            raise UsageError(
                Problem("--profession", "this profession has no stock, so no gap", profession)
            )
        self.start = known(
            tree["workforce"].to_dataset(),
            people.population,
            nation_at(people.history, scenario.years.base),
            people.inputs.tables,
            people.inputs.members,
            only=[profession],
        )
        self.years = self.start.years
        self.work = work_to_do(
            people.population,
            tree["activity"].to_dataset(),
            {unit: tree[f"capacity/{unit}"].to_dataset() for unit in ("beds", "places", "rooms")},
            people.inputs.tables,
            scenario,
            people.inputs.members,
        )
        summed = supply.sel(profession=profession).sum("region")
        self.full_time = (summed["supply"] / summed["heads"]).values
        self.places = float(summed["begun"].sel(year=year))

    def lever(self, name: str) -> Lever:
        """A lever where it stands now, with its bound."""
        supply, years, base = self.scenario.workforce.supply, self.years, self.scenario.years.base
        before = np.zeros(len(years))
        if name == "retention" and self.profession in supply.retention:
            before = supply.retention[self.profession].at(years, base_year=base)
        elif name == "full_time" and self.profession in supply.full_time:
            before = self.full_time
        elif name == "full_time":
            # Two years say it, where the mean of each year would only follow who is how old.
            ends = [base, self.year]
            before = np.interp(years, ends, self.full_time[np.isin(years, ends)])
        return Lever(name, years, before, self._bound(name), self.year)

    def _bound(self, name: str) -> float:
        own = self.scenario.workforce.close.bounds
        if name in own:
            return own[name]
        table = self.people.inputs.tables.get("close_bounds", pd.DataFrame({"lever": []}))
        rows = table[table["lever"] == name]
        if rows.empty:
            raise InputsError(
                Problem(
                    where="table close_bounds",
                    message=f"nothing says how far {name} may go",
                    expected="a row of the table, or `workforce: {close: {bounds: …}}`",
                )
            )
        return float(rows["highest"].iloc[0])

    def gap(self, parts: Mapping[Lever, float]) -> float:
        """FTE short in the year, all regions together."""
        after = {lever.name: lever.after(part) for lever, part in parts.items()}
        shift = after.pop(SHIFT, None)
        scenario = with_levers(self.scenario, self.profession, after, self.years)
        at = int(np.flatnonzero(self.years == self.year)[0])
        with self.people.inputs.located():
            supplied = walk(self.start, scenario, self.people.inputs.members).fte
            needed = float(self.start.need[..., at].sum())
            if shift is not None:
                # The fewest on duty stay, so the need does not fall by the share everywhere.
                needed = self._needed(self.profession, shift)
        return needed - float(supplied[at].sum())

    def taker(self, share: Array) -> Taker:
        """What a task shift means to those who take over; `share` is ``[year]``."""
        assert self.to is not None
        stock = self.supply["supply"].sel(profession=self.to, year=self.year)
        has_stock = not bool(stock.isnull().any())
        there = float(stock.sum()) if has_stock else 0.0
        before, after = (self._needed(self.to, one) - there for one in (0.0 * share, share))
        return Taker(has_stock, before, after)

    def _needed(self, profession: str, share: Array) -> float:
        """FTE in the year, all regions together, with a task shift by ``[year]``."""
        assert self.to is not None
        scenario = with_task_shift(self.scenario, self.profession, self.to, share, self.years)
        place = self.work.professions.index(profession)
        at = int(np.flatnonzero(self.years == self.year)[0])
        return float(staff_needed(self.work, scenario)[:, at, ..., place].sum())
