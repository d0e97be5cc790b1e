"""Components of a projection as arrays: dimensions and ranges checked, the year in front."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

__all__ = ["national_total", "schedule"]

Array = NDArray[np.float64]


def schedule(
    components: xr.Dataset,
    name: str,
    dims: tuple[str, ...],
    lowest: float,
    highest: float = np.inf,
    *,
    shared: tuple[str, ...] = ("region",),
) -> Array:
    """A component with axes `dims`.

    Parameters
    ----------
    components
        The dataset.
    name
        Variable of the dataset.
    dims
        The axes of the result, in order.
    lowest, highest
        Bounds, inclusive.
    shared
        Dimensions that may be absent; each becomes an axis of length 1.

    Returns
    -------
    ndarray
        A view where that is possible.

    Raises
    ------
    ValueError
        If dimensions are missing or unknown, or a value is not finite or outside the bounds.
    """
    array = components[name]
    unknown = set(array.dims) - set(dims)
    missing = set(dims) - set(array.dims) - set(shared)
    if unknown or missing:
        raise ValueError(f"{name} has dimensions {array.dims}, expected {dims}")
    absent = [dim for dim in dims if dim not in array.dims]
    values = array.expand_dims(absent).transpose(*dims).values.astype(np.float64, copy=False)
    least, most = float(values.min()), float(values.max())  # NaN where there is one
    if not (np.isfinite([least, most]).all() and lowest <= least and most <= highest):
        raise ValueError(f"{name} must be finite and lie between {lowest:g} and {highest:g}")
    return values


def national_total(components: xr.Dataset, name: str, lowest: float) -> Array | None:
    """A path of the nation ``[year]`` or ``[year, sex, age]``; None where there is none."""
    if name not in components:
        return None
    if components[name].dims == ("year",):
        return schedule(components, name, ("year",), lowest)
    return schedule(components, name, ("year", "sex", "age"), lowest)
