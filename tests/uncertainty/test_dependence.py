"""Correlated streams have the stated rank correlation and keep their values."""

import numpy as np
import pytest
from scipy import stats

from projector.uncertainty.dependence import RUN, together
from projector.uncertainty.sampling import shares

NAMES = [("a",), ("b",), ("c",), ("d",)]
DRAWS = 2**15


def scores(ranks):
    return 2 * np.sin(np.pi * np.asarray(ranks) / 6)


def two(rank):
    return scores([[1, rank], [rank, 1]])


@pytest.mark.parametrize("rank", [-0.95, -0.6, 0.3, 0.6, 0.9, 0.99])
def test_the_rank_correlation_is_the_stated_one(rank):
    reached = [
        stats.spearmanr(*together(shares(seed, NAMES[:2], 0, DRAWS), two(rank))).statistic
        for seed in range(8)
    ]
    # The deviation of Spearman's correlation of as many random pairs, and what the runs take.
    assert np.mean(reached) == pytest.approx(rank, abs=0.005 + 3 / np.sqrt(8 * DRAWS))


def test_a_matrix_is_reached_in_every_pair():
    ranks = np.array(
        [[1, 0.7, 0.2, 0], [0.7, 1, 0.4, 0], [0.2, 0.4, 1, -0.3], [0, 0, -0.3, 1]], dtype=float
    )
    drawn = together(shares(1, NAMES, 0, DRAWS), scores(ranks))
    reached = stats.spearmanr(drawn, axis=1).statistic
    assert reached == pytest.approx(ranks, abs=0.005 + 4 / np.sqrt(DRAWS))


def test_the_joint_distribution_is_gaussian():
    """Four in ten of the highest tenth of one are in the highest tenth of the other: r = 0.618."""
    drawn = together(shares(1, NAMES[:2], 0, DRAWS), two(0.6))
    both = ((drawn > 0.9).all(axis=0)).mean()
    expected = 1 - 2 * 0.9 + stats.multivariate_normal(cov=two(0.6)).cdf(stats.norm.ppf([0.9, 0.9]))
    assert both == pytest.approx(expected, abs=4 * np.sqrt(expected / DRAWS))


def test_streams_keep_their_values_in_every_run_and_the_first_does_not_move():
    own = shares(3, NAMES[:3], 0, 4 * RUN)
    drawn = together(own, scores(0.5 + 0.5 * np.eye(3)))
    assert (np.sort(drawn.reshape(3, 4, RUN)) == np.sort(own.reshape(3, 4, RUN))).all()
    assert (drawn[0] == own[0]).all()
    assert (drawn[1] != own[1]).any()


def test_streams_without_a_correlation_do_not_move():
    own = shares(3, NAMES, 0, 2 * RUN)
    matrix = np.eye(4)
    matrix[1:3, 1:3] = two(0.8)
    drawn = together(own, matrix)
    assert (drawn[[0, 1, 3]] == own[[0, 1, 3]]).all()


def test_a_run_has_the_same_bits_in_any_block():
    own = shares(3, NAMES, 0, 5 * RUN)
    matrix = scores(0.3 + 0.7 * np.eye(4))
    whole = together(own, matrix)
    assert (together(own[:, RUN : 3 * RUN], matrix) == whole[:, RUN : 3 * RUN]).all()


def test_parts_of_runs_and_impossible_matrices_are_refused():
    with pytest.raises(ValueError, match="not whole runs"):
        together(shares(3, NAMES[:2], 0, RUN + 1), two(0.5))
    with pytest.raises(np.linalg.LinAlgError):
        together(shares(3, NAMES[:3], 0, RUN), scores(-0.6 + 1.6 * np.eye(3)))
