"""Results as one netCDF-4 file with the attributes of the CF conventions 1.11."""

from pathlib import Path

import numpy as np
import xarray as xr

__all__ = ["read_results", "write_netcdf"]

_COORDINATES = {
    "region": {"long_name": "region code", "cf_role": "timeseries_id"},
    "year": {"long_name": "calendar year", "units": "1"},
    "sex": {"long_name": "sex"},
    "age": {"long_name": "completed years on 1 January; the last age is open", "units": "1"},
    "diagnosis": {"long_name": "diagnosis group"},
    "kind": {"long_name": "kind of diagnosis"},
    "setting": {"long_name": "level of care"},
    "resource": {"long_name": "kind of bed, place or room"},
    "site": {"long_name": "site of capacity"},
    "profession": {"long_name": "occupational group"},
    "competence": {"long_name": "speciality or further training"},
    "competence_profession": {"long_name": "occupational group of the competence"},
}


def write_netcdf(tree: xr.DataTree, path: Path) -> None:
    """Write a tree of results, compressed, with units on every variable.

    Parameters
    ----------
    tree
        From `projector.run`.
    path
        The file to write.
    """
    described = tree.copy(deep=False)
    encoding: dict[str, dict[str, dict[str, object]]] = {}
    for node in described.subtree:
        dataset = node.to_dataset(inherit=False)
        for name in dataset.coords:
            dataset[name].attrs.update(_COORDINATES[str(name)])
        for name in dataset.variables:
            if dataset[name].dtype == object:
                dataset[name] = dataset[name].astype(str)
        node.dataset = dataset
        encoding[node.path] = {
            str(name): {"zlib": True, "complevel": 4, "shuffle": True}
            for name, variable in dataset.data_vars.items()
            if np.issubdtype(variable.dtype, np.number) and variable.size
        }
    described.to_netcdf(path, engine="netcdf4", encoding=encoding)


def read_results(path: Path) -> xr.DataTree:
    """Read a file of results into memory.

    Parameters
    ----------
    path
        A file that `write_netcdf` wrote.

    Returns
    -------
    xarray.DataTree
    """
    with xr.open_datatree(path, engine="netcdf4") as tree:
        return tree.load()
