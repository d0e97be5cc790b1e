r"""How far a projection lay from what came: percentage errors by size of place and age group.

With :math:`P` projected and :math:`F` what came, the percentage error of a region is
:math:`e = P / F - 1`. The mean of :math:`|e|` says how far off the projection is for a region
picked at random, the mean of :math:`e` whether it leans to one side, and the error of the sum
what is left when regions are added up. These are the measures of Smith, Tayman & Swanson (2013,
chapter 13), so published evaluations can be read beside them.

Where nobody came the percentage is undefined: such a region is left out of the percentages and
counted, but its people are in the sum.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "AGE_GROUPS",
    "ALL_SIZES",
    "SIZE_BOUNDS",
    "SIZE_CLASSES",
    "ErrorSummary",
    "in_age_groups",
    "size_class",
    "summarise",
]

Array = NDArray[np.float64]

AGE_GROUPS: Mapping[str, tuple[int, int | None]] = MappingProxyType(
    {
        "total": (0, None),
        "0-19": (0, 19),
        "20-66": (20, 66),
        "67-79": (67, 79),
        "80+": (80, None),
        "67+": (67, None),
    }
)
"""First and last completed year of age, both inclusive; None where the group is open."""

SIZE_BOUNDS = (2_000, 5_000, 10_000, 20_000, 50_000)
"""People at the base year where a size class ends and the next begins."""

SIZE_CLASSES = (
    f"0-{SIZE_BOUNDS[0] - 1}",
    *(f"{low}-{high - 1}" for low, high in pairwise(SIZE_BOUNDS)),
    f"{SIZE_BOUNDS[-1]}+",
)
ALL_SIZES = "all"


def in_age_groups(persons: Array) -> Array:
    """People in each of `AGE_GROUPS`.

    Parameters
    ----------
    persons
        ``[..., age]``, by single age from 0; the last age is open.

    Returns
    -------
    ndarray
        ``[..., group]``.
    """
    groups = [
        persons[..., first : None if last is None else last + 1].sum(axis=-1)
        for first, last in AGE_GROUPS.values()
    ]
    return np.stack(groups, axis=-1)


def size_class(people: Array) -> NDArray[np.intp]:
    """Position in `SIZE_CLASSES` of each number of people."""
    return np.searchsorted(SIZE_BOUNDS, people, side="right")


@dataclass(frozen=True)
class ErrorSummary:
    """Errors of a set of regions, as shares (0.01 is one percent); NaN where none is defined.

    Parameters
    ----------
    regions
        Regions whose percentage error is defined.
    undefined
        Regions left out, because nobody came.
    mean_absolute_error, mean_error, median_absolute_error, percentile_90_absolute_error
        Over the regions, each counting the same.
    error_of_sum
        Of all regions together, those left out included.
    """

    regions: int
    undefined: int
    mean_absolute_error: float
    mean_error: float
    median_absolute_error: float
    percentile_90_absolute_error: float
    error_of_sum: float


def summarise(projected: Array, true: Array) -> ErrorSummary:
    """Errors of one year and age group over some regions.

    Parameters
    ----------
    projected, true
        ``[region]``, persons.

    Returns
    -------
    ErrorSummary

    Raises
    ------
    ValueError
        If a number of people is missing or negative: what is not known has no error.
    """
    if projected.shape != true.shape or projected.ndim != 1:
        raise ValueError("projected and true people are one number for each region")
    if not ((projected >= 0).all() and (true >= 0).all()):
        raise ValueError("a number of people is missing or negative")
    there = true > 0
    error = projected[there] / true[there] - 1.0
    absolute = np.abs(error)
    some = bool(there.any())
    return ErrorSummary(
        regions=int(there.sum()),
        undefined=int((~there).sum()),
        mean_absolute_error=float(absolute.mean()) if some else np.nan,
        mean_error=float(error.mean()) if some else np.nan,
        median_absolute_error=float(np.median(absolute)) if some else np.nan,
        percentile_90_absolute_error=float(np.quantile(absolute, 0.9)) if some else np.nan,
        error_of_sum=float(projected.sum() / true.sum() - 1.0) if some else np.nan,
    )
