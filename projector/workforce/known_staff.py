"""What is known of the base year: what is short, and what was counted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.errors import ConsistencyError, InputsError, Problem
from projector.workforce.staff_tables import Staff

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Counted", "counted_staff", "short_fte", "stocked_fte"]

Array = NDArray[np.float64]
Members = Callable[[str], Sequence[str]]


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
