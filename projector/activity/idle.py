"""Growth and healthy ageing of the scenario that would concern nobody."""

from collections.abc import Callable, Collection, Iterator, Sequence
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
        If nobody is treated there, or none of its regions is in the run.
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
    if problems:
        raise ConsistencyError(problems)


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
