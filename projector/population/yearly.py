"""Schedules year by year: stored as they are, or made when a year's ages are asked for.

A schedule that differs between many futures would fill the memory if it stood there for all years
and regions at once. So the core asks for it by year and by a run of ages, and whoever has it in
another form (levels of the nation's rates, for example) makes what is asked for.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["ALL_AGES", "Stored", "Yearly"]

Array = NDArray[np.float64]

ALL_AGES = slice(None)


class Yearly(Protocol):
    """A schedule of regions, sexes and ages in each year and future."""

    def of(self, t: int, ages: slice) -> Array:
        """A year's values.

        Parameters
        ----------
        t
            Position of the year.
        ages
            Positions of the ages, one after the other.

        Returns
        -------
        ndarray
            ``[region or 1, sex or 1, age, draw or 1]``.
        """
        ...


@dataclass(frozen=True)
class Stored:
    """A schedule that stands there.

    Parameters
    ----------
    values
        ``[year or 1, region or 1, sex or 1, age, draw or 1]``.
    """

    values: Array

    def of(self, t: int, ages: slice) -> Array:
        """A year's values, a view."""
        of_year: Array = self.values[t if len(self.values) > 1 else 0]
        return of_year[:, :, ages]
