"""Intervals of a backtest from many futures: what a run with draws would have said at the base."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.inputs.input_set import InputSet
from projector.population.backtest import AGE_GROUPS, in_age_groups
from projector.population.futures import Futures
from projector.population.variation import Drawn
from projector.run.deviations import counted_series, deviations_table
from projector.run.history import age_tables
from projector.run.known import inputs_known_at, scenario_at

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["future_people"]

Array = NDArray[np.float64]

_CELLS = 1 << 24
"""Cells of a block: regions, sexes, ages, years and draws; an eighth of a gigabyte."""


def future_people(
    scenario: "Scenario",
    inputs: InputSet,
    base: int,
    years: list[int],
    codes: list[str],
    *,
    draws: int,
    seed: int,
    notes: list[str],
) -> Array:
    """People by age group in each future from a base year, with nothing known after it.

    Parameters
    ----------
    scenario, inputs
        As they are today.
    base
        The base year; the sizes of deviations are those known then.
    years
        Years asked for, after the base.
    codes
        Regions.
    draws, seed
        How many futures, and the seed of their numbers.
    notes
        Are added to.

    Returns
    -------
    ndarray
        ``[region, year, group, draw]``, persons, by `AGE_GROUPS`.

    Raises
    ------
    ConsistencyError
        If there is nothing earlier to learn sizes from.
    """
    series = counted_series(inputs.tables)
    sizes = deviations_table(scenario, inputs, base, series, notes)
    then, _ = scenario_at(scenario, base, years[-1])
    known, _ = inputs_known_at(inputs, base)
    history, age_width = age_tables(then, known)
    tables = {**known.tables, "deviations": sizes}
    futures = Futures.of(history, tables, then, codes, age_width=age_width)
    result = np.empty((len(codes), len(years), len(AGE_GROUPS), draws))
    cells = len(futures.needed) * history.sizes["sex"] * history.sizes["age"]
    at_once = max(1, _CELLS // (cells * (years[-1] - base + 1)))
    for first in range(0, draws, at_once):
        block = range(first, min(first + at_once, draws))
        people = futures.block(Drawn(block, seed))["population"].sel(year=years).sum("sex")
        grouped = in_age_groups(people.transpose("draw", "region", "year", "age").values)
        result[..., block.start : block.stop] = np.moveaxis(grouped, 0, -1)
    return result
