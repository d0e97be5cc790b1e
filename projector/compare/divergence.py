"""Where two runs first part: the first stage, result, year and region in which they differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import xarray as xr

from projector.compare.figures import differs
from projector.compare.sides import Side

__all__ = ["STAGES", "Parted", "parted"]

STAGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "population": ("population", "indicators", "calibration"),
        "activity": ("activity", "sites", "priority", "money"),
        "capacity": ("capacity",),
        "workforce": ("workforce",),
    }
)
"""Stages in the order in which they are calculated, with their groups of the results."""


@dataclass(frozen=True)
class Parted:
    """What a stage of two runs has that differs.

    Parameters
    ----------
    stage
        A key of `STAGES`.
    letter
        The side that is held against the first.
    results
        Results that both have.
    differing
        How many of them differ somewhere.
    group, variable
        The first that does; empty where none does, and so are the fields below.
    year, region, region_name
        The first year in which it does, and the first region then; None where it has no such axis.
    part
        The other labels of the cell that differs most there.
    values
        What the two runs have in it.
    unit
        Of the values.
    """

    stage: str
    letter: str
    results: int
    differing: int = 0
    group: str = ""
    variable: str = ""
    year: int | None = None
    region: str | None = None
    region_name: str | None = None
    part: tuple[tuple[str, str], ...] = ()
    values: tuple[float, float] | None = None
    unit: str = ""


def parted(first: Side, other: Side) -> list[Parted]:
    """What differs between two runs, stage by stage.

    Parameters
    ----------
    first, other
        Two sides.

    Returns
    -------
    list of Parted
        One for each stage of `STAGES`, in their order. The first with `differing` above 0 is
        where the runs part. Cells that only one of them has are not looked at; see
        `projector.compare.figures.unlike`.
    """
    return [_of_stage(stage, first, other) for stage in STAGES]


def _of_stage(stage: str, first: Side, other: Side) -> Parted:
    found: list[tuple[str, str, xr.DataArray, xr.DataArray, xr.DataArray]] = []
    count = 0
    for group, name, one, two in _common(STAGES[stage], first, other):
        count += 1
        apart = differs(one, two)
        if bool(apart.any()):
            found.append((group, name, one, two, apart))
    if not found:
        return Parted(stage, other.letter, count)
    group, name, one, two, apart = found[0]
    cell: dict[str, str | int] = {}
    for axis in ("year", "region"):
        if axis in apart.dims:
            at = int(np.argmax(apart.any([dim for dim in apart.dims if dim != axis]).values))
            label = apart[axis].values[at]
            cell[axis] = int(label) if axis == "year" else str(label)
            one, two, apart = (array.isel({axis: at}) for array in (one, two, apart))
    # Where one of the two has no number the cell is as far apart as can be.
    distance = np.abs(one.values - two.values)
    size = np.where(apart.values, np.where(np.isnan(distance), np.inf, distance), -1.0)
    places = np.unravel_index(int(np.argmax(size)), size.shape)
    part = tuple(
        (str(dim), str(one[dim].values[at])) for dim, at in zip(one.dims, places, strict=True)
    )
    region = cell.get("region")
    return Parted(
        stage, other.letter, count, len(found), group, name,
        year=None if "year" not in cell else int(cell["year"]),
        region=None if region is None else str(region),
        region_name=None if region is None else first.regions.get(str(region), str(region)),
        part=part,
        values=(float(one.values[places]), float(two.values[places])),
        unit=str(one.attrs.get("units", "")),
    )  # fmt: skip


def _common(
    groups: Sequence[str], first: Side, other: Side
) -> Iterator[tuple[str, str, xr.DataArray, xr.DataArray]]:
    """Results that both have, on the labels that both have."""
    order = [
        path for stage in groups for path in first.groups if path.split("/", maxsplit=1)[0] == stage
    ]
    for path in order:
        if path not in other.groups:
            continue
        one, two = (side.groups[path].reset_coords(drop=True) for side in (first, other))
        for name in one.data_vars:
            if name not in two.data_vars:
                continue
            both = [one[name], two[name]]
            # An axis without labels counts its cells; of another length, nothing can be paired.
            bare = [dim for dim in both[0].dims if dim not in both[0].coords]
            if any(both[0].sizes[dim] != both[1].sizes.get(dim) for dim in bare):
                continue
            common = {
                dim: [key for key in both[0][dim].values if key in set(both[1][dim].values)]
                for dim in both[0].dims
                if dim not in bare
            }
            pair = [array.sel(common) for array in both]
            if pair[0].size:
                yield path, str(name), pair[0], pair[1]
