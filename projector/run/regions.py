"""Which regions a scenario is about."""

from itertools import permutations
from typing import TYPE_CHECKING

from projector.errors import ConsistencyError, Problem
from projector.inputs.input_set import ALL_REGIONS, InputSet
from projector.inputs.regions import contains
from projector.tables import unique

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["chosen_regions"]


def chosen_regions(scenario: "Scenario", inputs: InputSet) -> list[str]:
    """Codes of the scenario's regions, in the order it names them, each once.

    Parameters
    ----------
    scenario
        Its `regions`: codes, names of regions or areas, or ``all``.
    inputs
        The tables that say which regions there are.

    Returns
    -------
    list of str

    Raises
    ------
    ConsistencyError
        If a name stands for several regions, an area has members that the population table
        lacks, or one chosen region contains another.
    """
    problems = []
    names = inputs.population.region_names
    codes: list[str] = []
    for i, name in enumerate(scenario.regions):
        members = inputs.members(name)
        place = scenario.where("regions", i)
        lacking = [code for code in members if code not in inputs.codes]
        if lacking:
            problems.append(
                Problem(
                    where=place,
                    message=f"the population table has no people for {', '.join(lacking)}",
                    found=name,
                    expected="an area whose regions have the codes of the population table",
                )
            )
        elif len(members) > 1 and name not in inputs.areas and name != ALL_REGIONS:
            problems.append(
                Problem(
                    where=place,
                    message="several regions have this name",
                    found=name,
                    expected=f"one of the codes {', '.join(members)}",
                )
            )
        elif not members:
            problems.append(
                Problem(
                    where=place,
                    message="the population table holds no regions, only the nation",
                    found=name,
                    expected=names[inputs.codes[0]],
                )
            )
        codes += members
    chosen = unique(codes)
    if not problems:
        problems = [
            Problem(
                where=scenario.where("regions"),
                message=f"{names[inner]} ({inner}) lies in {names[outer]} ({outer}): its people "
                "would count twice",
                expected="one of the two",
            )
            for outer, inner in permutations(chosen, 2)
            if contains(outer, inner)
        ][:1]
    if problems:
        raise ConsistencyError(problems)
    return chosen
