"""Schedules made some ages at a time, and laws of moves that hold in every draw."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from projector.population import project
from projector.population.lifetable import survival_with_level
from projector.population.regional_schedules import Apart, LevelledSurvival, PooledMoves
from tests.population.test_core import worlds

SHAPE = (4, 2, 3, 5)  # region, sex, age, draw
ALL = slice(0, 3)


def numbers(shape: tuple[int, ...], low: float, high: float) -> st.SearchStrategy[np.ndarray]:
    return arrays(np.float64, shape, elements=st.floats(low, high, allow_subnormal=False))


@dataclass(frozen=True)
class Given:
    """Departures that are given."""

    values: np.ndarray

    def moves(self, t: int, ages: slice) -> np.ndarray:
        return self.values[:, :, ages]


@given(
    deviation=numbers(SHAPE[:3], -1.0, 2.0),
    departing=numbers(SHAPE, -3.0, 3.0),
    survivors=numbers(SHAPE, 0.0, 1e5),
    origin=numbers((*SHAPE[:3], 1), 0.0, 1e5),
    share=st.floats(0.0, 1.5),
)
def test_in_every_draw_what_leaves_arrives_and_no_more_leave_than_there_are(
    deviation: np.ndarray,
    departing: np.ndarray,
    survivors: np.ndarray,
    origin: np.ndarray,
    share: float,
) -> None:
    apart = Apart(deviation, np.array([share]), Given(departing))
    _, leaving, arriving = PooledMoves(apart, origin).flows(survivors, 0, ALL)
    np.testing.assert_allclose(leaving.sum(axis=0), arriving.sum(axis=0), rtol=1e-9, atol=1e-7)
    assert (leaving >= 0).all()
    assert (arriving >= 0).all()
    assert (leaving <= survivors).all()


@given(worlds=st.lists(worlds("net_migration_rate"), min_size=2, max_size=3))
@settings(max_examples=20)
def test_each_of_many_futures_is_the_projection_of_its_own(
    worlds: list[tuple[xr.DataArray, xr.Dataset]],
) -> None:
    bases, components = zip(*worlds, strict=True)
    together = project(xr.concat(bases, "draw"), xr.concat(components, "draw"))
    for draw, world in enumerate(worlds):
        alone = project(*world)
        for name in ("population", "births", "deaths", "net_migration"):
            np.testing.assert_allclose(
                getattr(together, name).isel(draw=draw),
                getattr(alone, name),
                rtol=1e-12,
                atol=1e-9,
            )


@given(level=numbers((3, 1), 0.5, 1.5), cut=st.integers(1, 105), draws=st.sampled_from([1, 2]))
def test_survival_by_ages_is_that_of_the_life_table(
    level: np.ndarray, cut: int, draws: int
) -> None:
    rates = np.exp(np.linspace(-8.0, -0.5, 111)) * np.array([1.0, 1.4])[:, np.newaxis]
    drawn = np.stack([rates * (1 + 0.1 * d) for d in range(draws)], axis=-1)[np.newaxis]
    made = LevelledSurvival(drawn, level, 105)
    parts = [made.of(0, some).copy() for some in (slice(0, cut), slice(cut, 106))]
    for draw in range(draws):
        both = np.repeat(level, 2, axis=1)
        whole = survival_with_level(drawn[..., draw], both, 105)[:, 0]
        np.testing.assert_allclose(np.concatenate(parts, axis=2)[..., draw], whole, rtol=1e-12)
