"""The tables that say what capacity contacts take, when they come, and what capacity costs."""

from collections.abc import Mapping
from types import MappingProxyType

from projector.tables.columns import (
    AGES,
    AREA_OR_REGION,
    KIND_OR_ALL,
    PROVENANCE,
    SETTING,
    SEX_OR_ALL,
    YEAR,
    Column,
    Table,
    frozen,
)
from projector.tables.vocabulary import PERIODS

__all__ = ["CAPACITY_TABLES"]

_RESOURCE_OF_NORMS = Column("code", "resource of norms.csv")

CAPACITY_TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "norms": Table(
            "Which resources a setting takes, and how much work one unit of each can do. A setting "
            "with no row takes none. A row for a diagnosis goes before the one for * of the same "
            "resource. Bed days are shared out: the shares of the beds of a setting make one for "
            "every diagnosis that has any. A contact may take several places and rooms, or none.",
            frozen(
                {
                    "setting": SETTING,
                    "kind": KIND_OR_ALL,
                    "diagnosis": Column(
                        "code",
                        "diagnosis group of diagnoses.csv, or *; * where the column is absent",
                        optional=True,
                        any_of=True,
                    ),
                    "resource": Column("code", "name of the resource"),
                    "unit": Column("text", "its unit", allowed=("beds", "places", "rooms")),
                    "share": Column(
                        "number",
                        "part of the bed days (beds) or contacts (places, rooms) that takes the "
                        "resource; all where empty",
                        unit="1",
                        minimum=0,
                        maximum=1,
                        optional=True,
                        blank=True,
                    ),
                    "occupancy": Column(
                        "number",
                        "planned share of bed days (beds)",
                        unit="1",
                        minimum=0.01,
                        maximum=1,
                        blank=True,
                    ),
                    "minutes": Column(
                        "number", "a contact takes the place or room", minimum=0.1, blank=True
                    ),
                    "turnover": Column(
                        "number",
                        "minutes between two contacts, on top of their own; none where empty",
                        minimum=0,
                        optional=True,
                        blank=True,
                    ),
                    "hours_per_day": Column(
                        "number", "opening hours", minimum=0.1, maximum=24, blank=True
                    ),
                    "days_per_year": Column("number", "open days", minimum=1, maximum=366),
                    "utilisation": Column(
                        "number",
                        "share of the open time in use (places, rooms)",
                        unit="1",
                        minimum=0.01,
                        maximum=1,
                        blank=True,
                    ),
                }
                | PROVENANCE
            ),
            ("setting", "kind", "diagnosis", "resource"),
        ),
        "rhythms": Table(
            "When patients arrive, against the mean: by weekday, week of the year and month, each "
            "whole or not at all; their factors are multiplied. Week 53 may be left out. A "
            "resource with no row has the same arrivals all year.",
            frozen(
                {
                    "resource": _RESOURCE_OF_NORMS,
                    "period": Column("text", "what the number counts", allowed=tuple(PERIODS)),
                    "number": Column(
                        "integer",
                        "1 Monday to 7 Sunday, week 1 to 53, or 1 January to 12 December",
                        minimum=1,
                    ),
                    "factor": Column(
                        "number", "arrivals a day against the mean", unit="1", minimum=0.01
                    ),
                }
                | PROVENANCE
            ),
            ("resource", "period", "number"),
            required=False,
        ),
        "needs": Table(
            "Share of the people who have a need that care is planned by. Every need covers every "
            "age once, for each sex or for both together.",
            frozen(
                {
                    "need": Column("code", "name of the need"),
                    "sex": SEX_OR_ALL,
                    "ages": AGES,
                    "share": Column("number", "share of people", unit="1", minimum=0, maximum=1),
                }
                | PROVENANCE
            ),
            ("need", "sex", "ages"),
            required=False,
        ),
        "unit_costs": Table(
            "What one bed, place or room costs a year. A resource with no row has no known cost.",
            frozen(
                {
                    "resource": _RESOURCE_OF_NORMS,
                    "year": Column("year", "price level"),
                    "nok": Column("number", "cost of one a year", unit="NOK", minimum=0),
                }
                | PROVENANCE
            ),
            ("resource",),
            required=False,
        ),
        "sites": Table(
            "Where capacity stands, and which region or area it serves.",
            frozen(
                {
                    "site": Column("text", "name of the site"),
                    "serves": AREA_OR_REGION,
                    "region": Column(
                        "code",
                        "region that it stands in; without one the area that most of those it "
                        "serves are in",
                        optional=True,
                        blank=True,
                    ),
                }
                | PROVENANCE
            ),
            ("site",),
            required=False,
        ),
        "travel": Table(
            "Minutes from regions to sites.",
            frozen(
                {
                    "region": Column("code", "region code"),
                    "site": Column("text", "name of the site in sites.csv"),
                    "minutes": Column("number", "minutes one way", minimum=0),
                }
                | PROVENANCE
            ),
            ("region", "site"),
            required=False,
        ),
        "existing": Table(
            "Existing and planned capacity; linear between years, flat outside.",
            frozen(
                {
                    "site": Column("text", "name of the site in sites.csv"),
                    "resource": _RESOURCE_OF_NORMS,
                    "year": YEAR,
                    "amount": Column("number", "beds, places or rooms", minimum=0),
                }
                | PROVENANCE
            ),
            ("site", "resource", "year"),
            required=False,
        ),
    }
)
