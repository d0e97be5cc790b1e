"""Who will live here: ages then and now, and the old of each region over the years."""

from collections.abc import Iterator

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.outputs.summary import AGE_GROUPS, people_in
from projector.report.blocks import Block, Figure, Gallery, Section, Table
from projector.report.drawing import Line, Tile, lines, pyramid, tiles
from projector.report.view import View

__all__ = ["people"]

_GROUP = 5
_OPEN = 95
_OLD = ("67-79", "80+")
_MOST_REGIONS = 24
_FEWEST_TILES = 2


def people(view: View) -> Section:
    """The section about people."""
    population = view.dataset("population")["population"]
    blocks: list[Block] = [_pyramid(view, population), _groups(view, population)]
    if population.sizes["region"] > 1:
        blocks += [*_map(view, population), _regions(view, population)]
    return Section("people", view.word("people"), blocks)


def _pyramid(view: View, population: xr.DataArray) -> Figure:
    summed = population.sum("region")
    groups = [
        (f"{first}–{first + _GROUP - 1}" if first < _OPEN else f"{_OPEN}+", first)
        for first in range(0, _OPEN + 1, _GROUP)
    ]

    def of(year: int, sex: str) -> list[float]:
        by_age = summed.sel(year=year, sex=sex).values
        return [
            float(by_age[first : first + _GROUP if first < _OPEN else None].sum())
            for _, first in groups
        ]

    years = (view.base, view.end)
    base, end = ((of(year, "female"), of(year, "male")) for year in years)
    names = [name for name, _ in groups]
    title = view.word("pyramid", base=view.base, end=view.end)
    sexes = (view.word("women"), view.word("men"))
    drawing = pyramid(
        names,
        base,
        end,
        names=(str(view.base), str(view.end)),
        sexes=sexes,
        title=title,
        description=view.word("pyramid desc", base=view.base, end=view.end),
        figure=view.axis,
    )
    headers = (view.word("age"), *(f"{sex} {year}" for sex in sexes for year in years))
    rows = tuple(
        (name, *(view.number(part[k][i], 0) for k in (0, 1) for part in (base, end)))
        for i, name in reversed(list(enumerate(names)))
    )
    return Figure(title, drawing, Table(headers, rows))


def _groups(view: View, population: xr.DataArray) -> Figure:
    groups = {group: people_in(population, group).sum("region").values for group in AGE_GROUPS}
    series = []
    for group, values in groups.items():
        sure = view.interval("people", ages=group)
        band = None if sure is None else (list(sure.low), list(sure.high))
        series.append(Line(view.common(f"ages {group}"), [float(v) for v in values], band))
    title = view.word("age groups", base=view.base, end=view.end)
    drawing = lines(
        view.years,
        series,
        title=title,
        description=view.word("table below"),
        figure=view.axis,
        height=270.0,
    )
    total = population.sum(("region", "sex", "age")).values
    rows = [
        (view.common(f"ages {group}"), *_figures(view, values), view.change(values[0], values[-1]))
        for group, values in groups.items()
    ]
    rows.append((view.common("total"), *_figures(view, total), view.change(total[0], total[-1])))
    if view.draws is not None:
        for group in _OLD:
            sure = view.interval("people", ages=group)
            label = view.word("likely", name=view.common(f"ages {group}"))
            rows.append((label, *(view.between(sure, year) for year in view.headline), ""))
    note = "" if view.draws is None else _band(view)
    return Figure(title, drawing, Table(_headers(view), tuple(rows)), note)


def _band(view: View) -> str:
    return view.word("band", low=view.reach[0], high=view.reach[1], draws=view.drawn)


def _regions(view: View, population: xr.DataArray) -> Gallery:
    groups = {group: people_in(population, group).values for group in _OLD}
    order = np.argsort(-groups["80+"][:, -1], kind="stable")
    shown = sorted(order[:_MOST_REGIONS])
    drawings = []
    for i in shown:
        name = view.regions[i]
        series = [
            Line(view.common(f"ages {group}"), [float(v) for v in values[i]])
            for group, values in groups.items()
        ]
        drawings.append(
            lines(
                view.years,
                series,
                title=view.word("old of", name=name),
                description=view.word(
                    "old of desc",
                    name=name,
                    base=view.base,
                    end=view.end,
                    middle=_from_to(view, groups["67-79"][i]),
                    oldest=_from_to(view, groups["80+"][i]),
                ),
                figure=view.axis,
                width=250.0,
                height=150.0,
                heading=name,
                named=True,
            )
        )
    rows = tuple(
        (
            f"{name}, {view.common(f'ages {group}')}",
            *_figures(view, groups[group][i]),
            view.change(groups[group][i][0], groups[group][i][-1]),
        )
        for i, name in enumerate(view.regions)
        for group in _OLD
    )
    more = len(view.regions) - len(shown)
    note = view.word("own scale")
    if more:
        note += " " + view.word("largest shown", count=_MOST_REGIONS, all=len(view.regions))
    return Gallery(view.word("old by region"), tuple(drawings), Table(_headers(view), rows), note)


def _map(view: View, population: xr.DataArray) -> Iterator[Figure]:
    """Growth of the oldest on a map of squares, where the inputs have one of several regions."""
    places = view.tiles
    codes = [str(code) for code in population["region"].values]
    oldest = people_in(population, _OLD[-1]).values
    shown = [i for i, code in enumerate(codes) if code in places and oldest[i, 0] > 0]
    if len(shown) < _FEWEST_TILES:
        return
    growth = {i: float(oldest[i, -1] / oldest[i, 0] - 1.0) for i in shown}
    title = view.word("old map", base=view.base, end=view.end)
    least, most = (pick(shown, key=growth.__getitem__) for pick in (min, max))
    drawing = tiles(
        [
            Tile(view.regions[i], *places[codes[i]], growth[i], _grown(view, i, oldest))
            for i in shown
        ],
        title=title,
        description=view.word(
            "old map desc",
            least=view.regions[least],
            low=_grown(view, least, oldest),
            most=view.regions[most],
            high=_grown(view, most, oldest),
        ),
    )
    rows = tuple(
        (
            view.regions[i],
            *(view.number(float(oldest[i, year]), 0) for year in (0, -1)),
            _grown(view, i, oldest),
        )
        for i in sorted(shown, key=lambda i: -growth[i])
    )
    headers = (
        view.word("who"),
        str(view.base),
        str(view.end),
        view.word("change", base=view.base, end=view.end),
    )
    left = len(codes) - len(shown)
    note = view.word("map note") + (f" {view.word('map without', count=left)}" if left else "")
    yield Figure(title, drawing, Table(headers, rows), note, wide=True)


def _grown(view: View, i: int, oldest: NDArray[np.float64]) -> str:
    return view.change(float(oldest[i, 0]), float(oldest[i, -1]))


def _from_to(view: View, values: NDArray[np.float64]) -> str:
    first, last = (view.number(float(v), 0) for v in (values[0], values[-1]))
    return view.word("between", low=first, high=last)


def _headers(view: View) -> tuple[str, ...]:
    years = map(str, view.headline)
    return (view.word("who"), *years, view.word("change", base=view.base, end=view.end))


def _figures(view: View, values: NDArray[np.float64]) -> tuple[str, ...]:
    return tuple(view.number(float(values[view.years.index(y)]), 0) for y in view.headline)
