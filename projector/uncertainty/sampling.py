r"""Draws of uncertain assumptions: one stream of shares for each name.

A stream is the first coordinate of Sobol's sequence, which is the digits of the number of the
draw, in base 2 and reversed (van der Corput). Each stream scrambles it twice, by keys that are
made of its own name and the seed (SHA-256):

.. math:: p_4 \dots p_0 = \pi_{i_5 i_6 \dots}(i_4 \dots i_0), \qquad
          p_k = i_k \oplus f_k(i_{k+1} i_{k+2} \dots) \quad (k \ge 5), \qquad
          x = \sum_{d=0}^{31} \bigl(p_d \oplus g_d(p_0 \dots p_{d-1})\bigr) 2^{-1-d} + 2^{-33}

:math:`i_k` is digit :math:`k` of the number of the draw, from the lowest, :math:`f` and :math:`g`
are bits of a hash and :math:`\pi` is the order of its values in each run of 32 draws. The
scrambling :math:`g` of digits by those above them is Owen's: what was a grid becomes one point at
random in each of its cells. The scrambling :math:`f` of the order by the *higher* digits of the
number shuffles runs within 2, 4, 8, … that belong together, and no further (Burley 2020), so that

* every run of :math:`2^m` draws, 32 or more, that begins at a multiple of :math:`2^m` has exactly
  one value in each :math:`2^{-m}` of the interval, in every stream: sums and means over draws
  settle much faster than with random numbers, and the first of 2n draws are the n draws;
* two streams are independent of each other, as independent Latin hypercubes are (with Burley's
  order within the 32 too, they would be correlated by chance a quarter more than random numbers);
* a draw can be had by its number alone, in any block and in any process, to the same bit.

Why not one dimension of Sobol's sequence for each stream? If streams choose theirs by a hash of
the name, two may meet in one dimension, or in two whose first digits are made of the same digits of
the number; their halves of the interval then go together in every draw (a correlation of 0.75,
for one pair in 512 at 1 024 draws). If dimensions are given out in the order of the scenario,
every stream moves when one is added. If all take the same and only the digits are scrambled, all
are correlated. What is given up is a faster convergence of what assumptions do only together;
that converges as with random numbers.

Sources:

* Owen (1995), Randomly permuted (t,m,s)-nets and (t,s)-sequences, doi 10.1007/978-1-4612-2552-2_19.
* Burley (2020), Practical hash-based Owen scrambling, Journal of Computer Graphics Techniques 9(4).
* Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators,
  doi 10.1145/2660193.2660195 (the hash).
"""

import hashlib
import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_DRAWS", "Name", "shares"]

Floats = NDArray[np.float64]
Bits = NDArray[np.uint64]
Name = tuple[str, ...]

_DIGITS = 32
_RUN_DIGITS = 5
_RUN = 1 << _RUN_DIGITS
MOST_DRAWS = 2**_DIGITS
"""Numbers of draws lie below this."""

_WEYL = np.uint64(0x9E3779B97F4A7C15)
_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
_LAST_SHIFT = 31


def shares(
    seed: int, names: Sequence[Name], first: int, last: int, *, alternative: str = ""
) -> Floats:
    """Draws of independent streams, each the share of an assumption's distribution below it.

    Parameters
    ----------
    seed
        Of the scenario; any whole number.
    names
        What the streams are called. A stream depends on its own name and the seed alone.
    first, last
        Numbers of the draws, from 0; the last is not among them.
    alternative
        Another set of streams of the same names, independent of the first (for `saltelli`).

    Returns
    -------
    ndarray of float
        ``[stream, draw]``, strictly between 0 and 1: 32 binary digits and a half.

    Raises
    ------
    ValueError
        If the numbers are not of draws, or a name stands twice.
    """
    if not 0 <= first <= last <= MOST_DRAWS:
        raise ValueError(f"no draws from {first} to {last}; they are from 0 to {MOST_DRAWS}")
    if len(set(names)) != len(names):
        raise ValueError("a stream is named twice")
    keys = np.array([_keys(seed, name, alternative) for name in names], dtype=np.uint64)
    order_key, digit_key = keys.reshape(-1, 2, 1).swapaxes(0, 1)
    start = first - first % _RUN
    numbers = np.arange(start, last + -last % _RUN, dtype=np.uint64)
    order = _shuffled(numbers, order_key)[:, first - start : last - start]
    drawn: Floats = (_scrambled(order, digit_key) + 0.5) / MOST_DRAWS
    return drawn


def _keys(seed: int, name: Name, alternative: str) -> tuple[int, int]:
    """Two keys of 64 bits; JSON tells ('a', 'b') from ('a/b',)."""
    said = json.dumps([seed, alternative, *name], ensure_ascii=False)
    digest = hashlib.sha256(said.encode()).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:16], "little")


def _shuffled(numbers: Bits, key: Bits) -> Bits:
    """Places in the sequence of whole runs of draws, ``[stream, draw]``.

    Where no digit stands above, none is flipped; such flips would be one for all draws so far,
    and the scrambling of the digits makes them already.
    """
    runs = _hash(numbers, _RUN_DIGITS - 1, key).reshape(len(key), len(numbers) // _RUN, _RUN)
    within = runs.argsort(axis=-1, kind="stable").reshape(len(key), len(numbers)).astype(np.uint64)
    order = (numbers & ~np.uint64(_RUN - 1)) | within
    most = int(numbers[-1]) if numbers.size else 0
    for digit in range(_RUN_DIGITS, max(most.bit_length() - 1, 0)):
        above = numbers >> np.uint64(digit + 1)
        flips = _bit(above, digit, key) & (above > 0)
        order ^= flips << np.uint64(digit)
    return order


def _scrambled(order: Bits, key: Bits) -> Bits:
    """Digits reversed, each flipped by those above it in the result: a number of 32 digits."""
    result = np.zeros_like(order)
    for digit in range(_DIGITS):
        before = order & np.uint64((1 << digit) - 1)
        bit = (order >> np.uint64(digit)) & np.uint64(1) ^ _bit(before, digit, key)
        result |= bit << np.uint64(_DIGITS - 1 - digit)
    return result


def _bit(digits: Bits, level: int, key: Bits) -> Bits:
    """One bit of the hash."""
    return _hash(digits, level, key) >> np.uint64(63)


def _hash(digits: Bits, level: int, key: Bits) -> Bits:
    """A hash of digits and their level, ``[stream, draw]``; arithmetic is modulo 2**64."""
    mixed = key + (digits * np.uint64(_DIGITS) + np.uint64(level + 1)) * _WEYL
    for shift, factor in _MIX:
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(_LAST_SHIFT)
    return mixed
