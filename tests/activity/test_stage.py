"""The stage against the same model in plain loops, one person-group after the other."""

from collections import defaultdict
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from projector.activity import activity_stage
from projector.tables import BED_SETTINGS, SETTINGS, SEXES
from tests.activity.world import change, scenario

Key = tuple[str, int, str, int, str, str, str]
Service = tuple[str, int, str, str]

YEARS, AGES, REGIONS = (2026, 2027, 2028), tuple(range(6)), ("0001", "0002")
DIAGNOSES = ("heart", "copd")
USED = ("inpatient", "observation", "municipal_acute", "outpatient")
URGENT = ("inpatient", "observation")

CHANGES = [
    change(
        "avoid",
        {"diagnosis": "heart", "setting": "inpatient", "ages": "3+", "sex": "female"},
        share={2026: 0, 2028: 0.4},
        adds={"setting": "outpatient", "contacts": 2},
    ),
    change(
        "shift",
        {"setting": "inpatient", "urgency": "acute", "region": "0002"},
        share=0.3,
        to="observation",
        exchange=1.5,
    ),
    change("shorten", {"setting": ["inpatient", "observation"], "ages": "2-4"}, share=0.1),
    change("readmissions", {"diagnosis": "copd"}, share=0.5),
    change(
        "shift",
        {"setting": "inpatient", "urgency": "elective"},
        share=0.2,
        to="municipal_acute",
        days=2.5,
    )
    | {"name": "shift again"},
]


