"""Checks of the tables on who works in health care."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from projector.errors import Problem
from projector.inputs.rows import numbered, numbered_by
from projector.tables import ENTRY_MEASURES, ORIGINS, SEXES, STAFF_AGES

__all__ = [
    "entry_of_every_stock",
    "everybody_retires",
    "staff_ages_once",
    "staff_ages_within",
    "staff_shares_make_one",
    "staff_tables_together",
]

Tables = Mapping[str, pd.DataFrame]
Found = Iterator[tuple[str, Problem]]

_TOGETHER = ("staff_ages", "staff_exits", "staff_entry", "staff_entry_ages", "shortages")
_WITH_AGES = ("staff_ages", "staff_exits", "staff_entry_ages", "specialisation")
_COVERED = {"staff_ages": ["profession"], "staff_exits": ["profession"]}
_SHARED = {"staff_ages": ["profession"], "staff_entry_ages": ["origin", "profession"]}
_ROUNDED = 0.005
"""What shares that were rounded may miss their sum by."""

_SHARES = ("completion", "to_health")


def staff_tables_together(tables: Tables) -> Found:
    """Supply is reckoned from all of its tables, or from none."""
    there = [name for name in _TOGETHER if name in tables]
    missing = [name for name in _TOGETHER if name not in tables]
    if there and missing:
        message = f"staff need the tables {', '.join(missing)} too"
        yield there[0], Problem("", message, expected="all of them, or none")


def staff_ages_within(tables: Tables) -> Found:
    """Nobody works outside the working ages."""
    first, last = STAFF_AGES
    for name in _WITH_AGES:
        for line, row in numbered(tables[name]) if name in tables else ():
            if row["age_from"] < first or not row["age_from"] <= row["age_to"] <= last:
                open_end = "" if row["age_to"] >= 0 else "+"
                found = f"{row['age_from']}{open_end or '-' + str(row['age_to'])}"
                yield (
                    name,
                    Problem(
                        f":{line}", "ages outside those who work", found, f"within {first}-{last}"
                    ),
                )


def staff_ages_once(tables: Tables) -> Found:
    """Each age and sex of a stock, and of those who stop, stands in one row."""
    first, last = STAFF_AGES
    for name, keys in _COVERED.items():
        for key, rows in numbered_by(tables[name], keys).items() if name in tables else ():
            for sex in SEXES:
                times = np.zeros(last + 2, dtype=int)
                for _, row in rows:
                    if row["sex"] in ("*", sex):
                        times[row["age_from"] : row["age_to"] + 1] += 1
                wrong = [age for age in range(first, last + 1) if times[age] != 1]
                if wrong:
                    count = "no row" if times[wrong[0]] == 0 else f"{times[wrong[0]]} rows"
                    message = f"{', '.join(map(str, key))}, {sex}: age {wrong[0]} has {count}"
                    expected = f"each age from {first} to {last} once"
                    yield name, Problem(f":{rows[0][0]}", message, expected=expected)


def staff_shares_make_one(tables: Tables) -> Found:
    """The shares of a stock, and of those who begin, make one."""
    for name, keys in _SHARED.items():
        for key, rows in tables[name].groupby(keys, sort=False) if name in tables else ():
            total = float(rows["share"].sum())
            if abs(total - 1) > _ROUNDED:
                message = f"the shares of {', '.join(map(str, key))} do not make one"
                yield name, Problem(f":{rows.index[0]}", message, f"{total:g}", "1")


def everybody_retires(tables: Tables) -> Found:
    """At the last age nobody goes on."""
    last = STAFF_AGES[1]
    for line, row in numbered(tables["staff_exits"]) if "staff_exits" in tables else ():
        if row["age_to"] == last and row["retired"] != 1:
            message = f"somebody goes on working after {last}"
            yield "staff_exits", Problem(f":{line}", message, f"retired {row['retired']:g}", "1")


def entry_of_every_stock(tables: Tables) -> Found:
    """A profession with a stock has every figure of those who begin, and sound ones."""
    if not all(name in tables for name in _TOGETHER):
        return
    entry, lines = tables["staff_entry"], tables["staff_ages"].drop_duplicates("profession")
    measures = numbered_by(entry, ["profession"])
    for line, profession in zip(lines.index, lines["profession"], strict=True):
        own = {row["measure"] for _, row in measures.get((profession,), [])}
        missing = [name for name in ENTRY_MEASURES if name not in own and name != "trained"]
        if missing:
            message = f"the table staff_entry lacks {', '.join(missing)} of {profession}"
            yield "staff_ages", Problem(f":{line}", message)
        for table, origins in (("staff_exits", ("",)), ("staff_entry_ages", ORIGINS)):
            rows = tables[table]
            for origin in origins:
                of = rows if not origin else rows[rows["origin"] == origin]
                if not set(of["profession"]) & {"*", profession}:
                    message = f"the table {table} has no row for {profession}"
                    message += f" from {origin}" if origin else ""
                    yield "staff_ages", Problem(f":{line}", message)
    for line, row in numbered(entry):
        name, value = row["measure"], row["value"]
        if name in _SHARES and not 0 < value <= 1:
            message = f"{name} is a share"
            yield "staff_entry", Problem(f":{line}", message, f"{value:g}", "above 0, at most 1")
        if name == "training_years" and value != int(value):
            message = "training takes whole years"
            yield "staff_entry", Problem(f":{line}", message, f"{value:g}")
