"""The loss model against its recursion, tabulated values, brute force and its laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from projector.capacity.erlang import (
    STEADY,
    Rhythm,
    StepTable,
    erlang_loss,
    most_present,
    offered_load,
    present_at_most,
    refusal,
)

Array = NDArray[np.float64]

WEEK = Rhythm(weight=(5 / 7, 2 / 7), arrivals=(1.1, 0.75), load=(1.04, 0.9), dispersion=1.4)


def recursion(beds: int, load: float) -> float:
    """B(0) = 1, B(c) = ρ B(c-1) / (c + ρ B(c-1)): stable, and too slow for millions."""
    lost = 1.0
    for count in range(1, beds + 1):
        lost = load * lost / (count + load * lost)
    return lost


@pytest.mark.parametrize("beds", [0, 1, 2, 5, 10, 50, 100, 500, 1000, 5000, 10_000])
@pytest.mark.parametrize("per_bed", [0.5, 0.8, 0.95, 1.0, 1.05, 1.5, 2.0, 5.0])
def test_the_loss_is_the_recursion_s_up_to_ten_thousand_beds(beds: int, per_bed: float) -> None:
    load = max(beds, 1) * per_bed
    found = float(erlang_loss(np.array(beds), np.array(load)))
    assert found == pytest.approx(recursion(beds, load), rel=1e-10, abs=1e-290)


@pytest.mark.parametrize(
    ("beds", "load", "printed"),
    [(1, 0.0101, 0.01), (5, 1.36, 0.01), (10, 4.46, 0.01), (20, 12.0, 0.01), (50, 37.9, 0.01),
     (100, 84.1, 0.01), (5, 2.22, 0.05), (10, 6.22, 0.05), (20, 15.2, 0.05), (100, 95.2, 0.05)],
)  # fmt: skip
def test_the_loss_is_that_of_the_printed_tables(beds: int, load: float, printed: float) -> None:
    """Traffic in erlangs at a loss of 1 and 5 %, from printed Erlang B tables, three digits."""
    assert float(erlang_loss(np.array(beds), np.array(load))) == pytest.approx(printed, rel=0.03)


@given(limit=st.floats(0.001, 0.999), busy=st.booleans(), refused=st.booleans())
def test_a_table_says_what_each_load_says_by_itself(
    limit: float, busy: bool, refused: bool
) -> None:
    rhythm = WEEK if busy else STEADY

    def spare(beds: Array, loads: Array) -> Array:
        if refused:
            return limit - refusal(beds, loads, rhythm)
        return present_at_most(beds, loads, rhythm) - limit

    # So many that a table is made of them.
    loads = np.concatenate([np.linspace(0, 3, 40), np.geomspace(3, 400, 700)])
    of_table = StepTable(spare)(loads)
    by_themselves = [float(StepTable(spare)(np.array([load]))[0]) for load in loads[::11]]
    np.testing.assert_array_equal(of_table[::11], by_themselves)


@pytest.mark.parametrize(
    ("limit", "dispersion"), [(1e-2, 157), (1e-3, 105), (1e-4, 80), (1e-6, 55)]
)
def test_large_clusters_and_small_limits_have_a_table_too(limit: float, dispersion: float) -> None:
    """With few beds no load that a computer can write is small enough."""
    rhythm = Rhythm(dispersion=dispersion)
    loads = np.arange(0.5, 200.5, 0.5)  # so many that a table is made of them
    beds = StepTable(lambda beds, load: limit - refusal(beds, load, rhythm))(loads)
    assert (refusal(beds, loads, rhythm) <= limit).all()
    assert (refusal(beds - 1, loads, rhythm) > limit).all()


@given(load=st.floats(0.001, 300), limit=st.floats(0.001, 0.5), busy=st.booleans())
def test_the_table_gives_the_fewest_beds_that_keep_the_limit(
    load: float, limit: float, busy: bool
) -> None:
    rhythm = WEEK if busy else STEADY
    table = StepTable(lambda beds, loads: limit - refusal(beds, loads, rhythm))
    beds = float(table(np.array([load]))[0])
    assert float(refusal(np.array(beds), np.array(load), rhythm)) <= limit * (1 + 1e-9)
    assert beds > 0
    assert float(refusal(np.array(beds - 1), np.array(load), rhythm)) > limit * (1 - 1e-9)


@given(
    loads=st.lists(st.floats(0, 500), min_size=2, max_size=8),
    limits=st.tuples(st.floats(0.001, 0.4), st.floats(0.001, 0.4)),
)
def test_more_patients_or_a_stricter_limit_never_need_fewer_beds(
    loads: list[float], limits: tuple[float, float]
) -> None:
    strict, lax = (
        StepTable(lambda beds, load, limit=limit: limit - refusal(beds, load))(
            np.sort(np.array(loads))
        )
        for limit in sorted(limits)
    )
    assert (np.diff(strict) >= 0).all()
    assert (strict >= lax).all()


@given(one=st.floats(0.01, 200), other=st.floats(0.01, 200), limit=st.floats(0.005, 0.4))
def test_one_shared_unit_never_needs_more_beds_than_two(
    one: float, other: float, limit: float
) -> None:
    table = StepTable(lambda beds, load: limit - refusal(beds, load))
    apart = table(np.array([one, other])).sum()
    assert float(table(np.array([one + other]))[0]) <= apart


@given(load=st.floats(0.5, 100), beds=st.integers(1, 150))
def test_rhythm_and_clusters_never_turn_fewer_away_where_units_are_not_overrun(
    load: float, beds: int
) -> None:
    if load > 0.8 * beds:
        return
    steady = float(refusal(np.array(beds), np.array(load)))
    assert float(refusal(np.array(beds), np.array(load), WEEK)) >= steady * (1 - 1e-9)


def test_no_load_takes_no_beds_and_no_beds_refuse_everybody() -> None:
    table = StepTable(lambda beds, load: 0.05 - refusal(beds, load))
    assert table(np.array([0.0, 1e-9])).tolist() == [0.0, 1.0]
    assert float(erlang_loss(np.array(0.0), np.array(3.0))) == pytest.approx(1.0)
    assert float(erlang_loss(np.array(2.0), np.array(0.0))) == 0.0


@given(load=st.floats(0.1, 200), level=st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_the_busy_day_is_the_quantile_of_those_present(load: float, level: float) -> None:
    table = most_present(level, WEEK)
    most = float(table(np.array([load]))[0])
    assert float(present_at_most(np.array(most), np.array(load), WEEK)) >= level - 1e-9
    if most > 0:
        assert float(present_at_most(np.array(most - 1), np.array(load), WEEK)) < level + 1e-9


@given(beds=st.integers(1, 60), load=st.floats(0.01, 80), busy=st.booleans())
def test_what_was_asked_for_is_found_again_from_what_was_carried(
    beds: int, load: float, busy: bool
) -> None:
    rhythm = WEEK if busy else STEADY
    carried = load * (1 - float(refusal(np.array(beds), np.array(load), rhythm)))
    if carried < beds * 0.98:
        assert offered_load(carried, beds, rhythm) == pytest.approx(load, rel=1e-6)


def test_no_load_fills_every_bed_all_the_time() -> None:
    with pytest.raises(ValueError, match="3 patients on average cannot be carried by 3 beds"):
        offered_load(3.0, 3)
    assert offered_load(0.0, 3) == 0.0
