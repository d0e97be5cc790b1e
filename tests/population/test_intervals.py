"""What was counted against what there would be without moves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.errors import ConsistencyError
from projector.population.intervals import Intervals, intervals
from tests.population.rogers_castro import CURVES, FIRST, LAST, YEARS, country, national

SCHEDULES = national()[0]


def seen(strength: float, step: int, people: float = 5e4) -> Intervals:
    tables = country(["1101", "1102"], np.array([people, 2 * people]), strength * np.eye(2, 3))
    return intervals(tables.tables, SCHEDULES, step=step)


def ratio(found: Intervals) -> np.ndarray:
    return np.asarray(found.observed / found.expected)


@pytest.mark.parametrize("step", [1, 2, 3, 5, 10])
def test_without_moves_everybody_is_where_expected(step: int) -> None:
    found = seen(0.0, step)
    assert found.length == step
    np.testing.assert_allclose(ratio(found), 1.0, rtol=1e-12)


@given(strength=st.floats(-0.3, 0.3), people=st.floats(10, 1e6))
@settings(max_examples=10)
def test_a_year_s_moves_are_found_again(strength: float, people: float) -> None:
    found = ratio(seen(strength, 1, people))
    for region in range(2):
        expected = 1.0 + strength * CURVES[region, 1:]
        np.testing.assert_allclose(
            found[:, region, :, 1:], np.broadcast_to(expected, found[:, region, :, 1:].shape)
        )


def test_the_moves_of_several_years_are_those_that_a_cohort_lived_through() -> None:
    found = ratio(seen(0.1, 3))
    once = 1.0 + 0.1 * CURVES[0]
    lived = once[3:] * once[2:-1] * once[1:-2]
    shown = found[:, 0, :, 3:104]
    np.testing.assert_allclose(shown, np.broadcast_to(lived[:101], shown.shape))


def test_intervals_are_counted_back_from_the_last_table() -> None:
    found = seen(0.0, 3)
    assert found.years == ((2011, 2014), (2014, 2017), (2017, 2020))
    tables = country(["1101"], np.array([1e4]), np.zeros((1, 3))).tables
    assert found.start.shape == (3, 2, 2, tables.sizes["age"])
    one = intervals(tables, SCHEDULES)
    np.testing.assert_array_equal(one.start[1:], one.observed[:-1])
    assert one.years[0][0] == FIRST
    assert one.years[-1][1] == LAST


def test_a_survival_of_its_own_is_used_for_each_region() -> None:
    mortality = np.array([0.8, 1.2])
    tables = country(
        ["1101", "1102"], np.array([1e4, 1e4]), np.zeros((2, 3)), mortality=mortality
    ).tables
    found = ratio(intervals(tables, SCHEDULES))
    assert (found[:, 0, :, 80] > 1.005).all()
    assert (found[:, 1, :, 80] < 0.995).all()


def test_tables_at_uneven_distances_are_refused() -> None:
    tables = country(["1101"], np.array([1e4]), np.zeros((1, 3))).tables
    with pytest.raises(ConsistencyError, match="equally far apart") as caught:
        intervals(tables.isel(year=[0, 1, 3]), SCHEDULES)
    assert "2010, 2011, 2013" in str(caught.value)


@pytest.mark.parametrize(("tables", "step"), [([0], 1), ([0, 1, 2, 3, 4], 5)])
def test_too_few_tables_are_refused(tables: list[int], step: int) -> None:
    people = country(["1101"], np.array([1e4]), np.zeros((1, 3))).tables
    with pytest.raises(ConsistencyError, match="needs an older table") as caught:
        intervals(people.isel(year=tables), SCHEDULES, step=step)
    assert f"at least {step} years apart" in str(caught.value)


def test_a_gap_in_the_years_is_no_gap_for_longer_steps() -> None:
    people = country(["1101"], np.array([1e4]), np.zeros((1, 3))).tables
    found = intervals(people.sel(year=[2010, 2012, 2015, 2020]), SCHEDULES, step=5)
    assert found.years == ((2010, 2015), (2015, 2020))
    np.testing.assert_allclose(ratio(found), 1.0, rtol=1e-12)
    assert len(YEARS) == LAST - FIRST
