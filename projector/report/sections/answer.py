"""The answer first: what grows, what is short, by when, and how sure that is."""

import numpy as np
import xarray as xr

from projector.outputs.summary import people_in
from projector.report.blocks import Block, Cards, Items, Section
from projector.report.sections.assumptions import rows_by_quality
from projector.report.sections.staff import Short, shortages
from projector.report.view import View

__all__ = ["answer"]

_MOST = 6
_WORKING, _OLD, _OLDEST = "20-66", "67-79", "80+"
_SMALL_UNIT = 50
"""Beds of a unit up to which it matters how often it is full, though its mean has room."""
_SURE = 0.5
"""Share of the draws from which on the first year of a shortage is told as likely."""


def answer(view: View) -> Section:
    """The section with the answer."""
    professions = [one for one in shortages(view, "profession") if one.gap is not None]
    blocks: list[Block] = [
        Cards(tuple(_cards(view, professions))),
        Items(view.word("what grows"), tuple(_grows(view))),
        Items(view.word("what is short"), tuple(_short(view))),
        Items(view.word("who is short"), tuple(_staff(view, professions))),
        Items(view.word("how sure"), tuple(_sure(view))),
    ]
    return Section("answer", view.word("answer"), blocks)


def _people(view: View, group: str) -> xr.DataArray:
    return people_in(view.dataset("population")["population"], group)


def _ends(values: xr.DataArray) -> tuple[float, float]:
    return float(values.values[0]), float(values.values[-1])


def _cards(view: View, professions: list[Short]) -> list[tuple[str, str, str]]:
    first, last = _ends(_people(view, _OLDEST).sum("region"))
    sure = view.between(view.interval("people", ages=_OLDEST), view.end)
    cards = [
        (
            view.change(first, last),
            view.word("card oldest", year=view.end),
            _with(view, view.number(last, 0), sure),
        )
    ]
    days = view.dataset("activity")["bed_days"].sum(("region", "diagnosis"))
    first, last = _ends(days.sel(setting="inpatient"))
    sure = view.between(view.interval("bed_days", setting="inpatient"), view.end)
    cards.append(
        (
            view.change(first, last),
            view.word("card bed days", year=view.end),
            _with(view, view.number(last, 0), sure),
        )
    )
    first_short = _first_short(view)
    if first_short is not None:
        year, name = first_short
        cards.append((str(year), view.word("card short"), name))
    if professions:
        gap = sum((one.gap or [0.0])[-1] for one in professions)
        cards.append(
            (
                view.number(abs(gap), 0),
                view.word("card staff short" if gap > 0 else "card staff left", year=view.end),
                view.word("card most", name=professions[0].name),
            )
        )
    return cards


def _with(view: View, figure: str, sure: str) -> str:
    return view.word("card sure", figure=figure, sure=sure) if sure else figure


def _first_short(view: View) -> tuple[int, str] | None:
    found = [
        (one.short[0][0], view.word("site title", site=one.site, resource=one.resource))
        for one in view.compared
        if one.short
    ]
    return min(found, key=lambda item: item[0]) if found else None


def _grows(view: View) -> list[str]:
    oldest = _people(view, _OLDEST)
    told = [_growth(view, "grows people", _ends(oldest.sum("region")), area=view.area)]
    if oldest.sizes["region"] > 1:
        base, end = oldest.values[:, 0], oldest.values[:, -1]
        growth = np.where(base > 0, end / np.where(base > 0, base, 1.0) - 1.0, np.nan)
        if np.isfinite(growth).any():
            most, least = int(np.nanargmax(growth)), int(np.nanargmin(growth))
            change, other = (view.change(base[i], end[i]) for i in (most, least))
            if change != other:
                names = {"most": view.regions[most], "least": view.regions[least]}
                told.append(view.word("grows most", change=change, other=other, **names))
    told.append(_growth(view, "grows old", _ends(_people(view, _OLD).sum("region"))))
    told.append(_growth(view, "grows working", _ends(_people(view, _WORKING).sum("region"))))
    care = view.dataset("activity")
    days = care["bed_days"].sum(("region", "diagnosis"))
    contacts = care["contacts"].sum(("region", "diagnosis"))
    told.append(_growth(view, "grows stays", _ends(days.sel(setting="inpatient"))))
    told.append(_growth(view, "grows visits", _ends(contacts.sel(setting="outpatient"))))
    growing = [
        (last / first - 1, str(setting), (first, last))
        for setting in days["setting"].values
        for first, last in [_ends(days.sel(setting=setting))]
        if first > 0 and str(setting) != "inpatient"
    ]
    if growing:
        _, setting, ends = max(growing)
        told.append(_growth(view, "grows days", ends, setting=view.common(setting)))
    return told


