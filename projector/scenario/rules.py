"""Rules between the keys of one map.

Each rule sees the map as it was written and yields what does not go together. It
passes over values of the wrong kind: those are reported where they stand.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from projector.scenario.faults import KEY, Fault, FaultsError
from projector.scenario.parsing import Ages, parse_ages
from projector.tables import BED_SETTINGS

__all__ = [
    "added_rule",
    "calibration_rule",
    "capacity_rule",
    "change_rule",
    "changes_rule",
    "fertility_rule",
    "growth_rule",
    "inputs_rule",
    "selection_rule",
    "years_rule",
]

Written = dict[Any, Any]

_VERBS = ("avoid", "shift", "shorten")
_BELONGS_TO = {"to": "shift", "exchange": "shift", "days": "shift", "adds": "avoid"}


def years_rule(written: Written) -> Iterator[Fault]:
    """The end does not lie before the base year."""
    base, end = written.get("base"), written.get("end")
    if isinstance(base, int) and isinstance(end, int) and end < base:
        yield Fault("the end lies before the base year", ("end",), expected=f"{base} or later")


def inputs_rule(written: Written) -> Iterator[Fault]:
    """Only population is read from several files."""
    for table, files in written.items():
        if isinstance(files, list | tuple) and table != "population":
            yield Fault("a list of files is possible for population only", (table,))


def calibration_rule(written: Written) -> Iterator[Fault]:
    """Calibration needs at least one step of a year."""
    first, last = written.get("from"), written.get("to")
    if isinstance(first, int) and isinstance(last, int) and last <= first:
        yield Fault("to does not lie after from", ("to",), expected=f"{first + 1} or later")


def fertility_rule(written: Written) -> Iterator[Fault]:
    """Fertility says how many children, or when."""
    if not written:
        yield Fault("fertility needs total or mean_age")


def growth_rule(written: Written) -> Iterator[Fault]:
    """Growth says something, and about each age once."""
    if "annual" not in written and "ages" not in written:
        yield Fault("growth needs annual or ages")
    bands: list[tuple[Any, Ages]] = []
    ages = written.get("ages")
    for key in ages if isinstance(ages, dict) else ():
        try:
            bands.append((key, parse_ages(key)))
        except FaultsError:
            continue  # reported at the key
    for (first, one), (second, another) in combinations(bands, 2):
        if one.overlaps(another):
            message = f"these ages overlap {first} in {{other}}"
            yield Fault(message, ("ages", second, KEY), other=("ages", first))


def selection_rule(written: Written) -> Iterator[Fault]:
    """A selection selects something."""
    if not written:
        message = "an empty selection"
        yield Fault(message, expected="diagnosis, setting, ages, sex or region")


def changes_rule(written: Written) -> Iterator[Fault]:
    """Changes have different names."""
    changes = written.get("changes")
    first_with: dict[str, int] = {}
    for position, change in enumerate(changes if isinstance(changes, list | tuple) else ()):
        name = change.get("name") if isinstance(change, dict) else None
        if not isinstance(name, str):
            continue
        if name in first_with:
            yield Fault(
                "two changes with the same name; the other is in {other}",
                ("changes", position, "name"),
                other=("changes", first_with[name], "name"),
            )
        first_with.setdefault(name, position)


def change_rule(written: Written) -> Iterator[Fault]:
    """A change is one of avoid, shift and shorten, with the keys that belong to it."""
    verbs = [verb for verb in _VERBS if verb in written]
    if not verbs:
        yield Fault("a change needs one of avoid, shift and shorten")
    for verb in verbs[1:]:
        message = f"a change is only one of avoid, shift and shorten; {verbs[0]} is in {{other}}"
        yield Fault(message, (verb, KEY), other=(verbs[0],))
    for key, verb in _BELONGS_TO.items():
        if key in written and verbs and verb not in verbs:
            yield Fault(f"{key} belongs to {verb}, not to {verbs[0]}", (key, KEY))
    if "shift" in verbs:
        yield from _shift_faults(written)
    if "shorten" in verbs:
        for location, setting in _settings(written, "shorten"):
            if setting not in BED_SETTINGS:
                yield Fault("stays here have no nights to shorten", location)


def _shift_faults(written: Written) -> Iterator[Fault]:
    if "to" not in written:
        yield Fault("missing key 'to': the setting that contacts are shifted to")
    origins = list(_settings(written, "shift"))
    selection = written["shift"]
    if isinstance(selection, dict) and selection and "setting" not in selection:
        message = "missing key 'setting': the setting that contacts are shifted from"
        yield Fault(message, ("shift",))
    if written.get("to") in [setting for _, setting in origins]:
        yield Fault("contacts cannot be shifted to the setting they come from", ("to",))
    yield from _nights_faults(written, written.get("to"))


def _nights_faults(written: Written, setting: object) -> Iterator[Fault]:
    if "days" in written and isinstance(setting, str) and setting not in BED_SETTINGS:
        yield Fault(f"{setting} has no nights, so no days either", ("days", KEY))


def added_rule(written: Written) -> Iterator[Fault]:
    """Only stays with nights have days."""
    yield from _nights_faults(written, written.get("setting"))


def _settings(written: Written, verb: str) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The settings of a selection, each with the keys that lead to it."""
    selection = written[verb]
    setting = selection.get("setting") if isinstance(selection, dict) else None
    for position, item in enumerate(setting if isinstance(setting, list | tuple) else [setting]):
        if isinstance(item, str):
            yield (verb, "setting", position), item


def capacity_rule(written: Written) -> Iterator[Fault]:
    """Beds of a setting are sized by occupancy or by overflow."""
    occupancy, overflow = written.get("occupancy"), written.get("overflow")
    if isinstance(occupancy, dict) and isinstance(overflow, dict):
        for setting in overflow:
            if setting in occupancy:
                yield Fault(
                    "beds are sized by overflow or by occupancy; occupancy is set in {other}",
                    ("overflow", setting, KEY),
                    other=("occupancy", setting),
                )
