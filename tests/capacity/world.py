"""A small world for the capacity tests: three regions, two diagnoses, a hospital and a sickbay."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from projector.capacity import capacity_stage
from projector.errors import ConsistencyError, Problem
from projector.tables import SETTINGS
from tests.activity.world import REGIONS, YEARS
from tests.activity.world import scenario as written_scenario

KINDS = {"heart": "somatic", "mental": "mental"}
AREAS = {"West": REGIONS[:2], "All": REGIONS}

BED_DAYS = {"inpatient": 900.0, "municipal_acute": 250.0, "municipal_short_stay": 700.0}
"""Of a diagnosis in the first region; the second has half, the third a third of it."""

NIGHTS = {"inpatient": 4.0, "municipal_acute": 2.5, "municipal_short_stay": 18.0}


def norms() -> pd.DataFrame:
    """Beds in four settings, a theatre for heart patients in beds, and day places."""
    header = (
        "setting kind diagnosis resource unit share occupancy minutes turnover hours_per_day "
        "days_per_year utilisation"
    )
    none = np.nan
    beds = (none, none, none, 365, none)
    rows = [
        ("inpatient", "somatic", "*", "somatic", "beds", none, 0.85, *beds),
        ("inpatient", "mental", "*", "mental_health", "beds", none, 0.9, *beds),
        ("municipal_acute", "*", "*", "municipal_acute", "beds", none, 0.7, *beds),
        ("municipal_short_stay", "*", "*", "municipal_short_stay", "beds", none, 0.9, *beds),
        ("inpatient", "somatic", "*", "theatre", "rooms", 0.5, none, 120, 25, 10, 230, 0.6),
        ("day", "*", "*", "day", "places", none, none, 240, none, 8, 230, 0.8),
    ]
    return pd.DataFrame(rows, columns=header.split())


def rhythms(resource: str = "municipal_acute") -> pd.DataFrame:
    """More on Mondays and in winter."""
    rows = [(resource, "weekday", i + 1, f) for i, f in enumerate((1.3, 1, 1, 1, 1, 0.9, 0.8))]
    rows += [(resource, "month", i + 1, 1.2 if i < 3 else 0.9) for i in range(12)]
    return pd.DataFrame(rows, columns=["resource", "period", "number", "factor"])


def sites(*rows: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["site", "serves"])


def existing(*rows: tuple[str, str, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["site", "resource", "year", "amount"])


def activity(
    bed_days: Mapping[str, float] = BED_DAYS,
    growth: float = 0.02,
    places: tuple[str, ...] = tuple(REGIONS),
    dim: str = "region",
) -> xr.Dataset:
    """Contacts and bed days of regions or sites; each year has more than the last."""
    days = np.zeros((len(places), len(YEARS), len(KINDS), len(SETTINGS)))
    contacts = np.zeros_like(days)
    by_year = (1.0 + growth) ** np.arange(len(YEARS))
    for i in range(len(places)):
        for setting, amount in bed_days.items():
            s = SETTINGS.index(setting)
            days[i, :, :, s] = amount / (i + 1) * by_year[:, np.newaxis]
            contacts[i, :, :, s] = days[i, :, :, s] / NIGHTS[setting]
        contacts[i, :, :, SETTINGS.index("day")] = 1000.0 * by_year[:, np.newaxis]
    services = (dim, "year", "diagnosis", "setting")
    return xr.Dataset(
        {"contacts": (services, contacts), "bed_days": (services, days)},
        coords={
            dim: list(places),
            "year": YEARS,
            "diagnosis": list(KINDS),
            "setting": list(SETTINGS),
            "kind": ("diagnosis", list(KINDS.values())),
        },
    )


def at_sites(
    shares: Mapping[str, Mapping[str, Sequence[float]]],
    care: xr.Dataset,
    setting: str = "inpatient",
) -> xr.Dataset:
    """What sites do of the stays in a setting.

    `shares` is of each region, by site and by diagnosis or ``*`` for the others.
    """
    there = xr.zeros_like(care).expand_dims(site=list(shares)).copy(deep=True)
    for site, by_diagnosis in shares.items():
        for diagnosis in KINDS:
            share = xr.DataArray(
                list(by_diagnosis.get(diagnosis, by_diagnosis.get("*", [0.0] * len(REGIONS)))),
                coords={"region": list(REGIONS)},
                dims="region",
            )
            stays = {"diagnosis": diagnosis, "setting": setting}
            for name in ("contacts", "bed_days"):
                there[name].loc[{"site": site, **stays}] = care[name].sel(stays) * share
    mental = there["contacts"]["kind"] == "mental"
    treated = there["contacts"].transpose("region", "site", "year", "diagnosis", "setting")
    return (
        there[["contacts", "bed_days"]]
        .sum("region")
        .assign(
            treated=treated.sum("diagnosis").drop_vars("kind", errors="ignore"),
            treated_psychiatry=treated.where(mental, 0.0).sum("diagnosis"),
        )
        .assign_coords(region=list(REGIONS))
    )


def capacity(
    folder: Path,
    tables: Mapping[str, pd.DataFrame] | None = None,
    care: Mapping[str, xr.Dataset] | None = None,
    **written: object,
) -> tuple[dict[str, xr.Dataset], list[str]]:
    """The stage in the small world, with what a scenario writes of capacity."""
    return capacity_stage(
        {"activity": activity()} | dict(care or {}),
        {"norms": norms()} | dict(tables or {}),
        written_scenario(folder, capacity=written),
        lambda name: AREAS.get(name, [name]),
    )


def refusal(
    folder: Path, tables: Mapping[str, pd.DataFrame] | None = None, **written: object
) -> Problem:
    """The problem that the stage refuses a scenario with."""
    with pytest.raises(ConsistencyError) as caught:
        capacity(folder, tables, **written)
    (problem,) = caught.value.problems
    return problem
