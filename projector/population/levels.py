r"""Levels of mortality and fertility: a region's deaths and births over those at national rates.

.. math:: \lambda_r = \frac{D_r / E(D_r)}{D / E(D)}, \qquad
          \phi_r = \frac{B_r / E(B_r)}{B / E(B)}

Deaths :math:`D` are those of the old, of whom few move: people at the start of an interval less
those of them at its end. As nobody dies twice, they grow less than the death rates do: of
:math:`N` people, of whom the share :math:`S` lives on, :math:`N (1 - S^\lambda)` die. So what the
deaths deviate by is divided by

.. math:: \epsilon = \frac{d \ln E(D)}{d \ln \lambda} = \frac{-\sum N S \ln S}{\sum N (1 - S)}

Births :math:`B` are the children of an interval at its end, with what
moves did to them taken out. Both are scalars for each region and interval and are shrunk by
`projector.population.shrinkage`.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.inputs.calibration_rules import MORTALITY_LEVELS
from projector.population.intervals import Intervals
from projector.population.shrinkage import Evidence, Shrunk, shrink
from projector.tables import SEXES

__all__ = ["Tree", "fertility_levels", "lawful_levels", "levels_dataset", "mortality_levels"]

Array = NDArray[np.float64]
Tree = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Number of each region's parent area, and position of the region that it is a part of."""

_DYING = slice(70, 95)
"""Ages that show a region's mortality: most deaths, few moves."""


def mortality_levels(seen: Intervals, weight: Array, people: Array, tree: Tree) -> Shrunk:
    """Deaths of the old against those that national rates give, relative to the nation's.

    Parameters
    ----------
    seen
        Intervals between the tables, the nation as the last region.
    weight
        What an interval counts for, ``[interval, region or 1]``, without the nation.
    people
        ``[region]``, persons, without the nation.
    tree
        Parent areas, and wholes of parts.

    Returns
    -------
    Shrunk
        Level less one, ``[region, 1]``, without the nation.
    """
    from_age = slice(_DYING.start - seen.length, _DYING.stop - seen.length)
    start, kept = seen.start[..., from_age], seen.expected[..., _DYING]
    there = start.sum(axis=(-2, -1))
    died = there - seen.observed[..., _DYING].sum(axis=(-2, -1))
    expected = there - kept.sum(axis=(-2, -1))
    hazard = np.log(np.divide(start, kept, out=np.ones_like(kept), where=kept > 0))
    response = np.divide(
        (kept * hazard).sum(axis=(-2, -1)),
        expected,
        out=np.ones_like(expected),
        where=expected > 0,
    )
    return _shrunk(died, expected, weight, people, tree, response[:, :-1])


def fertility_levels(
    seen: Intervals, moves: Array, fertility: Array, weight: Array, people: Array, tree: Tree
) -> Shrunk:
    r"""Children of the interval against those that national fertility gives, likewise.

    Of the children aged :math:`a` at the end of :math:`n` years, moves have made

    .. math:: w^{n-1-a} \prod_{k=1}^{a} \rho_k

    of those born: their mothers moved before the birth, with the women's ratio :math:`w` weighted
    by fertility, and they themselves after it.

    Parameters
    ----------
    seen, weight, people, tree
        As for `mortality_levels`.
    moves
        :math:`\rho`, ``[region, sex, age]``, yearly change of a cohort by moves relative to the
        nation.
    fertility
        ``[age]``, the nation's over the intervals, births per woman and year.

    Returns
    -------
    Shrunk
        Level less one, ``[region, 1]``, without the nation.
    """
    children = slice(0, seen.length)
    born = seen.observed[..., children].sum(axis=(-2, -1))
    expected = seen.expected[..., children].sum(axis=(-2, -1))
    mothers = moves[:, SEXES.index("female")] @ (fertility / fertility.sum())
    own = np.cumprod(moves[..., children].mean(axis=1), axis=-1)
    before = mothers[:, np.newaxis] ** np.arange(seen.length)[::-1]
    made = np.append((before * own).mean(axis=-1), 1.0)
    return _shrunk(
        np.divide(born, made, out=np.zeros_like(born), where=made > 0),
        expected,
        weight,
        people,
        tree,
    )


def lawful_levels(measure: str, level: Array, regions: Sequence[str]) -> Array:
    """The levels of mortality or fertility, ``[region]``, where all are possible.

    Raises
    ------
    ConsistencyError
        With the first region whose level is not.
    """
    low, high = MORTALITY_LEVELS
    wrong = np.flatnonzero((level < low) | (level > high))
    if len(wrong):
        raise ConsistencyError(
            Problem(
                where=f"table population, region {regions[wrong[0]]}",
                message={
                    "mortality": "the old people of a region die impossibly seldom or often",
                    "fertility": "there are impossibly few or many children in a region",
                }[measure],
                found=f"{level[wrong[0]]:.2f} times as in the nation",
                expected=f"between {low:g} and {high:g}: are the tables of one region on one "
                "set of borders?",
            )
        )
    return level


def levels_dataset(estimate: Shrunk, region: xr.DataArray) -> xr.Dataset:
    """A scalar estimate as ratios to the nation, ``[region]``, with its credibility."""
    ratios = {
        part: ("region", 1.0 + getattr(estimate, part)[:, 0]) for part in ("value", "own", "parent")
    }
    credibility = {"credibility": ("region", estimate.credibility[:, 0])}
    return xr.Dataset(ratios | credibility, coords={"region": region})


def _shrunk(
    counted: Array,
    expected: Array,
    weight: Array,
    people: Array,
    tree: Tree,
    response: Array | float = 1.0,
) -> Shrunk:
    """A scalar for each region; axes of the counts ``[interval, region]``, the nation last.

    `response` is how much the counts change where the level does, relative to both.
    """
    ratio = np.divide(counted, expected, out=np.ones_like(expected), where=expected > 0)
    deviation = (ratio[:, :-1] / ratio[:, -1:] - 1.0) / response
    evidence = Evidence(
        deviation[..., np.newaxis],
        expected[:, :-1, np.newaxis],
        np.broadcast_to(weight, deviation.shape),
    )
    return shrink(evidence, people, *tree)
