"""``projector sensitivity``: which assumption a result depends on most."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.pictures import question_name, refuse_picture, year_asked
from projector.outputs.sensitivity import printed_sensitivity, sensitivity_table
from projector.outputs.tidy import write_table
from projector.outputs.words import word
from projector.run import vocabulary
from projector.run.executors import workers_of
from projector.run.pipeline import project_people
from projector.run.questions import question_of
from projector.run.sensitivity import sensitivity
from projector.scenario import load_scenario
from projector.scenario.suppression import refuse_suppression

if TYPE_CHECKING:
    from projector.outputs.words import Language

__all__ = ["tell_sensitivity"]


def tell_sensitivity(
    path: Path,
    result: str,
    *,
    of: Sequence[str],
    regions: Sequence[str],
    year: int | None,
    without: Sequence[str],
    designed: bool,
    draws: int,
    workers: int | None,
    output: Path | None,
    language: "Language",
) -> None:
    """Tell a reader at a terminal what a result of a scenario file depends on.

    Parameters
    ----------
    path
        The scenario file.
    result, of, regions
        As for `projector.run.questions.question_of`.
    year
        The year to tell of; None is the last.
    without
        Names of changes to leave out.
    designed
        Whether to tell first-order and total indices by a design too.
    draws
        Draws in each set.
    workers
        Processes that make draws; None is one for each processor, a few at most.
    output
        The picture; a table of all years lies beside it. None is a name of its own in outputs/,
        and no picture where matplotlib is not installed.
    language
        ``nb`` or ``en``.

    Raises
    ------
    UsageError
        If a name is unknown, the year is not projected, nothing is uncertain, or the picture
        cannot be drawn.
    """
    named = question_name(path, result, of, regions)
    picture = output or Path("outputs") / f"sensitivity-{named}.svg"
    drawn = output is not None or find_spec("matplotlib") is not None
    if drawn:
        refuse_picture(picture, "sensitivity")
    scenario = load_scenario(path, vocabulary=vocabulary, without=without)
    refuse_suppression(scenario, "sensitivity")
    last = year_asked(scenario, year)
    people = project_people(scenario)
    question = question_of(scenario, people, result, of=of, regions=regions)
    told = sensitivity(
        scenario,
        people,
        question,
        draws=draws,
        designed=designed,
        workers=workers_of(workers),
    )
    click.echo(printed_sensitivity(told, last, language))
    picture.parent.mkdir(parents=True, exist_ok=True)
    table = picture.with_suffix(".csv")
    write_table(sensitivity_table(told), table)
    click.echo()
    if drawn:
        from projector.report.tornado import draw_tornado

        draw_tornado(told, last, picture, language)
        click.echo(str(picture))
    else:
        click.echo(word("no picture", language), err=True)
    click.echo(str(table))
