"""Checks of the table of deviations: every figure that a path needs is there, and no other."""

from collections.abc import Iterator, Mapping

import pandas as pd

from projector.errors import Problem
from projector.inputs.ages import OPEN, age_label

__all__ = ["deviations_whole"]

Tables = Mapping[str, pd.DataFrame]
Found = Iterator[tuple[str, Problem]]

_NATION = ("total_fertility", "life_expectancy", "net_immigration")
_OLD = 67
_EVERYBODY, _FAMILY, _OLD_PEOPLE = (0, OPEN), (0, _OLD - 1), (_OLD, OPEN)
_PATH = ("yearly", "persistence", "yearly_per_person")


def deviations_whole(tables: Tables) -> Found:
    """Every fault of the table.

    Parameters
    ----------
    tables
        The tables that were read, by name; their index is the line in the file.

    Yields
    ------
    tuple of str and Problem
        The table, and the problem, whose place continues the name of the table's file.
    """
    if "deviations" not in tables:
        return
    table = tables["deviations"]
    cells = table[["measure", "statistic", "age_from", "age_to"]]
    given = {tuple(row): int(line) for line, *row in cells.itertuples(name=None)}
    needed = {
        *((measure, what, *_EVERYBODY) for measure in _NATION for what in _PATH[:2]),
        *(("moves", what, *ages) for ages in (_FAMILY, _OLD_PEOPLE)
          for what in (*_PATH, "chance_per_person")),
        *((measure, what, *_EVERYBODY) for measure in ("mortality", "fertility")
          for what in _PATH),
    }  # fmt: skip
    for measure, what, first, last in sorted(needed - given.keys()):
        message = f"no row says the {what} of {measure}"
        yield "deviations", Problem("", message, expected=f"ages {_ages(first, last)}")
    bands = sorted((first, last) for _, what, first, last in given if what == "profile")
    apart = [key for key in given if key[1] == "apart_per_person"]
    for key, line in given.items():
        measure, what, first, last = key
        if what not in ("profile", "apart_per_person") and key not in needed:
            message = f"no path needs the {what} of {measure} at these ages"
            yield "deviations", Problem(f":{line}", message, _ages(first, last))
    if [first for first, _ in bands] != [0, *(last + 1 for _, last in bands[:-1])] or (
        bands[-1][1] != OPEN
    ):
        message = "the profile of moves does not hold every age once"
        expected = "ages from 0 on, each band where the one before ends, the last open"
        yield "deviations", Problem("", message, ", ".join(_ages(*b) for b in bands), expected)
    if len(apart) != 1 or apart[0][2] != 0 or not 0 <= apart[0][3] < _OLD:
        message = "children vary apart from all others in one group of ages"
        yield "deviations", Problem("", message, expected="one row apart_per_person, ages 0-18")
    persistence = table[(table["statistic"] == "persistence") & (table["value"] > 1)]
    for row, value in persistence["value"].items():
        message = "a path that grows by itself has no end"
        yield "deviations", Problem(f":{row}", message, f"{value:g}", "persistence of 0 to 1")


def _ages(first: int, last: int) -> str:
    return "*" if (first, last) == _EVERYBODY else age_label(first, last)
