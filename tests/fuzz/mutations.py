"""Ways to spoil a file, each driven by a source of chance that a test can replay."""

import codecs
import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

__all__ = ["NASTY", "spoil_bytes", "spoil_json", "spoil_lines", "spoil_table"]

NASTY: tuple[str, ...] = (
    "",
    " ",
    "\u00a0",
    "0301",
    "301",
    "1e400",
    "1e-400",
    "-1e308",
    "1.5e308",
    ".inf",
    "-.inf",
    ".nan",
    "nan",
    "inf",
    "NaT",
    "-0",
    "0",
    "-1",
    "9" * 30,
    "9" * 400,
    "0." + "9" * 400,
    "²",
    "٣",
    "２０２６",
    "²²²²",
    "Flå",
    "Fla\u030a",
    "Kárášjohka - Karasjok",
    "Guovdageaidnu",
    "=HYPERLINK(1)",
    "<script>alert(1)</script>",
    "../../../etc/passwd",
    "/dev/zero",
    "\x1b[2J",
    "\u202egnp.exe",
    "\ufeff",
    "\u2028",
    "\x85",
    "\x0c",
    "🙂",
    "\ud800",
    "x" * 5000,
    '"',
    "'",
    "{",
    "}",
    "[",
    "]",
    "[]",
    "{}",
    "[[]]",
    "{a: 1}",
    "{2026: 1, 2030: 2}",
    "{annual: 1 %}",
    "{triangular: [1, 2, 3]}",
    "{interval: [1, 2]}",
    "{lognormal: [0.1, 0]}",
    "{normal: [0, 1e300]}",
    "{uniform: [.nan, 1]}",
    "*",
    "*a",
    "&a",
    "&a *a",
    "!!python/object:os.system",
    "!x y",
    "|",
    ">",
    "%",
    "85 %",
    "-300 %",
    "1e400 %",
    "9" * 500 + " %",
    "2026.0",
    "2026",
    "1900",
    "2100",
    "99999",
    "2 026",
    "1,234",
    "1 234,5",
    ".",
    "..",
    "...",
    "…",
    ":",
    "-",
    "true",
    "null",
    "~",
    "0x1F",
    "0o17",
    "1_000",
    "__1",
    "2026-01-01",
    "2026-13-45",
    "12:30:45",
    "65+",
    "0-17",
    "17-0",
    "999+",
    "9" * 5000 + "+",
    "all",
    "hospital",
    "auto",
    "trend",
    "I alt",
    "Begge kjønn",
    "female",
    "copd",
    "inpatient",
    "M",
    "<<",
    "? a",
    "- a",
    "a: b: c",
    "#",
    "---",
    "...\n---",
    "\t",
    "\r",
    "\n",
    "a\nb",
    "\x00",
)
"""Texts that have broken programs before, and words of the language in places they do not fit."""

_ENCODINGS = (*["utf-8"] * 24, "cp1252", "latin-1", "utf-16", "utf-8-sig", "utf-32")
_LINE_ENDS = (*["\n"] * 16, "\r\n", "\r", "\n\n", "\u2028")
_MOST_LINES = 40


def _times(chance: Random) -> int:
    """How often to spoil: most often once, so that what lies deeper is reached."""
    return chance.choice((1, 1, 1, 2, 3, 6))


def spoil_bytes(content: bytes, chance: Random) -> bytes:
    """Bytes with some taken out, put in, changed or repeated."""
    spoilt = bytearray(content)
    for _ in range(_times(chance)):
        at = chance.randint(0, len(spoilt))
        match chance.randint(0, 4):
            case 0:
                del spoilt[at : at + chance.choice((1, 2, 8, 64, 1024))]
            case 1:
                spoilt[at:at] = chance.choice(NASTY).encode("utf-8", "surrogatepass")
            case 2 if at < len(spoilt):
                spoilt[at] = chance.randint(0, 255)
            case 3 if at < len(spoilt):
                spoilt[at] ^= 1 << chance.randint(0, 7)
            case _:
                start = chance.randint(0, len(spoilt))
                spoilt[at:at] = spoilt[start : start + chance.choice((1, 4, 16, 256))]
    return bytes(spoilt)


def _encoded(text: str, chance: Random) -> bytes:
    """The text with line ends and in an encoding that a planner's program may choose."""
    text = text.replace("\n", chance.choice(_LINE_ENDS))
    encoding = chance.choice(_ENCODINGS)
    if codecs.lookup(encoding).name.startswith("utf"):
        return text.encode(encoding, "surrogatepass")
    return text.encode(encoding, "replace")


