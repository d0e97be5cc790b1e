r"""The activity stage: persons to contacts and bed days.

.. math:: C_{r,y,d,s} = \sum_{x,a} P_{r,y,x,a} \; u_{y,x,a,d,s}

one matrix product for each cell of sex and age (`projector.activity.ledger`), levels of regions,
and then the scenario's changes (`projector.activity.changes`), which scale slices of it. Visitors
are people as residents are, with their own share of use (`projector.activity.visitors`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from projector.activity.application import WrittenChange
from projector.activity.chance import Chance
from projector.activity.changes import apply_changes, refuse_idle
from projector.activity.conflicts import refuse_conflicts
from projector.activity.demand import demand_of
from projector.activity.filling import Filled, filled
from projector.activity.flows import with_own_sites
from projector.activity.ledger import Demand
from projector.activity.views import Views
from projector.errors import ConsistencyError, Problem

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["activity_stage", "change_and_view", "written_changes"]

Members = Callable[[str], Sequence[str]]


def activity_stage(
    population: xr.Dataset,
    history: xr.DataArray,
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    members: Members,
    remaining: xr.DataArray,
) -> dict[str, xr.Dataset]:
    """Contacts and bed days by region, year, diagnosis and setting.

    Parameters
    ----------
    population
        Result of the population stage.
    history
        ``[region, year, sex, age]``, persons of the years of the tables, in every region of
        them, the nation among them: how visitors of an area are spread, who they are, and the
        people that counts of activity are of.
    tables
        Input tables ``diagnoses``, ``use_rates``, ``length_of_stay``, ``growth`` and, where
        there are any, those of urgency, readmissions, discharge, flows, levels, groups and
        visitors.
    scenario
        Growth, changes, visitors and base year.
    members
        Region codes of a region or area name.
    remaining
        Remaining life expectancy of the nation, ``[year, sex, age]``, years.

    Returns
    -------
    dict of Dataset
        ``activity``: contacts, bed days and their parts by region; ``sites``: the same by site,
        where flows are known; ``priority``: by priority group, where there are any.

    Raises
    ------
    ConsistencyError
        If a change finds nothing to change, takes more than there is, undoes another, or brings
        stays to where no length of stay is known.
    """
    demand, visitors = demand_of(population, history, tables, scenario, members, remaining)
    written = written_changes(scenario, demand, members)
    views = Views(with_own_sites(tables, scenario), visitors, members)
    found = change_and_view(filled(demand, written), written, views)
    refuse_idle(written, found, demand)
    return views.datasets(demand)


def change_and_view(
    parts: Iterable[Filled],
    written: Sequence[WrittenChange],
    views: Views,
    *,
    strict: bool = True,
    chance: Chance | None = None,
) -> list[bool]:
    """Apply the changes to ledgers and add them to the views.

    Parameters
    ----------
    parts
        From `filled`; the ledgers are changed in place.
    written
        The changes, in their order.
    views
        Is added to.
    strict
        As for `projector.activity.changes.apply_changes`.
    chance
        Is given each ledger after the views have it; None where nothing varies by chance.

    Returns
    -------
    list of bool
        For each change whether it found anything to change.
    """
    found = np.zeros(len(written), dtype=bool)
    for part in parts:
        hit = apply_changes(part.ledger, written, part.of_ledger, strict=strict)
        found |= np.array(hit, dtype=bool)
        sums = part.sums()
        views.add(part.ledger, part.demand, sums)
        if chance is not None:
            chance.add(part.ledger, part.demand, sums)
    return [bool(hit) for hit in found]


def written_changes(
    scenario: "Scenario", demand: Demand, members: Members
) -> tuple[WrittenChange, ...]:
    """The changes of a scenario that do something, in their order.

    Raises
    ------
    ConsistencyError
        If some of them undo one another, or one counts contacts for regions outside the run, or
        works off a waiting list in years before the base year.
    """
    written = tuple(
        WrittenChange(change, scenario.where("activity", "changes", i, change.kind))
        for i, change in enumerate(scenario.activity.changes)
        if change.acts_in(demand.years, base_year=demand.base_year).any()
    )
    _refuse_numbers_for_outsiders(written, demand, members)
    _refuse_early_work(written, demand.base_year)
    refuse_conflicts(written, demand.axes)
    return written


def _refuse_early_work(written: Sequence[WrittenChange], base_year: int) -> None:
    """Of a waiting list no part is had in years that are not projected."""
    problems = [
        Problem(
            where=one.place,
            message=f"'{one.change.name}' works off a part of the waiting list before the base "
            "year",
            found=f"from: {between.first}",
            expected=f"{base_year} or later, and those who still wait then",
        )
        for one in written
        if (between := one.change.between) is not None and between.first < base_year
    ]
    if problems:
        raise ConsistencyError(problems)


def _refuse_numbers_for_outsiders(
    written: Sequence[WrittenChange], demand: Demand, members: Members
) -> None:
    """A number of contacts is for all its regions, so all of them must be in the run."""
    inside = {origin.region for origin in demand.origins}
    problems = [
        Problem(
            where=one.place,
            message=f"'{one.change.name}' counts contacts for {name}, of which only a part is in "
            "the run",
            expected="a share, or regions that the scenario projects",
        )
        for one in written
        if one.change.contacts is not None or one.change.waiting is not None
        for name in one.change.selection.region or ()
        if not set(members(name)) <= inside
    ]
    if problems:
        raise ConsistencyError(problems)
