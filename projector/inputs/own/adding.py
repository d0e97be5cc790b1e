"""An own table, put beside what an input set has already."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from projector.errors import Problem, UsageError, nearest_name
from projector.inputs.input_set import load_inputs
from projector.inputs.own.adding_up import Row
from projector.inputs.own.grid import Grid, column_letters, read_grid
from projector.inputs.own.headings import KINDS, Kind, Layout, understand_headings
from projector.inputs.own.names import names_of_set
from projector.inputs.own.rows import Given, Understood, understand_rows
from projector.inputs.own.words import key_of
from projector.tables import INPUT_TABLES, Table
from projector.tables.cells import guarded, unguarded

__all__ = ["Added", "OwnTable", "add_table"]


@dataclass(frozen=True)
class OwnTable:
    """What a planner wants added, and says of it.

    Parameters
    ----------
    kind
        Stays, bed days, staff or places, in the planner's words.
    path
        The file.
    sheet
        Which sheet of a workbook.
    columns
        What a column is, by its heading.
    unit
        What a column called only *Antall* holds, or ``ones`` or ``thousands``.
    given
        What holds for all rows.
    replace
        Whether rows that the set has already give way.
    """

    kind: str
    path: Path
    sheet: str | None
    columns: Mapping[str, str]
    unit: str | None
    given: Given
    replace: bool


@dataclass(frozen=True)
class Added:
    """What was understood, and the files that it makes.

    Parameters
    ----------
    kind
        What the table was taken for.
    grid, layout, understood
        What was found.
    files
        Content by name: the table, and the sites where new ones came.
    new, same, replaced
        Rows that the set did not have, had already, and had with other figures.
    sha256
        Of the file.
    """

    kind: Kind
    grid: Grid
    layout: Layout
    understood: Understood
    files: Mapping[str, bytes]
    new: int
    same: int
    replaced: int
    sha256: str

    def columns(self) -> list[tuple[str, str, str]]:
        """Letter, heading and meaning of every column that has one."""
        found = [
            (column_letters(at), self.layout.headings[at], meaning)
            for meaning, at in self.layout.columns.items()
        ]
        found += [
            (column_letters(at), self.layout.headings[at], f"{self.kind.figures[0]} {year}")
            for year, at in self.layout.by_year.items()
        ]
        return sorted(found, key=lambda one: (len(one[0]), one[0]))


def add_table(own: OwnTable, folder: Path) -> Added:
    """Understand an own table, and put it beside what a set has.

    Parameters
    ----------
    own
        The table.
    folder
        The input set whose names it uses and whose rows it joins.

    Returns
    -------
    Added
        Nothing is written.

    Raises
    ------
    InputsError, UsageError
        With every cell that is wrong, and for what may be read in two ways the option that says
        which; or if the set has other figures for the same rows.
    """
    kind = _kind(own.kind)
    names = names_of_set(load_inputs(folder, {}))
    grid = read_grid(own.path, own.sheet)
    known = [
        name
        for name, value in (("year", own.given.year), ("setting", own.given.setting))
        if value is not None
    ]
    layout = understand_headings(grid, kind, own.columns, own.unit, known)
    understood = understand_rows(grid, kind, layout, names, own.given)
    contract = INPUT_TABLES[kind.table]
    had = _rows_of(folder, kind.table)
    merged, counts = _merged(own, contract, had, understood.rows, folder / f"{kind.table}.csv")
    files = {f"{kind.table}.csv": _csv(contract, merged)}
    sites = _new_sites(folder, understood, own.given)
    if sites:
        files["sites.csv"] = _csv(INPUT_TABLES["sites"], [*_rows_of(folder, "sites"), *sites])
    return Added(
        kind,
        grid,
        layout,
        understood,
        files,
        *counts,
        sha256(own.path.read_bytes()).hexdigest(),
    )


def _kind(word: str) -> Kind:
    found = key_of("table", word)
    if found:
        return KINDS[found[0]]
    raise UsageError(
        Problem("TABLE", "not a kind of own table", f"'{word}'", ", ".join(KINDS),
                nearest_name(word, KINDS))
    )  # fmt: skip


def _rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    """The rows of a table of a set, as they are written."""
    path = folder / f"{table}.csv"
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [{name: unguarded(cell) for name, cell in row.items()} for row in rows]


def _merged(
    own: OwnTable,
    contract: Table,
    had: Sequence[dict[str, str]],
    rows: Sequence[Row],
    where: Path,
) -> tuple[list[dict[str, str]], tuple[int, int, int]]:
    """Rows of the set and the own ones; how many are new, the same and replaced."""
    merged = {tuple(row[name] for name in contract.key): row for row in had}
    new = same = replaced = 0
    problems = []
    for row in rows:
        written = {**row.values, **{name: _text(value) for name, value in row.figures.items()}}
        key = tuple(written[name] for name in contract.key)
        earlier = merged.get(key)
        if earlier is None:
            new += 1
        elif all(_equal(earlier[name], written[name]) for name in row.figures):
            same += 1
            continue
        elif own.replace:
            replaced += 1
        else:
            figures = ", ".join(f"{earlier[name]} {name}" for name in row.figures)
            message = f"{where.parent.name}/{where.name} has other figures for {', '.join(key)}"
            found = ", ".join(f"{written[name]}" for name in row.figures)
            expected = f"{figures}; or --replace, to put these in their place"
            problems.append(Problem(row.where, message, found, expected))
        merged[key] = written
    if problems:
        raise UsageError(problems)
    return list(merged.values()), (new, same, replaced)


def _equal(one: str, other: str) -> bool:
    return one == other or (bool(one) and bool(other) and float(one) == float(other))


def _new_sites(folder: Path, understood: Understood, given: Given) -> list[dict[str, str]]:
    """Rows for sites that the set does not have."""
    there = {row["site"] for row in _rows_of(folder, "sites")}
    return [
        {
            "site": site,
            "serves": serves,
            "region": "",
            "source": given.source,
            "quality": given.quality,
        }
        for site, serves in understood.sites.items()
        if site not in there
    ]


def _csv(contract: Table, rows: Sequence[Mapping[str, str]]) -> bytes:
    text = io.StringIO()
    columns = [
        name
        for name, column in contract.columns.items()
        if not column.optional or any(row.get(name) for row in rows)
    ]
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    texts = {name for name, column in contract.columns.items() if column.kind in ("text", "code")}
    writer.writerows(
        {name: guarded(cell) if name in texts else cell for name, cell in row.items()}
        for row in rows
    )
    return text.getvalue().encode("utf-8")


def _text(value: float) -> str:
    """A figure as it is written; empty where it is not published."""
    return "" if np.isnan(value) else np.format_float_positional(value, trim="-")
