"""From people, tables and a scenario to all that a ledger is filled from."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.activity.axes import Axes, Cell, Column, Row
from projector.activity.courses import course_shares
from projector.activity.coverage import needs_of
from projector.activity.flows import flows_of
from projector.activity.growth import OwnGrowth
from projector.activity.idle import refuse_idle_growth
from projector.activity.layout import cells_of, columns_of
from projector.activity.ledger import Demand, Profile
from projector.activity.levels import use_levels
from projector.activity.use import Use, national_use, table_by_age, years_younger
from projector.activity.visitors import Visitors, visitor_share, visitors_of
from projector.memory import FORGETFUL, Memory, Same, bits
from projector.tables import NATION, SETTINGS, SEXES, unique

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["demand_of"]

Array = NDArray[np.float64]
Members = Callable[[str], Sequence[str]]


def demand_of(
    population: xr.Dataset,
    history: xr.DataArray,
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    members: Members,
    remaining: xr.DataArray,
    *,
    growing: bool = True,
    younger_by: int | None = None,
    memory: Memory = FORGETFUL,
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
    younger_by
        Whole years by which healthy ageing makes those whom it concerns younger after the base
        year, whatever share the scenario says.
    memory
        Of what the same tables gave before; by default there is none.

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
    refuse_idle_growth(tables["use_rates"], scenario, regions, members)
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
            whole=younger_by,
        )
    grown_to = years if growing else np.full_like(years, base_year)
    uses = {
        own: memory.keep(
            "use",
            (
                Same(tables),
                tuple((one.diagnosis, repr(one.growth)) for one in own),
                *(bits(grown_to), base_year, open_age, bits(younger)),
            ),
            partial(
                national_use,
                *(tables, own, grown_to, base_year, open_age, younger),
                memory=memory,
            ),
        )
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
    columns = columns_of(tables["use_rates"], diagnoses, shares, known, changes)
    flows = flows_of(
        tables.get("flows"),
        origins,
        columns,
        kinds,
        members,
        unique(change.to_site for change in changes if change.to_site is not None),
    )
    uncertain = [
        growth
        for several in scenario.activity.growth.values()
        for growth in several
        if any(path.is_uncertain for path in growth.paths)
    ]
    cells = cells_of(changes, tables.get("priority_groups"), open_age, uncertain)
    axes = Axes(cells, columns, flows.rows, members)
    d, s = _services(columns, diagnoses)
    by_profile = [*grown, *(grown[i] for i in visitors.visited)]
    ready = None
    if "discharge_ready" in tables:
        ready = np.nan_to_num(table_by_age(tables["discharge_ready"], "share", diagnoses, open_age))

    def profile(use: Use, of: NDArray[np.int64]) -> Profile:
        said = tuple((course, bits(share)) for course, share in shares.items())
        key = (Same(use), Same(tables), tuple(columns), bits(of), said)
        make = partial(_profile, use, of, columns, (d, s), shares, ready)
        return memory.keep("profile", key, make)

    demand = Demand(
        axes=axes,
        origins=tuple(origins),
        years=years,
        base_year=base_year,
        persons=by_origin,
        profiles=tuple(profile(use, _places(by_profile, own)) for own, use in uses.items()),
        level=np.ascontiguousarray(at_origin[:, d, s].T),
        origin=flows.origin,
        flow=flows.share,
        needs=needs_of(tables.get("needs"), open_age),
        length_of_stay=_length_in_bands(
            uses[grown[0]],
            at_base.sel(region=NATION).values,
            axes.bands,
            (d, s),
            axes.with_nights,
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


def _places(several: Sequence[object], one: object) -> NDArray[np.int64]:
    """Where something stands among several."""
    return np.array([i for i, other in enumerate(several) if other == one])


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


def _length_in_bands(
    use: Use,
    people: Array,
    bands: Sequence[Cell],
    services: tuple[NDArray[np.int64], NDArray[np.int64]],
    stays: int,
) -> Array:
    """Nights of a stay in each band of ages, mean over the nation's people ``[sex, age]``.

    NaN where unknown. Of the nation, so that a region has the same alone and among others.
    """
    d, s = (axis[:stays] for axis in services)
    by_age = np.broadcast_to(
        use.length_of_stay[..., d, s],
        (len(use.length_of_stay), len(SEXES), people.shape[-1], stays),
    )
    result = []
    for band in bands:
        ages = slice(band.first, band.last + 1)
        weight = people[:, ages, np.newaxis] + 1e-9
        result.append((by_age[:, :, ages] * weight).sum(axis=(1, 2)) / weight.sum())
    return np.stack(result)
