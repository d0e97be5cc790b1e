"""Results as tidy CSV, one file for each variable: one row for each number."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

__all__ = ["tidy_frame", "write_csv"]

_NUMBER_FORMAT = "%.10g"


def tidy_frame(variable: xr.DataArray, region_names: dict[str, str]) -> pd.DataFrame:
    """One row for each cell: ``region, region_name, year, …, value, unit``.

    Parameters
    ----------
    variable
        A result variable.
    region_names
        Names of regions by code.

    Returns
    -------
    DataFrame
        In the order of the variable's axes. Cells that do not apply (NaN) have no row.
    """
    sizes = [variable.sizes[dim] for dim in variable.dims]
    places = np.indices(sizes, sparse=False).reshape(len(sizes), -1)
    columns: dict[str, object] = {}
    for dim, place in zip(variable.dims, places, strict=True):
        labels = variable[dim].values
        columns[str(dim)] = labels[place]
        if dim == "region":
            names = np.array([region_names.get(str(code), str(code)) for code in labels], object)
            columns["region_name"] = names[place]
    frame = pd.DataFrame({**columns, "value": variable.values.ravel()})
    frame["unit"] = variable.attrs["units"]
    return frame[frame["value"].notna()]


def write_csv(tree: xr.DataTree, folder: Path) -> list[Path]:
    """Write every result variable of a tree.

    Parameters
    ----------
    tree
        From `projector.run`.
    folder
        Where the files go; made if it is not there.

    Returns
    -------
    list of Path
        The files: ``population.csv``, ``births.csv``, …, ``beds_need.csv``, …
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = json.loads(tree.attrs["region_names"])
    written = []
    for node in tree.leaves:
        for name, variable in node.data_vars.items():
            path = folder / f"{_file_stem(node.path, str(name))}.csv"
            tidy_frame(variable, names).to_csv(
                path,
                index=False,
                encoding="utf-8",
                float_format=_NUMBER_FORMAT,
                lineterminator="\n",
            )
            written.append(path)
    return written


def _file_stem(group: str, variable: str) -> str:
    """A name that says what it is: ``need`` alone would be beds, rooms or staff."""
    if group.startswith("/capacity/"):
        return f"{group.removeprefix('/capacity/')}_{variable}"
    return f"staff_{variable}" if group == "/workforce" else variable
