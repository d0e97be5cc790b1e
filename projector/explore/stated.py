"""Controls of what a scenario says: every value over years, and a switch for each change."""

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from projector.explore.controls import Control, Names, Slider, Switch, shown, told
from projector.explore.ranges import Range, range_of
from projector.explore.written import Edit
from projector.report.assumptions import Assumption
from projector.scenario.change_rules import AMOUNTS
from projector.scenario.distributions import Distribution
from projector.scenario.paths import RATE
from projector.scenario.values import Amount, Path

if TYPE_CHECKING:
    from projector.scenario.models import Change, Scenario

__all__ = ["place_of", "said_of", "stated_controls"]

Location = tuple[str | int, ...]

_GROUP = {
    ("population",): "people",
    ("activity", "changes"): "changes",
    ("activity",): "use",
    ("capacity", "opening"): "rooms",
    ("capacity", "existing"): "exists",
    ("capacity",): "beds",
    ("workforce", "supply"): "supply",
    ("workforce",): "staff",
}
_NOT_SHOWN = (("uncertainty",), ("workforce", "limits"))
"""What does not change a result at the medians."""

_DIGITS = 3
_ABOUT = ("name", "setting", "sex", "region", "profession", "to")

_CANNOT_BE_OFF = ("cover", "work_off")
"""Verbs that have no amount at which a file takes them back."""

_OFF: Mapping[str, tuple[str, float]] = {"pathway": ("portion", 0), "visitors": ("factor", 1)}


def stated_controls(scenario: "Scenario", names: Names) -> Iterator[Control]:
    """The controls of a scenario, parents included, in the order of its models.

    Parameters
    ----------
    scenario
        From `projector.load_scenario`.
    names
        What things are called.

    Yields
    ------
    Control
    """
    said = scenario.resolved()
    switches = {
        i: _switch(scenario, said, i, change, names)
        for i, change in enumerate(scenario.activity.changes)
    }
    for location, path in scenario.paths():
        if any(location[: len(hidden)] == hidden for hidden in _NOT_SHOWN):
            continue
        if location[:2] == ("activity", "changes"):
            switch = switches.pop(int(location[2]), None)
            if switch is not None:
                yield switch
        yield from _sliders(scenario, said, location, path, names)
    yield from filter(None, switches.values())


def said_of(said: Mapping[str, Any], location: Location) -> tuple[str, str]:
    """The source that a scenario has for a value, and what it rests on."""
    node: Any = said
    source = ""
    for step in location:
        if isinstance(node, Mapping):
            source = str(node.get("source", source))
        there = isinstance(node, list) or (isinstance(node, Mapping) and step in node)
        if not there:
            break
        node = node[step]
    if isinstance(node, Mapping):
        source = str(node.get("source", source))
    keys = tuple(map(str, location))
    return source, Assumption(keys, "", "", source).basis


def place_of(scenario: "Scenario", *location: str | int) -> str:
    """File and line that set a value, without the folder."""
    file, line, _ = scenario.where(*location).rsplit(":", 2)
    return f"{PurePath(file).name}:{line}"


def _sliders(
    scenario: "Scenario", said: Mapping[str, Any], location: Location, path: Path, names: Names
) -> Iterator[Slider]:
    title, label = _called(scenario, said, location, names)
    source, basis = said_of(said, location)
    group = next(name for keys, name in _GROUP.items() if location[: len(keys)] == keys)
    for year, value in path.points:
        if year is not None and year <= scenario.years.base and value == 0 and path.years[1:]:
            continue  # nothing yet: what matters is what it comes to
        below = location if year is None else (*location, year)
        text = label if year is None else f"{label}, {year}" if label else str(year)
        kind = path.bounds.word
        if location[:2] == ("capacity", "overflow") or location[-1] == "overflow":
            kind = "overflow"
        yield _slider(
            scenario, below, value, range_of(kind, path.bounds, _values(value)),
            group=group, title=title, label=text, source=source, basis=basis, names=names,
            note=f"{title}: {text}",
        )  # fmt: skip
    if path.annual is not None:
        text = f"{label}, {names.word('a year')}" if label else names.word("a year")
        yield _slider(
            scenario, (*location, "annual"), path.annual,
            range_of("rate", RATE, _values(path.annual)),
            group=group, title=title, label=text, source=source, basis=basis, names=names,
            note=f"{title}: {text}",
        )  # fmt: skip


