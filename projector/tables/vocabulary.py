"""The words that the data contracts are made of, and how an axis is addressed by them."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeVar

__all__ = [
    "ALLOWANCES",
    "BED_SETTINGS",
    "COUNTED_STAFF",
    "DIAGNOSIS_KINDS",
    "DRIVERS",
    "EDUCATIONS",
    "ENTRY_MEASURES",
    "HOSPITAL_SETTINGS",
    "LANGUAGES",
    "LEVELS",
    "LEVELS_OF_CARE",
    "LEVERS",
    "LONGEST_PERIODS",
    "MUNICIPAL_SETTINGS",
    "NATION",
    "OLD_AGES",
    "OPEN_AGE",
    "ORIGINS",
    "PERIODS",
    "PRICE_ITEMS",
    "PSYCHIATRIC_KINDS",
    "QUALITIES",
    "REGIONAL_MEASURES",
    "SEASONS",
    "SETTINGS",
    "SEXES",
    "SHIFTS",
    "SHORTAGE_GROUPS",
    "STAFF_AGES",
    "UNITS",
    "URGENCIES",
    "VERBS",
    "WHO",
    "WORKING_AGES",
    "WORKLOAD_UNITS",
    "WORK_PATTERNS",
    "Care",
    "one_or_all",
    "unique",
]

LANGUAGES: tuple[Literal["nb"], Literal["en"]] = ("nb", "en")
"""Of everything that is told to planners: bokmål and English."""

SEXES = ("female", "male")
NATION = "0"
"""Region code of the whole country in SSB tables."""

OPEN_AGE = 105
"""The last age of every population, and it is open: SSB's tables end with 105 years or older."""


class Care(NamedTuple):
    """What a level of care is like: whether its contacts are stays with nights, and who runs it."""

    nights: bool
    municipal: bool


LEVELS_OF_CARE: Mapping[str, Care] = MappingProxyType(
    {
        "inpatient": Care(nights=True, municipal=False),
        "observation": Care(nights=True, municipal=False),
        "hotel": Care(nights=True, municipal=False),
        "day": Care(nights=False, municipal=False),
        "outpatient": Care(nights=False, municipal=False),
        "remote": Care(nights=False, municipal=False),
        "ambulatory": Care(nights=False, municipal=False),
        "municipal_acute": Care(nights=True, municipal=True),
        "municipal_short_stay": Care(nights=True, municipal=True),
        "rehabilitation": Care(nights=True, municipal=False),
        "nursing_home": Care(nights=True, municipal=True),
        "care_home": Care(nights=True, municipal=True),
        "home_care": Care(nights=False, municipal=True),
    }
)
"""Every level of care, in the order of the axis `setting`. A new one is a line here, its names in
`projector/outputs/words.csv`, and rows of the input tables."""

SETTINGS = tuple(LEVELS_OF_CARE)
BED_SETTINGS = tuple(name for name, care in LEVELS_OF_CARE.items() if care.nights)
"""Settings whose contacts are stays with nights; the others are visits."""

MUNICIPAL_SETTINGS = tuple(name for name, care in LEVELS_OF_CARE.items() if care.municipal)
"""Settings that municipalities run; hospital trusts run the others."""

HOSPITAL_SETTINGS = tuple(setting for setting in SETTINGS if setting not in MUNICIPAL_SETTINGS)
"""Settings that hospital trusts run."""

URGENCIES = ("acute", "elective")
"""Whether a contact was planned."""

WHO = ("residents", "visitors")
"""Who has a contact: those who live in the region, or those who stay there."""

VERBS = (
    "avoid",
    "shift",
    "substitute",
    "shorten",
    "readmissions",
    "redirect",
    "add",
    "work_off",
    "visitors",
    "pathway",
    "cover",
)
"""What a change of the services does."""

PRICE_ITEMS = ("drg_point", "discharge_ready_day", "contact", "bed_day")
"""What a price is of."""

SEASONS: Mapping[str, int] = MappingProxyType(
    {"winter": 90, "spring": 92, "summer": 92, "autumn": 91}
)
"""Days of each season: December to February, March to May, June to August, September to
November."""

PERIODS: Mapping[str, int] = MappingProxyType({"weekday": 7, "week": 52, "month": 12})
"""What arrivals go up and down over, and how many of each there are in every year."""

LONGEST_PERIODS: Mapping[str, int] = MappingProxyType({**PERIODS, "week": 53})
"""How many of each there are in some years."""

DIAGNOSIS_KINDS = ("somatic", "mental", "addiction")
PSYCHIATRIC_KINDS = ("mental", "addiction")
"""Kinds of diagnosis that psychiatry treats, whose hospital areas may be drawn in another way."""

QUALITIES = ("official", "derived", "assumption")
REGIONAL_MEASURES = ("mortality", "fertility")
"""What a region has a level of, relative to the nation."""

LEVELS = ("L", "M", "H")
"""Low, middle and high alternative of a national path."""

DRIVERS = ("bed", "place", "room", "1000 contacts", "1000 bed days", "1000 inhabitants")
"""What a staffing ratio is counted per."""

ENTRY_MEASURES = (
    "training_years",
    "completion",
    "to_health",
    "trained",
    "abroad",
)
"""What is known of those who begin in a profession; only ``trained`` may be unknown."""

ORIGINS = ("education", "abroad")
"""Where those come from who begin."""

SHORTAGE_GROUPS = ("all", "general", "specialist")
"""Of a profession: everybody, those without a further competence, or those with one."""

COUNTED_STAFF = ("all", "hospital", "municipal")
"""Which staff of a place a count is of."""

LEVERS = ("places", "retention", "full_time", "task_shift")
"""What may close a gap between need and supply."""

STAFF_AGES = (18, 74)
"""First and last age at which anybody works."""
SHIFTS = ("day", "evening", "night")
"""Parts of a day that posts are staffed in."""

WORK_PATTERNS = ("rotating", "day")
"""Agreements on hours: rotating round the clock, or by day."""

WORKLOAD_UNITS = ("contact", "bed day")
"""What minutes of work are for."""

ALLOWANCES = ("category", "individual")
"""Work beside the patients: of all of a profession, or of some of them."""

EDUCATIONS = ("none", "upper_secondary", "bachelor", "master")
"""Levels of education as statistics group health personnel: without health education, upper
secondary, up to four years of higher education, and longer."""

WORKING_AGES = (20, 66)
"""First and last age of the people of working age."""

OLD_AGES: Mapping[str, int] = MappingProxyType({"67+": 67, "80+": 80})
"""First age of the old that those of working age are counted against."""

UNITS = (
    "persons",
    "years",
    "1",
    "1 year-1",
    "contacts year-1",
    "bed days year-1",
    "beds",
    "places",
    "rooms",
    "FTE",
    "heads",
    "DRG points year-1",
    "NOK year-1",
)

Name = TypeVar("Name", bound=Hashable)


def unique(names: Iterable[Name]) -> list[Name]:
    """The names in the order they first occur."""
    return list(dict.fromkeys(names))


def one_or_all(name: str, names: Sequence[str]) -> slice:
    """The slice of an axis that selects one name, or every name for ``*``."""
    if name == "*":
        return slice(None)
    place = names.index(name)
    return slice(place, place + 1)
