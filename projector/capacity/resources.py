"""Resources: what work keeps in use, and how many units that takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.activity.services import Services, planes
from projector.capacity.erlang import Rhythm
from projector.capacity.norms import Norm, work_of
from projector.capacity.rhythm import rhythm_of
from projector.capacity.sizing import Sizer
from projector.tables import DIAGNOSIS_KINDS, PERIODS, SETTINGS, unique

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Resource", "Work", "resources_of"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Work:
    """What the work of some places keeps in use of a resource.

    Parameters
    ----------
    in_use
        Units in use on average, ``[place, year, setting, kind]``, of the settings of the resource.
    planned
        Units that takes at the planned use, same axes.
    arrivals
        Contacts a year, ``[place, year]``.
    """

    in_use: Array
    planned: Array
    arrivals: Array

    @property
    def load(self) -> Array:
        """Units in use on average, ``[place, year]``."""
        total: Array = self.in_use.sum(axis=(2, 3))
        return total

    def of(self, places: Sequence[int]) -> "Work":
        """The work of some places together, as of one."""
        return Work(
            *(
                amount[list(places)].sum(axis=0, keepdims=True)
                for amount in (self.in_use, self.planned, self.arrivals)
            )
        )


@dataclass(frozen=True)
class Resource:
    """Beds, places or rooms of one kind.

    `limit` is the largest share turned away, ``[year]``, where beds are sized by overflow.
    """

    name: str
    unit: str
    norms: tuple[Norm, ...]
    limit: Array | None
    rhythm: Rhythm

    @property
    def settings(self) -> tuple[int, ...]:
        """Positions of the settings whose work takes it, in their order."""
        return tuple(sorted({SETTINGS.index(norm.setting) for norm in self.norms}))

    def repeated(self, times: int) -> "Resource":
        """The same over the years once more, for draws that stand one after another."""
        return replace(
            self,
            norms=tuple(norm.repeated(times) for norm in self.norms),
            limit=None if self.limit is None else np.tile(self.limit, times),
        )

    def work(self, services: Services) -> Work:
        """What the activity of regions or sites keeps in use."""
        places, years = services.amounts["contacts"].shape[:2]
        settings = self.settings
        in_use, planned = (
            planes(len(settings), len(DIAGNOSIS_KINDS), years=years, places=places)
            for _ in range(2)
        )
        arrivals = planes(years=years, places=places)
        for norm in self.norms:
            busy = work_of(norm, services)
            busy *= norm.in_use[:, np.newaxis]
            setting = settings.index(SETTINGS.index(norm.setting))
            in_use[:, :, setting] += busy
            busy /= norm.planned_use[:, np.newaxis]
            planned[:, :, setting] += busy
            come = services.in_setting("contacts", settings[setting], norm.diagnoses).sum(axis=-1)
            arrivals += norm.share * come
        return Work(in_use, planned, arrivals)

    def need(
        self,
        work: Work,
        together: Sequence[Sequence[int]],
        sizer: Sizer,
        parts: Sequence[Array] = (),
    ) -> Array:
        """Units needed, ``[place, year, setting, kind]``, of its settings.

        Parameters
        ----------
        work
            From `work`.
        together
            Positions of the places that share units; each place is in one of them, or in
            `parts`. Beds sized by overflow are for all that share them, who then carry them in
            proportion to their bed days.
        sizer
            Keeps the tables.
        parts
            Work of the places that shares units with others', axes as `Work.in_use`; of places
            that are not in `together`.
        """
        if self.limit is None:
            return work.planned
        need = np.zeros_like(work.in_use)
        for sharing in together:
            need[list(sharing)] = self._carried(work.in_use[list(sharing)], self.limit, sizer)
        for part in parts:
            need += self._carried(part, self.limit, sizer)
        return need

    def _carried(self, in_use: Array, limit: Array, sizer: Sizer) -> Array:
        """Beds of one unit, carried by those in it in proportion to their bed days."""
        load = in_use.sum(axis=(0, 2, 3))
        beds = sizer.beds(load, limit, self.rhythm)[:, np.newaxis, np.newaxis]
        pooled = np.broadcast_to(load[:, np.newaxis, np.newaxis], in_use.shape)
        share = np.divide(in_use, pooled, out=np.zeros_like(in_use), where=pooled > 0)
        result: Array = share * beds
        return result


def resources_of(
    norms: Sequence[Norm],
    tables: Mapping[str, pd.DataFrame],
    scenario: "Scenario",
    activity: xr.Dataset,
    years: NDArray[np.int64],
    *,
    rhythms: Mapping[str, Rhythm] | None = None,
) -> list[Resource]:
    """The resources of a run, in the order of the norms.

    Parameters
    ----------
    norms
        Its norms.
    tables
        Input table ``rhythms``, where there is one.
    scenario
        Its overflow, by resource or by setting, where a resource goes before its setting, and its
        arrivals by resource.
    activity
        Group ``activity`` of the results: says how long stays are, which smooths the rhythm.
    years
        Calendar years that limits are taken of.
    rhythms
        By resource, where they are known; they depend on no value over years.
    """
    result = []
    for name in unique(norm.resource for norm in norms):
        own = tuple(norm for norm in norms if norm.resource == name)
        names = (name, *unique(norm.setting for norm in own))
        overflow = scenario.capacity.overflow
        limit = next((overflow[key] for key in names if key in overflow), None)
        sized_otherwise = name in scenario.capacity.occupancy and name not in overflow
        if sized_otherwise or own[0].unit != "beds":
            limit = None
        result.append(
            Resource(
                name=name,
                unit=own[0].unit,
                norms=own,
                limit=None if limit is None else limit.at(years, base_year=scenario.years.base),
                rhythm=_rhythm(name, own, tables.get("rhythms"), scenario, activity)
                if rhythms is None
                else rhythms[name],
            )
        )
    return result


def _rhythm(
    name: str,
    norms: Sequence[Norm],
    table: pd.DataFrame | None,
    scenario: "Scenario",
    activity: xr.Dataset,
) -> Rhythm:
    """How uneven the arrivals of a resource are."""
    if norms[0].unit != "beds":
        return Rhythm()
    factors = {period: [1.0] * count for period, count in PERIODS.items()}
    if table is not None:
        own = table[table["resource"] == name].sort_values("number")
        for period, rows in own.groupby("period", sort=False):
            factors[str(period)] = [float(factor) for factor in rows["factor"]]
    asked = scenario.capacity.arrivals.get(name)
    nights, stays = 0.0, 0.0
    for norm in norms:
        of_norm = activity.isel(year=0).sel(setting=norm.setting, diagnosis=norm.diagnoses)
        nights += norm.share * float(of_norm["bed_days"].sum())
        stays += norm.share * float(of_norm["contacts"].sum())
    return rhythm_of(
        factors["weekday"],
        factors["month"],
        nights / stays if nights > 0 else 1.0,
        weeks=factors["week"],
        stays="exponential" if asked is None else asked.stays,
        variation=1.0 if asked is None else asked.variation,
        dispersion=1.0 if asked is None else asked.dispersion,
    )
