"""Schedules year by year: stored as they are, or made when a year's ages are asked for.

A schedule that differs between many futures would fill the memory if it stood there for all years
and regions at once. So the core asks for it by year and by a run of ages, and whoever has it in
another form (levels of the nation's rates, for example) makes what is asked for.
"""

from dataclasses import dataclass
from math import prod
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ALL_AGES",
    "Room",
    "Stored",
    "Yearly",
    "as_many_lie",
    "as_people_lie",
    "of_all_regions",
]

Array = NDArray[np.float64]

ALL_AGES = slice(None)


class Room:
    """Memory that is used again and again, instead of new memory that the system must find first.

    Arrays have the axes ``[region, sex, age, draw]`` and lie as people do (`as_people_lie`). What
    is asked for under a name holds until it is asked for again.
    """

    def __init__(self) -> None:
        self._held: dict[str, Array] = {}
        self._seen: dict[tuple[object, ...], Array] = {}

    def of(self, name: str, *shapes: tuple[int, ...]) -> Array:
        """Room for what is reckoned from arrays of some shapes, broadcast together."""
        asked = (name, *shapes)
        if asked in self._seen:
            return self._seen[asked]
        shape = np.broadcast_shapes(*shapes)
        size = prod(shape)
        if name not in self._held or self._held[name].size < size:
            self._held[name] = np.empty(size)
            self._seen = {key: room for key, room in self._seen.items() if key[0] != name}
        self._seen[asked] = as_people_lie(self._held[name][:size], shape)
        return self._seen[asked]


def as_people_lie(memory: Array, shape: tuple[int, ...]) -> Array:
    """Memory as an array ``[..., region, sex, age, draw]`` that lies as people do.

    Of one future in that order, of many with regions and draws last: the longer of the two
    innermost, as NumPy is fast along long axes only.
    """
    return memory.reshape(shape) if shape[-1] == 1 else _as_many_lie(memory, shape)


def as_many_lie(values: Array) -> Array:
    """A copy ``[..., region, sex, age, draw or 1]`` to go with the people of many futures."""
    result = _as_many_lie(np.empty(values.size), values.shape)
    result[...] = values
    return result


def _as_many_lie(memory: Array, shape: tuple[int, ...]) -> Array:
    *before, regions, sexes, ages, draws = shape
    if regions > draws:
        return np.moveaxis(memory.reshape(*before, sexes, ages, draws, regions), -1, -4)
    return np.moveaxis(memory.reshape(*before, sexes, ages, regions, draws), -2, -4)


def of_all_regions(values: Array) -> Array:
    """The sum over regions, ``[sex, age, draw]``, faster than a sum over an axis.

    In what order depends on how they lie, and so its last digit on how many draws a block has.
    """
    result: Array = np.einsum("rsad->sad", values)
    return result


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
            ``[region or 1, sex or 1, age, draw or 1]``; until the next is asked for.
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
