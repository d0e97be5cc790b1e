"""Levels of use of regions relative to the nation: from a table, and from a region's own counts."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.activity.calibration import Margin, levels_from_counts
from projector.activity.use import Use, national_use
from projector.errors import ConsistencyError, Problem
from projector.tables import SETTINGS, unique

__all__ = ["use_levels"]

Array = NDArray[np.float64]
Members = Callable[[str], Sequence[str]]


def use_levels(
    tables: Mapping[str, pd.DataFrame],
    history: xr.DataArray,
    regions: Sequence[str],
    kinds: Mapping[str, str],
    members: Members,
    open_age: int,
) -> Array:
    """Level of use of each region, diagnosis and setting.

    Parameters
    ----------
    tables
        Input tables; of them ``use_levels`` and ``activity_counts`` where there are any. What
        counts say is reckoned on top of the levels of the table.
    history
        ``[region, year, sex, age]``, persons of the years of the tables.
    regions
        Codes of the regions of the run.
    kinds
        Kind of each diagnosis, in the order of the axis.
    members
        Region codes of a region or area name.
    open_age
        First year of the open age.

    Returns
    -------
    ndarray
        ``[region, diagnosis, setting]``; 1 where nothing says otherwise.

    Raises
    ------
    ConsistencyError
        If counts are of another year than the people, or contradict one another.
    """
    counts = tables.get("activity_counts")
    if counts is None:
        return _from_table(tables.get("use_levels"), list(kinds.values()), regions, members)
    known = [str(code) for code in history["region"].values]
    counted = [code for name in unique(counts["region"]) for code in members(name)]
    everywhere = unique([*regions, *(code for code in counted if code in known)])
    levels = _from_table(tables.get("use_levels"), list(kinds.values()), everywhere, members)
    year = _year_of(counts, history)
    persons = history.sel(region=everywhere, year=year).values
    use = national_use(tables, (), np.array([year]), year, open_age)
    contacts, bed_days = _expected(persons, use, levels)
    margins = [
        _margin(row, line, everywhere, list(kinds), contacts, bed_days, members)
        for line, row in zip(counts.index, counts.to_dict("records"), strict=True)
        if not np.isnan(row["count"])
    ]
    calibrated = levels_from_counts(contacts, margins).level
    return (levels * calibrated)[: len(regions)]


def _from_table(
    table: pd.DataFrame | None, kinds: list[str], regions: Sequence[str], members: Members
) -> Array:
    """Level of use ``[region, diagnosis, setting]``; 1 where the table says nothing.

    A row for a smaller area goes before one for a larger area that contains it.
    """
    result = np.ones((len(regions), len(kinds), len(SETTINGS)))
    if table is None:
        return result
    rows = [(members(row["region"]), row) for row in table.to_dict("records")]
    for codes, row in sorted(rows, key=lambda pair: -len(pair[0])):
        where = np.isin(regions, list(codes))
        chosen = np.array([row["kind"] in ("*", kind) for kind in kinds])
        setting = SETTINGS.index(row["setting"])
        result[np.ix_(where, chosen, np.array([setting]))] = row["level"]
    return result


def _year_of(counts: pd.DataFrame, history: xr.DataArray) -> int:
    """The year that all counts are of, in which people were counted too."""
    years = sorted(int(year) for year in counts["year"].unique())
    known = [int(year) for year in history["year"].values]
    if len(years) > 1 or years[0] not in known:
        raise ConsistencyError(
            Problem(
                where="table activity_counts",
                message="counts are of one year, of which the age tables have the people",
                found=", ".join(map(str, years)),
                expected=f"one of {known[0]}-{known[-1]}",
            )
        )
    return years[0]


def _expected(persons: Array, use: Use, levels: Array) -> tuple[Array, Array]:
    """Contacts and bed days by the nation's use, ``[region, diagnosis, setting]``."""
    nights = use.contacts[0] * np.nan_to_num(use.length_of_stay[0])
    contacts, bed_days = (
        np.einsum("rxa,xads->rds", persons, amount, optimize=True) * levels
        for amount in (use.contacts[0], nights)
    )
    return contacts, bed_days


def _margin(
    row: Mapping[Hashable, Any],
    line: object,
    regions: Sequence[str],
    diagnoses: Sequence[str],
    contacts: Array,
    bed_days: Array,
    members: Members,
) -> Margin:
    """One count; bed days count as stays of the nation's length."""
    place = f"table activity_counts, line {line}"
    codes = members(row["region"])
    lacking = [code for code in codes if code not in regions]
    if lacking:
        raise ConsistencyError(
            Problem(
                where=place,
                message=f"the population table has no people for {', '.join(lacking)}",
                found=row["region"],
            )
        )
    cells = np.zeros(contacts.shape, dtype=bool)
    cells[
        np.ix_(
            np.isin(regions, list(codes)),
            np.array([row["diagnosis"] in ("*", name) for name in diagnoses]),
            np.array([row["setting"] in ("*", name) for name in SETTINGS]),
        )
    ] = True
    nights: float | Array = 1.0
    if row["measure"] == "bed_days":
        nights = np.divide(bed_days, contacts, out=np.zeros_like(contacts), where=contacts > 0)
    alone = len(codes) == 1
    kind = f"{row['measure']} {row['diagnosis']} {row['setting']}"
    return Margin(
        cells,
        float(row["count"]),
        kind if alone else f"{kind} {row['region']}",
        place,
        per_event=nights,
    )
