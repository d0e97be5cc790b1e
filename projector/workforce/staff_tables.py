"""The tables of staff as arrays: who works, who stops, who begins, by sex and single age."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.errors import InputsError, Problem
from projector.inputs.rows import Numbered, Row, numbered_by
from projector.tables import ENTRY_MEASURES, ORIGINS, SEXES, STAFF_AGES, one_or_all
from projector.workforce.stock import Groups

__all__ = ["AGES", "REQUIRED", "Staff", "has_supply", "read_staff"]

Array = NDArray[np.float64]

AGES = np.arange(STAFF_AGES[0], STAFF_AGES[1] + 1)
"""Single ages of the stock."""

REQUIRED = ("staff_ages", "staff_exits", "staff_entry", "staff_entry_ages", "shortages")
"""Tables without which there is no supply."""


@dataclass(frozen=True)
class Staff:
    """What the tables say of those who have a stock.

    Parameters
    ----------
    professions
        Their names, in the order of the need.
    competences
        Names of the competences of each profession.
    share, full_time
        ``[profession, sex, age]``: share of the heads, and FTE of a head.
    retired, left, returned
        ``[profession, sex, age]``, shares of a year.
    entry
        ``[profession]`` by measure; NaN where nobody has counted those who are trained.
    entry_ages
        ``[profession, sex, age]`` by origin.
    training_years
        ``[group]``, years to a competence; 0 in general groups.
    finishing
        ``[group, age]``, whether those who finish may have the age.
    """

    professions: tuple[str, ...]
    competences: tuple[tuple[str, ...], ...]
    share: Array
    full_time: Array
    retired: Array
    left: Array
    returned: Array
    entry: Mapping[str, Array]
    entry_ages: Mapping[str, Array]
    training_years: NDArray[np.int64]
    finishing: NDArray[np.bool_]

    @property
    def groups(self) -> Groups:
        """The groups of the stock."""
        return Groups(tuple(1 + len(names) for names in self.competences))

    @property
    def mean_full_time(self) -> Array:
        """FTE of a head in the shape of the tables, ``[profession]``."""
        mean: Array = (self.share * self.full_time).sum(axis=(1, 2))
        return mean


def has_supply(tables: Mapping[str, pd.DataFrame]) -> bool:
    """Whether the inputs say who works in health care; all of `REQUIRED` go together."""
    return all(name in tables for name in REQUIRED)


def read_staff(
    tables: Mapping[str, pd.DataFrame],
    professions: Sequence[str],
    competences: Sequence[tuple[str, str]],
) -> Staff:
    """The tables of staff as arrays.

    Parameters
    ----------
    tables
        Input tables `REQUIRED`, and ``specialisation``.
    professions
        Professions of the need, or those of them that are asked for.
    competences
        Profession and competence of everything that the need has of competence.

    Returns
    -------
    Staff
        Of those that `staff_ages` knows.

    Raises
    ------
    InputsError
        If a competence has no row in ``specialisation``.
    """
    known = set(tables["staff_ages"]["profession"])
    stocked = tuple(name for name in professions if name in known)
    of = tuple(tuple(c for p, c in competences if p == name) for name in stocked)
    years, finishing = _specialisation(tables, stocked, of)
    ages, exits, entry_ages = (
        numbered_by(tables[name], keys)
        for name, keys in (
            ("staff_ages", ["profession"]),
            ("staff_exits", ["profession"]),
            ("staff_entry_ages", ["origin", "profession"]),
        )
    )
    return Staff(
        professions=stocked,
        competences=of,
        share=np.stack([_shared(_rows_of(ages, name), "share") for name in stocked]),
        full_time=np.stack([_of_age(_rows_of(ages, name), "full_time") for name in stocked]),
        retired=np.stack([_of_age(_rows_of(exits, name), "retired") for name in stocked]),
        left=np.stack([_of_age(_rows_of(exits, name), "left") for name in stocked]),
        returned=np.stack([_of_age(_rows_of(exits, name), "returned") for name in stocked]),
        entry={name: _entry(tables["staff_entry"], name, stocked) for name in ENTRY_MEASURES},
        entry_ages={
            origin: np.stack(
                [_shared(_rows_of(entry_ages, name, origin), "share") for name in stocked]
            )
            for origin in ORIGINS
        },
        training_years=years,
        finishing=finishing,
    )


def _rows_of(
    rows: Mapping[tuple[str, ...], list[Numbered]], profession: str, *before: str
) -> list[Row]:
    """The profession's own rows, or those for all where it has none."""
    own = rows.get((*before, profession), rows.get((*before, "*"), []))
    return [row for _, row in own]


def _cells(row: Row) -> tuple[slice, slice]:
    """Sexes and ages of a row."""
    first, last = int(row["age_from"]) - AGES[0], int(row["age_to"]) - AGES[0]
    return one_or_all(row["sex"], SEXES), slice(first, last + 1)


def _of_age(rows: list[Row], column: str) -> Array:
    """A figure that every age of a row has, ``[sex, age]``."""
    values = np.zeros((len(SEXES), len(AGES)))
    for row in rows:
        values[_cells(row)] = row[column]
    return values


def _shared(rows: list[Row], column: str) -> Array:
    """A share that the ages of a row have together, evenly, ``[sex, age]``."""
    values = np.zeros((len(SEXES), len(AGES)))
    for row in rows:
        values[_cells(row)] = row[column] / (row["age_to"] - row["age_from"] + 1)
    whole: Array = values / values.sum()
    return whole


def _entry(rows: pd.DataFrame, measure: str, professions: Sequence[str]) -> Array:
    of_measure = rows[rows["measure"] == measure].set_index("profession")["value"]
    return np.array([float(of_measure.get(name, np.nan)) for name in professions])


def _specialisation(
    tables: Mapping[str, pd.DataFrame],
    professions: Sequence[str],
    competences: Sequence[Sequence[str]],
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Years of training ``[group]`` and ages at its end ``[group, age]``."""
    rows = {}
    if "specialisation" in tables:
        table = tables["specialisation"]
        keys = zip(table["profession"], table["competence"], strict=True)
        rows = dict(zip(keys, table.to_dict("records"), strict=True))
    years, ages, problems = [], [], []
    for profession, names in zip(professions, competences, strict=True):
        years.append(0)
        ages.append(np.zeros(len(AGES), dtype=bool))
        for name in names:
            row = rows.get((profession, name))
            if row is None:
                problems.append(
                    Problem(
                        where="table specialisation",
                        message=f"no row says how a {profession} gets the competence {name}",
                        expected="its years of training, and ages at the end",
                    )
                )
                continue
            years.append(int(row["years"]))
            ages.append((row["age_from"] <= AGES) & (row["age_to"] >= AGES))
    if problems:
        raise InputsError(problems)
    return np.array(years, dtype=np.int64), np.array(ages, dtype=bool)
