"""``projector excel``: a run's results as a workbook."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.options import RUN, language_option

if TYPE_CHECKING:
    from projector.outputs.words import Language

__all__ = ["excel"]


@click.command()
@RUN
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The workbook.  [default: results.xlsx beside the results]",
)
@language_option("the workbook")
def excel(run: Path, output: Path | None, language: "Language") -> None:
    """Write the results of RUN, a folder or its results.nc, as an Excel workbook."""
    from projector.errors import Problem, UsageError
    from projector.outputs import read_results, results_file
    from projector.outputs.atomic import whole_file
    from projector.outputs.write import WORKBOOK_FILE
    from projector.run.measures import figures_of

    missing = [name for name in ("xlsxwriter", "jinja2") if find_spec(name) is None]
    if missing:
        raise UsageError(
            Problem(
                where="excel",
                message=f"a workbook needs {' and '.join(missing)}, which is not installed",
                expected="pip install 'projector[report]'",
            )
        )
    from projector.report.workbook import write_workbook

    file = results_file(run)
    tree = read_results(file)
    groups = {
        node.path.strip("/"): node.to_dataset().reset_coords(drop=True)
        for node in tree.subtree
        if node.path != "/"
    }
    page = output or file.with_name(WORKBOOK_FILE)
    with whole_file(page) as unfinished:
        write_workbook(tree, unfinished, language, list(figures_of(groups)))
    click.echo(str(page))
