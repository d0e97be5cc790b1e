"""One picture of a result: the old of each region over the years, and need against capacity."""

from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from numpy.typing import NDArray

from projector.outputs.existing import Compared, sites_compared
from projector.outputs.summary import people_in
from projector.outputs.words import Language, number, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_chart"]

# Okabe & Ito (2008): told apart by readers who see colours differently.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
_MOST_LINES = len(_COLOURS)
_LABEL_HEIGHT = 0.06
"""Height of a line of text as a share of the highest value."""


def draw_chart(tree: xr.DataTree, path: Path, language: Language) -> None:
    """Draw the chart of a result.

    Parameters
    ----------
    tree
        From `projector.run` or `projector.outputs.read_results`.
    path
        The picture; its ending decides the format (svg, png, pdf).
    language
        ``nb`` or ``en``.
    """
    sites = list(sites_compared(tree, language))
    panels = 2 if sites else 1
    # Text as text, and no date or random names: the same result gives the same picture.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "projector", "font.size": 10}):
        figure = Figure(figsize=(6.0 * panels, 4.2), layout="constrained")
        axes = figure.subplots(1, panels, squeeze=False)[0]
        _old_people(axes[0], tree, language)
        if sites:
            _need(axes[1], sites, language)
        for panel in axes:
            panel.spines[["top", "right"]].set_visible(False)
            panel.set_ylim(bottom=0)
            panel.yaxis.set_major_formatter(lambda value, _: number(value, language))
        figure.suptitle(tree.attrs["title"], x=0.01, ha="left", weight="bold")
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)


def _old_people(axes: "Axes", tree: xr.DataTree, language: Language) -> None:
    """People of 80 and over by region, the largest ones where there are many."""
    oldest = people_in(tree["population"].to_dataset()["population"], "80+")
    years, last = oldest["year"].values, oldest.values[:, -1]
    by_size = np.argsort(-last, kind="stable")[:_MOST_LINES]
    heights = _apart(last[by_size], _LABEL_HEIGHT * float(oldest.max()))
    for colour, i, height in zip(_COLOURS, by_size, heights, strict=False):
        axes.plot(years, oldest.values[i], color=colour, linewidth=2)
        axes.text(
            years[-1] + 0.02 * (years[-1] - years[0]),
            height,
            f"{oldest['region_name'].values[i]} {number(float(last[i]), language)}",
            color=colour,
            va="center",
        )
    heading = word("by region", language)
    if len(last) > _MOST_LINES:
        heading = word("largest", language, heading=heading, count=_MOST_LINES)
    axes.set_title(heading, loc="left", fontsize=10)
    axes.margins(x=0.02)


def _apart(heights: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """Falling heights moved down as little as keeps them at least so far apart."""
    moved = heights.copy()
    for i in range(1, len(moved)):
        moved[i] = min(moved[i], moved[i - 1] - least)
    return moved


def _need(axes: "Axes", sites: "list[Compared]", language: Language) -> None:
    """Need (line) and existing capacity (dashes) of each site and resource."""
    largest = sorted(sites, key=lambda one: -float(one.need[-1]))[:_MOST_LINES]
    for colour, one in zip(_COLOURS, largest, strict=False):
        years = one.need["year"]
        whole = np.allclose(one.need, np.round(one.need))
        style = "steps-mid" if whole else "default"
        axes.plot(years, one.need, color=colour, linewidth=2, drawstyle=style, label=one.name)
        axes.plot(years, one.existing, color=colour, linewidth=1.5, linestyle="--")
    heading = word("need and existing", language)
    if len(sites) > _MOST_LINES:
        heading = word("largest", language, heading=heading, count=_MOST_LINES)
    axes.set_title(heading, loc="left", fontsize=10)
    axes.legend(frameon=False, loc="lower left", fontsize=9)
