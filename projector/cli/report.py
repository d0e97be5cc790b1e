"""``projector report``: a run's results as a page to read."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.runs import results_file
from projector.errors import Problem, UsageError
from projector.outputs import read_results
from projector.outputs.atomic import whole_file
from projector.outputs.write import REPORT_FILE
from projector.run import vocabulary
from projector.run.explain import explain
from projector.run.pipeline import project_people
from projector.run.questions import question_of
from projector.scenario import load_scenario

if TYPE_CHECKING:
    import xarray as xr

    from projector.outputs.words import Language
    from projector.run.explain import Explanation

__all__ = ["can_report", "report_results", "write_report"]

_EXPLAINED = (("bed_days", ("inpatient",)), ("beds", ()), ("staff", ()))
"""Results, and parts of them, that are taken apart where the scenario is at hand."""


def can_report() -> bool:
    """Whether what it takes to write a page is installed."""
    return find_spec("jinja2") is not None


def report_results(
    results: Path, output: Path | None, scenario: Path | None, language: "Language"
) -> None:
    """Write the page of a run.

    Parameters
    ----------
    results
        The folder that ``projector run`` wrote, or its file of results.
    output
        The page; None is ``report.html`` beside the results.
    scenario
        The scenario that ran, to tell what drives the changes; None leaves that out.
    language
        ``nb`` or ``en``.

    Raises
    ------
    UsageError
        If there are no results, they are of another scenario, or jinja2 is not installed.
    """
    if not can_report():
        raise UsageError(
            Problem(
                where="report",
                message="a page needs jinja2, which is not installed",
                expected="pip install 'projector[report]'",
            )
        )
    file = results_file(results)
    tree = read_results(file)
    explanations = [] if scenario is None else _explanations(scenario, tree)
    page = output or file.with_name(REPORT_FILE)
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


def _explanations(path: Path, tree: "xr.DataTree") -> "list[Explanation]":
    """Explanations by the scenario that ran, on the inputs that it ran on."""
    scenario = load_scenario(path, vocabulary=vocabulary)
    if "uncertainty" in tree:
        (draws, *_) = (node.attrs["draws"] for node in tree["uncertainty"].children.values())
        drawn = scenario.with_draws(int(draws))
    else:
        drawn = scenario.with_draws(0)
    known = {one.digest() for one in (scenario, drawn)}
    if tree.attrs["scenario_sha256"] not in known:
        raise UsageError(
            Problem(
                where=str(path),
                message="the results are of another scenario, or it has changed since",
                found=tree.attrs["title"],
                expected="the scenario that ran, as it was; run it again, or leave out --scenario",
            )
        )
    people = project_people(scenario)
    if dict(people.inputs.files) != json.loads(tree.attrs["inputs_sha256"]):
        raise UsageError(
            Problem(
                where=str(path),
                message="the input tables have changed since the run",
                expected="the tables of the run; run the scenario again, or leave out --scenario",
            )
        )
    questions = (question_of(scenario, people, result, of=of) for result, of in _EXPLAINED)
    return [explain(scenario, people, question) for question in questions]
