"""Indicators of regions and of groups of regions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.population.indicators import indicators, life_expectancy_from_survival, pooled
from projector.population.lifetable import life_expectancy, survival_ratios
from tests.shared import SHARED, needs_shared

REGIONS, YEARS, AGES = 4, 3, 60
GENERATOR = np.random.default_rng(4)
RATES = np.linspace(0.001, 0.3, AGES) * GENERATOR.uniform(0.8, 1.2, (REGIONS, YEARS, 2, 1))
FERTILITY = np.where((np.arange(AGES) > 19) & (np.arange(AGES) < 40), 0.08, 0.0) * (
    GENERATOR.uniform(0.8, 1.2, (REGIONS, YEARS, 1))
)
PEOPLE = GENERATOR.uniform(10, 5000, (REGIONS, YEARS, 2, AGES))
EACH = np.eye(REGIONS, dtype=bool)


def test_a_region_alone_has_its_own_figures() -> None:
    found = indicators(RATES, FERTILITY, PEOPLE, EACH)
    np.testing.assert_array_equal(found.life_expectancy, life_expectancy(RATES))
    np.testing.assert_allclose(found.total_fertility, FERTILITY.sum(axis=-1))
    centre = np.full((REGIONS, YEARS), 30.0)  # ages 20 to 39 alike
    np.testing.assert_allclose(found.mean_age_at_childbearing, centre)


def test_a_group_s_fertility_is_its_births_over_its_women_at_each_age() -> None:
    found = indicators(RATES, FERTILITY, PEOPLE, np.array([[True, False, True, True]]))
    members = [0, 2, 3]
    women = PEOPLE[members, :, 0]
    births = (FERTILITY[members] * women).sum(axis=0)
    expected = (births / women.sum(axis=0)).sum(axis=-1)
    np.testing.assert_allclose(found.total_fertility[0], expected)


@given(weight=st.floats(0.01, 0.99))
def test_a_group_lies_between_its_regions_and_nearer_the_larger(weight: float) -> None:
    people = np.ones((2, 1, 2, AGES)) * np.array([weight, 1 - weight])[:, None, None, None]
    rates = np.stack([RATES[0, :1], 1.3 * RATES[0, :1]])
    low, high = life_expectancy(rates)[::-1]
    together = life_expectancy(pooled(rates, people, np.array([[True, True]])))[0]
    assert ((low <= together) & (together <= high)).all()
    expected = (weight + 1.3 * (1 - weight)) * rates[0]
    np.testing.assert_allclose(pooled(rates, people, np.array([[True, True]]))[0], expected)


def test_ages_without_people_count_the_regions_alike() -> None:
    people = PEOPLE.copy()
    people[..., -1] = 0.0
    both = np.array([[True, True, False, False]])
    together = pooled(RATES, people, both)[0, ..., -1]
    np.testing.assert_allclose(together, RATES[:2, ..., -1].mean(axis=0))


def test_a_mother_s_mean_age_does_not_exist_where_nobody_is_born() -> None:
    found = indicators(RATES, np.zeros_like(FERTILITY), PEOPLE, EACH)
    assert np.isnan(found.mean_age_at_childbearing).all()
    assert (found.total_fertility == 0).all()


def test_survival_ratios_hold_the_life_expectancy_of_their_rates() -> None:
    survival = survival_ratios(RATES, open_age=50)
    np.testing.assert_allclose(life_expectancy_from_survival(survival), life_expectancy(RATES))


@needs_shared
def test_the_published_survival_of_canada_has_the_published_life_expectancy() -> None:
    with np.load(SHARED / "un" / "canada_1950_2020_published.npz") as published:
        found = life_expectancy_from_survival(published["Sx"])
        np.testing.assert_allclose(found, published["Lx"].sum(axis=-1) / 1e5, rtol=1e-12)


def test_a_life_without_end_and_groups_without_regions_are_refused() -> None:
    with pytest.raises(ValueError, match="open age can survive"):
        life_expectancy_from_survival(np.ones(5))
    with pytest.raises(ValueError, match="every group needs a region"):
        indicators(RATES, FERTILITY, PEOPLE, np.zeros((1, REGIONS), dtype=bool))
    with pytest.raises(ValueError, match="do not fit"):
        pooled(RATES, PEOPLE[:, :1], EACH)
