"""One change at work on a ledger: what it selects, and its values over the years."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.activity.axes import Axes
from projector.activity.ledger import Block, Demand, Index, Ledger
from projector.tables import HOSPITAL_SETTINGS

if TYPE_CHECKING:
    from projector.scenario.models import Change

__all__ = ["Application", "WrittenChange", "block_of", "sources_of", "with_rows"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class WrittenChange:
    """A change and the place that wrote it, ``file:line:column``.

    One that is `frozen` goes on as in the base year.
    """

    change: "Change"
    place: str
    frozen: bool = False


@dataclass(frozen=True)
class Application:
    """One change at work on a ledger; `years` are those that its values are taken of."""

    ledger: Ledger
    change: "Change"
    place: str
    block: Block
    demand: Demand
    years: NDArray[np.int64]
    strict: bool

    @property
    def nights(self) -> int:
        """Number of columns with nights."""
        return self.demand.axes.with_nights

    @property
    def stays(self) -> Index:
        """Index of what it selects among bed days."""
        return self.block.of(self.nights).at(len(self.years))

    @property
    def contacts(self) -> Index:
        """Index of what it selects among contacts."""
        return self.block.at(len(self.years))

    @property
    def acts(self) -> NDArray[np.bool_]:
        """The years in which it does something."""
        return self.change.acts_in(self.years, base_year=self.demand.base_year)

    def over_years(self, name: str) -> Array:
        """A value of the change, ``[1, year, 1, 1]``."""
        path = getattr(self.change, name)
        values: Array = path.at(self.years, base_year=self.demand.base_year)
        return values[np.newaxis, :, np.newaxis, np.newaxis]


def block_of(change: "Change", axes: Axes) -> Block:
    """Cells, columns and rows that a change is about."""
    selection = change.selection
    courses = ("readmission",) if change.kind == "readmissions" else None
    block = Block(
        axes.cells_in(selection), axes.columns_in(selection, courses), axes.rows_in(selection)
    )
    if change.kind == "visitors":
        return with_rows(block, lambda r: axes.rows[r].who == "visitor")
    if change.kind == "redirect" and selection.setting is None:
        # Nobody is sent from home care to a hospital by saying nothing of settings.
        of_hospitals = [c for c in block.columns if axes.columns[c].setting in HOSPITAL_SETTINGS]
        block = replace(block, columns=np.array(of_hospitals, dtype=np.int64))
    if change.coverage is not None:
        return with_rows(block, lambda r: axes.rows[r].who == "resident")
    return block


def sources_of(work: Application) -> Block:
    """What a change takes from; a redirect not from the site that it goes to."""
    if work.change.kind != "redirect":
        return work.block
    rows = work.demand.axes.rows
    return with_rows(work.block, lambda r: rows[r].site != work.change.to_site)


def with_rows(block: Block, chosen: Callable[[int], bool]) -> Block:
    """A block of some of its rows."""
    return replace(block, rows=np.array([r for r in block.rows if chosen(r)], dtype=np.int64))
