"""``projector run``: a line for each stage, the main figures, and the files."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.outputs import write_results
from projector.outputs.summary import headline_years, summary
from projector.outputs.words import word
from projector.run import run
from projector.scenario import load_scenario

if TYPE_CHECKING:
    import xarray

    from projector.outputs.words import Language

__all__ = ["run_scenario"]


def run_scenario(path: Path, output: Path, language: "Language") -> None:
    """Run one scenario file for a reader at a terminal.

    Parameters
    ----------
    path
        The scenario file.
    output
        Folder for the results.
    language
        ``nb`` or ``en``.
    """
    started = time.perf_counter()

    def progress(stage: str, detail: str) -> None:
        seconds = time.perf_counter() - started
        click.echo(f"{seconds:6.1f} s  {word(f'stage {stage}', language):<12} {detail}", err=True)

    scenario = load_scenario(path)
    if scenario.uncertainty.draws is not None:
        click.echo(word("not drawn", language, draws=scenario.uncertainty.draws), err=True)
    tree = run(scenario, progress=progress)
    for note in filter(None, tree.attrs["inputs_notes"].splitlines()):
        click.echo(f"          {note}", err=True)
    write_results(tree, output)
    progress("outputs", str(output))
    click.echo(_table(tree, language))
    click.echo(f"\n{word('results in', language, folder=output)}/")


def _table(tree: "xarray.DataTree", language: "Language") -> str:
    """The summary as text: a name column, then one column for each year."""
    sections = summary(tree, language)
    years = headline_years(tree["population"]["year"].values)
    rows = [row for section in sections for row in section.rows if row.figures]
    wide = max(len(row.name) for row in rows) + 2
    column = max(len(figure) for row in rows for figure in row.figures) + 2
    lines = ["", tree.attrs["title"].ljust(wide) + "".join(f"{year:>{column}}" for year in years)]
    for section in sections:
        lines += ["", section.heading]
        lines += [
            f"  {row.name}".ljust(wide) + "".join(f"{figure:>{column}}" for figure in row.figures)
            for row in section.rows
        ]
    return "\n".join(lines)
