"""What closes the gap of a profession by a year: the levers tried out on a scenario."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.errors import InputsError, Problem, UsageError, nearest_name
from projector.run.close_levers import SHIFT
from projector.run.close_trial import Taker, Trial
from projector.run.pipeline import project_care, project_people, vocabulary
from projector.run.threads import in_one_thread
from projector.tables import LEVERS
from projector.workforce.closing import (
    NOTHING_SHORT,
    Alone,
    close_alone,
    close_together,
)

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Proposal", "close_gap"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Proposal:
    """What would close a gap.

    Parameters
    ----------
    scenario
        The scenario, with the regions that were asked for.
    regions
        Those, where any were.
    profession, year, to
        Whose gap, by when, and who takes over what a task shift moves.
    short
        FTE short in the year without anything done.
    alone
        What each lever does by itself.
    together
        Part of its way that each lever goes, in the order of `alone`; empty where nothing is short.
    left
        FTE short then.
    places
        Beginners of the year, as the scenario has them, who will settle in the regions.
    taker
        What the levers together mean to those who take over; None without a task shift.
    """

    scenario: "Scenario"
    regions: tuple[str, ...]
    profession: str
    year: int
    to: str | None
    short: float
    alone: list[Alone]
    together: Array
    left: float
    places: float
    taker: Taker | None

    @property
    def nothing_short(self) -> bool:
        """Whether there is no gap to close."""
        return self.short <= NOTHING_SHORT

    @property
    def possible(self) -> bool:
        """Whether the levers together close the gap."""
        return self.nothing_short or self.left <= NOTHING_SHORT

    def paths(self) -> dict[str, Array]:
        """Where each lever stands over the years, all together."""
        pairs = zip(self.alone, self.together, strict=True)
        return {one.lever.name: one.lever.after(float(part)) for one, part in pairs}


@in_one_thread
def close_gap(
    scenario: "Scenario",
    profession: str,
    year: int,
    *,
    regions: Sequence[str] = (),
    levers: Sequence[str] = (),
    to: str | None = None,
) -> Proposal:
    """Find what closes the gap of a profession in a year.

    Parameters
    ----------
    scenario
        From `projector.load_scenario`.
    profession
        Whose gap.
    year
        The year in which as many are to be there as are needed.
    regions
        Names or codes in place of those of the scenario: what would close the gap there.
    levers
        Of `projector.tables.LEVERS`; without it all, the task shift if `to` is said.
    to
        The profession that takes over what a task shift moves.

    Returns
    -------
    Proposal

    Raises
    ------
    UsageError
        If profession, year, region or lever is not one of the scenario.
    InputsError
        If the inputs have no tables of supply, or no bound of a lever.
    """
    problems = [
        *_lever_problems(levers, to, profession),
        *_name_problems(scenario, profession, year, regions, to),
    ]
    if problems:
        raise UsageError(problems)
    if regions:
        scenario = scenario.model_copy(update={"regions": tuple(regions)})
    people = project_people(scenario)
    tree = project_care(scenario, people)
    if "supply" not in tree["workforce"].children:
        raise InputsError(
            Problem(
                where=str(scenario.inputs.set),
                message="the inputs do not tell who works in health care",
                expected="the tables staff_ages, staff_exits, staff_entry, staff_entry_ages and "
                "shortages",
            )
        )
    trial = Trial(scenario, people, tree, profession, year, to)
    several = [trial.lever(name) for name in _chosen_levers(levers, to)]

    def gap(parts: Array) -> float:
        return trial.gap(dict(zip(several, parts, strict=True)))

    short = gap(np.zeros(len(several)))
    alone = [] if short <= NOTHING_SHORT else close_alone(gap, several)
    together, left = close_together(gap, several) if alone else (np.array([]), short)
    taker = None
    if to is not None and alone:
        pairs = zip(several, together, strict=True)
        paths = [one.after(float(part)) for one, part in pairs if one.name == SHIFT]
        taker = trial.taker(paths[0])
    return Proposal(
        scenario,
        tuple(regions),
        profession,
        year,
        to,
        short,
        alone,
        together,
        left,
        trial.places,
        taker,
    )


def _chosen_levers(levers: Sequence[str], to: str | None) -> list[str]:
    """The levers asked for, in the order of the table; all of them where none is."""
    possible = [name for name in LEVERS if name != SHIFT or to is not None]
    return [name for name in possible if not levers or name in levers]


def _lever_problems(levers: Sequence[str], to: str | None, profession: str) -> Iterator[Problem]:
    for name in levers:
        if name not in LEVERS:
            nearest = nearest_name(name, LEVERS)
            yield Problem("--lever", "unknown lever", name, ", ".join(LEVERS), nearest)
    if SHIFT in levers and to is None:
        message = "a task shift goes to another profession"
        yield Problem("--lever", message, expected="`--to` with its name")
    if to is not None and levers and SHIFT not in levers:
        yield Problem("--to", "nothing is shifted", to, f"`--lever {SHIFT}`, or no `--to`")
    if to == profession:
        yield Problem("--to", "work is shifted to another profession", to)


def _name_problems(
    scenario: "Scenario", profession: str, year: int, regions: Sequence[str], to: str | None
) -> Iterator[Problem]:
    """Names and the year are those of the scenario."""
    base, end = scenario.years.base, scenario.years.end
    if not base < year <= end:
        message = "not a year after the base year"
        yield Problem("--year", message, str(year), f"{base + 1} to {end}")
    names = vocabulary(scenario.inputs)
    if names is None:
        return  # a table is wrong, which is told when it is read for the run
    known = {"profession": names["profession"], "region": [*names["region"], *scenario.areas]}
    asked = [("--profession", "profession", profession)]
    asked += [("--to", "profession", to)] if to is not None else []
    asked += [("--region", "region", name) for name in regions]
    for option, kind, name in asked:
        if name not in known[kind]:
            nearest = nearest_name(name, known[kind])
            yield Problem(option, f"unknown {kind}", name, nearest=nearest)
