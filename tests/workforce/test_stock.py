"""Laws of the yearly step, for any stock and any rates."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from projector.workforce.full_time import leveled
from projector.workforce.stock import FlowTooLargeError, Groups, Rates, Stock, Year, step

GROUPS = Groups((3, 1, 2))
REGIONS, SEXES, AGES = 3, 2, 7
SHAPE = (len(GROUPS), REGIONS, SEXES, AGES)
OF_PROFESSION = (len(GROUPS.sizes), SEXES, AGES)
share = st.floats(0, 1)
heads = st.floats(0, 1000)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Stock, Rates, Year]:
    """A stock, rates, and who comes; so few specialise that there are always enough."""
    stock = Stock(
        draw(arrays(float, SHAPE, elements=heads)), draw(arrays(float, SHAPE, elements=heads))
    )
    retired = draw(arrays(float, OF_PROFESSION, elements=share))
    retired[..., -1] = 1.0
    rates = Rates(
        died=draw(arrays(float, (SEXES, AGES), elements=share)),
        retired=retired,
        left=draw(arrays(float, OF_PROFESSION, elements=share)),
        returned=draw(arrays(float, OF_PROFESSION, elements=share)),
    )
    came = (len(GROUPS.sizes), REGIONS, SEXES, AGES)
    into = draw(arrays(float, REGIONS, elements=st.floats(0.01, 1)))
    year = Year(
        entered=draw(arrays(float, came, elements=heads)),
        unused=draw(arrays(float, came, elements=heads)),
        specialised=np.zeros(SHAPE[:2]),
        ages=draw(arrays(bool, (len(GROUPS), AGES))),
        moved_out=draw(arrays(float, REGIONS, elements=share)),
        moved_in=into / into.sum(),
    )
    there = _there(stock, rates, year)
    specialised = draw(arrays(float, SHAPE[:2], elements=st.floats(0, 0.4))) * there
    specialised[GROUPS.general] = 0.0
    return stock, rates, replace(year, specialised=specialised)


def _there(stock: Stock, rates: Rates, year: Year) -> np.ndarray:
    """Heads of the general group in the ages of each competence, when nobody specialises."""
    after, _ = step(stock, rates, replace(year, moved_out=np.zeros(REGIONS)), GROUPS)
    there = np.zeros(SHAPE[:2])
    for inside in GROUPS.slices():
        by_age = after.heads[inside.start].sum(axis=1)
        there[inside] = year.ages[inside].astype(float) @ by_age.T
    return there


@given(worlds())
@settings(max_examples=30, deadline=None)
def test_heads_are_those_of_before_and_what_came_less_what_went(world: tuple) -> None:
    stock, rates, year = world
    after, flows = step(stock, rates, year, GROUPS)
    before = stock.heads.sum(axis=(2, 3))
    np.testing.assert_allclose(after.heads.sum(axis=(2, 3)), before + flows.net, atol=1e-8)


@given(worlds())
@settings(max_examples=30, deadline=None)
def test_no_flow_is_larger_than_its_stock(world: tuple) -> None:
    stock, rates, year = world
    after, flows = step(stock, rates, year, GROUPS)
    working, away = (one.sum(axis=(2, 3)) for one in (stock.heads, stock.reserve))
    assert (flows.left + flows.retired <= working + 1e-9).all()
    assert (flows.returned <= away + 1e-9).all()
    assert after.heads.min() >= -1e-9
    assert after.reserve.min() >= 0


@given(worlds())
@settings(max_examples=30, deadline=None)
def test_those_with_the_training_only_die_retire_or_come(world: tuple) -> None:
    """Leaving and returning move people between the two stocks, specialising between groups."""
    stock, rates, year = world
    after, flows = step(stock, rates, year, GROUPS)
    stays = (1 - rates.died) * (1 - rates.retired)
    for profession, inside in enumerate(GROUPS.slices()):
        everybody = (stock.heads + stock.reserve)[inside].sum(axis=(0, 1))
        left = float((everybody * stays[profession]).sum())
        came = year.entered[profession].sum() + year.unused[profession].sum()
        found = (after.heads + after.reserve)[inside].sum()
        assert found == pytest.approx(left + came, rel=1e-9, abs=1e-7)
        assert abs(flows.specialised[inside].sum()) < 1e-8


@given(worlds())
@settings(max_examples=30, deadline=None)
def test_moves_between_regions_keep_everybody(world: tuple) -> None:
    stock, rates, year = world
    moving, flows = step(stock, rates, year, GROUPS)
    still, _ = step(stock, rates, replace(year, moved_out=np.zeros(REGIONS)), GROUPS)
    np.testing.assert_allclose(moving.heads.sum(axis=1), still.heads.sum(axis=1), atol=1e-8)
    np.testing.assert_allclose(flows.moved.sum(axis=1), 0, atol=1e-8)


@given(worlds())
@settings(max_examples=30, deadline=None)
def test_without_flows_the_stock_is_the_same_a_year_older(world: tuple) -> None:
    stock, _, year = world
    none = Rates(
        died=np.zeros((SEXES, AGES)),
        retired=np.zeros(OF_PROFESSION) + (np.arange(AGES) == AGES - 1),
        left=np.zeros(OF_PROFESSION),
        returned=np.zeros(OF_PROFESSION),
    )
    nobody = np.zeros_like(year.entered)
    still = replace(
        year,
        entered=nobody,
        unused=nobody,
        specialised=np.zeros(SHAPE[:2]),
        moved_out=np.zeros(REGIONS),
    )
    after, _ = step(stock, none, still, GROUPS)
    for name in ("heads", "reserve"):
        older, before = getattr(after, name), getattr(stock, name)
        np.testing.assert_array_equal(older[..., 1:], before[..., :-1])
        assert not older[..., 0].any()


@given(worlds(), st.floats(0, 500))
@settings(max_examples=30, deadline=None)
def test_more_who_come_never_make_fewer(world: tuple, more: float) -> None:
    stock, rates, year = world
    fewer, _ = step(stock, rates, year, GROUPS)
    extra, _ = step(stock, rates, replace(year, entered=year.entered + more), GROUPS)
    assert (extra.heads.sum(axis=0) - fewer.heads.sum(axis=0) >= -1e-8).all()


def test_a_step_by_hand() -> None:
    """One group, region and sex; ages 18, 19 and 20."""
    stock = Stock(np.array([[[[100.0, 50.0, 10.0]]]]), np.array([[[[20.0, 0.0, 5.0]]]]))
    rates = Rates(
        died=np.array([[0.0, 0.1, 0.0]]),
        retired=np.array([[[0.0, 0.2, 1.0]]]),
        left=np.array([[[0.1, 0.0, 0.0]]]),
        returned=np.array([[[0.5, 0.0, 0.0]]]),
    )
    came = np.array([[[[8.0, 0.0, 0.0]]]])
    year = Year(came, came / 4, np.zeros((1, 1)), np.zeros((1, 3), bool), np.zeros(1), np.ones(1))
    after, flows = step(stock, rates, year, Groups((1,)))
    # 100 − 10 who leave + 10 of 20 who return; 50 × 0.9 × 0.8; those of 20 have all retired.
    np.testing.assert_allclose(after.heads[0, 0, 0], [8, 100, 36])
    np.testing.assert_allclose(after.reserve[0, 0, 0], [2, 20, 0])
    assert float(flows.left[0, 0]) == pytest.approx(10)
    assert float(flows.returned[0, 0]) == pytest.approx(10)
    assert float(flows.retired[0, 0]) == pytest.approx(14 + 10)


def test_more_specialists_than_nurses_are_refused() -> None:
    stock = Stock(np.full((2, 1, 1, 3), 10.0), np.zeros((2, 1, 1, 3)))
    still = np.zeros((1, 1, 3))
    rates = Rates(still[0], still + (np.arange(3) == 2), still, still)
    nobody = np.zeros((1, 1, 1, 3))
    ages = np.array([[False, False, False], [False, True, False]])
    wanted = np.array([[0.0], [11.0]])
    year = Year(nobody, nobody, wanted, ages, np.zeros(1), np.ones(1))
    with pytest.raises(FlowTooLargeError) as caught:
        step(stock, rates, year, Groups((2,)))
    assert (caught.value.wanted, caught.value.there) == (11, 10)
    exactly = replace(year, specialised=np.array([[0.0], [10.0]]))
    after, _ = step(stock, rates, exactly, Groups((2,)))
    np.testing.assert_allclose(after.heads[:, 0, 0].T, [[0, 0], [0, 20], [10, 10]])


@given(
    arrays(float, 12, elements=st.floats(0.01, 1)),
    arrays(float, 12, elements=st.floats(0.01, 100)),
    st.floats(0.01, 1),
)
@settings(max_examples=100, deadline=None)
def test_fte_of_another_mean_have_it_and_are_never_above_heads(
    full_time: np.ndarray, people: np.ndarray, wanted: float
) -> None:
    mean = float((full_time * people).sum() / people.sum())
    alpha, beta = leveled(np.array(mean), np.array(wanted))
    changed = alpha * full_time + beta
    assert (changed <= 1 + 1e-9).all()
    assert (changed >= -1e-9).all()
    assert float((changed * people).sum() / people.sum()) == pytest.approx(wanted, abs=1e-7)
