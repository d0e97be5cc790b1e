"""Weekdays, weeks and months: what comes unevenly is there less unevenly, the longer it stays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from projector.capacity.erlang import STEADY, Rhythm, most_present, refusal
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
    weeks=st.lists(factors, min_size=52, max_size=53),
    nights=st.floats(0.2, 40),
    stays=st.sampled_from(sorted(STAYS)),
)
def test_means_over_the_days_are_one(
    week: list[float], year: list[float], weeks: list[float], nights: float, stays: str
) -> None:
    rhythm = rhythm_of(week, year, nights, weeks=weeks, stays=stays)
    weight = np.array(rhythm.weight)
    assert weight.sum() == pytest.approx(1)
    assert weight @ rhythm.arrivals == pytest.approx(1)
    assert weight @ rhythm.load == pytest.approx(1)
    assert min(rhythm.load) > 0
    assert rhythm.busy_month >= 1 - 1e-9


def test_days_that_are_alike_are_one_kind_of_day() -> None:
    assert rhythm_of(EVEN_WEEK, EVEN_YEAR, 3.0) == STEADY
    assert rhythm_of([2.0] * 7, [5.0] * 12, 3.0, dispersion=1.5) == Rhythm(dispersion=1.5)


EASTER = [1.0] * 52
EASTER[14] = 3.0


def test_a_week_is_the_same_seven_days_of_the_year() -> None:
    """Months written as weeks give what months give, where no week lies in two of them."""
    halves = rhythm_of(WEEK, [1.2] * 6 + [0.8] * 6, 3.0)
    weeks = rhythm_of(WEEK, EVEN_YEAR, 3.0, weeks=[1.2] * 26 + [0.8] * 26)
    beds, load = np.arange(20.0)[:, np.newaxis], np.array([1.0, 5.0, 12.0])
    assert len(weeks.weight) == 364
    assert weeks.busy_month == pytest.approx(halves.busy_month)
    # Days of a month are one kind where weeks are alike, so the turn of the half years is coarser.
    np.testing.assert_allclose(refusal(beds, load, weeks), refusal(beds, load, halves), atol=2e-3)


def test_refusals_of_a_busy_week_are_those_of_its_days() -> None:
    """By the recursion of the loss model, of visitors who stay for an hour."""
    rhythm = rhythm_of(EVEN_WEEK, EVEN_YEAR, 1e-3, weeks=EASTER)
    mean = (51 + 3) / 52
    turned_away = 0.0
    for factor in EASTER:
        load, blocked = 4.0 * factor / mean, 1.0
        for beds in range(1, 7):
            blocked = load * blocked / (beds + load * blocked)
        turned_away += factor / mean * blocked / 52
    found = float(refusal(np.array(6.0), np.array(4.0), rhythm))
    assert found == pytest.approx(turned_away, rel=1e-3)
    steady = float(refusal(np.array(6.0), np.array(4.0)))
    assert found > steady


def test_the_bad_days_are_those_of_the_busy_weeks() -> None:
    waves = [3.0 if week % 10 == 0 else 1.0 for week in range(52)]
    rhythm = rhythm_of(EVEN_WEEK, EVEN_YEAR, 1e-3, weeks=waves)
    loads = 40.0 * np.array(waves) / np.mean(waves)
    enough = [beds for beds in range(300) if poisson.cdf(beds, loads).mean() >= 0.95]
    assert most_present(0.95, rhythm)(np.array([40.0]))[0] == enough[0] > poisson.ppf(0.95, 40)


def test_week_53_counts_for_the_years_that_have_it() -> None:
    alone = rhythm_of(EVEN_WEEK, EVEN_YEAR, 0.01, weeks=[1.0] * 52 + [2.0])
    last = np.array(alone.arrivals)[-7:]
    np.testing.assert_allclose(last / alone.arrivals[0], (400 + 71 * 2) / 471)
    assert rhythm_of(EVEN_WEEK, EVEN_YEAR, 3.0, weeks=[2.0] * 53) == STEADY


def test_patients_with_weeks_share_beds_with_patients_without() -> None:
    with_weeks = rhythm_of(WEEK, YEAR, 3.0, weeks=EASTER)
    with_months = rhythm_of(WEEK, YEAR, 3.0)
    for few, many in ((with_weeks, with_months), (with_months, with_weeks), (with_weeks, STEADY)):
        shared = together([few, many], [1e-12, 5.0], [1e-12, 7.0])
        assert len(shared.weight) == 364
        assert shared.busy_month == pytest.approx(many.busy_month)
        beds = np.arange(15.0)
        np.testing.assert_allclose(
            refusal(beds, np.array(5.0), shared), refusal(beds, np.array(5.0), many)
        )


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
