r"""The workforce stage: the staff that activity and capacity take.

Staff is the sum of three parts, by region, year, setting, kind of diagnosis and profession:
ratios to drivers, duty rosters and workloads. What a scenario writes as duty takes the place of
all three. Then the levers act, and what is left is told by competence, education, pay and
against the people of working age.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from projector.tables import EDUCATIONS, OLD_AGES, SETTINGS
from projector.workforce.claims import claims
from projector.workforce.competence import competence_shares
from projector.workforce.levers import pull
from projector.workforce.need import (
    drivers_of,
    own_duty,
    own_duty_cells,
    professions_of,
    staffed,
)
from projector.workforce.rosters import rostered, teams_of
from projector.workforce.units import units_of
from projector.workforce.workload import worked

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["workforce_stage"]


def workforce_stage(
    population: xr.Dataset,
    activity: xr.Dataset,
    capacity: Mapping[str, xr.Dataset],
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    members: Callable[[str], Sequence[str]],
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
    years = activity["year"].values
    professions = professions_of(tables)
    drivers = drivers_of(population, activity, capacity)
    need = staffed(tables["staffing"], drivers, professions)
    if "rosters" in tables:
        own = own_duty_cells(scenario, professions)
        teams = teams_of(tables["rosters"], tables.get("working_time"), own, professions)
        units = units_of(capacity["beds"], tables, scenario, members)
        need += rostered(teams, drivers["bed"], units, professions)
    need += worked(tables, activity, professions)
    need = own_duty(need, scenario, drivers, professions, years)
    need = pull(need, scenario, professions, years)
    shares, competences = competence_shares(tables["competences"], scenario, professions, years)
    by_competence = np.einsum("ryskp,yskpc->ryc", need, shares)
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
