r"""Workloads by the method of WHO's *Workload indicators of staffing need* (WISN, 2010).

A profession whose full-time equivalent is at work :math:`H` hours a year can meet :math:`S =
H/t` patients a year who take :math:`t` hours each: its standard workload. Beside them all spend
the shares :math:`a` of their time on other things (category allowances), and some of them
:math:`b` hours a year (individual allowances):

.. math:: F = C \sum_i \frac{N_i}{S_i} + I, \qquad C = \frac{1}{1 - \sum_j a_j}, \qquad
          I = \frac{\sum_j n_j b_j}{H}

for :math:`N_i` contacts or bed days, with :math:`C` the category and :math:`I` the individual
allowance factor, where :math:`n_j` of the staff have the individual task. In the table
``allowances`` :math:`n_j` is told for 100 full-time equivalents.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.activity.services import Services
from projector.errors import InputsError, Problem
from projector.tables import DIAGNOSIS_KINDS, SETTINGS
from projector.workforce.working_time import hours_at_work

__all__ = [
    "category_allowance_factor",
    "individual_allowance_factor",
    "required_staff",
    "staff_of_each",
    "standard_workload",
    "worked",
]

Array = NDArray[np.float64]

_MINUTES = 60.0
_MEASURES = {"contact": "contacts", "bed day": "bed_days"}


def standard_workload(hours: float, minutes: float) -> float:
    """Units of a service that one full-time equivalent does in a year of `hours` at work."""
    return hours * _MINUTES / minutes


def category_allowance_factor(shares: Sequence[float]) -> float:
    """What the staff of the services is multiplied by, for work of all of a profession beside them.

    Parameters
    ----------
    shares
        Of their time, together less than 1.

    Returns
    -------
    float
        1 or more.

    Raises
    ------
    ValueError
        If no time is left.
    """
    left = 1.0 - sum(shares)
    if left <= 0:
        raise ValueError(f"allowances take all time: {1 - left:g}")
    return 1.0 / left


def individual_allowance_factor(tasks: Sequence[tuple[float, float]], hours: float) -> float:
    """Full-time equivalents for tasks of some of a profession.

    Parameters
    ----------
    tasks
        How many of the staff have it, and hours a year of each.
    hours
        At work of one full-time equivalent, a year.

    Returns
    -------
    float
        FTE.
    """
    return sum(staff * each for staff, each in tasks) / hours


def required_staff(
    services: Sequence[tuple[float, float]],
    hours: float,
    shares: Sequence[float] = (),
    tasks: Sequence[tuple[float, float]] = (),
) -> float:
    """Full-time equivalents of one profession at one place, by WISN.

    Parameters
    ----------
    services
        Units a year, and minutes of each.
    hours
        At work of one full-time equivalent, a year.
    shares, tasks
        Category and individual allowances, as above.

    Returns
    -------
    float
        FTE.
    """
    by_services = sum(units / standard_workload(hours, minutes) for units, minutes in services)
    individual = individual_allowance_factor(tasks, hours)
    return by_services * category_allowance_factor(shares) + individual


def staff_of_each(
    tables: Mapping[str, pd.DataFrame],
    kinds: Mapping[str, str],
    professions: Sequence[str],
) -> dict[tuple[str, str], Array]:
    """Full-time equivalents for each contact and bed day by ``workloads`` and ``allowances``.

    Parameters
    ----------
    tables
        Input tables; without ``workloads`` there are none.
    kinds
        Kind of each diagnosis, in the order of the axis.
    professions
        Keys in the order of the last axis.

    Returns
    -------
    dict of ndarray
        By setting and by ``contacts`` or ``bed_days``, ``[diagnosis, profession]``.

    Raises
    ------
    InputsError
        As `hours_at_work`, or if allowances leave no time for the patients.
    """
    result: dict[tuple[str, str], Array] = {}
    if "workloads" not in tables:
        return result
    names, of_kind = (np.array(list(one), dtype=object) for one in (kinds, kinds.values()))
    time, beside = (
        tables[name].to_dict("records") if name in tables else []
        for name in ("working_time", "allowances")
    )
    by_service: dict[tuple[str, str, str], list[Mapping[Hashable, Any]]] = {}
    for row in tables["workloads"].to_dict("records"):
        by_service.setdefault((row["profession"], row["setting"], row["per"]), []).append(row)
    for (profession, setting, per), rows in by_service.items():
        key = setting, _MEASURES[per]
        fte = result.setdefault(key, np.zeros((len(names), len(professions))))
        for one in sorted(rows, key=lambda one: one["diagnosis"] != "*"):
            meant = (one["diagnosis"] == "*") | (names == one["diagnosis"])
            hours = hours_at_work(time, profession, one["pattern"])
            chosen = np.asarray(meant & ((one["kind"] == "*") | (of_kind == one["kind"])))
            each = one["minutes"] * _factor(beside, profession, setting, hours)
            fte[chosen, professions.index(profession)] = each
    return result


def worked(fte: Mapping[tuple[str, str], Array], services: Services, out: Array) -> None:
    """Add full-time equivalents for contacts and bed days.

    Parameters
    ----------
    fte
        From `staff_of_each`.
    services
        Contacts and bed days.
    out
        ``[region, year, setting, kind, profession]``; is added to.
    """
    for (setting, measure), of_diagnoses in fte.items():
        s = SETTINGS.index(setting)
        # Diagnoses that take the same staff are counted together, which mostly is a whole kind.
        for each in np.unique(of_diagnoses, axis=0):
            if not each.any():
                continue
            alike = (of_diagnoses == each).all(axis=1)
            busy = np.flatnonzero(each)
            amount = services.in_setting(measure, s, alike)
            for k in range(amount.shape[-1]):
                if (alike & (services.kinds == DIAGNOSIS_KINDS[k])).any():
                    for p in busy:
                        out[:, :, s, k, p] += amount[..., k] * each[p]


def _factor(
    beside: Sequence[Mapping[Hashable, Any]], profession: str, setting: str, hours: float
) -> float:
    """Full-time equivalents for each minute a year of the patients, with all allowances."""
    shares: list[float] = []
    tasks: list[tuple[float, float]] = []
    for row in beside:
        if row["profession"] in ("*", profession) and row["setting"] in ("*", setting):
            if row["type"] == "category":
                shares.append(float(row["share"]))
            else:
                tasks.append((float(row["staff"]) / 100.0, float(row["hours"])))
    try:
        category = category_allowance_factor(shares)
    except ValueError as error:
        raise InputsError(
            Problem(
                where="table allowances",
                message=f"allowances leave {profession} in {setting} no time for patients",
                found=f"{sum(shares):.0%} of the time",
                expected="less than 100 %",
            )
        ) from error
    each = 1.0 + individual_allowance_factor(tasks, hours)
    return category * each / (hours * _MINUTES)
