"""A small world for the activity tests: two diagnoses, all settings, three regions."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from ruamel.yaml import YAML

from projector.activity import activity_stage
from projector.errors import ConsistencyError, Problem
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


def optional_tables() -> dict[str, pd.DataFrame]:
    """The tables that a set of inputs may leave out, and lengths of stay wherever stays arrive."""

    def table(header: str, *rows: tuple[object, ...]) -> pd.DataFrame:
        return pd.DataFrame(rows, columns=header.split())

    everywhere = [
        (diagnosis, setting, first, last, days + older, 2026)
        for diagnosis in ("heart", "copd")
        for setting, days in (("inpatient", 4.0), ("observation", 1.0), ("municipal_acute", 2.5))
        for first, last, older in ((0, 64, 0.0), (65, -1, 1.5))
    ]
    return {
        "length_of_stay": table(
            "diagnosis setting age_from age_to days year",
            *everywhere,
        ),
        "urgency": table(
            "diagnosis setting age_from age_to acute",
            ("*", "inpatient", 0, 64, 0.5),
            ("*", "inpatient", 65, -1, 0.7),
            ("copd", "inpatient", 0, -1, 0.9),
            ("*", "municipal_acute", 0, -1, 1.0),
            ("*", "observation", 0, -1, 0.6),
        ),
        "readmissions": table(
            "diagnosis age_from age_to share", ("*", 0, 64, 0.05), ("*", 65, -1, 0.12)
        ),
        "discharge_ready": table(
            "diagnosis setting age_from age_to share",
            ("*", "inpatient", 0, 79, 0.04),
            ("*", "inpatient", 80, -1, 0.15),
        ),
        "sites": table("site serves", ("A", "West"), ("B", "0003"), ("C", "0003")),
        "flows": table(
            "region kind diagnosis setting site share",
            ("West", "*", "*", "inpatient", "A", 0.8),
            ("0002", "*", "*", "inpatient", "B", 0.1),
            ("0003", "*", "*", "inpatient", "B", 1.0),
            ("0003", "*", "copd", "inpatient", "B", 0.4),
            ("0001", "*", "*", "ambulatory", "A", 0.5),
        ),
        "drg_points": table(
            "diagnosis setting points year",
            ("*", "inpatient", 1.0, 2025),
            ("heart", "inpatient", 1.5, 2025),
        ),
        "prices": table(
            "item setting year nok share",
            ("drg_point", "*", 2025, 50_000.0, 0.3),
            ("discharge_ready_day", "*", 2025, 5_000.0, np.nan),
            ("contact", "ambulatory", 2025, 2_000.0, np.nan),
            ("bed_day", "municipal_acute", 2025, 6_000.0, np.nan),
        ),
        "priority_groups": table(
            "group order diagnosis kind age_from age_to",
            ("frail", 1, "*", "somatic", 80, -1),
            ("young", 2, "*", "*", 0, 24),
            ("lungs", 3, "copd", "*", 0, -1),
        ),
    }  # fmt: skip


def counts(*rows: tuple[object, ...]) -> pd.DataFrame:
    """The table ``activity_counts`` of 2026."""
    header = ["region", "diagnosis", "setting", "measure", "count"]
    return pd.DataFrame(rows, columns=header).assign(year=2026)


def change(kind: str, selection: dict[str, object], **more: object) -> dict[str, object]:
    """One change as a planner writes it; it is called as its verb."""
    return {"name": kind, kind: selection, **more}


def changed_views(
    folder: Path,
    *changes: dict[str, object],
    people: xr.Dataset | None = None,
    changed: Mapping[str, pd.DataFrame] | None = None,
    **sections: object,
) -> dict[str, xr.Dataset]:
    """The views of the small world with all its optional tables, after some changes."""
    named = [one | {"name": f"{i}: {one['name']}"} for i, one in enumerate(changes, start=1)]
    written = scenario(folder, activity={"changes": named, **sections})
    return views(written, people, optional_tables() | dict(changed or {}))


def refusal(folder: Path, *changes: dict[str, object], **more: object) -> tuple[Problem, ...]:
    """The problems that changes of the small world are refused with."""
    with pytest.raises(ConsistencyError) as caught:
        changed_views(folder, *changes, **more)  # type: ignore[arg-type]
    return caught.value.problems
