"""Checks of the tables on professions, rosters, working time, workloads and participation."""

from collections.abc import Iterator, Mapping
from itertools import combinations

import pandas as pd

from projector.errors import Problem, nearest_name
from projector.tables import PROFESSION_TABLES, SEXES

__all__ = [
    "allowances_complete",
    "participation_of_all_sexes",
    "professions_known",
    "teams_agree",
    "wages_dated",
    "work_said_once",
    "working_time_known",
]

Tables = Mapping[str, pd.DataFrame]
Found = Iterator[tuple[str, Problem]]

_ROTATING = "rotating"
_OF_ALLOWANCES = {"category": ("share",), "individual": ("hours", "staff")}


_OF_PROFESSIONS = (
    "competences",
    "working_time",
    "allowances",
    "staff_ages",
    "staff_exits",
    "staff_entry",
    "staff_entry_ages",
    "specialisation",
    "shortages",
    "staff_counts",
)
"""Tables with rows for professions that others bring in."""


def professions_known(tables: Tables) -> Found:
    """Where there is a table of professions it holds all; other tables speak of none but theirs."""
    home = "professions" if "professions" in tables else "staffing, rosters or workloads"
    known = {
        name
        for table in (["professions"] if "professions" in tables else PROFESSION_TABLES)
        if table in tables
        for name in tables[table]["profession"]
    }
    for table in (*PROFESSION_TABLES, *_OF_PROFESSIONS):
        if table not in tables:
            continue
        rows = tables[table].drop_duplicates("profession")
        for line, name in zip(rows.index, rows["profession"], strict=True):
            if name != "*" and name not in known:
                yield (
                    table,
                    Problem(
                        where=f":{line}",
                        message=f"column 'profession': the name does not stand in {home}.csv",
                        found=str(name),
                        nearest=nearest_name(str(name), known),
                    ),
                )


def wages_dated(tables: Tables) -> Found:
    """Pay is of a year."""
    if "professions" not in tables:
        return
    for line, row in tables["professions"].iterrows():
        if pd.notna(row["wage"]) and pd.isna(row["year"]):
            message = f"the pay of {row['profession']} is of no year"
            yield "professions", Problem(f":{line}", message, "empty", "the year it is of")


def working_time_known(tables: Tables) -> Found:
    """Every profession on a roster or with a workload has hours of its pattern, or * has."""
    known: set[tuple[str, str]] = set()
    if "working_time" in tables:
        time = tables["working_time"]
        known = set(zip(time["profession"], time["pattern"], strict=True))
    for table in ("rosters", "workloads"):
        if table not in tables:
            continue
        rows = tables[table]
        patterns = rows["pattern"] if "pattern" in rows else [_ROTATING] * len(rows)
        told: set[tuple[str, str]] = set()
        for line, name, pattern in zip(rows.index, rows["profession"], patterns, strict=True):
            lacks = known.isdisjoint({(name, pattern), ("*", pattern)})
            if lacks and (name, pattern) not in told:
                told.add((name, pattern))
                message = f"no working time of {name} with {pattern} hours"
                expected = "a row for it or for * in the table working_time"
                yield table, Problem(f":{line}", message, expected=expected)


def work_said_once(tables: Tables) -> Found:
    """A post or a workload is told for a kind of diagnosis or for all of them, by one row."""
    for table, keys in (
        ("rosters", ["profession", "setting", "shift"]),
        ("workloads", ["profession", "setting", "diagnosis", "per"]),
    ):
        if table not in tables:
            continue
        for _, rows in tables[table].groupby(keys, sort=False):
            kinds = zip(rows.index, rows["kind"], strict=True)
            for (line, one), (other_line, other) in combinations(kinds, 2):
                if "*" in (one, other):
                    yield table, Problem(f":{other_line}", f"line {line} already says this")


def teams_agree(tables: Tables) -> Found:
    """A shift of a team is as long, and has the same minimum, in all its rows."""
    if "rosters" not in tables or "team" not in tables["rosters"]:
        return
    named = tables["rosters"][tables["rosters"]["team"] != ""]
    for (profession, team, shift), rows in named.groupby(
        ["profession", "team", "shift"], sort=False
    ):
        first = rows.iloc[0]
        for line, row in rows.iloc[1:].iterrows():
            for figure in ("hours", "minimum"):
                if row[figure] != first[figure]:
                    yield (
                        "rosters",
                        Problem(
                            where=f":{line}",
                            message=f"the {shift} shift of {profession} in the team {team} has "
                            f"other {figure} on line {rows.index[0]}",
                            found=f"{row[figure]:g}",
                            expected=f"{first[figure]:g}",
                        ),
                    )


def allowances_complete(tables: Tables) -> Found:
    """All spend a share of their time, some of them hours."""
    if "allowances" not in tables:
        return
    for line, row in tables["allowances"].iterrows():
        fitting = _OF_ALLOWANCES[row["type"]]
        other = [name for names in _OF_ALLOWANCES.values() for name in names if name not in fitting]
        missing = [name for name in fitting if pd.isna(row[name])]
        if missing:
            message = f"{row['type']} allowances need {' and '.join(missing)}"
            yield "allowances", Problem(f":{line}", message, "empty")
        idle = [name for name in other if pd.notna(row[name])]
        if idle:
            message = f"{row['type']} allowances have no {' and no '.join(idle)}"
            found = ", ".join(f"{row[name]:g}" for name in idle)
            yield "allowances", Problem(f":{line}", message, found, "empty")


def participation_of_all_sexes(tables: Tables) -> Found:
    """Each sex is spoken of once: by itself, or with the other."""
    if "participation" in tables:
        rows = tables["participation"]
        sexes = set(rows["sex"])
        if sexes not in ({"*"}, set(SEXES)):
            message = "participation is not of all sexes once"
            expected = f"rows for * or for both {' and '.join(SEXES)}"
            found = ", ".join(sorted(sexes))
            yield "participation", Problem(f":{rows.index[0]}", message, found, expected)
