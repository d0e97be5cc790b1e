"""A waterfall: what is added to the base year, step by step."""

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
    picture,
    text,
    ticks,
    width_of,
)

__all__ = ["Step", "steps"]

_ROW, _LABELS, _BOTTOM = 27.0, 172.0, 22.0

_BETWEEN = 8.0
"""Between names of several lines."""


@dataclass(frozen=True)
class Step:
    """What one thing adds, or with `whole` all of them together."""

    name: str
    amount: float
    text: str
    whole: bool = False


def steps(
    rows: Sequence[Step],
    *,
    title: str,
    description: str,
    figure: Callable[[float], str],
    width: float = 480.0,
) -> Markup:
    """Draw bars that begin where the one above ends; what falls is hatched.

    Parameters
    ----------
    rows
        From the top.
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
    ends = [0.0]
    for row in rows:
        ends.append(row.amount if row.whole else ends[-1] + row.amount)
    marks = ticks(min(ends), max(ends), most=4)
    texts = max(width_of(row.text) for row in rows) + 8
    across = Scale(marks[0], marks[-1], _LABELS, width - texts)
    names = [folded(row.name, _LABELS - 12) for row in rows]
    tall = [max(_ROW, len(name) * LINE_HEIGHT + _BETWEEN) for name in names]
    bottom = sum(tall) + 4
    parts = []
    for value in marks:
        x = across(value)
        parts.append(
            element("line", x1=x, x2=x, y1=0, y2=bottom, stroke="#555" if value == 0 else "#ddd")
        )
        parts.append(text(x, bottom + 15, figure(value), text_anchor="middle"))
    top = 5.0
    for i, (row, name) in enumerate(zip(rows, names, strict=True)):
        start, y = 0.0 if row.whole else ends[i], top + (tall[i] - _ROW) / 2
        top += tall[i]
        left, right = sorted((across(start), across(ends[i + 1])))
        weight = "bold" if row.whole else None
        place = {"x": left, "y": y, "width": max(right - left, 0.5), "height": _ROW - 8}
        falls = row.amount < 0 and not row.whole
        colour = "#555" if row.whole else COLOURS[4] if falls else COLOURS[0]
        first = y + 13 - (len(name) - 1) * LINE_HEIGHT / 2
        parts += [
            *(
                text(
                    _LABELS - 6,
                    first + k * LINE_HEIGHT,
                    line,
                    text_anchor="end",
                    font_weight=weight,
                )
                for k, line in enumerate(name)
            ),
            element("rect", **place, fill=colour, stroke="#000", stroke_width=0.5),
            text(right + 5, y + 13, row.text, font_weight=weight),
        ]
        if falls:
            parts.append(element("rect", **place, fill=f"url(#{HATCHES[1]})"))
    return picture(title, description, width, bottom + _BOTTOM, *parts)
