"""The YAML text as a tree in which every key and every value knows its place.

YAML hides traps that a planner cannot see: an unquoted ``0301`` is the number
301, a key written twice keeps one of its values, an empty value is null. They
are found here, once, for the whole language, before any meaning is looked for.
A scalar that was refused stays in the tree as `BROKEN`, so that the rest of the
file can still be checked and the same fault is not reported twice.
"""

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from projector.errors import HIDDEN, Problem, hidden_in

__all__ = [
    "BROKEN",
    "BROKEN_KEY",
    "Broken",
    "Entry",
    "Items",
    "Located",
    "Map",
    "Node",
    "Place",
    "Scalar",
    "build_tree",
]


@dataclass(frozen=True, order=True)
class Place:
    """A position in a text file; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


Located = tuple[Place, Problem]
"""A problem and where it sorts."""


class Broken:
    """Stands for a value that was refused; its fault has been reported."""


BROKEN: Final = Broken()
BROKEN_KEY: Final = Broken()
"""Stands for the value of a key that was refused."""


@dataclass(frozen=True)
class Scalar:
    """One value: what it means, and the text that was written."""

    place: Place
    value: object
    text: str


@dataclass(frozen=True)
class Entry:
    """A value under a key, and where the key stands."""

    key_place: Place
    node: "Node"


@dataclass(frozen=True)
class Map:
    """Values by key, in the order they were written; a key is a text or a whole number."""

    place: Place
    entries: dict[str | int, Entry]


@dataclass(frozen=True)
class Items:
    """A list."""

    place: Place
    nodes: tuple["Node", ...]


Node = Scalar | Map | Items

_TAG = "tag:yaml.org,2002:"
_MAX_DEPTH = 40  # the language needs 8; more would end in a RecursionError
_MOST_NODES = 50_000
"""Keys and values of a file, those that anchors repeat counted each time."""

_DECIMAL = re.compile(r"[+-]?[0-9][0-9_]*(\.[0-9_]*)?([eE][+-]?[0-9]+)?|[+-]?\.[0-9]+")
_LEADING_ZERO = re.compile(r"[+-]?0[0-9_]+")
_LONGEST_TEXT = 20_000
_LONGEST_WHOLE_NUMBER = 18
_LONGEST_NUMBER = 24  # -1.2345678901234567e-308: what a run writes can be read again
_PROSE = ("source", "description")
"""Keys whose text may hold commas even between braces, where YAML ends a text at a comma."""
_NAMES = ("scenario", "name")
"""Keys whose text stands in headings, tables and lists."""


_FOLD = "\a"
"""What ruamel.yaml puts into a folded text where its lines meet, to write them so again."""


def compose(text: str) -> Any:
    """Root node of ruamel.yaml's round-trip tree, or None for an empty file."""
    yaml = YAML(typ="rt")
    yaml.max_depth = _MAX_DEPTH
    yaml.composer.warn_double_anchors = False  # YAML 1.2 lets an anchor be set again
    return yaml.compose(text)


def build_tree(root: Any, file: str) -> tuple[Node, list[Located]]:
    """Turn a composed YAML node into a tree with places.

    Parameters
    ----------
    root
        The node that `compose` gave.
    file
        Name of the file, as messages show it.

    Returns
    -------
    tuple
        The tree and all problems found on the way.
    """
    builder = _Builder(file)
    return builder.node(root), builder.problems


