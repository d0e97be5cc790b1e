r"""Regional components from nothing but a run of age tables.

Between two tables, :math:`n` years apart, the people of the first are carried forward with
national survival and fertility and no migration (`projector.population.intervals`). What was
counted, :math:`O`, over what was expected, :math:`E`, by sex and age at the end, is the ratio by
which moves changed the cohort. The region's ratio over the nation's is what the region has of
its own:

.. math:: \rho_{r,s,a} = \frac{O_{r,s,a} / E_{r,s,a}}{O_{s,a} / E_{s,a}}

The logic is Hamilton & Perry's (1962) cohort change ratio, taken relative to the parent area as
Smith, Tayman & Swanson (2013) advise. Among the old few move, and what cohorts lose is deaths:
the region's level of mortality is estimated first, and its cohorts are then expected at that
level. Fertility likewise, from the children (`projector.population.levels`).

A small region's figures are mostly noise. Levels and ratios are shrunk towards the parent area
and the nation by `projector.population.shrinkage`, in bands of ages that are narrow where
people move much; intervals out of the ordinary count for less in moves and births
(`projector.population.extraordinary`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from projector.inputs.regions import parent_of
from projector.memory import Memory, bits
from projector.population.extraordinary import (
    Extraordinary,
    interval_weights,
    list_extraordinary,
)
from projector.population.intervals import Intervals, comparable, intervals
from projector.population.levels import (
    Tree,
    fertility_levels,
    lawful_levels,
    levels_dataset,
    mortality_levels,
)
from projector.population.lifetable import survival_with_level
from projector.population.shrinkage import Evidence, Shrunk, shrink
from projector.tables import NATION, SEXES

__all__ = ["Calibration", "Method", "calibrate"]

Array = NDArray[np.float64]

_BANDS = (*(0, 1, 3, 6, 10, 13, 16), *range(18, 24), *(24, 26, 28, 30, 33, 36), *range(40, 95, 5))
"""First ages of the bands that moves are estimated for: single years where students leave home."""

_OLDEST_MOVER = 89
"""Above this age a national residual is the error of the death rates, not moves."""

_INTERVALS_OF_A_SLOPE = 8
"""Fewer intervals do not show how the ages of migrants change with their number."""

_SAME_TOTAL = 1.0
"""Persons a year: totals that vary less are the same, and fewer are nobody."""

_FURTHEST = 4.0
"""Years below the middle of the first band that its slope still says something of."""

_WIDEST_STEP = 5
"""Wider age groups are compared over this many years all the same, at the ages they were spread
to: over longer a cohort is another generation."""

_PARTS = ("value", "own", "parent", "credibility")


@dataclass(frozen=True)
class Method:
    """How to calibrate.

    Parameters
    ----------
    age_width
        Width of the age groups that single ages were made from. Tables are compared over as many
        years, at most five: then a cohort moves from one whole group into the next.
    weight_half_life
        Years back for which an interval counts half as much; None where all count the same.
    by_county
        Whether municipalities are drawn towards their county, and not to the nation at once.
    extraordinary
        Whether years out of the ordinary are found and count for less.
    """

    age_width: int = 1
    weight_half_life: float | None = None
    by_county: bool = True
    extraordinary: bool = True

    @property
    def step(self) -> int:
        """Least number of years between two tables that are compared."""
        return min(self.age_width, _WIDEST_STEP)


@dataclass(frozen=True)
class Calibration:
    """What the age tables say about moves, deaths and births.

    Parameters
    ----------
    moves
        ``[region, sex, age]``: `value`, yearly change of a cohort by moves relative to the
        nation, by age at the end of the year (1 at age 0, where moves and births cannot be told
        apart); `own` as the tables show it, `parent` what it is drawn towards, and
        `credibility`, the weight of the region's own, 0 to 1.
    mortality, fertility
        ``[region]``: levels relative to the nation, with the same variables.
    national_migration
        ``[sex, age]``: the nation's residual net migration, persons a year.
    national_margin
        ``[sex, age]``: share of one more migrant, summing to 1; negative where fewer come when
        more come in all. NaN where nobody came.
    extraordinary
        The intervals that count for less.
    years
        First and last year of the tables used.
    """

    moves: xr.Dataset
    mortality: xr.Dataset
    fertility: xr.Dataset
    national_migration: xr.DataArray
    national_margin: xr.DataArray
    extraordinary: tuple[Extraordinary, ...]
    years: tuple[int, int]


LATELY = Memory(4)
"""Calibrations by what they were made from."""


def calibrate(
    history: xr.DataArray,
    nation: xr.DataArray,
    closed: xr.Dataset,
    death_rates: xr.DataArray,
    method: Method,
    years: Sequence[int] | None = None,
) -> Calibration:
    """Estimate regional components from a run of age tables.

    Parameters
    ----------
    history
        ``[region, year, sex, age]``, persons on 1 January; years rising, not necessarily
        one apart.
    nation
        ``[year, sex, age]``, the nation in the same years.
    closed
        National ``survival[year, sex, age]``, ``fertility[year, age]`` and
        ``sex_ratio_at_birth[year]`` for every year from the first table to the last but one.
    death_rates
        ``[year, sex, age]`` that the survival is made from, to an older age than the tables'.
    method
        How.
    years
        The tables that moves and births are derived from; by default all. Levels of mortality
        last, and are derived from all up to the last of these that lie equally far apart.

    Returns
    -------
    Calibration

    Raises
    ------
    ConsistencyError
        If there are not two tables `method.step` years apart, or a region's old people die, or
        its children are born, impossibly seldom or often.
    """
    everyone = xr.concat([history, nation.expand_dims(region=[NATION])], dim="region")
    chosen = list(history["year"].values) if years is None else list(years)
    everyone = everyone.sel(year=slice(None, chosen[-1]))
    if not comparable(everyone, method.step):
        everyone = everyone.sel(year=chosen)
    past = slice(int(everyone["year"].values[0]), int(chosen[-1]) - 1)
    closed, death_rates = closed.sel(year=past), death_rates.sel(year=past)
    tables = bits(everyone), bits(history), bits(closed), bits(death_rates)
    asked = *tables, method, tuple(chosen)
    return LATELY.keep(
        "calibration",
        asked,
        lambda: _estimated(history, everyone, closed, death_rates, method, chosen),
    )


def _estimated(
    history: xr.DataArray,
    everyone: xr.DataArray,
    closed: xr.Dataset,
    death_rates: xr.DataArray,
    method: Method,
    chosen: Sequence[int],
) -> Calibration:
    """See `calibrate`."""
    regions = [str(code) for code in history["region"].values]
    tree = _tree(regions, by_county=method.by_county)
    people = history.sel(year=chosen).mean("year").sum(("sex", "age")).values

    lasting = intervals(everyone, closed, step=method.step)
    dying = mortality_levels(lasting, _recency(lasting, method), people, tree)
    level = lawful_levels("mortality", 1.0 + dying.value[:, 0], regions)
    own = xr.DataArray(
        survival_with_level(
            death_rates.values,
            np.broadcast_to(np.append(level, 1.0)[:, np.newaxis], (len(level) + 1, len(SEXES))),
            int(history["age"].values[-1]),
        ),
        coords={
            "region": everyone["region"],
            **{dim: closed[dim] for dim in ("year", "sex", "age")},
        },
    )
    everyone, closed = everyone.sel(year=chosen), closed.assign(survival=own)
    seen = intervals(everyone, closed, step=method.step)
    unusual = _unusual(everyone, closed, seen, tree, method)
    weight, regional = unusual.national, unusual.regional
    recent = _recency(seen, method)
    counting = recent * regional
    moving, bands = _moves(seen, counting, people, tree, method)
    dims = {dim: history[dim] for dim in ("region", "sex", "age")}
    moves = _by_single_age(moving, bands, seen.length, dims)
    mothers = closed["fertility"].mean("year").values
    bearing = fertility_levels(seen, moves["value"].values, mothers, counting, people, tree)
    lawful_levels("fertility", 1.0 + bearing.value[:, 0], regions)
    migration, margin = _national_moves(seen, recent * weight)
    by_cell = {dim: history[dim] for dim in ("sex", "age")}
    return Calibration(
        moves=moves,
        mortality=levels_dataset(dying, history["region"]),
        fertility=levels_dataset(bearing, history["region"]),
        national_migration=xr.DataArray(migration, coords=by_cell),
        national_margin=xr.DataArray(margin, coords=by_cell),
        extraordinary=unusual.found,
        years=(seen.years[0][0], seen.years[-1][1]),
    )


@dataclass(frozen=True)
class _Unusual:
    """What the intervals count for, regional ``[interval, region]`` and national likewise."""

    regional: Array
    national: Array
    found: tuple[Extraordinary, ...]


def _unusual(
    everyone: xr.DataArray, closed: xr.Dataset, seen: Intervals, tree: Tree, method: Method
) -> _Unusual:
    """Years out of the ordinary, judged by all ages together and table by table.

    That the ages were spread within their groups does not matter to their sum, so years are
    judged one by one where moves by age need longer intervals, which then count for the mean of
    their years.
    """
    regions = [str(code) for code in everyone["region"].values[:-1]]
    if not method.extraordinary:
        count = len(seen.years)
        return _Unusual(np.ones((count, len(regions))), np.ones((count, 1)), ())
    yearly = intervals(everyone, closed) if comparable(everyone) else seen
    rate, expected = _of_all_ages(yearly)
    own_rate = rate[:, :-1] / rate[:, -1:] - 1.0
    # The nation varies less than any region and is held against itself alone.
    national = interval_weights(rate[:, -1:])
    regional = interval_weights(own_rate, tree[1] == np.arange(len(regions)))
    within = np.array(
        [[first <= start < last for start, _ in yearly.years] for first, last in seen.years]
    )
    share = within / within.sum(axis=1, keepdims=True)
    return _Unusual(
        share @ regional,
        share @ national,
        (
            *list_extraordinary(own_rate, expected[:, :-1], regional, regions, yearly.years),
            *list_extraordinary(rate[:, -1:], expected[:, -1:], national, [NATION], yearly.years),
        ),
    )


def _tree(regions: Sequence[str], *, by_county: bool) -> Tree:
    """Number of each region's parent area, and position of the region it is a part of."""
    place = {code: position for position, code in enumerate(regions)}
    counties = [code[:2] if by_county else NATION for code in regions]
    area = np.unique(counties, return_inverse=True)[1].astype(np.int64)
    parents = parent_of(regions)
    whole = [place[parents[code] or code] for code in regions]
    return area, np.array(whole, dtype=np.int64)


