r"""How sure a projection is, from how earlier ones turned out.

Earlier projections made by the same rules give log errors
:math:`e = \log F - \log P` of what came, :math:`F`, over what was projected, :math:`P`. That past
errors foretell future ones is the finding of Smith & Sincich (1988); that they fall with the size
of the place and grow with the horizon that of Rayer, Smith & Tayman (2009). For each horizon
:math:`h` the error is a part that all regions share and a part of the region's own,

.. math:: e_{r} = u + \epsilon_r, \quad \operatorname{Var} u = s_h, \quad
          \operatorname{Var} \epsilon_r = v_h + c_h / N_r

with :math:`N` the people at the base. :math:`u` of an earlier projection is the mean error
weighted by people; :math:`v, c \ge 0` are fitted to the squared rest by least squares with
weights :math:`(v + c/N)^{-2}`, until they stand still: the likelihood equations of normal errors.
:math:`s` is the mean of :math:`u^2` less what the regions' own errors put into it (method of
moments). Both are second moments around zero, so a bias of the past widens the interval.

Errors do not shrink with the horizon: a variance is at least that of the horizon before. Between
the horizons known, variances are linear from 0 at the base; beyond the last, the error grows in
proportion to the horizon, as Smith & Sincich (1991) found.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

__all__ = ["INTERVALS", "ErrorModel", "draw_people", "fit_errors", "prediction_intervals"]

Array = NDArray[np.float64]

INTERVALS = (80, 95)
"""Prediction intervals, in percent of what may come."""

_MOST_ROUNDS = 50
_STILL = 1e-6
_SHARED_STREAM = "*"
"""No region has this code."""


@dataclass(frozen=True)
class ErrorModel:
    """Variances of log errors by horizon.

    Parameters
    ----------
    horizons
        ``[horizon]``, years ahead, rising.
    shared
        :math:`s`, ``[horizon]``: of the error that all regions share.
    own
        :math:`v`, ``[horizon]``: of a region's own error, however large it is.
    per_person
        :math:`c`, ``[horizon]``: what a region of one person has besides.
    """

    horizons: Array
    shared: Array
    own: Array
    per_person: Array

    def variances(self, people: Array, horizon: float) -> tuple[float, Array]:
        """Variance of the shared error, and of each region's own, ``[region]``.

        Parameters
        ----------
        people
            ``[region]``, at the base; a place with nobody counts as one person.
        horizon
            Years ahead.
        """
        shared, own, per_person = (
            _at(self.horizons, variance, horizon)
            for variance in (self.shared, self.own, self.per_person)
        )
        return shared, own + per_person / np.maximum(people, 1.0)

    def standard_deviation(self, people: Array, horizon: float) -> Array:
        """Standard deviation of the log error, ``[region]``; arguments as for `variances`."""
        shared, own = self.variances(people, horizon)
        result: Array = np.sqrt(shared + own)
        return result


def fit_errors(log_error: Array, people: Array, horizons: Array) -> ErrorModel:
    """Fit the variances to the errors of earlier projections.

    Parameters
    ----------
    log_error
        ``[case, region, horizon]``: log of what came over what was projected, one case for each
        earlier projection; NaN where that is not known.
    people
        ``[case, region]``: people at the base of the earlier projection.
    horizons
        ``[horizon]``, years ahead, rising; each known in some case.

    Returns
    -------
    ErrorModel

    Raises
    ------
    ValueError
        If no error is known at one of the horizons.
    """
    fitted = [_fit_one(log_error[..., i], people) for i in range(len(horizons))]
    shared, own, per_person = np.maximum.accumulate(np.array(fitted), axis=0).T
    return ErrorModel(np.asarray(horizons, dtype=float), shared, own, per_person)


def draw_people(
    model: ErrorModel,
    projected: Array,
    people: Array,
    horizons: Array,
    *,
    keys: Sequence[str],
    stream: str,
    draws: int,
    seed: int,
) -> Array:
    """Draw what may come: the projection times the exponential of a drawn error.

    A draw has one shared error and one of each region's own, in standard deviations, which hold
    at every horizon: a draw that begins high stays high. Each region has its own random stream,
    named by its code, so its draws are the same among any other regions.

    Parameters
    ----------
    model
        From `fit_errors`.
    projected
        ``[region, horizon]``, persons.
    people
        ``[region]``, at the base.
    horizons
        ``[horizon]``, years ahead.
    keys
        Code of each region.
    stream
        Names what is drawn, for example the age group, so that two of them differ.
    draws, seed
        How many, and the seed of all streams.

    Returns
    -------
    ndarray
        ``[region, horizon, draw]``, persons.
    """
    together = _normals(seed, stream, _SHARED_STREAM, draws)
    alone = np.stack([_normals(seed, stream, key, draws) for key in keys])
    result = np.empty((*projected.shape, draws))
    for i, horizon in enumerate(horizons):
        shared, own = model.variances(people, float(horizon))
        error = np.sqrt(shared) * together + np.sqrt(own)[:, np.newaxis] * alone
        result[:, i] = projected[:, i, np.newaxis] * np.exp(error)
    return result


def prediction_intervals(draws: Array) -> Array:
    """Ends of the central intervals of `INTERVALS`.

    Parameters
    ----------
    draws
        ``[..., draw]``.

    Returns
    -------
    ndarray
        ``[..., interval, end]``: the lower end, then the upper.
    """
    outside = [(1.0 - percent / 100.0) / 2.0 for percent in INTERVALS]
    levels = [level for tail in outside for level in (tail, 1.0 - tail)]
    ends = np.moveaxis(np.quantile(draws, levels, axis=-1), 0, -1)
    return ends.reshape(*ends.shape[:-1], len(INTERVALS), 2)


def _normals(seed: int, stream: str, key: str, draws: int) -> Array:
    """Standard normal draws of one named stream."""
    sequence = np.random.SeedSequence(seed, spawn_key=tuple(f"{stream}/{key}".encode()))
    return np.random.Generator(np.random.PCG64(sequence)).standard_normal(draws)


def _fit_one(log_error: Array, people: Array) -> tuple[float, float, float]:
    """Variances at one horizon from ``[case, region]``."""
    known = ~np.isnan(log_error) & (people > 0)
    if not known.any():
        raise ValueError("no error is known at one of the horizons")
    weight = np.where(known, people, 0.0)
    cases = weight.sum(axis=1) > 0
    weight, log_error, known = weight[cases], log_error[cases], known[cases]
    weight /= weight.sum(axis=1, keepdims=True)
    error = np.where(known, log_error, 0.0)
    together = (weight * error).sum(axis=1)
    rest = (error - together[:, np.newaxis])[known]
    inverse = 1.0 / people[cases][known]
    own, per_person = _fit_own(rest**2, inverse)
    variance = np.zeros_like(error)
    variance[known] = own + per_person * inverse
    from_regions = (weight**2 * variance).sum(axis=1)
    shared = max(float((together**2 - from_regions).mean()), 0.0)
    return shared, own, per_person


def _fit_own(squares: Array, inverse: Array) -> tuple[float, float]:
    """Non-negative v and c with squares about v + c · inverse."""
    own, per_person = float(squares.mean()), 0.0
    if not own > 0:
        return 0.0, 0.0
    for _ in range(_MOST_ROUNDS):
        weight = 1.0 / (own + per_person * inverse)
        # 1/N is tiny beside 1: scaled to its mean, the two columns are alike.
        scale = float(inverse.mean())
        design = np.stack([weight, weight * inverse / scale], axis=-1)
        (new_own, new_slope), _ = nnls(design, weight * squares)
        before, (own, per_person) = (own, per_person), (float(new_own), float(new_slope / scale))
        if np.allclose((own, per_person), before, rtol=_STILL, atol=0.0):
            break
    return own, per_person


def _at(horizons: Array, variance: Array, horizon: float) -> float:
    """A variance at any horizon: linear from 0 at the base, with the square beyond the last."""
    last = float(horizons[-1])
    if horizon > last:
        return float(variance[-1]) * (horizon / last) ** 2
    return float(np.interp(horizon, np.append(0.0, horizons), np.append(0.0, variance)))
