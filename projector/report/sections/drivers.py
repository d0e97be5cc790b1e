"""What drives the change: effects from the base year to the last, as a waterfall."""

from collections.abc import Sequence

from projector.report.blocks import Block, Figure, Paragraph, Section, Table
from projector.report.drawing import Step, steps
from projector.report.view import Explained, View, few

__all__ = ["drivers"]


def drivers(view: View) -> Section:
    """The section about what drives the change."""
    blocks: list[Block] = []
    if view.explained:
        blocks.append(Paragraph(view.word("drivers lead", base=view.base, end=view.end)))
    else:
        blocks.append(Paragraph(view.word("drivers absent")))
    blocks += [_waterfall(view, heading, told) for heading, told in view.explained.items()]
    return Section("drivers", view.word("drivers"), blocks)


def _waterfall(view: View, heading: str, told: "Sequence[Explained]") -> Figure:
    base, end = (one.amount for one in told if one.role == "level")
    largest = max(abs(base), abs(end))
    places = 0 if largest >= 1000 else max(few(one.amount) for one in told)
    shown = [
        Step(one.name, one.amount, view.signed(one.amount, places), one.role == "change")
        for one in told
        if one.role in ("effect", "change")
    ]
    levels = {"base": view.number(base, places), "end": view.number(end, places)}
    drawing = steps(
        shown,
        title=heading,
        description=view.word(
            "waterfall desc", first=view.base, last=view.end, base=levels["base"], end=levels["end"]
        ),
        figure=view.axis,
    )
    rows = []
    for one in told:
        if one.role == "level":
            rows.append((one.name, view.number(one.amount, places), ""))
        elif one.role == "interaction":
            rows.append((one.name, "", view.signed(one.alone, places)))
        else:
            rows.append((one.name, view.signed(one.amount, places), view.signed(one.alone, places)))
    headers = (view.word("driver"), view.word("effect"), view.word("alone"))
    note = view.word("waterfall note", first=view.base, last=view.end, **levels)
    return Figure(heading, drawing, Table(headers, tuple(rows)), note)