def _recency(seen: Intervals, method: Method) -> Array:
    """What the intervals count for by their age alone, ``[interval, 1]``."""
    back = np.array([seen.years[-1][1] - last for _, last in seen.years], dtype=np.float64)
    if method.weight_half_life is None:
        return np.ones((len(back), 1))
    result: Array = (0.5 ** (back / method.weight_half_life))[:, np.newaxis]
    return result


def _moves(
    seen: Intervals,
    weight: Array,
    people: Array,
    tree: Tree,
    method: Method,
) -> tuple[Shrunk, Array]:
    """Cohort ratios less one, ``[region, sex · band]``, and the middle age of each band."""
    grid = _BANDS if method.step == 1 else tuple(range(0, _BANDS[-1] + 1, method.step))
    first = np.array([seen.length, *(age for age in grid if age > seen.length)])
    observed = np.add.reduceat(seen.observed, first, axis=-1)
    expected = np.add.reduceat(seen.expected, first, axis=-1)
    ratio = np.divide(observed, expected, out=np.ones_like(expected), where=expected > 0)
    deviation = ratio[:, :-1] / ratio[:, -1:] - 1.0
    flat = (*deviation.shape[:2], len(SEXES) * len(first))
    evidence = Evidence(deviation.reshape(flat), expected[:, :-1].reshape(flat), weight)
    # People of the open band are mostly in its first years.
    end = np.append(first[1:], first[-1] + 2 * (first[-1] - first[-2]))
    return shrink(evidence, people, *tree), (first + end - 1) / 2


