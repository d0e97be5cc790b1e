"""The draws themselves as netCDF-4, block after block: more than fits into memory."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import netCDF4
import numpy as np
import xarray as xr

from projector.outputs.netcdf import COORDINATES, file_system_faults

__all__ = ["DRAWS_FILE", "Drawn", "write_draws"]

DRAWS_FILE = "draws.nc"

_VALUES = 2**17
"""Values of a chunk, a megabyte: small enough to read a few draws or a few cells of all."""


class Drawn(Protocol):
    """Whoever has draws."""

    def draws(self) -> Iterator[tuple[int, Mapping[str, xr.DataArray]]]:
        """The number of the first draw of each block, and its measures, ``[draw, ...]``."""
        ...


def write_draws(drawn: Drawn, attributes: Mapping[str, Any], path: Path) -> None:
    """Write draws.

    Parameters
    ----------
    drawn
        Has the draws.
    attributes
        Of the file: where it comes from.
    path
        The file to write: a group for each measure with a variable ``value``, whose first
        dimension is ``draw``, in chunks, compressed.
    """
    with file_system_faults(path), netCDF4.Dataset(path, "w") as file:
        file.setncatts(dict(attributes))
        file.createDimension("draw", None)
        for first, measures in drawn.draws():
            for name, array in measures.items():
                if name not in file.groups:
                    _begin(file.createGroup(name), array)
                file.groups[name]["value"][first : first + len(array)] = array.values


def _begin(group: netCDF4.Group, array: xr.DataArray) -> None:
    for dim in map(str, array.dims[1:]):
        group.createDimension(dim, array.sizes[dim])
        if dim not in array.coords:
            continue
        labels = array[dim].values
        if labels.dtype.kind == "U":
            labels = labels.astype(object)
        variable = group.createVariable(dim, str if labels.dtype == object else labels.dtype, dim)
        variable[:] = labels
        variable.setncatts(COORDINATES[dim])
    chunks = [max(length, 1) for length in array.shape]
    for axis in range(1, len(chunks)):  # the widest that is whole from some axis on
        excess = int(np.ceil(np.prod(chunks) / _VALUES))
        chunks[axis] = max(chunks[axis] // excess, 1)
    value = group.createVariable(
        "value",
        np.float64,
        tuple(map(str, array.dims)),
        chunksizes=chunks,
        zlib=True,
        complevel=1,
        shuffle=True,
        fletcher32=True,
        fill_value=np.nan,
    )
    value.setncatts(array.attrs)
