"""Mortality and fertility schedules keep what the tables say."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.errors import ConsistencyError
from projector.inputs.read import read_table
from projector.population.fertility import fertility_shares
from projector.population.lifetable import person_years
from projector.population.mortality import single_age_death_rates, survival_for_life_expectancy
from projector.tables import OPEN_AGE, SEXES
from tests.embedded import CASE_AREAS

MORTALITY = read_table(CASE_AREAS / "mortality.csv", "mortality")
FERTILITY = read_table(CASE_AREAS / "fertility.csv", "fertility")
SCHEDULES = single_age_death_rates(MORTALITY, OPEN_AGE)


def test_single_ages_keep_the_death_rate_of_every_group() -> None:
    years = sorted(MORTALITY["year"].unique())
    L = person_years(SCHEDULES)
    for row in MORTALITY.to_dict("records"):
        ages = slice(row["age_from"], None if row["age_to"] < 0 else row["age_to"] + 1)
        cell = (years.index(row["year"]), SEXES.index(row["sex"]), ages)
        rate = (SCHEDULES[cell] * L[cell]).sum() / L[cell].sum()
        assert rate == pytest.approx(row["death_rate"], rel=1e-6)


def test_mortality_rises_with_age_from_forty() -> None:
    assert (np.diff(SCHEDULES[..., 40:], axis=-1) >= 0).all()


@given(women=st.floats(82, 91), men=st.floats(78, 89))
@settings(max_examples=25, deadline=None)
def test_survival_has_the_life_expectancy_asked_for(women: float, men: float) -> None:
    survival = survival_for_life_expectancy(SCHEDULES, np.array([[women, men]]))[0]
    L = np.empty_like(survival)  # L from S: L0 = S0, L_a = S_a L_{a-1}
    L[:, 0] = survival[:, 0]
    for age in range(1, OPEN_AGE):
        L[:, age] = survival[:, age] * L[:, age - 1]
    L[:, -1] = survival[:, -1] * L[:, -2] / (1 - survival[:, -1])
    assert L.sum(axis=-1) == pytest.approx([women, men], abs=1e-6)


def test_a_life_expectancy_out_of_reach_is_refused() -> None:
    with pytest.raises(ConsistencyError, match="no mortality schedule reaches"):
        survival_for_life_expectancy(SCHEDULES, np.array([[120.0, 84.0]]))


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