def spoil_lines(content: bytes, chance: Random) -> bytes:
    """Text with lines dropped, repeated, exchanged or moved in, and words put in place of words."""
    lines = content.decode("utf-8").split("\n")
    for _ in range(_times(chance)):
        at = chance.randrange(len(lines))
        line = lines[at]
        match chance.randint(0, 7):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, line)
            case 2:
                other = chance.randrange(len(lines))
                lines[at], lines[other] = lines[other], line
            case 3:
                lines[at] = chance.choice(("", " ", "  ", "    ", "\t", "- ")) + line.strip()
            case 4 if ":" in line:
                key, _, _ = line.partition(":")
                lines[at] = f"{key}: {chance.choice(NASTY)}"
            case 5 if ":" in line:
                _, _, value = line.partition(":")
                lines[at] = (
                    f"{line[: len(line) - len(line.lstrip())]}{chance.choice(NASTY)}:{value}"
                )
            case 6:
                words = line.split(" ")
                words[chance.randrange(len(words))] = chance.choice(NASTY)
                lines[at] = " ".join(words)
            case _:
                lines.insert(at, chance.choice(NASTY))
        lines = lines or [""]
    return _encoded("\n".join(lines), chance)


def spoil_table(content: bytes, chance: Random) -> bytes:
    """Delimited text with cells, rows and columns spoilt, and written in another form."""
    text = content.decode("utf-8")
    delimiter = max(";\t,", key=text.count)
    rows = [line.split(delimiter) for line in text.split("\n")[:_MOST_LINES] if line]
    for _ in range(_times(chance)):
        at = chance.randrange(len(rows))
        cell = chance.randrange(len(rows[at]))
        match chance.randint(0, 8):
            case 0 | 1 | 2:
                rows[at][cell] = chance.choice(NASTY)
            case 3:
                del rows[at]
            case 4:
                rows.insert(at, list(rows[at]))
            case 5:
                for row in rows:
                    if cell < len(row):
                        row[cell] = chance.choice(NASTY) if chance.random() < 0.1 else row[cell]
            case 6:
                chosen = chance.choice(NASTY)
                for row in rows[1:]:
                    if cell < len(row):
                        row[cell] = chosen
            case 7:
                order = list(range(len(rows[0])))
                chance.shuffle(order)
                rows = [[row[n] if n < len(row) else "" for n in order] for row in rows]
            case _:
                rows = [row[:cell] + row[cell + 1 :] or [""] for row in rows]
        rows = rows or [[""]]
    written = chance.choice((*[delimiter] * 12, ";", "\t", ","))
    quote = chance.choice((*[""] * 7, '"'))
    body = "\n".join(written.join(f"{quote}{cell}{quote}" for cell in row) for row in rows)
    return _encoded(body + chance.choice(("", "\n", "\n\n\n", "\n" + delimiter * 3)), chance)


def _nasty_value(chance: Random) -> Any:
    text = chance.choice(NASTY)
    return chance.choice((text, [], {}, None, True, -1, 0, 3.5, 10**400, 1e308, [text], {text: 0}))


def _spoil_node(node: Any, chance: Random) -> Any:
    """A JSON value with one thing in it changed."""
    if not node or not isinstance(node, dict | list) or chance.random() < 0.1:
        return _nasty_value(chance)
    if isinstance(node, list):
        at = chance.randrange(len(node))
        replaced = chance.choice(([], [node[at]] * 2, *[None] * 6))
        replaced = [_spoil_node(node[at], chance)] if replaced is None else replaced
        return [*node[:at], *replaced, *node[at + 1 :]]
    key = chance.choice(list(node))
    spoilt = chance.choice(({}, {chance.choice(NASTY): node[key]}, *[None] * 6))
    if spoilt is None:
        return node | {key: _spoil_node(node[key], chance)}
    return {name: value for name, value in node.items() if name != key} | spoilt


def spoil_json(content: bytes, chance: Random) -> bytes:
    """A JSON document with some of its values replaced, dropped or repeated."""
    document = json.loads(content)
    for _ in range(_times(chance)):
        document = _spoil_node(document, chance)
    return json.dumps(document, ensure_ascii=chance.random() < 0.9).encode("utf-8", "surrogatepass")


def either(*ways: Callable[[bytes, Random], bytes]) -> Callable[[bytes, Random], bytes]:
    """One of several ways to spoil, by chance."""

    def spoil(content: bytes, chance: Random) -> bytes:
        return chance.choice(ways)(content, chance)

    return spoil


def chosen(seeds: Sequence[bytes], chance: Random) -> bytes:
    """One of the files to begin with."""
    return seeds[chance.randrange(len(seeds))]
