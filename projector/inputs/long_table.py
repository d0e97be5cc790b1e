"""A table as it was read, one row per cell, whatever format it came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.inputs.labels import is_damaged
from projector.inputs.numbers import SYMBOLS

__all__ = ["LongTable", "categorical", "damage_notes", "symbol_notes"]


@dataclass(frozen=True)
class LongTable:
    """A table as read.

    Parameters
    ----------
    frame
        One row per cell. Columns, where the file has them: ``region`` (code), ``region_name``,
        ``sex`` (``female``, ``male``, ``both``), ``ages`` (label as published), ``year``,
        ``contents``, further dimensions under their own heading, ``value`` (float64, NaN where
        there is no figure) and ``symbol`` (why there is none; ``""`` beside a plain figure).
        Dimensions are categorical, ``year`` an integer. The index is the line of a text file,
        or the position among the values of JSON-stat2 and netCDF.
    path
        The file.
    notes
        What a planner should know: damaged names, ended regions, symbols.
    place
        What the index counts.
    """

    frame: pd.DataFrame
    path: Path
    notes: tuple[str, ...]
    place: Literal["line", "value"] = "line"

    def where(self, row: int) -> str:
        """The place in the file that a row (by position) came from."""
        number = self.frame.index[row]
        return f"{self.path}:{number}" if self.place == "line" else f"{self.path}, value {number}"


def categorical(texts: Sequence[str], index: NDArray[np.integer]) -> pd.Categorical:
    """A categorical column from texts, which may repeat, and the position of each row's text."""
    codes, distinct = pd.factorize(np.array(texts, dtype=object))
    return pd.Categorical.from_codes(codes[index], categories=pd.Index(distinct, dtype="str"))


def damage_notes(names: Sequence[str]) -> list[str]:
    """One note on names whose letters a wrong encoding has spoilt, if there are any."""
    damaged = [name for name in names if is_damaged(name)]
    if not damaged:
        return []
    return [
        f"{len(damaged)} names are damaged by a wrong encoding, such as '{damaged[0]}'; "
        "regions are told by their codes"
    ]


def symbol_notes(symbols: pd.Categorical, values: NDArray[np.float64]) -> list[str]:
    """One note per symbol on how many cells hold it, blanks included."""
    notes = []
    for position, symbol in enumerate(symbols.categories):
        held = symbols.codes == position
        if symbol == "":
            held &= np.isnan(values)
        count = int(np.count_nonzero(held))
        if count:
            cells = "1 cell" if count == 1 else f"{count} cells"
            why = SYMBOLS[symbol] if symbol == "" else f"'{symbol}' ({SYMBOLS[symbol]})"
            notes.append(f"{cells} without a plain figure: {why}")
    return notes
