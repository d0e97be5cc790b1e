"""Units: the beds of a site by those whom it works for, as far as the sites are known."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.capacity.sites import serving
from projector.tables import DIAGNOSIS_KINDS, SETTINGS, one_or_all
from projector.workforce.minimum import UnitBeds

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["units_of"]

Array = NDArray[np.float64]


def units_of(
    beds: xr.Dataset,
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    members: Callable[[str], Sequence[str]],
) -> list[UnitBeds]:
    """Beds needed at each site.

    Parameters
    ----------
    beds
        Group ``capacity/beds`` of the results.
    tables
        Input tables ``norms`` and, where there are any, ``sites``.
    scenario
        Sites that it opens itself.
    members
        Region codes of a region or area name.

    Returns
    -------
    list of UnitBeds
        Of sites that are compared with need. A site has beds of the settings and kinds that take
        any of the resources that stand there, in the years in which some do. Those are the beds
        of the regions that it serves; where flows say who is treated there, the same in
        proportion to what it does for them.
    """
    serves = serving(tables, scenario)
    regions = [str(code) for code in beds["region"].values]
    by_cell = beds["need_by_kind"].values
    takes = _cells_by_resource(tables["norms"])
    result = []
    for i, site in enumerate(map(str, beds["site"].values)):
        served = np.isin(regions, list(members(serves[site])))
        need = np.where(served[:, np.newaxis, np.newaxis, np.newaxis], by_cell, 0.0)
        here = np.zeros_like(by_cell)
        for j, resource in enumerate(map(str, beds["resource"].values)):
            existing = beds["existing"].values[i, :, j]
            if np.isnan(existing).all():
                continue
            open_years = existing > 0
            part = _part(beds["served"].values[i, :, j], beds["need"].values[served, :, j])
            weight = (open_years * part)[np.newaxis, :, np.newaxis, np.newaxis]
            # A setting with several resources at the site is one unit, not as many.
            here = np.maximum(here, weight * takes[resource] * need)
        result.append(UnitBeds(site, here))
    return result


def _part(served: Array, need: Array) -> Array:
    """What a site does, over the need of those that it serves, ``[year]``; 1 but for flows."""
    whole = need.sum(axis=0)
    result: Array = np.divide(served, whole, out=np.zeros_like(served), where=whole > 0)
    return result


def _cells_by_resource(norms: pd.DataFrame) -> dict[str, Array]:
    """By resource with beds, 1 for the settings and kinds that take it, ``[setting, kind]``."""
    result: dict[str, Array] = {}
    for row in norms[norms["unit"] == "beds"].to_dict("records"):
        cells = result.setdefault(row["resource"], np.zeros((len(SETTINGS), len(DIAGNOSIS_KINDS))))
        cells[one_or_all(row["setting"], SETTINGS), one_or_all(row["kind"], DIAGNOSIS_KINDS)] = 1
    return result
