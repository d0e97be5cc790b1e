r"""Supply: the stock of staff over the years.

The stock starts in the base year (`projector.workforce.base_stock`), is carried on year by year
(`projector.workforce.stock`) by those who come (`projector.workforce.entries`) and those who stop,
and does

.. math:: F_{r,y,p} = \alpha \sum_{x,a} f_{p,x,a} H_{r,y,p,x,a} + \beta \sum_{x,a} H_{r,y,p,x,a}

FTE, never more than heads; :math:`\alpha = 1` and :math:`\beta = 0` unless the FTE of a head are
counted, or the scenario says them. The need of a year is held against the stock of its 1 January.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.workforce.base_stock import base_stock
from projector.workforce.entries import Beginners, beginners, competent, settled
from projector.workforce.full_time import Work
from projector.workforce.known_staff import Counted, counted_staff, short_fte, stocked_fte
from projector.workforce.staff_moves import net_moves, staff_moves
from projector.workforce.staff_tables import AGES, Staff, read_staff
from projector.workforce.stock import Flows, FlowTooLargeError, Rates, Stock, Year, step

if TYPE_CHECKING:
    from projector.scenario.models import Scenario
    from projector.scenario.values import Path

__all__ = ["FLOWS", "Known", "Members", "Walked", "known", "staff_of", "walk"]

Array = NDArray[np.float64]
Members = Callable[[str], Sequence[str]]

FLOWS = ("entered", "returned", "left", "retired", "moved")
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Known:
    """What a projection of staff starts from, whatever the scenario says of supply.

    Parameters
    ----------
    staff
        The tables.
    years, regions
        Of the projection.
    need
        ``[group, region, year]``, FTE.
    short
        ``[group, region]``, FTE short in the base year.
    counted
        Staff counted in the base year.
    people
        Share of the nation's people in the regions.
    risk
        ``[year, sex, age]``, share that dies.
    moves
        ``[year, region]``, people of working age, and what moves make them gain.
    """

    staff: Staff
    years: NDArray[np.int64]
    regions: tuple[str, ...]
    need: Array
    short: Array
    counted: Counted
    people: float
    risk: Array
    moves: tuple[Array, Array]


def known(
    workforce: xr.Dataset,
    population: xr.Dataset,
    nation: float,
    tables: Mapping[str, pd.DataFrame],
    members: Members,
    only: Collection[str] | None = None,
    staff: Staff | None = None,
) -> Known:
    """What a projection of staff starts from.

    Parameters
    ----------
    workforce, population, nation, tables, members
        As for `projector.workforce.supply.supply_stage`.
    only
        Professions to reckon; all without it.
    staff
        From `staff_of`, where many projections start from the same tables; None reads them.
    """
    needed = workforce["need"].sum("setting").transpose("profession", "region", "year")
    staff = staff or staff_of(workforce, tables, only)
    need = _need_by_group(needed, workforce["competence_need"], staff)
    regions, years = tuple(map(str, needed["region"].values)), needed["year"].values
    base = int(years[0])
    people = float(population["population"].sel(year=base).sum()) / nation
    at_base = dict(zip(map(str, needed["profession"].values), needed.values[..., 0], strict=True))
    everything = {name: float(at_base[name].sum()) for name in sorted(at_base)}
    there = population["population"].sum("region").sel(age=AGES).values
    died = population["deaths"].sum("region").sel(age=AGES + 1).values
    return Known(
        staff=staff,
        years=years,
        regions=regions,
        need=need,
        short=short_fte(tables["shortages"], need[..., 0], everything, staff, base, people),
        counted=counted_staff(tables, staff, regions, members, base),
        people=people,
        risk=np.divide(died, there, out=np.zeros_like(died), where=there > 0),
        moves=net_moves(population),
    )


def staff_of(
    workforce: xr.Dataset,
    tables: Mapping[str, pd.DataFrame],
    only: Collection[str] | None = None,
) -> Staff:
    """The tables of the staff that are needed; parameters as of `known`."""
    professions = map(str, workforce["profession"].values)
    pairs = list(
        zip(
            map(str, workforce["competence_profession"].values),
            map(str, workforce["competence"].values),
            strict=True,
        )
    )
    return read_staff(tables, [p for p in professions if only is None or p in only], pairs)


def _need_by_group(needed: xr.DataArray, competence: xr.DataArray, staff: Staff) -> Array:
    """FTE needed ``[group, region, year]``: what no competence takes is general."""
    parts = []
    whole = dict(zip(map(str, needed["profession"].values), needed.values, strict=True))
    by_competence = competence.transpose("competence", "region", "year").values
    place = {str(name): i for i, name in enumerate(competence["competence"].values)}
    for profession, names in zip(staff.professions, staff.competences, strict=True):
        of = by_competence[[place[name] for name in names]]
        general = whole[profession] - of.sum(axis=0)
        # A profession all of whose work takes a competence leaves a rounding error.
        general = np.where(np.abs(general) < _ROUNDING, 0.0, general)
        parts.append(np.concatenate([general[np.newaxis], of]))
    return np.concatenate(parts)


@dataclass(frozen=True)
class Walked:
    """What came of it, ``[year, group, region]``; begun is ``[year, profession, region]``."""

    fte: Array
    heads: Array
    flows: dict[str, Array]
    begun: Array


def walk(start: Known, scenario: "Scenario", members: Members) -> Walked:
    """Carry the stock from the base year to the last.

    Parameters
    ----------
    start
        From `known`.
    scenario
        Its ``workforce.supply``.
    members
        Region codes of a region or area name.

    Raises
    ------
    ConsistencyError
        If scenario and tables do not fit together, or a flow is larger than its stock.
    """
    staff, years, counted = start.staff, start.years, start.counted
    target = start.need[..., 0] - start.short
    target = stocked_fte(target, counted, scenario, staff, start.regions, members)
    work = Work(scenario, staff, counted.per_head, years)
    stock = base_stock(target, work.base_per_head, staff)
    heads = stock.heads.sum(axis=(2, 3))
    rates = _rates(start, scenario)
    flows = _losses(stock, rates[0], staff)
    supply = scenario.workforce.supply
    inside = {name: np.isin(start.regions, members(name)) for name in supply.settle}
    by_profession = staff.groups.by_profession
    parts = settled(scenario, by_profession(heads), start.people, inside)
    lost = by_profession(flows.left + flows.retired - flows.returned).sum(axis=1)
    coming = beginners(scenario, staff, years, parts, lost)
    finished = competent(scenario, staff, years, flows)
    out, into = staff_moves(*start.moves, heads.sum(axis=0), supply.moves)
    shape = (len(years), *heads.shape)
    fte, there = np.zeros(shape), np.zeros(shape)
    kept = {name: np.zeros(shape) for name in FLOWS}
    for y in range(len(years)):
        fte[y], there[y] = work.fte(stock, y)
        entered, unused = _arrivals(coming, staff, parts, y)
        year = Year(entered, unused, finished[y], staff.finishing, out[y], into[y])
        try:
            stock, flows = step(stock, rates[y], year, staff.groups)
        except FlowTooLargeError as error:
            raise _too_many(error, scenario, staff, int(years[y]), start.regions) from None
        for name in FLOWS:
            kept[name][y] = getattr(flows, name)
    begun = coming.begun.T[:, :, np.newaxis] * parts
    return Walked(fte, there, kept, begun)


def _rates(start: Known, scenario: "Scenario") -> list[Rates]:
    """Shares of each year that die, retire, leave and return."""
    supply, staff, years = scenario.workforce.supply, start.staff, start.years
    base = int(years[0])

    def path(of: Mapping[str, "Path"], name: str) -> Array:
        return of[name].at(years, base_year=base) if name in of else np.zeros(len(years))

    later = np.array([path(supply.retirement, name) for name in staff.professions])
    stays = np.array([path(supply.retention, name) for name in staff.professions])
    return [
        Rates(
            died=start.risk[y],
            retired=_later(staff.retired, later[:, y]),
            left=staff.left * (1 - stays[:, y])[:, np.newaxis, np.newaxis],
            returned=staff.returned,
        )
        for y in range(len(years))
    ]


def _later(retired: Array, years: Array) -> Array:
    """Retirement by age when it comes later, ``[profession, sex, age]``; nobody works at 75."""
    moved = np.empty_like(retired)
    for profession, by_sex in enumerate(retired):
        for sex, by_age in enumerate(by_sex):
            moved[profession, sex] = np.interp(AGES - years[profession], AGES, by_age)
    moved[..., -1] = 1.0
    return moved


def _losses(stock: Stock, rates: Rates, staff: Staff) -> Flows:
    """Flows of a year in which nobody comes."""
    groups, regions = stock.heads.shape[:2]
    nobody = np.zeros((len(staff.professions), regions, *stock.heads.shape[2:]))
    still = np.zeros(regions)
    year = Year(nobody, nobody, np.zeros((groups, regions)), staff.finishing, still, still)
    return step(stock, rates, year, staff.groups)[1]


def _arrivals(coming: Beginners, staff: Staff, parts: Array, year: int) -> tuple[Array, Array]:
    """Who takes up work in health care, and who does not, ``[profession, region, sex, age]``."""
    trained = coming.trained[:, year, np.newaxis] * parts
    abroad = coming.abroad[:, year, np.newaxis] * parts
    works = staff.entry["to_health"][:, np.newaxis]
    ages = {origin: one[:, np.newaxis] for origin, one in staff.entry_ages.items()}
    spread = (slice(None), slice(None), np.newaxis, np.newaxis)
    entered = (trained * works)[spread] * ages["education"] + abroad[spread] * ages["abroad"]
    return entered, (trained * (1 - works))[spread] * ages["education"]


def _too_many(
    error: FlowTooLargeError,
    scenario: "Scenario",
    staff: Staff,
    year: int,
    regions: Sequence[str],
) -> ConsistencyError:
    profession = staff.professions[int(np.searchsorted(staff.groups.general, error.group))]
    return ConsistencyError(
        Problem(
            where=scenario.where("workforce", "supply", "specialisation"),
            message=f"in {year} more {profession} specialise in region {regions[error.region]} "
            "than are there without a competence",
            found=f"{error.wanted:.1f} heads",
            expected=f"fewer than {error.there:.1f}, in the ages that the table says",
        )
    )
