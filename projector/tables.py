"""The data contracts: what every table that passes between rooms must look like.

Two kinds of contract stand here and nowhere else:

* `INPUT_TABLES`: the tables of an input set, column by column, as a planner sees
  them in a CSV file;
* `VARIABLES`: the result variables of each stage, with dimensions, unit and names.

The module holds no readers and no arithmetic, only the contracts and the words
they are made of.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np

if TYPE_CHECKING:
    import xarray

__all__ = [
    "BED_SETTINGS",
    "DIAGNOSIS_KINDS",
    "DRIVERS",
    "INPUT_TABLES",
    "LEVELS",
    "NATION",
    "OPEN_AGE",
    "QUALITIES",
    "SETTINGS",
    "SEXES",
    "UNITS",
    "VARIABLES",
    "Column",
    "Table",
    "Variable",
    "check_dataset",
    "one_or_all",
    "unique",
]

SEXES = ("female", "male")
NATION = "0"
"""Region code of the whole country in SSB tables."""

OPEN_AGE = 105
"""The last age of every population, and it is open: SSB's tables end with 105 years or older."""

SETTINGS = (
    "inpatient",
    "observation",
    "hotel",
    "day",
    "outpatient",
    "remote",
    "ambulatory",
    "municipal_acute",
    "municipal_short_stay",
    "rehabilitation",
    "nursing_home",
    "home_care",
)
BED_SETTINGS = (
    "inpatient",
    "observation",
    "hotel",
    "municipal_acute",
    "municipal_short_stay",
    "rehabilitation",
    "nursing_home",
)
"""Settings whose contacts are stays with nights; the others are visits."""

DIAGNOSIS_KINDS = ("somatic", "mental", "addiction")
QUALITIES = ("official", "derived", "assumption")
LEVELS = ("L", "M", "H")
"""Low, middle and high alternative of a national path."""

DRIVERS = ("bed", "place", "room", "1000 contacts", "1000 bed days", "1000 inhabitants")
"""What a staffing ratio is counted per."""

UNITS = (
    "persons",
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
                        "children per woman, years, persons a year, boys per girl or persons",
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
                    "share": Column("number", "share", unit="1", minimum=0, maximum=1),
                }
                | _PROVENANCE
            ),
            ("setting",),
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
                        "number", "a contact takes the place or room", minimum=0, blank=True
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
            ),
            ("type", "key"),
        ),
    }
)


@dataclass(frozen=True)
class Variable:
    """One result variable.

    Parameters
    ----------
    dims
        Dimensions in their fixed order.
    unit
        One of `UNITS`.
    long_name
        English name, for the netCDF attribute.
    minimum
        Lowest lawful value, or None where negative values are lawful.
    cell_methods
        CF cell methods over the year.
    may_not_apply
        NaN is lawful and means that the question does not arise for the cell.
    """

    dims: tuple[str, ...]
    unit: str
    long_name: str
    minimum: float | None = 0.0
    cell_methods: str | None = None
    may_not_apply: bool = False


_PERSONS = ("region", "year", "sex", "age")
_ACTIVITY = ("region", "year", "diagnosis", "setting")
_STOCK = "year: point"
_FLOW = "year: sum"

VARIABLES: Mapping[str, Mapping[str, Variable]] = MappingProxyType(
    {
        "population": {
            "population": Variable(_PERSONS, "persons", "people on 1 January", cell_methods=_STOCK),
            "births": Variable(
                ("region", "year", "sex"),
                "persons",
                "live births during the year",
                cell_methods=_FLOW,
            ),
            "deaths": Variable(
                _PERSONS,
                "persons",
                "deaths during the year by age at its end",
                cell_methods=_FLOW,
            ),
            "net_migration": Variable(
                _PERSONS,
                "persons",
                "net in-migration during the year by age at its end",
                None,
                cell_methods=_FLOW,
            ),
        },
        "activity": {
            "contacts": Variable(_ACTIVITY, "contacts year-1", "contacts", cell_methods=_FLOW),
            "bed_days": Variable(_ACTIVITY, "bed days year-1", "bed days", cell_methods=_FLOW),
        },
        **{
            f"capacity/{unit}": {
                "need": Variable(("region", "year", "resource"), unit, f"{unit} needed"),
                "existing": Variable(
                    ("site", "year", "resource"), unit, f"existing {unit}", may_not_apply=True
                ),
                "served": Variable(
                    ("site", "year", "resource"),
                    unit,
                    f"{unit} needed by the regions the site serves",
                    may_not_apply=True,
                ),
                "gap": Variable(
                    ("site", "year", "resource"),
                    unit,
                    f"{unit} short: served less existing",
                    None,
                    may_not_apply=True,
                ),
            }
            for unit in ("beds", "places", "rooms")
        },
        "workforce": {
            "need": Variable(("region", "year", "setting", "profession"), "FTE", "staff needed"),
            "competence_need": Variable(
                ("region", "year", "competence"), "FTE", "staff needed with the competence"
            ),
        },
    }
)
"""Result variables by group of the tree; `capacity` has one child per unit."""


def check_dataset(group: str, dataset: "xarray.Dataset") -> "xarray.Dataset":
    """Hold a stage's result against its contract and put the attributes on it.

    Parameters
    ----------
    group
        Key of `VARIABLES`.
    dataset
        What the stage returned.

    Returns
    -------
    xarray.Dataset
        The same values, with ``units`` and ``long_name`` on every variable.

    Raises
    ------
    ValueError
        If a variable is missing or unknown, has other dimensions, is not finite,
        or lies below its minimum: the stage broke its promise.
    """
    contract = VARIABLES[group]
    _require(set(contract) == set(map(str, dataset.data_vars)), f"{group}: {list(dataset)}")
    dataset = dataset.copy(deep=False)
    for name, variable in contract.items():
        array = dataset[name]
        _require(array.dims == variable.dims, f"{group}/{name}: dimensions {array.dims}")
        known = array.values[~np.isnan(array.values)] if variable.may_not_apply else array.values
        _require(bool(np.isfinite(known).all()), f"{group}/{name}: not finite")
        if variable.minimum is not None and known.size:
            _require(bool(known.min() >= variable.minimum), f"{group}/{name}: {known.min()}")
        attributes = {"units": variable.unit, "long_name": variable.long_name}
        if variable.cell_methods is not None:
            attributes["cell_methods"] = variable.cell_methods
        array.attrs.update(attributes)
    return dataset


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(f"broken data contract: {what}")


def unique(names: Iterable[Name]) -> list[Name]:
    """The names in the order they first occur."""
    return list(dict.fromkeys(names))


def one_or_all(name: str, names: Sequence[str]) -> slice:
    """The slice of an axis that selects one name, or every name for ``*``."""
    if name == "*":
        return slice(None)
    place = names.index(name)
    return slice(place, place + 1)
