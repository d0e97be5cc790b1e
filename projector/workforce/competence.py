r"""Competences: the part of a profession that needs a speciality or further training.

.. math:: \mathrm{FTE}_{r,y,c} = \sum_{s,k} q_{y,s,k,c} \, \mathrm{FTE}_{r,y,s,k,p(c)}

with shares :math:`q` of the table ``competences`` or of the scenario; the rest of a profession is
general.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.activity.services import planes
from projector.errors import ConsistencyError, Problem
from projector.tables import DIAGNOSIS_KINDS, SETTINGS, one_or_all

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["staff_with_competence"]

Array = NDArray[np.float64]
Pair = tuple[str, str]


def staff_with_competence(
    need: Array,
    table: pd.DataFrame,
    scenario: "Scenario",
    professions: Sequence[str],
    years: NDArray[np.int64],
) -> tuple[Array, list[Pair]]:
    """Staff needed with each competence.

    Parameters
    ----------
    need
        ``[region, year, setting, kind, profession]``, FTE.
    table
        Input table ``competences``.
    scenario
        Shares that it writes itself: each holds wherever the table has the competence, or
        everywhere if nowhere.
    professions
        Keys of the professions.
    years
        Calendar years.

    Returns
    -------
    ndarray of float
        ``[region, year, competence]``, FTE.
    list of tuple of str
        Profession and competence, in the order of the last axis.

    Raises
    ------
    ConsistencyError
        If the competences of a profession exceed the whole.
    """
    shares = _shares(table, scenario, years)
    _refuse_more_than_all(shares, scenario)
    result = planes(len(shares), years=need.shape[1], places=need.shape[0])
    whole: dict[str, Array] = {}
    for c, ((profession, _), share) in enumerate(shares.items()):
        of_profession = need[..., professions.index(profession)]
        if (share == share[:, :1, :1]).all():  # the same share everywhere, of all there are
            if profession not in whole:
                whole[profession] = of_profession.sum(axis=(2, 3))
            result[..., c] = whole[profession] * share[:, 0, 0]
            continue
        for s, k in np.argwhere(share.any(axis=0)):
            result[..., c] += of_profession[:, :, s, k] * share[:, s, k]
    return result, list(shares)


def _shares(
    table: pd.DataFrame, scenario: "Scenario", years: NDArray[np.int64]
) -> dict[Pair, Array]:
    """Share of a profession by competence, ``[year, setting, kind]``; one year if all are alike."""
    shares: dict[Pair, Array] = {}
    for row in table.to_dict("records"):
        pair = row["profession"], row["competence"]
        share = shares.setdefault(pair, np.zeros((1, len(SETTINGS), len(DIAGNOSIS_KINDS))))
        settings, kinds = (
            one_or_all(row["setting"], SETTINGS),
            one_or_all(row["kind"], DIAGNOSIS_KINDS),
        )
        share[:, settings, kinds] = row["share"]
    for profession, competences in scenario.workforce.competence.items():
        for competence, path in competences.items():
            table_has = shares.get((profession, competence), np.zeros((1, 1, 1))) != 0
            there = table_has if table_has.any() else np.ones(
                (1, len(SETTINGS), len(DIAGNOSIS_KINDS)), dtype=bool
            )  # fmt: skip
            own = path.at(years, base_year=scenario.years.base)
            shares[profession, competence] = there * own[:, np.newaxis, np.newaxis]
    return shares


def _refuse_more_than_all(shares: Mapping[Pair, Array], scenario: "Scenario") -> None:
    whole: dict[str, Array] = {}
    for (profession, _), share in shares.items():
        whole[profession] = whole.get(profession, np.zeros(())) + share
    problems = [
        Problem(
            where=scenario.where("workforce", "competence", profession)
            if profession in scenario.workforce.competence
            else "table competences",
            message=f"the competences of {profession} add up to more than the profession",
            found=f"{100 * float(total.max()):.0f} %",
            expected="at most 100 % in any setting",
        )
        for profession, total in whole.items()
        if float(total.max()) > 1 + 1e-9
    ]
    if problems:
        raise ConsistencyError(problems)
