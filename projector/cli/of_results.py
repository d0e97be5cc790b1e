"""What is made of results, and of several: commands and their options.

Each command imports what it uses when it is called.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from projector.cli.options import FOLDER, LANGUAGE, RUN, WORKERS, Draws

if TYPE_CHECKING:
    from projector.outputs.words import Language

__all__ = ["chart", "compare", "report", "verify"]


@click.command()
@RUN
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The picture: svg, png or pdf.  [default: RUN and .svg]",
)
@LANGUAGE
def chart(run: Path, output: Path | None, language: "Language") -> None:
    """Draw a picture of the results of RUN, a folder."""
    from projector.cli.chart import chart_results

    chart_results(run, output or run.parent / f"{run.name}.svg", language)


@click.command()
@RUN
@FOLDER
@click.option(
    "--drivers/--no-drivers",
    default=True,
    show_default=True,
    help="Also tell what drives the changes, which takes some runs.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page.  [default: report.html beside the results]",
)
@LANGUAGE
def report(
    run: Path, folder: Path | None, drivers: bool, output: Path | None, language: "Language"
) -> None:
    """Write the results of RUN, a folder or its results.nc, as one HTML page to read and print."""
    from projector.cli.report import report_results

    report_results(run, output, folder, language, drivers=drivers)


@click.command()
@RUN
@FOLDER
@WORKERS
@LANGUAGE
def verify(run: Path, folder: Path | None, workers: int | None, language: "Language") -> None:
    """Check that the results of RUN are unharmed, and what their scenario gives: run it again.

    Exit code 7 where they are damaged, or any number differs in any bit.
    """
    from projector.cli.verify import verify_results

    verify_results(run, folder, workers, language)


@click.command()
@click.argument(
    "runs",
    nargs=-1,
    required=True,
    metavar="SCENARIO|RESULTS...",
    type=click.Path(path_type=Path),
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the comparison.  [default: in outputs/, named after what is compared]",
)
@click.option(
    "--draws",
    type=Draws(),
    help="Joint samples for the scenarios, in the place of theirs; 0 is none.",
)
@WORKERS
@click.option(
    "--region",
    "regions",
    multiple=True,
    metavar="NAME",
    help="A region or area that figures are printed of; may be given several times.  "
    "[default: all together]",
)
@click.option(
    "--report/--no-report",
    "page",
    default=True,
    help="Write comparison.html beside the tables.  [default: report]",
)
@LANGUAGE
def compare(
    runs: tuple[Path, ...],
    output: Path | None,
    draws: 'int | Literal["auto"] | None',
    workers: int | None,
    regions: tuple[str, ...],
    page: bool,
    language: "Language",
) -> None:
    """Compare scenarios, or results of runs, with the first of them.

    What they assume differently, line by line; where they first part; and every figure side by
    side with its difference, with an interval of the difference where draws can be paired.
    Scenarios are run for it, a scenario with a sweep for each of its values.
    """
    from projector.cli.compare import compare_files

    compare_files(runs, output, language, draws=draws, workers=workers, regions=regions, page=page)
