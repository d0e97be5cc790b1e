"""The picture of an explanation: a waterfall from the base year to the year asked about."""

from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from projector.outputs.explanation import Line, averaged, decimals, heading, lines
from projector.outputs.words import Language, number, signed, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from projector.run.explain import Explanation

__all__ = ["draw_waterfall"]

# Okabe & Ito (2008): told apart by readers who see colours differently; decline is hatched, too.
_MORE, _LESS, _WHOLE = "#0072B2", "#E69F00", "#555555"
_MOST_DIAGNOSES = 6
_LABEL_WIDTH = 44
"""Letters in a line of a label."""
_NOTE_WIDTH = 150


def draw_waterfall(explanation: "Explanation", year: int, path: Path, language: Language) -> None:
    """Draw what a result changes by since the base year, and because of what.

    Parameters
    ----------
    explanation
        From `projector.run.explain.explain`.
    year
        One of its years.
    path
        The picture; its ending decides the format (svg, png, pdf).
    language
        ``nb`` or ``en``.

    Notes
    -----
    Bars begin where the one above ends. The axis is the change since the base year, so that
    every bar has its true length. The result of the two years stands beside a thick mark.
    """
    told = lines(explanation, year, language, most_diagnoses=_MOST_DIAGNOSES)
    shown = [line for line in told if line.role != "interaction"]
    # Text as text, and no date or random names: the same result gives the same picture.
    with mpl.rc_context(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "projector",
            "font.size": 10,
            "hatch.linewidth": 1.5,
        }
    ):
        figure = Figure(figsize=(10.0, 1.6 + 0.36 * len(shown)), layout="constrained")
        axes = figure.subplots()
        _bars(axes, shown, decimals(explanation), language)
        axes.set_xlabel(word("explain axis", language, base=int(explanation.years[0])))
        axes.set_title(heading(explanation, language), loc="left", fontsize=10)
        figure.suptitle(explanation.title, x=0.01, ha="left", weight="bold")
        figure.supxlabel(_note(explanation, told, language), x=0.01, ha="left", fontsize=9)
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)


def _bars(axes: "Axes", shown: list[Line], places: int, language: Language) -> None:
    base, *effects, change, last = shown
    ends = [0.0]
    for line in effects:
        ends.append(ends[-1] + (line.amount or 0.0))
    for row, (line, start, end) in enumerate(zip(effects, ends, ends[1:], strict=False), start=1):
        falls = end < start
        axes.barh(
            row, end - start, left=start, height=0.62, facecolor=_LESS if falls else _MORE,
            edgecolor="black", linewidth=0.6, hatch="//" if falls else None,
        )  # fmt: skip
        _figure(axes, row, max(start, end), signed(line.amount or 0.0, language, places))
        axes.plot([end, end], [row, row + 1], color="black", linewidth=0.6)
    whole, row = change.amount or 0.0, len(effects) + 1
    axes.barh(row, whole, height=0.62, facecolor=_WHOLE, edgecolor="black", linewidth=0.6)
    _figure(axes, row, max(whole, 0.0), signed(whole, language, places), weight="bold")
    axes.axvline(0.0, color="black", linewidth=0.8)
    for at, line, where in ((0, base, 0.0), (row + 1, last, whole)):
        _figure(axes, at, where, number(line.amount or 0.0, language, places), weight="bold")
        axes.plot([where, where], [at - 0.4, at + 0.4], color="black", linewidth=3)
    labels = [line.label for line in shown]
    axes.set_yticks(range(len(labels)), [fill(label, _LABEL_WIDTH) for label in labels])
    for place in (0, row, row + 1):
        axes.get_yticklabels()[place].set_fontweight("bold")
    axes.set_ylim(row + 1.6, -0.6)
    low, high = min(*ends, whole), max(*ends, whole)
    width = high - low or 1.0  # nothing changes where the base year is the last one
    axes.set_xlim(low - 0.03 * width, high + 0.12 * width)
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.xaxis.set_major_formatter(lambda value, _: signed(value, language, _places(axes)))


def _figure(axes: "Axes", row: int, where: float, text: str, weight: str = "normal") -> None:
    axes.annotate(
        text, (where, row), xytext=(4, 0), textcoords="offset points", va="center", weight=weight
    )


def _note(explanation: "Explanation", told: list[Line], language: Language) -> str:
    """How to read it, and what stands between the effects and each of them alone."""
    places = decimals(explanation)
    (together,) = (line.alone or 0.0 for line in told if line.role == "interaction")
    by_itself = sum(line.alone or 0.0 for line in told if line.role == "effect")
    return fill(
        word(
            "explain picture free" if averaged(explanation) else "explain picture",
            language,
            alone=signed(by_itself, language, places),
            interaction=signed(together, language, places),
        ),
        _NOTE_WIDTH,
    )


def _places(axes: "Axes") -> int:
    """Decimals that tell the marks of the axis apart."""
    low, high = axes.get_xlim()
    return 0 if high - low >= 8 else 1 if high - low >= 0.8 else 2
