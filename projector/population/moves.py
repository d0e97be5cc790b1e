"""One year's migration, gross or net: what is done to the survivors of every region, sex and age.

Moves between the regions and flows over the borders are those of `projector.population.gross`.
Net, with rates :math:`m` and persons :math:`M`, what crosses the borders (or, where moves
between the regions are not given, what all moves come to) is :math:`m S' + M` instead, where
:math:`S'` are the people after moves between the regions.

Where the nation's total is given, immigration and emigration are scaled to it, or net moves
balanced to it (`projector.population.migration`).
"""

from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.population.components import in_every_draw, national_total, stored
from projector.population.gross import GrossFlows, InternalMoves
from projector.population.migration import balance
from projector.population.regional_schedules import OpenMoves, PooledMoves
from projector.population.yearly import ALL_AGES, Room, Yearly
from projector.tables import SEXES

__all__ = ["Migration", "NetMoves"]

Array = NDArray[np.float64]

_ROUNDING = 1e-9
"""A share this near to nobody is nobody."""


@dataclass(frozen=True)
class NetMoves:
    """Net migration as rates, persons or both, with the nation's total where known.

    Parameters
    ----------
    rate
        ``[region or 1, sex, age, draw or 1]`` of each year, per survivor; None where there are no
        rates.
    persons
        Likewise; None where there are none.
    national
        ``[year, draw or 1]`` or ``[year, sex, age, draw or 1]``, persons.
    """

    rate: Yearly | None
    persons: Yearly | None
    national: Array | None

    @classmethod
    def of(cls, components: xr.Dataset) -> "NetMoves | None":
        """The net moves of the components, or None where they hold none."""
        rate = persons = None
        if "net_migration_rate" in components:
            rate = stored(components, "net_migration_rate", -1.0)
        if "net_migration" in components:
            persons = stored(components, "net_migration", -np.inf)
        if rate is None and persons is None:
            return None
        national = national_total(components, "national_net_migration", -np.inf)
        return cls(rate, persons, national)

    def settle(self, there: Array, t: int, ages: slice, at_end: float, out: Array) -> None:
        """Write the people after the net moves, ``[region, sex, age, draw]``.

        `there` are those after moves between the regions, and `at_end` is the share of the
        persons who come at the end of the year.
        """
        settled = there
        before = there.copy() if self.national is not None else there  # `out` may be `there`
        if self.rate is not None:
            settled = np.multiply(1.0 + self.rate.of(t, ages), there, out=out)
        if self.persons is not None:
            settled = np.add(settled, at_end * self.persons.of(t, ages), out=out)
        if self.national is not None and settled.min() >= 0:  # else the core names the region
            total = in_every_draw(self.national[t], there.shape[-1])
            out[...] = before + balance(settled - before, total, before)


@dataclass(frozen=True)
class Migration:
    """All migration of a projection.

    Parameters
    ----------
    regions
        Their codes, for messages.
    internal, gross, net
        Moves between the regions; flows over the borders; or net moves instead of these.
    """

    regions: tuple[str, ...]
    internal: InternalMoves | PooledMoves | None
    gross: GrossFlows | None
    net: NetMoves | OpenMoves | None
    room: Room = field(default_factory=Room, repr=False, compare=False)

    @classmethod
    def of(cls, components: xr.Dataset, regions: tuple[str, ...]) -> "Migration":
        """The migration of the components.

        Raises
        ------
        ValueError
            If the components hold none, or some that do not go together.
        """
        internal, gross = InternalMoves.of(components), GrossFlows.of(components)
        net = NetMoves.of(components)
        if internal is None and gross is None and net is None:
            raise ValueError("components hold no migration: see the variables of `project`")
        if gross is not None and net is not None:
            raise ValueError("either immigration and emigration_rate or net migration, not both")
        return cls(regions, internal, gross, net)

    @property
    def flows(self) -> tuple[str, ...]:
        """Names of the gross flows."""
        internal = () if self.internal is None else ("in_migration", "out_migration")
        return internal + (() if self.gross is None else ("immigration", "emigration"))

    @property
    def by_age(self) -> bool:
        """Whether each age can be settled by itself."""
        somewhere = self.internal is None or self.internal.by_age
        return somewhere and self.gross is None and (self.net is None or self.net.national is None)

    @property
    def counts_at_end_only(self) -> bool:
        """Whether the moves apply to survivors, so that none can come before."""
        if self.internal is not None or not isinstance(self.net, NetMoves):
            return True
        return self.net.rate is not None or self.net.national is not None

    def at_start(self, t: int, share: float) -> Array | None:
        """Net migrants counted at the start of the year; None where there are none."""
        if share == 0 or self.net is None or self.net.persons is None:
            return None
        early: Array = share * self.net.persons.of(t, ALL_AGES)
        return early

    def move(
        self, survivors: Array, t: int, ages: slice, *, at_end: float, out: Array
    ) -> dict[str, Array]:
        """Write the people at the end of the year to `out`; the gross flows by name.

        All are ``[region, sex, age, draw]``, of the ages asked for; all ages where they are not
        settled `by_age`.
        """
        flows: dict[str, Array] = {}
        there, leaving = survivors, None
        if self.internal is not None:
            leaving, flows["out_migration"], flows["in_migration"] = self.internal.flows(
                survivors, t, ages
            )
        if self.gross is not None:
            flows["immigration"], rate = self.gross.coming_and_rate(survivors, t)
            flows["emigration"] = rate * survivors
            leaving = rate if leaving is None else leaving + rate
        if leaving is None and self.gross is None and self.internal is not None:
            there = np.subtract(survivors, flows["out_migration"], out=out)
        elif leaving is not None:
            there = np.multiply(self._staying_rate(leaving), survivors, out=out)
        for name in ("in_migration", "immigration"):
            if name in flows:
                there = np.add(there, flows[name], out=out)
        if self.net is not None:
            self.net.settle(there, t, ages, at_end, out)
        elif there is not out:
            out[...] = there
        return flows

    def _staying_rate(self, leaving: Array) -> Array:
        """Share that neither moves nor emigrates."""
        staying = np.subtract(1.0, leaving, out=self.room.of("staying", leaving.shape))
        if staying.min() >= _ROUNDING:
            return staying
        staying[np.abs(staying) < _ROUNDING] = 0.0
        if (staying < 0).any():
            r, s, a, d = (int(i) for i in np.argwhere(staying < 0)[0])
            place = f"region {self.regions[r]}, " if len(staying) > 1 else ""
            raise ConsistencyError(
                Problem(
                    where=f"{place}migration of sex {SEXES[s]}, age {a}",
                    message="more people leave than there are",
                    found=f"{1.0 - staying[r, s, a, d]:.3g} of each survivor",
                    expected="out-rate and rate of emigration together at most 1",
                )
            )
        return staying
