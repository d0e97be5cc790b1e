"""The tables of staff: how many the services take, what they have learned, what they earn."""

from collections.abc import Mapping
from types import MappingProxyType

from projector.tables.columns import (
    AGES,
    KIND_OR_ALL,
    PROVENANCE,
    SETTING,
    SETTING_OR_ALL,
    SEX_OR_ALL,
    Column,
    Table,
    frozen,
)
from projector.tables.vocabulary import (
    ALLOWANCES,
    BED_SETTINGS,
    DRIVERS,
    EDUCATIONS,
    SHIFTS,
    WORK_PATTERNS,
    WORKLOAD_UNITS,
)

__all__ = ["PROFESSION_TABLES", "WORKFORCE_TABLES"]

_PROFESSION = Column("code", "occupational group")
_PROFESSION_OR_ALL = Column("code", "occupational group, or *", any_of=True)
_PATTERN = Column("text", "whose hours count", allowed=WORK_PATTERNS)

PROFESSION_TABLES = ("professions", "staffing", "rosters", "workloads")
"""Tables that name professions, in the order in which these are told."""


def _posts(days: str) -> Column:
    return Column("number", f"people on duty for each bed, {days}", unit="1", minimum=0)


WORKFORCE_TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "professions": Table(
            "The occupational groups: the level of education that statistics put them in, and "
            "what a full-time equivalent earns.",
            frozen(
                {
                    "profession": _PROFESSION,
                    "education": Column("text", "level of education", allowed=EDUCATIONS),
                    "wage": Column(
                        "number",
                        "pay of a full-time equivalent a year, less employer contributions",
                        unit="NOK year-1",
                        minimum=0,
                        blank=True,
                    ),
                    "year": Column("year", "the year the pay is of", blank=True),
                }
                | PROVENANCE
            ),
            ("profession",),
            required=False,
        ),
        "staffing": Table(
            "Staff by profession for each unit of a driver, on top of rosters and workloads.",
            frozen(
                {
                    "profession": _PROFESSION,
                    "setting": SETTING_OR_ALL,
                    "kind": KIND_OR_ALL,
                    "per": Column("text", "what the ratio is counted per", allowed=DRIVERS),
                    "fte": Column("number", "full-time equivalents", unit="FTE", minimum=0),
                }
                | PROVENANCE
            ),
            ("profession", "setting", "kind", "per"),
        ),
        "working_time": Table(
            "What of a year a full-time equivalent is at work. A row for a profession goes before "
            "the one for *. Needed by rosters and workloads.",
            frozen(
                {
                    "profession": _PROFESSION_OR_ALL,
                    "pattern": _PATTERN,
                    "hours_per_week": Column(
                        "number", "agreed hours a week", minimum=1, maximum=60
                    ),
                    "leave_weeks": Column("number", "weeks of holiday", minimum=0, maximum=20),
                    "holiday_days": Column(
                        "number",
                        "public holidays on which they neither work nor owe the hours",
                        minimum=0,
                        maximum=30,
                    ),
                    "training_days": Column(
                        "number", "days of courses and training", minimum=0, maximum=100
                    ),
                    "sickness": Column(
                        "number",
                        "share of the remaining time that is lost to sickness",
                        unit="1",
                        minimum=0,
                        maximum=0.9,
                    ),
                }
                | PROVENANCE
            ),
            ("profession", "pattern"),
            required=False,
        ),
        "rosters": Table(
            "Who is on duty round the clock: posts of a profession in each shift.",
            frozen(
                {
                    "profession": _PROFESSION,
                    "setting": Column("text", "level of care with nights", allowed=BED_SETTINGS),
                    "kind": KIND_OR_ALL,
                    "team": Column(
                        "code",
                        "name of the team: at one site its rows share their minimum; without "
                        "one each setting and kind has a team of its own",
                        optional=True,
                        blank=True,
                    ),
                    "shift": Column("text", "part of the day", allowed=SHIFTS),
                    "hours": Column(
                        "number", "hours of the shift with handover", minimum=0.1, maximum=24
                    ),
                    "weekday_posts": _posts("Monday to Friday"),
                    "weekend_posts": _posts("Saturday and Sunday"),
                    "minimum": Column(
                        "number", "fewest people of the team on duty, however few beds", minimum=0
                    ),
                }
                | PROVENANCE
            ),
            ("profession", "setting", "kind", "shift"),
            required=False,
        ),
        "workloads": Table(
            "Minutes of work of a profession for each contact or bed day (WISN's service "
            "standards). A row for a diagnosis goes before the one for *.",
            frozen(
                {
                    "profession": _PROFESSION,
                    "setting": SETTING,
                    "kind": KIND_OR_ALL,
                    "diagnosis": Column(
                        "code",
                        "diagnosis group of diagnoses.csv, or *; * where the column is absent",
                        optional=True,
                        any_of=True,
                    ),
                    "per": Column("text", "what the minutes are for", allowed=WORKLOAD_UNITS),
                    "pattern": _PATTERN,
                    "minutes": Column("number", "minutes of work", minimum=0),
                }
                | PROVENANCE
            ),
            ("profession", "setting", "kind", "diagnosis", "per"),
            required=False,
        ),
        "allowances": Table(
            "What those with workloads do beside them (WISN's category and individual "
            "allowances). Rows that apply to the same staff add up.",
            frozen(
                {
                    "profession": _PROFESSION_OR_ALL,
                    "setting": SETTING_OR_ALL,
                    "activity": Column("text", "what they do"),
                    "type": Column(
                        "text", "by all of the profession, or by some of them", allowed=ALLOWANCES
                    ),
                    "share": Column(
                        "number",
                        "share of their time (category)",
                        unit="1",
                        minimum=0,
                        maximum=0.95,
                        blank=True,
                    ),
                    "hours": Column(
                        "number",
                        "hours a year of each who does it (individual)",
                        minimum=0,
                        blank=True,
                    ),
                    "staff": Column(
                        "number",
                        "how many of 100 full-time equivalents do it (individual)",
                        minimum=0,
                        maximum=100,
                        blank=True,
                    ),
                }
                | PROVENANCE
            ),
            ("profession", "setting", "activity"),
            required=False,
        ),
        "competences": Table(
            "Share of a profession that needs a speciality or further training; the rest is "
            "general.",
            frozen(
                {
                    "profession": _PROFESSION,
                    "competence": Column("code", "speciality or further training"),
                    "setting": SETTING_OR_ALL,
                    "kind": KIND_OR_ALL,
                    "share": Column("number", "share", unit="1", minimum=0, maximum=1),
                }
                | PROVENANCE
            ),
            ("profession", "competence", "setting", "kind"),
        ),
        "participation": Table(
            "Share of the people who are economically active: at work, or looking for it. Every "
            "age once, for each sex or for both together.",
            frozen(
                {
                    "sex": SEX_OR_ALL,
                    "ages": AGES,
                    "share": Column("number", "share of people", unit="1", minimum=0, maximum=1),
                }
                | PROVENANCE
            ),
            ("sex", "ages"),
            required=False,
        ),
    }
)
