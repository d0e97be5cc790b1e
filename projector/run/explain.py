"""Explain: what a result changes by since the base year, and because of what."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.activity import money_dataset
from projector.errors import Problem, UsageError, nearest_name
from projector.run.pipeline import People, region_names
from projector.run.provenance import names_of
from projector.run.worlds import Factor, Worlds, worlds_of
from projector.tables import BED_SETTINGS, SETTINGS, unique
from projector.uncertainty.attribution import (
    alone,
    interaction,
    one_after_the_other,
    order_free,
)
from projector.workforce import professions_of

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["MOST_CHANGES", "RESULTS", "Explanation", "Question", "explain", "question_of"]

Array = NDArray[np.float64]

_OF_SETTING = ("contacts", "bed_days", "acute", "cost")
_WHOLE = ("readmissions", "ready_days", "activity_income", "ready_day_payment")
_MONEY = ("activity_income", "ready_day_payment", "cost")
_CAPACITY = ("beds", "places", "rooms")

RESULTS = (*_OF_SETTING, *_WHOLE, *_CAPACITY, "staff")
"""What can be explained."""

MOST_CHANGES = 10
"""More named changes have too many subsets to walk: each more doubles them."""

_NOT_FOR = {
    **dict.fromkeys((*_OF_SETTING, *_WHOLE), ("capacity", "staffing")),
    **dict.fromkeys(_CAPACITY, ("staffing",)),
}
"""Factors that a result cannot depend on."""


@dataclass(frozen=True)
class Question:
    """A result that is asked about.

    Parameters
    ----------
    result
        One of `RESULTS`.
    of
        A setting (contacts, bed days, acute contacts, cost), resource (beds, places, rooms) or
        profession (staff); None is all of them together, or what has no parts.
    regions
        Codes of the regions that are asked about.
    names
        What the regions were called in the question; empty for all of the run.
    """

    result: str
    of: str | None
    regions: tuple[str, ...]
    names: tuple[str, ...] = ()

    @property
    def of_kind(self) -> str:
        """What `of` is: ``setting``, ``resource`` or ``profession``."""
        if self.result in _OF_SETTING:
            return "setting"
        return "profession" if self.result == "staff" else "resource"


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


def question_of(
    people: People,
    result: str,
    *,
    of: str | None = None,
    regions: Sequence[str] = (),
) -> Question:
    """A question in the words of the inputs.

    Parameters
    ----------
    people
        Whom the question is about, with their inputs.
    result
        One of `RESULTS`.
    of
        Key of a setting, resource or profession, or the name of one; None is all of them.
    regions
        Names or codes of regions or areas of the run; empty is all of it.

    Returns
    -------
    Question

    Raises
    ------
    UsageError
        With every name that is unknown, and the nearest that is not.
    """
    problems: list[Problem] = []
    if result not in RESULTS:
        problems.append(_unknown("--result", "result", result, RESULTS))
    elif of is not None:
        keys, called = _parts(result, people)
        key = called.get(of, of)
        if key not in keys:
            problems.append(_unknown("--of", f"part of {result}", of, [*keys], [*called]))
        of = key
    chosen: list[str] = []
    inside = [str(code) for code in people.population["region"].values]
    for name in regions:
        members = people.inputs.members(name)
        if not set(members) <= set(inside):
            names = _names_inside(people, inside)
            problems.append(_unknown("--region", "region of the run", name, names, inside))
        chosen += members
    if problems:
        raise UsageError(problems)
    return Question(result, of, tuple(unique(chosen)) or tuple(inside), tuple(regions))


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
        Which result.
    free_of_order
        Whether the named changes shall have effects that do not depend on their order.

    Returns
    -------
    Explanation

    Raises
    ------
    UsageError
        If effects free of order are asked for and there are more than `MOST_CHANGES`.
    ConsistencyError
        As `projector.run` does.
    """
    worlds = worlds_of(scenario, people)
    factors = [one for one in worlds.factors if one.kind not in _NOT_FOR.get(question.result, ())]
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
            seen[loose] = _figures(worlds, loose, question)
        return seen[loose]

    effects = one_after_the_other(result, factors)
    if free_of_order and changes:
        first = factors.index(changes[0])
        before = frozenset(factors[:first])
        effects[first : first + len(changes)] = order_free(
            lambda some: result(before | some), changes
        )
    by_itself = alone(result, factors)
    shown = [
        i
        for i, one in enumerate(factors)
        if one.kind != "growth" or effects[i].any() or by_itself[i].any()
    ]
    return Explanation(
        title=scenario.scenario,
        question=question,
        names=names_of(people.inputs),
        years=worlds.years,
        values=result(frozenset(factors)),
        factors=tuple(factors[i] for i in shown),
        effects=effects[shown],
        alone=by_itself[shown],
        interaction=interaction(effects, by_itself),
        order_free=free_of_order,
    )


def _figures(worlds: Worlds, loose: Collection[Factor], question: Question) -> Array:
    """The result of a world, ``[year]``."""
    chosen = [worlds.regions.index(code) for code in question.regions]
    activity = worlds.activity(loose)
    if question.result in _MONEY:
        money = money_dataset(activity, worlds.people.inputs.tables)
        figures = money[question.result].isel(region=chosen) if money is not None else None
        if figures is None or bool(figures.isnull().all()):
            raise UsageError(
                Problem(
                    where="--result",
                    message="the inputs have no price for this result",
                    found=question.result,
                    expected="rows in the table prices, and what they are of",
                )
            )
    elif question.result in (*_OF_SETTING, *_WHOLE):
        figures = activity[question.result].isel(region=chosen).sum("diagnosis")
    else:
        capacity = worlds.capacity(activity, loose)
        if question.result == "staff":
            staff = worlds.workforce(activity, capacity, loose)
            figures = staff["need"].isel(region=chosen).sum("setting")
        else:
            figures = capacity[question.result]["need"].isel(region=chosen)
    return _part(figures.sum("region"), question)


def _part(figures: xr.DataArray, question: Question) -> Array:
    if question.result in _WHOLE:
        everything: Array = figures.values
        return everything
    if question.of is not None:
        values: Array = figures.sel({question.of_kind: question.of}).values
        return values
    whole: Array = figures.sum(question.of_kind).values
    return whole


def _parts(result: str, people: People) -> tuple[list[str], dict[str, str]]:
    """Keys of what a result is the sum of, and the keys by their names."""
    tables = people.inputs.tables
    if result in _WHOLE:
        return [], {}
    if result in _OF_SETTING:
        return list(BED_SETTINGS if result == "bed_days" else SETTINGS), {}
    if result == "staff":
        keys, kind = professions_of(tables), "profession"
    else:
        norms = tables["norms"]
        keys, kind = unique(norms["resource"][norms["unit"] == result]), "resource"
    called = names_of(people.inputs).get(kind, {})
    return keys, {name: key for key in keys for name in called.get(key, {}).values()}


def _names_inside(people: People, inside: Sequence[str]) -> list[str]:
    """What regions and areas of the run are called."""
    known = region_names(people.inputs)
    areas = [name for name, codes in people.inputs.areas.items() if set(codes) <= set(inside)]
    return [*(known.get(code, code) for code in inside), *areas]


def _unknown(
    option: str, what: str, found: str, allowed: Iterable[str], also: Iterable[str] = ()
) -> Problem:
    names = list(allowed)
    nearest = nearest_name(found, [*names, *also])
    expected = None if nearest is not None else ", ".join(names[:13]) or "no part: it has none"
    return Problem(option, f"no {what} has this name", found, expected, nearest)
