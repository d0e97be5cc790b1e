r"""Duty rosters: full-time equivalents from the people who must be on duty round the clock.

The beds of a team :math:`u` (those of its settings and kinds at one site) have, in shift
:math:`i` of hours :math:`h_i`, posts of a profession

.. math:: P_{u,i} = \sum_{k \in u} q_{k,i} B_{u,k}

with posts for each bed :math:`q` and beds :math:`B`, on weekdays and in weekends by themselves.
Full-time equivalents are post hours a year over hours at work a year,

.. math:: F_u = \frac{\sum_i h_i \bigl( 365 \cdot \tfrac57 P_{u,i}^{week}
          + 365 \cdot \tfrac27 P_{u,i}^{weekend} \bigr)}{H}

with :math:`H` of `projector.workforce.working_time` for rotating hours. What the fewest on duty
add is reckoned last, after the levers: see `projector.workforce.minimum`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.tables import DIAGNOSIS_KINDS, SETTINGS, one_or_all
from projector.workforce.working_time import WEEKDAYS, WEEKEND_DAYS, hours_at_work

__all__ = ["Shift", "Team", "staff_of_a_bed", "teams_of"]

Array = NDArray[np.float64]
Cell = tuple[int, int]
"""Positions of a setting and of a kind of diagnosis."""

_ROTATING = "rotating"


@dataclass(frozen=True)
class Shift:
    """One part of the day for one profession in one team.

    Parameters
    ----------
    name
        Of the shift, the same for all who share it.
    hours
        Of the shift, with handover.
    weekday, weekend
        By cell of the team, posts for each bed.
    minimum
        Fewest on duty.
    """

    name: str
    hours: float
    weekday: Mapping[Cell, float]
    weekend: Mapping[Cell, float]
    minimum: float

    @property
    def parts(self) -> tuple[tuple[float, Mapping[Cell, float]], ...]:
        """Days a year and posts for each bed, of weekdays and of weekends."""
        return (WEEKDAYS, self.weekday), (WEEKEND_DAYS, self.weekend)


@dataclass(frozen=True)
class Team:
    """Those of one profession who are on duty together.

    Parameters
    ----------
    name
        Of the team, in the table or after its setting and kind.
    profession
        Key of the profession.
    shifts
        Parts of the day.
    hours_at_work
        Of one full-time equivalent, a year.
    """

    name: str
    profession: str
    shifts: Sequence[Shift]
    hours_at_work: float

    @property
    def cells(self) -> list[Cell]:
        """Settings and kinds that the team works for."""
        return sorted({cell for shift in self.shifts for cell in shift.weekday})

    def fte_of_a_post(self, shift: Shift, days: float) -> float:
        """Full-time equivalents that fill one post of a shift on so many days a year."""
        return shift.hours * days / self.hours_at_work


def teams_of(
    table: pd.DataFrame,
    working_time: pd.DataFrame | None,
    replaced: NDArray[np.bool_],
    professions: Sequence[str],
) -> list[Team]:
    """The teams of the table ``rosters``.

    Parameters
    ----------
    table, working_time
        Input tables.
    replaced
        ``[setting, kind, profession]``, true where the scenario writes its own duty.
    professions
        Keys in the order of that axis.

    Returns
    -------
    list of Team
        In the order of the table.

    Raises
    ------
    InputsError
        As `hours_at_work`.
    """
    time = [] if working_time is None else working_time.to_dict("records")
    rows: dict[tuple[str, str], dict[str, list[tuple[list[Cell], dict[str, float]]]]] = {}
    for row in table.to_dict("records"):
        p = professions.index(row["profession"])
        here = [
            (s, k)
            for s in range(len(SETTINGS))[one_or_all(row["setting"], SETTINGS)]
            for k in range(len(DIAGNOSIS_KINDS))[one_or_all(row["kind"], DIAGNOSIS_KINDS)]
            if not replaced[s, k, p]
        ]
        if here:
            name = row.get("team") or f"{row['setting']}, {row['kind']}"
            of_shift = rows.setdefault((row["profession"], name), {})
            figures = ("hours", "weekday_posts", "weekend_posts", "minimum")
            of_shift.setdefault(row["shift"], []).append(
                (here, {figure: float(row[figure]) for figure in figures})
            )
    return [
        Team(
            name,
            profession,
            [_shift(shift, parts) for shift, parts in by_shift.items()],
            hours_at_work(time, profession, _ROTATING),
        )
        for (profession, name), by_shift in rows.items()
    ]


def _shift(name: str, parts: Sequence[tuple[list[Cell], dict[str, float]]]) -> Shift:
    """A shift of a team; the tables have one length and one minimum for all its rows."""
    _, first = parts[0]
    return Shift(
        name,
        first["hours"],
        {cell: row["weekday_posts"] for cells, row in parts for cell in cells},
        {cell: row["weekend_posts"] for cells, row in parts for cell in cells},
        first["minimum"],
    )


def staff_of_a_bed(teams: Sequence[Team], professions: Sequence[str]) -> Array:
    """Full-time equivalents that teams have for each bed, without the fewest on duty.

    Parameters
    ----------
    teams
        From `teams_of`.
    professions
        Keys in the order of the last axis.

    Returns
    -------
    ndarray of float
        ``[setting, kind, profession]``.
    """
    result = np.zeros((len(SETTINGS), len(DIAGNOSIS_KINDS), len(professions)))
    for team in teams:
        p = professions.index(team.profession)
        for shift in team.shifts:
            for days, posts in shift.parts:
                for (s, k), each in posts.items():
                    result[s, k, p] += team.fte_of_a_post(shift, days) * each
    return result
