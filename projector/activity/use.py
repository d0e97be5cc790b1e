r"""What one person uses in a year, by sex, age, diagnosis and setting.

.. math:: u_{y,x,a,d,s} = \mathrm{rate}_{d,s,x}\bigl(a - \delta_{y,x,a}\bigr) \; G_{d,s,x,a}(y),
          \qquad \ell_{y,a,d,s} = \mathrm{days}_{d,s,a} \; H_{d,s,a}(y)

:math:`u` are contacts and :math:`\ell` nights of a stay; :math:`G` and :math:`H` are the growth
from the year that a figure is of to year :math:`y` (`projector.activity.growth`). With healthy
ageing people use care as those who are :math:`\delta` years younger: the share :math:`h` of what
has been gained in remaining life expectancy :math:`e` since the base year,

.. math:: \delta_{y,x,a} = h(y) \, \bigl(e_{x,a}(y) - e_{x,a}(\mathrm{base})\bigr)

and the rate between two ages lies on the line between them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.activity.growth import OwnGrowth, ages_of, yearly_growth
from projector.memory import FORGETFUL, Memory, Same, bits
from projector.tables import SETTINGS, SEXES

if TYPE_CHECKING:
    from projector.scenario.models import HealthyAgeing

__all__ = ["Use", "national_use", "table_by_age"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Use:
    """Contacts of one person a year and nights of a stay, ``[year, sex, age, diagnosis, setting]``.

    `length_of_stay` is NaN where the input tables know none; its axis of sex may have length 1.
    """

    contacts: Array
    length_of_stay: Array


def national_use(
    tables: Mapping[str, pd.DataFrame],
    own: Sequence[OwnGrowth],
    years: NDArray[np.int64],
    base_year: int,
    open_age: int,
    younger: Array | None = None,
    *,
    memory: Memory = FORGETFUL,
) -> Use:
    """National use of services by one person, with growth to each year.

    Parameters
    ----------
    tables
        Input tables ``diagnoses``, ``use_rates``, ``length_of_stay`` and ``growth``.
    own
        The scenario's own growth; replaces the table's from the base year on.
    years
        Calendar years of the result.
    base_year
        Year of the base population.
    open_age
        First year of the open age.
    younger
        From `years_younger`, ``[year, sex, age, diagnosis, setting]``.
    memory
        Of what the same tables gave before; by default there is none.

    Returns
    -------
    Use
    """
    told = memory.keep(
        "use by the tables",
        (Same(tables), bits(years), base_year, open_age),
        lambda: _by_the_tables(tables, years, base_year, open_age),
    )
    diagnoses = list(tables["diagnoses"]["diagnosis"])
    # What a scenario writes is about the years to come: the base year is as the tables have it.
    ahead = yearly_growth(
        tables["growth"], "contacts", diagnoses, told.span, open_age, own, base_year
    )
    contacts = _shifted(told.rate, younger) * told.to_base * ahead.from_base(base_year, years)
    return Use(contacts, told.length_of_stay)


@dataclass(frozen=True)
class _Told:
    """What the tables say alone.

    `rate` is ``[sex, age, diagnosis, setting]``, as the tables have it; `to_base` the growth from
    then to the base year, with one year in front; `length_of_stay` as of `Use`; `span` the first
    and last year of all of them.
    """

    rate: Array
    to_base: Array
    length_of_stay: Array
    span: tuple[int, int]


def _by_the_tables(
    tables: Mapping[str, pd.DataFrame], years: NDArray[np.int64], base_year: int, open_age: int
) -> _Told:
    diagnoses = list(tables["diagnoses"]["diagnosis"])
    rates, stays = tables["use_rates"], tables["length_of_stay"]
    rate = np.nan_to_num(table_by_age(rates, "contacts_per_1000", diagnoses, open_age)) / 1000.0
    nights = table_by_age(stays, "days", diagnoses, open_age)[:1]
    needed = [*years, base_year, *rates["year"], *stays["year"]]
    span = int(min(needed)), int(max(needed))
    more, longer = (
        yearly_growth(tables["growth"], measure, diagnoses, span, open_age)
        for measure in ("contacts", "length_of_stay")
    )
    at_base = np.array([base_year])
    length = (
        nights
        * longer.index(_reference_years(stays, diagnoses), at_base)
        * longer.from_base(base_year, years)
    )
    to_base = more.index(_reference_years(rates, diagnoses), at_base)
    return _Told(rate, to_base, length, span)


def years_younger(
    healthy: "HealthyAgeing",
    remaining: Array,
    years: NDArray[np.int64],
    base_year: int,
    diagnoses: Sequence[str],
    *,
    whole: int | None = None,
) -> Array:
    """Years by which people use care as if they were younger.

    Parameters
    ----------
    healthy
        The scenario's healthy ageing.
    remaining
        Remaining life expectancy of the nation, ``[year, sex, age]``, years; the base year first.
    years, base_year
        Calendar years of the axis and year of the base population.
    diagnoses
        The diagnosis groups in the order of the axis.
    whole
        So many years after the base year, in the place of a share of what is gained.

    Returns
    -------
    ndarray
        ``[year, sex, age, diagnosis, setting]``.
    """
    gained = remaining - remaining[:1]
    by_age = np.zeros_like(gained)
    chosen = ages_of(*healthy.ages)
    if whole is None:
        share = healthy.share.at(years, base_year=base_year)
        by_age[..., chosen] = share[:, None, None] * gained[..., chosen]
    else:
        by_age[years > base_year, :, chosen] = whole
    concerned = np.array(
        [[healthy.concerns(diagnosis, setting) for setting in SETTINGS] for diagnosis in diagnoses]
    )
    result: Array = by_age[..., None, None] * concerned
    return result


def table_by_age(table: pd.DataFrame, value: str, diagnoses: list[str], open_age: int) -> Array:
    """A table by age band as ``[sex, age, diagnosis, setting]``; NaN where it has no row.

    Rows for every diagnosis (``*``) give way to rows for one; a table without sex, or without
    setting, is the same for all of them.
    """
    result = np.full((len(SEXES), open_age + 1, len(diagnoses), len(SETTINGS)), np.nan)
    general_first = table.sort_values("diagnosis", key=lambda names: names != "*", kind="stable")
    keys = ("sex", "diagnosis", "setting", "age_from", "age_to", value)
    columns = (
        general_first[key].tolist() if key in general_first else ["*"] * len(table) for key in keys
    )
    for sex, diagnosis, setting, first, last, number in zip(*columns, strict=True):
        result[
            _position(sex, SEXES),
            ages_of(first, last),
            _position(diagnosis, diagnoses),
            _position(setting, SETTINGS),
        ] = number
    return result


def _position(name: str, axis: Sequence[str]) -> "int | slice":
    return slice(None) if name == "*" else axis.index(name)


def _reference_years(table: pd.DataFrame, diagnoses: list[str]) -> NDArray[np.int64]:
    """The year each diagnosis' and setting's figures are of; any year where there are none."""
    result = np.full((len(diagnoses), len(SETTINGS)), int(table["year"].iloc[0]))
    cells = table.drop_duplicates(["diagnosis", "setting"])
    for diagnosis, setting, year in zip(
        cells["diagnosis"], cells["setting"], cells["year"], strict=True
    ):
        result[diagnoses.index(diagnosis), SETTINGS.index(setting)] = year
    return result


def _shifted(rate: Array, younger: Array | None) -> Array:
    """Rates ``[year, sex, age, diagnosis, setting]`` at a lower age, between two ages on a line."""
    if younger is None:
        return rate[np.newaxis]
    ages = np.arange(rate.shape[1])[:, None, None]
    # Where life expectancy has fallen people are older than their years; the last age is the last.
    at = np.clip(ages - younger, 0, len(ages) - 1)
    below = np.minimum(np.floor(at).astype(np.int64), len(ages) - 2)
    weight = at - below
    sex, _, diagnosis, setting = np.indices(rate.shape)
    result: Array = (1 - weight) * rate[sex, below, diagnosis, setting] + weight * rate[
        sex, below + 1, diagnosis, setting
    ]
    return result