def _growth(view: View, key: str, ends: tuple[float, float], **values: object) -> str:
    first, last = ends
    return view.word(
        key,
        base=view.base,
        end=view.end,
        first=view.number(first, 0),
        last=view.number(last, 0),
        change=view.change(first, last),
        **values,
    )


def _short(view: View) -> list[str]:
    told, enough = [], []
    for unit, site, resource, at, name in view.places():
        one = view.dataset(f"capacity/{unit}").sel(site=site, resource=resource)
        since = float(one["first_shortage"])
        title = view.word("site title", site=at, resource=name)
        if np.isnan(since):
            enough.append(title)
            continue
        sentence = view.word(
            "short of",
            place=title,
            year=int(since),
            end=view.end,
            need=view.number(float(one["served"][-1])),
            exists=view.number(float(one["existing"][-1])),
        )
        sure = view.interval(f"{unit}_gap", site=site, resource=resource)
        if sure is not None and sure.above is not None:
            sentence += " " + view.word(
                "short sure", end=view.end, share=view.portion(float(sure.above[-1]))
            )
        refused = one.get("refusal")
        small = float(one["existing"][-1]) <= _SMALL_UNIT
        if refused is not None and small and bool(refused.notnull().all()):
            sentence += " " + view.word(
                "refused", end=view.end, share=view.percent(float(refused[-1]), 1)
            )
        told.append((float(one["gap"][-1]), sentence))
    told.sort(key=lambda item: -item[0])
    sentences = [sentence for _, sentence in told[:_MOST]]
    if len(told) > _MOST:
        sentences.append(view.word("more short", count=len(told) - _MOST))
    if enough:
        sentences.append(view.word("enough", names="; ".join(enough[:_MOST]), end=view.end))
    return sentences or [view.word("no sites")]


def _staff(view: View, professions: list[Short]) -> list[str]:
    if not professions:
        return [view.word("no supply")]
    told = []
    short = [one for one in professions if (one.gap or [0.0])[-1] > 0]
    for one in short[:_MOST]:
        gap = (one.gap or [0.0])[-1]
        sentence = view.word(
            "staff short",
            name=one.name,
            end=view.end,
            gap=view.number(gap),
            share=view.percent(gap / one.need[-1]),
            since=one.since,
        )
        if one.sure is not None and one.sure.above is not None:
            sentence += " " + view.word(
                "staff sure",
                between=view.between(one.sure, view.end),
                share=view.portion(float(one.sure.above[-1])),
            )
        told.append(sentence)
    if len(short) > _MOST:
        told.append(view.word("more staff short", count=len(short) - _MOST))
    return told or [view.word("staff enough", end=view.end)]


def _sure(view: View) -> list[str]:
    if view.draws is None:
        told = [view.word("no draws")]
    else:
        told = [view.word("draws", draws=view.drawn, low=view.reach[0], high=view.reach[1])]
        for key, measure, part in (
            ("sure oldest", "people", {"ages": _OLDEST}),
            ("sure bed days", "bed_days", {"setting": "inpatient"}),
        ):
            sure = view.interval(measure, **part)
            if sure is not None:
                told.append(view.word(key, end=view.end, between=view.between(sure, view.end)))
        told += _years_of_shortage(view)
    counted = rows_by_quality(view)
    whole = sum(counted.values())
    if whole:
        told.append(
            view.word(
                "sure inputs",
                rows=view.number(whole, 0),
                official=view.percent(counted["official"] / whole),
                derived=view.percent(counted["derived"] / whole),
                assumption=view.percent(counted["assumption"] / whole),
            )
        )
    said = [one for one in view.assumptions if one.basis in ("assumption", "partly", "unstated")]
    if said:
        told.append(view.word("sure scenario", count=len(said)))
    return told


def _years_of_shortage(view: View) -> list[str]:
    """The first year in which more than half of the draws are short."""
    told = []
    for unit, site, resource, at, name in view.places():
        sure = view.interval(f"{unit}_gap", site=site, resource=resource)
        if sure is None or sure.above is None:
            continue
        likely = [year for year, share in zip(view.years, sure.above, strict=True) if share > _SURE]
        title = view.word("site title", site=at, resource=name)
        if likely:
            told.append(view.word("sure short", place=title, year=likely[0]))
        else:
            told.append(view.word("sure enough", place=title, end=view.end))
    return told[:_MOST]
