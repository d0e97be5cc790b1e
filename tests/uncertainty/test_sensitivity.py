"""Indices of functions whose indices are known, and the designs that lead to them."""

import numpy as np
import pytest

from projector.scenario import load_scenario, uncertain_assumptions
from projector.uncertainty.draws import shares_of
from projector.uncertainty.sampling import shares
from projector.uncertainty.sensitivity import (
    factors_of,
    first_from_draws,
    indices,
    saltelli_design,
    swing_from_draws,
    tornado,
    tornado_design,
)

NAMES = [(f"stream {number}",) for number in range(8)]
G_WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])


def ishigami(drawn):
    """Ishigami and Homma (1990), a = 7 and b = 0.1."""
    x = np.pi * (2 * drawn - 1)
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


ISHIGAMI_FIRST = [0.3139, 0.4424, 0.0]
ISHIGAMI_TOTAL = [0.5576, 0.4424, 0.2437]
"""As published, e.g. Saltelli et al. (2008), to four digits."""


def sobol_g(drawn):
    weights = G_WEIGHTS[:, np.newaxis]
    return ((np.abs(4 * drawn - 2) + weights) / (1 + weights)).prod(axis=0)


def sobol_g_indices():
    """Saltelli and Sobol (1995): variances of the factors of a product."""
    own = 1 / (3 * (1 + G_WEIGHTS) ** 2)
    whole = (1 + own).prod() - 1
    return own / whole, own * (1 + own).prod() / (1 + own) / whole


def designed(function, factors, draws, seed=1):
    own = shares(seed, NAMES[:factors], 0, draws)
    other = shares(seed, NAMES[:factors], 0, draws, alternative="B")
    return function(saltelli_design(own, other, [(row,) for row in range(factors)]))


def test_the_known_indices_are_the_published_ones():
    first, total = sobol_g_indices()
    """Saltelli et al. (2008) print three decimals."""
    assert first[:4] == pytest.approx([0.716, 0.179, 0.024, 0.007], abs=6e-4)
    assert total[:4] == pytest.approx([0.788, 0.242, 0.034, 0.011], abs=1e-3)


@pytest.mark.parametrize(
    ("function", "factors", "first", "total"),
    [
        (ishigami, 3, ISHIGAMI_FIRST, ISHIGAMI_TOTAL),
        (sobol_g, 8, *sobol_g_indices()),
    ],
)
def test_indices_are_the_known_ones_within_their_errors(function, factors, first, total):
    found = indices(designed(function, factors, 4096), factors)
    assert (np.abs(found.first.value - first) <= 3.5 * found.first.error + 1e-4).all()
    assert (np.abs(found.total.value - total) <= 3.5 * found.total.error + 1e-4).all()
    assert found.first.error.max() < 0.04
    assert found.total.error.max() < 0.03


def test_the_bootstrap_tells_how_far_estimates_are_off():
    found = [indices(designed(ishigami, 3, 512, seed), 3) for seed in range(40)]
    first = np.array([one.first.value for one in found])
    errors = np.array([one.first.error for one in found])
    within = np.abs(first - ISHIGAMI_FIRST) <= 1.645 * errors
    # 90 of 100, and more where draws are spread more evenly than at random.
    assert within.mean() > 0.85


@pytest.mark.parametrize(
    ("function", "factors", "known"),
    [(ishigami, 3, ISHIGAMI_FIRST), (sobol_g, 8, sobol_g_indices()[0])],
)
def test_an_ordinary_run_gives_the_ranking(function, factors, known):
    drawn = shares(2, NAMES[:factors], 0, 4096)
    found = first_from_draws(drawn, function(drawn))
    assert (np.abs(found.value - known) <= 3.5 * found.error + 0.005).all()
    assert found.error.max() < 0.02


def test_an_assumption_without_effect_has_an_index_of_zero_on_average():
    found = []
    for seed in range(40):
        drawn = shares(seed, NAMES[:2], 0, 512)
        found.append(first_from_draws(drawn, drawn[0]).value)
    explained = np.array(found)
    assert explained[:, 0] == pytest.approx(1, abs=0.01)
    assert abs(explained[:, 1].mean()) < 3 * explained[:, 1].std() / np.sqrt(40)


