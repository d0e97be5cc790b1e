r"""The workforce stage: the staff that activity and capacity take.

Staff is the sum of three parts, by region, year, setting, kind of diagnosis and profession:
ratios to drivers, duty rosters and workloads. What a scenario writes as duty takes the place of
all three. Then the levers act, the fewest on duty are added where a unit is smaller than that, and
what comes out is told by competence, education, pay and against the people of working age.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.activity.services import Services
from projector.tables import DRIVERS, EDUCATIONS, OLD_AGES, SETTINGS
from projector.workforce.claims import claims
from projector.workforce.competence import staff_with_competence
from projector.workforce.levers import lever_effect, pull
from projector.workforce.minimum import UnitBeds, fewest_on_duty
from projector.workforce.need import (
    drivers_of,
    own_duty,
    own_duty_cells,
    professions_of,
    ratios_of,
    staffed,
)
from projector.workforce.rosters import Team, staff_of_a_bed, teams_of
from projector.workforce.units import units_of
from projector.workforce.workload import staff_of_each, worked

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Staffing", "Work", "staff_needed", "staffing_of", "work_to_do", "workforce_stage"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Work:
    """Staff by beds, minutes and ratios, before levers and without the fewest on duty.

    Parameters
    ----------
    need
        ``[region, year, setting, kind, profession]``, FTE.
    teams, units
        Those who are on duty together, and the sites whose beds they work for.
    professions
        Keys in the order of the last axis.
    years
        Calendar years.
    """

    need: Array
    teams: Sequence[Team]
    units: Sequence[UnitBeds]
    professions: Sequence[str]
    years: NDArray[np.int64]


@dataclass(frozen=True)
class Staffing:
    """What the tables say of staff, the same for any draw of a scenario; see `staffing_of`.

    Parameters
    ----------
    ratios
        ``[driver, setting, kind, profession]``, FTE by ratios and by beds of duty rosters.
    loads
        FTE of each contact and bed day, from `staff_of_each`.
    teams
        Those who are on duty together.
    professions
        Keys in the order of the last axes.
    """

    ratios: Array
    loads: Mapping[tuple[str, str], Array]
    teams: Sequence[Team]
    professions: Sequence[str]


def staffing_of(
    tables: Mapping[str, pd.DataFrame], scenario: "Scenario", activity: xr.Dataset
) -> Staffing:
    """What the tables say of staff, where the scenario does not write its own duty.

    Parameters
    ----------
    tables, scenario
        As of `workforce_stage`.
    activity
        Group ``activity`` of the results, for its diagnoses and their kinds.

    Raises
    ------
    InputsError
        As `workforce_stage`.
    """
    professions = professions_of(tables)
    ratios = ratios_of(tables["staffing"], professions)
    teams: list[Team] = []
    if "rosters" in tables:
        own = own_duty_cells(scenario, professions)
        teams = teams_of(tables["rosters"], tables.get("working_time"), own, professions)
        ratios[DRIVERS.index("bed")] += staff_of_a_bed(teams, professions)
    diagnoses, kinds = (map(str, activity[name].values) for name in ("diagnosis", "kind"))
    loads = staff_of_each(tables, dict(zip(diagnoses, kinds, strict=True)), professions)
    return Staffing(ratios, loads, teams, professions)


def work_to_do(
    population: xr.Dataset,
    activity: xr.Dataset,
    capacity: Mapping[str, xr.Dataset],
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    members: Callable[[str], Sequence[str]],
    staffing: Staffing | None = None,
) -> Work:
    """What the levers act on; parameters and errors as of `workforce_stage`."""
    years = activity["year"].values
    if staffing is None:
        staffing = staffing_of(tables, scenario, activity)
    services, professions = Services.of(activity), staffing.professions
    drivers = drivers_of(population, services, capacity)
    need = staffed(staffing.ratios, drivers)
    worked(staffing.loads, services, need)
    units: list[UnitBeds] = []
    if "rosters" in tables:
        units = units_of(capacity["beds"], tables, scenario, members)
    need = own_duty(need, scenario, drivers, professions, years)
    return Work(need, staffing.teams, units, professions, years)


def staff_needed(work: Work, scenario: "Scenario", *, work_is_done: bool = False) -> Array:
    """Staff after the levers of a scenario, with the fewest on duty.

    Parameters
    ----------
    work
        From `work_to_do`.
    scenario
        Its levers.
    work_is_done
        Whether nobody asks for `work` again, so that its array may become the result.

    Returns
    -------
    ndarray of float
        ``[region, year, setting, kind, profession]``, FTE.

    Raises
    ------
    ConsistencyError
        With every lever that finds no staff to work on.
    """
    need = pull(work.need, scenario, work.professions, work.years)
    effect = lever_effect(scenario, work.professions, work.years)
    added = fewest_on_duty(work.teams, work.units, effect, work.professions)
    if added:
        if need is work.need and not work_is_done:
            need = need.copy(order="K")
        for (s, k, p), amount in added.items():
            need[:, :, s, k, p] += amount
    return need


def workforce_stage(
    population: xr.Dataset,
    activity: xr.Dataset,
    capacity: Mapping[str, xr.Dataset],
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    members: Callable[[str], Sequence[str]],
    *,
    staffing: Staffing | None = None,
) -> xr.Dataset:
    """Staff needed, by profession and by competence, and what it means.

    Parameters
    ----------
    population, activity, capacity
        Results of the stages before.
    tables
        Input tables ``staffing`` and ``competences``; where there are any also ``rosters`` and
        ``workloads`` with ``working_time`` and ``allowances``, ``professions``,
        ``participation`` and ``sites``.
    scenario
        Duty, competence, levers and limits that the scenario writes itself.
    members
        Region codes of a region or area name.
    staffing
        From `staffing_of`, where the stage is walked many times; None makes it.

    Returns
    -------
    Dataset
        ``need[region, year, setting, profession]`` and
        ``competence_need[region, year, competence]``, FTE, and the results of
        `projector.workforce.claims`. The coordinate ``competence_profession`` says which
        profession a competence belongs to.

    Raises
    ------
    InputsError
        If a ratio per 1 000 inhabitants does not name its setting or is for one kind, or nothing
        says how long staff on a roster or with a workload are at work.
    ConsistencyError
        If the scenario counts staff per something that the setting has none of, a lever finds
        no staff to work on, or the competences of a profession exceed the whole.
    """
    work = work_to_do(population, activity, capacity, tables, scenario, members, staffing)
    need = staff_needed(work, scenario, work_is_done=True)
    years, professions = work.years, work.professions
    by_competence, competences = staff_with_competence(
        need, tables["competences"], scenario, professions, years
    )
    by_setting = need.sum(axis=3)
    result = xr.Dataset(
        {
            "need": (("region", "year", "setting", "profession"), by_setting),
            "competence_need": (("region", "year", "competence"), by_competence),
            **claims(by_setting.sum(axis=2), population, tables, scenario, professions, years),
        },
        coords={
            "region": activity["region"].values,
            "year": years,
            "setting": list(SETTINGS),
            "profession": np.array(professions, dtype=object),
            "competence": np.array([name for _, name in competences], dtype=object),
            "education": list(EDUCATIONS),
            "old": list(OLD_AGES),
        },
    )
    return result.assign_coords(
        competence_profession=("competence", np.array([p for p, _ in competences], dtype=object))
    )
