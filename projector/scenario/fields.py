"""The kinds of value a field can hold: what parses it, and what an editor is told about it.

Each kind is a type for the models. `TypeAliasType` gives it a name of its own
in the JSON schema.
"""

import pathlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema
from typing_extensions import TypeAliasType

from projector.files import kind_of_file
from projector.scenario import parsing, paths
from projector.scenario.activity_rules import HOSPITAL, LIMIT
from projector.scenario.capacity_rules import STAYS
from projector.scenario.distributions import DISTRIBUTIONS, UNBOUNDED, WITHIN
from projector.scenario.faults import Fault, FaultsError, validation_error
from projector.scenario.numbers import (
    PERCENT_PATTERN,
    YEARS,
    Bounds,
    parse_number,
)
from projector.scenario.parsing import Ages
from projector.scenario.reading import nearest_file
from projector.scenario.values import Path
from projector.tables import (
    BED_SETTINGS,
    DIAGNOSIS_KINDS,
    DRIVERS,
    INPUT_TABLES,
    LANGUAGES,
    LEVERS,
    SEASONS,
    SETTINGS,
    SEXES,
    URGENCIES,
    WHO,
)

Schema = dict[str, Any]

AUTO: Literal["auto"] = "auto"
"""As many draws as it takes."""

UNIT = "x-unit"
"""The keyword of the JSON schema that holds the unit of a number; editors pass over it."""


@dataclass(frozen=True, eq=False)
class Parsed:
    """Annotation that lets a parse function make the value and describes it to editors."""

    parse: Callable[[object], Any]
    schema: Schema
    unit: str | None = None
    """what numbers count, where it is the same wherever the kind stands"""

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._validated)

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> Schema:
        return self.schema | ({} if self.unit is None else {UNIT: self.unit})

    def _validated(self, written: object) -> Any:
        try:
            return self.parse(written)
        except FaultsError as error:
            raise validation_error(error.faults) from None


def _number_schema(bounds: Bounds) -> Schema:
    """A number within bounds, or a percent text."""
    number: Schema = {"type": "number"}
    for limit, is_open, inclusive, exclusive in (
        (bounds.low, bounds.low_open, "minimum", "exclusiveMinimum"),
        (bounds.high, bounds.high_open, "maximum", "exclusiveMaximum"),
    ):
        if limit is not None:
            number[exclusive if is_open else inclusive] = limit
    return {"anyOf": [number, {"type": "string", "pattern": f"^{PERCENT_PATTERN}$"}]}


def distribution_schema() -> Schema:
    """One name of a distribution with its numbers, and where it is cut off."""
    numbers = _number_schema(Bounds("number"))
    forms = DISTRIBUTIONS | {WITHIN: ("low", "high")}
    return {
        "type": "object",
        "properties": {
            kind: {
                "type": "array",
                "items": numbers,
                "minItems": len(names),
                "maxItems": len(names),
                "description": f"[{', '.join(names)}]",
            }
            for kind, names in forms.items()
        },
        "additionalProperties": False,
        "oneOf": [{"required": [kind]} for kind in DISTRIBUTIONS],
        "dependentSchemas": {WITHIN: {"anyOf": [{"required": [kind]} for kind in UNBOUNDED]}},
    }


def _path_schema(bounds: Bounds, rate: bool) -> Schema:
    amount, growth = (
        {"anyOf": [*_number_schema(limits)["anyOf"], distribution_schema()]}
        for limits in (bounds, paths.RATE)
    )
    year_map: Schema = {
        "type": "object",
        "patternProperties": {"^(19[0-9]{2}|20[0-9]{2}|2100)$": amount},
        "additionalProperties": False,
        "minProperties": 1,
    }
    if rate:
        year_map["properties"] = {"annual": growth | {"description": "growth a year"}}
    return {"anyOf": [*amount["anyOf"], year_map]}


def _path(
    bounds: Bounds, unit: str | None = None, *, bare_rate: bool = False, rate: bool = True
) -> Parsed:
    parse = paths.parse_path(bounds, bare_rate=bare_rate, rate=rate)
    return Parsed(parse, _path_schema(bounds, rate), unit)


def _by_name(
    names: Collection[str], word: str, item: Parsed, *, all_of_them: bool = False
) -> Parsed:
    """A map from names of a closed list to values of one kind."""
    schema: Schema = {
        "type": "object",
        "properties": dict.fromkeys(names, item.schema),
        "additionalProperties": False,
    }
    if all_of_them:
        schema["minProperties"] = len(names)
    parse = parsing.parse_by_name(names, word, item.parse, all_of_them=all_of_them)
    return Parsed(parse, schema)


