"""What can go wrong, said so that a planner can mend it.

Every fault is a `Problem`: where it is, what was found, what was expected and
the nearest valid name. A `ProjectorError` carries all problems that were found
at once and the exit code of the command.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "HIDDEN",
    "ClusterError",
    "ConsistencyError",
    "FetchError",
    "InfeasibleError",
    "InputsError",
    "Problem",
    "ProjectorError",
    "ResultsError",
    "ScenarioError",
    "UsageError",
    "hidden_in",
    "nearest_name",
    "printable",
    "same_names",
]

_MOST_PLACE, _MOST_MESSAGE, _MOST_FOUND, _MOST_EXPECTED = 1000, 600, 160, 1500
"""Characters that are shown of each part of a problem: a message is read on a screen."""

_LONGEST_NAME = 200
"""Longer texts are no slips of the pen for a name."""

_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Classes of characters that move the cursor, break the line, turn what follows around, or show
nothing."""


HIDDEN = "a character that cannot be seen; delete it"
"""What is told of the place that `hidden_in` finds."""

_HIDDEN = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff"
    "\ud800-\udfff]"
)
_REMNANTS = re.compile("[ÂÃ][\x80-\x9f]")
"""What is left of a letter in a wrong encoding, which is told elsewhere."""


def hidden_in(text: str) -> int | None:
    """The position of the first character that a name cannot have, or None.

    These are control characters but tab and line feed, breaks of a line that programs do not agree
    on, letters without width, halves of a letter, and marks that turn the direction of writing:
    what holds one of them is not what it seems to be.
    """
    if text.isascii() and text.isprintable():
        return None
    for match in _HIDDEN.finditer(text):
        at = match.start()
        if at == 0 or _REMNANTS.match(text, at - 1) is None:
            return at
    return None


def printable(text: str, most: int | None = None) -> str:
    r"""A text of a file as it can be shown: on one line, and without power over the screen.

    Parameters
    ----------
    text
        Any text.
    most
        The most characters to show; the middle of a longer text is left out, and said so.

    Returns
    -------
    str
        With control characters, line breaks and marks that turn the direction of writing as
        escapes such as ``\x1b``.
    """
    shown = text
    if most is not None and len(text) > most:
        half = most // 2
        shown = f"{text[:half]} … {text[-half // 2 :]} ({len(text)} characters)"
    if shown.isascii() and shown.isprintable():
        return shown
    return "".join(
        ascii(letter)[1:-1] if unicodedata.category(letter) in _UNPRINTABLE else letter
        for letter in shown
    )


@dataclass(frozen=True)
class Problem:
    """One fault in one place.

    Parameters
    ----------
    where
        ``file:line:column`` of a text file, ``file, cell B7`` or a similar
        place that the reader can go to.
    message
        One sentence: what is wrong.
    found, expected
        What stood there, and what may stand there.
    nearest
        The valid name that looks most like the one found.
    """

    where: str
    message: str
    found: str | None = None
    expected: str | None = None
    nearest: str | None = None

    def __str__(self) -> str:
        """The problem as one line: ``where: message (found …; expected …). Did you mean …?``.

        What a file holds is shown by `printable`, and long texts are cut.
        """
        details = [
            f"{word} {printable(text, most)}"
            for word, text, most in (
                ("found", self.found, _MOST_FOUND),
                ("expected", self.expected, _MOST_EXPECTED),
            )
            if text is not None
        ]
        line = f"{printable(self.where, _MOST_PLACE)}: {printable(self.message, _MOST_MESSAGE)}"
        if details:
            line += f" ({'; '.join(details)})"
        if self.nearest is not None:
            line += f". Did you mean '{printable(self.nearest, _MOST_FOUND)}'?"
        return line


class ProjectorError(Exception):
    """Base of all faults that are the input's, not the program's."""

    exit_code = 1

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class ClusterError(ProjectorError):
    """The workers of a cluster cannot do what they are asked."""

    exit_code = 1


class FetchError(ProjectorError):
    """A service on the network cannot be reached, or answers wrongly."""

    exit_code = 1


class UsageError(ProjectorError):
    """The command was asked for something that it must not do."""

    exit_code = 2


class ScenarioError(ProjectorError):
    """The scenario file is wrong."""

    exit_code = 3


class InputsError(ProjectorError):
    """A table of the inputs is wrong."""

    exit_code = 4


class ConsistencyError(ProjectorError):
    """Scenario and inputs are each right, but do not fit together or break a law of the model."""

    exit_code = 5


class InfeasibleError(ProjectorError):
    """What was asked for cannot be reached within its bounds."""

    exit_code = 6


class ResultsError(ProjectorError):
    """The results of an earlier run are damaged, or are not what their scenario gives."""

    exit_code = 7


def _folded(name: str) -> str:
    """Lower case, composed accents, one space: how names are compared for likeness."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().replace("_", " ").split())


def same_names(name: str, known: Iterable[str]) -> list[str]:
    """The known names that somebody means by `name`: that very one, else all that read the same.

    Parameters
    ----------
    name
        What was written.
    known
        The valid names.

    Returns
    -------
    list of str
        `name` itself where it is known; else those that differ in nothing but capitals, spaces
        and how accents are stored; none where there are none.
    """
    names = list(known)
    if name in names:
        return [name]
    return [one for one in dict.fromkeys(names) if _folded(one) == _folded(name)]


def nearest_name(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name that looks most like `name`, or None when none is near.

    Parameters
    ----------
    name
        What was written.
    allowed
        The valid names.

    Returns
    -------
    str or None
        The best match by difflib's ratio on case-folded text, at least 0.6. Of a code in figures
        only one that differs by zeros in front: codes that look alike are of other places.
    """
    if len(name) > _LONGEST_NAME:
        return None
    if name.strip().isdigit():
        bare = name.strip().lstrip("0")
        return next((code for code in allowed if code.lstrip("0") == bare), None)
    by_folded = {_folded(candidate): candidate for candidate in allowed}
    matches = difflib.get_close_matches(_folded(name), list(by_folded), n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else None
