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
            _over_cells(ledger.contacts),
            _over_cells(ledger.bed_days),
            None if ready is None else _over_cells(ready),
        )

    def beside(self, others: "Sums", columns: NDArray[np.bool_]) -> "Sums":
        """These in some columns, and others in all columns that are left."""
        stays = columns[: self.bed_days.shape[1] + others.bed_days.shape[1]]
        ready = None
        if self.ready_days is not None:
            assert others.ready_days is not None  # known of the same profiles
            ready = _interleaved(self.ready_days, others.ready_days, stays)
        return Sums(
            _interleaved(self.contacts, others.contacts, columns),
            _interleaved(self.bed_days, others.bed_days, stays),
            ready,
        )


def _over_cells(amounts: Array) -> Array:
    result: Array = amounts[0] if len(amounts) == 1 else amounts.sum(axis=0)
    return result


def _interleaved(one: Array, other: Array, columns: NDArray[np.bool_]) -> Array:
    """Columns ``[year, column, row]`` of one where true, and of the other where not."""
    result = np.empty((len(one), len(columns), one.shape[2]))
    result[:, columns] = one
    result[:, ~columns] = other
    return result
