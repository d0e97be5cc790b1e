r"""How large deviations are, from how far off earlier projections were.

Errors are :math:`e = \log F - \log P` of what came, :math:`F`, over what was projected,
:math:`P`. `projector.population.foresight.fit_errors` tells at each horizon :math:`h` the variance
of the regions' own, :math:`v_h + c_h / N`. A deviation that begins at zero and goes on with
persistence :math:`\varphi` makes, after :math:`h` years, a variance of its yearly innovations times

.. math:: L_\varphi(h) = \sum_{k<h} \varphi^{2k}, \qquad
          C_\varphi(h) = \sum_{k=1}^{h} \Bigl(\sum_{j<k} \varphi^j\Bigr)^2

in the path itself, and in the sum of the path over the years, which is what a cohort is off.
Chance, which is new each year, makes :math:`h`. Of all :math:`\varphi` between 0 and 1 in steps of
a twentieth the one is taken with the smallest squared relative errors; the variances are those of
least squares, none below zero.

* *moves* of those under 67 and of those of 67 to 79: the errors of the cohorts born before the
  base, less the chance of deaths. The profile tells what ages were off when all under 67 were, by
  regression weighted by people, over the first years; children under 19 are off by chance besides,
  apart from all others.
* *mortality*: the errors of those of 80 and over, less the chance of their deaths and what moves of
  the old make of them; a force of mortality that is off by :math:`\delta` every year is an
  error of :math:`m \delta h`, :math:`m` their mean force.
* *fertility*: the errors of the children born since, less those of men and women of 20 to 39.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.population.deviation_fit import Rows, fitted_path, summed
from projector.population.foresight import fit_errors

__all__ = ["Earlier", "regional_sizes"]

Array = NDArray[np.float64]

_OLD, _OLDEST = 67, 80
_PROFILE = (0, 6, 13, 19, 24, 30, 40, 50)
"""First ages of what the profile tells apart."""

_PROFILE_YEARS = 3
"""Horizons it is seen in: later, those of one age were of others when they moved."""

_PARENTS = slice(20, 40)
_CHILDREN = 19


@dataclass(frozen=True)
class Earlier:
    """One earlier projection and what came, by single age and both sexes together.

    Parameters
    ----------
    base
        ``[region, age]``, persons at its base.
    projected, came
        By years ahead, ``[region, age]``, persons.
    """

    base: Array
    projected: Mapping[int, Array]
    came: Mapping[int, Array]


@dataclass(frozen=True)
class _Errors:
    """Of a group of ages, by horizon.

    Parameters
    ----------
    horizons
        Years ahead.
    own, per_person
        Variances of the regions' own errors.
    survive
        Share that is left of those who were in the group's ages at the base.
    among
        How many times as many are those whom the variance per person is of.
    """

    horizons: Array
    own: Array
    per_person: Array
    survive: Array
    among: Array


def regional_sizes(cases: Sequence[Earlier]) -> Rows:
    """Sizes of the deviations of regions.

    Parameters
    ----------
    cases
        Earlier projections, with one year ahead and more.

    Returns
    -------
    list of tuple
        Measure, first and last age (−1 where open), statistic and value.
    """
    family = _errors(cases, lambda h: slice(h, _OLD))
    old = _errors(cases, lambda h: slice(max(h, _OLD), _OLDEST), slice(_OLD, None))
    oldest = _errors(cases, lambda h: slice(_OLDEST, None))
    h = oldest.horizons
    moves = {
        (0, _OLD - 1): fitted_path(h, summed, family.own, family.per_person, chance=True),
        (_OLD, -1): fitted_path(
            h,
            summed,
            old.own,
            np.maximum(old.per_person - (1.0 - old.survive) * old.among, 0.0),
            chance=True,
        ),
    }
    rows: Rows = [
        ("moves", *ages, what, value)
        for ages, fitted in moves.items()
        for what, value in fitted.items()
    ]
    rows += _profile(cases)
    rows.append(("moves", 0, _CHILDREN - 1, "apart_per_person", _children_apart(cases)))

    through_moves = moves[_OLD, -1]
    made = summed(through_moves["persistence"], h)
    force = -np.log(oldest.survive) / h
    own = np.maximum(oldest.own - through_moves["yearly"] * made, 0.0)
    per_person = np.maximum(
        oldest.per_person
        - (1.0 - oldest.survive)
        - (through_moves["yearly_per_person"] * made + through_moves["chance_per_person"] * h)
        * _share_of_old(cases),
        0.0,
    )
    # The path is of all the region's people, of whom the oldest are few.
    share = sum(case.base[:, _OLDEST:].sum() for case in cases) / sum(
        case.base.sum() for case in cases
    )
    dying_off = fitted_path(h, summed, own / force**2, per_person / force**2 / share, chance=False)
    rows += [("mortality", 0, -1, what, value) for what, value in dying_off.items()]
    return rows + _fertility(cases)


def _share_of_old(cases: Sequence[Earlier]) -> float:
    """People of 80 and over among those of 67 and over."""
    oldest, old = (
        sum(float(case.base[:, first:].sum()) for case in cases) for first in (_OLDEST, _OLD)
    )
    return oldest / old


def _errors(
    cases: Sequence[Earlier], ages: Callable[[int], slice], of: slice | None = None
) -> _Errors:
    """Variances of the errors of a group of ages at the end of each horizon.

    `of` are the ages whose people the variance per person is of; the group's without.
    """
    horizons = sorted({h for case in cases for h in case.projected})
    own, per_person, survive, among = [], [], [], []
    for h in horizons:
        seen = [case for case in cases if h in case.projected]
        group = ages(h)
        guess, people = (
            np.stack([case.projected[h][:, some].sum(axis=-1) for case in seen])
            for some in (group, of or group)
        )
        came = np.stack([case.came[h][:, group].sum(axis=-1) for case in seen])
        fit = fit_errors(_log_ratio(came, guess)[..., np.newaxis], people, np.array([float(h)]))
        own.append(fit.own[0])
        per_person.append(fit.per_person[0])
        since = slice(max(group.start - h, 0), None if group.stop is None else group.stop - h)
        survive.append(guess.sum() / sum(case.base[:, since].sum() for case in seen))
        among.append(people.sum() / guess.sum())
    return _Errors(
        np.array(horizons, dtype=float),
        np.maximum.accumulate(np.array(own)),
        np.maximum.accumulate(np.array(per_person)),
        np.minimum(np.array(survive), 1.0),
        np.array(among),
    )


def _log_ratio(came: Array, guess: Array) -> Array:
    """Log errors; NaN where nobody came or was projected."""
    some = (came > 0) & (guess > 0)
    ratio = np.divide(came, guess, out=np.full_like(guess, np.nan), where=some)
    result: Array = np.log(ratio)
    return result


def _children_apart(cases: Sequence[Earlier]) -> float:
    """Variance a year and per child of what children are off beside what all under 67 are."""
    found, weights = [], []
    for h in sorted({h for case in cases for h in case.projected if h <= _PROFILE_YEARS}):
        seen = [case for case in cases if h in case.projected]
        children, family = slice(h, _CHILDREN), slice(h, _OLD)
        of_children, together, people = [], [], []
        for case in seen:
            guess, came = case.projected[h], case.came[h]
            people.append(guess[:, children].sum(axis=-1))
            of_children.append(_own(came[:, children].sum(axis=-1), people[-1]))
            together.append(_own(came[:, family].sum(axis=-1), guess[:, family].sum(axis=-1)))
        weight, error, other = np.stack(people), np.stack(of_children), np.stack(together)
        slope = np.nansum(weight * error * other) / np.nansum(weight * other**2)
        fit = fit_errors((error - slope * other)[..., np.newaxis], weight, np.array([float(h)]))
        found.append(fit.per_person[0] / h)
        weights.append(len(seen))
    return float(np.average(found, weights=weights))


def _profile(cases: Sequence[Earlier]) -> Rows:
    """What ages are off by where all under 67 are off by 1."""
    above = np.zeros(len(_PROFILE))
    below = 0.0
    weights = np.zeros(len(_PROFILE))
    for case in cases:
        for h in (h for h in case.projected if h <= _PROFILE_YEARS):
            guess, came = case.projected[h], case.came[h]
            people = guess[:, h:_OLD].sum(axis=-1)
            together = _own(came[:, h:_OLD].sum(axis=-1), people)
            below += float(np.nansum(people * together**2))
            for k, first in enumerate(_PROFILE):
                last = _PROFILE[k + 1] if k + 1 < len(_PROFILE) else _OLD
                band = slice(max(first, h), last)
                own = _own(came[:, band].sum(axis=-1), guess[:, band].sum(axis=-1))
                above[k] += float(np.nansum(people * own * together))
                weights[k] += float(guess[:, band].sum())
    slope = np.maximum(above / below, 0.0)
    slope /= (slope * weights).sum() / weights.sum()
    ends = [*(first - 1 for first in _PROFILE[1:]), _OLD - 1]
    rows: Rows = [
        ("moves", first, last, "profile", float(value))
        for first, last, value in zip(_PROFILE, ends, slope, strict=True)
    ]
    return [*rows, ("moves", _OLD, -1, "profile", 1.0)]


def _own(came: Array, guess: Array) -> Array:
    """Log errors less what all regions share; NaN where there is nobody."""
    error = _log_ratio(came, guess)
    weight = np.where(np.isnan(error), 0.0, guess)
    result: Array = error - np.nansum(weight * error) / weight.sum()
    return result


def _fertility(cases: Sequence[Earlier]) -> Rows:
    """Births: children born since the base, less what their parents are off."""
    horizons = sorted({h for case in cases for h in case.projected})
    own, per_person = [], []
    for h in horizons:
        seen = [case for case in cases if h in case.projected]
        born = np.stack([case.projected[h][:, :h].sum(axis=-1) for case in seen])
        came = np.stack([case.came[h][:, :h].sum(axis=-1) for case in seen])
        parents = np.stack(
            [
                _log_ratio(
                    case.came[h][:, _PARENTS].sum(axis=-1),
                    case.projected[h][:, _PARENTS].sum(axis=-1),
                )
                for case in seen
            ]
        )
        error = _log_ratio(came, born) - parents
        fit = fit_errors(error[..., np.newaxis], born, np.array([float(h)]))
        people = sum(case.base.sum() for case in seen)
        # Of a region's people h years give so many children; their chance is known.
        children = born.sum() / people
        own.append(fit.own[0] * h**2)
        per_person.append(max(fit.per_person[0] - 1.0, 0.0) / children * h**2)
    fitted = fitted_path(
        np.array(horizons, dtype=float), summed, np.array(own), np.array(per_person), chance=False
    )
    return [("fertility", 0, -1, what, value) for what, value in fitted.items()]
