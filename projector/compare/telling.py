"""A comparison in the words of a language: what is compared, and numbers with their signs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.compare.comparison import Comparison
from projector.compare.divergence import Parted
from projector.compare.draws import Paired
from projector.outputs.summary import headline_years
from projector.outputs.tidy import csv_name
from projector.outputs.words import Language, number, signed, word
from projector.run.measures import WHOLE, Measure

__all__ = ["SECTIONS", "Cell", "Teller"]

Floats = NDArray[np.float64]

SECTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "people": ("people",),
        "care": (
            "contacts",
            "contacts_by_diagnosis",
            "bed_days",
            "readmissions",
            "ready_days",
            "own_coverage",
        ),
        "capacity": ("beds", "places", "rooms", "beds_gap", "places_gap", "rooms_gap", "refusal"),
        "staff": (
            "staff",
            "competence",
            "working_age_share",
            "staff_supply",
            "staff_gap",
            "competence_gap",
        ),
        "money": ("activity_income", "ready_day_payment", "cost"),
    }
)
"""Measures by the section in which they are told of."""

_SEEN = 0.0005
"""A difference below half a thousandth is not seen in a table."""

_MANY = 100.0


@dataclass(frozen=True, eq=False)
class Cell:
    """One figure of all sides over the years.

    Parameters
    ----------
    measure
        What it is of.
    name
        What it is called within the measure; empty where the measure has one figure.
    part
        The labels that lead to it, without those of side and year.
    values
        ``[side, year]``, shares in per cent.
    sure
        For each side but the first the lowest, the highest and the share above, each ``[year]``;
        None where draws could not be paired.
    """

    measure: Measure
    name: str
    part: Mapping[str, str]
    values: Floats
    sure: tuple[tuple[Floats, Floats, Floats] | None, ...]

    @property
    def differences(self) -> Floats:
        """``[side, year]``: each side less the first."""
        apart: Floats = self.values - self.values[0]
        return apart

    @property
    def is_seen(self) -> bool:
        """Whether a reader would see a difference, or that a side has no such figure."""
        apart = np.abs(np.nan_to_num(self.differences)) >= _SEEN
        return bool(apart.any() or (np.isnan(self.values) != np.isnan(self.values[0])).any())


@dataclass(frozen=True)
class Teller:
    """A comparison and the language it is told in."""

    comparison: Comparison
    language: Language

    def word(self, key: str, **values: object) -> str:
        """A text of comparisons."""
        return word(f"compare {key}", self.language, **values)

    def common(self, key: str, **values: object) -> str:
        """A text that other outputs have too."""
        return word(key, self.language, **values)

    @property
    def first(self) -> str:
        """Letter of the side that the others are held against."""
        return self.comparison.sides[0].letter

    @cached_property
    def years(self) -> list[int]:
        """The common years that tables show."""
        common = self.comparison.years
        return headline_years(np.array(common)) if common else []

    @property
    def title(self) -> str:
        """What is compared with what."""
        first, *others = self.comparison.sides
        if len(others) > 1:
            return self.word("against several", name=first.name, count=len(others))
        return self.word("against", name=first.name, other=others[0].name)

    def heading(self, measure: str) -> str:
        """What a measure is called."""
        return self.word(f"measure {measure}")

    def label(self, axis: str, key: str) -> str:
        """What a label of an axis is called."""
        if axis == "ages":
            return self.common(f"ages {key}")
        if axis == "setting":
            return self.common(key)
        if axis == "region":
            return self.region(key)
        for side in self.comparison.sides:
            name = side.name_of(axis, key, self.language)
            if name != key:
                return name
        return key

    def region(self, code: str) -> str:
        """Name of a region of any side."""
        if code == WHOLE:
            return self.word("whole")
        return next(
            (side.regions[code] for side in self.comparison.sides if code in side.regions), code
        )

    def cells(self, measure: str, years: list[int], region: str | None = WHOLE) -> Iterator[Cell]:
        """Figures of a measure that some side has, in the order of its axes.

        Parameters
        ----------
        measure
            Its name; one that no side has has no cells.
        years
            Years that all sides have.
        region
            A region, an area or the whole; None is every one of them, which are then part of the
            name of a cell.

        Yields
        ------
        Cell
        """
        figures = next((f for f in self.comparison.figures if f.measure.name == measure), None)
        if figures is None or not years:
            return
        at = figures.values.sel(year=years).rename(measure)
        if "region" in at.dims and region is not None:
            if region not in at["region"].values:
                return
            at = at.sel(region=[region])
        axes = [str(dim) for dim in at.dims if dim not in ("side", "year")]
        scale = 100.0 if figures.measure.unit == "1" else 1.0
        values = scale * at.transpose("side", *axes, "year").values
        sure = [_sure(one, at, axes, scale) for one in self.comparison.paired]
        labels = [list(map(str, at[axis].values)) for axis in axes]
        named = [axis for axis in axes if axis != "region" or region is None]
        for place in np.ndindex(*values.shape[1:-1]):
            own = values[(slice(None), *place)]
            if np.isnan(own).all():
                continue
            part = {axis: keys[i] for axis, keys, i in zip(axes, labels, place, strict=True)}
            name = ": ".join(
                self.label(axis, part[axis])
                for axis in named
                if (axis, part[axis]) != ("region", WHOLE)
            )
            of_cell = tuple(
                None if one is None else (one[0][place], one[1][place], one[2][place])
                for one in sure
            )
            yield Cell(figures.measure, name, part, own, of_cell)

    def result(self, one: Parted) -> str:
        """What a result is called: in words, or else by the name of its file."""
        for measure in self.comparison.figures:
            if (measure.measure.group, measure.measure.variable) == (one.group, one.variable):
                return self.heading(measure.measure.name)
        return csv_name(f"/{one.group}", one.variable)

    def where(self, one: Parted) -> str:
        """The cell in which two runs first part."""
        labels = [self.label(axis, key) for axis, key in one.part]
        place = [one.region_name] if one.region_name else []
        year = [str(one.year)] if one.year is not None else []
        return ", ".join([*year, *place, *labels])

    def pairing(self, one: Paired) -> list[str]:
        """How the draws of a side were paired with those of the first, or why not."""
        concerned = ", ".join(one.concerned)
        said = {"letter": one.letter, "first": self.first, "draws": self.number(one.draws, 0)}
        if not one.draws:
            return [self.word(f"paired {one.why}", concerned=concerned, **said)]
        told = [self.word("paired", **said)]
        if one.why:
            told.append(self.word(f"paired {one.why}", concerned=concerned, draws=said["draws"]))
        return told

    def number(self, value: float, decimals: int) -> str:
        """A number, or that there is none."""
        if np.isnan(value):
            return "–"
        return number(value, self.language, decimals)

    def signed(self, value: float, decimals: int) -> str:
        """A number with its sign, or that there is none."""
        if np.isnan(value):
            return "–"
        return signed(value, self.language, decimals)

    def between(self, low: float, high: float, decimals: int) -> str:
        """From the lowest to the highest, with signs."""
        if np.isnan(low) or np.isnan(high):
            return "–"
        ends = [signed(end, self.language, decimals) for end in (low, high)]
        return ends[0] if ends[0] == ends[1] else self.word("to", low=ends[0], high=ends[1])

    def reach(self, one: Paired) -> tuple[str, str]:
        """The outermost quantiles in per cent."""
        low, *_, high = one.quantiles
        return f"{100 * low:g}", f"{100 * high:g}"


def decimals_of(values: Floats) -> int:
    """Decimals that a reader wants of some numbers: none of many or of whole ones."""
    known = np.abs(values[~np.isnan(values)])
    largest = known.max(initial=0.0)
    if largest >= _MANY or np.allclose(known, np.round(known), atol=1e-6):
        return 0
    return 1 if largest >= 1.0 else 2 if largest >= 0.01 else 3


def _sure(
    one: Paired, at: xr.DataArray, axes: list[str], scale: float
) -> tuple[Floats, Floats, Floats] | None:
    """The outermost quantiles of differences and the shares above, ``[..., year]``."""
    dataset = one.measures.get(str(at.name))
    if dataset is None:
        return None
    cells = dataset.sel({dim: at[dim].values for dim in (*axes, "year")})
    low_to_high = scale * cells["quantile_value"].transpose("quantile", *axes, "year").values
    return (
        low_to_high[0],
        low_to_high[-1],
        cells["above"].transpose(*axes, "year").values,
    )
