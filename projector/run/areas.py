"""Hospital areas: who would live in each, what they need, and what is other than today.

A scenario may hold several ways of drawing the map (`catchments`). Each is a set of areas of the
regions of the run. Somatic care is that of the regions of `areas`, mental health and addiction
that of the regions that `psychiatry` gives the area.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from projector.run.area_divisions import Division, Members, of_region, sites_in
from projector.tables import HOSPITAL_SETTINGS, PSYCHIATRIC_KINDS, unique

__all__ = ["area_figures", "area_people", "with_present"]

_SERVICES = ("diagnosis", "setting")
_ROUNDING = 1e-9
"""What a difference of two sums of contacts may miss nought by, relative to them."""

_COLUMNS = ["alternative", "area", "year", "measure", "value", "unit"]

Figure = tuple[str, int, float, str]
"""Measure, year, value and unit."""


def area_figures(
    tree: xr.DataTree,
    drawn: Sequence[Division],
    members: Members,
    tables: Mapping[str, pd.DataFrame],
    years: list[int],
) -> pd.DataFrame:
    """People, activity, beds and own coverage of every area of every alternative.

    Parameters
    ----------
    tree
        Result of the run.
    drawn
        The alternatives.
    members
        Region codes of a region or area name.
    tables
        Input tables ``sites`` and ``travel``, where there are any.
    years
        Calendar years to report.

    Returns
    -------
    pandas.DataFrame
        ``alternative, area, year, measure, value, unit``. Contacts, bed days and beds are those
        of somatic care for the people of the area and of mental health and addiction for those
        whose psychiatry it has; the latter also by themselves (``psychiatry …``). Beside the
        present division ``people from`` each of its areas.
    """
    known = _Known(tree, members, tables, years)
    present = next((one for one in drawn if one.present), None)
    rows = []
    for one in drawn:
        for area in one.areas:
            somatic, psychiatric = (
                list(division.get(area, ())) for division in (one.somatic, one.psychiatric)
            )
            found = [*known.figures(somatic, psychiatric)]
            if present is not None and one is not present:
                found += known.origins(somatic, present)
            rows += [
                (one.name, area, year, measure, value, unit) for measure, year, value, unit in found
            ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def area_people(tree: xr.DataTree, year: int) -> dict[str, float]:
    """People of each region of a run on 1 January of a year."""
    people = tree["population"].to_dataset()["population"].sel(year=year).sum(("sex", "age"))
    codes = map(str, people["region"].values)
    return dict(zip(codes, map(float, people.values), strict=True))


def with_present(
    figures: pd.DataFrame, drawn: Sequence[Division], people: Mapping[str, float]
) -> pd.DataFrame:
    """Put the figures of today's areas beside those of the alternatives.

    Parameters
    ----------
    figures
        From `area_figures`.
    drawn
        The alternatives; one of them may be how the map is drawn today.
    people
        People by region, which say which of today's areas an area is compared with.

    Returns
    -------
    pandas.DataFrame
        With ``present_area``, the area of today with the same name or else the one that most of
        its people are from, ``before``, its figure, and ``difference``, the figure less that one.
        Empty (NaN) for today's areas themselves, and where no alternative is called present.
    """
    present = next((one for one in drawn if one.present), None)
    if present is None:
        return figures.assign(present_area=None, before=np.nan, difference=np.nan)
    counterpart = {
        (one.name, area): _counterpart(one, area, present, people)
        for one in drawn
        if one is not present
        for area in one.areas
    }
    keys = zip(figures["alternative"], figures["area"], strict=True)
    of_today = pd.Series([counterpart.get(key) for key in keys], figures.index, dtype=object)
    result = figures.assign(present_area=of_today)
    today = figures[figures["alternative"] == present.name]
    before = today.set_index(["area", "year", "measure"])["value"].to_dict()
    asked = zip(result["present_area"], result["year"], result["measure"], strict=True)
    result["before"] = [before.get(key, np.nan) for key in asked]
    return result.assign(difference=result["value"] - result["before"])


def _counterpart(
    one: Division, area: str, present: Division, people: Mapping[str, float]
) -> str | None:
    """The area of today that an area is compared with; None where all its people are new."""
    if area in present.areas:
        return area
    codes = one.somatic.get(area) or one.psychiatric.get(area, ())
    today = of_region(present.somatic if area in one.somatic else present.psychiatric)
    shared: dict[str, float] = {}
    for code in codes:
        if code in today:
            shared[today[code]] = shared.get(today[code], 0.0) + people[code]
    return max(shared, key=lambda name: shared[name]) if shared else None


class _Known:
    """What a run knows, by region, for the figures of areas."""

    def __init__(
        self,
        tree: xr.DataTree,
        members: Members,
        tables: Mapping[str, pd.DataFrame],
        years: list[int],
    ) -> None:
        self._years, self._members, self._tables = years, members, tables
        population = tree["population"].to_dataset()["population"].sum("sex").sel(year=years)
        self._people = {
            "people": population.sum("age"),
            "people 80+": population.sel(age=slice(80, None)).sum("age"),
        }
        hospital = {"year": years, "setting": list(HOSPITAL_SETTINGS)}
        activity = tree["activity"].to_dataset().sel(hospital)
        psychiatric = activity["kind"].isin(PSYCHIATRIC_KINDS)
        beds = tree["capacity/beds"].to_dataset()["need_by_kind"].sel(hospital)
        of_beds = beds["kind"].isin(PSYCHIATRIC_KINDS)
        # Somatic care and psychiatry of each measure, [region, year].
        self._care = {
            ("contacts", "contacts year-1"): _apart(activity["contacts"], psychiatric, _SERVICES),
            ("bed days", "bed days year-1"): _apart(activity["bed_days"], psychiatric, _SERVICES),
            ("beds", "beds"): _apart(beds, of_beds, ("setting", "kind")),
        }
        self._treated: tuple[xr.DataArray, xr.DataArray] | None = None
        if "sites" in tree.children:
            at_sites = tree["sites"].to_dataset().sel(hospital)
            both, mental = at_sites["treated"], at_sites["treated_psychiatry"]
            somatic = (both - mental).where(both - mental > _ROUNDING * both, 0.0)
            self._treated = somatic, mental
            self._contacts = _apart(activity["contacts"], psychiatric, ("diagnosis",))

    def figures(self, somatic: list[str], psychiatric: list[str]) -> Iterator[Figure]:
        """Every measure of an area with these regions."""
        if somatic:
            for measure, values in self._people.items():
                yield from self._rows(measure, values.sel(region=somatic).sum("region"), "persons")
        if psychiatric:
            there = self._people["people"].sel(region=psychiatric).sum("region")
            yield from self._rows("psychiatry people", there, "persons")
        for (measure, unit), (body, mind) in self._care.items():
            of_mind = mind.sel(region=psychiatric).sum("region")
            both = body.sel(region=somatic).sum("region") + of_mind
            yield from self._rows(f"hospital {measure}", both, unit)
            yield from self._rows(f"psychiatry {measure}", of_mind, unit)
        yield from self._coverage(somatic, psychiatric)
        if "travel" in self._tables:
            yield from self._travel(somatic)

    def origins(self, somatic: list[str], present: Division) -> Iterator[Figure]:
        """The people of an area by the area of today, and those that are in none today."""
        today = of_region(present.somatic)
        for area in unique([*(today.get(code) for code in somatic)]):
            codes = [code for code in somatic if today.get(code) == area]
            there = self._people["people"].sel(region=codes).sum("region")
            yield from self._rows(f"people from {area or 'no area'}", there, "persons")

    def _rows(self, measure: str, values: xr.DataArray, unit: str) -> Iterator[Figure]:
        for year, value in zip(self._years, values.values, strict=True):
            yield measure, year, float(value), unit

    def _coverage(self, somatic: list[str], psychiatric: list[str]) -> Iterator[Figure]:
        """Share of an area's contacts at each site, and at those that stand in it.

        Of the regions and settings of which some flow tells where people are treated; nothing
        where none does.
        """
        if self._treated is None:
            return
        parts = []
        for treated, contacts, codes in zip(
            self._treated, self._contacts, (somatic, psychiatric), strict=True
        ):
            there = treated.sel(region=codes)
            told = (there > 0).any(("site", "year"))
            whole = contacts.sel(region=codes).where(told, 0.0).sum(("region", "setting"))
            at_site = there.sum(("region", "setting"))
            home = sites_in(codes, self._tables.get("sites"), self._members)
            own = at_site.sel(site=[site for site in at_site["site"].values if site in home])
            parts.append((whole, at_site, own.sum("site")))
        (body, body_at, body_own), (mind, mind_at, mind_own) = parts
        if bool((body + mind > 0).all()):
            share = (body_at + mind_at) / (body + mind)
            yield from self._rows("own coverage", (body_own + mind_own) / (body + mind), "1")
            for site in share["site"].values:
                yield from self._rows(f"treated at {site}", share.sel(site=site), "1")
            yield from self._rows("treated elsewhere", 1.0 - share.sum("site"), "1")
        if bool((mind > 0).all()):
            yield from self._rows("psychiatry own coverage", mind_own / mind, "1")

    def _travel(self, inside: list[str]) -> Iterator[Figure]:
        """Minutes to the nearest hospital of the area: mean of the people, and the longest.

        Of the regions of which the table knows the minutes to some.
        """
        travel = self._tables["travel"]
        home = sites_in(inside, self._tables.get("sites"), self._members)
        known = travel[travel["region"].isin(inside) & travel["site"].isin(home)]
        if known.empty:
            return
        nearest = known.groupby("region")["minutes"].min()
        people = self._people["people"].sel(region=list(nearest.index))
        minutes = nearest.to_numpy(dtype=np.float64)
        for year in self._years:
            weight = people.sel(year=year).values
            yield "mean travel", year, float(np.average(minutes, weights=weight)), "minutes"
            yield "longest travel", year, float(minutes.max()), "minutes"


def _apart(
    amounts: xr.DataArray, psychiatric: xr.DataArray, over: Collection[str]
) -> tuple[xr.DataArray, xr.DataArray]:
    """Somatic care and psychiatry, summed over some dimensions."""
    return (
        amounts.where(~psychiatric, 0.0).sum(over),
        amounts.where(psychiatric, 0.0).sum(over),
    )
