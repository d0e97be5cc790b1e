"""Laws of attribution, and effects reckoned by hand."""

from collections.abc import Callable, Sequence
from itertools import combinations, permutations
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.uncertainty.attribution import (
    alone,
    interaction,
    one_after_the_other,
    order_free,
)

World = frozenset[int]
Game = Callable[[World], np.ndarray]


@st.composite
def games(draw: st.DrawFn, most: int = 5) -> tuple[Game, list[int]]:
    """Any result of two years for every set of up to `most` factors."""
    factors = list(range(draw(st.integers(1, most))))
    worlds = [frozenset(w) for n in range(len(factors) + 1) for w in combinations(factors, n)]
    amounts = st.floats(-1e6, 1e6, allow_subnormal=False)
    values = {world: np.array([draw(amounts), draw(amounts)]) for world in worlds}
    return values.__getitem__, draw(st.permutations(factors))


def size_of(result: Game, factors: Sequence[int]) -> float:
    """The largest figure of a game: what an error is small against."""
    worlds = [frozenset(w) for n in range(len(factors) + 1) for w in combinations(factors, n)]
    return 1e-300 + max(float(np.abs(result(world)).max()) for world in worlds)


def people_times_use(loose: World) -> np.ndarray:
    """A tenth more people, a fifth more use."""
    return np.array([100.0 * (1.1 if 0 in loose else 1.0) * (1.2 if 1 in loose else 1.0)])


def pairs_of_gloves(loose: World) -> np.ndarray:
    """Factors 0 and 1 have a left glove, factor 2 the right one; only a pair is worth anything."""
    return np.array([1.0 if 2 in loose and loose & {0, 1} else 0.0])


@given(games())
def test_effects_one_after_the_other_are_the_whole_change(game: tuple[Game, list[int]]) -> None:
    result, factors = game
    change = result(frozenset(factors)) - result(frozenset())
    summed = one_after_the_other(result, factors).sum(axis=0)
    np.testing.assert_allclose(summed, change, atol=1e-9 * size_of(result, factors), rtol=0)


@given(games())
def test_effects_free_of_order_are_the_whole_change(game: tuple[Game, list[int]]) -> None:
    result, factors = game
    change = result(frozenset(factors)) - result(frozenset())
    summed = order_free(result, factors).sum(axis=0)
    np.testing.assert_allclose(summed, change, atol=1e-9 * size_of(result, factors), rtol=0)


@given(games())
def test_effects_alone_and_the_interaction_are_the_whole_change(
    game: tuple[Game, list[int]],
) -> None:
    result, factors = game
    by_itself = alone(result, factors)
    together = interaction(one_after_the_other(result, factors), by_itself)
    change = result(frozenset(factors)) - result(frozenset())
    np.testing.assert_allclose(
        by_itself.sum(axis=0) + together, change, atol=1e-9 * size_of(result, factors), rtol=0
    )


@given(games(most=4))
def test_effects_free_of_order_are_the_mean_over_all_orders(game: tuple[Game, list[int]]) -> None:
    result, factors = game
    orders = list(permutations(factors))
    means = np.zeros((len(factors), 2))
    for order in orders:
        for factor, effect in zip(order, one_after_the_other(result, order), strict=True):
            means[factors.index(factor)] += effect / len(orders)
    np.testing.assert_allclose(
        order_free(result, factors), means, atol=1e-9 * size_of(result, factors), rtol=0
    )


@given(games(), st.randoms())
def test_effects_free_of_order_do_not_depend_on_the_order(
    game: tuple[Game, list[int]], random: Random
) -> None:
    result, factors = game
    other = random.sample(factors, len(factors))
    one, two = (
        dict(zip(order, order_free(result, order), strict=True)) for order in (factors, other)
    )
    for factor in factors:
        np.testing.assert_allclose(
            one[factor], two[factor], atol=1e-9 * size_of(result, factors), rtol=0
        )


def test_each_effect_is_added_to_those_before_it() -> None:
    np.testing.assert_allclose(one_after_the_other(people_times_use, [0, 1]), [[10.0], [22.0]])
    np.testing.assert_allclose(one_after_the_other(people_times_use, [1, 0]), [[20.0], [12.0]])


def test_the_interaction_is_what_each_alone_does_not_explain() -> None:
    by_itself = alone(people_times_use, [0, 1])
    np.testing.assert_allclose(by_itself, [[10.0], [20.0]])
    effects = one_after_the_other(people_times_use, [0, 1])
    np.testing.assert_allclose(interaction(effects, by_itself), [2.0])


def test_shapley_of_two_factors_shares_their_interaction_evenly() -> None:
    np.testing.assert_allclose(order_free(people_times_use, [0, 1]), [[11.0], [21.0]])


def test_shapley_of_the_gloves_is_as_in_the_textbook() -> None:
    """Of six orders the right glove completes the pair in four, each left one in one."""
    effects = order_free(pairs_of_gloves, [0, 1, 2])
    np.testing.assert_allclose(effects.ravel(), [1 / 6, 1 / 6, 4 / 6])


def test_factors_that_play_the_same_part_have_the_same_value() -> None:
    effects = order_free(pairs_of_gloves, [2, 1, 0])
    assert effects[1] == pytest.approx(effects[2])


def test_every_subset_is_asked_for_once() -> None:
    asked: list[World] = []

    def result(loose: World) -> np.ndarray:
        asked.append(loose)
        return people_times_use(loose)

    order_free(result, [0, 1, 2])
    assert len(asked) == len(set(asked)) == 8


def test_without_factors_there_is_no_effect() -> None:
    assert one_after_the_other(people_times_use, []).shape == (0, 1)
    assert alone(people_times_use, []).shape == (0, 1)
    assert order_free(people_times_use, []).shape == (0, 1)
