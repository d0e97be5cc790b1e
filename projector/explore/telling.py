"""From runs to what the page shows of them: figures in words, charts and tables."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from re import sub

import numpy as np
from markupsafe import Markup

from projector.errors import Problem, UsageError
from projector.explore.answer import Answer, Asked, Cell, Row, SiteRow
from projector.explore.figures import SHOWN, Figures, Shown, Site, parts_of, sites_of
from projector.explore.session import Session
from projector.outputs.words import number, signed, word
from projector.report.drawing import Line, lines
from projector.report.view import few
from projector.run.rerun import Results

__all__ = ["answer_of", "asks_for_staff"]

_MOST_CHARTS = 6
"""Sites with a chart; the table has all of them."""
_MOST_DECIMALS = 4
"""Of a difference, however small."""
_SAME = 1e-9
"""Figures that differ by less are the same."""


def answer_of(session: Session, results: Results, asked: Asked) -> Answer:
    """What the page shows of a run.

    Parameters
    ----------
    session
        The scenario as it is written, and the other.
    results
        The run of the changed scenario.
    asked
        What the page asks to see.

    Raises
    ------
    UsageError
        If the page asks for something that there is not.
    """
    _refuse_unknown(session, asked)
    teller = _Teller(session, results, asked)
    return Answer(
        cards=teller.cards(),
        title=teller.title,
        chosen=teller.chosen(),
        chart=teller.chart(),
        by_year=teller.by_year(),
        by_part=teller.by_part(),
        sites=teller.sites(),
        site_charts=teller.site_charts(),
    )


def asks_for_staff(asked: Asked) -> bool:
    """Whether what is asked for is told of staff, which a run has last."""
    return asked.result in SHOWN and SHOWN[asked.result].group.startswith("workforce")


def _refuse_unknown(session: Session, asked: Asked) -> None:
    years = session.scenario.years
    problems = []
    if asked.region and asked.region not in session.regions:
        problems.append(Problem("region", "the run has no such region", repr(asked.region)))
    if asked.result not in SHOWN or not parts_of(session.written, SHOWN[asked.result]):
        problems.append(Problem("result", "the run has no such result", repr(asked.result)))
    elif asked.part and asked.part not in parts_of(session.written, SHOWN[asked.result]):
        problems.append(Problem("part", "the result has no such part", repr(asked.part)))
    if not years.base <= asked.year <= years.end:
        expected = f"{years.base} to {years.end}"
        problems.append(Problem("year", "the year is not projected", str(asked.year), expected))
    if problems:
        raise UsageError(problems)


class _Teller:
    """Figures of up to three runs, in the words of a language."""

    def __init__(self, session: Session, results: Results, asked: Asked) -> None:
        self.session, self.results, self.asked = session, results, asked
        self.names = session.names(asked.language)
        self.language = asked.language
        self.years = list(range(session.scenario.years.base, session.scenario.years.end + 1))
        self.at = self.years.index(asked.year)
        codes = session.regions[asked.region] if asked.region else session.inside
        self.runs: list[tuple[Results, Sequence[str]] | None] = [
            (session.written, codes),
            (results, codes),
        ]
        self.compares = session.other is not None
        if session.other is not None:
            # All regions of one run against all of the other; one region against the same.
            there = {str(code) for code in session.other.people.population["region"].values}
            own = codes if asked.region else sorted(there)
            self.runs.append((session.other, own) if set(own) <= there else None)
        self.shown = SHOWN[asked.result]

    @property
    def title(self) -> str:
        part = self._part_name(self.shown, self.asked.part) if self.asked.part else ""
        named = self.names.word(f"result {self.asked.result}")
        where = self.asked.region or self.names.word("all regions")
        return f"{named}: {part}, {where}" if part else f"{named}, {where}"

    def cards(self) -> list[Row]:
        found = []
        for key, result, part in (
            ("80+", "people", "80+"),
            ("bed days", "bed_days", "inpatient"),
            ("visits", "contacts", "outpatient"),
            ("beds", "beds", ""),
            ("staff", "staff", ""),
            ("staff gap", "staff_gap", ""),
        ):
            shown = SHOWN[result]
            if shown.group not in self.runs_of_written.groups:
                continue
            values = self._values(shown, part)
            name = self.names.word(f"card {key}", year=self.asked.year)
            row = self._row(name, [None if v is None else v[self.at] for v in values])
            found.append(replace(row, waits=shown.group not in self.results.groups))
        return found

    @property
    def runs_of_written(self) -> Results:
        first = self.runs[0]
        assert first is not None  # only another file may lack a region
        return first[0]

    def by_part(self) -> list[Row]:
        """Each part of the result in the chosen year, and all together."""
        rows = []
        figures = [self._figures(run, self.shown) for run in self.runs]
        for key in parts_of(self.runs_of_written, self.shown):
            of_key = [self._of_part(one, key) for one in figures]
            rows.append(
                self._row(
                    self._part_name(self.shown, key),
                    [None if v is None else v[self.at] for v in of_key],
                    chosen=key == self.asked.part,
                    key=key,
                )
            )
        whole = self._values(self.shown, "")
        rows.append(
            self._row(
                word("total", self.language),
                [None if v is None else v[self.at] for v in whole],
                chosen=not self.asked.part,
            )
        )
        return rows

    def by_year(self) -> list[Row]:
        values = self._values(self.shown, self.asked.part)
        return [
            self._row(str(year), [None if v is None else v[i] for v in values])
            for i, year in enumerate(self.years)
        ]

    def chosen(self) -> Row:
        """The chosen part in the chosen year."""
        values = self._values(self.shown, self.asked.part)
        return self._row(str(self.asked.year), [None if v is None else v[self.at] for v in values])

    def chart(self) -> Markup:
        values = self._values(self.shown, self.asked.part)
        names = [self.names.word(key) for key in ("as written", "as changed", "other file")]
        series = [
            Line(name, [float(v) for v in own])
            for name, own in zip(names, values, strict=False)
            if own is not None and not np.isnan(own).any()
        ]
        row = self.chosen()
        description = self.names.word(
            "chart desc",
            year=self.asked.year,
            written=row.written.text,
            changed=row.changed.text,
        )
        return _bare(
            lines(
                self.years,
                series,
                title=self.title,
                description=description,
                figure=self._axis,
                width=430.0,
                height=235.0,
            )
        )

    @cached_property
    def _sites(self) -> list[tuple[Site, Site]]:
        written, changed = (run for run in self.runs[:2] if run is not None)
        before = {(one.site, one.resource): one for one in sites_of(written[0])}
        return [(before.get((one.site, one.resource), one), one) for one in sites_of(changed[0])]

    def sites(self) -> list[SiteRow]:
        rows = []
        for before, now in self._sites:
            name = f"{now.site}: {self.names.of('resource', now.resource)}"
            refusal = None
            if now.refusal is not None and before.refusal is not None:
                refusal = self._row(
                    name, [before.refusal[self.at], now.refusal[self.at]], percent=True
                )
            rows.append(
                SiteRow(
                    name,
                    exists=self._cell(float(now.exists[self.at])),
                    need=self._row(name, [before.need[self.at], now.need[self.at]]),
                    refusal=refusal,
                    first_written=self._first(before.first),
                    first_changed=self._first(now.first),
                )
            )
        return rows

    def site_charts(self) -> list[Markup]:
        charts = []
        for before, now in self._sites[:_MOST_CHARTS]:
            name = f"{now.site}: {self.names.of('resource', now.resource)}"
            since = None if now.first is None else (now.first, self._first(now.first))
            charts.append(
                _bare(
                    lines(
                        self.years,
                        [
                            Line(self.names.word("need written"), list(map(float, before.need))),
                            Line(self.names.word("need changed"), list(map(float, now.need))),
                            Line(
                                self.names.word("exists"),
                                list(map(float, now.exists)),
                                dashed=True,
                            ),
                        ],
                        title=name,
                        description=self.names.word(
                            "site desc",
                            year=self.asked.year,
                            need=self._cell(float(now.need[self.at])).text,
                            exists=self._cell(float(now.exists[self.at])).text,
                            first=self._first(now.first),
                        ),
                        figure=self._axis,
                        width=430.0,
                        height=230.0,
                        heading=name,
                        mark=since,
                    )
                )
            )
        return charts

    def _first(self, year: int | None) -> str:
        if year is None:
            return self.names.word("never short")
        return self.names.word("short from", year=year)

    def _figures(self, run: tuple[Results, Sequence[str]] | None, shown: Shown) -> Figures | None:
        """None where another file does not know of it."""
        if run is None or shown.group not in run[0].groups:
            return None
        return self.session.figures(run[0], shown, tuple(run[1]))

    def _values(self, shown: Shown, part: str) -> list[np.ndarray | None]:
        return [self._of_part(self._figures(run, shown), part) for run in self.runs]

    def _of_part(self, figures: Figures | None, part: str) -> np.ndarray | None:
        return None if figures is None else figures.of(part)

    def _part_name(self, shown: Shown, key: str) -> str:
        match shown.part:
            case "ages":
                return word(f"ages {key}", self.language)
            case "setting":
                return word(key, self.language)
            case _:
                return self.names.of(shown.part, key)

    def _row(
        self,
        name: str,
        values: Sequence[float | None],
        *,
        percent: bool = False,
        chosen: bool = False,
        key: str = "",
    ) -> Row:
        known = [np.nan if value is None else float(value) for value in values]
        written, changed = known[:2]
        gained = changed - written
        if abs(gained) <= _SAME * max(abs(written), abs(changed), 1.0):
            gained = 0.0
        return Row(
            name,
            self._cell(written, percent),
            self._cell(changed, percent),
            Cell(gained, self._signed(gained, percent)),
            self._cell(known[2], percent) if self.compares and len(known) > 2 else None,
            chosen,
            key,
        )

    def _cell(self, value: float, percent: bool = False) -> Cell:
        if np.isnan(value):
            return Cell(value, word("report unknown", self.language))
        if percent:
            figure = number(100 * value, self.language, 1)
            return Cell(value, word("report per cent", self.language, figure=figure))
        return Cell(value, number(value, self.language, few(value)))

    def _signed(self, gained: float, percent: bool) -> str:
        if np.isnan(gained):
            return word("report unknown", self.language)
        if gained == 0:
            return self.names.word("no change")
        if percent:
            return signed(100 * gained, self.language, 1)
        decimals = few(gained)
        while decimals and round(gained, decimals) == 0 and decimals < _MOST_DECIMALS:
            decimals += 1
        return signed(gained, self.language, decimals)

    def _axis(self, value: float) -> str:
        decimals = next((n for n in range(4) if round(value, n) == round(value, 6)), 4)
        return number(value, self.language, decimals)


def _bare(drawing: Markup) -> Markup:
    """A drawing without its own width: the page allows no styles but those of its file."""
    return Markup(sub(r'^(<svg[^>]*?) style="[^"]*"', r"\1", str(drawing), count=1))
