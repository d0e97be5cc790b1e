"""A map of squares, one for each region, darker where the figure is higher."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from projector.report.drawing.svg import element, picture, shortened, text

__all__ = ["Tile", "tiles"]

_WIDE, _TALL, _GAP, _SMALL = 88.0, 52.0, 4.0, 11.0
_LEAST = 0.95
"""Of its own width: the names on the squares are small."""
# One hue from light to dark, which all readers see as an order; text stands out on every step.
_STEPS = ("#deebf7", "#b3cde3", "#7fb1d8", "#3182bd", "#08519c", "#08306b")
_WHITE_FROM = 3
"""The first step on which text is white."""


@dataclass(frozen=True)
class Tile:
    """One region: its place from the west and the north, and its figure, also as text."""

    name: str
    column: int
    row: int
    value: float
    text: str


def tiles(regions: Sequence[Tile], *, title: str, description: str) -> Markup:
    """Draw the map.

    Parameters
    ----------
    regions
        With whole columns and rows, no two in the same place.
    title, description
        The text of the picture.

    Returns
    -------
    Markup
        The figure is written on each square, so that the colour says nothing alone.
    """
    west, north = min(one.column for one in regions), min(one.row for one in regions)
    low, high = min(one.value for one in regions), max(one.value for one in regions)
    parts: list[Markup] = []
    for one in sorted(regions, key=lambda one: (one.row, one.column)):
        share = 0.5 if high == low else (one.value - low) / (high - low)
        step = min(int(share * len(_STEPS)), len(_STEPS) - 1)
        x, y = (one.column - west) * (_WIDE + _GAP), (one.row - north) * (_TALL + _GAP)
        ink = "#fff" if step >= _WHITE_FROM else "#000"
        middle = x + _WIDE / 2
        name = shortened(one.name, _WIDE - 6, _SMALL)
        whole = element("title", f"{one.name}: {one.text}")
        parts += [
            element(
                "rect",
                whole,
                x=x,
                y=y,
                width=_WIDE,
                height=_TALL,
                rx=3,
                fill=_STEPS[step],
                stroke="#08306b",
                stroke_width=0.5,
            ),
            text(middle, y + 21, name, text_anchor="middle", fill=ink, font_size=_SMALL),
            text(middle, y + 39, one.text, text_anchor="middle", fill=ink, font_weight="bold"),
        ]
    width = (max(one.column for one in regions) - west + 1) * (_WIDE + _GAP)
    height = (max(one.row for one in regions) - north + 1) * (_TALL + _GAP)
    return picture(title, description, width, height, *parts, least=width * _LEAST)
