"""Checks of the tables that take the place of what the age tables say of moves and levels."""

from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from projector.errors import Problem, nearest_name
from projector.inputs.ages import OPEN, age_label
from projector.tables import NATION, OPEN_AGE

__all__ = ["MORTALITY_LEVELS", "overriding_rows_possible"]

Tables = Mapping[str, pd.DataFrame]
Found = Iterator[tuple[str, Problem]]

MORTALITY_LEVELS = (0.2, 2.0)
"""Nowhere do people die so seldom or so often, relative to the nation."""

_BY_REGION = ("cohort_ratios", "regional_levels")
_BY_AGE = {"cohort_ratios": ["region", "sex"], "national_migration": ["sex"]}


def overriding_rows_possible(tables: Tables, regions: Collection[str]) -> Found:
    """Every fault of the tables.

    Parameters
    ----------
    tables
        The tables that were read, by name; their index is the line in the file.
    regions
        Codes of the population table.

    Yields
    ------
    tuple of str and Problem
        The table, and the problem, whose place continues the name of the table's file.
    """
    yield from _regions_there(tables, regions)
    yield from _ages_possible(tables)
    yield from _newborn_stay(tables)
    yield from _mortality_possible(tables)
    if "cohort_ratios" in tables and "out_migration" in tables:
        message = "the moves of the regions come from out_migration.csv, so no ratio is used"
        yield "cohort_ratios", Problem("", message, expected="one of the two tables")


def _regions_there(tables: Tables, regions: Collection[str]) -> Found:
    """Every region is one that the population table has, and not the nation."""
    known = [code for code in regions if code != NATION]
    for table in _BY_REGION:
        if table not in tables:
            continue
        rows = tables[table].drop_duplicates("region")
        for line, region in zip(rows.index, rows["region"], strict=True):
            if region == NATION:
                message = "the nation is what the regions are compared with, and has none itself"
                yield table, Problem(f":{line}", message, region)
            elif region not in known:
                message = "column 'region': the population table has no such region"
                near = nearest_name(region, known)
                yield table, Problem(f":{line}", message, region, nearest=near)


def _ages_possible(tables: Tables) -> Found:
    """A row is of one age that the projection has, and no other row is of it."""
    for table, keys in _BY_AGE.items():
        if table not in tables:
            continue
        rows = tables[table]
        first, last = rows["age_from"], rows["age_to"]
        single = (first == last) | ((last == OPEN) & (first == OPEN_AGE))
        wrong = rows[~single | (first > OPEN_AGE)].drop_duplicates(["age_from", "age_to"])
        for line, one, other in zip(wrong.index, wrong["age_from"], wrong["age_to"], strict=True):
            message = "column 'ages': not one of the single ages of the projection"
            expected = f"0 to {OPEN_AGE - 1}, or {OPEN_AGE}+, one age in a row"
            yield table, Problem(f":{line}", message, age_label(one, other), expected)
        if wrong.empty:
            again = rows[rows.duplicated([*keys, "age_from"])]
            for line in again.index:
                yield table, Problem(f":{line}", "another row already has this age", str(OPEN_AGE))


def _newborn_stay(tables: Tables) -> Found:
    """A ratio at age 0 has no meaning: newborn children are where their mothers are."""
    if "cohort_ratios" not in tables:
        return
    rows = tables["cohort_ratios"]
    wrong = rows[(rows["age_from"] == 0) & (rows["age_to"] == 0) & (rows["ratio"] != 1)]
    for line, ratio in zip(wrong.index, wrong["ratio"], strict=True):
        message = "children of the year do not move by themselves, so their ratio is 1"
        expected = "1; how many children there are is the level of fertility in regional_levels"
        yield "cohort_ratios", Problem(f":{line}", message, f"{ratio:g}", expected)


def _mortality_possible(tables: Tables) -> Found:
    if "regional_levels" not in tables:
        return
    low, high = MORTALITY_LEVELS
    rows = tables["regional_levels"]
    possible = (rows["measure"] != "mortality") | rows["level"].between(low, high)
    wrong = rows[~possible]
    for line, level in zip(wrong.index, wrong["level"], strict=True):
        message = "no region has such a level of mortality"
        expected = f"times the nation's, between {low:g} and {high:g}"
        yield "regional_levels", Problem(f":{line}", message, f"{level:g}", expected)
