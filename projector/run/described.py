"""What is in an input set: tables, rows, regions, years, sources, and what is absent."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from projector.inputs.input_set import InputSet
from projector.run.provenance import sources_of
from projector.tables import INPUT_TABLES, NATION, QUALITIES, unique

__all__ = ["TableDescribed", "absent", "described", "has_nation"]

_REGION_COLUMNS = ("region", "member", "serves", "from_region", "to_region")
_YEAR_KIND = "year"


@dataclass(frozen=True)
class TableDescribed:
    """One table of an input set.

    Parameters
    ----------
    name, what, file
        What it is called, what it holds, and the file it was read from.
    rows
        How many; of people the counts of region, year, sex and age.
    regions
        How many different regions it names; None if it names none.
    years
        First and last year; None if it has none.
    qualities
        Rows by quality: ``official``, ``derived``, ``assumption``, or empty where they do not say.
        Of people, whose tables have no such column, none.
    sources
        What its rows say of where they come from, with quality, rows and the first line.
    """

    name: str
    what: str
    file: str
    rows: int
    regions: int | None
    years: tuple[int, int] | None
    qualities: Mapping[str, int]
    sources: tuple[Mapping[str, str | int], ...]


def described(inputs: InputSet) -> list[TableDescribed]:
    """Every table of an input set, people first.

    Parameters
    ----------
    inputs
        The tables.

    Returns
    -------
    list of TableDescribed
    """
    persons = inputs.population.persons
    years = [int(year) for year in persons["year"].values]
    people = TableDescribed(
        "population",
        INPUT_TABLES["population"].description,
        inputs.places["population"],
        int(persons.size),
        persons.sizes["region"],
        (min(years), max(years)),
        {},
        (),
    )
    sources = sources_of(inputs)
    tables = [
        _table(name, rows, inputs, [one for one in sources if one["table"] == name])
        for name, rows in inputs.tables.items()
    ]
    return [people, *tables]


def absent(inputs: InputSet) -> dict[str, str]:
    """Optional tables that the set does not have, and what they would hold."""
    there = {"population", *inputs.tables}
    return {name: table.description for name, table in INPUT_TABLES.items() if name not in there}


def has_nation(inputs: InputSet) -> bool:
    """Whether the set knows the people of the whole country."""
    return inputs.nation is not None or NATION in inputs.population.persons["region"].values


def _table(
    name: str, rows: pd.DataFrame, inputs: InputSet, sources: "list[dict[str, str | int]]"
) -> TableDescribed:
    contract = INPUT_TABLES[name]
    codes = [code for column in _REGION_COLUMNS if column in rows for code in unique(rows[column])]
    years = [
        rows[key]
        for key, column in contract.columns.items()
        if column.kind == _YEAR_KIND and key in rows
    ]
    known = pd.concat(years).dropna() if years else pd.Series(dtype=float)
    counted = dict.fromkeys((*QUALITIES, ""), 0)
    for one in sources:
        counted[str(one["quality"])] += int(one["rows"])
    return TableDescribed(
        name,
        contract.description,
        inputs.places[name],
        len(rows),
        len({code for code in codes if code != "*"}) or None,
        None if known.empty else (int(known.min()), int(known.max())),
        {quality: count for quality, count in counted.items() if count},
        tuple({key: one[key] for key in ("quality", "source", "rows", "line")} for one in sources),
    )
