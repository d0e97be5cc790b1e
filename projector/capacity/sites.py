"""Sites: where capacity stands, whom it serves and how much there is over the years."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.tables import unique

if TYPE_CHECKING:
    from collections.abc import Callable

    from projector.scenario.models import Scenario

__all__ = ["Site", "gather_sites", "serving"]

_LONG, _SHORT = "nursing_home", "municipal_short_stay"
"""Resources of a nursing home: places for those who live there, and for short stays."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Site:
    """A place with capacity.

    Parameters
    ----------
    name
        What it is called.
    regions
        Codes of the regions it serves.
    amounts
        By resource, units that exist in each year of the run, ``[year]``.
    """

    name: str
    regions: frozenset[str]
    amounts: Mapping[str, Array]


def gather_sites(
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    years: NDArray[np.int64],
    regions: Sequence[str],
    members: "Callable[[str], Sequence[str]]",
    by_flow: "Collection[tuple[str, str]]" = (),
    told: "Mapping[str, Collection[str]]" = MappingProxyType({}),
) -> tuple[list[Site], list[str]]:
    """Sites of the input tables with the scenario's own figures in their place.

    Parameters
    ----------
    tables
        Input tables ``sites``, ``existing`` and ``flows``; any may be absent.
    scenario
        Its existing capacity: a resource it writes for a site replaces the table's path.
    years
        Calendar years of the run.
    regions
        Codes of the regions of the run.
    members
        Region codes of a region or area name.
    by_flow
        Sites and resources of which the flows say who is treated there.
    told
        By resource, codes of the regions of which the flows say where their people are treated.

    Returns
    -------
    list of Site
        Sites all of whose regions are in the run, and all that the flows send there.
    list of str
        Names of the sites that also work for regions outside the run; need and capacity there
        cannot be compared, so they are left out and named.

    Raises
    ------
    ConsistencyError
        If two sites offer the same resource to the same region and no flow says which part of
        the need is whose, if flows send those whom a site serves to another and nobody to it, if
        flows send somebody to a site and are silent about others whom it serves, or if a site that
        the scenario writes serves none of the regions.
    """
    serves = serving(tables, scenario)
    amounts = _existing_amounts(tables, scenario, years)
    sites = [
        Site(name, frozenset(members(area)), amounts[name])
        for name, area in serves.items()
        if amounts[name]
    ]
    _refuse_sites_elsewhere(scenario, sites, set(regions))
    sent = _sent_by_flows(tables.get("flows"), members)
    here = [site for site in sites if not site.regions.isdisjoint(regions)]
    inside = [site for site in here if site.regions | sent.get(site.name, set()) <= set(regions)]
    _refuse_shared_need(scenario, inside, told)
    _refuse_silent_flows(scenario, inside, by_flow, told)
    _refuse_sites_without_flow(scenario, inside, sent, by_flow)
    kept = {site.name for site in inside}
    return inside, [site.name for site in here if site.name not in kept]


def serving(tables: Mapping[str, pd.DataFrame], scenario: "Scenario") -> dict[str, str]:
    """The region or area that each site serves.

    Parameters
    ----------
    tables
        Input table ``sites``; may be absent.
    scenario
        What it writes of a site goes before the table.

    Returns
    -------
    dict of str
        By name of the site.
    """
    serves: dict[str, str] = {}
    if "sites" in tables:
        serves = dict(zip(tables["sites"]["site"], tables["sites"]["serves"], strict=True))
    for name, own in scenario.capacity.existing.items():
        if own.serves is not None:
            serves[name] = own.serves
    return serves


def _existing_amounts(
    tables: Mapping[str, pd.DataFrame], scenario: "Scenario", years: NDArray[np.int64]
) -> dict[str, dict[str, Array]]:
    """What stands at each site, in and outside the run, by site and resource, ``[year]``."""
    amounts: dict[str, dict[str, Array]] = {name: {} for name in serving(tables, scenario)}
    if "existing" in tables:
        table = tables["existing"].sort_values("year")
        points: dict[tuple[str, str], tuple[list[int], list[float]]] = {}
        for name, resource, year, amount in zip(
            *(table[column].tolist() for column in ("site", "resource", "year", "amount")),
            strict=True,
        ):
            there = points.setdefault((name, resource), ([], []))
            there[0].append(year)
            there[1].append(amount)
        for (name, resource), known in points.items():
            amounts[name][resource] = np.interp(years, *known)
    for name, own in scenario.capacity.existing.items():
        for resource, path in own.amounts.items():
            amounts.setdefault(name, {})[resource] = path.at(years, base_year=scenario.years.base)
        _open_and_close(amounts.setdefault(name, {}), name, scenario, years)
        _divide_nursing_home(amounts[name], name, scenario, years)
    return amounts


def _sent_by_flows(
    flows: pd.DataFrame | None, members: "Callable[[str], Sequence[str]]"
) -> dict[str, set[str]]:
    """Regions that the flows send to each site."""
    result: dict[str, set[str]] = {}
    if flows is not None:
        for name, area in unique(zip(flows["site"], flows["region"], strict=True)):
            result.setdefault(name, set()).update(members(area))
    return result


