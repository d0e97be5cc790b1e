"""The tables that say more of contacts than how many: urgency, prices, groups and flows.

Every one of them is optional; what it says nothing about is left out of the results.
"""

from collections.abc import Mapping
from types import MappingProxyType

from projector.tables.columns import (
    AGES,
    AREA_OR_REGION,
    DIAGNOSIS_OR_ALL,
    KIND_OR_ALL,
    PROVENANCE,
    SETTING,
    SETTING_OR_ALL,
    YEAR,
    Column,
    Table,
    frozen,
)
from projector.tables.vocabulary import BED_SETTINGS, PRICE_ITEMS

__all__ = ["ACTIVITY_TABLES"]


def _share(description: str) -> Column:
    return Column("number", description, unit="1", minimum=0, maximum=1)


ACTIVITY_TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "urgency": Table(
            "Share of the contacts that are acute. Rows of a diagnosis go before those for *. In "
            "a setting that has rows every diagnosis has every age; one without rows knows no "
            "urgency.",
            frozen(
                {
                    "diagnosis": DIAGNOSIS_OR_ALL,
                    "setting": SETTING,
                    "ages": AGES,
                    "acute": _share("share of the contacts"),
                }
                | PROVENANCE
            ),
            ("diagnosis", "setting", "ages"),
            required=False,
        ),
        "readmissions": Table(
            "Share of the inpatient stays that are acute readmissions within 30 days, at most the "
            "acute share. Rows of a diagnosis go before those for *.",
            frozen(
                {
                    "diagnosis": DIAGNOSIS_OR_ALL,
                    "ages": AGES,
                    "share": _share("share of the inpatient stays"),
                }
                | PROVENANCE
            ),
            ("diagnosis", "ages"),
            required=False,
        ),
        "discharge_ready": Table(
            "Share of the bed days that come after the patient is ready for discharge. Rows of a "
            "diagnosis go before those for *.",
            frozen(
                {
                    "diagnosis": DIAGNOSIS_OR_ALL,
                    "setting": Column("text", "level of care with nights", allowed=BED_SETTINGS),
                    "ages": AGES,
                    "share": _share("share of the bed days"),
                }
                | PROVENANCE
            ),
            ("diagnosis", "setting", "ages"),
            required=False,
        ),
        "drg_points": Table(
            "DRG points of a contact. Rows of a diagnosis go before those for *.",
            frozen(
                {
                    "diagnosis": DIAGNOSIS_OR_ALL,
                    "setting": SETTING,
                    "points": Column("number", "DRG points of a contact", minimum=0),
                    "year": Column("year", "the year the points are of"),
                }
                | PROVENANCE
            ),
            ("diagnosis", "setting"),
            required=False,
        ),
        "prices": Table(
            "What a DRG point, a day after the patient is ready for discharge, a contact or a bed "
            "day is paid with.",
            frozen(
                {
                    "item": Column("text", "what the price is of", allowed=PRICE_ITEMS),
                    "setting": SETTING_OR_ALL,
                    "year": Column("year", "price level"),
                    "nok": Column("number", "price of one", unit="NOK", minimum=0),
                    "share": Column(
                        "number",
                        "part of a DRG point's price that follows activity; all where empty",
                        unit="1",
                        minimum=0,
                        maximum=1,
                        optional=True,
                        blank=True,
                    ),
                }
                | PROVENANCE
            ),
            ("item", "setting"),
            required=False,
        ),
        "priority_groups": Table(
            "Groups of patients that planning gives priority. A diagnosis at an age belongs to the "
            "first group, by order, that has a row for it, so nobody is counted twice.",
            frozen(
                {
                    "group": Column("code", "name of the group"),
                    "order": Column("integer", "which group goes first", minimum=1),
                    "diagnosis": DIAGNOSIS_OR_ALL,
                    "kind": KIND_OR_ALL,
                    "ages": AGES,
                }
                | PROVENANCE
            ),
            ("group", "diagnosis", "kind", "ages"),
            required=False,
        ),
        "flows": Table(
            "Where residents are treated: share of their contacts at a site. What is left of 1 is "
            "treated elsewhere. Of the rows of a site the one for the fewest regions goes first, "
            "then one for a diagnosis, a kind, a setting.",
            frozen(
                {
                    "region": AREA_OR_REGION,
                    "kind": KIND_OR_ALL,
                    "diagnosis": DIAGNOSIS_OR_ALL,
                    "setting": SETTING_OR_ALL,
                    "site": Column("text", "name of the site in sites.csv"),
                    "share": _share("share of the residents' contacts"),
                }
                | PROVENANCE
            ),
            ("region", "kind", "diagnosis", "setting", "site"),
            required=False,
        ),
        "activity_counts": Table(
            "Published numbers of contacts and bed days of a region's residents. A figure that is "
            "not published (empty, : or ..) is left free; - is none.",
            frozen(
                {
                    "region": AREA_OR_REGION,
                    "diagnosis": DIAGNOSIS_OR_ALL,
                    "setting": SETTING_OR_ALL,
                    "measure": Column("text", "what is counted", allowed=("contacts", "bed_days")),
                    "year": YEAR,
                    "count": Column(
                        "number",
                        "contacts or bed days of the year",
                        minimum=0,
                        blank=True,
                        printed=True,
                    ),
                }
                | PROVENANCE
            ),
            ("region", "diagnosis", "setting", "measure", "year"),
            required=False,
        ),
    }
)
