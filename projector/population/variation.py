r"""What nobody can foresee: paths of the nation and of each region, and chance.

Beside what a scenario says of its own uncertainty, each future deviates from the projection by
autoregressive paths that begin at zero at the base,

.. math:: \epsilon_t = \varphi \, \epsilon_{t-1} + \sigma z_t

of the nation's total fertility (logarithm), life expectancy (years, the same for both sexes) and
net immigration (persons), and of every region's moves, mortality and fertility. A region's
:math:`\sigma_r^2 = \sigma^2 + s / N_r` falls with its people :math:`N_r` at the base. The deviation
of its moves is added to its cohort ratio, :math:`\rho - 1 + w_a (\epsilon_t + \ldots)`, with a
profile :math:`w_a` over ages: what leaves one region still arrives in another. Those of mortality
and fertility multiply its forces of mortality and its births; where the regions are all of a
nation they are then scaled to the nation's, so that they say who has more and who less.

Small numbers vary besides, each year anew, by chance: moves with the variance :math:`c / N_t`,
those of children once more by themselves, deaths and births with the relative variance
:math:`1/D_t` and :math:`1/B_t` of a Poisson number, :math:`N_t, D_t, B_t` being those of the
projection without deviations. Deaths vary by sex and band of ages together, in proportion to the
expected, and births of both sexes together:

.. math:: f = \exp\!\bigl(\tau z - \tau^2 / 2\bigr), \quad \tau^2 = \ln(1 + 1/D)

has the mean 1 and that variance, and multiplies the force of mortality, so nobody dies twice. It is
an approximation: numbers stay fractions, ages of one band vary together, and where a band expects
few deaths it has fewer than expected, as :math:`1 - e^{-f h}` bends.

The sizes are in the input table ``deviations``, made from earlier projections
(`projector.run.deviations`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.population.streams import normals
from projector.population.yearly import Room
from projector.tables import NATION, SEXES

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from projector.population.core import Projection
    from projector.scenario.models import Uncertainty

__all__ = ["DEATH_BANDS", "Drawn", "NationalVariation", "RegionalVariation", "Sizes"]

Array = NDArray[np.float64]

DEATH_BANDS = (0, 67, 80, 90)
"""First ages of the bands whose deaths vary together."""

_STREAM = "population"


@dataclass(frozen=True)
class Drawn:
    """Which draws, and what varies in them.

    Parameters
    ----------
    draws
        Numbers of the draws, one after the other.
    seed
        Of all numbers.
    paths
        Whether nation and regions follow paths of their own.
    small_numbers
        Whether small numbers vary by chance.
    """

    draws: range
    seed: int = 0
    paths: bool = True
    small_numbers: bool = True

    @classmethod
    def asked(cls, uncertainty: "Uncertainty", draws: range) -> "Drawn":
        """What a scenario's section ``uncertainty`` asks for, of some draws."""
        stochastic = uncertainty.population == "stochastic"
        chance = stochastic and uncertainty.small_numbers == "vary"
        return cls(draws, uncertainty.seed, paths=stochastic, small_numbers=chance)


class Sizes:
    """The input table ``deviations``.

    Parameters
    ----------
    table
        Columns ``measure``, ``age_from``, ``age_to``, ``statistic`` and ``value``.

    Attributes
    ----------
    children
        Last age of those whose moves vary by chance apart from all others.
    """

    def __init__(self, table: "pd.DataFrame") -> None:
        rows = zip(table["measure"], table["statistic"], table["age_from"], strict=True)
        self._values = {
            (str(measure), str(statistic), int(age)): float(value)
            for (measure, statistic, age), value in zip(rows, table["value"], strict=True)
        }
        apart = table["statistic"] == "apart_per_person"
        self.children = int(table.loc[apart, "age_to"].iloc[0])

    def of(self, measure: str, statistic: str, age: int = 0) -> float:
        """A figure; it is a fault of the table's contract if it is not there."""
        return self._values[measure, statistic, age]

    def ages(self, measure: str) -> list[int]:
        """First ages of the groups of a measure, rising."""
        groups = {age for name, what, age in self._values if name == measure and what == "yearly"}
        return sorted(groups)

    def profile(self, measure: str, open_age: int) -> Array:
        """``[age]``: what an age deviates by where the group of its ages deviates by 1."""
        given = sorted(
            (age, value)
            for (name, what, age), value in self._values.items()
            if name == measure and what == "profile"
        )
        first = np.array([age for age, _ in given])
        at = np.searchsorted(first, np.arange(open_age + 1), side="right") - 1
        return np.array([value for _, value in given])[at]


