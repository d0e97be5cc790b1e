"""The capacity stage: beds, places and rooms that the activity takes, against what exists.

Need is given by region. A site serves a region or an area; its gap is the need of all it
serves less what stands there. Beds sized by overflow are sized for the unit that the
patients share (the site that has such beds, or else the region alone), and the regions
then carry the unit's beds in proportion to their bed days, so that parts add up.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.capacity.sites import Site, gather_sites
from projector.capacity.sizing import beds_by_occupancy, beds_by_overflow, units_by_hours
from projector.errors import ConsistencyError, Problem
from projector.tables import DIAGNOSIS_KINDS, SETTINGS, unique

if TYPE_CHECKING:
    from collections.abc import Callable

    from projector.scenario.models import Scenario
    from projector.scenario.values import Path

__all__ = ["capacity_stage"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Norm:
    """One row of the table norms, with the scenario's own figures in their place.

    `share` is the part of the work that the row takes, ``[diagnosis]``; 0 where it is about
    others, or where a row for the diagnosis goes before it.
    """

    setting: str
    resource: str
    unit: str
    share: Array
    occupancy: Array
    minutes: Array
    hours_per_day: Array
    days_per_year: Array
    utilisation: Array
    overflow: Array | None


def capacity_stage(
    activity: xr.Dataset,
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    members: "Callable[[str], Sequence[str]]",
) -> tuple[dict[str, xr.Dataset], list[str]]:
    """Need, existing capacity and gap.

    Parameters
    ----------
    activity
        Result of the activity stage.
    tables
        Input tables ``norms`` and, where there are any, ``sites`` and ``existing``.
    scenario
        Occupancy, overflow, opening and existing capacity.
    members
        Region codes of a region or area name.

    Returns
    -------
    dict of Dataset
        By unit (``beds``, ``places``, ``rooms``): ``need[region, year, resource]``, the same
        as ``need_by_kind[region, year, setting, kind]``, and
        ``existing``, ``served`` and ``gap``, ``[site, year, resource]``, NaN where the site
        has no such resource (it is not zero: the question does not arise there).
    list of str
        Sites that were left out because they also serve regions outside the run.

    Raises
    ------
    ConsistencyError
        If two sites offer the same resource to the same region.
    """
    years = activity["year"].values
    regions = [str(code) for code in activity["region"].values]
    kinds = dict(zip(activity["diagnosis"].values, activity["kind"].values, strict=True))
    norms = _norms(tables["norms"], scenario, years, kinds)
    sites, left_out = gather_sites(tables, scenario, years, regions, members)
    result = {}
    for unit in ("beds", "places", "rooms"):
        of_unit = [norm for norm in norms if norm.unit == unit]
        resources = unique(norm.resource for norm in of_unit)
        need = np.zeros((len(regions), len(years), len(resources)))
        by_kind = np.zeros((len(regions), len(years), len(SETTINGS), len(DIAGNOSIS_KINDS)))
        for norm in of_unit:
            together = [site.regions for site in sites if norm.resource in site.amounts]
            work = _work_by_kind(norm, activity)
            units = _need(norm, work.sum(axis=-1), regions, together)
            need[..., resources.index(norm.resource)] += units
            by_kind[:, :, SETTINGS.index(norm.setting)] += _shared_out(units, work)
        result[unit] = (
            _against_existing(need, resources, sites, regions, years)
            .assign(need_by_kind=(("region", "year", "setting", "kind"), by_kind))
            .assign_coords(setting=list(SETTINGS), kind=list(DIAGNOSIS_KINDS))
        )
    return result, left_out


def _norms(
    table: pd.DataFrame, scenario: "Scenario", years: NDArray[np.int64], kinds: Mapping[str, str]
) -> list[_Norm]:
    """Norms over the years; what the scenario writes for a setting replaces the table's figure."""
    base = scenario.years.base
    _refuse_idle_figures(table, scenario)

    def over_years(own: "Path | None", from_table: float) -> Array:
        if own is None:
            return np.full(len(years), from_table)
        return own.at(years, base_year=base)

    norms = []
    pairs = table.groupby(["setting", "resource"])["diagnosis"]
    named = {pair: set(diagnoses) for pair, diagnoses in pairs}
    for row in table.to_dict("records"):
        setting = row["setting"]
        opening = scenario.capacity.opening.get(setting)
        limit = scenario.capacity.overflow.get(setting)
        norms.append(
            _Norm(
                setting=setting,
                resource=row["resource"],
                unit=row["unit"],
                share=_shares(row, named[setting, row["resource"]], kinds),
                occupancy=over_years(scenario.capacity.occupancy.get(setting), row["occupancy"]),
                overflow=None if limit is None else limit.at(years, base_year=base),
                **{
                    name: over_years(getattr(opening, name, None), row[name])
                    for name in ("minutes", "hours_per_day", "days_per_year", "utilisation")
                },
            )
        )
        turnover = row.get("turnover", np.nan)
        if not np.isnan(turnover):
            norms[-1] = replace(norms[-1], minutes=norms[-1].minutes + turnover)
    return norms


