"""Checks between the tables of gross migration: `out_migration`, `destinations` and the rest."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from projector.errors import Problem, nearest_name
from projector.tables import SEXES

__all__ = [
    "destinations_sum_to_one",
    "every_cell_of_moves",
    "moves_go_together",
    "moves_of_regions",
]

Tables = Mapping[str, pd.DataFrame]
Found = Iterator[tuple[str, Problem]]

SHARE_TOLERANCE = 0.005
"""Shares written with four decimals, for some hundred regions, sum to 1 this nearly."""

_BY_SEX = ("out_migration", "immigration", "emigration")
_PAIRS = (("out_migration", "destinations"), ("immigration", "emigration"))


def moves_go_together(tables: Tables) -> Found:
    """Out-rates stand with destinations, and immigration with emigration."""
    for pair in _PAIRS:
        for one, other in (pair, pair[::-1]):
            if one in tables and other not in tables:
                yield one, Problem("", f"the table goes with {other}.csv, which is missing")


def every_cell_of_moves(tables: Tables) -> Found:
    """Each region has rows of both sexes, whose age bands cover every age once."""
    for table in _BY_SEX:
        if table not in tables:
            continue
        for region, rows in tables[table].groupby("region", sort=False):
            for sex in SEXES:
                own = rows[rows["sex"] == sex]
                fault = _uncovered(own)
                if fault:
                    yield (
                        table,
                        Problem(
                            where=f":{(own if len(own) else rows).index[0]}",
                            message=f"the age bands of {region}, {sex} do not cover every age once",
                            found=fault,
                            expected="bands from 0 that follow one another, the last one open "
                            "(90+)",
                        ),
                    )


def moves_of_regions(tables: Tables) -> Found:
    """The tables are about the same regions, and nobody moves to where they are."""
    there = [table for table in (*_BY_SEX, "destinations") if table in tables]
    if not there:
        return
    first = there[0]
    known = dict.fromkeys(tables[first]["region"])
    for table in there[1:]:
        rows = tables[table]
        columns = ["region", "to_region"] if table == "destinations" else ["region"]
        for column in columns:
            once = rows.drop_duplicates(column)
            for line, region in zip(once.index, once[column], strict=True):
                if region not in known:
                    yield (
                        table,
                        Problem(
                            where=f":{line}",
                            message=f"column '{column}': the region does not stand in {first}.csv",
                            found=str(region),
                            nearest=nearest_name(str(region), known),
                        ),
                    )
        missing = set(known) - set(rows["region"])
        if table == "destinations":
            missing &= _regions_left(tables)
        for region in (region for region in known if region in missing):
            yield table, Problem("", f"the region {region} of {first}.csv has no rows")
    if "destinations" in tables:
        rows = tables["destinations"]
        for line in rows.index[rows["region"] == rows["to_region"]]:
            yield (
                "destinations",
                Problem(
                    where=f":{line}",
                    message="a move from a region to itself is no move between regions",
                    found=str(rows.loc[line, "region"]),
                ),
            )


def destinations_sum_to_one(tables: Tables) -> Found:
    """No age of a pair of regions is said twice; a region's shares sum to 1 at every age."""
    if "destinations" not in tables:
        return
    rows = tables["destinations"]
    ordered = rows.reset_index().sort_values(["region", "to_region", "age_from"], kind="stable")
    same = (ordered["region"] == ordered["region"].shift()) & (
        ordered["to_region"] == ordered["to_region"].shift()
    )
    before = ordered["age_to"].shift()
    again = same & ((before < 0) | (ordered["age_from"] <= before))
    for line in sorted(ordered.loc[again, "line"]):
        yield "destinations", Problem(f":{line}", "another row already has one of these ages")
    for region, own in rows.groupby("region", sort=False):
        for age in sorted({0, *own["age_from"], *(own.loc[own["age_to"] >= 0, "age_to"] + 1)}):
            at_age = (own["age_from"] <= age) & ((own["age_to"] < 0) | (own["age_to"] >= age))
            total = float(own.loc[at_age, "share"].sum())
            # An age without rows is a fault only where people leave: told with the out-rates.
            if at_age.any() and not np.isclose(total, 1.0, rtol=0.0, atol=SHARE_TOLERANCE):
                yield (
                    "destinations",
                    Problem(
                        where=f":{own.index[at_age][0]}",
                        message=f"the shares of {region} at age {age} do not sum to 1",
                        found=f"{total:.4g}",
                        expected="1, over all the regions that those of this age move to",
                    ),
                )


def _regions_left(tables: Tables) -> set[str]:
    """Regions that somebody leaves for another."""
    if "out_migration" not in tables:
        return set()
    rates = tables["out_migration"]
    return set(rates.loc[rates["rate"] > 0, "region"])


def _uncovered(rows: pd.DataFrame) -> str | None:
    """What is wrong with the age bands of one region and sex; None where they are complete."""
    if rows.empty:
        return "no rows"
    bands = sorted(zip(rows["age_from"], rows["age_to"], strict=True))
    gaps = [
        f"{later[0]} after {earlier[1]}"
        for earlier, later in pairwise(bands)
        if later[0] != earlier[1] + 1
    ]
    if gaps:
        return "; ".join(gaps)
    if bands[0][0] != 0 or bands[-1][1] != -1:
        return f"bands from {bands[0][0]} to {bands[-1][1]}"
    return None
