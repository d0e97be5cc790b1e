r"""The fewest on duty: what a small unit needs beyond the posts that its beds give it.

It is reckoned last, when the levers of a scenario have scaled the work: productivity makes half a
nurse's work less, and half a nurse at night is still a nurse. With full-time equivalents
:math:`F_{u,i,p}` of a profession in shift :math:`i` by the beds of the team :math:`u` (see
`projector.workforce.rosters`), and :math:`T_{p \to q}` what the levers make of one FTE of
:math:`p`, as FTE of :math:`q`,

.. math:: A_{u,i,q} = \max \Bigl( \frac{m_{i,q} h_i d_i}{H} - \sum_p T_{p \to q} F_{u,i,p},\; 0
          \Bigr)

is what the minimum of :math:`m` posts adds, on weekdays and in weekends (:math:`d` days a year)
by themselves. So a task shift between two professions of a team first fills the posts that the
taker must have anyway, and leaves the giver its own. What is added is carried by the regions that
the site works for in proportion to their beds of the team, so that the regions add up to it. Beds
at no known site have no minimum: how they are gathered is not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.workforce.rosters import Team

__all__ = ["UnitBeds", "fewest_on_duty"]

Array = NDArray[np.float64]


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


def fewest_on_duty(
    teams: Sequence[Team], units: Sequence[UnitBeds], effect: Array, professions: Sequence[str]
) -> dict[tuple[int, int, int], Array]:
    """Full-time equivalents that the minima of all teams add.

    Parameters
    ----------
    teams
        From `projector.workforce.rosters.teams_of`.
    units
        Beds of the sites that are known.
    effect
        ``[year, setting, from profession, to profession]``: what levers make of one FTE.
    professions
        Keys in the order of the last axes.

    Returns
    -------
    dict of ndarray
        By positions of setting, kind and profession, ``[region, year]``, where they add anything.
    """
    result: dict[tuple[int, int, int], Array] = {}
    together: dict[str, list[Team]] = {}
    for team in teams:
        together.setdefault(team.name, []).append(team)
    for team in teams:
        taker = professions.index(team.profession)
        by_giver = (
            (other, effect[:, :, professions.index(other.profession), taker])
            for other in together[team.name]
        )
        givers = [(other, made) for other, made in by_giver if made.any()]
        for unit in units:
            here = {(s, k): unit.beds[:, :, s, k] for s, k in team.cells}
            whole = np.sum([part.sum(axis=0) for part in here.values()], axis=0)
            if not (whole > 0).any():
                continue
            added = np.where(whole > 0, _added(team, givers, unit), 0.0)
            for (s, k), part in here.items():
                share = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
                key = s, k, taker
                result[key] = result.get(key, 0.0) + share * added
    return result


def _added(team: Team, givers: Sequence[tuple[Team, Array]], unit: UnitBeds) -> Array:
    """What the minima of a team add at one site where it has beds, ``[year]``."""
    added = np.zeros(unit.beds.shape[1])
    for shift in team.shifts:
        if shift.minimum > 0:
            for part, (days, _) in enumerate(shift.parts):
                there = sum(_on_duty(*giver, shift.name, part, unit) for giver in givers)
                fewest = shift.minimum * team.fte_of_a_post(shift, days)
                added += np.maximum(fewest - there, 0.0)
    return added


def _on_duty(team: Team, effect: Array, name: str, part: int, unit: UnitBeds) -> Array:
    """FTE that the levers make of a team's posts by beds in a shift, ``[year]``."""
    fte = np.zeros(unit.beds.shape[1])
    for shift in team.shifts:
        if shift.name == name:
            days, posts = shift.parts[part]
            for (s, k), each in posts.items():
                beds = unit.beds[:, :, s, k].sum(axis=0)
                fte += effect[:, s] * team.fte_of_a_post(shift, days) * each * beds
    return fte
