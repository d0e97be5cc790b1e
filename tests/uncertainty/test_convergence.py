"""Standard errors of quantiles, against SciPy's and against what many samples show."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mstats

from projector.uncertainty.convergence import draws_to_have, error_of_quantiles, maritz_jarrett
from projector.uncertainty.summaries import Summary

SHARES = (0.1, 0.5, 0.9)


def summarised(values, size=None):
    summary = Summary(values.shape[:-1], size=size)
    for number, block in enumerate(np.split(values, 4, axis=-1)):
        summary.add(number, block)
    return summary.result()


def test_errors_are_those_of_the_bootstrap_of_an_order_statistic():
    random = np.random.default_rng(1)
    values = np.sort(random.gamma(2, 30, 200))
    again = np.sort(values[random.integers(0, 200, (20_000, 200))], axis=1)
    order = [int(200 * share + 0.5) - 1 for share in SHARES]
    assert maritz_jarrett(values, SHARES) == pytest.approx(again[:, order].std(axis=0), rel=0.03)


@pytest.mark.parametrize(("draws", "apart"), [(200, 0.1), (20_000, 0.01)])
def test_errors_tend_to_those_of_scipy(draws, apart):
    """SciPy has one draw less on either side of the order statistic (after Wilcox)."""
    values = np.random.default_rng(1).gamma(2, 30, (3, draws))
    expected = np.array([mstats.mjci(row, SHARES) for row in values]).T
    assert maritz_jarrett(values, SHARES) == pytest.approx(expected, rel=apart)


def test_the_level_of_results_does_not_change_errors():
    values = np.random.default_rng(1).standard_normal((3, 200))
    assert maritz_jarrett(values + 1e9, SHARES) == pytest.approx(
        maritz_jarrett(values, SHARES), rel=1e-5
    )


def test_errors_are_what_many_samples_show():
    samples = np.random.default_rng(2).lognormal(4, 0.5, (2000, 400))
    truth = np.quantile(samples, SHARES, axis=-1).std(axis=-1)
    assert maritz_jarrett(samples, SHARES).mean(axis=-1) == pytest.approx(truth, rel=0.06)
    assert error_of_quantiles(summarised(samples), SHARES).mean(axis=-1) == pytest.approx(
        truth, rel=0.06
    )
    assert error_of_quantiles(summarised(samples, size=64), SHARES).mean(axis=-1) == pytest.approx(
        truth, rel=0.10
    )


def test_draws_are_added_until_errors_are_small_enough():
    random = np.random.default_rng(3)
    values = random.normal(100, 20, (5, 64))
    counts = [64]
    while True:
        quantiles = np.quantile(values, SHARES, axis=-1)
        errors = maritz_jarrett(values, SHARES)
        wanted = draws_to_have(
            quantiles, errors, counts[-1], block=64, tolerance=0.01, least=0.0, most=10_000
        )
        if wanted == counts[-1]:
            break
        values = np.concatenate([values, random.normal(100, 20, (5, wanted - counts[-1]))], axis=-1)
        counts.append(wanted)
    assert all(count % 64 == 0 for count in counts)
    assert (errors <= 0.01 * quantiles).all()
    # The 10th percentile, 74.4, needs (20 * 1.709 / 0.744) ** 2 draws; the worst of 5 cells more.
    assert 2110 * 0.8 < counts[-1] < 2110 * 2
    assert len(counts) < 8


@given(
    st.floats(0, 1e6),
    st.floats(0, 1e6),
    st.integers(1, 100),
    st.integers(1, 50),
    st.integers(1, 20_000),
)
def test_the_answer_is_whole_blocks_within_the_limit(quantile, error, blocks, block, most):
    count = blocks * block
    wanted = draws_to_have(
        np.array([quantile]),
        np.array([error]),
        count,
        block=block,
        tolerance=0.01,
        least=0.5,
        most=most,
    )
    assert wanted % block == 0
    assert count <= wanted <= max(count, min(most, 4 * count + block))
    enough = error <= max(0.01 * quantile, 0.5)
    assert (wanted == count) == (enough or count + block > most)


def test_what_has_no_number_needs_no_draws_and_nothing_is_near_zero_without_a_least_error():
    options = {"block": 10, "tolerance": 0.01, "most": 1000}
    nothing = np.array([np.nan])
    assert draws_to_have(nothing, nothing, 100, least=0.0, **options) == 100
    zero, one = np.array([0.0]), np.array([1.0])
    assert draws_to_have(zero, one, 100, least=0.0, **options) == 400
    assert draws_to_have(zero, one, 100, least=1.0, **options) == 100
