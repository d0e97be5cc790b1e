"""Rules within one change of the services: which keys go with its verb, and with each other.

Each rule sees the map as it was written, as those of `projector.scenario.rules` do.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from projector.errors import nearest_name
from projector.scenario.faults import KEY, Fault
from projector.tables import BED_SETTINGS, SETTINGS, VERBS, unique

__all__ = [
    "AMOUNTS",
    "COVERED",
    "added_rule",
    "change_rule",
    "same_names",
    "step_rule",
    "texts",
    "window_rule",
]

Written = dict[Any, Any]
Location = tuple[str | int, ...]

AMOUNTS = ("share", "contacts", "per_1000", "nights", "coverage")
"""How much a change takes or adds; each change has one of them at most."""

COVERED = ("of_ages", "of")
"""Whom `coverage` of the verb cover is of; one of them at most."""

_SELECTION_KEYS = ("diagnosis", "setting", "ages", "sex", "region", "site", "urgency", "who")


@dataclass(frozen=True)
class _Verb:
    """The keys that go with a verb.

    Parameters
    ----------
    one_of
        Exactly one of them is written.
    needs
        All of them are written, each with what it is.
    may
        They may be written.
    selects
        Keys that its selection has, each with what it is.
    never
        Keys that its selection does not have, since the verb says them already.
    may_select_all
        Whether its selection may be empty: the verb itself is about part of the contacts.
    """

    one_of: tuple[str, ...] = ()
    needs: Mapping[str, str] = field(default_factory=dict)
    may: tuple[str, ...] = ()
    selects: Mapping[str, str] = field(default_factory=dict)
    never: Mapping[str, str] = field(default_factory=dict)
    may_select_all: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys that belong to the verb."""
        return (*self.one_of, *self.needs, *self.may)


_TO = {"to": "the setting that contacts are shifted to"}
_FROM = {"setting": "the setting that contacts are shifted from"}
_INPATIENT_AND_ACUTE = "readmissions are inpatient and acute"
_VERBS: dict[str, _Verb] = {
    "avoid": _Verb(("share", "contacts"), may=("adds",)),
    "shift": _Verb(("share", "contacts"), _TO, ("exchange", "days"), _FROM),
    "substitute": _Verb(("share", "contacts"), _TO, ("exchange",), _FROM),
    "shorten": _Verb(("share", "nights"), may=("part", "adds")),
    "readmissions": _Verb(
        ("share",),
        may=("adds",),
        never=dict.fromkeys(("setting", "urgency"), _INPATIENT_AND_ACUTE),
        may_select_all=True,
    ),
    "redirect": _Verb(("share", "coverage"), {"to_site": "the site that contacts go to"}),
    "add": _Verb(("share", "contacts", "per_1000"), may=("days",)),
    "work_off": _Verb(
        needs={
            "waiting": "the contacts that are waited for",
            "between": "the years in which they are had",
        },
        selects={"setting": "the setting that people wait for"},
    ),
    "visitors": _Verb(
        needs={"factor": "visitors' use as a multiple of what it was"},
        never={"who": "they are visitors"},
        may_select_all=True,
    ),
    "pathway": _Verb(
        needs={"steps": "what a contact leads to"},
        may=("portion",),
        selects={
            "diagnosis": "the diagnosis of the pathway",
            "setting": "the setting that it starts from",
        },
    ),
    "cover": _Verb(
        needs={"coverage": "residents on an average day per person"},
        may=("of_ages", "of"),
        selects={"setting": "the setting that is covered"},
        never={
            "ages": "whose coverage it is says of_ages, or of",
            **dict.fromkeys(
                ("diagnosis", "sex", "site", "urgency", "who"),
                "coverage is of all residents' stays in the setting",
            ),
        },
    ),
}


def change_rule(written: Written) -> Iterator[Fault]:
    """A change has one verb, with the keys that belong to it."""
    verbs = [verb for verb in VERBS if verb in written]
    if not verbs:
        yield Fault(f"a change needs one of {_and(VERBS)}")
        return
    for verb in verbs[1:]:
        message = f"a change has one verb; {verbs[0]} is in {{other}}"
        yield Fault(message, (verb, KEY), other=(verbs[0],))
    yield from _strange_keys(written, verbs)
    for verb in verbs:
        yield from _selection_faults(written[verb], verb)
        if verb in _RULES:
            yield from _RULES[verb](written)
    if len(verbs) == 1:
        yield from _missing_keys(written, _VERBS[verbs[0]])


def _strange_keys(written: Written, verbs: list[str]) -> Iterator[Fault]:
    """Keys of verbs that this change does not have."""
    fitting = {key for verb in verbs for key in _VERBS[verb].keys}
    for key in unique(key for verb in _VERBS.values() for key in verb.keys):
        if key in written and key not in fitting:
            owners = [verb for verb, own in _VERBS.items() if key in own.keys]
            yield Fault(f"{key} belongs to {_and(owners)}, not to {verbs[0]}", (key, KEY))


