"""Where two runs first part: the first stage, result, year and region in which they differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import xarray as xr

from projector.compare.figures import Floats, differs
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
    pairs = list(_common(STAGES[stage], first, other))
    apart = [differs(one.values, two) for _, _, one, two in pairs]
    found = [i for i, there in enumerate(apart) if there.any()]
    if not found:
        return Parted(stage, other.letter, len(pairs))
    group, name, one, two = pairs[found[0]]
    there, dims = apart[found[0]], list(map(str, one.dims))
    for axis in ("year", "region"):  # the first year, and the first region in it
        if axis in dims:
            at = dims.index(axis)
            rest = tuple(i for i in range(len(dims)) if i != at)
            first_there = int(np.argmax(there.any(axis=rest)))
            kept = np.arange(there.shape[at]) == first_there
            there = there & kept.reshape([-1 if i == at else 1 for i in range(len(dims))])
    # Where one of the two has no number the cell is as far apart as can be.
    distance = np.abs(one.values - two)
    size = np.where(there, np.where(np.isnan(distance), np.inf, distance), -1.0)
    places = np.unravel_index(int(np.argmax(size)), size.shape)
    cell = {dim: str(one[dim].values[at]) for dim, at in zip(dims, places, strict=True)}
    region = cell.pop("region", None)
    year = cell.pop("year", None)
    return Parted(
        stage, other.letter, len(pairs), len(found), group, name,
        year=None if year is None else int(year),
        region=region,
        region_name=None if region is None else first.regions.get(region, region),
        part=tuple(cell.items()),
        values=(float(one.values[places]), float(two[places])),
        unit=str(one.attrs.get("units", "")),
    )  # fmt: skip


def _common(
    groups: Sequence[str], first: Side, other: Side
) -> Iterator[tuple[str, str, xr.DataArray, Floats]]:
    """Results that both have, on the labels that both have, in the order of the first."""
    order = [
        path for stage in groups for path in first.groups if path.split("/", maxsplit=1)[0] == stage
    ]
    for path in order:
        if path not in other.groups:
            continue
        for name, one in first.groups[path].data_vars.items():
            two = other.groups[path].get(name)
            if two is None or two.dims != one.dims:
                continue
            pair = _on_common_labels(one, two)
            if pair is not None and pair[0].size:
                yield path, str(name), *pair


def _on_common_labels(one: xr.DataArray, two: xr.DataArray) -> tuple[xr.DataArray, Floats] | None:
    """Two results on the labels of both; None where their cells have none and cannot be paired."""
    values: Floats = two.values
    for axis, dim in enumerate(one.dims):
        if dim not in one.coords or dim not in two.coords:
            if one.sizes[dim] != two.sizes[dim]:
                return None
            continue
        own, others = one[dim].values.tolist(), two[dim].values.tolist()
        if own == others:
            continue
        common = [key for key in own if key in set(others)]
        one = one.isel({dim: [own.index(key) for key in common]})
        values = np.take(values, [others.index(key) for key in common], axis=axis)
    return one, values