def _either(first: Parsed, other: Parsed, is_first: Callable[[object], bool]) -> Parsed:
    """One of two kinds, told apart by the look of what was written."""

    def parse(written: object) -> Any:
        return (first if is_first(written) else other).parse(written)

    return Parsed(parse, {"anyOf": [first.schema, other.schema]})


def _number(bounds: Bounds, unit: str | None = None) -> Parsed:
    return Parsed(
        lambda written: bounds.require(parse_number(written), written), _number_schema(bounds), unit
    )


def _one(allowed: Sequence[str], word: str) -> Parsed:
    schema = {"type": "string", "enum": list(allowed)}
    return Parsed(parsing.one_of(allowed, word), schema)


def _one_or_more(item: Parsed) -> Parsed:
    listed = {"type": "array", "items": item.schema, "minItems": 1, "uniqueItems": True}
    return Parsed(parsing.one_or_more(item.parse), {"anyOf": [item.schema, listed]})


def _norm(column: str, word: str) -> Parsed:
    """A value over years with the limits that the same figure has in the inputs."""
    contract = INPUT_TABLES["norms"].columns[column]
    return _path(Bounds(word, low=contract.minimum, high=contract.maximum), word)


def _or_resource(settings: Sequence[str], parse: Callable[[object], str]) -> Parsed:
    """A setting, or the name of a resource, which only the inputs know; editors offer settings."""
    return Parsed(parse, {"anyOf": [{"type": "string", "enum": list(settings)}, _TEXT.schema]})


def _parse_bed_setting(written: object) -> str:
    """A text that is no setting without nights."""
    text = parsing.parse_text(written)
    if text in SETTINGS and text not in BED_SETTINGS:
        expected = f"one of {', '.join(BED_SETTINGS)}, or a resource"
        raise FaultsError(Fault("this setting has no nights, so no beds", expected=expected))
    return text


def _existing(kind: str) -> Callable[[object], pathlib.Path]:
    """Parser of the name of a folder or file that must exist."""

    def parse(written: object) -> pathlib.Path:
        path = pathlib.Path(parsing.parse_text(written))
        there = kind_of_file(path)
        if there == f"a {kind}":
            return path
        if there is not None:
            raise FaultsError(Fault(f"{{found}} is {there}", expected=f"a {kind}"))
        raise FaultsError(Fault(f"no such {kind}", nearest=nearest_file(path)))

    return parse


_TEXT = Parsed(parsing.parse_text, {"type": "string", "minLength": 1})
_AGES = Parsed(
    parsing.parse_ages,
    {
        "anyOf": [
            {"type": "string", "pattern": r"^[0-9]{1,3}(\+|-[0-9]{1,3})?$"},
            {"type": "integer", "minimum": 0},
        ]
    },
)
_SETTING = _one(SETTINGS, "setting")
_FILE = Parsed(_existing("file"), {"type": "string", "minLength": 1})
_SHARE = Bounds("share", low=0, high=1)
_NO_LESS_THAN_ZERO = Bounds("number", low=0)

