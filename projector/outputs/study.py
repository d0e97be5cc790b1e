"""The tables of a study (a backtest, ways of drawing areas) in one folder, whole or not at all."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from projector.errors import Problem, UsageError
from projector.outputs.atomic import whole_folder
from projector.outputs.tidy import write_table
from projector.outputs.write import RESULTS_FILE, refuse_target

__all__ = ["AREAS", "BACKTEST", "refuse_study_target", "write_study"]

_CSV_FOLDER = "csv"
_SCENARIO_FILE = "scenario.yaml"
BACKTEST = "What was tried backwards"
AREAS = "What the areas were reckoned from"
"""The first words of the file with the scenario."""


def write_study(
    tables: Mapping[str, pd.DataFrame], resolved: str, target: Path, about: str
) -> None:
    """Write the tables of a study.

    Parameters
    ----------
    tables
        By file name without ending; an undefined figure (NaN) becomes an empty cell.
    resolved
        The resolved scenario as YAML.
    target
        The folder: ``csv/`` with one file for each table, and ``scenario.yaml``.
    about
        What the scenario is here, for the first line of its file.

    Raises
    ------
    UsageError
        If the folder holds anything else, which would be lost.
    """
    refuse_study_target(target)
    with whole_folder(target) as folder:
        (folder / _CSV_FOLDER).mkdir()
        for name, table in tables.items():
            write_table(table, folder / _CSV_FOLDER / f"{name}.csv")
        first_line = f"# {about}: the scenario with everything it inherited.\n"
        (folder / _SCENARIO_FILE).write_text(first_line + resolved, "utf-8")


def refuse_study_target(target: Path) -> None:
    """Refuse a folder whose place the tables must not take: a run's results among others.

    Raises
    ------
    UsageError
        If the folder holds anything that no study has written.
    """
    refuse_target(target)
    if (target / RESULTS_FILE).exists():
        raise UsageError(
            Problem(
                where=str(target),
                message="the folder holds the results of a run, and these tables would take their "
                "place",
                found=RESULTS_FILE,
                expected="an empty folder, earlier tables, or a new name; see --output",
            )
        )