def _open_and_close(
    amounts: dict[str, Array], site: str, scenario: "Scenario", years: NDArray[np.int64]
) -> None:
    """Put the steps that a scenario writes for a site on top of its amounts."""
    own = scenario.capacity.existing[site]
    for resource in unique(step.resource for step in own.openings):
        amount = amounts.get(resource, np.zeros(len(years))) + own.steps(resource, years)
        if (amount < 0).any():
            first = int(np.argmax(amount < 0))
            raise ConsistencyError(
                Problem(
                    where=scenario.where("capacity", "existing", site, "openings"),
                    message=f"{site} would have fewer than no {resource} in {years[first]}",
                    found=f"{amount[first]:g}",
                    expected="smaller closures",
                )
            )
        amounts[resource] = amount


def _divide_nursing_home(
    amounts: dict[str, Array], site: str, scenario: "Scenario", years: NDArray[np.int64]
) -> None:
    """Divide the places of a nursing home between long and short stays; none is won or lost."""
    share = scenario.capacity.existing[site].short_stay_share
    if share is None:
        return
    there = [amounts[resource] for resource in (_LONG, _SHORT) if resource in amounts]
    if not there:
        raise ConsistencyError(
            Problem(
                where=scenario.where("capacity", "existing", site, "short_stay_share"),
                message=f"{site} has no places to divide between long and short stays",
                expected=f"places under {_LONG} or {_SHORT}",
            )
        )
    together = sum(there, np.zeros(len(years)))
    short = share.at(years, base_year=scenario.years.base)
    amounts[_LONG], amounts[_SHORT] = (1.0 - short) * together, short * together


def _refuse_sites_elsewhere(scenario: "Scenario", sites: Sequence[Site], regions: set[str]) -> None:
    """Capacity that the scenario writes itself must be of use to some region of the run."""
    problems = [
        Problem(
            where=scenario.where("capacity", "existing", site.name),
            message=f"{site.name} serves no region of the run",
            expected="a site that does, or a scenario with its regions",
        )
        for site in sites
        if site.name in scenario.capacity.existing and site.regions.isdisjoint(regions)
    ]
    if problems:
        raise ConsistencyError(problems)


def _place(scenario: "Scenario", *sites: str) -> str:
    """Where the capacity of sites stands: in the scenario, if it writes that of one of them."""
    own = [name for name in sites if name in scenario.capacity.existing]
    if own:
        return scenario.where("capacity", "existing", own[-1])
    return f"existing capacity of {' and '.join(sites)}"


def _refuse_shared_need(
    scenario: "Scenario", sites: Sequence[Site], told: Mapping[str, Collection[str]]
) -> None:
    """Every region's need of a resource belongs to one site, but where the flows divide it."""
    problems = [
        Problem(
            where=_place(scenario, one.name, other.name),
            message=f"both sites offer {resource} to region {min(shared)}",
            found=f"{one.name} and {other.name}",
            expected="one site per region and resource; give their places to one of them, or "
            "let each serve its own part, or say in the table flows who goes where",
        )
        for one, other in combinations(sites, 2)
        for resource in one.amounts
        if resource in other.amounts
        and (shared := (one.regions & other.regions).difference(told.get(resource, ())))
    ]
    if problems:
        raise ConsistencyError(problems)


def _refuse_silent_flows(
    scenario: "Scenario",
    sites: Sequence[Site],
    by_flow: Collection[tuple[str, str]],
    told: Mapping[str, Collection[str]],
) -> None:
    """A site that flows send to works for those alone, so they tell of all whom it serves."""
    problems = [
        Problem(
            where=_place(scenario, site.name),
            message=f"flows send somebody to the {resource} of {site.name}, and no flow says where "
            f"region {min(silent)} is treated, which it serves",
            found=f"flows of {', '.join(sorted(heard)) or 'regions that it does not serve'}",
            expected="flows of all regions that the site serves, in the table flows or by a change "
            "that redirects",
        )
        for site in sites
        for resource in site.amounts
        if (site.name, resource) in by_flow
        and (silent := site.regions.difference(told.get(resource, ())))
        for heard in [site.regions - silent]
    ]
    if problems:
        raise ConsistencyError(problems)


def _refuse_sites_without_flow(
    scenario: "Scenario",
    sites: Sequence[Site],
    sent: Mapping[str, set[str]],
    by_flow: Collection[tuple[str, str]],
) -> None:
    """A site does not do the work that the flows send to another."""
    problems = [
        Problem(
            where=_place(scenario, site.name),
            message=f"no flow sends anybody to the {resource} of {site.name}",
            found=f"flows of those it serves to {other}",
            expected=f"a flow to {site.name} in the table flows, or a change that redirects to it",
        )
        for site in sites
        for resource in site.amounts
        if (site.name, resource) not in by_flow
        for other in [name for name, of in by_flow if of == resource]
        if not site.regions.isdisjoint(sent.get(other, ()))
    ]
    if problems:
        raise ConsistencyError(problems)
