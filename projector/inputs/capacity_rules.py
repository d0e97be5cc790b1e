"""Checks of the tables on norms, rhythms, needs and sites."""

from collections.abc import Collection, Hashable, Iterator, Mapping
from itertools import combinations
from typing import Any

import pandas as pd

from projector.errors import Problem, nearest_name
from projector.inputs.regions import contains
from projector.tables import BED_SETTINGS, LONGEST_PERIODS, NATION, PERIODS, SEXES

__all__ = [
    "beds_shared_out_once",
    "needs_of_all_sexes",
    "norms_complete",
    "norms_said_once",
    "one_unit_of_a_resource",
    "places_known",
    "rhythms_whole",
]

Tables = Mapping[str, pd.DataFrame]
Found = Iterator[tuple[str, Problem]]
Row = Mapping[Hashable, Any]

_ROUNDING = 1e-9
"""What sums of decimal shares may miss by."""

_OF_BEDS = ("occupancy",)
_OF_OPENING = ("minutes", "turnover", "hours_per_day", "utilisation")


def norms_complete(tables: Tables) -> Found:
    """Beds have an occupancy; places and rooms have minutes, hours and utilisation."""
    for line, row in tables["norms"].iterrows():
        beds = row["unit"] == "beds"
        fitting, other = (_OF_BEDS, _OF_OPENING) if beds else (_OF_OPENING, _OF_BEDS)
        missing = [name for name in fitting if name != "turnover" and pd.isna(row[name])]
        if missing:
            yield "norms", Problem(f":{line}", f"{row['unit']} need {', '.join(missing)}", "empty")
        idle = [name for name in other if pd.notna(row.get(name))]
        if idle:
            message = f"{row['unit']} have no {' and no '.join(idle)}"
            found = ", ".join(f"{row[name]:g}" for name in idle)
            yield "norms", Problem(f":{line}", message, found, "empty")
        if beds and row["setting"] not in BED_SETTINGS:
            yield (
                "norms",
                Problem(
                    where=f":{line}",
                    message=f"the setting {row['setting']} has no nights, so it takes no beds",
                    expected=f"one of {', '.join(BED_SETTINGS)}",
                ),
            )


def norms_said_once(tables: Tables) -> Found:
    """A setting takes a resource for a diagnosis, or for all of them, by one row only."""
    for _, rows in tables["norms"].groupby(["setting", "diagnosis", "resource"], sort=False):
        kinds = zip(rows.index, rows["kind"], strict=True)
        for (line, one), (other_line, other) in combinations(kinds, 2):
            if "*" in (one, other):
                yield "norms", Problem(f":{other_line}", f"line {line} already says this")


def one_unit_of_a_resource(tables: Tables) -> Found:
    """A resource is beds, places or rooms, and the same wherever it is taken."""
    first: dict[str, tuple[object, str]] = {}
    norms = tables["norms"]
    for line, resource, unit in zip(norms.index, norms["resource"], norms["unit"], strict=True):
        earlier, expected = first.setdefault(resource, (line, unit))
        if unit != expected:
            message = f"the resource {resource} is {expected} on line {earlier}"
            yield "norms", Problem(f":{line}", message, unit, expected)


def beds_shared_out_once(tables: Tables) -> Found:
    """The bed days of a diagnosis in a setting go to beds once, no more and no less.

    For each resource the row for the diagnosis goes before the one for ``*``. A diagnosis
    that no row is about takes no beds there.
    """
    beds = tables["norms"][tables["norms"]["unit"] == "beds"]
    kinds = dict(zip(tables["diagnoses"]["diagnosis"], tables["diagnoses"]["kind"], strict=True))
    told: set[tuple[int, ...]] = set()
    for setting, rows in beds.groupby("setting", sort=False):
        numbered = rows.reset_index(names="line").to_dict("records")
        for diagnosis, kind in kinds.items():
            counted = _rows_that_count(numbered, diagnosis, kind)
            lines = tuple(sorted(row["line"] for row in counted))
            total = sum(_share(row) for row in counted)
            if counted and abs(total - 1) > _ROUNDING and lines not in told:
                told.add(lines)
                yield (
                    "norms",
                    Problem(
                        where=f":{lines[-1]}",
                        message=f"the shares of the bed days of {diagnosis} in {setting} do not "
                        "make one",
                        found=f"{total:g}, lines {', '.join(map(str, lines))}",
                        expected="1 over all beds of the setting",
                    ),
                )


