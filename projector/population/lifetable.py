r"""Life tables: from death rates to survival and life expectancy.

Notation as in Preston, Heuveline & Guillot (2001), chapter 3: :math:`m` central death
rate, :math:`a` mean years lived in the age by those who die in it, :math:`q` probability
of dying, :math:`l` survivors, :math:`L` person-years, :math:`T` person-years above.
All functions work on arrays ``[..., age]``, single years of age, the last one open.
"""

import numpy as np
from numpy.typing import NDArray

from projector.tables import SEXES

__all__ = [
    "infant_person_years",
    "life_expectancy",
    "person_years",
    "survival_ratios",
]

Array = NDArray[np.float64]

# Andreev & Kingkade (2015), table 3: a0 = intercept + slope · m0 on three pieces of m0.
_ANDREEV_KINGKADE = {
    "male": ((0.02300, 0.08307), (0.14929, 0.02832, 0.29915), (-1.99545, 3.26021, 0.0)),
    "female": ((0.01724, 0.06891), (0.14903, 0.04667, 0.31411), (-2.05527, 3.88089, 0.0)),
}


def infant_person_years(infant_death_rate: Array, sex: str) -> Array:
    r"""Mean years lived in the first year of life by those who die in it, :math:`a_0`.

    Parameters
    ----------
    infant_death_rate
        :math:`m_0`, any shape, per year.
    sex
        ``female`` or ``male``.

    Returns
    -------
    ndarray
        :math:`a_0` in years, same shape.

    References
    ----------
    Andreev & Kingkade (2015), Average age at death in infancy and infant mortality level,
    Demographic Research 33(13), table 3.
    """
    limits, intercepts, slopes = _ANDREEV_KINGKADE[sex]
    piece = np.searchsorted(limits, infant_death_rate, side="right")
    result: Array = np.take(intercepts, piece) + np.take(slopes, piece) * infant_death_rate
    return result


def person_years(death_rates: Array, years_lived: Array | None = None) -> Array:
    r"""Person-years of a life table with one birth, :math:`L`.

    .. math:: q_a = m_a / (1 + (1 - a_a) m_a), \quad l_{a+1} = l_a (1 - q_a), \quad
              L_a = l_{a+1} + a_a (l_a - l_{a+1}), \quad L_A = l_A / m_A

    Parameters
    ----------
    death_rates
        :math:`m`, ``[..., sex, age]`` with sex in the order of `SEXES`, per year.
    years_lived
        :math:`a`, same shape; by default Andreev–Kingkade at age 0 and one half above.

    Returns
    -------
    ndarray
        :math:`L`, ``[..., sex, age]``, years.

    Raises
    ------
    ValueError
        If a rate is negative, or the open age has none (it would never end).
    """
    m = np.asarray(death_rates, dtype=np.float64)
    if (m < 0).any() or (m[..., -1] <= 0).any():
        raise ValueError("death rates must not be negative, and the open age needs one above 0")
    if years_lived is None:
        years_lived = np.full_like(m, 0.5)
        for i, sex in enumerate(SEXES):
            years_lived[..., i, 0] = infant_person_years(m[..., i, 0], sex)
    q = m[..., :-1] / (1.0 + (1.0 - years_lived[..., :-1]) * m[..., :-1])
    if (q > 1).any():
        raise ValueError("a death rate is so high that more than everybody dies in the year")
    l_next = np.cumprod(1.0 - q, axis=-1)
    l_start = np.concatenate([np.ones_like(l_next[..., :1]), l_next], axis=-1)
    closed = l_next + years_lived[..., :-1] * (l_start[..., :-1] - l_next)
    open_age = l_start[..., -1:] / m[..., -1:]
    return np.concatenate([closed, open_age], axis=-1)


def survival_ratios(death_rates: Array, years_lived: Array | None = None) -> Array:
    r"""Ratios into each age during a year, :math:`S`, as `project` wants them.

    .. math:: S_0 = L_0, \quad S_a = L_a / L_{a-1}, \quad S_A = L_A / (L_{A-1} + L_A)

    Parameters
    ----------
    death_rates, years_lived
        As for `person_years`, ``[..., sex, age]``.

    Returns
    -------
    ndarray
        :math:`S`, ``[..., sex, age]``, between 0 and 1.
    """
    L = person_years(death_rates, years_lived)
    ratios = np.empty_like(L)
    ratios[..., 0] = L[..., 0]
    ratios[..., 1:-1] = L[..., 1:-1] / L[..., :-2]
    ratios[..., -1] = L[..., -1] / (L[..., -2] + L[..., -1])
    return ratios


def life_expectancy(death_rates: Array, years_lived: Array | None = None) -> Array:
    r"""Life expectancy at birth, :math:`e_0 = \sum_a L_a`.

    Parameters
    ----------
    death_rates, years_lived
        As for `person_years`, ``[..., sex, age]``.

    Returns
    -------
    ndarray
        Years, ``[..., sex]``.
    """
    result: Array = person_years(death_rates, years_lived).sum(axis=-1)
    return result
