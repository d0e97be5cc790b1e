"""What was estimated from the age tables, as CSV that can be changed and read back."""

from collections.abc import Iterable
from pathlib import Path

import xarray as xr

from projector.errors import Problem, UsageError
from projector.outputs.atomic import whole_folder
from projector.population.calibration_tables import OVERRIDES, calibration_tables
from projector.tables.cells import guarded_table

__all__ = ["CALIBRATION_FOLDER", "refuse_calibration_target", "write_calibration", "write_tables"]

CALIBRATION_FOLDER = "calibration"
"""Where a run puts the tables among its results."""

_FILES = frozenset(f"{name}.csv" for name in (*OVERRIDES, "extraordinary"))


def write_tables(dataset: xr.Dataset, folder: Path) -> None:
    """Write ``cohort_ratios.csv``, ``regional_levels.csv`` and the rest.

    Parameters
    ----------
    dataset
        The group ``calibration`` of the results.
    folder
        Where the files go; made if it is not there.

    Notes
    -----
    Numbers have the fewest digits that give the same number when they are read, so tables that
    are given back unchanged change nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in calibration_tables(dataset).items():
        guarded_table(table).to_csv(
            folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8"
        )


def write_calibration(dataset: xr.Dataset, target: Path) -> None:
    """Write the tables in a folder of their own, whole or not at all.

    Parameters
    ----------
    dataset
        The group ``calibration`` of the results.
    target
        The folder.

    Raises
    ------
    UsageError
        If the folder holds anything else, which would be lost.
    """
    refuse_calibration_target(target)
    with whole_folder(target) as folder:
        write_tables(dataset, folder)


def refuse_calibration_target(target: Path, inputs: Iterable[Path] = ()) -> None:
    """Refuse a folder whose place the tables must not take.

    Parameters
    ----------
    target
        Where the tables shall lie.
    inputs
        Files that the scenario reads: they are somebody's work, even where they bear the names
        of the tables.

    Raises
    ------
    UsageError
        If the folder is the one the command runs in, or holds files that are not such tables, or
        one that the scenario reads.
    """
    if not target.exists():
        return
    if target.resolve() == Path.cwd() or target.is_mount():
        raise UsageError(
            Problem(
                where=str(target),
                message="the tables take a folder's place, and this one cannot be replaced",
                expected=f"a folder inside it, such as {target / CALIBRATION_FOLDER}",
            )
        )
    there = sorted(path.name for path in target.iterdir()) if target.is_dir() else [target.name]
    foreign = [name for name in there if name not in _FILES]
    read = [path.name for path in inputs if path.resolve().parent == target.resolve()]
    if foreign or read:
        raise UsageError(
            Problem(
                where=str(target),
                message="the folder holds something that would be lost when new tables take its "
                "place",
                found=", ".join((foreign or read)[:5]),
                expected="an empty folder, earlier tables that no scenario reads, or a new name; "
                "see --output",
            )
        )
