"""Summaries of blocks, merged in any order by any number of workers, against NumPy on all draws."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.uncertainty.sketch import least_memory, size_within
from projector.uncertainty.summaries import Summary

QUANTILES = (0.0, 0.05, 0.1, 0.5, 0.9, 0.99, 1.0)


def blocks_of(values, block):
    return [values[..., first : first + block] for first in range(0, values.shape[-1], block)]


def summarised(values, block, **options):
    summary = Summary(values.shape[:-1], **options)
    for number, drawn in enumerate(blocks_of(values, block)):
        summary.add(number, drawn)
    return summary.result()


def random_values(*shape, seed=1):
    return np.random.default_rng(seed).gamma(2.0, 30.0, shape)


def everything(result):
    parts = [result.missing, result.mean, result.deviation, result.minimum, result.maximum]
    above = [] if result.above is None else [result.above]
    return np.concatenate([part.ravel() for part in [*parts, *above, result.quantiles(QUANTILES)]])


@pytest.mark.parametrize("block", [1, 7, 64, 1000, 2000])
def test_summaries_are_those_of_all_draws(block):
    values = random_values(3, 5, 1000)
    threshold = np.array([50.0, 60.0, 70.0])[:, np.newaxis]
    result = summarised(values, block, threshold=threshold)
    assert result.count == 1000
    assert result.mean == pytest.approx(values.mean(axis=-1), rel=1e-13)
    assert result.deviation == pytest.approx(values.std(axis=-1, ddof=1), rel=1e-13)
    assert (result.minimum == values.min(axis=-1)).all()
    assert (result.maximum == values.max(axis=-1)).all()
    assert (result.above == (values > threshold[..., np.newaxis]).mean(axis=-1)).all()
    assert result.quantiles(QUANTILES) == pytest.approx(
        np.quantile(values, QUANTILES, axis=-1), rel=1e-14
    )
    assert result.rank_error == 0


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_the_order_and_the_workers_do_not_change_a_bit(data):
    draws = data.draw(st.integers(1, 300))
    block = data.draw(st.integers(1, 40))
    size = data.draw(st.sampled_from([None, 8, 16]))
    values = random_values(3, draws, seed=data.draw(st.integers(0, 99)))
    options = {"size": size, "threshold": np.array(60.0)}
    blocks = blocks_of(values, block)
    workers = [Summary((3,), **options) for _ in range(data.draw(st.integers(1, 4)))]
    for number in data.draw(st.permutations(range(len(blocks)))):
        worker = workers[data.draw(st.integers(0, len(workers) - 1))]
        worker.add(number, blocks[number])
    whole, *others = data.draw(st.permutations(workers))
    for other in others:
        whole.merge(pickle.loads(pickle.dumps(other)))
    expected = everything(summarised(values, block, **options))
    assert everything(whole.result()).tobytes() == expected.tobytes()


def test_the_mean_of_large_figures_that_differ_little_is_not_lost():
    values = 5.6e6 + random_values(2, 4096) * 1e-3
    result = summarised(values, 64)
    assert result.deviation == pytest.approx(values.std(axis=-1, ddof=1), rel=1e-8)
    truth = [math.fsum(row) / len(row) for row in values]
    assert result.mean == pytest.approx(truth, rel=1e-15)


def test_another_block_size_agrees_to_twelve_digits():
    values = random_values(50, 1500)
    one, other = summarised(values, 64), summarised(values, 250)
    for name in ("mean", "deviation", "minimum", "maximum"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-12)


@given(
    st.sampled_from(["smooth", "heavy", "gaps", "whole", "sorted", "falling", "waves", "constant"]),
    st.sampled_from([16, 40, 64]),
    st.sampled_from([32, 100, 128, 1000]),
    st.integers(1, 3000),
)
@settings(max_examples=100, deadline=None)
def test_a_sketch_keeps_the_error_that_it_states(kind, size, block, draws):
    random = np.random.default_rng(draws)
    values = {
        "smooth": random.standard_normal((4, draws)),
        "heavy": random.standard_cauchy((4, draws)) ** 3,
        "gaps": np.where(random.random((4, draws)) < 0.5, 0.0, 1e6 + random.random((4, draws))),
        "whole": random.poisson(3, (4, draws)).astype(float),
        "sorted": np.tile(np.arange(draws, dtype=float), (4, 1)),
        "falling": -np.tile(np.arange(draws, dtype=float), (4, 1)),
        "waves": np.tile(np.sin(np.arange(draws)) * np.arange(draws), (4, 1)),
        "constant": np.full((4, draws), 7.0),
    }[kind]
    result = summarised(values, block, size=size)
    told = result.quantiles(QUANTILES)
    for row, share in enumerate(QUANTILES):
        low, high = np.clip([share - result.rank_error, share + result.rank_error], 0, 1)
        first, last = np.quantile(values, [low, high], axis=-1)
        slack = 1e-7 * np.abs(values).max()  # seven digits are kept
        assert (told[row] >= first - slack).all()
        assert (told[row] <= last + slack).all()
    assert (told[[0, -1]] == [values.min(axis=-1), values.max(axis=-1)]).all()


@pytest.mark.parametrize(("size", "block"), [(32, 32), (64, 128), (128, 256), (100, 300)])
def test_the_stated_error_is_that_of_the_equation(size, block):
    draws = block * 16
    result = summarised(random_values(1, draws), block, size=size)
    merges = 4 if block >= size else 3
    leaf = 0.5 if block > size else 0.0
    assert result.rank_error <= (leaf + merges / 4 + 0.5) / size + 2 / draws


def test_a_sketch_of_smooth_results_is_far_better_than_it_must_be():
    values = np.random.default_rng(5).standard_normal((2000, 2048))
    result = summarised(values, 128, size=64)
    shares = np.array([0.1, 0.5, 0.9])
    ranks = (values <= result.quantiles(shares)[..., np.newaxis]).mean(axis=-1)
    errors = ranks - shares[:, np.newaxis]
    assert result.rank_error < 0.03
    assert np.sqrt((errors**2).mean()) < 0.004
    assert abs(errors.mean()) < 0.001


def test_a_sketch_with_room_for_all_is_exact():
    values = random_values(3, 500)
    result = summarised(values, 50, size=500)
    assert result.rank_error == 0
    exact = np.quantile(values, QUANTILES, axis=-1)
    assert result.quantiles(QUANTILES) == pytest.approx(exact, rel=1e-6)


def test_a_cell_without_a_number_in_some_draw_has_no_summary_and_is_counted():
    values = random_values(2, 4, 100)
    values[0, 1, 37] = np.nan
    values[1, 2, :] = np.nan
    result = summarised(values, 16, threshold=np.array(10.0), size=20)
    unknown = np.isnan(values).any(axis=-1)
    assert (result.missing == np.isnan(values).sum(axis=-1)).all()
    for part in (result.mean, result.deviation, result.minimum, result.above):
        assert (np.isnan(part) == unknown).all()
    assert (np.isnan(result.quantiles([0.1, 0.9])) == unknown).all()


def test_one_draw_has_no_deviation():
    result = summarised(np.array([[3.0]]), 1)
    assert np.isnan(result.deviation).all()
    assert result.mean == result.quantiles([0.5])[0] == 3
    assert result.above is None


def test_blocks_are_taken_in_once_and_none_is_missing():
    values = random_values(2, 10)
    summary = Summary((2,))
    with pytest.raises(ValueError, match="no draws"):
        summary.result()
    for block in (0, 1, 3):
        summary.add(block, values)
    with pytest.raises(ValueError, match="block 2 is missing"):
        summary.result()
    with pytest.raises(ValueError, match="block 1 has been taken in before"):
        summary.add(1, values)
    again = Summary((2,))
    again.add(3, values)
    with pytest.raises(ValueError, match="block 3 has been taken in before"):
        summary.merge(again)
    with pytest.raises(ValueError, match="not draws of cells"):
        summary.add(2, values[:1])
    for other in (Summary((3,)), Summary((2,), size=9), Summary((2,), threshold=np.array(1.0))):
        with pytest.raises(ValueError, match="other cells"):
            summary.merge(other)


def test_what_is_handed_in_may_be_used_again():
    values = random_values(2, 8)
    summary = Summary((2,))
    summary.add(0, values)
    expected = np.quantile(values, 0.5, axis=-1)
    values[:] = 0
    assert summary.result().quantiles([0.5])[0] == pytest.approx(expected)


def test_the_size_fits_the_memory():
    assert size_within(1000, 1000, 100, 8_000_000) is None
    size = size_within(1000, 1000, 100, 7_999_999)
    summary = Summary((1000,), size=size)
    values = random_values(1000, 100)
    most = 0
    for block in range(10):
        summary.add(block, values)
        nodes = summary._nodes.values()
        most = max(most, sum(part.nbytes for node in nodes for part, _ in node.kept.parts))
    assert most <= 7_999_999
    assert size > 100
    with pytest.raises(ValueError, match=r"take 384000 bytes or more, not 100000"):
        size_within(1000, 1000, 100, 100_000)
    assert size_within(1000, 1000, 100, least_memory(1000, 1000, 100)) == 16
