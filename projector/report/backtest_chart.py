"""The picture of a backtest: error by years ahead, and by size of the place at the end."""

from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from projector.outputs.words import Language, number, word
from projector.population.backtest import ALL_SIZES, SIZE_BOUNDS, SIZE_CLASSES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_backtest"]

# Okabe & Ito (2008): told apart by readers who see colours differently.
_COLOURS = {"model": "#0072B2", "no_change": "#888888", "published": "#D55E00"}
_GROUP_WIDTH = 0.8


def draw_backtest(errors: pd.DataFrame, path: Path, title: str, language: Language) -> None:
    """Draw the mean absolute error of the total, a row of panels for each base year.

    Parameters
    ----------
    errors
        ``errors`` of `projector.run.backtest.Backtest`.
    path
        The picture; its ending decides the format (svg, png, pdf).
    title
        Stands above the picture.
    language
        ``nb`` or ``en``.
    """
    totals = errors[errors["ages"] == "total"]
    bases = list(totals["base"].unique())
    # Text as text, and no date or random names: the same result gives the same picture.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "projector", "font.size": 10}):
        figure = Figure(figsize=(12.0, 3.6 * len(bases) + 0.4), layout="constrained")
        for row, base in zip(figure.subplots(len(bases), 2, squeeze=False), bases, strict=True):
            of_base = totals[totals["base"] == base]
            _by_horizon(row[0], of_base, language)
            _by_size(row[1], of_base, language)
            for panel in row:
                panel.spines[["top", "right"]].set_visible(False)
                panel.set_ylim(bottom=0)
                panel.yaxis.set_major_formatter(lambda value, _: percent(value, language))
        figure.suptitle(title, x=0.01, ha="left", weight="bold")
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)


def percent(share: float, language: Language) -> str:
    """A share as percent with one decimal."""
    return f"{number(100.0 * share, language, 1)} %"


def _by_horizon(axes: "Axes", totals: pd.DataFrame, language: Language) -> None:
    """Error of all regions by year; a method known in one year only is a point."""
    everywhere = totals[totals["size"] == ALL_SIZES]
    for method, own in everywhere.groupby("method", sort=False):
        label, colour = word(f"method {method}", language), _COLOURS[str(method)]
        axes.plot(
            own["year"], own["mean_absolute_error"], color=colour, linewidth=2, marker="o",
            markersize=4, label=label,
        )  # fmt: skip
    base, count = int(totals["base"].iloc[0]), int(everywhere["regions"].max())
    axes.set_title(word("error by year", language, base=base, count=count), loc="left", fontsize=10)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False, loc="upper left", fontsize=9)


def _by_size(axes: "Axes", totals: pd.DataFrame, language: Language) -> None:
    """Error in the last year by size class, a bar for each method."""
    last = int(totals["year"].max())
    at_end = totals[(totals["year"] == last) & (totals["size"] != ALL_SIZES)]
    sizes = [size for size in SIZE_CLASSES if size in set(at_end["size"])]
    methods = list(at_end["method"].unique())
    width = _GROUP_WIDTH / len(methods)
    for i, method in enumerate(methods):
        own = at_end[at_end["method"] == method].set_index("size")["mean_absolute_error"]
        place = np.arange(len(sizes)) + (i - (len(methods) - 1) / 2) * width
        axes.bar(place, own.reindex(sizes), width, color=_COLOURS[method])
    counts = at_end.groupby("size")["regions"].max()
    labels = [f"{_size_name(size, language)}\n({counts[size]})" for size in sizes]
    axes.set_xticks(range(len(sizes)), labels, fontsize=9)
    axes.set_title(word("error by size", language, year=last), loc="left", fontsize=10)


def _size_name(size: str, language: Language) -> str:
    """A size class as short as a reader understands it: ``2–5 000``."""
    place = SIZE_CLASSES.index(size)
    bounds = [number(bound, language) for bound in SIZE_BOUNDS]
    if place == 0:
        return f"< {bounds[0]}"
    if place == len(bounds):
        return f"≥ {bounds[-1]}"
    return f"{SIZE_BOUNDS[place - 1] // 1000}–{bounds[place]}"
