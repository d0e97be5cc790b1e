"""Charts that Excel draws itself, from a sheet of their figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from xlsxwriter.worksheet import Worksheet

from projector.outputs.summary import people_in
from projector.report.view import View
from projector.report.workbook.book import Book

__all__ = ["Chart", "charts_of", "insert_charts", "write_chart_data"]

Floats = NDArray[np.float64]

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#f0e442")
"""Those of Okabe and Ito; dashes and marks tell lines apart without them."""
_DASHES = ("solid", "dash", "round_dot", "long_dash", "dash_dot", "square_dot", "long_dash_dot")
_MARKS = ("circle", "square", "diamond", "triangle", "x", "star", "plus")
_MOST_LINES, _MOST_PLACES = 12, 12
_OLDEST = "80+"
_ROWS, _COLUMNS = 19, 9
_WIDTH, _HEIGHT = 560, 360
_SCALE = 65
"""Per cent, by which two charts stand beside one another and two below them on a page."""


@dataclass(frozen=True)
class Chart:
    """Lines over years: a title, the unit, and ``[year]`` by name."""

    title: str
    unit: str
    lines: dict[str, Floats]


def charts_of(view: View) -> tuple[list[Chart], int]:
    """The charts of a run, and how many places that could be compared have none."""
    charts = [_oldest(view)]
    by_region = people_in(view.dataset("population")["population"], _OLDEST)
    if 1 < by_region.sizes["region"] <= _MOST_LINES:
        values = by_region.transpose("region", "year").values
        lines = dict(zip(view.regions, values, strict=True))
        charts.append(
            Chart(view.common("excel chart by region"), view.common("unit persons"), lines)
        )
    places = list(_places(view))
    charts += places[:_MOST_PLACES]
    charts += _gaps(view)
    return charts, max(len(places) - _MOST_PLACES, 0)


def _oldest(view: View) -> Chart:
    people = people_in(view.dataset("population")["population"], _OLDEST).sum("region")
    lines = {view.common("ages 80+"): people.values}
    sure = view.interval("people", ages=_OLDEST)
    if sure is not None:
        low, high = (f"p{share}" for share in view.reach)
        lines |= {low: sure.low, high: sure.high}
    return Chart(view.common("excel chart oldest"), view.common("unit persons"), lines)


def _places(view: View) -> Iterator[Chart]:
    for one in view.compared:
        lines = {
            view.common("excel need"): one.need.values,
            view.common("excel exists"): one.existing.values,
        }
        name = view.word("site title", site=one.site, resource=one.resource)
        yield Chart(
            view.common("excel chart need", name=name),
            view.common(f"unit {one.need.attrs['units']}"),
            lines,
        )


def _gaps(view: View) -> Iterator[Chart]:
    if not view.has("workforce/supply"):
        return
    gap = view.dataset("workforce/supply")["gap"].sum("region", min_count=1)
    known = [
        str(key)
        for key in gap["profession"].values
        if not bool(gap.sel(profession=key).isnull().any())
    ]
    if known:
        lines = {view.name("profession", key): _line(gap, key) for key in known}
        yield Chart(view.common("excel chart gap"), view.common("unit FTE"), lines)


def _line(gap: xr.DataArray, key: str) -> Floats:
    values: Floats = gap.sel(profession=key).values
    return values


def write_chart_data(
    book: Book, sheet: Worksheet, view: View, charts: Sequence[Chart]
) -> list[int]:
    """Write the figures of the charts, one below the other; tells the row of each heading."""
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 20, 18)
    at, starts = 0, []
    for chart in charts:
        book.cell(sheet, at, 0, f"{chart.title} ({chart.unit})", bold=True)
        starts.append(at + 1)
        names = list(chart.lines)
        book.row(sheet, at + 1, [view.common("axis year"), *names], bold=True, bottom=1)
        for n, year in enumerate(view.years):
            values = [chart.lines[name][n] for name in names]
            cells = [year, *(None if np.isnan(value) else float(value) for value in values)]
            book.cell(sheet, at + 2 + n, 0, year)
            for column, cell in enumerate(cells[1:], start=1):
                book.cell(sheet, at + 2 + n, column, cell, num_format="#,##0.0")
        at += len(view.years) + 3
    return starts


def insert_charts(
    book: Book, sheet: Worksheet, view: View, charts: Sequence[Chart], starts: Sequence[int]
) -> None:
    """Put the charts on their sheet, two beside one another."""
    sheet.set_print_scale(_SCALE)
    sheet.set_h_pagebreaks([2 + row * _ROWS for row in range(2, len(charts), 2)])
    data, last = view.common("excel chart data"), len(view.years)
    for n, (chart, start) in enumerate(zip(charts, starts, strict=True)):
        drawn = book.workbook.add_chart({"type": "line"})
        for column in range(1, len(chart.lines) + 1):
            colour = _COLOURS[(column - 1) % len(_COLOURS)]
            dash = _DASHES[(column - 1) % len(_DASHES)]
            mark = _MARKS[(column - 1) % len(_MARKS)]
            drawn.add_series(
                {
                    "name": [data, start, column],
                    "categories": [data, start + 1, 0, start + last, 0],
                    "values": [data, start + 1, column, start + last, column],
                    "line": {"color": colour, "width": 2, "dash_type": dash},
                    "marker": {
                        "type": mark,
                        "size": 4,
                        "fill": {"color": colour},
                        "border": {"color": colour},
                    },
                }
            )
        drawn.set_title({"name": chart.title, "name_font": {"size": 12}, "overlay": False})
        drawn.set_x_axis(
            {"num_format": "0", "interval_unit": max(1, last // 7), "label_position": "low"}
        )
        drawn.set_y_axis({"name": chart.unit, "num_format": "#,##0", "min": _floor(chart)})
        drawn.set_legend({"position": "bottom"})
        drawn.set_size({"width": _WIDTH, "height": _HEIGHT})
        sheet.insert_chart(
            2 + (n // 2) * _ROWS, (n % 2) * _COLUMNS, drawn, {"description": chart.title}
        )


def _floor(chart: Chart) -> float | None:
    """Amounts begin at nothing; what may be negative is left to Excel."""
    lowest = min(float(np.nanmin(values)) for values in chart.lines.values())
    return 0 if lowest >= 0 else None
