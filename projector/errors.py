"""What can go wrong, said so that a planner can mend it.

Every fault is a `Problem`: where it is, what was found, what was expected and
the nearest valid name. A `ProjectorError` carries all problems that were found
at once and the exit code of the command.
"""

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
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
    "nearest_name",
    "same_names",
]


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
        """The problem as one line: ``where: message (found …; expected …). Did you mean …?``."""
        details = [
            f"{word} {text}"
            for word, text in (("found", self.found), ("expected", self.expected))
            if text is not None
        ]
        line = f"{self.where}: {self.message}"
        if details:
            line += f" ({'; '.join(details)})"
        if self.nearest is not None:
            line += f". Did you mean '{self.nearest}'?"
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
    if name.strip().isdigit():
        bare = name.strip().lstrip("0")
        return next((code for code in allowed if code.lstrip("0") == bare), None)
    by_folded = {_folded(candidate): candidate for candidate in allowed}
    matches = difflib.get_close_matches(_folded(name), list(by_folded), n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else None
