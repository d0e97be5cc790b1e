"""``projector report``: a run's results as a page to read."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.errors import Problem, ResultsError, UsageError
from projector.outputs import read_results, results_file
from projector.outputs.atomic import whole_file
from projector.outputs.words import word
from projector.outputs.write import REPORT_FILE
from projector.run.explain import explain_together
from projector.run.pipeline import People, project_people
from projector.run.questions import question_of
from projector.run.verify import folders_around, scenario_that_ran

if TYPE_CHECKING:
    import xarray as xr

    from projector.outputs.words import Language
    from projector.run.explain import Explanation
    from projector.scenario import Scenario

__all__ = ["can_report", "explanations_of", "report_results", "write_report"]

_EXPLAINED = (("bed_days", ("inpatient",)), ("beds", ()), ("staff", ()))
"""Results, and parts of them, that are taken apart where the scenario is at hand."""


def can_report() -> bool:
    """Whether what it takes to write a page is installed."""
    return find_spec("jinja2") is not None


def report_results(
    results: Path,
    output: Path | None,
    folder: Path | None,
    language: "Language",
    *,
    drivers: bool = True,
) -> None:
    """Write the page of a run.

    Parameters
    ----------
    results
        The folder that ``projector run`` wrote, or its file of results.
    output
        The page; None is ``report.html`` beside the results.
    folder
        Where the scenario lay that ran, to tell what drives the changes; None looks for it where
        `projector verify` does.
    language
        ``nb`` or ``en``.
    drivers
        Whether to tell what drives the changes.

    Raises
    ------
    UsageError
        If there are no results, or jinja2 is not installed.
    ResultsError
        If the results are damaged.
    """
    if not can_report():
        raise UsageError(
            Problem(
                where="report",
                message="a page needs jinja2, which is not installed",
                expected="pip install 'projector[report]'",
            )
        )
    tree = read_results(results)
    explanations = _explanations(results, folder, tree, language) if drivers else []
    page = output or results_file(results).with_name(REPORT_FILE)
    write_report(tree, page, language, explanations)
    click.echo(str(page))


def write_report(
    tree: "xr.DataTree",
    page: Path,
    language: "Language",
    explanations: "list[Explanation] | None" = None,
) -> None:
    """Write the page of results, whole or not at all.

    Parameters
    ----------
    tree
        The results.
    page
        The file.
    language
        ``nb`` or ``en``.
    explanations
        What drives changes, where somebody asked.
    """
    from projector.report.explained import explained
    from projector.report.page import report_page

    last = int(tree["population"].to_dataset()["year"].values[-1])
    told = explained(explanations or [], last, language)
    text = report_page(tree, language, told)
    with whole_file(page) as file:
        file.write_bytes(text.encode("utf-8"))


def explanations_of(scenario: "Scenario", people: People) -> "list[Explanation]":
    """What drives the changes, for the page of a run."""
    questions = [question_of(scenario, people, result, of=of) for result, of in _EXPLAINED]
    return explain_together(scenario, people, questions)


def _explanations(
    results: Path, folder: Path | None, tree: "xr.DataTree", language: "Language"
) -> "list[Explanation]":
    """Explanations by the scenario that ran, on the inputs that it ran on."""
    folders = [folder] if folder else folders_around(results_file(results).parent)
    try:
        scenario = scenario_that_ran(tree, folders)
    except ResultsError as error:
        for problem in error.problems:
            click.echo(word("no drivers", language, problem=problem), err=True)
        return []
    if scenario.outputs.suppress is not None:
        # They are taken apart by diagnosis group, of which some are suppressed.
        click.echo(word("no drivers suppressed", language), err=True)
        return []
    return explanations_of(scenario, project_people(scenario))
