"""Explain: what a result changes by since the base year, and because of what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.activity import money_dataset
from projector.errors import Problem, UsageError
from projector.run.figures import asked
from projector.run.pipeline import SUPPLY as SUPPLY_GROUP
from projector.run.pipeline import People
from projector.run.provenance import names_of
from projector.run.questions import Question
from projector.run.worlds import CAPACITY, STAFFING, SUPPLY, Factor, Worlds, worlds_of
from projector.uncertainty.attribution import (
    alone,
    interaction,
    one_after_the_other,
    order_free,
)

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["MOST_CHANGES", "Explanation", "explain", "explain_together"]

Array = NDArray[np.float64]

MOST_CHANGES = 10
"""More named changes have too many subsets to walk: each more doubles them."""

_NOT_FOR = {
    "activity": ("capacity", "staffing", "supply"),
    "capacity": ("staffing", "supply"),
    "workforce": ("supply",),
    SUPPLY_GROUP: (),
}
"""Factors that a result of a stage cannot depend on."""

_ROUNDING = 1e-13
"""Of a result: effects of it come from the order of additions."""

_ALWAYS = ("size", "ageing", "change")
"""Factors that are told of also where they have no effect."""


@dataclass(frozen=True)
class Explanation:
    """A result of all years, taken apart.

    Parameters
    ----------
    title
        Name of the scenario.
    question
        What was asked.
    names
        What diagnoses, resources and professions are called, by type and key.
    years
        Calendar years, the base year first.
    values
        The result, ``[year]``.
    factors
        What moves.
    effects
        Effect of each factor added to those before it, ``[factor, year]``; with `order_free`
        that of a change is the mean over every order of the changes. They sum to the change
        since the base year.
    alone
        Effect of each factor with all others held, ``[factor, year]``.
    interaction
        What they do together beyond that, ``[year]``.
    order_free
        Whether the changes have their mean over every order.
    """

    title: str
    question: Question
    names: Mapping[str, Mapping[str, Mapping[str, str]]]
    years: NDArray[np.int64]
    values: Array
    factors: tuple[Factor, ...]
    effects: Array
    alone: Array
    interaction: Array
    order_free: bool


def explain(
    scenario: "Scenario", people: People, question: Question, *, free_of_order: bool = False
) -> Explanation:
    """Take the change of a result since the base year apart.

    Parameters
    ----------
    scenario
        From `projector.load_scenario`.
    people
        From `projector.run.pipeline.project_people`.
    question
        From `projector.run.questions.question_of`.
    free_of_order
        Whether the named changes shall have effects that do not depend on their order.

    Returns
    -------
    Explanation

    Raises
    ------
    UsageError
        If effects free of order are asked for and there are more than `MOST_CHANGES`, or the run
        has no figures of what is asked.
    ConsistencyError
        As `projector.run` does.
    """
    return _explained(_Walked(worlds_of(scenario, people)), question, free_of_order)


def explain_together(
    scenario: "Scenario", people: People, questions: Sequence[Question]
) -> list[Explanation]:
    """As `explain` for each of several questions, whose worlds are walked once for all.

    It holds the worlds in memory: of a whole country some tens of copies of its results.
    """
    walked = _Walked(worlds_of(scenario, people))
    return [_explained(walked, question, free_of_order=False) for question in questions]


def _explained(walked: "_Walked", question: Question, free_of_order: bool) -> Explanation:
    worlds = walked.worlds
    factors = [one for one in worlds.factors if one.kind not in _NOT_FOR[_room(question)]]
    changes = [one for one in factors if one.kind == "change"]
    if free_of_order and len(changes) > MOST_CHANGES:
        raise UsageError(
            Problem(
                where="--order-free",
                message="effects free of order take every subset of the changes, and there are "
                "too many of them",
                found=f"{len(changes)} changes",
                expected=f"at most {MOST_CHANGES}; leave some out, or take the order of the file",
            )
        )
    seen: dict[frozenset[Factor], Array] = {}

    def result(loose: frozenset[Factor]) -> Array:
        if loose not in seen:
            seen[loose] = walked.figures(loose, question)
        return seen[loose]

    _refuse_other_base(result(frozenset()), result(frozenset(factors)), question)
    effects = one_after_the_other(result, factors)
    if free_of_order and changes:
        first = factors.index(changes[0])
        before = frozenset(factors[:first])
        effects[first : first + len(changes)] = order_free(
            lambda some: result(before | some), changes
        )
    by_itself = alone(result, factors)
    # A path that ends where it began, but for rounding, has no effect.
    least = _ROUNDING * float(np.abs(result(frozenset(factors))).max())
    shown = [
        i
        for i, one in enumerate(factors)
        if one.kind in _ALWAYS or (np.abs([effects[i], by_itself[i]]) > least).any()
    ]
    return Explanation(
        title=worlds.scenario.scenario,
        question=question,
        names=names_of(worlds.people.inputs),
        years=worlds.years,
        values=result(frozenset(factors)),
        factors=tuple(factors[i] for i in shown),
        effects=effects[shown],
        alone=by_itself[shown],
        interaction=interaction(effects, by_itself),
        order_free=free_of_order,
    )


def _refuse_other_base(held: Array, values: Array, question: Question) -> None:
    """Effects are added to the base year, which must be the same with everything held.

    The mean over settings is not, where patients are sent to a site in a setting of which no flow
    tells, for it is known of that setting only with the change.
    """
    if not np.allclose(held, values[0], rtol=1e-9, atol=1e-9 * float(np.abs(values).max())):
        raise UsageError(
            Problem(
                where="--result",
                message="in some settings only the changes tell where people are treated, so the "
                "effects would not sum to the change",
                found=question.result,
                expected="one setting, by --of",
            )
        )


@dataclass
class _Walked:
    """Worlds, with what has been walked of them."""

    worlds: Worlds
    _care: dict[tuple[bool, frozenset[Factor]], dict[str, xr.Dataset]] = field(default_factory=dict)
    _capacity: dict[tuple[bool, frozenset[Factor]], dict[str, xr.Dataset]] = field(
        default_factory=dict
    )
    _staff: dict[frozenset[Factor], xr.Dataset] = field(default_factory=dict)

    def figures(self, loose: frozenset[Factor], question: Question) -> Array:
        """The result of a world, ``[year]``."""
        # Norms that are held bear the base year's number in every year: years go by position.
        figures: Array = asked(self._groups(loose, question), question).values
        return figures

    def _groups(self, loose: frozenset[Factor], question: Question) -> Mapping[str, xr.Dataset]:
        """The groups of a world that it takes to answer a question."""
        worlds, stage = self.worlds, question.about.stage
        priority = "group" in dict(question.of)
        key = priority, loose - {CAPACITY, STAFFING, SUPPLY}
        if key not in self._care:
            self._care[key] = worlds.care(loose, priority=priority)
        care = self._care[key]
        groups = dict(care)
        if stage == "activity":
            money = money_dataset(care["activity"], worlds.people.inputs.tables)
            return groups | ({} if money is None else {"money": money})
        # Busy days take as long as all else, and few ask for them.
        peaks = question.about.variable == "peak"
        of_capacity = peaks, loose - {STAFFING, SUPPLY}
        if of_capacity not in self._capacity:
            self._capacity[of_capacity] = worlds.capacity(care, loose, peaks=peaks)
        capacity = self._capacity[of_capacity]
        groups |= {f"capacity/{unit}": dataset for unit, dataset in capacity.items()}
        if stage == "workforce":
            before = loose - {SUPPLY}
            if before not in self._staff:
                self._staff[before] = worlds.workforce(care["activity"], capacity, loose)
            staff = self._staff[before]
            of_supply = question.group == SUPPLY_GROUP
            supply = worlds.supply(staff, loose) if of_supply else None
            groups |= {"workforce": staff, **({} if supply is None else {SUPPLY_GROUP: supply})}
        return groups


def _room(question: Question) -> str:
    """What `_NOT_FOR` calls the room that the result comes from."""
    return SUPPLY_GROUP if question.group == SUPPLY_GROUP else question.about.stage
