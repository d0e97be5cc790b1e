"""Scenarios and inputs that the benchmarks of whole runs stand on.

The country is that of the real tables beside the checkout (`tests.shared`), and otherwise one of
made-up municipalities with the ages of those of the embedded set.
"""

import csv
from dataclasses import replace
from pathlib import Path

import pandas as pd

from projector.run.futures import Futures, futures_of
from projector.run.pipeline import People, project_care, project_people
from projector.scenario import Scenario
from tests.embedded import CASE_AREAS, SCENARIOS
from tests.shared import SHARED

__all__ = ["HALLINGDAL", "MUNICIPALITIES", "country", "futures_in", "is_real", "with_diagnoses"]

HALLINGDAL = SCENARIOS / "hallingdal-copd.yaml"
"""Hallingdal with three changes, one of them uncertain."""

MUNICIPALITIES = 357
_REAL = SHARED / "ssb" / "tidy" / "municipalities_sex_age_2005_2020.csv.gz"
_YEARS = 14
_CHANGES = """
activity:
  changes:
    - name: Followed up at home
      avoid: {diagnosis: copd, setting: inpatient, ages: 65+}
      share: {2026: 0, 2030: {triangular: [40 %, 55 %, 70 %]}}
      adds: {setting: ambulatory, contacts: 12}
    - name: To the municipality
      shift: {diagnosis: [infection, other], setting: inpatient, ages: 80+}
      to: municipal_acute
      share: {2026: 0, 2032: 10 %}
      days: 3
    - name: Shorter
      shorten: {setting: inpatient, ages: 67+}
      share: {2026: 0, 2030: 5 %}
capacity:
  overflow: {municipal_acute: 5 %}
"""


def is_real() -> bool:
    """Whether the real tables are there."""
    return _REAL.is_file()


def country(folder: Path, regions: int, *, real: bool) -> Path:
    """A scenario of some municipalities with the changes of `HALLINGDAL`.

    Parameters
    ----------
    folder
        Where its files are written.
    regions
        How many.
    real
        Whether they are those of the real tables.
    """
    if real:
        people, base = _REAL, 2020
        codes = pd.read_csv(people, usecols=["code"], dtype=str)["code"].drop_duplicates()
        names = list(codes[:regions])
    else:
        people, base = folder / f"people-{regions}.csv", 2026
        names = _write_people(people, regions)
    path = folder / f"country-{regions}-{base}.yaml"
    chosen = ", ".join(f'"{name}"' for name in names)
    path.write_text(
        f"scenario: {regions} municipalities\nextends: {SCENARIOS}/reference.yaml\n"
        f"inputs: {{set: {CASE_AREAS}, population: [{people}]}}\n"
        f"regions: [{chosen}]\nyears: {{base: {base}, end: {base + _YEARS}}}\n" + _CHANGES,
        encoding="utf-8",
    )
    return path


def _write_people(path: Path, regions: int) -> list[str]:
    """The embedded table, and its municipalities once more under other codes as often as needed."""
    with (CASE_AREAS / "population.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    own = [row for row in rows if len(row[0]) == len("1001")]
    codes = list(dict.fromkeys(row[0] for row in own))
    names = [f"{9000 + i}" for i in range(regions)]
    of_code = {code: [row for row in own if row[0] == code] for code in codes}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([header, *rows])
        for i, name in enumerate(names):
            for row in of_code[codes[i % len(codes)]]:
                writer.writerow([name, f"Municipality {name}", *row[2:]])
    return names


def futures_in(scenario: Scenario, *, diagnoses: int = 1) -> Futures:
    """The futures of a scenario, with each diagnosis as often as is said."""
    people = with_diagnoses(project_people(scenario), diagnoses)
    return futures_of(scenario, people, project_care(scenario, people))


def with_diagnoses(people: People, times: int) -> People:
    """The same people, with every diagnosis some times over, each used as the first."""
    if times == 1:
        return people
    tables = {name: _repeated(table, times) for name, table in people.inputs.tables.items()}
    names = tables["names"]
    new = [
        names[names["type"] == "diagnosis"].assign(
            key=names.loc[names["type"] == "diagnosis", "key"] + f" {i}"
        )
        for i in range(1, times)
    ]
    tables["names"] = pd.concat([names, *new], ignore_index=True)
    return replace(people, inputs=replace(people.inputs, tables=tables))


def _repeated(table: pd.DataFrame, times: int) -> pd.DataFrame:
    if "diagnosis" not in table:
        return table
    named = table[table["diagnosis"].notna() & (table["diagnosis"] != "*")]
    again = [named.assign(diagnosis=named["diagnosis"] + f" {i}") for i in range(1, times)]
    return pd.concat([table, *again], ignore_index=True)
