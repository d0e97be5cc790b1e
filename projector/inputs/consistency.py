"""Checks between the tables of an input set, one small rule each.

The reader has already held every table against its own contract. What is left are rules
over several rows or tables: names that refer to another table, age bands that must cover
every age once, rows that say the same thing twice, and figures that one column makes
necessary in another.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import pandas as pd

from projector.errors import Problem, nearest_name
from projector.inputs.activity_rules import (
    bed_days_have_nights,
    flows_within_all_contacts,
    group_orders_differ,
    kinds_fit_diagnoses,
    prices_of_their_settings,
    readmissions_acute,
    urgency_everywhere,
)
from projector.inputs.calibration_rules import overriding_rows_possible
from projector.inputs.capacity_rules import (
    beds_shared_out_once,
    needs_of_all_sexes,
    norms_complete,
    norms_said_once,
    one_unit_of_a_resource,
    places_known,
    rhythms_whole,
)
from projector.inputs.deviation_rules import deviations_whole
from projector.inputs.migration_rules import (
    destinations_sum_to_one,
    every_cell_of_moves,
    moves_go_together,
    moves_of_regions,
)
from projector.inputs.rows import numbered_by
from projector.inputs.staff_rules import (
    entry_of_every_stock,
    everybody_retires,
    staff_ages_once,
    staff_ages_within,
    staff_shares_make_one,
    staff_tables_together,
)
from projector.inputs.workforce_rules import (
    allowances_complete,
    participation_of_all_sexes,
    professions_known,
    teams_agree,
    wages_dated,
    work_said_once,
    working_time_known,
)
from projector.tables import BED_SETTINGS, SEXES

__all__ = ["check_tables"]

_OF_DIAGNOSES = (
    "urgency",
    "readmissions",
    "discharge_ready",
    "drg_points",
    "priority_groups",
    "flows",
    "activity_counts",
    "norms",
    "workloads",
)
"""Tables with rows for a diagnosis, or for ``*``."""

_ROUNDED = 0.005
"""What shares that were rounded may miss their sum by."""

Tables = Mapping[str, pd.DataFrame]
Found = Iterator[tuple[str, Problem]]
"""A table and a problem, whose place continues the name of the table's file."""


def check_tables(
    places: Mapping[str, str], tables: Tables, regions: Collection[str]
) -> list[Problem]:
    """Every fault between the tables of a set.

    Parameters
    ----------
    places
        The file of each table, for the messages.
    tables
        The tables that were read, by name; their index is the line in the file.
    regions
        Codes of the population table.

    Returns
    -------
    list of Problem
    """
    found = [
        *(one for rule in _RULES for one in rule(tables)),
        *overriding_rows_possible(tables, regions),
        *places_known(tables, regions),
    ]
    return [replace(problem, where=f"{places[table]}{problem.where}") for table, problem in found]


def _tiles_apart(tables: Tables) -> Found:
    """No two regions have the same square of the map."""
    if "tiles" not in tables:
        return
    rows = tables["tiles"]
    for line, column, row, region in rows[rows.duplicated(["column", "row"])][
        ["column", "row", "region"]
    ].itertuples():
        message = "another region has this square"
        yield "tiles", Problem(f":{line}", message, f"{region} in column {column}, row {row}")


