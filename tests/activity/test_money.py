"""Money: points, income and cost, and what is not known."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from projector.activity import money_dataset
from projector.tables import check_dataset
from tests.activity.world import activity, changed_views, optional_tables, scenario


def money(folder: Path, **tables: pd.DataFrame | None) -> xr.Dataset:
    chosen = {
        name: table for name, table in (optional_tables() | tables).items() if table is not None
    }
    result = money_dataset(changed_views(folder)["activity"], chosen)
    assert result is not None
    return check_dataset("money", result)


def test_points_and_income_are_contacts_times_weights_and_price(tmp_path: Path) -> None:
    stays = changed_views(tmp_path)["activity"]["contacts"].sel(setting="inpatient")
    found = money(tmp_path)
    points = 1.5 * stays.sel(diagnosis="heart") + stays.sel(diagnosis="copd")
    np.testing.assert_allclose(found["drg_points"].sel(setting="inpatient"), points)
    np.testing.assert_allclose(found["activity_income"], points * 50_000 * 0.3)


def test_ready_days_and_municipal_days_cost_their_price(tmp_path: Path) -> None:
    care, found = changed_views(tmp_path)["activity"].sum("diagnosis"), money(tmp_path)
    np.testing.assert_allclose(found["ready_day_payment"], 5_000 * care["ready_days"])
    np.testing.assert_allclose(
        found["cost"].sel(setting="municipal_acute"),
        6_000 * care["bed_days"].sel(setting="municipal_acute"),
    )
    np.testing.assert_allclose(
        found["cost"].sel(setting="ambulatory"),
        2_000 * care["contacts"].sel(setting="ambulatory"),
    )


def test_what_has_no_price_is_not_zero(tmp_path: Path) -> None:
    found = money(tmp_path, prices=optional_tables()["prices"].iloc[2:])
    for amount in ("activity_income", "ready_day_payment"):
        assert found[amount].isnull().all()
    assert found["cost"].sel(setting="inpatient").isnull().all()


def test_what_has_no_points_is_not_zero(tmp_path: Path) -> None:
    without = money(tmp_path, drg_points=None)
    assert without["drg_points"].isnull().all()
    assert without["activity_income"].isnull().all()
    assert money(tmp_path)["drg_points"].sel(setting="day").isnull().all()


def test_points_of_some_diagnoses_only_give_no_income(tmp_path: Path) -> None:
    hearts = optional_tables()["drg_points"].iloc[1:]
    found = money(tmp_path, drg_points=hearts)
    assert found["drg_points"].sel(setting="inpatient").isnull().all()
    assert found["activity_income"].isnull().all()


def test_a_price_without_a_share_is_paid_in_full(tmp_path: Path) -> None:
    prices = optional_tables()["prices"]
    whole = money(tmp_path, prices=prices.assign(share=np.nan))["activity_income"]
    np.testing.assert_allclose(0.3 * whole, money(tmp_path)["activity_income"])


def test_without_points_and_prices_there_is_no_money(tmp_path: Path) -> None:
    assert money_dataset(activity(scenario(tmp_path)), {}) is None