def _missing_keys(written: Written, verb: _Verb) -> Iterator[Fault]:
    for key, meaning in verb.needs.items():
        if key not in written:
            yield Fault(f"missing key '{key}': {meaning}")
    amounts = [key for key in verb.one_of if key in written]
    if verb.one_of and not amounts:
        yield Fault("missing key " + _and([f"'{key}'" for key in verb.one_of], "or"))
    for key in amounts[1:]:
        message = f"{key} does not go with {amounts[0]}, which is in {{other}}"
        yield Fault(message, (key, KEY), other=(amounts[0],))


def _selection_faults(selection: object, verb: str) -> Iterator[Fault]:
    """What the selection of a verb lacks, or says in vain."""
    own = _VERBS[verb]
    if not isinstance(selection, dict):
        return
    if not selection and not own.may_select_all:
        possible = [key for key in _SELECTION_KEYS if key not in own.never]
        yield Fault("an empty selection", (verb,), expected=_and(possible, "or"))
        return
    meant = _meant_keys(selection)
    for key, meaning in own.selects.items():
        if key not in meant:
            yield Fault(f"missing key '{key}': {meaning}", (verb,))
    for key, reason in own.never.items():
        if key in selection:
            yield Fault(f"{key} cannot be chosen here: {reason}", (verb, key, KEY))


def _meant_keys(selection: Written) -> set[str | None]:
    """Keys of a selection; one that is misspelt counts, since that is reported already."""
    return {nearest_name(str(key), _SELECTION_KEYS) for key in selection}


def _adds_faults(written: Written, verb: str) -> Iterator[Fault]:
    """What is added for each contact that is taken does not go back to where it was taken."""
    selection = written[verb]
    chosen = {setting for _, setting in _selected(written, verb, "setting")}
    if isinstance(selection, dict) and selection.get("urgency") == "acute":
        return  # what is added is planned
    adds = written.get("adds")
    listed = adds if isinstance(adds, list | tuple) else [adds]
    for position, added in enumerate(listed):
        if isinstance(added, dict) and _is_one(added.get("setting"), chosen):
            location: Location = ("adds", "setting")
            if listed is adds:
                location = ("adds", position, "setting")
            message = f"contacts that are taken from {added['setting']} are not added there again"
            yield Fault(message, location, expected="another setting, or a smaller share")


def _avoid_faults(written: Written) -> Iterator[Fault]:
    yield from _adds_faults(written, "avoid")


def _shift_faults(written: Written, verb: str = "shift") -> Iterator[Fault]:
    if written.get("to") in [setting for _, setting in _selected(written, verb, "setting")]:
        yield Fault("contacts cannot be shifted to the setting they come from", ("to",))
    if verb == "shift":
        yield from _nights_faults(written, written.get("to"))


def _substitute_faults(written: Written) -> Iterator[Fault]:
    yield from _shift_faults(written, "substitute")
    settings = [*_selected(written, "substitute", "setting"), (("to",), written.get("to"))]
    for location, setting in settings:
        if setting in BED_SETTINGS:
            message = "visits substitute visits; stays with nights are shifted"
            yield Fault(message, location, expected="a setting without nights, or shift")


def _shorten_faults(written: Written) -> Iterator[Fault]:
    for location, setting in _selected(written, "shorten", "setting"):
        if setting in SETTINGS and setting not in BED_SETTINGS:
            yield Fault("stays here have no nights to shorten", location)
    if "part" in written and "nights" in written:
        message = "part goes with share, not with nights, which are in {other}"
        yield Fault(message, ("part", KEY), other=("nights",))


def _redirect_faults(written: Written) -> Iterator[Fault]:
    if written.get("to_site") in [site for _, site in _selected(written, "redirect", "site")]:
        yield Fault("contacts cannot be redirected to the site they come from", ("to_site",))
    for location, who in _selected(written, "redirect", "who"):
        if who == "visitors" and "coverage" in written:
            yield Fault("coverage is of residents, not of visitors", location)


def _add_faults(written: Written) -> Iterator[Fault]:
    selection = written["add"]
    counted = next((key for key in ("contacts", "per_1000") if key in written), None)
    if counted is not None and isinstance(selection, dict) and selection:
        for key in ("diagnosis", "setting"):
            if key not in _meant_keys(selection):
                yield Fault(f"missing key '{key}': {counted} says how many, not of what", ("add",))
            for location, _ in list(_selected(written, "add", key))[1:2]:
                message = f"{counted} is of one {key}"
                yield Fault(message, location, expected=f"a change for each {key}")
    settings = [setting for _, setting in _selected(written, "add", "setting")]
    if "days" in written and "share" in written:
        message = "days does not go with share, which is in {other}: more of the same stays"
        yield Fault(message, ("days", KEY), other=("share",))
    elif settings and not set(settings) & set(BED_SETTINGS):
        yield from _nights_faults(written, settings[0])


