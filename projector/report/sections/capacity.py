"""What that takes: beds, places and rooms against those there are, and how often units are full."""

import json

import numpy as np

from projector.report.blocks import Block, Figure, Paragraph, Section, Table
from projector.report.drawing import Bar, Line, bars, lines
from projector.report.view import View

__all__ = ["capacity"]

_UNITS = ("beds", "places", "rooms")
_SEEN = 0.05
"""Per cent that rounds to more than nothing."""


def capacity(view: View) -> Section:
    """The section about beds, places and rooms."""
    blocks: list[Block] = []
    places = list(view.places())
    for place in places:
        blocks.append(_site(view, *place))
    if not places:
        blocks.append(Paragraph(view.word("no sites")))
    left_out = json.loads(view.tree.attrs["sites_left_out"])
    if left_out:
        blocks.append(Paragraph(view.common("left out", sites=", ".join(left_out)) + "."))
    blocks += _turned_away(view)
    blocks += _pools(view)
    blocks += [block for unit in _UNITS for block in _need(view, unit)]
    return Section("capacity", view.word("capacity"), blocks)


def _site(view: View, unit: str, site: str, resource: str, at: str, name: str) -> Figure:
    one = view.dataset(f"capacity/{unit}").sel(site=site, resource=resource)
    need, existing = (np.asarray(one[key].values, dtype=float) for key in ("served", "existing"))
    sure = view.interval(f"{unit}_gap", site=site, resource=resource)
    band = None if sure is None else (list(sure.low + existing), list(sure.high + existing))
    short = float(one["first_shortage"])
    title = view.word("site title", site=at, resource=name)
    since = None if np.isnan(short) else int(short)
    told = (
        view.word("never short")
        if since is None
        else view.word("short since", year=since, end=view.end)
    )
    drawing = lines(
        view.years,
        [
            Line(view.word("need"), [float(v) for v in need], band, stepped=_whole(need)),
            Line(view.word("exists"), [float(v) for v in existing], dashed=True),
        ],
        title=title,
        description=view.word(
            "site desc",
            end=view.end,
            need=view.number(need[-1]),
            exists=view.number(existing[-1]),
            told=told,
        ),
        figure=view.axis,
        mark=None if since is None else (since, view.word("short from", year=since)),
    )
    rows = [
        (view.word("need"), *_of(view, need)),
        (view.word("exists"), *_of(view, existing)),
        (view.word("gap"), *(view.signed(v) for v in _at(view, need - existing))),
    ]
    if sure is not None:
        rows.append((view.word("gap likely"), *(view.between(sure, y) for y in view.headline)))
        if sure.above is not None:
            rows.append((view.word("short in draws"), *map(view.portion, _at(view, sure.above))))
    note = told if sure is None else f"{told} {view.word('gap band', **_reach(view))}"
    return Figure(title, drawing, Table((view.word("what"), *map(str, view.headline)), tuple(rows)),
                  note)  # fmt: skip


def _whole(values: np.ndarray) -> bool:
    """Whether they are whole numbers: beds sized by overflow go up one by one."""
    return bool(np.allclose(values, np.round(values)))


def _reach(view: View) -> dict[str, object]:
    return {"low": view.reach[0], "high": view.reach[1], "draws": view.drawn}


def _at(view: View, values: np.ndarray) -> list[float]:
    return [float(values[view.years.index(year)]) for year in view.headline]


def _of(view: View, values: np.ndarray) -> tuple[str, ...]:
    return tuple(view.number(value) for value in _at(view, values))


def _turned_away(view: View) -> list[Block]:
    """How many meet a full unit, with the beds that exist."""
    beds = view.dataset("capacity/beds")
    known = [
        (site, resource, f"{at}: {name}")
        for unit, site, resource, at, name in view.places()
        if unit == "beds"
        and bool(beds["refusal"].sel(site=site, resource=resource).notnull().all())
    ]
    if not known:
        return []
    rows, cells = [], []
    for site, resource, name in known:
        shares = beds["refusal"].sel(site=site, resource=resource)
        first, last = (float(shares.sel(year=year)) for year in (view.base, view.end))
        sure = view.interval("refusal", site=site, resource=resource)
        at_end = view.years.index(view.end)
        span = None
        if sure is not None:
            span = (100 * float(sure.low[at_end]), 100 * float(sure.high[at_end]))
        rows.append(Bar(name, (100 * first, 100 * last), view.percent(last, 1), span))
        figures = (view.percent(float(shares.sel(year=y)), 1) for y in view.headline)
        cells.append((name, *figures))
    title = view.word("turned away")
    headers = (view.word("unit"), *map(str, view.headline))
    if max(max(row.values) for row in rows) < _SEEN:
        return [Table(headers, tuple(cells), title=title, wide=False)]
    drawing = bars(
        rows,
        (str(view.base), str(view.end)),
        title=title,
        description=view.word("turned away desc", **{"end": view.end}) + " " + "; ".join(
            f"{row.name}: {row.text}" for row in rows
        ),
        figure=lambda value: view.word("per cent", figure=view.axis(value)),
    )  # fmt: skip
    note = view.word("turned away note")
    return [Figure(title, drawing, Table(headers, tuple(cells)), note)]


def _pools(view: View) -> list[Block]:
    if not view.has("capacity/pools"):
        return []
    pools = view.dataset("capacity/pools")
    rows = []
    for name in map(str, pools["pool"].values):
        one = pools.sel(pool=name)
        for key in ("together", "apart", "saved"):
            label = f"{name}: {view.word(f'pool {key}')}"
            rows.append((label, *_of(view, one[key].values)))
        for key in ("refusal_together", "refusal_apart"):
            shares = (view.percent(value, 1) for value in _at(view, one[key].values))
            rows.append((f"{name}: {view.word(f'pool {key}')}", *shares))
    if not rows:
        return []
    headers = (view.word("shared"), *map(str, view.headline))
    return [Table(headers, tuple(rows), title=view.word("pools"))]


def _need(view: View, unit: str) -> list[Block]:
    """Need of all regions together by kind."""
    by_kind = view.by_key(view.dataset(f"capacity/{unit}")["need"].sum("region"), "resource")
    needed = {key: one for key, one in by_kind.items() if any(n > 0 for n in one.values())}
    if not needed:
        return []
    bars_shown, cells = [], []
    for key, one in needed.items():
        first, last = one[view.base], one[view.end]
        sure = view.interval(unit, resource=key)
        span = None if sure is None else (float(sure.low[-1]), float(sure.high[-1]))
        name = view.name("resource", key)
        bars_shown.append(Bar(name, (first, last), view.number(last), span))
        figures = (view.number(one[year]) for year in view.headline)
        cells.append((name, *figures, view.change(first, last)))
        if sure is not None:
            between = (view.between(sure, year) for year in view.headline)
            cells.append((view.word("likely", name=name), *between, ""))
    title = view.word(f"need {unit}", area=view.area)
    drawing = bars(
        bars_shown,
        (str(view.base), str(view.end)),
        title=title,
        description=view.word("table below"),
        figure=view.axis,
    )
    change = view.word("change", base=view.base, end=view.end)
    table = Table((view.word("kind"), *map(str, view.headline), change), tuple(cells))
    note = "" if view.draws is None else view.word("whiskers", **_reach(view), end=view.end)
    return [Figure(title, drawing, table, note)]
