r"""What would close a gap: levers, each with a range, alone and together.

A lever :math:`i` moves from where it is, :math:`e_i(y)`, a part :math:`z_i` of the way to its bound
:math:`b_i`:

.. math:: v_i(y) = e_i(y) + \phi_i(y)\, z_i \max(b_i - e_i(y^*),\, 0)

and in no year beyond the bound, with the year of the goal :math:`y^*`. :math:`\phi` is 0 in the
base year and 1 from the next on (places, retention), or rises evenly to 1 in the year of the goal
(full time, task shift). Alone, :math:`z` is the root of the gap of that year; together, the levers
move so that :math:`\sum z_i^2` is least while the gap is 0, which asks the most of the lever that
does most.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import NonlinearConstraint, brentq, minimize

__all__ = ["NOTHING_SHORT", "Alone", "Gap", "Lever", "close_alone", "close_together"]

Array = NDArray[np.float64]
Gap = Callable[[Array], float]
"""FTE short in the year of the goal, for the part of its way that each lever has gone."""

NOTHING_SHORT = 0.01
"""FTE; what is left of a gap when it counts as closed."""

_AT_ONCE = ("places", "retention")
_STEPS = 200
_LITTLE_EFFORT = 1e-8
"""Steps that gain less effort than this are not worth taking."""


@dataclass(frozen=True, eq=False)
class Lever:
    """One lever for one profession.

    Parameters
    ----------
    name
        One of `projector.tables.LEVERS`.
    years
        The years of the projection.
    before
        ``[year]``, where it stands: more beginners as a share (0), retention, FTE of a head, or
        share of the need taken over (0).
    highest
        Its bound.
    goal
        The year in which the gap shall be closed.
    """

    name: str
    years: NDArray[np.int64]
    before: Array
    highest: float
    goal: int

    def after(self, part: float) -> Array:
        """Where it stands when it has gone a part of its way, ``[year]``."""
        base = self.years[0]
        if self.name in _AT_ONCE:
            weight = (self.years > base).astype(float)
        else:
            weight = np.clip((self.years - base) / (self.goal - base), 0.0, 1.0)
        room = max(self.highest - self.before[self.years == self.goal][0], 0.0)
        moved = self.before + weight * part * room
        after: Array = np.maximum(self.before, np.minimum(moved, self.highest))
        return after

    def at_goal(self, part: float) -> float:
        """Where it stands in the year of the goal."""
        return float(self.after(part)[self.years == self.goal][0])


@dataclass(frozen=True)
class Alone:
    """What one lever does by itself.

    Parameters
    ----------
    lever
        The lever.
    part
        Part of its way that closes the gap; None where even its bound does not.
    left
        FTE short with the lever there, or at its bound.
    """

    lever: Lever
    part: float | None
    left: float


def close_alone(gap: Gap, levers: list[Lever]) -> list[Alone]:
    """What each lever would have to do by itself.

    Parameters
    ----------
    gap
        What is short.
    levers
        In the order of its parts.

    Returns
    -------
    list of Alone
    """
    found = []
    for position, lever in enumerate(levers):
        direction = np.eye(len(levers))[position]
        part = _along(gap, direction)
        left = gap(direction * (1.0 if part is None else part))
        found.append(Alone(lever, part, left))
    return found


def close_together(gap: Gap, levers: list[Lever]) -> tuple[Array, float]:
    """How all levers close the gap with the least effort.

    Parameters
    ----------
    gap, levers
        As for `close_alone`.

    Returns
    -------
    ndarray of float
        Part of its way that each lever goes; all of it where that is not enough.
    float
        FTE that are short then.
    """
    everything = np.ones(len(levers))
    start = _along(gap, everything)
    if start is None:
        return everything, gap(everything)
    scale = abs(gap(np.zeros(len(levers)))) or 1.0
    found = minimize(
        _effort,
        everything * start,
        bounds=[(0.0, 1.0)] * len(levers),
        constraints=NonlinearConstraint(lambda parts: np.array([gap(parts) / scale]), 0.0, 0.0),
        method="SLSQP",
        options={"maxiter": _STEPS, "ftol": _LITTLE_EFFORT},
    )
    # The solver stops near the gap of 0; along its direction it is met exactly.
    direction = np.clip(found.x, 0.0, 1.0)
    part = _along(gap, direction / direction.max()) if direction.any() else None
    best = everything * start if part is None else direction / direction.max() * part
    if _effort(best) > _effort(everything * start):
        best = everything * start
    return best, gap(best)


def _effort(parts: Array) -> float:
    return float(np.sum(np.square(parts)))


def _along(gap: Gap, direction: Array) -> float | None:
    """How far along a direction the gap is 0; None where it is not even at the end."""
    if gap(direction) > NOTHING_SHORT:
        return None
    if gap(direction) >= 0:
        return 1.0
    root = brentq(lambda part: gap(direction * part), 0.0, 1.0, xtol=1e-12, rtol=1e-12)
    return float(root)
