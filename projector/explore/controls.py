"""Controls: what of a scenario can be moved on the page, and what moving it writes."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from projector.errors import Problem, UsageError
from projector.explore.ranges import Range
from projector.explore.written import Edit
from projector.outputs.words import Language, number, word
from projector.scenario.numbers import NUMBER_PATTERN
from projector.tables import SETTINGS

__all__ = [
    "GROUPS",
    "Choice",
    "Control",
    "Names",
    "Slider",
    "Switch",
    "amount",
    "edits_of",
    "shown",
    "told",
]

GROUPS = ("changes", "beds", "exists", "use", "people", "staff", "supply", "rooms")
"""The order of the page."""

_LONGEST = 24
_NUMBER = re.compile(NUMBER_PATTERN)
Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Control:
    """Something that can be moved.

    Parameters
    ----------
    key
        Its name between page and server: it stays as long as the scenario is the same.
    group
        One of `GROUPS`.
    title, label
        What it is of, and what of that.
    value
        As it is now, in the text of the page.
    place, source, basis
        The file and line that set it, where it comes from, and what that is worth: the end of a
        key ``explore basis ...`` of the catalogue.
    stated
        Whether the scenario says it, and not only the inputs.
    note
        What else a reader should know.
    """

    key: str
    group: str
    title: str
    label: str
    value: str
    place: str
    source: str
    basis: str
    stated: bool
    note: str


@dataclass(frozen=True)
class Slider(Control):
    """A number; `write` gives what another one is written as."""

    reach: Range
    write: Callable[[float | int | str], Sequence[Edit]]
    kind: str = "slider"

    def text(self, value: float) -> str:
        """A number as the slider has it."""
        return shown(value, self.reach.percent)


@dataclass(frozen=True)
class Switch(Control):
    """On or off; `off` is what off is written as."""

    off: Sequence[Edit]
    kind: str = "switch"


@dataclass(frozen=True)
class Choice(Control):
    """One of some words; `write` gives what another one is written as."""

    choices: tuple[tuple[str, str], ...]
    write: Callable[[str], Sequence[Edit]]
    kind: str = "choice"


@dataclass(frozen=True)
class Names:
    """What things are called in a language: by the inputs, or by the catalogue."""

    language: Language
    inputs: Mapping[str, Mapping[str, Mapping[str, str]]]

    def word(self, key: str, **values: object) -> str:
        """A text of the page's own part of the catalogue."""
        return word(f"explore {key}", self.language, **values)

    def of(self, kind: str, key: str) -> str:
        """What a diagnosis, resource, profession or competence is called."""
        return self.inputs.get(kind, {}).get(key, {}).get(self.language, key)

    def called(self, key: str) -> str:
        """The name of whatever has this key; the key itself where nothing has."""
        if key in SETTINGS:
            return word(key, self.language)
        for kind in ("resource", "profession", "competence", "diagnosis"):
            if key in self.inputs.get(kind, {}):
                return self.of(kind, key)
        try:
            return word(f"explore key {key}", self.language)
        except KeyError:
            return key

    def bed(self, key: str) -> str:
        """A setting or resource with beds: a resource goes before a setting of the same key."""
        return (
            self.of("resource", key) if key in self.inputs.get("resource", {}) else self.called(key)
        )


def shown(value: float, percent: bool) -> str:
    """A number in the text of the page."""
    return f"{100 * value if percent else value:.10g}"


def told(value: float, percent: bool, language: Language) -> str:
    """The same number for a reader, in the form of the language."""
    text = shown(value, percent)
    exponent = int(Decimal(text).as_tuple().exponent)
    return number(float(text), language, max(-exponent, 0))


def amount(text: str, percent: bool) -> float | int | str:
    """A number of the page as a scenario has it.

    Raises
    ------
    ValueError
        If it is no plain number.
    """
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        raise ValueError(text)
    if percent:
        return f"{text} %"
    return float(text) if "." in text else int(text)


def edits_of(controls: Mapping[str, Control], moved: Mapping[str, str]) -> list[Edit]:
    """What the page has changed, in the order of the controls; switches after all others.

    Parameters
    ----------
    controls
        By key.
    moved
        Texts of the page by key of the control.

    Raises
    ------
    UsageError
        With every key and text that the page cannot have sent.
    """
    edits: list[Edit] = []
    switched: list[Edit] = []
    problems = [
        Problem(f"control {key!r}", "the page has no such control")
        for key in moved
        if key not in controls
    ]
    for key, control in controls.items():
        if key not in moved:
            continue
        text = moved[key]
        match control:
            case Slider():
                try:
                    edits += control.write(amount(text, control.reach.percent))
                except ValueError:
                    where = f"{control.title}: {control.label}"
                    expected = "a number, such as 12 or 0.85"
                    problems.append(Problem(where, "this is not a number", repr(text), expected))
            case Switch() if text in ("on", "off"):
                switched += control.off if text == "off" else ()
            case Choice() if text in dict(control.choices):
                edits += control.write(text)
            case _:
                problems.append(Problem(control.title, "no such choice", repr(text)))
    if problems:
        raise UsageError(problems)
    return edits + switched
