"""Weekdays and months: what comes unevenly is there less unevenly, the longer it stays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.capacity.erlang import STEADY, Rhythm
from projector.capacity.rhythm import STAYS, rhythm_of, together

WEEK = [1.4, 1.2, 1.1, 1.0, 1.0, 0.7, 0.6]
YEAR = [1.3, 1.2, 1.1, 1.0, 1.0, 0.9, 0.7, 0.9, 0.9, 1.0, 1.0, 1.0]
EVEN_WEEK, EVEN_YEAR = [1.0] * 7, [1.0] * 12
factors = st.floats(0.2, 3.0)


def spread(rhythm: Rhythm) -> float:
    """Standard deviation of those present over the days, relative to the mean."""
    load, weight = np.array(rhythm.load), np.array(rhythm.weight)
    return float(np.sqrt(weight @ (load - 1) ** 2))


@given(
    week=st.lists(factors, min_size=7, max_size=7),
    year=st.lists(factors, min_size=12, max_size=12),
    nights=st.floats(0.2, 40),
    stays=st.sampled_from(sorted(STAYS)),
)
def test_means_over_the_days_are_one(
    week: list[float], year: list[float], nights: float, stays: str
) -> None:
    rhythm = rhythm_of(week, year, nights, stays=stays)
    weight = np.array(rhythm.weight)
    assert weight.sum() == pytest.approx(1)
    assert weight @ rhythm.arrivals == pytest.approx(1)
    assert weight @ rhythm.load == pytest.approx(1)
    assert min(rhythm.load) > 0
    assert rhythm.busy_month >= 1 - 1e-9


def test_days_that_are_alike_are_one_kind_of_day() -> None:
    assert rhythm_of(EVEN_WEEK, EVEN_YEAR, 3.0) == STEADY
    assert rhythm_of([2.0] * 7, [5.0] * 12, 3.0, dispersion=1.5) == Rhythm(dispersion=1.5)


@pytest.mark.parametrize("stays", STAYS)
def test_longer_stays_know_less_of_weekdays(stays: str) -> None:
    spreads = [
        spread(rhythm_of(WEEK, EVEN_YEAR, nights, stays=stays, variation=0.8))
        for nights in (0.1, 1.0, 3.0, 30.0)
    ]
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[-1] < 0.03


def test_those_who_leave_the_same_day_are_there_as_they_come() -> None:
    rhythm = rhythm_of(WEEK, EVEN_YEAR, 0.01)
    np.testing.assert_allclose(rhythm.load, rhythm.arrivals, atol=0.02)


def test_a_stay_of_whole_weeks_is_the_same_on_every_weekday() -> None:
    assert spread(rhythm_of(WEEK, EVEN_YEAR, 14.0, stays="fixed")) < 1e-6


def test_short_stays_keep_the_months_and_stays_of_years_do_not() -> None:
    short, long = (rhythm_of(EVEN_WEEK, YEAR, nights) for nights in (2.5, 900.0))
    assert short.busy_month == pytest.approx(1.3, abs=0.03)
    assert long.busy_month == pytest.approx(1.0, abs=0.03)


def test_monday_is_felt_on_tuesday() -> None:
    rhythm = rhythm_of([4.0, 1, 1, 1, 1, 1, 1], EVEN_YEAR, 1.5)
    by_weekday = np.array(rhythm.load).reshape(7, 12).mean(axis=1)
    assert by_weekday.argsort()[::-1][:3].tolist() == [1, 0, 2]  # all of Monday's are there


def test_one_kind_of_patient_is_its_own_pool() -> None:
    rhythm = rhythm_of(WEEK, YEAR, 3.0, dispersion=1.3)
    shared = together([rhythm, STEADY], [5.0, 1e-12], [7.0, 1e-12])
    for name in ("weight", "arrivals", "load", "dispersion", "busy_month"):
        np.testing.assert_allclose(getattr(shared, name), getattr(rhythm, name))


def test_opposite_seasons_even_each_other_out() -> None:
    winter, summer = (
        rhythm_of(EVEN_WEEK, months, 2.0)
        for months in ([1.5] * 6 + [0.5] * 6, [0.5] * 6 + [1.5] * 6)
    )
    shared = together([winter, summer], [2.0, 2.0], [9.0, 9.0])
    assert spread(shared) < 1e-6
    assert shared.busy_month == pytest.approx(1)
