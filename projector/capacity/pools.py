r"""Pooled units: beds that several kinds of patients share, beside units of their own.

Beds together are the fewest that keep the limit for the load of all; apart, each kind has its own.
With the beds that exist, the share turned away is

.. math:: \frac{\sum_i A_i R(c_i, \rho_i)}{\sum_i A_i} \quad \text{apart}, \qquad
          R\Bigl(\sum_i c_i, \sum_i \rho_i\Bigr) \quad \text{together}

with :math:`A` the arrivals.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.capacity.erlang import refusal
from projector.capacity.resources import Resource
from projector.capacity.rhythm import together
from projector.capacity.sizing import Sizer
from projector.errors import ConsistencyError, Problem

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["AtSite", "pools_dataset"]

Array = NDArray[np.float64]

_NOBODY = 1e-9
"""In the place of a sum of 0, which cannot weight."""


@dataclass(frozen=True)
class AtSite:
    """A resource at a site, ``[year]`` each: patients present, arrivals a year and beds there."""

    load: Array
    arrivals: Array
    existing: Array


def pools_dataset(
    scenario: "Scenario",
    resources: Sequence[Resource],
    at_site: Callable[[str, str], AtSite | None],
    years: NDArray[np.int64],
    sizer: Sizer,
) -> xr.Dataset | None:
    """Beds of pooled units together and apart.

    Parameters
    ----------
    scenario
        Its pools.
    resources
        The resources of the run.
    at_site
        The work and the beds of a resource at a site, or None where it has none.
    years
        Calendar years.
    sizer
        Keeps the tables.

    Returns
    -------
    Dataset or None
        ``together``, ``apart``, ``saved``, ``refusal_together`` and ``refusal_apart``,
        ``[pool, year]``; None without pools.

    Raises
    ------
    ConsistencyError
        If a pool holds a resource that its site has not, or that is no beds.
    """
    if not scenario.capacity.pools:
        return None
    by_name = {resource.name: resource for resource in resources}
    found: dict[str, list[Array]] = {
        name: [] for name in ("together", "apart", "refusal_together", "refusal_apart")
    }
    for position, pool in enumerate(scenario.capacity.pools):
        parts = []
        for name in pool.resources:
            there = at_site(pool.site, name)
            if there is None or by_name[name].unit != "beds":
                raise ConsistencyError(
                    Problem(
                        where=scenario.where("capacity", "pools", position, "resources"),
                        message=f"{pool.site} has no beds of {name} to pool",
                        expected="beds that exist at the site",
                    )
                )
            parts.append((by_name[name], there))
        limit = pool.overflow.at(years, base_year=scenario.years.base)
        load = sum((there.load for _, there in parts), np.zeros(len(years)))
        arrivals = sum((there.arrivals for _, there in parts), np.zeros(len(years)))
        existing = sum((there.existing for _, there in parts), np.zeros(len(years)))
        rhythms = [resource.rhythm for resource, _ in parts]
        shared = together(
            rhythms,
            [float(there.load.sum()) or _NOBODY for _, there in parts],
            [float(there.arrivals.sum()) or _NOBODY for _, there in parts],
        )
        found["together"].append(sizer.beds(load, limit, shared))
        found["apart"].append(
            sum(
                (sizer.beds(there.load, limit, resource.rhythm) for resource, there in parts),
                np.zeros(len(years)),
            )
        )
        found["refusal_together"].append(refusal(existing, load, shared))
        turned_away = sum(
            (
                there.arrivals * refusal(there.existing, there.load, resource.rhythm)
                for resource, there in parts
            ),
            np.zeros(len(years)),
        )
        found["refusal_apart"].append(
            np.divide(turned_away, arrivals, out=np.zeros_like(load), where=arrivals > 0)
        )
    dims = ("pool", "year")
    result = xr.Dataset(
        {name: (dims, np.stack(values)) for name, values in found.items()},
        coords={
            "pool": np.array([pool.name for pool in scenario.capacity.pools], dtype=object),
            "year": years,
        },
    )
    return result.assign(saved=result["apart"] - result["together"])
