r"""The stock of the base year: who works in health care when the projection starts.

A region has the staff that it needs less what is known to be short, or what is counted. With FTE of
a head :math:`f_{x,a}` and shares :math:`\pi_{x,a}` of the table ``staff_ages`` that is

.. math:: H_{r,p,x,a} = \frac{F_{r,p}}{v_{r,p}} \, \pi_{p,x,a}, \qquad
          v_{r,p} = \sum_{x,a} \pi_{p,x,a} f_{p,x,a}

heads, or with :math:`v` as counted or as the scenario says. Those with a further competence are
those of the ages from which it can be had, more of them the older, so many that their FTE is the
competence's: a share :math:`\min(1, k\,\phi_a)` of an age, where :math:`\phi` rises evenly from 0
before the first age at which a training ends to 1 at the last.

Of those with the training :math:`H + R` a share :math:`u_{x,a}` does not work in health care: what
today's shares of leaving and returning make of those who begin.
"""

import numpy as np
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.workforce.full_time import leveled
from projector.workforce.staff_tables import AGES, Staff
from projector.workforce.stock import Stock

__all__ = ["base_stock", "outside_health"]

Array = NDArray[np.float64]

_HALVINGS = 60
_ROUNDING = 1e-6


def base_stock(fte: Array, per_head: Array, staff: Staff) -> Stock:
    """Heads who work in health care, and with the training elsewhere.

    Parameters
    ----------
    fte
        ``[group, region]``.
    per_head
        ``[profession, region]``, FTE of a head.
    staff
        Shapes by sex and age.

    Returns
    -------
    Stock
        ``[group, region, sex, age]``.

    Raises
    ------
    ConsistencyError
        If more have a competence than are old enough for it.
    """
    heads = np.zeros((*fte.shape, *staff.share.shape[1:]))
    groups = staff.groups
    alpha, beta = leveled(np.broadcast_to(staff.mean_full_time[:, None], per_head.shape), per_head)
    for p, inside in enumerate(groups.slices()):
        whole = fte[inside].sum(axis=0)
        everybody = (whole / per_head[p])[:, None, None] * staff.share[p]
        skilled = fte[inside][1:]
        of_age = _skilled_of_age(everybody, skilled.sum(axis=0), alpha[p], beta[p], staff, p)
        heads[inside.start] = everybody * (1 - of_age[:, None, :])
        with_any = skilled.sum(axis=0)
        mix = np.divide(skilled, with_any, out=np.zeros_like(skilled), where=with_any > 0)
        heads[inside][1:] = mix[:, :, None, None] * (everybody * of_age[:, None, :])
    outside = outside_health(staff)
    reserve = heads * np.repeat(outside / (1 - outside), groups.sizes, axis=0)[:, None]
    return Stock(heads, reserve)


def outside_health(staff: Staff) -> Array:
    """Share of those with the training who do not work in health care, ``[profession, sex, age]``.

    What today's shares of leaving and returning make of those who begin at the ages of the table;
    0 at ages that nobody has reached with an exam.
    """
    works = staff.entry["to_health"][:, None]
    inside, outside = (np.zeros(staff.share.shape[:2]) for _ in range(2))
    shares = np.zeros_like(staff.share)
    for age in range(len(AGES)):
        if age:
            left, back = staff.left[..., age - 1], staff.returned[..., age - 1]
            inside, outside = (
                inside * (1 - left) + outside * back,
                inside * left + outside * (1 - back),
            )
        begun = staff.entry_ages["education"][..., age]
        inside, outside = inside + works * begun, outside + (1 - works) * begun
        whole = inside + outside
        shares[..., age] = np.divide(outside, whole, out=np.zeros_like(whole), where=whole > 0)
    return shares


def _skilled_of_age(
    everybody: Array, wanted: Array, alpha: Array, beta: Array, staff: Staff, profession: int
) -> Array:
    """Share of an age that has a competence, ``[region, age]``."""
    inside = list(staff.groups.slices())[profession]
    finishing = staff.finishing[inside][1:].any(axis=0)
    if not wanted.any():
        return np.zeros((len(wanted), len(AGES)))
    first, last = AGES[finishing][[0, -1]]
    ramp = np.clip((AGES - first + 1) / (last - first + 1), 0.0, 1.0)
    by_age = np.einsum("rxa,xa->ra", everybody, staff.full_time[profession]) * alpha[:, None]
    by_age += everybody.sum(axis=1) * beta[:, None]
    most = by_age[:, ramp > 0].sum(axis=1)
    if np.any(wanted > most * (1 + _ROUNDING)):
        worst = int(np.argmax(wanted - most))
        name = staff.professions[profession]
        raise ConsistencyError(
            Problem(
                where="table specialisation",
                message=f"more {name} have a competence than are old enough for one",
                found=f"{wanted[worst]:.1f} FTE",
                expected=f"at most {most[worst]:.1f}, those of {first} and over",
            )
        )
    low, high = np.zeros(len(wanted)), np.full(len(wanted), 1 / ramp[ramp > 0].min())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        reached = (by_age * np.minimum(1, middle[:, None] * ramp)).sum(axis=1)
        low, high = (
            np.where(reached < wanted, middle, low),
            np.where(reached < wanted, high, middle),
        )
    of_age: Array = np.minimum(1.0, high[:, None] * ramp)
    return of_age
