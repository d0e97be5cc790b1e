"""Checks of the tables on urgency, readmissions, prices, priority groups, flows and counts."""

from collections.abc import Collection, Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from projector.errors import Problem
from projector.inputs.ages import OPEN, age_label
from projector.inputs.rows import Numbered, numbered_by
from projector.tables import BED_SETTINGS, SETTINGS

__all__ = [
    "bed_days_have_nights",
    "flows_within_all_contacts",
    "group_orders_differ",
    "kinds_fit_diagnoses",
    "prices_of_their_settings",
    "readmissions_acute",
    "urgency_everywhere",
]

Tables = Mapping[str, pd.DataFrame]
Found = Iterator[tuple[str, Problem]]
Row = Mapping[Hashable, Any]

_ROUNDING = 1e-9
"""What sums and comparisons of decimal shares may miss by; rounded shares may not exceed all."""

_PRICED_BY_SETTING = ("contact", "bed_day")


def urgency_everywhere(tables: Tables) -> Found:
    """A setting with urgency has it for every diagnosis that is treated there."""
    if "urgency" not in tables:
        return
    for setting, rows in tables["urgency"].groupby("setting", sort=False):
        if "*" in set(rows["diagnosis"]):
            continue
        known = set(rows["diagnosis"])
        for diagnosis in _treated(tables, str(setting)):
            if diagnosis not in known:
                yield (
                    "urgency",
                    Problem(
                        where=f":{rows.index[0]}",
                        message=f"{diagnosis} is treated in {setting} and has no acute share",
                        expected=f"rows for {diagnosis} or for * in {setting}",
                    ),
                )


def readmissions_acute(tables: Tables) -> Found:
    """Readmissions are acute stays, so at no age are there more of them."""
    if "readmissions" not in tables:
        return
    acute = tables["urgency"] if "urgency" in tables else pd.DataFrame({"setting": []})
    acute = acute[acute["setting"] == "inpatient"]
    if acute.empty:
        message = "readmissions are acute, and nothing says how many inpatient stays are"
        expected = "rows for inpatient in the table urgency"
        yield "readmissions", Problem("", message, expected=expected)
        return
    told = set()
    by_diagnosis = numbered_by(acute, ["diagnosis"])
    readmitted = numbered_by(tables["readmissions"], ["diagnosis"])
    for diagnosis in _treated(tables, "inpatient"):
        limits = _rows_for(by_diagnosis, diagnosis)
        for line, row in _rows_for(readmitted, diagnosis):
            for _, limit in limits:
                ages = _shared_ages(row, limit)
                if ages and row["share"] > limit["acute"] + _ROUNDING and line not in told:
                    told.add(line)
                    yield (
                        "readmissions",
                        Problem(
                            where=f":{line}",
                            message=f"more readmissions of {diagnosis} at ages "
                            f"{age_label(*ages)} than acute inpatient stays",
                            found=f"{row['share']:g}",
                            expected=f"at most {limit['acute']:g}, the acute share in urgency.csv",
                        ),
                    )


def flows_within_all_contacts(tables: Tables) -> Found:
    """Of a region's contacts of a diagnosis in a setting no more than all go to sites.

    The row that counts for a site is the one for the fewest regions, then one for a
    diagnosis, a kind and a setting; two that are alike in all this are a fault.
    """
    if "flows" not in tables:
        return
    rows = tables["flows"].reset_index(names="line").to_dict("records")
    inside = _inside(tables)
    members = {str(row["region"]): _codes(inside, str(row["region"])) for row in rows}
    kinds = dict(zip(tables["diagnoses"]["diagnosis"], tables["diagnoses"]["kind"], strict=True))
    told: set[tuple[int, ...]] = set()
    for places in _regions_alike(members):
        here = [row for row in rows if row["region"] in places]
        for diagnosis, kind in kinds.items():
            for setting in SETTINGS:
                cell = {"diagnosis": diagnosis, "kind": kind, "setting": setting}
                counted = _rows_that_count([row for row in here if _covers(row, cell)], members)
                about = f"{here[0]['region']}, {diagnosis} in {setting}"
                for problem in _flow_faults(counted, about, told):
                    yield "flows", problem


def prices_of_their_settings(tables: Tables) -> Found:
    """Contacts and bed days have prices by setting; DRG points alone follow activity in part."""
    if "prices" not in tables:
        return
    for line, row in tables["prices"].iterrows():
        where, item, setting = f":{line}", row["item"], row["setting"]
        if item not in _PRICED_BY_SETTING and setting != "*":
            message = f"the price of a {item} is the same in every setting"
            yield "prices", Problem(where, message, setting, "*")
        elif item in _PRICED_BY_SETTING and setting == "*":
            message = f"the price of a {item} is for one setting"
            yield "prices", Problem(where, message, setting, "a level of care")
        elif item == "bed_day" and setting not in BED_SETTINGS:
            message = f"the setting {setting} has no nights, so no bed days to pay for"
            yield "prices", Problem(where, message, expected=f"one of {', '.join(BED_SETTINGS)}")
        if item != "drg_point" and pd.notna(row.get("share")):
            message = f"the share belongs to drg_point, not to {item}"
            yield "prices", Problem(where, message, f"{row['share']:g}", "empty")


