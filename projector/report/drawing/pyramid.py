"""A population pyramid: women to the left, men to the right, then filled and now as an outline."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from projector.report.drawing.svg import (
    COLOURS,
    HATCHES,
    Scale,
    element,
    legend,
    picture,
    text,
    ticks,
)

__all__ = ["pyramid"]

_ROW, _MIDDLE, _TOP, _BOTTOM, _SIDE = 12.0, 44.0, 22.0, 24.0, 24.0


def pyramid(
    groups: Sequence[str],
    base: tuple[Sequence[float], Sequence[float]],
    end: tuple[Sequence[float], Sequence[float]],
    *,
    names: tuple[str, str],
    sexes: tuple[str, str],
    title: str,
    description: str,
    figure: Callable[[float], str],
    width: float = 410.0,
) -> Markup:
    """Draw the ages of two years over one another.

    Parameters
    ----------
    groups
        Age groups from the youngest.
    base, end
        Women and men of the first and the last year, each ``[group]``.
    names
        Of the two years.
    sexes
        What women and men are called.
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
    most = max(max(part) for part in (*base, *end))
    marks = ticks(0.0, most, most=3)
    half = (width - _MIDDLE) / 2
    sides = (
        Scale(0.0, marks[-1], half, _SIDE),
        Scale(0.0, marks[-1], half + _MIDDLE, width - _SIDE),
    )
    bottom = _TOP + len(groups) * _ROW
    parts = []
    for side, sex in zip(sides, sexes, strict=True):
        middle = (side.start + side.end) / 2
        parts.append(text(middle, 14, sex, text_anchor="middle", font_weight="bold"))
        for value in marks:
            x = side(value)
            parts.append(element("line", x1=x, x2=x, y1=_TOP, y2=bottom, stroke="#ddd"))
            parts.append(text(x, bottom + 16, figure(value), text_anchor="middle"))
    for i, group in enumerate(groups):
        y = bottom - (i + 1) * _ROW
        if i % 2 == 0 or i == len(groups) - 1:
            parts.append(
                text(half + _MIDDLE / 2, y + 10.0, group, text_anchor="middle", font_size=11)
            )
        for k, side in enumerate(sides):
            parts.append(_bar(side, end[k][i], y))
    for k, side in enumerate(sides):
        parts.append(_outline(side, base[k], bottom))
    named, below = legend(names, width, bottom + _BOTTOM, _sign)
    return picture(title, description, width, below + 4, *parts, named)


def _bar(side: Scale, value: float, y: float) -> Markup:
    left, right = sorted((side.start, side(value)))
    colour = COLOURS[5] if side.end > side.start else COLOURS[4]
    place = {"x": left, "y": y + 0.5, "width": right - left, "height": _ROW - 1}
    shape = element("rect", **place, fill=colour)
    if side.end > side.start:
        return shape
    return shape + element("rect", **place, fill=f"url(#{HATCHES[0]})", fill_opacity=0.35)


def _outline(side: Scale, values: Sequence[float], bottom: float) -> Markup:
    places = []
    for i, value in enumerate(values):
        x = side(value)
        places += [(x, bottom - i * _ROW), (x, bottom - (i + 1) * _ROW)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return element("polyline", points=points, fill="none", stroke="#000", stroke_width=1.6)


def _sign(i: int, x: float, y: float) -> Markup:
    if i == 0:
        return element("line", x1=x, x2=x + 22, y1=y, y2=y, stroke="#000", stroke_width=1.6)
    return element("rect", x=x, y=y - 5, width=11, height=10, fill=COLOURS[4]) + element(
        "rect", x=x + 11, y=y - 5, width=11, height=10, fill=COLOURS[5]
    )
