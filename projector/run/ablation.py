"""Ablation: each change alone, and all changes but each."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from projector.errors import ConsistencyError
from projector.run.pipeline import People
from projector.run.worlds import Worlds, worlds_of

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["ALL_BUT", "ALONE", "ablation"]

ALONE, ALL_BUT = "alone", "all but"

_COLUMNS = ("change", "world", "result", "of", "year", "value", "effect", "unit")
_UNITS = {
    "contacts": "contacts year-1",
    "bed_days": "bed days year-1",
    "staff": "FTE",
}


def ablation(scenario: "Scenario", people: People, years: Sequence[int]) -> pd.DataFrame:
    """What each change does alone, and what it adds to the others.

    Parameters
    ----------
    scenario
        From `projector.load_scenario`.
    people
        From `projector.run.pipeline.project_people`.
    years
        The years to tell of.

    Returns
    -------
    DataFrame
        A row for each change, `world`, result, part of it (`of`: setting, resource or
        profession) and year, in all regions of the run. Where `world` is ``alone`` no other
        change is there, and `effect` is `value` less that without changes; where it is
        ``all but`` all others are, and `effect` is that with all changes less `value`.
        Parts that are 0 in every world are left out. Without changes there are no rows.

    Raises
    ------
    ConsistencyError
        As `projector.run` does.
    """
    worlds = worlds_of(scenario, people)
    names = [one.change.name for one in worlds.written]
    if not names:
        return pd.DataFrame(columns=list(_COLUMNS))
    none, everything = (_figures(worlds, kept, years) for kept in ((), names))
    rows = []
    for name in names:
        others = [other for other in names if other != name]
        by_itself, without = (_figures(worlds, kept, years) for kept in ([name], others))
        rows += [
            by_itself.assign(change=name, world=ALONE, effect=by_itself["value"] - none["value"]),
            without.assign(
                change=name, world=ALL_BUT, effect=everything["value"] - without["value"]
            ),
        ]
    table = pd.concat(rows, ignore_index=True)
    there = table.groupby(["result", "of"])[["value", "effect"]].transform("any").any(axis=1)
    return table.loc[there, list(_COLUMNS)].reset_index(drop=True)


def _figures(worlds: Worlds, kept: Collection[str], years: Sequence[int]) -> pd.DataFrame:
    """Results of a world with some of the changes: result, of, year, value and unit."""
    try:
        results = list(_results(worlds, kept, years))
    except ConsistencyError as error:
        left = ", ".join(f"'{name}'" for name in kept)
        message = f"with only {left} of the changes: " if kept else "without any change: "
        raise ConsistencyError(
            [replace(one, message=message + one.message) for one in error.problems]
        ) from error
    found = [
        pd.DataFrame(
            {
                "result": result,
                "of": key,
                "year": list(years),
                "value": values.sel({dim: key}).values,
                "unit": _UNITS.get(result, result),
            }
        )
        for result, values, dim in results
        for key in values[dim].values
    ]
    return pd.concat(found, ignore_index=True)


def _results(
    worlds: Worlds, kept: Collection[str], years: Sequence[int]
) -> Iterator[tuple[str, xr.DataArray, str]]:
    care = worlds.care(worlds.factors, kept)
    activity = care["activity"]
    capacity = worlds.capacity(care, worlds.factors, same_base=False)
    staff = worlds.workforce(activity, capacity, worlds.factors)
    # The axis of years may bear the base year's number throughout where no norm moves.
    at = [int(year - worlds.years[0]) for year in years]
    for measure in ("contacts", "bed_days"):
        yield measure, activity[measure].isel(year=at).sum(("region", "diagnosis")), "setting"
    for unit in ("beds", "places", "rooms"):
        yield unit, capacity[unit]["need"].isel(year=at).sum("region"), "resource"
    yield "staff", staff["need"].isel(year=at).sum(("region", "setting")), "profession"
