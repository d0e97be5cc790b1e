"""Results as one netCDF-4 file with the attributes of the CF conventions 1.11."""

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr
from xarray.backends.common import ArrayWriter

__all__ = [
    "COORDINATES",
    "file_system_faults",
    "groups_in",
    "labels_of",
    "read_netcdf",
    "write_netcdf",
]

COORDINATES = {
    "region": {"long_name": "region code", "cf_role": "timeseries_id"},
    "region_name": {"long_name": "name of the region"},
    "year": {"long_name": "calendar year", "units": "1"},
    "sex": {"long_name": "sex"},
    "measure": {"long_name": "what the figure is of"},
    "extraordinary_region": {"long_name": "code of the region with a year out of the ordinary"},
    "extraordinary_region_name": {"long_name": "name of the region"},
    "extraordinary_from": {"long_name": "year of the first table", "units": "1"},
    "extraordinary_to": {"long_name": "year of the table after it", "units": "1"},
    "age": {"long_name": "completed years on 1 January; the last age is open", "units": "1"},
    "diagnosis": {"long_name": "diagnosis group"},
    "kind": {"long_name": "kind of diagnosis"},
    "setting": {"long_name": "level of care"},
    "group": {"long_name": "priority group"},
    "season": {"long_name": "season of the year; winter begins in December"},
    "resource": {"long_name": "kind of bed, place or room"},
    "ages": {"long_name": "completed years on 1 January"},
    "quantile": {"long_name": "share of the draws below", "units": "1"},
    "assumption": {"long_name": "uncertain assumption, by the keys that lead to it"},
    "pool": {"long_name": "units that share their beds"},
    "site": {"long_name": "site that treats people or has capacity"},
    "profession": {"long_name": "occupational group"},
    "education": {"long_name": "level of education"},
    "old": {"long_name": "ages of the old that others are counted against"},
    "competence": {"long_name": "speciality or further training"},
    "competence_profession": {"long_name": "occupational group of the competence"},
}
"""Attributes of the coordinates."""


def write_netcdf(tree: xr.DataTree, path: Path) -> None:
    """Write a tree of results, compressed, with checksums, and with units on every variable.

    Parameters
    ----------
    tree
        From `projector.run`.
    path
        The file to write.
    """
    waiting = _Waiting()
    described = {node.path: _described(node) for node in tree.subtree}
    # Group by group: a whole tree asks what scheduler Dask has, which imports all of it.
    with file_system_faults(path), netCDF4.Dataset(path, "w") as file:
        for place, dataset in described.items():
            compressed: dict[str, dict[str, object]] = {
                str(name): {"zlib": True, "complevel": 4, "shuffle": True, "fletcher32": True}
                for name, variable in dataset.data_vars.items()
                if np.issubdtype(variable.dtype, np.number) and variable.size
            }
            group = file if place == "/" else file.createGroup(place)
            store = xr.backends.NetCDF4DataStore(group)  # type: ignore[no-untyped-call]
            dataset.dump_to_store(store, encoding=compressed, writer=waiting)
        waiting.write()


class _Waiting(ArrayWriter):
    """Values that wait until everything in the file is defined.

    The library brings the whole file up to date each time it turns from definitions to values,
    which for a few hundred small variables takes several times as long as writing them.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._values: list[tuple[Any, Any]] = []

    def add(self, source: Any, target: Any, region: Any = None) -> None:
        """Keep the values of a whole variable for `write`."""
        assert region is None
        self._values.append((source, target))

    def write(self) -> None:
        """Write what was kept."""
        for source, target in self._values:
            target[...] = source


def _described(node: xr.DataTree) -> xr.Dataset:
    """A group with the attributes of its coordinates, and texts of one length."""
    dataset = node.to_dataset(inherit=False).copy()
    for name in dataset.coords:
        dataset.variables[name].attrs.update(COORDINATES[str(name)])
    for name, variable in list(dataset.variables.items()):
        if variable.dtype == object:
            dataset[name] = dataset[name].astype(str)
    return dataset


def groups_in(path: Path) -> list[str]:
    """The groups of a file of results that hold anything, such as ``/capacity/beds``."""
    with netCDF4.Dataset(path) as file:
        return [str(group.path) for group in _with_content(file)]


def labels_of(path: Path, axis: str) -> list[str]:
    """Texts of a coordinate in a file of results, each once; none if it has none.

    Those of what was estimated from the age tables are left out: it is of other regions too.
    """
    with netCDF4.Dataset(path) as file:
        found = [
            str(label)
            for group in _with_content(file)
            if not group.path.startswith("/calibration")
            and axis in group.variables
            and group.variables[axis].dtype is str
            for label in group.variables[axis][:]
        ]
    return list(dict.fromkeys(found))


@contextmanager
def file_system_faults(path: Path) -> Iterator[None]:
    """Tell what the library calls an error of its own, while it writes, as the file system's."""
    try:
        yield
    except RuntimeError as error:
        free = shutil.disk_usage(path.parent).free
        said = f"the file cannot be written ({error}); {free / 2**20:.0f} MiB are free there"
        raise OSError(errno.EIO, said, str(path)) from error


def read_netcdf(path: Path, only: Callable[[str], bool] | None = None) -> xr.DataTree:
    """Read a file of results into memory.

    Parameters
    ----------
    path
        A file that `write_netcdf` wrote.
    only
        Of a group such as ``/capacity/beds``, whether to read it; None reads all.

    Returns
    -------
    xarray.DataTree
    """
    datasets = {}
    # Read whole while the one file is open: groups that are read later have crashed in HDF5.
    with netCDF4.Dataset(path) as file:
        for group in [file, *_with_content(file)]:
            if group is file or only is None or only(group.path):
                store = xr.backends.NetCDF4DataStore(group)  # type: ignore[no-untyped-call]
                datasets[group.path] = xr.open_dataset(store).load()
    return xr.DataTree.from_dict(datasets)


def _with_content(group: netCDF4.Dataset) -> Iterator[netCDF4.Dataset]:
    """The groups of a file that hold variables or attributes, however deep."""
    for child in group.groups.values():
        if child.variables or child.ncattrs():
            yield child
        yield from _with_content(child)
