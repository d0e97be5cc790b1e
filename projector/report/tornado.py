"""The picture of a sensitivity: a tornado, the assumption with the widest swing at the top."""

from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from projector.outputs.explanation import decimals_of, heading, scale_of
from projector.outputs.sensitivity import by_swing, factor_name
from projector.outputs.words import Language, number, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from projector.run.sensitivity import Sensitivity

__all__ = ["draw_tornado"]

# Okabe & Ito (2008): told apart by readers who see colours differently; low is hatched, too.
_HIGH, _LOW = "#0072B2", "#E69F00"
_LABEL_WIDTH = 44
"""Letters in a line of a label."""
_NOTE_WIDTH = 150


def draw_tornado(told: "Sensitivity", year: int, path: Path, language: Language) -> None:
    """Draw what a result of one year depends on.

    Parameters
    ----------
    told
        From `projector.run.sensitivity.sensitivity`.
    year
        One of its years.
    path
        The picture; its ending decides the format (svg, png, pdf).
    language
        ``nb`` or ``en``.

    Notes
    -----
    A bar goes from the result with the assumption at its 10th percentile to that at its 90th; the
    line is the result with all at their medians.
    """
    # Text as text, and no date or random names: the same result gives the same picture.
    with mpl.rc_context(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "projector",
            "font.size": 10,
            "hatch.linewidth": 1.5,
        }
    ):
        figure = Figure(figsize=(10.0, 1.9 + 0.42 * len(told.factors)), layout="constrained")
        axes = figure.subplots()
        _bars(axes, told, int(year - told.years[0]), language)
        axes.set_xlabel(word("sensitivity axis", language))
        axes.set_title(
            word("sensitivity year", language, heading=heading(told, language), year=year),
            loc="left",
            fontsize=10,
        )
        figure.suptitle(told.title, x=0.01, ha="left", weight="bold")
        note = fill(word("sensitivity note", language), _NOTE_WIDTH)
        figure.supxlabel(note, x=0.01, ha="left", fontsize=9)
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)


def _bars(axes: "Axes", told: "Sensitivity", at: int, language: Language) -> None:
    scale, places = scale_of(told), decimals_of(told, told.middle)
    middle = scale * float(told.middle[at])
    order = by_swing(told, at)
    for row, i in enumerate(order):
        for end, colour, hatch, key in (
            (told.low[i, at], _LOW, "//", "low"),
            (told.high[i, at], _HIGH, None, "high"),
        ):
            where = scale * float(end)
            axes.barh(
                row, where - middle, left=middle, height=0.62, facecolor=colour,
                edgecolor="black", linewidth=0.6, hatch=hatch,
                label=None if row else word(f"sensitivity legend {key}", language),
            )  # fmt: skip
            right = where >= middle
            if key == "low" and told.low[i, at] == told.high[i, at]:
                continue  # nothing moves, and one figure says so
            axes.annotate(
                number(where, language, places), (where, row), xytext=(4 if right else -4, 0),
                textcoords="offset points", va="center", ha="left" if right else "right",
            )  # fmt: skip
    axes.axvline(middle, color="black", linewidth=1.2)
    labels = [fill(factor_name(told.factors[i], language), _LABEL_WIDTH) for i in order]
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    low, high = axes.get_xlim()
    axes.set_xlim(low - 0.08 * (high - low), high + 0.08 * (high - low))
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.xaxis.set_major_formatter(lambda value, _: number(value, language, places))
    axes.legend(loc="lower right", frameon=False)
