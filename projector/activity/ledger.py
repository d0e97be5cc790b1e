r"""The ledger: contacts, bed days and days after readiness, by cell, year, column and row.

Filled by one matrix product per cell of sex and age, over all years at once,

.. math:: C_{k,y,c,o} = \lambda_{c,o} \sum_{(x,a) \in k} u_{y,c,x,a} \; P_{y,x,a,o}

with :math:`P` the people of origin :math:`o` (residents or visitors of a region), :math:`u` their
use per person and :math:`\lambda` the region's level. Rows are the origins by the site that
treats them, :math:`C_{k,y,c,(o,j)} = f_{c,(o,j)} C_{k,y,c,o}`. The changes of a scenario then
scale slices of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from projector.activity.axes import Axes, Cell, Row
from projector.tables import SEXES

__all__ = ["Block", "Demand", "Index", "Ledger", "Profile", "fill"]

Array = NDArray[np.float64]
Index = tuple["slice | NDArray[np.int64]", ...]


@dataclass(frozen=True)
class Profile:
    """Use per person of some origins: contacts, nights and nights after readiness.

    Of several profiles with the same origins the use is added up.

    Parameters
    ----------
    origins
        Positions of the origins that use care like this.
    contacts
        A year, ``[year, column, age · sex]``.
    nights
        The same for the columns with nights.
    ready
        Nights after the patient is ready for discharge; None where nobody knows of any.
    weight
        What a person of each age counts for, ``[year, age · sex]``; None where everybody counts
        once. The first profile of an origin has none.
    """

    origins: NDArray[np.int64]
    contacts: Array
    nights: Array
    ready: Array | None
    weight: Array | None = None


@dataclass(frozen=True)
class Drift:
    """Growth of use that differs between draws, beside that of the profiles.

    Parameters
    ----------
    cells, columns, origins
        Positions of those whose use it is.
    ratio
        Of use to that of the profiles, ``[year]``.
    """

    cells: NDArray[np.int64]
    columns: NDArray[np.int64]
    origins: NDArray[np.int64]
    ratio: Array


@dataclass(frozen=True)
class Demand:
    """All that a ledger is filled from.

    Draws stand on the axis of years, one after another, each with all its years. What they share
    is there once: people, use and lengths of stay may have the years of one draw alone.

    Parameters
    ----------
    axes
        Cells, columns and rows.
    origins
        Residents and visitors of the regions, whom rows share out by site.
    years
        Calendar years.
    base_year
        Year of the base population.
    persons
        ``[year, age · sex, origin]``.
    profiles
        Each origin is in one of them, or in several.
    level
        Level of use ``[column, origin]``.
    origin
        Origin of each row, ``[row]``.
    flow
        Share of an origin's contacts treated at the row's site, ``[column, row]``; None where
        nobody knows of sites, and rows are origins.
    length_of_stay
        Nights of a stay by the input tables, ``[band of ages, year, column with nights]``; NaN
        where they know none.
    needs
        Share of people with each need that the input tables know, ``[age · sex]``.
    drifts
        Growth that differs between draws.
    """

    axes: Axes
    origins: tuple[Row, ...]
    years: NDArray[np.int64]
    base_year: int
    persons: Array
    profiles: tuple[Profile, ...]
    level: Array
    origin: NDArray[np.int64]
    flow: Array | None
    length_of_stay: Array
    needs: Mapping[str, Array]
    drifts: tuple[Drift, ...] = ()

    def in_years(self, amounts: Array, axis: int = 0) -> Array:
        """An array of all years, of one that draws share."""
        times = len(self.years) // amounts.shape[axis]
        return np.concatenate([amounts] * times, axis) if times > 1 else amounts

    def of_columns(self, chosen: NDArray[np.bool_]) -> "Demand":
        """The part of it that is about some columns."""
        stays = chosen[: self.axes.with_nights]
        renumbered = np.cumsum(chosen) - 1
        columns = tuple(
            column for column, keep in zip(self.axes.columns, chosen, strict=True) if keep
        )
        profiles = (
            replace(
                profile,
                contacts=profile.contacts[:, chosen],
                nights=profile.nights[:, stays],
                ready=None if profile.ready is None else profile.ready[:, stays],
            )
            for profile in self.profiles
        )
        drifts = (
            replace(drift, columns=renumbered[drift.columns[chosen[drift.columns]]])
            for drift in self.drifts
        )
        return replace(
            self,
            axes=replace(self.axes, columns=columns),
            profiles=tuple(profiles),
            level=self.level[chosen],
            flow=None if self.flow is None else self.flow[chosen],
            length_of_stay=self.length_of_stay[..., stays],
            drifts=tuple(drift for drift in drifts if drift.columns.size),
        )

    def undivided(self) -> "Demand":
        """The same with people of all ages in one cell, where nothing asks for a part of them."""
        last = max(cell.last for cell in self.axes.cells)
        return replace(self, axes=replace(self.axes, cells=(Cell(SEXES, 0, last),)))

    def of_regions(self, regions: Collection[str]) -> "Demand":
        """The part of it that is about some regions."""
        kept = np.array([origin.region in regions for origin in self.origins])
        rows = np.flatnonzero(kept[self.origin])
        renumbered = np.cumsum(kept) - 1
        profiles = [
            replace(profile, origins=renumbered[profile.origins[kept[profile.origins]]])
            for profile in self.profiles
        ]
        return replace(
            self,
            axes=replace(self.axes, rows=tuple(self.axes.rows[row] for row in rows)),
            origins=tuple(origin for origin, keep in zip(self.origins, kept, strict=True) if keep),
            persons=np.ascontiguousarray(self.persons[..., kept]),
            profiles=tuple(profile for profile in profiles if profile.origins.size),
            level=self.level[:, kept],
            origin=renumbered[self.origin[rows]],
            flow=None if self.flow is None else self.flow[:, rows],
            drifts=tuple(
                replace(drift, origins=renumbered[drift.origins[kept[drift.origins]]])
                for drift in self.drifts
            ),
        )


@dataclass(frozen=True)
class Block:
    """Positions that something is about: cells, columns and rows, in every year."""

    cells: NDArray[np.int64]
    columns: NDArray[np.int64]
    rows: NDArray[np.int64]

    def of(self, nights: int) -> "Block":
        """The part of it that has nights: its columns among the first `nights`."""
        return replace(self, columns=self.columns[self.columns < nights])

    def at(self, years: int) -> Index:
        """As an index into an array ``[cell, year, column, row]``.

        Of slices where these will do, which are read many times faster: what it picks may be
        a view of the array.
        """
        axes = self.cells, np.arange(years), self.columns, self.rows
        slices = [_as_slice(positions) for positions in axes]
        if sum(one is None for one in slices) > 1:
            return np.ix_(*axes)
        return tuple(
            positions if one is None else one for positions, one in zip(axes, slices, strict=True)
        )


@dataclass(frozen=True)
class Ledger:
    """What is used, ``[cell, year, column, row]``.

    `bed_days` and `ready_days` have the columns with nights only, which stand first; `persons`
    is ``[cell, year, row]``.
    """

    contacts: Array
    bed_days: Array
    ready_days: Array | None
    persons: Array
    length_of_stay: Array

    def scale(self, block: Block, factor: Array) -> None:
        """Multiply contacts, bed days and days after readiness of a block."""
        years = self.contacts.shape[1]
        self.contacts[block.at(years)] *= factor
        stays = block.of(self.bed_days.shape[2]).at(years)
        self.bed_days[stays] *= factor
        if self.ready_days is not None:
            self.ready_days[stays] *= factor

    def copy(self) -> "Ledger":
        """One whose arrays may be changed."""
        return replace(
            self,
            contacts=self.contacts.copy(),
            bed_days=self.bed_days.copy(),
            ready_days=None if self.ready_days is None else self.ready_days.copy(),
        )


def fill(demand: Demand) -> Ledger:
    """The ledger before any change.

    Parameters
    ----------
    demand
        People, use per person, levels and flows.

    Returns
    -------
    Ledger
    """
    groups = [_people_of(cell) for cell in demand.axes.cells]
    nights = demand.axes.with_nights
    contacts = _amount(demand, groups, "contacts", len(demand.axes.columns))
    bed_days = _amount(demand, groups, "nights", nights)
    ready_days = None
    if any(profile.ready is not None for profile in demand.profiles):
        ready_days = _amount(demand, groups, "ready", nights)
    persons = np.stack([demand.persons[:, people].sum(axis=1) for people in groups])
    return Ledger(
        contacts,
        bed_days,
        ready_days,
        demand.in_years(persons[..., demand.origin], axis=1),
        demand.in_years(demand.length_of_stay, axis=1),
    )


def _amount(demand: Demand, groups: Sequence[slice], name: str, columns: int) -> Array:
    """Use of one kind, ``[cell, year, column, row]``."""
    years, everybody = len(demand.years), demand.persons.shape[2]
    weight = _weight_of_rows(demand, columns)
    rates = [getattr(profile, name) for profile in demand.profiles]
    weights = [profile.weight for profile in demand.profiles if profile.weight is not None]
    lengths = [len(demand.persons), *map(len, rates), *map(len, weights)]
    once, shared = max(lengths), min(lengths)
    result = np.empty((len(groups), years, columns, len(demand.origin)))
    own_row = np.array_equal(demand.origin, np.arange(everybody))
    # A year of one draw at a time, and the same year of the others that share people or use with
    # it: their products are not larger than a cache before they are shared out by site.
    buffer = np.empty((once // shared, columns, everybody))
    for k, people in enumerate(groups):
        for year in range(shared):
            there = demand.persons[year::shared, people]
            target = result[k, year:once:shared]
            product = target if weight is None else buffer
            for profile, per_person in zip(demand.profiles, rates, strict=True):
                own = per_person[year::shared, :, people]
                if people.step not in (None, 1):
                    own = np.ascontiguousarray(own)  # or the product is not one of BLAS
                if profile.weight is not None:
                    counted = profile.weight[year::shared, people, np.newaxis] * there
                    product[..., profile.origins] += own @ counted[..., profile.origins]
                elif len(profile.origins) == everybody:
                    np.matmul(own, there, out=product)
                else:
                    product[..., profile.origins] = own @ there[..., profile.origins]
            if weight is not None:
                of_rows = product if own_row else product.take(demand.origin, axis=-1)
                np.multiply(of_rows, weight, out=target)
    if once < years:
        by_draw = result.reshape(len(groups), years // once, once, *result.shape[2:])
        by_draw[:, 1:] = by_draw[:, :1]
    for drift in demand.drifts:
        rows = np.flatnonzero(np.isin(demand.origin, drift.origins))
        drifting = Block(drift.cells, drift.columns[drift.columns < columns], rows)
        result[drifting.at(years)] *= drift.ratio[:, np.newaxis, np.newaxis]
    return result


def _weight_of_rows(demand: Demand, columns: int) -> Array | None:
    """What an origin's use is multiplied by in each row ``[column, row]``; None where by 1."""
    level = None
    if (demand.level != 1.0).any():
        level = demand.level[:columns, demand.origin]
    if demand.flow is None:
        return level
    flow = demand.flow[:columns]
    return flow if level is None else level * flow


def _as_slice(positions: NDArray[np.int64]) -> slice | None:
    """The slice that takes these rising positions, if there is one."""
    if positions.size == 0:
        return slice(0, 0)
    steps = np.diff(positions)
    step = int(steps[0]) if steps.size else 1
    if step < 1 or (steps != step).any():
        return None
    return slice(int(positions[0]), int(positions[-1]) + 1, step)


def _people_of(cell: Cell) -> slice:
    """Where the people of a cell stand on the axis of age and sex, sex innermost."""
    if cell.sexes == SEXES:
        return slice(cell.first * len(SEXES), (cell.last + 1) * len(SEXES))
    (sex,) = cell.sexes
    return slice(
        cell.first * len(SEXES) + SEXES.index(sex), (cell.last + 1) * len(SEXES), len(SEXES)
    )
