"""Questions: which result is asked about, of what and where, in the words of the inputs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from projector.capacity.norms import UNITS
from projector.capacity.sizing import BUSY
from projector.errors import Problem, UsageError, nearest_name, same_names
from projector.run.asking import regions_called
from projector.run.pipeline import SUPPLY, People, region_names
from projector.run.provenance import names_of
from projector.tables import BED_SETTINGS, SETTINGS, VARIABLES, unique
from projector.workforce import professions_of

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["RESULTS", "Question", "Result", "question_of"]


@dataclass(frozen=True)
class Result:
    """A result that can be asked about.

    Parameters
    ----------
    groups
        Groups of the tree of results that hold it, of which one is asked about.
    variable
        Its name there.
    parts
        The axes that a part may be chosen of, besides regions and years.
    single
        It does not add up: one part of each axis is asked about.
    choose
        Axes of which a part must be chosen, as their parts have different units.
    weight
        The variable of group ``activity`` that its mean is weighted with; None for what adds up.
    """

    groups: tuple[str, ...]
    variable: str
    parts: tuple[str, ...] = ()
    single: bool = False
    choose: tuple[str, ...] = ()
    weight: str | None = None

    @property
    def stage(self) -> str:
        """Where it comes about: ``activity``, ``capacity`` or ``workforce``."""
        first = self.groups[0].split("/")[0]
        return first if first in ("capacity", "workforce") else "activity"

    @property
    def by_region(self) -> bool:
        """Whether regions can be chosen."""
        return "region" in VARIABLES[self.groups[0]][self.variable].dims


_CARE = ("setting", "diagnosis")
_EVERY_UNIT = tuple(f"capacity/{unit}" for unit in UNITS)
_AT_SITE = ("site", "resource")

RESULTS: Mapping[str, Result] = MappingProxyType(
    {
        "contacts": Result(("activity", "priority"), "contacts", (*_CARE, "group")),
        "bed_days": Result(("activity", "priority"), "bed_days", (*_CARE, "group")),
        "acute": Result(("activity",), "acute", _CARE),
        "readmissions": Result(("activity",), "readmissions", ("diagnosis",)),
        "ready_days": Result(("activity",), "ready_days", ("diagnosis",)),
        "own_coverage": Result(("sites",), "own_coverage", ("setting",), weight="contacts"),
        "site_contacts": Result(("sites",), "contacts", ("site", *_CARE)),
        "site_bed_days": Result(("sites",), "bed_days", ("site", *_CARE)),
        "drg_points": Result(("money",), "drg_points", ("setting",)),
        "activity_income": Result(("money",), "activity_income"),
        "ready_day_payment": Result(("money",), "ready_day_payment"),
        "cost": Result(("money",), "cost", ("setting",)),
        **{unit: Result((f"capacity/{unit}",), "need", ("resource",)) for unit in UNITS},
        "peak": Result(("capacity/beds",), "peak", ("resource", "measure"), single=True),
        "gap": Result(_EVERY_UNIT, "gap", _AT_SITE, choose=("resource",)),
        "gap_cost": Result(_EVERY_UNIT, "gap_cost", _AT_SITE, choose=("resource",)),
        "utilisation": Result(_EVERY_UNIT, "utilisation", _AT_SITE, single=True),
        "refusal": Result(("capacity/beds",), "refusal", _AT_SITE, single=True),
        "shared_beds": Result(("capacity/pools",), "together", ("pool",)),
        "staff": Result(("workforce",), "need", ("profession", "setting")),
        "competence": Result(("workforce",), "competence_need", ("competence",)),
        "staff_supply": Result((SUPPLY,), "supply", ("profession",)),
        "staff_gap": Result((SUPPLY,), "gap", ("profession",)),
        "competence_gap": Result((SUPPLY,), "competence_gap", ("competence",)),
        "wages": Result(("workforce",), "wage_cost", ("profession",)),
    }
)
"""What can be asked about."""


@dataclass(frozen=True)
class Question:
    """A result that is asked about.

    Parameters
    ----------
    result
        One of `RESULTS`.
    of
        The parts that are asked about, each with its axis; an axis that is not there is asked
        about as a whole.
    group
        The group of the tree of results that holds it.
    regions
        Codes of the regions that are asked about.
    names
        What the regions were called in the question; empty for all of the run.
    """

    result: str
    of: tuple[tuple[str, str], ...]
    group: str
    regions: tuple[str, ...]
    names: tuple[str, ...] = ()

    @property
    def about(self) -> Result:
        """The result itself."""
        return RESULTS[self.result]

    @property
    def unit(self) -> str:
        """Its unit."""
        return VARIABLES[self.group][self.about.variable].unit


def question_of(
    scenario: "Scenario",
    people: People,
    result: str,
    *,
    of: Sequence[str] = (),
    regions: Sequence[str] = (),
) -> Question:
    """A question in the words of the inputs.

    Parameters
    ----------
    scenario
        Its own sites, pools, professions and competences can be asked about too.
    people
        Whom the question is about, with their inputs.
    result
        One of `RESULTS`.
    of
        Parts of it: keys or names of a setting, diagnosis, priority group, resource, site,
        profession or competence, one of each at most; an axis that is not named is taken whole.
    regions
        Names or codes of regions or areas of the run; empty is all of it.

    Returns
    -------
    Question

    Raises
    ------
    UsageError
        With every name that is unknown, and the nearest that is not.
    """
    problems: list[Problem] = []
    chosen: dict[str, str] = {}
    if result not in RESULTS:
        problems.append(_unknown("--result", "result", result, RESULTS))
    else:
        known = _parts(result, scenario, people)
        for name in of:
            found = _part(name, known)
            if found is None:
                keys = [key for axis in known.values() for key in axis.values()]
                called = [text for axis in known.values() for text in axis]
                problems.append(_unknown("--of", f"part of {result}", name, keys, called))
            elif found[0] in chosen:
                message = f"two parts of one axis: {found[0]}"
                problems.append(Problem("--of", message, name, f"only {chosen[found[0]]}"))
            else:
                chosen[found[0]] = found[1]
        problems += _not_chosen(result, chosen)
        if regions and not RESULTS[result].by_region:
            problems.append(
                Problem("--region", f"{result} is of sites, not of regions", regions[0], "--of")
            )
    inside = [str(code) for code in people.population["region"].values]
    codes: list[str] = []
    named: list[str] = []
    known_regions = _regions_inside(people, inside)
    for name in regions:
        meant = same_names(name, known_regions)
        if len(meant) != 1:
            names = [one for one in known_regions if one not in inside]
            problems.append(_unknown("--region", "region of the run", name, names, inside))
            continue
        named += meant
        codes += known_regions[meant[0]]
    if problems:
        raise UsageError(problems)
    return Question(
        result,
        tuple(chosen.items()),
        _group(RESULTS[result], chosen, people),
        tuple(unique(codes)) or tuple(inside),
        tuple(named),
    )


def _group(about: Result, chosen: Mapping[str, str], people: People) -> str:
    """The group of the tree of results that holds what is chosen."""
    if "group" in chosen:
        return "priority"
    if len(about.groups) == 1 or about.stage != "capacity":
        return about.groups[0]
    norms = people.inputs.tables["norms"]
    (unit,) = norms["unit"][norms["resource"] == chosen["resource"]].unique()
    return f"capacity/{unit}"


def _not_chosen(result: str, chosen: Mapping[str, str]) -> Iterable[Problem]:
    """Axes of which a part must be named, since their parts do not add up."""
    about = RESULTS[result]
    for axis in about.parts if about.single else about.choose:
        if axis not in chosen:
            yield Problem("--of", f"{result} is of one {axis}, which is not named", None, axis)


def _part(name: str, known: Mapping[str, Mapping[str, str]]) -> tuple[str, str] | None:
    """The axis that has the name, and the key that it stands for."""
    found = unique(
        (axis, keys[text]) for axis, keys in known.items() for text in same_names(name, keys)
    )
    return found[0] if found else None


def _parts(result: str, scenario: "Scenario", people: People) -> dict[str, dict[str, str]]:
    """Keys of the parts of each axis of a result, by the keys and by their names."""
    called = names_of(people.inputs)
    return {
        axis: {
            name: key
            for key in _keys(axis, RESULTS[result], scenario, people)
            for name in (key, *called.get(axis, {}).get(key, {}).values())
        }
        for axis in RESULTS[result].parts
    }


def _keys(axis: str, about: Result, scenario: "Scenario", people: People) -> Iterable[str]:
    """Keys of an axis of a result, by the inputs and the scenario."""
    tables, staff = people.inputs.tables, scenario.workforce
    own = [name for shares in staff.competence.values() for name in shares]

    def column(table: str, name: str) -> list[str]:
        return unique(tables[table][name]) if table in tables else []

    if axis == "resource":
        units = [group.split("/")[1] for group in about.groups]
        norms = tables["norms"]
        return unique(norms["resource"][norms["unit"].isin(units)])
    known: dict[str, Iterable[str]] = {
        "setting": BED_SETTINGS if about.variable == "bed_days" else SETTINGS,
        "diagnosis": column("diagnoses", "diagnosis"),
        "group": column("priority_groups", "group"),
        "site": unique([*column("sites", "site"), *scenario.capacity.existing]),
        "measure": ("mean", "busy_month", *BUSY),
        "pool": [pool.name for pool in scenario.capacity.pools],
        "profession": professions_of(tables),
        "competence": unique([*column("competences", "competence"), *own]),
    }
    return known[axis]


def _regions_inside(people: People, inside: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Codes by what regions and areas of the run are called."""
    known = region_names(people.inputs)
    areas = people.inputs.areas.items()
    return regions_called(
        {code: known.get(code, code) for code in inside},
        {name: codes for name, codes in areas if set(codes) <= set(inside)},
    )


def _unknown(
    option: str, what: str, found: str, allowed: Iterable[str], also: Iterable[str] = ()
) -> Problem:
    names = unique(allowed)
    nearest = nearest_name(found, [*names, *also])
    expected = None if nearest is not None else ", ".join(names[:13]) or "no part: it has none"
    return Problem(option, f"no {what} has this name", found, expected, nearest)
