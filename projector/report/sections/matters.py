"""What matters most: how far the uncertain assumptions move the main figures, as tornados."""

from projector.outputs.sensitivity import ToldFigure, told_figures
from projector.report.blocks import Block, Figure, Paragraph, Section, Table
from projector.report.drawing import Swing, swings
from projector.report.view import View, few

__all__ = ["matters"]

_MOST = 8
"""Assumptions of a picture; the table behind it has all."""


def matters(view: View) -> Section:
    """The section about which uncertain assumption matters most."""
    title = view.word("matters")
    if not view.has("uncertainty"):
        return Section("matters", title, [Paragraph(view.word("matters undrawn"))])
    asked = view.tree["uncertainty"].attrs
    told = list(told_figures(view.tree, view.language))
    if not asked["assumptions"]:
        return Section("matters", title, [Paragraph(view.word("matters none"))])
    if not told:
        least = view.word("matters few", least=asked["sensitivity_from"])
        return Section("matters", title, [Paragraph(least)])
    blocks: list[Block] = [Paragraph(view.word("matters lead", draws=asked["draws"]))]
    blocks += [_tornado(view, one) for one in told if one.standing_out]
    quiet = [one.name for one in told if not one.standing_out]
    if quiet:
        blocks.append(Paragraph(view.word("matters nothing", figures=", ".join(quiet))))
    return Section("matters", title, blocks)


def _tornado(view: View, one: ToldFigure) -> Figure:
    middle = float(one.mean.isel(year=-1))
    last = one.depends.isel(year=-1)
    low, high, share, error = (
        last[name].values for name in ("low", "high", "first", "first_error")
    )
    sure = one.standing_out
    # A path of keys may be broken into lines where one key ends.
    names = [str(name).replace("/", " / ") for name in last["assumption"].values]
    heading = view.word("matters of", figure=one.name, year=view.end)
    rows = [Swing(names[i], float(low[i]), float(high[i])) for i in sure[:_MOST]]
    drawing = swings(
        rows,
        middle,
        (view.word("matters low"), view.word("matters high")),
        title=heading,
        description=view.word(
            "matters desc",
            first=rows[0].name,
            low=view.number(rows[0].low),
            high=view.number(rows[0].high),
            middle=view.number(middle),
        ),
        figure=view.axis,
    )
    places = few(middle)
    table = Table(
        tuple(view.word(f"matters {key}") for key in ("assumption", "low", "high", "share")),
        tuple(
            (
                names[i],
                view.number(float(low[i]), places),
                view.number(float(high[i]), places),
                f"{view.percent(float(share[i]))} ± {view.percent(float(error[i]))}",
            )
            for i in [*sure, *(i for i in range(len(names)) if i not in sure)]
        ),
    )
    note = view.word("matters note", middle=view.number(middle, places))
    return Figure(heading, drawing, table, note)
