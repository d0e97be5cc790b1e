r"""A path's innovations and persistence, from the variances it made; and those of the nation.

The nation's own are the errors of simple rules: total fertility as it was, life expectancy along
the gains of twenty years, and the mean net immigration of ten, against what came up to ten years
later.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

__all__ = ["Rows", "fitted_path", "level", "national_sizes", "summed"]

Array = NDArray[np.float64]
Rows = list[tuple[str, int, int, str, float]]
"""Measure, first and last age (−1 where open), statistic and value."""

_STEPS = 20

_NATION_YEARS = 10
_GAINS, _MEAN = 20, 10
"""Years that the gains of life expectancy and the mean of net immigration are of."""

_LEAST_CASES = 5
"""Earlier years that a horizon of the nation is seen from, at least."""


def national_sizes(series: Mapping[str, Mapping[int, float]], last: int) -> Rows:
    """Sizes of the deviations of the nation's paths.

    Parameters
    ----------
    series
        ``total_fertility``, ``life_expectancy`` and ``net_immigration`` by year.
    last
        Last year that is used.

    Returns
    -------
    list of tuple

    Raises
    ------
    ValueError
        If the figures are of too few years.
    """
    rows: Rows = []
    for measure, given in series.items():
        known = {year: value for year, value in given.items() if year <= last}
        foreseen = _RULES[measure]
        squares: dict[int, list[float]] = {}
        for year in sorted(known):
            for ahead in range(1, _NATION_YEARS + 1):
                guess = foreseen(known, year, ahead)
                if guess is None or year + ahead not in known:
                    continue
                came = known[year + ahead]
                error = np.log(came / guess) if measure == "total_fertility" else came - guess
                squares.setdefault(ahead, []).append(float(error) ** 2)
        enough = {h: values for h, values in squares.items() if len(values) >= _LEAST_CASES}
        if not enough:
            raise ValueError(f"too few years of {measure} to see how far off it was")
        horizons = np.array(sorted(enough), dtype=float)
        variance = np.array([np.mean(enough[int(h)]) for h in horizons])
        fitted = fitted_path(horizons, level, variance, np.zeros_like(variance), chance=False)
        rows += [(measure, 0, -1, what, fitted[what]) for what in ("yearly", "persistence")]
    return rows


def _as_it_was(known: Mapping[int, float], year: int, ahead: int) -> float | None:
    del ahead
    return known[year]


def _along_gains(known: Mapping[int, float], year: int, ahead: int) -> float | None:
    if year - _GAINS not in known:
        return None
    return known[year] + ahead * (known[year] - known[year - _GAINS]) / _GAINS


def _mean_before(known: Mapping[int, float], year: int, ahead: int) -> float | None:
    del ahead
    before = [known[y] for y in range(year - _MEAN + 1, year + 1) if y in known]
    return float(np.mean(before)) if len(before) == _MEAN else None


_RULES: Mapping[str, Callable[[Mapping[int, float], int, int], float | None]] = {
    "total_fertility": _as_it_was,
    "life_expectancy": _along_gains,
    "net_immigration": _mean_before,
}


def level(persistence: float, horizons: Array) -> Array:
    r""":math:`L_\varphi(h)`."""
    return np.array([np.sum(persistence ** (2.0 * np.arange(h))) for h in horizons.astype(int)])


def summed(persistence: float, horizons: Array) -> Array:
    r""":math:`C_\varphi(h)`."""
    most = int(horizons[-1])
    weight = np.cumsum(persistence ** np.arange(most, dtype=float))
    result: Array = np.cumsum(weight**2)[horizons.astype(int) - 1]
    return result


def fitted_path(
    horizons: Array,
    grown: Callable[[float, Array], Array],
    own: Array,
    per_person: Array,
    *,
    chance: bool,
) -> dict[str, float]:
    """Innovations, persistence and chance that come nearest to variances.

    Parameters
    ----------
    horizons
        ``[horizon]``, years ahead, rising.
    grown
        `level` or `summed`: what a path of unit innovations makes.
    own, per_person
        ``[horizon]``, variances, and those of a region of one person besides.
    chance
        Whether chance makes some of the variance per person.

    Returns
    -------
    dict
        ``yearly``, ``persistence``, ``yearly_per_person`` and ``chance_per_person``.
    """
    best, found = np.inf, {}
    for persistence in np.linspace(0.0, 1.0, _STEPS + 1):
        path = grown(float(persistence), horizons)
        columns = np.stack([path, horizons] if chance else [path], axis=-1)
        (yearly,), of_own = _relative(path[:, np.newaxis], own)
        of_people, of_chance = _relative(columns, per_person)
        loss = of_own**2 + of_chance**2
        if loss < best - 1e-12:
            best = loss
            found = {
                "yearly": float(yearly),
                "persistence": float(persistence),
                "yearly_per_person": float(of_people[0]),
            } | ({"chance_per_person": float(of_people[1])} if chance else {})
    return found


def _relative(columns: Array, variance: Array) -> tuple[Array, float]:
    """Non-negative least squares of relative errors; what is zero is left out."""
    some = variance > 0
    if not some.any():
        return np.zeros(columns.shape[1]), 0.0
    scaled = columns[some] / variance[some, np.newaxis]
    weight, error = nnls(scaled, np.ones(int(some.sum())))
    return weight, float(error)
