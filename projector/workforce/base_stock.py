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

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.errors import ConsistencyError, InputsError, Problem
from projector.workforce.staff_tables import AGES, Staff
from projector.workforce.stock import Stock

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = [
    "Counted",
    "base_stock",
    "counted_staff",
    "leveled",
    "outside_health",
    "short_fte",
    "stocked_fte",
]

Array = NDArray[np.float64]
Members = Callable[[str], Sequence[str]]

_HALVINGS = 60
_ROUNDING = 1e-6


def leveled(mean: Array, wanted: Array) -> tuple[Array, Array]:
    r"""How the FTE of a head must change so that their mean becomes another.

    FTE of a head :math:`f` become :math:`\alpha f + \beta`: a smaller mean takes the same share
    from everybody, a larger one takes everybody the same share of the way to full time. So nobody
    has more than one FTE.

    Parameters
    ----------
    mean, wanted
        Mean as it is, and as it shall be; from 0 to 1, of one shape.

    Returns
    -------
    tuple of ndarray
        :math:`\alpha` and :math:`\beta`.
    """
    up = wanted > mean
    part_time = np.where(up, 1 - mean, 1.0)
    alpha = np.where(up, (1 - wanted) / part_time, wanted / np.where(mean > 0, mean, 1.0))
    beta = np.where(up, 1 - alpha, 0.0)
    return alpha, beta


def short_fte(
    table: pd.DataFrame,
    need: Array,
    everything: Mapping[str, float],
    staff: Staff,
    base_year: int,
    share: float,
) -> Array:
    """Staff short in the base year, ``[group, region]``.

    Parameters
    ----------
    table
        Input table ``shortages``.
    need
        ``[group, region]``, FTE of the base year.
    everything
        FTE of the base year that the run needs, by profession, those without a stock too.
    staff
        Groups.
    base_year
        The last survey up to this year counts.
    share
        Share of the nation's people in the regions of the run.

    Raises
    ------
    ConsistencyError
        If there is no survey, or it tells nothing of a profession, or more are short than needed.
    """
    surveys = table.loc[table["year"] <= base_year, "year"]
    if surveys.empty:
        raise ConsistencyError(
            Problem(
                where="table shortages",
                message=f"no survey from {base_year} or before",
                found=f"years from {table['year'].min()}",
                expected="a row that says what is short, or that nothing is",
            )
        )
    rows = table[table["year"] == surveys.max()]
    own = set(rows["profession"]) - {"*"}
    others = sum(fte for name, fte in everything.items() if name not in own)
    short, problems = np.zeros_like(need), []
    for profession, inside in zip(staff.professions, staff.groups.slices(), strict=True):
        of = rows[rows["profession"] == (profession if profession in own else "*")]
        if of.empty:
            problems.append(_untold(profession, int(surveys.max())))
        for line, row in of.iterrows():
            groups = {
                "all": inside,
                "general": slice(inside.start, inside.start + 1),
                "specialist": slice(inside.start + 1, inside.stop),
            }[row["group"]]
            whole = need[groups].sum() if profession in own else others
            wanted = float(row["fte"]) * share
            if wanted > 0 and wanted > whole:
                problems.append(
                    Problem(
                        where=f"table shortages, line {line}",
                        message=f"more are short than {profession} are needed in {base_year}",
                        found=f"{wanted:.1f} FTE of {row['group']}",
                        expected=f"at most {whole:.1f}",
                    )
                )
            elif wanted > 0:
                short[groups] += need[groups] * (wanted / whole)
    if problems:
        raise ConsistencyError(problems)
    return short


def _untold(profession: str, year: int) -> Problem:
    return Problem(
        where="table shortages",
        message=f"the survey of {year} tells nothing of {profession}",
        expected=f"a row for {profession} or for *, which may say 0",
    )


@dataclass(frozen=True)
class Counted:
    """What the table ``staff_counts`` says of the base year.

    Parameters
    ----------
    per_head
        ``[profession, region]``, FTE of a head, NaN where nobody counted.
    whole
        Professions, regions and FTE of each count of all staff.
    """

    per_head: Array
    whole: tuple[tuple[NDArray[np.bool_], NDArray[np.bool_], float], ...]


def counted_staff(
    tables: Mapping[str, pd.DataFrame],
    staff: Staff,
    regions: Sequence[str],
    members: Members,
    base_year: int,
) -> Counted:
    """The counts of the base year; a row for one profession goes before one for all.

    Raises
    ------
    InputsError
        If somebody counted more FTE than heads.
    """
    per_head = np.full((len(staff.professions), len(regions)), np.nan)
    if "staff_counts" not in tables:
        return Counted(per_head, ())
    rows = tables["staff_counts"]
    rows = rows[rows["year"] == base_year]
    whole, problems = [], []
    for line, row in sorted(rows.iterrows(), key=lambda item: bool(item[1]["profession"] != "*")):
        inside = np.isin(regions, members(str(row["region"])))
        of = np.array([row["profession"] in ("*", name) for name in staff.professions])
        if row["fte"] > row["heads"]:
            problems.append(
                Problem(
                    where=f"table staff_counts, line {line}",
                    message="more FTE than people employed",
                    found=f"{row['fte']:g} FTE, {row['heads']:g} heads",
                )
            )
        per_head[np.ix_(of, inside)] = row["fte"] / row["heads"]
        if row["of"] == "all" and inside.any():
            whole.append((of, inside, float(row["fte"])))
    if problems:
        raise InputsError(problems)
    return Counted(per_head, tuple(whole))


def stocked_fte(
    target: Array,
    counted: Counted,
    scenario: "Scenario",
    staff: Staff,
    regions: Sequence[str],
    members: Members,
) -> Array:
    """FTE of the base year, ``[group, region]``, with counts in the place of need less shortage.

    Parameters
    ----------
    target
        ``[group, region]``, need less what is short.
    counted
        Counts of all staff; ``workforce.supply.stock`` of the scenario goes before them.

    Raises
    ------
    ConsistencyError
        If the scenario counts staff where none are needed.
    """
    fte = target.copy()
    for of, inside, amount in counted.whole:
        _scale(fte, np.repeat(of, staff.groups.sizes), inside, amount)
    problems = []
    for profession, places in scenario.workforce.supply.stock.items():
        of = np.array([name == profession for name in staff.professions])
        groups = np.repeat(of, staff.groups.sizes)
        for place, amount in places.items():
            inside = np.isin(regions, members(place))
            if amount > 0 and not fte[np.ix_(groups, inside)].sum() > 0:
                problems.append(
                    Problem(
                        where=scenario.where("workforce", "supply", "stock", profession, place),
                        message=f"no {profession} is needed there in this run",
                        found=f"{place}: {amount:g}",
                        expected="a region of the run, and a profession with a stock",
                    )
                )
                continue
            _scale(fte, groups, inside, amount)
    if problems:
        raise ConsistencyError(problems)
    return fte


def _scale(
    fte: Array, groups: NDArray[np.bool_], regions: NDArray[np.bool_], amount: float
) -> None:
    """Make the FTE of some groups and regions add up to an amount."""
    cells = np.ix_(groups, regions)
    whole = fte[cells].sum()
    if whole > 0:
        fte[cells] *= amount / whole


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
