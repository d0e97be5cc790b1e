"""The uncertain assumptions of a scenario, each under a name that stays when others come and go.

An assumption is a value over years with a distribution in it. Its name is made of the keys that
lead to it. An item of a list is called by its `name`, or where it has none by what it is about
(its settings, and so on), and never by its place in the list: a change that is inserted above
leaves the names below as they are, and with them the draws.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from projector.scenario.parsing import Ages
from projector.scenario.values import Path

__all__ = ["SEPARATOR", "Assumption", "uncertain_assumptions", "with_paths"]

Location = tuple[str | int, ...]
Part = TypeVar("Part")

SEPARATOR = "/"
"""Stands between the keys of a name where it is written as one text."""

_ABOUT = ("setting", "after", "resource", "profession", "giver", "to", "sex", "region")
"""Fields that tell items without a name apart."""
_ABOUT_ALL = "all"
"""An item that says none of them."""


@dataclass(frozen=True)
class Assumption:
    """An uncertain value over years, and what it is called.

    Parameters
    ----------
    name
        The keys that lead to it, items of lists by what they are called.
    location
        The same keys with positions in lists, as `Scenario.paths` and `Scenario.where` have them.
    path
        The value.
    """

    name: tuple[str, ...]
    location: Location
    path: Path

    def __str__(self) -> str:
        """The name as one text, as correlations of a scenario may be written between."""
        return SEPARATOR.join(self.name)


def uncertain_assumptions(scenario: BaseModel) -> tuple[Assumption, ...]:
    """Every uncertain assumption, in the order of the models.

    Parameters
    ----------
    scenario
        A scenario, or a section of it.

    Returns
    -------
    tuple of Assumption
        Their names differ.
    """
    return tuple(found for found in _walk(scenario, (), ()) if found.path.is_uncertain)


def _walk(value: object, name: tuple[str, ...], location: Location) -> Iterator[Assumption]:
    if isinstance(value, Path):
        yield Assumption(name, location, value)
        return
    for called, key, part in _parts(value):
        yield from _walk(part, (*name, called), (*location, key))


def _parts(value: object) -> Iterator[tuple[str, str | int, Any]]:
    """What a part is called, its key, and the part itself."""
    match value:
        case BaseModel():
            for field, key in _written(value):
                yield key, key, getattr(value, field)
            for key, part in (value.model_extra or {}).items():
                yield key, key, part
        case dict():
            for key, part in value.items():
                yield str(key), str(key), part
        case tuple() if not isinstance(value, Ages):
            for (position, part), called in zip(enumerate(value), _item_names(value), strict=True):
                yield called, position, part


def _written(section: BaseModel) -> Iterator[tuple[str, str]]:
    """Fields that were written, each with its key in the file."""
    for field, info in type(section).model_fields.items():
        if field in section.model_fields_set:
            yield field, info.alias or field


def _item_names(items: tuple[object, ...]) -> list[str]:
    """What the items of a list are called; those that are called the same are counted."""
    names: list[str] = []
    same: Counter[str] = Counter()
    for item in items:
        about = getattr(item, "name", None) or " ".join(_about(item)) or _ABOUT_ALL
        again = same[about]
        names.append(f"{about} #{again + 1}" if again else about)
        begun = names[-1].split(" #")
        same.update(" #".join(begun[: end + 1]) for end in range(len(begun)))
    return names


def _about(item: object) -> Iterator[str]:
    written = item.model_fields_set if isinstance(item, BaseModel) else ()
    for field in _ABOUT:
        if field in written:
            said = getattr(item, field)
            yield from (said,) if isinstance(said, str) else said


def with_paths(section: Part, replace: Callable[[Location, Path], Any]) -> Part:
    """A section in which every value over years that was written is another.

    Parameters
    ----------
    section
        A scenario, or a part of it; left as it is.
    replace
        Gives what stands in place of a value, from the keys that lead to it and the value.

    Returns
    -------
    section
        Of the same kind, not validated anew; it knows the same file and places.
    """
    replaced: Part = _replaced(section, (), replace)
    return replaced


def _replaced(value: Any, location: Location, replace: Callable[[Location, Path], Any]) -> Any:
    match value:
        case Path():
            return replace(location, value)
        case BaseModel():
            parts = {
                field: _replaced(getattr(value, field), (*location, key), replace)
                for field, key in _written(value)
            }
            extra = {
                key: _replaced(part, (*location, key), replace)
                for key, part in (value.model_extra or {}).items()
            }
            return value.model_copy(update=parts | extra)
        case dict():
            return {
                key: _replaced(part, (*location, str(key)), replace) for key, part in value.items()
            }
        case tuple() if not isinstance(value, Ages):
            return tuple(
                _replaced(part, (*location, position), replace)
                for position, part in enumerate(value)
            )
    return value
