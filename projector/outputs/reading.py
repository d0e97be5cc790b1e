"""The results of an earlier run, found and read, or refused in plain words."""

from collections.abc import Callable
from pathlib import Path

import xarray as xr

from projector.errors import Problem, ResultsError, UsageError
from projector.outputs.atomic import restore
from projector.outputs.netcdf import read_netcdf
from projector.outputs.write import RESULTS_FILE

__all__ = ["read_results", "results_file"]

_SAYS = ("projector_version", "scenario_sha256", "scenario_resolved", "inputs_sha256", "names")
"""Attributes that every file of results has."""


def results_file(results: Path) -> Path:
    """The file of results of a run.

    Parameters
    ----------
    results
        The folder that ``projector run`` wrote, or its file of results. What a killed run had
        set aside is taken back first.

    Returns
    -------
    Path

    Raises
    ------
    UsageError
        If there is none.
    """
    folder = results.parent if results.name == RESULTS_FILE else results
    restore(folder)
    file = results / RESULTS_FILE if results.is_dir() else results
    if not file.is_file():
        raise UsageError(
            Problem(
                where=str(results),
                message="the folder holds no results",
                expected=f"a folder with {RESULTS_FILE}, as `projector run` writes it",
            )
        )
    return file


def read_results(results: Path, only: Callable[[str], bool] | None = None) -> xr.DataTree:
    """The results of a run.

    Parameters
    ----------
    results
        As for `results_file`.
    only
        Of a group such as ``/capacity/beds``, whether to read it; None reads all.

    Returns
    -------
    xarray.DataTree
        As it was written; see `projector.run.run`.

    Raises
    ------
    UsageError
        If there are none.
    ResultsError
        If the file is damaged, or is of something else.
    """
    file = results_file(results)
    try:
        tree = read_netcdf(file, only)
    # The library tells damage in many ways, all the way to values that do not fit their array.
    except (OSError, RuntimeError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise ResultsError(
            Problem(
                where=str(file),
                message="the results cannot be read; the file is damaged or is of something else",
                found=str(error).splitlines()[0] if str(error) else type(error).__name__,
                expected=f"{RESULTS_FILE} as `projector run` wrote it; run the scenario again",
            )
        ) from error
    missing = [name for name in _SAYS if name not in tree.attrs]
    if missing or (only is None and "population" not in tree):
        raise ResultsError(
            Problem(
                where=str(file),
                message="these are not the results of a run",
                found="no " + (", ".join(missing) or "population"),
                expected=f"{RESULTS_FILE} as `projector run` wrote it",
            )
        )
    return tree
