"""Levers that close a gap, as a scenario writes them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from projector.scenario.models import Education, Levers, TaskShift
from projector.scenario.values import Path

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["SHIFT", "path_of", "with_levers", "with_task_shift"]

Array = NDArray[np.float64]

SHIFT = "task_shift"
"""The lever that moves need and not supply."""

_EXACT = 1e-12
_DIGITS = 10
_LONGEST = 20
"""Years; no training takes longer."""


def with_levers(
    scenario: "Scenario", profession: str, after: Mapping[str, Array], years: NDArray[np.int64]
) -> "Scenario":
    """A scenario whose levers of supply stand elsewhere.

    Parameters
    ----------
    scenario
        The scenario.
    profession
        The profession.
    after
        ``[year]`` by lever: more beginners as a share of those of the scenario, retention, FTE of
        a head.
    years
        The years of the projection.
    """
    supply = scenario.workforce.supply
    update: dict[str, Any] = {}
    for name, values in after.items():
        if name == "places":
            said = supply.education.get(profession)
            key, path = _more_places(said, values, years)
            own = (
                Education.model_validate({key: path})
                if said is None
                else said.model_copy(update={key: path})
            )
            update["education"] = {**supply.education, profession: own}
        else:
            update[name] = {**getattr(supply, name), profession: path_of(values, years)}
    workforce = scenario.workforce.model_copy(update={"supply": supply.model_copy(update=update)})
    return scenario.model_copy(update={"workforce": workforce})


def with_task_shift(
    scenario: "Scenario", profession: str, to: str, share: Array, years: NDArray[np.int64]
) -> "Scenario":
    """A scenario with a task shift after those that it has.

    Parameters
    ----------
    scenario
        The scenario.
    profession, to
        Who has less to do, and who takes over, in all settings.
    share
        ``[year]``, of the need that is left to the first.
    years
        The years of the projection.
    """
    shift = TaskShift.model_validate({"from": profession, "to": to, "share": path_of(share, years)})
    levers = scenario.workforce.levers or Levers()
    levers = levers.model_copy(update={"task_shift": (*levers.task_shift, shift)})
    workforce = scenario.workforce.model_copy(update={"levers": levers})
    return scenario.model_copy(update={"workforce": workforce})


def _more_places(said: Education | None, more: Array, years: NDArray[np.int64]) -> tuple[str, Path]:
    """The path that has more beginners than the scenario says, and the key that it stands under.

    It goes back to those who finish in the base year.
    """
    base = int(years[0])
    all_years = np.arange(base - _LONGEST, int(years[-1]) + 1)
    factor = 1 + np.concatenate([np.zeros(_LONGEST), more])
    if said is not None and said.places is not None:
        return "places", path_of(said.places.at(all_years, base_year=base) * factor, all_years)
    change = None if said is None else said.change
    today = np.zeros(len(all_years)) if change is None else change.at(all_years, base_year=base)
    return "change", path_of((1 + today) * factor - 1, all_years)


def path_of(values: Array, years: NDArray[np.int64]) -> Path:
    """A path through the values, without the years that lie on a straight line."""
    kept = [_last_of_the_first(values)]
    for place in range(kept[0] + 1, len(years) - 1):
        before, after = kept[-1], place + 1
        line = np.interp(years[before + 1 : after], years[[before, after]], values[[before, after]])
        if not np.allclose(line, values[before + 1 : after], rtol=0, atol=_EXACT):
            kept.append(place)
    if not np.allclose(values[kept[-1] :], values[kept[-1]], rtol=0, atol=_EXACT):
        kept.append(len(years) - 1)
    return Path(tuple((int(years[place]), round(float(values[place]), _DIGITS)) for place in kept))


def _last_of_the_first(values: Array) -> int:
    """Position up to which the values are all the same."""
    differ = np.flatnonzero(np.abs(values - values[0]) > _EXACT)
    return int(differ[0]) - 1 if differ.size else 0
