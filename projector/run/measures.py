"""What is summarised over draws: the figures that planners read, with their places in the tree."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.capacity.norms import UNITS
from projector.capacity.stage import ROUNDING
from projector.tables import VARIABLES
from projector.tables.suppression import GATHERED, flag_in, has_suppressed, sum_of_told

__all__ = ["AGE_BANDS", "MEASURES", "WHOLE", "Measure", "figures_of"]

Array = NDArray[np.float64]
Dims = tuple[str, ...]

AGE_BANDS: Mapping[str, tuple[int, int | None]] = {
    "0-19": (0, 19),
    "20-66": (20, 66),
    "67-79": (67, 79),
    "80+": (80, None),
}
"""Ages that people are summarised by."""

WHOLE = "all"
"""Stands for all regions of the run together: quantiles of the parts do not add up to theirs."""


@dataclass(frozen=True)
class Measure:
    """A result that is summarised over draws.

    Parameters
    ----------
    name
        What it is called among the summaries.
    group, variable
        Its place in the tree of results.
    over
        Dimensions that are summed over.
    adds_up
        Whether regions add up; if so, all of them together are summarised too.
    limit
        Draws above it are counted; None counts none.
    headline
        Whether it is one of the main figures, which tell how many draws to have and are told what
        they depend on.
    """

    name: str
    group: str
    variable: str
    over: tuple[str, ...] = ()
    adds_up: bool = True
    limit: float | None = None
    headline: bool = False

    @property
    def unit(self) -> str:
        """Its unit."""
        return VARIABLES[self.group][self.variable].unit


MEASURES = (
    Measure("people", "population", "population", ("sex",), headline=True),
    Measure("contacts", "activity", "contacts", ("diagnosis",)),
    Measure("contacts_by_diagnosis", "activity", "contacts", ("setting",)),
    Measure("bed_days", "activity", "bed_days", ("diagnosis",)),
    Measure("readmissions", "activity", "readmissions", ("diagnosis",)),
    Measure("ready_days", "activity", "ready_days", ("diagnosis",)),
    Measure("own_coverage", "sites", "own_coverage", adds_up=False),
    Measure("activity_income", "money", "activity_income"),
    Measure("ready_day_payment", "money", "ready_day_payment"),
    Measure("cost", "money", "cost", ("setting",)),
    *(Measure(unit, f"capacity/{unit}", "need", headline=True) for unit in UNITS),
    *(Measure(f"{unit}_gap", f"capacity/{unit}", "gap", limit=ROUNDING) for unit in UNITS),
    Measure("refusal", "capacity/beds", "refusal"),
    Measure("staff", "workforce", "need", ("setting",), headline=True),
    Measure("competence", "workforce", "competence_need"),
    Measure("working_age_share", "workforce", "working_age_share", adds_up=False),
    Measure("staff_supply", "workforce/supply", "supply"),
    Measure("staff_gap", "workforce/supply", "gap", limit=0.0, headline=True),
    Measure("competence_gap", "workforce/supply", "competence_gap", limit=0.0),
)
"""The results that are summarised."""


def figures_of(groups: Mapping[str, xr.Dataset]) -> Iterator[tuple[Measure, xr.DataArray]]:
    """The measures of a block of draws, or of the run at the medians.

    Parameters
    ----------
    groups
        Groups of the tree of results, with a dimension ``draw`` or without.

    Yields
    ------
    Measure
    DataArray
        ``draw`` first where there is one; where regions add up the last of them is `WHOLE`.
    """
    for measure in MEASURES:
        if measure.group not in groups or measure.variable not in groups[measure.group]:
            continue
        known = groups[measure.group].variables
        variable = known[measure.variable]
        if "diagnosis" in variable.dims and GATHERED in known["diagnosis"].values:
            yield measure, _told(groups[measure.group][measure.variable], measure)
            continue
        flag = flag_in(groups[measure.group], measure.variable)
        if flag is not None:
            yield measure, _told_numbers(groups[measure.group][measure.variable], flag, measure)
            continue
        dims, values = tuple(map(str, variable.dims)), variable.values
        coords: dict[str, Any] = {dim: known[dim] for dim in dims if dim in known}
        dims, values = _summed(dims, values, measure.over)
        if "age" in dims:
            values = _by_band(values, dims.index("age"), coords.pop("age").values)
            dims = (*(dim for dim in dims if dim != "age"), "ages")
            coords["ages"] = np.array(list(AGE_BANDS), dtype=object)
        if "region" in dims and measure.adds_up and len(coords["region"]) > 1:
            values = _with_whole(values, dims.index("region"))
            coords["region"] = np.array([*map(str, coords["region"].values), WHOLE], dtype=object)
        kept = {dim: labels for dim, labels in coords.items() if dim in dims}
        yield measure, xr.DataArray(values, dims=dims, coords=kept)


def _told(array: xr.DataArray, measure: Measure) -> xr.DataArray:
    """The figures of a run that suppresses small numbers: what is hidden in a part has no sum."""
    over = measure.over
    if "diagnosis" in over:
        array = array.sum(over).where(array.sel(diagnosis=GATHERED, drop=True).notnull())
    elif over:
        array = array.sum(over, skipna=False)
    if "region" in array.dims and measure.adds_up and array.sizes["region"] > 1:
        # A diagnosis group that is suppressed in one region has no sum over all of them.
        hidden = has_suppressed(array)
        whole = array.sum("region", skipna=False) if hidden else array.sum("region", min_count=1)
        whole = whole.expand_dims(region=[WHOLE])
        array = xr.concat([array, whole], dim="region").transpose(*array.dims)
    return array.reset_coords(drop=True)


def _told_numbers(array: xr.DataArray, flag: xr.DataArray, measure: Measure) -> xr.DataArray:
    """The figures of a number that is made of suppressed counts in a part."""
    array = array.reset_coords(drop=True)
    figures = sum_of_told(array, flag, measure.over)[0] if measure.over else array
    if measure.adds_up:
        whole = sum_of_told(array, flag, ("region", *measure.over))[0].expand_dims(region=[WHOLE])
        figures = xr.concat([figures, whole], dim="region")
    dims = [str(dim) for dim in array.dims if dim not in measure.over]
    return figures.transpose(*dims)


def _summed(dims: tuple[str, ...], values: Array, over: tuple[str, ...]) -> tuple[Dims, Array]:
    """Values summed over some dimensions; what is not known adds nothing."""
    if not over:
        return dims, values
    axes = tuple(dims.index(dim) for dim in over)
    result = values.sum(axis=axes)
    if np.isnan(result).any():
        result = np.nansum(values, axis=axes)
    return tuple(dim for dim in dims if dim not in over), result


def _with_whole(values: Array, axis: int) -> Array:
    """Regions, and last all of them together: what is not known in any is not known."""
    result = _laid_out(values.shape, axis, more=1)
    parts, whole = (np.moveaxis(result, axis, 0)[chosen] for chosen in (slice(-1), -1))
    parts[...] = np.moveaxis(values, axis, 0)
    values.sum(axis=axis, out=whole)
    if np.isnan(whole).any():
        whole[...] = np.nansum(values, axis=axis)
        whole[np.isnan(values).all(axis=axis)] = np.nan
    return result


def _laid_out(shape: tuple[int, ...], axis: int, more: int) -> Array:
    """An array of a shape with more along an axis, whose first axis lies innermost in memory.

    That is of draws, whose summaries are made next; of one run it makes no difference.
    """
    first, *rest = (length + more * (i == axis) for i, length in enumerate(shape))
    return np.moveaxis(np.empty((*rest, first)), -1, 0)


def _by_band(people: Array, axis: int, ages: NDArray[np.int64]) -> Array:
    """People by `AGE_BANDS` on the last axis, in place of ages on the axis."""
    of_ages = np.moveaxis(people, axis, 0)
    bands = []
    for first, last in AGE_BANDS.values():
        chosen = (ages >= first) & (ages <= (np.inf if last is None else last))
        at = np.flatnonzero(chosen)
        bands.append(of_ages[at[0] : at[-1] + 1].sum(axis=0))
    return np.stack(bands, axis=-1)
