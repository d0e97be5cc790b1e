"""Supply of the embedded scenarios, with other supply sections and tables, without a new run."""

from functools import cache
from pathlib import Path

import pandas as pd
import xarray as xr

from projector.inputs.input_set import InputSet, load_inputs
from projector.scenario import load_scenario
from projector.tables import check_dataset
from projector.workforce import supply_stage
from tests.embedded import CASE_AREAS, SCENARIOS, result_of

__all__ = ["inputs", "nation", "supplied"]


@cache
def inputs() -> InputSet:
    """The embedded input set."""
    return load_inputs(CASE_AREAS, {})


@cache
def nation() -> float:
    """People of the nation in the base year of the embedded scenarios."""
    people = result_of("reference")["population"]["population"]
    return float(people.sel(year=2026).sum())


def supplied(folder: Path, parent: str, supply: str = "{}", **tables: pd.DataFrame) -> xr.Dataset:
    """Supply of a shipped scenario with another supply section, and with other tables."""
    path = folder / "own.yaml"
    text = f"scenario: Own\nextends: {SCENARIOS / parent}.yaml\nworkforce: {{supply: {supply}}}\n"
    path.write_text(text, encoding="utf-8")
    tree = result_of(parent)
    found = supply_stage(
        tree["workforce"].to_dataset().drop_vars("region_name"),
        tree["population"].to_dataset().drop_vars("region_name"),
        nation(),
        {**inputs().tables, **tables},
        load_scenario(path),
        inputs().members,
    )
    assert found is not None
    return check_dataset("workforce/supply", found)
