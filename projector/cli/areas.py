"""``projector areas``: ways of drawing the map of hospital areas, side by side."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.activity.flows import with_own_sites
from projector.errors import Problem, UsageError
from projector.outputs.areas import printed_areas
from projector.outputs.study import AREAS, refuse_study_target, write_study
from projector.outputs.summary import headline_years
from projector.outputs.words import word
from projector.run import run, vocabulary
from projector.run.area_criteria import area_findings
from projector.run.area_divisions import divisions
from projector.run.areas import area_figures, area_people, with_present
from projector.run.pipeline import read_inputs, region_names
from projector.scenario import load_scenario
from projector.scenario.suppression import refuse_suppression

if TYPE_CHECKING:
    from projector.outputs.words import Language

__all__ = ["compare_areas"]


def compare_areas(path: Path, output: Path, language: "Language") -> None:
    """Compare the catchments of a scenario file for a reader at a terminal.

    Parameters
    ----------
    path
        The scenario file.
    output
        Folder for the tables.
    language
        ``nb`` or ``en``.
    """
    refuse_study_target(output)
    scenario = load_scenario(path, vocabulary=vocabulary)
    refuse_suppression(scenario, "areas")
    if not scenario.catchments:
        raise UsageError(
            Problem(
                where=str(path),
                message="the scenario has no catchments to compare",
                expected="`catchments:` with a name and areas",
            )
        )
    inputs = read_inputs(scenario)
    tree = run(scenario)
    population = tree["population"].to_dataset()
    years = headline_years(population["year"].values)
    codes = [str(code) for code in population["region"].values]
    given = with_own_sites(inputs.tables, scenario)
    drawn = divisions(scenario, inputs.members, codes)
    figures = area_figures(tree, drawn, inputs.members, given, years)
    compared = with_present(figures, drawn, area_people(tree, years[0]))
    known = region_names(inputs)
    names = {code: known.get(code, code) for code in codes}
    findings = area_findings(figures, drawn, inputs.members, given, names, scenario.area_criteria)
    tables = {"areas": compared, "criteria": findings}
    write_study(tables, scenario.resolved_yaml(), output, AREAS)
    criteria = scenario.area_criteria
    sized = criteria.fewest_people is not None or criteria.most_people is not None
    present = next((one.name for one in drawn if one.present), None)
    # Today first, whatever its place in the file: the others are read against it.
    for one in sorted(drawn, key=lambda one: not one.present):
        click.echo("")
        click.echo(printed_areas(compared, findings, one.name, present, sized, language))
    click.echo(f"\n{word('results in', language, folder=output)}/")
