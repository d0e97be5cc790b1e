"""Results as tidy CSV, one file for each variable: one row for each number."""

import csv
import io
import math
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from projector.tables.cells import guarded, guarded_table
from projector.tables.result_names import result_name
from projector.tables.suppression import is_flag

__all__ = ["csv_name", "table_text", "write_csv", "write_table", "write_variable"]

_OUTER_DIMS = 2
"""Rows are joined for one cell of the first dimensions at a time: memory stays small, and the
text of the labels is made once instead of once for each row."""

_OUTER = "\0"
"""Stands in a row for the labels of the first dimensions."""

_FIGURE = "%.10g"

_OWN_TABLES = ("/calibration", "/uncertainty")
"""Groups whose tables are written elsewhere."""

_SECOND_COLUMN = {
    "region": ("region_name", "region_name"),
    "competence": ("profession", "competence_profession"),
}
"""Dimensions that have another column beside them: its heading, and the coordinate it is from."""


def write_variable(
    variable: xr.DataArray, path: Path, suppressed: xr.DataArray | None = None
) -> None:
    """Write a variable as ``region,region_name,year,…,value,unit``.

    Parameters
    ----------
    variable
        A result variable, with its unit as attribute and, where it has regions, their names
        as coordinate ``region_name``.
    path
        The file to write, UTF-8 with LF.
    suppressed
        Which cells are suppressed, in all years: there is a column ``status`` then, and suppressed
        cells have a row without a value. None is of a result that is told whole.

    Notes
    -----
    Text that begins like a formula stands behind an apostrophe; see `projector.tables.cells`.
    Rows follow the variable's axes, numbers have up to ten significant digits, and cells that
    do not apply (NaN) have no row.
    """
    texts = [_labels(variable, str(dim)) for dim in variable.dims]
    outer = [",".join(parts) for parts in product(*texts[:_OUTER_DIMS])]
    inner = [",".join(["", *parts]) for parts in product(*texts[_OUTER_DIMS:])]
    unit = _cell(variable.attrs["units"])
    values = variable.values.reshape(len(outer), len(inner))
    hidden = np.zeros(values.shape, dtype=bool)
    said = "", ""
    if suppressed is not None:
        flags = suppressed.broadcast_like(variable).transpose(*variable.dims)
        hidden = (flags == 1).values.reshape(values.shape)
        said = ",told", ",suppressed"
    told = ~np.isnan(values) & ~hidden
    # All numbers of some rows are formatted at once: three quarters of the time of one by one.
    rows = [
        [
            _escaped(f"{_OUTER}{labels},") + figure + _escaped(f",{unit}{status}\n")
            for labels in inner
        ]
        for figure, status in zip((_FIGURE, ""), said, strict=True)
    ]
    heading = [name for dim in variable.dims for name in _headings(str(dim))]
    last = ["value", "unit"] if suppressed is None else ["value", "unit", "status"]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(",".join([*heading, *last]) + "\n")
        for start, row, has_figure, has_none in zip(outer, values, told, hidden, strict=True):
            if has_figure.all():
                text = "".join(rows[0])
            else:
                kept = (has_figure.tolist(), has_none.tolist())
                text = "".join(
                    one if figure else other
                    for one, other, figure, none in zip(*rows, *kept, strict=True)
                    if figure or none
                )
            file.write((text % tuple(row[has_figure].tolist())).replace(_OUTER, start))


def write_csv(tree: xr.DataTree, folder: Path) -> None:
    """Write every result variable of a tree that has any cell, calibration and draws apart.

    These have tables of their own; see `projector.outputs.calibration` and
    `projector.outputs.uncertainty`.

    Parameters
    ----------
    tree
        From `projector.run`.
    folder
        Where the files go; made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for node in tree.subtree:
        if node.path.startswith(_OWN_TABLES):
            continue
        for name, variable in node.data_vars.items():
            if variable.size and not is_flag(str(name)):
                flag = variable.attrs.get("ancillary_variables")
                suppressed = node.dataset[flag] if flag in node.data_vars else None
                write_variable(variable, folder / csv_name(node.path, str(name)), suppressed)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as it is: UTF-8 with LF, up to ten digits, an empty cell for NaN."""
    path.write_bytes(table_text(table).encode("utf-8"))


def table_text(table: pd.DataFrame) -> str:
    """A table as CSV: up to ten digits, an empty cell for NaN, and never a formula."""
    columns = [_cells(table.iloc[:, i]) for i in range(table.shape[1])]
    quick = [cells for cells in columns if cells is not None]
    if len(quick) < max(table.shape[1], 2):
        safe = guarded_table(table)
        return safe.to_csv(index=False, float_format=_FIGURE, lineterminator="\n")
    # The same bytes in a third of the time.
    heading = ",".join(_cell(str(name)) for name in table)
    return "\n".join([heading, *map(",".join, zip(*quick, strict=True)), ""])


def _cells(column: "pd.Series[Any]") -> list[str] | None:
    """The cells of a column of floats, integers or texts; None of any other."""
    if column.dtype == np.float64:
        return ["" if math.isnan(value) else _FIGURE % value for value in column.tolist()]
    if column.dtype == np.int64:
        return [str(value) for value in column.tolist()]
    if pd.api.types.infer_dtype(column, skipna=True) != "string":
        return None
    place, distinct = pd.factorize(column)
    texts = [*(_cell(text) for text in distinct.tolist()), ""]  # the last where there is none
    return [texts[position] for position in place.tolist()]


def csv_name(group: str, variable: str) -> str:
    """The file of a result; see `projector.tables.result_names`."""
    return f"{result_name(group, variable)}.csv"


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _headings(dim: str) -> list[str]:
    return [dim, _SECOND_COLUMN[dim][0]] if dim in _SECOND_COLUMN else [dim]


def _labels(variable: xr.DataArray, dim: str) -> list[str]:
    """The cells of a dimension's labels as CSV text."""
    labels = [str(label) for label in variable[dim].values]
    if dim in _SECOND_COLUMN:
        seconds = map(str, variable[_SECOND_COLUMN[dim][1]].values)
        return [f"{_cell(one)},{_cell(other)}" for one, other in zip(labels, seconds, strict=True)]
    return [_cell(label) for label in labels]


def _cell(text: str) -> str:
    """One cell, in quotes where it needs them, and never a formula."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([guarded(text), ""])
    return line.getvalue()[: -len(",\n")]
