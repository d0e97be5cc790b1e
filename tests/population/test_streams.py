"""Random numbers are where they are, whatever else is drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from projector.population.streams import normals

YEARS = np.arange(2026, 2030)


@given(first=st.integers(0, 500), cut=st.integers(1, 9), count=st.integers(1, 9))
def test_any_cutting_of_draws_years_and_regions_gives_the_same_bits(
    first: int, cut: int, count: int
) -> None:
    whole = normals(3, "x", ["a", "b"], YEARS, range(first, first + 10), count)
    assert whole.shape == (4, count, 2, 10)
    parts = [
        normals(3, "x", ["a", "b"], YEARS, some, count)
        for some in (range(first, first + cut), range(first + cut, first + 10))
    ]
    np.testing.assert_array_equal(np.concatenate(parts, axis=-1), whole)
    later = normals(3, "x", ["b"], YEARS[2:], range(first, first + 10), count)
    np.testing.assert_array_equal(later[:, :, 0], whole[2:, :, 1])


def test_numbers_are_standard_normal() -> None:
    drawn = normals(1, "x", ["a", "b"], YEARS, range(4000), 3)
    for numbers in drawn.reshape(-1, 4000)[:6]:
        assert kstest(numbers, "norm").pvalue > 1e-3
    assert np.abs(np.corrcoef(drawn.reshape(24, -1)) - np.eye(24)).max() < 0.08


@pytest.mark.parametrize("other", [(2, "x", "a"), (1, "y", "a"), (1, "x", "c")])
def test_seed_stream_and_region_each_give_other_numbers(other: tuple[int, str, str]) -> None:
    seed, stream, region = other
    one = normals(1, "x", ["a"], YEARS, range(500), 1).ravel()
    two = normals(seed, stream, [region], YEARS, range(500), 1).ravel()
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.1
