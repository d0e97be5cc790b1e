"""Bars that lie, one or two for each row, and how far they may reach."""

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
    width_of,
)

__all__ = ["Bar", "bars"]

_THICK, _APART, _BOTTOM = 10.0, 8.0, 22.0
_WIDEST_LABEL = 150.0


@dataclass(frozen=True)
class Bar:
    """One row.

    Parameters
    ----------
    name
        Stands to the left.
    values
        One of each series.
    text
        Stands to the right.
    span
        How far the last of the values may reach; None where nobody knows.
    """

    name: str
    values: tuple[float, ...]
    text: str
    span: tuple[float, float] | None = None


def bars(
    rows: Sequence[Bar],
    series: Sequence[str],
    *,
    title: str,
    description: str,
    figure: Callable[[float], str],
    width: float = 430.0,
) -> Markup:
    """Draw lying bars from nothing, to both sides where there are negative numbers.

    Parameters
    ----------
    rows
        From the top.
    series
        Names of the bars of a row; one has no legend.
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
    labels = min(max(width_of(row.name) for row in rows) + 8, _WIDEST_LABEL)
    texts = max(width_of(row.text) for row in rows) + 10
    values = [v for row in rows for v in (*row.values, *(row.span or ()))]
    marks = ticks(min(0.0, *values), max(0.0, *values), most=4)
    across = Scale(marks[0], marks[-1], labels, width - texts)
    names = [folded(row.name, labels - 6) for row in rows]
    tall = [max(len(series) * _THICK, len(name) * LINE_HEIGHT) + _APART for name in names]
    bottom = sum(tall) + _APART
    parts = []
    for value in marks:
        colour = "#555" if value == 0 else "#ddd"
        x = across(value)
        parts.append(element("line", x1=x, x2=x, y1=0, y2=bottom, stroke=colour))
        parts.append(text(x, bottom + 15, figure(value), text_anchor="middle"))
    top = _APART
    for row, name, height in zip(rows, names, tall, strict=True):
        middle = top + (height - _APART) / 2
        parts += _row(row, name, middle, across, len(series), labels, width - texts)
        top += height
    if len(series) == 1:
        return picture(title, description, width, bottom + _BOTTOM, *parts)
    named, end = legend(
        series,
        width,
        bottom + _BOTTOM,
        lambda i, x, y: _shape(i, len(series), x, y - 5, 22.0),
    )
    return picture(title, description, width, end + 4, *parts, named)


def _row(
    row: Bar,
    name: tuple[str, ...],
    middle: float,
    across: Scale,
    count: int,
    labels: float,
    end: float,
) -> list[Markup]:
    top = middle - count * _THICK / 2
    first = middle + 4 - (len(name) - 1) * LINE_HEIGHT / 2
    parts = [
        text(labels - 6, first + i * LINE_HEIGHT, line, text_anchor="end")
        for i, line in enumerate(name)
    ]
    parts.append(text(end + 8, middle + 4, row.text))
    for i, value in enumerate(row.values):
        left, right = sorted((across(0.0), across(value)))
        parts.append(_shape(i, count, left, top + i * _THICK, right - left))
    if row.span is not None:
        low, high = (across(value) for value in row.span)
        y = top + (count - 0.5) * _THICK
        parts += [
            element("line", x1=low, x2=high, y1=y, y2=y, stroke="#000", stroke_width=1.4),
            *(
                element("line", x1=x, x2=x, y1=y - 4, y2=y + 4, stroke="#000", stroke_width=1.4)
                for x in (low, high)
            ),
        ]
    return parts


def _shape(i: int, count: int, x: float, y: float, width: float) -> Markup:
    """A bar: the last of a row is filled, those before it hatched."""
    thick = _THICK - 1
    colour = COLOURS[0] if i == count - 1 else "#888"
    shape = element("rect", x=x, y=y, width=width, height=thick, fill=colour)
    if i == count - 1:
        return shape
    hatch = f"url(#{HATCHES[i % len(HATCHES)]})"
    return shape + element("rect", x=x, y=y, width=width, height=thick, fill=hatch)
