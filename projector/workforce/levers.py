r"""Levers: what changes the staff that the same services take.

They act one after the other, on a profession :math:`p` in a setting :math:`s` and, over the
years, from the base year :math:`y_0` on:

.. math::

   F'_{y,s,p} &= F_{y,s,p} \prod_{t=y_0+1}^{y} (1 + g_t)
        && \text{standard growth} \\
   F'_{y,s,p} &= F_{y,s,p} \Big/ \prod_{t=y_0+1}^{y} (1 + g_t)
        && \text{productivity} \\
   F'_{y,s,p} &= F_{y,s,p} (1 - c_y)
        && \text{family care} \\
   F'_{y,s,p} &= F_{y,s,p} (1 - a_y), \quad
   F'_{y,s,q} = F_{y,s,q} + e_y \, a_y F_{y,s,p}
        && \text{task shift from } p \text{ to } q

Standard growth is more staff for each user, productivity fewer for the same. Both are rates a
year, and the base year stays as it is. Family care is the part of the need that relatives take
over from the services, below 0 where they do less than today: people who have as much help as
before, from other hands. It is among the alternatives of Statistics Norway's projections of the
sector (Reports 2014/14), beside health and standard; here it works on home care, care homes and
long-term places, unless the scenario names other settings. A task shift moves a share :math:`a`
of the staff of one profession to another, of whom it takes :math:`e` for each (the exchange).
Shares that are written without a year hold in the base year too. Levers of one kind follow the
order of the file.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem, nearest_name
from projector.tables import SETTINGS

if TYPE_CHECKING:
    from projector.scenario.models import Scenario
    from projector.scenario.values import Path
    from projector.scenario.workforce_models import FamilyCare, RateLever, TaskShift

__all__ = ["cumulative_growth", "lever_effect", "pull"]

Array = NDArray[np.float64]


def cumulative_growth(rate: "Path", years: NDArray[np.int64], base_year: int) -> Array:
    """Product of the yearly growth since the base year.

    Parameters
    ----------
    rate
        Growth a year, of the year that it leads to.
    years
        Calendar years, any order; years before the base year stay at 1.
    base_year
        The reference.

    Returns
    -------
    ndarray of float
        Shape of `years`.
    """
    last = int(max(years.max(initial=base_year), base_year))
    steps = np.arange(base_year + 1, last + 1)
    index = np.concatenate([[1.0], np.cumprod(1.0 + rate.at(steps, base_year=base_year))])
    return index[np.maximum(years - base_year, 0)]


def pull(
    need: Array, scenario: "Scenario", professions: Sequence[str], years: NDArray[np.int64]
) -> Array:
    """Staff after the levers of a scenario.

    Parameters
    ----------
    need
        ``[region, year, setting, kind, profession]``, FTE.
    scenario
        Its levers.
    professions
        Keys in the order of the last axis.
    years
        Calendar years.

    Returns
    -------
    ndarray of float
        Shape of `need`; nowhere below 0.

    Raises
    ------
    ConsistencyError
        With every lever that finds no staff to work on.
    """
    levers, base = scenario.workforce.levers, scenario.years.base
    if levers is None:
        return need
    need = need.copy(order="K")
    problems: list[Problem] = []

    def chosen(
        lever: "RateLever | FamilyCare | TaskShift", names: Sequence[str] | None, *keys: str | int
    ) -> Array:
        """1 where a lever works, ``[setting, profession]``."""
        works = np.outer(
            [lever.setting is None or s in lever.setting for s in SETTINGS],
            [names is None or p in names for p in professions],
        ).astype(float)
        there: NDArray[np.bool_] = np.asarray(need.any(axis=(0, 1, 3)))
        if not (works * there).any():
            where = scenario.where("workforce", "levers", *keys)
            called = getattr(lever, "name", None) or str(keys[0])
            problems.append(_idle(where, called, lever.setting, names, there, professions))
        return works

    def scale(works: Array, factor: Array) -> None:
        by_year = 1.0 + works * (factor - 1.0)[:, np.newaxis, np.newaxis]
        need[...] *= by_year[np.newaxis, :, :, np.newaxis, :]

    growths: tuple[tuple[str, tuple[RateLever, ...], Callable[[Array], Array]], ...] = (
        ("standard_growth", levers.standard_growth, lambda grown: grown),
        ("productivity", levers.productivity, lambda grown: 1.0 / grown),
    )
    for key, several, made in growths:
        for i, lever in enumerate(several):
            works = chosen(lever, lever.profession, key, i)
            scale(works, made(cumulative_growth(lever.annual, years, base)))
    for i, care in enumerate(levers.family_care):
        works = chosen(care, care.profession, "family_care", i)
        scale(works, 1.0 - care.share.at(years, base_year=base))
    for i, shift in enumerate(levers.task_shift):
        works = chosen(shift, (shift.giver,), "task_shift", i)
        p, q = professions.index(shift.giver), professions.index(shift.to)
        share = shift.share.at(years, base_year=base)[:, np.newaxis] * works[:, p]
        moved = need[..., p] * share[np.newaxis, :, :, np.newaxis]
        exchange = shift.exchange.at(years, base_year=base)[:, np.newaxis, np.newaxis]
        need[..., p] -= moved
        need[..., q] += exchange * moved
    if problems:
        raise ConsistencyError(problems)
    return need


def lever_effect(
    scenario: "Scenario", professions: Sequence[str], years: NDArray[np.int64]
) -> Array:
    """What the levers make of one full-time equivalent.

    Parameters
    ----------
    scenario, professions, years
        As for `pull`.

    Returns
    -------
    ndarray of float
        ``[year, setting, from profession, to profession]``; levers are linear in the need, so
        they act on a part of it as on the whole.
    """
    count = len(professions)
    if scenario.workforce.levers is None:
        return np.broadcast_to(np.eye(count), (len(years), len(SETTINGS), count, count))
    each = np.zeros((count, len(years), len(SETTINGS), 1, count))
    for p in range(count):
        each[p, ..., p] = 1.0
    return pull(each, scenario, professions, years)[:, :, :, 0].transpose(1, 2, 0, 3)


def _idle(
    where: str,
    called: str,
    settings: Sequence[str] | None,
    names: Sequence[str] | None,
    there: NDArray[np.bool_],
    professions: Sequence[str],
) -> Problem:
    """A lever with no staff to work on: where it would have some."""
    who = [p for p in range(len(professions)) if names is None or professions[p] in names]
    having = [s for i, s in enumerate(SETTINGS) if there[i, who].any()]
    asked = settings or SETTINGS
    return Problem(
        where=where,
        message=f"{called}: no {' or '.join(names or ['staff'])} to work on in {', '.join(asked)}",
        expected=f"one of the settings {', '.join(having)}"
        if having
        else "a profession with staff in the run",
        nearest=next((near for s in asked if (near := nearest_name(s, having))), None),
    )
