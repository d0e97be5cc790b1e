"""The tables that say who works in health care, who comes and who goes."""

from collections.abc import Mapping
from types import MappingProxyType

from projector.tables.columns import (
    AREA_OR_REGION,
    PROVENANCE,
    SEX,
    SEX_OR_ALL,
    YEAR,
    Column,
    Table,
    frozen,
)
from projector.tables.vocabulary import (
    COUNTED_STAFF,
    ENTRY_MEASURES,
    LEVERS,
    ORIGINS,
    SHORTAGE_GROUPS,
)

__all__ = ["STAFF_TABLES"]

_PROFESSION = Column("code", "occupational group of staffing.csv")
_PROFESSION_OR_ALL = Column(
    "code",
    "occupational group of staffing.csv, or * for those with no row of their own",
    any_of=True,
)
_STAFF_AGES = Column("ages", "completed years on 1 January, within 18 to 74")


def _rate(description: str) -> Column:
    """A share of those there that something happens to in a year."""
    return Column("number", description, unit="1 year-1", minimum=0, maximum=1)


STAFF_TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "staff_ages": Table(
            "Who works in health care: shares of a profession by sex and age, which together make "
            "one, and how much each works. A profession with no row has no stock of its own, so no "
            "supply is reckoned for it.",
            frozen(
                {
                    "profession": _PROFESSION,
                    "sex": SEX,
                    "ages": _STAFF_AGES,
                    "share": Column("number", "share of the heads", unit="1", minimum=0, maximum=1),
                    "full_time": Column(
                        "number", "FTE of a head", unit="1", minimum=0.01, maximum=1
                    ),
                }
                | PROVENANCE
            ),
            ("profession", "sex", "ages"),
            required=False,
        ),
        "staff_exits": Table(
            "Who stops, in a year. Those who leave work elsewhere or not at all, and may return; "
            "those who retire do not. At the last age all retire.",
            frozen(
                {
                    "profession": _PROFESSION_OR_ALL,
                    "sex": SEX_OR_ALL,
                    "ages": _STAFF_AGES,
                    "retired": _rate("share that retires"),
                    "left": _rate("share of the others that leaves"),
                    "returned": _rate("share of those who have left that returns"),
                }
                | PROVENANCE
            ),
            ("profession", "sex", "ages"),
            required=False,
        ),
        "staff_entry": Table(
            "Who begins: figures of a profession, one to a row. training_years: from the year they "
            "begin to that of the exam; completion: share of beginners with an exam; "
            "to_health: share of those who then work in health care; trained: exams a year in the "
            "nation, if counted; abroad: recruited from abroad a year to the nation's health care.",
            frozen(
                {
                    "profession": _PROFESSION,
                    "measure": Column("text", "what the figure is of", allowed=ENTRY_MEASURES),
                    "value": Column("number", "years, shares or heads a year", minimum=0),
                }
                | PROVENANCE
            ),
            ("profession", "measure"),
            required=False,
        ),
        "staff_entry_ages": Table(
            "How old those are who begin, by where they come from; shares that together make one.",
            frozen(
                {
                    "origin": Column("text", "where they come from", allowed=ORIGINS),
                    "profession": _PROFESSION_OR_ALL,
                    "sex": SEX,
                    "ages": _STAFF_AGES,
                    "share": Column("number", "share", unit="1", minimum=0, maximum=1),
                }
                | PROVENANCE
            ),
            ("origin", "profession", "sex", "ages"),
            required=False,
        ),
        "specialisation": Table(
            "How a profession gets a competence: years from start to finish, and ages at the end.",
            frozen(
                {
                    "profession": _PROFESSION,
                    "competence": Column("code", "competence of competences.csv"),
                    "years": Column("integer", "years of training", minimum=0, maximum=20),
                    "ages": _STAFF_AGES,
                }
                | PROVENANCE
            ),
            ("profession", "competence"),
            required=False,
        ),
        "shortages": Table(
            "How many are short today in the nation; a run takes the last survey up to its base "
            "year, and of it the part of its people. * is all professions with no row of their "
            "own in that survey, in proportion to need.",
            frozen(
                {
                    "profession": _PROFESSION_OR_ALL,
                    "group": Column("text", "which of them", allowed=SHORTAGE_GROUPS),
                    "year": YEAR,
                    "fte": Column("number", "staff short", unit="FTE", minimum=0),
                }
                | PROVENANCE
            ),
            ("profession", "group", "year"),
            required=False,
        ),
        "staff_counts": Table(
            "Counted staff of a region or area. A run whose base year is that of the count has its "
            "FTE per head; a count of all staff says also how many FTE there are.",
            frozen(
                {
                    "region": AREA_OR_REGION,
                    "profession": _PROFESSION_OR_ALL,
                    "of": Column("text", "which staff were counted", allowed=COUNTED_STAFF),
                    "year": YEAR,
                    "heads": Column("number", "people employed", unit="heads", minimum=0.01),
                    "fte": Column("number", "full-time equivalents", unit="FTE", minimum=0),
                }
                | PROVENANCE
            ),
            ("region", "profession", "of", "year"),
            required=False,
        ),
        "close_bounds": Table(
            "How far `projector workforce close` may move each lever: places by a share more, "
            "retention as the share of those who would leave, full_time as FTE per head, "
            "task_shift as a share of the need.",
            frozen(
                {
                    "lever": Column("text", "the lever", allowed=LEVERS),
                    "highest": Column("number", "as far as it goes", unit="1", minimum=0),
                }
                | PROVENANCE
            ),
            ("lever",),
            required=False,
        ),
    }
)
