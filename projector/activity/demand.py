"""From people, tables and a scenario to all that a ledger is filled from."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.activity.axes import COURSES, Axes, Cell, Column, Row, cells_between
from projector.activity.courses import course_shares
from projector.activity.coverage import needs_of
from projector.activity.flows import flows_of
from projector.activity.growth import OwnGrowth
from projector.activity.ledger import Demand, Profile
from projector.activity.levels import use_levels
from projector.activity.use import Use, national_use, table_by_age, years_younger
from projector.activity.visitors import Visitors, visitor_share, visitors_of
from projector.errors import ConsistencyError, Problem
from projector.tables import NATION, SETTINGS, SEXES, unique

if TYPE_CHECKING:
    from projector.scenario.models import Change, Growth, Scenario

__all__ = ["demand_of"]

Array = NDArray[np.float64]
Members = Callable[[str], Sequence[str]]

_REPORTED_BANDS = ((0, 17), (18, 66), (67, 79), (80, -1))
"""Cells are never wider: stays that arrive in a setting have the nights of people of their age."""


def demand_of(
    population: xr.Dataset,
    history: xr.DataArray,
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    members: Members,
    remaining: xr.DataArray,
    *,
    growing: bool = True,
) -> tuple[Demand, Visitors]:
    """All that the ledger of a scenario is filled from.

    Parameters
    ----------
    population
        Result of the population stage.
    history
        ``[region, year, sex, age]``, persons of the years of the tables, in every region of
        them, the nation among them.
    tables
        Input tables.
    scenario
        Its growth, healthy ageing, urgency, changes and visitors.
    members
        Region codes of a region or area name.
    remaining
        Remaining life expectancy of the nation, ``[year, sex, age]``, years.
    growing
        Whether use and stays go on growing after the base year; without it, they are held as
        in that year, to see what else moves.

    Returns
    -------
    Demand
    Visitors

    Raises
    ------
    ConsistencyError
        If something that the scenario or a table says fits nothing.
    """
    persons = population["population"]
    years, base_year = persons["year"].values, scenario.years.base
    regions = [str(code) for code in persons["region"].values]
    open_age = int(persons["age"].values[-1])
    diagnoses = list(tables["diagnoses"]["diagnosis"])
    kinds = dict(zip(diagnoses, tables["diagnoses"]["kind"], strict=True))
    _refuse_idle_growth(tables["use_rates"], scenario)
    at_base = history.sel(year=base_year, drop=True)
    visitors = visitors_of(scenario, persons, at_base, tables.get("visitor_ages"), members)
    origins = [
        *(Row(code, "resident", "") for code in regions),
        *(Row(regions[i], "visitor", "") for i in visitors.visited),
    ]
    people = np.concatenate([persons.values, visitors.persons()])
    by_origin = np.ascontiguousarray(people.transpose(1, 3, 2, 0)).reshape(
        len(years), -1, len(origins)
    )
    grown = _growth_of_regions(scenario, regions, members)
    younger = None
    if scenario.activity.healthy_ageing is not None:
        younger = years_younger(
            scenario.activity.healthy_ageing,
            remaining.sel(year=years).values,
            years,
            base_year,
            diagnoses,
        )
    grown_to = years if growing else np.full_like(years, base_year)
    uses = {
        own: national_use(tables, own, grown_to, base_year, open_age, younger)
        for own in unique(grown)
    }
    level = use_levels(tables, history, regions, kinds, members, open_age)
    at_origin = np.concatenate(
        [
            level,
            level[list(visitors.visited)]
            * visitor_share(tables.get("visitor_use"), list(kinds.values())),
        ]
    )
    shares, known = course_shares(
        tables, scenario, diagnoses, _used_at_base(uses, grown, people, level), open_age
    )
    changes = scenario.activity.changes
    columns = _columns(tables["use_rates"], diagnoses, shares, known, changes)
    flows = flows_of(
        tables.get("flows"),
        origins,
        columns,
        kinds,
        members,
        unique(change.to_site for change in changes if change.to_site is not None),
    )
    cells = _cells(changes, tables.get("priority_groups"), open_age)
    axes = Axes(cells, columns, flows.rows, members)
    d, s = _services(columns, diagnoses)
    by_profile = [*grown, *(grown[i] for i in visitors.visited)]
    ready = None
    if "discharge_ready" in tables:
        ready = np.nan_to_num(table_by_age(tables["discharge_ready"], "share", diagnoses, open_age))
    demand = Demand(
        axes=axes,
        origins=tuple(origins),
        years=years,
        base_year=base_year,
        persons=by_origin,
        profiles=tuple(
            _profile(
                use,
                np.array([i for i, one in enumerate(by_profile) if one == own]),
                columns,
                (d, s),
                shares,
                ready,
            )
            for own, use in uses.items()
        ),
        level=np.ascontiguousarray(at_origin[:, d, s].T),
        origin=flows.origin,
        flow=flows.share,
        needs=needs_of(tables.get("needs"), open_age),
        length_of_stay=_length_in_cells(
            uses[grown[0]], at_base.sel(region=NATION).values, cells, (d, s), axes.with_nights
        ),
    )
    return demand, visitors


def _growth_of_regions(
    scenario: "Scenario", regions: Sequence[str], members: Members
) -> list[tuple[OwnGrowth, ...]]:
    """The scenario's own growth that holds in each region."""
    written = [
        OwnGrowth(diagnosis, growth, scenario.where("activity", "growth", diagnosis))
        for diagnosis, several in scenario.activity.growth.items()
        for growth in several
    ]
    return [
        tuple(
            one
            for one in written
            if one.growth.region is None or any(code in members(name) for name in one.growth.region)
        )
        for code in regions
    ]