def test_a_sum_has_the_shares_of_its_variances_for_every_cell():
    drawn = shares(3, NAMES[:3], 0, 2048)
    weights = np.array([[[3.0, 1.0, 0.0], [1.0, 1.0, 1.0]]])
    results = weights @ drawn
    known = np.moveaxis(weights**2 / (weights**2).sum(axis=-1, keepdims=True), -1, 0)
    found = first_from_draws(drawn, results)
    assert found.value.shape == (3, 1, 2)
    assert found.value == pytest.approx(known, abs=0.03)
    evaluated = weights @ saltelli_design(
        drawn,
        shares(3, NAMES[:3], 0, 2048, alternative="B"),
        [(0,), (1,), (2,)],
    )
    exact = indices(evaluated, 3)
    assert exact.first.value == pytest.approx(known, abs=0.06)
    assert exact.total.value == pytest.approx(known, abs=0.02)


def test_what_does_not_vary_has_no_indices():
    drawn = shares(3, NAMES[:2], 0, 256)
    assert np.isnan(first_from_draws(drawn, np.full(256, 3.0)).value).all()
    found = indices(np.full(4 * 256, 3.0), 2)
    assert np.isnan(found.first.value).all()
    assert np.isnan(found.total.error).all()


def test_a_tornado_is_each_assumption_low_and_high():
    design = tornado_design(3)
    found = tornado(np.stack([design.sum(axis=0), design[0] - 2 * design[1]]))
    assert found.middle == pytest.approx([1.5, -0.5])
    assert found.low[:, 0] == pytest.approx(1.1)
    assert found.swing[:, 0] == pytest.approx(0.8)
    assert found.swing[:, 1] == pytest.approx([0.8, -1.6, 0])


def test_a_design_takes_one_factor_from_the_other_set():
    own, other = np.zeros((3, 4)), np.ones((3, 4))
    design = saltelli_design(own, other, [(0, 2), (1,)]).reshape(3, 4, 4)
    assert design[:, :, 0].tolist() == [[0, 1, 1, 0], [0, 1, 0, 1], [0, 1, 1, 0]]
    assert (design == design[:, :, :1]).all()


def test_evaluations_and_draws_must_fit():
    with pytest.raises(ValueError, match="not 4 sets"):
        indices(np.zeros(10), 2)
    with pytest.raises(ValueError, match="too few"):
        first_from_draws(np.zeros((1, 6)), np.zeros(6))


def test_correlated_assumptions_are_one_factor(tmp_path):
    amounts = ", ".join(f"{name}: {{uniform: [1, 2]}}" for name in "ABCDEF")
    (tmp_path / "own.yaml").write_text(
        "scenario: Own\ninputs: .\nregions: [A]\nyears: {base: 2026, end: 2030}\n"
        f"population: {{visitors: {{{amounts}}}}}\nuncertainty:\n  correlations:\n"
        "    - {between: [E, C], rank: 0.5}\n    - {between: [C, B], rank: -0.5}\n"
        "    - {between: [A, F], rank: 0.5}\n",
        encoding="utf-8",
    )
    scenario = load_scenario(tmp_path / "own.yaml")
    assert [one.name[-1] for one in uncertain_assumptions(scenario)] == list("ABCDEF")
    factors = factors_of(scenario)
    assert factors == ((0, 5), (1, 2, 4), (3,))
    own = shares_of(scenario, 0, 1024)
    other = shares_of(scenario, 0, 1024, alternative="B")
    assert np.abs(np.corrcoef(own, other)[:6, 6:]).max() < 0.13
    found = indices(saltelli_design(own, other, factors).sum(axis=0), len(factors))
    # Variances of the sums: 1 + 1 + 2 r, 3 + 2 r - 2 r and 1, in twelfths.
    assert found.total.value == pytest.approx(np.array([3, 3, 1]) / 7, abs=0.05)


def test_the_swing_of_a_straight_line_is_that_between_the_middles_of_the_outer_fifths():
    drawn = shares(3, NAMES[:3], 0, 4096)
    results = np.stack([10 + 5 * drawn[0] - 2 * drawn[1], 3 * drawn[1]])
    low, high = swing_from_draws(drawn, results)
    assert low.shape == high.shape == (3, 2)
    np.testing.assert_allclose(low, [[9.5, 1.5], [11.5 + 0.8, 0.3], [11.5, 1.5]], atol=0.1)
    np.testing.assert_allclose(high, [[13.5, 1.5], [11.5 - 0.8, 2.7], [11.5, 1.5]], atol=0.1)
