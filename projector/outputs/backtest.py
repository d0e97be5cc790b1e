"""The tables of a backtest as CSV, in one folder, whole or not at all."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from projector.errors import Problem, UsageError
from projector.outputs.atomic import whole_folder
from projector.outputs.write import RESULTS_FILE, refuse_target

__all__ = ["refuse_backtest_target", "write_backtest"]

_CSV_FOLDER = "csv"
_SCENARIO_FILE = "scenario.yaml"
_WHAT_IT_IS = "# What was tried backwards: the scenario with everything it inherited.\n"


def write_backtest(tables: Mapping[str, pd.DataFrame], resolved: str, target: Path) -> None:
    """Write the tables of a backtest.

    Parameters
    ----------
    tables
        By file name without ending; an undefined figure (NaN) becomes an empty cell.
    resolved
        The resolved scenario as YAML.
    target
        The folder: ``csv/`` with one file for each table, and ``scenario.yaml``.

    Raises
    ------
    UsageError
        If the folder holds anything else, which would be lost.
    """
    refuse_backtest_target(target)
    with whole_folder(target) as folder:
        (folder / _CSV_FOLDER).mkdir()
        for name, table in tables.items():
            table.to_csv(
                folder / _CSV_FOLDER / f"{name}.csv",
                index=False,
                float_format="%.10g",
                lineterminator="\n",
                encoding="utf-8",
            )
        (folder / _SCENARIO_FILE).write_text(_WHAT_IT_IS + resolved, "utf-8")


def refuse_backtest_target(target: Path) -> None:
    """Refuse a folder whose place the tables must not take: a run's results among others.

    Raises
    ------
    UsageError
        If the folder holds anything that no backtest has written.
    """
    refuse_target(target)
    if (target / RESULTS_FILE).exists():
        raise UsageError(
            Problem(
                where=str(target),
                message="the folder holds the results of a run, and a backtest would take their "
                "place",
                found=RESULTS_FILE,
                expected="an empty folder, an earlier backtest, or a new name; see --output",
            )
        )
