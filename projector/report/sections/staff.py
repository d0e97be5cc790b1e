"""Who will staff it: need, supply and gap by profession and by competence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from projector.report.blocks import Block, Figure, Paragraph, Section, Table
from projector.report.drawing import Bar, Line, bars, lines
from projector.report.view import Interval, View
from projector.workforce.balance import first_year_short

__all__ = ["Short", "shortages", "staff"]

_MOST_LINES = 5


@dataclass(frozen=True)
class Short:
    """Staff of one profession or competence, all regions together, each ``[year]``.

    `supply` and `gap` are None where nobody knows how many there will be. `since` is the first year
    in which some are short.
    """

    key: str
    name: str
    need: Sequence[float]
    supply: Sequence[float] | None
    gap: Sequence[float] | None
    since: int | None
    sure: Interval | None


def shortages(view: View, kind: str) -> list[Short]:
    """Need, supply and gap of every profession or competence that is needed.

    Parameters
    ----------
    view
        The results.
    kind
        ``profession`` or ``competence``.

    Returns
    -------
    list of Short
        Those with the largest gap in the last year first, those of unknown supply last.
    """
    workforce = view.dataset("workforce")
    prefix = "" if kind == "profession" else "competence_"
    need = workforce[f"{prefix}need"].sum("region")
    if kind == "profession":
        need = need.sum("setting")
    supplied = view.dataset("workforce/supply") if view.has("workforce/supply") else None
    needs = view.by_key(need, kind)
    gaps, supplies, firsts = {}, {}, {}
    if supplied is not None:
        short = supplied[f"{prefix}gap"].sum("region", min_count=1)
        there = supplied[f"{prefix}supply"].sum("region", min_count=1)
        gaps, supplies = view.by_key(short, kind), view.by_key(there, kind)
        since_when = first_year_short(short)
        firsts = dict(zip(map(str, since_when[kind].values), since_when.values, strict=True))
    found = []
    for key, needed in needs.items():
        if not any(figure > 0 for figure in needed.values()):
            continue
        supply, gap, since = None, None, None
        if key in gaps and not np.isnan(list(gaps[key].values())).any():
            supply, gap = list(supplies[key].values()), list(gaps[key].values())
            since = None if np.isnan(firsts[key]) else int(firsts[key])
        measure = "staff_gap" if kind == "profession" else "competence_gap"
        sure = view.interval(measure, **{kind: key})
        name = view.name(kind, key)
        found.append(Short(key, name, list(needed.values()), supply, gap, since, sure))
    return sorted(found, key=lambda one: np.inf if one.gap is None else -one.gap[-1])


def staff(view: View) -> Section:
    """The section about staff."""
    blocks: list[Block] = []
    by_profession = shortages(view, "profession")
    known = [one for one in by_profession if one.gap is not None]
    if not known:
        blocks.append(Paragraph(view.word("no supply")))
    else:
        title = view.word("gap by profession", year=view.end)
        blocks.append(_gaps(view, known, title, view.word("profession")))
        blocks += [_abreast(view, one) for one in known[:_MOST_LINES]]
    competences = [one for one in shortages(view, "competence") if one.gap is not None]
    if competences:
        title = view.word("gap by competence", year=view.end)
        blocks.append(_gaps(view, competences, title, view.word("competence")))
    blocks.append(_table(view, by_profession, view.word("profession"), "staff all"))
    return Section("staff", view.word("staff"), blocks)


def _gaps(view: View, known: list[Short], title: str, kind: str) -> Figure:
    rows = []
    for one in known:
        gap = (one.gap or [0.0])[-1]
        span = None
        if one.sure is not None:
            span = (float(one.sure.low[-1]), float(one.sure.high[-1]))
        rows.append(Bar(one.name, (gap,), view.signed(gap), span))
    drawing = bars(
        rows,
        ("",),
        title=title,
        description=view.word(
            "gap desc", year=view.end, most=rows[0].name, figure=rows[0].text,
            least=rows[-1].name, other=rows[-1].text,
        ),
        figure=view.axis,
    )  # fmt: skip
    headers = [kind, view.word("short since header"), *map(str, view.headline)]
    texts = 2
    cells = [_gap_row(view, one) for one in known]
    if any(one.sure is not None for one in known):
        headers.append(view.word("likely at", year=view.end))
        headers.append(view.word("draws short", year=view.end))
        for cell, one in zip(cells, known, strict=True):
            above = None if one.sure is None else one.sure.above
            cell.append(view.between(one.sure, view.end))
            cell.append("" if above is None else view.portion(float(above[-1])))
    note = view.word("gap note")
    if view.draws is not None:
        note += " " + view.word(
            "whiskers", low=view.reach[0], high=view.reach[1], draws=view.drawn, end=view.end
        )
    return Figure(
        title, drawing, Table(tuple(headers), tuple(map(tuple, cells)), texts=texts), note
    )


def _gap_row(view: View, one: Short) -> list[str]:
    gap = one.gap or []
    since = view.word("not short") if one.since is None else str(one.since)
    return [one.name, since, *_years(view, gap, view.signed)]


def _years(view: View, values: Sequence[float], write: Callable[[float], str]) -> list[str]:
    return [write(values[view.years.index(year)]) for year in view.headline]


def _abreast(view: View, one: Short) -> Figure:
    """Need against supply of a profession."""
    need, supply = one.need, one.supply or []
    title = view.word("need and supply", name=one.name)
    drawing = lines(
        view.years,
        [
            Line(view.word("need"), need, _band(view, "staff", one)),
            Line(view.word("supply"), supply, _band(view, "staff_supply", one)),
        ],
        title=title,
        description=view.word(
            "need and supply desc",
            year=view.end,
            need=view.number(need[-1]),
            supply=view.number(supply[-1]),
        ),
        figure=view.axis,
        mark=None if one.since in (None, view.base) else (
            one.since or view.base, view.word("short from", year=one.since)
        ),
    )  # fmt: skip
    rows = [
        (view.word("need"), *_years(view, need, view.number)),
        (view.word("supply"), *_years(view, supply, view.number)),
        (view.word("gap"), *_years(view, one.gap or [], view.signed)),
    ]
    if one.sure is not None:
        likely = (view.between(one.sure, year) for year in view.headline)
        rows.append((view.word("gap likely"), *likely))
    headers = (view.word("fte"), *map(str, view.headline))
    note = "" if one.sure is None else view.word(
        "band", low=view.reach[0], high=view.reach[1], draws=view.drawn
    )  # fmt: skip
    return Figure(title, drawing, Table(headers, tuple(rows)), note)


def _band(view: View, measure: str, one: Short) -> tuple[list[float], list[float]] | None:
    sure = view.interval(measure, profession=one.key)
    return None if sure is None else (list(sure.low), list(sure.high))


def _table(view: View, found: list[Short], kind: str, title: str) -> Table:
    """Need of every profession, those of unknown supply too."""
    rows = []
    for one in found:
        cells = _years(view, one.need, view.number)
        known = view.word("unknown") if one.supply is None else view.number(one.supply[-1])
        rows.append((one.name, *cells, view.change(one.need[0], one.need[-1]), known))
    headers = (
        kind,
        *map(str, view.headline),
        view.word("change", base=view.base, end=view.end),
        view.word("supply at", year=view.end),
    )
    return Table(headers, tuple(rows), title=view.word(title), wide=False)
