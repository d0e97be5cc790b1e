"""A ledger without its cells of sex and age: what is told of regions and sites is made of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.activity.ledger import Ledger

__all__ = ["Sums"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sums:
    """What is used by people of all ages, ``[year, column, row]``; see `Ledger`."""

    contacts: Array
    bed_days: Array
    ready_days: Array | None

    @classmethod
    def of(cls, ledger: Ledger) -> "Sums":
        """Those of a ledger as it is now."""
        ready = ledger.ready_days
        return cls(
            ledger.contacts.sum(axis=0),
            ledger.bed_days.sum(axis=0),
            None if ready is None else ready.sum(axis=0),
        )
