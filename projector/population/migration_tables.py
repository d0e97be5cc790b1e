"""Gross migration from the input tables: arrays that `projector.population.project` takes."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem, nearest_name
from projector.inputs.migration_rules import SHARE_TOLERANCE
from projector.inputs.regions import outermost
from projector.tables import SEXES

__all__ = ["GROSS_TABLES", "components_from_tables"]

GROSS_TABLES = frozenset({"out_migration", "destinations", "immigration", "emigration"})
"""Tables of gross migration."""

Array = NDArray[np.float64]

_CELLS = ("region", "sex", "age")


def components_from_tables(
    tables: Mapping[str, pd.DataFrame], regions: Sequence[str], open_age: int
) -> xr.Dataset:
    """Components of gross migration, the same every year, from the tables that are there.

    Parameters
    ----------
    tables
        Any of the input tables ``out_migration`` with ``destinations``, and ``immigration``
        with ``emigration``, as they were read and checked.
    regions
        Codes of the regions to project, none of them a part of another.
    open_age
        First year of the open age of the population.

    Returns
    -------
    Dataset
        Of the first two tables ``out_rate[region, sex, age]``, ``destination[group, region,
        to_region]`` and ``destination_group[age]``: as many groups as the age bands of all
        regions make together. Of the last two ``immigration[region, sex, age]``, persons a
        year, spread evenly within an age band, and ``emigration_rate[region, sex, age]``.
        Shares of destinations that sum to 1 but for rounding sum to 1 exactly. Empty
        where none of the tables is there.

    Raises
    ------
    ConsistencyError
        If a table lacks a region, sex or age, or has a region that is not projected; if a
        region lies in another; if age bands begin above the open age; or if the shares of
        destinations do not sum to 1.
    """
    components = xr.Dataset(
        coords={"region": list(regions), "sex": list(SEXES), "age": np.arange(open_age + 1)}
    )
    if "out_migration" in tables:
        _refuse_parts(regions)
        out_rate = _by_cell(tables, "out_migration", "rate", regions, open_age)
        destination, group = _destinations(tables["destinations"], out_rate, regions, open_age)
        components = components.assign(
            out_rate=(_CELLS, out_rate),
            destination=(("group", "region", "to_region"), destination),
            destination_group=("age", group),
        ).assign_coords(to_region=list(regions))
    if "immigration" in tables:
        _refuse_parts(regions)
        components = components.assign(
            immigration=(
                _CELLS,
                _by_cell(tables, "immigration", "persons", regions, open_age, spread=True),
            ),
            emigration_rate=(_CELLS, _by_cell(tables, "emigration", "rate", regions, open_age)),
        )
    return components


def _refuse_parts(regions: Sequence[str]) -> None:
    """People of a part of a region would move twice."""
    whole = outermost(regions)
    if len(whole) != len(regions):
        inner = next(region for region in regions if region not in whole)
        raise ConsistencyError(
            Problem(
                where="table out_migration",
                message="a region lies in another, so its people would move twice",
                found=inner,
                expected="regions that lie side by side",
            )
        )


def _by_cell(
    tables: Mapping[str, pd.DataFrame],
    name: str,
    column: str,
    regions: Sequence[str],
    open_age: int,
    *,
    spread: bool = False,
) -> Array:
    """A column by single age ``[region, sex, age]``; persons are spread over their age band."""
    table = tables[name]
    at = _positions(name, table["region"], regions)
    first, last = _bands(name, table, open_age)
    width = last - first + 1
    value = table[column].to_numpy(dtype=np.float64)
    if spread:
        value = value / width
    sex = table["sex"].map({sex: place for place, sex in enumerate(SEXES)}).to_numpy()
    age = np.concatenate([np.arange(a, b + 1) for a, b in zip(first, last, strict=True)])
    cells = np.full((len(regions), len(SEXES), open_age + 1), np.nan)
    cells[np.repeat(at, width), np.repeat(sex, width), age] = np.repeat(value, width)
    if np.isnan(cells).any():
        r, s, a = (int(i) for i in np.argwhere(np.isnan(cells))[0])
        raise ConsistencyError(
            Problem(
                where=f"table {name}",
                message="a region that is projected has no figure at every sex and age",
                found=f"nothing for region {regions[r]}, {SEXES[s]}, age {a}",
                expected="rows for both sexes and all ages of every region",
            )
        )
    return cells


def _positions(name: str, codes: "pd.Series[str]", regions: Sequence[str]) -> NDArray[np.int64]:
    """Where the regions of the rows stand among those projected."""
    at = pd.Index(regions).get_indexer(pd.Index(codes))
    if (at < 0).any():
        code = str(codes.iloc[int(np.argmax(at < 0))])
        raise ConsistencyError(
            Problem(
                where=f"table {name}",
                message="moves are given of a region that the population table does not have",
                found=code,
                nearest=nearest_name(code, regions),
            )
        )
    positions: NDArray[np.int64] = at.astype(np.int64)
    return positions


def _bands(
    name: str, table: pd.DataFrame, open_age: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last single age of each row, the open age the last of all."""
    first = table["age_from"].to_numpy(dtype=np.int64)
    last = table["age_to"].to_numpy(dtype=np.int64)
    above = (first > open_age) | (last > open_age)
    if above.any():
        raise ConsistencyError(
            Problem(
                where=f"table {name}",
                message="ages reach above the open age of the population",
                found=f"{first[above][0]}-{last[above][0]}"
                if last[above][0] >= 0
                else f"an open band from {first[above][0]}",
                expected=f"a last, open band from {open_age} or below",
            )
        )
    return first, np.where(last < 0, open_age, last)


def _destinations(
    table: pd.DataFrame, out_rate: Array, regions: Sequence[str], open_age: int
) -> tuple[Array, NDArray[np.int64]]:
    """Shares ``[group, region, to_region]`` and the group of each age ``[age]``."""
    origin = _positions("destinations", table["region"], regions)
    goal = _positions("destinations", table["to_region"], regions)
    first, last = _bands("destinations", table, open_age)
    bounds = np.unique(np.concatenate([[0], first, last[last < open_age] + 1]))
    group = np.searchsorted(bounds, np.arange(open_age + 1), side="right") - 1
    shares = np.zeros((len(bounds), len(regions), len(regions)))
    value = table["share"].to_numpy(dtype=np.float64)
    for number, bound in enumerate(bounds):
        rows = (first <= bound) & (bound <= last)
        shares[number, origin[rows], goal[rows]] = value[rows]
    sums = shares.sum(axis=-1)
    leaving = np.stack(
        [(out_rate[..., group == number] > 0).any(axis=(1, 2)) for number in range(len(bounds))]
    )
    wrong = leaving & (np.abs(sums - 1.0) > SHARE_TOLERANCE)
    if wrong.any():
        number, r = (int(i) for i in np.argwhere(wrong)[0])
        raise ConsistencyError(
            Problem(
                where="table destinations",
                message=f"the shares of region {regions[r]} at age {bounds[number]} do not sum to "
                "1, and people of that age leave it",
                found=f"{sums[number, r]:.4g}",
                expected="1, over all the regions that they move to",
            )
        )
    whole = np.where(sums > 0, sums, 1.0)[..., np.newaxis]
    return shares / whole, group.astype(np.int64)