def _of_all_ages(seen: Intervals) -> tuple[Array, Array]:
    """What moves did to all people together, and those expected, ``[interval, region]``."""
    ages = slice(seen.length, _OLDEST_MOVER + 1)
    counted, expected = (
        cells[..., ages].sum(axis=(-2, -1)) for cells in (seen.observed, seen.expected)
    )
    ratio = np.divide(counted, expected, out=np.ones_like(expected), where=expected > 0)
    return ratio, expected


def _national_moves(seen: Intervals, weight: Array) -> tuple[Array, Array]:
    r"""Net migration of the nation a year, and who comes when it grows, ``[sex, age]``.

    The mean over the intervals, and its change by age with the total :math:`T`, by weighted least
    squares over the intervals,

    .. math:: \beta_{s,a} = \frac{\sum_y w_y (T_y - \bar T) M_{y,s,a}}
                                {\sum_y w_y (T_y - \bar T)^2}, \qquad \sum \beta = 1

    From few intervals, or where they had the same total, that cannot be seen, and more migrants
    are of the ages of those who came.
    """
    moves = np.stack(
        [_at_mid_interval(cells, seen.length) for cells in (seen.observed - seen.expected)[:, -1]]
    )
    counts = weight[:, 0] / weight[:, 0].sum()
    mean: Array = np.einsum("y,ysa->sa", counts, moves)
    total = moves.sum(axis=(-2, -1))
    apart = counts * (total - counts @ total)
    spread = float(apart @ total)
    if len(moves) >= _INTERVALS_OF_A_SLOPE and spread > _SAME_TOTAL**2:
        margin: Array = np.einsum("y,ysa->sa", apart, moves) / spread
        return mean, margin
    arriving = np.maximum(mean, 0.0)
    if arriving.sum() < _SAME_TOTAL:
        return mean, np.full_like(mean, np.nan)
    return mean, arriving / arriving.sum()


