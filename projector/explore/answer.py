"""What the page shows of a run beside the scenario as it is written: figures, charts, tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from projector.outputs.words import Language

__all__ = ["Answer", "Asked", "Cell", "Row", "SiteRow"]


@dataclass(frozen=True)
class Asked:
    """What the page asks to see.

    Parameters
    ----------
    region
        A name of `Session.regions`; empty for all of them together.
    result
        A key of `SHOWN`.
    part
        A part of the result; empty for all of them together.
    year
        A year of the run.
    language
        ``nb`` or ``en``.
    """

    region: str
    result: str
    part: str
    year: int
    language: Language


@dataclass(frozen=True)
class Cell:
    """A figure, and how it is shown."""

    value: float
    text: str


@dataclass(frozen=True)
class Row:
    """A figure as written, as changed, the difference and that of the other file.

    `waits` where the changed figure is not reckoned yet, and is told with the next answer.
    """

    name: str
    written: Cell
    changed: Cell
    difference: Cell
    other: Cell | None
    chosen: bool = False
    key: str = ""
    waits: bool = False

    @property
    def moved(self) -> bool:
        """Whether the change has changed it."""
        return self.difference.value != 0


@dataclass(frozen=True)
class SiteRow:
    """Need and what exists at a site in a year, and since when that is too little."""

    name: str
    exists: Cell
    need: Row
    refusal: Row | None
    first_written: str
    first_changed: str


@dataclass(frozen=True)
class Answer:
    """All that is shown.

    Parameters
    ----------
    cards
        The figures that a planner looks at first.
    title
        Of the chart and the table.
    chosen
        The chosen part in the chosen year.
    chart
        The chosen part over the years.
    by_year, by_part
        The tables behind and beside it.
    sites, site_charts
        Need against what exists.
    """

    cards: Sequence[Row]
    title: str
    chosen: Row
    chart: Markup
    by_year: Sequence[Row]
    by_part: Sequence[Row]
    sites: Sequence[SiteRow]
    site_charts: Sequence[Markup]
