"""Poisson numbers of contacts, against the distribution of another library."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from projector.activity.chance import MANY, poisson
from projector.population.streams import uniforms

EVENLY = (np.arange(20_000) + 0.5) / 20_000


@given(st.floats(0, 11.99), st.floats(1e-9, 1 - 1e-9))
def test_few_are_the_quantile_of_the_distribution(mean: float, at: float) -> None:
    found = float(poisson(np.array([mean]), np.array([at]))[0])
    below, here = stats.poisson.cdf([found - 1, found], mean)
    assert below - 1e-12 <= at <= here + 1e-12


@given(st.floats(MANY, 1e6), st.floats(1e-9, 1 - 1e-9))
def test_many_are_within_a_contact_of_it(mean: float, at: float) -> None:
    found = float(poisson(np.array([mean]), np.array([at]))[0])
    assert abs(found - stats.poisson.ppf(at, mean)) < 1


@pytest.mark.parametrize("mean", [0.02, 0.7, 4.0, 11.9, MANY, 60.0, 3000.0])
def test_mean_and_variance_are_those_expected(mean: float) -> None:
    found = poisson(np.full(EVENLY.shape, mean), EVENLY)
    assert found.mean() == pytest.approx(mean, rel=2e-4)
    assert found.var() == pytest.approx(mean, rel=2e-3)


def test_of_none_expected_none_come() -> None:
    assert poisson(np.zeros(3), np.array([1e-12, 0.5, 1 - 1e-12])).tolist() == [0, 0, 0]


def test_a_number_is_found_by_what_it_is_of() -> None:
    years = np.arange(2027, 2031)
    whole = uniforms(7, "a", ["A", "B", "C"], ["x", "y"], years, range(0, 6))
    part = uniforms(7, "a", ["C", "A"], ["y"], years[1:3], range(2, 4))
    np.testing.assert_array_equal(part, whole[2:4, 1:3, 1:, [2, 0]])
    assert not np.isin(uniforms(8, "a", ["A"], ["x"], years, range(6)), whole).any()


def test_numbers_are_uniform_and_independent() -> None:
    years = np.arange(2027, 2037)
    names = [f"region {i}" for i in range(20)]
    found = uniforms(1, "a", names, names, years, range(50))
    assert stats.kstest(found.ravel(), "uniform").pvalue > 0.001
    centred = found - 0.5
    for axis in range(4):
        ahead = np.roll(centred, 1, axis=axis)
        correlation = (centred * ahead).mean() * 12
        assert abs(correlation) < 4 / np.sqrt(found.size)
