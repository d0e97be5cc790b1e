r"""Need against supply: what is short, and since when.

.. math:: \mathrm{gap}_{rpt} = \mathrm{need}_{rpt} - \mathrm{supply}_{rpt}

in full-time equivalents of each region, profession and year; the first year of shortage is the
first in which it is above the rounding.
"""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

__all__ = ["LEAST", "balance", "first_year_short"]

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
    axis = gap.get_axis_num("year")
    short = gap.values > LEAST
    first = gap["year"].values.astype(np.float64)[short.argmax(axis=axis)]
    without_years = gap.isel(year=0, drop=True)
    return without_years.copy(data=np.where(short.any(axis=axis), first, np.nan))


def balance(workforce: xr.Dataset, supply: xr.DataArray, competent: xr.DataArray) -> xr.Dataset:
    """What is short of professions and of competences, and since when.

    Parameters
    ----------
    workforce
        Group ``workforce`` of the results.
    supply
        ``[region, year, profession]``, FTE.
    competent
        ``[region, year, competence]``, FTE.

    Returns
    -------
    Dataset
        ``gap``, ``competence_gap``, ``first_shortage`` and ``competence_first_shortage``.
    """
    needed = workforce["need"].sum("setting").transpose(*supply.dims)
    gap = supply.copy(data=needed.values - supply.values)
    needed = workforce["competence_need"].transpose(*competent.dims)
    competence_gap = competent.copy(data=needed.values - competent.values)
    return xr.Dataset(
        {
            "gap": gap,
            "competence_gap": competence_gap,
            "first_shortage": first_year_short(gap),
            "competence_first_shortage": first_year_short(competence_gap),
        }
    )
