"""What differs in the assumptions of runs: value by value, and the input tables they read."""

from collections.abc import Sequence
from dataclasses import dataclass

from projector.compare.sides import Side
from projector.report.assumptions import Keys
from projector.tables import unique

__all__ = ["Differing", "Said", "Tables", "differing", "tables"]

_TOLD_ABOVE = ("scenario", "description", "inputs")
"""What names a run, and its tables, of which the contents are compared."""


@dataclass(frozen=True)
class Said:
    """What a scenario says: a value, and the file and line that set it."""

    value: str
    place: str


@dataclass(frozen=True)
class Differing:
    """A value that is not the same in all scenarios.

    Parameters
    ----------
    keys
        The keys that lead to it.
    said
        What each side says; None of one that does not say it.
    """

    keys: Keys
    said: tuple[Said | None, ...]


@dataclass(frozen=True)
class Tables:
    """An input table that is not the same in all runs: SHA-256 for each side that read it."""

    name: str
    digests: tuple[str | None, ...]


def differing(sides: Sequence[Side]) -> list[Differing]:
    """Values of the scenarios that differ, whichever file they are written in.

    Parameters
    ----------
    sides
        At least one.

    Returns
    -------
    list of Differing
        In the order of the scenarios. A value that is the same from another line does not differ.
    """
    said = [
        {
            one.keys: Said(one.value, one.place)
            for one in side.assumptions
            if one.keys[0] not in _TOLD_ABOVE
        }
        for side in sides
    ]
    found = []
    for keys in unique(key for own in said for key in own):
        by_side = tuple(own.get(keys) for own in said)
        if len({None if one is None else one.value for one in by_side}) > 1:
            found.append(Differing(keys, by_side))
    return found


def tables(sides: Sequence[Side]) -> list[Tables]:
    """Input tables with other contents, or that only some of the runs read.

    Parameters
    ----------
    sides
        At least one.

    Returns
    -------
    list of Tables
        By table and file name.
    """
    read = [side.inputs for side in sides]
    found = []
    for name in unique(key for own in read for key in own):
        digests = tuple(own.get(name) for own in read)
        if len(set(digests)) > 1:
            found.append(Tables(name, digests))
    return found
