r"""Need against supply: what is short, and since when.

.. math:: \mathrm{gap}_{rpt} = \mathrm{need}_{rpt} - \mathrm{supply}_{rpt}

in full-time equivalents of each region, profession and year; the first year of shortage is the
first in which it is above the rounding.
"""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

__all__ = ["LEAST", "first_year_short"]

Array = NDArray[np.float64]

LEAST = 0.005
"""FTE; less than this is rounding and not a shortage."""


def first_year_short(gap: xr.DataArray) -> xr.DataArray:
    """First calendar year in which staff are short.

    Parameters
    ----------
    gap
        ``[region, year, …]``, FTE needed less supplied, NaN where there is no supply.

    Returns
    -------
    DataArray
        `gap` without its years; NaN where nothing is ever short, or nobody knows.
    """
    years = gap["year"].broadcast_like(gap)
    return years.where(gap > LEAST).min("year")
