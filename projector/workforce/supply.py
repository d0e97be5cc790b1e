r"""Supply: the stock of staff over the years, and what is short against the need.

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
from projector.workforce.balance import first_year_short
from projector.workforce.base_stock import base_stock
from projector.workforce.entries import Beginners, beginners, competent, settled
from projector.workforce.full_time import Work
from projector.workforce.known_staff import counted_staff, short_fte, stocked_fte
from projector.workforce.staff_moves import staff_moves
from projector.workforce.staff_tables import AGES, Staff, has_supply, read_staff
from projector.workforce.stock import Flows, FlowTooLargeError, Rates, Stock, Year, step

if TYPE_CHECKING:
    from projector.scenario.models import Scenario
    from projector.scenario.values import Path

__all__ = ["supply_stage"]

Array = NDArray[np.float64]
Members = Callable[[str], Sequence[str]]

_ROUNDING = 1e-9
_FLOWS = ("entered", "returned", "left", "retired", "moved")


def supply_stage(
    workforce: xr.Dataset,
    population: xr.Dataset,
    nation: float,
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    members: Members,
    only: Collection[str] | None = None,
) -> xr.Dataset | None:
    """Staff that there will be, and what is short.

    Parameters
    ----------
    workforce
        ``need[region, year, setting, profession]`` and
        ``competence_need[region, year, competence]``, FTE.
    population
        People, deaths and net migration of the run.
    nation
        People of the nation in the base year: a run of some regions has their share of what is
        known of the nation.
    tables
        Input tables; without those of `projector.workforce.staff_tables.REQUIRED` there is no
        supply.
    scenario
        ``workforce.supply``.
    members
        Region codes of a region or area name.
    only
        Professions to reckon; all without it.

    Returns
    -------
    Dataset or None
        Group ``workforce/supply`` of the results. Professions without a stock have NaN.

    Raises
    ------
    InputsError
        If a competence has no row in ``specialisation``, or more FTE than heads are counted.
    ConsistencyError
        If scenario and tables do not fit together, or a flow is larger than its stock.
    """
    if not has_supply(tables):
        return None
    needed = workforce["need"].sum("setting").transpose("profession", "region", "year")
    chosen = [
        str(name) for name in needed["profession"].values if only is None or str(name) in only
    ]
    pairs = list(
        zip(
            map(str, workforce["competence_profession"].values),
            map(str, workforce["competence"].values),
            strict=True,
        )
    )
    staff = read_staff(tables, chosen, pairs)
    need = _need_by_group(needed, workforce["competence_need"], staff)
    regions, years = [str(code) for code in needed["region"].values], needed["year"].values
    base = int(years[0])
    people = float(population["population"].sel(year=base).sum()) / nation
    everything = {
        str(name): float(one.sum()) for name, one in needed.sel(year=base).groupby("profession")
    }
    short = short_fte(tables["shortages"], need[..., 0], everything, staff, base, people)
    counted = counted_staff(tables, staff, regions, members, base)
    target = stocked_fte(need[..., 0] - short, counted, scenario, staff, regions, members)
    work = Work(scenario, staff, counted.per_head, years)
    stock = base_stock(target, work.base_per_head, staff)
    walked = _walk(stock, work, population, scenario, members, regions, people)
    return _dataset(walked, needed, workforce, staff)


def _need_by_group(needed: xr.DataArray, competence: xr.DataArray, staff: Staff) -> Array:
    """FTE needed ``[group, region, year]``: what no competence takes is general."""
    parts = []
    for profession, names in zip(staff.professions, staff.competences, strict=True):
        of = competence.sel(competence=list(names)).transpose("competence", "region", "year")
        general = needed.sel(profession=profession).values - of.sum("competence").values
        # A profession all of whose work takes a competence leaves a rounding error.
        general = np.where(np.abs(general) < _ROUNDING, 0.0, general)
        parts.append(np.concatenate([general[np.newaxis], of.values]))
    return np.concatenate(parts)


@dataclass(frozen=True)
class _Walked:
    """What came of it, ``[year, group, region]``; begun is ``[year, profession, region]``."""

    fte: Array
    heads: Array
    flows: dict[str, Array]
    begun: Array


def _walk(
    stock: Stock,
    work: Work,
    population: xr.Dataset,
    scenario: "Scenario",
    members: Members,
    regions: Sequence[str],
    people: float,
) -> _Walked:
    """Carry the stock from the base year to the last."""
    staff, years = work.staff, population["year"].values
    heads = stock.heads.sum(axis=(2, 3))
    rates = _rates(population, scenario, staff, years)
    flows = _losses(stock, rates[0], staff)
    inside = {name: np.isin(regions, members(name)) for name in scenario.workforce.supply.settle}
    by_profession = staff.groups.by_profession
    parts = settled(scenario, by_profession(heads), people, inside)
    lost = by_profession(flows.left + flows.retired - flows.returned).sum(axis=1)
    coming = beginners(scenario, staff, years, parts, lost)
    finished = competent(scenario, staff, years, flows)
    out, into = staff_moves(population, heads.sum(axis=0), scenario.workforce.supply.moves)
    shape = (len(years), *heads.shape)
    fte, counted = np.zeros(shape), np.zeros(shape)
    kept = {name: np.zeros(shape) for name in _FLOWS}
    for y in range(len(years)):
        fte[y], counted[y] = work.fte(stock, y)
        entered, unused = _arrivals(coming, staff, parts, y)
        year = Year(entered, unused, finished[y], staff.finishing, out[y], into[y])
        try:
            stock, flows = step(stock, rates[y], year, staff.groups)
        except FlowTooLargeError as error:
            raise _too_many(error, scenario, staff, int(years[y]), regions) from None
        for name in _FLOWS:
            kept[name][y] = getattr(flows, name)
    begun = coming.begun.T[:, :, np.newaxis] * parts
    return _Walked(fte, counted, kept, begun)


def _rates(
    population: xr.Dataset, scenario: "Scenario", staff: Staff, years: NDArray[np.int64]
) -> list[Rates]:
    """Shares of each year that die, retire, leave and return."""
    supply, base = scenario.workforce.supply, int(years[0])
    there = population["population"].sum("region").sel(age=AGES).values
    died = population["deaths"].sum("region").sel(age=AGES + 1).values
    risk = np.divide(died, there, out=np.zeros_like(died), where=there > 0)

    def path(of: Mapping[str, "Path"], name: str) -> Array:
        return of[name].at(years, base_year=base) if name in of else np.zeros(len(years))

    later = np.array([path(supply.retirement, name) for name in staff.professions])
    stays = np.array([path(supply.retention, name) for name in staff.professions])
    return [
        Rates(
            died=risk[y],
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


def _dataset(
    walked: _Walked, needed: xr.DataArray, workforce: xr.Dataset, staff: Staff
) -> xr.Dataset:
    """The results with their names; NaN where there is no stock."""
    groups, dims = staff.groups, ("region", "year", "profession")

    def of_professions(values: Array) -> xr.DataArray:
        """From ``[year, profession, region]``."""
        array = xr.DataArray(
            values.transpose(2, 0, 1),
            dims=dims,
            coords={
                "region": needed["region"].values,
                "year": needed["year"].values,
                "profession": np.array(staff.professions, dtype=object),
            },
        )
        return array.reindex(profession=needed["profession"].values)

    def summed(values: Array) -> xr.DataArray:
        return of_professions(groups.by_profession(values.transpose(1, 0, 2)).transpose(1, 0, 2))

    supply = summed(walked.fte)
    gap = needed.transpose(*dims) - supply
    names = [name for competences in staff.competences for name in competences]
    special = np.setdiff1d(np.arange(len(groups)), groups.general)
    by_competence = xr.DataArray(
        walked.fte[:, special].transpose(2, 0, 1),
        dims=("region", "year", "competence"),
        coords={
            "region": needed["region"].values,
            "year": needed["year"].values,
            "competence": np.array(names, dtype=object),
        },
    ).reindex(competence=workforce["competence"].values)
    return (
        xr.Dataset(
            {
                "supply": supply,
                "heads": summed(walked.heads),
                "gap": gap,
                **{name: summed(values) for name, values in walked.flows.items()},
                "begun": of_professions(walked.begun),
                "competence_supply": by_competence,
                "competence_gap": workforce["competence_need"] - by_competence,
                "first_shortage": first_year_short(gap),
            }
        )
        .reset_coords(drop=True)
        .assign_coords(
            competence_profession=("competence", workforce["competence_profession"].values)
        )
    )
