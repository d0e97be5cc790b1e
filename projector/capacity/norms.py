"""Norms over the years: which work takes which resource, and how much one unit of it can do."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.activity.services import Services
from projector.errors import ConsistencyError, Problem, nearest_name
from projector.tables import SETTINGS, unique

if TYPE_CHECKING:
    from projector.scenario.models import Scenario
    from projector.scenario.values import Path

__all__ = ["Norm", "norms_of", "work_of"]

Array = NDArray[np.float64]

UNITS = ("beds", "places", "rooms")

_HOURS = ("minutes", "turnover", "hours_per_day", "days_per_year", "utilisation")


@dataclass(frozen=True)
class Norm:
    """One row of the table norms, with the scenario's own figures in their place.

    Figures are over the years of the run, ``[year]``; NaN where the unit has none. `diagnoses`
    are those that the row is about, ``[diagnosis]``: rows that say more go before it.
    """

    setting: str
    resource: str
    unit: str
    diagnoses: NDArray[np.bool_]
    share: float
    occupancy: Array
    minutes: Array
    turnover: Array
    hours_per_day: Array
    days_per_year: Array
    utilisation: Array

    def repeated(self, times: int) -> "Norm":
        """The same over the years once more, for draws that stand one after another."""
        return replace(
            self,
            occupancy=np.tile(self.occupancy, times),
            minutes=np.tile(self.minutes, times),
            turnover=np.tile(self.turnover, times),
            hours_per_day=np.tile(self.hours_per_day, times),
            days_per_year=np.tile(self.days_per_year, times),
            utilisation=np.tile(self.utilisation, times),
        )

    @property
    def measure(self) -> str:
        """What a unit works on."""
        return "bed_days" if self.unit == "beds" else "contacts"

    @property
    def in_use(self) -> Array:
        """Units that are in use on average for one bed day or contact a year, ``[year]``."""
        if self.unit == "beds":
            return 1.0 / self.days_per_year
        return (self.minutes + self.turnover) / 60.0 / (self.hours_per_day * self.days_per_year)

    @property
    def planned_use(self) -> Array:
        """Planned share of the time that a unit is in use, ``[year]``."""
        return self.occupancy if self.unit == "beds" else self.utilisation


def norms_of(
    table: pd.DataFrame, scenario: "Scenario", kinds: Mapping[str, str], years: NDArray[np.int64]
) -> list[Norm]:
    """Norms of a run; what the scenario writes goes before the table's figure.

    Parameters
    ----------
    table
        Input table ``norms``.
    scenario
        Its occupancy and opening, by resource or by setting; a resource goes before its setting.
    kinds
        Kind of each diagnosis, in the order of the axis.
    years
        Calendar years of the run.

    Raises
    ------
    ConsistencyError
        If the scenario gives a figure to something that has no use for it.
    """
    _refuse_idle_figures(table, scenario)
    capacity = scenario.capacity

    def figure(own: "Path | None", from_table: float) -> Array:
        if own is None:
            return np.full(len(years), from_table, dtype=np.float64)
        return own.at(years, base_year=scenario.years.base)

    norms = []
    rows = table.to_dict("records")
    for row, diagnoses in zip(rows, _governed(rows, kinds), strict=True):
        names = (row["resource"], row["setting"])
        occupancy = next((capacity.occupancy[n] for n in names if n in capacity.occupancy), None)
        opened = [capacity.opening[n] for n in names if n in capacity.opening]
        norms.append(
            Norm(
                setting=row["setting"],
                resource=row["resource"],
                unit=row["unit"],
                diagnoses=diagnoses,
                share=_or(row.get("share"), 1.0),
                occupancy=figure(occupancy, row["occupancy"]),
                **{
                    name: figure(
                        next((p for o in opened if (p := getattr(o, name)) is not None), None),
                        _or(row.get(name), 0.0 if name == "turnover" else np.nan),
                    )
                    for name in _HOURS
                },
            )
        )
    return norms


def work_of(norm: Norm, services: Services) -> Array:
    """Bed days (beds) or contacts of a norm.

    Parameters
    ----------
    norm
        The norm.
    services
        Activity of regions or sites.

    Returns
    -------
    ndarray
        ``[region|site, year, kind]``; 0 for kinds that the norm is not about.
    """
    result = services.in_setting(norm.measure, SETTINGS.index(norm.setting), norm.diagnoses)
    if norm.share != 1.0:
        result *= norm.share
    return result


def _or(written: float | None, otherwise: float) -> float:
    return otherwise if written is None or np.isnan(written) else float(written)


def _governed(
    rows: Sequence[Mapping[Hashable, object]], kinds: Mapping[str, str]
) -> Iterator[NDArray[np.bool_]]:
    """Of each row, the diagnoses that it is about and no other row of its resource says more of."""
    together: dict[tuple[object, object], list[tuple[str, str]]] = {}
    for row in rows:
        together.setdefault((row["setting"], row["resource"]), []).append(_said(row))
    for row in rows:
        own = _said(row)
        more = [
            rival
            for rival in together[row["setting"], row["resource"]]
            if _detail(rival) > _detail(own)
        ]
        yield np.array(
            [
                _matches(own, diagnosis, kind)
                and not any(_matches(rival, diagnosis, kind) for rival in more)
                for diagnosis, kind in kinds.items()
            ]
        )


def _said(row: Mapping[Hashable, object]) -> tuple[str, str]:
    """Diagnosis and kind of a row."""
    return str(row.get("diagnosis", "*")), str(row["kind"])


def _matches(said: tuple[str, str], diagnosis: str, kind: str) -> bool:
    return said[0] in ("*", diagnosis) and said[1] in ("*", kind)


def _detail(said: tuple[str, str]) -> tuple[bool, bool]:
    return said[0] != "*", said[1] != "*"


def _refuse_idle_figures(table: pd.DataFrame, scenario: "Scenario") -> None:
    """A figure for beds belongs to something with beds, one for opening to something with rooms."""
    units: dict[str, set[str]] = {}
    for setting, resource, unit in zip(
        table["setting"], table["resource"], table["unit"], strict=True
    ):
        units.setdefault(setting, set()).add(unit)
        units.setdefault(resource, set()).add(unit)
    wanted: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        (("capacity", key, name), ("beds",))
        for key in ("occupancy", "overflow", "arrivals")
        for name in getattr(scenario.capacity, key)
    ]
    wanted += [
        (("capacity", "opening", name, key), ("places", "rooms"))
        for name, opening in scenario.capacity.opening.items()
        for key in _HOURS
        if key != "days_per_year" and getattr(opening, key) is not None
    ]
    problems = [
        Problem(
            where=scenario.where(*place),
            message=f"{place[1]} says nothing here: {place[2]} takes "
            f"{' and '.join(sorted(units.get(place[2], ()))) or 'no beds, places or rooms'}",
            expected=f"something that takes {' or '.join(fitting)}",
            nearest=None
            if place[2] in units or place[2] in SETTINGS
            else nearest_name(place[2], unique(units)),
        )
        for place, fitting in wanted
        if units.get(place[2], set()).isdisjoint(fitting)
    ]
    if problems:
        raise ConsistencyError(problems)
