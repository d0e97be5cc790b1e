r"""Gross migration: moves between the regions, and flows over the borders.

With :math:`o` the share of survivors that leaves for another region, :math:`D_{r \to q}` the
share of those who leave `r` for `q` (rows sum to 1), :math:`e` the rate of emigration and
:math:`I` immigrants (Rogers 1995, *Multiregional Demography*, with rates per survivor):

.. math:: N_q = (1 - o_q - e_q) S_q + \sum_r D_{r \to q} \, o_r S_r + I_q

What leaves one region arrives in another, so moves within the country sum to zero for every
sex and age. Where it is not known who goes where, all who leave go into one pool, and region
:math:`q` draws its share :math:`p_q` of it: :math:`\sum_r D_{r \to q} o_r S_r` is then
:math:`p_q \sum_r o_r S_r`.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.population.components import national_total, schedule
from projector.population.migration import plus_minus_factors, rake_factor

__all__ = ["GrossFlows", "InternalMoves"]

Array = NDArray[np.float64]

_CELLS = ("year", "region", "sex", "age")
_ROUNDING = 1e-9
"""How far shares that sum to one may be from it."""


@dataclass(frozen=True)
class InternalMoves:
    """Out-rates and where those who leave go.

    Parameters
    ----------
    out_rate
        ``[year or 1, region or 1, sex, age]``, per survivor.
    distributions
        Ages, as positions, and ``[region, to_region]`` for them; empty where there is a pool.
    pool_share
        ``[year or 1, region, sex, age]``; None where it is known who goes where.
    """

    out_rate: Array
    distributions: tuple[tuple[NDArray[np.int64], Array], ...]
    pool_share: Array | None

    @classmethod
    def of(cls, components: xr.Dataset) -> "InternalMoves | None":
        """The internal moves of the components, or None where they hold none."""
        given = [name for name in ("destination", "pool_share") if name in components]
        if len(given) != ("out_rate" in components):
            raise ValueError("out_rate goes with destination or with pool_share")
        if not given:
            return None
        out_rate = schedule(components, "out_rate", _CELLS, 0.0, 1.0, shared=("region", "year"))
        if given == ["pool_share"]:
            drawn = schedule(components, "pool_share", _CELLS, 0.0, 1.0, shared=("year",))
            missing = np.abs(drawn.sum(axis=1) - 1.0) > _ROUNDING
            if (missing & (out_rate > 0).any(axis=1)).any():
                raise ValueError("pool_share must sum to 1 over the regions where somebody leaves")
            return cls(out_rate, (), drawn)
        shares = schedule(
            components, "destination", ("group", "region", "to_region"), 0.0, shared=("group",)
        )
        if not np.array_equal(components["region"], components["to_region"]):
            raise ValueError("destination must have the same regions in region and to_region")
        ages = components.sizes["age"]
        group = np.zeros(ages, dtype=np.int64)
        if "destination_group" in components:
            group = components["destination_group"].values
        if group.shape != (ages,) or not np.isin(group, np.arange(len(shares))).all():
            raise ValueError("destination_group must name a group of destination for every age")
        distributions = tuple(
            (np.flatnonzero(group == number), _distribution(shares[number], out_rate[..., at]))
            for number in range(len(shares))
            if (at := group == number).any()
        )
        return cls(out_rate, distributions, None)

    def leaving_rate(self, t: int) -> Array:
        """Out-rates of a year, ``[region or 1, sex, age]``."""
        return _of_year(self.out_rate, t)

    def arriving(self, leaving: Array, t: int) -> Array:
        """Where those who leave arrive, both ``[region, sex, age]``."""
        if self.pool_share is not None:
            drawn: Array = _of_year(self.pool_share, t) * leaving.sum(axis=0)
            return drawn
        arriving = np.empty_like(leaving)
        for ages, shares in self.distributions:
            some = leaving[..., ages]
            arriving[..., ages] = (shares.T @ some.reshape(len(some), -1)).reshape(some.shape)
        return arriving


@dataclass(frozen=True)
class GrossFlows:
    """Immigration in persons and emigration by rate, with the nation's totals where known.

    Parameters
    ----------
    immigration
        ``[year or 1, region, sex, age]``, persons.
    emigration_rate
        ``[year or 1, region or 1, sex, age]``, per survivor.
    national_immigration, national_emigration, national_net
        ``[year]`` or ``[year, sex, age]``, persons; either the net or any of the others.
    """

    immigration: Array
    emigration_rate: Array
    national_immigration: Array | None
    national_emigration: Array | None
    national_net: Array | None

    @classmethod
    def of(cls, components: xr.Dataset) -> "GrossFlows | None":
        """The gross flows of the components, or None where they hold none."""
        if ("immigration" in components) != ("emigration_rate" in components):
            raise ValueError("immigration and emigration_rate go together")
        if "immigration" not in components:
            return None
        immigration = national_total(components, "national_immigration", 0.0)
        emigration = national_total(components, "national_emigration", 0.0)
        net = national_total(components, "national_net_migration", -np.inf)
        if net is not None and (immigration is not None or emigration is not None):
            raise ValueError("national_net_migration goes without the gross national totals")
        rate = ("region", "year")
        return cls(
            schedule(components, "immigration", _CELLS, 0.0, shared=("year",)),
            schedule(components, "emigration_rate", _CELLS, 0.0, 1.0, shared=rate),
            immigration,
            emigration,
            net,
        )

    def coming_and_rate(self, survivors: Array, t: int) -> tuple[Array, Array]:
        """Immigrants ``[region, sex, age]`` and the rate of emigration, raked to the nation."""
        coming = _of_year(self.immigration, t)
        rate = _of_year(self.emigration_rate, t)
        if self.national_net is not None:
            more, fewer = plus_minus_factors(coming, rate * survivors, self.national_net[t])
            return coming * more, rate * fewer
        if self.national_immigration is not None:
            coming = coming * rake_factor(coming, self.national_immigration[t])
        if self.national_emigration is not None:
            rate = rate * rake_factor(rate * survivors, self.national_emigration[t])
        return coming, rate


def _distribution(shares: Array, out_rate: Array) -> Array:
    """Shares of one group, ``[region, to_region]``, that sum to one wherever somebody leaves."""
    if np.diagonal(shares).any():
        raise ValueError("destination has moves from a region to itself")
    sums = shares.sum(axis=1)
    somebody = np.broadcast_to((out_rate > 0).any(axis=(0, 2, 3)), sums.shape)
    if (np.abs(sums - 1.0) > _ROUNDING)[somebody].any():
        raise ValueError("shares of destination must sum to 1 over to_region")
    normalised: Array = np.divide(
        shares, sums[:, np.newaxis], out=np.zeros_like(shares), where=sums[:, np.newaxis] > 0
    )
    return normalised


def _of_year(values: Array, t: int) -> Array:
    """A year's schedule, where one may be for all years."""
    schedule_of_year: Array = values[t] if len(values) > 1 else values[0]
    return schedule_of_year
