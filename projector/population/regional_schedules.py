"""What is projected with in the regions, made when it is asked for: a year and some ages at a time.

Axes are ``[region, sex, age, draw]``, with length 1 where nothing differs. None of these schedules
stands there for all years: of a thousand futures it would be a thousand times as large as of one.
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from projector.population.lifetable import ratios_between
from projector.population.yearly import Room, of_all_regions

__all__ = ["Departures", "LevelledFertility", "LevelledSurvival", "OpenMoves", "PooledMoves"]

Array = NDArray[np.float64]

_NO_INFANTS = 2
"""From this age on neither an age nor the one before it is that of infants."""
_NOBODY = 1e-200
"""Persons that are none: a share of so few is no number."""


class Departures(Protocol):
    """What a region's moves deviate by from what sets it apart, one future from another."""

    def moves(self, t: int, ages: slice) -> Array:
        """Addition to the cohort ratio, ``[region, sex or 1, age, draw]``."""
        ...


@dataclass(frozen=True)
class LevelledSurvival:
    """Survival where death rates are a constant times the nation's.

    Parameters
    ----------
    death_rates
        The nation's, ``[year, sex, age, draw or 1]``, to an older age than `open_age`, per year.
    level
        ``[region, draw or 1]``, above 0 and at most 2.
    open_age
        Last age of the projection.
    """

    death_rates: Array
    level: Array
    open_age: int

    room: Room = field(default_factory=Room, repr=False, compare=False)

    def of(self, t: int, ages: slice) -> Array:
        """Survival into the ages."""
        of_year = self.death_rates[t]
        level = self.level[:, np.newaxis, np.newaxis]
        if ages.start >= _NO_INFANTS and ages.stop <= self.open_age:
            return self._between(of_year, level, ages)

        def room(name: str, held: slice) -> Array:
            return self.room.of(name, level.shape, of_year[:, held].shape)

        def rates(held: slice) -> Array:
            own = np.multiply(level, of_year[:, held], out=room("rates", held))
            return np.moveaxis(own, -1, 1)  # as life tables have it, ages last

        ratios = ratios_between(
            rates,
            of_year.shape[1] - 1,
            self.open_age,
            ages,
            room=lambda held: np.moveaxis(room("dying", held), -1, 1),
        )
        result: Array = np.moveaxis(ratios, 1, -1)
        return result

    def _between(self, of_year: Array, level: Array, ages: slice) -> Array:
        """The equation of `ratios_between` for ages whose people die halfway through the year.

        Nearly all are, and this asks for each rate once.
        """
        half = 0.5 * of_year
        before, at = half[:, ages.start - 1 : ages.stop - 1], half[:, ages]
        through = np.multiply(level, -before, out=self.room.of("rates", level.shape, at.shape))
        through += 1.0
        into = np.multiply(level, at, out=self.room.of("dying", level.shape, at.shape))
        into += 1.0
        return np.divide(through, into, out=through)


@dataclass(frozen=True)
class LevelledFertility:
    """Fertility that is a constant times the nation's.

    Parameters
    ----------
    fertility
        The nation's, ``[year, age, draw or 1]``, births per woman.
    level
        ``[region, draw or 1]``.
    """

    fertility: Array
    level: Array

    def of(self, t: int, ages: slice) -> Array:
        """Births per woman at the ages, ``[region, 1, age, draw]``."""
        result: Array = self.level[:, np.newaxis, np.newaxis] * self.fertility[t, ages]
        return result


@dataclass(frozen=True)
class Apart:
    r"""What sets regions apart in their moves, :math:`d (\hat\rho - 1)`, and deviations from it.

    Parameters
    ----------
    deviation
        :math:`\hat\rho - 1`, ``[region, sex, age]``.
    share
        :math:`d`, ``[year]``.
    departures
        Added in each future, or None.
    """

    deviation: Array
    share: Array
    departures: Departures | None = None
    room: Room = field(default_factory=Room, repr=False, compare=False)

    def of(self, t: int, ages: slice) -> tuple[Array, Array]:
        """The rate at which cohorts are lost, from −1 to 0, and that by which they gain."""
        apart = self.deviation[:, :, ages, np.newaxis] * self.share[t]
        if self.departures is not None:
            deviation = self.departures.moves(t, ages)
            room = self.room.of("apart", apart.shape, deviation.shape)
            apart = np.add(apart, deviation, out=room)
        gains = np.maximum(apart, 0.0, out=self.room.of("gains", apart.shape))
        losses = np.minimum(apart, 0.0, out=self.room.of("losses", apart.shape))
        return np.maximum(losses, -1.0, out=losses), gains


@dataclass(frozen=True)
class PooledMoves:
    """Moves between regions that are all of a nation, through a pool for each sex and age.

    Parameters
    ----------
    apart
        What sets the regions apart.
    origin
        Survivors of the base year, ``[region, sex, age, draw or 1]``, that gains are a share of.
    """

    apart: Apart
    origin: Array
    by_age = True
    room: Room = field(default_factory=Room, repr=False, compare=False)

    def flows(self, survivors: Array, t: int, ages: slice) -> tuple[None, Array, Array]:
        """Who leaves and who arrives, ``[region, sex, age, draw]``; no rate is needed besides."""
        losses, gains = self.apart.of(t, ages)
        origin = self.origin[:, :, ages]
        gains = np.multiply(gains, origin, out=self.room.of("gains", gains.shape, origin.shape))
        pool = of_all_regions(gains)
        # Where no region gains, nobody can be received, and so nobody leaves.
        received = pool > _NOBODY
        leaving = np.multiply(losses, survivors, out=self.room.of("leaving", survivors.shape))
        np.negative(leaving, out=leaving)
        if not received.all():
            leaving *= received
        left = of_all_regions(leaving)
        drawn = np.divide(left, pool, out=np.zeros_like(left), where=received)
        arriving = np.multiply(gains, drawn, out=self.room.of("arriving", survivors.shape))
        return None, leaving, arriving


@dataclass(frozen=True)
class OpenMoves:
    """Moves of regions that are some of a nation: losses as rates, gains as the cohort grows.

    Parameters
    ----------
    apart
        What sets the regions apart.
    origin
        Survivors of the base year, ``[region, sex, age, draw or 1]``.
    growth
        What immigration does to the nation's cohorts, ``[year, sex, age, draw or 1]``.
    cohort
        Survivors of the nation's cohorts, relative to the base year's, likewise.
    """

    apart: Apart
    origin: Array
    growth: Array
    cohort: Array
    persons = None
    national = None
    room: Room = field(default_factory=Room, repr=False, compare=False)

    def settle(self, there: Array, t: int, ages: slice, at_end: float, out: Array) -> None:
        """Write the people after the moves; all of them are at the end of the year."""
        del at_end
        losses, gains = self.apart.of(t, ages)
        of_nation = self.origin[:, :, ages] * self.cohort[t, :, ages]
        coming = np.multiply(
            gains, of_nation, out=self.room.of("coming", gains.shape, of_nation.shape)
        )
        staying = np.add(1.0, losses, out=self.room.of("staying", losses.shape))
        np.multiply(staying, there, out=out)
        out += coming
        out *= self.growth[t, :, ages]
