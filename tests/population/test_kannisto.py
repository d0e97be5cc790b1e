"""Kannisto's curve against exact curves, another optimiser and published rates of the oldest."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from projector.errors import ConsistencyError
from projector.population.kannisto import close_with_kannisto, fit_kannisto
from projector.population.lifetable import person_years, with_open_age
from projector.population.mortality import single_age_death_rates
from projector.tables import SEXES
from tests.shared import SHARED, needs_shared

AGES = np.arange(80, 100)


@given(log_a=st.floats(-4, -1), b=st.floats(0.03, 0.2))
def test_an_exact_curve_is_found_whatever_the_exposure(log_a: float, b: float) -> None:
    rates = expit(log_a + b * (AGES - 80))
    exposure = np.linspace(1.0, 0.01, len(AGES))
    np.testing.assert_allclose(fit_kannisto(rates, exposure, AGES), [log_a, b], rtol=1e-8)


def test_the_likeliest_curve_is_the_one_that_a_general_optimiser_finds() -> None:
    generator = np.random.default_rng(2)
    exposure = np.linspace(3000.0, 40.0, len(AGES))
    deaths = generator.poisson(exposure * expit(-2.6 + 0.11 * (AGES - 80)))

    def unlikelihood(parameters: np.ndarray) -> float:
        rates = expit(parameters[0] + parameters[1] * (AGES - 80))
        return float((exposure * rates - deaths * np.log(rates)).sum())

    found = minimize(unlikelihood, [-2.0, 0.1], method="Nelder-Mead", tol=1e-12).x
    fitted = fit_kannisto(deaths / exposure, exposure, AGES)
    np.testing.assert_allclose(fitted, found, rtol=1e-5)


def schedule(log_a: float, b: float) -> np.ndarray:
    ages = np.arange(111)
    return np.tile(expit(log_a + b * (ages - 80.0)), (2, 1))


@given(log_a=st.floats(-4, -1.5), b=st.floats(0.05, 0.18), noise=st.integers(0, 1000))
def test_closing_joins_without_a_jump_and_rises_to_below_one(
    log_a: float, b: float, noise: int
) -> None:
    rates = schedule(log_a, b)
    rates[:, 80:100] *= np.exp(np.random.default_rng(noise).normal(0, 0.01, (2, 20)))
    closed = close_with_kannisto(rates, np.ones_like(rates), 100)
    np.testing.assert_array_equal(closed[:, :100], rates[:, :100])
    assert (np.diff(closed[:, 99:]) > 0).all()
    assert (closed[:, 99:] < 1).all()
    step = np.diff(np.log(closed[:, 99:] / (1 - closed[:, 99:])))
    np.testing.assert_allclose(step, np.broadcast_to(step[:, :1], step.shape), rtol=1e-9)


def test_what_lies_above_the_joining_age_does_not_count() -> None:
    rates = schedule(-2.5, 0.11)
    spoilt = rates.copy()
    spoilt[:, 100:] = 0.9
    exposure = np.ones_like(rates)
    np.testing.assert_allclose(close_with_kannisto(spoilt, exposure, 100), rates, rtol=1e-9)


def test_mortality_that_falls_with_age_has_no_curve() -> None:
    rates = np.tile(np.linspace(0.3, 0.1, 111), (2, 1))
    with pytest.raises(ConsistencyError, match="does not fit the death rates of the oldest"):
        close_with_kannisto(rates, np.ones_like(rates), 100)


def test_rates_of_one_and_more_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        fit_kannisto(np.linspace(0.5, 1.2, len(AGES)), np.ones(len(AGES)), AGES)


@needs_shared
def test_passing_through_the_last_age_halves_the_error_at_the_open_group_of_canada() -> None:
    """Published single ages to 99 and 100+, 1950 to 2020; the curve sees those to 99 only."""
    with np.load(SHARED / "un" / "canada_1950_2020_published.npz") as published:
        rates = published["mx"][:, ::-1]
    longer = np.concatenate([rates, np.repeat(rates[..., -1:], 10, axis=-1)], axis=-1)
    exposure = person_years(longer)
    closed = close_with_kannisto(longer, exposure, 100)
    fit = fit_kannisto(longer[..., AGES], exposure[..., AGES], AGES)
    fitted = longer.copy()
    fitted[..., 100:] = expit(fit[..., :1] + fit[..., 1:] * np.arange(20, 31))

    def missed(guess: np.ndarray) -> float:
        return float(np.abs(with_open_age(guess, 100)[..., -1] / rates[..., -1] - 1).mean())

    assert missed(closed) < 0.10
    assert missed(closed) < missed(fitted) / 2


@needs_shared
def test_the_closed_rates_of_norway_come_within_two_percent_of_the_published_open_group() -> None:
    table = pd.read_csv(SHARED / "un" / "wpp2024_norway_mx.csv")
    table = table[table["year"] <= 2023].melt(["year", "age"], ["mxF", "mxM"], "sex", "death_rate")
    table["sex"] = table["sex"].map({"mxF": "female", "mxM": "male"})
    table["age_from"] = table["age"].str.rstrip("+").astype(int)
    table["age_to"] = table["age_from"].map({0: 0, 1: 4, 100: -1}).fillna(table["age_from"] + 4)
    published = table[table["age_from"] == 100].pivot(
        index="year", columns="sex", values="death_rate"
    )
    closed = single_age_death_rates(table, 100)[..., -1]
    np.testing.assert_allclose(closed, published[list(SEXES)], rtol=0.02)
