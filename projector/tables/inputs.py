"""The tables of an input set, column by column, as a planner sees them in a CSV file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from projector.tables.vocabulary import (
    BED_SETTINGS,
    DIAGNOSIS_KINDS,
    DRIVERS,
    LEVELS,
    QUALITIES,
    REGIONAL_MEASURES,
    SETTINGS,
    SEXES,
)

__all__ = ["INPUT_TABLES", "Column", "Table"]

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


_REGION = Column("code", "region code, for example 3322 or 030110")
_AREA_OR_REGION = Column("code", "a region code or the name of an area")
_SEX = Column("text", "sex", allowed=SEXES)
_YEAR = Column("year", "calendar year")
_AGES = Column("ages", "completed years on 1 January: 7, 0-9, 80+ or *", any_of=True)
_DIAGNOSIS = Column("code", "diagnosis group of diagnoses.csv")
_DIAGNOSIS_OR_ALL = Column("code", "diagnosis group of diagnoses.csv, or *", any_of=True)
_SETTING = Column("text", "level of care", allowed=SETTINGS)
_SETTING_OR_ALL = Column("text", "level of care, or *", allowed=SETTINGS, any_of=True)
_KIND_OR_ALL = Column("text", "kind of diagnosis, or *", allowed=DIAGNOSIS_KINDS, any_of=True)
_SOURCE = Column("text", "where the figure comes from")
_QUALITY = Column("text", "official, derived or assumption", allowed=QUALITIES)
_PROVENANCE = {"source": _SOURCE, "quality": _QUALITY}
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
    "source": replace(_SOURCE, optional=True, blank=True),
    "quality": replace(_QUALITY, optional=True, blank=True),
}
"""Beside an overridden estimate: what `projector population calibrate` writes too, so that its
files can be read back as they are."""


def _frozen(columns: Mapping[str, Column]) -> Mapping[str, Column]:
    return MappingProxyType(dict(columns))


INPUT_TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "population": Table(
            "People on 1 January.",
            _frozen(
                {
                    "region": _REGION,
                    "region_name": Column("text", "name of the region", optional=True),
                    "year": _YEAR,
                    "sex": _SEX,
                    "ages": Column("ages", "single age or age group; the last is open"),
                    "persons": Column("number", "people", unit="persons", minimum=0),
                    "source": replace(_SOURCE, optional=True),
                    "quality": replace(_QUALITY, optional=True),
                }
            ),
            ("region", "year", "sex", "ages"),
        ),
        "regions": Table(
            "Names of regions, for population tables that hold codes only.",
            _frozen({"region": _REGION, "region_name": Column("text", "name of the region")}),
            ("region",),
            required=False,
        ),
        "region_changes": Table(
            "What became of regions, for age tables on the codes of different years. A row for "
            "each old code and each region that its people are in afterwards, which is the code "
            "itself where it lives on while others join it. KLASS's own table of changes is "
            "taken too, and a key with the columns year, original, current, weighting.",
            _frozen(
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
                    "source": replace(_SOURCE, optional=True),
                    "quality": replace(_QUALITY, optional=True),
                }
            ),
            ("year", "old_region", "new_region"),
            required=False,
        ),
        "areas": Table(
            "Named groups of regions; a member may be an area itself.",
            _frozen(
                {"area": Column("text", "name of the area"), "member": _AREA_OR_REGION}
                | _PROVENANCE
            ),
            ("area", "member"),
        ),
        "mortality": Table(
            "National death rates by age group, for the middle year of a period.",
            _frozen(
                {
                    "year": _YEAR,
                    "sex": _SEX,
                    "ages": _AGES,
                    "death_rate": Column(
                        "number", "central death rate", unit="1 year-1", minimum=0, maximum=5
                    ),
                }
                | _PROVENANCE
            ),
            ("year", "sex", "ages"),
        ),
        "fertility": Table(
            "Share of the total fertility rate by age group of the mother.",
            _frozen(
                {
                    "year": _YEAR,
                    "ages": _AGES,
                    "share": Column("number", "share of the total", unit="1", minimum=0, maximum=1),
                }
                | _PROVENANCE
            ),
            ("year", "ages"),
        ),
        "out_migration": Table(
            "Share of the survivors that moves to another region in a year, by age at its end. "
            "With destinations: every region has every sex and age.",
            _frozen(
                {
                    "region": _REGION,
                    "sex": _SEX,
                    "ages": _AGES,
                    "rate": Column(
                        "number", "movers per survivor", unit="1 year-1", minimum=0, maximum=1
                    ),
                }
                | _PROVENANCE
            ),
            ("region", "sex", "ages"),
            required=False,
        ),
        "destinations": Table(
            "Where those who leave a region go. The shares of a region sum to 1 at every age; "
            "a pair of regions with no row has no moves.",
            _frozen(
                {
                    "region": _REGION,
                    "to_region": Column("code", "region code of where they go"),
                    "ages": _AGES,
                    "share": Column(
                        "number", "share of those who leave", unit="1", minimum=0, maximum=1
                    ),
                }
                | _PROVENANCE
            ),
            ("region", "to_region", "ages"),
            required=False,
        ),
        "immigration": Table(
            "People who come from abroad in a year, by age at its end. Says how a national path "
            "falls on regions and ages. With emigration: every region has every sex and age.",
            _frozen(
                {
                    "region": _REGION,
                    "sex": _SEX,
                    "ages": _AGES,
                    "persons": Column("number", "immigrants a year", unit="persons", minimum=0),
                }
                | _PROVENANCE
            ),
            ("region", "sex", "ages"),
            required=False,
        ),
        "emigration": Table(
            "Share of the survivors that leaves the country in a year, by age at its end.",
            _frozen(
                {
                    "region": _REGION,
                    "sex": _SEX,
                    "ages": _AGES,
                    "rate": Column(
                        "number", "emigrants per survivor", unit="1 year-1", minimum=0, maximum=1
                    ),
                }
                | _PROVENANCE
            ),
            ("region", "sex", "ages"),
            required=False,
        ),
        "cohort_ratios": Table(
            "Moves of regions, in place of those estimated from the age tables; what has no row "
            "is as estimated.",
            _frozen(
                {
                    "region": _REGION,
                    "sex": _SEX,
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
            _frozen(
                {
                    "region": _REGION,
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
            _frozen(
                {
                    "sex": _SEX,
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
                    "source": replace(_SOURCE, optional=True, blank=True),
                    "quality": replace(_QUALITY, optional=True, blank=True),
                }
            ),
            ("sex", "ages"),
            required=False,
        ),
        "paths": Table(
            "National paths that the letters of a variant choose among.",
            _frozen(
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
                    "year": _YEAR,
                    "value": Column(
                        "number",
                        "children per woman, years, persons a year, boys per girl or persons; of "
                        "internal migration a factor on what the age tables show, L and H only",
                    ),
                }
                | _PROVENANCE
            ),
            ("component", "sex", "level", "year"),
        ),
        "diagnoses": Table(
            "The diagnosis groups.",
            _frozen(
                {
                    "diagnosis": _DIAGNOSIS,
                    "kind": Column("text", "which part of the services", allowed=DIAGNOSIS_KINDS),
                    "icd10": Column("text", "the ICD-10 blocks it covers"),
                }
                | _PROVENANCE
            ),
            ("diagnosis",),
        ),
        "use_rates": Table(
            "Contacts per person and year. A diagnosis and setting with no row is not treated "
            "there; one with a row must have every sex and age.",
            _frozen(
                {
                    "diagnosis": _DIAGNOSIS,
                    "setting": _SETTING,
                    "sex": _SEX,
                    "ages": _AGES,
                    "contacts_per_1000": Column(
                        "number", "contacts a year per 1 000 people on 1 January", minimum=0
                    ),
                    "year": Column("year", "the year the rate is of; growth counts from here"),
                }
                | _PROVENANCE
            ),
            ("diagnosis", "setting", "sex", "ages"),
        ),
        "length_of_stay": Table(
            "Mean nights of a stay, for every setting with nights that has use rates.",
            _frozen(
                {
                    "diagnosis": _DIAGNOSIS,
                    "setting": Column("text", "level of care with nights", allowed=BED_SETTINGS),
                    "ages": _AGES,
                    "days": Column("number", "nights of a stay", minimum=0, maximum=3660),
                    "year": Column("year", "the year the length is of; growth counts from here"),
                }
                | _PROVENANCE
            ),
            ("diagnosis", "setting", "ages"),
        ),
        "growth": Table(
            "Yearly change of use rates and lengths of stay. Rows of one measure must not "
            "overlap; where none applies nothing changes.",
            _frozen(
                {
                    "measure": Column(
                        "text", "what changes", allowed=("contacts", "length_of_stay")
                    ),
                    "diagnosis": _DIAGNOSIS_OR_ALL,
                    "setting": _SETTING_OR_ALL,
                    "ages": _AGES,
                    "from": Column("year", "the change starts at this year"),
                    "to": Column("year", "and ends at this year"),
                    "annual": Column("number", "change a year, -0.01 is 1 % less", minimum=-0.9),
                }
                | _PROVENANCE
            ),
            ("measure", "diagnosis", "setting", "ages", "from"),
        ),
        "use_levels": Table(
            "How much more or less a region uses a service than its age and sex would say.",
            _frozen(
                {
                    "region": _AREA_OR_REGION,
                    "kind": _KIND_OR_ALL,
                    "setting": _SETTING,
                    "level": Column("number", "ratio to the national use", unit="1", minimum=0),
                }
                | _PROVENANCE
            ),
            ("region", "kind", "setting"),
            required=False,
        ),
        "visitor_use": Table(
            "What a visitor present all year uses, against a resident of the same age and sex.",
            _frozen(
                {
                    "setting": _SETTING,
                    "kind": _KIND_OR_ALL,
                    "share": Column("number", "share", unit="1", minimum=0, maximum=1),
                }
                | _PROVENANCE
            ),
            ("setting", "kind"),
            required=False,
        ),
        "visitor_ages": Table(
            "Who the visitors are: shares of those of a region or area by sex and age, which "
            "together make one. Within a row they are as the nation's people are; where no row "
            "applies they are so altogether.",
            _frozen(
                {
                    "region": Column(
                        "code", "a region code, the name of an area, or *", any_of=True
                    ),
                    "sex": Column("text", "sex, or *", allowed=SEXES, any_of=True),
                    "ages": _AGES,
                    "share": Column(
                        "number", "share of the visitors", unit="1", minimum=0, maximum=1
                    ),
                }
                | _PROVENANCE
            ),
            ("region", "sex", "ages"),
            required=False,
        ),
        "norms": Table(
            "Which resource a setting takes, and how much work one unit of it can do. A setting "
            "with no row takes none.",
            _frozen(
                {
                    "setting": _SETTING,
                    "kind": _KIND_OR_ALL,
                    "resource": Column("code", "name of the resource"),
                    "unit": Column("text", "its unit", allowed=("beds", "places", "rooms")),
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
                | _PROVENANCE
            ),
            ("setting", "kind"),
        ),
        "sites": Table(
            "Where capacity stands, and which region or area it serves.",
            _frozen(
                {"site": Column("text", "name of the site"), "serves": _AREA_OR_REGION}
                | _PROVENANCE
            ),
            ("site",),
            required=False,
        ),
        "existing": Table(
            "Existing and planned capacity; linear between years, flat outside.",
            _frozen(
                {
                    "site": Column("text", "name of the site in sites.csv"),
                    "resource": Column("code", "resource of norms.csv"),
                    "year": _YEAR,
                    "amount": Column("number", "beds, places or rooms", minimum=0),
                }
                | _PROVENANCE
            ),
            ("site", "resource", "year"),
            required=False,
        ),
        "staffing": Table(
            "Staff by profession for each unit of a driver.",
            _frozen(
                {
                    "profession": Column("code", "occupational group"),
                    "setting": _SETTING_OR_ALL,
                    "kind": _KIND_OR_ALL,
                    "per": Column("text", "what the ratio is counted per", allowed=DRIVERS),
                    "fte": Column("number", "full-time equivalents", unit="FTE", minimum=0),
                }
                | _PROVENANCE
            ),
            ("profession", "setting", "kind", "per"),
        ),
        "competences": Table(
            "Share of a profession that needs a speciality or further training; the rest is "
            "general.",
            _frozen(
                {
                    "profession": Column("code", "occupational group"),
                    "competence": Column("code", "speciality or further training"),
                    "setting": _SETTING_OR_ALL,
                    "kind": _KIND_OR_ALL,
                    "share": Column("number", "share", unit="1", minimum=0, maximum=1),
                }
                | _PROVENANCE
            ),
            ("profession", "competence", "setting", "kind"),
        ),
        "names": Table(
            "What diagnoses, resources, professions and competences are called.",
            _frozen(
                {
                    "type": Column(
                        "text",
                        "what is named",
                        allowed=("diagnosis", "resource", "profession", "competence"),
                    ),
                    "key": Column("code", "its key"),
                    "nb": Column("text", "name in Norwegian (bokmål)"),
                    "en": Column("text", "name in English"),
                }
                | _PROVENANCE
            ),
            ("type", "key"),
        ),
    }
)
