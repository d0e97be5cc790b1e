"""What is summarised over draws: the figures that planners read, with their places in the tree."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from projector.capacity.norms import UNITS
from projector.capacity.stage import ROUNDING
from projector.tables import VARIABLES
from projector.tables.suppression import GATHERED, has_suppressed

__all__ = ["AGE_BANDS", "MEASURES", "WHOLE", "Measure", "figures_of"]

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
        array = groups[measure.group][measure.variable]
        if measure.over:
            array = _summed(array, measure.over)
        if "age" in array.dims:
            array = _by_band(array)
        if "region" in array.dims and measure.adds_up and array.sizes["region"] > 1:
            whole = _of_all_regions(array).expand_dims(region=[WHOLE])
            array = xr.concat([array, whole], dim="region").transpose(*array.dims)
        yield measure, array.reset_coords(drop=True)


def _summed(array: xr.DataArray, over: tuple[str, ...]) -> xr.DataArray:
    """The sum over axes; none of what a run suppressed, unless it is told together in the sum."""
    if not has_suppressed(array):
        return array.sum(over)
    if "diagnosis" not in over:
        return array.sum(over, skipna=False)
    return array.sum(over).where(array.sel(diagnosis=GATHERED, drop=True).notnull())


def _of_all_regions(array: xr.DataArray) -> xr.DataArray:
    """Regions added up; a diagnosis group that is suppressed in one of them has no sum."""
    if has_suppressed(array):
        return array.sum("region", skipna=False)
    return array.sum("region", min_count=1)


def _by_band(people: xr.DataArray) -> xr.DataArray:
    bands = [people.sel(age=slice(*ages)).sum("age") for ages in AGE_BANDS.values()]
    names = np.array(list(AGE_BANDS), dtype=object)
    return xr.concat(bands, dim=xr.DataArray(names, dims="ages", name="ages")).transpose(
        ..., "ages"
    )
