r"""What activity costs and brings in, in the prices of the tables.

.. math:: D_{r,y,s} = \sum_d C_{r,y,d,s} \, w_{d,s}, \qquad
          I_{r,y} = p \, \phi \sum_s D_{r,y,s}, \qquad
          K_{r,y,s} = c_s \sum_d C_{r,y,d,s} + n_s \sum_d N_{r,y,d,s}

:math:`w` are DRG points of a contact, :math:`p` the price of a point and :math:`\phi` the share of
it that is paid by activity; :math:`c` and :math:`n` the cost of a contact and of a bed day. For
each day that a patient who is ready for discharge stays in hospital the municipality pays. All
amounts are in the prices of the year that the table names; nothing is inflated.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.tables import SETTINGS

__all__ = ["money_dataset"]

Array = NDArray[np.float64]


def money_dataset(activity: xr.Dataset, tables: Mapping[str, pd.DataFrame]) -> xr.Dataset | None:
    """DRG points, activity income, payment for days after readiness, and cost by setting.

    Parameters
    ----------
    activity
        Group ``activity`` of the results.
    tables
        Input tables ``drg_points`` and ``prices``, where there are any.

    Returns
    -------
    Dataset or None
        ``drg_points[region, year, setting]``, ``activity_income[region, year]``,
        ``ready_day_payment[region, year]`` and ``cost[region, year, setting]``; NaN where there
        is no price or no points: it is not zero. Settings without any points bring no income;
        one with points of some of its diagnoses only leaves the income unknown. None where
        there are neither points nor prices.
    """
    if "drg_points" not in tables and "prices" not in tables:
        return None
    weights = _weights(
        tables.get("drg_points"), [str(name) for name in activity["diagnosis"].values]
    )
    contacts, bed_days = activity["contacts"], activity["bed_days"]
    lacking = weights.isnull() & (contacts > 0).any(("region", "year"))
    some, lacking = weights.notnull().any("diagnosis"), lacking.any("diagnosis")
    points = (contacts * weights).sum("diagnosis").where(some & ~lacking)
    complete = bool(some.any()) and not bool((some & lacking).any())
    prices = tables.get("prices")
    per_point, paid = _price(prices, "drg_point", "*")
    per_contact, per_day = (
        xr.DataArray([_price(prices, item, setting)[0] for setting in SETTINGS], dims="setting")
        for item in ("contact", "bed_day")
    )
    priced = per_contact.notnull() | per_day.notnull()
    cost = contacts.sum("diagnosis") * per_contact.fillna(0.0) + bed_days.sum(
        "diagnosis"
    ) * per_day.fillna(0.0)
    return xr.Dataset(
        {
            "drg_points": points.transpose("region", "year", "setting"),
            "activity_income": points.sum("setting").where(complete) * per_point * paid,
            "ready_day_payment": activity["ready_days"].sum("diagnosis")
            * _price(prices, "discharge_ready_day", "*")[0],
            "cost": cost.where(priced).transpose("region", "year", "setting"),
        }
    ).drop_vars("kind", errors="ignore")


def _weights(table: pd.DataFrame | None, diagnoses: list[str]) -> xr.DataArray:
    """DRG points of a contact ``[diagnosis, setting]``; rows for one diagnosis go before ``*``."""
    weights = np.full((len(diagnoses), len(SETTINGS)), np.nan)
    if table is not None:
        ordered = table.sort_values("diagnosis", key=lambda names: names != "*", kind="stable")
        for diagnosis, setting, points in zip(
            ordered["diagnosis"], ordered["setting"], ordered["points"], strict=True
        ):
            rows = slice(None) if diagnosis == "*" else diagnoses.index(diagnosis)
            weights[rows, SETTINGS.index(setting)] = points
    return xr.DataArray(weights, coords={"diagnosis": diagnoses, "setting": list(SETTINGS)})


def _price(prices: pd.DataFrame | None, item: str, setting: str) -> tuple[float, float]:
    """Price in NOK and the share of it that is paid; NaN without a row."""
    if prices is None:
        return np.nan, np.nan
    rows = prices[(prices["item"] == item) & (prices["setting"] == setting)]
    if rows.empty:
        return np.nan, np.nan
    paid = rows["share"].iloc[0] if "share" in rows else np.nan
    return float(rows["nok"].iloc[0]), 1.0 if np.isnan(paid) else float(paid)
