"""What calibration finds in age tables, and how much it believes of it."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.errors import ConsistencyError
from projector.population.calibrate import calibrate, shrink
from projector.population.core import project
from projector.tables import SEXES

AGES = np.arange(60)
YEARS = np.arange(2016, 2026)
SURVIVAL = np.broadcast_to(np.linspace(0.999, 0.9, len(AGES)), (len(YEARS), 2, len(AGES)))
FERTILITY = np.where((AGES > 19) & (AGES < 40), 0.08, 0.0)
COMPONENTS = xr.Dataset(
    {
        "survival": (("year", "sex", "age"), SURVIVAL),
        "fertility": (("year", "age"), np.tile(FERTILITY, (len(YEARS), 1))),
        "sex_ratio_at_birth": ("year", np.full(len(YEARS), 1.06)),
    },
    coords={"year": YEARS, "sex": list(SEXES), "age": AGES},
)


def history(rates: np.ndarray, fertility: np.ndarray, people: float) -> xr.DataArray:
    """Age tables of regions that have had the same yearly moves and births all along."""
    base = xr.DataArray(
        np.full((len(rates), 2, len(AGES)), people),
        dims=("region", "sex", "age"),
        coords={"region": [f"{i:04d}" for i in range(len(rates))], "sex": list(SEXES), "age": AGES},
    )
    moves = xr.DataArray(
        np.broadcast_to(rates[:, None, None, :], (len(rates), len(YEARS), 2, len(AGES))),
        dims=("region", "year", "sex", "age"),
        coords={"region": base["region"], "year": YEARS, "sex": base["sex"], "age": AGES},
    )
    own = COMPONENTS.assign(
        net_migration_rate=moves,
        fertility=COMPONENTS["fertility"]
        * xr.DataArray(fertility, coords={"region": base["region"]}),
    )
    return project(base, own).population


def test_regions_like_the_nation_get_the_nation_s_schedules() -> None:
    tables = history(np.full((5, len(AGES)), 0.01), np.ones(5), 1000.0)
    found = calibrate(tables, tables.sum("region"), COMPONENTS)
    np.testing.assert_allclose(found.cohort_ratio, 1.0, atol=1e-12)
    np.testing.assert_allclose(found.fertility_level, 1.0, atol=1e-12)


@pytest.mark.parametrize("step", [1, 2, 3])
def test_moves_that_never_vary_are_found_whatever_the_years_between_tables(step: int) -> None:
    rates = np.repeat([[-0.02], [0.0], [0.03]], len(AGES), axis=1)
    rates[:, 0] = 0.0  # moves in the first year of life are counted as births
    level = np.array([0.8, 1.0, 1.2])
    tables = history(rates, level, 1e5)
    found = calibrate(tables, tables.sel(region="0001"), COMPONENTS, step=step)
    inner = found.cohort_ratio.isel(age=slice(8, 50))
    for region, rate in (("0000", -0.02), ("0002", 0.03)):
        np.testing.assert_allclose(inner.sel(region=region), 1 + rate, atol=1e-3)
    np.testing.assert_allclose(found.fertility_level, level, atol=0.03)
    np.testing.assert_allclose(found.cohort_ratio.isel(age=0), 1.0)


@given(
    ratio=st.floats(0, 3),
    size=st.floats(1, 1e5),
    more=st.floats(1.1, 100),
    dispersion=st.floats(0.1, 100),
)
@settings(max_examples=50)
def test_a_larger_region_is_believed_more_and_none_is_pushed_past_its_own_figure(
    ratio: float, size: float, more: float, dispersion: float
) -> None:
    ratios = np.array([[ratio], [ratio], [2.0], [0.5]])
    expected = np.array([[size], [size * more], [1e6], [1e6]])
    shrunk, credibility = shrink(ratios, expected, np.array([dispersion]))
    assert 0 <= credibility[0, 0] <= credibility[1, 0] <= 1
    assert min(1.0, ratio) - 1e-12 <= shrunk[0, 0] <= max(1.0, ratio) + 1e-12


def test_differences_that_noise_explains_are_not_believed() -> None:
    generator = np.random.default_rng(1)
    expected = np.full((200, 1), 100.0)
    noise = 1 + generator.normal(0, 0.1, (200, 1))  # variance 0.01 = dispersion 1 / 100 people
    _, credibility = shrink(noise, expected, np.array([1.0]))
    assert credibility.max() < 0.15


def test_one_table_is_too_few() -> None:
    tables = history(np.zeros((2, len(AGES))), np.ones(2), 10.0).isel(year=[0])
    with pytest.raises(ConsistencyError, match="needs an older table"):
        calibrate(tables, tables.sum("region"), COMPONENTS)


def test_tables_at_uneven_distances_are_refused() -> None:
    tables = history(np.zeros((2, len(AGES))), np.ones(2), 10.0).isel(year=[0, 1, 3])
    with pytest.raises(ConsistencyError, match="equally far apart"):
        calibrate(tables, tables.sum("region"), COMPONENTS)
