"""Supply of staff, and what is short against the need, with their names."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.workforce.balance import balance
from projector.workforce.projection import Known, Members, Walked, known, walk
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
    start: Known | None = None,
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
    start
        From `projector.workforce.projection.known` of the same people and the same need in the
        base year, where the stage is walked many times; None makes it.

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
    start = start or known(workforce, population, nation, tables, members)
    staff = start.staff
    _refuse_idle(scenario, staff.professions, [name for of in staff.competences for name in of])
    return _dataset(walk(start, scenario, members), workforce, staff)


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


def _dataset(walked: Walked, workforce: xr.Dataset, staff: Staff) -> xr.Dataset:
    """The results with their names; NaN where there is no stock."""
    groups = staff.groups
    regions, years = (workforce[axis].values for axis in ("region", "year"))

    def named(values: Array, axis: str, names: Sequence[str]) -> xr.DataArray:
        """All that are needed, from ``[year, name, region]`` of those with a stock."""
        everyone = list(map(str, workforce[axis].values))
        full = np.full((len(regions), len(years), len(everyone)), np.nan)
        full[..., [everyone.index(name) for name in names]] = values.transpose(2, 0, 1)
        coords = {"region": regions, "year": years, axis: workforce[axis].values}
        return xr.DataArray(full, coords=coords, dims=("region", "year", axis))

    def summed(values: Array) -> xr.DataArray:
        by_profession = groups.by_profession(values.transpose(1, 0, 2)).transpose(1, 0, 2)
        return named(by_profession, "profession", staff.professions)

    names = [name for competences in staff.competences for name in competences]
    special = np.setdiff1d(np.arange(len(groups)), groups.general)
    supply = summed(walked.fte)
    competent = named(walked.fte[:, special], "competence", names)
    short = balance(workforce, supply, competent)
    return xr.Dataset(
        {
            "supply": supply,
            "heads": summed(walked.heads),
            "gap": short["gap"],
            **{name: summed(values) for name, values in walked.flows.items()},
            "begun": named(walked.begun, "profession", staff.professions),
            "competence_supply": competent,
            "competence_gap": short["competence_gap"],
            "first_shortage": short["first_shortage"],
            "competence_first_shortage": short["competence_first_shortage"],
        }
    ).assign_coords(competence_profession=("competence", workforce["competence_profession"].values))
