r"""Texts in CSV that no spreadsheet shall take for a formula, and the way back.

A spreadsheet reckons with a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or an end of
line, whoever wrote the text. So a text that begins in that way gets an apostrophe in front, and
so does one that begins with apostrophes and then in that way. What is read loses one apostrophe in
those cases and in no other, so that every text comes back as it was:

.. math:: \mathrm{unguarded}(\mathrm{guarded}(t)) = t

Numbers are no texts: ``-3`` stays ``-3``.
"""

import re

import pandas as pd

__all__ = ["guarded", "guarded_table", "unguarded"]

_LIKE_A_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")


def guarded(text: str) -> str:
    """A text as it stands in a file, with an apostrophe in front where it needs one."""
    return f"'{text}" if _LIKE_A_FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` wrote."""
    return text[1:] if _GUARDED.match(text) else text


def guarded_table(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every text guarded, headings too; numbers and blanks as they were."""
    texts = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    safe = {
        str(name): table[name].map(lambda cell: guarded(cell) if isinstance(cell, str) else cell)
        for name in texts
    }
    return table.assign(**safe).rename(columns=lambda name: guarded(str(name)))
