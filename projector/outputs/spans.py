"""Years that follow one another, as a planner reads them: ``2026–2034, from 2038``."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from projector.outputs.words import Language, word

__all__ = ["Span", "called", "spans_of"]

Span = tuple[int, int | None]
"""First and last year; None where it goes on to the end."""


def spans_of(short: xr.DataArray) -> tuple[Span, ...]:
    """Years that follow one another, of ``[year]``."""
    years, there = short["year"].values, short.values.astype(int)
    turns = np.diff(there, prepend=0, append=0)
    first, after = np.flatnonzero(turns > 0), np.flatnonzero(turns < 0)
    return tuple(
        (int(years[start]), None if end == len(years) else int(years[end - 1]))
        for start, end in zip(first, after, strict=True)
    )


def called(spans: Sequence[Span], language: Language) -> str:
    """The spans in words, one after the other."""
    return ", ".join(_called(span, language) for span in spans)


def _called(span: Span, language: Language) -> str:
    first, last = span
    if last is None:
        return word("span from", language, year=first)
    return str(first) if first == last else f"{first}–{last}"