class NationalVariation:
    """Deviations of the nation's paths, ``[year, draw]`` from the base year on.

    Parameters
    ----------
    sizes
        How large.
    years
        Calendar years from the base year on, one after the other.
    drawn
        Which draws.
    """

    def __init__(self, sizes: Sizes, years: NDArray[np.int64], drawn: Drawn) -> None:
        measures = ("total_fertility", "life_expectancy", "net_immigration")
        scores = normals(
            drawn.seed, f"{_STREAM}/nation", [NATION], years, drawn.draws, len(measures)
        )
        self.total_fertility, self.life_expectancy, self.net_immigration = (
            _paths(
                np.sqrt(sizes.of(measure, "yearly")) * scores[:, k, 0],
                sizes.of(measure, "persistence"),
            )
            for k, measure in enumerate(measures)
        )


class RegionalVariation:
    """Deviations of the regions; see the head of this module.

    Parameters
    ----------
    sizes
        How large.
    expected
        The regions projected without deviations, with flows.
    drawn
        Which draws.
    """

    def __init__(self, sizes: Sizes, expected: "Projection", drawn: Drawn) -> None:
        self._sizes, self._expected, self._drawn = sizes, expected, drawn

    def of(self, regions: Sequence[str]) -> "_Deviations":
        """Those of some regions, in their order."""
        return _Deviations(self._sizes, self._expected, self._drawn, list(regions))


