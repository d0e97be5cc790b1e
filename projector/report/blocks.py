"""What a page is made of: sections of sentences, key figures, charts and tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from markupsafe import Markup

__all__ = ["Block", "Cards", "Figure", "Gallery", "Items", "Paragraph", "Section", "Table"]


@dataclass(frozen=True)
class Paragraph:
    """Plain text."""

    text: str
    kind: str = "paragraph"


@dataclass(frozen=True)
class Items:
    """A list of sentences, with a heading of its own."""

    heading: str
    sentences: tuple[str, ...]
    kind: str = "items"


@dataclass(frozen=True)
class Cards:
    """Key figures: each a figure, what it is of, and what it was or how sure it is."""

    cards: tuple[tuple[str, str, str], ...]
    kind: str = "cards"


@dataclass(frozen=True)
class Table:
    """Rows of cells that are text already; the first cell names the row.

    `marked` are the positions of rows that are set apart; `texts` the number of leading columns
    that hold text, not figures; `kept` the columns that are not broken into lines. A `folded` one
    is opened by the reader, one that is not `wide` has something beside it.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: frozenset[int] = frozenset()
    texts: int = 1
    title: str = ""
    kept: frozenset[int] = frozenset()
    folded: bool = False
    wide: bool = True
    kind: str = "table"


@dataclass(frozen=True)
class Figure:
    """A chart, and the table behind it."""

    title: str
    drawing: Markup
    table: Table
    note: str = ""
    wide: bool = False
    kind: str = "figure"


@dataclass(frozen=True)
class Gallery:
    """Small charts of the same kind side by side, and one table behind them all."""

    title: str
    drawings: tuple[Markup, ...]
    table: Table
    note: str = ""
    kind: str = "gallery"


Block: TypeAlias = Paragraph | Items | Cards | Table | Figure | Gallery


@dataclass(frozen=True)
class Section:
    """A part of the page with a heading that can be linked to."""

    key: str
    title: str
    blocks: Sequence[Block]
