r"""Normal numbers that are found by what they are for, not by the order they are asked in.

Philox (Salmon, Moraes, Dror & Shaw 2011, *Parallel random numbers: as easy as 1, 2, 3*) is a
function of a key and a counter. The key is a hash of the seed, the name of the stream and the
region; the counter is the calendar year and the number of the draw. So a number is the same among
any other regions, draws, years and workers, and whatever is drawn besides.

Uniform numbers :math:`u = (k + \tfrac12) \, 2^{-53}` of 53 bits become normal by
:math:`\Phi^{-1}(u)`, one for one.

Where each of very many cells needs one number a year, `uniforms` takes SplitMix64 (Steele, Lea &
Flood 2014, *Fast splittable pseudorandom number generators*) in place of Philox: the state of a
cell is a hash of its names, and the year and the draw say how many steps it is ahead.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

__all__ = ["normals", "uniforms"]

Array = NDArray[np.float64]

_AT_ONCE = 4
"""Numbers that Philox gives for one counter."""

_YEAR = 1 << 40
"""Counters of a year: more than anybody draws."""

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
_LAST_SHIFT = 31


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
    if len(keys) > len(draws):  # the longer axis innermost, as people lie
        result = result.reshape(*result.shape[:2], len(draws), len(keys)).swapaxes(2, 3)
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


def uniforms(
    seed: int,
    stream: str,
    rows: Sequence[str],
    columns: Sequence[str],
    years: NDArray[np.int64],
    draws: range,
) -> Array:
    """Uniform numbers between 0 and 1, one for each row, column, year and draw.

    Parameters
    ----------
    seed, stream
        Of the numbers.
    rows, columns
        What each is called; the number of a row and column is the same among any others.
    years
        Calendar years.
    draws
        Numbers of the draws, one after the other.

    Returns
    -------
    ndarray
        ``[draw, year, column, row]``.
    """
    state = _state(f"{seed}/{stream}", tuple(rows), tuple(columns))
    numbers = np.arange(draws.start, draws.stop, dtype=np.uint64)[:, np.newaxis]
    ahead = (years.astype(np.uint64) * np.uint64(_YEAR) + numbers) * _STEP
    bits = _mixed(state + ahead[..., np.newaxis, np.newaxis])
    result: Array = (bits >> np.uint64(11)).astype(np.float64)
    result += 0.5
    result *= 2.0**-53
    return result


@lru_cache(maxsize=32)
def _state(stream: str, rows: tuple[str, ...], columns: tuple[str, ...]) -> NDArray[np.uint64]:
    """Where the numbers of each cell begin, ``[column, row]``: hashing names takes the longest."""
    across, along = (
        np.array([_digest(f"{stream}/{kind}/{name}") for name in names], dtype=np.uint64)
        for kind, names in (("row", rows), ("column", columns))
    )
    state = _mixed(across + _mixed(along)[:, np.newaxis])
    state.flags.writeable = False  # it is given out again
    return state


def _digest(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8], "little")


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The output of SplitMix64 for a state; arithmetic is modulo 2**64."""
    for shift, factor in _MIX:
        state = state ^ (state >> np.uint64(shift))
        state *= np.uint64(factor)
    state ^= state >> np.uint64(_LAST_SHIFT)
    return state