class _Builder:
    """Walks the nodes of one file and collects its problems."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Located] = []
        self._open: list[int] = []
        self._built = 0
        self._overflowing = False

    def node(self, node: Any) -> Node:
        if id(node) in self._open:
            return self._refuse(node, "an anchor holds itself")
        self._built += 1
        if self._built > _MOST_NODES or len(self._open) > _MAX_DEPTH:
            return self._too_much(node)
        self._open.append(id(node))
        try:
            return self._build(node)
        finally:
            self._open.pop()

    def _too_much(self, node: Any) -> Scalar:
        """What anchors make too many or too deep, though the file is short; told once."""
        if not self._overflowing:
            self._overflowing = True
            message = "the file nests too deeply, anchors followed"
            if self._built > _MOST_NODES:
                message = f"the file holds more than {_MOST_NODES:,} values, anchors followed"
            self._report(self._place(node), message)
        return Scalar(self._place(node), BROKEN, "")

    def _build(self, node: Any) -> Node:
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if isinstance(node, SequenceNode) and node.tag == _TAG + "seq":
            return Items(self._place(node), tuple(self.node(item) for item in node.value))
        if isinstance(node, MappingNode) and node.tag == _TAG + "map":
            return Map(self._place(node), self._entries(node))
        return self._refuse(node, f"the tag {node.tag} is not part of the language", node.tag)

    def _entries(self, node: Any) -> dict[str | int, Entry]:
        entries: dict[str | int, Entry] = {}
        last: str | int = ""
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if _has_no_colon(key_node, value_node):
                self._continue_prose(entries, last, key_node)
                continue
            if value_node.tag == _TAG + "null":
                self._report(place, "empty value; write one, or leave the key out")
                value: Node = Scalar(place, BROKEN, value_node.value)
            else:
                value = self.node(value_node)
            key = self._key(key_node)
            if key in _NAMES and isinstance(value, Scalar) and "\n" in str(value.value):
                self._report(value.place, "a name goes on one line", value.text)
                value = Scalar(value.place, BROKEN, value.text)
            if key is None:
                entries[str(place)] = _refused(place)
            elif key in entries:
                first = entries[key].key_place.line
                message = f"the key is written twice; first in line {first}"
                self._report(place, message, found=str(key))
            else:
                entries[key] = Entry(place, value)
                last = key
        return entries

    def _continue_prose(self, entries: dict[str | int, Entry], last: str | int, node: Any) -> None:
        """Put the part after a comma back to the prose it was cut from."""
        text = unicodedata.normalize("NFC", node.value)
        if (hidden := hidden_in(text)) is not None:
            self._refuse(node, HIDDEN, f"{text[hidden]!a} in '{text}'")
            return
        before = entries[last].node if last in _PROSE else None
        if isinstance(before, Scalar):
            whole = f"{before.text}, {text}"
            entries[last] = replace(entries[last], node=Scalar(before.place, whole, whole))
            return
        place = self._place(node)
        message = "no colon here; if the comma before it belongs to a text, quote the text"
        self._report(place, message, found=text)
        entries[str(place)] = _refused(place)

    def _key(self, node: Any) -> str | int | None:
        """The key, or None after reporting what is wrong with it."""
        place = self._place(node)
        if not isinstance(node, ScalarNode):
            self._report(place, "a key is a name or a year; a map or list stands here")
            return None
        if node.tag == _TAG + "merge":
            self._report(place, "'<<' is not part of the language; use extends")
            return None
        scalar = self._scalar(node)
        if isinstance(scalar.value, str) and "\n" in scalar.value:
            self._report(place, "a key goes on one line", scalar.text)
            return None
        if isinstance(scalar.value, str | int) and not isinstance(scalar.value, bool):
            return scalar.value
        if not isinstance(scalar.value, Broken):
            message = f"a key is a name or a year; put '{scalar.text}' in quotes if it is a name"
            self._report(place, message, found=scalar.text)
        return None

    def _scalar(self, node: Any) -> Scalar:
        text = unicodedata.normalize("NFC", node.value)
        if node.style == ">":
            text = text.replace(_FOLD, "")
        place = self._place(node)
        if (hidden := hidden_in(text)) is not None:
            return self._refuse(node, HIDDEN, f"{text[hidden]!a} in '{text}'")
        if len(text) > _LONGEST_TEXT:
            return self._refuse(node, "the text is too long", f"{len(text):,} characters")
        text = text.replace("\N{NO-BREAK SPACE}", " ")
        match node.tag.removeprefix(_TAG):
            case "str":
                return Scalar(place, text.strip(), text)
            case "bool":
                return Scalar(place, text.lower() == "true", text)
            case "int" | "float":
                return self._number(place, text)
            case "null":
                message = "empty value; write one, or leave the key out"
            case "timestamp":
                message = (
                    f"{text} is read as a date; a year is four digits, and a text needs quotes"
                )
            case "merge":
                message = f"put '{text}' in quotes"
            case _:
                message = f"the tag {node.tag} is not part of the language"
        return self._refuse(node, message, text or None)

    def _number(self, place: Place, text: str) -> Scalar:
        if _LEADING_ZERO.fullmatch(text):
            message = (
                f"codes are text: write '{text}'; without quotes it is read as a number and "
                "loses its first zero"
            )
        elif not _DECIMAL.fullmatch(text):
            message = f"{text} is not a finite decimal number; put a code in quotes"
        elif len(text) > (_LONGEST_NUMBER if "." in text else _LONGEST_WHOLE_NUMBER):
            message = "the number has too many digits"
        else:
            digits = text.replace("_", "")
            number = int(digits) if digits.lstrip("+-").isdigit() else float(digits)
            if math.isfinite(number):
                return Scalar(place, number, text)
            message = "the number is too large"
        self._report(place, message, found=text)
        return Scalar(place, BROKEN, text)

    def _refuse(self, node: Any, message: str, found: str | None = None) -> Scalar:
        place = self._place(node)
        self._report(place, message, found)
        return Scalar(place, BROKEN, found or "")

    def _place(self, node: Any) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def _report(self, place: Place, message: str, found: str | None = None) -> None:
        self.problems.append((place, Problem(str(place), message, found)))


def _refused(place: Place) -> Entry:
    """What stands under a key that was refused."""
    return Entry(place, Scalar(place, BROKEN_KEY, ""))


def _has_no_colon(key: Any, value: Any) -> bool:
    """Whether something between braces is a key to YAML only because it follows a comma."""
    at_key_end: bool = value.start_mark.index == value.end_mark.index == key.end_mark.index
    return at_key_end and isinstance(key, ScalarNode)
