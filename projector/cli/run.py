"""``projector run``: a line for each stage, the main figures, and the files."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from projector.outputs import refuse_target, write_results
from projector.outputs.ablation import printed_ablation
from projector.outputs.calibration import CALIBRATION_FOLDER, refuse_calibration_target
from projector.outputs.sensitivity import sensitivity_tables
from projector.outputs.summary import headline_years, summary
from projector.outputs.table import printed
from projector.outputs.uncertainty import uncertainty_tables
from projector.outputs.words import number, word
from projector.run import vocabulary
from projector.run.ablation import ablation
from projector.run.pipeline import project_care, project_people
from projector.run.whole import add_draws
from projector.scenario import load_scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projector.outputs.words import Language

__all__ = ["run_scenario"]


def run_scenario(
    path: Path,
    output: Path,
    language: "Language",
    *,
    without: "Sequence[str]" = (),
    ablate: bool = False,
    draws: int | Literal["auto"] | None = None,
    workers: int = 1,
) -> None:
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
        Processes that make draws.
    """
    started = time.perf_counter()

    def progress(stage: str, facts: "Mapping[str, object]") -> None:
        seconds = number(time.perf_counter() - started, language, 1)
        done = str(facts.get("outcome", ""))
        did = word(f"did {stage} {done}".strip(), language, **facts)
        name = word(f"stage {stage}", language)
        click.echo(f"{seconds:>6} s  {name:<12} {did}", err=True)

    refuse_target(output)
    scenario = load_scenario(path, vocabulary=vocabulary, without=without)
    own = [file for files in scenario.inputs.tables.values() for file in files]
    refuse_calibration_target(output / CALIBRATION_FOLDER, own)
    if draws is not None:
        scenario = scenario.with_draws(draws)
    uncertain = sum(path.is_uncertain for _, path in scenario.paths())
    if scenario.uncertainty.draws is None and uncertain:
        click.echo(word("not drawn", language, count=uncertain), err=True)
    people = project_people(scenario, progress=progress)
    tree = project_care(scenario, people, progress=progress)
    add_draws(tree, scenario, people, progress=progress, workers=workers)
    for note in filter(None, tree.attrs["inputs_notes"].splitlines()):
        click.echo(word("note", language, text=note), err=True)
    years = headline_years(tree["population"].to_dataset()["year"].values)
    effects = ablation(scenario, people, years) if ablate else None
    tables = {**dict(uncertainty_tables(tree)), **dict(sensitivity_tables(tree))}
    if effects is not None and not effects.empty:
        tables["ablation"] = effects
    write_results(tree, output, tables)
    progress("outputs", {"folder": output})
    click.echo(printed(tree.attrs["title"], years, summary(tree, language)))
    if effects is not None:
        click.echo(f"\n{printed_ablation(effects, language)}")
    if left_out := json.loads(tree.attrs["sites_left_out"]):
        click.echo(f"\n{word('left out', language, sites=', '.join(left_out))}")
    click.echo(f"\n{word('results in', language, folder=output)}/")
