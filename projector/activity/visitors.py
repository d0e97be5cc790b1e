r"""Visitors: people who are present but live elsewhere, such as cabin owners and tourists.

They are counted in what services are used, never among the people who live there. On an
average day of season :math:`s`, :math:`V_{r,y,s}` of them are in region :math:`r`; over the
year, with :math:`n_s` days in the season,

.. math:: \bar V_{r,y} = \frac{\sum_s n_s V_{r,y,s}}{\sum_s n_s}, \qquad
          C_{r,y,d,s} = \bar V_{r,y} \sum_{x,a} q_{r,x,a} \; v_{d,s} \; u^{(g)}_{y,x,a,d,s}

where :math:`q` is who they are by sex and age, :math:`\sum q = 1`, and :math:`v` what a
visitor uses against a resident of the same sex and age.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.tables import NATION, SEASONS, SETTINGS, SEXES, one_or_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from projector.scenario.models import Scenario
    from projector.scenario.values import Path

__all__ = ["Visitors", "visitor_share", "visitors_of"]

Array = NDArray[np.float64]

_DAYS = np.array(list(SEASONS.values()), dtype=np.float64)


@dataclass(frozen=True)
class Visitors:
    """Who is present on an average day without living there.

    Parameters
    ----------
    present
        Persons ``[region, year, season]``, seasons as in `projector.tables.SEASONS`.
    profiles
        Share of the visitors by sex and age ``[profile, sex, age]``; each profile sums to 1.
    profile_of
        Which profile a region's visitors have, ``[region]``.
    """

    present: Array
    profiles: Array
    profile_of: NDArray[np.int64]

    @property
    def visited(self) -> tuple[int, ...]:
        """Positions of the regions that have visitors."""
        return tuple(np.flatnonzero(self.present.any(axis=(1, 2))).tolist())

    def persons(self) -> Array:
        """Visitors on an average day of the year, ``[visited region, year, sex, age]``."""
        chosen = list(self.visited)
        over_the_year = self.present[chosen] @ (_DAYS / _DAYS.sum())
        who = self.profiles[self.profile_of[chosen]]
        result: Array = over_the_year[:, :, np.newaxis, np.newaxis] * who[:, np.newaxis]
        return result


def visitors_of(
    scenario: "Scenario",
    persons: xr.DataArray,
    at_base: xr.DataArray,
    ages: pd.DataFrame | None,
    members: "Callable[[str], Sequence[str]]",
) -> Visitors:
    """The visitors of a scenario.

    Parameters
    ----------
    scenario
        Its visitors, by region or area, over the years and perhaps by season.
    persons
        ``[region, year, sex, age]``, for its regions and years.
    at_base
        ``[region, sex, age]``, persons of the base year in every region of the tables, the
        nation among them. An area's visitors are spread over all its regions, also those
        outside the run, by their people of the base year: a region has the same visitors
        alone and among others.
    ages
        Input table ``visitor_ages``. A row for a smaller area goes before one for a larger
        area that contains it; without a row visitors are as the nation's people are.
    members
        Region codes of a region or area name.

    Returns
    -------
    Visitors

    Raises
    ------
    ConsistencyError
        If an area with visitors has no region in the run, or the table places visitors at
        ages that nobody in the nation has.
    """
    regions = [str(code) for code in persons["region"].values]
    nation = at_base.sel(region=NATION).values
    profiles, profile_of = _profiles(ages, nation, regions, members)
    present = _present(scenario, persons["year"].values, regions, at_base, members)
    return Visitors(present, profiles, profile_of)


def visitor_share(table: pd.DataFrame | None, kinds: Sequence[str]) -> Array:
    """A visitor's use against a resident's, ``[diagnosis, setting]``; none without a row."""
    shares = np.zeros((len(kinds), len(SETTINGS)))
    for row in () if table is None else table.to_dict("records"):
        chosen = np.array([row["kind"] in ("*", kind) for kind in kinds])
        shares[chosen, SETTINGS.index(row["setting"])] = row["share"]
    return shares


def _present(
    scenario: "Scenario",
    years: NDArray[np.int64],
    regions: list[str],
    at_base: xr.DataArray,
    members: "Callable[[str], Sequence[str]]",
) -> Array:
    """Visitors ``[region, year, season]``, those of an area spread by its people."""
    result = np.zeros((len(regions), len(years), len(SEASONS)))
    people = at_base.sum(("sex", "age")).to_series()
    for name, written in scenario.population.visitors.items():
        present = _by_season(written, years, scenario.years.base)
        if not present.any():
            continue  # taken back by a child of the scenario that wrote them
        area = [code for code in members(name) if code in people.index]
        inside = [code for code in area if code in regions]
        if not inside or not people[area].sum() > 0:
            raise ConsistencyError(
                Problem(
                    where=scenario.where("population", "visitors", name),
                    message=f"{name} is not among the regions of the run, or nobody lives there",
                    expected="visitors of regions that the scenario projects",
                )
            )
        share = (people[inside] / people[area].sum()).to_numpy()
        where = [regions.index(code) for code in inside]
        result[where] += share[:, np.newaxis, np.newaxis] * present
    return result


def _by_season(
    written: "Path | Mapping[str, Path]", years: NDArray[np.int64], base_year: int
) -> Array:
    """Visitors ``[year, season]``; one value holds in every season."""
    if isinstance(written, Mapping):
        paths = [written[season] for season in SEASONS]
    else:
        paths = [written] * len(SEASONS)
    return np.stack([path.at(years, base_year=base_year) for path in paths], axis=-1)


def _profiles(
    table: pd.DataFrame | None,
    nation: Array,
    regions: list[str],
    members: "Callable[[str], Sequence[str]]",
) -> tuple[Array, NDArray[np.int64]]:
    """Profiles ``[profile, sex, age]`` and the one of each region; the first is the nation's."""
    profiles = [nation / nation.sum()]
    profile_of = np.zeros(len(regions), dtype=np.int64)
    if table is None:
        return np.stack(profiles), profile_of
    places = {
        str(name): regions if name == "*" else list(members(str(name)))
        for name in table["region"].unique()
    }
    largest_first = sorted(places, key=lambda name: (name != "*", -len(places[name])))
    for name in largest_first:
        where = np.isin(regions, places[name])
        if where.any():
            profile_of[where] = len(profiles)
            profiles.append(_profile(table[table["region"] == name], nation))
    return np.stack(profiles), profile_of


def _profile(rows: pd.DataFrame, nation: Array) -> Array:
    """Visitors by sex and age ``[sex, age]``, within each row as the nation's people."""
    profile = np.zeros_like(nation)
    for line, row in rows.iterrows():
        last = None if row["age_to"] < 0 else row["age_to"] + 1
        cells = (one_or_all(row["sex"], SEXES), slice(row["age_from"], last))
        people = nation[cells]
        if row["share"] > 0 and not people.sum() > 0:
            raise ConsistencyError(
                Problem(
                    where=f"table visitor_ages, line {line}",
                    message="nobody in the nation has these ages, so no visitor can",
                    found=f"share {row['share']:g} from age {row['age_from']}",
                )
            )
        if row["share"] > 0:
            profile[cells] += row["share"] * people / people.sum()
    result: Array = profile / profile.sum()
    return result
