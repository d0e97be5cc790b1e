"""Supply of staff, and what is short against the need, with their names."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.workforce.balance import first_year_short
from projector.workforce.projection import Members, Walked, known, walk
from projector.workforce.staff_tables import Staff, has_supply

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["supply_stage"]

Array = NDArray[np.float64]

_BY_PROFESSION = ("education", "abroad", "retention", "retirement", "full_time", "stock")
"""Keys of `workforce.supply` that name professions."""


def supply_stage(
    workforce: xr.Dataset,
    population: xr.Dataset,
    nation: float,
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    members: Members,
    *,
    staff: Staff | None = None,
) -> xr.Dataset | None:
    """Staff that there will be, and what is short.

    Parameters
    ----------
    workforce
        ``need[region, year, setting, profession]`` and
        ``competence_need[region, year, competence]``, FTE.
    population
        People, deaths and net migration of the run.
    nation
        People of the nation in the base year: a run of some regions has their share of what is
        known of the nation.
    tables
        Input tables; without those of `projector.workforce.staff_tables.REQUIRED` there is no
        supply.
    scenario
        ``workforce.supply``.
    members
        Region codes of a region or area name.
    staff
        From `projector.workforce.projection.staff_of`, where the stage is walked many times; None
        reads the tables.

    Returns
    -------
    Dataset or None
        Group ``workforce/supply`` of the results. Professions without a stock have NaN.

    Raises
    ------
    InputsError
        If a competence has no row in ``specialisation``, or more FTE than heads are counted.
    ConsistencyError
        If scenario and tables do not fit together, the scenario says something of a profession
        without a stock, or a flow is larger than its stock.
    """
    if not has_supply(tables):
        _refuse_idle(scenario, (), ())
        return None
    start = known(workforce, population, nation, tables, members, staff=staff)
    staff = start.staff
    _refuse_idle(scenario, staff.professions, [name for of in staff.competences for name in of])
    needed = workforce["need"].sum("setting").transpose("profession", "region", "year")
    return _dataset(walk(start, scenario, members), needed, workforce, staff)


def _refuse_idle(
    scenario: "Scenario", professions: Collection[str], competences: Collection[str]
) -> None:
    """What a scenario says of those who have no stock would silently do nothing."""
    supply = scenario.workforce.supply
    problems = [
        Problem(
            where=scenario.where("workforce", "supply", key, name),
            message=f"{name} has no stock that this could work on",
            expected=f"one of {', '.join(known)}" if known else "the tables of staff in the inputs",
        )
        for key, known in (
            *((key, professions) for key in _BY_PROFESSION),
            ("specialisation", competences),
        )
        for name in getattr(supply, key)
        if name not in known
    ]
    if problems:
        raise ConsistencyError(problems)


def _dataset(
    walked: Walked, needed: xr.DataArray, workforce: xr.Dataset, staff: Staff
) -> xr.Dataset:
    """The results with their names; NaN where there is no stock."""
    groups, dims = staff.groups, ("region", "year", "profession")

    def of_professions(values: Array) -> xr.DataArray:
        """From ``[year, profession, region]``."""
        array = xr.DataArray(
            values.transpose(2, 0, 1),
            dims=dims,
            coords={
                "region": needed["region"].values,
                "year": needed["year"].values,
                "profession": np.array(staff.professions, dtype=object),
            },
        )
        return array.reindex(profession=needed["profession"].values)

    def summed(values: Array) -> xr.DataArray:
        return of_professions(groups.by_profession(values.transpose(1, 0, 2)).transpose(1, 0, 2))

    supply = summed(walked.fte)
    gap = needed.transpose(*dims) - supply
    names = [name for competences in staff.competences for name in competences]
    special = np.setdiff1d(np.arange(len(groups)), groups.general)
    by_competence = xr.DataArray(
        walked.fte[:, special].transpose(2, 0, 1),
        dims=("region", "year", "competence"),
        coords={
            "region": needed["region"].values,
            "year": needed["year"].values,
            "competence": np.array(names, dtype=object),
        },
    ).reindex(competence=workforce["competence"].values)
    competence_gap = workforce["competence_need"] - by_competence
    return (
        xr.Dataset(
            {
                "supply": supply,
                "heads": summed(walked.heads),
                "gap": gap,
                **{name: summed(values) for name, values in walked.flows.items()},
                "begun": of_professions(walked.begun),
                "competence_supply": by_competence,
                "competence_gap": competence_gap,
                "first_shortage": first_year_short(gap),
                "competence_first_shortage": first_year_short(competence_gap),
            }
        )
        .reset_coords(drop=True)
        .assign_coords(
            competence_profession=("competence", workforce["competence_profession"].values)
        )
    )
