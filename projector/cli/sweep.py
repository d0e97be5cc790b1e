"""``projector run`` of a scenario with a sweep: every scenario of the family, and a comparison."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from projector.cli.compare import given_of_folder, tell, write
from projector.cli.run import run_scenario
from projector.compare import compare, sides_of
from projector.compare.write import refuse_comparison_target
from projector.errors import Problem, UsageError
from projector.outputs import RESULTS_FILE, refuse_target
from projector.outputs.draws import DRAWS_FILE
from projector.outputs.readings import dumped
from projector.outputs.sums import remove_file
from projector.outputs.words import word
from projector.run import vocabulary
from projector.scenario import load_family

if TYPE_CHECKING:
    from projector.outputs.words import Language
    from projector.scenario import Family

__all__ = ["COMPARISON_FOLDER", "refuse_family_target", "run_family", "sweep_told"]

COMPARISON_FOLDER = "comparison"


def run_family(
    path: Path,
    output: Path,
    language: "Language",
    *,
    without: Sequence[str] = (),
    draws: int | Literal["auto"] | None = None,
    cluster: str | None = None,
    keep_draws: bool = False,
    page: bool = True,
    suppress: int | None = None,
    as_json: bool = False,
    **options: Any,
) -> None:
    """Run every scenario of a file, each into a folder of its own, and compare them.

    Parameters
    ----------
    path
        A scenario file with a sweep.
    output
        Folder for all: one for each scenario, named after its values, and ``comparison``.
    language
        ``nb`` or ``en``.
    as_json
        Whether to print a summary of all for scripts in the place of the comparison.
    without, draws, cluster, keep_draws, page, suppress, options
        As for `projector.cli.run.run_scenario`. Where draws are made they are kept until the
        scenarios have been compared draw by draw, but not on a cluster, which may not share a
        folder, nor where small numbers are suppressed.

    Raises
    ------
    UsageError
        If the folder holds results of a single run, or files that no run has written.
    """
    family = load_family(path, vocabulary=vocabulary, without=without)
    refuse_family_target(output, family)
    given, summaries = [], []
    for count, (name, scenario) in enumerate(family.scenarios.items(), start=1):
        said = {"count": count, "of": len(family.scenarios), "name": family.labels[name]}
        click.echo(word("compare member", language, **said), err=True)
        own = scenario if draws is None else scenario.with_draws(draws)
        own = own if suppress is None else own.with_suppression(suppress)
        drawn = own.uncertainty.draws is not None and own.outputs.suppress is None
        passing = drawn and cluster is None and not keep_draws
        folder = output / name
        summary = run_scenario(
            path, folder, language, draws=draws, cluster=cluster, page=page,
            keep_draws=keep_draws or passing, member=scenario, suppress=suppress,
            as_json=as_json, **options,
        )  # fmt: skip
        given.append((folder, family.labels[name], passing))
        if summary is not None:
            summaries.append({"name": name, "label": family.labels[name], "run": summary})
    found = [given_of_folder(folder, label) for folder, label, _ in given]
    comparison = compare(sides_of(found))
    for folder, _, passing in given:
        if passing:
            remove_file(folder, DRAWS_FILE)
    if leftover := list(_leftover(output, family)):
        click.echo(word("compare leftover", language, names=", ".join(leftover)), err=True)
    target = output / COMPARISON_FOLDER
    if not as_json:
        tell(comparison, target, language, page=page)
        return
    written = write(comparison, target, language, page=page)
    files = {"folder": str(target), "report": None if written is None else str(written)}
    click.echo(dumped(sweep_told(family, path, output, summaries) | {"comparison": files}))


def sweep_told(
    family: "Family", path: Path, output: Path, runs: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """The summary of a sweep: what it is of, and what each of its scenarios tells.

    Parameters
    ----------
    family
        The scenarios.
    path
        Their file.
    output
        Folder for all.
    runs
        What is told of each, in their order.
    """
    return {
        "format": "projector sweep 1",
        "ok": True,
        "exit_code": 0,
        "title": family.title,
        "scenario": str(path),
        "swept": list(family.swept),
        "folder": str(output),
        "runs": list(runs),
    }


def refuse_family_target(output: Path, family: "Family") -> None:
    """Refuse a folder in which something else than scenarios of a sweep would be among them."""
    foreign = []
    if output.is_dir():
        foreign = sorted(
            one.name
            for one in output.iterdir()
            if one.name not in (*family.scenarios, COMPARISON_FOLDER)
            and not one.name.startswith(".")
            and not (one / RESULTS_FILE).is_file()
        )
    elif output.exists():
        foreign = [output.name]
    if foreign:
        raise UsageError(
            Problem(
                where=str(output),
                message="the folder holds something else than the scenarios of a sweep",
                found=", ".join(foreign[:5]) + (" …" if len(foreign) > 5 else ""),
                expected="an empty folder, an earlier sweep, or a new name; see --output",
            )
        )
    for name in family.scenarios:
        refuse_target(output / name)
    refuse_comparison_target(output / COMPARISON_FOLDER)


def _leftover(output: Path, family: "Family") -> Iterator[str]:
    """Folders of scenarios that the sweep no longer has."""
    for file in sorted(output.glob(f"*/{RESULTS_FILE}")):
        if file.parent.name not in family.scenarios:
            yield file.parent.name
