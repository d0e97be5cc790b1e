"""Everything that a run leaves behind, in one folder, whole or not at all."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import xarray as xr

from projector.errors import Problem, UsageError
from projector.outputs.atomic import whole_folder
from projector.outputs.calibration import CALIBRATION_FOLDER, write_tables
from projector.outputs.draws import DRAWS_FILE, Drawn, write_draws
from projector.outputs.netcdf import write_netcdf
from projector.outputs.sums import SUMS_FILE, write_sums
from projector.outputs.tidy import write_csv, write_table

__all__ = [
    "REPORT_FILE",
    "RESULTS_FILE",
    "WORKBOOK_FILE",
    "has_table",
    "refuse_target",
    "write_results",
]

RESULTS_FILE = "results.nc"
REPORT_FILE = "report.html"
WORKBOOK_FILE = "results.xlsx"
_SCENARIO_FILE = "scenario.yaml"
_CSV_FOLDER = "csv"
_WHAT_IT_IS = """\
# What ran: the scenario with everything it inherited, and the file and line of every value.
# Files are relative to the folder of the scenario; put this file there to run it again.
"""


def write_results(
    tree: xr.DataTree,
    target: Path,
    tables: Mapping[str, pd.DataFrame] | None = None,
    draws: Drawn | None = None,
) -> None:
    """Write a run's results.

    Parameters
    ----------
    tree
        From `projector.run`.
    target
        The folder: ``results.nc``, ``csv/`` with one file for each variable, ``calibration/``
        with what was estimated from the age tables, ``scenario.yaml``, the resolved scenario
        with the file and line of every value, and ``SHA256SUMS``.
    tables
        Further tables for ``csv/``, by file name without ending.
    draws
        The draws themselves, for ``draws.nc``; None writes none.

    Raises
    ------
    UsageError
        If the folder holds files that no run has written; they would be lost.
    """
    refuse_target(target)
    with whole_folder(target) as folder:
        write_netcdf(tree, folder / RESULTS_FILE)
        write_csv(tree, folder / _CSV_FOLDER)
        if draws is not None:
            attributes = {str(key): text for key, text in tree.attrs.items()}
            write_draws(draws, attributes, folder / DRAWS_FILE)
        for name, table in (tables or {}).items():
            write_table(table, folder / _CSV_FOLDER / f"{name}.csv")
        write_tables(tree["calibration"].to_dataset(), folder / CALIBRATION_FOLDER)
        (folder / _SCENARIO_FILE).write_text(_WHAT_IT_IS + tree.attrs["scenario_resolved"], "utf-8")
        write_sums(folder)


def has_table(folder: Path, name: str) -> bool:
    """Whether a run has written a table of this name."""
    return (folder / _CSV_FOLDER / f"{name}.csv").is_file()


def refuse_target(target: Path) -> None:
    """Refuse a folder whose place a new result must not take.

    Parameters
    ----------
    target
        Where the results shall lie.

    Raises
    ------
    UsageError
        If it holds files that no run has written, or is a folder that cannot be replaced:
        the one the command runs in, or a mounted one.
    """
    if not target.exists():
        return
    if target.resolve() == Path.cwd() or target.is_mount():
        raise UsageError(
            Problem(
                where=str(target),
                message="the results take a folder's place, and this one cannot be replaced",
                expected=f"a folder inside it, such as {target / 'results'}",
            )
        )
    ours = {
        RESULTS_FILE,
        DRAWS_FILE,
        REPORT_FILE,
        WORKBOOK_FILE,
        _SCENARIO_FILE,
        _CSV_FOLDER,
        CALIBRATION_FOLDER,
        SUMS_FILE,
    }
    foreign = (
        sorted(path.name for path in target.iterdir() if path.name not in ours)
        if target.is_dir()
        else [target.name]
    )
    if foreign:
        raise UsageError(
            Problem(
                where=str(target),
                message="the folder holds something that no run has written, and a new result "
                "would take its place",
                found=", ".join(foreign[:5]) + (" …" if len(foreign) > 5 else ""),
                expected="an empty folder, an earlier result, or a new name; see --output",
            )
        )
