"""Who belongs to which hospital area: for somatic care, and for psychiatry where that differs."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from projector.errors import ConsistencyError, Problem
from projector.inputs.regions import contains
from projector.tables import unique

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Division", "Members", "divisions", "of_region", "shared_regions", "sites_in"]

Members = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Division:
    """One way of drawing the map.

    Parameters
    ----------
    name
        What the alternative is called.
    present
        Whether it is how the map is drawn today.
    somatic, psychiatric
        Region codes by area. They are the same unless the alternative says how psychiatry and
        addiction are divided.
    """

    name: str
    present: bool
    somatic: Mapping[str, Sequence[str]]
    psychiatric: Mapping[str, Sequence[str]]

    @property
    def areas(self) -> list[str]:
        """Every area, those of psychiatry alone last."""
        return unique([*self.somatic, *self.psychiatric])

    @property
    def psychiatry_apart(self) -> bool:
        """Whether psychiatry has areas of its own."""
        return of_region(self.somatic) != of_region(self.psychiatric)


def divisions(scenario: "Scenario", members: Members, regions: Collection[str]) -> list[Division]:
    """The alternatives of a scenario, in their order.

    Parameters
    ----------
    scenario
        Its catchments.
    members
        Region codes of a region or area name.
    regions
        Codes of the regions of the run.

    Raises
    ------
    ConsistencyError
        If an alternative names regions outside the run: all of them.
    """
    found, problems = [], []
    for position, alternative in enumerate(scenario.catchments):
        of_key: dict[str, dict[str, list[str]]] = {}
        for key in ("areas", "psychiatry"):
            of_key[key] = {}
            for area, named in (getattr(alternative, key) or {}).items():
                of_key[key][area] = unique(code for name in named for code in members(name))
                problems += [
                    Problem(
                        where=scenario.where("catchments", position, key, area),
                        message=f"region {code} of {area} is not in the run",
                        expected="regions that the scenario projects",
                    )
                    for code in of_key[key][area]
                    if code not in regions
                ]
        somatic, psychiatry = of_key["areas"], of_key["psychiatry"]
        apart = alternative.psychiatry is not None
        found.append(
            Division(
                alternative.name, alternative.present, somatic, psychiatry if apart else somatic
            )
        )
    if problems:
        raise ConsistencyError(problems)
    return found


def of_region(areas: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The area of each region."""
    return {code: area for area, codes in areas.items() for code in codes}


def sites_in(inside: Collection[str], sites: pd.DataFrame | None, members: Members) -> set[str]:
    """Sites that stand among some regions: by their own region, or most of whom they serve."""
    home = set()
    for row in [] if sites is None else sites.to_dict("records"):
        region = row.get("region")
        served = list(members(row["serves"]))
        if isinstance(region, str) and region:
            stands = any(region == code or contains(code, region) for code in inside)
        else:
            stands = sum(code in inside for code in served) > len(served) / 2
        if stands:
            home.add(str(row["site"]))
    return home


def shared_regions(scenario: "Scenario", members: Members) -> list[Problem]:
    """Regions that an alternative puts in two areas, by areas that only the inputs can open.

    Parameters
    ----------
    scenario
        Its catchments.
    members
        Region codes of a region or area name.
    """
    problems = []
    for position, alternative in enumerate(scenario.catchments):
        for key in ("areas", "psychiatry"):
            taken: dict[str, str] = {}
            for area, named in (getattr(alternative, key) or {}).items():
                for item, name in enumerate(named):
                    for code in members(name):
                        if taken.setdefault(code, area) != area:
                            problems.append(
                                Problem(
                                    where=scenario.where("catchments", position, key, area, item),
                                    message=f"'{alternative.name}' puts region {code} in two areas",
                                    found=f"{taken[code]} and {area}",
                                    expected="each region in one area",
                                )
                            )
    return problems
