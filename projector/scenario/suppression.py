"""What cannot be had together with suppressed small numbers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from projector.errors import Problem, UsageError

if TYPE_CHECKING:
    from projector.scenario import Scenario

__all__ = ["refuse_beside_suppression", "refuse_suppression"]


def refuse_beside_suppression(scenario: "Scenario", options: Mapping[str, bool]) -> None:
    """Refuse options that tell what is not suppressed.

    Parameters
    ----------
    scenario
        Any scenario.
    options
        Whether each was given.

    Raises
    ------
    UsageError
        If any was given and the scenario asks for small numbers to be suppressed.
    """
    given = [option for option, asked in options.items() if asked]
    if given and scenario.outputs.suppress is not None:
        raise UsageError([_problem(option, option, scenario) for option in given])


def refuse_suppression(scenario: "Scenario", command: str) -> None:
    """Refuse a scenario that asks for small numbers to be suppressed.

    Parameters
    ----------
    scenario
        Any scenario.
    command
        A command that tells counts of patients and does not suppress them.

    Raises
    ------
    UsageError
        If the scenario asks for it.
    """
    if scenario.outputs.suppress is not None:
        where = scenario.where("outputs", "suppress")
        raise UsageError(_problem(where, f"projector {command}", scenario))


def _problem(where: str, what: str, scenario: "Scenario") -> Problem:
    return Problem(
        where=where,
        message=f"{what} tells counts of patients that a run with suppressed small numbers hides",
        found=f"suppress: {scenario.outputs.suppress}",
        expected="one of the two; docs/suppression.md says what is protected",
    )
