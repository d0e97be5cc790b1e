"""Faults found while a scenario takes on meaning, and how they find their place in the file.

A parse function raises `FaultsError`: each says what is wrong at a path of keys below
the value it was given. pydantic puts the keys above in front, and `located`
looks the whole path up in the tree. The path ends in `KEY` where the key itself
is wrong, not its value.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from projector.errors import Problem
from projector.scenario.tree import BROKEN_KEY, Broken, Items, Located, Map, Node, Place, Scalar

__all__ = ["KEY", "Collector", "Fault", "FaultsError", "find", "located", "validation_error"]

KEY: Final = "[key]"
_EXPECTED_KINDS = {"dict_type": "a map", "tuple_type": "a list"}
Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """What is wrong at one place below a value.

    Parameters
    ----------
    message
        One sentence; ``{found}`` in it stands for the text that was written and
        ``{other}`` for the place of `other`.
    location
        Keys and list positions that lead to the place.
    expected, nearest
        What may stand there, and the valid name that looks most like the one found.
    other
        Keys that lead to a second place, below the same value.
    """

    message: str
    location: Location = ()
    expected: str | None = None
    nearest: str | None = None
    other: Location | None = None

    def under(self, location: Location) -> "Fault":
        """The same fault seen from further up."""
        other = None if self.other is None else location + self.other
        return replace(self, location=location + self.location, other=other)


class FaultsError(ValueError):
    """All faults of one value."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.message for fault in faults))


class Collector:
    """Gathers the faults of the parts of a value, to raise them together."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    @contextmanager
    def under(self, *location: str | int) -> Iterator[None]:
        """Catch the faults of one part and note which part it was."""
        try:
            yield
        except FaultsError as error:
            self.faults += [fault.under(location) for fault in error.faults]

    def finish(self) -> None:
        """Raise what was gathered, if anything was."""
        if self.faults:
            raise FaultsError(*self.faults)


def validation_error(
    faults: Sequence[Fault],
    others: ValidationError | None = None,
    not_missing: Collection[str] = (),
) -> ValidationError:
    """The faults as pydantic's error, together with those that pydantic found itself.

    Keys of `not_missing` are there, but misspelt, which is reported already.
    """
    found = [
        InitErrorDetails(type=_error_type(fault), loc=fault.location, input=None)
        for fault in faults
    ]
    for details in others.errors(include_url=False, include_input=False) if others else ():
        kind = details["type"]
        if kind == "missing" and details["loc"][0] in not_missing and len(details["loc"]) == 1:
            continue
        fault = details["ctx"]["fault"] if kind == "fault" else None
        found.append(
            InitErrorDetails(
                type=kind if fault is None else _error_type(fault), loc=details["loc"], input=None
            )
        )
    return ValidationError.from_exception_data("scenario", found)


def _error_type(fault: Fault) -> PydanticCustomError:
    return PydanticCustomError("fault", "{message}", {"message": fault.message, "fault": fault})


def find(tree: Node, location: Location) -> tuple[Place, Node, Location]:
    """Walk down the tree as far as it goes.

    Returns
    -------
    tuple
        Place of the last key (or list item), the node there, and the part of
        `location` that the tree does not have.
    """
    place = tree.place
    for depth, step in enumerate(location):
        if isinstance(tree, Map) and (key := _key_in(tree, step)) is not None:
            place, tree = tree.entries[key].key_place, tree.entries[key].node
        elif isinstance(tree, Items) and isinstance(step, int) and step < len(tree.nodes):
            tree = tree.nodes[step]
            place = tree.place
        elif step != 0:  # one value stands for a list of one
            return place, tree, location[depth:]
    return place, tree, ()


def _key_in(tree: Map, step: str | int) -> str | int | None:
    """The key as the tree has it: ages and years may be written as numbers."""
    if step in tree.entries:
        return step
    if isinstance(step, str) and step.isdecimal() and int(step) in tree.entries:
        return int(step)
    return None


def located(error: ValidationError, tree: Node) -> list[Located]:
    """Every fault of the error with its place; those of values already refused are left out."""
    problems = []
    for details in error.errors(include_url=False, include_input=False):
        location: Location = details["loc"]
        kind = details["type"]
        if kind == "missing":
            fault = Fault(f"missing key '{location[-1]}'")
        elif kind in _EXPECTED_KINDS:
            fault = Fault(f"{_EXPECTED_KINDS[kind]} is expected here")
        else:
            fault = details["ctx"]["fault"]
            above = location[: len(location) - len(fault.location)]
            fault = replace(fault, location=()).under(above)
        problem = _problem(fault, location, tree)
        if problem is not None:
            problems.append(problem)
    return problems


def _problem(fault: Fault, location: Location, tree: Node) -> Located | None:
    on_key = bool(location) and location[-1] == KEY
    place, node, _ = find(tree, location[:-1] if on_key else location)
    found = None
    if on_key:
        if isinstance(node, Scalar) and node.value is BROKEN_KEY:
            return None
        found = str(location[-2])
    elif isinstance(node, Scalar):
        if isinstance(node.value, Broken):
            return None
        place, found = node.place, node.text or None
    message = fault.message
    if fault.other is not None:
        message = message.replace("{other}", str(find(tree, fault.other)[0]))
    if found is not None and "{found}" in message:
        message = message.replace("{found}", found)
        found = None
    return place, Problem(str(place), message, found, fault.expected, fault.nearest)
