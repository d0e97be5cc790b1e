r"""What one person uses in a year, by sex, age, diagnosis and setting.

.. math:: u_{y,x,a,d,s} = \mathrm{rate}_{d,s,x,a} \; G_{d,s,a}(y), \qquad
          n_{y,x,a,d,s} = u_{y,x,a,d,s} \; \ell_{d,s,a} \; H_{d,s,a}(y)

:math:`u` are contacts, :math:`n` bed days, :math:`\ell` length of stay; :math:`G` and
:math:`H` compound the yearly changes from the year the figure is of to year :math:`y`,
backwards where that is earlier:

.. math:: G(y) = \prod_{t=\mathrm{ref}}^{y-1} (1 + g_t)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.tables import SETTINGS, SEXES, one_or_all

if TYPE_CHECKING:
    from projector.scenario.models import Growth

__all__ = ["Use", "national_use"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Use:
    """Contacts and bed days of one person a year, ``[year, sex, age, diagnosis, setting]``.

    `length_of_stay` has the same axes: nights of a stay where the input tables know it, NaN
    elsewhere and 0 in settings without nights.
    """

    contacts: Array
    bed_days: Array
    length_of_stay: Array

    def scaled(self, factor: Array) -> "Use":
        """The same use times a factor ``[diagnosis, setting]``; lengths of stay stay."""
        return Use(self.contacts * factor, self.bed_days * factor, self.length_of_stay)


def national_use(
    tables: Mapping[str, pd.DataFrame],
    growth: "Mapping[str, Growth]",
    years: NDArray[np.int64],
    base_year: int,
    open_age: int,
) -> Use:
    """National use of services by one person, with growth to each year.

    Parameters
    ----------
    tables
        Input tables ``diagnoses``, ``use_rates``, ``length_of_stay`` and ``growth``.
    growth
        The scenario's own growth by diagnosis; replaces the table's from the base year on.
    years
        Calendar years of the result.
    base_year
        Year of the base population.
    open_age
        First year of the open age.

    Returns
    -------
    Use
    """
    diagnoses = list(tables["diagnoses"]["diagnosis"])
    rates = tables["use_rates"]
    stays = tables["length_of_stay"]
    rate = _by_age(rates, "contacts_per_1000", diagnoses, open_age) / 1000.0
    nights = _by_age(stays, "days", diagnoses, open_age)

    yearly = _yearly_growth(tables["growth"], diagnoses, years, rates, stays, open_age)
    at_base = np.array([base_year])
    from_reference = {
        "contacts": yearly["contacts"].index(_reference_years(rates, diagnoses), at_base),
        "length_of_stay": yearly["length_of_stay"].index(
            _reference_years(stays, diagnoses), at_base
        ),
    }
    for diagnosis, own in growth.items():
        _replace_growth(yearly["contacts"], own, diagnoses.index(diagnosis), base_year, open_age)
    base = np.full((len(diagnoses), len(SETTINGS)), base_year)
    more, longer = (
        from_reference[measure] * yearly[measure].index(base, years)
        for measure in ("contacts", "length_of_stay")
    )

    contacts = np.nan_to_num(rate) * more[:, np.newaxis]
    length = nights * longer[:, np.newaxis]
    return Use(contacts, contacts * np.nan_to_num(length), np.broadcast_to(length, contacts.shape))


@dataclass(frozen=True)
class _YearlyGrowth:
    """Log of one plus the yearly change, ``[year, age, diagnosis, setting]``, from `first` on."""

    first: int
    log: Array

    def index(self, reference: NDArray[np.int64], years: NDArray[np.int64]) -> Array:
        """Compounded change from the reference year ``[diagnosis, setting]`` to each year."""
        summed = np.concatenate([np.zeros_like(self.log[:1]), np.cumsum(self.log, axis=0)])
        diagnosis, setting = np.indices(reference.shape)
        at_reference = np.moveaxis(summed[reference - self.first, :, diagnosis, setting], -1, 0)
        result: Array = np.exp(summed[years - self.first] - at_reference)
        return result


def _by_age(table: pd.DataFrame, value: str, diagnoses: list[str], open_age: int) -> Array:
    """A table by age band as ``[sex, age, diagnosis, setting]``; NaN where it has no row."""
    result = np.full((len(SEXES), open_age + 1, len(diagnoses), len(SETTINGS)), np.nan)
    sexes = table["sex"] if "sex" in table else pd.Series("*", index=table.index)
    for sex, diagnosis, setting, first, last, number in zip(
        sexes,
        table["diagnosis"],
        table["setting"],
        table["age_from"],
        table["age_to"],
        table[value],
        strict=True,
    ):
        sex_index = slice(None) if sex == "*" else SEXES.index(sex)
        band = ages_of(first, last)
        result[sex_index, band, diagnoses.index(diagnosis), SETTINGS.index(setting)] = number
    return result


def ages_of(first: int, last: int) -> slice:
    """The slice of single ages of a band; −1 is open."""
    return slice(first, None if last < 0 else last + 1)


def _reference_years(table: pd.DataFrame, diagnoses: list[str]) -> NDArray[np.int64]:
    """The year each diagnosis' and setting's figures are of; any year where there are none."""
    result = np.full((len(diagnoses), len(SETTINGS)), int(table["year"].iloc[0]))
    for diagnosis, setting, year in zip(
        table["diagnosis"], table["setting"], table["year"], strict=True
    ):
        result[diagnoses.index(diagnosis), SETTINGS.index(setting)] = year
    return result


def _yearly_growth(
    table: pd.DataFrame,
    diagnoses: list[str],
    years: NDArray[np.int64],
    rates: pd.DataFrame,
    stays: pd.DataFrame,
    open_age: int,
) -> dict[str, _YearlyGrowth]:
    """The growth table as yearly logs, from the earliest to the latest year that is needed."""
    needed = [*years, *rates["year"], *stays["year"]]
    first, last = min(needed), max(needed)
    shape = (last - first, open_age + 1, len(diagnoses), len(SETTINGS))
    result = {
        measure: _YearlyGrowth(first, np.zeros(shape)) for measure in ("contacts", "length_of_stay")
    }
    for row in table.to_dict("records"):
        result[row["measure"]].log[
            max(row["from"] - first, 0) : max(row["to"] - first, 0),
            ages_of(row["age_from"], row["age_to"]),
            one_or_all(row["diagnosis"], diagnoses),
            one_or_all(row["setting"], SETTINGS),
        ] = np.log1p(row["annual"])
    return result


def _replace_growth(
    table: _YearlyGrowth, own: "Growth", diagnosis: int, base_year: int, open_age: int
) -> None:
    """Put the scenario's own yearly changes in the place of the table's from the base year on."""
    ahead = np.arange(base_year, table.first + len(table.log))
    chosen = [own.setting is None or setting in own.setting for setting in SETTINGS]
    where = np.array([diagnosis]), np.flatnonzero(chosen)
    bands = [((0, -1), own.annual)] if own.annual is not None else []
    for (first, last), path in [*bands, *own.ages.items()]:
        yearly = np.log1p(path.at(ahead, base_year=base_year))
        ages = np.arange(open_age + 1)[ages_of(first, last)]
        table.log[np.ix_(ahead - table.first, ages, *where)] = yearly[:, None, None, None]
