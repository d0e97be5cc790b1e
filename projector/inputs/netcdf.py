"""CF netCDF files as long tables."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import xarray
from numpy.typing import NDArray

from projector.errors import HIDDEN, InputsError, Problem, hidden_in
from projector.inputs.files import MOST_CELLS, tidied
from projector.inputs.labels import canonical_column, parse_code, parse_sex, parse_year
from projector.inputs.long_table import LongTable, categorical, symbol_notes

__all__ = ["read_netcdf"]

_GROUP = "population"


def read_netcdf(path: Path) -> LongTable:
    """Read the variable ``population``, or the only variable, of a netCDF file.

    Parameters
    ----------
    path
        The file; not gzipped. The variable may stand in the group ``population``.

    Returns
    -------
    LongTable
        One column per dimension, ``region_name`` where that is a coordinate along ``region``, and
        the name of the variable as ``contents``.

    Raises
    ------
    InputsError
        If the file cannot be read, holds no such variable, or a dimension has no coordinate.
    """
    variable = _variable(path)
    problems = [
        Problem(f"{path}, variable {variable.name}", "the dimension has no coordinate", f"'{name}'")
        for name in variable.dims
        if name not in variable.coords
    ]
    if not np.issubdtype(variable.dtype, np.number):
        problems.append(
            Problem(f"{path}, variable {variable.name}", "not numbers", str(variable.dtype))
        )
    if problems:
        raise InputsError(problems)
    frame: dict[str, object] = {}
    for axis, dimension in enumerate(map(str, variable.dims)):
        name = canonical_column(dimension) or dimension
        inner, outer = math.prod(variable.shape[axis + 1 :]), math.prod(variable.shape[:axis])
        index = np.tile(np.repeat(np.arange(variable.shape[axis]), inner), outer)
        labels = _labels(variable[dimension])
        if name == "year" and None not in (years := [parse_year(label) for label in labels]):
            frame["year"] = np.array(years, dtype=np.int64)[index]
        else:
            frame[name] = categorical(_checked(path, name, labels, problems), index)
        named = variable.coords.get("region_name")
        if name == "region" and named is not None and named.dims == (dimension,):
            names = _checked(path, "region_name", _labels(named), problems)
            frame["region_name"] = categorical(names, index)
    if problems:
        raise InputsError(problems)
    values = variable.to_numpy().astype(np.float64).ravel()
    symbols = categorical([""], np.zeros(values.size, dtype=np.intp))
    frame["contents"] = categorical([str(variable.name)], np.zeros(values.size, dtype=np.intp))
    frame |= {"value": values, "symbol": symbols}
    place = pd.RangeIndex(values.size, name="value")
    notes = tuple(symbol_notes(symbols, values))
    return LongTable(pd.DataFrame(frame, index=place), path, notes, "value")


def _variable(path: Path) -> xarray.DataArray:
    """The variable to read, in memory."""
    try:
        groups = xarray.open_groups(path, engine="netcdf4")
        try:
            held = [groups[name] for name in ("/", f"/{_GROUP}") if name in groups]
            names = [str(name) for dataset in held for name in dataset.data_vars]
            wanted = _GROUP if _GROUP in names or len(names) != 1 else names[0]
            for dataset in held:
                if wanted in dataset.data_vars:
                    _require_few_cells(path, dataset[wanted])
                    return dataset[wanted].load()
        finally:
            for dataset in groups.values():
                dataset.close()
    except (OSError, ValueError, RuntimeError, KeyError, UnicodeError, OverflowError) as error:
        message = "not a netCDF file that can be read; a gzipped one must be unpacked first"
        raise InputsError(Problem(str(path), message)) from error
    raise InputsError(
        Problem(
            str(path),
            "the netCDF file holds no population",
            ", ".join(names) or "no variables",
            f"a variable '{_GROUP}'",
        )
    )


def _require_few_cells(path: Path, variable: xarray.DataArray) -> None:
    """Refuse a variable that would fill the memory: compressed, it may be a small file."""
    if variable.size > MOST_CELLS:
        raise InputsError(
            Problem(
                f"{path}, variable {variable.name}",
                "too many cells",
                f"{variable.size:,}",
                f"at most {MOST_CELLS:,}",
            )
        )


def _labels(coordinate: xarray.DataArray) -> list[str]:
    """Coordinate values as text; of a time its year."""
    values: NDArray[np.generic] = coordinate.to_numpy()
    if np.issubdtype(values.dtype, np.datetime64):
        values = values.astype("datetime64[Y]").astype(int) + 1970
    return [tidied(str(value)) for value in values.tolist()]


def _checked(path: Path, name: str, labels: list[str], problems: list[Problem]) -> list[str]:
    """Labels by the words of this program, faults collected."""
    if name not in {"region", "region_name", "sex"}:
        return labels
    parse = {"region": parse_code, "sex": parse_sex}.get(name, str)
    problems += [
        Problem(f"{path}, coordinate {name}", HIDDEN, f"'{label}'")
        for label in labels
        if hidden_in(label) is not None
    ]
    checked = []
    for label in labels:
        try:
            checked.append(parse(label))
        except ValueError as error:
            problems.append(Problem(f"{path}, coordinate {name}", str(error), f"'{label}'"))
            checked.append(label)
    return checked
