"""What the letters of a variant and the scenario's own paths mean, against the published table."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import InputsError
from projector.inputs.read import read_table
from projector.population.assumptions import national_assumptions
from projector.scenario.models import Population
from tests.embedded import CASE_AREAS

PATHS = read_table(CASE_AREAS / "paths.csv", "paths")
YEARS = np.arange(2015, 2051)
BASE = 2024
NINE = ("MMMM", "LLML", "HHMH", "MMML", "MMMH", "LHML", "HLMH", "MMM0", "MM00")
"""The content codes of StatBank."""


def assumed(paths: pd.DataFrame = PATHS, base: int = BASE, **written: object) -> xr.Dataset:
    return national_assumptions(paths, Population.model_validate(written), YEARS, base)


def published(component: str, sex: str, level: str, year: int) -> float:
    table = PATHS.set_index(["component", "sex", "level", "year"])["value"]
    return float(table[component, sex, level, year])


def in_year(dataset: xr.Dataset, name: str, year: int) -> float:
    return float(dataset[name].sel(year=year))


@pytest.mark.parametrize("letters", NINE)
@pytest.mark.parametrize("year", [2030, 2050])
def test_the_letters_take_the_published_values(letters: str, year: int) -> None:
    found = assumed(variant=letters)
    fertility, life_expectancy, _, immigration = letters
    assert in_year(found, "total_fertility", year) == published(
        "total_fertility", "both", fertility, year
    )
    for sex in ("female", "male"):
        assert float(found["life_expectancy"].sel(year=year, sex=sex)) == published(
            "life_expectancy", sex, life_expectancy, year
        )
    net = 0.0 if immigration == "0" else published("net_immigration", "both", immigration, year)
    assert in_year(found, "net_immigration", year) == net


def test_the_printed_planning_figures_are_met() -> None:
    """Statistics Norway 2024: low, middle and high of 2030, and life expectancy of both sexes."""
    printed = {"L": (1.22, 83.5, 9057), "M": (1.57, 84.3, 16482), "H": (1.86, 85.2, 23742)}
    for letter, (children, years_of_life, moves) in printed.items():
        found = assumed(variant=f"{letter}{letter}M{letter}").sel(year=2030)
        assert float(found["total_fertility"]) == pytest.approx(children)
        assert float(found["life_expectancy"].mean()) == pytest.approx(years_of_life, abs=0.1)
        assert float(found["net_immigration"]) == pytest.approx(moves)


@given(letters=st.tuples(*[st.sampled_from(x) for x in ("LMHK", "LMHK", "LMHK0", "LMHK0")]))
def test_history_is_the_same_whatever_the_letters(letters: tuple[str, ...]) -> None:
    before = slice(None, BASE - 1)
    found, middle = assumed(variant="".join(letters)), assumed(variant="MMMM")
    for name in middle:
        if "year" in middle[name].dims:
            xr.testing.assert_identical(found[name].sel(year=before), middle[name].sel(year=before))


def test_constant_is_as_it_was_in_the_year_before_the_base_year() -> None:
    found = assumed(variant="KKMK").sel(year=slice(BASE, None))
    for name in ("total_fertility", "net_immigration"):
        np.testing.assert_array_equal(found[name], published(name, "both", "M", 2023))
    for sex in ("female", "male"):
        np.testing.assert_array_equal(
            found["life_expectancy"].sel(sex=sex), published("life_expectancy", sex, "M", 2023)
        )


def test_internal_moves_are_a_factor_on_what_the_age_tables_show() -> None:
    for letter, factor in (("M", 1.0), ("K", 1.0), ("0", 0.0), ("L", 0.8), ("H", 1.2)):
        moves = assumed(variant=f"MM{letter}M")["internal_migration"]
        np.testing.assert_array_equal(moves.sel(year=slice(None, BASE - 1)), 1.0)
        np.testing.assert_array_equal(moves.sel(year=slice(BASE, None)), factor)


def test_only_constant_internal_moves_never_fade() -> None:
    fades = {letter: bool(assumed(variant=f"MM{letter}M")["fades"]) for letter in "LMHK0"}
    assert fades == {"L": True, "M": True, "H": True, "K": False, "0": True}


def test_zero_immigration_closes_the_border_unless_the_scenario_says_how_many_come() -> None:
    for letters in ("MMM0", "MM00"):
        found = assumed(variant=letters)
        assert bool(found["closed_borders"])
        assert float(found["net_immigration"].sel(year=slice(BASE, None)).max()) == 0
    for letters in ("MMMM", "MM0M", "MMML", "MMMK"):
        assert not bool(assumed(variant=letters)["closed_borders"])
    balanced = assumed(variant="MMM0", net_immigration={"total": 0})
    assert not bool(balanced["closed_borders"])
    assert in_year(balanced, "net_immigration", 2030) == 0


def test_a_written_path_goes_before_a_letter() -> None:
    found = assumed(
        variant="LLLL",
        fertility={"total": 1.5, "mean_age": {2024: 31.0, 2034: 32.0}},
        life_expectancy={"male": 90},
        net_immigration={"total": {2024: 1000}},
    )
    assert in_year(found, "total_fertility", 2040) == 1.5
    assert in_year(found, "mean_age_at_childbearing", 2029) == pytest.approx(31.5)
    assert float(found["life_expectancy"].sel(year=2030, sex="male")) == 90
    assert float(found["life_expectancy"].sel(year=2030, sex="female")) == published(
        "life_expectancy", "female", "L", 2030
    )
    assert in_year(found, "net_immigration", 2040) == 1000
    assert in_year(found, "total_fertility", 2023) == published(
        "total_fertility", "both", "M", 2023
    )


def test_a_bare_rate_starts_from_the_letter_s_value_of_the_base_year() -> None:
    found = assumed(variant="MMMK", net_immigration={"total": {"annual": "-10 %"}})
    start = published("net_immigration", "both", "M", 2023)
    assert in_year(found, "net_immigration", 2026) == pytest.approx(start * 0.9**2)


def test_a_mean_age_that_is_not_written_is_missing_and_not_zero() -> None:
    assert np.isnan(assumed()["mean_age_at_childbearing"]).all()
    written = assumed(fertility={"mean_age": 31})["mean_age_at_childbearing"]
    assert np.isnan(written.sel(year=slice(None, BASE - 1))).all()
    np.testing.assert_array_equal(written.sel(year=slice(BASE, None)), 31)


def test_a_trend_has_no_target_after_the_base_year() -> None:
    found = assumed(life_expectancy="trend")
    assert bool(found["follows_trend"])
    assert np.isnan(found["life_expectancy"].sel(year=slice(BASE, None))).all()
    history = found["life_expectancy"].sel(year=slice(None, BASE - 1))
    xr.testing.assert_identical(
        history, assumed()["life_expectancy"].sel(year=slice(None, BASE - 1))
    )
    assert not bool(assumed()["follows_trend"])


def test_low_lies_below_middle_and_middle_below_high() -> None:
    for name, place in (
        ("total_fertility", 0),
        ("life_expectancy", 1),
        ("internal_migration", 2),
        ("net_immigration", 3),
    ):
        low, middle, high = (
            assumed(variant="MMM"[:place] + letter + "MMM"[place:])[name].sel(year=2040)
            for letter in "LMH"
        )
        assert (low < middle).all()
        assert (middle < high).all()


def test_a_table_without_the_level_is_told_what_to_add() -> None:
    lacking = PATHS[PATHS["component"] != "internal_migration"]
    for letter in "M0K":
        assumed(lacking, variant=f"MM{letter}M")
    with pytest.raises(InputsError, match="component internal_migration, sex both, level H"):
        assumed(lacking, variant="MMHM")


def test_fewer_moves_than_none_are_refused() -> None:
    wrong = PATHS.copy()
    wrong.loc[wrong["component"] == "internal_migration", "value"] = -0.5
    with pytest.raises(InputsError, match="cannot be less than none"):
        assumed(wrong, variant="MMLM")


@pytest.mark.slow
def test_every_combination_of_letters_is_complete() -> None:
    for letters in product("LMHK", "LMHK", "LMHK0", "LMHK0"):
        found = assumed(variant="".join(letters))
        known = found.drop_vars("mean_age_at_childbearing")
        assert all(bool(np.isfinite(known[name]).all()) for name in known)
