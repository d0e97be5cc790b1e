r"""The workforce stage: the staff that activity and capacity take.

.. math:: \mathrm{FTE}_{r,y,s,p} = \sum_{k} \sum_{\delta} \mathrm{driver}^{\delta}_{r,y,s,k}
          \; q^{\delta}_{y,s,k,p}

with the drivers :math:`\delta` of `projector.tables.DRIVERS`, kinds of diagnosis
:math:`k` and full-time equivalents :math:`q` for each unit of the driver. A competence
is a share of its profession.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.errors import ConsistencyError, InputsError, Problem
from projector.tables import DIAGNOSIS_KINDS, DRIVERS, SETTINGS, one_or_all, unique

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["workforce_stage"]

Array = NDArray[np.float64]

_PER_PERSON = "1000 inhabitants"


def workforce_stage(
    population: xr.Dataset,
    activity: xr.Dataset,
    capacity: Mapping[str, xr.Dataset],
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
) -> xr.Dataset:
    """Staff needed, by profession and by competence.

    Parameters
    ----------
    population, activity, capacity
        Results of the stages before.
    tables
        Input tables ``staffing`` and ``competences``.
    scenario
        Duty and competence that the scenario writes itself.

    Returns
    -------
    Dataset
        ``need[region, year, setting, profession]`` and
        ``competence_need[region, year, competence]``, FTE. The coordinate
        ``competence_profession`` says which profession a competence belongs to.

    Raises
    ------
    InputsError
        If a ratio per 1 000 inhabitants does not name its setting, or is for one kind.
    ConsistencyError
        If the scenario counts staff per something that the setting has none of, or the
        competences of a profession exceed the whole.
    """
    years = activity["year"].values
    professions = unique([*tables["staffing"]["profession"], *scenario.workforce.duty])
    drivers = _drivers(population, activity, capacity)
    ratios = _ratios(tables["staffing"], scenario, professions, years)
    _refuse_idle_duty(scenario, drivers)
    need = np.zeros((activity.sizes["region"], len(years), *ratios.shape[2:]))
    for driver, ratio in zip(DRIVERS, ratios, strict=True):
        need += drivers[driver][..., np.newaxis] * ratio
    shares, competences = _competence_shares(tables["competences"], scenario, professions, years)
    by_competence = np.einsum("ryskp,yskpc->ryc", need, shares)
    coords = {
        "region": activity["region"].values,
        "year": years,
        "setting": list(SETTINGS),
        "profession": np.array(professions, dtype=object),
        "competence": np.array([name for _, name in competences], dtype=object),
    }
    return xr.Dataset(
        {
            "need": (("region", "year", "setting", "profession"), need.sum(axis=3)),
            "competence_need": (("region", "year", "competence"), by_competence),
        },
        coords=coords,
    ).assign_coords(
        competence_profession=("competence", np.array([p for p, _ in competences], dtype=object))
    )


def _drivers(
    population: xr.Dataset, activity: xr.Dataset, capacity: Mapping[str, xr.Dataset]
) -> dict[str, Array]:
    """Amount of each driver ``[region, year, setting, kind]``.

    Inhabitants have no kind of diagnosis: the kinds of a setting share them by the work that
    they give it, bed days where it has any and contacts elsewhere.
    """
    contacts, bed_days = (_by_kind(activity, measure) for measure in ("contacts", "bed_days"))
    people = population["population"].sum(("sex", "age")).values / 1000.0
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
        _PER_PERSON: people[..., np.newaxis, np.newaxis] * share,
    }


def _by_kind(activity: xr.Dataset, measure: str) -> Array:
    """Activity summed to kinds of diagnosis, ``[region, year, setting, kind]``."""
    belongs = activity["kind"].values[:, np.newaxis] == np.array(DIAGNOSIS_KINDS)
    result: Array = np.einsum("ryds,dk->rysk", activity[measure].values, belongs.astype(float))
    return result


def _ratios(
    table: pd.DataFrame,
    scenario: "Scenario",
    professions: list[str],
    years: NDArray[np.int64],
) -> Array:
    """FTE for each unit of a driver, ``[driver, year, setting, kind, profession]``.

    What the scenario writes for a profession and setting replaces all the table has there.
    """
    shape = (len(DRIVERS), len(years), len(SETTINGS), len(DIAGNOSIS_KINDS), len(professions))
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
        cell = ratios[
            DRIVERS.index(row["per"]),
            :,
            one_or_all(row["setting"], SETTINGS),
            one_or_all(row["kind"], DIAGNOSIS_KINDS),
            professions.index(row["profession"]),
        ]
        cell += row["fte"]
    for profession, settings in scenario.workforce.duty.items():
        p = professions.index(profession)
        for setting, duty in settings.items():
            kind = duty.kind or "*"
            cells = ratios[..., SETTINGS.index(setting), one_or_all(kind, DIAGNOSIS_KINDS), p]
            own = duty.fte.at(years, base_year=scenario.years.base)
            cells[:] = 0.0
            cells[DRIVERS.index(duty.per)] = own[:, np.newaxis]
    return ratios


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


def _competence_shares(
    table: pd.DataFrame,
    scenario: "Scenario",
    professions: list[str],
    years: NDArray[np.int64],
) -> tuple[Array, list[tuple[str, str]]]:
    """Share of a profession by competence, ``[year, setting, kind, profession, competence]``."""
    own = [
        (profession, competence, path)
        for profession, shares in scenario.workforce.competence.items()
        for competence, path in shares.items()
    ]
    pairs = unique(
        [*zip(table["profession"], table["competence"], strict=True), *(pair[:2] for pair in own)]
    )
    shape = (len(years), len(SETTINGS), len(DIAGNOSIS_KINDS), len(professions), len(pairs))
    shares = np.zeros(shape)
    for row in table.to_dict("records"):
        shares[
            :,
            one_or_all(row["setting"], SETTINGS),
            one_or_all(row["kind"], DIAGNOSIS_KINDS),
            professions.index(row["profession"]),
            pairs.index((row["profession"], row["competence"])),
        ] = row["share"]
    for profession, competence, path in own:
        cell = shares[..., professions.index(profession), pairs.index((profession, competence))]
        # A new share holds wherever the table had the competence, or everywhere if nowhere.
        there = (cell != 0).any(axis=0) if cell.any() else np.ones(cell.shape[1:], dtype=bool)
        cell[:, there] = path.at(years, base_year=scenario.years.base)[:, np.newaxis]
    _refuse_more_than_all(shares, professions, scenario)
    return shares, pairs


def _refuse_more_than_all(shares: Array, professions: list[str], scenario: "Scenario") -> None:
    total = shares.sum(axis=-1).max(axis=(0, 1, 2), initial=0.0)
    problems = [
        Problem(
            where=scenario.where("workforce", "competence", profession)
            if profession in scenario.workforce.competence
            else "table competences",
            message=f"the competences of {profession} add up to more than the profession",
            found=f"{100 * total[p]:.0f} %",
            expected="at most 100 % in any setting",
        )
        for p, profession in enumerate(professions)
        if total[p] > 1 + 1e-9
    ]
    if problems:
        raise ConsistencyError(problems)
