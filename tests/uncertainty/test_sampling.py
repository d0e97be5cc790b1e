"""Streams are uniform, even, independent of each other, and stay when others come and go."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import qmc

from projector.uncertainty.sampling import MOST_DRAWS, shares

NAMES = [("activity", "changes", f"change {number}", "share") for number in range(30)]
DRAWN = [0.5632179115200415, 0.24355499155353755, 0.1974234344670549]
DIGEST = "83b3400d39b59793"


def test_streams_are_pairwise_uncorrelated():
    draws = 4096
    correlation = np.corrcoef(shares(1, NAMES, 0, draws))
    pairs = correlation[np.triu_indices(30, 1)] * np.sqrt(draws)
    # Independent Latin hypercubes have a correlation of mean 0 and deviation 1 / sqrt(draws).
    assert np.abs(pairs).max() < 4
    assert np.sqrt((pairs**2).mean()) == pytest.approx(1, abs=0.1)


def test_two_streams_together_fill_the_square():
    draws = 4096
    streams = shares(2, NAMES, 0, draws)
    expected = draws / 64
    statistics = []
    for one in range(30):
        for other in range(one):
            table, _, _ = np.histogram2d(
                streams[one], streams[other], bins=8, range=[[0, 1], [0, 1]]
            )
            statistics.append(((table - expected) ** 2 / expected).sum())
    # Rows and columns are exact, so 7 x 7 degrees of freedom are left.
    assert np.mean(statistics) == pytest.approx(49, rel=0.08)
    assert max(statistics) < stats.chi2.isf(1e-6, 49)


def test_three_streams_together_fill_the_cube():
    streams = shares(3, NAMES, 0, 4096)
    statistics = []
    for one in range(0, 30, 3):
        table, _ = np.histogramdd(streams[one : one + 3].T, bins=4, range=[[0, 1]] * 3)
        statistics.append(((table - 64) ** 2 / 64).sum())
    assert max(statistics) < stats.chi2.isf(1e-5, 63 - 9)


@given(st.integers(0, 2**40), st.integers(5, 11), st.integers(0, 7))
@settings(max_examples=30, deadline=None)
def test_every_run_of_a_power_of_two_has_one_value_in_each_cell(seed, power, run):
    draws = 2**power
    streams = shares(seed, NAMES[:3], run * draws, (run + 1) * draws)
    cells = np.sort(np.floor(streams * draws), axis=1)
    assert (cells == np.arange(draws)).all()


def test_places_within_the_cells_are_random():
    draws = 2048
    streams = shares(4, NAMES, 0, draws) * draws
    within = (streams - np.floor(streams)).ravel()
    assert stats.kstest(within, "uniform").pvalue > 1e-3
    assert abs(np.corrcoef(within[:-1], within[1:])[0, 1]) < 4 / np.sqrt(within.size)


def test_values_are_those_of_the_first_dimension_of_sobol_scrambled():
    """SciPy's own scrambled points of one dimension are as even, to their discrepancy."""
    own = [
        qmc.discrepancy(shares(seed, NAMES[:1], 0, 1024).T, method="L2-star") for seed in range(20)
    ]
    sobol = [
        qmc.discrepancy(qmc.Sobol(1, seed=seed).random(1024), method="L2-star")
        for seed in range(20)
    ]
    random = qmc.discrepancy(np.random.default_rng(1).random((1024, 1)), method="L2-star")
    assert np.mean(own) == pytest.approx(np.mean(sobol), rel=0.3)
    assert max(own) < random / 10


@pytest.mark.parametrize(("draws", "times"), [(256, 100), (1000, 6), (1024, 300), (4096, 1000)])
def test_sums_converge_faster_than_with_random_numbers(draws, times):
    truth = 10 * (np.e - 1)
    own = [np.exp(shares(seed, NAMES[:10], 0, draws)).sum(axis=0).mean() for seed in range(30)]
    by_chance = np.sqrt(10 * ((np.e**2 - 1) / 2 - (np.e - 1) ** 2) / draws)
    error = np.sqrt(np.mean((np.array(own) - truth) ** 2))
    assert error < by_chance / times
    # Owen scrambling does not lean to one side.
    assert abs(np.mean(own) - truth) < 4 * error / np.sqrt(30)


def test_what_streams_make_only_together_converges_as_with_random_numbers():
    draws = 1024
    products = [
        ((shares(seed, NAMES[:2], 0, draws) - 0.5).prod(axis=0)).mean() for seed in range(200)
    ]
    by_chance = np.sqrt(1 / 144 / draws)
    assert np.std(products) == pytest.approx(by_chance, rel=0.2)
    assert abs(np.mean(products)) < 4 * by_chance / np.sqrt(200)


@given(st.sets(st.integers(0, 29), min_size=1, max_size=30), st.integers(0, 2**31))
@settings(max_examples=25, deadline=None)
def test_a_stream_has_the_same_bits_whatever_others_there_are(kept, seed):
    everything = shares(seed, NAMES, 0, 100)
    rows = sorted(kept, key=lambda row: -row)
    assert (shares(seed, [NAMES[row] for row in rows], 0, 100) == everything[rows]).all()


@given(st.integers(0, 3000), st.integers(0, 300))
@settings(max_examples=50, deadline=None)
def test_a_draw_has_the_same_bits_in_any_block(first, count):
    everything = shares(7, NAMES[:4], 0, 3300)
    block = shares(7, NAMES[:4], first, first + count)
    assert (block == everything[:, first : first + count]).all()


def test_another_seed_name_or_alternative_is_another_stream():
    streams = np.concatenate(
        [
            shares(1, [("a", "b"), ("a/b",), ("ab",), ("a", "b", "")], 0, 1024),
            shares(2, [("a", "b")], 0, 1024),
            shares(1, [("a", "b")], 0, 1024, alternative="other"),
        ]
    )
    off_diagonal = np.corrcoef(streams) - np.eye(len(streams))
    assert np.abs(off_diagonal).max() < 4 / np.sqrt(1024)


def test_draws_of_a_seed_are_these_for_all_time():
    """Numbers of earlier runs must be had again: this changes only with a note in CHANGELOG."""
    drawn = shares(7, NAMES[:3], 0, 600)
    assert drawn[:, 0].tolist() == DRAWN
    assert hashlib.sha256(drawn.tobytes()).hexdigest()[:16] == DIGEST


def test_draws_go_to_the_end_of_their_numbers():
    last = shares(1, NAMES[:2], MOST_DRAWS - 3, MOST_DRAWS)
    assert last.shape == (2, 3)
    assert ((last > 0) & (last < 1)).all()
    assert shares(1, NAMES[:2], 5, 5).shape == (2, 0)
    assert shares(1, [], 0, 5).shape == (0, 5)


@pytest.mark.parametrize(("first", "last"), [(-1, 3), (4, 3), (0, MOST_DRAWS + 1)])
def test_what_is_no_number_of_a_draw_is_refused(first, last):
    with pytest.raises(ValueError, match="no draws from"):
        shares(1, NAMES, first, last)


def test_a_name_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="named twice"):
        shares(1, [NAMES[0], NAMES[0]], 0, 1)
