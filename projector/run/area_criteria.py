"""Criteria of hospital areas, those that the proposal for the capital region of 2007 used.

As many people as the scenario says (`area_criteria`), no municipality or district divided,
psychiatry follows somatic care, and how far people travel where a table says.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import pandas as pd

from projector.inputs.regions import contains
from projector.run.area_divisions import Division, Members, of_region, sites_in

if TYPE_CHECKING:
    from projector.scenario.models import AreaCriteria

__all__ = ["area_findings"]

_MUNICIPALITY = 4
"""Figures of a municipality's code; those of its districts are longer."""

_NOWHERE = "–"
_COLUMNS = ["alternative", "area", "criterion", "detail", "limit"]

Row = tuple[str, str, str, str, float | None]
"""Alternative, area, criterion, detail and limit."""


def area_findings(
    figures: pd.DataFrame,
    drawn: Sequence[Division],
    members: Members,
    tables: Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
    criteria: "AreaCriteria",
) -> pd.DataFrame:
    """Where an alternative misses a criterion.

    Parameters
    ----------
    figures
        From `projector.run.areas.area_figures`.
    drawn
        The alternatives.
    members
        Region codes of a region or area name.
    tables
        Input tables ``sites`` and ``travel``, where there are any.
    names
        Region names by code, of the regions of the run.
    criteria
        Of the scenario; what it does not say is not held against anything.

    Returns
    -------
    pandas.DataFrame
        ``alternative, area, criterion, detail, limit``: ``small`` and ``large`` with the years,
        ``divided`` with the regions, ``psychiatry`` with the regions that go elsewhere,
        ``outside`` with the regions of the run that are in no area, ``travel`` with the regions
        that have a hospital of another area nearer than all of their own, and ``travel unknown``
        with those of which no minutes to a hospital of their own are known. The limit is that of
        people, and NaN for all others.
    """
    rows: list[Row] = []
    for one in drawn:
        own = figures[(figures["alternative"] == one.name) & (figures["measure"] == "people")]
        rows += _of_size(one, own, criteria)
        rows += _divided(one, names)
        rows += [
            (one.name, _NOWHERE, "outside", name, None)
            for code, name in names.items()
            if code not in of_region(one.somatic)
        ]
        rows += _psychiatry(one, names)
        if "travel" in tables:
            rows += _travel(one, tables, members, names)
    return pd.DataFrame(rows, columns=_COLUMNS)


def _of_size(one: Division, people: pd.DataFrame, criteria: "AreaCriteria") -> Iterator[Row]:
    fewest, most = criteria.fewest_people, criteria.most_people
    for area, of_area in people.groupby("area", sort=False):
        found: list[tuple[str, float, pd.Series]] = []
        if fewest is not None:
            found.append(("small", fewest, of_area["value"] < fewest))
        if most is not None:
            found.append(("large", most, of_area["value"] > most))
        for criterion, limit, wrong in found:
            if wrong.any():
                years = ", ".join(map(str, of_area["year"][wrong]))
                yield one.name, str(area), criterion, years, limit


def _divided(one: Division, names: Mapping[str, str]) -> Iterator[Row]:
    somatic = of_region(one.somatic)
    for region, other in combinations(somatic, 2):
        if somatic[region] != somatic[other] and _one_municipality(region, other):
            between = f"{names.get(region, region)}, {names.get(other, other)}"
            yield one.name, somatic[region], "divided", between, None


def _one_municipality(one: str, other: str) -> bool:
    """Whether two regions are parts of one municipality, or one lies in the other."""
    parts = (
        min(len(one), len(other)) > _MUNICIPALITY and one[:_MUNICIPALITY] == other[:_MUNICIPALITY]
    )
    return parts or contains(one, other) or contains(other, one)


def _psychiatry(one: Division, names: Mapping[str, str]) -> Iterator[Row]:
    """Regions whose psychiatry is in another area, or in none, or in an area without somatics."""
    somatic, mental = of_region(one.somatic), of_region(one.psychiatric)
    for code in {**somatic, **mental}:
        here, there = somatic.get(code, _NOWHERE), mental.get(code, _NOWHERE)
        if here != there:
            yield one.name, here, "psychiatry", f"{names.get(code, code)}: {there}", None


def _travel(
    one: Division,
    tables: Mapping[str, pd.DataFrame],
    members: Members,
    names: Mapping[str, str],
) -> Iterator[Row]:
    travel, sites = tables["travel"], tables.get("sites")
    for area, codes in one.somatic.items():
        home = sites_in(codes, sites, members)
        for code in codes:
            known = travel[travel["region"] == code].sort_values("minutes", kind="stable")
            own = known[known["site"].isin(home)]
            name = names.get(code, code)
            if own.empty:
                yield one.name, area, "travel unknown", name, None
                continue
            nearest, of_own = known.iloc[0], own.iloc[0]
            if nearest["minutes"] < of_own["minutes"]:
                detail = (
                    f"{name}: {nearest['site']} {nearest['minutes']:g}, "
                    f"{of_own['site']} {of_own['minutes']:g}"
                )
                yield one.name, area, "travel", detail, None