def _used_at_base(
    uses: Mapping[tuple[OwnGrowth, ...], Use],
    grown: Sequence[tuple[OwnGrowth, ...]],
    people: Array,
    level: Array,
) -> Array:
    """Contacts of the residents in the base year, ``[sex, age, diagnosis, setting]``."""
    result = np.zeros(next(iter(uses.values())).contacts.shape[1:])
    for own, use in uses.items():
        chosen = [i for i, one in enumerate(grown) if one == own]
        weighted = np.einsum("rxa,rds->xads", people[chosen, 0], level[chosen], optimize=True)
        result += use.contacts[0] * weighted
    return result


def _columns(
    rates: pd.DataFrame,
    diagnoses: list[str],
    shares: Mapping[str, Array],
    known: NDArray[np.bool_],
    changes: "Sequence[Change]",
) -> tuple[Column, ...]:
    """What is used, and where changes let contacts arrive; columns with nights first."""
    used = rates[rates["contacts_per_1000"] > 0][["diagnosis", "setting"]].drop_duplicates()
    found = {
        Column(diagnosis, setting, course)
        for diagnosis, setting in zip(used["diagnosis"], used["setting"], strict=True)
        for course in COURSES
        if shares[course][:, :, diagnoses.index(diagnosis), SETTINGS.index(setting)].any()
    }
    treated = {column.diagnosis for column in found}
    treated |= {name for change in changes for name in change.selection.diagnosis or ()}
    for change in changes:
        selected = change.selection.diagnosis or [d for d in diagnoses if d in treated]
        for setting, keeps_course in _targets(change):
            tells_apart = keeps_course and known[SETTINGS.index(setting)]
            found |= {
                Column(diagnosis, setting, course)
                for diagnosis in selected
                for course in (("elective", "acute") if tells_apart else ("elective",))
            }

    def order(column: Column) -> tuple[bool, int, int, int]:
        return (
            not column.has_nights,
            diagnoses.index(column.diagnosis),
            SETTINGS.index(column.setting),
            COURSES.index(column.course),
        )

    return tuple(sorted(found, key=order))


def _targets(change: "Change") -> Iterator[tuple[str, bool]]:
    """Settings where a change lets contacts arrive, and whether acute ones stay acute."""
    yield from ((added.setting, False) for added in change.adds)
    yield from ((step.setting, False) for step in change.steps)
    if change.to is not None:
        yield change.to, True
    if change.kind == "add":
        yield from ((setting, True) for setting in change.selection.setting or ())


