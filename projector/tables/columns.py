"""What the contracts of input tables are made of: columns, tables and columns that recur."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from projector.tables.vocabulary import DIAGNOSIS_KINDS, QUALITIES, SETTINGS, SEXES

__all__ = [
    "AGES",
    "AREA_OR_REGION",
    "DIAGNOSIS",
    "DIAGNOSIS_OR_ALL",
    "KIND_OR_ALL",
    "PROVENANCE",
    "QUALITY",
    "REGION",
    "SETTING",
    "SETTING_OR_ALL",
    "SEX",
    "SEX_OR_ALL",
    "SOURCE",
    "YEAR",
    "Column",
    "Table",
    "frozen",
]

Kind = Literal["code", "text", "year", "ages", "number", "integer"]


@dataclass(frozen=True)
class Column:
    """One column of an input table.

    Parameters
    ----------
    kind
        ``code`` (a string that may look like a number), ``text``, ``year`` (four
        digits), ``ages`` (``7``, ``0-9``, ``80+`` or ``*`` for all), ``number``
        (decimal point) or ``integer``.
    description
        What it holds, for the reference documentation.
    unit
        Unit of a number.
    allowed
        The only values that may occur, where the list is closed.
    minimum, maximum
        Bounds of a number, inclusive.
    optional
        The column may be absent.
    blank
        A cell may be empty; empty means "does not apply", never zero.
    any_of
        True where ``*`` may stand for every value.
    printed
        A number may be a symbol of official statistics: ``-`` is 0, and those for figures
        that are not there (``:``, ``..``, ``…``, ``.``) are the same as a blank.
    """

    kind: Kind
    description: str
    unit: str | None = None
    allowed: tuple[str, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    optional: bool = False
    blank: bool = False
    any_of: bool = False
    printed: bool = False


@dataclass(frozen=True)
class Table:
    """One table of an input set.

    Parameters
    ----------
    description
        What the table says.
    columns
        The columns by name, in the order they are written.
    key
        The columns that together name a row; no two rows share them.
    required
        Whether an input set must hold the table.
    """

    description: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    required: bool = True


REGION = Column("code", "region code, for example 3322 or 030110")
AREA_OR_REGION = Column("code", "a region code or the name of an area")
SEX = Column("text", "sex", allowed=SEXES)
SEX_OR_ALL = Column("text", "sex, or *", allowed=SEXES, any_of=True)
YEAR = Column("year", "calendar year")
AGES = Column("ages", "completed years on 1 January: 7, 0-9, 80+ or *", any_of=True)
DIAGNOSIS = Column("code", "diagnosis group of diagnoses.csv")
DIAGNOSIS_OR_ALL = Column("code", "diagnosis group of diagnoses.csv, or *", any_of=True)
SETTING = Column("text", "level of care", allowed=SETTINGS)
SETTING_OR_ALL = Column("text", "level of care, or *", allowed=SETTINGS, any_of=True)
KIND_OR_ALL = Column("text", "kind of diagnosis, or *", allowed=DIAGNOSIS_KINDS, any_of=True)
SOURCE = Column("text", "where the figure comes from")
QUALITY = Column("text", "official, derived or assumption", allowed=QUALITIES)
PROVENANCE = {"source": SOURCE, "quality": QUALITY}


def frozen(columns: Mapping[str, Column]) -> Mapping[str, Column]:
    """The columns, which nobody can change."""
    return MappingProxyType(dict(columns))
