"""What is reported of a ledger: by region, by site, by priority group."""

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.activity.axes import COURSES, ELSEWHERE, Axes
from projector.activity.ledger import Demand, Ledger
from projector.activity.sums import Sums
from projector.activity.visitors import Visitors
from projector.tables import PSYCHIATRIC_KINDS, SEASONS, SETTINGS, unique

__all__ = ["OPTIONAL", "Views"]

Array = NDArray[np.float64]

OPTIONAL = ("acute", "readmissions", "ready_days", "own_coverage", "priority")
"""What no later stage asks for."""

_SERVICES = ("year", "diagnosis", "setting")


class Views:
    """Sums over ledgers of some regions each, until all have been added.

    Parameters
    ----------
    tables
        Input tables ``diagnoses`` and, where there are any, ``priority_groups`` and ``sites``.
    visitors
        Who is present without living in a region.
    members
        Region codes of a region or area name.
    left_out
        Those of `OPTIONAL` that nobody asks for.
    """

    def __init__(
        self,
        tables: Mapping[str, pd.DataFrame],
        visitors: Visitors,
        members: Callable[[str], Sequence[str]],
        *,
        left_out: Collection[str] = (),
    ) -> None:
        named = tables["diagnoses"]
        self._kinds = dict(zip(named["diagnosis"], named["kind"], strict=True))
        self._groups = None if "priority" in left_out else tables.get("priority_groups")
        self._left_out = frozenset(left_out)
        self._visitors = visitors
        sites = tables.get("sites")
        self._serves = (
            {}
            if sites is None
            else {
                site: set(members(area))
                for site, area in zip(sites["site"], sites["serves"], strict=True)
            }
        )
        self._by_service: dict[str, Array] = {}
        self._by_region: list[dict[str, Array]] = []
        self._added = 0
        self._by_site: dict[str, dict[str, Array]] = {}
        self._treated: dict[tuple[str, str], dict[str, Array]] = {}

    @property
    def by_age(self) -> bool:
        """Whether anything is told of single ages, and not of sums over them alone."""
        return self._groups is not None

    def add(self, ledger: Ledger, demand: Demand, sums: Sums) -> None:
        """Add a ledger, filled from `demand`, of regions that were not added before.

        `sums` are those of the ledger.
        """
        rows, axes = demand.axes.rows, demand.axes
        regions = unique(row.region for row in rows)
        of_row = _membership([row.region for row in rows], regions)
        contacts, bed_days, ready = sums.contacts, sums.bed_days, sums.ready_days
        of_regions = _by(contacts, of_row)
        self._put("contacts", of_regions, axes)
        self._put("acute", of_regions, axes, COURSES[1:])
        self._put("bed_days", _by(bed_days, of_row), axes)
        found = {}
        if "readmissions" not in self._left_out:
            found["readmissions"] = self._diagnoses(of_regions, axes, ("readmission",))
        if "ready_days" not in self._left_out:
            found["ready_days"] = self._diagnoses(
                of_regions[:, :0] if ready is None else _by(ready, of_row), axes
            )
        if self._groups is not None:
            found |= {
                f"priority {name}": self._by_group(amounts, axes, of_row)
                for name, amounts in (("contacts", ledger.contacts), ("bed_days", ledger.bed_days))
            }
        if demand.flow is not None:
            if "own_coverage" not in self._left_out:
                found["own_coverage"] = self._own_coverage(contacts, axes, of_row)
            for name, amounts in (("contacts", contacts), ("bed_days", bed_days)):
                self._add_to_sites(name, amounts, axes)
            self._add_treated(contacts, axes)
        self._by_region.append(found)
        self._added += len(regions)

    def datasets(self, demand: Demand) -> dict[str, xr.Dataset]:
        """The datasets of all that was added, as `projector.tables` has them.

        ``activity``, and ``sites`` and ``priority`` where they are known.
        """
        joined = {
            name: np.concatenate([part[name] for part in self._by_region])
            for name in self._by_region[0]
        }
        services = ("region", *_SERVICES)
        regions = unique(origin.region for origin in demand.origins)
        coords = {
            "region": regions,
            "year": demand.years,
            "diagnosis": list(self._kinds),
            "setting": list(SETTINGS),
        }
        kind = ("diagnosis", list(self._kinds.values()))
        result = {
            "activity": xr.Dataset(
                {
                    **{
                        name: (services, self._by_services(amounts))
                        for name, amounts in self._by_service.items()
                    },
                    **{
                        name: (services[:3], joined[name])
                        for name in ("readmissions", "ready_days")
                        if name in joined
                    },
                    "visitors": (("region", "year", "season"), self._visitors.present),
                },
                coords={**coords, "season": list(SEASONS)},
            ).assign_coords(kind=kind)
        }
        if demand.flow is not None:
            sites = list(self._by_site)
            result["sites"] = xr.Dataset(
                {
                    **{
                        name: (
                            ("site", *_SERVICES),
                            np.stack([self._by_site[site][name] for site in sites]),
                        )
                        for name in ("contacts", "bed_days")
                    },
                    **{
                        name: (("region", "year", "setting"), joined[name])
                        for name in ("own_coverage",)
                        if name in joined
                    },
                    **{
                        name: (("region", "site", "year", "setting"), there)
                        for name, there in self._treated_by(regions, sites).items()
                    },
                },
                coords={**coords, "site": np.array(sites, dtype=object)},
            ).assign_coords(kind=kind)
        if self._groups is not None:
            by_group = ("region", "year", "group", "setting")
            result["priority"] = xr.Dataset(
                {name: (by_group, joined[f"priority {name}"]) for name in ("contacts", "bed_days")},
                coords={**coords, "group": self._group_names},
            ).drop_vars("diagnosis")
        return result

    def _put(self, name: str, amounts: Array, axes: Axes, courses: Sequence[str] = COURSES) -> None:
        """Write ``[year, column, region]`` of the next regions where all of them will stand."""
        if name in self._left_out:
            return
        if name not in self._by_service:
            services = len(self._kinds) * len(SETTINGS)
            everybody = len(self._visitors.present)
            self._by_service[name] = np.zeros((services, len(amounts), everybody))
        self._add_services(self._by_service[name][..., self._added :], amounts, axes, courses)

    def _add_services(
        self, result: Array, amounts: Array, axes: Axes, courses: Sequence[str] = COURSES
    ) -> None:
        """Add columns to services ``[diagnosis · setting, year, region]``, which are 0 before."""
        diagnoses = {name: position for position, name in enumerate(self._kinds)}
        result = result[..., : amounts.shape[2]]
        filled = set()
        for c, column in enumerate(axes.columns[: amounts.shape[1]]):
            if column.course not in courses:
                continue
            service = diagnoses[column.diagnosis] * len(SETTINGS) + SETTINGS.index(column.setting)
            if service in filled:
                result[service] += amounts[:, c]
            else:
                result[service] = amounts[:, c]
            filled.add(service)

    def _services(self, amounts: Array, axes: Axes) -> Array:
        """``[year, column, region]`` as ``[region, year, diagnosis, setting]``."""
        result = np.zeros((len(self._kinds) * len(SETTINGS), len(amounts), amounts.shape[2]))
        self._add_services(result, amounts, axes)
        return self._by_services(result)

    def _by_services(self, amounts: Array) -> Array:
        """``[diagnosis · setting, year, region]`` as ``[region, year, diagnosis, setting]``.

        A view of an array whose regions and years lie side by side.
        """
        _, years, regions = amounts.shape
        by_service = amounts.reshape(len(self._kinds), len(SETTINGS), years, regions)
        return by_service.transpose(3, 2, 0, 1)

    def _diagnoses(self, amounts: Array, axes: Axes, courses: Sequence[str] = COURSES) -> Array:
        """Columns of some courses, by diagnosis: ``[region, year, diagnosis]``."""
        diagnoses = {name: position for position, name in enumerate(self._kinds)}
        result = np.zeros((len(amounts), len(diagnoses), amounts.shape[2]))
        for c, column in enumerate(axes.columns[: amounts.shape[1]]):
            if column.course in courses:
                result[:, diagnoses[column.diagnosis]] += amounts[:, c]
        return result.transpose(2, 0, 1)

    def _add_to_sites(self, name: str, amounts: Array, axes: Axes) -> None:
        sites = unique(row.site for row in axes.rows if row.site != ELSEWHERE)
        at_site = _by(amounts, _membership([row.site for row in axes.rows], sites))
        for site, found in zip(sites, self._services(at_site, axes), strict=True):
            there = self._by_site.setdefault(site, {})
            there[name] = there.get(name, 0.0) + found

    def _add_treated(self, contacts: Array, axes: Axes) -> None:
        """Contacts of each region at each site, and those in psychiatry, ``[year, setting]``."""
        settings = np.array([SETTINGS.index(column.setting) for column in axes.columns])
        in_setting = (np.arange(len(SETTINGS))[:, np.newaxis] == settings).astype(np.float64)
        kinds = [self._kinds[column.diagnosis] for column in axes.columns]
        psychiatric = np.isin(kinds, PSYCHIATRIC_KINDS)
        counted = {
            "treated": in_setting @ contacts,
            "treated_psychiatry": (in_setting * psychiatric) @ contacts,
        }
        for position, row in enumerate(axes.rows):
            if row.site != ELSEWHERE:
                found = self._treated.setdefault((row.region, row.site), {})
                for name, amounts in counted.items():
                    found[name] = found.get(name, 0.0) + amounts[..., position]

    def _treated_by(self, regions: Sequence[str], sites: Sequence[str]) -> dict[str, Array]:
        """The sums of `_add_treated`, ``[region, site, year, setting]`` each."""
        someone = next(iter(self._treated.values()))
        nobody = {name: np.zeros_like(amount) for name, amount in someone.items()}
        return {
            name: np.array(
                [
                    [self._treated.get((region, site), nobody)[name] for site in sites]
                    for region in regions
                ]
            )
            for name in someone
        }

    def _own_coverage(self, contacts: Array, axes: Axes, of_row: Array) -> Array:
        """Share of the residents' contacts treated at a site that serves them.

        NaN in settings of which no flow tells where anybody of the region is treated.
        """
        settings = np.array([SETTINGS.index(column.setting) for column in axes.columns])
        in_setting = (np.arange(len(SETTINGS))[:, np.newaxis] == settings).astype(np.float64)
        resident = np.array([[row.who == "resident"] for row in axes.rows])
        at_home = np.array([[row.region in self._serves.get(row.site, ())] for row in axes.rows])
        at_sites = np.array([[row.site != ELSEWHERE] for row in axes.rows])
        whole, own, somewhere = (
            (in_setting @ _by(contacts, of_row * chosen)).transpose(2, 0, 1)
            for chosen in (resident, resident & at_home, at_sites)
        )
        regions = unique(row.region for row in axes.rows)
        served = [any(region in codes for codes in self._serves.values()) for region in regions]
        told = (somewhere > 0).any(axis=1) & np.array(served)[:, np.newaxis]
        asked = (whole > 0) & told[:, np.newaxis]
        result: Array = np.divide(own, whole, out=np.full_like(whole, np.nan), where=asked)
        return result

    @property
    def _group_names(self) -> list[str]:
        assert self._groups is not None
        return [*unique(self._groups.sort_values("order", kind="stable")["group"]), "other"]

    def _by_group(self, amounts: Array, axes: Axes, of_row: Array) -> Array:
        """``[region, year, group, setting]``: every contact in the first group that has it."""
        assert self._groups is not None
        groups, columns = self._group_names, axes.columns[: amounts.shape[2]]
        belongs = np.full((len(axes.cells), len(columns)), groups.index("other"))
        ordered = self._groups.sort_values("order", kind="stable", ascending=False)
        for row in ordered.to_dict("records"):
            last = np.inf if row["age_to"] < 0 else row["age_to"]
            cells = [cell.first >= row["age_from"] and cell.last <= last for cell in axes.cells]
            of_row_of_table = [
                row["diagnosis"] in ("*", column.diagnosis)
                and row["kind"] in ("*", self._kinds[column.diagnosis])
                for column in columns
            ]
            belongs[np.ix_(cells, of_row_of_table)] = groups.index(row["group"])
        settings = np.array([SETTINGS.index(column.setting) for column in columns], dtype=np.int64)
        years, services = amounts.shape[1], len(groups) * len(SETTINGS)
        result = np.zeros((years, services, of_row.shape[1]))
        for of_cell, there in zip(belongs, amounts, strict=True):
            goes_to = np.zeros((services, len(columns)))
            goes_to[of_cell * len(SETTINGS) + settings, np.arange(len(columns))] = 1.0
            result += goes_to @ _by(there, of_row)
        by_group = result.reshape(years, len(groups), len(SETTINGS), -1)
        return by_group.transpose(3, 0, 1, 2)


def _membership(names: Sequence[str], groups: Sequence[str]) -> Array:
    """1 where a row belongs to a group, ``[row, group]``."""
    return np.array([[name == group for group in groups] for name in names], dtype=float)


def _by(amounts: Array, weight: Array) -> Array:
    """Rows ``[year, column, row]`` added up by their weight ``[row, group]``."""
    if weight.shape[0] == weight.shape[1] and (weight == np.eye(len(weight))).all():
        return amounts
    result: Array = amounts @ weight
    return result