def _cells(
    changes: "Sequence[Change]", groups: pd.DataFrame | None, open_age: int
) -> tuple[Cell, ...]:
    bands: list[tuple[int, int]] = [
        *_REPORTED_BANDS,
        *((band.first, band.last) for change in changes for band in change.selection.ages or ()),
    ]
    if groups is not None:
        bands += list(zip(groups["age_from"], groups["age_to"], strict=True))
    by_sex = any(len(change.selection.sex or SEXES) < len(SEXES) for change in changes)
    return cells_between(bands, by_sex, open_age)


def _services(
    columns: Sequence[Column], diagnoses: list[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Diagnosis and setting of each column."""
    return (
        np.array([diagnoses.index(column.diagnosis) for column in columns]),
        np.array([SETTINGS.index(column.setting) for column in columns]),
    )


def _profile(
    use: Use,
    origins: NDArray[np.int64],
    columns: Sequence[Column],
    services: tuple[NDArray[np.int64], NDArray[np.int64]],
    shares: Mapping[str, Array],
    ready: Array | None,
) -> Profile:
    """Use per person by column, age and sex."""
    d, s = services
    stays = sum(column.has_nights for column in columns)
    contacts = _by_column(use.contacts, d, s)
    courses = np.array([column.course for column in columns])
    for course, share in shares.items():
        chosen = courses == course
        contacts[:, chosen] *= _by_column(share[np.newaxis], d[chosen], s[chosen])
    nights = contacts[:, :stays] * _by_column(
        np.nan_to_num(use.length_of_stay), d[:stays], s[:stays]
    )
    after = None
    if ready is not None:
        after = nights * _by_column(ready[np.newaxis], d[:stays], s[:stays])
    return Profile(origins, contacts, nights, after)


def _by_column(amounts: Array, d: NDArray[np.int64], s: NDArray[np.int64]) -> Array:
    """``[year, sex, age, diagnosis, setting]`` as ``[year, column, age · sex]``."""
    years, _, ages, diagnoses, settings = amounts.shape
    both = np.broadcast_to(amounts, (years, len(SEXES), ages, diagnoses, settings))
    by_service = np.ascontiguousarray(both.transpose(0, 3, 4, 2, 1))
    result: Array = by_service.reshape(years, diagnoses * settings, -1)[:, d * settings + s]
    return result


def _length_in_cells(
    use: Use,
    people: Array,
    cells: Sequence[Cell],
    services: tuple[NDArray[np.int64], NDArray[np.int64]],
    stays: int,
) -> Array:
    """Nights of a stay in each cell, mean over the nation's people ``[sex, age]``.

    NaN where unknown. Of the nation, so that a region has the same alone and among others.
    """
    d, s = (axis[:stays] for axis in services)
    by_age = np.broadcast_to(
        use.length_of_stay[..., d, s],
        (len(use.length_of_stay), len(SEXES), people.shape[-1], stays),
    )
    result = []
    for cell in cells:
        sexes = [SEXES.index(sex) for sex in cell.sexes]
        weight = people[sexes, cell.first : cell.last + 1, np.newaxis] + 1e-9
        chosen = by_age[:, sexes, cell.first : cell.last + 1]
        result.append((chosen * weight).sum(axis=(1, 2)) / weight.sum())
    return np.stack(result)


def _refuse_idle_growth(rates: pd.DataFrame, scenario: "Scenario") -> None:
    """Growth, or healthy ageing, where nobody is treated would silently be none."""
    used = rates[rates["contacts_per_1000"] > 0]
    problems = []
    for diagnosis, several in scenario.activity.growth.items():
        of_diagnosis = used[used["diagnosis"] == diagnosis]
        settings = set(of_diagnosis["setting"])
        named = unique(setting for growth in several for setting in growth.setting or ())
        nowhere = ", ".join(name for name in named if name not in settings)
        where = scenario.where("activity", "growth", diagnosis)
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
