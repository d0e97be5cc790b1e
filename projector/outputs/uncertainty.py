"""How sure the figures are: intervals over draws, as lines to read and as tables."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from projector.outputs.sensitivity import matters_section
from projector.outputs.table import Row, Section
from projector.outputs.words import Language, number, word
from projector.tables import unique

__all__ = ["uncertainty_sections", "uncertainty_tables"]

_GROUP, _SENSITIVITY = "uncertainty", "sensitivity"
_WHOLE = "all"
_FEW = 100
_SHOWN_AGES = ("67-79", "80+")


def uncertainty_tables(tree: xr.DataTree) -> Iterator[tuple[str, pd.DataFrame]]:
    """Tables of the summaries over draws, by the name of the file.

    Parameters
    ----------
    tree
        From `projector.run`.

    Yields
    ------
    str
    DataFrame
        The dimensions of the measure (region ``all`` is all regions of the run together), a column
        for each quantile (``p10``), the standard error of each for the number of draws
        (``p10_error``), ``mean``, ``deviation``, ``above`` (share of draws above zero, of what is
        short) and ``unit``. Cells without a number have no row.
    """
    if _GROUP not in tree:
        return
    for name, node in _measures(tree):
        dataset = node.to_dataset(inherit=False)
        unit = dataset["mean"].attrs["units"]
        labels = [_label(float(share)) for share in dataset["quantile"].values]
        columns = {}
        for i, label in enumerate(labels):
            columns[label] = dataset["quantile_value"].isel(quantile=i, drop=True)
            columns[f"{label}_error"] = dataset["quantile_error"].isel(quantile=i, drop=True)
        columns |= {key: dataset[key] for key in ("mean", "deviation", "above") if key in dataset}
        table = xr.Dataset(columns).to_dataframe().reset_index()
        table = table.dropna(subset=["mean"])
        yield f"uncertainty_{name}", table.assign(unit=unit)


def _measures(tree: xr.DataTree) -> Iterator[tuple[str, xr.DataTree]]:
    """What is summarised, without what it depends on."""
    return ((name, node) for name, node in tree[_GROUP].children.items() if name != _SENSITIVITY)


def _label(share: float) -> str:
    return f"p{100 * share:g}"


def uncertainty_sections(tree: xr.DataTree, years: list[int], language: Language) -> list[Section]:
    """Intervals of the main figures, for all regions of the run together.

    Parameters
    ----------
    tree
        From `projector.run`.
    years
        Years to tell of.
    language
        ``nb`` or ``en``.

    Returns
    -------
    list of Section
        None where the run has no draws.
    """
    if _GROUP not in tree:
        return []
    measures = {name: node.to_dataset(inherit=False) for name, node in _measures(tree)}
    named = json.loads(tree.attrs["names"])
    first = next(iter(measures.values()))
    low, high = (float(first["quantile"][i]) for i in (0, -1))

    def name_of(kind: str, key: str) -> str:
        called: str = named.get(kind, {}).get(key, {}).get(language, key)
        return called

    rows: list[Row] = []
    if "people" in measures:
        people = _whole(measures["people"])
        rows += [
            Row(word(f"ages {ages}", language), _between(people.sel(ages=ages), years, language))
            for ages in _SHOWN_AGES
        ]
    for measure, kind in (("beds", "resource"), ("staff", "profession")):
        figures = _whole(measures[measure])
        rows += [
            Row(name_of(kind, key), _between(figures.sel({kind: key}), years, language))
            for key in map(str, figures[kind].values)
            if bool((figures["mean"].sel({kind: key}) > 0).any())
        ]
    heading = word(
        "uncertain",
        language,
        draws=first.attrs["draws"],
        low=f"{100 * low:g}",
        high=f"{100 * high:g}",
    )
    rows += [Row(text, ()) for text in _reached(tree[_GROUP].attrs, language)]
    sections = [Section(heading, tuple(rows))]
    if "staff_gap" in measures:
        short = _whole(measures["staff_gap"])
        known = [
            key
            for key in map(str, short["profession"].values)
            if bool(short["mean"].sel(profession=key).notnull().all())
        ]
        sections.append(
            Section(
                word("uncertain short", language),
                tuple(
                    Row(
                        name_of("profession", key),
                        _between(short.sel(profession=key), years, language),
                    )
                    for key in known
                ),
            )
        )
    return [*sections, matters_section(tree, years, language)]


def _reached(asked: Mapping[Any, Any], language: Language) -> Iterator[str]:
    """How sure the limits are by the number of draws, where a tolerance was asked for."""
    if "tolerance" in asked:
        enough = asked["largest_error"] <= asked["tolerance"]
        yield word(
            "uncertain enough" if enough else "uncertain most",
            language,
            tolerance=number(100 * asked["tolerance"], language, 1),
            error=number(100 * asked["largest_error"], language, 1),
        )


def _whole(dataset: xr.Dataset) -> xr.Dataset:
    """Of all regions together; of the region itself where there is one."""
    codes = [str(code) for code in dataset["region"].values]
    return dataset.isel(region=codes.index(_WHOLE) if _WHOLE in codes else 0)


def _between(one: xr.Dataset, years: list[int], language: Language) -> tuple[str, ...]:
    """The outermost quantiles of each year."""
    values = one["quantile_value"].sel(year=years)
    decimals = 0 if float(np.abs(values).max()) >= _FEW else 1
    ends = [
        [number(float(values.sel(year=year)[i]), language, decimals) for i in (0, -1)]
        for year in years
    ]
    return tuple("–".join(unique(of_year)) for of_year in ends)