def _slider(
    scenario: "Scenario",
    location: Location,
    value: Amount,
    reach: Range,
    *,
    group: str,
    title: str,
    label: str,
    source: str,
    basis: str,
    names: Names,
    note: str,
) -> Slider:
    middle = value.median if isinstance(value, Distribution) else value
    uncertain = ""
    if isinstance(value, Distribution):
        ends = (float(f"{float(end):.{_DIGITS}g}") for end in value.ppf([0.1, 0.9]))
        low, high = (told(end, reach.percent, names.language) for end in ends)
        unit = " %" if reach.percent else ""
        uncertain = names.word("uncertain", low=low, high=high + unit)
    return Slider(
        key="/".join(map(str, location)),
        group=group,
        title=title,
        label=label,
        value=shown(middle, reach.percent),
        place=place_of(scenario, *location),
        source=source,
        basis=basis,
        stated=True,
        note=uncertain,
        reach=reach,
        write=lambda number: [Edit(location, number, note)],
    )


def _values(value: Amount) -> tuple[float, ...]:
    if isinstance(value, Distribution):
        return (value.median, *(float(end) for end in value.ppf([0.01, 0.99])))
    return (value,)


def _called(
    scenario: "Scenario", said: Mapping[str, Any], location: Location, names: Names
) -> tuple[str, str]:
    """What a value is of, and what of that."""
    match location:
        case ("activity", "changes", int(position), *_):
            title, depth = scenario.activity.changes[position].name, 3
        case ("capacity", "pools", int(position), *_):
            title, depth = scenario.capacity.pools[position].name, 3
        case ("capacity", "existing", site, resource):
            return str(site), names.bed(str(resource))
        case ("capacity", "opening", of, *_):
            title, depth = names.bed(str(of)), 3
        case ("capacity", key, of):
            return names.bed(str(of)), names.called(str(key))
        case ("workforce", "supply" | "levers", key, *_):
            title, depth = names.called(str(key)), 3
        case _:
            title, depth = names.called(str(location[1])), 2
    return title, " · ".join(_steps(said, location, depth, names))


def _steps(said: Mapping[str, Any], location: Location, depth: int, names: Names) -> Iterator[str]:
    """What stands below a title; an item of a list goes by its name or setting, or its place."""
    node: Any = said
    for position, step in enumerate(location):
        items = node
        node = node[step]
        if position < depth:
            continue
        if not isinstance(step, int):
            yield names.called(step)
        elif about := _about(node):
            yield ", ".join(map(names.called, about))
        elif len(items) > 1:
            yield str(step + 1)


def _about(item: object) -> list[str]:
    """What tells an item of a list from the others."""
    if isinstance(item, Mapping):
        for key in _ABOUT:
            if key in item:
                return [item[key]] if isinstance(item[key], str) else list(item[key])
    return []


def _switch(
    scenario: "Scenario", said: Mapping[str, Any], position: int, change: "Change", names: Names
) -> Switch | None:
    """On or off of a change; None where a file cannot take it back."""
    if change.kind in _CANNOT_BE_OFF:
        return None
    location: Location = ("activity", "changes", position)
    amount, idle = _OFF.get(change.kind, ("share", 0))
    written = AMOUNTS if amount == "share" else ()
    source, basis = said_of(said, location)
    label = names.word("on")
    return Switch(
        key=f"activity/changes/{position}/on",
        group="changes",
        title=change.name,
        label=label,
        value="on",
        place=place_of(scenario, *location),
        source=source,
        basis=basis,
        stated=True,
        note="",
        off=[
            *(Edit((*location, key), None) for key in written),
            Edit((*location, amount), idle, names.word("switched off")),
        ],
    )
