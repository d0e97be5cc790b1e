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

from projector.population.components import in_every_draw, national_total, schedule, stored
from projector.population.migration import plus_minus_factors, rake_factor
from projector.population.yearly import ALL_AGES, Yearly

__all__ = ["GrossFlows", "InternalMoves"]

Array = NDArray[np.float64]

_ROUNDING = 1e-9
"""How far shares that sum to one may be from it."""


@dataclass(frozen=True)
class InternalMoves:
    """Out-rates and where those who leave go.

    Parameters
    ----------
    out_rate
        ``[region or 1, sex, age, draw or 1]`` of each year, per survivor.
    distributions
        Ages, as positions, and ``[region, to_region]`` for them; empty where there is a pool.
    pool_share
        ``[region, sex, age, draw or 1]`` of each year; None where it is known who goes where.
    """

    out_rate: Yearly
    distributions: tuple[tuple[NDArray[np.int64], Array], ...]
    pool_share: Yearly | None

    @classmethod
    def of(cls, components: xr.Dataset) -> "InternalMoves | None":
        """The internal moves of the components, or None where they hold none."""
        given = [name for name in ("destination", "pool_share") if name in components]
        if len(given) != ("out_rate" in components):
            raise ValueError("out_rate goes with destination or with pool_share")
        if not given:
            return None
        out_rate = stored(components, "out_rate", 0.0, 1.0, shared=("region", "year"))
        leaves = out_rate.values > 0
        if given == ["pool_share"]:
            drawn = stored(components, "pool_share", 0.0, 1.0, shared=("year",))
            missing = np.abs(drawn.values.sum(axis=1) - 1.0) > _ROUNDING
            if (missing & leaves.any(axis=1)).any():
                raise ValueError("pool_share must sum to 1 over the regions where somebody leaves")
            return cls(out_rate, (), drawn)
        shares = schedule(
            components, "destination", ("group", "region", "to_region"), 0.0, shared=("group",)
        )
        if shares.shape[-1] > 1:
            raise ValueError("destination is the same in every draw")
        shares = shares[..., 0]
        if not np.array_equal(components["region"], components["to_region"]):
            raise ValueError("destination must have the same regions in region and to_region")
        ages = components.sizes["age"]
        group = np.zeros(ages, dtype=np.int64)
        if "destination_group" in components:
            group = components["destination_group"].values
        if group.shape != (ages,) or not np.isin(group, np.arange(len(shares))).all():
            raise ValueError("destination_group must name a group of destination for every age")
        distributions = tuple(
            (np.flatnonzero(group == number), _distribution(shares[number], leaves[:, :, :, at]))
            for number in range(len(shares))
            if (at := group == number).any()
        )
        return cls(out_rate, distributions, None)

    @property
    def by_age(self) -> bool:
        """Whether who goes where is settled for each age by itself."""
        return not self.distributions

    def flows(self, survivors: Array, t: int, ages: slice) -> tuple[Array, Array, Array]:
        """The rate of leaving, who leaves and who arrives, ``[region, sex, age, draw]``."""
        rate = self.out_rate.of(t, ages)
        leaving = rate * survivors
        if self.pool_share is not None:
            return rate, leaving, self.pool_share.of(t, ages) * leaving.sum(axis=0)
        arriving = np.empty_like(leaving)
        for positions, shares in self.distributions:
            some = leaving[:, :, positions]
            arriving[:, :, positions] = (shares.T @ some.reshape(len(some), -1)).reshape(some.shape)
        return rate, leaving, arriving


@dataclass(frozen=True)
class GrossFlows:
    """Immigration in persons and emigration by rate, with the nation's totals where known.

    Parameters
    ----------
    immigration
        ``[region, sex, age, draw or 1]`` of each year, persons.
    emigration_rate
        ``[region or 1, sex, age, draw or 1]`` of each year, per survivor.
    national_immigration, national_emigration, national_net
        ``[year, draw or 1]`` or ``[year, sex, age, draw or 1]``, persons; either the net or any
        of the others.
    """

    immigration: Yearly
    emigration_rate: Yearly
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
            stored(components, "immigration", 0.0, shared=("year",)),
            stored(components, "emigration_rate", 0.0, 1.0, shared=rate),
            immigration,
            emigration,
            net,
        )

    def coming_and_rate(self, survivors: Array, t: int) -> tuple[Array, Array]:
        """Immigrants ``[region, sex, age, draw]`` and the rate of emigration, raked."""
        coming = self.immigration.of(t, ALL_AGES)
        rate = self.emigration_rate.of(t, ALL_AGES)
        coming = np.broadcast_to(coming, survivors.shape)
        draws = survivors.shape[-1]
        if self.national_net is not None:
            total = in_every_draw(self.national_net[t], draws)
            more, fewer = plus_minus_factors(coming, rate * survivors, total)
            return coming * more, rate * fewer
        if self.national_immigration is not None:
            total = in_every_draw(self.national_immigration[t], draws)
            coming = coming * rake_factor(coming, total)
        if self.national_emigration is not None:
            total = in_every_draw(self.national_emigration[t], draws)
            rate = rate * rake_factor(rate * survivors, total)
        return coming, rate


def _distribution(shares: Array, leaves: NDArray[np.bool_]) -> Array:
    """Shares of one group, ``[region, to_region]``, that sum to one wherever somebody leaves."""
    if np.diagonal(shares).any():
        raise ValueError("destination has moves from a region to itself")
    sums = shares.sum(axis=1)
    somebody = np.broadcast_to(leaves.any(axis=(0, 2, 3, 4)), sums.shape)
    if (np.abs(sums - 1.0) > _ROUNDING)[somebody].any():
        raise ValueError("shares of destination must sum to 1 over to_region")
    normalised: Array = np.divide(
        shares, sums[:, np.newaxis], out=np.zeros_like(shares), where=sums[:, np.newaxis] > 0
    )
    return normalised
