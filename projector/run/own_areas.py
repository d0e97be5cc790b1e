"""Areas that a scenario draws itself, beside those of the inputs or in their place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from projector.errors import ConsistencyError, Problem
from projector.inputs.input_set import InputSet

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["with_own_areas"]


def with_own_areas(inputs: InputSet, scenario: "Scenario") -> InputSet:
    """The inputs with the areas of the scenario.

    Parameters
    ----------
    inputs
        The tables.
    scenario
        Its `areas`: each takes the place of an area of the table ``areas`` with its name.

    Returns
    -------
    InputSet

    Raises
    ------
    ConsistencyError
        If an area holds itself by way of areas of the inputs: every area that does.
    """
    table = inputs.tables["areas"]
    members: dict[str, Sequence[str]] = {
        str(area): list(rows["member"]) for area, rows in table.groupby("area", sort=False)
    }
    members |= scenario.areas
    problems = [
        Problem(
            where=scenario.where("areas", area),
            message="with the areas of the inputs, an area cannot hold itself",
            found=area,
            expected="regions, or areas that do not hold it",
        )
        for area in scenario.areas
        if area in _held(area, members)
    ]
    if problems:
        raise ConsistencyError(problems)
    return replace(inputs, own_areas=scenario.areas)


def _held(area: str, members: Mapping[str, Sequence[str]]) -> set[str]:
    """Everything that an area holds, to any depth."""
    found: set[str] = set()
    waiting = list(members[area])
    while waiting:
        member = waiting.pop()
        if member not in found:
            found.add(member)
            waiting += members.get(member, ())
    return found
