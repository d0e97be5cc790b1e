"""Memory: what a function gave of the same arguments before, for runs that follow one another.

A function that is asked for the same again, because what differs between two runs does not reach
it, need not reckon it again. What it gave is found by a key that holds everything that it depends
on, so that there are the same bits with memory and without.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import xarray as xr

__all__ = ["FORGETFUL", "Memory", "Same", "bits"]

Kept = TypeVar("Kept")


@dataclass(frozen=True, eq=False)
class Same:
    """A key that is equal to that of the very same object, which it keeps alive.

    Parameters
    ----------
    what
        Something that nobody changes, such as a table of the inputs.
    """

    what: object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.what is self.what

    def __hash__(self) -> int:
        return id(self.what)


def bits(values: "xr.Dataset | xr.DataArray | np.ndarray[Any, Any] | None") -> Hashable:
    """A key that is equal to that of the same numbers on the same axes.

    Parameters
    ----------
    values
        An array, with its coordinates where it has any, or a dataset; None is equal to None.
    """
    match values:
        case None:
            return None
        case xr.Dataset():
            return tuple((str(name), bits(values[name])) for name in values.variables)
        case xr.DataArray():
            axes = tuple((str(name), bits(one.values)) for name, one in values.coords.items())
            return values.dims, bits(values.values), axes
    content = tuple(values.ravel()) if values.dtype == object else values.tobytes()
    return values.shape, str(values.dtype), content


@dataclass
class Memory:
    """What the last calls gave, by name and key.

    Parameters
    ----------
    most
        Results that are kept of one name; 0 keeps none.
    """

    most: int
    _kept: dict[str, OrderedDict[Hashable, Any]] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def keep(self, name: str, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What a function gives, made once as long as it is among the last of its name.

        Parameters
        ----------
        name
            Of the function.
        key
            Everything that the result depends on.
        make
            Makes it. Nobody may change what it gives.
        """
        with self._lock:
            kept = self._kept.setdefault(name, OrderedDict())
            if key in kept:
                kept.move_to_end(key)
                result: Kept = kept[key]
                return result
        made = make()
        if self.most:
            with self._lock:
                kept[key] = made
                if len(kept) > self.most:
                    kept.popitem(last=False)
        return made

    def forget(self) -> None:
        """Make everything anew from here on."""
        with self._lock:
            self._kept.clear()


FORGETFUL = Memory(0)
"""Keeps nothing: for a run that none follows."""
