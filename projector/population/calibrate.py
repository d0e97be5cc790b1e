r"""Regional components from nothing but a run of age tables.

Between two tables, :math:`n` years apart, the people of the first are carried forward with
national survival and fertility and no migration. What was counted, :math:`O`, over what
was expected, :math:`E`, by sex and age at the end, is the ratio by which moves changed the
cohort. The region's ratio over the nation's is what the region has of its own:

.. math:: \rho_{r,s,a} = \frac{\sum O_{r,s,a} / \sum E_{r,s,a}}{\sum O_{s,a} / \sum E_{s,a}}

pooled over the intervals. The logic is Hamilton & Perry's (1962) cohort change ratio,
taken relative to the parent area as Smith, Tayman & Swanson (2013) advise. A ratio is
never negative, so neither is any population that is projected with it.

A small region's ratio is mostly noise. It is shrunk towards 1, the parent's, by an
empirical-Bayes estimate for each sex and age:

.. math:: \hat\rho - 1 = \frac{\tau^2}{\tau^2 + c/E_r} (\rho - 1)

where :math:`c`, the variance of one expected person's ratio, comes from how a region's
ratio differs between the intervals, and :math:`\tau^2`, the true variance between regions,
from how the regions differ less what :math:`c` explains (method of moments). Both are
estimated from the tables themselves.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.population.core import project
from projector.tables import SEXES

__all__ = ["Calibration", "calibrate", "shrink"]

Array = NDArray[np.float64]

# Binomial weights over neighbouring ages: wide enough to steady one year's few movers,
# narrow enough to keep the peaks of students and young families.
_AGE_KERNEL = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0

_OLDEST_MOVER = 89
"""Above this age a national residual is the error of the death rates, not moves."""


@dataclass(frozen=True)
class Calibration:
    """What the age tables say about migration and fertility.

    Parameters
    ----------
    cohort_ratio
        ``[region, sex, age]``: yearly change of a cohort by moves, relative to the nation,
        by age at the end of the year. 1 at age 0, where moves and births cannot be told apart.
    fertility_level
        ``[region]``: children aged 0 against what national fertility gives.
    national_migration
        ``[sex, age]``: the nation's residual net migration, persons a year.
    credibility
        ``[region]``: mean weight the region's own figures got, between 0 and 1.
    years
        First and last year of the tables used.
    """

    cohort_ratio: xr.DataArray
    fertility_level: xr.DataArray
    national_migration: xr.DataArray
    credibility: xr.DataArray
    years: tuple[int, int]


def calibrate(
    history: xr.DataArray, nation: xr.DataArray, components: xr.Dataset, *, step: int = 1
) -> Calibration:
    """Estimate regional components from a run of age tables.

    Parameters
    ----------
    history
        ``[region, year, sex, age]``, persons on 1 January; years rising, not necessarily
        one apart.
    nation
        ``[year, sex, age]``, the parent area in the same years.
    components
        National ``survival[year, sex, age]``, ``fertility[year, age]`` and
        ``sex_ratio_at_birth[year]`` for every year from the first table to the last but one.
    step
        Least number of years between two tables that are compared. With five-year groups
        use 5: then a cohort moves from one whole group into the next.

    Returns
    -------
    Calibration

    Raises
    ------
    ConsistencyError
        If there are not two tables at least `step` years apart.
    """
    years = _spaced([int(year) for year in history["year"].values], step)
    everyone = xr.concat([history, nation.expand_dims(region=["nation"])], dim="region")
    intervals = list(pairwise(years))
    lengths = {last - first for first, last in intervals}
    if len(lengths) != 1:
        raise ConsistencyError(
            Problem(
                where="table population",
                message="the calibration needs tables that lie equally far apart",
                found=f"years {', '.join(map(str, years))}",
                expected="for example every year, or every second year",
            )
        )
    length = lengths.pop()
    observed = np.stack([everyone.sel(year=last).values for _, last in intervals])
    expected = np.stack([_without_moves(everyone, components, *pair) for pair in intervals])
    ratio, credibility = _relative_ratios(_smooth(observed), _smooth(expected))
    children = slice(0, length)
    mothers = components["fertility"].mean("year").values
    fertility, _ = _relative_ratios(
        observed[..., children].sum(axis=(-2, -1))[..., np.newaxis]
        / _moves_of_mothers(observed, expected, mothers, length),
        expected[..., children].sum(axis=(-2, -1))[..., np.newaxis],
    )
    region, sex, age = (history[dim] for dim in ("region", "sex", "age"))
    residual = (observed - expected)[:, -1].mean(axis=0) / length
    return Calibration(
        cohort_ratio=xr.DataArray(
            _yearly(ratio, length), coords={"region": region, "sex": sex, "age": age}
        ),
        fertility_level=xr.DataArray(fertility[:, 0], coords={"region": region}),
        national_migration=xr.DataArray(
            np.where((age.values < length) | (age.values > _OLDEST_MOVER), 0.0, residual),
            coords={"sex": sex, "age": age},
        ),
        credibility=xr.DataArray(credibility.mean(axis=(-2, -1)), coords={"region": region}),
        years=(years[0], years[-1]),
    )


def shrink(ratio: Array, expected: Array, dispersion: Array) -> tuple[Array, Array]:
    r"""Shrink ratios towards 1 by empirical Bayes, each cell over its regions.

    Parameters
    ----------
    ratio
        :math:`\rho`, ``[region, ...]``.
    expected
        :math:`E`, ``[region, ...]``: persons, the weight of a ratio.
    dispersion
        :math:`c`, ``[...]``: variance of the ratio of one expected person.

    Returns
    -------
    tuple of ndarray
        Shrunk ratios and the weights (0 to 1) each region's own ratio got, ``[region, ...]``.
    """
    weight = expected / np.maximum(expected.sum(axis=0), np.finfo(float).tiny)
    spread = (weight * (ratio - 1.0) ** 2).sum(axis=0)
    # Σ w E[(ρ−1)²] = τ² + c Σ w/E, and w/E is 1/ΣE for every region.
    regions_with_people = (expected > 0).sum(axis=0)
    noise = dispersion * regions_with_people / np.maximum(expected.sum(axis=0), 1.0)
    true_variance = np.maximum(spread - noise, 0.0)
    denominator = true_variance * expected + dispersion
    credibility = np.divide(
        true_variance * expected, denominator, out=np.zeros_like(ratio), where=denominator > 0
    )
    return 1.0 + credibility * (ratio - 1.0), credibility


def _spaced(years: list[int], step: int) -> list[int]:
    """The years counted back from the last one in steps of at least `step`."""
    chosen = [years[-1]]
    for year in reversed(years[:-1]):
        if chosen[-1] - year >= step:
            chosen.append(year)
    if len(chosen) < 2:
        raise ConsistencyError(
            Problem(
                where="table population",
                message="the calibration needs an older table to compare with",
                found=f"years {', '.join(map(str, years))}",
                expected=f"two tables at least {step} years apart",
            )
        )
    return chosen[::-1]


def _without_moves(people: xr.DataArray, components: xr.Dataset, first: int, last: int) -> Array:
    """People of `first` carried to `last` with national schedules and no migration."""
    national = components.sel(year=slice(first, last - 1))
    closed = national.assign(net_migration_rate=xr.zeros_like(national["survival"]))
    carried = project(people.sel(year=first, drop=True), closed).population
    result: Array = carried.sel(year=last).values
    return result


def _smooth(persons: Array) -> Array:
    """Weighted sums over neighbouring ages; the ends repeat themselves."""
    reach = len(_AGE_KERNEL) // 2
    padded = np.pad(persons, [(0, 0)] * (persons.ndim - 1) + [(reach, reach)], mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(_AGE_KERNEL), axis=-1)
    result: Array = windows @ _AGE_KERNEL
    return result


def _moves_of_mothers(observed: Array, expected: Array, weight: Array, length: int) -> Array:
    """What moves, not births, did to the children of an interval, ``[interval, region, 1]``.

    A child of year k of n is born where k−1 years of moves have brought its mother, and moves
    itself for n−k years: together n−1 of the n years that the women's ratio spans.
    """
    women = SEXES.index("female")
    counted, kept = ((people[:, :, women] @ weight) for people in (observed, expected))
    there = (kept > 0) & (counted > 0)
    change = np.divide(counted, kept, out=np.ones_like(kept), where=there)
    result: Array = change[..., np.newaxis] ** ((length - 1) / length)
    return result


def _relative_ratios(observed: Array, expected: Array) -> tuple[Array, Array]:
    """Shrunk ratios to the nation, and credibilities, ``[region, ...]``.

    Axes of the arguments: ``[interval, region, ...]``, the nation last among the regions.
    """
    pooled = _relative(observed.sum(axis=0), expected.sum(axis=0))
    regional = expected[:, :-1]
    intervals = len(observed)
    if intervals > 1:
        each = np.stack([_relative(o, e) for o, e in zip(observed, expected, strict=True)])
        squares = (regional * (each - pooled) ** 2).sum(axis=(0, 1))
        dispersion = squares / (intervals - 1) / max(observed.shape[1] - 1, 1)
    else:
        # One interval has no spread over time; moves are at least as variable as Poisson counts.
        dispersion = np.ones(pooled.shape[1:])
    return shrink(pooled, regional.sum(axis=0), dispersion)


def _relative(observed: Array, expected: Array) -> Array:
    """Regional over national ratio ``[region, ...]``; 1 where nobody was expected."""
    ratio = np.divide(observed, expected, out=np.ones_like(expected), where=expected > 0)
    national = ratio[-1:]
    return np.divide(ratio[:-1], national, out=np.ones_like(ratio[:-1]), where=national > 0)


def _yearly(ratio: Array, length: int) -> Array:
    """From ratios over `length` years at the end age to one-year ratios by age.

    A cohort aged a at the end passed the ages a−length+1 to a, in the middle
    a−(length−1)/2; children born within the interval carry fertility, not moves.
    """
    ages = np.arange(ratio.shape[-1])
    at = np.clip(ages + (length - 1) / 2, length, ages[-1])
    left = np.floor(at).astype(np.int64)
    share = at - left
    right = np.minimum(left + 1, ages[-1])
    yearly: Array = ((1 - share) * ratio[..., left] + share * ratio[..., right]) ** (1.0 / length)
    yearly[..., 0] = 1.0
    return yearly
