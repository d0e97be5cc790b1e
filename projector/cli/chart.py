"""``projector chart``: a picture of a run's results."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.pictures import refuse_picture
from projector.outputs import read_results

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
    ResultsError
        If the results are damaged.
    """
    refuse_picture(output, "chart")
    tree = read_results(results)
    from projector.report.chart import draw_chart

    draw_chart(tree, output, language)
    click.echo(str(output))
