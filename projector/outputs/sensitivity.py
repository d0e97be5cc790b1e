"""What a result depends on: as lines to read, and as tables of all years."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from projector.outputs.explanation import decimals_of, heading, scale_of
from projector.outputs.table import Row, Section
from projector.outputs.words import Language, number, signed, word

if TYPE_CHECKING:
    from projector.run.sensitivity import Factor, Sensitivity

__all__ = [
    "ToldFigure",
    "by_swing",
    "factor_name",
    "matters_section",
    "printed_sensitivity",
    "sensitivity_table",
    "sensitivity_tables",
    "told_figures",
]

Array = NDArray[np.float64]

_GROUP, _BELOW = "uncertainty", "sensitivity"
_TOP = 3
_SURE = 1.96
"""Standard errors on each side that hold the true value in 95 of 100."""
_STANDS_OUT = 3.0
"""Standard errors that an index is above zero before it is told of among many."""
_SHOWN = (("people", "ages", 1), ("beds", "resource", 3), ("staff", "profession", 2))
"""Main figures that are told of: by measure, its parts, and how many of the largest."""
_OLDEST = "80+"
_NAMES = {"resource": "resource", "profession": "profession"}


def factor_name(factor: "Factor", language: Language) -> str:
    """What a factor is called: assumptions by the keys that lead to them."""
    if factor.kind == "assumption":
        return " + ".join(factor.names)
    return word(f"sensitivity {factor.kind}", language)


def by_swing(told: "Sensitivity", at: int) -> list[int]:
    """Positions of the factors in a year, that with the widest swing first."""
    swing = np.abs(told.high[:, at] - told.low[:, at])
    return [int(i) for i in np.argsort(-swing, kind="stable")]


def printed_sensitivity(told: "Sensitivity", year: int, language: Language) -> str:
    """A sensitivity of one year as text for a terminal.

    Parameters
    ----------
    told
        From `projector.run.sensitivity.sensitivity`.
    year
        One of its years.
    language
        ``nb`` or ``en``.
    """
    at, scale = int(year - told.years[0]), scale_of(told)
    places = decimals_of(told, told.middle)
    middle = number(scale * float(told.middle[at]), language, places)
    deviation = number(scale * float(told.deviation[at]), language, places + 1)
    lines = [
        told.title,
        word("sensitivity year", language, heading=heading(told, language), year=year),
        word("sensitivity middle", language, middle=middle, deviation=deviation, draws=told.draws),
    ]
    if not any(one.kind == "assumption" for one in told.factors):
        lines += ["", word("sensitivity none", language)]
    rows: list[tuple[str, ...]] = []
    for i in by_swing(told, at):
        low, high = scale * float(told.low[i, at]), scale * float(told.high[i, at])
        rows.append(
            (
                factor_name(told.factors[i], language),
                number(low, language, places),
                number(high, language, places),
                signed(high - low, language, places),
                _share(told.first.value[i, at], told.first.error[i, at], language),
            )
        )
    columns = ("low", "high", "swing", "first")
    lines += ["", *_columns(rows, columns, language), "", word("sensitivity note", language)]
    if told.indices is not None:
        first, total = told.indices.first, told.indices.total
        order = np.argsort(-total.value[:, at], kind="stable")
        rows = [
            (
                factor_name(told.designed[i], language),
                *(
                    _share(one.value[i, at], _SURE * one.error[i, at], language)
                    for one in (first, total)
                ),
            )
            for i in order
        ]
        lines += ["", word("sensitivity indices", language)]
        lines += _columns(rows, ("first", "total"), language)
        lines += ["", word("sensitivity indices note", language)]
    return "\n".join(lines)


def _share(value: float, error: float, language: Language) -> str:
    """A share of the variance in per cent; a dash where nothing varies."""
    if np.isnan(value):
        return "–"
    whole, either = (round(100 * float(part)) + 0 for part in (value, error))
    return f"{number(whole, language)} ± {number(either, language)} %"


def _columns(
    rows: Sequence[tuple[str, ...]], columns: Sequence[str], language: Language
) -> Iterator[str]:
    headings = ("", *(word(f"sensitivity column {key}", language) for key in columns))
    table = [headings, *rows]
    wide = max(len(row[0]) for row in table) + 2
    narrow = [max(len(row[i]) for row in table) + 2 for i in range(1, len(headings))]
    for name, *figures in table:
        cells = (f"{text:>{width}}" for text, width in zip(figures, narrow, strict=True))
        yield (name.ljust(wide) + "".join(cells)).rstrip()


def sensitivity_table(told: "Sensitivity") -> pd.DataFrame:
    """A sensitivity of all years, a row for each factor and year.

    Parameters
    ----------
    told
        From `projector.run.sensitivity.sensitivity`.

    Returns
    -------
    DataFrame
        ``kind`` and ``factor`` (several assumptions that are correlated with `` + `` between
        them), ``year``, ``low``, ``middle`` and ``high`` of the result, ``first`` with
        ``first_error`` from ordinary draws, ``design_first`` and ``design_total`` with their
        errors, ``deviation`` of the result and its ``unit``. Empty where a column does not apply.
    """
    blocks = [
        {
            "kind": factor.kind,
            "factor": " + ".join(factor.names),
            "year": told.years,
            "low": told.low[i],
            "middle": told.middle,
            "high": told.high[i],
            "first": told.first.value[i],
            "first_error": told.first.error[i],
        }
        for i, factor in enumerate(told.factors)
    ]
    table = pd.concat([pd.DataFrame(block) for block in blocks], ignore_index=True)
    keys = ["kind", "factor", "year"]
    columns = [f"design_{what}" for what in ("first", "first_error", "total", "total_error")]
    if told.indices is not None:
        first, total = told.indices.first, told.indices.total
        of_design = pd.concat(
            [
                pd.DataFrame(
                    {
                        "kind": factor.kind,
                        "factor": " + ".join(factor.names),
                        "year": told.years,
                        **dict(
                            zip(
                                columns,
                                (first.value[i], first.error[i], total.value[i], total.error[i]),
                                strict=True,
                            )
                        ),
                    }
                )
                for i, factor in enumerate(told.designed)
            ],
            ignore_index=True,
        )
        table = table.merge(of_design, on=keys, how="outer", sort=False)
    else:
        table[columns] = np.nan
    deviation = dict(zip(told.years.tolist(), told.deviation.tolist(), strict=True))
    table["deviation"] = table["year"].map(deviation)
    table["unit"] = told.question.unit
    return table


def sensitivity_tables(tree: xr.DataTree) -> Iterator[tuple[str, pd.DataFrame]]:
    """Tables of what the main figures of a run depend on, by the name of the file.

    Parameters
    ----------
    tree
        From `projector.run`.

    Yields
    ------
    str
    DataFrame
        ``assumption`` (``rest`` is what none of them explains alone), ``year`` and the parts of
        the measure, ``first`` and ``first_error``, and ``low`` and ``high``, the means of the
        fifths of the draws in which the assumption is lowest and highest. Where nothing varies
        there is no row.
    """
    for name, dataset in _measures(tree).items():
        table = dataset[["first", "first_error", "low", "high"]].to_dataframe().reset_index()
        rest = dataset["rest"].to_dataframe(name="first").reset_index()
        both = pd.concat([table, rest.assign(assumption="rest")], ignore_index=True)
        yield f"sensitivity_{name}", both.dropna(subset=["first"])


def _measures(tree: xr.DataTree) -> Mapping[str, xr.Dataset]:
    if _GROUP not in tree or _BELOW not in tree[_GROUP].children:
        return {}
    children = tree[_GROUP].children[_BELOW].children
    return {name: node.to_dataset(inherit=False) for name, node in children.items()}


def matters_section(tree: xr.DataTree, years: list[int], language: Language) -> Section:
    """The assumptions that matter most for a few main figures, all regions of the run together.

    Parameters
    ----------
    tree
        From `projector.run`, with draws.
    years
        Years to tell of; the last decides which are told.
    language
        ``nb`` or ``en``.

    Returns
    -------
    Section
        Below each figure the three assumptions that explain most of its variance, and what no
        assumption explains alone. Where there is none to tell of, a line that says why.
    """
    asked = tree[_GROUP].attrs
    title = word("matters", language)
    if not asked["assumptions"]:
        return Section(title, (Row(word("matters none", language), ()),))
    if asked["draws"] < asked["sensitivity_from"]:
        few = word("matters few", language, least=asked["sensitivity_from"])
        return Section(title, (Row(few, ()),))
    rows: list[Row] = []
    without: list[str] = []
    for one in told_figures(tree, language):
        top = list(_top(one, years))
        if top:
            rest = word("matters rest", language)
            rows += [Row(one.name, ()), *(Row(f"  {name or rest}", said) for name, said in top)]
        else:
            without.append(one.name)
    if without:
        rows.append(Row(word("matters nothing", language), ()))
        rows += [Row(f"  {called}", ()) for called in without]
    return Section(title, tuple(rows))


@dataclass(frozen=True)
class ToldFigure:
    """A main figure of all regions together.

    Parameters
    ----------
    name
        What it is called.
    mean
        Over the draws, ``[year]``.
    depends
        What it depends on: the dataset of its measure in ``uncertainty/sensitivity``.
    """

    name: str
    mean: xr.DataArray
    depends: xr.Dataset

    @property
    def standing_out(self) -> list[int]:
        """Positions of the assumptions that explain more in the last year than chance might.

        That which explains most comes first.
        """
        last = self.depends.isel(year=-1)
        sure = last["first"].values > _STANDS_OUT * last["first_error"].values
        order = np.argsort(-last["first"].values, kind="stable")
        return [int(i) for i in order if sure[i]]


def told_figures(tree: xr.DataTree, language: Language) -> Iterator[ToldFigure]:
    """The main figures that pages tell of: the oldest, the most beds and the most staff.

    Parameters
    ----------
    tree
        From `projector.run`, with draws.
    language
        ``nb`` or ``en``.

    Yields
    ------
    ToldFigure
        None of too few draws, or where no assumption is uncertain.
    """
    named = json.loads(tree.attrs["names"])
    measures = _measures(tree)
    for measure, axis, most in _SHOWN:
        if measure not in measures:
            continue
        means = tree[_GROUP].children[measure].to_dataset(inherit=False)["mean"].isel(region=-1)
        for key in _largest(means, axis, most):
            called = (
                word(f"ages {key}", language)
                if axis == "ages"
                else str(named.get(_NAMES[axis], {}).get(key, {}).get(language, key))
            )
            yield ToldFigure(called, means.sel({axis: key}), measures[measure].sel({axis: key}))


def _largest(means: xr.DataArray, axis: str, most: int) -> list[str]:
    """The parts of a measure that are most in the last year."""
    if axis == "ages":
        return [_OLDEST]
    last = means.isel(year=-1)
    order = np.argsort(-last.values, kind="stable")[:most]
    return [str(last[axis].values[i]) for i in order]


def _top(told: ToldFigure, years: list[int]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The assumptions that explain most in the last year, and the rest, which has no name.

    None where no assumption explains more than chance might make of nothing.
    """
    one = told.depends
    some = told.standing_out[:_TOP]
    for i in some:
        shares = one["first"].isel(assumption=i).sel(year=years)
        yield str(one["assumption"].values[i]), _per_cent(shares)
    if some and bool(one["rest"].notnull().any()):
        yield "", _per_cent(one["rest"].sel(year=years))


def _per_cent(shares: xr.DataArray) -> tuple[str, ...]:
    """Whole per cent, a dash where nothing varies; an estimate near 0 may lie below it."""
    return tuple(
        "–" if np.isnan(share) else f"{round(100 * float(share)):d}" for share in shares.values
    )
