"""The figures that a planner looks at first: a few years, all regions of the run together."""

import json
from collections.abc import Iterator

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.outputs.existing import existing_rows, pool_rows
from projector.outputs.staff import staff_sections
from projector.outputs.staff_supply import supply_sections
from projector.outputs.table import Row, Section
from projector.outputs.uncertainty import uncertainty_sections
from projector.outputs.words import Language, number, word
from projector.tables import DIAGNOSIS_KINDS, SEASONS
from projector.tables.suppression import GATHERED, flag_in, sum_of_told

__all__ = [
    "AGE_GROUPS",
    "headline_years",
    "of_stays",
    "people_in",
    "summary",
]

AGE_GROUPS = {"0-19": (0, 19), "20-66": (20, 66), "67-79": (67, 79), "80+": (80, None)}
_REGIONS_SHOWN = 20
_MOST_YEARS = 6
_MILLION = 1e6
_SHOWN_BY_KIND = ("inpatient", "outpatient")


def headline_years(years: NDArray[np.int64]) -> list[int]:
    """The first and the last year, and between them every year that five divides.

    Over a long horizon ten, twenty or forty, so that at most `_MOST_YEARS` are shown.
    """
    first, last = int(years[0]), int(years[-1])
    step = 5
    while (last - first) / step > _MOST_YEARS - 2:
        step *= 2
    return [year for year in map(int, years) if year in (first, last) or year % step == 0]


def people_in(population: xr.DataArray, group: str) -> xr.DataArray:
    """People of an age group, summed over sex and age.

    Parameters
    ----------
    population
        ``[region, year, sex, age]``.
    group
        A key of `AGE_GROUPS`.

    Returns
    -------
    DataArray
        ``[region, year]``.
    """
    first, last = AGE_GROUPS[group]
    return population.sel(age=slice(first, last)).sum(("sex", "age"))


def summary(tree: xr.DataTree, language: Language) -> list[Section]:
    """The result table.

    Parameters
    ----------
    tree
        From `projector.run`.
    language
        ``nb`` or ``en``.

    Returns
    -------
    list of Section
        People by age group, contacts and bed days by setting, what of the stays is acute, comes
        again, is treated at home and waits for discharge, money, beds, places and rooms, staff
        by profession, by education and against those of working age, need of staff against supply,
        need against existing by site, pooled beds, and people 80+ by region.
        Figures stand for the years of `headline_years`; what the inputs do not tell is left out.
    """
    population = tree["population"].to_dataset()["population"]
    activity = tree["activity"].to_dataset()
    years = headline_years(population["year"].values)
    named = json.loads(tree.attrs["names"])

    def name_of(kind: str, key: str) -> str:
        return str(named.get(kind, {}).get(key, {}).get(language, key))

    def row(name: str, values: xr.DataArray, decimals: int = 0) -> Row:
        of_year = dict(zip(values.get_index("year").tolist(), values.values.tolist(), strict=True))
        chosen = [of_year[year] for year in years]
        return Row(name, tuple(number(float(value), language, decimals) for value in chosen))

    def nonzero(values: xr.DataArray, dim: str) -> Iterator[tuple[str, xr.DataArray]]:
        for key in values[dim].values:
            one = values.sel({dim: key})
            if bool((one != 0).any()):
                yield str(key), one

    total = word("total", language)
    groups = {group: people_in(population, group).sum("region") for group in AGE_GROUPS}
    sections = [
        Section(
            word("people", language),
            (
                *(row(word(f"ages {group}", language), n) for group, n in groups.items()),
                row(total, population.sum(("region", "sex", "age"))),
                *(row(word(key, language), n) for key, n in _visitors(activity["visitors"])),
            ),
        )
    ]
    for measure, heading in (("contacts", "contacts"), ("bed_days", "bed days")):
        rows = [row(name, one) for name, one in _by_setting(activity[measure], language)]
        sections.append(Section(word(heading, language), tuple(rows)))
    for heading, told in (("stays", of_stays(tree)), ("money", _money(tree))):
        rows = [row(word(key, language), one, decimals) for key, one, decimals in told]
        sections.append(Section(word(heading, language), tuple(rows)))
    for unit in ("beds", "places", "rooms"):
        need = tree[f"capacity/{unit}"].to_dataset()["need"].sum("region")
        rows = [row(name_of("resource", key), one, 1) for key, one in nonzero(need, "resource")]
        sections.append(Section(word(unit, language), tuple(rows)))
    for heading, figures in staff_sections(tree, language, name_of):
        rows = [row(name, values, decimals) for name, values, decimals in figures]
        sections.append(Section(word(heading, language), tuple(rows)))
    sections += supply_sections(tree, years, language)
    sections += uncertainty_sections(tree, years, language)
    for heading, lines in (
        ("existing", existing_rows),
        ("pools", pool_rows),
        ("by region", _regions),
    ):
        sections.append(Section(word(heading, language), tuple(lines(tree, years, language))))
    return [section for section in sections if section.rows]