def _shares(row: Mapping[Hashable, Any], named: Collection[str], kinds: Mapping[str, str]) -> Array:
    """Share of each diagnosis's work that a row takes; a row for a diagnosis goes before ``*``."""
    share = row.get("share", np.nan)
    whole = 1.0 if np.isnan(share) else share
    of_row = [
        row["kind"] in ("*", kind)
        and (diagnosis == row["diagnosis"] or (row["diagnosis"] == "*" and diagnosis not in named))
        for diagnosis, kind in kinds.items()
    ]
    return np.where(of_row, whole, 0.0)


def _refuse_idle_figures(table: pd.DataFrame, scenario: "Scenario") -> None:
    """A figure for beds belongs to a setting with beds, one for opening to one with rooms."""
    units = {setting: set(rows["unit"]) for setting, rows in table.groupby("setting")}
    wanted: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        (("capacity", key, setting), ("beds",))
        for key in ("occupancy", "overflow")
        for setting in getattr(scenario.capacity, key)
    ]
    wanted += [
        (("capacity", "opening", setting, name), ("places", "rooms"))
        for setting, opening in scenario.capacity.opening.items()
        for name in ("minutes", "hours_per_day", "utilisation")
        if getattr(opening, name) is not None
    ]
    problems = [
        Problem(
            where=scenario.where(*place),
            message=f"{place[1]} says nothing here: {place[2]} takes "
            f"{', '.join(sorted(units.get(place[2], ['no beds, places or rooms'])))}",
            expected=f"a setting that takes {' or '.join(fitting)}",
        )
        for place, fitting in wanted
        if units.get(place[2], set()).isdisjoint(fitting)
    ]
    if problems:
        raise ConsistencyError(problems)


def _work_by_kind(norm: _Norm, activity: xr.Dataset) -> Array:
    """Bed days (beds) or contacts that a norm takes, ``[region, year, kind]``."""
    measure = "bed_days" if norm.unit == "beds" else "contacts"
    amount = activity[measure].sel(setting=norm.setting).values
    belongs = activity["kind"].values[:, np.newaxis] == np.array(DIAGNOSIS_KINDS)
    result: Array = amount @ (norm.share[:, np.newaxis] * belongs)
    return result


def _shared_out(units: Array, work: Array) -> Array:
    """Units ``[region, year]`` by kind, in proportion to the work that each gives them."""
    whole = work.sum(axis=-1, keepdims=True)
    share = np.divide(work, whole, out=np.zeros_like(work), where=whole > 0)
    result: Array = units[..., np.newaxis] * share
    return result


def _need(norm: _Norm, amount: Array, regions: list[str], together: list[frozenset[str]]) -> Array:
    """Units of one norm, ``[region, year]``, from its bed days or contacts."""
    if norm.unit != "beds":
        return units_by_hours(
            amount, norm.minutes, norm.hours_per_day, norm.days_per_year, norm.utilisation
        )
    if norm.overflow is None:
        return beds_by_occupancy(amount, norm.occupancy, norm.days_per_year)
    need = np.zeros_like(amount)
    for unit in _units(regions, together):
        pooled = amount[unit].sum(axis=0)
        beds = beds_by_overflow(pooled, norm.overflow, norm.days_per_year)
        share = np.divide(amount[unit], pooled, out=np.zeros_like(amount[unit]), where=pooled > 0)
        need[unit] = share * beds
    return need


def _units(regions: list[str], together: list[frozenset[str]]) -> list[list[int]]:
    """Regions that share beds: those of a site, and every other region on its own."""
    pooled = [[i for i, code in enumerate(regions) if code in site] for site in together]
    alone = set(range(len(regions))).difference(*pooled) if pooled else set(range(len(regions)))
    return [*pooled, *([i] for i in sorted(alone))]


def _against_existing(
    need: Array,
    resources: list[str],
    sites: Sequence[Site],
    regions: list[str],
    years: NDArray[np.int64],
) -> xr.Dataset:
    """Need beside existing capacity and gap, for the sites that have any of the resources."""
    here = [site for site in sites if not site.amounts.keys().isdisjoint(resources)]
    shape = (len(here), len(years), len(resources))
    existing, served = np.full(shape, np.nan), np.full(shape, np.nan)
    for i, site in enumerate(here):
        inside = [region in site.regions for region in regions]
        for j, resource in enumerate(resources):
            if resource in site.amounts:
                existing[i, :, j] = site.amounts[resource]
                served[i, :, j] = need[inside, :, j].sum(axis=0)
    by_site = ("site", "year", "resource")
    return xr.Dataset(
        {
            "need": (("region", "year", "resource"), need),
            "existing": (by_site, existing),
            "served": (by_site, served),
            "gap": (by_site, served - existing),
        },
        coords={
            "region": regions,
            "year": years,
            "resource": np.array(resources, dtype=object),
            "site": np.array([site.name for site in here], dtype=object),
        },
    )
