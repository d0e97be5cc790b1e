"""Which counts are suppressed so that small ones cannot be found again by subtraction.

A table of counts by row (such as region), category (diagnosis group) and column (setting) is told
with the totals of its rows. A small count is not told, nor as many others of its row as it takes:
they are told together, as one number. Every number that is told is then a count of its own or the
sum of counts that are told nowhere else, so that no sum or difference of told numbers holds a
suppressed count without the others it is told together with.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEWEST", "Pattern", "gathered", "pattern_of"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWEST = 2
"""Counts above nought that are told together, at least."""

_ROUNDING = 1e-9
"""What a difference of two sums may miss nought by, relative to the largest count of its table."""


@dataclass(frozen=True)
class Pattern:
    """What of a table is suppressed.

    Parameters
    ----------
    cells
        ``[row, category, column]``: counts that are not told.
    rows
        ``[row, column]``: those whose total is not told either; of them all together it is.
    unprotected
        ``[column]``: where even the total of all rows cannot be told.
    """

    cells: Flags
    rows: Flags
    unprotected: Flags


def pattern_of(counts: Floats, limit: float, forced: Flags | None = None) -> Pattern:
    """Find what is suppressed; the same in every year and for every measure.

    Parameters
    ----------
    counts
        ``[measure, row, year, category, column]``, not negative. The first measure tells which
        counts are the smallest.
    limit
        Counts above nought and below it are small. Nought is told: it is of nobody.
    forced
        ``[row, category, column]``: counts that are suppressed whatever their size; None is none.

    Returns
    -------
    Pattern
        What is told together is of every measure and year either nought, or at least `limit` and
        of at least `FEWEST` counts above nought. The smallest are taken first.

    Notes
    -----
    If :math:`S` is a number told of a set of counts, any of them may be anything from 0 to
    :math:`S` as far as the told numbers say, and :math:`S` is `limit` or more.
    """
    floor = _ROUNDING * np.abs(counts).max(initial=0.0, axis=(1, 2, 3, 4), keepdims=True)
    there = counts > floor
    cells = (there & (counts < limit)).any(axis=(0, 2))
    if forced is not None:
        cells |= forced & there.any(axis=(0, 2))
    rows = np.zeros((counts.shape[1], counts.shape[4]), dtype=np.bool_)
    # [measure, year, member] of a row in a column, then of the rows of a column.
    for row, column in zip(*np.nonzero(cells.any(axis=1)), strict=True):
        chosen = cells[row, :, column]
        rows[row, column] = not _grown(counts[:, row, :, :, column], chosen, limit, floor)
    totals = counts.sum(axis=3)
    unprotected = np.zeros(rows.shape[1], dtype=np.bool_)
    for column in np.flatnonzero(rows.any(axis=0)):
        chosen = rows[:, column]
        of_rows = totals[:, :, :, column].swapaxes(1, 2)
        unprotected[column] = not _grown(of_rows, chosen, limit, floor)
    for row, column in zip(*np.nonzero(rows), strict=True):
        cells[row, :, column] = there[:, row, :, :, column].any(axis=(0, 1))
    return Pattern(cells, rows, unprotected)


def _grown(counts: Floats, chosen: Flags, limit: float, floor: Floats) -> bool:
    """Choose more of ``[measure, year, member]`` until the sum can be told, the smallest first.

    Changes `chosen`. Returns whether it can be.
    """
    there = counts > floor[..., 0, 0]
    for member in _smallest(counts, there, chosen):
        if _can_be_told(counts, there, chosen, limit):
            return True
        chosen[member] = True
    return _can_be_told(counts, there, chosen, limit)


def _smallest(counts: Floats, there: Flags, chosen: Flags) -> Iterator[int]:
    sizes = counts[0].max(axis=0)
    for member in np.argsort(sizes, kind="stable"):
        if there[:, :, member].any() and not chosen[member]:
            yield int(member)


def _can_be_told(counts: Floats, there: Flags, chosen: Flags, limit: float) -> bool:
    several = (there & chosen).sum(axis=2)
    sums = (counts * chosen).sum(axis=2)
    return bool(((several == 0) | ((several >= FEWEST) & (sums >= limit))).all())


def gathered(counts: Floats, pattern: Pattern) -> Floats:
    """The table as it is told.

    Parameters
    ----------
    counts
        ``[row, year, category, column]``.
    pattern
        From `pattern_of`.

    Returns
    -------
    ndarray
        ``[row, year, category, column]`` with one more row and one more category: NaN for what is
        suppressed, in the last category what of a row is told together, and in the last row, last
        category, the rows that are told together. The rest of the last row is nought, so that
        rows and categories add up to the totals of the table.
    """
    rows, years, categories, columns = counts.shape
    told = np.zeros((rows + 1, years, categories + 1, columns))
    hidden = pattern.cells[:, np.newaxis]
    told[:-1, :, :-1] = np.where(hidden, np.nan, counts)
    told[:-1, :, -1] = (counts * hidden).sum(axis=2)
    whole = pattern.rows[:, np.newaxis]
    told[-1, :, -1] = (counts.sum(axis=2) * whole).sum(axis=0)
    told[:-1, :, -1] = np.where(whole, np.nan, told[:-1, :, -1])
    return told
