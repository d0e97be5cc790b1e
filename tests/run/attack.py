"""Somebody who wants to know what is suppressed, and knows everything that is told."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

Told = tuple[Sequence[int], float] | tuple[Sequence[int], float, Sequence[float]]
"""Places of the counts that a told number is the sum of, the number, and weights that are not 1."""


def possible(size: int, told: Iterable[Told], places: Iterable[int]) -> list[tuple[float, float]]:
    """The least and the most that each of some counts may be, as far as the told numbers say.

    Counts are not negative. Nothing is known of how they were chosen.
    """
    sums, columns, rows, entries = [], [], [], []
    for number, (members, total, *weights) in enumerate(told):
        sums.append(total)
        columns += list(members)
        rows += [number] * len(members)
        entries += list(weights[0]) if weights else [1.0] * len(members)
    matrix = csr_array((entries, (rows, columns)), shape=(len(sums), size))
    return [_range(size, matrix, np.array(sums), place) for place in places]


def _range(
    size: int, rows: csr_array, sums: NDArray[np.float64], place: int
) -> tuple[float, float]:
    ends = []
    for sign in (1.0, -1.0):
        goal = np.zeros(size)
        goal[place] = sign
        found = linprog(goal, A_eq=rows, b_eq=sums, bounds=(0, None), method="highs")
        assert found.status in (0, 3), found.message
        ends.append(np.inf if found.status == 3 else sign * found.fun)
    return ends[0], ends[1]
