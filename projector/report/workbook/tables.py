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
from projector.tables.suppression import GATHERED, TOGETHER, flag_in, limit_of

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
_ALL = "all"
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
    suppressed
        Rows in which NaN is suppressed.
    hidden
        What stands for it.
    """

    labels: tuple[tuple[tuple[Cell, ...], ...], ...]
    figures: NDArray[np.float64]
    kept: NDArray[np.bool_]
    suppressed: NDArray[np.bool_]
    hidden: str

    def __iter__(self) -> Iterator[tuple[list[Cell], list[float | str | None]]]:
        there, suppressed = self.kept.tolist(), self.suppressed.tolist()
        known = (~np.isnan(self.figures)).tolist()
        values = self.figures.tolist()
        for n, parts in enumerate(product(*self.labels)):
            if there[n]:
                cells = [cell for part in parts for cell in part]
                figures: list[float | str | None] = [
                    value if told else self.hidden if suppressed[n] else None
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
            hidden = _suppressed(view, measure.group, measure.variable, array)
            yield _overview(view, measure, array, hidden)
    for name, (group, variable) in RESULT_NAMES.items():
        if view.has(group) and (group, variable) not in told:
            array = view.dataset(group)[variable]
            if array.size and not bool(array.isnull().all()):
                # A sheet of the same name holds what is summarised over draws.
                own = f"{name}{_IN_DETAIL}" if name in overviews else name
                hidden = _suppressed(view, group, variable, array)
                yield _detail(view, name, own, array, variable, hidden)


def _suppressed(view: View, group: str, variable: str, array: xr.DataArray) -> xr.DataArray:
    """Where what has no number is suppressed, by the axes of the array."""
    dataset = view.dataset(group)
    flag = flag_in(dataset, variable)
    if flag is None:
        is_count = group == "activity" and limit_of(view.tree) is not None
        return xr.full_like(array, is_count, dtype=np.bool_)
    hidden = (flag == 1).reset_coords(drop=True)
    if _ALL in array["region"].values:
        together = hidden.sel(region=GATHERED, drop=True).expand_dims(region=[_ALL])
        hidden = xr.concat([hidden, together], "region")
    hidden = hidden.any([axis for axis in hidden.dims if axis not in array.dims])
    return hidden.broadcast_like(array.reset_coords(drop=True))


def _overview(
    view: View, measure: "Measure", array: xr.DataArray, hidden: xr.DataArray
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
    suppressed = hidden.transpose(*axes).values.ravel()
    kept = ~np.isnan(figures[:, 0]) | suppressed
    return ResultTable(
        measure.name,
        what,
        unit,
        (*_headings(view, axes), *headings),
        len(_headings(view, axes)),
        tuple(formats),
        int(kept.sum()),
        Rows(
            tuple(_labels(view, array, axis) for axis in axes),
            figures,
            kept,
            suppressed,
            view.common("suppressed"),
        ),
    )


def _aligned(one: xr.DataArray, like: xr.DataArray, order: list[str]) -> NDArray[np.float64]:
    values: NDArray[np.float64] = (
        one.transpose(*order).sel({axis: like[axis].values for axis in order}).values.ravel()
    )
    return values


def _detail(
    view: View, name: str, sheet: str, array: xr.DataArray, variable: str, hidden: xr.DataArray
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
    if "year" in hidden.dims:
        hidden = hidden.isel(year=0)
    suppressed = hidden.transpose(*axes).values.ravel()
    kept = ~np.isnan(figures).all(axis=1) | suppressed
    return ResultTable(
        sheet,
        view.common(f"result {name}"),
        unit,
        (*_headings(view, axes), *years),
        len(_headings(view, axes)),
        (style,) * len(years),
        int(kept.sum()),
        Rows(
            tuple(_labels(view, array, axis) for axis in axes),
            figures,
            kept,
            suppressed,
            view.common("suppressed"),
        ),
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
            _ALL: view.common("reading all region"),
            GATHERED: TOGETHER[view.language],
            **view.region_names,
        }
        return tuple((code, names.get(code, code)) for code in labels)
    kind = "age" if axis == "ages" else axis
    return tuple((part_name(kind, str(label), {}, view.names, view.language),) for label in labels)
