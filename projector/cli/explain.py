"""``projector explain``: what a result changes by, and because of what."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.pictures import question_name, refuse_picture, year_asked
from projector.outputs.explanation import explanation_table, printed
from projector.outputs.tidy import write_table
from projector.outputs.words import word
from projector.run import vocabulary
from projector.run.explain import explain
from projector.run.pipeline import project_people
from projector.run.questions import question_of
from projector.scenario import load_scenario
from projector.scenario.suppression import refuse_suppression

if TYPE_CHECKING:
    from projector.outputs.words import Language

__all__ = ["explain_scenario"]


def explain_scenario(
    path: Path,
    result: str,
    *,
    of: Sequence[str],
    regions: Sequence[str],
    year: int | None,
    without: Sequence[str],
    free_of_order: bool,
    output: Path | None,
    language: "Language",
) -> None:
    """Explain a result of a scenario file to a reader at a terminal.

    Parameters
    ----------
    path
        The scenario file.
    result, of, regions
        As for `projector.run.questions.question_of`.
    year
        The year to explain; None is the last.
    without
        Names of changes to leave out.
    free_of_order
        Whether the changes shall have effects that do not depend on their order.
    output
        The picture; a table of all years lies beside it. None is a name of its own in outputs/,
        and no picture where matplotlib is not installed.
    language
        ``nb`` or ``en``.

    Raises
    ------
    UsageError
        If a name is unknown, the year is not projected, or the picture cannot be drawn.
    """
    picture = output or Path("outputs") / f"explain-{question_name(path, result, of, regions)}.svg"
    draws = output is not None or find_spec("matplotlib") is not None
    if draws:
        refuse_picture(picture, "explain")
    scenario = load_scenario(path, vocabulary=vocabulary, without=without)
    refuse_suppression(scenario, "explain")
    last = year_asked(scenario, year)
    people = project_people(scenario)
    question = question_of(scenario, people, result, of=of, regions=regions)
    explanation = explain(scenario, people, question, free_of_order=free_of_order)
    click.echo(printed(explanation, last, language))
    picture.parent.mkdir(parents=True, exist_ok=True)
    table = picture.with_suffix(".csv")
    write_table(explanation_table(explanation), table)
    click.echo()
    if draws:
        from projector.report.waterfall import draw_waterfall

        draw_waterfall(explanation, last, picture, language)
        click.echo(str(picture))
    else:
        click.echo(word("no picture", language), err=True)
    click.echo(str(table))
