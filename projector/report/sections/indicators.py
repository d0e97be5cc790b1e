"""Indicators that plans have goals for, and the limits that the scenario sets."""

import numpy as np
import xarray as xr

from projector.outputs.staff import staff_sections
from projector.outputs.summary import of_stays
from projector.report.blocks import Block, Gallery, Paragraph, Section, Table
from projector.report.drawing import Line, lines
from projector.report.view import View

__all__ = ["indicators"]

_LIMIT = ("workforce", "limits", "working_age_share")
_DRAWN = (
    "acute share",
    "readmission share",
    "own coverage",
    "ready days",
    "share of working age",
    "active_per_old 67+",
    "active_per_old 80+",
)


def indicators(view: View) -> Section:
    """The section about indicators, with the limit of those that the scenario has one for."""
    known = _known(view)
    limit = next((one for one in view.assumptions if one.keys == _LIMIT), None)
    # The scenario has a share, the indicator stands for each hundred.
    limits = (
        {} if limit is None else {view.common("share of working age"): 100 * float(limit.value)}
    )
    drawn = {view.common(key) for key in _DRAWN}
    drawings = [
        lines(
            view.years,
            _series(view, name, values, limits.get(name)),
            title=name,
            description=view.word(
                "indicator desc",
                base=view.base,
                end=view.end,
                first=view.number(float(values[0]), decimals),
                last=view.number(float(values[-1]), decimals),
            ),
            figure=view.axis,
            width=300.0,
            height=160.0,
            heading=name,
            named=name in limits,
        )
        for name, values, decimals in known
        if name in drawn
    ]
    rows = tuple(
        (
            name.strip(),
            *(view.number(view.by_year(values)[year], decimals) for year in view.headline),
            view.number(limits[name], decimals) if name in limits else view.word("no limit"),
        )
        for name, values, decimals in known
    )
    headers = (view.word("indicator"), *map(str, view.headline), view.word("limit"))
    table = Table(headers, rows)
    blocks: list[Block] = []
    if not limits:
        blocks.append(Paragraph(view.word("no limits")))
    blocks.append(
        Gallery(view.word("indicators over years"), tuple(drawings), table, view.word("own scale"))
    )
    return Section("indicators", view.word("indicators"), blocks)


def _known(view: View) -> list[tuple[str, xr.DataArray, int]]:
    found = [(view.common(key), values, places) for key, values, places in of_stays(view.tree)]
    for heading, rows in staff_sections(view.tree, view.language, view.name):
        if heading == "working age":
            found += rows
    return [(name, values, places) for name, values, places in found if _told(values)]


def _told(values: xr.DataArray) -> bool:
    return bool(np.isfinite(values.values).all())


def _series(view: View, name: str, values: xr.DataArray, limit: float | None) -> list[Line]:
    series = [Line(name, [float(value) for value in values.values])]
    if limit is not None:
        series.append(Line(view.word("limit"), [limit] * len(view.years), dashed=True))
    return series