def _visitors(visitors: xr.DataArray) -> Iterator[tuple[str, xr.DataArray]]:
    """Non-residents present, where there are any: over the year, and when there are most."""
    present = visitors.sum("region")
    if not bool((present > 0).any()):
        return
    days = xr.DataArray(
        [SEASONS[str(season)] for season in present["season"].values], dims="season"
    )
    yield "visitors", present.weighted(days).mean("season")
    if bool((present.max("season") > present.min("season")).any()):
        yield "visitors busiest", present.max("season")


def _by_setting(activity: xr.DataArray, language: Language) -> Iterator[tuple[str, xr.DataArray]]:
    """Activity of each setting; of hospital stays and visits by kind of diagnosis."""
    amounts = activity.sum("region").groupby("kind").sum()
    # What is told together is of several kinds.
    together = amounts.sel(kind=GATHERED) if GATHERED in amounts["kind"].values else None
    for setting in activity["setting"].values:
        name, of_setting = word(str(setting), language), amounts.sel(setting=setting)
        mixed = together is not None and bool((together.sel(setting=setting) > 0).any())
        if setting in _SHOWN_BY_KIND and not mixed:
            for kind in DIAGNOSIS_KINDS:
                if kind in of_setting["kind"].values and (of_setting.sel(kind=kind) != 0).any():
                    yield f"{name}, {word(f'kind {kind}', language)}", of_setting.sel(kind=kind)
        elif (of_setting != 0).any():
            yield name, of_setting.sum("kind")


def of_stays(tree: xr.DataTree) -> Iterator[tuple[str, xr.DataArray, int]]:
    """What is known of inpatient stays: shares in per cent, and days after readiness.

    The coverage of several regions together is the mean by their stays, visitors' among them.
    """
    activity = tree["activity"].to_dataset()
    by_region = activity["contacts"].sel(setting="inpatient").sum("diagnosis")
    stays = by_region.sum("region")
    acute = activity["acute"].sel(setting="inpatient").sum(("region", "diagnosis"))
    again, ready = (
        activity[name].sum(("region", "diagnosis")) for name in ("readmissions", "ready_days")
    )
    for key, part in (("acute share", acute), ("readmission share", again)):
        if bool((part > 0).any()):
            yield key, 100 * part / stays.where(stays > 0), 1
    if "sites" in tree.children:
        own = tree["sites"].to_dataset()["own_coverage"].sel(setting="inpatient")
        if bool(own.notnull().any()):
            yield "own coverage", 100 * own.weighted(by_region).mean("region"), 1
    if bool((ready > 0).any()):
        yield "ready days", ready, 0


def _money(tree: xr.DataTree) -> Iterator[tuple[str, xr.DataArray, int]]:
    """DRG points, and amounts in millions, where there are weights and prices."""
    if "money" not in tree.children:
        return
    money = tree["money"].to_dataset()
    flag = flag_in(money, "drg_points")
    points = money["drg_points"]
    over = ("region", "setting")
    points = points.sum(over, min_count=1) if flag is None else sum_of_told(points, flag, over)[0]
    money = money.sum("region", min_count=1)
    for key, amount, decimals in (
        ("drg points", points, 0),
        ("activity income", money["activity_income"] / _MILLION, 1),
        ("ready day payment", money["ready_day_payment"] / _MILLION, 1),
    ):
        if bool((amount > 0).any()):
            yield key, amount, decimals


def _regions(tree: xr.DataTree, years: list[int], language: Language) -> Iterator[Row]:
    """People 80+ in each region, the first of them where there are many."""
    oldest = people_in(tree["population"].to_dataset()["population"], "80+").sel(year=years)
    if oldest.sizes["region"] == 1:
        return
    shown = oldest.isel(region=slice(_REGIONS_SHOWN))
    for name, figures in zip(shown["region_name"].values, shown.values, strict=True):
        yield Row(str(name), tuple(number(float(value), language) for value in figures))
    more = oldest.sizes["region"] - _REGIONS_SHOWN
    if more > 0:
        yield Row(word("more regions", language, count=more), ())
