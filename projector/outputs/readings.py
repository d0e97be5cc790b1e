"""Figures that were read from results: as a table to read, as tidy CSV and as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.outputs.summary import headline_years
from projector.outputs.table import Row, Section, printed
from projector.outputs.words import Language, number, word
from projector.tables import DIAGNOSIS_KINDS, EDUCATIONS, LANGUAGES, SEASONS, SETTINGS, SEXES

if TYPE_CHECKING:
    from projector.run.readings import Line, Reading

__all__ = [
    "Named",
    "called",
    "dumped",
    "part_name",
    "reading_json",
    "reading_table",
    "reading_text",
]

Named = Mapping[str, Mapping[str, Mapping[str, str]]]
"""What results call their parts, by axis, key and language."""

_ALL = "all"
_MEASURES = ("mean", "busy_month", "p90", "p95")
_WORDS: Mapping[str, Mapping[str, str]] = {
    "setting": {key: key for key in SETTINGS},
    "kind": {key: f"kind {key}" for key in DIAGNOSIS_KINDS},
    "education": {key: f"education {key}" for key in EDUCATIONS},
    "season": {key: f"season {key}" for key in SEASONS},
    "sex": {key: f"sex {key}" for key in SEXES},
    "measure": {key: key for key in _MEASURES},
    "age": {ages: f"ages {ages}" for ages in ("0-19", "20-66", "67-79", "80+")},
    "group": {"other": "reading group other"},
}
"""Keys of the catalogue by axis and key."""

_HUNDRED, _TEN = 100.0, 10.0
_MOST_NAMED = 8


def called() -> dict[str, dict[str, list[str]]]:
    """What the keys of axes are called in either language, where the inputs do not say it."""
    return {
        axis: {key: [word(name, one) for one in LANGUAGES] for key, name in names.items()}
        for axis, names in _WORDS.items()
        if axis != "age"
    }


def reading_table(reading: "Reading") -> pd.DataFrame:
    """The figures as tidy rows.

    Returns
    -------
    DataFrame
        The axes (regions with their names), ``year``, ``value``, with draws ``mean``, a column for
        each quantile (``p10``) and ``above``, and ``unit``. What does not apply has no row.
    """
    rows: list[dict[str, Any]] = []
    for line in reading.lines:
        for place, year in enumerate(reading.years or (None,)):
            if np.isnan(line.values[place]) and not line.suppressed:
                continue
            row: dict[str, Any] = _axes_of(reading, line)
            row |= {} if year is None else {"year": year}
            row["value"] = float(line.values[place])
            row |= {key: values[place] for key, values in _draws_of(line)}
            row["unit"] = reading.unit
            if reading.suppressed is not None:
                row["status"] = "suppressed" if np.isnan(row["value"]) else "told"
            rows.append(row)
    if not rows:
        return pd.DataFrame(columns=[*_axes_of(reading, reading.lines[0]), "value", "unit"])
    table = pd.DataFrame(rows)
    return table[_columns(table)]


def _axes_of(reading: "Reading", line: "Line") -> dict[str, Any]:
    row: dict[str, Any] = {}
    for axis, part in line.parts.items():
        row[axis] = part
        if axis == "region":
            row["region_name"] = reading.region_names.get(part, part)
    return row


def _draws_of(line: "Line") -> Iterator[tuple[str, NDArray[np.float64]]]:
    if line.sure is None:
        return
    yield "mean", line.sure.mean
    for share, values in line.sure.quantiles.items():
        yield f"p{100 * share:g}", values
    if line.sure.above is not None:
        yield "above", line.sure.above


def _columns(table: pd.DataFrame) -> list[str]:
    """The unit and the status last, though the first row has no draws."""
    last = [name for name in ("unit", "status") if name in table.columns]
    return [*(name for name in table.columns if name not in last), *last]


def reading_json(reading: "Reading") -> dict[str, Any]:
    """The figures for scripts; the keys are documented in ``docs/terminal.md``."""
    lines = []
    for line in reading.lines:
        told: dict[str, Any] = {
            "parts": _axes_of(reading, line),
            "values": _plain(line.values),
            **({} if reading.suppressed is None else {"suppressed": line.suppressed}),
            "quantiles": None,
            "mean": None,
            "above": None,
        }
        if line.sure is not None:
            quantiles = {f"{q:g}": _plain(v) for q, v in line.sure.quantiles.items()}
            above = None if line.sure.above is None else _plain(line.sure.above)
            told |= {"quantiles": quantiles, "mean": _plain(line.sure.mean), "above": above}
        lines.append(told)
    return {
        "result": reading.result,
        "group": reading.group,
        "variable": reading.variable,
        "what": reading.what,
        "unit": reading.unit,
        "draws": reading.draws,
        "years": list(reading.years),
        "lines": lines,
        **({} if reading.suppressed is None else {"suppressed_below": reading.suppressed}),
    }


def _plain(values: NDArray[np.float64]) -> list[float | None]:
    """JSON has no NaN: what does not apply is null."""
    return [None if np.isnan(value) else float(value) for value in values]


def reading_text(
    reading: "Reading", named: Named, language: Language, *, asked: str, all_years: bool
) -> str:
    """The figures as a table.

    Parameters
    ----------
    reading
        From `projector.run.readings.read_figures`.
    named
        The attribute ``names`` of the results.
    language
        ``nb`` or ``en``.
    asked
        What the result was called in the question.
    all_years
        Whether to print every year of the reading; else those of the main table.

    Returns
    -------
    str
        Parts that all lines share stand in the title; lines without any figure but zero are
        named below.
    """
    years = list(reading.years)
    shown = years if all_years or not years else headline_years(np.array(years))
    places = [years.index(year) for year in shown] if years else [0]
    varying = [axis for axis in reading.axes if len({one.parts[axis] for one in reading.lines}) > 1]
    common = [axis for axis in reading.axes if axis not in varying]
    rows, empty, told = [], [], []
    for line in reading.lines:
        name = ", ".join(
            _label(reading, axis, line.parts[axis], named, language, varying) for axis in varying
        ) or _title(reading, common, named, language)
        values = line.values[places]
        if len(reading.lines) > 1 and not np.any(np.nan_to_num(values)) and not line.suppressed:
            empty.append(name)
            continue
        told.append(line)
        figures = tuple(_figure(reading, line, place, language) for place in places)
        rows.append(Row(name, figures))
    unit = word("unit calendar year" if reading.tells_years else f"unit {reading.unit}", language)
    title = word("reading title", language, result=asked, unit=unit)
    heading = _title(reading, common, named, language) if varying else ""
    notes = list(_notes(reading, told, empty, language))
    if len(shown) < len(years):
        notes.append(word("reading more years", language, first=years[0], last=years[-1]))
    head = title if not heading else f"{title}: {heading}"
    if not rows:
        return "\n".join([head, *notes])
    body = printed("", shown or [""], [Section("", tuple(rows))])  # type: ignore[list-item]
    lines = [text.rstrip() for text in body.splitlines() if text.strip()]
    return "\n".join([head, *lines, *notes])


def _notes(
    reading: "Reading", shown: Sequence["Line"], empty: Sequence[str], language: Language
) -> Iterator[str]:
    sure = [line.sure for line in shown if line.sure is not None]
    if sure:
        shares = [f"{100 * share:g}" for share in sorted(sure[0].quantiles)]
        yield word("reading draws", language, low=shares[0], high=shares[-1], draws=reading.draws)
    if reading.draws is not None and len(sure) < len(shown):
        yield word("reading unsure", language)
    if reading.suppressed is not None:
        yield word("reading suppressed", language, limit=reading.suppressed)
    if empty:
        more = ", …" if len(empty) > _MOST_NAMED else ""
        names = ", ".join(empty[:_MOST_NAMED]) + more
        yield word("reading none", language, count=len(empty), names=names)


def _title(reading: "Reading", axes: Sequence[str], named: Named, language: Language) -> str:
    first = reading.lines[0].parts
    return ", ".join(
        _label(reading, axis, first[axis], named, language, ())
        for axis in axes
        if first[axis] != _ALL or axis == "region"
    )


def _label(
    reading: "Reading",
    axis: str,
    part: str,
    named: Named,
    language: Language,
    varying: Sequence[str],
) -> str:
    """What a part is called in the language."""
    if part == _ALL:
        if axis == "region":
            return word("reading all region", language)
        return word("total" if axis in varying else "reading all", language)
    return part_name(axis, part, reading.region_names, named, language)


def part_name(
    axis: str, part: str, region_names: Mapping[str, str], named: Named, language: Language
) -> str:
    """What a part of an axis is called.

    Parameters
    ----------
    axis, part
        The axis and the key.
    region_names
        By code.
    named
        The attribute ``names`` of the results.
    language
        ``nb`` or ``en``.
    """
    if axis == "region":
        return region_names.get(part, part)
    if axis == "age" and part not in _WORDS["age"]:
        return word("reading ages", language, ages=part)
    own = named.get(axis, {}).get(part, {}).get(language)
    if own is not None:
        return own
    key = _WORDS.get(axis, {}).get(part)
    return part if key is None else word(key, language)


def _figure(reading: "Reading", line: "Line", place: int, language: Language) -> str:
    value = float(line.values[place])
    if np.isnan(value):
        return ":" if line.suppressed else word("reading does not arise", language)
    if reading.tells_years:
        return f"{value:.0f}"
    decimals = _decimals(value, reading.unit)
    text = number(value, language, decimals)
    if line.sure is None:
        return text
    shares = list(line.sure.quantiles)
    low, high = (float(line.sure.quantiles[q][place]) for q in (min(shares), max(shares)))
    return f"{text} ({number(low, language, decimals)}–{number(high, language, decimals)})"


def _decimals(value: float, unit: str) -> int:
    """Few decimals of many, and as many of a share as it takes to tell it."""
    size = abs(value)
    if unit in ("1", "1 year-1"):
        return 1 if size >= _TEN else 3
    if unit in ("NOK year-1", "persons") and size >= 1:
        return 0
    return 0 if round(size, 1) >= _HUNDRED else 1


def dumped(told: Mapping[str, Any]) -> str:
    """JSON as it is printed: readable, letters as they are, and never a NaN."""
    return json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False)
