r"""Who shares beds with whom: patients at one site do, wherever they live.

Of regions whose flows are known the work in use :math:`u` is divided among the sites that treat
their people and what is treated elsewhere,

.. math:: u_{r,s} = F_s \frac{u_r \, q_{r,s}}{\sum_{r'} u_{r'} \, q_{r',s}}

with :math:`q` the share of the region's contacts in the setting that the site treats, for somatic
care and psychiatry apart, and :math:`F` the site's own work, so that the parts of a site are
exactly what it does. What no site treats is taken to share beds too, at one place elsewhere. Parts
add up: beds are sized for each unit, and its regions carry them in proportion to their part.

Regions of which no flow tells share the beds of the site that serves them, or are alone.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.tables import DIAGNOSIS_KINDS, PSYCHIATRIC_KINDS, SETTINGS

if TYPE_CHECKING:
    from projector.capacity.norms import Norm

__all__ = ["parts_by_flow", "regions_told"]

Array = NDArray[np.float64]

_ROUNDING = 1e-9
"""What is left of the work of all regions, relative to it, that counts as nothing."""


def regions_told(norms: Sequence["Norm"], at_sites: xr.Dataset | None) -> set[str]:
    """Codes of the regions of which some flow tells where a resource's patients are treated.

    Parameters
    ----------
    norms
        Rows of the resource: its settings, in somatic care or psychiatry or both.
    at_sites
        Group ``sites`` of the results, where flows are known.
    """
    if at_sites is None:
        return set()
    psychiatric = at_sites["kind"].isin(PSYCHIATRIC_KINDS).values
    somewhere = {
        group: (treated > 0).any(("site", "year")) for group, treated in _treated(at_sites).items()
    }
    told: set[str] = set()
    for norm in norms:
        for group in set(psychiatric[norm.diagnoses].tolist()):
            here = somewhere[group].sel(setting=norm.setting)
            told |= {str(code) for code in here["region"].values[here.values]}
    return told


def parts_by_flow(
    in_use: Array,
    of_sites: Array,
    activity: xr.Dataset,
    at_sites: xr.Dataset,
    told: set[str],
    settings: Sequence[int],
) -> list[Array]:
    """The work of each region by the site that does it, and what is done elsewhere.

    Parameters
    ----------
    in_use
        Units in use by the work of each region, ``[region, year, setting, kind]``.
    of_sites
        The same of each site, ``[site, year, setting, kind]``.
    activity, at_sites
        Groups ``activity`` and ``sites`` of the results.
    told
        From `regions_told`.
    settings
        Positions of the settings of `in_use` and `of_sites`.

    Returns
    -------
    list of ndarray
        For each site, and last for elsewhere, ``[region, year, setting, kind]``; 0 for regions of
        which no flow tells. They sum to `in_use` of the others over the regions.
    """
    known = np.isin([str(code) for code in activity["region"].values], list(told))
    work = np.where(known[:, np.newaxis, np.newaxis, np.newaxis], in_use, 0.0)
    share = _shares(activity, at_sites)[..., list(settings), :]
    parts, left = [], work.sum(axis=0)
    for site, done in enumerate(of_sites):
        parts.append(_spread(done, work * share[:, site]))
        left = left - done
    left = np.where(left > _ROUNDING * work.sum(axis=0), left, 0.0)
    elsewhere = np.maximum(1.0 - share.sum(axis=1), 0.0)
    return [*parts, _spread(left, work * elsewhere)]


def _spread(total: Array, weight: Array) -> Array:
    """A total, ``[year, setting, kind]``, over regions in proportion to a weight."""
    whole = weight.sum(axis=0)
    by_unit = np.divide(total, whole, out=np.zeros_like(total), where=whole > 0)
    result: Array = weight * by_unit
    return result


def _shares(activity: xr.Dataset, at_sites: xr.Dataset) -> Array:
    """Share of a region's contacts at a site, ``[region, site, year, setting, kind]``."""
    psychiatric = activity["kind"].isin(PSYCHIATRIC_KINDS)
    by_group = {}
    for group, treated in _treated(at_sites).items():
        whole = activity["contacts"].where(psychiatric == group, 0.0).sum("diagnosis")
        ratio = treated / whole.where(whole > 0)
        by_group[group] = ratio.fillna(0.0).transpose("region", "site", "year", "setting").values
    kinds = [by_group[kind in PSYCHIATRIC_KINDS] for kind in DIAGNOSIS_KINDS]
    assert at_sites["setting"].values.tolist() == list(SETTINGS)
    return np.stack(kinds, axis=-1)


def _treated(at_sites: xr.Dataset) -> dict[bool, xr.DataArray]:
    """Contacts of each region at each site: in psychiatry (True) and in somatic care."""
    both, mental = at_sites["treated"], at_sites["treated_psychiatry"]
    somatic = (both - mental).where(both - mental > _ROUNDING * both, 0.0)
    return {True: mental, False: somatic}
