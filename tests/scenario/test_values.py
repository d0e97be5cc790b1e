"""Laws of values over years, percent and distributions."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.scenario.distributions import Distribution
from projector.scenario.faults import FaultsError
from projector.scenario.numbers import ANY, Bounds, parse_number
from projector.scenario.parsing import Ages, parse_ages
from projector.scenario.paths import parse_path
from projector.scenario.values import Path

parse = parse_path(ANY, bare_rate=True)
numbers = st.floats(-1e6, 1e6)
years = st.integers(1900, 2100)
year_maps = st.dictionaries(years, numbers, min_size=1, max_size=6)
ordered = st.lists(numbers, min_size=3, max_size=3, unique=True).map(sorted)
distributions = st.one_of(
    ordered.map(lambda three: {"triangular": three}),
    ordered.map(lambda three: {"uniform": three[:2]}),
    ordered.map(lambda three: {"interval": three[:2]}),
    st.tuples(numbers, st.floats(1e-3, 1e3)).map(lambda pair: {"normal": list(pair)}),
    st.tuples(st.floats(1e-3, 1e3), st.floats(1.01, 9)).map(lambda pair: {"lognormal": list(pair)}),
)
amounts = st.one_of(numbers, distributions)
written_paths = st.one_of(
    amounts,
    st.dictionaries(years, amounts, min_size=1, max_size=4),
    st.fixed_dictionaries({"annual": st.floats(-0.5, 0.5)}),
    st.tuples(years, numbers, st.floats(-0.5, 0.5)).map(
        lambda three: {three[0]: three[1], "annual": three[2]}
    ),
)


@given(year_maps)
def test_a_path_gives_the_values_written_for_their_years(written):
    path = parse(written)
    values = path.at(np.array(list(written)), base_year=2026)
    assert values == pytest.approx(list(written.values()))
    assert path.years == tuple(sorted(written))


@given(year_maps, years)
def test_between_two_years_a_path_stays_between_their_values_and_outside_it_is_flat(written, year):
    value = parse(written).at(year, base_year=2026)
    before = max((y for y in written if y <= year), default=min(written))
    after = min((y for y in written if y >= year), default=max(written))
    low, high = sorted((written[before], written[after]))
    assert low - 1e-6 <= value <= high + 1e-6


@given(written_paths)
def test_a_path_written_again_is_the_same_path(written):
    path = parse(written)
    assert parse(path.plain()) == path


@given(written_paths, years)
def test_a_path_has_the_shape_of_the_years(written, base_year):
    path = parse(written)
    axis = np.arange(2026, 2032)
    assert path.at(axis, base_year=base_year, base_value=2.0).shape == axis.shape
    assert path.at(axis.reshape(2, 3), base_year=base_year, base_value=2.0).shape == (2, 3)


def test_a_rate_compounds_from_its_year_and_is_flat_before_it():
    path = parse({2030: 3, "annual": "2 %"})
    values = path.at([2026, 2030, 2031, 2040], base_year=2026)
    assert values == pytest.approx([3, 3, 3.06, 3 * 1.02**10])


def test_a_bare_rate_compounds_from_the_base_value():
    path = parse({"annual": "-10 %"})
    assert path.at([2025, 2026, 2028], base_year=2026, base_value=100) == pytest.approx(
        [100, 100, 81]
    )
    several = path.at([2026, 2027], base_year=2026, base_value=np.array([100.0, 10.0, 1.0]))
    assert several == pytest.approx(np.array([[100, 90], [10, 9], [1, 0.9]]))
    with pytest.raises(ValueError, match="needs a base value"):
        path.at([2026], base_year=2026)


def test_a_path_cannot_be_changed():
    path = parse(1)
    with pytest.raises(AttributeError):
        path.annual = 0.1  # type: ignore[misc]
    assert path == Path(((None, 1.0),))


def test_distributions_count_with_their_median():
    path = parse({2026: 0, 2030: {"interval": ["10 %", "30 %"]}})
    assert path.is_uncertain
    assert path.at([2028, 2030], base_year=2026) == pytest.approx([0.1, 0.2])
    assert parse({2026: 1, "annual": {"normal": [0.1, 0.01]}}).at([2028], base_year=2026) == (
        pytest.approx([1.21])
    )


@given(
    st.decimals(-1000, 1000, places=3),
    st.sampled_from(["%", " %", "\u00a0%", "\u2009%", "\u202f%"]),
)
def test_percent_is_the_nearest_float_to_a_hundredth(number, sign):
    assert parse_number(f"{number}{sign}") == float(number / Decimal(100))


@given(st.integers(-(10**6), 10**6))
def test_a_bare_number_is_a_number(number):
    assert parse_number(number) == number


@pytest.mark.parametrize(
    ("written", "expected"),
    [("85 %", 0.85), ("85%", 0.85), ("-0.5 %", -0.005), ("+12.5 %", 0.125), (".5", None)],
)
def test_percent_as_planners_write_it(written, expected):
    if expected is None:
        with pytest.raises(FaultsError):
            parse_number(written)
    else:
        assert parse_number(written) == expected


@pytest.mark.parametrize(
    ("distribution", "median"),
    [
        (Distribution("triangular", (0.0, 1.0, 1.0)), np.sqrt(0.5)),
        (Distribution("triangular", (0.0, 0.0, 1.0)), 1 - np.sqrt(0.5)),
        (Distribution("triangular", (0.4, 0.55, 0.7)), 0.55),
        (Distribution("uniform", (2.0, 4.0)), 3.0),
        (Distribution("interval", (-1.0, 2.0)), 0.5),
        (Distribution("normal", (7.0, 2.0)), 7.0),
        (Distribution("lognormal", (7.0, 2.0)), 7.0),
    ],
)
def test_medians_are_exact(distribution, median):
    assert distribution.median == pytest.approx(median, abs=1e-15)


@given(ordered)
def test_half_of_a_triangular_distribution_lies_below_its_median(three):
    low, mode, high = three
    median = Distribution("triangular", tuple(three)).median
    if median <= mode:
        below = (median - low) ** 2 / ((high - low) * (mode - low))
    else:
        below = 1 - (high - median) ** 2 / ((high - low) * (high - mode))
    assert below == pytest.approx(0.5, abs=1e-6)


@given(st.floats(allow_nan=False))
def test_bounds_hold_or_raise(number):
    share = Bounds("share", low=0, high=1)
    if 0 <= number <= 1:
        assert share.require(number) == number
    else:
        with pytest.raises(FaultsError, match="lies outside 0–1"):
            share.require(number)


@given(st.integers(0, 120), st.integers(0, 120))
def test_ages_are_written_and_read_alike(one, another):
    first, last = sorted((one, another))
    for ages in (Ages(first, last), Ages(first, -1)):
        assert parse_ages(str(ages)) == ages
    assert parse_ages(first) == Ages(first, first)


@given(st.lists(st.integers(0, 120), min_size=4, max_size=4))
def test_ages_overlap_when_they_share_an_age(four):
    one, another = Ages(*sorted(four[:2])), Ages(*sorted(four[2:]))
    shared = set(range(one.first, one.last + 1)) & set(range(another.first, another.last + 1))
    assert one.overlaps(another) == another.overlaps(one) == bool(shared)
    assert one.overlaps(Ages(another.first, -1)) == (one.last >= another.first)
