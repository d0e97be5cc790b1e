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

from projector.errors import InputsError, Problem
from projector.tables import DIAGNOSIS_KINDS, DRIVERS, SETTINGS, one_or_all, unique

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["workforce_stage"]

Array = NDArray[np.float64]

_UNIT_DRIVERS = {"bed": "beds", "place": "places", "room": "rooms"}


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
        Input tables ``norms``, ``staffing`` and ``competences``.
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
        If a ratio per 1 000 inhabitants does not name its setting, or the
        competences of a profession exceed the whole.
    """
    years = activity["year"].values
    professions = unique([*tables["staffing"]["profession"], *scenario.workforce.duty])
    ratios = _ratios(tables["staffing"], scenario, professions, years)
    need = np.zeros((activity.sizes["region"], len(years), *ratios.shape[2:]))
    for driver, amount in zip(
        DRIVERS, _drivers(population, activity, capacity, tables["norms"]), strict=True
    ):
        need += amount[..., np.newaxis] * ratios[DRIVERS.index(driver)]
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
    population: xr.Dataset,
    activity: xr.Dataset,
    capacity: Mapping[str, xr.Dataset],
    norms: pd.DataFrame,
) -> list[Array]:
    """Amount of each driver ``[region, year, setting, kind]``, in the order of `DRIVERS`."""
    contacts, bed_days = (_by_kind(activity, measure) for measure in ("contacts", "bed_days"))
    amounts = {driver: np.zeros_like(contacts) for driver in DRIVERS}
    amounts["1000 contacts"] = contacts / 1000.0
    amounts["1000 bed days"] = bed_days / 1000.0
    people = population["population"].sum(("sex", "age")).values / 1000.0
    amounts["1000 inhabitants"] += people[..., np.newaxis, np.newaxis]
    for driver, unit in _UNIT_DRIVERS.items():
        work = bed_days if driver == "bed" else contacts
        for row in norms[norms["unit"] == unit].to_dict("records"):
            s = SETTINGS.index(row["setting"])
            kinds = one_or_all(row["kind"], DIAGNOSIS_KINDS)
            units = capacity[unit]["need"].sel(resource=row["resource"]).values
            # A resource that several kinds share is split by the work they give it.
            of_kind = work[:, :, s, kinds]
            whole = of_kind.sum(axis=-1, keepdims=True)
            share = np.divide(of_kind, whole, out=np.zeros_like(of_kind), where=whole > 0)
            amounts[driver][:, :, s, kinds] += units[..., np.newaxis] * share
    return [amounts[driver] for driver in DRIVERS]


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
        per_person = row["per"] == "1000 inhabitants"
        if per_person and row["setting"] == "*":
            raise InputsError(
                Problem(
                    where="table staffing",
                    message=f"{row['profession']} per 1000 inhabitants would be counted for "
                    "every setting",
                    found="setting *",
                    expected="one setting",
                )
            )
        # Inhabitants have no kind of diagnosis: the kinds carry equal parts of such staff.
        parts = len(DIAGNOSIS_KINDS) if per_person and row["kind"] == "*" else 1
        ratios[
            DRIVERS.index(row["per"]),
            :,
            one_or_all(row["setting"], SETTINGS),
            one_or_all(row["kind"], DIAGNOSIS_KINDS),
            professions.index(row["profession"]),
        ] += row["fte"] / parts
    for profession, settings in scenario.workforce.duty.items():
        p = professions.index(profession)
        for setting, duty in settings.items():
            s = SETTINGS.index(setting)
            kinds = one_or_all(duty.kind or "*", DIAGNOSIS_KINDS)
            own = duty.fte.at(years, base_year=scenario.years.base)
            ratios[:, :, s, kinds, p] = 0.0
            ratios[DRIVERS.index(duty.per), :, s, kinds, p] = own[:, np.newaxis]
    return ratios


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
        if row["profession"] in professions:
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
    _refuse_more_than_all(shares, professions)
    return shares, pairs


def _refuse_more_than_all(shares: Array, professions: list[str]) -> None:
    total = shares.sum(axis=-1).max(axis=(0, 1, 2), initial=0.0)
    problems = [
        Problem(
            where="table competences, workforce: competence",
            message=f"the competences of {profession} add up to more than the profession",
            found=f"{100 * total[p]:.0f} %",
            expected="at most 100 % in any setting",
        )
        for p, profession in enumerate(professions)
        if total[p] > 1 + 1e-9
    ]
    if problems:
        raise InputsError(problems)
