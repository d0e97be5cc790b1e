r"""Sizing rules: by occupancy, by overflow, and by opening hours."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["beds_by_occupancy", "beds_by_overflow", "overflow_probability", "units_by_hours"]

Array = NDArray[np.float64]


def beds_by_occupancy(bed_days: Array, occupancy: Array, days_per_year: Array) -> Array:
    r"""Beds so that a given share of them is in use on average.

    .. math:: \frac{\mathrm{bed\ days}}{\mathrm{occupancy} \times \mathrm{open\ days}}

    Parameters
    ----------
    bed_days
        Bed days a year, any shape.
    occupancy
        Planned share of the bed days on offer, broadcastable, above 0 and at most 1.
    days_per_year
        Days a year the beds are open, broadcastable.

    Returns
    -------
    ndarray
        Beds, not rounded: parts of a bed add up over regions.
    """
    return bed_days / (occupancy * days_per_year)


def overflow_probability(beds: NDArray[np.int64], load: Array) -> Array:
    r"""Probability that an arriving patient finds every bed taken (Erlang loss).

    .. math:: B(0) = 1, \qquad B(c) = \frac{\rho B(c-1)}{c + \rho B(c-1)}

    Parameters
    ----------
    beds
        Number of beds :math:`c`, whole, any shape.
    load
        Mean number of patients there would be if none were refused, :math:`\rho`: bed days
        over open days, same shape.

    Returns
    -------
    ndarray
        Between 0 and 1. Where the load is 0, 0 with a bed and 1 without.

    References
    ----------
    de Bruin et al. (2009), Dimensioning hospital wards using the Erlang loss model,
    doi 10.1007/s10479-009-0647-8.
    """
    blocked = np.ones(np.broadcast(beds, load).shape)
    result = blocked.copy()
    for count in range(1, int(np.max(beds, initial=0)) + 1):
        blocked = load * blocked / (count + load * blocked)
        result = np.where(beds >= count, blocked, result)
    return result


def beds_by_overflow(bed_days: Array, limit: Array, days_per_year: Array) -> Array:
    r"""The smallest whole number of beds whose overflow probability stays within a limit.

    Parameters
    ----------
    bed_days
        Bed days a year that are asked for, any shape.
    limit
        Largest acceptable `overflow_probability`, broadcastable, strictly between 0 and 1.
    days_per_year
        Days a year the beds are open, broadcastable.

    Returns
    -------
    ndarray
        Beds, whole numbers; 0 where there are no bed days.
    """
    load = bed_days / days_per_year
    limit = np.broadcast_to(limit, load.shape)
    beds = np.zeros(load.shape)
    blocked = np.where(load > 0, 1.0, 0.0)
    while (short := blocked > limit).any():
        beds[short] += 1
        offered = load[short] * blocked[short]
        blocked[short] = offered / (beds[short] + offered)
    return beds


def units_by_hours(
    contacts: Array, minutes: Array, hours_per_day: Array, days_per_year: Array, utilisation: Array
) -> Array:
    r"""Places or rooms so that the contacts fit into the opening hours.

    .. math:: \frac{\mathrm{contacts} \times \mathrm{minutes} / 60}
              {\mathrm{hours} \times \mathrm{days} \times \mathrm{utilisation}}

    Parameters
    ----------
    contacts
        Contacts a year, any shape.
    minutes
        Minutes that a contact takes the place or room, with turnover.
    hours_per_day, days_per_year
        Opening hours and open days.
    utilisation
        Share of the open time in use.

    Returns
    -------
    ndarray
        Places or rooms, not rounded.
    """
    return contacts * (minutes / 60.0) / (hours_per_day * days_per_year * utilisation)
