"""Figures read from finished results: the part that is asked for, and how sure it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.errors import Problem, UsageError
from projector.inputs.ages import OPEN, age_label
from projector.run.asking import Part, Words, find_result, parts_asked
from projector.run.measures import AGE_BANDS, MEASURES, WHOLE, Measure
from projector.tables import VARIABLES
from projector.tables.result_names import YEARS_TOLD, may_add
from projector.tables.suppression import (
    GATHERED,
    flag_in,
    has_suppressed,
    limit_of,
    sum_of_told,
    withheld_of,
)

__all__ = ["Line", "Reading", "Sure", "groups_to_read", "read_figures"]

Floats = NDArray[np.float64]

_FOLDED = {
    "sex": frozenset({"population", "births", "deaths", "net_migration"}),
    "diagnosis": frozenset({"contacts", "bed_days", "acute"}),
    "setting": frozenset({"need"}),
}
"""Axes that are added up unless a part of them or a line for each is asked for, by variable."""


@dataclass(frozen=True)
class Sure:
    """How sure a line is, by the draws of the run.

    Parameters
    ----------
    quantiles
        ``[year]`` by the share of the draws below.
    mean
        ``[year]``, over draws.
    above
        ``[year]``, the share of draws that are short; None of what cannot be short.
    """

    quantiles: Mapping[float, Floats]
    mean: Floats
    above: Floats | None


@dataclass(frozen=True)
class Line:
    """One line of a reading.

    Parameters
    ----------
    parts
        Its part of every axis, by axis; ``all`` is all parts together.
    values
        ``[year]``, or one figure of what has no years; NaN where the question does not arise.
    sure
        None without draws, and where nobody knows: quantiles of parts do not add up.
    suppressed
        Whether what has no figure is suppressed.
    """

    parts: Mapping[str, str]
    values: Floats
    sure: Sure | None
    suppressed: bool = False


@dataclass(frozen=True)
class Reading:
    """Figures of a result.

    Parameters
    ----------
    result, group, variable
        What it is called, and where it lies in the tree of results.
    unit, what
        Its unit, and what it is in English.
    years
        Calendar years; empty of what has no years.
    lines
        In the order of the result's axes.
    axes
        Axes of the result but the years.
    draws
        How many the run has; None without.
    region_names
        By code.
    suppressed
        Limit below which the run suppressed counts; None where the result is told whole.
    """

    result: str
    group: str
    variable: str
    unit: str
    what: str
    years: tuple[int, ...]
    lines: tuple[Line, ...]
    axes: tuple[str, ...]
    draws: int | None
    region_names: Mapping[str, str]
    suppressed: int | None = None

    @property
    def tells_years(self) -> bool:
        """Whether the figures are calendar years."""
        return self.variable in YEARS_TOLD


def groups_to_read(
    result: str, present: Sequence[str], withheld: Mapping[str, int] = MappingProxyType({})
) -> frozenset[str]:
    """Groups of a file of results that it takes to read a result, such as ``/capacity/beds``.

    Parameters and errors are those of `projector.run.asking.find_result`.
    """
    _, group, variable = find_result(result, present, withheld)
    sure = {f"/uncertainty/{one.name}" for one in _measures(group, variable)}
    # A group lies without the labels that it shares with the one around it.
    around = group.split("/")
    return frozenset({f"/{'/'.join(around[: n + 1])}" for n in range(len(around))} | sure)


def read_figures(
    tree: xr.DataTree,
    result: str,
    *,
    of: Mapping[str, Sequence[str]] | None = None,
    by: Sequence[str] = (),
    called: Words | None = None,
) -> Reading:
    """Read figures of a result.

    Parameters
    ----------
    tree
        From `projector.outputs.read_results`.
    result
        Its name; see `projector.tables.result_names`.
    of
        Names by axis, years among them; each gives lines of its own. An area is one line.
    by
        Axes that get a line for each part and not for all together.
    called
        What keys are called besides what the results say.

    Returns
    -------
    Reading
        Of an axis that nothing is said of, all parts together if they may be added up and are many
        (regions, sexes, and diagnoses beside settings), else a line for each; ages by bands.

    Raises
    ------
    UsageError
        With every name that is unknown, and the nearest that is not.
    """
    present = [node.path.strip("/") for node in tree.subtree]
    name, group, variable = find_result(result, present, withheld_of(tree.attrs))
    dataset = tree[group].to_dataset()
    figures, flag = dataset[variable], flag_in(dataset, variable)
    if not figures.size:
        raise UsageError(
            Problem(
                "--result", "the run has no figures of this: no site that could have any", result
            )
        )
    axes = tuple(str(dim) for dim in figures.dims if dim != "year")
    asked = parts_asked(tree, figures, of or {}, called or {}, result)
    wrong = [axis for axis in by if axis not in axes]
    if wrong:
        raise UsageError(
            [Problem("--by", f"{result} is not by this", axis, ", ".join(axes)) for axis in wrong]
        )
    _refuse_sums(group, variable, asked, result)
    years = [int(part.name) for part in asked.pop("year", [])]
    if "year" in figures.dims:
        years = years or [int(year) for year in figures["year"].values]
        figures = figures.sel(year=years)
    parts = [
        asked.get(axis) or _unasked(group, variable, figures, axis, each=axis in by)
        for axis in axes
    ]
    measures = _summaries(tree, group, variable)
    lines = tuple(
        Line(
            {axis: part.name for axis, part in zip(axes, chosen, strict=True)},
            values,
            _sure(measures, dict(zip(axes, chosen, strict=True)), figures, years),
            hidden,
        )
        for chosen in product(*parts)
        for values, hidden in [_added(figures, flag, dict(zip(axes, chosen, strict=True)))]
    )
    about = VARIABLES[group][variable]
    names = figures.coords["region_name"].values.tolist() if "region" in axes else []
    codes = figures["region"].values.tolist() if "region" in axes else []
    return Reading(
        name, group, variable, about.unit, about.long_name, tuple(years), lines, axes,
        _draws(tree), dict(zip(codes, names, strict=True)),
        limit_of(tree) if flag is not None or has_suppressed(figures) else None,
    )  # fmt: skip


def _refuse_sums(
    group: str, variable: str, asked: Mapping[str, Sequence[Part]], result: str
) -> None:
    """Refuse a part that is a sum over what does not add up."""
    problems = [
        Problem(
            f"--{axis}",
            f"{result} does not add up over the parts of this",
            part.name,
            ", ".join(map(str, part.labels[:5])) + (", …" if len(part.labels) > 5 else ""),
        )
        for axis, parts in asked.items()
        for part in parts
        if len(part.labels) > 1 and not may_add(group, variable, axis)
    ]
    if problems:
        raise UsageError(problems)


def _unasked(
    group: str, variable: str, figures: xr.DataArray, axis: str, *, each: bool
) -> list[Part]:
    """The parts of an axis that nothing is said of."""
    labels = tuple(figures[axis].values.tolist())
    singles = [Part(_label(axis, label, labels), (label,)) for label in labels]
    if each or len(labels) == 1 or not may_add(group, variable, axis):
        return singles
    whole = Part(WHOLE, labels)
    if axis == "age":
        bands = [
            Part(
                name, tuple(age for age in labels if first <= age and (last is None or age <= last))
            )
            for name, (first, last) in AGE_BANDS.items()
        ]
        return [*bands, whole]
    if axis == "region" or variable in _FOLDED.get(axis, ()):
        return [whole]
    return [*singles, whole]


def _label(axis: str, label: object, labels: Sequence[object]) -> str:
    if axis == "age" and label == labels[-1]:
        return age_label(int(str(label)), OPEN)
    return str(label)


def _added(
    figures: xr.DataArray, flag: xr.DataArray | None, parts: Mapping[str, Part]
) -> tuple[Floats, bool]:
    """``[year]``, or one figure: parts of the same axis added up, NaN where none is known.

    And whether it is NaN because it is suppressed.
    """
    values = figures
    for axis, part in parts.items():
        values = values.sel({axis: list(part.labels)})
    several = [axis for axis, part in parts.items() if len(part.labels) > 1]
    hidden = has_suppressed(figures)
    if flag is not None:
        for axis in map(str, flag.dims):
            flag = flag.sel({axis: list(parts[axis].labels)})
        values, whether = sum_of_told(values, flag, several)
        hidden = bool(whether.any())
    elif several and hidden:
        values = _told(values, several)
    elif several:
        values = values.sum(several, min_count=1)
    alone = [axis for axis in parts if axis not in several]
    one = np.atleast_1d(values.squeeze(alone).values)
    return one, hidden and bool(np.isnan(one).any())


def _told(values: xr.DataArray, several: list[str]) -> xr.DataArray:
    """The sum of what a run with suppressed small numbers tells; NaN if a part is not told.

    The diagnosis groups of a region are, if what is told together is among them and a number; the
    regions are, if those that are told together are among them.
    """
    together = "diagnosis" in several and GATHERED in values["diagnosis"].values
    if together:
        told = values.sel(diagnosis=GATHERED, drop=True).notnull()
        values = values.sum("diagnosis").where(told)
    rest = [axis for axis in several if not (together and axis == "diagnosis")]
    whole = together and "region" in rest and GATHERED in values["region"].values
    return values.sum(rest, skipna=whole) if rest else values


def _measures(group: str, variable: str) -> list[Measure]:
    return [one for one in MEASURES if (one.group, one.variable) == (group, variable)]


def _summaries(tree: xr.DataTree, group: str, variable: str) -> list[tuple[Measure, xr.Dataset]]:
    if "uncertainty" not in tree.children:
        return []
    there = tree["uncertainty"].children
    return [
        (one, there[one.name].to_dataset(inherit=False))
        for one in _measures(group, variable)
        if one.name in there
    ]


def _draws(tree: xr.DataTree) -> int | None:
    if "uncertainty" not in tree.children:
        return None
    told = [node.attrs["draws"] for node in tree["uncertainty"].subtree if "draws" in node.attrs]
    return int(told[0]) if told else None


def _sure(
    measures: Sequence[tuple[Measure, xr.Dataset]],
    parts: Mapping[str, Part],
    figures: xr.DataArray,
    years: Sequence[int],
) -> Sure | None:
    """The summary of exactly this line; None where there is none."""
    for measure, summary in measures:
        cell = _cell(measure, summary, parts, figures)
        if cell is None:
            continue
        one = summary.sel({**cell, "year": list(years)} if years else cell)
        values = one["quantile_value"].transpose("quantile", ...).values
        if np.isnan(values).all():
            return None
        shares = [float(share) for share in one["quantile"].values]
        above = one["above"].values if "above" in one else None
        return Sure(dict(zip(shares, values, strict=True)), one["mean"].values, above)
    return None


def _cell(
    measure: Measure, summary: xr.Dataset, parts: Mapping[str, Part], figures: xr.DataArray
) -> dict[str, str] | None:
    """The cell of a summary that holds a line, by axis; None where none does."""
    cell: dict[str, str] = {}
    for axis, part in parts.items():
        whole = len(part.labels) == figures.sizes[axis]
        if axis in measure.over:
            if not whole:
                return None
        elif axis == "age":
            if part.name not in summary["ages"].values:
                return None
            cell["ages"] = part.name
        elif len(part.labels) == 1:
            cell[axis] = str(part.labels[0])
        elif axis == "region" and whole and WHOLE in summary["region"].values:
            cell[axis] = WHOLE
        else:
            return None
    known = all(key in summary[axis].values for axis, key in cell.items())
    return cell if known else None
