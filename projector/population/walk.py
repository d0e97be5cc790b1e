r"""The years of a projection, walked for many futures at once.

Axes are ``[region, sex, age, draw]``. With one future the memory lies in that order; with many the
people of one sex and age are one run of memory, with the longer axis of regions and draws innermost
(`projector.population.yearly.as_people_lie`). What no draw changes has a `draw` axis of length 1
and is stretched, never copied.

Nothing but births goes from one age to another but the next, so a year is done some ages at a
time, as many as fit in the processor's cache: what is written is still there when it is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import prod
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.population.moves import Migration
from projector.population.yearly import Room, Yearly, as_people_lie, of_all_regions
from projector.tables import SEXES

__all__ = ["Chance", "Vital", "Walked", "walk"]

Array = NDArray[np.float64]

_FEMALE = SEXES.index("female")
_NEWTON_STEPS = 6
_NEAR = 1e-6
"""A step of Newton's method this small leaves an error of its square, which scaling takes away."""

_LEAST = np.finfo(float).tiny

_CELLS_AT_ONCE = 1 << 15
"""A quarter of a megabyte: half a dozen arrays of it fit in the cache of one core."""


class Chance(Protocol):
    """What makes regions deviate from their expected births and deaths, one future from another."""

    def deaths(self, t: int, ages: slice) -> Array:
        """Factor on the forces of mortality, ``[region, sex or 1, age, draw]``."""
        ...

    def births(self, t: int) -> Array:
        """Factor on the births, ``[region, draw]``."""
        ...


@dataclass(frozen=True)
class Vital:
    """Births and deaths.

    Parameters
    ----------
    survival
        ``[region or 1, sex, age, draw or 1]`` of each year: ratios into the age.
    fertility
        ``[region or 1, 1, age, draw or 1]`` of each year: births per woman.
    share_of_births
        ``[year, region or 1, sex, draw or 1]``.
    fertile
        Ages with any fertility.
    births_of_all
        ``[year, draw or 1]``, persons, that the births are scaled to, or None.
    survival_of_all
        ``[year, sex, age, draw or 1]`` that survival is scaled to, or None.
    chance
        Deviations, or None.
    """

    survival: Yearly
    fertility: Yearly
    share_of_births: Array
    fertile: slice
    births_of_all: Array | None = None
    survival_of_all: Array | None = None
    chance: Chance | None = None


@dataclass(frozen=True)
class Walked:
    """People and flows, by the year they are of.

    Parameters
    ----------
    population
        ``[year, region, sex, age, draw]`` on 1 January, one year more than the flows.
    flows
        By name, ``[year, region, sex, age, draw]``, births without age; empty if not asked for.
    """

    population: Array
    flows: dict[str, Array] = field(default_factory=dict)


