"""Where the results of a run lie, as commands are told."""

from pathlib import Path

from projector.errors import Problem, UsageError
from projector.outputs import RESULTS_FILE

__all__ = ["results_file"]


def results_file(results: Path) -> Path:
    """The file of results of a run.

    Parameters
    ----------
    results
        The folder that ``projector run`` wrote, or its file of results.

    Raises
    ------
    UsageError
        If the folder holds no results.
    """
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
