"""``projector check``: every problem of some scenarios, and of the inputs they point to."""

from pathlib import Path

import click

from projector.errors import ProjectorError
from projector.run import run, vocabulary
from projector.scenario import load_family

__all__ = ["check_scenarios"]


def check_scenarios(paths: tuple[Path, ...]) -> None:
    """Check scenario files one after the other; say of each that it is right, or what is not.

    A scenario that is right runs, so the whole run is tried, of every scenario of a sweep; nothing
    is written.

    Parameters
    ----------
    paths
        Scenario files.

    Raises
    ------
    ProjectorError
        With the problems of all files, after all were looked at; of several kinds of fault
        the first decides the exit code.
    """
    errors: list[ProjectorError] = []
    for path in paths:
        try:
            family = load_family(path, vocabulary=vocabulary)
            for scenario in family.scenarios.values():
                run(scenario)
        except ProjectorError as error:
            errors.append(error)
        else:
            several = f" (scenarios: {len(family.scenarios)})" if family.swept else ""
            click.echo(f"{path}: no problems{several}")
    if errors:
        problems = [problem for error in errors for problem in error.problems]
        raise type(errors[0])(problems)
