r"""National mortality: single-age schedules that follow a trend or a path of life expectancy.

A table of death rates by age group and period is ungrouped to single ages so that every group
keeps its rate in the life table, closed with Kannisto's curve to 110 and over, and fitted by
Lee–Carter's model, which the sexes share (`projector.population.lee_carter`). From the
schedule :math:`R` of a year all rates then move together along the common pattern :math:`B`:

.. math:: \ln m_{s,x}(t) = \ln R_{s,x}(t) + B_x \kappa_s(t)

where :math:`\kappa` is the trend's drift, or what gives each sex the life expectancy asked
for. Up to the last period :math:`R` is the table's, linear in the logarithm between its years
(jump-off at observed rates, Lee & Miller 2001); later it is the last one.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.population.lee_carter import Drift, LeeCarter, drift, fit_lee_carter
from projector.population.lifetable import life_expectancy
from projector.population.mortality import LAST_AGE, single_age_death_rates
from projector.tables import SEXES

__all__ = ["NationalMortality"]

Array = NDArray[np.float64]
Years = NDArray[np.int64]

_BISECTIONS = 70
_SECANTS = 50
_CLOSE = 1e-9
"""The index, some units of the logarithm of rates, lies closer than that times its last step when
a step is no longer than this."""

_NODES = 32
"""Places between which a life expectancy is looked for."""

_FURTHEST = np.log(10.0)
"""How far rates may move from the schedule of the year, in the mean of their logarithms."""


@dataclass(frozen=True)
class NationalMortality:
    """Mortality of the nation, learned from the schedules of some periods.

    Parameters
    ----------
    model
        Lee–Carter's model with the sexes as groups, in the order of `SEXES`. No age's rate
        rises as mortality falls (:math:`B` is not negative), and :math:`K` gives each period
        its life expectancy, mean of the sexes (the second stage of Lee & Miller 2001).
    log_rates
        Log of the table's death rates, ``[period, sex, age]``, ages 0 to `LAST_AGE`.
    """

    model: LeeCarter
    log_rates: Array

    @classmethod
    def from_table(
        cls, mortality: pd.DataFrame, *, last_year: int | None = None
    ) -> "NationalMortality":
        """Learn from a table of observed death rates.

        Parameters
        ----------
        mortality
            Input table ``mortality``, as for `single_age_death_rates`.
        last_year
            Later schedules are left out; by default none is.

        Returns
        -------
        NationalMortality

        Raises
        ------
        ConsistencyError
            If fewer than two schedules are left, or they cannot be closed.
        """
        if last_year is not None:
            mortality = mortality[mortality["year"] <= last_year]
        years = np.unique(mortality["year"].to_numpy(dtype=np.int64))
        if len(years) < 2:
            raise ConsistencyError(
                Problem(
                    where="table mortality",
                    message="how mortality changes cannot be seen from one period",
                    found=f"schedules of {', '.join(map(str, years)) or 'no year'}"
                    + ("" if last_year is None else f" up to {last_year}"),
                    expected="schedules of two or more years",
                )
            )
        log_rates = np.log(single_age_death_rates(mortality, LAST_AGE))
        model = _without_rises(fit_lee_carter(log_rates, years))
        return cls(_matched(model, life_expectancy(np.exp(log_rates)).mean(axis=-1)), log_rates)

    def drift(self) -> Drift:
        """Drift of the common index: a year's change, its standard error and spread.

        Raises
        ------
        ConsistencyError
            If there are fewer than three periods.
        """
        return drift(self.model.index, self.model.years)

    def trend(
        self,
        years: Years,
        *,
        jump_off: Literal["observed", "fitted"] = "observed",
        deviation: float = 0.0,
    ) -> Array:
        """Death rates along the trend of the periods.

        Parameters
        ----------
        years
            Calendar years of the result; up to the last period the table's own rates hold.
        jump_off
            Whether the trend starts at the ``observed`` rates of the last period or at those
            the model ``fitted``.
        deviation
            Standard errors that the drift lies above its estimate; above 0 lives are shorter.

        Returns
        -------
        ndarray
            ``[year, sex, age]``, ages 0 to `LAST_AGE`, per year.

        Raises
        ------
        ConsistencyError
            If there are fewer than three periods.
        """
        walk = self.drift()
        annual = walk.annual + deviation * walk.standard_error
        moved = annual * np.clip(years - self.model.years[-1], 0, None)
        start = {"observed": self.log_rates, "fitted": self.model.log_rates()}[jump_off]
        rates: Array = np.exp(
            self._between(start, years) + moved[:, np.newaxis, np.newaxis] * self.model.pattern
        )
        return rates

    def life_expectancy_trend(self, years: Years) -> Array:
        """Life expectancy at birth along the trend, ``[year, sex]``, years; see `trend`."""
        return life_expectancy(self.trend(years))

    def to_life_expectancy(self, targets: Array, years: Years) -> Array:
        """Death rates whose life expectancy follows a path.

        Parameters
        ----------
        targets
            Life expectancy at birth ``[year, sex]``, years.
        years
            The calendar year of each row of `targets`.

        Returns
        -------
        ndarray
            ``[year, sex, age]``, ages 0 to `LAST_AGE`, per year. `survival_ratios` with the
            open age of the projection makes them ready for `project`.

        Raises
        ------
        ConsistencyError
            If a target cannot be reached with rates that are on average between a tenth and
            ten times those of the year, none of them above 1.
        """
        pattern = self.model.pattern
        different, row = np.unique(years, return_inverse=True)
        # How long lives are at some indices of each year, once for all draws of the year.
        reference = self._between(self.log_rates, different)
        low, high = _bounds(reference, pattern)
        nodes = low + np.linspace(0.0, 1.0, _NODES)[:, np.newaxis, np.newaxis] * (high - low)
        nodes[-1] = high
        lives = np.stack([life_expectancy(_moved(reference, pattern, node)) for node in nodes])
        for reached, outside, word in (
            (lives[-1][row], np.greater, "least"),
            (lives[0][row], np.less, "most"),
        ):
            if outside(reached, targets).any():
                year, sex = (int(i) for i in np.argwhere(outside(reached, targets))[0])
                raise ConsistencyError(
                    Problem(
                        where="life expectancy",
                        message="no mortality schedule reaches the life expectancy asked for",
                        found=f"{targets[year, sex]:.1f} years ({SEXES[sex]}, {years[year]})",
                        expected=f"at {word} {reached[year, sex]:.1f} years",
                    )
                )
        longer, shorter = lives[:-1, row] - targets, lives[1:, row] - targets
        first = np.clip((longer >= 0).sum(axis=0) - 1, 0, None)[np.newaxis]
        between = tuple(
            np.take_along_axis(ends, first, axis=0)[0]
            for ends in (nodes[:-1, row], nodes[1:, row], longer, shorter)
        )
        own = reference[row]
        return _moved(own, pattern, _reaching(own, pattern, between, targets))

    def _between(self, log_rates: Array, years: Years) -> Array:
        """Log rates of the periods at any year, linear between periods and flat outside."""
        known = self.model.years
        position = np.interp(years, known, np.arange(len(known)))
        left = np.minimum(position.astype(np.int64), len(known) - 2)
        weight = (position - left)[:, np.newaxis, np.newaxis]
        result: Array = (1 - weight) * log_rates[left] + weight * log_rates[left + 1]
        return result


def _without_rises(model: LeeCarter) -> LeeCarter:
    """The same model without ages whose mortality rises as that of the others falls."""
    pattern = np.clip(model.pattern, 0.0, None)
    return replace(model, pattern=pattern / pattern.sum(), index=model.index * pattern.sum())


def _matched(model: LeeCarter, targets: Array) -> LeeCarter:
    """The same model with the index that gives each period its mean life expectancy."""
    fitted, pattern = model.log_rates(), model.pattern
    lowest, highest = _bounds(fitted, pattern)
    low, high = lowest.max(axis=-1), highest.min(axis=-1)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        rates = np.exp(fitted + middle[:, np.newaxis, np.newaxis] * pattern)
        too_low = life_expectancy(rates).mean(axis=-1) < targets
        low, high = np.where(too_low, low, middle), np.where(too_low, middle, high)
    index = model.index + (low + high) / 2
    average = model.average + index.mean() * pattern
    return replace(model, average=average, index=index - index.mean())


def _bounds(log_rates: Array, pattern: Array) -> tuple[Array, Array]:
    """How far the index may go down and up from log rates ``[..., age]``, none of them above 0."""
    furthest = _FURTHEST / pattern.mean()
    room = np.divide(-log_rates, pattern, out=np.full_like(log_rates, np.inf), where=pattern > 0)
    high = np.minimum(room.min(axis=-1), furthest)
    return np.full_like(high, -furthest), high


def _reaching(
    log_rates: Array, pattern: Array, between: tuple[Array, ...], targets: Array
) -> Array:
    """The index ``[year, sex]`` with which lives are as long as the targets.

    By secants: lives shorten nearly in proportion to the index, so that a straight line between
    its bounds lies close from the start, and errors multiply from there on. `between` are the
    bounds, and how much longer lives are at each than the target.
    """
    low, high, longer, shorter = between
    index, error = low, longer
    per_unit = _slope(shorter - longer, high - low, np.zeros_like(low))
    for _ in range(_SECANTS):
        step = np.divide(-error, per_unit, out=np.zeros_like(error), where=per_unit < 0)
        before, index = index, np.clip(index + step, low, high)
        moved = index - before
        if np.abs(moved).max() < _CLOSE:
            return index
        left = error
        error = life_expectancy(_moved(log_rates, pattern, index)) - targets
        per_unit = _slope(error - left, moved, per_unit)
    raise AssertionError("lives that shorten in one direction have one index for each length")


def _slope(change: Array, moved: Array, before: Array) -> Array:
    """How much longer lives are per unit of the index; as before where it stood still."""
    return np.divide(change, moved, out=before.copy(), where=np.abs(moved) > _CLOSE)


def _moved(log_rates: Array, pattern: Array, index: Array) -> Array:
    """Death rates ``[year, sex, age]`` moved along the pattern by ``[year, sex]``."""
    result: Array = np.exp(log_rates + index[..., np.newaxis] * pattern)
    return result
