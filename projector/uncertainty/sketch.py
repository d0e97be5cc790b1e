r"""Quantiles of many cells at once, exact or of as many values as memory allows.

A *part* is a table of values, sorted in every cell, each of which stands for the same number of
draws. As long as a node has no more values than its size, it has all of them, and quantiles are
exact. When it has more, they are thinned: of :math:`b` sorted values :math:`m` are kept, those at
the places

.. math:: \lceil (j + \tfrac12)\, b/m \rceil - 1 \quad \text{or} \quad
          \lfloor (j + \tfrac12)\, b/m \rfloor, \qquad j = 0, \dots, m - 1

the first in blocks (and pairs of blocks) of even number and the second in odd ones (Munro and
Paterson 1980; Manku, Rajagopalan and Lindsay 1998). Between which ranks a value lies does then not
depend on the values, only on how often they were thinned; both are reckoned along, and the middle
between them is what is told. It is off by at most

.. math:: \epsilon \le \frac{1}{2m} + \frac{h}{4m} + \frac{1}{2m} + \frac{2}{n}

of all draws, with :math:`h` times that two nodes were thinned into one: the first for blocks, the
second for pairs, the third for the place between two values that are kept, the last because draws
are whole. No distribution, however
skewed or with however many gaps, does worse: the value that is told for a share :math:`p` is the
exact quantile of some share between :math:`p - \epsilon` and :math:`p + \epsilon`, to the seven
digits that are kept.

Sources:

* Munro and Paterson (1980), Selection and sorting with limited storage,
  doi 10.1016/0304-3975(80)90061-4.
* Manku, Rajagopalan and Lindsay (1998), Approximate medians and other quantiles in one pass and
  with limited memory, doi 10.1145/276304.276342.
* Hyndman and Fan (1996), Sample quantiles in statistical packages, doi 10.2307/2684934 (type 7).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Kept", "keep", "least_memory", "merge_kept", "quantiles_of", "size_within"]

Floats = NDArray[np.float64]
Rounded = NDArray[np.float32]

_LEAST = 16
"""Values of a cell below which a sketch tells too little."""
_BYTES = np.dtype(np.float64).itemsize
_ROUNDED_BYTES = np.dtype(np.float32).itemsize
_IN_CACHE = 2**17
"""Values that are sorted at once: no copy of all is made, and a megabyte stays in the cache."""


@dataclass(frozen=True, eq=False)
class Kept:
    """Values that stand for the draws of one or more blocks.

    Parameters
    ----------
    parts
        ``[cell, value]`` each, with the number of draws that one value stands for. Those of a
        sketch have seven digits.
    low, high
        How many draws the rank of a value may be below and above what the parts tell.
    """

    parts: tuple[tuple[Floats | Rounded, float], ...]
    low: float = 0.0
    high: float = 0.0

    @property
    def error(self) -> float:
        """How many draws the rank of a quantile may be off by, once the middle is taken."""
        if self.exact:
            return 0.0
        # Half of what one value stands for, and half a draw between two of them.
        return (self.low + self.high + max(weight for _, weight in self.parts) + 1) / 2

    @property
    def exact(self) -> bool:
        """Whether all values are there."""
        return all(weight == 1 for _, weight in self.parts)


def size_within(cells: int, draws: int, block: int, memory: int) -> int | None:
    """Values of each cell that fit into memory.

    Parameters
    ----------
    cells
        Number of cells.
    draws, block
        Draws in all (the most there may be), and of one block.
    memory
        Bytes that values may take. Blocks that are done in order leave one node for each level of
        the tree of pairs, and there is the block that comes, and the pair that is made of two.

    Returns
    -------
    int or None
        The size for `keep`; None where all values fit, so that quantiles are exact.

    Raises
    ------
    ValueError
        If not even a coarse sketch fits; says how much it takes.
    """
    if cells * draws * _BYTES <= memory:
        return None
    least = least_memory(cells, draws, block)
    if memory < least:
        raise ValueError(f"quantiles of {cells} cells take {least} bytes or more, not {memory}")
    return memory * _LEAST // least


def least_memory(cells: int, draws: int, block: int) -> int:
    """Bytes of the coarsest sketch, where not all values are kept; see `size_within`."""
    nodes = int(np.ceil(np.log2(max(draws / block, 1)))) + 2
    return _LEAST * cells * _ROUNDED_BYTES * nodes


def keep(values: Floats, size: int | None, *, odd: bool) -> Kept:
    """The values of one block, thinned to `size` where there are more.

    Parameters
    ----------
    values
        ``[cell, draw]``.
    size
        Values to keep; None for all.
    odd
        Whether the number of the block is odd.

    Returns
    -------
    Kept
    """
    if size is None:
        return Kept(((values.copy(), 1.0),))
    if values.shape[1] <= size:
        return Kept(((values.astype(np.float32), 1.0),))
    return _thinned([values], 1.0, size, odd=odd)


def merge_kept(one: Kept, other: Kept, size: int | None, *, odd: bool) -> Kept:
    """Two nodes made one; parts that stand for unequal numbers of draws stay apart.

    Parameters
    ----------
    one, other
        The earlier and the later draws.
    size
        As for `keep`; None leaves all as it is.
    odd
        Whether the number of the pair is odd.

    Returns
    -------
    Kept
    """
    low, high = one.low + other.low, one.high + other.high
    parts = one.parts + other.parts
    weights = {weight for _, weight in parts}
    many = size is not None and sum(values.shape[1] for values, _ in parts) > size
    if not many or len(weights) > 1:
        return Kept(parts, low, high)
    assert size is not None
    thinned = _thinned([values for values, _ in parts], weights.pop(), size, odd=odd)
    return Kept(thinned.parts, thinned.low + low, thinned.high + high)


def _thinned(tables: Sequence[Floats | Rounded], weight: float, size: int, *, odd: bool) -> Kept:
    """Of all values together, sorted, those in the middle of equal shares of their number."""
    count = sum(values.shape[1] for values in tables)
    middles = (2 * np.arange(size) + 1) * count  # twice the middle of each share, times the size
    places = middles // (2 * size) if odd else -(-middles // (2 * size)) - 1
    told = np.arange(size + 1) * (count / size)
    first = np.concatenate([[0], places + 1])  # ranks between two values that are kept
    last = np.concatenate([places, [count]])
    cells = len(tables[0])
    thinned = np.empty((cells, size), dtype=np.float32)
    step = max(_IN_CACHE // count, 1)
    for begin in range(0, cells, step):
        rows = slice(begin, begin + step)
        chunk = np.concatenate([values[rows] for values in tables], axis=1)
        chunk.sort(axis=1)
        thinned[rows] = chunk[:, places]
    return Kept(
        ((thinned, weight * count / size),),
        float((told - first).max()) * weight,
        float((last - told).max()) * weight,
    )


def quantiles_of(
    kept: Kept, count: int, minimum: Floats, maximum: Floats, shares: Sequence[float]
) -> Floats:
    """Quantiles of each cell: those of type 7 where all values are kept.

    Between two values a quantile is linear; each value stands in the middle of its draws, the
    lowest and the highest of all at the ends.

    Parameters
    ----------
    kept
        The values.
    count
        Number of draws.
    minimum, maximum
        ``[cell]``.
    shares
        Which quantiles, between 0 and 1.

    Returns
    -------
    ndarray of float
        ``[quantile, cell]``; of cells with nan among their values nothing is told.
    """
    cells = len(minimum)
    middle = (kept.high - kept.low) / 2
    result = np.empty((len(shares), cells))
    values = sum(values.shape[1] for values, _ in kept.parts)
    step = max(_IN_CACHE // max(values, 1), 1)
    for first in range(0, cells, step):
        rows = slice(first, first + step)
        chunk = np.concatenate([part[rows] for part, _ in kept.parts], axis=1)
        if kept.exact:
            chunk.sort(axis=1)
            for row, share in enumerate(shares):
                part, below = np.modf(share * (count - 1))
                low, high = chunk[:, int(below)], chunk[:, min(int(below) + 1, count - 1)]
                result[row, rows] = low + (high - low) * part
            continue
        weights = np.repeat(
            [weight for _, weight in kept.parts], [part.shape[1] for part, _ in kept.parts]
        )
        order = chunk.argsort(axis=1, kind="stable")
        points = np.column_stack(
            [minimum[rows], np.take_along_axis(chunk, order, axis=1), maximum[rows]]
        )
        each = weights[order]
        ranks = np.column_stack(
            [
                np.full(len(chunk), 0.5),
                np.clip(each.cumsum(axis=1) - each / 2 + middle, 0.5, count - 0.5),
                np.full(len(chunk), count - 0.5),
            ]
        )
        for row, share in enumerate(shares):
            result[row, rows] = _between(points, ranks, share * (count - 1) + 0.5)
    for row, share in enumerate(shares):
        if share in (0, 1):  # known of a sketch too
            result[row] = maximum if share else minimum
    return result


def _between(points: Floats, ranks: Floats, rank: float) -> Floats:
    """Linear interpolation of each row at one rank."""
    after = np.clip((ranks < rank).sum(axis=1), 1, ranks.shape[1] - 1)[:, np.newaxis]
    low, high = (np.take_along_axis(points, at, axis=1)[:, 0] for at in (after - 1, after))
    start, end = (np.take_along_axis(ranks, at, axis=1)[:, 0] for at in (after - 1, after))
    part = (rank - start) / np.where(end > start, end - start, 1)
    return np.where(part < 1, low + (high - low) * np.maximum(part, 0), high)
