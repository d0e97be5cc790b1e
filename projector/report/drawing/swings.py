"""A tornado: how far each of several things moves a figure from its middle."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from projector.report.drawing.svg import (
    COLOURS,
    HATCHES,
    LINE_HEIGHT,
    Scale,
    element,
    folded,
    legend,
    picture,
    text,
    ticks,
)

__all__ = ["Swing", "swings"]

_ROW, _THICK, _LABELS, _MARGIN, _BOTTOM = 34.0, 14.0, 190.0, 30.0, 22.0
_BETWEEN = 8.0
"""Between names of several lines."""
_LOW, _HIGH = COLOURS[4], COLOURS[0]


@dataclass(frozen=True)
class Swing:
    """One thing, and the figure where it is low and where it is high."""

    name: str
    low: float
    high: float


def swings(
    rows: Sequence[Swing],
    middle: float,
    series: tuple[str, str],
    *,
    title: str,
    description: str,
    figure: Callable[[float], str],
    width: float = 480.0,
) -> Markup:
    """Draw bars from the middle to both ends; the low one is hatched.

    Parameters
    ----------
    rows
        From the top.
    middle
        The figure when nothing moves.
    series
        What the ends are called: low, then high.
    title, description
        The text of the picture.
    figure
        Writes a number of the axis.
    width
        Of the drawing.

    Returns
    -------
    Markup
    """
    ends = [middle, *(end for row in rows for end in (row.low, row.high))]
    marks = ticks(min(ends), max(ends), most=5)
    across = Scale(marks[0], marks[-1], _LABELS, width - _MARGIN)
    names = [folded(row.name, _LABELS - 12) for row in rows]
    tall = [max(_ROW, len(name) * LINE_HEIGHT + _BETWEEN) for name in names]
    bottom = sum(tall) + 4
    parts = []
    for value in marks:
        x = across(value)
        parts.append(element("line", x1=x, x2=x, y1=0, y2=bottom, stroke="#ddd"))
        parts.append(text(x, bottom + 15, figure(value), text_anchor="middle"))
    top = 0.0
    for row, name, height in zip(rows, names, tall, strict=True):
        y = top + (height - _THICK) / 2
        top += height
        first = y + 11 - (len(name) - 1) * LINE_HEIGHT / 2
        parts += [
            text(_LABELS - 6, first + k * LINE_HEIGHT, line, text_anchor="end")
            for k, line in enumerate(name)
        ]
        for end, low in ((row.low, True), (row.high, False)):
            left, right = sorted((across(middle), across(end)))
            parts += _bar(left, y, right - left, low)
    x = across(middle)
    parts.append(element("line", x1=x, x2=x, y1=0, y2=bottom, stroke="#000", stroke_width=1.4))
    named, end = legend(
        series,
        width,
        bottom + _BOTTOM,
        lambda i, x, y: Markup("").join(_bar(x, y - _THICK / 2, 22.0, i == 0)),
    )
    return picture(title, description, width, end + 4, *parts, named)


def _bar(x: float, y: float, width: float, low: bool) -> list[Markup]:
    place = {"x": x, "y": y, "width": width, "height": _THICK}
    colour = _LOW if low else _HIGH
    bar = [element("rect", **place, fill=colour, stroke="#000", stroke_width=0.5)]
    return [*bar, element("rect", **place, fill=f"url(#{HATCHES[1]})")] if low else bar
