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

__all__ = [
    "FEWEST",
    "Pattern",
    "columns_grown",
    "columns_protect",
    "gathered",
    "pattern_of",
    "rows_grown",
]

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


def pattern_of(
    counts: Floats,
    limit: float,
    forced: Flags | None = None,
    forced_rows: Flags | None = None,
) -> Pattern:
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
    forced_rows
        ``[row, column]``: rows whose totals are; None is none.

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
    if forced_rows is not None:
        rows |= forced_rows & there.any(axis=(0, 2, 3))
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


def columns_protect(counts: Floats, cells: Flags, rows: Flags, ranges: Floats) -> bool:
    """Whether the sums over rows of each category could be told too.

    Parameters
    ----------
    counts
        ``[measure, row, year, category]``, not negative.
    cells
        ``[row, category]``: what is suppressed.
    rows
        ``[row]``: those whose total is not told.
    ranges
        ``[measure, row, year, category]``: how wide a range a suppressed count must be left; 0 of
        those that are suppressed to protect others.

    Returns
    -------
    bool
        Whether every suppressed count may be anything in a range as wide as it must be, for all
        that the told counts, the totals of rows and those sums say.

    Notes
    -----
    Where two rows suppress the same two categories, as much may be moved from one category to the
    other in the one row as is moved back in the other row, and no sum changes; and between two
    rows whose totals are told together in one category. The range is what can be moved so.
    """
    return not any(
        _is_narrow(one, cells, rows, wide).any() for one, wide in zip(counts, ranges, strict=True)
    )


def columns_grown(counts: Floats, cells: Flags, rows: Flags, ranges: Floats) -> Flags:
    """Suppress more until `columns_protect` holds, as few of the counts as it takes.

    Parameters
    ----------
    counts, cells, rows, ranges
        As of `columns_protect`; the first measure tells which counts are the smallest.

    Returns
    -------
    ndarray of bool
        ``[row, category]``. Where nothing is there that could protect a count it is left as it is:
        `rows_grown` may.
    """
    grown = cells.copy()
    for measure, wide in zip(counts, ranges, strict=True):
        tried = np.zeros_like(cells)
        narrow = _is_narrow(measure, grown, rows, wide).any(axis=1)
        while narrow.any():
            row, category = map(int, np.argwhere(narrow)[0])
            tried[row, category] = True
            asked = wide[row, :, category]
            pairs = _protection(measure, counts[0], grown, (row, category), asked)
            for pair in pairs:
                grown[pair] = True
            if pairs:
                narrow = _is_narrow(measure, grown, rows, wide).any(axis=1)
            narrow &= ~tried
    return grown


def rows_grown(counts: Floats, cells: Flags, rows: Flags, ranges: Floats) -> Flags:
    """Suppress totals of rows until `columns_protect` holds, where single counts are too few.

    Parameters
    ----------
    counts, cells, rows, ranges
        As of `columns_grown`.

    Returns
    -------
    ndarray of bool
        ``[row]``: these are told together, so that counts may be moved between them. A row that
        no others could protect is left as it is.
    """
    grown = rows.copy()
    sizes = counts[0].sum(axis=2).max(axis=1)
    for measure, wide in zip(counts, ranges, strict=True):
        narrow = _is_narrow(measure, cells, grown, wide)
        for row in np.flatnonzero(narrow.any(axis=(1, 2))):
            chosen = grown.copy()
            chosen[row] = True
            needed = np.where(narrow[row], wide[row] - measure[row], 0.0)
            others = measure[chosen].sum(axis=0) - measure[row]
            for other in np.argsort(sizes, kind="stable"):
                if not chosen[other] and ((others < needed) & (measure[other] > 0)).any():
                    chosen[other] = True
                    others = others + measure[other]
            if (others >= needed).all() and chosen.sum() >= FEWEST:
                grown = chosen
    return grown


def _protection(
    counts: Floats, sizes: Floats, cells: Flags, place: tuple[int, int], wide: Floats
) -> list[tuple[int, int]]:
    """What to suppress beside a count: another of its row, and both of these in other rows."""
    row, category = place
    own = counts[row, :, category]
    best: list[tuple[int, int]] = []
    least = np.inf
    newly = np.where(cells, 0.0, sizes.max(axis=1))
    rows = np.delete(np.arange(len(counts)), row)
    for other in range(counts.shape[2]):
        if other == category:
            continue
        order = rows[np.argsort((newly[:, category] + newly[:, other])[rows], kind="stable")]
        here = counts[order, :, category].cumsum(axis=0)
        there = counts[order, :, other].cumsum(axis=0)
        moved = np.minimum(counts[row, :, other], here) + np.minimum(own, there)
        enough = (moved >= wide).all(axis=1)
        if not enough.any():
            continue
        others = order[: int(enough.argmax()) + 1]
        cost = newly[row, other] + newly[others][:, [category, other]].sum()
        if cost < least:
            least = cost
            best = [(row, other), *((int(one), key) for one in others for key in (category, other))]
    return best


def _is_narrow(counts: Floats, cells: Flags, rows: Flags, ranges: Floats) -> Flags:
    """Counts that sums would tell too much of, ``[row, year, category]``."""
    floor = _ROUNDING * np.abs(counts).max(initial=0.0)
    hidden = np.where(cells[:, np.newaxis], counts, 0.0)
    wanted = np.where(hidden > floor, ranges, 0.0)
    narrow = np.zeros(counts.shape, dtype=np.bool_)
    for category in np.flatnonzero(wanted.any(axis=(0, 1))):
        own = hidden[:, :, category]
        more, less = np.zeros_like(own), np.zeros_like(own)
        for other in np.flatnonzero(cells.any(axis=0)):
            both = cells[:, category] & cells[:, other]
            if other == category or both.sum() < FEWEST:
                continue
            theirs = hidden[:, :, other]
            elsewhere = [(one[both].sum(axis=0) - one)[both] for one in (own, theirs)]
            more[both] = np.maximum(more[both], np.minimum(theirs[both], elsewhere[0]))
            less[both] = np.maximum(less[both], np.minimum(own[both], elsewhere[1]))
        together = rows & cells[:, category]
        if together.sum() >= FEWEST:
            others = own[together].sum(axis=0) - own[together]
            more[together] = np.maximum(more[together], others)
            less[together] = own[together]
        narrow[:, :, category] = more + less < wanted[:, :, category] - floor
    return np.asarray(narrow)
