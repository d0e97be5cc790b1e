"""Draws of a scenario: values over years in each draw, and one draw as a scenario of its own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from projector.scenario import load_scenario, uncertain_assumptions
from projector.scenario.distributions import FINEST
from projector.uncertainty.draws import DrawnPath, draws_of, pinned, shares_of
from projector.uncertainty.sampling import shares
from tests.scenario.test_values import parse, written_paths

TEXT = """\
scenario: Own
inputs: .
regions: [Hallingdal]
years: {base: 2026, end: 2040}
population:
  net_immigration: {total: {2026: 20000, 2040: {normal: [15000, 5000]}}}
  fertility: {total: {annual: {normal: [0, 0.1 %]}}}
activity:
  changes:
    - name: Home
      avoid: {setting: inpatient}
      share: {2026: 0, 2030: {triangular: [10 %, 20 %, 40 %]}}
      adds: {setting: outpatient, contacts: {uniform: [1, 2]}}
capacity: {occupancy: {inpatient: 85 %, observation: {normal: [75 %, 3 %]}}}
"""
CORRELATED = "uncertainty: {draws: 8, seed: 3, correlations: [{between: %s, rank: 0.7}]}\n"


@pytest.fixture
def load(tmp_path):
    def load(text=TEXT):
        path = tmp_path / "own.yaml"
        path.write_text(text, encoding="utf-8")
        return load_scenario(path)

    return load


drawn_shares = st.lists(st.floats(FINEST, 1 - FINEST), min_size=1, max_size=4).map(np.array)


@given(written_paths, drawn_shares, st.integers(1900, 2100))
@settings(deadline=None)
def test_a_drawn_path_is_the_pinned_path_of_each_draw(written, at, base_year):
    path, years = parse(written), np.arange(1990, 2071, 5).reshape(1, -1)
    base = np.array([[1.0, 2.0], [3.0, 4.0]])
    drawn = DrawnPath(path, at).at(years, base_year=base_year, base_value=base)
    expected = np.stack(
        [path.pinned(share).at(years, base_year=base_year, base_value=base) for share in at],
        axis=-1,
    )
    assert drawn.shape == expected.shape
    size = np.abs(expected).max(initial=1e-300)
    assert drawn == pytest.approx(expected, rel=1e-13, abs=1e-13 * size)


@given(written_paths)
@settings(deadline=None)
def test_at_half_of_its_draws_a_path_is_its_medians(written):
    path, years = parse(written), np.arange(2020, 2051)
    medians = path.at(years, base_year=2026, base_value=3.0)
    drawn = DrawnPath(path, np.array([0.5])).at(years, base_year=2026, base_value=3.0)
    assert drawn[..., 0] == pytest.approx(medians, rel=1e-9, abs=1e-9)


def test_a_certain_path_is_the_same_in_all_draws_to_the_bit():
    path = parse({2026: 0.1, 2033: 0.7, 2040: 1 / 3})
    years = np.arange(2020, 2051)
    drawn = DrawnPath(path, np.full(5, 0.5)).at(years, base_year=2026)
    assert (drawn == path.at(years, base_year=2026)[:, np.newaxis]).all()
    assert drawn.shape == (31, 5)


def test_a_bare_rate_needs_a_base_value():
    with pytest.raises(ValueError, match="needs a base value"):
        DrawnPath(parse({"annual": {"uniform": [0, 1]}}), np.array([0.5])).at([1], base_year=1)


def test_high_in_one_year_is_high_in_all():
    path = parse({2026: {"uniform": [0, 1]}, 2030: {"normal": [5, 1]}})
    drawn = DrawnPath(path, shares(1, [("a",)], 0, 64)[0]).at([2026, 2030], base_year=2026)
    assert stats.spearmanr(drawn[0], drawn[1]).statistic == pytest.approx(1)


def test_a_draw_has_each_assumption_at_its_own_stream(load):
    scenario = load()
    names = [one.name for one in uncertain_assumptions(scenario)]
    block = draws_of(scenario, 10, 20)
    assert len(block) == 10
    assert (block.shares == shares(0, names, 10, 20)).all()
    occupancy = block.paths()["capacity", "occupancy", "observation"].at([2026], base_year=2026)
    expected = 0.75 + 0.03 * stats.norm.ppf(block.shares[-1])
    assert occupancy[0] == pytest.approx(expected)
    assert (block.paths()["capacity", "occupancy", "inpatient"].at(2026, base_year=1) == 0.85).all()


def test_a_pinned_scenario_is_certain_and_has_the_values_of_its_draw(load):
    scenario = load(TEXT + CORRELATED % "[Home/share, observation]")
    block = draws_of(scenario, 4, 7)
    years = np.arange(2026, 2041)
    for position in range(3):
        one = pinned(scenario, 4 + position)
        assert not uncertain_assumptions(one)
        drawn = block.paths()
        for location, path in one.paths():
            values = path.at(years, base_year=2026, base_value=2.0)
            at = drawn[location].at(years, base_year=2026, base_value=2.0)[..., position]
            assert values == pytest.approx(at, rel=1e-13)
        assert one.uncertainty.draws is None
        assert one.uncertainty.seed == 3


def test_a_pinned_scenario_can_be_written_and_read_again(load, tmp_path):
    one = pinned(load(TEXT + CORRELATED % "[Home/share, observation]"), 2)
    (tmp_path / "again.yaml").write_text(one.resolved_yaml(), encoding="utf-8")
    assert dict(load_scenario(tmp_path / "again.yaml").paths()) == dict(one.paths())
    assert one.where("capacity", "occupancy") == load().where("capacity", "occupancy")


def test_a_scenario_that_is_certain_is_its_own_draw(load):
    certain = load(TEXT[: TEXT.index("population:")])
    assert pinned(certain, 3) == certain
    assert pinned(certain, 3).digest() == certain.digest()
    assert draws_of(certain, 0, 5).shares.shape == (0, 5)


def test_an_assumption_that_comes_or_goes_moves_no_other(load):
    before, after = (
        load(),
        load(TEXT.replace("inpatient: 85 %", "inpatient: {normal: [85 %, 1 %]}")),
    )
    of, now = (
        dict(zip(map(str, uncertain_assumptions(one)), shares_of(one, 0, 99), strict=True))
        for one in (before, after)
    )
    assert len(now) == len(of) + 1
    assert all((now[name] == stream).all() for name, stream in of.items())


def test_a_correlation_moves_only_what_it_names(load):
    plain, stated = (
        load(),
        load(TEXT + (CORRELATED % "[Home/share, observation]").replace("3", "0")),
    )
    without, moved = shares_of(plain, 0, 2048), shares_of(stated, 0, 2048)
    same = (without == moved).all(axis=1)
    names = [str(one) for one in uncertain_assumptions(plain)]
    assert [name for name, stays in zip(names, same, strict=True) if not stays] == [
        "capacity/occupancy/observation"
    ]
    assert (np.sort(without) == np.sort(moved)).all()
    share = names.index("activity/changes/Home/share")
    assert stats.spearmanr(moved[share], moved[-1]).statistic == pytest.approx(0.7, abs=0.04)


@given(st.integers(0, 1500), st.integers(0, 100))
@settings(max_examples=20, deadline=None)
def test_a_correlated_draw_has_the_same_bits_in_any_block(tmp_path_factory, first, count):
    path = tmp_path_factory.getbasetemp() / "correlated.yaml"
    path.write_text(TEXT + CORRELATED % "[Home/share, observation]", encoding="utf-8")
    scenario = load_scenario(path)
    whole = shares_of(scenario, 0, 1600)
    assert (shares_of(scenario, first, first + count) == whole[:, first : first + count]).all()
