"""Lines of a printed table."""

from dataclasses import dataclass

__all__ = ["Row", "Section"]


@dataclass(frozen=True)
class Row:
    """One line of a table: a name and its figures, already written out."""

    name: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """Some lines under a heading."""

    heading: str
    rows: tuple[Row, ...]
