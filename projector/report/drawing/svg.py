"""Pieces of a drawing: elements, scales, marks of an axis. Everything is escaped here."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from markupsafe import Markup, escape

__all__ = [
    "COLOURS",
    "DASHES",
    "FONT_SIZE",
    "HATCHES",
    "LINE_HEIGHT",
    "MOST_SERIES",
    "Scale",
    "element",
    "folded",
    "legend",
    "marker",
    "picture",
    "shortened",
    "text",
    "ticks",
    "width_of",
]

# Okabe & Ito (2008): told apart by readers who see colours differently. Every series has a dash,
# a marker or a hatch besides, so that a page printed without colours says the same.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 2", "1 2", "12 4")
HATCHES = ("hatch-falling", "hatch-rising", "hatch-dots")
MOST_SERIES = len(COLOURS)
FONT_SIZE = 12.0
LINE_HEIGHT = 13.0
_MOST_LINES = 4
_LETTER_WIDTH = 0.56
"""Mean width of a letter as a share of the size of the font, a little wide."""
_WIDE_SIGNS, _WIDE_SIGN = frozenset("%+±−–…mwMW@"), 0.92
"""Signs that are wider than that, and their width."""
_LEGEND_LINE = 18.0
_LARGEST = 1.3
"""How much larger than its own units a picture may be drawn."""
_MARK = 3.2


def _plain(value: object) -> str:
    """Numbers with at most two decimals, so that pictures are small and the same everywhere."""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".").replace("-0", "0", value > -0.005)
    return str(value)


def element(name: str, *content: str, **attributes: object) -> Markup:
    """One element; names of attributes have ``_`` for ``-``, and content is escaped."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"'
        for key, value in attributes.items()
        if value not in ("", None)
    )
    inside = Markup("").join(content)
    if not content:
        return Markup(f"<{name}{said}/>")
    return Markup(f"<{name}{said}>{inside}</{name}>")


def text(x: float, y: float, words: str, **attributes: object) -> Markup:
    """A line of text."""
    return element("text", words, x=float(x), y=float(y), **attributes)


def width_of(words: str, size: float = FONT_SIZE) -> float:
    """About how wide a line of text is."""
    wide = sum(sign in _WIDE_SIGNS for sign in words)
    return size * (len(words) * _LETTER_WIDTH + wide * (_WIDE_SIGN - _LETTER_WIDTH))


def shortened(words: str, width: float, size: float = FONT_SIZE) -> str:
    """Text cut to about a width; the table behind a chart has it whole."""
    most = max(int(width / (size * _LETTER_WIDTH)), 2)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def folded(name: str, width: float) -> tuple[str, ...]:
    """A name on up to four lines, as many as it takes; the end of what has no room is cut."""
    lines: list[str] = []
    words = name.split(" ")
    while words and len(lines) < _MOST_LINES - 1:
        line = [words.pop(0)]
        while words and width_of(" ".join([*line, words[0]])) <= width:
            line.append(words.pop(0))
        lines.append(shortened(" ".join(line), width))
    return (*lines, shortened(" ".join(words), width)) if words else tuple(lines)


def picture(
    title: str, description: str, width: float, height: float, *parts: str, least: float = 0.0
) -> Markup:
    """A drawing that says in words what it shows.

    Parameters
    ----------
    title, description
        What a reader who does not see it is told.
    width, height
        Its own units; about a screen's points.
    parts
        What it is made of.
    least
        Points that it is not drawn narrower than, so that small texts can be read: on a narrow
        screen one looks along it.

    Returns
    -------
    Markup
        An ``svg`` element with ``role="img"``, ``title`` and ``desc``.
    """
    body = Markup("").join(parts)
    # Named by what it holds: two pictures with one name are the same picture.
    wide = f"min-width:{_plain(least)}px;" if least else ""
    name = "c" + sha256(f"{title}{description}{body}".encode()).hexdigest()[:10]
    return element(
        "svg",
        element("title", title, id=f"{name}t"),
        element("desc", description, id=f"{name}d"),
        body,
        role="img",
        aria_labelledby=f"{name}t",
        aria_describedby=f"{name}d",
        viewBox=f"0 0 {_plain(width)} {_plain(height)}",
        style=f"{wide}max-width:{_plain(width * _LARGEST)}px",
    )


@dataclass(frozen=True)
class Scale:
    """A straight line from values to places: ``low`` is at ``start``, ``high`` at ``end``."""

    low: float
    high: float
    start: float
    end: float
    step: float = field(default=0.0, compare=False)

    def __call__(self, value: float) -> float:
        """The place of a value."""
        span = self.high - self.low
        share = 0.5 if span == 0 else (value - self.low) / span
        return self.start + share * (self.end - self.start)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers that span from `low` to `high`: steps of 1, 2 or 5 times a power of ten."""
    if high <= low:
        high = low + 1.0
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]


def marker(series: int, x: float, y: float, colour: str) -> Markup:
    """The mark of a series: a circle, a square, a triangle or a diamond."""
    corners: tuple[tuple[float, float], ...]
    match series % 4:
        case 0:
            return element("circle", cx=x, cy=y, r=_MARK, fill=colour)
        case 1:
            side = 2 * _MARK - 0.6
            return element(
                "rect", x=x - side / 2, y=y - side / 2, width=side, height=side, fill=colour
            )
        case 2:
            corners = ((0, -1.2), (1.1, 0.9), (-1.1, 0.9))
        case _:
            corners = ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0))
    places = " ".join(f"{_plain(x + dx * _MARK)},{_plain(y + dy * _MARK)}" for dx, dy in corners)
    return element("polygon", points=places, fill=colour)


def legend(
    names: Sequence[str], width: float, top: float, sign: Callable[[int, float, float], Markup]
) -> tuple[Markup, float]:
    """Names beside the signs of their series, in as many lines as they take.

    Parameters
    ----------
    names
        In the order of the series.
    width
        Of the drawing.
    top
        Where the first line begins.
    sign
        Draws the sign of a series with its left end at a place.

    Returns
    -------
    Markup
    float
        Where the lines end.
    """
    parts, x, y = [], 0.0, top + _LEGEND_LINE / 2
    for i, name in enumerate(names):
        shown = shortened(name, width - 34)
        needed = 28 + width_of(shown) + 12
        if x > 0 and x + needed > width:
            x, y = 0.0, y + _LEGEND_LINE
        parts += [sign(i, x, y), text(x + 28, y + 4, shown)]
        x += needed
    return Markup("").join(parts), y + _LEGEND_LINE / 2
