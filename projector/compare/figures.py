"""Figures of all sides on common axes, and what only some of the sides have."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.compare.sides import Side
from projector.run.measures import Measure
from projector.tables import unique

__all__ = ["ROUNDING", "Figures", "Floats", "Unlike", "aligned", "differs", "unlike"]

Floats = NDArray[np.float64]

ROUNDING = 1e-9
"""Share of a number by which two count as the same: the last digits of a sum are chance."""


@dataclass(frozen=True, eq=False)
class Figures:
    """A measure of all sides.

    Parameters
    ----------
    measure
        What it is of.
    values
        ``[side, ...]``, the other axes with all labels that any side has; NaN where a side has no
        such cell, or where the question does not arise for it.
    """

    measure: Measure
    values: xr.DataArray

    @property
    def differences(self) -> xr.DataArray:
        """``[side, ...]``: each side less the first; NaN where one of the two has no number."""
        return self.values - self.values.isel(side=0, drop=True)


@dataclass(frozen=True)
class Unlike:
    """Labels of an axis, or whole results, that only some of the sides have.

    Parameters
    ----------
    axis
        ``year``, ``region``, another axis, or ``result``.
    labels
        Those concerned, all of the same sides.
    letters
        The sides that have them.
    """

    axis: str
    labels: tuple[str, ...]
    letters: tuple[str, ...]


def differs(one: Floats, other: Floats) -> NDArray[np.bool_]:
    """Where two arrays of one shape differ by more than `ROUNDING`, or in having a number."""
    largest = np.maximum(np.abs(one), np.abs(other))
    apart: NDArray[np.bool_] = np.abs(one - other) > ROUNDING * largest
    apart |= np.isnan(one) != np.isnan(other)
    return apart


def aligned(sides: Sequence[Side]) -> list[Figures]:
    """Every measure that some side has, on axes with all labels.

    Parameters
    ----------
    sides
        At least one.

    Returns
    -------
    list of Figures
        In the order of `projector.run.measures.MEASURES`.
    """
    found: dict[str, Measure] = {}
    for side in sides:
        found |= {name: measure for name, (measure, _) in side.measures.items()}
    letters = xr.DataArray([side.letter for side in sides], dims="side", name="side")
    told = []
    for name, measure in found.items():
        arrays = [side.measures[name][1] if name in side.measures else None for side in sides]
        there = [array for array in arrays if array is not None]
        labels = {str(dim): _labels(there, str(dim)) for dim in there[0].dims}
        nothing = xr.DataArray(np.nan).expand_dims(labels)
        columns = [nothing if array is None else array.reindex(labels) for array in arrays]
        values = xr.concat(columns, dim=letters, join="exact", coords="minimal", compat="override")
        told.append(Figures(measure, values.transpose("side", *labels)))
    return told


def _labels(arrays: Sequence[xr.DataArray], dim: str) -> NDArray[Any]:
    """Labels of an axis in any of the arrays, in the order of the first that has each."""
    if dim == "year":
        return np.array(sorted({int(year) for array in arrays for year in array[dim].values}))
    return np.array(unique(str(key) for array in arrays for key in array[dim].values), dtype=object)


def unlike(sides: Sequence[Side]) -> list[Unlike]:
    """Years, regions, other labels and results that not all sides have.

    Parameters
    ----------
    sides
        At least one.

    Returns
    -------
    list of Unlike
        Years first, then regions, other labels by axis, and results by file name.
    """
    axes: dict[str, dict[str, list[str]]] = {"year": {}, "region": {}}
    for side in sides:
        for axis, label in unique([*_cells(side), *_results(side)]):
            axes.setdefault(axis, {}).setdefault(label, []).append(side.letter)
    found = []
    for axis in [name for name in axes if name != "result"] + ["result"]:
        by_sides: dict[tuple[str, ...], list[str]] = {}
        for label, letters in axes.get(axis, {}).items():
            if len(letters) < len(sides):
                by_sides.setdefault(tuple(letters), []).append(label)
        found += [Unlike(axis, tuple(labels), letters) for letters, labels in by_sides.items()]
    return found


def _cells(side: Side) -> Iterator[tuple[str, str]]:
    """Axis and label of all that the measures of a side are of."""
    for year in side.years:
        yield "year", str(year)
    for code, name in side.regions.items():
        yield "region", code if code == name else f"{code} {name}"
    for _, array in side.measures.values():
        for dim in map(str, array.dims):
            if dim not in ("year", "region"):
                yield from ((dim, str(key)) for key in array[dim].values)


def _results(side: Side) -> Iterator[tuple[str, str]]:
    for group, dataset in side.groups.items():
        yield from (("result", f"{group}/{name}") for name in dataset.data_vars)
