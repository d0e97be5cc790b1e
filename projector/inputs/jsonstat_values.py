"""The values of a JSON-stat2 dataset, dense or sparse, and their status."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from projector.errors import InputsError, Problem
from projector.inputs.long_table import categorical
from projector.inputs.numbers import LARGEST, SYMBOLS

__all__ = ["Faults", "read_symbols", "read_values"]


class Faults:
    """Collects the problems of one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def add(
        self, place: str, message: str, found: str | None = None, expected: str | None = None
    ) -> None:
        """Note a fault at a place in the file."""
        self.problems.append(Problem(f"{self.path}, {place}", message, found, expected))

    def raise_any(self) -> None:
        """Raise what was noted, if anything was."""
        if self.problems:
            raise InputsError(self.problems)


def read_values(value: object, size: int, faults: Faults) -> NDArray[np.float64]:
    """The values in row-major order, NaN for ``null`` and for cells left out."""
    values = np.full(size, np.nan)
    if isinstance(value, dict):
        places = _places(value, size, "value", faults)
        given = list(value.values())
    elif isinstance(value, list):
        places, given = np.arange(len(value)), value
        if len(value) != size:
            faults.add("value", "wrong number of values", str(len(value)), f"{size}, as in size")
    else:
        faults.add("value", "missing or malformed", str(value)[:60], "a list or an object")
        return values
    if not {type(item) for item in given} <= {int, float, type(None)}:
        for position, item in enumerate(given):
            if type(item) not in {int, float, type(None)}:
                faults.add(f"value {position}", "not a number", json.dumps(item)[:60])
                break
    if faults.problems:
        return values
    try:
        numbers = np.array(given, dtype=np.float64)
    except OverflowError:
        faults.add("value", "a number is too large")
        return values
    large = np.flatnonzero(np.abs(numbers) > LARGEST)
    if len(large):
        faults.add(f"value {places[large[0]]}", "the number is too large")
    values[places] = numbers
    return values


def _places(
    members: Mapping[str, object], size: int, part: str, faults: Faults
) -> NDArray[np.intp]:
    """Positions that the keys of a sparse object name."""
    places = []
    for key in members:
        if not (key.isascii() and key.isdigit() and int(key) < size):
            faults.add(part, "not the position of a cell", f"'{key}'", f"0 to {size - 1}")
            break
        places.append(int(key))
    return np.array(places, dtype=np.intp)


def read_symbols(status: object, size: int, faults: Faults) -> pd.Categorical:
    """The symbol of each cell; ``""`` where there is none."""
    texts: NDArray[np.object_] = np.full(size, "", dtype=object)
    if isinstance(status, str):
        texts[:] = status
    elif isinstance(status, dict):
        places = _places(status, size, "status", faults)
        if not faults.problems:
            texts[places] = [str(item) for item in status.values()]
    elif isinstance(status, list):
        if len(status) == size:
            texts[:] = ["" if item is None else str(item) for item in status]
        else:
            faults.add("status", "wrong number of symbols", str(len(status)), f"{size}")
    elif status is not None:
        faults.add("status", "malformed", str(status)[:60], "a text, a list or an object")
    index, distinct = pd.factorize(texts)
    known = [{"...": "…"}.get(text, text) for text in distinct]
    for unknown in [text for text in known if text not in SYMBOLS]:
        faults.add("status", "unknown symbol", f"'{unknown}'", "one of . .. … : - *")
    return categorical(known, index)
