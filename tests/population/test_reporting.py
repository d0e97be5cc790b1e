"""Indicators of regions, areas and the nation beside one another."""

import numpy as np
import pytest
import xarray as xr

from projector.population.lifetable import life_expectancy, with_level, with_open_age
from projector.population.reporting import report
from projector.tables import NATION
from tests.population.rogers_castro import BOTH, FERTILITY, OPEN_AGE
from tests.population.test_regional import AHEAD, BASE, CODES, calibrated, nation_of, projected

AREAS = {"East": CODES[:3], "One": ["1201"], "All": CODES}


def reported(areas: dict[str, list[str]]) -> xr.Dataset:
    base, found = calibrated()
    regional, nation = projected(base)
    return report(nation, regional, found, CODES, areas)


def test_regions_come_first_then_areas_and_the_nation_last() -> None:
    found = reported(AREAS)
    assert list(found["region"].values) == [*CODES, *AREAS, NATION]
    assert list(found["year"].values) == list(AHEAD)
    for name, values in found.data_vars.items():
        assert np.isfinite(values).all(), name


def test_the_nation_has_the_figures_of_its_schedules() -> None:
    nation = reported({}).sel(region=NATION)
    expected = life_expectancy(with_open_age(BOTH, OPEN_AGE))
    np.testing.assert_allclose(nation["life_expectancy"], np.tile(expected, (len(AHEAD), 1)))
    np.testing.assert_allclose(nation["total_fertility"], FERTILITY.sum())
    mean_age = (FERTILITY * (np.arange(OPEN_AGE + 1) + 0.5)).sum() / FERTILITY.sum()
    np.testing.assert_allclose(nation["mean_age_at_childbearing"], mean_age)


def test_a_region_has_the_figures_of_its_levels() -> None:
    _, calibration = calibrated()
    found = reported({})
    for code in CODES:
        level = calibration.mortality["value"].sel(region=code).item()
        rates = with_open_age(with_level(BOTH[np.newaxis], np.full((1, 2), level))[0, 0], OPEN_AGE)
        expected = np.tile(life_expectancy(rates), (len(AHEAD), 1))
        np.testing.assert_allclose(found["life_expectancy"].sel(region=code), expected)
        births = calibration.fertility["value"].sel(region=code).item() * FERTILITY.sum()
        np.testing.assert_allclose(found["total_fertility"].sel(region=code), births)


def test_an_area_of_one_region_is_the_region() -> None:
    found = reported(AREAS)
    alone, area = found.sel(region="1201", drop=True), found.sel(region="One", drop=True)
    xr.testing.assert_allclose(alone, area, rtol=1e-12)


@pytest.mark.parametrize("name", ["East", "All"])
def test_an_area_lies_between_its_regions(name: str) -> None:
    """The mean age of mothers need not: it falls where the young women live."""
    found = reported(AREAS)
    members, area = found.sel(region=AREAS[name]), found.sel(region=name)
    for indicator in ("life_expectancy", "total_fertility"):
        assert (area[indicator] <= members[indicator].max("region") + 1e-9).all()
        assert (area[indicator] >= members[indicator].min("region") - 1e-9).all()


def test_a_large_region_says_most_of_its_area() -> None:
    base, _ = calibrated()
    people = base.sum(("sex", "age")).sel(region=CODES[:3])
    largest = int(people.argmax("region"))
    assert CODES[largest] == "1103"
    found = reported(AREAS)["life_expectancy"].sel(year=BASE)
    far = abs(found.sel(region="East") - found.sel(region=CODES[:3])).sum("sex")
    assert int(far.argmin("region")) == largest


def test_the_nation_alone_is_reported_alone() -> None:
    base, calibration = calibrated()
    found = report(nation_of(base, 0.0), None, calibration, [NATION], {})
    assert list(found["region"].values) == [NATION]


def test_only_the_areas_asked_for_are_reported_without_regions() -> None:
    base, calibration = calibrated()
    regional, nation = projected(base)
    found = report(nation, regional, calibration, [NATION], {"East": CODES[:3]})
    assert list(found["region"].values) == ["East", NATION]
