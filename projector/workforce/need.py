r"""Staff by drivers: so many full-time equivalents for each unit of something.

.. math:: \mathrm{FTE}_{r,y,s,k,p} = \sum_{\delta} \mathrm{driver}^{\delta}_{r,y,s,k}
          \; q^{\delta}_{y,s,k,p}

with the drivers :math:`\delta` of `projector.tables.DRIVERS`, kinds of diagnosis :math:`k` and
full-time equivalents :math:`q` for each unit of the driver.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.activity.services import Services, planes
from projector.errors import ConsistencyError, InputsError, Problem
from projector.tables import (
    DIAGNOSIS_KINDS,
    DRIVERS,
    PROFESSION_TABLES,
    SETTINGS,
    one_or_all,
    unique,
)

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = [
    "drivers_of",
    "own_duty",
    "own_duty_cells",
    "professions_of",
    "ratios_of",
    "staffed",
]

Array = NDArray[np.float64]

_PER_PERSON = "1000 inhabitants"


def professions_of(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Keys of all professions that the tables speak of, in their order there."""
    there = [tables[name]["profession"] for name in PROFESSION_TABLES if name in tables]
    return unique(profession for names in there for profession in names)


def drivers_of(
    population: xr.Dataset, services: Services, capacity: Mapping[str, xr.Dataset]
) -> dict[str, Array]:
    """Amount of each driver ``[region, year, setting, kind]``.

    Inhabitants have no kind of diagnosis: the kinds of a setting share them by the work that
    they give it, bed days where it has any and contacts elsewhere.

    Parameters
    ----------
    population, services, capacity
        Results of the stages before.

    Returns
    -------
    dict of ndarray
        By driver.
    """
    contacts, bed_days = (services.by_kind(measure) for measure in ("contacts", "bed_days"))
    people = population["population"].transpose("region", "year", "sex", "age")
    everybody = people.values.sum(axis=(2, 3)) / 1000.0
    work = np.where(bed_days.sum(axis=-1, keepdims=True) > 0, bed_days, contacts)
    whole = work.sum(axis=-1, keepdims=True)
    equal = np.full_like(work, 1.0 / len(DIAGNOSIS_KINDS))
    share = np.divide(work, whole, out=equal, where=whole > 0)
    return {
        **{
            driver: capacity[unit]["need_by_kind"].values
            for driver, unit in (("bed", "beds"), ("place", "places"), ("room", "rooms"))
        },
        "1000 contacts": contacts / 1000.0,
        "1000 bed days": bed_days / 1000.0,
        _PER_PERSON: everybody[..., np.newaxis, np.newaxis] * share,
    }


def ratios_of(table: pd.DataFrame, professions: Sequence[str]) -> Array:
    """Full-time equivalents for each unit of a driver, by the table ``staffing``.

    Parameters
    ----------
    table
        The table.
    professions
        Keys in the order of the last axis.

    Returns
    -------
    ndarray of float
        ``[driver, setting, kind, profession]``.

    Raises
    ------
    InputsError
        If a ratio per 1 000 inhabitants does not name its setting, or is for one kind.
    """
    shape = (len(DRIVERS), len(SETTINGS), len(DIAGNOSIS_KINDS), len(professions))
    ratios = np.zeros(shape)
    for row in table.to_dict("records"):
        if row["per"] == _PER_PERSON and (row["setting"] == "*" or row["kind"] != "*"):
            raise InputsError(
                Problem(
                    where="table staffing",
                    message=f"{row['profession']} per {_PER_PERSON} is for one setting and all "
                    "kinds of diagnosis",
                    found=f"setting {row['setting']}, kind {row['kind']}",
                    expected="one setting, and kind *",
                )
            )
        ratios[
            DRIVERS.index(row["per"]),
            one_or_all(row["setting"], SETTINGS),
            one_or_all(row["kind"], DIAGNOSIS_KINDS),
            professions.index(row["profession"]),
        ] += row["fte"]
    return ratios


