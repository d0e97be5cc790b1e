"""Checks between the tables of an input set, one small rule each.

The reader has already held every table against its own contract. What is left are rules
over several rows or tables: names that refer to another table, age bands that must cover
every age once, and figures that one column makes necessary in another.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pandas as pd

from projector.errors import Problem, nearest_name
from projector.tables import BED_SETTINGS, SEXES

__all__ = ["check_tables"]

Tables = Mapping[str, pd.DataFrame]


def check_tables(folder: Path, tables: Tables) -> list[Problem]:
    """Every fault between the tables of a set.

    Parameters
    ----------
    folder
        Where the set lies, for the messages.
    tables
        The tables that were read, by name.

    Returns
    -------
    list of Problem
    """
    return [
        Problem(
            f"{folder.name}/{problem.where}",
            problem.message,
            problem.found,
            problem.expected,
            problem.nearest,
        )
        for rule in _RULES
        for problem in rule(tables)
    ]


def _names_known(tables: Tables) -> Iterator[Problem]:
    """A name that refers to another table stands there."""
    references = [
        ("use_rates", "diagnosis", "diagnoses", "diagnosis"),
        ("length_of_stay", "diagnosis", "diagnoses", "diagnosis"),
        ("growth", "diagnosis", "diagnoses", "diagnosis"),
        ("existing", "site", "sites", "site"),
        ("existing", "resource", "norms", "resource"),
        ("competences", "profession", "staffing", "profession"),
    ]
    for table, column, home, home_column in references:
        if table not in tables:
            continue
        known = set(tables[home][home_column]) if home in tables else set()
        for name in tables[table][column].unique():
            if name not in known and name != "*":
                yield Problem(
                    where=f"{table}.csv, column {column}",
                    message=f"the name does not stand in {home}.csv",
                    found=str(name),
                    nearest=nearest_name(str(name), known),
                )


def _every_age_once(tables: Tables) -> Iterator[Problem]:
    """Age bands of a rate or length of stay follow one another from 0 and end open."""
    for table, keys in (
        ("use_rates", ["diagnosis", "setting", "sex"]),
        ("length_of_stay", ["diagnosis", "setting"]),
        ("mortality", ["year", "sex"]),
    ):
        for key, rows in tables[table].groupby(keys, sort=False):
            bands = sorted(zip(rows["age_from"], rows["age_to"], strict=True))
            gaps = [
                f"{later[0]} after {earlier[1]}"
                for earlier, later in pairwise(bands)
                if later[0] != earlier[1] + 1
            ]
            if gaps or bands[0][0] != 0 or bands[-1][1] != -1:
                yield Problem(
                    where=f"{table}.csv, {', '.join(map(str, key))}",
                    message="the age bands do not cover every age once",
                    found="; ".join(gaps) or f"bands from {bands[0][0]} to {bands[-1][1]}",
                    expected="bands from 0 that follow one another, the last one open (90+)",
                )


def _both_sexes(tables: Tables) -> Iterator[Problem]:
    """A diagnosis in a setting has rates for both sexes, all of one year."""
    for key, rows in tables["use_rates"].groupby(["diagnosis", "setting"], sort=False):
        sexes, years = sorted(rows["sex"].unique()), sorted(rows["year"].unique())
        if len(sexes) != len(SEXES) or len(years) != 1:
            yield Problem(
                where=f"use_rates.csv, {', '.join(map(str, key))}",
                message="rates are given for both sexes and are of one year",
                found=f"sexes {', '.join(sexes)}; years {', '.join(map(str, years))}",
            )


def _nights_known(tables: Tables) -> Iterator[Problem]:
    """Every diagnosis with stays in a setting with nights has a length of stay there."""
    stays = tables["length_of_stay"]
    known = set(zip(stays["diagnosis"], stays["setting"], strict=True))
    rates = tables["use_rates"]
    for diagnosis, setting in dict.fromkeys(zip(rates["diagnosis"], rates["setting"], strict=True)):
        if setting in BED_SETTINGS and (diagnosis, setting) not in known:
            yield Problem(
                where=f"length_of_stay.csv, {diagnosis}, {setting}",
                message="there are stays in use_rates.csv, but no length of stay",
            )


def _growth_once(tables: Tables) -> Iterator[Problem]:
    """No two growth rows are about the same thing in the same year."""
    rows = tables["growth"].to_dict("records")
    for i, one in enumerate(rows):
        for j, other in enumerate(rows[:i]):
            if (
                one["measure"] == other["measure"]
                and all(
                    "*" in (one[name], other[name]) or one[name] == other[name]
                    for name in ("diagnosis", "setting")
                )
                and _overlap(one["age_from"], one["age_to"], other["age_from"], other["age_to"])
                and one["from"] < other["to"]
                and other["from"] < one["to"]
            ):
                yield Problem(
                    where=f"growth.csv, row {i + 2}",
                    message=f"row {j + 2} already says how this changes in the same years",
                )


def _overlap(first: int, last: int, other_first: int, other_last: int) -> bool:
    """Whether two age bands share an age; −1 is open."""
    return (last < 0 or other_first <= last) and (other_last < 0 or first <= other_last)


def _norms_complete(tables: Tables) -> Iterator[Problem]:
    """Beds have an occupancy; places and rooms have minutes, hours and utilisation."""
    for i, row in enumerate(tables["norms"].to_dict("records")):
        needed = (
            ["occupancy"] if row["unit"] == "beds" else ["minutes", "hours_per_day", "utilisation"]
        )
        missing = [name for name in needed if pd.isna(row[name])]
        if missing:
            yield Problem(
                where=f"norms.csv, row {i + 2}",
                message=f"{row['unit']} need {', '.join(missing)}",
                found="empty",
            )
        if row["unit"] == "beds" and row["setting"] not in BED_SETTINGS:
            yield Problem(
                where=f"norms.csv, row {i + 2}",
                message=f"the setting {row['setting']} has no nights, so it takes no beds",
                expected=f"one of {', '.join(BED_SETTINGS)}",
            )


def _areas_open(tables: Tables) -> Iterator[Problem]:
    """No area contains itself."""
    inside: dict[str, list[str]] = {}
    for area, member in zip(tables["areas"]["area"], tables["areas"]["member"], strict=True):
        inside.setdefault(area, []).append(member)
    for area, members in inside.items():
        seen, ahead = set(), list(members)
        while ahead:
            member = ahead.pop()
            if member == area:
                yield Problem(where=f"areas.csv, area {area}", message="the area contains itself")
                break
            if member not in seen:
                seen.add(member)
                ahead += inside.get(member, [])


_RULES: tuple[Callable[[Tables], Iterator[Problem]], ...] = (
    _names_known,
    _every_age_once,
    _both_sexes,
    _nights_known,
    _growth_once,
    _norms_complete,
    _areas_open,
)