def _rows_that_count(rows: list[dict[Hashable, Any]], diagnosis: str, kind: str) -> list[Row]:
    """For each resource the row for the diagnosis, or else the one for ``*``."""
    of_resource: dict[str, Row] = {}
    here = [
        row for row in rows if row["diagnosis"] in ("*", diagnosis) and row["kind"] in ("*", kind)
    ]
    for row in sorted(here, key=lambda row: row["diagnosis"] != "*"):
        of_resource[row["resource"]] = row
    return list(of_resource.values())


def _share(row: Row) -> float:
    share = row.get("share")
    return 1.0 if share is None or pd.isna(share) else float(share)


def rhythms_whole(tables: Tables) -> Found:
    """A resource with factors for one weekday, week or month has them for all."""
    if "rhythms" not in tables:
        return
    for (resource, period), rows in tables["rhythms"].groupby(["resource", "period"], sort=False):
        count, where = PERIODS[str(period)], f":{rows.index[0]}"
        longest = LONGEST_PERIODS[str(period)]
        beyond = rows[rows["number"] > longest]
        for line, number in zip(beyond.index, beyond["number"], strict=True):
            message = f"there is no {period} of this number"
            yield "rhythms", Problem(f":{line}", message, str(number), f"1 to {longest}")
        missing = sorted(set(range(1, count + 1)) - set(rows["number"]))
        if missing:
            message = f"{resource} has no factor for {period} {', '.join(map(str, missing))}"
            yield "rhythms", Problem(where, message, expected=f"all of 1 to {count}, or none")


def needs_of_all_sexes(tables: Tables) -> Found:
    """Each sex is spoken of once: by itself, or with the other."""
    if "needs" not in tables:
        return
    for need, rows in tables["needs"].groupby("need", sort=False):
        sexes = set(rows["sex"])
        if sexes not in ({"*"}, set(SEXES)):
            message = f"the need {need} is not of all sexes once"
            expected = f"rows for * or for both {' and '.join(SEXES)}"
            yield "needs", Problem(f":{rows.index[0]}", message, ", ".join(sorted(sexes)), expected)


_OF_PLACES = (("sites", "region"), ("sites", "serves"), ("travel", "region"), ("flows", "region"))
"""Columns with regions where something stands, or whose people go there."""

_CODES_ALONE = (("sites", "region"), ("travel", "region"))
"""Those in which the name of an area says nothing."""


def places_known(tables: Tables, regions: Collection[str]) -> Found:
    """A code of a region stands in the population table or in an area, or lies in one that does.

    Parameters
    ----------
    tables
        The tables that were read, by name; their index is the line in the file.
    regions
        Codes of the population table.
    """
    members = {name for name in tables["areas"]["member"] if name.isdecimal()}
    codes = {*regions, *members, NATION}
    areas = set(tables["areas"]["area"])
    for table, column in _OF_PLACES:
        if table not in tables or column not in tables[table]:
            continue
        may_be_area = (table, column) not in _CODES_ALONE
        rows = tables[table].dropna(subset=[column]).drop_duplicates(column)
        for line, name in zip(rows.index, rows[column], strict=True):
            if not name or (may_be_area and not name.isdecimal()):
                continue  # none is said, or it is the name of an area, which is held elsewhere
            inside = any(contains(code, name) or contains(name, code) for code in codes - {NATION})
            if name not in codes and not inside:
                yield (
                    table,
                    Problem(
                        where=f":{line}",
                        message=f"column '{column}': the region is not in the population table, "
                        "and in no area",
                        found=str(name),
                        expected="the code of a region",
                        nearest=nearest_name(str(name), [*codes, *(areas if may_be_area else ())]),
                    ),
                )