def group_orders_differ(tables: Tables) -> Found:
    """A priority group has one order, and no other group has the same."""
    if "priority_groups" not in tables:
        return
    rows = tables["priority_groups"]
    order_of: dict[str, int] = {}
    group_of: dict[int, str] = {}
    for line, group, order in zip(rows.index, rows["group"], rows["order"], strict=True):
        if order_of.setdefault(group, order) != order:
            message = f"the group {group} has another order further up"
            yield (
                "priority_groups",
                Problem(f":{line}", message, str(order), str(order_of[group])),
            )
        elif group_of.setdefault(order, group) != group:
            message = f"the groups {group_of[order]} and {group} have the same order"
            yield "priority_groups", Problem(f":{line}", message, str(order), "another number")


def kinds_fit_diagnoses(tables: Tables) -> Found:
    """A row for a diagnosis and a kind is for the kind that the diagnosis has."""
    kinds = dict(zip(tables["diagnoses"]["diagnosis"], tables["diagnoses"]["kind"], strict=True))
    for table in ("priority_groups", "flows", "norms", "workloads"):
        if table not in tables:
            continue
        rows = tables[table]
        for line, diagnosis, kind in zip(rows.index, rows["diagnosis"], rows["kind"], strict=True):
            if diagnosis in kinds and kind not in ("*", kinds[diagnosis]):
                message = f"{diagnosis} is not of this kind, so the row is about nothing"
                yield table, Problem(f":{line}", message, kind, f"* or {kinds[diagnosis]}")


def bed_days_have_nights(tables: Tables) -> Found:
    """Bed days are counted in settings with nights."""
    if "activity_counts" not in tables:
        return
    rows = tables["activity_counts"]
    wrong = rows[(rows["measure"] == "bed_days") & ~rows["setting"].isin([*BED_SETTINGS, "*"])]
    for line, setting in zip(wrong.index, wrong["setting"], strict=True):
        yield (
            "activity_counts",
            Problem(
                where=f":{line}",
                message=f"the setting {setting} has no nights, so no bed days",
                expected=f"contacts, or one of {', '.join(BED_SETTINGS)} or *",
            ),
        )


def _treated(tables: Tables, setting: str) -> list[str]:
    """Diagnoses with use rates in a setting."""
    rates = tables["use_rates"]
    return list(dict.fromkeys(rates.loc[rates["setting"] == setting, "diagnosis"]))


def _rows_for(rows: Mapping[tuple[str, ...], list[Numbered]], diagnosis: str) -> list[Numbered]:
    """The rows of a diagnosis, or those for ``*`` where it has none."""
    return rows.get((diagnosis,), rows.get(("*",), []))


def _shared_ages(one: Row, other: Row) -> tuple[int, int] | None:
    """The ages that two rows have in common."""
    first = int(max(one["age_from"], other["age_from"]))
    closed = [int(row["age_to"]) for row in (one, other) if row["age_to"] != OPEN]
    last = min(closed, default=OPEN)
    return (first, last) if last == OPEN or first <= last else None


def _inside(tables: Tables) -> dict[str, list[str]]:
    """The members of each area, as they are written."""
    inside: dict[str, list[str]] = {}
    for area, member in zip(tables["areas"]["area"], tables["areas"]["member"], strict=True):
        inside.setdefault(area, []).append(member)
    return inside


def _codes(inside: Mapping[str, list[str]], name: str) -> frozenset[str]:
    """Region codes of a code or an area, areas within areas opened."""
    codes, seen, ahead = set(), set(), [name]
    while ahead:
        here = ahead.pop()
        if here not in inside:
            codes.add(here)
        elif here not in seen:
            seen.add(here)
            ahead += inside[here]
    return frozenset(codes)


def _regions_alike(members: Mapping[str, Collection[str]]) -> list[frozenset[str]]:
    """The names that regions stand under, once for all the regions under the same ones."""
    codes = dict.fromkeys(code for inside in members.values() for code in sorted(inside))
    return list(
        dict.fromkeys(
            frozenset(name for name, inside in members.items() if code in inside) for code in codes
        )
    )


def _covers(row: Row, cell: Mapping[str, str]) -> bool:
    return all(row[column] in ("*", value) for column, value in cell.items())


def _rows_that_count(rows: list[Row], members: Mapping[str, Collection[str]]) -> list[list[Row]]:
    """For each site the rows that go first; more than one where they are alike."""

    def rank(row: Row) -> tuple[int, ...]:
        starred = (int(row[column] == "*") for column in ("diagnosis", "kind", "setting"))
        return (len(members[row["region"]]), *starred)

    of_site: dict[str, list[Row]] = {}
    for row in rows:
        of_site.setdefault(row["site"], []).append(row)
    return [[row for row in own if rank(row) == min(map(rank, own))] for own in of_site.values()]


def _flow_faults(
    counted: list[list[Row]], about: str, told: set[tuple[int, ...]]
) -> Iterator[Problem]:
    """Faults of one cell that were not told of another."""
    for alike in counted:
        lines = tuple(row["line"] for row in alike)
        if len(alike) > 1 and lines not in told:
            told.add(lines)
            message = f"line {lines[0]} says this too, of as many regions, for {about}"
            yield Problem(f":{lines[1]}", message)
    lines = tuple(sorted(alike[0]["line"] for alike in counted))
    total = sum(alike[0]["share"] for alike in counted)
    if total > 1 + _ROUNDING and lines not in told:
        told.add(lines)
        yield Problem(
            where=f":{lines[-1]}",
            message=f"the shares of {about} sum to more than 1",
            found=f"{total:g}, lines {', '.join(map(str, lines))}",
            expected="at most 1 over all sites",
        )
