r"""What demographers report of a population: life expectancy, total fertility, mean age of mothers.

For single regions and for groups of regions. A group's rates are those of its people
together: at each age the events of its regions over their people,

.. math:: m_{G,a} = \frac{\sum_{r \in G} m_{r,a} P_{r,a}}{\sum_{r \in G} P_{r,a}}

so its total fertility is the sum over ages of its births per woman, and its life expectancy
that of its pooled death rates; neither is a mean of its regions' figures.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.population.fertility import mean_age_at_childbearing
from projector.population.lifetable import life_expectancy
from projector.tables import SEXES

__all__ = ["Indicators", "indicators", "life_expectancy_from_survival", "pooled"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Indicators:
    """Indicators of groups of regions.

    Parameters
    ----------
    life_expectancy
        At birth, ``[group, year, sex]``, years.
    total_fertility
        ``[group, year]``, children per woman.
    mean_age_at_childbearing
        ``[group, year]``, exact years; NaN where nobody is born.
    """

    life_expectancy: Array
    total_fertility: Array
    mean_age_at_childbearing: Array


def indicators(
    death_rates: Array, fertility: Array, population: Array, membership: NDArray[np.bool_]
) -> Indicators:
    """Indicators of groups of regions; a group of one region has that region's own.

    Parameters
    ----------
    death_rates
        ``[region, year, sex, age]``, sex in the order of `SEXES`, the last age open, per year.
    fertility
        ``[region, year, age]``, births per woman and year.
    population
        ``[region, year, sex, age]``, the people the rates are of, persons.
    membership
        ``[group, region]``: which regions are in the group. ``np.eye(regions, dtype=bool)``
        asks for each region.

    Returns
    -------
    Indicators

    Raises
    ------
    ValueError
        If the shapes do not fit or a group has no region.
    """
    women = population[:, :, SEXES.index("female")]
    births = pooled(fertility, women, membership)
    return Indicators(
        life_expectancy=life_expectancy(pooled(death_rates, population, membership)),
        total_fertility=births.sum(axis=-1),
        mean_age_at_childbearing=mean_age_at_childbearing(births),
    )


def pooled(rates: Array, persons: Array, membership: NDArray[np.bool_]) -> Array:
    """Rates of groups of regions: the mean of the regions' rates, weighted by their people.

    Parameters
    ----------
    rates
        ``[region, ...]``.
    persons
        ``[region, ...]``, same shape, not negative.
    membership
        ``[group, region]``.

    Returns
    -------
    ndarray
        ``[group, ...]``. Where a group has nobody at an age, its regions count alike: a life
        table needs the rate, and nobody's experience it.

    Raises
    ------
    ValueError
        If the shapes do not fit or a group has no region.
    """
    if rates.shape != persons.shape or membership.shape[1] != len(rates):
        raise ValueError(f"shapes {rates.shape}, {persons.shape}, {membership.shape} do not fit")
    if not membership.any(axis=1).all():
        raise ValueError("every group needs a region")
    result = np.empty((len(membership), *rates.shape[1:]))
    for group, members in enumerate(membership):
        of_group, people = rates[members], persons[members]
        if len(of_group) == 1:
            result[group] = of_group[0]
            continue
        together = people.sum(axis=0)
        events = np.einsum("r...,r...->...", of_group, people)
        result[group] = np.divide(events, together, out=of_group.mean(axis=0), where=together > 0)
    return result


def life_expectancy_from_survival(survival: Array) -> Array:
    r"""Life expectancy at birth from the survival ratios of a projection.

    .. math:: L_0 = S_0, \quad L_a = S_a L_{a-1}, \quad
              L_A = \frac{S_A}{1 - S_A} L_{A-1}, \quad e_0 = \sum_a L_a

    Parameters
    ----------
    survival
        :math:`S`, ``[..., age]`` as `survival_ratios` gives them, the last below 1.

    Returns
    -------
    ndarray
        Years, ``[...]``.

    Raises
    ------
    ValueError
        If everybody of the open age survives: such a life has no end.
    """
    if not (survival[..., -1] < 1).all():
        raise ValueError("not everybody of the open age can survive")
    closed = np.cumprod(survival[..., :-1], axis=-1)
    last = survival[..., -1]
    result: Array = closed.sum(axis=-1) + closed[..., -1] * last / (1.0 - last)
    return result
