"""National mortality: targets are met, the trend is the table's, and history bears it out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.errors import ConsistencyError
from projector.inputs.read import read_table
from projector.population.lifetable import life_expectancy
from projector.population.mortality import LAST_AGE, single_age_death_rates
from projector.population.national_mortality import NationalMortality
from projector.tables import SEXES
from tests.embedded import CASE_AREAS
from tests.shared import SHARED, needs_shared

MORTALITY = read_table(CASE_AREAS / "mortality.csv", "mortality")
NATIONAL = NationalMortality.from_table(MORTALITY)
OBSERVED = single_age_death_rates(MORTALITY, LAST_AGE)
PERIODS = NATIONAL.model.years


@given(women=st.floats(76, 92), men=st.floats(72, 91), year=st.integers(1950, 2100))
@settings(max_examples=50, deadline=None)
def test_rates_have_the_life_expectancy_asked_for(women: float, men: float, year: int) -> None:
    found = NATIONAL.to_life_expectancy(np.array([[women, men]]), np.array([year]))
    np.testing.assert_allclose(life_expectancy(found), [[women, men]], atol=1e-9)
    assert ((found > 0) & (found <= 1)).all()
    assert (np.diff(found[..., 45:]) > 0).all()


@given(women=st.floats(80, 90), longer=st.floats(0.1, 3))
@settings(max_examples=25, deadline=None)
def test_a_longer_life_has_lower_rates_at_every_age(women: float, longer: float) -> None:
    targets = np.array([[women, 80.0], [women + longer, 80.0]])
    short, long = NATIONAL.to_life_expectancy(targets, np.array([2030, 2030]))
    assert (long[0] <= short[0]).all()
    np.testing.assert_array_equal(long[1], short[1])


def test_the_periods_own_life_expectancy_gives_the_periods_own_rates() -> None:
    found = NATIONAL.to_life_expectancy(life_expectancy(OBSERVED), PERIODS)
    np.testing.assert_allclose(found, OBSERVED, rtol=1e-9)


@pytest.mark.parametrize(("target", "word"), [([120.0, 84.0], "most"), ([84.0, 5.0], "least")])
def test_a_life_expectancy_out_of_reach_is_refused(target: list[float], word: str) -> None:
    with pytest.raises(ConsistencyError, match="no mortality schedule reaches") as caught:
        NATIONAL.to_life_expectancy(np.array([[84.0, 80.0], target]), np.array([2030, 2031]))
    problem = caught.value.problems[0]
    assert problem.where == "life expectancy"
    assert ", 2031)" in str(problem.found)
    assert str(problem.expected).startswith(f"at {word} ")


def test_the_index_gives_each_period_its_mean_life_expectancy() -> None:
    fitted = life_expectancy(np.exp(NATIONAL.model.log_rates())).mean(axis=-1)
    np.testing.assert_allclose(fitted, life_expectancy(OBSERVED).mean(axis=-1), atol=1e-9)
    assert NATIONAL.model.index.sum() == pytest.approx(0.0, abs=1e-9)
    assert NATIONAL.model.pattern.sum() == pytest.approx(1.0)


def test_the_trend_keeps_the_table_s_rates_and_goes_on_from_the_last() -> None:
    years = np.append(PERIODS, [2024, 2053])
    found = NATIONAL.trend(years)
    np.testing.assert_allclose(found[: len(PERIODS)], OBSERVED, rtol=1e-12)
    walk, pattern = NATIONAL.drift(), NATIONAL.model.pattern
    for rates, passed in zip(found[-2:], (1, 30), strict=True):
        expected = np.log(OBSERVED[-1]) + walk.annual * passed * pattern
        np.testing.assert_allclose(np.log(rates), expected, rtol=1e-12)


def test_the_sexes_do_not_drift_apart() -> None:
    rates = NATIONAL.trend(np.array([2023, 2200]))
    ratio = np.log(rates[:, 1] / rates[:, 0])
    np.testing.assert_allclose(ratio[1], ratio[0], atol=1e-12)


def test_the_fitted_jump_off_starts_at_the_model_and_a_higher_drift_shortens_lives() -> None:
    fitted = NATIONAL.trend(np.array([2023, 2050]), jump_off="fitted")
    np.testing.assert_allclose(np.log(fitted[0]), NATIONAL.model.log_rates()[-1], rtol=1e-12)
    years = np.array([2050])
    best, middle, worst = (
        life_expectancy(NATIONAL.trend(years, deviation=errors)) for errors in (-1.28, 0.0, 1.28)
    )
    assert ((best > middle) & (middle > worst)).all()
    np.testing.assert_array_equal(NATIONAL.life_expectancy_trend(years), middle)


def test_schedules_after_the_last_year_are_not_known() -> None:
    earlier = NationalMortality.from_table(MORTALITY, last_year=2014)
    alone = NationalMortality.from_table(MORTALITY[MORTALITY["year"] <= 2013])
    np.testing.assert_array_equal(earlier.model.years, PERIODS[PERIODS <= 2014])
    np.testing.assert_array_equal(earlier.log_rates, alone.log_rates)
    np.testing.assert_array_equal(earlier.model.pattern, alone.model.pattern)


def test_one_schedule_shows_no_change_and_two_show_no_error() -> None:
    with pytest.raises(ConsistencyError, match="from one period") as caught:
        NationalMortality.from_table(MORTALITY, last_year=1970)
    assert "schedules of 1963 up to 1970" in str(caught.value)
    two = NationalMortality.from_table(MORTALITY, last_year=1980)
    with pytest.raises(ConsistencyError, match="need more periods"):
        two.trend(np.array([1990]))
    reached = two.to_life_expectancy(np.array([[80.0, 74.0]]), np.array([1990]))
    np.testing.assert_allclose(life_expectancy(reached), [[80.0, 74.0]], atol=1e-9)


def published(first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    """Years and closed death rates ``[year, sex, age]`` of the United Nations' own table."""
    table = pd.read_csv(SHARED / "un" / "wpp2024_norway_mx.csv")
    table = table[table["year"].between(first, last)]
    table = table.melt(["year", "age"], ["mxF", "mxM"], "sex", "death_rate")
    table["sex"] = table["sex"].map(dict(zip(["mxF", "mxM"], SEXES, strict=True)))
    table["age_from"] = table["age"].str.rstrip("+").astype(int)
    table["age_to"] = table["age_from"].map({0: 0, 1: 4, 100: -1}).fillna(table["age_from"] + 4)
    return np.unique(table["year"]), single_age_death_rates(table, LAST_AGE)


