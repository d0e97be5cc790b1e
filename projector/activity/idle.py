"""Growth and healthy ageing of the scenario that would silently be none."""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from projector.errors import ConsistencyError, Problem
from projector.tables import SETTINGS, SEXES, unique

if TYPE_CHECKING:
    from projector.scenario.models import Growth, Scenario

__all__ = ["refuse_idle_growth"]

Members = Callable[[str], Sequence[str]]


def refuse_idle_growth(
    rates: pd.DataFrame, scenario: "Scenario", regions: Collection[str], members: Members
) -> None:
    """Refuse growth, or healthy ageing, that would silently be none.

    Parameters
    ----------
    rates
        Input table ``use_rates``.
    scenario
        Its growth and healthy ageing.
    regions
        Codes of the regions of the run.
    members
        Region codes of a region or area name.

    Raises
    ------
    ConsistencyError
        If nobody is treated there, none of its regions is in the run, or a region grows by two
        entries.
    """
    used = rates[rates["contacts_per_1000"] > 0]
    problems = []
    for diagnosis, several in scenario.activity.growth.items():
        of_diagnosis = used[used["diagnosis"] == diagnosis]
        settings = set(of_diagnosis["setting"])
        named = unique(setting for growth in several for setting in growth.setting or ())
        nowhere = ", ".join(name for name in named if name not in settings)
        where = scenario.where("activity", "growth", diagnosis)
        problems += [
            Problem(
                where=where,
                message=f"growth of {diagnosis} is for regions outside the run",
                found=", ".join(growth.region),
                expected="regions that the scenario projects",
            )
            for growth in several
            if growth.region is not None
            and all(set(members(name)).isdisjoint(regions) for name in growth.region)
        ]
        if nowhere or not settings:
            problems.append(
                Problem(
                    where=where,
                    message=f"nobody is treated for {diagnosis} in {nowhere or 'any setting'}",
                    expected=", ".join(sorted(settings)) or "rows in the table use_rates",
                )
            )
            continue
        problems += [
            Problem(
                where=where,
                message=f"nobody {whom} is treated for {diagnosis}",
                expected="people who have such contacts in the table use_rates",
            )
            for growth in several
            for whom in _untreated(of_diagnosis, growth)
        ]
    problems += _idle_healthy_ageing(used, scenario)
    problems += _growing_twice(scenario, regions, members)
    if problems:
        raise ConsistencyError(problems)


def _growing_twice(
    scenario: "Scenario", regions: Collection[str], members: Members
) -> Iterator[Problem]:
    """Entries about the same people of a region, which two areas by different names both hold.

    The file alone tells of the same names only; one of the entries would silently be lost.
    """
    inside = set(regions)

    def codes(growth: "Growth") -> set[str]:
        if growth.region is None:
            return inside
        return inside & {code for name in growth.region for code in members(name)}

    for diagnosis, several in scenario.activity.growth.items():
        for (first, one), (second, another) in combinations(enumerate(several), 2):
            both = codes(one) & codes(another)
            if both and _meet(one, another):
                place = scenario.where("activity", "growth", diagnosis, first)
                yield Problem(
                    where=scenario.where("activity", "growth", diagnosis, second),
                    message=f"these people and settings grow already by {place}",
                    found=f"{diagnosis} in region {', '.join(sorted(both))}",
                    expected="another sex, region, setting or ages",
                )


def _meet(one: "Growth", another: "Growth") -> bool:
    """Whether two entries are about some sex, setting and age both."""
    for chosen, others in ((one.sex, another.sex), (one.setting, another.setting)):
        if chosen is not None and others is not None and set(chosen).isdisjoint(others):
            return False
    if one.annual is not None or another.annual is not None:
        return True
    return any(first.overlaps(second) for first in one.ages for second in another.ages)


def _untreated(rates: pd.DataFrame, growth: "Growth") -> Iterator[str]:
    """The people whose use an entry of growth says, and who use nothing."""
    chosen = np.isin(rates["setting"], growth.setting or SETTINGS)
    chosen &= np.isin(rates["sex"], ["*", *(growth.sex or SEXES)])
    sexes = "" if growth.sex is None else f" ({', '.join(growth.sex)})"
    if not chosen.any():
        yield f"of this sex{sexes}"
        return
    last = rates["age_to"].where(rates["age_to"] >= 0, np.inf)
    for band in growth.ages:
        end = np.inf if band.last < 0 else band.last
        if not (chosen & (rates["age_from"] <= end) & (last >= band.first)).any():
            yield f"of {band}{sexes}"


def _idle_healthy_ageing(rates: pd.DataFrame, scenario: "Scenario") -> Iterator[Problem]:
    healthy = scenario.activity.healthy_ageing
    if healthy is None:
        return
    diagnoses = healthy.diagnosis or unique(rates["diagnosis"])
    settings = healthy.setting or SETTINGS
    if not (np.isin(rates["diagnosis"], diagnoses) & np.isin(rates["setting"], settings)).any():
        yield Problem(
            where=scenario.where("activity", "healthy_ageing"),
            message="healthy ageing concerns nobody: none of the diagnoses is treated in any of "
            "the settings",
            expected="a diagnosis that is treated in the setting",
        )
