"""The calibration of a scenario alone, without the projection."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import xarray as xr

from projector.population.calibration_tables import calibration_dataset
from projector.population.stage import calibration_of
from projector.run.history import age_notes, age_tables
from projector.run.pipeline import read_inputs, region_names
from projector.run.provenance import notes
from projector.run.regions import chosen_regions
from projector.run.threads import in_one_thread
from projector.tables import NATION, check_dataset

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Estimated", "estimate"]


@dataclass(frozen=True)
class Estimated:
    """What the age tables say, and what a reader needs beside it.

    Parameters
    ----------
    dataset
        The group ``calibration`` of the results.
    base
        ``[region, sex, age]``, persons on 1 January of the base year, without the nation.
    regions
        Codes that the scenario is about; all regions of the tables where it is about the nation.
    years
        First and last year of the tables used.
    notes
        What a reader should know of them.
    """

    dataset: xr.Dataset
    base: xr.DataArray
    regions: list[str]
    years: tuple[int, int]
    notes: list[str]


@in_one_thread
def estimate(scenario: "Scenario") -> Estimated:
    """Estimate the regional components of a scenario.

    Parameters
    ----------
    scenario
        From `projector.load_scenario`.

    Returns
    -------
    Estimated
        With the same figures as a run has in its results.

    Raises
    ------
    ScenarioError
        If the scenario names something that the inputs do not hold.
    InputsError
        If a table is wrong.
    ConsistencyError
        If scenario and inputs do not fit together.
    """
    inputs = read_inputs(scenario)
    regions = chosen_regions(scenario, inputs)
    history, age_width = age_tables(scenario, inputs)
    calibration = calibration_of(history, inputs.tables, scenario, age_width=age_width)
    dataset = check_dataset("calibration", calibration_dataset(calibration, region_names(inputs)))
    return Estimated(
        dataset=dataset,
        base=history.sel(year=scenario.years.base, drop=True).drop_sel(region=NATION),
        regions=[str(code) for code in dataset["region"].values] if NATION in regions else regions,
        years=calibration.years,
        notes=notes(scenario, inputs, calibration.years, age_notes(inputs, history, age_width)),
    )
