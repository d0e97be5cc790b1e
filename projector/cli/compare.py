"""``projector compare``: scenarios and results side by side."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from projector.cli.report import can_report
from projector.compare.comparison import Comparison, compare
from projector.compare.printed import printed_comparison
from projector.compare.sides import Given, sides_of
from projector.compare.telling import Teller
from projector.compare.write import PAGE_FILE, refuse_comparison_target, write_comparison
from projector.errors import Problem, ScenarioError, UsageError, nearest_name, same_names
from projector.outputs import RESULTS_FILE, read_results, results_file
from projector.outputs.atomic import restore
from projector.outputs.draws import DRAWS_FILE, write_draws
from projector.outputs.words import word
from projector.run import vocabulary
from projector.run.asking import areas_of, regions_called
from projector.run.measures import WHOLE
from projector.run.pipeline import project_care, project_people
from projector.run.suppression import as_told
from projector.run.whole import add_draws, draws_to_make, executor_of
from projector.scenario import load_family

if TYPE_CHECKING:
    from projector.outputs.words import Language
    from projector.run.executors import Executor
    from projector.scenario import Scenario

__all__ = ["compare_files", "given_of_folder", "tell", "write"]

_LEAST = 2


def compare_files(
    paths: Sequence[Path],
    output: Path | None,
    language: "Language",
    *,
    draws: int | Literal["auto"] | None = None,
    workers: int | None = None,
    regions: Sequence[str] = (),
    page: bool = True,
) -> None:
    """Compare scenarios and results for a reader at a terminal.

    Parameters
    ----------
    paths
        Scenario files, of which those with a sweep stand for all of its scenarios, folders that
        ``projector run`` wrote, and files of results.
    output
        Folder for the comparison; None is named after what is compared.
    language
        ``nb`` or ``en``.
    draws
        For the scenarios, in the place of what they say; 0 is none.
    workers
        Processes that make draws; None is one for each processor, a few at most.
    regions
        Names or codes of regions and areas to tell of, in the place of all together.
    page
        Whether to write a page to read.

    Raises
    ------
    UsageError
        If there are fewer than two to compare, a folder has no results, or a region is unknown.
    ScenarioError
        With every problem of all scenario files.
    """
    executor = executor_of(workers, None)
    sources = _sources(paths)
    if len(sources) < _LEAST:
        raise UsageError(
            Problem(
                where="compare",
                message="it takes two to compare",
                found=", ".join(str(path) for path in paths),
                expected="another scenario or result, or a scenario with a sweep",
            )
        )
    target = output or Path("outputs") / f"comparison-{'-'.join(_stem(path) for path in paths)}"
    refuse_comparison_target(target, [one.path for one in sources])
    with tempfile.TemporaryDirectory() as folder:
        given: list[Given] = []
        for i, source in enumerate(sources):
            where = f"{source.path}" + (f" ({source.label})" if source.label else "")
            if source.scenario is None:
                click.echo(word("compare reading", language, name=where), err=True)
                given.append(given_of_folder(source.path))
                continue
            click.echo(word("compare running", language, name=where), err=True)
            scenario = source.scenario if draws is None else source.scenario.with_draws(draws)
            given.append(_run(scenario, source, executor, Path(folder) / str(i)))
        codes, areas = _called(regions, given)
        comparison = compare(sides_of(given, areas))
    tell(comparison, target, language, codes, page=page)


def tell(
    comparison: Comparison,
    target: Path,
    language: "Language",
    regions: Sequence[str] = (WHOLE,),
    *,
    page: bool = True,
) -> None:
    """Print a comparison and write its files.

    Parameters
    ----------
    comparison
        From `projector.compare.compare`.
    target
        Its folder.
    language
        ``nb`` or ``en``.
    regions
        Codes of regions and names of areas that figures are printed of.
    page
        Whether to write a page to read.
    """
    written = write(comparison, target, language, page=page)
    click.echo(f"\n{printed_comparison(Teller(comparison, language), regions)}")
    click.echo(f"\n{word('compare written', language, folder=target)}/")
    if written is not None:
        click.echo(word("compare page", language, page=written))


def write(comparison: Comparison, target: Path, language: "Language", *, page: bool) -> Path | None:
    """Write the files of a comparison; parameters as of `tell`.

    Returns
    -------
    Path or None
        The page; None without, and then it is told what it takes where one was asked for.
    """
    text = None
    if page and can_report():
        from projector.compare.page import comparison_page

        text = comparison_page(comparison, language)
    elif page:
        click.echo(word("compare hint", language), err=True)
    write_comparison(comparison, target, text)
    return None if text is None else target / PAGE_FILE


@dataclass(frozen=True)
class _Source:
    """One thing to compare: a scenario that is still to run, or results."""

    path: Path
    scenario: "Scenario | None" = None
    label: str = ""


def _sources(paths: Sequence[Path]) -> list[_Source]:
    """What is compared: every scenario is read before any of them runs."""
    sources: list[_Source] = []
    problems: list[Problem] = []
    for path in paths:
        restore(path)  # results that a killed run had set aside
        if path.is_dir():
            sources += [_Source(folder) for folder in _folders(path)]
        elif path.suffix == ".nc":
            sources.append(_Source(path))
        else:
            try:
                family = load_family(path, vocabulary=vocabulary)
            except ScenarioError as error:
                problems += error.problems
            else:
                sources += [
                    _Source(path, scenario, family.labels[name])
                    for name, scenario in family.scenarios.items()
                ]
    if problems:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return sources


def _folders(path: Path) -> list[Path]:
    """The folder of a run, or those of the scenarios of a sweep inside it."""
    if (path / RESULTS_FILE).is_file():
        return [path]
    inside = sorted((one.parent for one in path.glob(f"*/{RESULTS_FILE}")), key=_by_numbers)
    return inside or [results_file(path).parent]  # which tells that there are none


def _by_numbers(path: Path) -> list[tuple[int, str]]:
    """Numbers in a name as numbers: 5 comes before 10."""
    parts = re.split(r"(\d+)", path.name)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def _stem(path: Path) -> str:
    """What names a comparison: the scenario's file, or the folder of the results."""
    if path.name == RESULTS_FILE:
        return path.resolve().parent.name
    return path.resolve().name if path.is_dir() else path.stem


