r"""The yearly step of a stock of staff, on arrays alone.

Those of age :math:`a` on 1 January of a year die with probability :math:`q_a`, retire with
:math:`r_a`, and of the rest a share :math:`\lambda_a` leaves health care; of those who had left
before, a share :math:`\rho_a` returns:

.. math::

   s_a &= (1 - q_a)(1 - r_a) \\
   H_{y+1,a+1} &= s_a \left[(1 - \lambda_a)\, H_{y,a} + \rho_a\, R_{y,a}\right] + N_{y,a+1} \\
   R_{y+1,a+1} &= s_a \left[\lambda_a\, H_{y,a} + (1 - \rho_a)\, R_{y,a}\right] + M_{y,a+1}

with heads :math:`H` who work in health care, :math:`R` with the training who do not, and the newly
trained and recruited :math:`N` and :math:`M`. Then those who finish a further training go from the
general group of their profession to the competence, in proportion to who is there in its ages, and
last some move between regions: what leaves one arrives in the others. As every rate lies between 0
and 1 no flow is larger than its stock; the numbers who specialise are held against the stock.

Axes are ``[group, region, sex, age]``. A group is a profession without a further competence (the
general one), or one of its competences; the groups of a profession follow one another, the general
one first. Units are heads, and heads a year.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FlowTooLargeError", "Flows", "Groups", "Rates", "Stock", "Year", "step", "totals"]

Array = NDArray[np.float64]


class FlowTooLargeError(ValueError):
    """More specialise than there is anybody to.

    Parameters
    ----------
    group, region
        Positions of the general group and of the region.
    wanted, there
        Heads.
    """

    def __init__(self, group: int, region: int, wanted: float, there: float) -> None:
        super().__init__(f"group {group}, region {region}: {wanted:g} of {there:g}")
        self.group, self.region, self.wanted, self.there = group, region, wanted, there


@dataclass(frozen=True)
class Groups:
    """Which groups belong to which profession.

    Parameters
    ----------
    sizes
        Groups of each profession, the general one included.
    """

    sizes: tuple[int, ...]

    def __len__(self) -> int:
        return sum(self.sizes)

    def slices(self) -> Iterator[slice]:
        """The groups of each profession."""
        first = 0
        for size in self.sizes:
            yield slice(first, first + size)
            first += size

    @property
    def general(self) -> NDArray[np.int64]:
        """Position of the general group of each profession."""
        return np.cumsum((0, *self.sizes[:-1]), dtype=np.int64)

    def by_profession(self, values: Array) -> Array:
        """Sum over the groups of each profession; the first axis is the group."""
        return np.add.reduceat(values, self.general, axis=0)


@dataclass(frozen=True)
class Stock:
    """Heads ``[group, region, sex, age]``: who works in health care, and who could."""

    heads: Array
    reserve: Array


@dataclass(frozen=True)
class Rates:
    """Shares of a year ``[profession, sex, age]``, each from 0 to 1.

    Parameters
    ----------
    died
        ``[sex, age]``.
    retired
        1 at the last age.
    left, returned
        Of those who neither died nor retired.
    """

    died: Array
    retired: Array
    left: Array
    returned: Array


@dataclass(frozen=True)
class Year:
    """Who comes in a year.

    Parameters
    ----------
    entered, unused
        ``[profession, region, sex, age]``, heads by age at the end of the year: newly trained and
        from abroad who take up work in health care, and newly trained who do not.
    specialised
        ``[group, region]``, heads who finish a further training; 0 in general groups.
    ages
        ``[group, age]``, whether those who finish may have the age.
    moved_out, moved_in
        ``[region]``: share of the heads that moves to another region, and share of all movers that
        the region gets, which add up to 1 where anybody moves.
    """

    entered: Array
    unused: Array
    specialised: Array
    ages: NDArray[np.bool_]
    moved_out: Array
    moved_in: Array


@dataclass(frozen=True)
class Flows:
    """Heads of a year ``[group, region]``.

    `entered`, `specialised` and `moved` are what the group gains by it, which may be below 0 for
    the last two.
    """

    entered: Array
    returned: Array
    left: Array
    retired: Array
    specialised: Array
    moved: Array

    @property
    def net(self) -> Array:
        """What the heads of a group change by."""
        gained = self.entered + self.returned + self.specialised + self.moved
        return gained - self.left - self.retired


def step(stock: Stock, rates: Rates, year: Year, groups: Groups) -> tuple[Stock, Flows]:
    """The stock a year later, and the flows that made it.

    Parameters
    ----------
    stock
        On 1 January.
    rates, year
        What happens during the year.
    groups
        Groups of each profession.

    Returns
    -------
    Stock
        On 1 January of the next year.
    Flows
        Heads ``[group, region]``.

    Raises
    ------
    FlowTooLargeError
        If more are to specialise than the general group has in the ages for it.
    """
    heads, reserve = np.empty_like(stock.heads), np.empty_like(stock.reserve)
    shape = stock.heads.shape[:2]
    left, returned, retired, entered, specialised = (np.zeros(shape) for _ in range(5))
    for profession, inside in enumerate(groups.slices()):
        stays = (1 - rates.died) * (1 - rates.retired[profession])
        leaves = stays * rates.left[profession]
        comes_back = stays * rates.returned[profession]
        working, away = stock.heads[inside], stock.reserve[inside]
        left[inside], retired[inside] = totals(working, leaves, 1 - stays)
        (returned[inside],) = totals(away, comes_back)
        _age(heads[inside], working, stays - leaves, away, comes_back)
        _age(reserve[inside], away, stays - comes_back, working, leaves)
        general = inside.start
        heads[general] += year.entered[profession]
        reserve[general] += year.unused[profession]
        entered[general] = year.entered[profession].sum(axis=(1, 2))
        specialised[inside] = _specialise(heads[inside], year, inside)
    moved = _move(heads, year)
    flows = Flows(entered, returned, left, retired, specialised, moved)
    return Stock(heads, reserve), flows


def totals(stock: Array, *weights: Array) -> tuple[Array, ...]:
    """A stock summed over sex and age by several weights ``[sex, age]``, in one pass over it.

    Returns
    -------
    tuple of ndarray
        ``[group, region]`` for each weight.
    """
    by_weight = np.stack([weight.ravel() for weight in weights], axis=1)
    found = stock.reshape(*stock.shape[:2], -1) @ by_weight
    return tuple(found[..., place] for place in range(len(weights)))


def _age(older: Array, one: Array, stay: Array, other: Array, come: Array) -> None:
    """Put those who stay of one stock, and those who come of another, into `older` a year older.

    At the last age nobody stays or comes, so nothing falls off the end of the axis.
    """
    older[..., 0] = 0.0
    np.multiply(one[..., :-1], stay[..., :-1], out=older[..., 1:])
    older[..., 1:] += other[..., :-1] * come[..., :-1]


def _specialise(heads: Array, year: Year, inside: slice) -> Array:
    """Take those who finish out of the general group and put them in their competence.

    `heads` are those of one profession, ``[group, region, sex, age]``, and are changed. Returns
    what each group gains, ``[group, region]``.
    """
    finished = year.specialised[inside]
    gains = np.zeros(finished.shape)
    if not finished[1:].any():
        return gains
    ages = year.ages[inside][1:].astype(float)
    there = heads[0].sum(axis=1) @ ages.T  # [region, competence]
    wanted = finished[1:].T
    share = np.divide(wanted, there, out=np.zeros_like(wanted), where=there > 0)
    taken = share @ ages  # [region, age]
    too_many = (taken > 1).any(axis=1) | ((wanted > 0) & (there <= 0)).any(axis=1)
    if too_many.any():
        region = int(np.argmax(too_many))
        raise FlowTooLargeError(
            inside.start, region, float(wanted[region].sum()), float(there[region].max())
        )
    moving = heads[0] * share.T[:, :, np.newaxis, np.newaxis] * ages[:, np.newaxis, np.newaxis, :]
    heads[1:] += moving
    heads[0] -= moving.sum(axis=0)
    gains[1:] = moving.sum(axis=(2, 3))
    gains[0] = -gains[1:].sum(axis=0)
    return gains


def _move(heads: Array, year: Year) -> Array:
    """Moves between regions: `heads` are changed, and what each gains is returned."""
    if not year.moved_out.any():
        return np.zeros(heads.shape[:2])
    (before,) = totals(heads, np.ones(heads.shape[2:]))
    pool = np.einsum("grxa,r->gxa", heads, year.moved_out)
    heads *= (1 - year.moved_out)[:, np.newaxis, np.newaxis]
    heads += pool[:, np.newaxis] * year.moved_in[:, np.newaxis, np.newaxis]
    gained: Array = np.multiply.outer(pool.sum(axis=(1, 2)), year.moved_in)
    return gained - before * year.moved_out
