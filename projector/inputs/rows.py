"""Rows of a table as plain dictionaries: a rule that looks at each row by itself needs no more.

Tables have hundreds of rows, and a rule that asks pandas for each of them takes longer than all
that is reckoned from the table.
"""

from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd

__all__ = ["Numbered", "Row", "numbered", "numbered_by"]

Row = dict[Hashable, Any]
"""Values by column."""
Numbered = tuple[int, Row]
"""The line of a row in its file, and the row."""


def numbered(table: pd.DataFrame) -> list[Numbered]:
    """Each row with its line."""
    names: list[Hashable] = list(table.columns)
    columns = [table[name].tolist() for name in table.columns]
    if not columns:
        return [(line, {}) for line in table.index.tolist()]
    rows = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
    return list(zip(table.index.tolist(), rows, strict=True))


def numbered_by(table: pd.DataFrame, keys: Sequence[str]) -> dict[tuple[Any, ...], list[Numbered]]:
    """Rows that are alike in some columns, in the order of their first."""
    groups: dict[tuple[Any, ...], list[Numbered]] = {}
    for line, row in numbered(table):
        groups.setdefault(tuple(row[key] for key in keys), []).append((line, row))
    return groups