Text = TypeAliasType("Text", Annotated[str, _TEXT])
Source = TypeAliasType(
    "Source",
    Annotated[
        str,
        Parsed(
            parsing.parse_text,
            _TEXT.schema | {"description": "where the figures come from; stands in the report"},
        ),
    ],
)
InLanguages = TypeAliasType(
    "InLanguages",
    Annotated[
        str | dict[str, str],
        _either(
            _by_name(LANGUAGES, "language", _TEXT, all_of_them=True),
            _TEXT,
            is_first=lambda written: isinstance(written, dict),
        ),
    ],
)
Names = TypeAliasType("Names", Annotated[tuple[str, ...], _one_or_more(_TEXT)])
Setting = TypeAliasType("Setting", Annotated[str, _SETTING])
SettingOrResource = TypeAliasType(
    "SettingOrResource", Annotated[str, _or_resource(SETTINGS, parsing.parse_text)]
)
BedSettingOrResource = TypeAliasType(
    "BedSettingOrResource", Annotated[str, _or_resource(BED_SETTINGS, _parse_bed_setting)]
)
Truth = TypeAliasType("Truth", Annotated[bool, Parsed(parsing.parse_truth, {"type": "boolean"})])
Settings = TypeAliasType("Settings", Annotated[tuple[str, ...], _one_or_more(_SETTING)])
Sexes = TypeAliasType("Sexes", Annotated[tuple[str, ...], _one_or_more(_one(SEXES, "sex"))])
Urgency = TypeAliasType("Urgency", Annotated[str, _one(URGENCIES, "urgency")])
Who = TypeAliasType("Who", Annotated[str, _one(WHO, "kind of people")])
PartOfStay = TypeAliasType(
    "PartOfStay", Annotated[str, _one(("discharge_ready",), "part of a stay")]
)
AcuteSetting = TypeAliasType("AcuteSetting", Annotated[str, _one((HOSPITAL, *SETTINGS), "setting")])
Total = TypeAliasType("Total", Annotated[str, _one(("total",), "key")])
Driver = TypeAliasType("Driver", Annotated[str, _one(DRIVERS, "driver")])
DiagnosisKind = TypeAliasType(
    "DiagnosisKind", Annotated[str, _one(DIAGNOSIS_KINDS, "kind of diagnosis")]
)
AgeBand = TypeAliasType("AgeBand", Annotated[Ages, _AGES])
AgeBands = TypeAliasType("AgeBands", Annotated[tuple[Ages, ...], _one_or_more(_AGES)])
Variant = TypeAliasType(
    "Variant",
    Annotated[
        str,
        Parsed(
            parsing.parse_variant,
            {"type": "string", "pattern": "^[LMHK]{2}[LMHK0]{2}$"},
        ),
    ],
)
Year = TypeAliasType(
    "Year",
    Annotated[
        int,
        Parsed(parsing.parse_year, {"type": "integer", "minimum": YEARS[0], "maximum": YEARS[-1]}),
    ],
)
Draws = TypeAliasType(
    "Draws",
    Annotated[
        int | Literal["auto"],
        Parsed(
            parsing.parse_count_or_word(1, AUTO),
            {"anyOf": [{"type": "integer", "minimum": 1}, {"const": AUTO}]},
        ),
    ],
)
MostDraws = TypeAliasType(
    "MostDraws",
    Annotated[int, Parsed(parsing.parse_integer(1), {"type": "integer", "minimum": 1})],
)
SmallCount = TypeAliasType(
    "SmallCount",
    Annotated[int, Parsed(parsing.parse_integer(2), {"type": "integer", "minimum": 2})],
)
Tolerance = TypeAliasType(
    "Tolerance",
    Annotated[float, _number(Bounds("tolerance", low=0, high=1, low_open=True), "share")],
)
Seed = TypeAliasType(
    "Seed", Annotated[int, Parsed(parsing.parse_integer(0), {"type": "integer", "minimum": 0})]
)
Quantiles = TypeAliasType(
    "Quantiles",
    Annotated[
        tuple[float, ...],
        Parsed(
            parsing.parse_increasing_shares,
            {
                "type": "array",
                "items": _number_schema(
                    Bounds("quantile", low=0, high=1, low_open=True, high_open=True)
                ),
            },
        ),
    ],
)
Folder = TypeAliasType(
    "Folder",
    Annotated[pathlib.Path, Parsed(_existing("folder"), {"type": "string", "minLength": 1})],
)
Files = TypeAliasType("Files", Annotated[tuple[pathlib.Path, ...], _one_or_more(_FILE)])

Part = TypeAliasType("Part", Annotated[float, _number(_SHARE, "share")])
Limit = TypeAliasType("Limit", Annotated[float, _number(LIMIT, "times the use of the base year")])
Dispersion = TypeAliasType(
    "Dispersion", Annotated[float, _number(Bounds("dispersion", low=1), "times the variance")]
)
Stays = TypeAliasType("Stays", Annotated[str, _one(STAYS, "distribution of stays")])
Variation = TypeAliasType(
    "Variation",
    Annotated[
        float, _number(Bounds("variation", low=0, low_open=True), "standard deviations per mean")
    ],
)
StepAmount = TypeAliasType(
    "StepAmount", Annotated[float, _number(Bounds("amount"), "beds, places or rooms")]
)
RankCorrelation = TypeAliasType(
    "RankCorrelation",
    Annotated[
        float,
        _number(Bounds("rank correlation", low=-1, high=1, low_open=True, high_open=True)),
    ],
)
Waiting = TypeAliasType(
    "Waiting", Annotated[float, _number(Bounds("number", low=0, low_open=True), "contacts")]
)
HalfLife = TypeAliasType(
    "HalfLife", Annotated[float, _number(Bounds("years", low=0, low_open=True), "years")]
)
Parents = TypeAliasType("Parents", Annotated[str, _one(("county", "nation"), "parent")])
Extraordinary = TypeAliasType(
    "Extraordinary", Annotated[str, _one(("detect", "keep"), "treatment")]
)