def _names_known(tables: Tables) -> Found:
    """A name that refers to another table stands there."""
    references = [
        ("use_rates", "diagnosis", "diagnoses", "diagnosis"),
        ("length_of_stay", "diagnosis", "diagnoses", "diagnosis"),
        ("growth", "diagnosis", "diagnoses", "diagnosis"),
        ("existing", "site", "sites", "site"),
        ("existing", "resource", "norms", "resource"),
        ("rhythms", "resource", "norms", "resource"),
        ("unit_costs", "resource", "norms", "resource"),
        ("use_levels", "region", "areas", "area"),
        ("visitor_ages", "region", "areas", "area"),
        ("sites", "serves", "areas", "area"),
        *((table, "diagnosis", "diagnoses", "diagnosis") for table in _OF_DIAGNOSES),
        ("flows", "region", "areas", "area"),
        ("flows", "site", "sites", "site"),
        ("travel", "site", "sites", "site"),
        ("activity_counts", "region", "areas", "area"),
        ("areas", "member", "areas", "area"),
        ("specialisation", "competence", "competences", "competence"),
        ("staff_counts", "region", "areas", "area"),
    ]
    for table, column, home, home_column in references:
        if table not in tables:
            continue
        known = set(tables[home][home_column]) if home in tables else set()
        rows = tables[table].drop_duplicates(column)
        for line, name in zip(rows.index, rows[column], strict=True):
            is_code = home == "areas" and name.isdecimal()
            if name not in known and name != "*" and not is_code:
                yield (
                    table,
                    Problem(
                        where=f":{line}",
                        message=f"column '{column}': the name does not stand in {home}.csv"
                        + (", and is no region code" if home == "areas" else ""),
                        found=str(name),
                        nearest=nearest_name(str(name), known),
                    ),
                )


def _every_age_once(tables: Tables) -> Found:
    """Age bands of a rate, share or length of stay follow one another from 0 and end open."""
    for table, keys in (
        ("use_rates", ["diagnosis", "setting", "sex"]),
        ("length_of_stay", ["diagnosis", "setting"]),
        ("mortality", ["year", "sex"]),
        ("visitor_ages", ["region", "sex"]),
        ("urgency", ["diagnosis", "setting"]),
        ("readmissions", ["diagnosis"]),
        ("discharge_ready", ["diagnosis", "setting"]),
        ("needs", ["need", "sex"]),
        ("participation", ["sex"]),
    ):
        if table not in tables:
            continue
        for key, rows in numbered_by(tables[table], keys).items():
            bands = sorted((row["age_from"], row["age_to"]) for _, row in rows)
            gaps = [
                f"{later[0]} after {earlier[1]}"
                for earlier, later in pairwise(bands)
                if later[0] != earlier[1] + 1
            ]
            if gaps or bands[0][0] != 0 or bands[-1][1] != -1:
                yield (
                    table,
                    Problem(
                        where=f":{rows[0][0]}",
                        message=f"the age bands of {', '.join(map(str, key))} do not cover every "
                        "age once",
                        found="; ".join(gaps) or f"bands from {bands[0][0]} to {bands[-1][1]}",
                        expected="bands from 0 that follow one another, the last one open (90+)",
                    ),
                )


def _both_sexes(tables: Tables) -> Found:
    """A diagnosis in a setting has rates for both sexes, all of one year."""
    for key, rows in numbered_by(tables["use_rates"], ["diagnosis", "setting"]).items():
        sexes, years = (sorted({row[name] for _, row in rows}) for name in ("sex", "year"))
        if len(sexes) != len(SEXES) or len(years) != 1:
            yield (
                "use_rates",
                Problem(
                    where=f":{rows[0][0]}",
                    message=f"the rates of {', '.join(map(str, key))} are not for both sexes and "
                    "of one year",
                    found=f"{', '.join(sexes)}; {', '.join(map(str, years))}",
                ),
            )


def _nights_known(tables: Tables) -> Found:
    """Every diagnosis with stays in a setting with nights has a length of stay there."""
    stays = tables["length_of_stay"]
    known = set(zip(stays["diagnosis"], stays["setting"], strict=True))
    rates = tables["use_rates"].drop_duplicates(["diagnosis", "setting"])
    for line, diagnosis, setting in zip(
        rates.index, rates["diagnosis"], rates["setting"], strict=True
    ):
        if setting in BED_SETTINGS and (diagnosis, setting) not in known:
            yield (
                "use_rates",
                Problem(
                    where=f":{line}",
                    message=f"stays of {diagnosis} in {setting} have no length of stay",
                    expected="rows in the table length_of_stay",
                ),
            )


