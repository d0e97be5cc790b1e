"""The cells of an own table as rows of a table of an input set."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from projector.errors import InputsError, Problem
from projector.inputs.delimited import MOST_FAULTS
from projector.inputs.labels import folded
from projector.inputs.own.adding_up import Row, added_up
from projector.inputs.own.figures import read_figures
from projector.inputs.own.grid import Cell, Grid, column_letters
from projector.inputs.own.headings import Kind, Layout
from projector.inputs.own.names import Names
from projector.inputs.own.words import key_of

__all__ = ["Given", "Understood", "understand_rows"]

_YEAR = re.compile(r"((?:19|20|21)\d\d)(?:[.,]0+)?")
_REMARKS = ("kilde", "source", "note", "merk", "*", "1)", "fotnote")
_FREE = frozenset({"count"})
"""Figures that may be left out where they are not published."""

_COLUMN_OF = {"stays": "count", "bed_days": "count", "places": "amount"}
"""What a figure is called in the table of the set."""


@dataclass(frozen=True)
class Given:
    """What the planner says beside the table.

    Parameters
    ----------
    year, setting
        Of all rows; None where a column says it.
    decimal
        ``comma`` or ``point``, where figures may be read in two ways.
    add_up
        Headings of columns over which rows are added together.
    source, quality
        Of all rows without their own.
    """

    year: int | None
    setting: str | None
    decimal: str | None
    add_up: Sequence[str]
    source: str
    quality: str


@dataclass(frozen=True)
class Understood:
    """What was understood.

    Parameters
    ----------
    rows
        Rows of the table, texts as they are written; figures as numbers, NaN where they are not
        published.
    sites
        Whom sites serve, where a column says it.
    remarks
        What was mended or left out, in the order of the file.
    """

    rows: Sequence[Row]
    sites: Mapping[str, str]
    remarks: Sequence[str]


def understand_rows(
    grid: Grid, kind: Kind, layout: Layout, names: Names, given: Given
) -> Understood:
    """Understand every cell below the headings.

    Parameters
    ----------
    grid, kind, layout
        The sheet, what is expected, and which column is what.
    names
        Of the input set.
    given
        What the planner says beside.

    Returns
    -------
    Understood

    Raises
    ------
    InputsError
        With every cell that is wrong, or that may be read in two ways.
    """
    reader = _Reader(grid, kind, layout, names, given)
    reader.read()
    if reader.problems:
        shown = reader.problems[:MOST_FAULTS]
        rest = len(reader.problems) - len(shown)
        if rest:
            shown.append(Problem(grid.path.name, f"{rest} more cells are wrong"))
        raise InputsError(shown)
    rows = added_up(reader.rows, layout, given.add_up)
    return Understood(rows, reader.sites, tuple(dict.fromkeys(reader.remarks)))


class _Reader:
    """Reads rows, and remembers what was wrong or had to be mended."""

    def __init__(self, grid: Grid, kind: Kind, layout: Layout, names: Names, given: Given) -> None:
        self.grid, self.kind, self.layout = grid, kind, layout
        self.names, self.given = names, given
        self.problems: list[Problem] = []
        self.remarks: list[str] = []
        self.rows: list[Row] = []
        self.sites: dict[str, str] = {}
        self.totals: list[tuple[int, dict[int, float]]] = []
        self.values: dict[int, dict[int, float]] = {}

    def read(self) -> None:
        layout = self.layout
        figures = [layout.columns[one] for one in self.kind.figures if one in layout.columns]
        figures += list(layout.by_year.values())
        body = [
            at for at in range(layout.header + 1, len(self.grid.rows))
            if any(cell.text or cell.fault for cell in self.grid.rows[at])
        ]  # fmt: skip
        if not body:
            where = f"{self.grid.path.name}, row {layout.header + 1}"
            self.problems.append(Problem(where, "no rows below the headings"))
            return
        body = [at for at in body if not self._is_remark(at)]
        for column in figures:
            self._figures(column, body)
        name = "site" if "site" in layout.columns else "region"
        for at in body:
            label = self.cell(at, layout.columns[name]).text
            if key_of("total", label) and not (name == "region" and label in self.names.regions):
                self.totals.append((at, {c: self.values[c].get(at, np.nan) for c in figures}))
            else:
                self._row(at)
        self._check_totals([at for at in body if at not in {row for row, _ in self.totals}])

    def cell(self, row: int, column: int) -> Cell:
        cells = self.grid.rows[row]
        return cells[column] if column < len(cells) else Cell("")

    def wrong(
        self, row: int, column: int, message: str, expected: str | None = None,
        nearest: str | None = None,
    ) -> None:  # fmt: skip
        text = self.cell(row, column).text
        self.problems.append(
            Problem(
                self.grid.where(row, column),
                message,
                f"'{text}'" if text else None,
                expected,
                nearest,
            )
        )

    def _is_remark(self, at: int) -> bool:
        """A row of one cell that is a source or a note."""
        filled = [cell.text for cell in self.grid.rows[at] if cell.text]
        if len(filled) == 1 and folded(filled[0]).startswith(_REMARKS):
            self.remarks.append(f"row {at + 1} is a remark: {filled[0]}")
            return True
        return False

    def _figures(self, column: int, body: Sequence[int]) -> None:
        """The numbers of a column, all read in one way."""
        read = read_figures(self.grid, column, body, self.given.decimal, self.layout.factor)
        self.values[column] = dict(read.values)
        self.problems += read.problems

    def _row(self, at: int) -> None:  # noqa: PLR0912
        layout, kind = self.layout, self.kind
        values: dict[str, str] = {}
        for name in kind.dimensions:
            if name == "year" and (layout.by_year or name not in layout.columns):
                continue
            if name == "setting" and name not in layout.columns:
                values[name] = str(self.given.setting)
            elif name in layout.columns:
                values[name] = self._dimension(at, name) or ""
            elif name == "of":
                values[name] = "all"
            elif name != "serves":
                values[name] = "*"
        self._names_agree(at, values)
        beside = tuple(self.cell(at, column).text for column in layout.unused)
        said = {name: self._said(at, name) for name in ("source", "quality")}
        dated: Sequence[tuple[str, Mapping[str, int]]]
        if layout.by_year:
            dated = [
                (str(year), {kind.figures[0]: column}) for year, column in layout.by_year.items()
            ]
        else:
            year = values.pop("year", None) or str(self.given.year)
            dated = [(year, {one: layout.columns[one] for one in kind.figures})]
        served = values.pop("serves", None)
        if served:
            self._serves(at, values["site"], served)
        for year, columns in dated:
            figures = {}
            for name, column in columns.items():
                figure = self.values[column].get(at, np.nan)
                target = _COLUMN_OF.get(name, name)
                if np.isnan(figure) and not self._at_fault(at, column):
                    if target not in _FREE:
                        self.wrong(at, column, f"no figure of {name}", "a number")
                    else:
                        place = f"{column_letters(column)}{at + 1}"
                        self.remarks.append(f"cell {place} has no figure: not published")
                figures[target] = figure
            column = next(iter(columns.values()))
            row = {**values, "year": year, **kind.fixed, **said}
            self.rows.append(Row(row, figures, self.grid.where(at, column), beside))

    def _at_fault(self, at: int, column: int) -> bool:
        where = self.grid.where(at, column)
        return any(problem.where == where for problem in self.problems)

    def _dimension(self, at: int, name: str) -> str | None:  # noqa: PLR0911
        """What a cell of a dimension means; None, and a problem, where it means nothing."""
        column = self.layout.columns[name]
        cell = self.cell(at, column)
        if cell.fault:
            expected = "a year such as 2024" if name == "year" else None
            self.wrong(at, column, cell.fault, expected)
            return None
        if not cell.text:
            if name == "serves":
                return None
            self.wrong(at, column, f"the {name} is blank")
            return None
        if name == "year":
            match = _YEAR.fullmatch(cell.text)
            if match is None:
                self.wrong(at, column, "not a year", "four digits, or --year for all rows")
                return None
            if match[0] != match[1]:
                self.remarks.append(f"years such as {match[0]} read as {match[1]}")
            return match[1]
        if name == "site" and "serves" in self.layout.columns:
            known = self.names.keyed["site"]
            return known.get(folded(cell.text), cell.text)
        told = self.names.meaning(name, cell.text)
        if told.key is None:
            expected = told.expected
            if name == "site":
                expected = "a site of the set, or a column that says whom it serves: " \
                           "--column 'HEADING=serves'"  # fmt: skip
            self.wrong(at, column, told.fault, expected, told.nearest)
        elif told.remark:
            self.remarks.append(told.remark)
        return told.key

    def _names_agree(self, at: int, values: Mapping[str, str]) -> None:
        """Code and name of a region, where both are given, mean the same."""
        column = self.layout.columns.get("region_name")
        if column is None or not values.get("region"):
            return
        text = self.cell(at, column).text
        told = self.names.meaning("region", text) if text else None
        if told is not None and told.key is not None and told.key != values["region"]:
            expected = self.names.regions.get(values["region"], values["region"])
            self.wrong(at, column, f"not the name of {values['region']}", expected)

    def _said(self, at: int, name: str) -> str:
        """Source or quality of a row: its own, else that of all."""
        column = self.layout.columns.get(name)
        text = self.cell(at, column).text if column is not None else ""
        if not text or column is None:
            return self.given.source if name == "source" else self.given.quality
        if name == "source":
            return text
        told = self.names.meaning("quality", text)
        if told.key is None:
            self.wrong(at, column, told.fault, "official, derived or assumption")
        return told.key or ""

    def _serves(self, at: int, site: str, served: str) -> None:
        if self.sites.setdefault(site, served) != served:
            column = self.layout.columns["serves"]
            self.wrong(at, column, f"{site} serves another one above", self.sites[site])

    def _check_totals(self, counted: Sequence[int]) -> None:
        """Rows of totals are the sum of the rows; then they are left out."""
        for at, figures in self.totals:
            for column, figure in figures.items():
                total = sum(self.values[column].get(row, 0.0) for row in counted)
                if not np.isnan(figure) and not np.isclose(total, figure, rtol=1e-6, atol=0.5):
                    message = f"not the sum of the rows, which is {total:g}"
                    self.wrong(at, column, message, "the total, or no such row")
            label = next(cell.text for cell in self.grid.rows[at] if cell.text)
            self.remarks.append(f"row {at + 1}, '{label}', is the sum of the others: left out")
