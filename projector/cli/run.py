"""``projector run``: a line for each stage, the main figures, and the files."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from projector.cli.progress import RunProgress
from projector.cli.report import can_report, explanations_of, write_report
from projector.cli.told import run_told
from projector.errors import Problem, UsageError
from projector.outputs import refuse_target, write_results
from projector.outputs.ablation import ABLATION_TABLE, printed_ablation
from projector.outputs.calibration import CALIBRATION_FOLDER, refuse_calibration_target
from projector.outputs.readings import dumped
from projector.outputs.sensitivity import sensitivity_tables
from projector.outputs.summary import headline_years, summary
from projector.outputs.table import printed
from projector.outputs.uncertainty import uncertainty_tables
from projector.outputs.words import word
from projector.outputs.write import REPORT_FILE
from projector.run import vocabulary
from projector.run.ablation import ablation
from projector.run.kept import LotsOfRun
from projector.run.pipeline import project_care, project_people
from projector.run.suppression import as_told
from projector.run.whole import add_draws, draws_to_make, executor_of
from projector.scenario import load_scenario
from projector.scenario.suppression import refuse_beside_suppression
from projector.tables.suppression import limit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import xarray as xr

    from projector.outputs.words import Language
    from projector.run.explain import Explanation
    from projector.scenario import Scenario

__all__ = ["run_scenario"]


def run_scenario(
    path: Path,
    output: Path,
    language: "Language",
    *,
    without: "Sequence[str]" = (),
    ablate: bool = False,
    draws: int | Literal["auto"] | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    resume: bool = False,
    keep_draws: bool = False,
    page: bool = True,
    drivers: bool = False,
    member: "Scenario | None" = None,
    quiet: bool = False,
    as_json: bool = False,
    suppress: int | None = None,
) -> "dict[str, Any] | None":
    """Run one scenario file for a reader at a terminal.

    Parameters
    ----------
    path
        The scenario file.
    output
        Folder for the results.
    language
        ``nb`` or ``en``.
    without
        Names of changes to leave out.
    ablate
        Whether to tell also what each change does alone and on top of the others.
    draws
        In the place of what the scenario says; 0 is none, ``auto`` as many as it takes.
    workers
        Processes that make draws; None is one for each processor, a few at most.
    cluster
        Address of a Dask scheduler whose workers make draws instead.
    resume
        Whether to go on from what an interrupted run of the same has left.
    keep_draws
        Whether to write the draws themselves too.
    page
        Whether to write the report beside the results.
    drivers
        Whether the report shall tell what drives the changes, which takes some runs.
    member
        The scenario, where the file has a sweep and it is one of those; nothing of it is printed,
        as its figures are compared when all are there.
    quiet
        Whether to tell nothing of how far the run is.
    as_json
        Whether to print a summary for scripts in the place of the table.
    suppress
        Counts of patients below it are suppressed, in the place of what the scenario says; 0 is
        none.

    Returns
    -------
    dict or None
        The summary for scripts, where it is asked for.
    """
    told = RunProgress(language, quiet=quiet)
    progress = told.stage
    executor = executor_of(workers, cluster)
    refuse_target(output)
    scenario = member or load_scenario(path, vocabulary=vocabulary, without=without)
    own = [file for files in scenario.inputs.tables.values() for file in files]
    refuse_calibration_target(output / CALIBRATION_FOLDER, own)
    scenario = _as_asked(scenario, draws, suppress)
    refuse_beside_suppression(
        scenario, {"--keep-draws": keep_draws, "--ablate": ablate, "--drivers": drivers}
    )
    _tell_what_is_not_drawn(scenario, language)
    people = project_people(scenario, progress=progress)
    tree = project_care(scenario, people, progress=progress)
    # A cluster keeps nothing unless it is told to, as its workers may share no folder with us.
    keeps = cluster is None or resume or keep_draws
    lots = LotsOfRun(output)
    work = draws_to_make(
        tree, scenario, people, folder=lots.folder if keeps else None, with_draws=keep_draws
    )
    if keep_draws and work is None:
        raise _no_draws()
    if work is not None:
        lots.clear(keep=work.kept if resume else None)
        told.draws_begin()
        try:
            work = add_draws(tree, people, work, executor, progress=progress, heard=told.draws)
        finally:
            told.stop()
    tree = as_told(tree, scenario)
    for note in filter(None, tree.attrs["inputs_notes"].splitlines()):
        click.echo(word("note", language, text=note), err=True)
    years = headline_years(tree["population"].to_dataset()["year"].values)
    effects = ablation(scenario, people, years) if ablate else None
    tables = {**dict(uncertainty_tables(tree)), **dict(sensitivity_tables(tree))}
    if effects is not None and not effects.empty:
        tables[ABLATION_TABLE] = effects
    write_results(tree, output, tables, work if keep_draws else None)
    lots.clear()
    progress("outputs", {"folder": output})
    report = None
    if page:
        explained = explanations_of(scenario, people) if drivers else []
        report = _write_page(tree, output, language, explained)
    summed = run_told(tree, path, output, report, effects) if as_json else None
    if member is not None:
        return summed
    if summed is not None:
        click.echo(dumped(summed))
        return summed
    _tell_figures(tree, years, effects, language)
    click.echo(f"\n{word('results in', language, folder=output)}/")
    if report is not None:
        click.echo(word("report in", language, page=report))
    return None


def _as_asked(
    scenario: "Scenario", draws: int | Literal["auto"] | None, suppress: int | None
) -> "Scenario":
    """The scenario with what the options say in the place of it."""
    if draws is not None:
        scenario = scenario.with_draws(draws)
    return scenario if suppress is None else scenario.with_suppression(suppress)


def _tell_figures(
    tree: "xr.DataTree", years: list[int], effects: "pd.DataFrame | None", language: "Language"
) -> None:
    """The table of the main figures, and what there is to say of them."""
    click.echo(printed(tree.attrs["title"], years, summary(tree, language)))
    limit = limit_of(tree)
    if limit is not None:
        count = tree.attrs["suppressed"]
        click.echo(f"\n{word('suppressed note', language, limit=limit, count=count)}")
    if effects is not None:
        click.echo(f"\n{printed_ablation(effects, language)}")
    if left_out := json.loads(tree.attrs["sites_left_out"]):
        click.echo(f"\n{word('left out', language, sites=', '.join(left_out))}")


def _tell_what_is_not_drawn(scenario: "Scenario", language: "Language") -> None:
    uncertain = sum(path.is_uncertain for _, path in scenario.paths())
    if scenario.uncertainty.draws is None and uncertain:
        click.echo(word("not drawn", language, count=uncertain), err=True)


def _write_page(
    tree: "xr.DataTree", output: Path, language: "Language", explained: "list[Explanation]"
) -> Path | None:
    """The report beside the results, or what it takes to have one."""
    if not can_report():
        click.echo(word("report hint", language), err=True)
        return None
    write_report(tree, output / REPORT_FILE, language, explained)
    return output / REPORT_FILE


def _no_draws() -> UsageError:
    return UsageError(
        Problem(
            where="--keep-draws",
            message="there are no draws to keep",
            expected="draws in the scenario, or --draws",
        )
    )
