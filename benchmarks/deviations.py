"""The tables ``national_history`` and ``deviations`` of the embedded inputs, from the real tables.

``python -m benchmarks.deviations`` writes both anew into ``inputs/case-areas``, or into the folder
that is its argument. The tables lie beside the checkout, see `tests.shared`.
"""

import csv
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.accuracy import scenario
from projector.inputs.ages import OPEN, age_label
from projector.population.fertility import fertility_shares
from projector.run.backtest import read_material
from projector.run.deviations import counted_series, deviations_table
from projector.tables import OPEN_AGE
from tests.embedded import CASE_AREAS
from tests.shared import SHARED, tidy_people

LAST_BASE = 2020
"""Base year that the shipped sizes are known at: the last table of all municipalities."""

FIRST_YEAR = 1966
"""Life expectancy and net migration of the nation from here on: twenty years before the first
age table of the nation, which fertility comes from."""


def national_history() -> pd.DataFrame:
    """Fertility, life expectancy and net immigration of the nation, year by year."""
    world = pd.read_csv(SHARED / "un" / "wpp2024_norway_summary.csv")
    world = world[(world["year"] >= FIRST_YEAR) & (world["year"] <= 2023)]
    united = "UN World Population Prospects 2024, Norway, estimates"
    parts = [
        pd.DataFrame(
            {
                "component": component,
                "sex": sex,
                "year": world["year"],
                "value": world[column] * unit,
            }
        ).assign(source=united, quality="official")
        for component, sex, column, unit in (
            ("life_expectancy", "female", "e0F", 1.0),
            ("life_expectancy", "male", "e0M", 1.0),
            ("net_immigration", "both", "mig", 1000.0),
        )
    ]
    people = tidy_people("norway_sex_age_1986_2026.csv").isel(region=0, drop=True)
    years = people["year"].values[:-1]
    with tempfile.TemporaryDirectory() as folder:
        inputs = read_material(scenario(Path(folder))).inputs
    women = people.sel(sex="female").transpose("year", "age").values
    middle = (women[:-1] + women[1:]) / 2
    shares = fertility_shares(inputs.tables["fertility"], years, OPEN_AGE)[:, : middle.shape[1]]
    children = people.sel(age=0).sum("sex").values[1:]
    total = children / (shares * middle).sum(axis=-1)
    parts.append(
        pd.DataFrame({"component": "total_fertility", "sex": "both", "year": years, "value": total})
        .assign(source="SSB 07459: children of age 0 over women by age, shares of the table "
                "fertility", quality="derived")
    )  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    return table.assign(value=np.round(table["value"], 4))


def main(folder: Path) -> None:
    """Write the tables."""
    history = national_history()
    _write(history, folder / "national_history.csv")
    with tempfile.TemporaryDirectory() as beside:
        every = scenario(Path(beside))
        inputs = read_material(every).inputs
        notes: list[str] = []
        series = counted_series({**inputs.tables, "national_history": history})
        table = deviations_table(every, inputs, LAST_BASE, series, notes)
    _write(as_written(table), folder / "deviations.csv")
    print("\n".join(notes))


def as_written(table: pd.DataFrame) -> pd.DataFrame:
    """The table of deviations with ages as a planner writes them, and values to four digits."""
    bounds = zip(table["age_from"], table["age_to"], strict=True)
    ages = ["*" if pair == (0, OPEN) else age_label(*pair) for pair in bounds]
    return pd.DataFrame(
        {
            "measure": table["measure"],
            "ages": ages,
            "statistic": table["statistic"],
            "value": [float(f"{value:.4g}") for value in table["value"]],
            "source": table["source"],
            "quality": table["quality"],
        }
    )


def _write(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    print(f"{path.name}: {len(table)} rows")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CASE_AREAS)
