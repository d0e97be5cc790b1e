"""``projector verify``: whether results are unharmed, and what their scenario gives."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector import __version__
from projector.errors import Problem, ResultsError
from projector.outputs import read_results, results_file, write_results
from projector.outputs.ablation import ABLATION_TABLE
from projector.outputs.draws import DRAWS_FILE
from projector.outputs.sensitivity import sensitivity_tables
from projector.outputs.summary import headline_years
from projector.outputs.sums import SUMS_FILE, changed_files, differing_files
from projector.outputs.uncertainty import uncertainty_tables
from projector.outputs.words import number, word
from projector.outputs.write import RESULTS_FILE, has_table
from projector.run.ablation import ablation
from projector.run.pipeline import project_care, project_people
from projector.run.suppression import as_told
from projector.run.verify import Difference, differences, folders_around, scenario_that_ran
from projector.run.whole import add_draws, draws_to_make, executor_of

if TYPE_CHECKING:
    import xarray as xr

    from projector.outputs.words import Language
    from projector.scenario import Scenario

__all__ = ["verify_results"]

_SHOWN = 5
"""Files or results that a message names before the rest is counted."""


def verify_results(
    results: Path, folder: Path | None, workers: int | None, language: "Language"
) -> None:
    """Verify results for a reader at a terminal.

    Parameters
    ----------
    results
        A folder that ``projector run`` wrote.
    folder
        Where the scenario lay that ran; None looks for it in ``scenarios`` and here, and around
        the results.
    workers
        Processes that make draws.
    language
        ``nb`` or ``en``.

    Raises
    ------
    UsageError
        If there are no results.
    ResultsError
        If they are damaged, or differ from what their scenario gives; with all that differs.
    """
    written = results_file(results).parent
    tree = read_results(written)
    changed = changed_files(written)
    if changed:
        raise ResultsError(_changed(written, changed))
    _tell("files", language)
    scenario = scenario_that_ran(tree, [folder] if folder else folders_around(written))
    _tell("inputs", language, count=len(json.loads(tree.attrs["inputs_sha256"])))
    if tree.attrs["projector_version"] != __version__:
        found = tree.attrs["projector_version"]
        click.echo(word("verified version", language, found=found, own=__version__), err=True)
    with tempfile.TemporaryDirectory() as kept:
        again = Path(kept) / written.name
        _write_again(scenario, tree, written, again, workers)
        problems = [
            *(_differs(written, one) for one in differences(tree, read_results(again))),
            *_other_files(written, again),
        ]
    if problems:
        raise ResultsError(problems)
    numbers = sum(one.size for node in tree.subtree for one in node.data_vars.values())
    _tell("numbers", language, count=number(numbers, language))


def _tell(what: str, language: "Language", **facts: object) -> None:
    click.echo(word(f"verified {what}", language, **facts))


def _write_again(
    scenario: "Scenario", tree: "xr.DataTree", written: Path, again: Path, workers: int | None
) -> None:
    """The whole run anew, written as the first one was."""
    people = project_people(scenario)
    anew = project_care(scenario, people)
    # The places of its values are those of the file that ran; what it says has been checked.
    anew.attrs["scenario_resolved"] = tree.attrs["scenario_resolved"]
    keeps = (written / DRAWS_FILE).is_file()
    kept = again.with_name("draws") if keeps else None
    work = draws_to_make(anew, scenario, people, folder=kept, with_draws=keeps)
    if work is not None:
        work = add_draws(anew, people, work, executor_of(workers, None))
    anew = as_told(anew, scenario)
    tables = {**dict(uncertainty_tables(anew)), **dict(sensitivity_tables(anew))}
    if has_table(written, ABLATION_TABLE):
        years = headline_years(tree["population"].to_dataset()["year"].values)
        tables[ABLATION_TABLE] = ablation(scenario, people, years)
    write_results(anew, again, tables, work if keeps else None)


def _changed(written: Path, changed: Sequence[str]) -> Problem:
    return Problem(
        where=str(written),
        message="files are gone or have changed since the run",
        found=_some(changed),
        expected=f"what {SUMS_FILE} says of them; run the scenario again",
    )


def _differs(written: Path, one: Difference) -> Problem:
    place = ", ".join(f"{dim} {label}" for dim, label in one.place.items())
    if not one.of:
        message = f"{one.result} has another form than the run gives now"
    else:
        message = f"{one.result} differs in {one.cells} of {one.of} cells, first in {place}"
    return Problem(str(written / RESULTS_FILE), message, one.found, one.expected)


def _other_files(written: Path, again: Path) -> list[Problem]:
    """Files beside the results that the run does not write alike."""
    others = [name for name in differing_files(written, again) if name != RESULTS_FILE]
    if not others:
        return []
    return [
        Problem(
            where=str(written),
            message="files are not as the run writes them now",
            found=_some(others),
        )
    ]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
