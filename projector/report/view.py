"""The results of a run as a page reads them: by name, for all regions together, with intervals."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.outputs.existing import Compared, sites_compared
from projector.outputs.summary import headline_years
from projector.outputs.words import Language, number, signed, word
from projector.report.assumptions import Assumption, assumptions_of

__all__ = ["Explained", "Interval", "View", "few"]

Floats = NDArray[np.float64]
_ALL = "all"
_FEW = 100
_WHOLE = 6
"""Decimals by which a number is a whole one."""


@dataclass(frozen=True)
class Interval:
    """The outermost quantiles over draws, each ``[year]``, and the share of draws above zero."""

    low: Floats
    high: Floats
    above: Floats | None


@dataclass(frozen=True)
class View:
    """Results and the language they are told in.

    Parameters
    ----------
    tree
        From `projector.outputs.read_results`.
    language
        ``nb`` or ``en``.
    explained
        Explanations of results in words, by heading, from `projector.report.explained`.
    """

    tree: xr.DataTree
    language: Language
    explained: Mapping[str, Sequence["Explained"]]

    @cached_property
    def years(self) -> list[int]:
        """Calendar years of the run."""
        return [int(year) for year in self.dataset("population")["year"].values]

    @property
    def base(self) -> int:
        """The first year."""
        return self.years[0]

    @property
    def end(self) -> int:
        """The last year."""
        return self.years[-1]

    @cached_property
    def headline(self) -> list[int]:
        """The years that tables show."""
        return headline_years(np.array(self.years))

    @property
    def title(self) -> str:
        """Name of the scenario."""
        return str(self.tree.attrs["title"])

    @cached_property
    def names(self) -> dict[str, dict[str, dict[str, str]]]:
        """What things are called, by type and key."""
        named: dict[str, dict[str, dict[str, str]]] = json.loads(self.tree.attrs["names"])
        return named

    @cached_property
    def tiles(self) -> dict[str, tuple[int, int]]:
        """Column and row of the regions on a map of squares; of none where there is no map."""
        # Results of before there were maps have none.
        placed = json.loads(str(self.tree.attrs.get("tiles", "{}")))
        return {str(code): (int(x), int(y)) for code, (x, y) in placed.items()}

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """What the scenario says, line by line."""
        return assumptions_of(str(self.tree.attrs["scenario_resolved"]))

    @property
    def description(self) -> str:
        """What the scenario is about, in the language of the page where it is written in both."""
        said = {one.keys: one.value for one in self.assumptions}
        return said.get(("description", self.language)) or said.get(("description",), "")

    @cached_property
    def regions(self) -> list[str]:
        """Names of the regions."""
        return [str(name) for name in self.dataset("population")["region_name"].values]

    @cached_property
    def region_names(self) -> dict[str, str]:
        """Names of regions and areas by code."""
        named: dict[str, str] = {}
        for group in ("indicators", "population"):
            dataset = self.dataset(group)
            codes, names = dataset["region"].values.tolist(), dataset["region_name"].values.tolist()
            named |= dict(zip(codes, names, strict=True))
        return named

    @cached_property
    def area(self) -> str:
        """What the run is about, in the words of the scenario."""
        said = next((one.items for one in self.assumptions if one.keys == ("regions",)), ())
        codes = [str(code) for code in self.dataset("population")["region"].values]
        by_code = dict(zip(codes, self.regions, strict=True))
        called = [by_code.get(name, name) for name in said]
        if not called or called == [_ALL]:
            called = self.regions
        if len(called) > 4:
            return self.word("many regions", count=len(called))
        if len(called) < 2:
            return called[0]
        return self.word("and", first=", ".join(called[:-1]), last=called[-1])

    def word(self, key: str, **values: object) -> str:
        """A text of the page's own part of the catalogue."""
        return word(f"report {key}", self.language, **values)

    def common(self, key: str, **values: object) -> str:
        """A text that the printed tables have too."""
        return word(key, self.language, **values)

    def name(self, kind: str, key: object) -> str:
        """What a diagnosis, resource, profession or competence is called."""
        return self.names.get(kind, {}).get(str(key), {}).get(self.language, str(key))

    def number(self, value: float, decimals: int | None = None) -> str:
        """A number as the language writes it; one decimal where there are few."""
        if np.isnan(value):
            return self.word("unknown")
        return number(value, self.language, few(value) if decimals is None else decimals)

    def signed(self, value: float, decimals: int | None = None) -> str:
        """A number with its sign."""
        if np.isnan(value):
            return self.word("unknown")
        return signed(value, self.language, few(value) if decimals is None else decimals)

    def percent(self, share: float, decimals: int = 0) -> str:
        """A share in per cent, with the sign of per cent."""
        if np.isnan(share):
            return self.word("unknown")
        return self.word("per cent", figure=number(100.0 * share, self.language, decimals))

    def portion(self, share: float) -> str:
        """A share of the draws: nearly all of them is not all of them."""
        if 0.0 < share < 0.005:
            return self.word("hardly any")
        return self.word("nearly all") if 0.995 <= share < 1.0 else self.percent(share)

    def change(self, first: float, last: float) -> str:
        """Growth in per cent, with its sign."""
        if first == 0:
            return self.word("unknown")
        return self.word("per cent", figure=signed(100 * (last / first - 1), self.language))

    def axis(self, value: float) -> str:
        """A number of an axis: no more decimals than it has."""
        decimals = next((n for n in range(4) if round(value, n) == round(value, 6)), 4)
        return number(value, self.language, decimals)

    def dataset(self, group: str) -> xr.Dataset:
        """A group of the results."""
        return self.tree[group].to_dataset()

    def has(self, group: str) -> bool:
        """Whether the run has a group of results."""
        node = self.tree
        for part in group.split("/"):
            if part not in node.children:
                return False
            node = node.children[part]
        return True

    @cached_property
    def draws(self) -> int | None:
        """How many draws the run has; None where it has none."""
        measures = self._uncertain
        return None if not measures else int(next(iter(measures.values())).attrs["draws"])

    @property
    def drawn(self) -> str:
        """The number of draws as the language writes it."""
        return "" if self.draws is None else self.number(self.draws, 0)

    @cached_property
    def reach(self) -> tuple[str, str]:
        """The outermost quantiles in per cent, such as 10 and 90."""
        shares = next(iter(self._uncertain.values()))["quantile"].values
        return (self.number(100 * float(shares[0]), 0), self.number(100 * float(shares[-1]), 0))

    @cached_property
    def _uncertain(self) -> dict[str, xr.Dataset]:
        if "uncertainty" not in self.tree:
            return {}
        children = self.tree["uncertainty"].children
        return {name: node.to_dataset(inherit=False) for name, node in children.items()}

    def summary(self, measure: str) -> xr.Dataset | None:
        """The summaries over draws of a measure; None without draws."""
        return self._uncertain.get(measure)

    def interval(self, measure: str, **part: object) -> Interval | None:
        """How sure a figure is; None without draws, or where nothing is known.

        Parameters
        ----------
        measure
            A group of ``uncertainty``.
        part
            The cell of each axis but the years; without a region all of them together.
        """
        dataset = self._uncertain.get(measure)
        if dataset is None:
            return None
        if "region" in dataset.dims and "region" not in part:
            codes = [str(code) for code in dataset["region"].values]
            if _ALL not in codes and len(codes) > 1:
                return None
            part["region"] = _ALL if _ALL in codes else codes[0]
        if any(key not in dataset[axis].values for axis, key in part.items()):
            return None
        one = dataset.sel(part)
        values = one["quantile_value"].transpose("quantile", "year").values
        if np.isnan(values).any():
            return None
        above = one["above"].values if "above" in one else None
        return Interval(values[0], values[-1], above)

    def between(self, interval: Interval | None, year: int) -> str:
        """The interval of a year: ``71–96``; nothing where it is not known."""
        if interval is None:
            return ""
        at = self.years.index(year)
        low, high = float(interval.low[at]), float(interval.high[at])
        decimals = few(max(abs(low), abs(high)))
        ends = dict.fromkeys(self.number(value, decimals) for value in (low, high))
        if len(ends) == 1:
            return next(iter(ends))
        return self.word("between", low=next(iter(ends)), high=list(ends)[1])

    def by_year(self, values: xr.DataArray) -> dict[int, float]:
        """Figures ``[year]`` by the year."""
        return dict(zip(self.years, map(float, values.values), strict=True))

    def by_key(self, values: xr.DataArray, axis: str) -> dict[str, dict[int, float]]:
        """Figures ``[year, axis]`` by the key on the axis, and the year."""
        rows = values.transpose(axis, "year").values.tolist()
        return {
            str(key): dict(zip(self.years, row, strict=True))
            for key, row in zip(values[axis].values, rows, strict=True)
        }

    @cached_property
    def compared(self) -> list[Compared]:
        """Need and existing capacity of every site and resource."""
        return list(sites_compared(self.tree, self.language))

    def places(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Unit, site, resource and the names of both, of all that is compared."""
        for unit in ("beds", "places", "rooms"):
            dataset = self.dataset(f"capacity/{unit}")
            for site in map(str, dataset["site"].values):
                for resource in map(str, dataset["resource"].values):
                    there = dataset["existing"].sel(site=site, resource=resource)
                    if not bool(there.isnull().all()):
                        yield unit, site, resource, site, self.name("resource", resource)


@dataclass(frozen=True)
class Explained:
    """A line of what drives a change: its role, name, amount, and the effect by itself."""

    role: str
    name: str
    amount: float
    alone: float


def few(value: float) -> int:
    """Decimals that a reader wants: one of few, none of many."""
    return (
        0 if round(abs(float(value)), 1) >= _FEW or round(float(value), _WHOLE).is_integer() else 1
    )
