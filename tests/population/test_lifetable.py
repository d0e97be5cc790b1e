"""Life tables against the published tables of the United Nations, and against their laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from projector.population.lifetable import (
    infant_person_years,
    life_expectancy,
    person_years,
    survival_ratios,
    survival_with_level,
    with_level,
    with_open_age,
)
from tests.shared import SHARED, needs_shared

rates = arrays(np.float64, (2, 40), elements=st.floats(1e-5, 0.6))


@needs_shared
def test_published_life_tables_of_canada_are_reproduced() -> None:
    with np.load(SHARED / "un" / "canada_1950_2020_published.npz") as published:
        mx, ax, sx, big_l = (published[name][:, ::-1] for name in ("mx", "ax", "Sx", "Lx"))
    np.testing.assert_allclose(survival_ratios(mx, ax), sx, rtol=1e-13)
    np.testing.assert_allclose(person_years(mx, ax) * 1e5, big_l, rtol=1e-13)


@needs_shared
def test_andreev_kingkade_comes_close_to_the_published_infant_survival() -> None:
    """The published tables have an a0 of their own; the choice matters by a tenth of a percent."""
    with np.load(SHARED / "un" / "canada_1950_2020_published.npz") as published:
        mx, sx = published["mx"][:, ::-1], published["Sx"][:, ::-1]
    np.testing.assert_allclose(survival_ratios(mx)[..., 0], sx[..., 0], rtol=1.2e-3)


@pytest.mark.parametrize(
    ("sex", "rate", "expected"),
    [
        ("male", 0.0100, 0.14929 - 1.99545 * 0.0100),
        ("male", 0.0500, 0.02832 + 3.26021 * 0.0500),
        ("male", 0.1000, 0.29915),
        ("female", 0.0100, 0.14903 - 2.05527 * 0.0100),
        ("female", 0.0400, 0.04667 + 3.88089 * 0.0400),
        ("female", 0.1000, 0.31411),
    ],
)
def test_infant_person_years_have_the_three_pieces(sex: str, rate: float, expected: float) -> None:
    assert infant_person_years(np.array([rate]), sex) == pytest.approx([expected])


def test_a_constant_rate_gives_the_life_expectancy_of_an_exponential_life() -> None:
    """With m constant, e0 is 1/m up to the half-year convention within single ages."""
    constant = np.full((2, 400), 0.02)
    assert life_expectancy(constant) == pytest.approx([50.0, 50.0], rel=2e-3)


@given(mx=rates)
def test_survival_lies_between_zero_and_one(mx: np.ndarray) -> None:
    survival = survival_ratios(mx)
    assert ((survival >= 0) & (survival <= 1)).all()


@given(mx=rates, age=st.integers(0, 38))
def test_a_higher_rate_at_any_age_shortens_life(mx: np.ndarray, age: int) -> None:
    worse = mx.copy()
    worse[:, age] *= 1.1
    assert (life_expectancy(worse) < life_expectancy(mx)).all()


@pytest.mark.parametrize("broken", [-0.1, 3.0])
def test_impossible_rates_are_refused(broken: float) -> None:
    mx = np.full((2, 5), 0.1)
    mx[0, 2] = broken
    with pytest.raises(ValueError, match=r"negative|more than everybody"):
        person_years(mx)


@given(mx=rates, open_age=st.integers(1, 38))
def test_an_earlier_open_age_keeps_life_expectancy_and_the_survival_below(
    mx: np.ndarray, open_age: int
) -> None:
    together = with_open_age(mx, open_age)
    np.testing.assert_allclose(life_expectancy(together), life_expectancy(mx), rtol=1e-10)
    collapsed = survival_ratios(mx, open_age=open_age)
    np.testing.assert_allclose(collapsed, survival_ratios(together), rtol=1e-10)
    np.testing.assert_array_equal(collapsed[:, :-1], survival_ratios(mx)[:, :open_age])


@given(mx=rates, open_age=st.integers(1, 38))
def test_the_stationary_population_stays_as_it_is_with_an_earlier_open_age(
    mx: np.ndarray, open_age: int
) -> None:
    stationary = person_years(mx)
    survival = survival_ratios(mx, open_age=open_age)
    over = stationary[:, open_age - 1 :].sum(axis=-1)
    np.testing.assert_allclose(survival[:, -1] * over, over - stationary[:, open_age - 1])


def test_an_open_age_above_the_rates_is_refused() -> None:
    with pytest.raises(ValueError, match="rates end before the open age 40"):
        survival_ratios(np.full((2, 40), 0.1), open_age=40)


@given(
    mx=arrays(np.float64, (3, 2, 40), elements=st.floats(1e-5, 0.9)),
    level=arrays(np.float64, (4, 2), elements=st.floats(0.1, 2)),
)
def test_survival_with_a_level_is_the_survival_of_so_many_times_the_rates(
    mx: np.ndarray, level: np.ndarray
) -> None:
    regional = with_level(mx, level)
    for region in range(4):
        np.testing.assert_allclose(regional[region], mx * level[region, :, np.newaxis])
    found = survival_with_level(mx, level, 30)
    np.testing.assert_array_equal(found, survival_ratios(regional, open_age=30))
    assert ((found >= 0) & (found <= 1)).all()


@pytest.mark.parametrize("level", [0.0, -1.0, 2.1, np.nan])
def test_levels_outside_their_range_are_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level of mortality"):
        with_level(np.full((1, 2, 40), 0.1), np.full((3, 2), level))
