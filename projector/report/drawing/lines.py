"""Lines over years, with bands of what is likely, and steps of what exists."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from projector.report.drawing.svg import (
    COLOURS,
    DASHES,
    LINE_HEIGHT,
    Scale,
    element,
    folded,
    legend,
    marker,
    picture,
    text,
    ticks,
    width_of,
)

__all__ = ["Line", "lines"]

Floats = Sequence[float]
_RIGHT, _TOP, _BOTTOM = 14.0, 12.0, 24.0
_YEAR_WIDTH = 46.0


@dataclass(frozen=True)
class Line:
    """One series over the years.

    Parameters
    ----------
    name
        Stands in the legend.
    values
        ``[year]``.
    band
        Lower and upper end of what is likely, each ``[year]``; None where nobody knows.
    dashed
        Drawn as dashed steps without marks: what exists, not what is needed.
    stepped
        Drawn as steps: what is whole.
    """

    name: str
    values: Floats
    band: tuple[Floats, Floats] | None = None
    dashed: bool = False
    stepped: bool = False


def lines(
    years: Sequence[int],
    series: Sequence[Line],
    *,
    title: str,
    description: str,
    figure: Callable[[float], str],
    width: float = 430.0,
    height: float = 240.0,
    heading: str = "",
    mark: tuple[int, str] | None = None,
    named: bool = True,
) -> Markup:
    """Draw lines over years; the axis begins at nothing.

    Parameters
    ----------
    years
        Calendar years, rising.
    series
        At most `projector.report.drawing.svg.MOST_SERIES`.
    title, description
        The text of the picture.
    figure
        Writes a number of the axis.
    width, height
        Size without the legend.
    heading
        Stands above the lines; for small pictures side by side.
    mark
        A year to point at, and why.
    named
        Whether a legend stands below.

    Returns
    -------
    Markup
    """
    headings = folded(heading, width * 0.92) if heading else ()
    above = len(headings) * (LINE_HEIGHT + 2)
    top = _TOP + above + (14.0 if mark else 0.0)
    values = [v for one in series for part in (one.values, *(one.band or ())) for v in part]
    marks = ticks(min(0.0, *values), max(*values, 0.0), most=3 if height <= 160 else 5)
    labels = [figure(value) for value in marks]
    left = max(width_of(label) for label in labels) + 10
    across = Scale(years[0], years[-1], left, width - _RIGHT)
    up = Scale(marks[0], marks[-1], height - _BOTTOM, top)
    parts = [
        text(0, 12 + i * (LINE_HEIGHT + 2), line, font_weight="bold")
        for i, line in enumerate(headings)
    ]
    for value, label in zip(marks, labels, strict=True):
        colour = "#555" if value == 0 else "#ddd"
        parts.append(
            element("line", x1=left, x2=width - _RIGHT, y1=up(value), y2=up(value), stroke=colour)
        )
        parts.append(text(left - 6, up(value) + 4, label, text_anchor="end"))
    for year in _shown(years, width - left - _RIGHT):
        anchor = "end" if year == years[-1] else "start" if year == years[0] else "middle"
        at = across(year) + (6 if anchor == "end" else -6 if anchor == "start" else 0)
        parts.append(text(at, height - 6, str(year), text_anchor=anchor))
    if mark is not None:
        parts += _pointed(mark, across, top, height - _BOTTOM, width)
    for i, one in enumerate(series):
        parts += _line(i, one, years, across, up)
    if not named:
        return picture(title, description, width, height, *parts)
    names, end = legend(
        [one.name for one in series],
        width,
        height + 4,
        lambda i, x, y: _sign(i, series[i], x, y),
    )
    return picture(title, description, width, end + 4, *parts, names)


def _shown(years: Sequence[int], width: float) -> list[int]:
    """Years that have room: the first, the last, and round ones between."""
    first, last = years[0], years[-1]
    for step in (1, 2, 5, 10, 20, 50):
        shown = [year for year in years if year % step == 0 or year in (first, last)]
        gap = (last - first) / width * _YEAR_WIDTH if width > 0 else last - first
        inner = [y for y in shown if y in (first, last) or (y - first >= gap and last - y >= gap)]
        if step >= gap or len(inner) <= 2:
            return inner
    return [first, last]


def _pointed(
    mark: tuple[int, str], across: Scale, top: float, bottom: float, width: float
) -> list[Markup]:
    year, why = mark
    x = across(year)
    late = x + width_of(why) > width
    return [
        element("line", x1=x, x2=x, y1=top - 6, y2=bottom, stroke="#000", stroke_dasharray="1 3"),
        text(
            x - 4 if late else x + 4, top - 6, why, text_anchor="end" if late else None,
            font_weight="bold",
        ),
    ]  # fmt: skip


def _line(i: int, one: Line, years: Sequence[int], across: Scale, up: Scale) -> list[Markup]:
    colour = COLOURS[i]
    steps = one.dashed or one.stepped

    def places(values: Floats) -> list[tuple[float, float]]:
        straight = [(across(year), up(value)) for year, value in zip(years, values, strict=True)]
        return _stepped(straight) if steps else straight

    parts = []
    if one.band is not None:
        low, high = one.band
        around = _points([*places(high), *reversed(places(low))])
        parts.append(
            element("polygon", points=around, fill=colour, fill_opacity=0.2, stroke=colour,
                    stroke_opacity=0.5, stroke_width=0.6)
        )  # fmt: skip
    parts.append(
        element("polyline", points=_points(places(one.values)), fill="none", stroke=colour,
                stroke_width=2, stroke_dasharray="5 4" if one.dashed else DASHES[i])
    )  # fmt: skip
    if not one.dashed:
        parts += [
            marker(i, across(year), up(value), colour)
            for year, value in zip(years, one.values, strict=True)
            if year % 5 == 0 or year == years[-1]
        ]
    return parts


def _stepped(places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Steps half a year around each place, within the first and the last."""
    first, last = places[0][0], places[-1][0]
    half = (last - first) / max(len(places) - 1, 1) / 2
    return [(min(max(x + side * half, first), last), y) for x, y in places for side in (-1, 1)]


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _sign(i: int, one: Line, x: float, y: float) -> Markup:
    line = element(
        "line", x1=x, x2=x + 22, y1=y, y2=y, stroke=COLOURS[i], stroke_width=2,
        stroke_dasharray="5 4" if one.dashed else DASHES[i],
    )  # fmt: skip
    return line if one.dashed else line + marker(i, x + 11, y, COLOURS[i])
