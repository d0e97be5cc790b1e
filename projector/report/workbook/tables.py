"""The results as tables for sheets: a row for each figure with quantiles, or a row of years."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.outputs.readings import part_name
from projector.report.view import View
from projector.report.workbook.book import Cell
from projector.tables.result_names import RESULT_NAMES, YEARS_TOLD, result_name
from projector.tables.suppression import GATHERED, TOGETHER, limit_of

if TYPE_CHECKING:
    from projector.run.measures import Measure

__all__ = ["ResultTable", "result_tables"]

_SHARE = "1"
_FORMATS: Mapping[str, str] = {
    "persons": "#,##0",
    "NOK year-1": "#,##0",
    "contacts year-1": "#,##0",
    "bed days year-1": "#,##0",
    _SHARE: "0.000",
    "1 year-1": "0.000",
}
_IN_DETAIL = "_detail"
_FORMAT, _YEAR, _PORTION = "#,##0.0", "0", "0%"


@dataclass(frozen=True)
class ResultTable:
    """A result as a table.

    Parameters
    ----------
    name
        What it is called, in files and at the terminal too.
    what, unit
        In the language.
    headings
        One for each column.
    texts
        How many of the columns hold labels; the others hold figures.
    formats
        Of each column that holds figures.
    count
        Number of rows.
    rows
        Makes them.
    """

    name: str
    what: str
    unit: str
    headings: tuple[Cell, ...]
    texts: int
    formats: tuple[str, ...]
    count: int
    rows: "Rows"


@dataclass(frozen=True)
class Rows:
    """Rows of labels and figures.

    Parameters
    ----------
    labels
        Labels of each axis: those of one part may stand in several columns.
    figures
        ``[row, column]`` by the product of the axes; NaN is an empty cell.
    kept
        Rows that have a figure, or one that is suppressed.
    hidden
        What stands for NaN where it is suppressed; None leaves the cell empty.
    """

    labels: tuple[tuple[tuple[Cell, ...], ...], ...]
    figures: NDArray[np.float64]
    kept: NDArray[np.bool_]
    hidden: str | None = None

    def __iter__(self) -> Iterator[tuple[list[Cell], list[float | str | None]]]:
        there = self.kept.tolist()
        known = (~np.isnan(self.figures)).tolist()
        values = self.figures.tolist()
        for n, parts in enumerate(product(*self.labels)):
            if there[n]:
                cells = [cell for part in parts for cell in part]
                figures: list[float | str | None] = [
                    value if told else self.hidden
                    for value, told in zip(values[n], known[n], strict=True)
                ]
                yield cells, figures


def result_tables(
    view: View, measured: "Sequence[tuple[Measure, xr.DataArray]]"
) -> Iterator[ResultTable]:
    """Every result of a run: first those that are summarised over draws, then the rest in detail.

    Parameters
    ----------
    view
        The results.
    measured
        From `projector.run.measures.figures_of`, of the groups of the results.
    """
    told = set()
    overviews = {measure.name for measure, _ in measured}
    for measure, array in measured:
        if array.size:
            if not measure.over and "ages" not in array.dims:
                told.add((measure.group, measure.variable))
            yield _overview(view, measure, array, _hidden(view, measure.group))
    for name, (group, variable) in RESULT_NAMES.items():
        if view.has(group) and (group, variable) not in told:
            array = view.dataset(group)[variable]
            if array.size and not bool(array.isnull().all()):
                # A sheet of the same name holds what is summarised over draws.
                own = f"{name}{_IN_DETAIL}" if name in overviews else name
                yield _detail(view, name, own, array, variable, _hidden(view, group))


def _hidden(view: View, group: str) -> str | None:
    """What stands in the place of a count that is suppressed; None where none is."""
    suppressed = group == "activity" and limit_of(view.tree) is not None
    return view.common("suppressed") if suppressed else None


def _overview(
    view: View, measure: "Measure", array: xr.DataArray, hidden: str | None
) -> ResultTable:
    """A measure with a row for each figure, and how sure it is."""
    unit = view.common(f"unit {measure.unit}")
    columns = [array.values.ravel()]
    headings = [view.common("excel value", unit=unit)]
    formats = [_FORMATS.get(measure.unit, _FORMAT)]
    summary = view.summary(measure.name)
    if summary is not None:
        order = [str(dim) for dim in array.dims]
        columns.append(_aligned(summary["mean"], array, order))
        headings.append(view.common("excel mean", unit=unit))
        for place, share in enumerate(summary["quantile"].values):
            one = summary["quantile_value"].isel(quantile=place)
            columns.append(_aligned(one, array, order))
            headings.append(view.common("excel quantile", share=f"{100 * share:g}", unit=unit))
        formats *= len(columns)
        if "above" in summary:
            columns.append(_aligned(summary["above"], array, order))
            headings.append(view.common("excel above"))
            formats.append(_PORTION)
    figures = np.stack(columns, axis=1)
    axes = [str(dim) for dim in array.dims]
    what = view.common(
        "excel people"
        if measure.name == "people"
        else f"result {result_name(measure.group, measure.variable)}"
    )
    kept = ~np.isnan(figures[:, 0]) | (hidden is not None)
    return ResultTable(
        measure.name,
        what,
        unit,
        (*_headings(view, axes), *headings),
        len(_headings(view, axes)),
        tuple(formats),
        int(kept.sum()),
        Rows(tuple(_labels(view, array, axis) for axis in axes), figures, kept, hidden),
    )


def _aligned(one: xr.DataArray, like: xr.DataArray, order: list[str]) -> NDArray[np.float64]:
    values: NDArray[np.float64] = (
        one.transpose(*order).sel({axis: like[axis].values for axis in order}).values.ravel()
    )
    return values


def _detail(
    view: View, name: str, sheet: str, array: xr.DataArray, variable: str, hidden: str | None
) -> ResultTable:
    """A variable with a column for each year."""
    axes = [str(dim) for dim in array.dims if dim != "year"]
    unit = view.common(f"unit {array.attrs['units']}")
    style = _FORMATS.get(str(array.attrs["units"]), _FORMAT)
    if variable in YEARS_TOLD:
        unit, style = view.common("unit calendar year"), _YEAR
    years: tuple[Cell, ...]
    if "year" in array.dims:
        years = tuple(int(year) for year in array["year"].values)
        figures = array.transpose(*axes, "year").values.reshape(-1, len(years))
    else:
        years = (view.common("excel value", unit=unit),)
        figures = array.transpose(*axes).values.reshape(-1, 1)
    kept = ~np.isnan(figures).all(axis=1) | (hidden is not None)
    return ResultTable(
        sheet,
        view.common(f"result {name}"),
        unit,
        (*_headings(view, axes), *years),
        len(_headings(view, axes)),
        (style,) * len(years),
        int(kept.sum()),
        Rows(tuple(_labels(view, array, axis) for axis in axes), figures, kept, hidden),
    )


def _headings(view: View, axes: Sequence[str]) -> list[str]:
    found = []
    for axis in axes:
        found.append(view.common(f"axis {axis}"))
        if axis == "region":
            found.append(view.common("axis region_name"))
    return found


def _labels(view: View, array: xr.DataArray, axis: str) -> tuple[tuple[Cell, ...], ...]:
    """What stands in the columns of an axis: numbers of years and ages, names of all else."""
    labels = array[axis].values.tolist()
    if axis in ("year", "age"):
        return tuple((int(label),) for label in labels)
    if axis == "region":
        names = {
            "all": view.common("reading all region"),
            GATHERED: TOGETHER[view.language],
            **view.region_names,
        }
        return tuple((code, names.get(code, code)) for code in labels)
    kind = "age" if axis == "ages" else axis
    return tuple((part_name(kind, str(label), {}, view.names, view.language),) for label in labels)
