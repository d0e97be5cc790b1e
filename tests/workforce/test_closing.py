"""What closes a gap, on gaps whose answer is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.workforce.closing import Lever, close_alone, close_together

YEARS = np.arange(2026, 2041)


def lever(name: str = "places", highest: float = 1.0, before: float = 0.0) -> Lever:
    return Lever(name, YEARS, np.full(len(YEARS), before), highest, 2035)


def linear(short: float, *effects: float):
    """A gap that each lever makes smaller by its effect at its bound."""
    return lambda parts: short - float(np.dot(parts, effects))


@given(
    st.floats(1, 1000),
    st.lists(st.floats(0.01, 2), min_size=2, max_size=4),
)
@settings(max_examples=40, deadline=None)
def test_least_effort_asks_of_each_lever_by_what_it_does(
    short: float, effects: list[float]
) -> None:
    """Minimising the sum of squares under a linear gap: parts are in proportion to the effects."""
    amounts = short * np.array(effects)
    levers = [lever() for _ in effects]
    parts, left = close_together(linear(short, *amounts), levers)
    exact = short * amounts / np.sum(amounts**2)
    if exact.max() < 1:
        np.testing.assert_allclose(parts, exact, atol=2e-3)
        assert left == pytest.approx(0, abs=1e-6 * short)
    elif amounts.sum() < short:
        np.testing.assert_array_equal(parts, 1)
        assert left == pytest.approx(short - amounts.sum())
    else:
        assert parts.max() <= 1
        assert left <= 0.01


def test_a_lever_by_itself_stands_where_the_gap_is_gone() -> None:
    found = close_alone(linear(50, 200, 40), [lever(highest=0.8), lever("retention", 0.5)])
    assert found[0].part == pytest.approx(0.25)
    assert found[0].lever.at_goal(found[0].part) == pytest.approx(0.2)
    assert found[1].part is None
    assert found[1].left == pytest.approx(10)


def test_places_and_retention_change_at_once_and_full_time_little_by_little() -> None:
    at_once = lever("retention", 0.5, before=0.1).after(0.5)
    np.testing.assert_allclose(at_once[:3], [0.1, 0.3, 0.3])
    slowly = lever("full_time", 1.0, before=0.8).after(0.5)
    np.testing.assert_allclose(slowly[[0, 9, 14]], [0.8, 0.9, 0.9])
    np.testing.assert_allclose(np.diff(slowly[:10]), 0.1 / 9)


def test_a_lever_beyond_its_bound_has_no_way_to_go() -> None:
    np.testing.assert_array_equal(lever("full_time", 0.9, before=0.95).after(1.0), 0.95)
