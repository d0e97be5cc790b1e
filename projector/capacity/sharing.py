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

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.activity.services import Services
from projector.tables import DIAGNOSIS_KINDS, PSYCHIATRIC_KINDS, SETTINGS

if TYPE_CHECKING:
    from projector.capacity.norms import Norm

__all__ = ["Treated", "parts_by_flow"]

Array = NDArray[np.float64]

_ROUNDING = 1e-9
"""What is left of the work of all regions, relative to it, that counts as nothing."""


class Treated:
    """Contacts of each region at each site, in psychiatry (True) and in somatic care (False).

    Parameters
    ----------
    at_sites
        Group ``sites`` of the results.
    """

    def __init__(self, at_sites: xr.Dataset) -> None:
        dims = ("region", "site", "year", "setting")
        assert at_sites["setting"].values.tolist() == list(SETTINGS)
        both, mental = (
            at_sites[name].transpose(*dims).values for name in ("treated", "treated_psychiatry")
        )
        somatic = both - mental
        somatic[~(somatic > _ROUNDING * both)] = 0.0
        self.of_group: Mapping[bool, Array] = {True: mental, False: somatic}
        """``[region, site, year, setting]``"""
        self._psychiatric: NDArray[np.bool_] = np.array(
            [kind in PSYCHIATRIC_KINDS for kind in at_sites["kind"].values]
        )
        self._regions = np.array([str(code) for code in at_sites["region"].values], dtype=object)
        self._somewhere: Mapping[bool, NDArray[np.bool_]] = {
            group: np.asarray((treated > 0).any(axis=(1, 2)))
            for group, treated in self.of_group.items()
        }

    def regions_told(self, norms: Sequence["Norm"]) -> set[str]:
        """Codes of the regions of which some flow tells where a resource's patients are treated.

        Parameters
        ----------
        norms
            Rows of the resource: its settings, in somatic care or psychiatry or both.
        """
        told: set[str] = set()
        for norm in norms:
            for group in set(self._psychiatric[norm.diagnoses].tolist()):
                here = self._somewhere[group][:, SETTINGS.index(norm.setting)]
                told |= set(self._regions[here])
        return told

    def shares(self, services: Services) -> Array:
        """Share of a region's contacts at a site, ``[region, site, year, setting, kind]``.

        Parameters
        ----------
        services
            Activity of the regions.
        """
        by_kind = services.by_kind("contacts")
        psychiatric = np.array([kind in PSYCHIATRIC_KINDS for kind in DIAGNOSIS_KINDS])
        of_group = {}
        for group, treated in self.of_group.items():
            whole = by_kind[..., psychiatric == group].sum(axis=-1)[:, np.newaxis]
            whole = np.broadcast_to(whole, treated.shape)
            of_group[group] = np.divide(treated, whole, out=np.zeros_like(treated), where=whole > 0)
        return np.stack([of_group[bool(one)] for one in psychiatric], axis=-1)


def parts_by_flow(
    in_use: Array, of_sites: Array, share: Array, known: NDArray[np.bool_]
) -> list[Array]:
    """The work of each region by the site that does it, and what is done elsewhere.

    Parameters
    ----------
    in_use
        Units in use by the work of each region, ``[region, year, setting, kind]``.
    of_sites
        The same of each site, ``[site, year, setting, kind]``.
    share
        Of a region's contacts at a site, ``[region, site, year, setting, kind]``, of the same
        settings.
    known
        Regions of which some flow tells.

    Returns
    -------
    list of ndarray
        For each site, and last for elsewhere, ``[region, year, setting, kind]``; 0 for regions of
        which no flow tells. They sum to `in_use` of the others over the regions.
    """
    work = np.where(known[:, np.newaxis, np.newaxis, np.newaxis], in_use, 0.0)
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