def _said_once(tables: Tables) -> Found:
    """No two rows are about the same thing: ``*`` and a name in it would be said twice."""
    for table, keys in (
        ("growth", ["measure", "diagnosis", "setting"]),
        ("use_levels", ["region", "kind", "setting"]),
        ("visitor_use", ["setting", "kind"]),
        ("competences", ["profession", "competence", "setting", "kind"]),
    ):
        if table not in tables:
            continue
        fixed = [key for key in keys if "*" not in set(tables[table][key])]
        starred = [key for key in keys if key not in fixed]
        for _, rows in sorted(numbered_by(tables[table], fixed).items()):
            for (line, one), (other_line, other) in combinations(rows, 2):
                same = all(
                    "*" in (one[key], other[key]) or one[key] == other[key] for key in starred
                )
                if same and (table != "growth" or _meet(one, other)):
                    yield (
                        table,
                        Problem(f":{other_line}", f"line {line} already says this"),
                    )


def _meet(one: Mapping[Hashable, Any], other: Mapping[Hashable, Any]) -> bool:
    """Whether two growth rows share an age and a year; an open age band ends at −1."""
    ages = (other["age_to"] < 0 or one["age_from"] <= other["age_to"]) and (
        one["age_to"] < 0 or other["age_from"] <= one["age_to"]
    )
    return bool(ages and one["from"] < other["to"] and other["from"] < one["to"])


def _visitors_whole(tables: Tables) -> Found:
    """The shares of a place's visitors make one, and each sex is spoken of once."""
    if "visitor_ages" not in tables:
        return
    for region, rows in tables["visitor_ages"].groupby("region", sort=False):
        where, sexes = f":{rows.index[0]}", set(rows["sex"])
        total = float(rows["share"].sum())
        if abs(total - 1) > _ROUNDED:
            message = f"the shares of the visitors of {region} do not make one"
            yield "visitor_ages", Problem(where, message, f"{total:g}", "1")
        if sexes not in ({"*"}, set(SEXES)):
            message = f"the visitors of {region} are not of all sexes once"
            expected = f"rows for * or for both {' and '.join(SEXES)}"
            yield "visitor_ages", Problem(where, message, ", ".join(sorted(sexes)), expected)


def _areas_open(tables: Tables) -> Found:
    """No area contains itself."""
    inside: dict[str, list[str]] = {}
    lines: dict[str, object] = {}
    areas = tables["areas"]
    for line, area, member in zip(areas.index, areas["area"], areas["member"], strict=True):
        inside.setdefault(area, []).append(member)
        lines.setdefault(area, line)
    for area, members in inside.items():
        seen, ahead = set(), list(members)
        while ahead:
            member = ahead.pop()
            if member == area:
                yield "areas", Problem(f":{lines[area]}", f"the area {area} contains itself")
                break
            if member not in seen:
                seen.add(member)
                ahead += inside.get(member, [])


_RULES: tuple[Callable[[Tables], Found], ...] = (
    _names_known,
    _every_age_once,
    _both_sexes,
    _nights_known,
    _said_once,
    _visitors_whole,
    _areas_open,
    _tiles_apart,
    moves_go_together,
    every_cell_of_moves,
    moves_of_regions,
    destinations_sum_to_one,
    urgency_everywhere,
    readmissions_acute,
    flows_within_all_contacts,
    prices_of_their_settings,
    group_orders_differ,
    kinds_fit_diagnoses,
    bed_days_have_nights,
    norms_complete,
    norms_said_once,
    one_unit_of_a_resource,
    beds_shared_out_once,
    rhythms_whole,
    needs_of_all_sexes,
    staff_tables_together,
    staff_ages_within,
    staff_ages_once,
    staff_shares_make_one,
    everybody_retires,
    entry_of_every_stock,
    professions_known,
    wages_dated,
    working_time_known,
    work_said_once,
    teams_agree,
    allowances_complete,
    participation_of_all_sexes,
    deviations_whole,
)
