r"""What a ledger of many draws is filled from, made of that of one.

Draws stand on the axis of years, one after another. What no draw changes is there once: use per
person, and the people where they are the same in every draw. Growth that a scenario writes as a
distribution is a factor on the cells that it is about,

.. math:: C_{k,(i,y),c,o} \leftarrow C_{k,y,c,o} \; \frac{G_i(y)}{G_{\mathrm{median}}(y)}

with :math:`G` as in `projector.activity.growth`, so no use per person is ever made for a draw.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.activity.axes import Axes
from projector.activity.growth import grown
from projector.activity.ledger import Demand, Drift
from projector.tables import SETTINGS

if TYPE_CHECKING:
    from projector.scenario.models import Growth, Scenario
    from projector.scenario.values import Path

__all__ = ["demand_of_draws"]

Array = NDArray[np.float64]
Members = Callable[[str], Sequence[str]]


def demand_of_draws(
    demand: Demand,
    scenario: "Scenario",
    drawn: "Scenario",
    draws: int,
    members: Members,
    persons: Array | None = None,
) -> Demand:
    """The demand of several draws.

    Parameters
    ----------
    demand
        Of the medians of the scenario, from `projector.activity.demand.demand_of`.
    scenario
        The scenario as it is written.
    drawn
        The same with the values of the draws: each path has those of all of them, one draw after
        another.
    draws
        How many there are.
    members
        Region codes of a region or area name.
    persons
        People of each draw, ``[draw · year, age · sex, origin]``; None where they are the same.

    Returns
    -------
    Demand
    """
    years = np.tile(demand.years, draws)
    result = replace(demand, years=years, persons=demand.persons if persons is None else persons)
    drifts = tuple(_drifts(result, scenario, drawn, members))
    return replace(result, drifts=drifts)


def _drifts(
    demand: Demand, scenario: "Scenario", drawn: "Scenario", members: Members
) -> Iterator[Drift]:
    """The uncertain growth of each cell, by the entry that governs it: the last one about it."""
    axes = demand.axes
    for diagnosis, several in scenario.activity.growth.items():
        columns = np.array([c for c, one in enumerate(axes.columns) if one.diagnosis == diagnosis])
        governs = np.full((len(axes.cells), len(columns), len(demand.origins)), -1)
        entries: list[tuple[float | None, Path, Path]] = []
        for growth, own in zip(several, drawn.activity.growth[diagnosis], strict=True):
            for cells, path, values in _bands(axes, growth, own):
                of_columns = _in_settings(axes, columns, growth)
                governs[np.ix_(cells, of_columns, _in_regions(demand, growth, members))] = len(
                    entries
                )
                entries.append((growth.limit, path, values))
        for position, (limit, path, values) in enumerate(entries):
            if not path.is_uncertain:
                continue
            ratio = grown(values, demand.years, limit) / grown(path, demand.years, limit)
            for cells, of_columns, origins in _blocks(governs == position):
                yield Drift(cells, columns[of_columns], origins, ratio)


def _bands(
    axes: Axes, growth: "Growth", own: "Growth"
) -> Iterator[tuple[NDArray[np.int64], "Path", "Path"]]:
    """The cells that each path of a growth is about, a band of ages after all of them."""
    of_sex = [growth.sex is None or set(cell.sexes) <= set(growth.sex) for cell in axes.cells]
    if growth.annual is not None and own.annual is not None:
        yield np.flatnonzero(of_sex), growth.annual, own.annual
    for band, path in growth.ages.items():
        inside = [
            chosen and cell.first >= band.first and (band.last < 0 or cell.last <= band.last)
            for cell, chosen in zip(axes.cells, of_sex, strict=True)
        ]
        yield np.flatnonzero(inside), path, own.ages[band]


def _in_settings(axes: Axes, columns: NDArray[np.int64], growth: "Growth") -> NDArray[np.int64]:
    settings = growth.setting or SETTINGS
    return np.flatnonzero([axes.columns[c].setting in settings for c in columns])


def _in_regions(demand: Demand, growth: "Growth", members: Members) -> NDArray[np.int64]:
    if growth.region is None:
        return np.arange(len(demand.origins))
    codes = {code for name in growth.region for code in members(name)}
    return np.flatnonzero([origin.region in codes for origin in demand.origins])


def _blocks(
    chosen: NDArray[np.bool_],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """The cells, columns and origins ``[cell, column, origin]`` that are true, in whole blocks."""
    for of_origins, origins in _alike(chosen):
        for cells, columns in _alike(of_origins):
            if cells.any():
                yield np.flatnonzero(cells), columns, origins


def _alike(
    chosen: NDArray[np.bool_],
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.int64]]]:
    """Each slice along the last axis that occurs, with where it does."""
    slices = np.moveaxis(chosen, -1, 0)
    different, position = np.unique(slices, axis=0, return_inverse=True)
    for i, one in enumerate(different):
        yield one, np.flatnonzero(position.ravel() == i)
