"""The activity stage beside its yardsticks, as in `benchmarks.bench_core`.

357 municipalities, 30 diagnoses, 12 settings, 25 years, urgency, and three changes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from numpy.typing import NDArray

from projector.activity import activity_stage
from projector.scenario import Scenario
from projector.tables import BED_SETTINGS, HOSPITAL_SETTINGS, NATION, OPEN_AGE, SETTINGS, SEXES
from tests.activity.world import change, scenario

Array = NDArray[np.float64]
Benchmark = Callable[..., object]

REGIONS = [f"{i:04d}" for i in range(1001, 1358)]
DIAGNOSES = [f"diagnosis {i}" for i in range(30)]
YEARS = np.arange(2026, 2051)
UNUSED = SETTINGS.index("care_home")
"""Nobody is there: twelve settings are in use."""

BANDS = ((0, 14), (15, 44), (45, 64), (65, 79), (80, OPEN_AGE))
DECLINE = -0.01

CHANGES = [
    change(
        "avoid",
        {"diagnosis": DIAGNOSES[1:3], "setting": "inpatient", "ages": "65+"},
        share={2026: 0, 2030: "40 %"},
        adds={"setting": "ambulatory", "contacts": 12},
    ),
    change("shift", {"setting": "inpatient", "ages": "80+"}, share="10 %", to="municipal_acute"),
    change("shorten", {"setting": "inpatient"}, share="5 %"),
]


@dataclass(frozen=True)
class Country:
    """People ``[region, year, sex, age]``, tables and a scenario.

    `use` is the same as the tables', ``[sex, age, diagnosis, setting]``.
    """

    persons: xr.DataArray
    tables: dict[str, pd.DataFrame]
    written: Scenario
    use: Array

    def stage(self) -> dict[str, xr.Dataset]:
        """All that the pipeline does in this stage."""
        at_base = self.persons.isel(year=[0])
        nation = at_base.sum("region").expand_dims(region=[NATION])
        return activity_stage(
            self.persons.to_dataset(name="population"),
            xr.concat([at_base, nation], dim="region"),
            self.tables,
            self.written,
            lambda name: [name],
            self.persons.isel(region=0, drop=True),
        )

    def by_diagnosis(self) -> Array:
        """A plain loop: one diagnosis after the other, neither urgency nor changes."""
        cells = len(SEXES) * (OPEN_AGE + 1)
        persons = self.persons.values.reshape(-1, len(YEARS), cells)
        grown = (1 + DECLINE) ** (YEARS - YEARS[0])
        result = np.empty((len(persons), len(YEARS), len(DIAGNOSES), len(SETTINGS)))
        for d in range(len(DIAGNOSES)):
            use = self.use[:, :, d].reshape(cells, len(SETTINGS))
            result[:, :, d] = np.einsum("ryk,ks,y->rys", persons, use, grown)
        return result


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory, timed: bool) -> Country:
    regions = REGIONS if timed else REGIONS[:10]
    generator = np.random.default_rng(12)
    coords = {
        "region": regions,
        "year": YEARS,
        "sex": list(SEXES),
        "age": np.arange(OPEN_AGE + 1),
    }
    persons = xr.DataArray(
        generator.uniform(1, 100, tuple(len(labels) for labels in coords.values())), coords=coords
    )
    per_band = generator.uniform(1, 100, (len(SEXES), len(BANDS), len(DIAGNOSES), len(SETTINGS)))
    per_band[..., UNUSED] = 0.0

    def table(header: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
        return pd.DataFrame(rows, columns=header.split())

    rates = [
        (diagnosis, setting, sex, *band, per_band[x, b, d, s], YEARS[0])
        for d, diagnosis in enumerate(DIAGNOSES)
        for s, setting in enumerate(SETTINGS)
        for x, sex in enumerate(SEXES)
        for b, band in enumerate(BANDS)
    ]
    stays = [
        (diagnosis, setting, *band, generator.uniform(1, 10), YEARS[0])
        for diagnosis in DIAGNOSES
        for setting in BED_SETTINGS
        for band in BANDS
    ]
    urgency = [
        ("*", setting, *band, generator.uniform(0.2, 0.7))
        for setting in HOSPITAL_SETTINGS
        for band in BANDS
    ]
    growth = [("contacts", "*", "*", 0, OPEN_AGE, YEARS[0], YEARS[-1], DECLINE)]
    tables = {
        "diagnoses": table("diagnosis", [(name,) for name in DIAGNOSES]).assign(kind="somatic"),
        "use_rates": table("diagnosis setting sex age_from age_to contacts_per_1000 year", rates),
        "length_of_stay": table("diagnosis setting age_from age_to days year", stays),
        "urgency": table("diagnosis setting age_from age_to acute", urgency),
        "growth": table("measure diagnosis setting age_from age_to from to annual", growth),
    }
    written = scenario(
        tmp_path_factory.mktemp("country"),
        regions=regions,
        years={"base": int(YEARS[0]), "end": int(YEARS[-1])},
        activity={"changes": CHANGES},
    )
    widths = [last - first + 1 for first, last in BANDS]
    return Country(persons, tables, written, np.repeat(per_band / 1000, widths, axis=1))


@pytest.mark.benchmark(group="activity: a country, 25 years")
def bench_activity_stage(benchmark: Benchmark, country: Country) -> None:
    found = benchmark(country.stage)["activity"]["contacts"]  # type: ignore[index]
    expected = country.by_diagnosis()
    inpatient, arrives = SETTINGS.index("inpatient"), SETTINGS.index("municipal_acute")
    touched = [inpatient, arrives, SETTINGS.index("ambulatory")]
    np.testing.assert_allclose(
        np.delete(found.values, touched, axis=-1), np.delete(expected, touched, axis=-1), rtol=1e-10
    )
    # What leaves inpatient wards arrives in the municipalities, save where it is avoided.
    both = [inpatient, arrives]
    np.testing.assert_allclose(
        found.values[:, :, 3:, both].sum(axis=-1), expected[:, :, 3:, both].sum(axis=-1), rtol=1e-10
    )
    assert (found.values[:, -1, 1:3, both] < expected[:, -1, 1:3, both]).any()


@pytest.mark.benchmark(group="activity: a country, 25 years")
def bench_bare_matrix_product(benchmark: Benchmark, country: Country) -> None:
    """The same number of multiplications in one BLAS call on matrices that lie ready."""
    cells = len(SEXES) * (OPEN_AGE + 1)
    tall = np.ascontiguousarray(country.persons.values.reshape(-1, cells))
    used = np.delete(country.use, UNUSED, axis=-1)
    wide = np.ascontiguousarray(used.reshape(cells, -1))
    result = benchmark(np.matmul, tall, wide)
    regions = country.persons.sizes["region"]
    in_base_year = result.reshape(regions, len(YEARS), -1)[:, 0]  # type: ignore[attr-defined]
    expected = np.delete(country.by_diagnosis()[:, 0], UNUSED, axis=-1).reshape(regions, -1)
    np.testing.assert_allclose(in_base_year, expected, rtol=1e-10)


@pytest.mark.benchmark(group="activity: a country, 25 years")
def bench_loop_over_diagnoses(benchmark: Benchmark, country: Country) -> None:
    result = benchmark(country.by_diagnosis)
    assert np.isfinite(result).all()
