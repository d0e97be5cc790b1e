"""The workbook as a whole."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr
from xlsxwriter.worksheet import Worksheet

from projector.report.view import View
from projector.report.workbook.book import MOST_ROWS, Book, Cell, sheet_name
from projector.report.workbook.charts import charts_of, insert_charts, write_chart_data
from projector.report.workbook.front import (
    Listed,
    write_assumptions,
    write_files,
    write_front,
    write_sources,
)
from projector.report.workbook.tables import ResultTable, result_tables

if TYPE_CHECKING:
    from projector.outputs.words import Language
    from projector.run.measures import Measure

__all__ = ["write_workbook"]

_ABOVE = 2
"""Rows above the figures: what they are of, and the headings."""
_HEADING = 32.0
"""Height of the headings: two lines."""
_WIDTH_OF_A_PAGE = 105
"""Letters that have room side by side on paper that stands, somewhat smaller than on screen."""
_SAMPLE = 200
"""Rows that the width of a column is taken from."""
_GAPS = ("beds_gap", "places_gap", "rooms_gap")
_OWN = ("front", "charts", "chart data", "assumptions", "sources", "files")


@dataclass(frozen=True)
class _Planned:
    """A sheet of a result: its name, the table, the rows of it, and the sheet before."""

    name: str
    table: ResultTable
    rows: int
    before: str | None


def write_workbook(
    tree: xr.DataTree,
    path: Path,
    language: "Language",
    measured: "Sequence[tuple[Measure, xr.DataArray]]",
    *,
    most_rows: int = MOST_ROWS,
) -> None:
    """Write results as a workbook.

    Parameters
    ----------
    tree
        From `projector.outputs.read_results`.
    path
        The file.
    language
        ``nb`` or ``en``.
    measured
        From `projector.run.measures.figures_of`, of the groups of the results.
    most_rows
        Rows of a sheet, headings among them; a result with more goes on in further sheets.

    Notes
    -----
    The bytes depend on the results and the language alone; no clock.
    """
    view = View(tree, language, {})
    own = {key: view.common(f"excel {key}") for key in _OWN}
    planned = _plan(result_tables(view, measured), own.values(), most_rows)
    charts, uncharted = charts_of(view)
    with Book(path, view.title, view.common("excel what")) as book:
        # Sheets stand in the order in which they are made; the front page is written last.
        front = book.sheet(own["front"])
        sheet = book.sheet(own["charts"])
        data = book.sheet(own["chart data"])
        starts = write_chart_data(book, data, view, charts)
        if uncharted:
            named = ", ".join(one.name for one in planned if one.table.name in _GAPS)
            told = view.common("excel chart more", count=uncharted, sheets=named)
            book.cell(sheet, 0, 0, told)
        insert_charts(book, sheet, view, charts, starts)
        listed = [
            Listed(own["charts"], "; ".join(chart.title for chart in charts[:3]) + " …"),
            Listed(own["chart data"], own["charts"]),
            *_write_results(book, view, planned),
        ]
        for key, write in (
            ("assumptions", write_assumptions),
            ("sources", write_sources),
            ("files", write_files),
        ):
            rows = write(book, book.sheet(own[key]), view)
            what = {"assumptions": "scenario says", "sources": "inputs say", "files": "provenance"}
            listed.append(Listed(own[key], view.word(what[key]), rows=rows))
        write_front(book, front, view, listed)
        front.activate()


def _plan(tables: Iterable[ResultTable], own: Iterable[str], most: int) -> list[_Planned]:
    """The sheets of every result: one, or as many as its rows take."""
    taken = list(own)
    planned = []
    for table in tables:
        left, before = table.count, None
        while left > 0 or before is None:
            name = sheet_name(table.name, taken)
            taken.append(name)
            rows = min(left, most - _ABOVE)
            planned.append(_Planned(name, table, rows, before))
            left, before = left - rows, name
    return planned


def _write_results(book: Book, view: View, planned: Sequence[_Planned]) -> Iterator[Listed]:
    rows: Iterator[tuple[list[Cell], list[float | str | None]]] = iter(())
    for one in planned:
        if one.before is None:
            rows = iter(one.table.rows)
        first = list(islice(rows, min(one.rows, _SAMPLE)))
        sheet = book.sheet(one.name)
        _write_result(book, sheet, view, one, first, rows)
        remarks = []
        if one.name != one.table.name and one.before is None:
            remarks.append(view.common("excel full name", name=one.table.name))
        if one.before is not None or one.rows < one.table.count:
            remarks.append(view.common("excel split"))
        yield Listed(one.name, one.table.what, one.table.unit, one.rows, " ".join(remarks))


def _write_result(
    book: Book,
    sheet: Worksheet,
    view: View,
    one: _Planned,
    first: list[tuple[list[Cell], list[float | str | None]]],
    more: Iterator[tuple[list[Cell], list[float | str | None]]],
) -> None:
    table, texts = one.table, one.table.texts
    headings = [str(heading) for heading in table.headings]
    columns = [[headings[n], *(str(cells[n]) for cells, _ in first)] for n in range(texts)]
    wide = book.widths(sheet, [*columns, *([heading[:24]] for heading in headings[texts:])])
    title = view.common("excel title", what=table.what, unit=table.unit)
    if one.before is not None:
        title = view.common("excel continued", what=title, sheet=one.before)
    book.cell(sheet, 0, 0, title, bold=True)
    heading = {"bold": True, "bottom": 1, "bg_color": "#dde7f0", "text_wrap": True, "valign": "top"}
    sheet.set_row(1, _HEADING)
    book.row(sheet, 1, table.headings, **heading)
    sheet.freeze_panes(_ABOVE, texts)
    book.printed(
        sheet, one.rows + _ABOVE, len(headings), heading=1, narrow=wide <= _WIDTH_OF_A_PAGE
    )
    sheet.autofilter(1, 0, max(one.rows, 1) + 1, len(headings) - 1)
    looks = [book.look(num_format=text) for text in table.formats]
    at = _ABOVE
    for cells, figures in (*first, *islice(more, one.rows - len(first))):
        book.labels(sheet, at, cells)
        for column, (value, look) in enumerate(zip(figures, looks, strict=True), start=texts):
            if isinstance(value, str):
                sheet.write_string(at, column, value)
            elif value is not None:
                sheet.write_number(at, column, value, look)
        at += 1
