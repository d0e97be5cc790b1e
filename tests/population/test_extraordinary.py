"""Years out of the ordinary: found where they are, and hardly where they are not."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from projector.inputs.input_set import load_inputs
from projector.population.calibrate import Calibration, Method, calibrate
from projector.population.extraordinary import (
    Extraordinary,
    interval_weights,
    list_extraordinary,
)
from projector.population.stage import calibration_of
from projector.run.history import age_tables
from projector.scenario import load_scenario
from projector.tables import NATION
from tests.embedded import CASE_AREAS
from tests.population.rogers_castro import AGES, Country, country, national
from tests.shared import SHARED, needs_shared

REGIONS = 40
PEOPLE = 20_000.0
CENTRE, OPENED, CLOSED, NEVER = 7, 2014, 2017, 2030
"""Region with an asylum centre; years in which it opens and closes."""
GUESTS = 1000.0


@cache
def made_up(closed: int | None = None) -> Country:
    """Forty municipalities; 1000 young adults come to one and leave again, or nobody does."""
    codes = [f"{11 + i // 20}{i % 20 + 1:02d}" for i in range(REGIONS)]
    generator = np.random.default_rng(2)
    strength = generator.normal(0, 1, (REGIONS, 3)) * np.array([0.04, 0.015, 0.01])
    found = country(codes, np.full(REGIONS, PEOPLE), strength - strength.mean(axis=0), seed=3)
    if closed is None:
        return found
    young = np.exp(-0.5 * ((AGES - 27) / 6.0) ** 2)
    guests = GUESTS * young / young.sum() * np.array([[0.3], [0.7]])
    there = (found.tables["year"] > OPENED) & (found.tables["year"] <= closed)
    tables = found.tables.copy()
    tables[CENTRE] += np.where(there.values[:, None, None], guests, 0.0)
    return Country(tables, found.ratio, found.mortality, found.fertility)


def calibrated(closed: int | None = None, *, extraordinary: bool = True) -> Calibration:
    made = made_up(closed)
    method = Method(extraordinary=extraordinary)
    return calibrate(made.tables, made.nation, *national(), method)


def test_a_centre_that_opens_and_closes_is_found_with_year_region_and_number() -> None:
    code = str(made_up(CLOSED).tables["region"].values[CENTRE])
    found = [e for e in calibrated(CLOSED).extraordinary if e.region == code]
    assert {(e.first, e.last) for e in found} == {(OPENED, OPENED + 1), (CLOSED, CLOSED + 1)}
    came, left = sorted(found, key=lambda e: e.first)
    assert came.persons == pytest.approx(GUESTS, abs=3 * PEOPLE**0.5)
    assert left.persons == pytest.approx(-GUESTS, abs=3 * PEOPLE**0.5)
    assert 0 < came.weight < 0.6
    assert 0 < left.weight < 0.6


def test_less_weight_means_less_effect_on_the_estimate() -> None:
    """A centre that is still open: unweighted, a tenth of its guests would arrive every year."""
    before = calibrated().moves["value"].values[CENTRE]
    with_weights = calibrated(NEVER).moves["value"].values[CENTRE]
    without = calibrated(NEVER, extraordinary=False).moves["value"].values[CENTRE]
    ages = slice(18, 40)
    effect, unweighted = (
        float(np.abs(found - before)[:, ages].mean()) for found in (with_weights, without)
    )
    assert effect < 0.75 * unweighted


def test_without_detection_everything_counts_in_full() -> None:
    assert calibrated(CLOSED, extraordinary=False).extraordinary == ()


@pytest.mark.parametrize("seed", range(3))
def test_usual_chance_is_hardly_called_extraordinary(seed: int) -> None:
    """At most a few in a hundred, and none by much: ten years tell the usual spread roughly."""
    generator = np.random.default_rng(seed)
    size = np.exp(generator.normal(0, 0.5, 400))
    weight = interval_weights(generator.normal(0, 0.01, (10, 400)) * size)
    assert (weight < 1).mean() < 0.04
    assert (weight < 0.5).mean() < 0.01
    alike = interval_weights(generator.normal(0, 0.01, (10, 400)))
    assert (alike < 1).mean() < 0.015


@given(arrays(float, st.tuples(st.integers(0, 3), st.integers(1, 4)), elements=st.floats(-1, 1)))
def test_fewer_than_four_intervals_tell_nothing(rate: np.ndarray) -> None:
    np.testing.assert_array_equal(interval_weights(rate), 1.0)


RATES = arrays(float, (8, 5), elements=st.floats(-0.5, 0.5, allow_subnormal=False))


@given(rate=RATES, by=st.floats(-0.2, 0.2), times=st.floats(0.5, 20))
def test_weights_lie_between_none_and_all_and_do_not_know_level_or_unit(
    rate: np.ndarray, by: float, times: float
) -> None:
    rate = np.round(rate, 4)
    weight = interval_weights(rate)
    assert ((weight > 0) & (weight <= 1)).all()
    if np.median(np.median(np.abs(rate - np.median(rate, axis=0)), axis=0)) > 0:
        np.testing.assert_allclose(interval_weights(times * rate + by), weight, rtol=1e-6)


@given(rate=RATES)
def test_at_least_half_of_a_region_s_years_count_in_full(rate: np.ndarray) -> None:
    assert ((interval_weights(rate) == 1).sum(axis=0) >= 4).all()


@given(rate=RATES, wild=st.floats(-9, 9))
def test_parts_do_not_say_what_is_usual_for_the_others(rate: np.ndarray, wild: float) -> None:
    counts = np.array([True, True, True, True, False])
    other = rate.copy()
    other[:, 4] *= wild
    found = interval_weights(rate, counts)[:, :4]
    np.testing.assert_array_equal(found, interval_weights(other, counts)[:, :4])
    np.testing.assert_array_equal(found, interval_weights(rate[:, :4]))


def test_what_is_listed_is_what_counts_for_less() -> None:
    rate = np.array([[0.0, 0.0], [0.01, 0.0], [0.0, 0.3], [-0.01, 0.01]])
    people = np.full((4, 2), 200.0)
    weight = np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 0.2], [1.0, 1.0]])
    years = [(2000 + 2 * i, 2002 + 2 * i) for i in range(4)]
    found = list_extraordinary(rate, people, weight, ["1101", "1102"], years)
    assert len(found) == 1
    # 0.3 less the median 0.005 of 200 people, in two years.
    assert found[0] == Extraordinary("1102", 2004, 2006, pytest.approx(29.5), 0.2)


def test_the_nation_is_held_against_itself_and_not_against_its_regions() -> None:
    """An intake spread over all regions is no news for any of them, but it is for the nation."""
    made = made_up()
    tables = made.tables.copy()
    tables[:, tables["year"].values > 2016] *= 1.03
    found = calibrate(tables, tables.sum("region"), *national(), Method()).extraordinary
    intake = min((e for e in found if e.region == NATION), key=lambda e: e.weight)
    assert (intake.first, intake.last) == (2016, 2017)
    assert intake.weight < 0.3
    assert intake.persons == pytest.approx(0.03 * PEOPLE * REGIONS, rel=0.15)


def from_real_tables(folder: Path, table: str, region: str, base: int) -> Calibration:
    """Ten years to the base year, with the embedded national schedules."""
    path = folder / "real.yaml"
    path.write_text(
        f"scenario: Real\ninputs: {{set: {CASE_AREAS}, population: {SHARED}/ssb/tidy/{table}}}\n"
        f"regions: [{region}]\nyears: {{base: {base}, end: {base + 1}}}\n",
        encoding="utf-8",
    )
    scenario = load_scenario(path)
    inputs = load_inputs(scenario.inputs.set, scenario.inputs.tables)
    history, age_width = age_tables(scenario, inputs)
    return calibration_of(history, inputs.tables, scenario, age_width=age_width)


@pytest.mark.slow
@needs_shared
def test_what_is_found_in_norway_s_municipalities_are_first_of_all_new_borders(
    tmp_path: Path,
) -> None:
    """The tables are on the borders of 2024, but people of a part of an older one stay in it.

    Vear went from Stokke, which became Sandefjord, to Tønsberg on 1 January 2017, and Bryggja
    from Vågsøy, which became Kinn, to Stad on 1 January 2020. Of 3570 years 1.4 % are found.
    In 2016 more refugees were settled than in any year before: of what is found in 2015 and 2016
    in municipalities under 3000 people, eight are gains and two losses.
    """
    found = from_real_tables(
        tmp_path, "municipalities_sex_age_2005_2020.csv.gz", "'0301'", 2020
    ).extraordinary
    persons = {(e.region, e.first): e.persons for e in found}
    assert 1500 < persons["3905", 2016] < 3000
    assert -3000 < persons["3907", 2016] < -1500
    assert 400 < persons["4649", 2019] < 700
    assert -700 < persons["4602", 2019] < -400
    assert len(found) < 0.02 * 357 * 10
    assert all(0.2 < e.weight < 1 for e in found)
    assert NATION not in {e.region for e in found}
    borders = {"3905", "3907"}
    settling = [e for e in found if e.first in (2015, 2016) and e.region not in borders]
    gains = sum(0 < e.persons < 100 for e in settling)
    losses = sum(-100 < e.persons < 0 for e in settling)
    assert gains >= 6
    assert losses <= 3


@needs_shared
def test_the_years_of_the_ukrainians_are_found_in_the_nation(tmp_path: Path) -> None:
    """Net immigration was 58 000 in 2022 and 47 000 in 2023, twice the usual and more."""
    found = from_real_tables(tmp_path, "norway_sex_age_1986_2026.csv", "Norge", 2026).extraordinary
    assert [(e.region, e.first) for e in found] == [(NATION, 2022), (NATION, 2023)]
    assert 25_000 < found[0].persons < 40_000
    assert 20_000 < found[1].persons < found[0].persons
    assert found[0].weight < found[1].weight < 1
