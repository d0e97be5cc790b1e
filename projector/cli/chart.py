"""``projector chart``: a picture of a run's results."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.errors import Problem, UsageError
from projector.outputs import RESULTS_FILE, read_results

if TYPE_CHECKING:
    from projector.outputs.words import Language

__all__ = ["chart_results"]

_FORMATS = (".svg", ".png", ".pdf")


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
    if output.suffix not in _FORMATS:
        raise UsageError(
            Problem(
                where=str(output),
                message="no such picture format",
                found=output.suffix or "no ending",
                expected=", ".join(_FORMATS),
            )
        )
    if find_spec("matplotlib") is None:
        raise UsageError(
            Problem(
                where="projector chart",
                message="drawing needs the extra `report`",
                expected="pip install 'projector[report]'",
            )
        )
    from projector.report import draw_chart

    draw_chart(read_results(results / RESULTS_FILE), output, language)
    click.echo(str(output))
