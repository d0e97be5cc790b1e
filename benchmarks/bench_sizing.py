"""Sizing by overflow: a look-up in a table, beside the recursion that it replaces.

All municipalities, twelve settings, 25 years and a hundred draws are ten million units.
"""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from projector.capacity.erlang import StepTable, refusal

Array = NDArray[np.float64]
Benchmark = Callable[..., Array]

UNITS = 357 * 12 * 25 * 100
SAMPLE = 20_000
LIMIT = 0.05


@pytest.fixture(scope="module")
def loads(timed: bool) -> Array:
    """Patients present in small places and large ones, at random."""
    return np.random.default_rng(17).lognormal(1.5, 1.5, UNITS if timed else SAMPLE)


def by_recursion(load: Array) -> Array:
    """The fewest beds, one more at a time for all units that are short."""
    beds, blocked = np.zeros(load.shape), np.ones(load.shape)
    while (short := blocked > LIMIT).any():
        beds[short] += 1
        offered = load[short] * blocked[short]
        blocked[short] = offered / (beds[short] + offered)
    return beds


@pytest.mark.benchmark(group="sizing: ten million units")
def bench_sizing_by_table(benchmark: Benchmark, loads: Array) -> None:
    def size() -> Array:
        return StepTable(lambda beds, load: LIMIT - refusal(beds, load))(loads)

    result = benchmark(size)
    np.testing.assert_array_equal(result[:SAMPLE], by_recursion(loads[:SAMPLE]))


@pytest.mark.benchmark(group="sizing: ten million units")
def bench_copy_of_the_loads(benchmark: Benchmark, loads: Array) -> None:
    """The memory's own pace: reading and writing as much once."""
    assert benchmark(loads.copy).shape == loads.shape


@pytest.mark.benchmark(group="sizing: twenty thousand units")
def bench_sizing_a_sample_by_table(benchmark: Benchmark, loads: Array) -> None:
    table = StepTable(lambda beds, load: LIMIT - refusal(beds, load))
    table(loads[:SAMPLE])
    assert benchmark(table, loads[:SAMPLE]).shape == (SAMPLE,)


@pytest.mark.benchmark(group="sizing: twenty thousand units")
def bench_sizing_a_sample_by_recursion(benchmark: Benchmark, loads: Array) -> None:
    assert benchmark(by_recursion, loads[:SAMPLE]).min() >= 1
