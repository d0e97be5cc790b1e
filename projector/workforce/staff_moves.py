r"""Moves of staff between the regions of a run.

With :math:`\nu_r` the net moves of people of working age of a region over those who live there,
:math:`\bar\nu` of all regions of the run and :math:`H_r` the staff of the base year,

.. math:: o_r = \max(\bar\nu - \nu_r, 0), \qquad
          i_r = \frac{\max(\nu_r - \bar\nu, 0) \, H_r}{\sum_s \max(\nu_s - \bar\nu, 0) \, H_s}

are the share of its staff that leaves a region, and the share of all who leave that it gets. Nobody
moves out of the run.
"""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

__all__ = ["net_moves", "staff_moves"]

Array = NDArray[np.float64]

_WORKING = slice(20, 66)
"""Ages whose moves between regions staff follow."""


def net_moves(population: xr.Dataset) -> tuple[Array, Array]:
    """People of working age, and what moves make of them, ``[year, region]``.

    Parameters
    ----------
    population
        ``population`` and ``net_migration``.
    """
    people = population["population"].sel(age=_WORKING).sum(("sex", "age"))
    net = population["net_migration"].sel(age=_WORKING).sum(("sex", "age"))
    return people.transpose("year", "region").values, net.transpose("year", "region").values


def staff_moves(people: Array, net: Array, heads: Array, kind: str) -> tuple[Array, Array]:
    """Moves between the regions of a run, ``[year, region]``.

    A region whose people of working age move away more than those of the run do on average
    loses staff at the difference of the rates; the others get them, in proportion to what they
    gain.

    Parameters
    ----------
    people, net
        Of `net_moves`.
    heads
        ``[region]``, all staff of the base year.
    kind
        ``population``, or ``none``.

    Returns
    -------
    tuple of ndarray
        Share of the staff that moves away, and share of all movers that arrives.
    """
    rate = np.divide(net, people, out=np.zeros_like(net), where=people > 0)
    mean = net.sum(axis=1, keepdims=True) / people.sum(axis=1, keepdims=True)
    differs = np.zeros_like(rate) if kind == "none" else rate - mean
    gains = np.maximum(differs, 0) * heads
    whole = gains.sum(axis=1, keepdims=True)
    into = np.divide(gains, whole, out=np.zeros_like(gains), where=whole > 0)
    # Where no region gains, nobody can be received, and so nobody leaves.
    out = np.where(whole > 0, np.maximum(-differs, 0), 0.0)
    return out, into
