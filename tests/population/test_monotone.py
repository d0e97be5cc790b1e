import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.interpolate import PchipInterpolator

from projector.population.monotone import Monotone

numbers = st.integers(-50, 50).map(lambda n: n / 8)  # ties and turns are common


@st.composite
def curves(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    steps = draw(st.lists(st.integers(1, 40).map(lambda n: n / 4), min_size=1, max_size=8))
    knots = np.cumsum([draw(numbers), *steps])
    return knots, draw(arrays(float, (2, len(knots)), elements=numbers))


@given(curves())
def test_it_is_scipys_curve_and_slope(curve: tuple[np.ndarray, np.ndarray]) -> None:
    knots, values = curve
    theirs, ours = PchipInterpolator(knots, values, axis=-1), Monotone(knots, values)
    at = np.concatenate([np.linspace(knots[0] - 1, knots[-1] + 1, 41), knots])
    np.testing.assert_allclose(ours(at), theirs(at), rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(ours.slope(at), theirs.derivative()(at), rtol=1e-12, atol=1e-9)


@given(curves())
def test_between_two_knots_it_stays_between_their_values(
    curve: tuple[np.ndarray, np.ndarray],
) -> None:
    knots, values = curve
    for k in range(len(knots) - 1):
        within = Monotone(knots, values)(np.linspace(knots[k], knots[k + 1], 9))
        ends = values[:, k : k + 2]
        assert (within >= ends.min(axis=1, keepdims=True) - 1e-9).all()
        assert (within <= ends.max(axis=1, keepdims=True) + 1e-9).all()


@pytest.mark.parametrize("knots", [[0.0], [0.0, 0.0, 1.0], [1.0, 0.0]])
def test_knots_that_do_not_rise_are_refused(knots: list[float]) -> None:
    with pytest.raises(ValueError, match="rising knots"):
        Monotone(np.array(knots), np.zeros(len(knots)))
