import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import BSpline
from scipy.optimize import minimize

from projector.inputs.composite_link import smooth_curves, spread_groups
from tests.shared import needs_shared, tidy_people

AGES = np.arange(106)
SURVIVORS = np.exp(-np.cumsum(3e-5 * np.exp(0.1 * AGES)))
FIVE_YEARS = np.arange(0, 95, 5)
TEN_YEARS = np.arange(0, 95, 10)
SCHOOL_AGES = np.array([0, 1, 6, 13, 16, 20, 45, 67, 80, 90])


@pytest.mark.parametrize("smoothing", [10.0, 1000.0])
def test_a_general_minimiser_finds_the_same_curve(smoothing: float) -> None:
    starts = np.array([0, 4, 10, 18])
    counts = np.array([40.0, 90.0, 31.0, 12.0])
    reference = SURVIVORS[::4]
    pieces = 9  # 27 ages by three
    knots = np.linspace(-9, 36, pieces + 7)
    basis = BSpline.design_matrix(np.arange(27) + 0.5, knots, 3).toarray()

    def penalised_deviance(weights: np.ndarray) -> float:
        means = np.add.reduceat(reference * np.exp(basis @ weights), starts)
        return float(
            2 * (means - counts * np.log(means)).sum() + smoothing * (np.diff(weights) ** 2).sum()
        )

    best = minimize(penalised_deviance, np.zeros(pieces + 3), method="BFGS", options={"gtol": 1e-7})
    curve = smooth_curves(counts[None], starts, reference[None], smoothing)[0]
    np.testing.assert_allclose(curve, reference * np.exp(basis @ best.x), rtol=2e-3)


@given(
    st.lists(st.integers(1, 19), min_size=1, max_size=12),
    st.integers(0, 2**32 - 1),
    st.floats(0, 0.7),
)
def test_groups_keep_their_counts_however_they_jump(
    widths: list[int], seed: int, empty: float
) -> None:
    starts = np.cumsum([0, *widths])
    starts = starts[starts <= 100]
    random = np.random.default_rng(seed)
    counts = np.floor(10 ** random.uniform(-1, 6, (3, len(starts))))
    counts[random.random(counts.shape) < empty] = 0
    single = spread_groups(counts, starts, np.tile(SURVIVORS, (3, 1)))
    assert (single >= 0).all()
    np.testing.assert_allclose(np.add.reduceat(single, starts, axis=1), counts, rtol=1e-14)
    assert np.array_equal(single[:, starts[:1]] > 0, counts[:, :1] > 0)


@given(st.floats(10, 1e6))
def test_a_multiple_of_the_reference_comes_back(people: float) -> None:
    truth = people * SURVIVORS[None]
    single = spread_groups(np.add.reduceat(truth, FIVE_YEARS, axis=1), FIVE_YEARS, SURVIVORS[None])
    np.testing.assert_allclose(single, truth, rtol=1e-9)


def test_nobody_is_spread_to_nobody() -> None:
    counts = np.array([np.zeros(19), np.full(19, 7.0)])
    single = spread_groups(counts, FIVE_YEARS, np.tile(SURVIVORS, (2, 1)))
    assert not single[0].any()
    assert single[1].all()


@needs_shared
@pytest.mark.parametrize(
    ("starts", "error"),
    [(FIVE_YEARS, 0.018), (TEN_YEARS, 0.028), (SCHOOL_AGES, 0.041)],
    ids=["five", "ten", "school"],
)
def test_the_nation_comes_back_from_its_groups(starts: np.ndarray, error: float) -> None:
    people = tidy_people("norway_sex_age_1986_2026.csv").sel(region="0", year=slice(2006, 2026))
    truth = people.values.reshape(-1, 106)
    reference = np.tile(SURVIVORS, (len(truth), 1))
    single = spread_groups(np.add.reduceat(truth, starts, axis=1), starts, reference)
    young = slice(0, int(starts[-1]))
    assert np.abs(single - truth)[:, young].sum() < error * truth[:, young].sum()


def test_answers_that_are_kept_are_those_of_the_same_question_and_nobody_changes_them() -> None:
    counts = np.random.default_rng(3).uniform(10, 500, size=(2, len(FIVE_YEARS)))
    references = np.tile(SURVIVORS, (2, 1))
    first = spread_groups(counts, FIVE_YEARS, references)
    with pytest.raises(ValueError, match="read-only"):
        first[:] = 0.0
    np.testing.assert_array_equal(spread_groups(counts, FIVE_YEARS, references), first)
    counts[0, 0] += 1
    assert spread_groups(counts, FIVE_YEARS, references)[0, :5].sum() == pytest.approx(counts[0, 0])
