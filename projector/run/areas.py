"""Catchments: who would live in each hospital area, what they need, and whether it fits together.

A scenario may hold several ways of drawing the map (`catchments`). Each is a set of areas of the
regions of the run; the criteria are those of the proposal for the capital region of 2007: between
300 000 and 500 000 people, no municipality or district divided, psychiatry follows somatic care,
and how far people travel where a table says.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from projector.errors import ConsistencyError, Problem
from projector.inputs.regions import contains
from projector.tables import HOSPITAL_SETTINGS, unique

if TYPE_CHECKING:
    from projector.scenario.models import Catchment, Scenario

__all__ = ["SIZE", "area_figures", "area_findings", "shared_regions"]

SIZE = (300_000, 500_000)
"""People that an area should have, by the proposal of 2007."""

_MUNICIPALITY = 4
"""Figures of a municipality's code; those of its districts are longer."""

Members = Callable[[str], Sequence[str]]


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


def area_figures(
    tree: xr.DataTree,
    scenario: "Scenario",
    members: Members,
    tables: Mapping[str, pd.DataFrame],
    years: list[int],
) -> pd.DataFrame:
    """People, activity, beds and own coverage of every area of every alternative.

    Parameters
    ----------
    tree
        Result of the run.
    scenario
        Its catchments.
    members
        Region codes of a region or area name.
    tables
        Input tables ``sites`` and ``travel``, where there are any.
    years
        Calendar years to report.

    Returns
    -------
    pandas.DataFrame
        ``alternative, area, year, measure, value, unit``.

    Raises
    ------
    ConsistencyError
        If an alternative names a region outside the run.
    """
    population = tree["population"].to_dataset()["population"].sum("sex").sel(year=years)
    hospital = list(HOSPITAL_SETTINGS)
    activity = tree["activity"].to_dataset().sel(year=years, setting=hospital)
    beds = tree["capacity/beds"].to_dataset()["need_by_kind"].sel(year=years, setting=hospital)
    services = ("diagnosis", "setting")
    by_region: dict[tuple[str, str], xr.DataArray] = {
        ("people", "persons"): population.sum("age"),
        ("people 80+", "persons"): population.sel(age=slice(80, None)).sum("age"),
        ("hospital contacts", "contacts year-1"): activity["contacts"].sum(services),
        ("hospital bed days", "bed days year-1"): activity["bed_days"].sum(services),
        ("hospital beds", "beds"): beds.sum(("setting", "kind")),
    }
    rows = []
    for position, alternative in enumerate(scenario.catchments):
        codes = _codes(alternative, position, "areas", scenario, members, tree)
        if alternative.psychiatry is not None:
            _codes(alternative, position, "psychiatry", scenario, members, tree)
        for area, inside in codes.items():
            for (measure, unit), values in by_region.items():
                of_area = values.sel(region=inside).sum("region").values
                rows += [
                    (alternative.name, area, year, measure, float(value), unit)
                    for year, value in zip(years, of_area, strict=True)
                ]
            if "sites" in tree.children:
                home = _at_home(inside, tables, members)
                rows += [
                    (alternative.name, area, year, measure, value, unit)
                    for measure, year, value, unit in _coverage(tree, inside, years, home)
                ]
            if "travel" in tables:
                rows += [
                    (alternative.name, area, year, measure, value, "minutes")
                    for measure, year, value in _travel(by_region, tables["travel"], inside, years)
                ]
    return pd.DataFrame(rows, columns=["alternative", "area", "year", "measure", "value", "unit"])


def area_findings(
    figures: pd.DataFrame, scenario: "Scenario", members: Members, names: Mapping[str, str]
) -> pd.DataFrame:
    """Where an alternative misses a criterion.

    Parameters
    ----------
    figures
        From `area_figures`.
    scenario
        Its catchments.
    members
        Region codes of a region or area name.
    names
        Region names by code, of the regions of the run.

    Returns
    -------
    pandas.DataFrame
        ``alternative, area, criterion, detail``: ``small`` and ``large`` with the years,
        ``divided`` with the regions, ``psychiatry`` with the regions that go elsewhere, and
        ``outside`` with the regions of the run that are in no area.
    """
    rows = []
    low, high = SIZE
    people = figures[figures["measure"] == "people"]
    for (alternative, area), of_area in people.groupby(["alternative", "area"], sort=False):
        for criterion, wrong in (
            ("small", of_area["value"] < low),
            ("large", of_area["value"] > high),
        ):
            if wrong.any():
                years = ", ".join(map(str, of_area["year"][wrong]))
                rows.append((alternative, area, criterion, years))
    for catchment in scenario.catchments:
        somatic = _of_region(catchment.areas, members)
        for one, other in combinations(somatic, 2):
            same = _one_municipality(one, other)
            if same and somatic[one] != somatic[other]:
                between = f"{names.get(one, one)}, {names.get(other, other)}"
                rows.append((catchment.name, somatic[one], "divided", between))
        mental = _of_region(catchment.psychiatry or catchment.areas, members)
        rows += [
            (catchment.name, "–", "outside", name)
            for code, name in names.items()
            if code not in somatic
        ]
        for code, area in somatic.items():
            if mental.get(code) != area:
                elsewhere = mental.get(code, "–")
                rows.append(
                    (catchment.name, area, "psychiatry", f"{names.get(code, code)}: {elsewhere}")
                )
    return pd.DataFrame(rows, columns=["alternative", "area", "criterion", "detail"])


