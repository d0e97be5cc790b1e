"""A small world for the activity tests: two diagnoses, all settings, three regions."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from ruamel.yaml import YAML

from projector.activity import activity_stage
from projector.scenario import Scenario, load_scenario
from projector.tables import OPEN_AGE, SEXES

YEARS = np.arange(2026, 2031)
REGIONS = ["0001", "0002", "0003"]
AGES = np.arange(OPEN_AGE + 1)


def population(people: np.ndarray | None = None) -> xr.Dataset:
    """People by region, year, sex and age: many, and never the same twice."""
    if people is None:
        cells = (len(REGIONS), len(YEARS), 2, len(AGES))
        people = np.random.default_rng(5).uniform(1, 100, cells)
    return xr.Dataset(
        {"population": (("region", "year", "sex", "age"), people)},
        coords={"region": REGIONS, "year": YEARS, "sex": list(SEXES), "age": AGES},
    )


def tables() -> dict[str, pd.DataFrame]:
    """Heart and copd in hospital, copd also by ambulatory team; growth and levels for one each."""
    rates = [
        (diagnosis, setting, sex, first, last, per_1000, 2026)
        for diagnosis, setting, young, old in (
            ("heart", "inpatient", 10.0, 100.0),
            ("heart", "municipal_acute", 0.0, 5.0),
            ("copd", "inpatient", 1.0, 50.0),
            ("copd", "ambulatory", 2.0, 20.0),
        )
        for sex in SEXES
        for first, last, per_1000 in ((0, 64, young), (65, -1, old))
    ]
    stays = [
        ("heart", "inpatient", 0, -1, 4.0, 2026),
        ("heart", "municipal_acute", 0, -1, 2.5, 2026),
        ("copd", "inpatient", 0, -1, 6.0, 2026),
    ]
    growth = [("contacts", "heart", "inpatient", 65, -1, 2026, 2028, -0.1)]
    return {
        "diagnoses": pd.DataFrame({"diagnosis": ["heart", "copd"], "kind": ["somatic"] * 2}),
        "use_rates": pd.DataFrame(
            rates,
            columns=[
                "diagnosis",
                "setting",
                "sex",
                "age_from",
                "age_to",
                "contacts_per_1000",
                "year",
            ],
        ),
        "length_of_stay": pd.DataFrame(
            stays, columns=["diagnosis", "setting", "age_from", "age_to", "days", "year"]
        ),
        "growth": pd.DataFrame(
            growth,
            columns=[
                "measure",
                "diagnosis",
                "setting",
                "age_from",
                "age_to",
                "from",
                "to",
                "annual",
            ],
        ),
        "use_levels": pd.DataFrame(
            [("0002", "*", "inpatient", 1.5)], columns=["region", "kind", "setting", "level"]
        ),
        "visitor_use": pd.DataFrame(
            [("inpatient", "*", 0.5)], columns=["setting", "kind", "share"]
        ),
    }


def scenario(folder: Path, **sections: object) -> Scenario:
    """A scenario with the sections given, on a set that nobody reads."""
    (folder / "inputs").mkdir(exist_ok=True)
    written = {
        "scenario": "Test",
        "inputs": "inputs",
        "regions": REGIONS,
        "years": {"base": 2026, "end": 2030},
        **sections,
    }
    path = folder / "test.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(written, file)
    return load_scenario(path)


def activity(
    written: Scenario,
    people: xr.Dataset | None = None,
    changed: Mapping[str, pd.DataFrame] | None = None,
) -> xr.Dataset:
    """The activity by region of the small world."""
    return views(written, people, changed)["activity"]


def remaining_years() -> xr.DataArray:
    """Remaining life expectancy that grows by a fifth of a year each year at every age."""
    at_base = np.maximum(85.0 - AGES, 2.0)
    gain = 0.2 * np.arange(len(YEARS))
    years_left = np.broadcast_to(at_base + gain[:, None, None], (len(YEARS), 2, len(AGES)))
    return xr.DataArray(years_left, coords={"year": YEARS, "sex": list(SEXES), "age": AGES})


def views(
    written: Scenario,
    people: xr.Dataset | None = None,
    changed: Mapping[str, pd.DataFrame] | None = None,
) -> dict[str, xr.Dataset]:
    """The activity of the small world; an area "West" holds the first two regions."""
    everywhere = population()["population"].isel(year=0, drop=True)
    nation = xr.ones_like(everywhere.isel(region=[0])).assign_coords(region=["0"])
    history = xr.concat([everywhere, nation], dim="region").expand_dims(year=YEARS[:1], axis=1)
    areas = {"West": REGIONS[:2]}
    return activity_stage(
        population() if people is None else people,
        history,
        tables() | dict(changed or {}),
        written,
        lambda name: areas.get(name, [name]),
        remaining_years(),
    )