def walk(
    start: Array,
    years: NDArray[np.int64],
    vital: Vital,
    migration: Migration,
    *,
    draws: int,
    at_start: float = 0.0,
    flows: bool = True,
) -> Walked:
    """Walk the years; see `projector.population.core` for the equations.

    Parameters
    ----------
    start
        ``[region, sex, age, draw or 1]``, persons.
    years
        Years whose flows are reckoned, one after the other.
    vital, migration
        What happens in them.
    draws
        Futures.
    at_start
        Share of the net migrants given as persons who come at the start of the year.
    flows
        Whether flows are kept; the people alone take much less memory.

    Returns
    -------
    Walked

    Raises
    ------
    ConsistencyError
        If more people leave than there are, or a national total cannot be met.
    """
    cells = (*start.shape[:-1], draws)
    population = _empty(len(years) + 1, cells)
    population[0] = start
    kept = {}
    if flows:
        names = ("deaths", "net_migration", *migration.flows)
        kept = {name: _empty(len(years), cells) for name in names}
        kept["births"] = np.empty((len(years), *cells[:2], draws))
    slabs = list(_slabs(cells)) if migration.by_age else [slice(0, cells[2])]
    room = Room()
    factor = np.ones((*cells[1:3], draws))  # of the nation's survival, from one year to the next
    for t, year in enumerate(years):
        exposed, early = population[t], migration.at_start(t, at_start)
        if early is not None:
            exposed = exposed + early
            _refuse_negative(exposed, migration.regions, int(year))
        births = _births(exposed, vital, t)
        if kept:
            kept["births"][t] = births
        for ages in slabs:
            entering = _entering(exposed, births, ages, room)
            ended = population[t + 1][:, :, ages]
            # Where nobody asks what was between, it is written where the year's end will stand.
            survivors = room.of("survivors", entering.shape) if kept else ended
            _survive(entering, vital, t, ages, factor[:, ages], room, survivors)
            try:
                gross = migration.move(survivors, t, ages, at_end=1.0 - at_start, out=ended)
            except ConsistencyError as error:
                raise ConsistencyError(
                    [replace(p, where=f"year {year}, {p.where}") for p in error.problems]
                ) from error
            _refuse_negative(ended, migration.regions, int(year), ages.start)
            if kept:
                np.subtract(entering, survivors, out=kept["deaths"][t][:, :, ages])
                np.subtract(ended, survivors, out=kept["net_migration"][t][:, :, ages])
                for name, values in gross.items():
                    kept[name][t][:, :, ages] = values
        if kept and early is not None:
            moved = kept["net_migration"][t]
            moved[:, :, 1:] += early[:, :, :-1]
            moved[:, :, -1] += early[:, :, -1]
    return Walked(population, kept)


def _empty(years: int, cells: tuple[int, ...]) -> Array:
    """Room for ``[year, region, sex, age, draw]``."""
    return as_people_lie(np.empty(years * prod(cells)), (years, *cells))


