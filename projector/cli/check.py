"""``projector check``: every problem of some scenarios, and of the inputs they point to."""

from pathlib import Path

import click

from projector.cli.told import checks_told
from projector.errors import ProjectorError
from projector.outputs.readings import dumped
from projector.run import run, vocabulary
from projector.scenario import load_family

__all__ = ["check_scenarios"]


def check_scenarios(
    paths: tuple[Path, ...], *, within: Path | None = None, as_json: bool = False
) -> int:
    """Check scenario files one after the other; say of each that it is right, or what is not.

    A scenario that is right runs, so the whole run is tried, of every scenario of a sweep; nothing
    is written.

    Parameters
    ----------
    paths
        Scenario files.
    within
        A folder that they are held to.
    as_json
        Whether to print what was found for scripts; problems are then no exception.

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    ProjectorError
        With the problems of all files, after all were looked at; of several kinds of fault
        the first decides the exit code.
    """
    checked: list[tuple[Path, ProjectorError | None]] = []
    for path in paths:
        try:
            family = load_family(path, vocabulary=vocabulary, within=within)
            for scenario in family.scenarios.values():
                run(scenario)
        except ProjectorError as error:
            checked.append((path, error))
        else:
            checked.append((path, None))
            if not as_json:
                several = f" (scenarios: {len(family.scenarios)})" if family.swept else ""
                click.echo(f"{path}: no problems{several}")
    if as_json:
        told = checks_told(checked)
        click.echo(dumped(told))
        return int(told["exit_code"])
    errors = [error for _, error in checked if error is not None]
    if errors:
        problems = [problem for error in errors for problem in error.problems]
        raise type(errors[0])(problems)
    return 0
