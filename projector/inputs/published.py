"""A projection that somebody else has published, to be compared with."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from projector.errors import InputsError, Problem
from projector.inputs.ages import ungroup
from projector.inputs.formats import read_long
from projector.inputs.long_table import LongTable
from projector.inputs.population import read_population
from projector.tables import OPEN_AGE

__all__ = ["read_published"]

_USED = frozenset({"region", "region_name", "year", "value", "symbol"})


def read_published(path: Path | str, *, tail: xr.DataArray) -> xr.DataArray:
    """Read projected people by region and year.

    Parameters
    ----------
    path
        Total persons, as ``region,[name],2026,2030,…`` or ``region,year,persons``, in any format
        that `read_long` takes; or with both sex and age, as `read_population` takes them.
    tail
        As for `projector.inputs.ages.ungroup`, where ages are grouped.

    Returns
    -------
    DataArray
        ``[region, year]``, or ``[region, year, age]`` by single age where the table has ages.

    Raises
    ------
    InputsError
        If a region or year is missing or stands twice, a cell is no number of people, or the
        table is divided by something else.
    """
    table = read_long(path)
    if {"sex", "ages"} & set(table.frame):
        people = read_population([path])
        return ungroup(people, open_age=OPEN_AGE, tail=tail).sum("sex")
    problems = _faults(table)
    if problems:
        raise InputsError(problems)
    totals = table.frame.set_index(["region", "year"])["value"].unstack("year")
    return xr.DataArray(
        totals.to_numpy(dtype=float),
        dims=("region", "year"),
        coords={
            "region": [str(code) for code in totals.index],
            "year": totals.columns.to_numpy(dtype=np.int64),
        },
        attrs={"units": "persons"},
    )


def _faults(table: LongTable) -> list[Problem]:
    """What keeps a table from being one number for each region and year."""
    frame, path = table.frame, str(table.path)
    lacking = [name for name in ("region", "year", "value") if name not in frame]
    if lacking or not pd.api.types.is_integer_dtype(frame["year"].dtype):
        expected = "columns region and year and persons, or region and one column for each year"
        return [Problem(path, "the table does not say the people of each region and year", None,
                        expected)]  # fmt: skip
    problems = [
        Problem(path, f"the column '{name}' divides the people; choose one of its values")
        for name in frame
        if name not in _USED and frame[name].nunique() > 1
    ]
    wrong = ~(frame["value"].to_numpy() >= 0)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        shown = f"{frame['value'].iloc[row]:g}" if frame["value"].iloc[row] < 0 else "no number"
        message = f"{_cell(frame, row)}: not a number of people"
        problems.append(Problem(table.where(row), message, shown, "0 or more"))
    repeated = frame.duplicated(["region", "year"]).to_numpy()
    if repeated.any() and not problems:
        row = int(np.flatnonzero(repeated)[0])
        problems.append(Problem(table.where(row), f"{_cell(frame, row)} stands twice"))
    every = pd.MultiIndex.from_product([frame["region"].unique(), frame["year"].unique()])
    absent = every.difference(pd.MultiIndex.from_frame(frame[["region", "year"]]))
    if len(absent):
        region, year = absent[0]
        more = f" (and {len(absent) - 1} more cells)" if len(absent) > 1 else ""
        problems.append(Problem(path, f"region {region} has no people in {year}{more}"))
    return problems


def _cell(frame: pd.DataFrame, row: int) -> str:
    return f"region {frame['region'].iloc[row]} in {frame['year'].iloc[row]}"
