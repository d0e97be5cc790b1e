"""Sizing rules against their formulas, tabulated values and laws."""

from math import exp, factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.capacity.sizing import (
    beds_by_occupancy,
    beds_by_overflow,
    overflow_probability,
    units_by_hours,
)

# Erlang B, from the closed form, which the recursion must agree with.
TABULATED = [
    (1, 1.0, 0.5),
    (2, 1.0, 0.2),
    (5, 3.0, 0.11005),
    (10, 5.0, 0.01838),
    (20, 15.0, 0.04559),
]


@pytest.mark.parametrize(("beds", "load", "expected"), TABULATED)
def test_overflow_is_the_tabulated_erlang_loss(beds: int, load: float, expected: float) -> None:
    assert overflow_probability(np.array(beds), np.array(load)) == pytest.approx(expected, abs=5e-6)


@given(beds=st.integers(0, 40), load=st.floats(0.01, 40))
def test_overflow_is_the_closed_form(beds: int, load: float) -> None:
    terms = [load**k / factorial(k) for k in range(beds + 1)]
    closed = terms[-1] / sum(terms)
    assert overflow_probability(np.array(beds), np.array(load)) == pytest.approx(closed, rel=1e-9)


@given(bed_days=st.floats(0, 5e4), limit=st.floats(0.001, 0.5))
def test_beds_by_overflow_are_the_fewest_that_keep_the_limit(bed_days: float, limit: float) -> None:
    load = np.array([bed_days / 365])
    beds = beds_by_overflow(np.array([bed_days]), np.array(limit), np.array(365.0)).astype(int)
    if bed_days == 0:
        assert beds == 0
    else:
        assert overflow_probability(beds, load) <= limit
        assert overflow_probability(beds - 1, load) > limit


@given(load=st.floats(0.1, 100), more=st.floats(0, 50))
def test_more_patients_never_need_fewer_beds(load: float, more: float) -> None:
    few, many = beds_by_overflow(np.array([load, load + more]), np.array(0.05), np.array(1.0))
    assert few <= many


def test_one_shared_unit_needs_fewer_beds_than_two() -> None:
    apart = beds_by_overflow(np.array([2.0, 5.0]) * 365, np.array(0.05), np.array(365.0)).sum()
    shared = beds_by_overflow(np.array([7.0]) * 365, np.array(0.05), np.array(365.0)).sum()
    assert shared < apart


def test_beds_by_occupancy_are_in_use_the_share_asked_for() -> None:
    beds = beds_by_occupancy(np.array([3650.0]), np.array(0.8), np.array(365.0))
    assert beds == pytest.approx([12.5])
    assert 3650.0 / (beds * 365.0) == pytest.approx([0.8])


def test_rooms_fit_the_contacts_into_the_open_hours() -> None:
    rooms = units_by_hours(
        np.array([4600.0]), np.array(30.0), np.array(5.0), np.array(230.0), np.array(0.8)
    )
    assert rooms == pytest.approx([4600 * 0.5 / (5 * 230 * 0.8)])


def test_exponential_series_confirms_a_large_system() -> None:
    """With ample beds the loss is the Poisson tail term over nearly one."""
    load, beds = 5.0, 25
    poisson = exp(-load) * load**beds / factorial(beds)
    assert overflow_probability(np.array(beds), np.array(load)) == pytest.approx(poisson, rel=1e-6)