def staffed(ratios: Array, drivers: Mapping[str, Array]) -> Array:
    """Full-time equivalents by ratios.

    Parameters
    ----------
    ratios
        ``[driver, setting, kind, profession]``, from `ratios_of`.
    drivers
        From `drivers_of`.

    Returns
    -------
    ndarray of float
        ``[region, year, setting, kind, profession]``.
    """
    regions, years = drivers[DRIVERS[0]].shape[:2]
    need = planes(*ratios.shape[1:], years=years, places=regions)
    for driver, ratio in zip(DRIVERS, ratios, strict=True):
        for s, k, p in np.argwhere(ratio):
            need[:, :, s, k, p] += drivers[driver][:, :, s, k] * ratio[s, k, p]
    return need


def own_duty_cells(scenario: "Scenario", professions: Sequence[str]) -> NDArray[np.bool_]:
    """Where the scenario writes its own duty, ``[setting, kind, profession]``."""
    own = np.zeros((len(SETTINGS), len(DIAGNOSIS_KINDS), len(professions)), dtype=bool)
    for profession, settings in scenario.workforce.duty.items():
        for setting, duty in settings.items():
            kinds = one_or_all(duty.kind or "*", DIAGNOSIS_KINDS)
            own[SETTINGS.index(setting), kinds, professions.index(profession)] = True
    return own


def own_duty(
    need: Array,
    scenario: "Scenario",
    drivers: Mapping[str, Array],
    professions: Sequence[str],
    years: NDArray[np.int64],
) -> Array:
    """Staff with the scenario's duty in place of all that the tables have there.

    Parameters
    ----------
    need
        ``[region, year, setting, kind, profession]``, FTE by the tables.
    scenario
        Its duty, by profession and setting.
    drivers
        From `drivers_of`.
    professions
        Keys in the order of the last axis.
    years
        Calendar years.

    Returns
    -------
    ndarray of float
        Shape of `need`.

    Raises
    ------
    ConsistencyError
        If staff are counted per something that the setting has none of.
    """
    _refuse_idle_duty(scenario, drivers)
    if scenario.workforce.duty:
        need = need.copy(order="K")
    for profession, settings in scenario.workforce.duty.items():
        p = professions.index(profession)
        for setting, duty in settings.items():
            s, kinds = SETTINGS.index(setting), one_or_all(duty.kind or "*", DIAGNOSIS_KINDS)
            fte = duty.fte.at(years, base_year=scenario.years.base)
            need[:, :, s, kinds, p] = drivers[duty.per][:, :, s, kinds] * fte[:, np.newaxis]
    return need


def _refuse_idle_duty(scenario: "Scenario", drivers: Mapping[str, Array]) -> None:
    """Staff per something that the setting has none of would silently be no staff."""
    problems = [
        Problem(
            where=scenario.where("workforce", "duty", profession, setting),
            message=f"the setting {setting} has nothing to count {profession} per",
            found=f"per: {duty.per}",
            expected=" or ".join(
                driver for driver in DRIVERS if drivers[driver][:, :, SETTINGS.index(setting)].any()
            ),
        )
        for profession, settings in scenario.workforce.duty.items()
        for setting, duty in settings.items()
        if not drivers[duty.per][
            :, :, SETTINGS.index(setting), one_or_all(duty.kind or "*", DIAGNOSIS_KINDS)
        ].any()
    ]
    problems += [
        Problem(
            where=scenario.where("workforce", "duty", profession, setting, "kind"),
            message=f"staff per {_PER_PERSON} is for all kinds of diagnosis",
            found=f"kind: {duty.kind}",
            expected="no kind, or another driver",
        )
        for profession, settings in scenario.workforce.duty.items()
        for setting, duty in settings.items()
        if duty.per == _PER_PERSON and duty.kind is not None
    ]
    if problems:
        raise ConsistencyError(problems)
