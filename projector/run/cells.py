"""What the cells of a measure are, apart from their numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import xarray as xr
from numpy.typing import NDArray

from projector.run.measures import WHOLE

__all__ = ["Cells", "below", "of_all_regions"]


@dataclass(frozen=True, eq=False)
class Cells:
    """What the cells of a measure are: dimensions, and their labels where they have any."""

    dims: tuple[str, ...]
    labels: Mapping[str, NDArray[Any]]

    @classmethod
    def of(cls, array: xr.DataArray) -> "Cells":
        """Those of one draw of `array`, whose first dimension is ``draw``."""
        dims = tuple(str(dim) for dim in array.dims[1:])
        return cls(dims, {dim: _plain(array[dim].values) for dim in dims if dim in array.coords})


def of_all_regions(array: xr.DataArray) -> xr.DataArray:
    """A measure of all regions together; of the region itself where there is one."""
    codes = [str(code) for code in array["region"].values]
    return array.isel(region=codes.index(WHOLE) if WHOLE in codes else 0, drop=True)


def below(arrays: Mapping[str, NDArray[Any]], start: str) -> dict[str, NDArray[Any]]:
    """The arrays whose names begin like this, by the rest of their names."""
    return {
        key.removeprefix(start): array for key, array in arrays.items() if key.startswith(start)
    }


def _plain(labels: NDArray[Any]) -> NDArray[Any]:
    """Labels of a type that a file can hold, whether the lot has been in one or not."""
    return labels.astype(str) if labels.dtype == object else labels
