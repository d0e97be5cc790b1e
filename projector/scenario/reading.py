"""One scenario file read from disk, with syntax errors in plain words."""

import pathlib
import re

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from projector.errors import Problem, nearest_name
from projector.files import MOST_OF_A_SCENARIO, RefusedFileError, kind_of_file, read_regular
from projector.scenario.tree import Located, Map, Place, build_tree, compose

__all__ = ["parse_tree", "read_tree"]

_PLAIN_WORDS = {
    "mapping values are not allowed": "a colon stands where no key can be; check the indentation, "
    "or put the text in quotes if the colon belongs to it",
    "could not find expected ':'": "a colon is missing after a key",
    "expected ',' or '}'": "a comma is missing, or the '{{' of line {opened} is not closed",
    "expected ',' or ']'": "a comma is missing, or the '[' of line {opened} is not closed",
    "found unexpected end of stream": "the quotation mark of line {opened} is not closed",
    "expected <block end>": "the indentation does not fit the lines above, or a bracket is left "
    "over",
    "expected '<document start>'": "this does not belong to the map above",
    "expected the node content": "a value is missing, or a bracket or comma is left over",
    "sequence entries are not allowed": "a list with '-' starts on a line of its own",
    "expected (chomping|a comment or a line break)": "a text that starts with '|' or '>' "
    "needs quotes",
    "expected alphabetic or numeric": "a text that starts with '&', '*' or '!' needs quotes",
    r"found character '\\t'": "a tab; use spaces",
    "found character '(?P<character>.)'": "no text can start with '{character}'; put it in quotes",
    "found undefined alias '?(?P<alias>[^']*)'?": "the anchor '{alias}' that *{alias} refers to is "
    "not set anywhere above",
    "found another document": "a file holds one scenario; a second one starts here",
    "unknown escape character": "a backslash in double quotes starts an escape; use single quotes",
    "maximum depth": "the file is nested too deeply",
}
"""What ruamel.yaml says, as a pattern, and what a planner is told; the first match counts."""


def read_tree(path: pathlib.Path, file: str) -> tuple[Map | None, list[Located]]:
    """Read one file.

    Parameters
    ----------
    path
        The file.
    file
        Its name as messages show it.

    Returns
    -------
    tuple
        The top level map, or None where the file cannot be read at all, and the
        problems found.
    """
    content = _content(path, file)
    return parse_tree(content, file) if isinstance(content, bytes) else (None, [content])


def parse_tree(content: bytes, file: str) -> tuple[Map | None, list[Located]]:
    """Make a tree of what a file holds, or would hold.

    Parameters
    ----------
    content
        UTF-8 text.
    file
        The name that messages show.

    Returns
    -------
    tuple
        As of `read_tree`.
    """
    start = Place(file)
    text = _text(content, file)
    if not isinstance(text, str):
        return None, [text]
    try:
        root = compose(text)
    except YAMLError as error:
        return None, [_syntax_problem(error, text, file)]
    if root is None:
        return None, [_at(start, "the file is empty")]
    tree, problems = build_tree(root, file)
    if not isinstance(tree, Map):
        message = "a scenario is a map of keys; the first line is 'scenario: its name'"
        return None, [_at(start, message)]
    return Map(start, tree.entries), problems


def _content(path: pathlib.Path, file: str) -> bytes | Located:
    """What a file holds, or why it is not read."""
    start = Place(file)
    if kind_of_file(path) in (None, "a folder"):
        return _at(start, "no such file", nearest=nearest_file(path))
    try:
        return read_regular(path, MOST_OF_A_SCENARIO)
    except RefusedFileError as error:
        return start, Problem(str(start), error.message, error.found, error.expected)


def _text(content: bytes, file: str) -> str | Located:
    """The text, or the problem of a file that is no text or is indented with tabs."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or 4 * content.count(0) > len(content) > 0:
        return _at(Place(file), "the file is UTF-16 or UTF-32 text; save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = "the file is not UTF-8 text; save it as UTF-8"
        return _at(Place(file, line), message, found=repr(content[error.start : error.end]))
    if tab := re.search(r"^ *\t", text, re.MULTILINE):
        line = text.count("\n", 0, tab.start()) + 1
        place = Place(file, line, len(tab[0]))
        return _at(place, "a tab; lines are indented with spaces")
    return text


def nearest_file(path: pathlib.Path) -> str | None:
    """Name of the file or folder beside `path` that looks most like it."""
    if kind_of_file(path.parent) != "a folder":
        return None
    try:
        return nearest_name(path.name, sorted(beside.name for beside in path.parent.iterdir()))
    except OSError:  # a folder that may not be read offers no names; that there is none is told
        return None


def _at(
    place: Place, message: str, *, found: str | None = None, nearest: str | None = None
) -> Located:
    return place, Problem(str(place), message, found, nearest=nearest)


def _syntax_problem(error: YAMLError, text: str, file: str) -> Located:
    """The one problem of a file that is not YAML."""
    if isinstance(error, ReaderError):
        before = text[: error.position]
        place = Place(file, before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
        return _at(place, "a control character; delete it", found=repr(text[error.position]))
    if not isinstance(error, MarkedYAMLError):
        raise error
    mark = error.problem_mark or error.context_mark
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
    opened = error.context_mark.line + 1 if error.context_mark else place.line
    for pattern, words in _PLAIN_WORDS.items():
        if match := re.search(pattern, str(error.problem)):
            return _at(place, words.format(opened=opened, **match.groupdict()))
    return _at(place, f"this is not valid YAML: {error.problem}")
