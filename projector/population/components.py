"""Components of a projection as arrays: dimensions and ranges checked, the year in front."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.population.yearly import Stored

__all__ = ["CELLS", "in_every_draw", "national_total", "schedule", "stored"]

Array = NDArray[np.float64]

CELLS = ("year", "region", "sex", "age")
"""Axes of a schedule of cells, before that of the draws."""


def schedule(
    components: xr.Dataset,
    name: str,
    dims: tuple[str, ...],
    lowest: float,
    highest: float = np.inf,
    *,
    shared: tuple[str, ...] = ("region",),
) -> Array:
    """A component with axes `dims`, and that of the draws last.

    Parameters
    ----------
    components
        The dataset.
    name
        Variable of the dataset.
    dims
        The axes of the result but for the last one, ``draw``, in order.
    lowest, highest
        Bounds, inclusive.
    shared
        Dimensions that may be absent; each becomes an axis of length 1, and so does ``draw``.

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
    unknown = set(array.dims) - {*dims, "draw"}
    missing = set(dims) - set(array.dims) - set(shared)
    if unknown or missing:
        raise ValueError(f"{name} has dimensions {array.dims}, expected {dims}")
    absent = [dim for dim in (*dims, "draw") if dim not in array.dims]
    ordered = array.expand_dims(absent).transpose(*dims, "draw")
    values = ordered.values.astype(np.float64, copy=False)
    least, most = float(values.min()), float(values.max())  # NaN where there is one
    if not (np.isfinite([least, most]).all() and lowest <= least and most <= highest):
        raise ValueError(f"{name} must be finite and lie between {lowest:g} and {highest:g}")
    return values


def stored(
    components: xr.Dataset,
    name: str,
    lowest: float,
    highest: float = np.inf,
    *,
    shared: tuple[str, ...] = ("region",),
) -> Stored:
    """A component of cells, ``[year, region, sex, age, draw]``; arguments as for `schedule`."""
    return Stored(schedule(components, name, CELLS, lowest, highest, shared=shared))


def national_total(components: xr.Dataset, name: str, lowest: float) -> Array | None:
    """A path ``[year, draw or 1]`` or ``[year, sex, age, draw or 1]``; None where there is none."""
    if name not in components:
        return None
    if set(components[name].dims) <= {"year", "draw"}:
        return schedule(components, name, ("year",), lowest)
    return schedule(components, name, ("year", "sex", "age"), lowest)


def in_every_draw(total: Array, draws: int) -> Array:
    """A total ``[..., draw or 1]`` as ``[..., draw]``."""
    return np.broadcast_to(total, (*total.shape[:-1], draws))
