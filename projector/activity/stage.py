r"""The activity stage: persons to contacts and bed days.

.. math:: C_{r,y,d,s} = \sum_{x,a} P_{r,y,x,a} \; u^{(g)}_{y,x,a,d,s}

one matrix product per year and group of regions: regions with the same level of use and
the same changes share their use per person :math:`u^{(g)}`. What visitors use comes on top:
`projector.activity.visitors`.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.activity.changes import apply_changes
from projector.activity.use import national_use
from projector.activity.visitors import visitor_share, visitors_of
from projector.errors import ConsistencyError, Problem
from projector.tables import SEASONS, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from projector.scenario.models import Scenario

__all__ = ["activity_stage", "contacts_of"]

Array = NDArray[np.float64]


def contacts_of(persons: Array, use_per_person: Array) -> Array:
    """Persons times use per person, summed over sex and age.

    Parameters
    ----------
    persons
        ``[region, year, sex, age]``.
    use_per_person
        ``[year, sex, age, diagnosis, setting]``.

    Returns
    -------
    ndarray
        ``[region, year, diagnosis, setting]``.
    """
    regions, years = persons.shape[:2]
    cells = persons.shape[2] * persons.shape[3]
    by_year = persons.transpose(1, 0, 2, 3).reshape(years, regions, cells)
    rates = use_per_person.reshape(years, cells, -1)
    product = by_year @ rates
    return product.transpose(1, 0, 2).reshape(regions, years, *use_per_person.shape[-2:])


def activity_stage(
    population: xr.Dataset,
    at_base: xr.DataArray,
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    members: "Callable[[str], Sequence[str]]",
) -> xr.Dataset:
    """Contacts and bed days by region, year, diagnosis and setting.

    Parameters
    ----------
    population
        Result of the population stage.
    at_base
        ``[region, sex, age]``, persons of the base year in every region of the tables, the
        nation among them: how visitors of an area are spread, and who they are.
    tables
        Input tables ``diagnoses``, ``use_rates``, ``length_of_stay``, ``growth`` and, where
        there are any, ``use_levels``, ``visitor_use`` and ``visitor_ages``.
    scenario
        Growth, changes, visitors and base year.
    members
        Region codes of a region or area name.

    Returns
    -------
    Dataset
        ``contacts`` and ``bed_days``, ``[region, year, diagnosis, setting]``, and the
        ``visitors`` among those who used them, ``[region, year, season]``.

    Raises
    ------
    ConsistencyError
        If a change finds nothing to change, or stays arrive where no length of stay is known.
    """
    persons = population["population"]
    regions = [str(code) for code in persons["region"].values]
    years = persons["year"].values
    base_year = scenario.years.base
    open_age = int(persons["age"].values[-1])
    diagnoses = list(tables["diagnoses"]["diagnosis"])
    kinds = list(tables["diagnoses"]["kind"])
    _refuse_idle_growth(tables["use_rates"], scenario)
    national = national_use(tables, scenario.activity.growth, years, base_year, open_age)
    levels = _use_levels(tables.get("use_levels"), kinds, regions, members)
    visitors = visitors_of(scenario, persons, at_base, tables.get("visitor_ages"), members)
    part = visitor_share(tables.get("visitor_use"), kinds)

    changes = [
        (change, scenario.where("activity", "changes", i, change.kind))
        for i, change in enumerate(scenario.activity.changes)
        # One that never takes anything was taken back by a child of the scenario that wrote it.
        if change.share.at(years, base_year=base_year).any()
    ]
    touched = np.array(
        [
            [_concerns(change.selection.region, region, members) for change, _ in changes]
            for region in regions
        ],
        dtype=bool,
    ).reshape(len(regions), len(changes))

    shape = (len(regions), len(years), len(diagnoses), len(SETTINGS))
    contacts, bed_days = np.zeros(shape), np.zeros(shape)
    matched = np.zeros(len(changes), dtype=bool)
    for group in _groups(levels, touched):
        chosen = np.flatnonzero(touched[group[0]])
        in_group = [changes[i] for i in chosen]
        own = national.scaled(levels[group[0]])
        resident, found = apply_changes(own, in_group, diagnoses, years, base_year)
        matched[chosen] |= np.array(found, dtype=bool)
        contacts[group] = contacts_of(persons.values[group], resident.contacts)
        bed_days[group] = contacts_of(persons.values[group], resident.bed_days)
        if visitors.present[group].any():
            guest, _ = apply_changes(own.scaled(part), in_group, diagnoses, years, base_year)
            contacts[group] += visitors.contacts_of(group, guest.contacts)
            bed_days[group] += visitors.contacts_of(group, guest.bed_days)
    _refuse_idle([place for (_, place), hit in zip(changes, matched, strict=True) if not hit])
    dims = ("region", "year", "diagnosis", "setting")
    return xr.Dataset(
        {
            "contacts": (dims, contacts),
            "bed_days": (dims, bed_days),
            "visitors": (("region", "year", "season"), visitors.present),
        },
        coords={
            "region": regions,
            "year": years,
            "diagnosis": diagnoses,
            "setting": list(SETTINGS),
            "season": list(SEASONS),
        },
    ).assign_coords(kind=("diagnosis", kinds))


def _groups(levels: Array, touched: NDArray[np.bool_]) -> list[list[int]]:
    """Indices of regions that have the same levels and the same changes."""
    groups: dict[tuple[bytes, bytes], list[int]] = {}
    for i, (level, hit) in enumerate(zip(levels, touched, strict=True)):
        groups.setdefault((level.tobytes(), hit.tobytes()), []).append(i)
    return list(groups.values())


def _concerns(
    names: Sequence[str] | None, region: str, members: "Callable[[str], Sequence[str]]"
) -> bool:
    """Whether a change limited to some regions or areas is about this region."""
    return names is None or any(region in members(name) for name in names)


def _use_levels(
    table: pd.DataFrame | None,
    kinds: list[str],
    regions: list[str],
    members: "Callable[[str], Sequence[str]]",
) -> Array:
    """Level of use ``[region, diagnosis, setting]``; 1 where the table says nothing.

    A row for a smaller area goes before one for a larger area that contains it.
    """
    result = np.ones((len(regions), len(kinds), len(SETTINGS)))
    if table is None:
        return result
    rows = [(members(row["region"]), row) for row in table.to_dict("records")]
    for codes, row in sorted(rows, key=lambda pair: -len(pair[0])):
        where = np.isin(regions, list(codes))
        chosen = np.array([row["kind"] in ("*", kind) for kind in kinds])
        setting = SETTINGS.index(row["setting"])
        result[np.ix_(where, chosen, np.array([setting]))] = row["level"]
    return result


def _refuse_idle_growth(rates: pd.DataFrame, scenario: "Scenario") -> None:
    """Growth of a diagnosis where nobody is treated for it would silently be none."""
    problems = []
    for diagnosis, growth in scenario.activity.growth.items():
        settings = set(rates["setting"][rates["diagnosis"] == diagnosis])
        idle = ", ".join(name for name in growth.setting or () if name not in settings)
        if idle or not settings:
            problems.append(
                Problem(
                    where=scenario.where("activity", "growth", diagnosis),
                    message=f"nobody is treated for {diagnosis} in {idle or 'any setting'}",
                    expected=", ".join(sorted(settings)) or "rows in the table use_rates",
                )
            )
    if problems:
        raise ConsistencyError(problems)


def _refuse_idle(places: list[str]) -> None:
    if places:
        raise ConsistencyError(
            [
                Problem(
                    where=place,
                    message="the change matches nothing: none of the selected people, in the "
                    "regions of the run, has such contacts",
                    expected="a diagnosis that is treated in the setting, and ages that use it",
                )
                for place in places
            ]
        )
