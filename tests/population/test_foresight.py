"""Prediction intervals: the variances behind made-up errors are found, and draws follow them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from projector.population.foresight import (
    ErrorModel,
    _fit_own,
    draw_people,
    fit_errors,
    prediction_intervals,
)

HORIZONS = np.array([1.0, 2.0, 5.0])
SHARED = np.array([0.0001, 0.0003, 0.0010])
OWN = np.array([0.0002, 0.0006, 0.0020])
PER_PERSON = np.array([0.5, 1.0, 4.0])


def made_up_errors(cases: int, regions: int) -> tuple[np.ndarray, np.ndarray]:
    """Errors ``[case, region, horizon]`` with known variances, and people."""
    generator = np.random.default_rng(4)
    people = np.exp(generator.uniform(np.log(200), np.log(2e5), (cases, regions)))
    own = OWN + PER_PERSON / people[..., np.newaxis]
    shared = generator.normal(0, np.sqrt(SHARED), (cases, 1, len(HORIZONS)))
    return shared + generator.normal(0, np.sqrt(own)), people


def test_the_variances_of_made_up_errors_are_found() -> None:
    found = fit_errors(*made_up_errors(400, 60), HORIZONS)
    np.testing.assert_allclose(found.own, OWN, rtol=0.1)
    np.testing.assert_allclose(found.per_person, PER_PERSON, rtol=0.1)
    np.testing.assert_allclose(found.shared, SHARED, rtol=0.3)


def test_the_fit_is_where_the_likelihood_of_normal_errors_is_highest() -> None:
    generator = np.random.default_rng(8)
    inverse = 1 / np.exp(generator.uniform(np.log(300), np.log(1e5), 500))
    squares = generator.normal(0, np.sqrt(3e-4 + 2.0 * inverse)) ** 2

    def minus_likelihood(logs: np.ndarray) -> float:
        variance = np.exp(logs[0]) + np.exp(logs[1]) * inverse
        return float((np.log(variance) + squares / variance).sum())

    best = minimize(
        minus_likelihood, [-8.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9}
    )
    np.testing.assert_allclose(_fit_own(squares, inverse), np.exp(best.x), rtol=1e-3)


def test_errors_that_are_not_known_are_passed_over() -> None:
    errors, people = made_up_errors(40, 60)
    holes = np.concatenate([errors, np.full_like(errors, np.nan)])
    more = np.concatenate([people, people])
    for one, other in zip(
        vars(fit_errors(errors, people, HORIZONS)).values(),
        vars(fit_errors(holes, more, HORIZONS)).values(),
        strict=True,
    ):
        np.testing.assert_allclose(one, other)
    with pytest.raises(ValueError, match="no error is known"):
        fit_errors(np.full_like(errors, np.nan), people, HORIZONS)


def test_one_region_has_all_its_error_in_the_shared_part() -> None:
    errors = np.array([[[0.01]], [[-0.03]], [[0.02]]])
    found = fit_errors(errors, np.full((3, 1), 1000.0), np.array([1.0]))
    expected = np.sqrt((0.01**2 + 0.03**2 + 0.02**2) / 3)
    np.testing.assert_allclose(found.standard_deviation(np.array([1000.0]), 1), expected)


MODEL = ErrorModel(HORIZONS, SHARED, OWN, PER_PERSON)


@given(
    people=st.floats(0, 1e6),
    more=st.floats(1.01, 50),
    horizon=st.floats(0.1, 40),
    longer=st.floats(1.01, 3),
)
def test_larger_places_are_surer_and_longer_horizons_less_sure(
    people: float, more: float, horizon: float, longer: float
) -> None:
    small, large = MODEL.standard_deviation(np.array([people, 10 + people * more]), horizon)
    assert large <= small
    assert MODEL.standard_deviation(np.array([people]), horizon * longer)[0] >= small


def test_a_fit_never_shrinks_with_the_horizon() -> None:
    errors, people = made_up_errors(20, 30)
    found = fit_errors(errors[..., ::-1], people, HORIZONS)
    sizes = np.array([100.0, 1e5])
    spread = [found.standard_deviation(sizes, horizon) for horizon in (1, 2, 3, 5, 8)]
    assert (np.diff(spread, axis=0) >= 0).all()


def drawn(keys: list[str], draws: int = 400, seed: int = 3, stream: str = "80+") -> np.ndarray:
    people = np.array([1000.0 * (1 + int(key)) for key in keys])
    return draw_people(
        MODEL,
        np.outer(people, [1.0, 1.1]),
        people,
        np.array([1, 5]),
        keys=keys,
        stream=stream,
        draws=draws,
        seed=seed,
    )


def test_draws_of_a_region_are_the_same_in_any_company() -> None:
    together = drawn(["0", "1", "2"])
    np.testing.assert_array_equal(together[[2, 0]], drawn(["2", "0"]))
    assert (together != drawn(["0", "1", "2"], seed=4)).all()
    assert (together != drawn(["0", "1", "2"], stream="total")).all()


def test_draws_have_the_spread_of_the_model_and_go_together_by_the_shared_part() -> None:
    logs = np.log(drawn(["0", "1"], draws=40_000))
    people = np.array([1000.0, 2000.0])
    for i, horizon in enumerate((1, 5)):
        np.testing.assert_allclose(
            logs[:, i].std(axis=-1), MODEL.standard_deviation(people, horizon), rtol=0.02
        )
        shared, _ = MODEL.variances(people, horizon)
        together = np.cov(logs[0, i], logs[1, i])[0, 1]
        assert together == pytest.approx(shared, abs=0.03 * logs[:, i].var())


def test_intervals_hold_what_they_promise() -> None:
    draws = np.random.default_rng(6).normal(size=(3, 100_000))
    ends = prediction_intervals(draws)
    assert ends.shape == (3, 2, 2)
    expected = np.broadcast_to([[-1.2816, 1.2816], [-1.9600, 1.9600]], ends.shape)
    np.testing.assert_allclose(ends, expected, atol=0.03)
