"""What a scenario file may say.

Every model is frozen and refuses keys it does not know. Field docstrings are
the help text of the JSON schema.
"""

import pathlib
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, GetJsonSchemaHandler, PrivateAttr
from pydantic_core import CoreSchema

from projector.scenario import fields, resolved, rules
from projector.scenario.activity_models import (
    Activity,
    Added,
    Change,
    Growth,
    HealthyAgeing,
    Selection,
    Step,
    Window,
)
from projector.scenario.area_models import AreaCriteria, Catchment
from projector.scenario.capacity_models import (
    Arrivals,
    Capacity,
    Opening,
    Pool,
    SiteCapacity,
    StepChange,
)
from projector.scenario.faults import find
from projector.scenario.fields import UNIT
from projector.scenario.section import Rule, Section
from projector.scenario.supply_models import Closing, Education, Specialising, Supply
from projector.scenario.tree import Map, Node, Place
from projector.scenario.uncertainty_models import Correlation, Uncertainty
from projector.scenario.values import Path
from projector.scenario.workforce_models import (
    Duty,
    FamilyCare,
    Levers,
    Limits,
    RateLever,
    TaskShift,
)
from projector.tables import INPUT_TABLES

__all__ = [
    "Activity",
    "Added",
    "AreaCriteria",
    "Arrivals",
    "Calibration",
    "Capacity",
    "Catchment",
    "Change",
    "Closing",
    "Correlation",
    "Duty",
    "Education",
    "FamilyCare",
    "Fertility",
    "Growth",
    "HealthyAgeing",
    "Inputs",
    "Levers",
    "Limits",
    "Opening",
    "Outputs",
    "Pool",
    "Population",
    "RateLever",
    "Scenario",
    "Selection",
    "SiteCapacity",
    "Specialising",
    "Step",
    "StepChange",
    "Supply",
    "TaskShift",
    "Uncertainty",
    "Window",
    "Workforce",
    "Years",
]

_CALIBRATION_YEARS = 10
"""Age tables this far back are used when the scenario does not say: long enough for a wave of
moves to pass."""


class Years(Section):
    """The years of the projection."""

    base: fields.Year
    """the last year with counted people; projection starts here"""
    end: fields.Year
    """the last year projected"""

    rule: ClassVar[Rule] = staticmethod(rules.years_rule)


class Inputs(Section):
    """An input set, and tables that replace or add to those of the set."""

    model_config = ConfigDict(extra="allow")
    other_keys = tuple(INPUT_TABLES)

    set: fields.Folder
    """the folder of the input set, relative to the file that names it"""
    __pydantic_extra__: dict[
        str,
        Annotated[
            fields.Files,
            Field(description="a file in place of the table of that name; of people also several"),
        ],
    ]

    @property
    def tables(self) -> dict[str, tuple[pathlib.Path, ...]]:
        """Files by table; only population may have more than one."""
        return dict(self.__pydantic_extra__)

    rule: ClassVar[Rule] = staticmethod(rules.inputs_rule)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        schema = handler.resolve_ref_schema(handler(core_schema))
        schema["propertyNames"] = {"enum": [*cls.field_keys(), *cls.other_keys]}
        return {"anyOf": [{"type": "string", "minLength": 1}, schema]}


class Calibration(Section):
    """The years of population tables that regional components are derived from, and how."""

    first: fields.Year | None = Field(default=None, alias="from")
    """the first year; without it ten years before the last"""
    last: fields.Year | None = Field(default=None, alias="to")
    """the last year; without it the base year"""
    half_life: fields.HalfLife | None = None
    """years until half of what sets a region apart has faded; without it nothing fades"""
    weight_half_life: fields.HalfLife | None = None
    """a year counts half as much for each so many years back; without it all count the same"""
    parents: fields.Parents | None = None
    """what a small region is drawn towards"""
    extraordinary: fields.Extraordinary = "detect"
    """years out of the ordinary: found and given less weight, or kept as they are"""

    rule: ClassVar[Rule] = staticmethod(rules.calibration_rule)

    @property
    def says_years(self) -> bool:
        """Whether the years are written, and not the default."""
        return self.first is not None or self.last is not None


