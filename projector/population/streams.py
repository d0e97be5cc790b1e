r"""Normal numbers that are found by what they are for, not by the order they are asked in.

Philox (Salmon, Moraes, Dror & Shaw 2011, *Parallel random numbers: as easy as 1, 2, 3*) is a
function of a key and a counter. The key is a hash of the seed, the name of the stream and the
region; the counter is the calendar year and the number of the draw. So a number is the same among
any other regions, draws, years and workers, and whatever is drawn besides.

Uniform numbers :math:`u = (k + \tfrac12) \, 2^{-53}` of 53 bits become normal by
:math:`\Phi^{-1}(u)`, one for one.
"""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

__all__ = ["normals"]

Array = NDArray[np.float64]

_AT_ONCE = 4
"""Numbers that Philox gives for one counter."""

_YEAR = 1 << 40
"""Counters of a year: more than anybody draws."""


def normals(
    seed: int,
    stream: str,
    keys: Sequence[str],
    years: NDArray[np.int64],
    draws: range,
    count: int,
) -> Array:
    """Standard normal numbers.

    Parameters
    ----------
    seed, stream
        Of the numbers.
    keys
        Codes of the regions.
    years
        Calendar years, one after the other, not before the year 0.
    draws
        Numbers of the draws, one after the other.
    count
        Numbers wanted for each.

    Returns
    -------
    ndarray
        ``[year, number, region, draw]``.
    """
    ticks = -(-count // _AT_ONCE)
    result = np.empty((len(years), count, len(keys), len(draws)))
    for r, key in enumerate(keys):
        digest = sha256(f"{seed}/{stream}/{key}".encode()).digest()
        bits = np.random.Philox(key=np.frombuffer(digest[:16], dtype=np.uint64))
        bits.advance(int(years[0]) * _YEAR + draws.start * ticks)
        for y in range(len(years)):
            raw = bits.random_raw(len(draws) * ticks * _AT_ONCE)
            result[y, :, r] = (raw >> np.uint64(11)).reshape(len(draws), -1)[:, :count].T
            bits.advance(_YEAR - len(draws) * ticks)
    result += 0.5
    result *= 2.0**-53
    uniform: Array = ndtri(result, out=result)
    return uniform
