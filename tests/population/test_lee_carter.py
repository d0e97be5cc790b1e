"""Lee–Carter's model against exact data, another algorithm and the laws of a random walk."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from projector.errors import ConsistencyError
from projector.population.lee_carter import drift, fit_lee_carter

YEARS = np.array([1963, 1973, 1983, 1993, 2003, 2008, 2013, 2018])
GROUPS, AGES = 3, 12

numbers = st.floats(-1, 1).map(lambda value: round(value, 6))


@given(
    average=arrays(np.float64, (GROUPS, AGES), elements=numbers),
    pattern=arrays(np.float64, AGES, elements=st.floats(0.05, 1)),
    index=arrays(np.float64, len(YEARS), elements=numbers),
)
@settings(max_examples=50)
def test_data_with_one_common_factor_are_recovered(
    average: np.ndarray, pattern: np.ndarray, index: np.ndarray
) -> None:
    if np.ptp(index) < 0.1:
        index = index + np.linspace(0, 1, len(YEARS))
    pattern, index = pattern / pattern.sum(), index * pattern.sum()
    log_rates = average + index[:, np.newaxis, np.newaxis] * pattern
    found = fit_lee_carter(log_rates, YEARS)
    np.testing.assert_allclose(found.pattern, pattern, atol=1e-10)
    np.testing.assert_allclose(found.index, index - index.mean(), atol=1e-10)
    np.testing.assert_allclose(found.average, average + index.mean() * pattern, atol=1e-10)
    np.testing.assert_allclose(found.own_index, 0.0, atol=1e-10)
    np.testing.assert_allclose(found.log_rates(), log_rates, atol=1e-10)


def world(seed: int = 5) -> np.ndarray:
    generator = np.random.default_rng(seed)
    trend = np.linspace(8, -9, len(YEARS))[:, np.newaxis, np.newaxis]
    pattern = generator.uniform(0.02, 0.12, AGES)
    return np.asarray(
        generator.uniform(-6, -1, (GROUPS, AGES))
        + trend * pattern
        + generator.normal(0, 0.15, (len(YEARS), GROUPS, AGES))
    )


def by_alternating_least_squares(matrix: np.ndarray) -> np.ndarray:
    """The best product of a column and a row, without a decomposition: each in turn."""
    row = np.ones(matrix.shape[1])
    for _ in range(5000):
        column = matrix @ row / (row @ row)
        row = column @ matrix / (column @ column)
    return np.asarray(np.outer(column, row))


def test_both_factors_are_those_of_alternating_least_squares() -> None:
    log_rates = world()
    found = fit_lee_carter(log_rates, YEARS)
    apart = log_rates - log_rates.mean(axis=0)
    common = by_alternating_least_squares(apart.mean(axis=1))
    np.testing.assert_allclose(np.outer(found.index, found.pattern), common, atol=1e-9)
    for group in range(GROUPS):
        own = by_alternating_least_squares(apart[:, group] - common)
        fitted = np.outer(found.own_index[:, group], found.own_pattern[group])
        np.testing.assert_allclose(fitted, own, atol=1e-7)


def test_the_constraints_hold_and_the_sign_is_settled() -> None:
    found = fit_lee_carter(world(), YEARS)
    assert found.pattern.sum() == pytest.approx(1.0)
    assert found.index.sum() == pytest.approx(0.0, abs=1e-9)
    assert found.index[0] > 0 > found.index[-1]  # mortality falls
    largest = np.abs(found.own_pattern).argmax(axis=1)
    assert (found.own_pattern[np.arange(GROUPS), largest] > 0).all()
    np.testing.assert_allclose(np.linalg.norm(found.own_pattern, axis=1), 1.0)


def test_groups_in_another_order_share_the_same_factor() -> None:
    log_rates = world()
    found, turned = (fit_lee_carter(log_rates[:, order], YEARS) for order in ([0, 1, 2], [2, 0, 1]))
    np.testing.assert_allclose(turned.pattern, found.pattern)
    np.testing.assert_allclose(turned.own_index, found.own_index[:, [2, 0, 1]], atol=1e-9)


def test_one_group_has_nothing_of_its_own() -> None:
    found = fit_lee_carter(world()[:, :1], YEARS)
    np.testing.assert_array_equal(found.own_index, 0.0)


def test_one_period_and_periods_that_are_alike_show_no_trend() -> None:
    with pytest.raises(ConsistencyError, match="cannot be seen from one period"):
        fit_lee_carter(world()[:1], YEARS[:1])
    with pytest.raises(ConsistencyError, match="no trend in common"):
        fit_lee_carter(np.repeat(world()[:1], 2, axis=0), YEARS[:2])


@pytest.mark.parametrize("years", [YEARS[::-1], np.full(len(YEARS), 2000)])
def test_years_that_do_not_rise_are_refused(years: np.ndarray) -> None:
    with pytest.raises(ValueError, match="years must rise"):
        fit_lee_carter(world(), years)


def test_a_straight_line_has_its_slope_as_drift_whatever_the_distances() -> None:
    found = drift(-0.7 * (YEARS - 1990.0), YEARS)
    assert (found.annual, found.standard_error) == pytest.approx((-0.7, 0.0), abs=1e-12)


def test_drift_with_equal_steps_is_the_mean_step_with_its_standard_error() -> None:
    index = np.array([3.0, 1.0, 0.5, -2.0, -2.5])
    found = drift(index, np.arange(5))
    steps = np.diff(index)
    assert found.annual == pytest.approx(steps.mean())
    assert found.innovation == pytest.approx(steps.std(ddof=1))
    assert found.standard_error == pytest.approx(steps.std(ddof=1) / 2)


def test_the_standard_error_of_the_drift_is_the_spread_over_many_walks() -> None:
    generator = np.random.default_rng(11)
    passed = np.diff(YEARS)
    steps = generator.normal(-0.5 * passed, 0.8 * np.sqrt(passed), (20000, len(passed)))
    found = [drift(np.append(0.0, np.cumsum(walk)), YEARS) for walk in steps]
    annual = np.array([walk.annual for walk in found])
    error = 0.8 / np.sqrt(YEARS[-1] - YEARS[0])
    assert annual.mean() == pytest.approx(-0.5, abs=0.004)
    assert annual.std() == pytest.approx(error, rel=0.02)
    variance = np.mean([walk.standard_error**2 for walk in found])
    assert variance == pytest.approx(error**2, rel=0.02)


def test_two_periods_give_no_trend_with_an_error() -> None:
    with pytest.raises(ConsistencyError, match="a trend and its error need more periods"):
        drift(np.array([1.0, 0.0]), np.array([2018, 2023]))
