"""``projector chart``: a picture of a run's results."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.pictures import refuse_picture
from projector.errors import Problem, UsageError
from projector.outputs import RESULTS_FILE, read_results

if TYPE_CHECKING:
    from projector.outputs.words import Language

__all__ = ["chart_results"]


def chart_results(results: Path, output: Path, language: "Language") -> None:
    """Draw the chart of a results folder.

    Parameters
    ----------
    results
        A folder that ``projector run`` wrote.
    output
        The picture to write.
    language
        ``nb`` or ``en``.

    Raises
    ------
    UsageError
        If the folder holds no results, the format is unknown, or matplotlib is not installed.
    """
    if not (results / RESULTS_FILE).is_file():
        raise UsageError(
            Problem(
                where=str(results),
                message="the folder holds no results",
                expected=f"a folder with {RESULTS_FILE}, as `projector run` writes it",
            )
        )
    refuse_picture(output, "chart")
    from projector.report.chart import draw_chart

    draw_chart(read_results(results / RESULTS_FILE), output, language)
    click.echo(str(output))
