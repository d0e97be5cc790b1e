from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.inputs.ages import OPEN, age_label, parse_ages, ungroup
from projector.inputs.read import Population, read_population
from tests.shared import SHARED, needs_shared


@pytest.mark.parametrize(
    ("label", "ages"),
    [
        ("7", (7, 7)),
        ("000", (0, 0)),
        ("0 years", (0, 0)),
        ("1 year", (1, 1)),
        ("1 år", (1, 1)),
        ("0\u00a0år", (0, 0)),
        ("0 Ã¥r", (0, 0)),
        ("0-4", (0, 4)),
        ("0–4 år", (0, 4)),
        ("000-004", (0, 4)),
        ("under 1 år", (0, 0)),
        ("95+", (95, OPEN)),
        ("105+ years", (105, OPEN)),
        ("105 years or older", (105, OPEN)),
        ("105 år eller eldre", (105, OPEN)),
        ("80 år og over", (80, OPEN)),
    ],
)
def test_age_labels(label: str, ages: tuple[int, int]) -> None:
    assert parse_ages(label) == ages


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("I alt", "a total over ages"),
        ("ung", "not an age"),
        ("-1", "not an age"),
        ("10-4", "the first age is above the last"),
        ("0-900", "an age above 150"),
        ("", "not an age"),
    ],
)
def test_labels_that_are_no_age_say_why(label: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_ages(label)


@given(st.integers(0, 100), st.integers(0, 50))
def test_an_age_label_reads_back(first: int, width: int) -> None:
    for last in (first + width, OPEN):
        assert parse_ages(age_label(first, last)) == (first, last)


def population(persons: np.ndarray, starts: list[int]) -> Population:
    """One region and year; `persons` by (sex, age group)."""
    return Population(
        xr.DataArray(
            persons[None, None].astype(float),
            dims=("region", "year", "sex", "age_group"),
            coords={
                "region": ["3320"],
                "year": [2020],
                "sex": ["female", "male"],
                "age_group": starts,
            },
        ),
        {"3320": "Flå"},
        (),
    )


def falling_tail(oldest: int = 105) -> xr.DataArray:
    """Survivors at a death rate that doubles every seven years."""
    ages = np.arange(oldest + 1)
    survivors = np.exp(-np.cumsum(3e-5 * np.exp(0.1 * ages)))
    return xr.DataArray(
        np.stack([survivors, survivors**1.5]),
        dims=("sex", "age"),
        coords={"sex": ["female", "male"], "age": ages},
    )


@st.composite
def grouped(draw: st.DrawFn) -> Population:
    widths = draw(st.lists(st.integers(1, 20), min_size=1, max_size=12))
    starts = np.cumsum([0, *widths])
    counts = st.lists(st.integers(0, 10**6), min_size=2 * len(starts), max_size=2 * len(starts))
    starts = starts[starts <= 100]
    persons = np.array(draw(counts))[: 2 * len(starts)].reshape(2, -1)
    return population(persons, starts.tolist())


@given(grouped(), st.integers(60, 105))
@settings(deadline=None)
def test_ungrouping_keeps_every_group_and_makes_nobody_negative(
    people: Population, open_age: int
) -> None:
    single = ungroup(people, open_age=open_age, tail=falling_tail())
    assert single.dims == ("region", "year", "sex", "age")
    assert single["age"].values.tolist() == list(range(open_age + 1))
    assert float(single.min()) >= 0
    starts = people.persons["age_group"].values
    inside = starts[starts <= open_age]
    again = np.add.reduceat(single.values, inside, axis=-1)
    expected = np.add.reduceat(people.persons.values, np.arange(len(inside)), axis=-1)
    if len(inside) < len(starts):
        # The group that holds the open age ends where the next one of the table begins.
        again, expected = again[..., :-1], expected[..., :-1]
    np.testing.assert_allclose(again, expected, atol=1e-9, rtol=1e-15)
    np.testing.assert_allclose(single.sum(), people.persons.sum(), rtol=1e-14)


def test_single_ages_are_left_as_they_are_and_older_ones_summed() -> None:
    counts = np.arange(212.0).reshape(2, 106)
    people = population(counts, list(range(106)))
    same = ungroup(people, open_age=105, tail=falling_tail())
    np.testing.assert_array_equal(same.values[0, 0], counts)
    younger = ungroup(people, open_age=90, tail=falling_tail())
    np.testing.assert_array_equal(younger.values[0, 0, :, :90], counts[:, :90])
    np.testing.assert_array_equal(younger.values[0, 0, :, 90], counts[:, 90:].sum(1))


def test_a_population_as_the_tail_comes_back_with_its_open_group() -> None:
    tail = falling_tail()
    single = 1000 * tail.sel(age=slice(0, 100)).values
    people = population(np.add.reduceat(single, [0, 40, 80], axis=1), [0, 40, 80])
    spread = ungroup(people, open_age=100, tail=tail)
    np.testing.assert_allclose(spread[0, 0], single, rtol=1e-9)


def test_an_empty_group_stays_empty() -> None:
    people = population(np.array([[50, 0, 3], [40, 20, 0]]), [0, 40, 80])
    single = ungroup(people, open_age=105, tail=falling_tail()).sel(region="3320", year=2020)
    assert not single.sel(sex="female", age=slice(40, 79)).any()
    assert not single.sel(sex="male", age=slice(80, 105)).any()
    assert (single.sel(sex="female", age=slice(80, 105)) > 0).all()


def test_an_even_population_stays_even() -> None:
    people = population(np.full((2, 5), 50.0), [0, 10, 20, 30, 40])
    level = xr.full_like(falling_tail(49), 1.0)
    single = ungroup(people, open_age=49, tail=level)
    np.testing.assert_allclose(single, 5.0, rtol=1e-12)


@pytest.mark.parametrize("wrong", ["short", "zero", "sexless"])
def test_a_tail_that_does_not_fit_is_refused(wrong: str) -> None:
    people = population(np.full((2, 3), 100.0), [0, 40, 80])
    tail = {
        "short": falling_tail(90),
        "zero": falling_tail() * 0,
        "sexless": falling_tail().isel(sex=[0]),
    }[wrong]
    with pytest.raises(ValueError, match="tail must"):
        ungroup(people, open_age=100, tail=tail)


@needs_shared
def test_five_year_groups_of_the_nation_come_back_as_single_ages_within_two_percent() -> None:
    groups = read_population([SHARED / "facts" / "population_by_age_group_2006_2026.csv"])
    truth = read_population([SHARED / "ssb" / "tidy" / "norway_sex_age_1986_2026.csv"])
    single = ungroup(groups, open_age=105, tail=falling_tail()).sel(region="0")
    published = truth.persons.sel(region="0", year=single["year"]).rename(age_group="age")
    error = np.abs(single.values - published.values).sum() / float(published.sum())
    assert error < 0.02


@needs_shared
def test_grouped_and_single_ages_of_one_source_agree() -> None:
    groups = read_population([SHARED / "facts" / "population_by_age_group_2006_2026.csv"])
    path: Path = SHARED / "ssb" / "tidy" / "case_area_sex_age_2005_2026.csv"
    truth = read_population([path])
    shared = [code for code in truth.region_names if code in groups.region_names]
    starts = groups.persons["age_group"].values
    years = groups.persons["year"]
    single = truth.persons.sel(region=shared, year=years).values
    np.testing.assert_array_equal(
        np.add.reduceat(single, starts, axis=-1), groups.persons.sel(region=shared).values
    )
    assert len(shared) == 31
    assert groups.age_width == 5
    assert truth.age_width == 1
