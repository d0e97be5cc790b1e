r"""Duty rosters: full-time equivalents from the people who must be on duty round the clock.

The beds of a team :math:`u` (those of its settings and kinds at one site) have, in shift
:math:`i` of hours :math:`h_i`, posts of a profession

.. math:: P_{u,i} = \max \Bigl( m_i,\; \sum_{k \in u} q_{k,i} B_{u,k} \Bigr)

with posts for each bed :math:`q`, beds :math:`B` and the fewest on duty :math:`m`, on weekdays
and in weekends by themselves. Full-time equivalents are post hours a year over hours at work a
year,

.. math:: F_u = \frac{\sum_i h_i \bigl( 365 \cdot \tfrac57 P_{u,i}^{week}
          + 365 \cdot \tfrac27 P_{u,i}^{weekend} \bigr)}{H}

with :math:`H` of `projector.workforce.working_time` for rotating hours. What the minimum adds
to the posts by beds is carried by the regions that the site works for in proportion to their
beds of the team, so that the regions add up to it. Beds at no known site have no minimum: how
they are gathered is not known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.tables import DIAGNOSIS_KINDS, SETTINGS, one_or_all
from projector.workforce.working_time import WEEKDAYS, WEEKEND_DAYS, hours_at_work

__all__ = ["Shift", "Team", "UnitBeds", "rostered", "team_fte", "teams_of"]

Array = NDArray[np.float64]
Cell = tuple[int, int]
"""Positions of a setting and of a kind of diagnosis."""

_ROTATING = "rotating"


@dataclass(frozen=True)
class UnitBeds:
    """Beds at one site, by those whom it works for.

    Parameters
    ----------
    site
        Its name.
    beds
        ``[region, year, setting, kind]``, beds needed there; 0 where it has no such beds, and in
        years before it opens.
    """

    site: str
    beds: Array


@dataclass(frozen=True)
class Shift:
    """One part of the day for one profession in one team.

    Parameters
    ----------
    hours
        Of the shift, with handover.
    weekday, weekend
        By cell of the team, posts for each bed.
    minimum
        Fewest on duty.
    """

    hours: float
    weekday: Mapping[Cell, float]
    weekend: Mapping[Cell, float]
    minimum: float


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


def team_fte(team: Team, beds: Mapping[Cell, Array]) -> tuple[dict[Cell, Array], Array]:
    """Full-time equivalents of a team by its beds, and what its minimum adds.

    Parameters
    ----------
    team
        The team.
    beds
        By cell, beds of the unit, all of one shape.

    Returns
    -------
    dict of ndarray
        By cell, FTE by posts for each bed.
    ndarray
        FTE on top of their sum, so that nobody is fewer than the minimum; 0 where the unit has no
        beds at all.
    """
    shape = next(iter(beds.values())).shape
    by_cell = {cell: np.zeros(shape) for cell in beds}
    added = np.zeros(shape)
    there = sum(beds.values(), np.zeros(shape)) > 0
    for shift in team.shifts:
        for days, posts in ((WEEKDAYS, shift.weekday), (WEEKEND_DAYS, shift.weekend)):
            fte_of_a_post = shift.hours * days / team.hours_at_work
            wanted = np.zeros(shape)
            for cell, amount in beds.items():
                by_cell[cell] += fte_of_a_post * posts.get(cell, 0.0) * amount
                wanted += posts.get(cell, 0.0) * amount
            short = np.where(there, np.maximum(shift.minimum - wanted, 0.0), 0.0)
            added += fte_of_a_post * short
    return by_cell, added


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
            [_shift(parts) for parts in by_shift.values()],
            hours_at_work(time, profession, _ROTATING),
        )
        for (profession, name), by_shift in rows.items()
    ]


def _shift(parts: Sequence[tuple[list[Cell], dict[str, float]]]) -> Shift:
    """A shift of a team; the tables have one length and one minimum for all its rows."""
    _, first = parts[0]
    return Shift(
        first["hours"],
        {cell: row["weekday_posts"] for cells, row in parts for cell in cells},
        {cell: row["weekend_posts"] for cells, row in parts for cell in cells},
        first["minimum"],
    )


def rostered(
    teams: Sequence[Team], beds: Array, units: Sequence[UnitBeds], professions: Sequence[str]
) -> Array:
    """Full-time equivalents of all teams.

    Parameters
    ----------
    teams
        From `teams_of`.
    beds
        ``[region, year, setting, kind]``, beds needed.
    units
        Beds of the sites that are known.
    professions
        Keys in the order of the last axis.

    Returns
    -------
    ndarray of float
        ``[region, year, setting, kind, profession]``.
    """
    result = np.zeros((*beds.shape, len(professions)))
    for team in teams:
        p = professions.index(team.profession)
        everywhere, _ = team_fte(team, {(s, k): beds[:, :, s, k] for s, k in team.cells})
        for (s, k), fte in everywhere.items():
            result[:, :, s, k, p] += fte
        for unit in units:
            here = {(s, k): unit.beds[:, :, s, k] for s, k in team.cells}
            _, added = team_fte(team, {cell: part.sum(axis=0) for cell, part in here.items()})
            whole = sum((part.sum(axis=0) for part in here.values()), np.zeros(len(added)))
            for (s, k), part in here.items():
                share = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
                result[:, :, s, k, p] += share * added
    return result
