r"""Summaries of results over draws, without keeping the draws.

Each block of draws is summarised by itself, and summaries are merged in pairs: blocks 0 and 1,
2 and 3, then these pairs, and so on. What is merged with what so depends on the numbers of the
blocks alone, never on which is done first or by whom, and the result has the same bits for any
number of workers. Of two summaries with :math:`n_a` and :math:`n_b` draws
(Chan, Golub and LeVeque 1983),

.. math:: n = n_a + n_b, \quad \delta = \bar x_b - \bar x_a, \quad
          \bar x = \bar x_a + \delta \frac{n_b}{n}, \quad
          M = M_a + M_b + \delta^2 \frac{n_a n_b}{n}, \quad s = \sqrt{M / (n - 1)}

Quantiles are exact where all draws fit into memory, and otherwise have an error in rank that is
stated: see `projector.uncertainty.sketch`. A cell that has no number in some draw has none in any
summary, and it is counted in how many: a mean over the other draws would be of another question.

Sources:

* Chan, Golub and LeVeque (1983), Algorithms for computing the sample variance,
  doi 10.1080/00031305.1983.10483115.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from projector.uncertainty.sketch import Kept, keep, merge_kept, quantiles_of

__all__ = ["Result", "Summary"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int32]

_IN_CACHE = 2**17
"""Values that are summarised at once, a megabyte, so that each is read from memory once."""


@dataclass(frozen=True, eq=False)
class _Node:
    """What is known of some blocks that follow one another; ``[cell]``."""

    count: int
    mean: Floats
    squares: Floats
    minimum: Floats
    maximum: Floats
    kept: Kept
    missing: Counts | None
    """None where no cell lacks a number in any draw."""
    above: Counts | None
    """None where there is no threshold."""


_OF_CELLS = ("mean", "squares", "minimum", "maximum")
_COUNTS = ("missing", "above")


@dataclass(frozen=True, eq=False)
class Result:
    """Summaries of all draws, each in the shape of the cells.

    Parameters
    ----------
    count
        Number of draws.
    missing
        In how many draws a cell has no number; where in any, the others are nan.
    mean, deviation
        Mean, and standard deviation with n - 1; nan of a single draw.
    minimum, maximum
        Lowest and highest draw.
    above
        Share of draws above the threshold; None where there is none.
    """

    count: int
    missing: NDArray[np.int64]
    mean: Floats
    deviation: Floats
    minimum: Floats
    maximum: Floats
    above: Floats | None
    _kept: Kept

    @property
    def rank_error(self) -> float:
        """How far a quantile's share may be off, as a share of the draws; 0 where exact.

        The quantile told for a share is one that some share nearer than this has exactly, to the
        seven digits that a sketch keeps.
        """
        return self._kept.error / max(self.count - 1, 1)

    def quantiles(self, shares: Sequence[float]) -> Floats:
        """Quantiles of each cell.

        Parameters
        ----------
        shares
            Between 0 and 1.

        Returns
        -------
        ndarray of float
            ``[quantile, cell...]``.
        """
        found = quantiles_of(
            self._kept, self.count, self.minimum.ravel(), self.maximum.ravel(), shares
        )
        found[:, self.missing.ravel() > 0] = np.nan
        return found.reshape(len(shares), *self.mean.shape)


class Summary:
    """Takes in blocks of draws, in any order.

    Parameters
    ----------
    cells
        Shape of the cells.
    size
        Values of each cell to keep for quantiles, from `size_within`; None for all.
    threshold
        What draws are counted above, of a shape that fits the cells; None to count none.
    """

    def __init__(
        self, cells: tuple[int, ...], *, size: int | None = None, threshold: Floats | None = None
    ) -> None:
        self._cells = cells
        self._size = size
        self._threshold = (
            None if threshold is None else np.broadcast_to(threshold, cells).reshape(-1, 1)
        )
        self._nodes: dict[tuple[int, int], _Node] = {}

    def add(self, block: int, values: Floats) -> None:
        """Take in one block.

        Parameters
        ----------
        block
            Its number, from 0. All blocks but the last have the same number of draws.
        values
            ``[cell..., draw]``, finite, or nan where there is no number.

        Raises
        ------
        ValueError
            If the cells are not those of the summary, there are no draws, or the block has been
            taken in before.
        """
        if values.shape[:-1] != self._cells or not values.shape[-1]:
            raise ValueError(f"values {values.shape} are not draws of cells {self._cells}")
        self._insert(0, block, self._node(block, values))

    def merge(self, other: "Summary") -> None:
        """Take in what another worker has summarised, with the same cells, size and threshold.

        Raises
        ------
        ValueError
            If they differ, or a block is in both.
        """
        same = (self._cells, self._size) == (other._cells, other._size)
        if not same or not np.array_equal(
            np.array(self._threshold, dtype=float), np.array(other._threshold, dtype=float), True
        ):
            raise ValueError("these are summaries of other cells, sizes or thresholds")
        for (level, index), node in sorted(other._nodes.items()):
            self._insert(level, index, node)

    def with_other(self, other: "Summary") -> "Summary":
        """A new summary of the blocks of both, which stay as they are.

        Raises
        ------
        ValueError
            As for `merge`.
        """
        both = Summary(self._cells, size=self._size)
        both._threshold = self._threshold
        both._nodes = dict(self._nodes)
        both.merge(other)
        return both

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """All that the summary knows, as arrays that a file can hold; see `from_arrays`."""
        own: dict[str, NDArray[np.generic]] = {
            "cells": np.array(self._cells, dtype=np.int64),
            "size": np.array([] if self._size is None else [self._size], dtype=np.int64),
            "nodes": np.array(sorted(self._nodes), dtype=np.int64).reshape(-1, 2),
        }
        if self._threshold is not None:
            own["threshold"] = self._threshold[:, 0]
        for (level, index), node in self._nodes.items():
            at = f"{level}.{index}"
            own[f"{at}.count"] = np.array(node.count)
            for name in (*_OF_CELLS, *_COUNTS):
                if (of_cells := getattr(node, name)) is not None:
                    own[f"{at}.{name}"] = of_cells
            own[f"{at}.ranks"] = np.array([node.kept.low, node.kept.high])
            own[f"{at}.weights"] = np.array([weight for _, weight in node.kept.parts])
            for part, (values, _) in enumerate(node.kept.parts):
                own[f"{at}.part{part}"] = values
        return own

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Summary":
        """The summary that `arrays` told of, to the last bit."""
        cells = tuple(int(length) for length in arrays["cells"])
        size = int(arrays["size"][0]) if len(arrays["size"]) else None
        threshold = arrays["threshold"].reshape(cells) if "threshold" in arrays else None
        summary = cls(cells, size=size, threshold=threshold)
        for level, index in arrays["nodes"].tolist():
            at = f"{level}.{index}"
            low, high = arrays[f"{at}.ranks"].tolist()
            parts = tuple(
                (arrays[f"{at}.part{part}"], weight)
                for part, weight in enumerate(arrays[f"{at}.weights"].tolist())
            )
            of_cells: dict[str, Any] = {name: arrays[f"{at}.{name}"] for name in _OF_CELLS}
            counts: dict[str, Any] = {name: arrays.get(f"{at}.{name}") for name in _COUNTS}
            kept = Kept(parts, low, high)
            summary._nodes[level, index] = _Node(
                int(arrays[f"{at}.count"]), kept=kept, **of_cells, **counts
            )
        return summary

    def result(self) -> Result:
        """Summaries of all blocks.

        Raises
        ------
        ValueError
            If there is no block, or one is missing between others.
        """
        ordered = sorted(self._nodes.items(), key=lambda item: item[0][1] << item[0][0])
        end = 0
        for (level, index), _ in ordered:
            if index << level != end:
                raise ValueError(f"block {end} is missing")
            end = (index + 1) << level
        if not ordered:
            raise ValueError("there are no draws")
        (_, node), *rest = ordered
        for _, later in rest:
            node = _merged(node, later, None, odd=False)
        missing = np.zeros(len(node.mean), dtype=np.int64)
        if node.missing is not None:
            missing += node.missing
        unknown = np.where(missing > 0, np.nan, 0.0)
        degrees = node.count - 1 if node.count > 1 else np.nan
        above = None if node.above is None else node.above / node.count + unknown
        shaped = [
            None if part is None else part.reshape(self._cells)
            for part in (node.mean, np.sqrt(node.squares / degrees), above)
        ]
        mean, deviation, above = shaped
        assert mean is not None
        assert deviation is not None
        return Result(
            count=node.count,
            missing=missing.reshape(self._cells),
            mean=mean,
            deviation=deviation,
            minimum=node.minimum.reshape(self._cells),
            maximum=node.maximum.reshape(self._cells),
            above=above,
            _kept=node.kept,
        )

    def _node(self, block: int, values: Floats) -> _Node:
        drawn = np.ascontiguousarray(values, dtype=np.float64).reshape(-1, values.shape[-1])
        cells, count = drawn.shape
        mean, squares, minimum, maximum = np.empty((4, cells))
        missing = np.zeros(cells, dtype=np.int32)
        above = None if self._threshold is None else np.zeros(cells, dtype=np.int32)
        step = max(_IN_CACHE // count, 1)
        for first in range(0, cells, step):
            rows = slice(first, first + step)
            part = drawn[rows]
            mean[rows] = part.mean(axis=1)
            apart = part - mean[rows, np.newaxis]
            apart *= apart
            squares[rows] = apart.sum(axis=1)
            minimum[rows] = part.min(axis=1)
            maximum[rows] = part.max(axis=1)
            if np.isnan(mean[rows]).any():
                missing[rows] = np.isnan(part).sum(axis=1)
            if self._threshold is not None and above is not None:
                above[rows] = (part > self._threshold[rows]).sum(axis=1)
        kept = keep(drawn, self._size, odd=bool(block % 2))
        some = missing if missing.any() else None
        return _Node(count, mean, squares, minimum, maximum, kept, some, above)

    def _insert(self, level: int, index: int, node: _Node) -> None:
        for other_level, other in self._nodes:
            apart = other_level - level
            if index >> max(apart, 0) == other >> max(-apart, 0):
                raise ValueError(f"block {index << level} has been taken in before")
        while (sibling := self._nodes.pop((level, index ^ 1), None)) is not None:
            one, other_node = (sibling, node) if index % 2 else (node, sibling)
            level, index = level + 1, index // 2
            node = _merged(one, other_node, self._size, odd=bool(index % 2))
        self._nodes[level, index] = node


def _merged(one: _Node, other: _Node, size: int | None, *, odd: bool) -> _Node:
    count = one.count + other.count
    apart = other.mean - one.mean
    return _Node(
        count=count,
        missing=_together(one.missing, other.missing),
        mean=one.mean + apart * (other.count / count),
        squares=one.squares + other.squares + apart * apart * (one.count * other.count / count),
        minimum=np.minimum(one.minimum, other.minimum),
        maximum=np.maximum(one.maximum, other.maximum),
        above=_together(one.above, other.above),
        kept=merge_kept(one.kept, other.kept, size, odd=odd),
    )


def _together(one: Counts | None, other: Counts | None) -> Counts | None:
    """Counts of two nodes, one of which may have nothing to count."""
    if one is None or other is None:
        return other if one is None else one
    return one + other
