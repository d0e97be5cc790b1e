"""What they will need: stays, consultations and visits by level of care and by diagnosis."""

import numpy as np
import xarray as xr

from projector.report.blocks import Block, Figure, Paragraph, Section, Table
from projector.report.drawing import Bar, bars
from projector.report.view import View
from projector.tables.suppression import has_suppressed, limit_of

__all__ = ["activity"]

_SHOWN_BY_DIAGNOSIS = ("inpatient", "outpatient", "municipal_acute", "home_care")


def activity(view: View) -> Section:
    """The section about activity."""
    care = view.dataset("activity")
    blocks: list[Block] = [Paragraph(view.word("activity lead"))]
    limit = limit_of(view.tree)
    if limit is not None:
        count = view.tree.attrs["suppressed"]
        blocks.append(Paragraph(view.common("suppressed note", limit=limit, count=count)))
    for measure in ("contacts", "bed_days"):
        by_setting = care[measure].sum(("region", "diagnosis"))
        names = {key: view.common(key) for key in map(str, by_setting["setting"].values)}
        title = view.word(f"{measure} by setting", base=view.base, end=view.end)
        blocks += _changes(view, by_setting, "setting", names, title, measure)
    for setting in _SHOWN_BY_DIAGNOSIS:
        by_diagnosis = care["contacts"].sel(setting=setting)
        by_diagnosis = by_diagnosis.sum("region", skipna=not has_suppressed(by_diagnosis))
        names = {
            key: view.name("diagnosis", key) for key in map(str, by_diagnosis["diagnosis"].values)
        }
        title = view.word("by diagnosis", setting=view.common(setting))
        blocks += _changes(view, by_diagnosis, "diagnosis", names, title, None)
    return Section("activity", view.word("activity"), blocks)


def _changes(
    view: View,
    amounts: xr.DataArray,
    axis: str,
    names: dict[str, str],
    title: str,
    measure: str | None,
) -> list[Block]:
    """Growth in per cent as bars, and amounts in the table behind them."""
    figures = view.by_key(amounts, axis)
    # What has no number is suppressed.
    keys = [key for key in names if any(not figure <= 0 for figure in figures[key].values())]
    if not keys:
        return []
    growing = [key for key in keys if figures[key][view.base] > 0]
    rows = []
    for key in growing:
        first, last = figures[key][view.base], figures[key][view.end]
        growth = 100 * (last / first - 1)
        rows.append((growth, key, view.change(first, last)))
    rows.sort(key=lambda row: -row[0])
    drawing = bars(
        [Bar(names[key], (growth,), text) for growth, key, text in rows],
        ("",),
        title=title,
        description=view.word(
            "growth desc",
            base=view.base,
            end=view.end,
            most=names[rows[0][1]],
            change=rows[0][2],
            least=names[rows[-1][1]],
            other=rows[-1][2],
        ),
        figure=lambda value: view.word("per cent", figure=view.axis(value)),
    ) if rows else None  # fmt: skip
    headers = (
        view.word(axis),
        *map(str, view.headline),
        view.word("change", base=view.base, end=view.end),
    )
    cells = []
    for key in keys:
        one = figures[key]
        if np.isnan(one[view.base]):
            hidden = view.common("suppressed")
            cells.append((names[key], *(hidden for _ in view.headline), ""))
            continue
        texts = (view.number(one[year], 0) for year in view.headline)
        cells.append((names[key], *texts, view.change(one[view.base], one[view.end])))
        sure = None if measure is None else view.interval(measure, setting=key)
        if sure is not None:
            between = (view.between(sure, year) for year in view.headline)
            cells.append((view.word("likely", name=names[key]), *between, ""))
    table = Table(headers, tuple(cells))
    note = view.word("growth note", base=view.base, end=view.end)
    return [table] if drawing is None else [Figure(title, drawing, table, note)]
