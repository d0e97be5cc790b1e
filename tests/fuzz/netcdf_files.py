"""netCDF files of people and of results, right and wrong, as bytes."""

import tempfile
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import xarray as xr

from tests.fuzz.mutations import NASTY

__all__ = ["people", "results"]

_SAYS = ("projector_version", "scenario_sha256", "scenario_resolved", "inputs_sha256", "names")
_COORDINATES: dict[str, list[Any]] = {
    "region": ["3320", "3322"],
    "year": [2020, 2021],
    "sex": ["female", "male"],
    "age": list(range(4)),
}


def _written(tree: xr.DataTree) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.nc"
        tree.to_netcdf(path, engine="netcdf4")
        return path.read_bytes()


def _printable(text: str) -> str:
    """Text that netCDF can hold; what it cannot hold never comes out of one."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "")


def _name(chance: Random) -> str:
    return _printable(chance.choice(NASTY)).replace("/", "").strip(" .\n\r\t\x0c") or "x"


def _coordinate(values: list[Any], chance: Random) -> list[Any]:
    values = list(values)
    at = chance.randrange(len(values))
    match chance.randint(0, 3):
        case 0:
            values = [str(value) for value in values]
            values[at] = _printable(chance.choice(NASTY))
        case 1:
            values = [value if isinstance(value, int) else n for n, value in enumerate(values)]
            values[at] = chance.choice((-1, 0, 2**40, 10**6))
        case 2:
            values = [float(n) if isinstance(n, int) else 0.5 for n in values]
            values[at] = chance.choice((float("nan"), float("inf"), -1.5, 1e300))
        case _:
            values[at] = values[0]
    return values


def _cut(content: bytes, chance: Random) -> bytes:
    """A file that was not copied whole.

    Bytes in the middle are not changed: HDF5 itself, below every reader, is not safe against that.
    """
    if chance.random() < 0.8:
        return content
    return content[: chance.randrange(len(content))]


def people(chance: Random) -> bytes:
    """A file of people, with one or two things about it wrong."""
    coordinates = dict(_COORDINATES)
    dims = list(coordinates)
    name, group, dropped = "population", "/", None
    kind: Any = np.float64
    for _ in range(chance.choice((0, 1, 1, 2))):
        dim = chance.choice(dims)
        match chance.randint(0, 6):
            case 0 | 1 | 2:
                coordinates[dim] = _coordinate(coordinates[dim], chance)
            case 3:
                dropped = dim
            case 4:
                name = (
                    _printable(chance.choice(NASTY)).replace("/", "").strip(" .\n\r\t\x0c") or "x"
                )
            case 5:
                group = chance.choice(("/population", "/other"))
            case _:
                kind = chance.choice((np.int8, np.float32, "S1", "U1", "datetime64[ns]", bool))
    shape = tuple(len(coordinates[dim]) for dim in dims)
    values: np.ndarray[Any, Any] = np.arange(np.prod(shape), dtype=np.float64).reshape(shape)
    if chance.random() < 0.3:
        values[0, 0, 0, 0] = chance.choice((float("nan"), float("inf"), -1.0, 1e300))
    if kind != np.float64:
        values = np.arange(np.prod(shape)).reshape(shape).astype(kind)
    held = {dim: labels for dim, labels in coordinates.items() if dim != dropped}
    variable = xr.DataArray(values, dims=dims, coords=held)
    if not name.isascii() or not name.isalnum():
        name = "x"
    try:
        return _cut(
            _written(xr.DataTree.from_dict({group: variable.to_dataset(name=name)})), chance
        )
    except (ValueError, TypeError, OSError, OverflowError, RuntimeError):
        return b"CDF\x01"  # not even a file of this kind can hold it


def results(chance: Random) -> bytes:
    """A small file of results, cut off or not of this program."""
    variable = xr.DataArray(
        np.arange(4.0).reshape(2, 2), dims=("region", "year"), coords={"year": [2026, 2040]}
    )
    groups = {"/population": variable.to_dataset(name="population")}
    if chance.random() < 0.7:
        groups["/"] = xr.Dataset(attrs=dict.fromkeys(_SAYS, "{}"))
    if chance.random() < 0.5:
        groups = {_name(chance): groups["/population"]}
    match chance.randint(0, 3):
        case 0:
            return chance.choice(
                (b"", b"CDF", b"\x89HDF\r\n\x1a\n", b"\x89HDF", b"{}", b"PK\x03\x04")
            )
        case _:
            try:
                return _cut(_written(xr.DataTree.from_dict(groups)), chance)
            except (ValueError, TypeError, OSError, RuntimeError, KeyError):
                return b""