def _slabs(cells: tuple[int, ...]) -> Iterator[slice]:
    """Runs of ages that are done together."""
    regions, sexes, ages, draws = cells
    at_once = max(1, _CELLS_AT_ONCE // (regions * sexes * draws))
    for first in range(0, ages, at_once):
        yield slice(first, min(first + at_once, ages))


def _births(exposed: Array, vital: Vital, t: int) -> Array:
    """Births of a year, ``[region, sex, draw]``.

    Women of an age bear children at it and, those who live on, at the next: half of each.
    """
    first, stop, _ = vital.fertile.indices(exposed.shape[2])
    fertile, oldest = slice(first, stop), exposed.shape[2] - 1
    at_end = vital.survival.of(t, fertile)[:, _FEMALE : _FEMALE + 1]
    rate = vital.fertility.of(t, fertile)
    lasting = rate * at_end
    before = max(first - 1, 0)
    shape = np.broadcast_shapes(rate.shape, lasting.shape)
    borne = np.zeros((shape[0], stop - before, shape[3]))
    borne[:, first - before :] = rate[:, 0]
    borne[:, : stop - 1 - before] += lasting[:, 0, before + 1 - first :]
    if stop > oldest:
        borne[:, -1] += lasting[:, 0, -1]
    women = exposed[:, _FEMALE, before:stop]
    born = 0.5 * np.einsum("rad,rad->rd", borne, women)
    if vital.chance is not None:
        born = born * vital.chance.births(t)
    if vital.births_of_all is not None:
        born = _as_many(born, vital.births_of_all[t])
    births: Array = born[:, np.newaxis] * vital.share_of_births[t]
    return births


def _entering(exposed: Array, births: Array, ages: slice, room: Room) -> Array:
    """Those who are in the ages, or dead, at the end of the year; a view where that is possible."""
    first, stop, oldest = ages.start, ages.stop, exposed.shape[2] - 1
    if first > 0 and stop <= oldest:
        return exposed[:, :, first - 1 : stop - 1]
    entering = room.of("entering", exposed[:, :, first:stop].shape)
    if first > 0:
        entering[...] = exposed[:, :, first - 1 : stop - 1]
    else:
        entering[:, :, 1:] = exposed[:, :, : stop - 1]
        entering[:, :, 0] = births
    if stop > oldest:
        entering[:, :, -1] += exposed[:, :, oldest]
    return entering


def _survive(
    entering: Array,
    vital: Vital,
    t: int,
    ages: slice,
    factor: Array,
    room: Room,
    survivors: Array,
) -> None:
    """Write the survivors of a year at the ages, ``[region, sex, age, draw]``.

    `factor` is what the nation's survival asked for in the year before, ``[sex, age, draw]``, and
    becomes what it asks for now.
    """
    survival = vital.survival.of(t, ages)
    if vital.chance is None and vital.survival_of_all is None:
        np.multiply(survival, entering, out=survivors)
        return
    force = np.maximum(survival, _LEAST, out=room.of("force", survival.shape))
    np.log(force, out=force)
    if vital.chance is not None:
        chance = vital.chance.deaths(t, ages)
        force = np.multiply(force, chance, out=room.of("by chance", force.shape, chance.shape))
    if vital.survival_of_all is None:
        np.multiply(entering, np.exp(force, out=force), out=survivors)
        return
    of_all = vital.survival_of_all[t][:, ages]
    _survive_together(entering, force, of_all, factor, survivors)


def _as_many(born: Array, together: Array) -> Array:
    """Births of the regions ``[region, draw]``, scaled to those of all together."""
    sums = born.sum(axis=0)
    if ((sums <= 0) & (together > 0)).any():
        raise ConsistencyError(
            Problem(
                where="fertility",
                message="the nation has births, and no region has any",
                found="a fertility of 0 in every region",
                expected="a region where children are born",
            )
        )
    wanted = np.broadcast_to(together, sums.shape)
    scaled: Array = born * np.divide(wanted, sums, out=np.zeros_like(sums), where=sums > 0)
    return scaled


def _survive_together(
    entering: Array, force: Array, of_all: Array, factor: Array, out: Array
) -> None:
    """Write survivors who are as many as if all had the nation's survival.

    Every region's force of mortality is multiplied by the same factor, :math:`S^k`, which Newton's
    method finds for each sex, age and draw: nobody dies twice, and the order of the regions stays.
    `force` is the logarithm of survival, the force of mortality with its sign turned.
    """
    wanted = of_all * of_all_regions(entering)
    for _ in range(_NEWTON_STEPS):
        kept = _kept(entering, force, factor, out)
        slope = -np.einsum("rsad,rsad->sad", kept, force)
        step = np.divide(
            of_all_regions(kept) - wanted, slope, out=np.zeros_like(slope), where=slope > 0
        )
        np.maximum(factor + step, 0.0, out=factor)
        if np.abs(step).max() < _NEAR:
            break
    survivors = _kept(entering, force, factor, out)
    together = of_all_regions(survivors)
    survivors *= np.divide(wanted, together, out=np.ones_like(wanted), where=together > 0)
    # What is left of the error is rounding, and must not bring anybody back.
    np.minimum(survivors, entering, out=survivors)


def _kept(entering: Array, force: Array, factor: Array, out: Array) -> Array:
    """Those who live on under a multiple of their force of mortality."""
    np.multiply(factor, force, out=out)
    np.exp(out, out=out)
    result: Array = np.multiply(entering, out, out=out)
    return result


def _refuse_negative(people: Array, regions: tuple[str, ...], year: int, first: int = 0) -> None:
    """Name the first cell where migration took more people in a year than there were."""
    if people.min() >= 0:
        return
    r, s, a, d = (int(i) for i in np.argwhere(people < 0)[0])
    raise ConsistencyError(
        Problem(
            where=f"region {regions[r]}, year {year}",
            message="net migration takes out more people than there are",
            found=f"{people[r, s, a, d]:.3g} persons of sex {SEXES[s]}, age {first + a}",
            expected="zero or more; give migration as a rate, or a smaller number",
        )
    )
