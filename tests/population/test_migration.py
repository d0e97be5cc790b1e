"""Pools, plus-minus scaling and raking: sums, signs and what cannot be."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import brentq

from projector.errors import ConsistencyError
from projector.population.migration import balance, rake, rake_net

SHAPE = (5, 2, 3)  # region, sex, age


def persons(low: float, high: float, shape: tuple[int, ...] = SHAPE) -> st.SearchStrategy:
    """Persons with two decimals: an expected number, no rounding error."""
    hundredths = st.integers(round(low * 100), round(high * 100))
    return arrays(np.float64, shape, elements=hundredths.map(lambda value: value / 100))


@st.composite
def pools(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Net moves, a total and people who are enough for both."""
    people = draw(persons(0, 1e4))
    net = np.maximum(draw(persons(-500, 500)), -people)
    total = np.maximum(draw(persons(-1e3, 1e3, SHAPE[1:])), -0.9 * people.sum(axis=0))
    somebody = (people.sum(axis=0) > 0) | (net.sum(axis=0) > 0)
    return net, np.where(somebody, total, 0.0), people


@given(pool=pools())
def test_a_balanced_pool_has_its_total_and_leaves_nobody_negative(
    pool: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    net, total, people = pool
    balanced = balance(net, total, people)
    np.testing.assert_allclose(balanced.sum(axis=0), total, rtol=1e-10, atol=1e-8)
    assert (people + balanced >= 0).all()


@given(pool=pools())
def test_one_total_for_all_cells_is_met_too(
    pool: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    net, total, people = pool
    balanced = balance(net, total.sum(), people)
    assert balanced.sum() == pytest.approx(total.sum(), rel=1e-9, abs=1e-7)
    assert (people + balanced >= 0).all()


@given(pool=pools())
def test_where_some_gain_and_some_lose_no_sign_turns(
    pool: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    net, _, people = pool
    balanced = balance(net, np.zeros(SHAPE[1:]), people + 1e6)
    both = (net > 0).any(axis=0) & (net < 0).any(axis=0)
    assert (balanced * net >= 0)[:, both].all()


@given(pool=pools())
def test_a_pool_that_has_its_total_stays_as_it_is(
    pool: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    net, _, people = pool
    total = net.sum(axis=0)
    np.testing.assert_allclose(balance(net, total, people), net, rtol=1e-7, atol=1e-7)


@given(pool=pools(), order=st.permutations(range(SHAPE[0])))
def test_the_order_of_the_regions_is_of_no_matter(
    pool: tuple[np.ndarray, np.ndarray, np.ndarray], order: list[int]
) -> None:
    net, total, people = pool
    np.testing.assert_allclose(
        balance(net[order], total, people[order]),
        balance(net, total, people)[order],
        rtol=1e-9,
        atol=1e-7,
    )


@given(
    gains=arrays(np.float64, 3, elements=st.floats(1, 100)),
    losses=arrays(np.float64, 3, elements=st.floats(1, 100)),
    total=st.floats(-100, 100),
)
def test_the_scaling_is_the_root_of_its_equation(
    gains: np.ndarray, losses: np.ndarray, total: float
) -> None:
    """Against a root-finder: x P − Q / x = T, on one scale for all cells."""
    net = np.concatenate([gains, -losses]).reshape(6, 1, 1)
    factor = brentq(
        lambda x: x * gains.sum() - losses.sum() / x - total, 1e-6, 1e6, xtol=1e-15, rtol=1e-14
    )
    expected = np.concatenate([gains * factor, -losses / factor]).reshape(6, 1, 1)
    balanced = balance(net, np.array([[total]]), np.full((6, 1, 1), 1e9))
    np.testing.assert_allclose(balanced, expected, rtol=1e-9)


def test_the_symmetric_adjustment_of_a_pool_that_gains() -> None:
    """Gains of 80 and losses of 20 that must cancel: x = √(20/80) = ½."""
    net = np.array([60.0, 20.0, -15.0, -5.0]).reshape(4, 1, 1)
    balanced = balance(net, 0.0, np.full((4, 1, 1), 1000.0))
    np.testing.assert_allclose(balanced.ravel(), [30.0, 10.0, -30.0, -10.0])


def test_a_pool_that_only_gains_is_shared_by_people() -> None:
    net = np.array([30.0, 10.0]).reshape(2, 1, 1)
    people = np.array([970.0, 990.0]).reshape(2, 1, 1)
    balanced = balance(net, 0.0, people)  # 2000 would be there, 1960 must be: each times 0.98
    np.testing.assert_allclose(balanced.ravel(), [10.0, -10.0])


def test_a_region_that_is_emptied_leaves_the_rest_to_the_others() -> None:
    """Gains 80, losses 10 and 10, and only 12 people in the first: it is emptied."""
    net = np.array([80.0, -10.0, -10.0]).reshape(3, 1, 1)
    balanced = balance(net, 0.0, np.array([500.0, 12.0, 500.0]).reshape(3, 1, 1)).ravel()
    assert balanced[1] == -12.0
    factor = balanced[0] / 80.0
    assert balanced[2] == pytest.approx(-10.0 / factor)
    assert balanced.sum() == pytest.approx(0.0, abs=1e-12)


def test_more_leaving_than_there_are_is_refused_with_the_cell() -> None:
    people = np.full(SHAPE, 10.0)
    net = np.zeros(SHAPE)
    total = np.zeros(SHAPE[1:])
    total[1, 2] = -51.0
    with pytest.raises(ConsistencyError, match=r"sex male, age 2.*together.*-51 persons"):
        balance(net, total, people)
    net[3, 0, 1] = -11.0
    with pytest.raises(ConsistencyError, match=r"sex female, age 1.*leave a region"):
        balance(net, np.zeros(SHAPE[1:]), people)


def test_people_who_come_to_no_region_are_refused() -> None:
    nobody = np.zeros(SHAPE)
    with pytest.raises(ConsistencyError, match="but to no region"):
        balance(nobody, np.ones(SHAPE[1:]), nobody)


@given(flow=persons(0, 1e3), total=persons(0, 1e4, SHAPE[1:]))
def test_a_raked_flow_has_its_total_and_its_shares(flow: np.ndarray, total: np.ndarray) -> None:
    assume((flow.sum(axis=0) > 1e-100).all())
    raked = rake(flow, total)
    np.testing.assert_allclose(raked.sum(axis=0), total, rtol=1e-12)
    np.testing.assert_allclose(
        raked * flow.sum(axis=0), flow * total, rtol=1e-9, atol=1e-9 * flow.max()
    )
    assert rake(flow, total.sum()).sum() == pytest.approx(total.sum())


def test_a_flow_from_nowhere_and_a_negative_one_are_refused() -> None:
    flow = np.ones(SHAPE)
    flow[:, 0, 1] = 0.0
    with pytest.raises(ConsistencyError, match=r"sex female, age 1.*no regions"):
        rake(flow, np.ones(SHAPE[1:]))
    with pytest.raises(ConsistencyError, match="zero or more"):
        rake(flow, -1.0)


@given(
    immigration=persons(0.1, 1e3), emigration=persons(0.1, 1e3), total=persons(-1e4, 1e4, (2, 3))
)
def test_gross_flows_raked_to_their_net_move_against_each_other(
    immigration: np.ndarray, emigration: np.ndarray, total: np.ndarray
) -> None:
    coming, leaving = rake_net(immigration, emigration, total)
    np.testing.assert_allclose((coming - leaving).sum(axis=0), total, rtol=1e-9, atol=1e-8)
    # What the one gains by the factor the other loses: the products stay.
    np.testing.assert_allclose(coming * leaving, immigration * emigration, rtol=1e-9)


def test_net_immigration_that_no_flow_can_give_is_refused() -> None:
    with pytest.raises(ConsistencyError, match="no scaling of immigration and emigration"):
        rake_net(np.ones(SHAPE), np.zeros(SHAPE), -5.0)
    coming, leaving = rake_net(np.ones(SHAPE), np.zeros(SHAPE), 60.0)
    np.testing.assert_allclose(coming, 2.0)
    assert not leaving.any()