def _at_mid_interval(residual: Array, length: int) -> Array:
    """What survival does not explain, as migrants a year by age, ``[sex, age]``.

    By the age in the middle of the interval, as ratios are (`_by_single_age`). Those born in an
    interval show births as well as moves; they move as the youngest who were born before it,
    and in the first year of life nobody does.
    """
    yearly = residual / length
    yearly[:, _OLDEST_MOVER + 1 :] = 0.0
    ages = np.arange(yearly.shape[-1])
    at = np.maximum(ages + (length - 1) / 2, length)
    result = np.stack([np.interp(at, ages, of_sex) for of_sex in yearly])
    result[:, 0] = 0.0
    return result


def _by_single_age(
    estimate: Shrunk, middle: Array, length: int, dims: dict[str, xr.DataArray]
) -> xr.Dataset:
    """Estimates by band over `length` years as yearly figures by single age.

    Monotone cubic between the middles of the bands. Above the last it is flat; below the first,
    where children move with younger and younger parents, it goes on along its slope for a few
    years. A cohort aged a at the end passed the ages a−length+1 to a, in the middle
    a−(length−1)/2. A ratio is never below zero.
    """
    at = dims["age"].values + (length - 1) / 2
    within, younger = np.clip(at, middle[0], middle[-1]), np.clip(at - middle[0], -_FURTHEST, 0.0)
    variables = {}
    for part in _PARTS:
        banded = getattr(estimate, part).reshape(-1, len(SEXES), len(middle))
        curve = PchipInterpolator(middle, banded, axis=-1)
        smooth = curve(within)
        if part != "credibility":
            smooth += curve.derivative()(middle[:1]) * younger
            smooth = np.maximum(1.0 + smooth, 0.0) ** (1.0 / length)
            smooth[..., 0] = 1.0
        else:
            smooth[..., 0] = 0.0
        variables[part] = (("region", "sex", "age"), smooth)
    return xr.Dataset(variables, coords=dims)