def given_of_folder(path: Path, label: str = "") -> Given:
    """Results that a run wrote, with its draws where they were kept.

    Parameters
    ----------
    path
        The folder, or the file of results in it.
    label
        What tells it from the others of its sweep.

    Raises
    ------
    UsageError
        If there are no results.
    ResultsError
        If they are damaged.
    """
    tree = read_results(path)
    drawn = results_file(path).with_name(DRAWS_FILE)
    return Given(str(path), tree, drawn if drawn.is_file() else None, label)


def _run(
    scenario: "Scenario",
    source: _Source,
    executor: "Executor",
    folder: Path,
) -> Given:
    """A scenario's results, with draws in a folder."""
    people = project_people(scenario)
    tree = project_care(scenario, people)
    # Draws tell what is suppressed: nothing is then compared draw by draw.
    keeps = scenario.outputs.suppress is None
    work = draws_to_make(tree, scenario, people, folder=folder, with_draws=keeps)
    drawn = None
    if work is not None:
        work = add_draws(tree, people, work, executor)
        if keeps:
            drawn = folder / DRAWS_FILE
            write_draws(work, {str(key): text for key, text in tree.attrs.items()}, drawn)
    return Given(str(source.path), as_told(tree, scenario), drawn, source.label)


def _called(
    names: Sequence[str], given: Sequence[Given]
) -> tuple[Sequence[str], dict[str, tuple[str, ...]]]:
    """Codes of the regions and names of the areas asked about; and the areas with their regions."""
    if not names:
        return (WHOLE,), {}
    names_of: dict[str, str] = {}
    areas: dict[str, tuple[str, ...]] = {}
    for one in given:
        told = one.tree["population"].to_dataset()
        codes = list(map(str, told["region"].values))
        names_of |= dict(zip(codes, map(str, told["region_name"].values), strict=True))
        areas |= areas_of(one.tree, codes)
    known = regions_called(names_of, areas)
    found: list[str] = []
    problems: list[Problem] = []
    for name in names:
        match same_names(name, known):
            case [meant]:
                found.append(meant if len(known[meant]) > 1 else known[meant][0])
            case _:
                message, near = "no region of the runs has this name", nearest_name(name, known)
                problems.append(Problem("--region", message, name, nearest=near))
    if problems:
        raise UsageError(problems)
    return found, {name: codes for name, codes in areas.items() if name in found}