class Loops:
    """What the stage computes, by dictionaries and loops over single ages."""

    def __init__(self) -> None:
        draw = np.random.default_rng(3).uniform
        self.people = {key: draw(1, 100) for key in product(REGIONS, YEARS, SEXES, AGES)}
        self.rate = {key: draw(1, 100) for key in product(DIAGNOSES, USED, SEXES, AGES)}
        self.nights = {key: draw(1, 9) for key in product(DIAGNOSES, BED_SETTINGS, AGES)}
        self.acute = {key: draw(0.3, 1) for key in product(DIAGNOSES, URGENT, AGES)}
        self.again = {key: draw(0, 0.3) for key in product(DIAGNOSES, AGES)}
        self.stays: dict[Key, float] = {}
        self.days: dict[Key, float] = {}

    def fill(self) -> None:
        for (r, y, x, a), d, s in product(self.people, DIAGNOSES, USED):
            growth = 0.97 ** (y - 2026) if d == "heart" else 1.0
            longer = 1.02 ** (y - 2026) if s == "inpatient" else 1.0
            whole = self.people[r, y, x, a] * self.rate[d, s, x, a] / 1000 * growth
            acute = self.acute.get((d, s, a), 0.0)
            again = self.again[d, a] if s == "inpatient" else 0.0
            courses = {"elective": 1 - acute, "acute": acute - again, "readmission": again}
            for c, share in courses.items():
                self.stays[r, y, x, a, d, s, c] = whole * share
                if s in BED_SETTINGS:
                    nights = self.nights[d, s, a] * longer
                    self.days[r, y, x, a, d, s, c] = whole * share * nights

    def change(self) -> None:
        for key in list(self.stays):
            _, y, x, a, d, s, _ = key
            if d == "heart" and s == "inpatient" and a >= 3 and x == "female":
                taken = self.take(key, 0.2 * (y - 2026))
                self.arrive(key, "outpatient", "elective", 2 * taken)
        there = self.nights_there()
        for key in list(self.stays):
            r, y, _, _, d, s, c = key
            if s == "inpatient" and c != "elective" and r == "0002":
                stays = 1.5 * self.take(key, 0.3)
                self.arrive(key, "observation", "acute", stays, there[r, y, d, "observation"])
        for key in self.days:
            if key[5] in ("inpatient", "observation") and 2 <= key[3] <= 4:
                self.days[key] *= 0.9
        for key in list(self.stays):
            if key[4] == "copd" and key[6] == "readmission":
                self.take(key, 0.5)
        for key in list(self.stays):
            if key[5] == "inpatient" and key[6] == "elective":
                self.arrive(key, "municipal_acute", "elective", self.take(key, 0.2), nights=2.5)

    def take(self, key: Key, share: float) -> float:
        taken = self.stays[key] * share
        self.stays[key] -= taken
        if key in self.days:
            self.days[key] *= 1 - share
        return taken

    def arrive(
        self, source: Key, setting: str, course: str, stays: float, nights: float = 0.0
    ) -> None:
        key = (*source[:5], setting, course)
        if key in self.days:
            self.days[key] += stays * nights
        self.stays[key] += stays

    def nights_there(self) -> dict[Service, float]:
        """Nights of an acute stay; all these ages are in one band, children."""
        days: defaultdict[Service, float] = defaultdict(float)
        stays: defaultdict[Service, float] = defaultdict(float)
        for key, amount in self.days.items():
            r, y, _, _, d, s, c = key
            if c == "acute":
                days[r, y, d, s] += amount
                stays[r, y, d, s] += self.stays[key]
        return {key: days[key] / stays[key] for key in stays if stays[key]}

    def tables(self) -> dict[str, pd.DataFrame]:
        def table(header: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
            return pd.DataFrame(rows, columns=header.split())

        def band(age: int) -> tuple[int, int]:
            return age, age if age < AGES[-1] else -1

        return {
            "diagnoses": table("diagnosis kind", [(d, "somatic") for d in DIAGNOSES]),
            "use_rates": table(
                "diagnosis setting sex age_from age_to contacts_per_1000 year",
                [(d, s, x, *band(a), rate, 2026) for (d, s, x, a), rate in self.rate.items()],
            ),
            "length_of_stay": table(
                "diagnosis setting age_from age_to days year",
                [(d, s, *band(a), nights, 2026) for (d, s, a), nights in self.nights.items()],
            ),
            "urgency": table(
                "diagnosis setting age_from age_to acute",
                [(d, s, *band(a), share) for (d, s, a), share in self.acute.items()],
            ),
            "readmissions": table(
                "diagnosis age_from age_to share",
                [(d, *band(a), share) for (d, a), share in self.again.items()],
            ),
            "growth": table(
                "measure diagnosis setting age_from age_to from to annual",
                [
                    ("contacts", "heart", "*", 0, -1, 2026, 2028, -0.03),
                    ("length_of_stay", "*", "inpatient", 0, -1, 2026, 2028, 0.02),
                ],
            ),
            # So that every single age is a cell, as in the loops.
            "priority_groups": table(
                "group order diagnosis kind age_from age_to",
                [(f"age {a}", a + 1, "*", "*", *band(a)) for a in AGES],
            ),
        }


@pytest.mark.parametrize("changes", [[], CHANGES], ids=["base use", "after the changes"])
def test_the_stage_is_the_plain_loops(tmp_path: Path, changes: list[dict[str, object]]) -> None:
    loops = Loops()
    loops.fill()
    if changes:
        loops.change()
    coords = {"region": list(REGIONS), "year": list(YEARS), "sex": list(SEXES), "age": list(AGES)}
    shape = tuple(map(len, coords.values()))
    persons = xr.DataArray(np.reshape(list(loops.people.values()), shape), coords=coords)
    nation = persons.isel(region=[0]).assign_coords(region=["0"])
    written = scenario(tmp_path, years={"base": 2026, "end": 2028}, activity={"changes": changes})
    found = activity_stage(
        persons.to_dataset(name="population"),
        xr.concat([persons, nation], dim="region").isel(year=[0]),
        loops.tables(),
        written,
        lambda name: [name],
        persons.isel(region=0, drop=True),
    )["activity"]

    def summed(amounts: dict[Key, float], *courses: str) -> np.ndarray:
        result = np.zeros((len(REGIONS), len(YEARS), len(DIAGNOSES), len(SETTINGS)))
        for (r, y, _, _, d, s, c), amount in amounts.items():
            if c in courses:
                place = REGIONS.index(r), YEARS.index(y), DIAGNOSES.index(d), SETTINGS.index(s)
                result[place] += amount
        return result

    everything = ("elective", "acute", "readmission")
    np.testing.assert_allclose(found["contacts"], summed(loops.stays, *everything), rtol=1e-12)
    np.testing.assert_allclose(found["bed_days"], summed(loops.days, *everything), rtol=1e-12)
    np.testing.assert_allclose(found["acute"], summed(loops.stays, *everything[1:]), rtol=1e-12)
    again = summed(loops.stays, "readmission").sum(axis=-1)
    np.testing.assert_allclose(found["readmissions"], again, rtol=1e-12)