PeopleInDraws = TypeAliasType(
    "PeopleInDraws", Annotated[str, _one(("written", "stochastic"), "way people vary")]
)
SmallNumbers = TypeAliasType(
    "SmallNumbers", Annotated[str, _one(("vary", "expected"), "way small numbers are taken")]
)

Share = TypeAliasType("Share", Annotated[Path, _path(_SHARE, "share")])
OverflowShare = TypeAliasType(
    "OverflowShare",
    Annotated[Path, _path(Bounds("share", low=0, high=1, low_open=True, high_open=True), "share")],
)
FamilyShare = TypeAliasType(
    "FamilyShare", Annotated[Path, _path(Bounds("share", low=-1, high=1), "share")]
)
ShareOnTop = TypeAliasType("ShareOnTop", Annotated[Path, _path(Bounds("share", low=0), "share")])
Days = TypeAliasType(
    "Days", Annotated[Path, _path(Bounds("days", low=0, low_open=True), "nights per stay")]
)
Rate = TypeAliasType("Rate", Annotated[Path, _path(paths.RATE, "share a year", rate=False)])
AmountPath = TypeAliasType("AmountPath", Annotated[Path, _path(_NO_LESS_THAN_ZERO)])
Visitors = TypeAliasType(
    "Visitors",
    Annotated[
        Path | dict[str, Path],
        _either(
            _by_name(SEASONS, "season", _path(_NO_LESS_THAN_ZERO), all_of_them=True),
            _path(_NO_LESS_THAN_ZERO),
            is_first=lambda written: (
                isinstance(written, dict) and not set(written).isdisjoint(SEASONS)
            ),
        ),
    ],
)
TotalFertility = TypeAliasType(
    "TotalFertility",
    Annotated[
        Path, _path(Bounds("children per woman", low=0), "children per woman", bare_rate=True)
    ],
)
MeanAge = TypeAliasType(
    "MeanAge", Annotated[Path, _path(Bounds("mean age", low=20, high=40), "years")]
)
LifeExpectancy = TypeAliasType(
    "LifeExpectancy",
    Annotated[
        Literal["trend"] | dict[str, Path],
        _either(
            _one(("trend",), "life expectancy"),
            _by_name(
                SEXES,
                "sex",
                _path(Bounds("years of life", low=0, low_open=True), bare_rate=True),
            ),
            is_first=lambda written: isinstance(written, str),
        ),
    ],
)
NetImmigration = TypeAliasType(
    "NetImmigration", Annotated[Path, _path(Bounds("persons"), "persons a year", bare_rate=True)]
)
Occupancy = TypeAliasType("Occupancy", Annotated[Path, _norm("occupancy", "share")])
Minutes = TypeAliasType("Minutes", Annotated[Path, _norm("minutes", "minutes")])
Turnover = TypeAliasType("Turnover", Annotated[Path, _path(Bounds("minutes", low=0), "minutes")])
HoursPerDay = TypeAliasType("HoursPerDay", Annotated[Path, _norm("hours_per_day", "hours")])
DaysPerYear = TypeAliasType("DaysPerYear", Annotated[Path, _norm("days_per_year", "days")])
Utilisation = TypeAliasType("Utilisation", Annotated[Path, _norm("utilisation", "share")])
RelativeChange = TypeAliasType(
    "RelativeChange", Annotated[Path, _path(Bounds("change", low=-1), "share more")]
)
YearsLater = TypeAliasType(
    "YearsLater", Annotated[Path, _path(Bounds("years", low=-10, high=10), "years")]
)
PartOfFullTime = TypeAliasType(
    "PartOfFullTime",
    Annotated[Path, _path(Bounds("FTE of a head", low=0, high=1, low_open=True), "FTE per head")],
)
Amount = TypeAliasType("Amount", Annotated[float, _number(_NO_LESS_THAN_ZERO)])
BedDays = TypeAliasType("BedDays", Annotated[float, _number(_NO_LESS_THAN_ZERO, "bed days")])
PeoplePerOld = TypeAliasType(
    "PeoplePerOld", Annotated[float, _number(_NO_LESS_THAN_ZERO, "people per old")]
)
Calibrate = TypeAliasType(
    "Calibrate", Annotated[str, _one(("steady", "observed"), "way to calibrate")]
)
StaffMoves = TypeAliasType(
    "StaffMoves", Annotated[str, _one(("population", "none"), "kind of moves")]
)
Lever = TypeAliasType("Lever", Annotated[str, _one(LEVERS, "lever")])

__all__ = [name for name, kind in list(globals().items()) if isinstance(kind, TypeAliasType)]