class Fertility(Section):
    """Children per woman, and how old the mothers are."""

    total: fields.TotalFertility | None = None
    """children per woman, in place of the letter of the variant"""
    mean_age: fields.MeanAge | None = None
    """mean age at childbearing, in place of that of the inputs"""

    rule: ClassVar[Rule] = staticmethod(rules.fertility_rule)


class Population(Section):
    """Who will live here."""

    variant: fields.Variant = "MMMM"
    """letters for fertility, life expectancy, internal migration and immigration: L, M, H or
    K for constant; 0 for no moves, in the last two"""
    fertility: Fertility | None = None
    """in place of the letter of the variant"""
    life_expectancy: fields.LifeExpectancy | None = Field(
        default=None, json_schema_extra={UNIT: "years at birth"}
    )
    """years at birth by sex, in place of the letter of the variant; or trend: as the death rates
    of the inputs have fallen"""
    net_immigration: dict[fields.Total, fields.NetImmigration] | None = None
    """persons a year to the country, in place of the letter; negative when more leave"""
    calibration: Calibration | None = None
    """how the age tables are looked back on"""
    visitors: dict[fields.Text, fields.Visitors] = Field(
        default_factory=dict, json_schema_extra={UNIT: "persons present on an average day"}
    )
    """non-residents present on an average day, by region or area; may differ by season"""
    source: fields.Source | None = None


class Workforce(Section):
    """Who will staff it."""

    duty: dict[fields.Text, dict[fields.Setting, Duty]] = Field(default_factory=dict)
    """staff by profession and setting"""
    competence: dict[fields.Text, dict[fields.Text, fields.Share]] = Field(default_factory=dict)
    """share of a profession that needs a competence, by profession and competence"""
    supply: Supply = Field(default_factory=Supply)
    """who will do the work"""
    close: Closing = Field(default_factory=Closing)
    """what may be done to close a gap"""
    levers: Levers | None = None
    """what changes the staff that the same services take"""
    limits: Limits = Field(default_factory=Limits)
    """what the need is held against"""
    source: fields.Source | None = None


class Targets(Section):
    """What a plan aims at; the report holds its indicators against it."""

    acute: fields.Part | None = None
    """highest share of the inpatient stays that are acute"""
    readmissions: fields.Part | None = None
    """highest share of the inpatient stays that are acute again within 30 days"""
    own_coverage: fields.Part | None = None
    """lowest share of the inpatient stays that are treated in the own area"""
    ready_days: fields.BedDays | None = None
    """most bed days a year after patients are ready for discharge"""
    active_per_old: fields.PeoplePerOld | None = None
    """fewest economically active people for each of 67 and over"""
    source: fields.Source | None = None


class Outputs(Section):
    """What is told of the results."""

    suppress: fields.SmallCount | None = None
    """counts of patients below it are suppressed in everything that is written or printed, and
    others with them, so that none can be found again by subtraction"""
    targets: Targets = Field(default_factory=Targets)
    """of the indicators of the report; they change no result"""
    source: fields.Source | None = None


