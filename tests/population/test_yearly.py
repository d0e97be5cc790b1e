"""How the people of many futures lie in memory."""

import numpy as np
import pytest

from projector.population.yearly import as_many_lie, as_people_lie

SEXES, AGES = 2, 4


@pytest.mark.parametrize(("regions", "draws"), [(5, 3), (3, 5), (4, 4), (1, 6), (6, 1)])
def test_the_longer_axis_of_regions_and_draws_is_innermost(regions: int, draws: int) -> None:
    values = np.random.default_rng(1).uniform(size=(2, regions, SEXES, AGES, draws))
    lying = as_many_lie(values)
    np.testing.assert_array_equal(lying, values)
    _, of_region, of_sex, of_age, of_draw = lying.strides
    inner, outer = (of_region, of_draw) if regions > draws else (of_draw, of_region)
    assert inner == values.itemsize
    assert outer == max(regions, draws) * inner
    assert (of_age, of_sex) == (
        regions * draws * values.itemsize,
        AGES * regions * draws * values.itemsize,
    )


def test_the_people_of_one_future_lie_by_region() -> None:
    people = as_people_lie(np.arange(24.0), (3, SEXES, AGES, 1))
    assert people.flags.c_contiguous