def _codes(
    alternative: "Catchment",
    position: int,
    key: str,
    scenario: "Scenario",
    members: Members,
    tree: xr.DataTree,
) -> dict[str, list[str]]:
    """Region codes of the areas of an alternative.

    `key` is ``areas`` or ``psychiatry``.
    """
    inside = {str(code) for code in tree["population"].to_dataset()["region"].values}
    problems = []
    result: dict[str, list[str]] = {}
    for area, named in getattr(alternative, key).items():
        place = scenario.where("catchments", position, key, area)
        result[area] = unique(code for name in named for code in members(name))
        for code in result[area]:
            if code not in inside:
                problems.append(
                    Problem(
                        where=place,
                        message=f"region {code} of {area} is not in the run",
                        expected="regions that the scenario projects",
                    )
                )
    if problems:
        raise ConsistencyError(problems)
    return result


def _of_region(areas: Mapping[str, Sequence[str]], members: Members) -> dict[str, str]:
    """The area of each region."""
    return {code: area for area, named in areas.items() for name in named for code in members(name)}


def _one_municipality(one: str, other: str) -> bool:
    """Whether two regions are parts of one municipality, or one lies in the other."""
    parts = (
        min(len(one), len(other)) > _MUNICIPALITY and one[:_MUNICIPALITY] == other[:_MUNICIPALITY]
    )
    return parts or contains(one, other) or contains(other, one)


def _coverage(
    tree: xr.DataTree, inside: list[str], years: list[int], at_home: Collection[str]
) -> list[tuple[str, int, float, str]]:
    """Share of the contacts of an area's people at each site, and at those that stand in it.

    Of the regions and settings of which some flow tells where people are treated; nothing where
    none does.
    """
    treated = tree["sites"].to_dataset()["treated"].sel(region=inside, year=years)
    told = treated.any(("site", "year"))
    if not told.any():
        return []
    contacts = tree["activity"].to_dataset()["contacts"].sel(region=inside, year=years)
    whole = contacts.sel(setting=treated["setting"]).sum("diagnosis").where(told, 0.0)
    share = treated.sum(("region", "setting")) / whole.sum(("region", "setting"))
    rows = []
    for year in years:
        by_site = share.sel(year=year).to_series()
        own = by_site[[site for site in by_site.index if site in at_home]].sum()
        rows.append(("own coverage", year, float(own), "1"))
        rows += [
            (f"treated at {site}", year, float(value), "1")
            for site, value in by_site.items()
            if value > 0
        ]
        rows.append(("treated elsewhere", year, float(1.0 - by_site.sum()), "1"))
    return rows


def _at_home(
    inside: Collection[str], tables: Mapping[str, pd.DataFrame], members: Members
) -> set[str]:
    """Sites that stand in an area: by their region, or most of whom they serve."""
    home = set()
    for row in tables["sites"].to_dict("records") if "sites" in tables else ():
        region = row.get("region")
        served = list(members(row["serves"]))
        if isinstance(region, str) and region:
            stands = any(region == code or contains(code, region) for code in inside)
        else:
            stands = sum(code in inside for code in served) > len(served) / 2
        if stands:
            home.add(str(row["site"]))
    return home


def _travel(
    by_region: Mapping[tuple[str, str], xr.DataArray],
    travel: pd.DataFrame,
    inside: list[str],
    years: list[int],
) -> list[tuple[str, int, float]]:
    """Minutes to the nearest site that the table knows: mean of the people, and the longest."""
    known = travel[travel["region"].isin(inside)]
    if known.empty:
        return []
    nearest = known.groupby("region")["minutes"].min()
    people = by_region["people", "persons"].sel(region=list(nearest.index))
    minutes = nearest.to_numpy(dtype=np.float64)
    rows = []
    for year in years:
        weight = people.sel(year=year).values
        rows.append(("mean travel", year, float(np.average(minutes, weights=weight))))
        rows.append(("longest travel", year, float(minutes.max())))
    return rows
