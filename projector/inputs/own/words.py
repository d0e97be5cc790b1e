"""The words by which own tables say what their columns and cells are, in Norwegian and English."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from projector.inputs.labels import folded

__all__ = ["key_of", "words_of"]


@cache
def _words() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    text = files("projector.inputs").joinpath("own_words.csv").read_text(encoding="utf-8")
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in csv.DictReader(text.splitlines()):
        words = tuple(folded(word) for word in row["words"].split("|"))
        found.setdefault(row["kind"], {})[row["key"]] = words
    return found


def words_of(kind: str) -> Mapping[str, tuple[str, ...]]:
    """The words of a kind, by the key that they stand for."""
    return _words()[kind]


def key_of(kind: str, word: str) -> list[str]:
    """The keys that a word of a kind stands for: none, one, or several."""
    return [key for key, words in words_of(kind).items() if folded(word) in words]
