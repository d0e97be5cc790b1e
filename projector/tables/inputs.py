"""The tables of an input set, column by column, as a planner sees them in a CSV file."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from projector.tables.activity_inputs import ACTIVITY_TABLES
from projector.tables.capacity_inputs import CAPACITY_TABLES
from projector.tables.columns import (
    AGES,
    AREA_OR_REGION,
    DIAGNOSIS,
    DIAGNOSIS_OR_ALL,
    KIND_OR_ALL,
    PROVENANCE,
    QUALITY,
    REGION,
    SETTING,
    SETTING_OR_ALL,
    SEX,
    SEX_OR_ALL,
    SOURCE,
    YEAR,
    Column,
    Table,
    frozen,
)
from projector.tables.deviation_inputs import DEVIATION_TABLES
from projector.tables.staff_inputs import STAFF_TABLES
from projector.tables.vocabulary import (
    BED_SETTINGS,
    DIAGNOSIS_KINDS,
    LEVELS,
    REGIONAL_MEASURES,
    SEXES,
)
from projector.tables.workforce_inputs import WORKFORCE_TABLES

__all__ = ["INPUT_TABLES", "Column", "Table"]

_SINGLE_AGE = Column("ages", "completed years at the end of the year: 0 to 104, or 105+")
_NOT_USED = {
    "region_name": Column("text", "name of the region, not used", optional=True, blank=True),
    **{
        name: Column("number", f"{what} when it was estimated, not used", optional=True, blank=True)
        for name, what in (
            ("own", "what the region's tables showed"),
            ("parent", "what it was drawn towards"),
            ("credibility", "weight of the region's own"),
        )
    },
    "source": replace(SOURCE, optional=True, blank=True),
    "quality": replace(QUALITY, optional=True, blank=True),
}
"""Beside an overridden estimate: what `projector population calibrate` writes too, so that its
files can be read back as they are."""

INPUT_TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "population": Table(
            "People on 1 January.",
            frozen(
                {
                    "region": REGION,
                    "region_name": Column("text", "name of the region", optional=True),
                    "year": YEAR,
                    "sex": SEX,
                    "ages": Column("ages", "single age or age group; the last is open"),
                    "persons": Column("number", "people", unit="persons", minimum=0),
                    "source": replace(SOURCE, optional=True),
                    "quality": replace(QUALITY, optional=True),
                }
            ),
            ("region", "year", "sex", "ages"),
        ),
        "regions": Table(
            "Names of regions, for population tables that hold codes only.",
            frozen({"region": REGION, "region_name": Column("text", "name of the region")}),
            ("region",),
            required=False,
        ),
        "region_changes": Table(
            "What became of regions, for age tables on the codes of different years. A row for "
            "each old code and each region that its people are in afterwards, which is the code "
            "itself where it lives on while others join it. KLASS's own table of changes is "
            "taken too, and a key with the columns year, original, current, weighting.",
            frozen(
                {
                    "year": Column("year", "the codes change on 1 January of this year"),
                    "old_region": Column("code", "region code before"),
                    "new_region": Column("code", "region code from then on"),
                    "share": Column(
                        "number",
                        "share of the old region's people, where it is divided and this is known",
                        unit="1",
                        minimum=0,
                        maximum=1,
                        optional=True,
                        blank=True,
                    ),
                    "source": replace(SOURCE, optional=True),
                    "quality": replace(QUALITY, optional=True),
                }
            ),
            ("year", "old_region", "new_region"),
            required=False,
        ),
        "areas": Table(
            "Named groups of regions; a member may be an area itself.",
            frozen(
                {"area": Column("text", "name of the area"), "member": AREA_OR_REGION} | PROVENANCE
            ),
            ("area", "member"),
        ),
        "tiles": Table(
            "Where regions lie on a map of squares, for the report. A region without a row is not "
            "on the map.",
            frozen(
                {
                    "region": REGION,
                    "column": Column("integer", "place from the west", minimum=0),
                    "row": Column("integer", "place from the north", minimum=0),
                }
                | PROVENANCE
            ),
            ("region",),
            required=False,
        ),
        "mortality": Table(
            "National death rates by age group, for the middle year of a period.",
            frozen(
                {
                    "year": YEAR,
                    "sex": SEX,
                    "ages": AGES,
                    "death_rate": Column(
                        "number", "central death rate", unit="1 year-1", minimum=0, maximum=5
                    ),
                }
                | PROVENANCE
            ),
            ("year", "sex", "ages"),
        ),
        "fertility": Table(
            "Share of the total fertility rate by age group of the mother.",
            frozen(
                {
                    "year": YEAR,
                    "ages": AGES,
                    "share": Column("number", "share of the total", unit="1", minimum=0, maximum=1),
                }
                | PROVENANCE
            ),
            ("year", "ages"),
        ),
        "out_migration": Table(
            "Share of the survivors that moves to another region in a year, by age at its end. "
            "With destinations: every region has every sex and age.",
            frozen(
                {
                    "region": REGION,
                    "sex": SEX,
                    "ages": AGES,
                    "rate": Column(
                        "number", "movers per survivor", unit="1 year-1", minimum=0, maximum=1
                    ),
                }
                | PROVENANCE
            ),
            ("region", "sex", "ages"),
            required=False,
        ),
        "destinations": Table(
            "Where those who leave a region go. The shares of a region sum to 1 at every age; "
            "a pair of regions with no row has no moves.",
            frozen(
                {
                    "region": REGION,
                    "to_region": Column("code", "region code of where they go"),
                    "ages": AGES,
                    "share": Column(
                        "number", "share of those who leave", unit="1", minimum=0, maximum=1
                    ),
                }
                | PROVENANCE
            ),
            ("region", "to_region", "ages"),
            required=False,
        ),
        "immigration": Table(
            "People who come from abroad in a year, by age at its end. Says how a national path "
            "falls on regions and ages. With emigration: every region has every sex and age.",
            frozen(
                {
                    "region": REGION,
                    "sex": SEX,
                    "ages": AGES,
                    "persons": Column("number", "immigrants a year", unit="persons", minimum=0),
                }
                | PROVENANCE
            ),
            ("region", "sex", "ages"),
            required=False,
        ),
        "emigration": Table(
            "Share of the survivors that leaves the country in a year, by age at its end.",
            frozen(
                {
                    "region": REGION,
                    "sex": SEX,
                    "ages": AGES,
                    "rate": Column(
                        "number", "emigrants per survivor", unit="1 year-1", minimum=0, maximum=1
                    ),
                }
                | PROVENANCE
            ),
            ("region", "sex", "ages"),
            required=False,
        ),
        "cohort_ratios": Table(
            "Moves of regions, in place of those estimated from the age tables; what has no row "
            "is as estimated.",
            frozen(
                {
                    "region": REGION,
                    "sex": SEX,
                    "ages": _SINGLE_AGE,
                    "ratio": Column(
                        "number",
                        "what moves make of a cohort in a year, over the same of the nation's",
                        unit="1",
                        minimum=0,
                        maximum=10,
                    ),
                }
                | _NOT_USED
            ),
            ("region", "sex", "ages"),
            required=False,
        ),
        "regional_levels": Table(
            "Levels of mortality and fertility of regions, in place of those estimated likewise.",
            frozen(
                {
                    "region": REGION,
                    "measure": Column("text", "level of what", allowed=REGIONAL_MEASURES),
                    "level": Column(
                        "number",
                        "ratio to the nation's; of mortality 0.2 to 2",
                        unit="1",
                        minimum=0,
                        maximum=10,
                    ),
                }
                | _NOT_USED
            ),
            ("region", "measure"),
            required=False,
        ),
        "national_migration": Table(
            "Who moves to and from the country, in place of what was estimated likewise. The "
            "national path of net immigration says how many they are together.",
            frozen(
                {
                    "sex": SEX,
                    "ages": _SINGLE_AGE,
                    "persons": Column(
                        "number", "net immigrants a year, negative where more leave", unit="persons"
                    ),
                    "share_of_one_more": Column(
                        "number",
                        "share of one more net immigrant; is written, and not read back",
                        unit="1",
                        optional=True,
                        blank=True,
                    ),
                    "source": replace(SOURCE, optional=True, blank=True),
                    "quality": replace(QUALITY, optional=True, blank=True),
                }
            ),
            ("sex", "ages"),
            required=False,
        ),
        "paths": Table(
            "National paths that the letters of a variant choose among.",
            frozen(
                {
                    "component": Column(
                        "text",
                        "what the path is of",
                        allowed=(
                            "total_fertility",
                            "life_expectancy",
                            "internal_migration",
                            "net_immigration",
                            "sex_ratio_at_birth",
                            "population",
                        ),
                    ),
                    "sex": Column("text", "sex, or both", allowed=(*SEXES, "both")),
                    "level": Column("text", "low, middle or high alternative", allowed=LEVELS),
                    "year": YEAR,
                    "value": Column(
                        "number",
                        "children per woman, years, persons a year, boys per girl or persons; of "
                        "internal migration a factor on what the age tables show, L and H only",
                    ),
                }
                | PROVENANCE
            ),
            ("component", "sex", "level", "year"),
        ),
        "diagnoses": Table(
            "The diagnosis groups.",
            frozen(
                {
                    "diagnosis": DIAGNOSIS,
                    "kind": Column("text", "which part of the services", allowed=DIAGNOSIS_KINDS),
                    "icd10": Column("text", "the ICD-10 blocks it covers"),
                }
                | PROVENANCE
            ),
            ("diagnosis",),
        ),
        "use_rates": Table(
            "Contacts per person and year. A diagnosis and setting with no row is not treated "
            "there; one with a row must have every sex and age.",
            frozen(
                {
                    "diagnosis": DIAGNOSIS,
                    "setting": SETTING,
                    "sex": SEX,
                    "ages": AGES,
                    "contacts_per_1000": Column(
                        "number", "contacts a year per 1 000 people on 1 January", minimum=0
                    ),
                    "year": Column("year", "the year the rate is of; growth counts from here"),
                }
                | PROVENANCE
            ),
            ("diagnosis", "setting", "sex", "ages"),
        ),
        "length_of_stay": Table(
            "Mean nights of a stay, for every setting with nights that has use rates.",
            frozen(
                {
                    "diagnosis": DIAGNOSIS,
                    "setting": Column("text", "level of care with nights", allowed=BED_SETTINGS),
                    "ages": AGES,
                    "days": Column("number", "nights of a stay", minimum=0, maximum=3660),
                    "year": Column("year", "the year the length is of; growth counts from here"),
                }
                | PROVENANCE
            ),
            ("diagnosis", "setting", "ages"),
        ),
        "growth": Table(
            "Yearly change of use rates and lengths of stay. Rows of one measure must not "
            "overlap; where none applies nothing changes.",
            frozen(
                {
                    "measure": Column(
                        "text", "what changes", allowed=("contacts", "length_of_stay")
                    ),
                    "diagnosis": DIAGNOSIS_OR_ALL,
                    "setting": SETTING_OR_ALL,
                    "ages": AGES,
                    "from": Column("year", "the change starts at this year"),
                    "to": Column("year", "and ends at this year"),
                    "annual": Column("number", "change a year, -0.01 is 1 % less", minimum=-0.9),
                }
                | PROVENANCE
            ),
            ("measure", "diagnosis", "setting", "ages", "from"),
        ),
        "use_levels": Table(
            "How much more or less a region uses a service than its age and sex would say.",
            frozen(
                {
                    "region": AREA_OR_REGION,
                    "kind": KIND_OR_ALL,
                    "setting": SETTING,
                    "level": Column("number", "ratio to the national use", unit="1", minimum=0),
                }
                | PROVENANCE
            ),
            ("region", "kind", "setting"),
            required=False,
        ),
        "visitor_use": Table(
            "What a visitor present all year uses, against a resident of the same age and sex.",
            frozen(
                {
                    "setting": SETTING,
                    "kind": KIND_OR_ALL,
                    "share": Column("number", "share", unit="1", minimum=0, maximum=1),
                }
                | PROVENANCE
            ),
            ("setting", "kind"),
            required=False,
        ),
        "visitor_ages": Table(
            "Who the visitors are: shares of those of a region or area by sex and age, which "
            "together make one. Within a row they are as the nation's people are; where no row "
            "applies they are so altogether.",
            frozen(
                {
                    "region": Column(
                        "code", "a region code, the name of an area, or *", any_of=True
                    ),
                    "sex": SEX_OR_ALL,
                    "ages": AGES,
                    "share": Column(
                        "number", "share of the visitors", unit="1", minimum=0, maximum=1
                    ),
                }
                | PROVENANCE
            ),
            ("region", "sex", "ages"),
            required=False,
        ),
        **DEVIATION_TABLES,
        **ACTIVITY_TABLES,
        **CAPACITY_TABLES,
        **WORKFORCE_TABLES,
        **STAFF_TABLES,
        "names": Table(
            "What diagnoses, resources, professions, competences, priority groups and needs are "
            "called.",
            frozen(
                {
                    "type": Column(
                        "text",
                        "what is named",
                        allowed=(
                            "diagnosis",
                            "resource",
                            "profession",
                            "competence",
                            "group",
                            "need",
                        ),
                    ),
                    "key": Column("code", "its key"),
                    "nb": Column("text", "name in Norwegian (bokmål)"),
                    "en": Column("text", "name in English"),
                }
                | PROVENANCE
            ),
            ("type", "key"),
        ),
    }
)
