r"""How contacts come about: elective, acute, or acute again within 30 days.

The tables ``urgency`` and ``readmissions`` give the shares :math:`q` of acute contacts and
:math:`\rho \le q` of readmissions. A scenario may say what share of the contacts of a setting,
or of all hospital settings together, is acute in the base year; then the odds of every cell are
multiplied by one number :math:`\theta`,

.. math:: q' = \frac{\theta q}{1 - q + \theta q}

so that diagnoses and ages keep their order and no share leaves 0 to 1.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.activity.use import table_by_age
from projector.errors import ConsistencyError, Problem
from projector.tables import HOSPITAL_SETTINGS, SETTINGS, SEXES

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["course_shares"]

Array = NDArray[np.float64]

_INPATIENT = SETTINGS.index("inpatient")
_WIDEST = 50.0
"""Logarithm of the odds beyond which a share is 0 or 1 to the last digit."""


def course_shares(
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    diagnoses: list[str],
    at_base: Array,
    open_age: int,
) -> tuple[dict[str, Array], NDArray[np.bool_]]:
    """Share of the contacts by course.

    Parameters
    ----------
    tables
        Input tables ``urgency`` and ``readmissions``, where there are any.
    scenario
        Its `activity.acute`.
    diagnoses
        The diagnosis groups in the order of the axis.
    at_base
        Contacts of the base year, ``[sex, age, diagnosis, setting]``.
    open_age
        First year of the open age.

    Returns
    -------
    dict of ndarray
        By course, ``[sex, age, diagnosis, setting]``; they sum to 1. All is elective where
        urgency is not known.
    ndarray of bool
        Settings whose urgency is known, ``[setting]``.

    Raises
    ------
    ConsistencyError
        If the scenario gives a share where no urgency is known, one that cannot be reached, or
        one with fewer acute stays than there are readmissions.
    """
    shape = (len(SEXES), open_age + 1, len(diagnoses), len(SETTINGS))
    acute = np.full(shape, np.nan)
    if "urgency" in tables:
        acute = table_by_age(tables["urgency"], "acute", diagnoses, open_age)
    known = ~np.isnan(acute).all(axis=(0, 1, 2))
    acute = np.nan_to_num(acute)
    for name, wanted in scenario.activity.acute.items():
        place = scenario.where("activity", "acute", name)
        # All that hospitals do counts; where no urgency is known nothing is acute.
        settings = [
            i
            for i, setting in enumerate(SETTINGS)
            if setting == name or (name == "hospital" and setting in HOSPITAL_SETTINGS)
        ]
        acute[..., settings] = _at_share(
            acute[..., settings], at_base[..., settings], wanted, place
        )
    again = np.zeros(shape)
    if "readmissions" in tables:
        of_stays = table_by_age(tables["readmissions"], "share", diagnoses, open_age)
        again[..., _INPATIENT] = np.nan_to_num(of_stays[..., _INPATIENT])
    _refuse_more_again_than_acute(acute, again, diagnoses, scenario)
    once = np.maximum(acute - again, 0.0)
    return {"elective": 1.0 - acute, "acute": once, "readmission": again}, known


def _at_share(acute: Array, contacts: Array, wanted: float, place: str) -> Array:
    """Acute shares whose mean, weighted by contacts, is the one wanted."""
    there = contacts.sum() if (acute > 0).any() else 0.0
    possible = (contacts * (acute > 0)).sum(), (contacts * (acute == 1)).sum()
    if not there > 0 or not possible[1] <= wanted * there <= possible[0]:
        raise ConsistencyError(
            Problem(
                where=place,
                message="this share of acute contacts cannot be reached",
                found=f"{100 * wanted:g} %",
                expected="a setting whose urgency the table urgency gives"
                if not there > 0
                else f"{100 * possible[1] / there:.1f} to {100 * possible[0] / there:.1f} %",
            )
        )

    def shares(log_odds: float) -> Array:
        raised = acute * np.exp(log_odds)
        result: Array = raised / (1.0 - acute + raised)
        return result

    def miss(log_odds: float) -> float:
        return float((contacts * shares(log_odds)).sum() / there - wanted)

    if miss(-_WIDEST) >= 0:
        return shares(-_WIDEST)
    from scipy.optimize import brentq  # what few runs need takes long to import

    return shares(_WIDEST if miss(_WIDEST) <= 0 else brentq(miss, -_WIDEST, _WIDEST, xtol=1e-14))


def _refuse_more_again_than_acute(
    acute: Array, again: Array, diagnoses: Sequence[str], scenario: "Scenario"
) -> None:
    beyond = np.flatnonzero((again > acute + 1e-12).any(axis=(0, 1, 3)))
    if beyond.size:
        names = ", ".join(diagnoses[d] for d in beyond.tolist())
        raise ConsistencyError(
            Problem(
                where=scenario.where("activity", "acute"),
                message=f"fewer stays would be acute than are readmissions, for {names}",
                expected="a higher share of acute stays, or fewer in the table readmissions",
            )
        )