def _pathway_faults(written: Written) -> Iterator[Fault]:
    for key in ("diagnosis", "setting"):
        names = list(_selected(written, "pathway", key))
        if len(names) > 1:
            message = f"a pathway starts from one {key}"
            yield Fault(message, names[1][0], expected=f"a change for each {key}")
    steps = written.get("steps")
    if steps is not None:
        listed = steps if isinstance(steps, list | tuple) else [steps]
        starts = {name for _, name in _selected(written, "pathway", "setting")}
        yield from _steps_faults(listed)
        for position, step in enumerate(listed):
            if isinstance(step, dict) and _is_one(step.get("setting"), starts):
                message = "a step cannot be in the setting that the pathway starts from"
                yield Fault(message, ("steps", position, "setting"))


def _cover_faults(written: Written) -> Iterator[Fault]:
    for location, setting in _selected(written, "cover", "setting"):
        if setting in SETTINGS and setting not in BED_SETTINGS:
            yield Fault("coverage is of stays; contacts here have no nights", location)
    if "of" in written and "of_ages" in written:
        message = "coverage is of a need or of ages; of_ages is in {other}"
        yield Fault(message, ("of", KEY), other=("of_ages",))


def _steps_faults(steps: Sequence[object]) -> Iterator[Fault]:
    """A step comes after one that stands above it, and it is clear which."""
    if not steps:
        yield Fault("an empty list", ("steps",), expected="a map with setting and share")
    earlier: list[str] = []
    for position, step in enumerate(steps):
        if not isinstance(step, dict):
            continue
        after, location = step.get("after"), ("steps", position, "after")
        if after in SETTINGS and after not in earlier:
            expected = _and(unique(earlier), "or") or "no `after` in the first step"
            yield Fault("no earlier step is in this setting", location, expected=expected)
        elif earlier.count(str(after)) > 1:
            yield Fault("more than one earlier step is in this setting", location)
        if isinstance(step.get("setting"), str):
            earlier.append(step["setting"])


_RULES: dict[str, Callable[[Written], Iterator[Fault]]] = {
    "avoid": _avoid_faults,
    "shift": _shift_faults,
    "substitute": _substitute_faults,
    "shorten": _shorten_faults,
    "redirect": _redirect_faults,
    "add": _add_faults,
    "pathway": _pathway_faults,
    "cover": _cover_faults,
}


def _nights_faults(written: Written, setting: object) -> Iterator[Fault]:
    if "days" in written and setting in SETTINGS and setting not in BED_SETTINGS:
        yield Fault(f"{setting} has no nights, so no days either", ("days", KEY))


def added_rule(written: Written) -> Iterator[Fault]:
    """Only stays with nights have days."""
    yield from _nights_faults(written, written.get("setting"))


def step_rule(written: Written) -> Iterator[Fault]:
    """Stays with nights have days, and only they."""
    setting = written.get("setting")
    yield from _nights_faults(written, setting)
    if setting in BED_SETTINGS and "days" not in written:
        yield Fault(f"missing key 'days': stays in {setting} have nights")


def window_rule(written: Written) -> Iterator[Fault]:
    """The last year does not lie before the first."""
    first, last = written.get("from"), written.get("to")
    if isinstance(first, int) and isinstance(last, int) and last < first:
        yield Fault("to lies before from", ("to",), expected=f"{first} or later")


def _is_one(name: object, names: Collection[str]) -> bool:
    """Whether this is one of some names; what else may be written there is told elsewhere."""
    return isinstance(name, str) and name in names


def _selected(written: Written, verb: str, key: str) -> Iterator[tuple[Location, str]]:
    """The names under a key of a selection, each with the keys that lead to it."""
    selection = written[verb]
    for location, name in texts(selection.get(key) if isinstance(selection, dict) else None):
        yield (verb, key, *location), name


def same_names(items: Sequence[object], key: str, two: str) -> Iterator[Fault]:
    """Items of the list under a key that have the name of an earlier one, called `two`."""
    first_with: dict[str, int] = {}
    for position, item in enumerate(items):
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str):
            continue
        if name in first_with:
            message = f"{two} with the same name; the other is in {{other}}"
            yield Fault(message, (key, position, "name"), other=(key, first_with[name], "name"))
        first_with.setdefault(name, position)


def texts(value: object) -> Iterator[tuple[tuple[int, ...], str]]:
    """A text, or each text of a list, with its position."""
    for position, item in enumerate(value if isinstance(value, list | tuple) else [value]):
        if isinstance(item, str):
            yield (position,), item


def _and(names: Sequence[str], word: str = "and") -> str:
    *others, last = names or [""]
    return f"{', '.join(others)} {word} {last}" if others else last