def missed_over_80(found: np.ndarray, truth: np.ndarray) -> float:
    """Mean distance of the logarithms from 80 on."""
    return float(np.abs(np.log(found / truth))[..., 80:100].mean())


@needs_shared
@pytest.mark.parametrize("last", [2003, 2008, 2013])
def test_with_the_true_life_expectancy_later_rates_of_the_oldest_are_foreseen(last: int) -> None:
    years, truth = published(last + 1, 2023)
    known = NationalMortality.from_table(MORTALITY, last_year=last)
    found = known.to_life_expectancy(life_expectancy(truth), years)
    unchanged = np.broadcast_to(np.exp(known.log_rates[-1]), truth.shape)
    assert missed_over_80(found, truth) < 0.03
    assert missed_over_80(found, truth) < missed_over_80(unchanged, truth) / 2


@needs_shared
def test_at_the_united_nations_life_expectancy_the_oldest_come_near_their_rates() -> None:
    years, truth = published(2028, 2098)
    found = NATIONAL.to_life_expectancy(life_expectancy(truth), years)
    assert missed_over_80(found, truth) < 0.06


@needs_shared
@pytest.mark.parametrize(("last", "years_off"), [(2008, 1.5), (2013, 0.9), (2018, 0.6)])
def test_the_trend_alone_foresees_life_expectancy_better_than_no_change(
    last: int, years_off: float
) -> None:
    years, truth = published(last + 1, 2023)
    known = NationalMortality.from_table(MORTALITY, last_year=last)
    actual = life_expectancy(truth)
    error = np.abs(known.life_expectancy_trend(years) - actual)
    unchanged = np.abs(life_expectancy(np.exp(known.log_rates[-1])) - actual)
    assert error.max() < years_off
    assert error.mean() < unchanged.mean() / 1.5
