r"""Growth of use and of lengths of stay, compounded from year to year.

.. math:: S(y) = \sum_{t=\mathrm{ref}}^{y-1} \ln(1 + g_t), \qquad
          G(y) = \frac{1}{1/K + (1 - 1/K) \, e^{-S(y) / (1 - 1/K)}}

:math:`g_t` is the change of year :math:`t` and :math:`K` the limit that use tends to, as a
multiple of the use of the base year; without a limit :math:`1/K = 0` and :math:`G = e^S`. Near
the base year :math:`G` grows by :math:`g`, whatever the limit. Counted backwards where the
reference year is later than :math:`y`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.tables import SETTINGS, SEXES, one_or_all

if TYPE_CHECKING:
    from projector.scenario.models import Growth
    from projector.scenario.values import Path

__all__ = ["OwnGrowth", "YearlyGrowth", "ages_of", "grown", "yearly_growth"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OwnGrowth:
    """Growth that a scenario writes for a diagnosis, and the place where it stands."""

    diagnosis: str
    growth: "Growth"
    place: str


@dataclass(frozen=True)
class YearlyGrowth:
    """Log of one plus the yearly change, ``[year, sex, age, diagnosis, setting]``.

    Years count from `first` on; the axis of sex has length 1 where women and men grow alike.
    `inverse_limit` is :math:`1/K`, ``[sex, age, diagnosis, setting]``, 0 where there is none.
    """

    first: int
    log: Array
    inverse_limit: Array

    def index(self, reference: NDArray[np.int64], years: NDArray[np.int64]) -> Array:
        """Change from the reference year ``[diagnosis, setting]`` to each year.

        Without limits, which count from the base year only: see `from_base`.
        """
        summed = self._summed
        diagnosis, setting = np.indices(reference.shape)
        at_reference = summed[reference - self.first, :, :, diagnosis, setting]
        result: Array = np.exp(
            summed[years - self.first] - np.moveaxis(at_reference, (0, 1), (-2, -1))
        )
        return result

    def from_base(self, base_year: int, years: NDArray[np.int64]) -> Array:
        """Change from the base year to each year, ``[year, sex, age, diagnosis, setting]``."""
        summed = self._summed
        return _towards(
            summed[years - self.first] - summed[base_year - self.first], self.inverse_limit
        )

    @cached_property
    def _summed(self) -> Array:
        none = np.zeros((1, *self.log.shape[1:]))
        return np.concatenate([none, np.cumsum(self.log, axis=0)])


def yearly_growth(
    table: pd.DataFrame,
    measure: str,
    diagnoses: list[str],
    span: tuple[int, int],
    open_age: int,
    own: Sequence[OwnGrowth] = (),
    base_year: int | None = None,
) -> YearlyGrowth:
    """The growth table of one measure, with a scenario's own growth in its place.

    Parameters
    ----------
    table
        Input table ``growth``.
    measure
        ``contacts`` or ``length_of_stay``.
    diagnoses
        The diagnosis groups in the order of the axis.
    span
        First and last year that an index is asked for.
    open_age
        First year of the open age.
    own
        Replaces the table's growth from the base year on, where it is about the same cells.
    base_year
        Year of the base population; needed with `own`.

    Raises
    ------
    ConsistencyError
        If growth goes away from its limit.
    """
    first, last = span
    by_sex = any(one.growth.sex is not None for one in own)
    shape = (len(SEXES) if by_sex else 1, open_age + 1, len(diagnoses), len(SETTINGS))
    result = YearlyGrowth(first, np.zeros((last - first, *shape)), np.zeros(shape))
    for row in table[table["measure"] == measure].to_dict("records"):
        result.log[
            max(row["from"] - first, 0) : max(row["to"] - first, 0),
            :,
            ages_of(row["age_from"], row["age_to"]),
            one_or_all(row["diagnosis"], diagnoses),
            one_or_all(row["setting"], SETTINGS),
        ] = np.log1p(row["annual"])
    for one in own:
        assert base_year is not None
        _replace(result, one, diagnoses.index(one.diagnosis), base_year)
    return result


def grown(path: "Path", years: NDArray[np.int64], limit: float | None) -> Array:
    """Change from the base year to each year that a yearly rate leads to.

    Parameters
    ----------
    path
        The rate.
    years
        Calendar years from the base year on; of several draws one after another.
    limit
        Multiple of the use of the base year that it tends to; None where there is none.

    Returns
    -------
    ndarray
        ``[year]``.
    """
    yearly = np.log1p(path.at(years, base_year=int(years[0])))
    by_draw = yearly.reshape(-1, int(years.max() - years[0]) + 1)
    summed = np.cumsum(by_draw, axis=1) - by_draw
    return _towards(summed.ravel(), np.array(0.0 if limit is None else 1.0 / limit))


def ages_of(first: int, last: int) -> slice:
    """The slice of single ages of a band; −1 is open."""
    return slice(first, None if last < 0 else last + 1)


def _replace(table: YearlyGrowth, own: OwnGrowth, diagnosis: int, base_year: int) -> None:
    """Put a scenario's own yearly changes in the place of the table's from the base year on."""
    growth = own.growth
    ahead = np.arange(base_year, table.first + len(table.log))
    settings = np.array(
        [i for i, s in enumerate(SETTINGS) if growth.setting is None or s in growth.setting]
    )
    sexes = np.arange(table.log.shape[1])
    if growth.sex is not None:
        sexes = np.array([SEXES.index(sex) for sex in growth.sex])
    bands = [((0, -1), growth.annual)] if growth.annual is not None else []
    for (first, last), path in [*bands, *growth.ages.items()]:
        yearly = np.log1p(path.at(ahead, base_year=base_year))
        if growth.limit is not None and (yearly * (growth.limit - 1.0) < 0).any():
            raise ConsistencyError(
                Problem(
                    where=own.place,
                    message=f"{own.diagnosis} grows away from its limit",
                    found=f"limit {growth.limit:g}",
                    expected="a limit above 1 with growth, below 1 with decline",
                )
            )
        ages = np.arange(table.log.shape[2])[ages_of(first, last)]
        where = np.ix_(sexes, ages, np.array([diagnosis]), settings)
        table.log[(ahead - table.first)[:, None, None, None, None], *where] = yearly[
            :, None, None, None, None
        ]
        table.inverse_limit[where] = 0.0 if growth.limit is None else 1.0 / growth.limit


def _towards(summed: Array, inverse_limit: Array) -> Array:
    """Change that summed logs of yearly changes lead to, bent off towards the limits."""
    if not inverse_limit.any():
        return np.exp(summed)
    room = 1.0 - inverse_limit
    result: Array = 1.0 / (inverse_limit + room * np.exp(-summed / room))
    return result
