r"""Competences: the part of a profession that needs a speciality or further training.

.. math:: \mathrm{FTE}_{r,y,c} = \sum_{s,k} q_{y,s,k,c} \, \mathrm{FTE}_{r,y,s,k,p(c)}

with shares :math:`q` of the table ``competences`` or of the scenario; the rest of a profession is
general.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.tables import DIAGNOSIS_KINDS, SETTINGS, one_or_all, unique

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["competence_shares"]

Array = NDArray[np.float64]


def competence_shares(
    table: pd.DataFrame,
    scenario: "Scenario",
    professions: Sequence[str],
    years: NDArray[np.int64],
) -> tuple[Array, list[tuple[str, str]]]:
    """Share of a profession by competence.

    Parameters
    ----------
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
        ``[year, setting, kind, profession, competence]``.
    list of tuple of str
        Profession and competence, in the order of the last axis.

    Raises
    ------
    ConsistencyError
        If the competences of a profession exceed the whole.
    """
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


def _refuse_more_than_all(shares: Array, professions: Sequence[str], scenario: "Scenario") -> None:
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
