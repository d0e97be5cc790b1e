"""Figures that results are held against: projections, use of hospitals and municipal care.

A run does not read them. What Statistics Norway prints of hospitals and of municipal care is
divided by region, sex or age, not by the diagnosis groups that use rates are of: its somatic
hospitals are one sum over them without mental health, and a count of all diagnoses would hold that
too.
"""

import re
from collections.abc import Collection, Sequence

import pandas as pd

from projector.errors import Problem, UsageError, nearest_name
from projector.inputs.fetch.extracts import Desk, Fetched, fetch
from projector.inputs.fetch.parts import Part
from projector.inputs.fetch.people import age_codes, sex_codes
from projector.inputs.fetch.queries import Dimension, Metadata, Query
from projector.inputs.fetch.service import Wanted
from projector.inputs.jsonstat import read_jsonstat
from projector.tables import NATION
from projector.tables.cells import guarded_table

__all__ = ["fetch_printed", "fetch_projection"]

_LETTERS = re.compile(r"\b([HMLKB]{4})\b")
_CONTENTS = "ContentsCode"
_SHOWN = 12


def fetch_projection(
    desk: Desk, wanted: Wanted, regions: Sequence[str], alternatives: Sequence[str]
) -> Part:
    """Fetch a projection of Statistics Norway by sex and single age.

    Parameters
    ----------
    desk
        Where.
    wanted
        The table.
    regions
        Codes of today.
    alternatives
        Letters such as ``MMMM``.

    Returns
    -------
    Part
        One file for each alternative, as ``projector backtest --published`` takes them.

    Raises
    ------
    FetchError, UsageError
        If the table is not of that kind, or lacks an alternative.
    """

    def queries(metadata: Metadata) -> list[Query]:
        time = metadata.dimension(metadata.time)
        return [
            _ordered(
                metadata,
                wanted.region,
                {
                    wanted.region: _there(metadata, wanted, [NATION, *regions]),
                    "Kjonn": sex_codes(metadata.dimension("Kjonn")),
                    "Alder": age_codes(metadata.dimension("Alder")),
                    _CONTENTS: (code,),
                    metadata.time: time.values,
                },
            )
            for code in _alternatives(metadata, alternatives).values()
        ]

    fetched = fetch(desk, wanted.table, queries)
    files, sources = {}, []
    remark = "the projection; no run reads it: `projector backtest --published` compares with it"
    for letters, records in zip(
        _alternatives(fetched.metadata, alternatives), fetched.records, strict=True
    ):
        name = f"published/projection_{wanted.table}_{letters}.csv"
        frame = pd.concat([read_jsonstat(record.path).frame for record in records])
        frame = frame.rename(columns={"value": "persons"})
        kept = ["region", "region_name", "year", "sex", "ages", "persons"]
        files[name] = _csv(frame[kept])
        others = [
            record.query for each in fetched.records if each is not records for record in each
        ]
        sources.append(Part.source(name, fetched, remark, skip=others))
    return Part(files, sources, _absent_note(fetched, wanted, regions))


def fetch_printed(desk: Desk, wanted: Wanted, regions: Sequence[str], years: Sequence[int]) -> Part:
    """Fetch all figures of a table for the regions that it has, with their symbols.

    Parameters
    ----------
    desk
        Where.
    wanted
        The table.
    regions
        Codes of today and older ones; a table of health regions has none of them, and is fetched
        for all that it has.
    years
        Those of them that the table has.

    Returns
    -------
    Part
        One file, as published: nothing is added together or brought to other codes.

    Raises
    ------
    FetchError
        If nothing can be fetched.
    """

    def queries(metadata: Metadata) -> list[Query]:
        region = metadata.dimension(wanted.region)
        time = metadata.dimension(metadata.time)
        here = _there(metadata, wanted, [wanted.nation, *regions])
        if not set(here) & set(regions):
            here = region.values
        kept = {
            one.code: one.values
            for one in metadata.dimensions
            if not (one.eliminable and one.code == "Kjonn")
        }
        kept[wanted.region] = here
        kept[metadata.time] = _of_years(time, years)
        return [_ordered(metadata, wanted.region, kept)]

    fetched = fetch(desk, wanted.table, queries)
    frame = pd.concat([read_jsonstat(record.path).frame for record in fetched.records[0]])
    name = f"published/{wanted.use}_{wanted.table}.csv"
    remark = "as printed; no run reads it: results may be held against it"
    return Part(
        {name: _csv(frame)},
        [Part.source(name, fetched, remark)],
        _absent_note(fetched, wanted, regions),
    )


def _of_years(time: Dimension, years: Sequence[int]) -> tuple[str, ...]:
    """The years wanted that a table has; all that it has, where it has none of them."""
    wanted = {str(year) for year in years}
    return tuple(value for value in time.values if value in wanted) or time.values


def _there(metadata: Metadata, wanted: Wanted, regions: Sequence[str]) -> tuple[str, ...]:
    """The regions that the table has."""
    known = set(metadata.dimension(wanted.region).values)
    return tuple(dict.fromkeys(code for code in regions if code in known))


def _absent_note(fetched: Fetched, wanted: Wanted, regions: Sequence[str]) -> tuple[str, ...]:
    """A note where the table lacks regions of today."""
    known: Collection[str] = set(fetched.metadata.dimension(wanted.region).values)
    absent = [code for code in regions if code not in known]
    if not absent:
        return ()
    more = f" and {len(absent) - _SHOWN} more" if len(absent) > _SHOWN else ""
    shown = ", ".join(absent[:_SHOWN]) + more
    return (f"table {wanted.table} does not have the regions {shown}",)


def _alternatives(metadata: Metadata, letters: Sequence[str]) -> dict[str, str]:
    """Code of each alternative, by its letters."""
    contents = metadata.dimension(_CONTENTS)
    known = {
        match[1]: code
        for code, label in zip(contents.values, contents.labels, strict=True)
        if (match := _LETTERS.search(label))
    }
    problems = [
        Problem(
            f"table {metadata.table}",
            "no such alternative",
            f"'{one}'",
            ", ".join(known),
            nearest_name(one, known),
        )
        for one in letters
        if one not in known
    ]
    if problems:
        raise UsageError(problems)
    return {one: known[one] for one in dict.fromkeys(letters)}


def _ordered(metadata: Metadata, region: str, kept: dict[str, tuple[str, ...]]) -> Query:
    """What is kept of each dimension, in the order of the table but for that of regions."""
    held = [(one.code, kept[one.code]) for one in metadata.dimensions if one.code in kept]
    return Query(metadata.table, tuple(held)).led_by(region)


def _csv(frame: pd.DataFrame) -> bytes:
    return guarded_table(frame).to_csv(index=False, lineterminator="\n").encode("utf-8")
