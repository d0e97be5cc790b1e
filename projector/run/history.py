"""The run of age tables that a projection starts from: regions and nation, by single age."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from projector.errors import ConsistencyError, Problem
from projector.inputs.ages import ungroup
from projector.inputs.input_set import InputSet
from projector.inputs.regions import outermost
from projector.population import stationary_tail
from projector.tables import NATION, OPEN_AGE

if TYPE_CHECKING:
    from projector.inputs.population import Population
    from projector.scenario.models import Scenario

__all__ = ["age_notes", "age_tables"]

_WIDE = 5
"""Years; wider groups hold several generations of movers."""

_COMPLETE = 0.99
"""Regions that hold this share of the published national population are the whole country:
people of unknown or divided municipalities are far fewer than the rest."""


def age_tables(scenario: "Scenario", inputs: InputSet) -> tuple[xr.DataArray, int]:
    """People by single age, the nation among the regions.

    The nation is the table's own row, or the sum of the regions where they are the whole
    country, or else the nation of the input set.

    Parameters
    ----------
    scenario
        For the base year.
    inputs
        Tables as published.

    Returns
    -------
    DataArray
        ``[region, year, sex, age]``, persons on 1 January.
    int
        Width of the widest age group that they were made from.

    Raises
    ------
    ConsistencyError
        If there is no age table for the base year, or no nation to compare with.
    """
    base_year = scenario.years.base
    published = inputs.population
    _require_base_year(scenario, published)
    tail = stationary_tail(inputs.tables, OPEN_AGE, base_year)
    history = ungroup(published, open_age=OPEN_AGE, tail=tail)
    if NATION in inputs.codes:
        return history, published.age_width
    together = history.sel(region=outermost(inputs.codes)).sum("region")
    if float(together.sel(year=base_year).sum()) >= _COMPLETE * _country(inputs, base_year):
        return _with_nation(history, together), published.age_width
    if inputs.nation is None or base_year not in inputs.nation.persons["year"].values:
        raise ConsistencyError(
            Problem(
                where=scenario.where("inputs"),
                message="the regions of the population table are only part of the country, and "
                f"nobody says how the nation was in {base_year}",
                expected="all municipalities, or the nation (region 0) in the table or in the set",
            )
        )
    nation = ungroup(inputs.nation, open_age=OPEN_AGE, tail=tail).sel(region=NATION, drop=True)
    years = np.intersect1d(history["year"], nation["year"])
    width = max(published.age_width, inputs.nation.age_width)
    return _with_nation(history.sel(year=years), nation.sel(year=years)), width


def age_notes(inputs: InputSet, history: xr.DataArray, age_width: int) -> list[str]:
    """What the ages of the tables mean for the moves that are derived from them.

    Parameters
    ----------
    inputs
        The tables as published.
    history, age_width
        From `age_tables`.

    Returns
    -------
    list of str
    """
    own = inputs.population.age_width
    years = history["year"].values
    missing = sorted(set(range(int(years[0]), int(years[-1]))) - set(map(int, years)))
    gaps = [
        f"there is no age table of {', '.join(map(str, missing))}; what moves did then is seen "
        "together with the years around"
    ]
    notes = gaps if missing else []
    if age_width > own:
        return [
            *notes,
            f"the nation of the input set has age groups of {age_width} years, so moves are "
            "compared over so many years; with the nation (region 0) by single age in the "
            "population table they would be compared year by year",
        ]
    if own > _WIDE:
        return [
            *notes,
            f"the population table has age groups of up to {own} years; moves are those of the "
            "single ages that they were spread to, and are less sure than from five-year groups",
        ]
    return notes


def _require_base_year(scenario: "Scenario", published: "Population") -> None:
    known = [int(year) for year in published.persons["year"].values]
    base_year = scenario.years.base
    if base_year not in known:
        raise ConsistencyError(
            Problem(
                where=scenario.where("years", "base"),
                message="there is no age table for the base year",
                found=str(base_year),
                expected=f"one of {', '.join(map(str, known))}",
                nearest=str(min(known, key=lambda year: abs(year - base_year))),
            )
        )


def _country(inputs: InputSet, year: int) -> float:
    """Published people of the whole country."""
    paths = inputs.tables["paths"]
    points = paths[(paths["component"] == "population") & (paths["level"] == "M")]
    points = points.sort_values("year")
    return float(np.interp(year, points["year"], points["value"]))


def _with_nation(regions: xr.DataArray, nation: xr.DataArray) -> xr.DataArray:
    return xr.concat([regions, nation.expand_dims(region=[NATION])], dim="region")
