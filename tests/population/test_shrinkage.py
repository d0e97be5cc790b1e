"""Shrinkage: beside the best prediction that knows the truth, and its laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from projector.population.shrinkage import Evidence, Shrunk, shrink

Array = NDArray[np.float64]

AREAS, MEMBERS, INTERVALS, CELLS = 15, 16, 8, 6
AREA = np.repeat(np.arange(AREAS), MEMBERS)


def smooth(sd: float, reach: float) -> Array:
    """Covariance of cells that move together the nearer they are."""
    apart = np.subtract.outer(np.arange(CELLS), np.arange(CELLS))
    return np.asarray(sd**2 * np.exp(-((apart / reach) ** 2)) + 1e-12 * np.eye(CELLS))


COMMON, WITHIN, PASSING = smooth(0.04, 2.0), smooth(0.06, 1.5), smooth(0.03, 3.0)
DISPERSION = np.linspace(1.0, 2.0, CELLS)


def normal(generator: np.random.Generator, covariance: Array, shape: tuple[int, ...]) -> Array:
    return generator.multivariate_normal(np.zeros(CELLS), covariance, shape)


def drawn_from_the_model(seed: int) -> tuple[Array, Evidence, Array]:
    """Truth ``[region, cell]``, evidence and people from the model that is estimated."""
    generator = np.random.default_rng(seed)
    regions = AREAS * MEMBERS
    people = np.exp(generator.normal(5.0, 1.3, regions))
    expected = np.broadcast_to(people[:, None] / CELLS, (INTERVALS, regions, CELLS))
    truth = normal(generator, COMMON, (AREAS,))[AREA] + normal(generator, WITHIN, (regions,))
    passing = normal(generator, PASSING, (INTERVALS, regions))
    chance = generator.normal(size=expected.shape) * np.sqrt(DISPERSION / expected)
    evidence = Evidence(truth + passing + chance, expected, np.ones((INTERVALS, regions)))
    return truth, evidence, people


def best_knowing_the_truth(evidence: Evidence) -> Array:
    """The best linear prediction of all regions of an area at once, with the true covariances."""
    mean, chance = evidence.deviation.mean(axis=0), DISPERSION / evidence.expected.sum(axis=0)
    result = np.empty_like(mean)
    for number in range(AREAS):
        rows = np.flatnonzero(number == AREA)
        shared = np.kron(np.ones((MEMBERS, MEMBERS)), COMMON)
        target = shared + np.kron(np.eye(MEMBERS), WITHIN)
        noise = np.kron(np.eye(MEMBERS), PASSING / INTERVALS) + np.diag(chance[rows].ravel())
        found = target @ np.linalg.solve(target + noise, mean[rows].ravel())
        result[rows] = found.reshape(MEMBERS, CELLS)
    return result


def error(estimate: Array, truth: Array) -> float:
    return float(((estimate - truth) ** 2).mean())


@pytest.mark.parametrize("seed", range(4))
def test_it_beats_own_figures_and_parent_and_is_nearly_the_best_there_is(seed: int) -> None:
    """Measured: 0.12 to 0.16 of the error of own figures, 1.03 to 1.10 of the best prediction."""
    truth, evidence, people = drawn_from_the_model(seed)
    found = shrink(evidence, people, AREA)
    assert error(found.value, truth) < 0.5 * error(found.own, truth)
    assert error(found.value, truth) < 0.8 * error(found.parent, truth)
    assert error(found.value, truth) < 0.7 * error(np.zeros_like(truth), truth)
    best = error(best_knowing_the_truth(evidence), truth)
    assert best < error(found.value, truth) < 1.15 * best


def test_areas_that_have_something_in_common_help() -> None:
    truth, evidence, people = drawn_from_the_model(0)
    small = people < np.median(people)
    by_area = shrink(evidence, people, AREA).value
    by_nation = shrink(evidence, people, np.zeros_like(AREA)).value
    assert error(by_area[small], truth[small]) < 0.9 * error(by_nation[small], truth[small])


def test_chance_is_told_from_what_passes() -> None:
    """Each share by its own: the variance of the mean by chance is dispersion over people."""
    _, evidence, _ = drawn_from_the_model(1)
    found = evidence.chance(np.full(AREAS * MEMBERS, True))
    true = DISPERSION / evidence.expected.sum(axis=0)
    np.testing.assert_allclose(found / true, np.broadcast_to(found[0] / true[0], true.shape))
    np.testing.assert_allclose(found[0] / true[0], 1.0, atol=0.25)


@given(seed=st.integers(0, 10**6), cells=st.integers(1, 5), regions=st.integers(2, 12))
@settings(max_examples=60)
def test_a_region_is_believed_the_more_the_larger_it_is(
    seed: int, cells: int, regions: int
) -> None:
    generator = np.random.default_rng(seed)
    people = np.sort(np.exp(generator.normal(6, 2, regions)))
    deviation = generator.normal(0, 0.1, (5, regions, cells))
    expected = np.broadcast_to(people[:, None], deviation.shape)
    evidence = Evidence(deviation, expected, np.ones((5, regions)))
    found = shrink(evidence, people, np.zeros(regions, dtype=np.int64))
    assert (found.credibility >= 0).all()
    assert (found.credibility <= 1 + 1e-9).all()
    assert (np.diff(found.credibility, axis=0) >= -1e-9).all()
    assert np.isfinite(found.value).all()
    np.testing.assert_array_equal(found.parent, 0.0)


@given(seed=st.integers(0, 10**6), order=st.permutations(range(9)))
@settings(max_examples=40)
def test_regions_in_another_order_give_results_in_another_order(
    seed: int, order: list[int]
) -> None:
    evidence, people, area, whole = with_parts(seed)
    found = shrink(evidence, people, area, whole)
    place = np.argsort(order)
    moved = shrink(
        Evidence(
            evidence.deviation[:, order], evidence.expected[:, order], evidence.weight[:, order]
        ),
        people[order],
        area[order],
        place[whole[order]],
    )
    assert_same(moved, found, order)


def assert_same(found: Shrunk, other: Shrunk, rows: list[int]) -> None:
    for part in ("own", "parent", "value", "credibility"):
        expected = getattr(other, part)[rows]
        np.testing.assert_allclose(getattr(found, part), expected, rtol=1e-6, atol=1e-9)


def with_parts(seed: int) -> tuple[Evidence, Array, NDArray[np.int64], NDArray[np.int64]]:
    """Nine regions of three areas; the last three lie in the first."""
    generator = np.random.default_rng(seed)
    people = np.exp(generator.normal(6, 1, 9))
    lasting = generator.normal(0, 0.15, (9, 2))
    expected = np.broadcast_to(people[:, None], (5, 9, 2))
    noise = generator.normal(size=expected.shape) / np.sqrt(expected)
    evidence = Evidence(lasting + noise, expected, generator.uniform(0.5, 1.0, (5, 9)))
    area = np.array([0, 0, 1, 1, 2, 2, 0, 0, 0])
    return evidence, people, area, np.array([0, 1, 2, 3, 4, 5, 0, 0, 0])


@given(seed=st.integers(0, 10**6), scale=st.floats(0.1, 10))
@settings(max_examples=40)
def test_parts_are_drawn_towards_their_whole_and_change_nothing_of_the_others(
    seed: int, scale: float
) -> None:
    evidence, people, area, whole = with_parts(seed)
    found = shrink(evidence, people, area, whole)
    np.testing.assert_array_equal(found.parent[6:], found.value[[0, 0, 0]])
    own = evidence.deviation.copy()
    own[:, 6:] *= scale
    other = shrink(Evidence(own, evidence.expected, evidence.weight), people, area, whole)
    rows = list(range(6))
    without = shrink(
        Evidence(evidence.deviation[:, :6], evidence.expected[:, :6], evidence.weight[:, :6]),
        people[:6],
        area[:6],
    )
    for part in ("own", "parent", "value", "credibility"):
        np.testing.assert_allclose(getattr(other, part)[:6], getattr(found, part)[:6], rtol=1e-9)
    assert_same(without, found, rows)


def test_a_large_part_is_its_own_and_a_small_one_its_whole() -> None:
    evidence, people, area, whole = with_parts(3)
    expected = evidence.expected.copy()
    expected[:, 6], expected[:, 7] = 1e9, 1e-3
    weight = np.ones_like(evidence.weight)
    found = shrink(Evidence(evidence.deviation, expected, weight), people, area, whole)
    drawn = abs(found.value[7] - found.parent[7]) / abs(found.own[7] - found.parent[7])
    assert (drawn < 1e-2).all()
    towards_own = abs(found.value[6] - found.own[6]) / abs(found.parent[6] - found.own[6])
    towards_own_of_small = abs(found.value[8] - found.own[8]) / abs(found.parent[8] - found.own[8])
    assert (towards_own < towards_own_of_small).all()


@given(lasting=st.floats(0.05, 0.3), size=st.floats(20, 2000), seed=st.integers(0, 10**6))
@settings(max_examples=40)
def test_one_cell_one_interval_and_equal_regions_are_the_weight_of_fay_and_herriot(
    lasting: float, size: float, seed: int
) -> None:
    """With chance known, the weight of own figures is ``A / (A + C)``, A what is left of them.

    Fay & Herriot (1979); for equal regions the moment estimator is James & Stein's but for
    the degrees of freedom: ``A + C = mean(x²)``.
    """
    generator = np.random.default_rng(seed)
    regions = 300
    own = generator.normal(0, np.sqrt(lasting**2 + 1 / size), (1, regions, 1))
    evidence = Evidence(own, np.full(own.shape, size), np.ones((1, regions)))
    found = shrink(evidence, np.full(regions, size), np.zeros(regions, dtype=np.int64))
    weight = max(0.0, 1.0 - (1.0 / size) / float((own**2).mean()))
    np.testing.assert_allclose(found.value, weight * own[0], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.credibility, weight, rtol=1e-6, atol=1e-9)


def test_differences_that_chance_explains_are_not_believed() -> None:
    generator = np.random.default_rng(1)
    expected = np.full((10, 200, 3), 100.0)
    noise = generator.normal(0, 0.1, expected.shape)  # variance 0.01 = 1 / 100 people
    found = shrink(
        Evidence(noise, expected, np.ones((10, 200))),
        np.full(200, 100.0),
        np.repeat(np.arange(10), 20),
    )
    assert error(found.value, np.zeros_like(found.value)) < 0.1 * error(found.own, 0 * found.own)


def test_what_never_varies_is_believed_whole() -> None:
    deviation = np.linspace(-0.2, 0.2, 5)[:, None] * np.array([1.0, 0.5])
    people = np.full(5, 100.0)
    evidence = Evidence(
        np.broadcast_to(deviation, (4, 5, 2)), np.full((4, 5, 2), 100.0), np.ones((4, 5))
    )
    found = shrink(evidence, people, np.zeros(5, dtype=np.int64))
    np.testing.assert_allclose(found.value, deviation, rtol=1e-6)


@pytest.mark.parametrize("intervals", [1, 6])
def test_regions_that_are_all_the_same_are_themselves(intervals: int) -> None:
    """In an area of its own each region would be the nation; together they share what they have."""
    for deviation in (0.0, 0.08):
        own = np.full((intervals, 4, 3), deviation)
        evidence = Evidence(own, np.full(own.shape, 1e6), np.ones((intervals, 4)))
        found = shrink(evidence, np.full(4, 1e6), np.zeros(4, dtype=np.int64))
        np.testing.assert_allclose(found.value, deviation, atol=1e-3 * deviation)


def test_one_region_alone() -> None:
    own = np.full((5, 1, 2), 0.1)
    evidence = Evidence(own, np.full(own.shape, 1e5), np.ones((5, 1)))
    found = shrink(evidence, np.array([1e5]), np.zeros(1, dtype=np.int64))
    np.testing.assert_allclose(found.value, 0.1, rtol=1e-3)
    np.testing.assert_array_equal(found.parent, 0.0)


def test_a_region_where_nobody_lives_is_its_parent_and_changes_nothing() -> None:
    evidence, people, area, _ = with_parts(5)
    expected = evidence.expected.copy()
    expected[:, 4] = 0.0
    deviation = evidence.deviation.copy()
    deviation[:, 4] = -0.7  # what is made of nobody
    people = np.where(np.arange(9) == 4, 0.0, people)
    found = shrink(Evidence(deviation, expected, evidence.weight), people, area)
    np.testing.assert_array_equal(found.own[4], 0.0)
    np.testing.assert_allclose(found.value[4], found.parent[4], atol=1e-6)
    np.testing.assert_allclose(found.credibility[4], 0.0, atol=1e-6)
    rows = [0, 1, 2, 3, 5, 6, 7, 8]
    without = shrink(
        Evidence(deviation[:, rows], expected[:, rows], evidence.weight[:, rows]),
        people[rows],
        area[rows],
    )
    assert_same(without, found, rows)


def test_nobody_anywhere_and_no_regions_at_all() -> None:
    nobody = Evidence(np.zeros((3, 2, 2)), np.zeros((3, 2, 2)), np.ones((3, 2)))
    found = shrink(nobody, np.zeros(2), np.zeros(2, dtype=np.int64))
    np.testing.assert_array_equal(found.value, 0.0)
    np.testing.assert_array_equal(found.credibility, 0.0)
    none = Evidence(np.zeros((3, 0, 2)), np.zeros((3, 0, 2)), np.ones((3, 0)))
    assert shrink(none, np.zeros(0), np.zeros(0, dtype=np.int64)).value.shape == (0, 2)


def test_an_interval_without_weight_is_not_there() -> None:
    truth, evidence, people = drawn_from_the_model(2)
    weight = evidence.weight.copy()
    weight[-1] = 0.0
    wild = evidence.deviation.copy()
    wild[-1] = 5.0
    found = shrink(Evidence(wild, evidence.expected, weight), people, AREA)
    np.testing.assert_allclose(found.own, evidence.deviation[:-1].mean(axis=0))
    calm = shrink(Evidence(evidence.deviation, evidence.expected, weight), people, AREA)
    assert error(found.value, truth) < 1.2 * error(calm.value, truth)
