"""The axes that activity is reckoned on: cells of sex and age, columns of care, rows of people.

A change of the scenario takes whole slices of them. *Cells* are the coarsest partition of sex
and age that no change, pathway or priority group cuts; *columns* are the diagnoses in their
settings, by course; *rows* are who lives or stays in a region, by the site that treats them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.tables import BED_SETTINGS, SEXES

if TYPE_CHECKING:
    from collections.abc import Callable

    from projector.scenario.models import Selection

__all__ = ["BANDS", "COURSES", "ELSEWHERE", "Axes", "Cell", "Column", "Row", "cells_between"]

BANDS = ((0, 17), (18, 66), (67, 79), (80, -1))
"""Ages by which stays that arrive in a setting have the nights of those who are there; a cell lies
in one of them, so that the ages of one change make no difference to another."""

COURSES = ("elective", "acute", "readmission")
"""How a contact comes about. Of settings without urgency all contacts count as elective; a
readmission is acute, within 30 days of a stay."""

ELSEWHERE = ""
"""The site of people who are treated where no flow says."""

_URGENCIES = {"acute": ("acute", "readmission"), "elective": ("elective",)}


@dataclass(frozen=True)
class Cell:
    """People of some sexes in an age band, both ends included; the open age is one age."""

    sexes: tuple[str, ...]
    first: int
    last: int


@dataclass(frozen=True)
class Column:
    """A diagnosis in a setting, by course."""

    diagnosis: str
    setting: str
    course: str

    @property
    def has_nights(self) -> bool:
        """Whether its contacts are stays."""
        return self.setting in BED_SETTINGS


@dataclass(frozen=True)
class Row:
    """Residents or visitors of a region, treated at a site."""

    region: str
    who: str
    site: str


@dataclass(frozen=True)
class Axes:
    """The axes of a `Ledger`, and what a selection takes of them.

    Columns with nights stand before those without.
    """

    cells: tuple[Cell, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    members: "Callable[[str], Sequence[str]]" = field(repr=False)

    @cached_property
    def with_nights(self) -> int:
        """Number of columns with nights; they stand first."""
        return sum(column.has_nights for column in self.columns)

    @cached_property
    def bands(self) -> tuple[Cell, ...]:
        """`BANDS` as far as the ages go, of both sexes."""
        return cells_between(BANDS, by_sex=False, open_age=max(cell.last for cell in self.cells))

    @cached_property
    def band(self) -> NDArray[np.int64]:
        """Position of the band that each cell lies in; cells of a band stand together."""
        starts = [band.first for band in self.bands]
        firsts = [cell.first for cell in self.cells]
        return np.searchsorted(starts, firsts, side="right") - 1

    def cells_in(self, selection: "Selection") -> NDArray[np.int64]:
        """Positions of the cells of the selected sexes and ages."""
        bands = selection.ages
        return _positions(
            (selection.sex is None or set(cell.sexes) <= set(selection.sex))
            and (bands is None or any(_inside(cell, *band) for band in bands))
            for cell in self.cells
        )

    def columns_in(
        self, selection: "Selection", courses: Sequence[str] | None = None
    ) -> NDArray[np.int64]:
        """Positions of the columns of the selected diagnoses, settings and urgency."""
        allowed = COURSES if selection.urgency is None else _URGENCIES[selection.urgency]
        return _positions(
            (selection.diagnosis is None or column.diagnosis in selection.diagnosis)
            and (selection.setting is None or column.setting in selection.setting)
            and column.course in (allowed if courses is None else courses)
            for column in self.columns
        )

    def rows_in(self, selection: "Selection") -> NDArray[np.int64]:
        """Positions of the rows of the selected regions, sites, and residents or visitors."""
        names = selection.region
        regions = None if names is None else {code for name in names for code in self.members(name)}
        return _positions(
            (regions is None or row.region in regions)
            and (selection.site is None or row.site in selection.site)
            and (selection.who is None or f"{row.who}s" == selection.who)
            for row in self.rows
        )

    def column(self, diagnosis: str, setting: str, course: str) -> int:
        """Position of the column where contacts of a course arrive.

        Where the setting does not tell courses apart, or knows no readmissions, it is the next
        of the same urgency.
        """
        wanted = [course, *(["acute"] if course == "readmission" else []), "elective", "acute"]
        return next(
            self._positions[column]
            for name in wanted
            if (column := Column(diagnosis, setting, name)) in self._positions
        )

    @cached_property
    def _positions(self) -> dict[Column, int]:
        return {column: position for position, column in enumerate(self.columns)}


def cells_between(
    bands: Iterable[tuple[int, int]], by_sex: bool, open_age: int
) -> tuple[Cell, ...]:
    """The coarsest partition of sex and age that keeps every band whole.

    Parameters
    ----------
    bands
        First and last age; −1 is open.
    by_sex
        Whether women and men must be told apart.
    open_age
        First year of the open age.
    """
    cuts = {0}
    for first, last in bands:
        cuts |= {first, *([] if last < 0 else [last + 1])}
    starts = sorted(cut for cut in cuts if cut <= open_age)
    ends = [*(start - 1 for start in starts[1:]), open_age]
    groups = [(sex,) for sex in SEXES] if by_sex else [SEXES]
    return tuple(
        Cell(sexes, first, last)
        for first, last in zip(starts, ends, strict=True)
        for sexes in groups
    )


def _inside(cell: Cell, first: int, last: int) -> bool:
    """Whether a cell lies in an age band; no band cuts a cell."""
    return cell.first >= first and (last < 0 or cell.last <= last)


def _positions(chosen: Iterable[bool]) -> NDArray[np.int64]:
    return np.flatnonzero(np.fromiter(chosen, dtype=bool))