class _Deviations:
    """Deviations of some regions, for the core."""

    def __init__(
        self, sizes: Sizes, expected: "Projection", drawn: Drawn, regions: list[str]
    ) -> None:
        people = expected.population.sel(region=regions)
        years = expected.births["year"].values
        self._open_age = int(people["age"].values[-1])
        self._draws = len(drawn.draws)
        self._drawn = drawn
        scores = normals(
            drawn.seed,
            f"{_STREAM}/regions",
            regions,
            years,
            drawn.draws,
            _MOVES * 2 + 4 + len(SEXES) * len(DEATH_BANDS),
        )
        groups = sizes.ages("moves")
        if len(groups) != _MOVES:
            raise ValueError(f"moves deviate in {_MOVES} groups of ages, found {len(groups)}")
        self._group_of_age = np.searchsorted(groups, np.arange(self._open_age + 1), "right") - 1
        self._profile = sizes.profile("moves", self._open_age)
        start = people.isel(year=0)
        self._moves = []
        for k, age in enumerate(groups):
            last = self._open_age if age == groups[-1] else groups[k + 1] - 1
            own = _persons(people.sel(age=slice(age, last)))
            self._moves.append(
                self._path(sizes, "moves", age, own[:, :1], scores[:, 2 * k])
                + self._chance(
                    sizes.of("moves", "chance_per_person", age),
                    own[:, : len(years)],
                    scores[:, 2 * k + 1],
                )
            )
        self._first_adult = sizes.children + 1
        children = _persons(people.sel(age=slice(0, sizes.children)))
        self._apart = self._chance(
            sizes.of("moves", "apart_per_person"), children[:, : len(years)], scores[:, 2 * _MOVES]
        )
        all_of_them = _persons(start.expand_dims("year", 1))
        at = 2 * _MOVES + 1
        self._mortality = self._path(sizes, "mortality", 0, all_of_them, scores[:, at])
        births = expected.births.sel(region=regions).transpose("region", "year", "sex").values
        self._births = np.exp(
            self._path(sizes, "fertility", 0, all_of_them, scores[:, at + 1])
        ) * self._poisson(births.sum(axis=-1).T, scores[:, at + 2])
        deaths = expected.deaths.sel(region=regions).transpose("year", "sex", "age", "region")
        banded = np.add.reduceat(deaths.values, DEATH_BANDS, axis=2)
        self._deaths, self._scores = banded, scores[:, at + 3 :]
        self._band = np.searchsorted(DEATH_BANDS, np.arange(self._open_age + 1), "right") - 1
        self._made: tuple[int, Array] | None = None
        self._room = Room()

    def moves(self, t: int, ages: slice) -> Array:
        """Addition to the cohort ratio, ``[region, 1, age, draw]``."""
        first, stop, _ = ages.indices(self._open_age + 1)
        regions, draws = self._moves[0].shape[1:]
        room = self._room.of("moves", (regions, 1, stop - first, draws))
        result = room.transpose(1, 2, 0, 3)
        for row, age in enumerate(range(first, stop)):
            own = self._moves[self._group_of_age[age]][t]
            np.multiply(own, self._profile[age], out=result[0, row])
            if age < self._first_adult:
                result[0, row] += self._apart[t]
        return room

    def deaths(self, t: int, ages: slice) -> Array:
        """Factor on the forces of mortality, ``[region, sex, age, draw]``."""
        if self._made is None or self._made[0] != t:
            shape = (len(SEXES), len(DEATH_BANDS), *self._mortality.shape[1:])
            chance = self._poisson(self._deaths[t], self._scores[t].reshape(shape))
            self._made = (t, chance * np.exp(self._mortality[t]))
        bands = self._band[ages]
        if bands[0] == bands[-1]:  # one factor for all of them, not copied
            return self._made[1][:, bands[0] : bands[0] + 1].transpose(2, 0, 1, 3)
        return self._made[1][:, bands].transpose(2, 0, 1, 3)

    def births(self, t: int) -> Array:
        """Factor on the births, ``[region, draw]``."""
        of_year: Array = self._births[t]
        return of_year

    def _path(self, sizes: Sizes, measure: str, age: int, people: Array, scores: Array) -> Array:
        """Autoregressive paths, ``[year, region, draw]``; people at the base ``[region, 1]``."""
        if not self._drawn.paths:
            return np.zeros_like(scores)
        variance = sizes.of(measure, "yearly", age) + sizes.of(
            measure, "yearly_per_person", age
        ) / np.maximum(people, 1.0)
        return _paths(np.sqrt(variance) * scores, sizes.of(measure, "persistence", age))

    def _chance(self, per_person: float, people: Array, scores: Array) -> Array:
        """Chance of moves, ``[year, region, draw]``; people ``[region, year]``."""
        if not self._drawn.small_numbers:
            return np.zeros_like(scores)
        variance = per_person / np.maximum(people.T, 1.0)
        result: Array = np.sqrt(variance)[..., np.newaxis] * scores
        return result

    def _poisson(self, expected: Array, scores: Array) -> Array:
        """Factors of mean 1 with the variance of a Poisson number, ``[..., region, draw]``."""
        if not self._drawn.small_numbers:
            return np.ones_like(scores)
        some = expected > 0
        inverse = np.divide(1.0, expected, out=np.zeros_like(expected), where=some)
        variance = np.log1p(inverse)[..., np.newaxis]
        result: Array = np.exp(np.sqrt(variance) * scores - variance / 2)
        return result


_MOVES = 2
"""Groups of ages whose moves deviate apart from one another: the old, and all others."""


def _paths(innovations: Array, persistence: float) -> Array:
    """Autoregressive paths ``[year, ...]`` that begin at zero in front of the first year."""
    result = np.array(innovations)
    for t in range(1, len(result)):
        result[t] += persistence * result[t - 1]
    return result


def _persons(people: "xr.DataArray") -> Array:
    """``[region, year]`` of all sexes and ages."""
    result: Array = people.sum(("sex", "age")).transpose("region", "year").values
    return result
