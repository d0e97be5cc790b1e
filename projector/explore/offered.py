"""Controls of what only the inputs say: moved, they are written into the scenario."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from projector.explore.controls import Choice, Control, Names, Slider, shown, told
from projector.explore.ranges import range_of, start_of
from projector.explore.stated import place_of, said_of
from projector.explore.written import APPENDED, Edit
from projector.population.assumptions import national_assumptions
from projector.run.pipeline import SUPPLY
from projector.run.rerun import Results
from projector.scenario.numbers import ANY, Bounds
from projector.scenario.paths import RATE
from projector.tables import BED_SETTINGS, SEXES

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["offered_controls"]

Location = tuple[str | int, ...]
Row = Mapping[Hashable, Any]

_SHARE = Bounds("share", low=0, high=1)
_OPEN_SHARE = Bounds("share", low=0, high=1, low_open=True, high_open=True)
_POSITIVE = Bounds("number", low=0, low_open=True)
_AMOUNT = Bounds("number", low=0)
_LETTERS = (("fertility", "LMHK"), ("life_expectancy", "LMHK"), ("internal_migration", "LMHK0"),
            ("immigration", "LMHK0"))  # fmt: skip
_OPENING = (
    ("minutes", "minutes", _POSITIVE),
    ("turnover", "minutes", _AMOUNT),
    ("hours_per_day", "hours", Bounds("hours", low=0, high=24, low_open=True)),
    ("days_per_year", "days", Bounds("days", low=0, high=366, low_open=True)),
    ("utilisation", "share", Bounds("share", low=0, high=1, low_open=True)),
)
_SEEN = 0.005
"""Ratios of settings with less than this share of all staff are left to files."""
_DIGITS = 4
_SUPPLY = (
    ("retention", "share", _SHARE),
    ("retirement", "years", Bounds("years", low=-10, high=10)),
    ("full_time", "FTE of a head", Bounds("FTE of a head", low=0, high=1, low_open=True)),
    ("education", "change", Bounds("change", low=-1)),
)


def offered_controls(results: Results, names: Names) -> Iterator[Control]:
    """Controls of what a scenario leaves to its inputs.

    Parameters
    ----------
    results
        The run of the scenario: figures of the base year are where some sliders begin.
    names
        What things are called.

    Yields
    ------
    Control
    """
    offer = _Offer(results, names)
    yield from offer.letters()
    yield from offer.nation()
    yield from offer.growth()
    yield from offer.shorter()
    yield from offer.beds()
    yield from offer.rooms()
    yield from offer.existing()
    yield from offer.ratios()
    yield from offer.levers()
    yield from offer.supply()


@dataclass(frozen=True)
class _Offer:
    results: Results
    names: Names

    @property
    def scenario(self) -> "Scenario":
        return self.results.scenario

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        return self.results.people.inputs.tables

    @property
    def base(self) -> int:
        return self.scenario.years.base

    @property
    def end(self) -> int:
        return self.scenario.years.end

    def letters(self) -> Iterator[Control]:
        """The four letters of the variant."""
        population = self.scenario.population
        said = self.scenario.resolved()
        location = ("population", "variant")
        source, basis = said_of(said, location)
        stated = "variant" in population.model_fields_set
        for i, (component, letters) in enumerate(_LETTERS):
            title, label = self.names.word("variant"), self.names.word(f"letter {component}")
            own = getattr(population, component, None) is not None
            yield Choice(
                key=f"population/variant/{i}",
                group="people",
                title=title,
                label=label,
                value=population.variant[i],
                place=place_of(self.scenario, *location) if stated else "",
                source=source,
                basis=basis,
                stated=stated,
                note=self.names.word("letter replaced") if own or (component == "immigration"
                and population.net_immigration is not None) else "",
                choices=tuple((one, self.names.word(f"letter {one}")) for one in letters),
                write=lambda letter, i=i, label=label: [  # type: ignore[misc]
                    Edit(location, _lettered(i, letter, population.variant), label)
                ],
            )  # fmt: skip

    def nation(self) -> Iterator[Control]:
        """Paths of the nation that the letters choose: where they are to be in the last year."""
        chosen = self.scenario.population
        years = np.arange(self.base - 1, self.end + 1)
        assumed = national_assumptions(self.tables["paths"], chosen, years, self.base)
        rows: list[tuple[Location, str, str, Any, Bounds]] = []
        if chosen.fertility is None or chosen.fertility.total is None:
            rows.append(
                (("fertility", "total"), "children per woman", "total_fertility",
                 assumed["total_fertility"], Bounds("children per woman", low=0))
            )  # fmt: skip
        if chosen.life_expectancy is None:
            rows += [
                (("life_expectancy", sex), "years of life", "life_expectancy",
                 assumed["life_expectancy"].sel(sex=sex), Bounds("years", low=0, low_open=True))
                for sex in SEXES
            ]  # fmt: skip
        if chosen.net_immigration is None:
            rows.append(
                (("net_immigration", "total"), "persons", "net_immigration",
                 assumed["net_immigration"], Bounds("persons"))
            )  # fmt: skip
        for keys, kind, component, path, bounds in rows:
            first, last = (
                float(f"{float(path.sel(year=year)):.{_DIGITS + 1}g}")
                for year in (self.base, self.end)
            )
            table = self.tables["paths"]
            row = table[(table["component"] == component) & (table["level"] == "M")].iloc[[-1]]
            title = self.names.called(str(keys[0]))
            label = self.names.called(str(keys[1])) + f", {self.end}"
            yield self._slider(
                "paths", row, ("population", *keys), group="people", title=title, label=label,
                value=last, kind=kind, bounds=bounds,
                note=self.names.word(
                    "from base", value=told(first, False, self.names.language), base=self.base
                ),
                wrap=lambda number, first=first: {  # type: ignore[misc]
                    self.base: first, self.end: number
                },
            )  # fmt: skip

    def growth(self) -> Iterator[Control]:
        """Growth of the use of services, by diagnosis."""
        for diagnosis in self.tables["diagnoses"]["diagnosis"]:
            if diagnosis in self.scenario.activity.growth:
                continue
            table = self.tables["growth"]
            rows = table[table["diagnosis"].isin([diagnosis, "*"])]
            yield self._slider(
                "growth", rows.iloc[[0]] if len(rows) else None,
                ("activity", "growth", diagnosis, "annual"), group="use",
                title=self.names.word("growth"), label=self.names.of("diagnosis", diagnosis),
                value=start_of("rate"), kind="rate", bounds=RATE,
                note=self.names.word("growth as tables"),
            )  # fmt: skip

    def shorter(self) -> Iterator[Control]:
        """Stays of each setting with nights."""
        nights = self.results.groups["activity"]["bed_days"].sum(("region", "year", "diagnosis"))
        taken = {change.name for change in self.scenario.activity.changes}
        for setting in BED_SETTINGS:
            name = self.names.word("shorter", setting=self.names.called(setting))
            if float(nights.sel(setting=setting)) == 0 or name in taken:
                continue
            label = f"{self.names.called(setting)}, {self.end}"
            yield self._slider(
                None, None, ("activity", "changes", APPENDED), group="use",
                title=self.names.word("length of stay"), label=label, value=start_of("shorter"),
                kind="shorter", bounds=_SHARE, note="", key=f"activity/shorter/{setting}",
                wrap=lambda number, name=name, setting=setting: {  # type: ignore[misc]
                    "name": name,
                    "shorten": {"setting": setting},
                    "share": {self.base: 0, self.end: number},
                },
            )  # fmt: skip

    def beds(self) -> Iterator[Control]:
        """Planned use of beds, or how many may meet them full."""
        capacity = self.scenario.capacity
        norms = self.tables["norms"]
        for resource, rows in norms[norms["unit"] == "beds"].groupby("resource", sort=False):
            named = {str(resource), *map(str, rows["setting"])}
            title = self.names.bed(str(resource))
            if named & {*capacity.occupancy, *capacity.overflow}:
                continue
            yield self._slider(
                    "norms", rows.iloc[[0]], ("capacity", "occupancy", str(resource)),
                    group="beds", title=title, label=self.names.word("occupancy"),
                    value=float(rows["occupancy"].iloc[0]), kind="share",
                    bounds=Bounds("share", low=0, high=1, low_open=True),
                    note=self.names.word("several norms") if rows["occupancy"].nunique() > 1
                    else "",
                )  # fmt: skip
            yield self._slider(
                    None, None, ("capacity", "overflow", str(resource)), group="beds",
                    title=title, label=self.names.word("overflow"), value=start_of("overflow"),
                    kind="overflow", bounds=_OPEN_SHARE,
                    note=self.names.word("in place of occupancy"),
                    also=[Edit(("capacity", "occupancy", str(resource)), None)],
                )  # fmt: skip

    def rooms(self) -> Iterator[Control]:
        """Minutes, opening hours and use of places and rooms."""
        opening = self.scenario.capacity.opening
        norms = self.tables["norms"]
        for resource, rows in norms[norms["unit"] != "beds"].groupby("resource", sort=False):
            named = (str(resource), *map(str, rows["setting"]))
            own = [opening[name] for name in named if name in opening]
            for key, kind, bounds in _OPENING:
                known = rows[key].dropna() if key in rows else rows["setting"].iloc[:0]
                if known.empty or any(getattr(one, key) is not None for one in own):
                    continue
                yield self._slider(
                    "norms", rows.loc[[known.index[0]]],
                    ("capacity", "opening", str(resource), key), group="rooms",
                    title=self.names.of("resource", str(resource)), label=self.names.called(key),
                    value=float(known.iloc[0]), kind=kind, bounds=bounds,
                    note=self.names.word("several norms") if known.nunique() > 1 else "",
                )  # fmt: skip

    def existing(self) -> Iterator[Control]:
        """What exists at the sites of the run, from the year after the base year."""
        for unit in ("beds", "places", "rooms"):
            there = self.results.groups[f"capacity/{unit}"]["existing"].isel(year=0)
            for site in map(str, there["site"].values):
                stated = self.scenario.capacity.existing.get(site)
                for resource in map(str, there["resource"].values):
                    amount = float(there.sel(site=site, resource=resource))
                    if np.isnan(amount) or (stated is not None and resource in stated.amounts):
                        continue
                    table = self.tables.get("existing")
                    row, flat = None, ""
                    if table is not None:
                        row = table[(table["site"] == site) & (table["resource"] == resource)]
                        flat = " flat" if (row["year"] > self.base).any() else ""
                    yield self._slider(
                        "existing", None if row is None or row.empty else row.iloc[[-1]],
                        ("capacity", "existing", site, resource), group="exists", title=site,
                        label=self.names.of("resource", resource), value=amount, kind="number",
                        bounds=_AMOUNT,
                        note=self.names.word(f"from year{flat}", year=self.base + 1),
                        wrap=lambda number, amount=amount: {  # type: ignore[misc]
                            self.base: amount, self.base + 1: number
                        },
                    )  # fmt: skip

    def ratios(self) -> Iterator[Control]:
        """Staff per bed, or per thousand contacts where there are no beds, in the base year."""
        need = self.results.groups["workforce"]["need"].isel(year=0).sum("region")
        beds = self.results.groups["capacity/beds"]["need_by_kind"].isel(year=0)
        contacts = self.results.groups["activity"]["contacts"].isel(year=0)
        by_bed = beds.sum(("region", "kind"))
        by_contact = contacts.sum(("region", "diagnosis")) / 1000.0
        whole = float(need.sum())
        for setting in map(str, need["setting"].values):
            driver, units = "bed", float(by_bed.sel(setting=setting))
            if units == 0:
                driver, units = "1000 contacts", float(by_contact.sel(setting=setting))
            for profession in map(str, need["profession"].values):
                fte = float(need.sel(setting=setting, profession=profession))
                own = self.scenario.workforce.duty.get(profession, {})
                if units == 0 or fte < _SEEN * whole or setting in own:
                    continue
                yield self._slider(
                    "staffing", None, ("workforce", "duty", profession, setting), group="staff",
                    title=self.names.called(setting),
                    label=self.names.word(f"per {driver}",
                                          profession=self.names.of("profession", profession)),
                    value=float(f"{fte / units:.{_DIGITS}g}"), kind="FTE", bounds=_AMOUNT,
                    note=self.names.word("ratio derived", base=self.base),
                    wrap=lambda number, driver=driver: {  # type: ignore[misc]
                        "per": driver, "FTE": number
                    },
                    basis="derived",
                )  # fmt: skip

    def levers(self) -> Iterator[Control]:
        """Productivity and standard of all staff."""
        levers = self.scenario.workforce.levers
        for lever in ("productivity", "standard_growth"):
            if levers is None or not getattr(levers, lever):
                yield self._slider(
                    None, None, ("workforce", "levers", lever, APPENDED, "annual"), group="staff",
                    title=self.names.called("levers"), label=self.names.called(lever),
                    value=start_of("rate"), kind="rate", bounds=RATE, note="",
                    key=f"workforce/levers/{lever}",
                )  # fmt: skip

    def supply(self) -> Iterator[Control]:
        """Who stays, retires later, works more and is trained, by profession with a stock."""
        if SUPPLY not in self.results.groups:
            return
        told = self.results.groups[SUPPLY].isel(year=0)
        fte, heads = told["supply"].sum("region"), told["heads"].sum("region")
        own = self.scenario.workforce.supply
        for profession in map(str, told["profession"].values):
            there = float(heads.sel(profession=profession))
            if not there > 0:
                continue
            for lever, kind, bounds in _SUPPLY:
                if profession in getattr(own, lever):
                    continue
                value = start_of(kind) if lever != "full_time" else float(
                    f"{float(fte.sel(profession=profession)) / there:.{_DIGITS}g}"
                )  # fmt: skip
                keys: Location = (lever, profession)
                label = self.names.called(lever)
                if lever == "education":
                    keys, label = (*keys, "change"), self.names.word("beginners")
                yield self._slider(
                    None, None, ("workforce", "supply", *keys), group="supply",
                    title=self.names.of("profession", profession), label=label, value=value,
                    kind=kind, bounds=bounds,
                    note=self.names.word("ratio derived", base=self.base)
                    if lever == "full_time" else "",
                    basis="derived" if lever == "full_time" else "none",
                )  # fmt: skip

    def _slider(
        self,
        table: str | None,
        row: pd.DataFrame | None,
        location: Location,
        *,
        group: str,
        title: str,
        label: str,
        value: float,
        kind: str,
        bounds: Bounds,
        note: str,
        wrap: Callable[[float | int | str], object] = lambda number: number,
        also: list[Edit] | None = None,
        key: str | None = None,
        basis: str = "none",
    ) -> Slider:
        place, source = "", ""
        if table is not None and row is not None:
            inputs = self.results.people.inputs
            file = PurePath(inputs.places.get(table, table)).name
            place = f"{file}:{int(row.index[0])}"
            source = _text(row, "source")
            basis = _text(row, "quality") or "unstated"
        reach = range_of(kind, bounds if bounds is not None else ANY, (value,))
        said = f"{title}: {label}"
        return Slider(
            key=key or "/".join(map(str, location)),
            group=group,
            title=title,
            label=label,
            value=shown(value, reach.percent),
            place=place,
            source=source,
            basis=basis,
            stated=False,
            note=note,
            reach=reach,
            write=lambda number: [*(also or ()), Edit(location, wrap(number), said)],
        )


def _lettered(position: int, letter: str, otherwise: str) -> Callable[[str | None], str]:
    """A variant with one other letter."""

    def put(variant: str | None) -> str:
        letters = variant or otherwise
        return letters[:position] + letter + letters[position + 1 :]

    return put


def _text(row: pd.DataFrame, column: str) -> str:
    if column not in row or bool(row[column].isna().iloc[0]):
        return ""
    return str(row[column].iloc[0])
