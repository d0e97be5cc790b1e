"""A backtest as tables: errors by cell, regions one by one, and how well intervals held."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.population.backtest import (
    AGE_GROUPS,
    ALL_SIZES,
    SIZE_CLASSES,
    size_class,
    summarise,
)
from projector.population.foresight import INTERVALS

__all__ = ["Comparison", "coverage_table", "errors_table", "regions_table"]

Array = NDArray[np.float64]
_GROUPS = tuple(AGE_GROUPS)
_TOTAL = _GROUPS.index("total")


@dataclass(frozen=True)
class Comparison:
    """One base year: what each method gave beside what came.

    Parameters
    ----------
    base
        The base year.
    codes, years
        Regions and years compared.
    at_base
        ``[region, group]``: people at the base, by `AGE_GROUPS`.
    true
        ``[region, year, group]``: people as counted.
    methods
        ``[region, year, group]`` by method; NaN where a method says nothing of a year or group.
    intervals
        ``[region, year, group, interval, end]`` or None.
    """

    base: int
    codes: list[str]
    years: list[int]
    at_base: Array
    true: Array
    methods: Mapping[str, Array]
    intervals: Array | None

    @property
    def sizes(self) -> list[str]:
        """Size class of each region by people at the base."""
        return [SIZE_CLASSES[i] for i in size_class(self.at_base[:, _TOTAL])]

    def cells(self) -> Iterator[tuple[dict[str, object], NDArray[np.bool_], int, int]]:
        """Labels, members, and position of year and group of every cell with any region."""
        sizes = np.array(self.sizes)
        members = {ALL_SIZES: np.ones(len(sizes), dtype=bool)}
        members |= {size: sizes == size for size in SIZE_CLASSES if size in sizes}
        for (j, year), (k, group), (size, within) in product(
            enumerate(self.years), enumerate(_GROUPS), members.items()
        ):
            labels = {"base": self.base, "year": year, "horizon": year - self.base}
            yield {**labels, "ages": group, "size": size}, within, j, k


def errors_table(compared: Comparison) -> pd.DataFrame:
    """Errors by year, age group, size class and method.

    Parameters
    ----------
    compared
        One base year.

    Returns
    -------
    pandas.DataFrame
        ``base``, ``year``, ``horizon`` (years ahead), ``ages``, ``size`` (people at the base,
        or ``all``), ``method``, and the fields of `projector.population.backtest.ErrorSummary`.
    """
    return pd.DataFrame(
        [
            {**labels, "method": method, **asdict(summarise(cell, compared.true[within, j, k]))}
            for labels, within, j, k in compared.cells()
            for method, people in compared.methods.items()
            if not np.isnan(cell := people[within, j, k]).all()
        ]
    )


def regions_table(compared: Comparison, names: Mapping[str, str]) -> pd.DataFrame:
    """People by region, year and age group: at the base, as they came, and by each method.

    Parameters
    ----------
    compared
        One base year.
    names
        Region names by code.

    Returns
    -------
    pandas.DataFrame
        ``base``, ``region``, ``region_name``, ``size``, ``year``, ``horizon``, ``ages``,
        ``at_base``, ``true``, one column for each method, ``error`` of this model (NaN where
        nobody came) and, with draws, ``low_80``, ``high_80``, ``low_95``, ``high_95``.
    """
    shape = compared.true.shape
    labels = pd.MultiIndex.from_product(
        [compared.codes, compared.years, _GROUPS], names=["region", "year", "ages"]
    ).to_frame(index=False)
    model, true = compared.methods["model"], compared.true
    undefined = np.full(shape, np.nan)
    figures = {
        "at_base": np.broadcast_to(compared.at_base[:, np.newaxis], shape),
        "true": true,
        **compared.methods,
        "error": np.divide(model, true, out=undefined, where=true > 0) - 1.0,
    }
    if compared.intervals is not None:
        for (i, percent), (e, end) in product(enumerate(INTERVALS), enumerate(("low", "high"))):
            figures[f"{end}_{percent}"] = compared.intervals[..., i, e]
    table = labels.assign(**{name: values.ravel() for name, values in figures.items()})
    table.insert(0, "base", compared.base)
    table.insert(2, "region_name", table["region"].map(names))
    sizes = dict(zip(compared.codes, compared.sizes, strict=True))
    table.insert(3, "size", table["region"].map(sizes))
    table.insert(5, "horizon", table["year"] - compared.base)
    return table


def coverage_table(compared: Comparison) -> pd.DataFrame:
    """How often what came lies in the intervals.

    Parameters
    ----------
    compared
        One base year, with intervals.

    Returns
    -------
    pandas.DataFrame
        ``base``, ``year``, ``horizon``, ``ages``, ``size``, ``interval`` (percent), ``regions``,
        ``coverage`` (share of the regions) and ``width``: mean of the interval's width over what
        was projected, over regions with somebody projected.

    Raises
    ------
    ValueError
        If there are no intervals.
    """
    if compared.intervals is None:
        raise ValueError("no intervals were drawn")
    model = compared.methods["model"]
    rows = []
    for labels, within, j, k in compared.cells():
        true, projected = compared.true[within, j, k], model[within, j, k]
        for i, percent in enumerate(INTERVALS):
            low, high = compared.intervals[within, j, k, i].T
            wide = (high - low)[projected > 0] / projected[projected > 0]
            rows.append(
                {
                    **labels,
                    "interval": percent,
                    "regions": len(true),
                    "coverage": float(((low <= true) & (true <= high)).mean()),
                    "width": float(wide.mean()) if wide.size else np.nan,
                }
            )
    return pd.DataFrame(rows)
