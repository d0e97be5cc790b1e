"""What is needed beside what exists: by site and resource, and where units share beds."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from projector.capacity.stage import ROUNDING
from projector.outputs.spans import Span, called, spans_of
from projector.outputs.table import Row
from projector.outputs.words import Language, number, word

__all__ = ["Compared", "existing_rows", "pool_rows", "sites_compared"]

_MILLION = 1e6
_WHOLE = 1e-6
"""A number of units this near to a whole one is written as one."""

_MANY = 1000
"""So many units are written without decimals."""


@dataclass(frozen=True)
class Compared:
    """Need of one resource at one site, and what there is, both ``[year]``.

    `refusal` is the share turned away with the beds that exist, ``[year]``, and `in_use` the beds
    in use, ``[year, measure]``, were nobody turned away; None of places and rooms. `short` are the
    spans of years in which there is less than is needed. `cost` is that of what is missing,
    ``[year]``, at the prices of the year `price_year`; None where nobody knows. `short_draws` is
    the share of draws in which there is less than is needed, ``[year]``; None without draws.
    """

    site: str
    resource: str
    need: xr.DataArray
    existing: xr.DataArray
    refusal: xr.DataArray | None
    in_use: xr.DataArray | None
    short: tuple[Span, ...]
    cost: xr.DataArray | None
    price_year: int | None
    short_draws: xr.DataArray | None

    @property
    def name(self) -> str:
        """Site and resource."""
        return f"{self.site}: {self.resource}"


def sites_compared(tree: xr.DataTree, language: Language) -> Iterator[Compared]:
    """Need and existing capacity of every site, by resource, for all years.

    Parameters
    ----------
    tree
        From `projector.run`.
    language
        ``nb`` or ``en``.

    Yields
    ------
    Compared
        Those of a site follow one another.
    """
    named = json.loads(tree.attrs["names"]).get("resource", {})
    datasets = [tree[f"capacity/{unit}"].to_dataset() for unit in ("beds", "places", "rooms")]
    sites = dict.fromkeys(str(site) for dataset in datasets for site in dataset["site"].values)
    for site in sites:
        for dataset in datasets:
            if site not in dataset["site"].values:
                continue
            for resource in dataset["resource"].values:
                one = dataset.sel(site=site, resource=resource)
                if not np.isnan(one["existing"].values).all():
                    name = named.get(str(resource), {}).get(language, str(resource))
                    yield _compared(site, name, one, _short_draws(tree, site, str(resource)))


def _short_draws(tree: xr.DataTree, site: str, resource: str) -> xr.DataArray | None:
    """Share of the draws in which a resource of a site is short, ``[year]``."""
    if "uncertainty" not in tree.children:
        return None
    for unit in ("beds", "places", "rooms"):
        node = tree["uncertainty"].children.get(f"{unit}_gap")
        if node is None:
            continue
        gap = node.to_dataset(inherit=False)
        if resource in gap["resource"].values and site in gap["site"].values:
            return gap["above"].sel(site=site, resource=resource)
    return None


def _compared(
    site: str, resource: str, one: xr.Dataset, short_draws: xr.DataArray | None
) -> Compared:
    known = not np.isnan(one["price_year"])
    return Compared(
        site,
        resource,
        need=one["served"],
        existing=one["existing"],
        refusal=one.get("refusal"),
        in_use=one.get("site_peak"),
        short=spans_of(one["gap"] > ROUNDING),
        cost=one["gap_cost"] if known else None,
        price_year=int(one["price_year"]) if known else None,
        short_draws=short_draws,
    )


def existing_rows(tree: xr.DataTree, years: list[int], language: Language) -> Iterator[Row]:
    """Need / what exists, and below it when that is too little and how full it is.

    Of beds also what share is turned away, and how many are in use on average, in the busiest
    month and on bad days; of what is missing what it costs, where that is known.
    """
    site = None
    for one in sites_compared(tree, language):
        if one.site != site:
            site = one.site
            yield Row(site, ())
        yield _abreast(f"  {one.resource}", (one.need, one.existing), years, language)
        if one.short:
            years_short = called(one.short, language)
            yield Row(f"    {word('short', language, years=years_short)}", ())
        if one.short_draws is not None:
            often = one.short_draws.sel(year=years).values
            texts = (number(100 * float(share), language) for share in often)
            yield Row(f"    {word('too few draws', language)}", tuple(texts))
        if one.refusal is not None:
            turned_away = _percent(one.refusal.sel(year=years), language)
            yield Row(f"    {word('turned away', language)}", turned_away)
        if one.in_use is not None:
            yield from _in_use(one.in_use.sel(year=years), language)
        if one.cost is not None and one.short:
            amounts = one.cost.sel(year=years).values / _MILLION
            cost = word("gap cost", language, year=one.price_year)
            texts = (number(float(amount), language, 1) for amount in amounts)
            yield Row(f"    {cost}", tuple(texts))


def _in_use(in_use: xr.DataArray, language: Language) -> Iterator[Row]:
    """A row for each measure of ``[year, measure]``; bad days have whole beds."""
    for measure in in_use["measure"].values:
        figures = in_use.sel(measure=measure).values
        decimals = 0 if (figures == figures.round()).all() or figures.max() >= _MANY else 1
        texts = (number(float(figure), language, decimals) for figure in figures)
        yield Row(f"    {word(f'in use {measure}', language)}", tuple(texts))


def pool_rows(tree: xr.DataTree, years: list[int], language: Language) -> Iterator[Row]:
    """Beds of pooled units together / apart / saved, and below it how often they are full."""
    if "pools" not in tree["capacity"].children:
        return
    dataset = tree["capacity/pools"].to_dataset()
    for name in dataset["pool"].values:
        pool = dataset.sel(pool=name)
        beds = (pool["together"], pool["apart"], pool["saved"])
        yield _abreast(str(name), beds, years, language)
        full = (
            _percent(pool[key].sel(year=years), language)
            for key in ("refusal_together", "refusal_apart")
        )
        yield Row(
            f"  {word('turned away pooled', language)}",
            tuple(" / ".join(both) for both in zip(*full, strict=True)),
        )


def _abreast(
    name: str, amounts: Sequence[xr.DataArray], years: list[int], language: Language
) -> Row:
    """A row with several amounts of units in each year."""
    by_year = zip(*(amount.sel(year=years).values for amount in amounts), strict=True)
    figures = (" / ".join(_units(float(one), language) for one in each) for each in by_year)
    return Row(name, tuple(figures))


def _percent(shares: xr.DataArray, language: Language) -> tuple[str, ...]:
    return tuple(number(100 * float(share), language, 1) for share in shares.values)


def _units(amount: float, language: Language) -> str:
    """Beds, places or rooms: whole ones and many without a decimal."""
    whole = abs(amount - round(amount)) < _WHOLE or amount >= _MANY
    return number(amount, language, 0 if whole else 1)
