r"""Monotone cubic interpolation: no wiggles between values that rise, and none above or below them.

Fritsch and Butland's slopes (1984, doi:10.1137/0905021): between two segments of one direction the
harmonic mean of theirs, weighted by the lengths of the segments,

.. math:: d_k = \frac{w_1 + w_2}{w_1 / m_{k-1} + w_2 / m_k}, \qquad
          w_1 = 2 h_k + h_{k-1}, \quad w_2 = h_k + 2 h_{k-1}

and zero elsewhere; at the ends a one-sided estimate over three points that keeps the direction. It
is what `scipy.interpolate.PchipInterpolator` does, which takes longer to import than a scenario
takes to project its people; the order of its sums is kept, so that results stay the same.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["Monotone"]

Array = NDArray[np.float64]

_STEEPEST = 3.0
"""Times the slope of a segment: a cubic that leaves a turn faster than this turns twice."""


class Monotone:
    """A curve through points, cubic between them.

    Parameters
    ----------
    knots
        ``[knot]``, rising, two or more.
    values
        ``[..., knot]``.

    Raises
    ------
    ValueError
        If knots do not rise, or there are not as many values.
    """

    def __init__(self, knots: NDArray[np.number], values: Array) -> None:
        self._knots = np.asarray(knots, dtype=np.float64)
        lengths = np.diff(self._knots)
        if len(lengths) < 1 or not (lengths > 0).all() or values.shape[-1] != len(knots):
            raise ValueError(f"values {values.shape} are not those of rising knots {knots}")
        rises = np.diff(values, axis=-1) / lengths
        slopes = _slopes(lengths, rises)
        bend = (slopes[..., :-1] + slopes[..., 1:] - 2 * rises) / lengths
        self._cubic = bend / lengths
        self._square = (rises - slopes[..., :-1]) / lengths - bend
        self._slope, self._start = slopes[..., :-1], np.asarray(values)[..., :-1]

    def __call__(self, at: NDArray[np.number]) -> Array:
        """The curve at some points ``[point]``: ``[..., point]``; outside, its end segment's."""
        s, segment = self._within(at)
        cubic, square, slope, start = (
            part[..., segment] for part in (self._cubic, self._square, self._slope, self._start)
        )
        result: Array = start + slope * s + square * (s * s) + cubic * (s * s * s)
        return result

    def slope(self, at: NDArray[np.number]) -> Array:
        """How steep the curve is at some points, ``[..., point]``."""
        s, segment = self._within(at)
        cubic, square = self._cubic[..., segment], self._square[..., segment]
        result: Array = self._slope[..., segment] + 2 * square * s + 3 * cubic * (s * s)
        return result

    def _within(self, at: NDArray[np.number]) -> tuple[Array, NDArray[np.intp]]:
        segment = np.searchsorted(self._knots, at, side="right") - 1
        segment = np.clip(segment, 0, len(self._knots) - 2)
        return np.asarray(at, dtype=np.float64) - self._knots[segment], segment


def _slopes(lengths: Array, rises: Array) -> Array:
    """Slope at each knot, ``[..., knot]``."""
    if len(lengths) == 1:
        return np.repeat(rises, 2, axis=-1)
    before, after = rises[..., :-1], rises[..., 1:]
    first, second = 2 * lengths[1:] + lengths[:-1], lengths[1:] + 2 * lengths[:-1]
    onwards = before * after > 0
    inverse = first / np.where(onwards, before, 1.0) + second / np.where(onwards, after, 1.0)
    inverse /= first + second
    slopes = np.zeros((*rises.shape[:-1], len(lengths) + 1))
    slopes[..., 1:-1] = np.where(onwards, 1.0 / np.where(onwards, inverse, 1.0), 0.0)
    slopes[..., 0] = _at_end(lengths[0], lengths[1], rises[..., 0], rises[..., 1])
    slopes[..., -1] = _at_end(lengths[-1], lengths[-2], rises[..., -1], rises[..., -2])
    return slopes


def _at_end(length: float, following: float, rise: Array, next_rise: Array) -> Array:
    """Slope at an end, from its segment and the one that follows inwards."""
    slope = ((2 * length + following) * rise - length * next_rise) / (length + following)
    slope = np.where(np.sign(slope) == np.sign(rise), slope, 0.0)
    turns = np.sign(rise) != np.sign(next_rise)
    steep = np.abs(slope) > _STEEPEST * np.abs(rise)
    result: Array = np.where(turns & steep, _STEEPEST * rise, slope)
    return result
