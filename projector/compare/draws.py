"""How sure a difference is: draw by draw, where both runs have the same random numbers.

Each uncertain assumption has a random stream of its own, named by its path in the scenario. Of
two runs with one seed, draw 17 of both therefore has the same future in all that they share, and
the difference between them is that of the scenarios alone. Its quantiles are those of the
differences; the quantiles of the two runs say nothing about them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
            if each.measure.name in one.groups and each.measure.name in two.groups
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
    groups = [file.groups[figures.measure.name] for file in files]
    for i, label in enumerate(axes[outer].values):
        drawn = [
            _drawn(group, side, outer, str(label), [axes[dim].values for dim in inner], count)
            for group, side in zip(groups, sides, strict=True)
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


def _drawn(
    group: netCDF4.Group,
    side: Side,
    outer: str,
    label: str,
    inner: Sequence[NDArray[np.object_]],
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
    value = group["value"]
    amount = np.zeros((count, *(len(keys) for keys in inner)))
    for key in wanted:
        found = np.ma.filled(value[:count, labels.index(key)], np.nan)
        amount += _on_axes(found, group, value.dimensions[2:], inner)
    return amount


def _on_axes(
    found: Floats, group: netCDF4.Group, dims: Sequence[str], inner: Sequence[NDArray[np.object_]]
) -> Floats:
    """Cells in the order of other labels; NaN where there is no such cell."""
    for axis, (dim, keys) in enumerate(zip(dims, inner, strict=True), start=1):
        own = {str(key): i for i, key in enumerate(group.variables[dim][:])}
        places = np.array([own.get(str(key), -1) for key in keys], dtype=np.intp)
        found = np.take(found, places, axis=axis)
        lacking: Iterator[int] = iter(np.flatnonzero(places < 0))
        for i in lacking:
            found[(slice(None),) * axis + (i,)] = np.nan
    return found
