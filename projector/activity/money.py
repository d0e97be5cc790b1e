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

from projector.activity.services import Services
from projector.tables import SETTINGS

__all__ = ["money_dataset"]

Array = NDArray[np.float64]

_SERVICES = ("region", "year", "diagnosis", "setting")


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
    names = [str(name) for name in activity["diagnosis"].values]
    weights = _weights(tables.get("drg_points"), names)
    contacts = activity["contacts"].transpose(*_SERVICES).values
    services = Services.of(activity)
    everything = np.ones(len(names), dtype=bool)
    used = contacts.max(axis=(0, 1)) > 0
    lacking, some = (np.isnan(weights) & used).any(axis=0), (~np.isnan(weights)).any(axis=0)
    points = np.where(
        some & ~lacking, services.weighted("contacts", np.nan_to_num(weights)), np.nan
    )
    complete = bool(some.any()) and not bool((some & lacking).any())
    prices = _prices(tables.get("prices"))
    nothing = (np.nan, np.nan)
    per_point, paid = prices.get(("drg_point", "*"), nothing)
    # Where nobody knows how long people wait, nobody knows what that costs either.
    known = "discharge_ready" in tables
    per_ready_day = prices.get(("discharge_ready_day", "*"), nothing)[0] if known else np.nan
    per_contact, per_day = (
        np.array([prices.get((item, setting), nothing)[0] for setting in SETTINGS])
        for item in ("contact", "bed_day")
    )
    priced = ~np.isnan(per_contact) | ~np.isnan(per_day)
    cost = services.of_diagnoses("contacts", everything) * np.nan_to_num(per_contact)
    cost += services.of_diagnoses("bed_days", everything) * np.nan_to_num(per_day)
    income = np.nansum(points, axis=2) if complete else np.full(points.shape[:2], np.nan)
    ready_days = activity["ready_days"].transpose(*_SERVICES[:3]).values
    by_setting = ("region", "year", "setting")
    return xr.Dataset(
        {
            "drg_points": (by_setting, points),
            "activity_income": (by_setting[:2], income * per_point * paid),
            "ready_day_payment": (by_setting[:2], ready_days.sum(axis=2) * per_ready_day),
            "cost": (by_setting, np.where(priced, cost, np.nan)),
        },
        coords={name: activity[name] for name in by_setting},
    )


def _weights(table: pd.DataFrame | None, diagnoses: list[str]) -> Array:
    """DRG points of a contact ``[diagnosis, setting]``; rows for one diagnosis go before ``*``."""
    weights = np.full((len(diagnoses), len(SETTINGS)), np.nan)
    if table is not None:
        ordered = table.sort_values("diagnosis", key=lambda names: names != "*", kind="stable")
        for diagnosis, setting, points in zip(
            ordered["diagnosis"], ordered["setting"], ordered["points"], strict=True
        ):
            rows = slice(None) if diagnosis == "*" else diagnoses.index(diagnosis)
            weights[rows, SETTINGS.index(setting)] = points
    return weights


def _prices(table: pd.DataFrame | None) -> dict[tuple[str, str], tuple[float, float]]:
    """Price in NOK and the share of it that is paid, by item and setting; the first row of each."""
    if table is None:
        return {}
    shares = table["share"] if "share" in table else [np.nan] * len(table)
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for item, setting, price, paid in zip(
        table["item"], table["setting"], table["nok"], shares, strict=True
    ):
        found.setdefault((item, setting), (float(price), 1.0 if np.isnan(paid) else float(paid)))
    return found
