"""Mortality and fertility schedules keep what the tables say."""

import numpy as np
import pandas as pd
import pytest

from projector.errors import ConsistencyError
from projector.inputs.read import read_table
from projector.population.fertility import fertility_shares
from projector.population.lifetable import life_expectancy, person_years, survival_ratios
from projector.population.mortality import LAST_AGE, single_age_death_rates
from projector.tables import OPEN_AGE, SEXES
from tests.embedded import CASE_AREAS

MORTALITY = read_table(CASE_AREAS / "mortality.csv", "mortality")
FERTILITY = read_table(CASE_AREAS / "fertility.csv", "fertility")
SCHEDULES = single_age_death_rates(MORTALITY, OPEN_AGE)


def test_single_ages_keep_the_death_rate_of_every_group_below_a_hundred() -> None:
    years = sorted(MORTALITY["year"].unique())
    L = person_years(SCHEDULES)
    for row in MORTALITY[MORTALITY["age_to"] >= 0].to_dict("records"):
        ages = slice(row["age_from"], row["age_to"] + 1)
        cell = (years.index(row["year"]), SEXES.index(row["sex"]), ages)
        rate = (SCHEDULES[cell] * L[cell]).sum() / L[cell].sum()
        assert rate == pytest.approx(row["death_rate"], rel=1e-6)


def test_mortality_rises_with_age_from_forty() -> None:
    assert (np.diff(SCHEDULES[..., 40:], axis=-1) >= 0).all()


def test_the_ages_over_the_open_one_weigh_as_in_the_life_table() -> None:
    longer = single_age_death_rates(MORTALITY, LAST_AGE)
    np.testing.assert_allclose(life_expectancy(SCHEDULES), life_expectancy(longer), rtol=1e-12)
    np.testing.assert_allclose(
        survival_ratios(SCHEDULES), survival_ratios(longer, open_age=OPEN_AGE), rtol=1e-12
    )


def test_the_oldest_follow_kannisto_s_curve_without_a_jump() -> None:
    closed = single_age_death_rates(MORTALITY, LAST_AGE)
    logit = np.log(closed / (1 - closed))[..., 99:]
    slope = np.diff(logit)
    np.testing.assert_allclose(slope, np.broadcast_to(slope[..., :1], slope.shape), rtol=1e-9)
    assert (slope > 0).all()


def test_the_closed_rate_of_a_hundred_and_over_is_near_the_table_s() -> None:
    """The table's own figure is not used; the United Nations close with a curve of this kind."""
    table = MORTALITY[MORTALITY["age_to"] < 0].pivot(
        index="year", columns="sex", values="death_rate"
    )
    np.testing.assert_allclose(
        single_age_death_rates(MORTALITY, 100)[..., -1], table[list(SEXES)], rtol=0.02
    )


def test_an_open_group_that_begins_too_early_is_refused() -> None:
    early = MORTALITY[MORTALITY["age_from"] <= 80].copy()
    early.loc[early["age_from"] == 80, "age_to"] = -1
    with pytest.raises(ConsistencyError, match="begins too early") as caught:
        single_age_death_rates(early, OPEN_AGE)
    assert "found 80+; expected 90+ or older" in str(caught.value)


def test_an_open_group_from_ninety_is_closed_from_there() -> None:
    early = MORTALITY[MORTALITY["age_from"] <= 90].copy()
    early.loc[early["age_from"] == 90, "age_to"] = -1
    closed = single_age_death_rates(early, LAST_AGE)
    whole = single_age_death_rates(MORTALITY, LAST_AGE)
    np.testing.assert_allclose(closed[..., :85], whole[..., :85], rtol=0.02)
    assert (np.diff(closed[..., 40:]) > 0).all()
    np.testing.assert_allclose(life_expectancy(closed), life_expectancy(whole), atol=0.15)


@pytest.mark.parametrize(
    "broken",
    [MORTALITY.iloc[1:], MORTALITY.assign(death_rate=0.0), MORTALITY.assign(death_rate=1.0)],
)
def test_incomplete_schedules_are_refused(broken: pd.DataFrame) -> None:
    with pytest.raises(ConsistencyError, match="schedules are not complete"):
        single_age_death_rates(broken, OPEN_AGE)


def test_fertility_shares_sum_to_one_and_keep_the_groups() -> None:
    years = np.arange(2006, 2041)
    shares = fertility_shares(FERTILITY, years, OPEN_AGE)
    assert shares.sum(axis=1) == pytest.approx(np.ones(len(years)))
    assert (shares >= 0).all()
    for row in FERTILITY[FERTILITY["year"].isin(years)].to_dict("records"):
        group = shares[row["year"] - 2006, row["age_from"] : row["age_to"] + 1].sum()
        assert group == pytest.approx(row["share"], abs=2e-5)


def test_fertility_groups_with_a_gap_are_refused() -> None:
    gap = FERTILITY[FERTILITY["age_from"] != 25]
    with pytest.raises(ConsistencyError, match="do not follow one another"):
        fertility_shares(pd.DataFrame(gap), np.array([2026]), OPEN_AGE)
