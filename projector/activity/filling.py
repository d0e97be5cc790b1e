"""Ledgers filled for the changes of a scenario: some regions at a time, of what changes touch.

A change asks for cells of sex and age, most columns of care are about no change. Where nothing is
told of single ages, a ledger is filled of the columns that a change or uncertain growth may touch
alone; of the others people of all ages are summed as they are multiplied.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from projector.activity.application import WrittenChange
from projector.activity.layout import columns_touched
from projector.activity.ledger import Demand, Ledger, fill
from projector.activity.sums import Sums
from projector.tables import unique

__all__ = ["REGIONS_AT_A_TIME", "Filled", "filled"]

REGIONS_AT_A_TIME = 32
"""A ledger of so many regions stays near the processor; of a whole country it would not."""


@dataclass(frozen=True)
class Filled:
    """A ledger before any change, or with changes made since.

    Parameters
    ----------
    demand
        People and use of its regions, all columns.
    ledger
        What changes may touch.
    of_ledger
        What it was filled from.
    columns
        Its columns among all; None where it has all of them.
    rest
        Of the other columns.
    """

    demand: Demand
    ledger: Ledger
    of_ledger: Demand
    columns: NDArray[np.bool_] | None = None
    rest: Sums | None = None

    def copy(self) -> "Filled":
        """One whose ledger may be changed."""
        return replace(self, ledger=self.ledger.copy())

    def sums(self) -> Sums:
        """People of all ages together, all columns."""
        own = Sums.of(self.ledger)
        if self.rest is None or self.columns is None:
            return own
        return own.beside(self.rest, self.columns)


def filled(
    demand: Demand, written: Sequence[WrittenChange], *, by_age: bool = True
) -> Iterator[Filled]:
    """Ledgers of some regions each, before any change.

    Parameters
    ----------
    demand
        People, use per person, levels and flows of all regions.
    written
        The changes that will be applied: one that counts over regions needs them together.
    by_age
        Whether single ages are asked for of every column.
    """
    columns = None if by_age else columns_touched(demand, written)
    parts = _parts(demand, written)
    first, second = next(parts), next(parts, None)
    if second is None:
        yield _filled(first, columns)
        return
    with ThreadPoolExecutor(max_workers=1) as ahead:
        coming = ahead.submit(_filled, first, columns)
        for part in chain((second,), parts):
            # The products of the next regions are made while the changes of these are applied.
            following = ahead.submit(_filled, part, columns)
            yield coming.result()
            coming = following
        yield coming.result()


def _filled(part: Demand, columns: NDArray[np.bool_] | None) -> Filled:
    if columns is None:
        return Filled(part, fill(part), part)
    touched, others = part.of_columns(columns), part.of_columns(~columns).undivided()
    return Filled(part, fill(touched), touched, columns, Sums.of(fill(others)))


def _parts(demand: Demand, written: Sequence[WrittenChange]) -> Iterator[Demand]:
    """Some regions at a time; all at once where a change counts over regions."""
    regions = unique(origin.region for origin in demand.origins)
    together = any(
        one.change.contacts is not None
        or one.change.waiting is not None
        or one.change.coverage is not None
        for one in written
    )
    size = len(regions) if together else REGIONS_AT_A_TIME
    if size >= len(regions):
        yield demand
        return
    for first in range(0, len(regions), size):
        yield demand.of_regions(set(regions[first : first + size]))
