"""``projector areas``: ways of drawing the map of hospital areas, side by side."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.errors import Problem, UsageError
from projector.outputs.study import AREAS, refuse_study_target, write_study
from projector.outputs.summary import headline_years
from projector.outputs.words import number, word
from projector.run import run, vocabulary
from projector.run.areas import area_figures, area_findings
from projector.run.pipeline import read_inputs, region_names
from projector.scenario import load_scenario

if TYPE_CHECKING:
    import pandas as pd

    from projector.outputs.words import Language

__all__ = ["compare_areas"]

_SHOWN = {
    "people": (1, 0),
    "people 80+": (1, 0),
    "hospital contacts": (1, 0),
    "hospital beds": (1, 0),
    "own coverage": (100, 1),
    "mean travel": (1, 0),
}
"""Measures on the terminal, with a scale and decimals; the table on disk has all of them."""

_DETAILS = 4
"""Of a criterion that is missed, so many are shown."""


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
    figures = area_figures(tree, scenario, inputs.members, inputs.tables.get("travel"), years)
    known = region_names(inputs)
    codes = [str(code) for code in population["region"].values]
    names = {code: known.get(code, code) for code in codes}
    findings = area_findings(figures, scenario, inputs.members, names)
    tables = {"areas": figures, "criteria": findings}
    write_study(tables, scenario.resolved_yaml(), output, AREAS)
    for alternative in figures["alternative"].unique():
        click.echo(f"\n{alternative}")
        click.echo("\n".join(_lines(figures, findings, alternative, years, language)))
    click.echo(f"\n{word('results in', language, folder=output)}/")


def _lines(
    figures: "pd.DataFrame",
    findings: "pd.DataFrame",
    alternative: str,
    years: list[int],
    language: "Language",
) -> list[str]:
    """An alternative as text: a block for each measure, a line for each area, then what misses."""
    own = figures[figures["alternative"] == alternative]
    wide = max(map(len, own["area"])) + 4
    column = 12
    lines = ["".ljust(wide) + "".join(f"{year:>{column}}" for year in years)]
    for measure, (scale, decimals) in _SHOWN.items():
        of_measure = own[own["measure"] == measure]
        if of_measure.empty:
            continue
        lines.append(word(f"area {measure}", language))
        for area, values in of_measure.groupby("area", sort=False)["value"]:
            texts = [number(scale * value, language, decimals) for value in values]
            lines.append(f"  {area}".ljust(wide) + "".join(f"{text:>{column}}" for text in texts))
    missed = findings[findings["alternative"] == alternative]
    lines.append(word("criteria missed" if len(missed) else "criteria met", language))
    for key, rows in missed.groupby(["area", "criterion"], sort=False):
        area, criterion = map(str, key)
        details = list(rows["detail"])
        more = [f"… +{len(details) - _DETAILS}"] if len(details) > _DETAILS else []
        text = "; ".join([*details[:_DETAILS], *more])
        lines.append(f"  {area}: {word(f'criterion {criterion}', language)}: {text}")
    return lines
