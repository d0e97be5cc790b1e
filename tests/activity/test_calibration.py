"""Levels of use from counts: met exactly, or as far as their size bears."""

import itertools

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from numpy.typing import NDArray

from projector.activity.calibration import (
    Calibrated,
    Margin,
    common_level,
    levels_from_counts,
)
from projector.errors import ConsistencyError

Array = NDArray[np.float64]
ALL = slice(None)


def margin(table: Array, where: object, kind: str = "", line: int = 1, **own: float) -> Margin:
    """The sum of some cells of a table; a kind of its own unless one is named."""
    cells = np.zeros(table.shape, dtype=bool)
    cells[where] = True
    place = f"counts.csv:{line}"
    return Margin(cells, own.pop("count", float(table[cells].sum())), kind or place, place, **own)


def along(table: Array, *axes: int, kind: str = "", line: int = 100) -> list[Margin]:
    """One margin for each place on some axes, such as each region and setting."""
    places = itertools.product(*(range(table.shape[axis]) for axis in axes))
    found = []
    for number, place in enumerate(places):
        where: list[object] = [ALL] * 3
        for axis, position in zip(axes, place, strict=True):
            where[axis] = position
        found.append(margin(table, tuple(where), kind, line + number))
    return found


def refused(expected: Array, margins: list[Margin], **choice: bool) -> str:
    with pytest.raises(ConsistencyError) as caught:
        levels_from_counts(expected, margins, **choice)
    return str(caught.value)


def test_without_counts_nothing_changes() -> None:
    found = levels_from_counts(np.ones((2, 3, 2)), [])
    assert (found.level == 1).all()
    assert found.margins == ()


def test_cells_without_a_count_are_free_and_one_count_moves_its_cells_alike() -> None:
    expected = np.arange(1.0, 13).reshape(2, 3, 2)
    found = levels_from_counts(expected, [margin(expected, (0, 1), count=14.0)])
    assert found.level[0, 1].tolist() == [2.0, 2.0]
    assert found.level.sum() == 10 + 4
    fit = found.margins[0]
    assert (fit.expected, fit.count, fit.own, fit.credibility, fit.fitted) == (7, 14, 2, 1, 14)


@st.composite
def consistent(draw: st.DrawFn) -> tuple[Array, list[Margin]]:
    """Expected use and any mix of margins of what was truly used."""
    shape = tuple(draw(st.integers(1, 4)) for _ in range(3))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    expected = random.lognormal(3, 1, shape)
    true = expected * random.lognormal(0, 0.4, shape)
    axes = [each for size in range(4) for each in itertools.combinations(range(3), size)]
    chosen = draw(st.lists(st.sampled_from(axes), unique=True, min_size=1, max_size=5))
    margins = [each for pick in chosen for each in along(true, *pick, kind=str(pick))]
    kept = draw(st.lists(st.booleans(), min_size=len(margins), max_size=len(margins)))
    return expected, [each for each, keep in zip(margins, kept, strict=True) if keep]


@given(consistent())
def test_consistent_counts_are_met_exactly(world: tuple[Array, list[Margin]]) -> None:
    expected, margins = world
    found = levels_from_counts(expected, margins, shrink=False)
    for each, fit in zip(margins, found.margins, strict=True):
        assert (found.level * expected)[each.cells].sum() == pytest.approx(each.count, rel=1e-10)
        assert fit.fitted == pytest.approx(each.count, rel=1e-10)
    counted = np.any([each.cells for each in margins], axis=0) if margins else False
    assert (found.level[~np.broadcast_to(counted, expected.shape)] == 1).all()


@pytest.mark.slow
@given(consistent())
def test_raking_is_what_the_plain_loop_does(world: tuple[Array, list[Margin]]) -> None:
    expected, margins = world
    table = expected.copy()
    for _ in range(1000):
        before = table.copy()
        for each in margins:
            table[each.cells] *= each.count / table[each.cells].sum()
        if np.allclose(table, before, rtol=1e-13, atol=0):
            break
    else:
        reject()  # the plain loop needs more rounds
    found = levels_from_counts(expected, margins, shrink=False)
    np.testing.assert_allclose(found.level * expected, table, rtol=1e-7)


