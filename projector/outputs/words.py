"""What planners read, in Norwegian (bokmål) and English: two columns.

``words.csv`` holds what is printed and what several outputs say; what only the report, the what-if
page, comparisons and commands that read results say stands in files of their own.
"""

import csv
from functools import cache
from importlib.resources import files
from typing import Literal

__all__ = ["Language", "number", "signed", "word"]

Language = Literal["nb", "en"]
_THIN_SPACE = "\u202f"


_CATALOGUES = (
    "words.csv",
    "report_words.csv",
    "explore_words.csv",
    "compare_words.csv",
    "terminal_words.csv",
)


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    folder = files("projector.outputs")
    texts = [folder.joinpath(name).read_text(encoding="utf-8") for name in _CATALOGUES]
    return {row["key"]: row for text in texts for row in csv.DictReader(text.splitlines())}


def word(key: str, language: Language, **values: object) -> str:
    """The text of a key of the catalogue, with values put in its braces.

    Raises
    ------
    KeyError
        If the catalogue has no such key.
    """
    return _catalogue()[key][language].format(**values)


def number(value: float, language: Language, decimals: int = 0) -> str:
    """A number as the language writes it: ``12 345,6`` in Norwegian, ``12,345.6`` in English."""
    text = f"{value:,.{decimals}f}"
    if language == "en":
        return text
    return text.replace(",", _THIN_SPACE).replace(".", ",").replace("-", "−")


def signed(value: float, language: Language, decimals: int = 0) -> str:
    """A number with its sign; none where it rounds to 0."""
    rounded = round(value, decimals)
    text = number(abs(rounded), language, decimals)
    if rounded == 0:
        return text
    return ("+" if rounded > 0 else "\u2212" if language == "nb" else "-") + text
