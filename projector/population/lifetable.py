r"""Life tables: from death rates to survival and life expectancy.

Notation as in Preston, Heuveline & Guillot (2001), chapter 3: :math:`m` central death
rate, :math:`a` mean years lived in the age by those who die in it, :math:`q` probability
of dying, :math:`l` survivors, :math:`L` person-years, :math:`T` person-years above.
All functions work on arrays ``[..., age]``, single years of age, the last one open.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from projector.tables import SEXES

__all__ = [
    "infant_person_years",
    "life_expectancy",
    "person_years",
    "ratios_between",
    "remaining_life_expectancy",
    "survival_ratios",
    "survival_with_level",
    "with_level",
    "with_open_age",
]

Array = NDArray[np.float64]
Rates = Callable[[slice], Array]

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


def survival_ratios(
    death_rates: Array, years_lived: Array | None = None, *, open_age: int | None = None
) -> Array:
    r"""Ratios into each age during a year, :math:`S`, as `project` wants them.

    .. math:: S_0 = L_0, \quad S_a = L_a / L_{a-1}, \quad S_A = L_A / (L_{A-1} + L_A)

    Parameters
    ----------
    death_rates, years_lived
        As for `person_years`, ``[..., sex, age]``.
    open_age
        First year of the open age of the result. Ages from here on become one, weighted as
        in the stationary population of the life table: their :math:`L` are added. By default
        the last age of the rates.

    Returns
    -------
    ndarray
        :math:`S`, ``[..., sex, age]``, between 0 and 1.

    Raises
    ------
    ValueError
        If a rate is unlawful, or the rates end before `open_age`.
    """
    m = np.asarray(death_rates, dtype=np.float64)
    person_years(m, years_lived)  # refuses unlawful rates
    lived = None if years_lived is None else lambda held: years_lived[..., held]
    last = m.shape[-1] - 1
    top = last if open_age is None else open_age
    return ratios_between(lambda held: m[..., held], last, top, slice(None), lived)


def ratios_between(
    death_rates: Rates,
    last: int,
    open_age: int,
    ages: slice,
    years_lived: Rates | None = None,
    *,
    room: Rates | None = None,
) -> Array:
    r"""Some of the ratios of `survival_ratios`, of rates that are known to be lawful.

    Written out, no age but the open one needs any but the one before it:

    .. math:: S_0 = \frac{1}{1 + (1 - a_0) m_0}, \quad
              S_a = \frac{1 - a_{a-1} m_{a-1}}{1 + (1 - a_a) m_a}, \quad
              S_A = \frac{R_A}{1 + R_A}, \quad R_a = S_a (1 + R_{a+1})

    and at the last age of the rates :math:`R_a = (1 - a_{a-1} m_{a-1}) / m_a`.

    Parameters
    ----------
    death_rates, years_lived
        Give ``[..., sex, age]`` as for `survival_ratios` of the ages asked for, a slice.
    last
        Last age of the rates.
    open_age
        First year of the open age of the result.
    ages
        Which of the ages 0 to `open_age`, one after the other.
    room
        Gives memory of the same shape to reckon in; the rates are then written over.

    Returns
    -------
    ndarray
        ``[..., sex, age]``, the ages asked for.

    Raises
    ------
    ValueError
        If the rates end before `open_age`.
    """
    if not 0 < open_age <= last:
        raise ValueError(f"the rates end before the open age {open_age}")
    first, stop, _ = ages.indices(open_age + 1)
    # The age before the first; of the open age, all that it holds.
    held = slice(max(first - 1, 0), stop if stop <= open_age else last + 1)
    m = death_rates(held)
    infants = m[..., 0].copy()
    dying = np.multiply(
        0.5 if years_lived is None else years_lived(held),
        m,
        out=None if room is None else room(held),
    )
    if years_lived is None and held.start == 0:
        for i, sex in enumerate(SEXES):
            dying[..., i, 0] = infant_person_years(infants[..., i], sex) * infants[..., i]
    oldest = m[..., -1].copy()
    living = np.subtract(m, dying, out=None if room is None else m)
    through = np.subtract(1.0, dying, out=dying)
    ratios = np.add(1.0, living, out=living)
    np.divide(through[..., :-1], ratios[..., 1:], out=ratios[..., 1:])
    np.divide(1.0, ratios[..., 0], out=ratios[..., 0])
    if stop > open_age:
        above = through[..., -2] / oldest
        for age in range(last - 1, open_age - 1, -1):
            above = ratios[..., age - held.start] * (1.0 + above)
        ratios[..., open_age - held.start] = above / (1.0 + above)
        ratios = ratios[..., : open_age + 1 - held.start]
    return ratios if first == 0 else ratios[..., 1:]


def with_open_age(death_rates: Array, open_age: int) -> Array:
    r"""Death rates whose ages from `open_age` on are one, :math:`m_A = \sum m L / \sum L`.

    Life expectancy stays as it is.

    Parameters
    ----------
    death_rates
        ``[..., sex, age]``, per year.
    open_age
        First year of the open age of the result.

    Returns
    -------
    ndarray
        ``[..., sex, age]``, ages 0 to `open_age`.

    Raises
    ------
    ValueError
        If the rates end before `open_age`.
    """
    L = person_years(death_rates)
    together = _added_from(death_rates * L, open_age)
    together[..., :-1] = death_rates[..., :open_age]
    together[..., -1] /= _added_from(L, open_age)[..., -1]
    return together


def with_level(death_rates: Array, level: Array) -> Array:
    r"""Death rates of regions that are a constant times the nation's, :math:`\lambda_r m`.

    Hazards are proportional at every age, so :math:`\lambda` is also the ratio of deaths to
    those that the nation's rates would give. A closed schedule has no rate above 1, and twice
    that is the most that a life table can hold: levels go to 2.

    Parameters
    ----------
    death_rates
        The nation's, ``[year, sex, age]``, per year.
    level
        :math:`\lambda`, ``[region, sex]``, above 0 and at most 2.

    Returns
    -------
    ndarray
        ``[region, year, sex, age]``, per year.

    Raises
    ------
    ValueError
        If a level is outside its range.
    """
    if not ((level > 0) & (level <= 2)).all():
        raise ValueError("a level of mortality lies above 0 and is at most 2")
    result: Array = level[:, np.newaxis, :, np.newaxis] * death_rates
    return result


def survival_with_level(death_rates: Array, level: Array, open_age: int) -> Array:
    """Survival ratios of regions whose death rates are a constant times the nation's.

    Parameters
    ----------
    death_rates, level
        As for `with_level`.
    open_age
        First year of the open age of the result.

    Returns
    -------
    ndarray
        ``[region, year, sex, age]``, between 0 and 1.

    Raises
    ------
    ValueError
        If a level is outside its range, or the rates end before `open_age`.
    """
    survival = np.empty((len(level), *death_rates.shape[:-1], open_age + 1))
    # One region at a time: its life table fits in the processor's cache, all of them do not.
    for region in range(len(level)):
        own = with_level(death_rates, level[region : region + 1])[0]
        survival[region] = survival_ratios(own, open_age=open_age)
    return survival


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


def remaining_life_expectancy(death_rates: Array, open_age: int) -> Array:
    r"""Years that people of each age have left, :math:`e_a = T_a / l_a`.

    Parameters
    ----------
    death_rates
        :math:`m`, ``[..., sex, age]``, per year.
    open_age
        The last age of the result; the rates go on beyond it, or end with it.

    Returns
    -------
    ndarray
        Years, ``[..., sex, age]``, ages 0 to `open_age`: at the beginning of each.
    """
    L = person_years(death_rates)
    above = np.cumsum(L[..., ::-1], axis=-1)[..., ::-1]
    deaths = death_rates * L
    # Whoever is alive at the beginning of an age dies in it or later.
    survivors = np.cumsum(deaths[..., ::-1], axis=-1)[..., ::-1]
    result: Array = (above / survivors)[..., : open_age + 1]
    return result


def _added_from(amounts: Array, open_age: int) -> Array:
    """Amounts by age, those from `open_age` on added up as the last age."""
    if not 0 < open_age < amounts.shape[-1]:
        raise ValueError(f"the rates end before the open age {open_age}")
    return np.concatenate(
        [amounts[..., :open_age], amounts[..., open_age:].sum(axis=-1, keepdims=True)], axis=-1
    )
