"""A comparison as tidy tables: one row for each figure of each run."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.compare.comparison import Comparison
from projector.compare.draws import Paired
from projector.compare.figures import Figures
from projector.run.measures import WHOLE

__all__ = ["comparison_tables"]

_JOINED = "/"


def comparison_tables(comparison: Comparison) -> Iterator[tuple[str, pd.DataFrame]]:
    """Tables of a comparison, by file name without ending.

    Parameters
    ----------
    comparison
        From `projector.compare.compare`.

    Yields
    ------
    str
    DataFrame
        ``scenarios``: what was compared. ``assumptions``, ``inputs``: what differs, a row for
        each run. ``parted``: where each run parts from the first, stage by stage. ``unlike``: what
        only some runs have. Then one table for each measure: ``scenario``, the axes of the
        measure, ``value``, ``difference`` from the first run, and where draws were paired the
        quantiles of the difference (``difference_p10``) and ``above``, the share of draws in
        which it is above 0; ``unit``. Figures that a run does not have have no row.
    """
    yield "scenarios", _scenarios(comparison)
    yield "assumptions", _assumptions(comparison)
    yield "inputs", _inputs(comparison)
    yield "parted", _parted(comparison)
    yield "unlike", _unlike(comparison)
    for figures in comparison.figures:
        yield figures.measure.name, _figures(comparison, figures)


def _scenarios(comparison: Comparison) -> pd.DataFrame:
    paired = {one.letter: one for one in comparison.paired}
    rows = [
        {
            "letter": side.letter,
            "scenario": side.name,
            "from": side.given.where,
            "label": side.given.label,
            "scenario_sha256": side.given.tree.attrs["scenario_sha256"],
            "version": side.given.tree.attrs["projector_version"],
            "draws": "" if side.draws is None else str(side.draws),
            "seed": str(side.seed),
            "paired_draws": str(paired[side.letter].draws) if side.letter in paired else "",
            "not_paired": paired[side.letter].why if side.letter in paired else "",
        }
        for side in comparison.sides
    ]
    return pd.DataFrame(rows)


def _assumptions(comparison: Comparison) -> pd.DataFrame:
    rows = [
        {
            "key": _JOINED.join(one.keys),
            "scenario": side.name,
            "value": "" if said is None else said.value,
            "place": "" if said is None else said.place,
        }
        for one in comparison.assumptions
        for side, said in zip(comparison.sides, one.said, strict=True)
    ]
    return pd.DataFrame(rows, columns=["key", "scenario", "value", "place"])


def _inputs(comparison: Comparison) -> pd.DataFrame:
    rows = [
        {"table": one.name, "scenario": side.name, "sha256": digest or ""}
        for one in comparison.tables
        for side, digest in zip(comparison.sides, one.digests, strict=True)
    ]
    return pd.DataFrame(rows, columns=["table", "scenario", "sha256"])


def _parted(comparison: Comparison) -> pd.DataFrame:
    names = {side.letter: side.name for side in comparison.sides}
    rows = [
        {
            "scenario": names[one.letter],
            "stage": one.stage,
            "results": one.results,
            "differing": one.differing,
            "first_group": one.group,
            "first_result": one.variable,
            "year": "" if one.year is None else str(one.year),
            "region": one.region or "",
            "region_name": one.region_name or "",
            "part": _JOINED.join(key for _, key in one.part),
            "first_value": np.nan if one.values is None else one.values[0],
            "value": np.nan if one.values is None else one.values[1],
            "unit": one.unit,
        }
        for stages in comparison.parted
        for one in stages
    ]
    return pd.DataFrame(rows)


def _unlike(comparison: Comparison) -> pd.DataFrame:
    names = {side.letter: side.name for side in comparison.sides}
    rows = [
        {"axis": one.axis, "label": label, "only_in": names[letter]}
        for one in comparison.unlike
        for label in one.labels
        for letter in one.letters
    ]
    return pd.DataFrame(rows, columns=["axis", "label", "only_in"])


def _figures(comparison: Comparison, figures: Figures) -> pd.DataFrame:
    values, differences = figures.values, figures.differences
    first = comparison.sides[0].letter
    axes = [str(dim) for dim in values.dims if dim != "side"]
    paired = {one.letter: one for one in comparison.paired}
    names = {code: name for side in comparison.sides for code, name in side.regions.items()}
    parts = []
    for side in comparison.sides:
        own = {
            "value": values.sel(side=side.letter),
            "difference": differences.sel(side=side.letter),
        }
        columns = {name: array.values.ravel() for name, array in own.items()}
        if side.letter == first:
            columns["difference"] = np.full(columns["value"].size, np.nan)
        else:
            columns |= _sure(paired[side.letter], figures)
        index = pd.MultiIndex.from_product([values[axis].values for axis in axes], names=axes)
        table = pd.DataFrame(columns, index=index).reset_index()
        table.insert(0, "scenario", side.name)
        parts.append(table.dropna(subset=["value"]))
    told = pd.concat(parts, ignore_index=True)
    if "region" in axes:
        at = list(told.columns).index("region") + 1
        told.insert(at, "region_name", [_called(code, names) for code in told["region"]])
    return told.assign(unit=figures.measure.unit)


def _sure(one: Paired, figures: Figures) -> dict[str, NDArray[np.float64]]:
    dataset = one.measures.get(figures.measure.name)
    if dataset is None:
        return {}
    told = {
        f"difference_p{100 * share:g}": dataset["quantile_value"].isel(quantile=i).values.ravel()
        for i, share in enumerate(one.quantiles)
    }
    return {**told, "above": dataset["above"].values.ravel()}


def _called(code: str, names: Mapping[str, str]) -> str:
    """Name of a region; all of them together have none, and an area goes by its name."""
    return "" if code == WHOLE else names.get(code, code)
