"""Healthy ageing: people who live longer use care as younger people do."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import ConsistencyError
from tests.activity.lawful import few
from tests.activity.world import activity, population, scenario, tables

RISING = pd.DataFrame(
    [
        ("heart", setting, sex, age, age if age < 105 else -1, 1.0 + 2.0 * age, 2026)
        for setting in ("inpatient", "outpatient")
        for sex in ("female", "male")
        for age in range(106)
    ],
    columns=list(tables()["use_rates"].columns),
)
FLAT = {"use_rates": RISING, "growth": tables()["growth"].iloc[:0]}


def use(folder: Path, **healthy: object) -> xr.DataArray:
    section = {"healthy_ageing": healthy} if healthy else {}
    written = scenario(folder, activity=section)
    return activity(written, changed=FLAT)["contacts"].sel(diagnosis="heart", region="0001")


def test_no_share_is_the_identity(tmp_path: Path) -> None:
    xr.testing.assert_identical(use(tmp_path, share=0), use(tmp_path))


@given(percent=st.integers(1, 100))
@few
def test_use_that_rises_with_age_falls_by_the_years_gained(tmp_path: Path, percent: int) -> None:
    people = population()["population"].sel(region="0001", age=slice(55, None)).sum(("sex", "age"))
    # Two contacts per 1000 and year of age; a fifth of a year is gained each year.
    fewer = 0.002 * percent / 100 * 0.2 * np.arange(5) * people
    lost = use(tmp_path) - use(tmp_path, share=percent / 100)
    for setting in ("inpatient", "outpatient"):
        np.testing.assert_allclose(lost.sel(setting=setting), fewer, atol=1e-9)


def test_only_the_ages_settings_and_diagnoses_named_are_younger(tmp_path: Path) -> None:
    found = use(tmp_path, share=0.5, ages="80+", setting="inpatient")
    lost = use(tmp_path) - found
    people = population()["population"].sel(region="0001", age=slice(80, None)).sum(("sex", "age"))
    np.testing.assert_allclose(
        lost.sel(setting="inpatient"), 0.002 * 0.1 * np.arange(5) * people, atol=1e-9
    )
    assert not lost.sel(setting="outpatient").any()


def test_healthy_ageing_that_concerns_nobody_is_refused(tmp_path: Path) -> None:
    for nobody in ({"diagnosis": "copd"}, {"setting": "day"}):
        with pytest.raises(ConsistencyError, match="healthy ageing concerns nobody") as caught:
            use(tmp_path, share=0.5, **nobody)
        assert "test.yaml:" in caught.value.problems[0].where