def test_a_published_table_is_reproduced() -> None:
    """The example of ProportionalFitting.jl (van Kesteren), which is that of Wikipedia."""
    seed = np.array([[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50.0]])
    rows, columns = [150, 300, 400, 150], [200, 300, 400, 100]
    seed = seed[..., np.newaxis]
    margins = [margin(seed, row, "rows", row, count=rows[row]) for row in range(4)]
    margins += [margin(seed, (ALL, c), "columns", 9 + c, count=columns[c]) for c in range(4)]
    found = levels_from_counts(seed, margins, shrink=False).level * seed
    published = [
        [64.5585, 46.2325, 35.3843, 3.82473],
        [49.9679, 68.1594, 156.499, 25.3742],
        [56.7219, 144.428, 145.082, 53.7673],
        [28.7516, 41.18, 63.0347, 17.0337],
    ]
    np.testing.assert_allclose(found[..., 0], published, rtol=2e-5)


@given(consistent(), st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_regions_and_diagnoses_means_nothing(
    world: tuple[Array, list[Margin]], random: object, shrink: bool
) -> None:
    expected, margins = world
    orders = [list(range(size)) for size in expected.shape]
    for order in orders:
        random.shuffle(order)  # type: ignore[attr-defined]
    moved = [
        Margin(each.cells[np.ix_(*orders)], each.count, each.kind, each.place) for each in margins
    ]
    found = levels_from_counts(expected, margins, shrink=shrink).level[np.ix_(*orders)]
    again = levels_from_counts(expected[np.ix_(*orders)], moved, shrink=shrink).level
    np.testing.assert_allclose(again, found, rtol=1e-6)


def simulated(variance: float, nights: float = 1.0) -> tuple[Array, Array, Calibrated]:
    """Municipalities of very different size whose levels vary around 1.3."""
    random = np.random.default_rng(20260)
    expected = random.lognormal(3, 1.2, (2000, 1, 1))
    level = 1.3 * random.gamma(1 / variance, variance, expected.shape) if variance else 1.3
    counts = nights * random.poisson(expected * level).astype(float)
    margins = along(counts, 0, kind="region")
    margins = [Margin(m.cells, m.count, m.kind, m.place, nights) for m in margins]
    return expected, np.broadcast_to(level, expected.shape), levels_from_counts(expected, margins)


@pytest.mark.parametrize("nights", [1.0, 4.2])
def test_shrunk_levels_are_nearer_the_truth_than_own_ones(nights: float) -> None:
    expected, true, found = simulated(0.04, nights)
    own = np.array([each.own for each in found.margins])
    truth = true.ravel()
    shrunk = ((found.level.ravel() - truth) ** 2).mean()
    assert shrunk < 0.5 * ((own - truth) ** 2).mean()
    assert shrunk < ((1.3 - truth) ** 2).mean()
    events = np.array([each.count for each in found.margins]) / nights
    mean, variance = common_level(expected.ravel(), events)
    assert mean == pytest.approx(1.3, rel=0.02)
    assert variance == pytest.approx(0.04, rel=0.15)


def test_the_moment_equations_hold() -> None:
    expected, counts = np.array([10.0, 40, 90, 3]), np.array([4.0, 70, 80, 9])
    m, v = common_level(expected, counts)
    given_m = m * expected
    assert ((counts - given_m) / (1 + v * given_m)).sum() == pytest.approx(0, abs=1e-9)
    assert ((counts - given_m) ** 2 / (given_m * (1 + v * given_m))).sum() == pytest.approx(3)


def test_counts_that_differ_by_chance_alone_give_one_level() -> None:
    expected = np.full((3, 1, 1), 100.0)
    counts = np.array([110.0, 120, 130])[:, np.newaxis, np.newaxis]
    found = levels_from_counts(expected, along(counts, 0, kind="region"))
    np.testing.assert_allclose(found.level, 1.2)
    assert [each.credibility for each in found.margins] == [0, 0, 0]


def test_small_places_are_drawn_further_than_large_ones_and_the_total_is_kept() -> None:
    expected = np.array([10.0, 100, 1000, 10000, 40, 400])[:, np.newaxis, np.newaxis]
    counts = expected * np.array([1.5, 1.5, 1.5, 1.5, 0.5, 0.6])[:, np.newaxis, np.newaxis]
    found = levels_from_counts(expected, along(counts, 0, kind="region"))
    belief = [each.credibility for each in found.margins]
    assert np.argsort(belief).tolist() == np.argsort(expected.ravel()).tolist()
    pulled = [each.count - each.fitted for each in found.margins][:4] / counts.ravel()[:4]
    assert (np.diff(pulled) < 0).all()
    assert (found.level * expected).sum() == pytest.approx(counts.sum(), rel=1e-10)
    assert found.level[4] > 0.5


def test_nights_of_one_stay_tell_less_than_as_many_stays() -> None:
    expected = np.array([30.0, 60, 90])[:, np.newaxis, np.newaxis]
    stays = np.array([10.0, 70, 100])[:, np.newaxis, np.newaxis]
    found = levels_from_counts(expected, along(stays, 0, kind="stays"))
    nights = [Margin(m.cells, 5 * m.count, "n", m.place, 5.0) for m in along(stays, 0)]
    np.testing.assert_allclose(levels_from_counts(expected, nights).level, found.level)
    as_stays = levels_from_counts(5 * expected, along(5 * stays, 0, kind="stays"))
    assert as_stays.margins[0].credibility > found.margins[0].credibility


def test_bed_days_weigh_each_cell_with_its_own_length_of_stay() -> None:
    expected = np.array([[[10.0], [10.0]]])
    nights = np.array([[[2.0], [8.0]]])
    found = levels_from_counts(expected, [margin(expected, 0, count=150.0, per_event=nights)])
    np.testing.assert_allclose(found.level, 1.5)
    assert found.margins[0].expected == 100
    parts = [margin(expected, (0, d), line=d, count=60.0, per_event=nights) for d in (0, 1)]
    whole = margin(expected, 0, count=120.0, line=9, per_event=nights)
    found = levels_from_counts(expected, [*parts, whole])
    np.testing.assert_allclose(found.level.ravel(), [3.0, 0.75])


def test_what_is_counted_of_a_region_guides_what_is_little_known_of_it() -> None:
    """A small diagnosis is drawn towards the level of its region, not of the diagnosis."""
    random = np.random.default_rng(3)
    expected = np.full((60, 2, 1), [[2000.0], [4.0]])
    levels = np.where(np.arange(60) < 30, 0.5, 1.5)[:, np.newaxis, np.newaxis]
    counts = random.poisson(expected * levels).astype(float)
    margins = along(counts, 0, kind="region")
    margins += [margin(counts, (r, 1), "region x second", 500 + r) for r in range(60)]
    found = levels_from_counts(expected, margins)
    error = np.abs(found.level - levels)[:, 1].mean()
    own = np.array([each.own for each in found.margins[60:]])
    assert error < 0.5 * np.abs(own - levels.ravel()).mean()


def test_a_single_total_is_met_exactly_after_shrinkage() -> None:
    expected = np.array([10.0, 100, 1000])[:, np.newaxis, np.newaxis]
    counts = np.array([4.0, 150, 900])[:, np.newaxis, np.newaxis]
    total = margin(counts, ALL, count=1057.0, line=7)
    found = levels_from_counts(expected, [total, *along(counts, 0, kind="region")])
    assert found.margins[0].fitted == pytest.approx(1057, rel=1e-12)


@given(consistent())
def test_counts_that_stand_alone_are_met_whatever_the_shrunk_ones_became(
    world: tuple[Array, list[Margin]],
) -> None:
    expected, margins = world
    found = levels_from_counts(expected, margins)
    assert np.isfinite(found.level).all()
    kinds = [each.kind for each in margins]
    for each, fit in zip(margins, found.margins, strict=True):
        if kinds.count(each.kind) == 1:
            assert fit.fitted == pytest.approx(each.count, rel=1e-10)
            assert fit.credibility == 1


def test_nobody_counted_is_lawful_and_may_leave_nothing_for_the_rest() -> None:
    expected = np.ones((2, 2, 1))
    expected[1, 1] = 0
    zero = margin(expected, (0, 0), count=0.0)
    nothing_of_nothing = margin(expected, (1, 1), count=0.0, line=2)
    found = levels_from_counts(expected, [zero, nothing_of_nothing])
    assert found.level.ravel().tolist() == [0, 1, 1, 1]
    assert np.isnan(found.margins[1].own)
    part, whole = margin(expected, (0, 0), count=3.0), margin(expected, 0, count=3.0, line=2)
    found = levels_from_counts(expected, [part, whole], shrink=False)
    assert found.level[0].ravel().tolist() == [3, 0]


@pytest.mark.parametrize("count", [-1.0, np.nan, np.inf])
def test_a_count_is_a_number_and_not_negative(count: float) -> None:
    table = np.ones((1, 1, 1))
    assert "counts.csv:1: a count is a number" in refused(table, [margin(table, 0, count=count)])


def test_a_count_where_nothing_is_expected_is_refused() -> None:
    table = np.zeros((1, 1, 1))
    message = refused(table, [margin(table, 0, count=12.0)])
    assert "counts.csv:1" in message
    assert "found 12; expected 0" in message


@pytest.mark.parametrize("shrink", [True, False])
@pytest.mark.parametrize(
    ("first", "second"),
    [(60.0, 41.0), (60.0, 39.0), (101.0, None)],
    ids=["sum to more", "sum to less", "one is more"],
)
def test_parts_that_contradict_their_whole_are_refused(
    first: float, second: float | None, shrink: bool
) -> None:
    table = np.full((1, 2, 1), 50.0)
    parts = [margin(table, (0, 0), line=3, count=first)]
    if second is not None:
        parts.append(margin(table, (0, 1), line=4, count=second))
    message = refused(table, [margin(table, 0, line=8, count=100.0), *parts], shrink=shrink)
    assert "counts.csv:3" in message
    assert f"found {first + (second or 0):g} here" in message
    limit = "100" if second is not None else "at most 100"
    assert f"expected {limit} as in counts.csv:8" in message


def test_rounding_is_no_contradiction_and_the_whole_is_met() -> None:
    table = np.full((1, 2, 1), 50.0)
    parts = [margin(table, (0, d), line=d, count=50.2) for d in (0, 1)]
    whole = margin(table, 0, line=8, count=100.0)
    found = levels_from_counts(table, [whole, *parts], shrink=False)
    assert found.margins[0].fitted == pytest.approx(100, rel=1e-12)


@pytest.mark.parametrize("shrink", [True, False])
def test_two_kinds_that_count_the_same_cells_differently_are_refused(shrink: bool) -> None:
    table = np.full((2, 3, 1), 50.0)
    margins = along(table, 0, kind="region", line=10) + along(1.02 * table, 1, kind="d", line=20)
    message = refused(table, margins, shrink=shrink)
    assert "counts.csv:10 and 1 more" in message
    assert "counts.csv:20 and 2 more" in message
    assert "306" in message
    assert "300" in message


def test_contradictions_that_no_pair_shows_are_refused() -> None:
    """Three overlapping counts of two cells each, of which no level can be positive."""
    table = np.ones((1, 3, 1))
    margins = [
        margin(table, (0, list(pair)), line=line, count=count)
        for line, (pair, count) in enumerate({(0, 1): 1.0, (1, 2): 1.0, (0, 2): 5.0}.items())
    ]
    message = refused(table, margins, shrink=False)
    assert "contradict one another" in message
    assert message.count("counts.csv:") == 2


def test_parts_that_are_all_of_their_whole_leave_what_both_hold() -> None:
    table = np.ones((1, 3, 1))
    margins = [
        margin(table, (0, cells), line=line, count=10.0)
        for line, cells in enumerate(([0, 1], [1, 2], [0, 1, 2]))
    ]
    found = levels_from_counts(table, margins, shrink=False)
    np.testing.assert_allclose(found.level.ravel(), [0, 10, 0])


def test_a_part_that_is_nearly_all_of_its_whole_is_fitted_all_the_same() -> None:
    table = np.ones((1, 2, 1))
    margins = [
        margin(table, (0, 0), line=1, count=1e5),
        margin(table, 0, line=2, count=1e5 + 1),
    ]
    found = levels_from_counts(table, margins, shrink=False)
    np.testing.assert_allclose(found.level.ravel(), [1e5, 1], rtol=1e-5)


def test_levels_that_do_not_settle_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projector.activity.raking._ROUNDS", 3)
    table = np.array([[[1.0], [200]], [[3], [9]]])
    true = np.array([[[90.0], [5]], [[3], [60]]])
    margins = along(true, 0, kind="r") + along(true, 1, kind="d", line=7)
    message = refused(table, margins, shrink=False)
    assert "no levels after 3 rounds" in message
    assert "counts.csv:" in message