class Scenario(Section):
    """A scenario with everything it inherits.

    `path` is the file it was loaded from and `origins` the merged tree, in which
    every key and value knows its place.
    """

    other_keys = ("extends", "sweep")  # are resolved before the models see the scenario

    scenario: fields.Text
    """the name of the scenario"""
    description: fields.InLanguages | None = None
    """what it is about, in a sentence or two, or one for each language; not inherited"""
    source: fields.Source | None = None
    inputs: Inputs
    """an input set: the folder, or {set: folder, population: file}"""
    regions: fields.Names
    """names or codes, of regions or areas"""
    years: Years
    """the base year and the last year projected"""
    areas: dict[fields.Text, fields.Names] = Field(default_factory=dict)
    """named groups of regions or areas, new or in place of the inputs' of the same name; they
    may stand wherever a region may"""
    catchments: tuple[Catchment, ...] = ()
    """alternatives that `projector areas` compares"""
    area_criteria: AreaCriteria = Field(default_factory=AreaCriteria)
    """what a hospital area is held against"""
    population: Population = Field(default_factory=Population)
    """who will live here"""
    activity: Activity = Field(default_factory=Activity)
    """what people will need"""
    capacity: Capacity = Field(default_factory=Capacity)
    """how many beds, rooms and places that takes"""
    workforce: Workforce = Field(default_factory=Workforce)
    """who will staff it"""
    uncertainty: Uncertainty = Field(default_factory=Uncertainty)
    """how sure are we"""
    outputs: Outputs = Field(default_factory=Outputs)
    """what is told of the results"""
    without: fields.Names = ()
    """changes that a run left out, as it recorded them in the resolved scenario"""

    rule: ClassVar[Rule] = staticmethod(rules.scenario_rule)

    _path: pathlib.Path = PrivateAttr(default=pathlib.Path("scenario.yaml"))
    _origins: Node = PrivateAttr(default_factory=lambda: Map(Place("scenario.yaml"), {}))

    @property
    def calibration_years(self) -> tuple[int, int]:
        """First and last year of the age tables to calibrate from, written or not."""
        asked = self.population.calibration or Calibration()
        last = self.years.base if asked.last is None else asked.last
        return (last - _CALIBRATION_YEARS if asked.first is None else asked.first), last

    @property
    def path(self) -> pathlib.Path:
        """The file it was loaded from."""
        return self._path

    @property
    def origins(self) -> Node:
        """The merged tree of the file and its parents."""
        return self._origins

    def where(self, *location: str | int) -> str:
        """``file:line:column`` of the key that set a value.

        Parameters
        ----------
        location
            Keys and list positions, for example ``"activity", "changes", 0, "share"``.
            Where the tree does not have them all, the nearest enclosing key counts.
        """
        place, _, _ = find(self._origins, location)
        return str(place)

    def paths(self) -> Iterator[tuple[tuple[str | int, ...], Path]]:
        """Every value over years that was written, with the keys that lead to it."""
        yield from resolved.paths_in(self)

    def with_draws(self, draws: int | Literal["auto"]) -> "Scenario":
        """The scenario with another number of draws; 0 is none."""
        update: dict[str, object] = {"draws": draws or None}
        left: set[str] = set() if draws else {"draws"}
        if draws != fields.AUTO:
            own_fields = Uncertainty.model_fields
            left |= {"tolerance", "most"}
            update |= {key: own_fields[key].default for key in ("tolerance", "most")}
        own = self.uncertainty.model_copy(update=update)
        own.model_fields_set.add("draws")
        own.model_fields_set.difference_update(left)
        changed = self.model_copy(update={"uncertainty": own})
        changed.model_fields_set.add("uncertainty")
        return changed

    def with_suppression(self, limit: int) -> "Scenario":
        """The scenario with another limit of small counts; 0 is none."""
        own = self.outputs.model_copy(update={"suppress": limit or None})
        own.model_fields_set.discard("suppress")
        own.model_fields_set.update({"suppress"} if limit else ())
        changed = self.model_copy(update={"outputs": own})
        changed.model_fields_set.discard("outputs")
        changed.model_fields_set.update({"outputs"} if own.model_fields_set else ())
        return changed

    def resolved(self) -> dict[str, Any]:
        """What the scenario says, parents included: maps, lists, texts and numbers.

        Percent are fractions, distributions stay as written, years are whole numbers,
        a single item where a list is possible is a list, input files are relative to
        the folder of the scenario. What was not written is left out. Keys come in the
        order of the models, and below them in the order they were written. `without` names
        the changes that were left out on loading, if any, sorted.
        """
        said = resolved.plain(self, self._path.parent)
        assert isinstance(said, dict)
        return said

    def resolved_yaml(self) -> str:
        """`resolved` as YAML, each value with ``# file:line`` of what set it.

        Files are relative to the folder of the scenario.
        """
        return resolved.with_origins(self.resolved(), self._origins, self._path.parent)

    def digest(self) -> str:
        """SHA-256 of `resolved` without the names of input files."""
        return resolved.digest(self.resolved())
