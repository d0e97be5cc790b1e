"""Which counts are suppressed, and whether an attacker finds them again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from projector.run.small_numbers import (
    columns_grown,
    columns_protect,
    gathered,
    pattern_of,
    rows_grown,
)
from tests.run.attack import Told, possible

LIMIT = 5.0
Floats = NDArray[np.float64]

tables = arrays(
    np.float64,
    st.tuples(st.just(1), st.integers(1, 4), st.just(1), st.integers(1, 5), st.integers(1, 2)),
    elements=st.one_of(st.just(0.0), st.floats(0.1, 12.0), st.floats(20.0, 500.0)),
)


def told_of(table: Floats) -> list[Told]:
    """What is told of ``[row, category, column]`` with NaN for what is not: cells and totals."""
    rows, categories, columns = (size - (n < 2) for n, size in enumerate(table.shape))
    place = np.arange(rows * categories * columns).reshape(rows, categories, columns)
    told: list[Told] = []
    for row, category, column in np.ndindex(rows, categories, columns):
        value = table[row, category, column]
        if not np.isnan(value):
            told.append(([int(place[row, category, column])], float(value)))
    for column in range(columns):
        for row in range(rows):
            if not np.isnan(table[row, -1, column]):
                total = float(np.nansum(table[row, :, column]))
                told.append((place[row, :, column].tolist(), total))
        told.append((place[:, :, column].ravel().tolist(), float(np.nansum(table[:, :, column]))))
        for category in range(categories):
            values = table[:-1, category, column]
            if not np.isnan(values).any():
                told.append((place[:, category, column].tolist(), float(values.sum())))
    return told


def hidden_of(table: Floats) -> list[int]:
    return np.flatnonzero(np.isnan(table[:-1, :-1]).ravel()).tolist()


@given(tables)
@settings(max_examples=60)
def test_nobody_finds_a_suppressed_count_by_subtraction(counts: Floats) -> None:
    pattern = pattern_of(counts, LIMIT)
    for column in np.flatnonzero(~pattern.unprotected):
        one = pattern_of(counts[..., [column]], LIMIT)
        table = gathered(counts[0, ..., [column]].transpose(1, 2, 3, 0), one)[:, 0]
        hidden = hidden_of(table)
        size = (table.shape[0] - 1) * (table.shape[1] - 1)
        for least, most in possible(size, told_of(table), hidden):
            assert least <= 1e-6
            assert most - least >= LIMIT - 1e-6


@given(tables)
def test_what_is_told_is_nought_or_not_small_and_adds_up_to_the_whole(counts: Floats) -> None:
    pattern = pattern_of(counts, LIMIT)
    table = gathered(counts[0], pattern)
    sums = np.nansum(table, axis=(0, 1, 2))
    np.testing.assert_allclose(sums, counts[0].sum(axis=(0, 1, 2)))
    safe = table[..., ~pattern.unprotected]
    known = safe[~np.isnan(safe)]
    assert ((known == 0) | (known >= LIMIT)).all()


def test_the_attacker_finds_what_is_suppressed_alone() -> None:
    table = np.zeros((3, 4, 1))
    table[:2, :3, 0] = [[3.2, 40.0, 60.0], [50.0, 30.0, 70.0]]
    table[0, 0, 0], table[0, 3, 0] = np.nan, 3.2  # told together with nothing else
    ((least, most),) = possible(6, told_of(table), [0])
    assert (least, most) == pytest.approx((3.2, 3.2))


def test_the_smallest_other_count_protects_a_small_one_and_nought_protects_nothing() -> None:
    counts = np.array([0.0, 3.0, 9.0, 7.0, 80.0]).reshape(1, 1, 1, 5, 1)
    pattern = pattern_of(counts, LIMIT)
    assert pattern.cells.ravel().tolist() == [False, True, False, True, False]
    assert gathered(counts[0], pattern)[0, 0, :, 0].tolist()[-1] == 10.0
    assert not pattern.rows.any()


def test_small_counts_that_are_many_enough_protect_each_other() -> None:
    counts = np.array([2.0, 4.0, 30.0]).reshape(1, 1, 1, 3, 1)
    assert pattern_of(counts, LIMIT).cells.ravel().tolist() == [True, True, False]


def test_a_count_that_is_small_in_one_year_is_suppressed_in_all() -> None:
    counts = np.array([[4.9, 30.0, 6.0], [5.1, 31.0, 7.0]]).reshape(1, 1, 2, 3, 1)
    told = gathered(counts[0], pattern_of(counts, LIMIT))[0, :, :, 0]
    assert np.isnan(told[:, [0, 2]]).all()
    np.testing.assert_allclose(told[:, -1], [10.9, 12.1])


def test_every_measure_is_protected_though_only_one_is_small() -> None:
    # The second measure has no number for the smallest other category: a third is taken.
    contacts, days = [3.0, 9.0, 20.0, 80.0], [40.0, 0.0, 60.0, 500.0]
    counts = np.array([contacts, days]).reshape(2, 1, 1, 4, 1)
    assert pattern_of(counts, LIMIT).cells.ravel().tolist() == [True, True, True, False]


def test_a_row_that_is_small_is_told_together_with_the_smallest_other() -> None:
    counts = np.array([[1.0, 2.0], [20.0, 30.0], [8.0, 9.0]]).reshape(1, 3, 1, 2, 1)
    pattern = pattern_of(counts, LIMIT)
    assert pattern.rows.ravel().tolist() == [True, False, True]
    told = gathered(counts[0], pattern)[:, 0, :, 0]
    assert np.isnan(told[[0, 2]]).all()
    assert told[-1].tolist() == [0.0, 0.0, 20.0]


def test_a_table_that_cannot_be_protected_says_so() -> None:
    assert pattern_of(np.full((1, 1, 1, 1, 1), 3.0), LIMIT).unprotected.tolist() == [True]
    assert pattern_of(np.full((1, 1, 1, 2, 1), 2.0), LIMIT).unprotected.tolist() == [True]
    assert pattern_of(np.full((1, 2, 1, 1, 1), 3.0), LIMIT).unprotected.tolist() == [False]


def test_rounding_is_no_count() -> None:
    counts = np.array([1e-12, 90.0, 80.0]).reshape(1, 1, 1, 3, 1)
    assert not pattern_of(counts, LIMIT).cells.any()


@given(tables)
@settings(max_examples=60)
def test_sums_of_categories_tell_no_small_count_where_they_may_be_told(counts: Floats) -> None:
    table = counts[:, :, :, :, :1]
    pattern = pattern_of(table, LIMIT)
    counted = table[..., 0]
    ranges = LIMIT * ((counted > 0) & (counted < LIMIT))
    grown = columns_grown(counted, pattern.cells[..., 0], pattern.rows[:, 0], ranges)
    assert not (pattern.cells[..., 0] & ~grown).any()
    pattern = pattern_of(table, LIMIT, grown[..., np.newaxis])
    rows = rows_grown(counted, pattern.cells[..., 0], pattern.rows[:, 0], ranges)
    pattern = pattern_of(table, LIMIT, grown[..., np.newaxis], rows[:, np.newaxis])
    if pattern.unprotected.any():
        return
    if not columns_protect(counted, pattern.cells[..., 0], pattern.rows[:, 0], ranges):
        return
    of_all = gathered(table[0].transpose(0, 1, 2, 3), pattern)[:, 0]
    rows, categories = counted.shape[1], counted.shape[3]
    place = np.arange(rows * categories).reshape(rows, categories)
    told = told_of(of_all)
    told += [
        (place[:, category].tolist(), float(counted[0, :, 0, category].sum()))
        for category in range(categories)
    ]
    sizes = counted[0, :, 0].ravel()
    small = [n for n in hidden_of(of_all) if 0 < sizes[n] < LIMIT]
    for least, most in possible(sizes.size, told, small):
        assert most - least >= LIMIT - 1e-6


def test_more_is_suppressed_until_sums_of_categories_may_be_told() -> None:
    """Two small counts of one row are given away by the sums of their columns, until others go."""
    counts = np.array([[2.0, 4.0, 60.0, 70.0], [30.0, 20.0, 80.0, 90.0], [25.0, 40.0, 50.0, 60.0]])
    table = counts[np.newaxis, :, np.newaxis, :]
    alone = np.zeros((3, 4), dtype=np.bool_)
    alone[0, :2] = True
    no_rows = np.zeros(3, dtype=np.bool_)
    ranges = LIMIT * (table < LIMIT)
    assert not columns_protect(table, alone, no_rows, ranges)
    grown = columns_grown(table, alone, no_rows, ranges)
    assert grown[0, :2].all()
    assert grown[1:, :2].any(axis=0).all()
    assert columns_protect(table, grown, no_rows, ranges)
    one = table[:, :1], alone[:1], no_rows[:1], ranges[:, :1]
    assert not columns_protect(*one)
    assert (columns_grown(*one) == alone[:1]).all()


def test_a_row_of_small_counts_alone_is_told_with_others() -> None:
    counts = np.array([[2.0, 1.5, 3.0, 2.0], [30.0, 20.0, 80.0, 90.0], [25.0, 40.0, 50.0, 60.0]])
    table = counts[np.newaxis, :, np.newaxis, :, np.newaxis]
    ranges = LIMIT * (table[..., 0] < LIMIT)
    pattern = pattern_of(table, LIMIT)
    grown = columns_grown(table[..., 0], pattern.cells[..., 0], pattern.rows[:, 0], ranges)
    pattern = pattern_of(table, LIMIT, grown[..., np.newaxis])
    assert not columns_protect(table[..., 0], pattern.cells[..., 0], pattern.rows[:, 0], ranges)
    rows = rows_grown(table[..., 0], pattern.cells[..., 0], pattern.rows[:, 0], ranges)
    assert rows.tolist() == [True, False, True]
    pattern = pattern_of(table, LIMIT, grown[..., np.newaxis], rows[:, np.newaxis])
    assert columns_protect(table[..., 0], pattern.cells[..., 0], pattern.rows[:, 0], ranges)
    assert not pattern.unprotected.any()
    alone = table[:, :1, ..., 0], pattern.cells[:1, ..., 0], rows[:1] & False, ranges[:, :1]
    assert not rows_grown(*alone).any()
