"""People by region, year, sex and single age, from the statistics bank."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import xarray as xr

from projector.errors import FetchError, Problem
from projector.inputs.ages import OPEN, parse_ages
from projector.inputs.fetch.extracts import Desk, Fetched, fetch
from projector.inputs.fetch.klass import Change, changes_as_csv
from projector.inputs.fetch.parts import Part
from projector.inputs.fetch.queries import Dimension, Metadata, Query
from projector.inputs.fetch.regions import Chosen
from projector.inputs.fetch.service import Wanted
from projector.inputs.fetch.totals import check_totals
from projector.inputs.labels import parse_regions, parse_sex
from projector.inputs.population import Population, read_population
from projector.inputs.region_changes import read_region_changes
from projector.tables import NATION, SEXES
from projector.tables.cells import guarded

__all__ = ["age_codes", "fetch_people", "people_as_csv", "sex_codes", "ward_codes"]

_SHOWN = 5
_NATION_NAME = "Norge"
"""What scenarios call the nation; the statistics bank says *Hele landet*."""


def fetch_people(
    desk: Desk,
    wanted: Wanted,
    wards: Wanted,
    chosen: Chosen,
    years: Sequence[int],
    changes: tuple[Sequence[Change], Sequence[Change]],
    names: Mapping[str, str],
    folder: Path,
) -> Part:
    """Fetch people of the regions that were chosen, and of the nation.

    Every table is asked for totals as well: their people of both sexes and all ages are the sum
    of the cells, and where all municipalities were asked for, the nation is the sum of them.

    Parameters
    ----------
    desk
        Where.
    wanted, wards
        The tables of municipalities and of wards.
    chosen
        The regions, by their codes of the last year.
    years
        Calendar years.
    changes
        What became of them and of those that they have to do with: municipalities, and wards.
    names
        Names by code, of the last year.
    folder
        Where the table of changes may lie while it is read.

    Returns
    -------
    Part
        ``population.csv``, and the changes under ``published/``.

    Raises
    ------
    FetchError, InputsError
        If something is absent, does not add up, or cannot be brought to the codes of the last year.
    """
    of_towns, of_wards = changes
    older = [code for change in of_towns for code in (change.old, change.new)]
    towns = list(dict.fromkeys([NATION, *chosen.municipalities, *older]))
    fetched = [fetch(desk, wanted.table, lambda told: _queries(told, wanted, towns, years))]
    check_totals(fetched[0], chosen.everywhere)
    if chosen.wards:
        parts = [code for change in of_wards for code in (change.old, change.new)]
        asked = list(dict.fromkeys([*chosen.wards, *parts]))
        came = fetch(desk, wards.table, lambda told: _ward_queries(told, wards, asked, years))
        check_totals(came, everywhere=False)
        fetched.append(came)
    paths = [record.path for one in fetched for record in one.records[-1]]
    becoming = None
    concerned = [*of_towns, *of_wards]
    if concerned:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "klass_changes.csv"
        path.write_bytes(changes_as_csv(concerned))
        becoming = read_region_changes(path)
    people = read_population(paths, names=names, changes=becoming, codes_of=years[-1])
    kept = [NATION, *chosen.municipalities, *chosen.wards]
    absent = [code for code in kept if code not in people.persons["region"].values]
    if absent:
        shown = ", ".join(f"{code} {names.get(code, '')}".strip() for code in absent)
        message = "regions asked for have no people in the tables that came"
        raise FetchError(Problem(f"table {wanted.table}", message, shown))
    changed = {change.new for change in concerned if change.old != change.new}
    files = {"population.csv": people_as_csv(people, kept, _said(fetched), changed)}
    if concerned:
        files["published/klass_changes.csv"] = changes_as_csv(concerned)
    remark = "people on 1 January by sex and single age; regions on the codes of the last year"
    sources = [Part.source("population.csv", one, remark) for one in fetched]
    extra = len(people.persons["region"]) - len(kept)
    notes = list(people.notes)
    if extra:
        notes.append(f"{extra} other regions were fetched to share out those that were divided")
    return Part(files, sources, tuple(notes))


def age_codes(ages: Dimension) -> tuple[str, ...]:
    """The codes of single ages, and of the one open group above them.

    Raises
    ------
    FetchError
        If there are none.
    """
    singles, opened = [], []
    for code, label in zip(ages.values, ages.labels, strict=True):
        try:
            first, last = parse_ages(label)
        except ValueError:
            continue  # a total, or another grouping beside single ages
        if last == OPEN:
            opened.append((first, code))
        elif first == last:
            singles.append((first, code))
    oldest = max(singles, default=(OPEN, ""))[0]
    above = [code for first, code in opened if first == oldest + 1]
    if not singles or not above:
        shown = ", ".join(ages.labels[:_SHOWN])
        raise FetchError(Problem(ages.code, "no single ages with an open one", shown))
    return (*(code for _, code in singles), above[0])


def sex_codes(sexes: Dimension) -> tuple[str, ...]:
    """The codes of women and men.

    Raises
    ------
    FetchError
        If one of them has none.
    """
    found = {}
    for code, label in zip(sexes.values, sexes.labels, strict=True):
        try:
            found[parse_sex(label)] = code
        except ValueError:
            continue  # a label beside the sexes; that both are there is checked below
    if not set(SEXES) <= set(found):
        shown = ", ".join(sexes.labels)
        raise FetchError(Problem(sexes.code, "no codes of women and men", shown))
    return tuple(found[sex] for sex in SEXES)


def ward_codes(metadata: Metadata, region: str) -> dict[str, tuple[str, str]]:
    """Code in the table, and name, by the six digits of each ward of today."""
    dimension = metadata.dimension(region)
    labels = [
        f"{code} {label}" for code, label in zip(dimension.values, dimension.labels, strict=True)
    ]
    regions, faults = parse_regions(labels)
    return {
        one.code: (code, one.name or "")
        for place, (one, code) in enumerate(zip(regions, dimension.values, strict=True))
        if one.code and one.code.isdigit() and place not in faults
    }


def _queries(
    metadata: Metadata, wanted: Wanted, regions: Sequence[str], years: Sequence[int]
) -> list[Query]:
    """Totals by region and year, and all cells."""
    known = set(metadata.dimension(wanted.region).values)
    here = [code for code in regions if code in known]
    absent = [code for code in (NATION,) if code not in known]
    if absent:
        raise FetchError(Problem(f"table {wanted.table}", "it does not have the nation", "", "0"))
    return _both(metadata, wanted, here, years)


def _ward_queries(
    metadata: Metadata, wanted: Wanted, regions: Sequence[str], years: Sequence[int]
) -> list[Query]:
    known = ward_codes(metadata, wanted.region)
    here = [known[code][0] for code in regions if code in known]
    return _both(metadata, wanted, here, years)


def _both(
    metadata: Metadata, wanted: Wanted, regions: Sequence[str], years: Sequence[int]
) -> list[Query]:
    time = metadata.dimension(metadata.time)
    lacking = [str(year) for year in years if str(year) not in time.values]
    if lacking:
        found = f"{time.values[0]} to {time.values[-1]}"
        message = f"the table has no figures of {', '.join(lacking[:_SHOWN])}"
        raise FetchError(Problem(f"table {wanted.table}", message, found))
    fixed = {
        wanted.region: tuple(regions),
        "ContentsCode": (wanted.contents,),
        metadata.time: tuple(map(str, years)),
    }
    held = [(one.code, fixed[one.code]) for one in metadata.dimensions if one.code in fixed]
    totals = Query(wanted.table, tuple(held)).led_by(wanted.region)
    divided = []
    for one in metadata.dimensions:
        if one.code in fixed:
            divided.append((one.code, fixed[one.code]))
        elif one.code == "Kjonn":
            divided.append((one.code, sex_codes(one)))
        elif one.code == "Alder":
            divided.append((one.code, age_codes(one)))
        elif not one.eliminable:
            message = f"it is divided by '{one.label}', which is not known here"
            raise FetchError(Problem(f"table {wanted.table}", message))
    cells = Query(wanted.table, tuple(divided)).led_by(wanted.region)
    summed = all(metadata.dimension(code).eliminable for code in ("Kjonn", "Alder"))
    return [totals, cells] if summed else [cells]


def _said(fetched: Sequence[Fetched]) -> str:
    tables = " and ".join(one.metadata.table for one in fetched)
    updated = ", ".join(one.updated[:10] for one in fetched)
    return f"SSB table {tables}, updated {updated}, CC BY 4.0"


def people_as_csv(
    people: Population, regions: Sequence[str], source: str, changed: set[str]
) -> bytes:
    """People as the table ``population``, one column a year.

    Parameters
    ----------
    people
        On the codes of the last year.
    regions
        Those that are written, in order.
    source
        Is written beside every row.
    changed
        Codes that older regions became: their rows are derived, not printed.

    Returns
    -------
    bytes
        UTF-8.
    """
    persons = people.persons
    groups = [int(first) for first in persons["age_group"].values]
    labels = [
        f"{first}+" if place + 1 == len(groups) else str(first)
        for place, first in enumerate(groups)
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    years = [str(int(year)) for year in persons["year"].values]
    writer.writerow(["code", "name", "sex", "age_group", "source", "quality", *years])
    for code in regions:
        name = _NATION_NAME if code == NATION else people.region_names[code]
        told = source, "official"
        if code in changed:
            told = f"{source}; older regions brought to its code by KLASS", "derived"
        held: xr.DataArray = persons.sel(region=code).transpose("sex", "age_group", "year")
        for sex, rows in zip(SEXES, held.values, strict=True):
            for label, row in zip(labels, rows, strict=True):
                writer.writerow([code, guarded(name), sex, label, *told, *map(_count, row)])
    return text.getvalue().encode("utf-8")


def _count(persons: float) -> str:
    """People, whole where they are."""
    return f"{persons:.0f}" if persons == round(persons) else f"{persons:.4f}".rstrip("0")
