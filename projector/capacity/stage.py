"""The capacity stage: beds, places and rooms that the activity takes, against what exists.

Need is given by region. A site works for those whom the flows send there, or else for the regions
that it serves; its gap is the need of all of them less what stands there. Beds sized by overflow
are sized for the unit that the patients share (`projector.capacity.sharing`), and the regions then
carry the unit's beds in proportion to their bed days, so that parts add up: the need of all regions
is what their sites need, and the beds of those who are treated elsewhere.

Where the contacts of a year vary by chance, beds at a planned use, places and rooms are for the
year as it came. The loss model knows chance already, within the year and from year to year: what
it tells (beds by overflow, refusals, busy days, pools) is of what was expected.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.activity.services import Services, planes
from projector.capacity.erlang import refusal
from projector.capacity.norms import UNITS, norms_of
from projector.capacity.pools import AtSite, pools_dataset
from projector.capacity.resources import Resource, Work, resources_of
from projector.capacity.sharing import Treated, parts_by_flow
from projector.capacity.sites import Site, gather_sites
from projector.capacity.sizing import BUSY, Sizer
from projector.tables import DIAGNOSIS_KINDS, SETTINGS

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["ROUNDING", "capacity_stage", "resources_of_run"]

Array = NDArray[np.float64]

ROUNDING = 1e-9
"""Units that whole beds may miss by, when regions carry them in parts that add up again."""


def capacity_stage(
    care: Mapping[str, xr.Dataset],
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    members: Callable[[str], Sequence[str]],
    *,
    resources: Sequence[Resource] | None = None,
    sizer: Sizer | None = None,
    expected: Mapping[str, xr.Dataset] | None = None,
    peaks: bool = True,
) -> tuple[dict[str, xr.Dataset], list[str]]:
    """Need, existing capacity and gap.

    Parameters
    ----------
    care
        Groups ``activity`` and, where flows are known, ``sites`` of the results.
    tables
        Input tables ``norms`` and, where there are any, ``rhythms``, ``sites``, ``existing`` and
        ``unit_costs``.
    scenario
        Occupancy, overflow, opening, arrivals, pools and existing capacity.
    members
        Region codes of a region or area name.
    resources
        From `resources_of_run`, where the stage is walked many times; None makes them.
    sizer
        Tables that earlier walks have made; None begins with none.
    expected
        The same groups without the chance of a year, where `care` has it.
    peaks
        Whether ``peak`` and ``site_peak`` are wanted.

    Returns
    -------
    dict of Dataset
        By unit (``beds``, ``places``, ``rooms``): ``need[region, year, resource]``, the same as
        ``need_by_kind[region, year, setting, kind]``, and ``existing``, ``served``, ``gap``,
        ``utilisation`` and ``gap_cost``, ``[site, year, resource]``, with ``first_shortage[site,
        resource]``, NaN where the site has no such resource (it is not zero: the question does not
        arise there), and ``price_year[resource]`` of the costs. For beds also ``refusal[site, year,
        resource]`` and ``peak[region, year, resource, measure]`` and the same by site as
        ``site_peak``. ``pools`` where the scenario pools units. The attribute
        ``resource_settings`` says as JSON whose work takes which resource.
    list of str
        Sites that were left out because they also serve regions outside the run.

    Raises
    ------
    ConsistencyError
        If two sites offer the same resource to the same region, or something in the scenario
        fits nothing.
    """
    activity = care["activity"]
    years = activity["year"].values
    regions = [str(code) for code in activity["region"].values]
    if resources is None:
        resources = resources_of_run(tables, scenario, activity, years)
    drawn = _Care.of(care, resources)
    steady = drawn if expected is None else _Care.of(expected, resources)
    flows = steady.flows
    sites, left_out = gather_sites(
        tables, scenario, years, regions, members, flows.of_site, flows.told
    )
    sizer = sizer or Sizer()
    assessed = [_Assessed(resource, drawn, steady, sites, sizer) for resource in resources]
    costs = _unit_costs(tables.get("unit_costs"))
    result = {
        unit: _dataset(
            [one for one in assessed if one.resource.unit == unit],
            regions,
            years,
            costs,
            peaks=peaks,
        )
        for unit in UNITS
    }
    by_name = {one.resource.name: one for one in assessed}

    def at_site(site: str, resource: str) -> AtSite | None:
        return by_name[resource].at_site(site) if resource in by_name else None

    pools = pools_dataset(scenario, resources, at_site, years, sizer)
    if pools is not None:
        result["pools"] = pools
    return result, left_out


def resources_of_run(
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    activity: xr.Dataset,
    years: NDArray[np.int64],
    *,
    like: Sequence[Resource] | None = None,
) -> list[Resource]:
    """The resources of a scenario, with their norms in some years.

    Parameters
    ----------
    tables, scenario
        As for `capacity_stage`.
    activity
        Group ``activity`` of the results: its first year says how long stays are, which smooths
        the rhythm of arrivals.
    years
        Calendar years that norms are taken of.
    like
        The same resources with the norms of other years or draws: rhythms are theirs.
    """
    diagnoses, kinds = (map(str, activity[name].values) for name in ("diagnosis", "kind"))
    norms = norms_of(tables["norms"], scenario, dict(zip(diagnoses, kinds, strict=True)), years)
    rhythms = None if like is None else {one.name: one.rhythm for one in like}
    return resources_of(norms, tables, scenario, activity, years, rhythms=rhythms)


class _Assessed:
    """A resource with its need by region, and by site where it stands.

    `steady` is the work that is expected, without the chance of a year.
    """

    def __init__(
        self,
        resource: Resource,
        drawn: "_Care",
        steady: "_Care",
        sites: Sequence[Site],
        sizer: Sizer,
    ) -> None:
        self.resource = resource
        self.sizer = sizer
        self.sites = [site for site in sites if resource.name in site.amounts]
        self._regions = [str(code) for code in drawn.activity["region"].values]
        self._steady_flows = steady.flows
        care = drawn if resource.limit is None else steady
        self._flows = care.flows
        self.work = resource.work(care.services)
        # Of places and rooms nothing is told that the loss model tells of beds.
        of_expected = care is not steady and resource.unit == "beds"
        self.steady = resource.work(steady.services) if of_expected else self.work
        parts = []
        if resource.limit is not None:
            parts = self._flows.parts(resource, self.work, self._regions)
        self.need = resource.need(self.work, self._sharing(), sizer, parts)

    def _sharing(self) -> list[list[int]]:
        """Positions of the regions that share the site which serves them, or nobody's.

        Not of those whose people go where flows tell.
        """
        served = {code: site.name for site in self.sites for code in site.regions}
        groups: dict[str, list[int]] = {}
        for i, code in enumerate(self._regions):
            if code not in self._flows.told[self.resource.name]:
                groups.setdefault(served.get(code, f"alone: {code}"), []).append(i)
        return list(groups.values())

    def served(self, site: Site) -> tuple[Work, Array]:
        """The work that a site does, and the units that it takes, ``[year]``."""
        work = self._flows.of_site.get((site.name, self.resource.name))
        if work is not None:
            need = self.resource.need(work, [[0]], self.sizer)
            return work, need.sum(axis=(0, 2, 3))
        inside = self._inside(site)
        return self.work.of(inside), self.need[inside].sum(axis=(0, 2, 3))

    def expected_at(self, site: Site) -> Work:
        """The work that is expected of a site."""
        work = self._steady_flows.of_site.get((site.name, self.resource.name))
        return self.steady.of(self._inside(site)) if work is None else work

    def _inside(self, site: Site) -> list[int]:
        return [i for i, code in enumerate(self._regions) if code in site.regions]

    def peak(self, load: Array) -> Array:
        """Units in use on average, in the busiest month and on busy days, on one more axis."""
        rhythm = self.resource.rhythm
        busy = [self.sizer.busy_days(load, level, rhythm) for level in BUSY.values()]
        return np.stack([load, load * rhythm.busy_month, *busy], axis=-1)

    def at_site(self, name: str) -> AtSite | None:
        """Patients present, arrivals and beds at a site, or None where it has none."""
        site = next((site for site in self.sites if site.name == name), None)
        if site is None:
            return None
        work = self.expected_at(site)
        return AtSite(work.load[0], work.arrivals[0], site.amounts[self.resource.name])


class _Care(NamedTuple):
    """Activity, and what the flows send to sites of it."""

    activity: xr.Dataset
    services: Services
    flows: "_Flows"

    @classmethod
    def of(cls, care: Mapping[str, xr.Dataset], resources: Sequence[Resource]) -> "_Care":
        """That of groups of the results."""
        activity = care["activity"]
        services = Services.of(activity)
        return cls(activity, services, _Flows(resources, services, care.get("sites")))


class _Flows:
    """What the flows send to sites, by resource, and of which regions they tell."""

    def __init__(
        self, resources: Sequence[Resource], services: Services, at_sites: xr.Dataset | None
    ) -> None:
        self.of_site: dict[tuple[str, str], Work] = {}
        """by site and resource, where anything is sent"""
        self.told: dict[str, set[str]] = {resource.name: set() for resource in resources}
        """by resource, codes of regions"""
        self._in_use: dict[str, Array] = {}
        self._services = services
        self._share: Array | None = None
        self._treated: Treated | None = None
        if at_sites is None:
            return
        self._treated, own = Treated(at_sites), Services.of(at_sites)
        for resource in resources:
            self.told[resource.name] = self._treated.regions_told(resource.norms)
            work = resource.work(own)
            self._in_use[resource.name] = work.in_use
            for i, site in enumerate(map(str, at_sites["site"].values)):
                if work.load[i].any():
                    self.of_site[site, resource.name] = work.of([i])

    def parts(self, resource: Resource, work: Work, regions: Sequence[str]) -> list[Array]:
        """The work of regions by the site that does it; none where no flow tells of any."""
        told = self.told[resource.name]
        if self._treated is None or not told:
            return []
        if self._share is None:
            self._share = self._treated.shares(self._services)
        share = self._share[..., list(resource.settings), :]
        known = np.isin(list(regions), list(told))
        return parts_by_flow(work.in_use, self._in_use[resource.name], share, known)


def _dataset(
    assessed: Sequence[_Assessed],
    regions: Sequence[str],
    years: NDArray[np.int64],
    costs: Mapping[str, tuple[float, int]],
    *,
    peaks: bool,
) -> xr.Dataset:
    """Need by region, and beside existing capacity for the sites that have any of the resources."""
    here = list({site.name: site for one in assessed for site in one.sites}.values())
    names = np.array([one.resource.name for one in assessed], dtype=object)
    shape = (len(here), len(years), len(assessed))
    existing, served, in_use, cost, refused = (np.full(shape, np.nan) for _ in range(5))
    peak = np.full((*shape, 2 + len(BUSY)), np.nan)
    for j, one in enumerate(assessed):
        for i, site in enumerate(here):
            if one.resource.name not in site.amounts:
                continue
            work, units = one.served(site)
            existing[i, :, j] = site.amounts[one.resource.name]
            served[i, :, j] = units
            in_use[i, :, j] = work.load[0]
            cost[i, :, j] = costs.get(one.resource.name, (np.nan, 0))[0]
            load = one.expected_at(site).load[0]
            refused[i, :, j] = refusal(existing[i, :, j], load, one.resource.rhythm)
            if peaks:
                peak[i, :, j] = one.peak(load)
    price_year = np.array([costs.get(str(name), (0.0, np.nan))[1] for name in names], dtype=float)
    gap = served - existing
    by_site = ("site", "year", "resource")
    utilisation = np.divide(in_use, existing, out=np.full(shape, np.nan), where=existing > 0)
    each = {"years": len(years), "places": len(regions)}
    need = planes(len(assessed), **each)
    need_by_kind = planes(len(SETTINGS), len(DIAGNOSIS_KINDS), **each)
    for j, one in enumerate(assessed):
        need[..., j] = one.need.sum(axis=(2, 3))
        for position, setting in enumerate(one.resource.settings):
            need_by_kind[:, :, setting] += one.need[:, :, position]
    result = xr.Dataset(
        {
            "need": (("region", "year", "resource"), need),
            "need_by_kind": (("region", "year", "setting", "kind"), need_by_kind),
            "existing": (by_site, existing),
            "served": (by_site, served),
            "gap": (by_site, gap),
            "utilisation": (by_site, utilisation),
            "gap_cost": (by_site, np.maximum(gap, 0.0) * cost),
            "price_year": ("resource", price_year),
            "first_shortage": (("site", "resource"), _first_year(gap > ROUNDING, years)),
        },
        coords={
            "region": list(regions),
            "year": years,
            "resource": names,
            "site": np.array([site.name for site in here], dtype=object),
            "setting": list(SETTINGS),
            "kind": list(DIAGNOSIS_KINDS),
        },
        attrs={
            "resource_settings": json.dumps(
                {
                    one.resource.name: [SETTINGS[i] for i in one.resource.settings]
                    for one in assessed
                }
            )
        },
    )
    if assessed and assessed[0].resource.unit == "beds":
        result = result.assign(refusal=(by_site, refused))
    if peaks and "refusal" in result:
        result = result.assign(
            peak=(
                ("region", "year", "resource", "measure"),
                np.stack([one.peak(one.steady.load) for one in assessed], axis=2),
            ),
            site_peak=((*by_site, "measure"), peak),
        ).assign_coords(measure=["mean", "busy_month", *BUSY])
    return result


def _first_year(short: NDArray[np.bool_], years: NDArray[np.int64]) -> Array:
    """The first year that is true, ``[site, resource]``; NaN where none is."""
    return np.where(short.any(axis=1), years[short.argmax(axis=1)], np.nan)


def _unit_costs(table: pd.DataFrame | None) -> dict[str, tuple[float, int]]:
    """NOK a year for one unit and the year of the price level, by resource."""
    if table is None:
        return {}
    prices = zip(table["nok"].astype(float), table["year"].astype(int), strict=True)
    return dict(zip(table["resource"], prices, strict=True))
