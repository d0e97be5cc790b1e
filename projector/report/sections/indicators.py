"""Indicators that plans have goals for, and the limits that the scenario sets."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from ruamel.yaml import YAML

from projector.outputs.staff import staff_sections
from projector.outputs.summary import of_stays
from projector.report.blocks import Block, Gallery, Paragraph, Section, Table
from projector.report.drawing import Line, lines
from projector.report.view import View
from projector.scenario.numbers import ANY
from projector.scenario.paths import parse_path
from projector.tables.suppression import withheld_of

__all__ = ["indicators"]

Floats = NDArray[np.float64]

# The scenario has shares, indicators stand for each hundred.
_TARGETS: dict[tuple[str, ...], tuple[str, float, bool]] = {
    ("outputs", "targets", "acute"): ("acute share", 100.0, False),
    ("outputs", "targets", "readmissions"): ("readmission share", 100.0, False),
    ("outputs", "targets", "own_coverage"): ("own coverage", 100.0, True),
    ("outputs", "targets", "ready_days"): ("ready days", 1.0, False),
    ("outputs", "targets", "active_per_old"): ("active_per_old 67+", 1.0, True),
    ("workforce", "limits", "working_age_share"): ("share of working age", 100.0, False),
}
"""Indicator, factor and whether it shall be at least so, by the keys of the scenario."""
_ROUNDING = 1e-9
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
    targets = _targets(view)
    drawn = {view.common(key) for key in _DRAWN}
    drawings = [
        lines(
            view.years,
            _series(view, name, values, targets.get(name)),
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
            named=name in targets,
        )
        for name, values, decimals in known
        if name in drawn
    ]
    rows = tuple(
        (
            name.strip(),
            *(view.number(view.by_year(values)[year], decimals) for year in view.headline),
            *_held(view, values, targets.get(name), decimals),
        )
        for name, values, decimals in known
    )
    headers = (
        view.word("indicator"),
        *map(str, view.headline),
        view.word("target"),
        view.word("target held"),
    )
    table = Table(headers, rows)
    blocks: list[Block] = []
    if not targets:
        blocks.append(Paragraph(view.word("no limits")))
    missing = [name for name in targets if name not in {name for name, _, _ in known}]
    hidden = [view.common("own coverage")] if "sites" in withheld_of(view.tree.attrs) else []
    for key, names in (
        ("target withheld", [name for name in missing if name in hidden]),
        ("target unknown", [name for name in missing if name not in hidden]),
    ):
        if names:
            blocks.append(Paragraph(view.word(key, names=", ".join(names))))
    blocks.append(
        Gallery(view.word("indicators over years"), tuple(drawings), table, view.word("own scale"))
    )
    return Section("indicators", view.word("indicators"), blocks)


@dataclass(frozen=True)
class _Target:
    """What an indicator shall be, ``[year]``: at least, or at most."""

    values: Floats
    at_least: bool

    def missed(self, values: Floats) -> NDArray[np.bool_]:
        """The years in which an indicator misses it."""
        missed = self.values - values if self.at_least else values - self.values
        return np.asarray(missed > _ROUNDING)


def _targets(view: View) -> dict[str, _Target]:
    """The targets of the scenario by the name of their indicator."""
    found = {}
    for one in view.assumptions:
        if one.keys not in _TARGETS:
            continue
        key, factor, at_least = _TARGETS[one.keys]
        path = parse_path(ANY)(YAML(typ="safe").load(one.value))
        values = factor * path.at(np.array(view.years), base_year=view.base)
        found[view.common(key)] = _Target(values, at_least)
    return found


def _held(
    view: View, values: xr.DataArray, target: _Target | None, decimals: int
) -> tuple[str, str]:
    """The target in the last year, and whether it is held."""
    if target is None:
        return view.word("no limit"), ""
    sign = view.word(
        "at least" if target.at_least else "at most",
        figure=view.number(float(target.values[-1]), decimals),
    )
    missed = np.flatnonzero(target.missed(np.asarray(values.values, dtype=float)))
    if not len(missed):
        return sign, view.word("target is held")
    years = [view.years[i] for i in missed]
    last = view.word("target missed to", first=years[0], last=years[-1])
    since = view.word("target missed from", year=years[0])
    return sign, since if years[-1] == view.end else last


def _known(view: View) -> list[tuple[str, xr.DataArray, int]]:
    found = [(view.common(key), values, places) for key, values, places in of_stays(view.tree)]
    for heading, rows in staff_sections(view.tree, view.language, view.name):
        if heading == "working age":
            found += rows
    return [(name, values, places) for name, values, places in found if _told(values)]


def _told(values: xr.DataArray) -> bool:
    return bool(np.isfinite(values.values).all())


def _series(view: View, name: str, values: xr.DataArray, target: _Target | None) -> list[Line]:
    series = [Line(name, [float(value) for value in values.values])]
    if target is not None:
        series.append(
            Line(view.word("target line"), [float(v) for v in target.values], dashed=True)
        )
    return series
