"""Quantiles of the distributions, against SciPy's own and their laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from projector.scenario.distributions import FINEST, Distribution

SHARES = np.concatenate([[FINEST, 1e-6], np.linspace(0.01, 0.99, 99), [1 - 1e-6, 1 - FINEST]])
z90 = stats.norm.ppf(0.9)
finite = st.floats(-1e6, 1e6)


def triangular(low, mode, high):
    return stats.triang((mode - low) / (high - low), loc=low, scale=high - low)


@pytest.mark.parametrize(
    ("distribution", "reference"),
    [
        (Distribution("normal", (7.0, 2.0)), stats.norm(7, 2)),
        (Distribution("lognormal", (7.0, 2.0)), stats.lognorm(np.log(2), scale=7)),
        (Distribution("uniform", (-2.0, 4.0)), stats.uniform(-2, 6)),
        (Distribution("triangular", (0.4, 0.55, 0.7)), triangular(0.4, 0.55, 0.7)),
        (Distribution("triangular", (1.0, 1.0, 3.0)), triangular(1, 1, 3)),
        (Distribution("triangular", (1.0, 3.0, 3.0)), triangular(1, 3, 3)),
        (Distribution("interval", (10.0, 20.0)), stats.norm(15, 5 / z90)),
        (Distribution("normal", (0.85, 0.05), (0.7, 1.0)), stats.truncnorm(-3, 3, 0.85, 0.05)),
        (
            Distribution("interval", (10.0, 20.0), (9.0, 60.0)),
            stats.truncnorm(-6 * z90 / 5, 45 * z90 / 5, 15, 5 / z90),
        ),
    ],
)
def test_quantiles_agree_with_scipy(distribution, reference):
    # One less 2**-33 leaves 20 binary digits for the share of what lies above.
    assert distribution.ppf(SHARES) == pytest.approx(reference.ppf(SHARES), rel=1e-6, abs=1e-12)
    middle = SHARES[2:-2]
    assert distribution.ppf(middle) == pytest.approx(reference.ppf(middle), rel=1e-12)
    assert distribution.median == pytest.approx(reference.median(), rel=1e-12)


def test_a_lognormal_that_is_cut_off_has_the_quantiles_of_its_logarithm():
    cut = Distribution("lognormal", (7.0, 2.0), (0.0, 14.0))
    logarithm = stats.truncnorm(-np.inf, 1, np.log(7), np.log(2))
    assert np.log(cut.ppf(SHARES)) == pytest.approx(logarithm.ppf(SHARES), rel=1e-9)


@given(finite, st.floats(1e-3, 1e3), st.floats(0.1, 50), st.floats(0.1, 50))
def test_what_is_cut_off_is_never_drawn(mean, deviation, below, above):
    low, high = mean - below * deviation, mean + above * deviation
    cut = Distribution("normal", (mean, deviation), (low, high))
    values = cut.ppf(SHARES)
    assert cut.within_fault() is None
    assert low <= values[0]
    assert values[-1] <= high
    assert (np.diff(values) >= 0).all()


@given(st.lists(st.integers(-1000, 1000), min_size=3, max_size=3, unique=True).map(sorted))
def test_quantiles_rise_from_one_end_to_the_other(three):
    values = Distribution("triangular", tuple(three)).ppf(np.linspace(0, 1, 201))
    assert (np.diff(values) >= 0).all()
    assert (values[0], values[-1]) == (three[0], three[2])


def test_draws_of_a_normal_reach_six_deviations():
    low, high = Distribution("normal", (0.0, 1.0)).reach
    assert (low, high) == pytest.approx((-6.34, 6.34), abs=0.01)


def test_half_of_what_is_left_lies_below_the_median_of_what_is_cut_off():
    one_sided = Distribution("normal", (0.0, 1.0), (-0.1, 8.0))
    assert one_sided.median == pytest.approx(stats.truncnorm(-0.1, 8).median())
    assert one_sided.median > 0.5
