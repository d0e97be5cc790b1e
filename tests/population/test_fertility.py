"""Fertility paths: the total, the mean age, and how a schedule shifts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.errors import ConsistencyError
from projector.inputs.read import read_table
from projector.population.fertility import (
    fertility_rates,
    fertility_shares,
    mean_age_at_childbearing,
)
from projector.tables import OPEN_AGE
from tests.embedded import CASE_AREAS
from tests.shared import SHARED, needs_shared

FERTILITY = read_table(CASE_AREAS / "fertility.csv", "fertility")
YEARS = np.arange(2008, 2041)


def rates(total: float, mean_age: float | None) -> np.ndarray:
    paths = None if mean_age is None else np.full(len(YEARS), mean_age)
    return fertility_rates(FERTILITY, np.full(len(YEARS), total), paths, YEARS, OPEN_AGE)


@given(total=st.floats(0.5, 4), mean_age=st.floats(22, 40))
@settings(max_examples=30, deadline=None)
def test_the_total_and_the_mean_age_are_those_asked_for(total: float, mean_age: float) -> None:
    found = rates(total, mean_age)
    np.testing.assert_allclose(found.sum(axis=-1), total, atol=1e-9)
    np.testing.assert_allclose(mean_age_at_childbearing(found), mean_age, atol=1e-9)
    assert (found >= 0).all()


@given(younger=st.floats(24, 36), later=st.floats(0.1, 3))
@settings(max_examples=30, deadline=None)
def test_a_later_mean_age_moves_births_up_at_every_age(younger: float, later: float) -> None:
    first, second = (np.cumsum(rates(1.0, age), axis=-1) for age in (younger, younger + later))
    assert (second <= first + 1e-12).all()


def test_nobody_gives_birth_outside_the_schedule_s_ages() -> None:
    found = rates(1.6, 36.0)
    assert (found[:, :15] == 0).all()
    np.testing.assert_allclose(found[:, 50:], 0.0, atol=1e-12)


def test_without_a_mean_age_the_table_s_schedules_hold() -> None:
    shares = fertility_shares(FERTILITY, YEARS, OPEN_AGE)
    np.testing.assert_array_equal(rates(2.0, None), 2.0 * shares)
    own = mean_age_at_childbearing(shares)
    kept = fertility_rates(FERTILITY, np.full(len(YEARS), 2.0), own, YEARS, OPEN_AGE)
    np.testing.assert_allclose(kept, 2.0 * shares, atol=1e-9)


def test_a_mean_age_out_of_reach_is_refused() -> None:
    with pytest.raises(ConsistencyError, match="no shift of the fertility schedule") as caught:
        rates(1.6, 55.0)
    assert "found 55.0 years (2008)" in str(caught.value)


def test_the_mean_age_counts_mothers_at_the_middle_of_their_year() -> None:
    assert mean_age_at_childbearing(np.array([0.0, 0.0, 0.1, 0.3])) == pytest.approx(3.25)


@needs_shared
def test_a_shift_comes_nearer_to_later_schedules_of_norway_than_no_shift() -> None:
    """United Nations' patterns 1973-2023, each shifted to the mean age of ten years later."""
    table = pd.read_csv(SHARED / "un" / "wpp2024_norway_pasfr.csv")
    table["age_from"] = table["age"].str[:2].astype(int)
    table["age_to"] = table["age_from"] + 4
    table["share"] = table["pasfr"] / 100
    years = np.arange(1973, 2024, 5)
    published = fertility_shares(table, years, OPEN_AGE)
    shifted, unshifted = [], []
    for first, later, year in zip(published[:-2], published[2:], years, strict=False):
        of_year = table[table["year"] == year]
        mean_age = mean_age_at_childbearing(later)[np.newaxis]
        found = fertility_rates(of_year, np.ones(1), mean_age, np.array([year]), OPEN_AGE)[0]
        shifted.append(np.abs(found - later).sum() / 2)
        unshifted.append(np.abs(first - later).sum() / 2)
    assert np.mean(unshifted) > 0.085
    assert np.mean(shifted) < 0.035
