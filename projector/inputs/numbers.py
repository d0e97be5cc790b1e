"""Figures as they are printed: spaces between thousands, decimal comma, symbols beside zero."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "LARGEST",
    "NIL",
    "NOT_THERE",
    "SYMBOLS",
    "Numbers",
    "is_figure",
    "looks_like_code",
    "parse_numbers",
]

SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        "": "blank",
        ".": "cannot occur",
        "..": "not available",
        "…": "not yet available",
        ":": "confidential",
        "-": "nil",
        "*": "provisional",
    }
)
"""Standard symbols of Statistics Norway (https://www.ssb.no/en/omssb/ssbs-virksomhet/standardtegn).

Only ``-`` means that there are none; the others say that the figure is not there, and ``*``
beside a figure that it may still change.
"""

LARGEST = 2.0**53
"""Counts beyond it are not exact, and sums of some are no numbers any more."""

NIL = "-"
NOT_THERE = frozenset({".", "..", "…", ":"})
"""Symbols in the place of a figure that is not published, whatever the reason."""

_SPELLINGS = {"...": "…"}
_SPACES = " \u00a0\u2009\u202f"
_FIGURE = re.compile(
    rf"[-+−]?(?:\d{{1,3}}(?:[{_SPACES}]\d{{3}})+|\d+)(?:[.,]\d+)?(?:[eE][-+]?\d+)?", re.ASCII
)
_PERHAPS_THOUSANDS = re.compile(r"[-+−]?[1-9]\d{0,2},\d{3}", re.ASCII)
_CODE = re.compile(r"0\d+", re.ASCII)
_TO_PLAIN = str.maketrans({"−": "-", ",": ".", **dict.fromkeys(_SPACES)})


@dataclass(frozen=True)
class Numbers:
    """Parsed figures.

    Parameters
    ----------
    values
        One value per text, NaN where the text holds a symbol or is wrong.
    symbols
        The symbol of each text, ``""`` for a plain figure and for a blank.
    faults
        What is wrong, by position.
    """

    values: NDArray[np.float64]
    symbols: tuple[str, ...]
    faults: Mapping[int, str]


def is_figure(text: str) -> bool:
    """Whether the text is a number, with or without the provisional mark, or a symbol."""
    symbol = _SPELLINGS.get(text, text)
    return bool(text) and (symbol in SYMBOLS or _FIGURE.fullmatch(text.strip("*")) is not None)


def looks_like_code(text: str) -> bool:
    """Whether the text has digits in front of which a zero counts, as in ``0301``."""
    return _CODE.fullmatch(text) is not None


def parse_numbers(texts: Sequence[str]) -> Numbers:
    """Read printed figures.

    Parameters
    ----------
    texts
        The distinct texts of one column, without space around them.

    Returns
    -------
    Numbers
        Values, symbols and faults, in the same order. ``1 234,5``, ``1234.5`` and ``1234,5`` are
        the same number. A column that mixes decimal point and decimal comma, or whose every comma
        may as well part thousands (``1,234``), is a fault, for no reading of it is safe.
    """
    values = np.full(len(texts), np.nan)
    symbols = [""] * len(texts)
    faults: dict[int, str] = {}
    commas: list[int] = []
    has_point = False
    for position, text in enumerate(texts):
        if text.isascii() and text.isdigit():
            values[position] = float(text)
            if not abs(values[position]) <= LARGEST:
                faults[position] = "the number is too large"
            continue
        symbol = _SPELLINGS.get(text, text)
        if symbol in SYMBOLS:
            symbols[position] = symbol
            continue
        figure = text.strip("*")
        if _FIGURE.fullmatch(figure) is None:
            faults[position] = "not a number"
            continue
        if "," in figure:
            commas.append(position)
        has_point = has_point or "." in figure
        symbols[position] = "*" if figure != text else ""
        values[position] = float(figure.translate(_TO_PLAIN))
        if not abs(values[position]) <= LARGEST:
            faults[position] = "the number is too large"
    if commas and has_point:
        faults |= dict.fromkeys(commas, "decimal comma in a column with decimal points")
    elif commas and all(_PERHAPS_THOUSANDS.fullmatch(texts[position]) for position in commas):
        faults |= dict.fromkeys(commas, "the comma may part thousands or decimals")
    return Numbers(values, tuple(symbols), faults)
