"""What a scenario assumes, read back from its resolved text: keys, value, file and line, source."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

__all__ = ["Assumption", "assumptions_of"]

Keys = tuple[str, ...]

_CHOICES = frozenset({"scenario", "description", "inputs", "regions", "years", "uncertainty"})
"""Sections that say what is looked at, not how the world is."""

_AS_ABOVE = "as above"


@dataclass(frozen=True)
class Assumption:
    """One value of a scenario.

    Parameters
    ----------
    keys
        The keys that lead to it; an item of a list goes by its name, or else its number.
    value
        As one writes it in a scenario, on one line.
    place
        File and line that set it; several where the years of a value come from several.
    source
        What the scenario says of where it comes from: at the value or at the nearest section
        around it; empty where it does not say.
    items
        The value item by item, where it is a list of texts.
    """

    keys: Keys
    value: str
    place: str
    source: str
    items: tuple[str, ...] = ()

    @property
    def basis(self) -> str:
        """What it rests on, by what its source says.

        ``choice`` of what to look at, ``unstated``, ``assumption`` (the source says no more than
        that), ``partly`` (an assumption is part of it) or ``source``.
        """
        said = self.source.lower()
        if not said:
            return "choice" if self.keys[0] in _CHOICES else "unstated"
        if said.startswith("assumption"):
            return "assumption"
        return "partly" if "assumption" in said else "source"


def assumptions_of(resolved: str) -> tuple[Assumption, ...]:
    """Every value of a resolved scenario.

    Parameters
    ----------
    resolved
        The attribute ``scenario_resolved`` of results: YAML in which every line with a value
        ends in ``# file:line``.

    Returns
    -------
    tuple of Assumption
        In the order of the text; values over years and distributions are one each.
    """
    tree = YAML(typ="rt").load(resolved)
    found: list[Assumption] = []
    for one in _below(tree, (), ""):
        above = next((old.source for old in reversed(found) if old.source), "")
        as_above = one.source.lower() == _AS_ABOVE
        found.append(replace(one, source=above) if as_above else one)
    return tuple(found)


def _below(node: CommentedMap, keys: Keys, source: str) -> Iterator[Assumption]:
    own = node.get("source", source)
    source = _written(own) if isinstance(own, str) else source
    for key, value in node.items():
        if key in ("source", "name") and isinstance(value, str):
            continue
        yield from _one(node, key, value, (*keys, str(key)), source)


def _one(
    parent: CommentedMap, key: object, value: object, keys: Keys, source: str
) -> Iterator[Assumption]:
    if isinstance(value, CommentedSeq) and any(isinstance(one, CommentedMap) for one in value):
        for place, one in enumerate(value, start=1):
            if isinstance(one, CommentedMap):
                yield from _below(one, (*keys, str(one.get("name", place))), source)
        return
    if isinstance(value, CommentedMap) and value and not _over_years(value):
        yield from _below(value, keys, source)
        return
    places = tuple(dict.fromkeys(_places(parent, key, value)))
    items = tuple(map(str, value)) if isinstance(value, CommentedSeq) else ()
    yield Assumption(keys, _written(value), ", ".join(places), source, items)


_DISTRIBUTIONS = frozenset({"normal", "lognormal", "triangular", "uniform", "interval"})


def _over_years(value: CommentedMap) -> bool:
    """Whether a map is one value: numbers by year, a rate, or a distribution."""
    keys = set(value)
    return all(isinstance(key, int) for key in keys - {"annual"}) or bool(keys & _DISTRIBUTIONS)


def _written(value: object) -> str:
    if isinstance(value, CommentedMap):
        return "{" + ", ".join(f"{key}: {_written(part)}" for key, part in value.items()) + "}"
    if isinstance(value, CommentedSeq):
        return "[" + ", ".join(_written(part) for part in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)


def _places(parent: CommentedMap | CommentedSeq, key: object, value: object) -> Iterator[str]:
    """``file:line`` of a value, from the comments at the end of its lines."""
    if isinstance(value, CommentedMap) and value:
        for below, part in value.items():
            yield from _places(value, below, part)
    elif isinstance(value, CommentedSeq) and value:
        for below, part in enumerate(value):
            yield from _places(value, below, part)
    else:
        tokens = parent.ca.items.get(key, ())
        said = [one.value for one in tokens if hasattr(one, "value")]
        # Comments of what follows may hang on the same token: the first line is this value's.
        yield from (text.split("\n")[0].lstrip("# ").strip() for text in said)
