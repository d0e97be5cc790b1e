"""How sure a difference is: draw by draw, where both runs have the same random numbers.

Each uncertain assumption has a random stream of its own, named by its path in the scenario. Of
two runs with one seed, draw 17 of both therefore has the same future in all that they share, and
the difference between them is that of the scenarios alone. Its quantiles are those of the
differences; the quantiles of the two runs say nothing about them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import netCDF4
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.compare.figures import Figures
from projector.compare.sides import Side
from projector.run.lots import DEFAULT_QUANTILES

__all__ = ["Paired", "paired"]

Floats = NDArray[np.float64]
_GROUP = "uncertainty"
_IN_MEMORY = 2**24
"""Numbers of a measure that are read at once, 128 megabytes."""


@dataclass(frozen=True, eq=False)
class Paired:
    """The difference of a side from the first, over draws.

    Parameters
    ----------
    letter
        The side.
    draws
        How many were paired; 0 where none could be.
    why
        Why not, or what to know: ``none``, ``not kept``, ``seeds`` or ``fewer``; empty where
        all is well.
    concerned
        The letters of the sides that `why` is of.
    quantiles
        Their shares.
    measures
        By measure: ``quantile_value[quantile, ...]`` and ``above``, the share of draws in which the
        side is above the first, on the axes of `Figures.values`.
    """

    letter: str
    draws: int
    why: str
    concerned: tuple[str, ...]
    quantiles: tuple[float, ...]
    measures: dict[str, xr.Dataset]


def paired(first: Side, other: Side, figures: Sequence[Figures]) -> Paired:
    """Pair the draws of two sides.

    Parameters
    ----------
    first, other
        Two sides.
    figures
        From `projector.compare.figures.aligned`: the axes of the answer.

    Returns
    -------
    Paired
        Of as many draws as both have. A side without draws, draws that were not kept and other
        seeds leave nothing to pair, and `why` tells.
    """
    quantiles = _quantiles(first)
    both = (first, other)
    lacking = {
        "none": tuple(side.letter for side in both if side.draws is None),
        "not kept": tuple(side.letter for side in both if side.given.draws is None),
    }
    for why, concerned in lacking.items():
        if concerned:
            return Paired(other.letter, 0, why, concerned, quantiles, {})
    if first.seed != other.seed:
        letters = (first.letter, other.letter)
        return Paired(other.letter, 0, "seeds", letters, quantiles, {})
    assert first.given.draws is not None and other.given.draws is not None  # noqa: PT018
    with netCDF4.Dataset(first.given.draws) as one, netCDF4.Dataset(other.given.draws) as two:
        own = [len(file.dimensions["draw"]) for file in (one, two)]
        count = min(own)
        told = {
            each.measure.name: _of_measure(each, both, (one, two), count, quantiles)
            for each in figures
            if all(each.measure.name in side.measures for side in both)
        }
    why = "" if own[0] == own[1] else "fewer"
    more = tuple(side.letter for side, n in zip(both, own, strict=True) if n > count)
    return Paired(other.letter, count, why, more, quantiles, told)


def _quantiles(side: Side) -> tuple[float, ...]:
    """Those that the run told of."""
    tree = side.given.tree
    if _GROUP in tree.children:
        for node in tree[_GROUP].children.values():
            dataset = node.to_dataset()
            if "quantile" in dataset.coords:
                return tuple(float(share) for share in dataset["quantile"].values)
    return DEFAULT_QUANTILES


def _of_measure(
    figures: Figures,
    sides: tuple[Side, Side],
    files: tuple[netCDF4.Dataset, netCDF4.Dataset],
    count: int,
    quantiles: tuple[float, ...],
) -> xr.Dataset:
    """Quantiles of the differences of one measure, one label of its first axis at a time."""
    axes = figures.values.isel(side=0, drop=True)
    outer, *inner = map(str, axes.dims)
    shape = axes.shape
    told = np.full((len(quantiles), *shape), np.nan)
    above = np.full(shape, np.nan)
    name = figures.measure.name
    groups = [file.groups.get(name) for file in files]
    values = [None if group is None else _read(group["value"], count) for group in groups]
    for i, label in enumerate(axes[outer].values):
        keys = [axes[dim].values for dim in inner]
        drawn = [
            _certain(side, name, outer, label, dict(zip(inner, keys, strict=True)), count)
            if group is None
            else _drawn(group, value, side, outer, str(label), keys, count)
            for group, value, side in zip(groups, values, sides, strict=True)
        ]
        if drawn[0] is None or drawn[1] is None:
            continue
        difference = drawn[1] - drawn[0]
        known = ~np.isnan(difference).any(axis=0)
        told[:, i][:, known] = np.quantile(difference[:, known], quantiles, axis=0)
        above[i][known] = (difference[:, known] > 0).mean(axis=0)
    return xr.Dataset(
        {
            "quantile_value": (("quantile", *axes.dims), told),
            "above": (axes.dims, above),
        },
        coords={"quantile": list(quantiles), **{str(dim): axes[dim] for dim in axes.dims}},
    )


def _read(value: Any, count: int) -> Any:
    """The draws themselves where they fit into memory, or else the variable, to be read in parts.

    What is compressed together would be read anew for every part.
    """
    return value[:count] if count * np.prod(value.shape[1:]) <= _IN_MEMORY else value


def _certain(
    side: Side,
    name: str,
    outer: str,
    label: object,
    inner: Mapping[str, NDArray[Any]],
    count: int,
) -> Floats | None:
    """What no draw of a run changes, and the run has therefore not kept: the same in every draw."""
    _, array = side.measures[name]
    if label not in array[outer].values:
        return None
    values = array.sel({outer: label}).reindex(inner).transpose(*inner).values
    return np.broadcast_to(values, (count, *values.shape))


def _drawn(
    group: netCDF4.Group,
    value: Any,
    side: Side,
    outer: str,
    label: str,
    inner: Sequence[NDArray[Any]],
    count: int,
) -> Floats | None:
    """Draws of one label of the first axis, on the other axes; None where a side has no such."""
    labels = [str(key) for key in group.variables[outer][:]]
    if label in labels:
        wanted = [label]
    elif outer == "region":
        wanted = side.parts_of(label) or []
    else:
        wanted = []
    if not wanted or not set(wanted) <= set(labels):
        return None
    amount = np.zeros((count, *(len(keys) for keys in inner)))
    for key in wanted:
        found = np.ma.filled(value[:count, labels.index(key)], np.nan)
        amount += _on_axes(found, group, group["value"].dimensions[2:], inner)
    return amount


def _on_axes(
    found: Floats, group: netCDF4.Group, dims: Sequence[str], inner: Sequence[NDArray[Any]]
) -> Floats:
    """Cells in the order of other labels; NaN where there is no such cell."""
    for axis, (dim, keys) in enumerate(zip(dims, inner, strict=True), start=1):
        own = {str(key): i for i, key in enumerate(group.variables[dim][:])}
        places = np.array([own.get(str(key), -1) for key in keys], dtype=np.intp)
        found = np.take(found, places, axis=axis)
        found[(slice(None),) * axis + (places < 0,)] = np.nan
    return found
