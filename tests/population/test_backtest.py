"""Errors of a projection: what a reader would work out by hand, and the laws they keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from projector.population.backtest import (
    AGE_GROUPS,
    SIZE_BOUNDS,
    SIZE_CLASSES,
    in_age_groups,
    size_class,
    summarise,
)

PEOPLE = st.floats(1.0, 1e6)


def test_errors_by_hand() -> None:
    found = summarise(np.array([110.0, 95.0, 100.0, 160.0]), np.array([100.0, 100.0, 100.0, 200.0]))
    assert (found.regions, found.undefined) == (4, 0)
    assert found.mean_absolute_error == pytest.approx((0.10 + 0.05 + 0.0 + 0.20) / 4)
    assert found.mean_error == pytest.approx((0.10 - 0.05 + 0.0 - 0.20) / 4)
    assert found.median_absolute_error == pytest.approx(0.075)
    # Of 0, 5, 10, 20 % the 90th percentile lies 0.7 of the way from the third to the fourth.
    assert found.percentile_90_absolute_error == pytest.approx(0.10 + 0.7 * 0.10)
    assert found.error_of_sum == pytest.approx(465 / 500 - 1)


def test_a_region_where_nobody_came_is_counted_and_not_called_right() -> None:
    found = summarise(np.array([110.0, 3.0]), np.array([100.0, 0.0]))
    assert (found.regions, found.undefined) == (1, 1)
    assert found.mean_absolute_error == pytest.approx(0.10)
    assert found.error_of_sum == pytest.approx(0.13)
    nobody = summarise(np.array([1.0]), np.array([0.0]))
    assert (nobody.regions, nobody.undefined) == (0, 1)
    assert np.isnan(nobody.mean_absolute_error)
    assert np.isnan(nobody.error_of_sum)


@pytest.mark.parametrize("wrong", [np.nan, -1.0])
def test_what_is_not_known_has_no_error(wrong: float) -> None:
    with pytest.raises(ValueError, match="missing or negative"):
        summarise(np.array([wrong]), np.array([1.0]))
    with pytest.raises(ValueError, match="missing or negative"):
        summarise(np.array([1.0]), np.array([wrong]))


@given(true=arrays(float, 7, elements=PEOPLE), share=st.floats(-0.9, 3.0), unit=st.floats(0.1, 9.0))
def test_a_constant_error_is_every_measure_and_units_do_not_matter(
    true: np.ndarray, share: float, unit: float
) -> None:
    found = summarise(unit * true * (1 + share), unit * true)
    close = pytest.approx(abs(share), abs=1e-9)
    assert found.mean_error == pytest.approx(share, abs=1e-9)
    assert found.error_of_sum == pytest.approx(share, abs=1e-9)
    assert found.mean_absolute_error == close
    assert found.median_absolute_error == close
    assert found.percentile_90_absolute_error == close


@given(arrays(float, (3, 106), elements=st.floats(0, 1e5)))
def test_age_groups_count_everybody_once(persons: np.ndarray) -> None:
    groups = dict(zip(AGE_GROUPS, in_age_groups(persons).T, strict=True))
    parts = groups["0-19"] + groups["20-66"] + groups["67-79"] + groups["80+"]
    np.testing.assert_allclose(parts, groups["total"], rtol=1e-12)
    np.testing.assert_allclose(groups["67+"], persons[:, 67:].sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(groups["0-19"], persons[:, :20].sum(axis=1), rtol=1e-12)


def test_a_size_class_begins_with_its_first_number() -> None:
    assert len(SIZE_CLASSES) == len(SIZE_BOUNDS) + 1
    named = [SIZE_CLASSES[i] for i in size_class(np.array([0, 1999, 2000, 4999, 49_999, 50_000]))]
    assert named == ["0-1999", "0-1999", "2000-4999", "2000-4999", "20000-49999", "50000+"]
