"""One year's migration, gross or net: what is done to the survivors of every region, sex and age.

Moves between the regions and flows over the borders are those of `projector.population.gross`.
Net, with rates :math:`m` and persons :math:`M`, what crosses the borders (or, where moves
between the regions are not given, what all moves come to) is :math:`m S' + M` instead, where
:math:`S'` are the people after moves between the regions.

Where the nation's total is given, immigration and emigration are scaled to it, or net moves
balanced to it (`projector.population.migration`).
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.population.components import national_total, schedule
from projector.population.gross import GrossFlows, InternalMoves
from projector.population.migration import balance
from projector.tables import SEXES

__all__ = ["Migration"]

Array = NDArray[np.float64]

_CELLS = ("year", "region", "sex", "age")
_ROUNDING = 1e-9
"""A share this near to nobody is nobody."""


@dataclass(frozen=True)
class NetMoves:
    """Net migration as rates, persons or both, with the nation's total where known.

    Parameters
    ----------
    rate
        ``[year, region or 1, sex, age]``, per survivor; None where there are no rates.
    persons
        ``[year, region or 1, sex, age]``; None where there are none.
    national
        ``[year]`` or ``[year, sex, age]``, persons.
    """

    rate: Array | None
    persons: Array | None
    national: Array | None

    @classmethod
    def of(cls, components: xr.Dataset) -> "NetMoves | None":
        """The net moves of the components, or None where they hold none."""
        rate = persons = None
        if "net_migration_rate" in components:
            rate = schedule(components, "net_migration_rate", _CELLS, -1.0)
        if "net_migration" in components:
            persons = schedule(components, "net_migration", _CELLS, -np.inf)
        if rate is None and persons is None:
            return None
        national = national_total(components, "national_net_migration", -np.inf)
        return cls(rate, persons, national)

    def settle(self, there: Array, t: int, at_end: float) -> Array:
        """People after the net moves, ``[region, sex, age]``.

        `there` are those after moves between the regions, and `at_end` is the share of the
        persons who come at the end of the year.
        """
        settled = there.copy() if self.rate is None else (1.0 + self.rate[t]) * there
        if self.persons is not None:
            settled += at_end * self.persons[t]
        if self.national is not None and settled.min() >= 0:  # else the core names the region
            return there + balance(settled - there, self.national[t], there)
        return settled


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
    internal: InternalMoves | None
    gross: GrossFlows | None
    net: NetMoves | None

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
    def counts_at_end_only(self) -> bool:
        """Whether the moves apply to survivors, so that none can come before."""
        if self.internal is not None or self.net is None or self.net.rate is not None:
            return True
        return self.net.national is not None

    def at_start(self, t: int, share: float) -> Array | None:
        """Net migrants counted at the start of the year; None where there are none."""
        if share == 0 or self.net is None or self.net.persons is None:
            return None
        early: Array = share * self.net.persons[t]
        return early

    def move(self, survivors: Array, t: int, *, at_end: float) -> tuple[Array, dict[str, Array]]:
        """People at the end of the year, and the gross flows by name, ``[region, sex, age]``."""
        flows: dict[str, Array] = {}
        staying, leaving = survivors, None
        if self.internal is not None:
            leaving = self.internal.leaving_rate(t)
            flows["out_migration"] = leaving * survivors
            flows["in_migration"] = self.internal.arriving(flows["out_migration"], t)
        if self.gross is not None:
            flows["immigration"], rate = self.gross.coming_and_rate(survivors, t)
            flows["emigration"] = rate * survivors
            leaving = rate if leaving is None else leaving + rate
        if leaving is not None:
            staying = self._staying_rate(leaving) * survivors
        for name in ("in_migration", "immigration"):
            if name in flows:
                staying = staying + flows[name]
        return staying if self.net is None else self.net.settle(staying, t, at_end), flows

    def _staying_rate(self, leaving: Array) -> Array:
        """Share that neither moves nor emigrates."""
        staying = 1.0 - leaving
        staying[np.abs(staying) < _ROUNDING] = 0.0
        if (staying < 0).any():
            r, s, a = (int(i) for i in np.argwhere(staying < 0)[0])
            place = f"region {self.regions[r]}, " if len(staying) > 1 else ""
            raise ConsistencyError(
                Problem(
                    where=f"{place}migration of sex {SEXES[s]}, age {a}",
                    message="more people leave than there are",
                    found=f"{1.0 - staying[r, s, a]:.3g} of each survivor",
                    expected="out-rate and rate of emigration together at most 1",
                )
            )
        return staying
