"""How well the model would have foreseen: a fixed set of backtests on real tables.

``python -m benchmarks.accuracy`` writes ``docs/accuracy.md`` and its pictures; a folder as
argument takes the place of ``docs``. The tables lie beside the checkout, see `tests.shared`.
"""

import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.accuracy_nation import (
    PUBLISHED,
    against_statistics_norway,
    missed,
    united_nations,
    with_migrants_of_the_un,
    with_paths_of_the_un,
)
from projector.population.backtest import AGE_GROUPS, ALL_SIZES, SIZE_CLASSES
from projector.population.foresight import INTERVALS
from projector.report.backtest_chart import draw_backtest
from projector.run.backtest import Backtest, Material, backtest, read_material
from projector.scenario import Scenario, load_scenario
from tests.embedded import CASE_AREAS, ROOT
from tests.shared import SHARED

TIDY = SHARED / "ssb" / "tidy"
HISTORY = TIDY / "municipalities_sex_age_2005_2020.csv.gz"
TRUTH = TIDY / "case_area_sex_age_2005_2026.csv"
OFFICIAL = TIDY / "12882_base2020_MMMM_selected.csv"
DRAWS, SEED = 1000, 1

SETTINGS = {
    "as the program has it": None,
    "five years": "{from: 2015, to: 2020}",
    "all years": "{from: 2006, to: 2020}",
    "recent years weigh more, half after five": "{from: 2010, to: 2020, weight_half_life: 5}",
    "shrunk to the nation, not to counties": "{from: 2010, to: 2020, parents: nation}",
    "extraordinary years kept": "{from: 2010, to: 2020, extraordinary: keep}",
    "half has faded after 10 years": "{from: 2010, to: 2020, half_life: 10}",
    "half has faded after 20 years": "{from: 2010, to: 2020, half_life: 20}",
}
"""Calibrations; in a backtest they keep their length and end at its base year."""

CHOICE = ((2010, 2015), (2010, 2020), (2015, 2020))
"""Base and end of the backtests that settings are chosen by: none knows anything after 2020."""

METHOD_NAMES = {
    "model": "this model",
    "no_change": "no change",
    "published": "SSB's projection of 2020",
}


@dataclass(frozen=True)
class Case:
    """One backtest of the page: a heading, what to run, and its picture."""

    heading: str
    command: str
    base: int
    end: int
    draws: int | None
    picture: str


OFFICIAL_CASE = Case(
    "From 2020 to 2026: the municipalities of SSB's projection of 2020",
    f"--base 2020 --end 2026 --truth {TRUTH.name} --published {OFFICIAL.name}",
    2020,
    2026,
    DRAWS,
    "accuracy-2020",
)
ALL_CASES = (
    Case(
        "From 2014 to 2020: every municipality", "--base 2014", 2014, 2020, DRAWS, "accuracy-2014"
    ),
    Case(
        "From 2015 to 2020: every municipality", "--base 2015", 2015, 2020, DRAWS, "accuracy-2015"
    ),
    Case("From 2010 to 2020: every municipality", "--base 2010", 2010, 2020, None, "accuracy-2010"),
)


GOALS = {
    2020: {"total": 0.023, "67+": 0.022, "80+": 0.038},
    2015: {"total": 0.038},
    2014: {},
    2010: {"total": 0.063},
}
"""Mean absolute errors to stay under, by base year: for 2020 SSB's own and better, for the
others those of a plain prototype, ten-year means of what survival does not explain."""


def scenario(folder: Path, calibration: str | None = None) -> Scenario:
    """Every municipality, with the settings of the program or a calibration of its own."""
    path = folder / "every-municipality.yaml"
    lines = [
        "scenario: Every municipality",
        f"inputs: {{set: {CASE_AREAS}, population: {HISTORY}}}",
        "regions: [all]",
        "years: {base: 2020, end: 2026}",
    ]
    if calibration is not None:
        lines.append(f"population: {{calibration: {calibration}}}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_scenario(path)


def page(folder: Path, pictures: Path) -> str:
    """The page, with its pictures drawn into a folder."""
    default = scenario(folder)
    material = read_material(default)
    with_official = read_material(default, truth=TRUTH, published=OFFICIAL)
    parts = []
    summary = []
    for case, read in [(OFFICIAL_CASE, with_official), *((case, material) for case in ALL_CASES)]:
        found = backtest(default, read, [case.base], end=case.end, draws=case.draws, seed=SEED)
        draw_backtest(found.errors, pictures / f"{case.picture}.svg", case.heading, "en")
        parts.append(section(case, found))
        summary += goals(case, found)
    beside, national = the_nation(folder)
    table = markdown(["what", "goal", "measured", ""], [*summary, *national])
    return "\n".join([_INTRODUCTION, *table, "", *parts, beside, choice(folder, material)])


def goals(case: Case, found: Backtest) -> list[list[str]]:
    """What was set out to be reached, and what was."""
    cells = found.errors[
        (found.errors["year"] == case.end) & (found.errors["size"] == ALL_SIZES)
    ].set_index(["ages", "method"])["mean_absolute_error"]
    return [
        [
            f"{case.base} → {case.end}, {group}",
            f"at most {percent(limit, 2)}",
            percent(cells[group, "model"], 2),
            verdict(cells[group, "model"], limit),
        ]
        for group, limit in GOALS[case.base].items()
    ]


def the_nation(folder: Path) -> tuple[str, list[list[str]]]:
    """Official national projections beside ours, and what was set out to be reached."""
    by_base = {base: against_statistics_norway(folder, base) for base in (2026, 2024)}
    rows = [
        [
            f"{letters} {year}",
            f"{published:,}".replace(",", " "),
            *(percent(errors[letters, year], 2, sign=True) for errors in by_base.values()),
        ]
        for (letters, year), published in PUBLISHED.items()
    ]
    own = with_paths_of_the_un(folder)
    theirs = with_migrants_of_the_un(own)
    un = united_nations()
    worst = {
        (ages, flow): float(abs(missed(flows[flow], un[flow])).max())
        for ages, flows in (
            ("ages as calibrated", {"births": own["births"], "deaths": own["deaths"]}),
            ("ages of the UN", {"births": theirs.births, "deaths": theirs.deaths}),
        )
        for flow in ("births", "deaths")
    }
    text = [
        _NATION,
        *markdown(["alternative", "published", *(f"from {base}" for base in by_base)], rows),
        "",
        _UNITED_NATIONS,
        *markdown(
            ["migrants", "births", "deaths"],
            [
                [ages, *(percent(worst[ages, flow], 2) for flow in ("births", "deaths"))]
                for ages in dict.fromkeys(ages for ages, _ in worst)
            ],
        ),
        "",
    ]
    measured = [
        *(
            (f"nation {year}, MMMM from {base}", limit, abs(by_base[base]["MMMM", year]))
            for base in by_base
            for year, limit in ((2030, 0.005), (2050, 0.01))
        ),
        *(
            (f"{flow} beside the UN, {ages}, worst year to 2050", 0.015, error)
            for (ages, flow), error in worst.items()
        ),
    ]
    return "\n".join(text), [
        [what, f"within {percent(limit)}", percent(error, 2), verdict(error, limit)]
        for what, limit, error in measured
    ]


def verdict(error: float, limit: float) -> str:
    """Whether a goal was reached."""
    return "reached" if error <= limit else "not reached"


def section(case: Case, found: Backtest) -> str:
    """Errors by age group, size class and horizon, and how the intervals held."""
    draws = "" if case.draws is None else f" --draws {case.draws} --seed {SEED}"
    everywhere = found.errors[found.errors["size"] == ALL_SIZES]
    last = everywhere[everywhere["year"] == case.end]
    count = int(last["regions"].max())
    lines = [
        f"## {case.heading}",
        "",
        f"`projector backtest every-municipality.yaml {case.command}{draws}`",
        "",
        f"{count} municipalities.",
        "",
        f"![Mean absolute error by year and by size](pictures/{case.picture}.svg)",
        "",
        f"Mean absolute error in {case.end}, and in brackets the mean error, by age:",
        "",
        *by(last, "ages", AGE_GROUPS),
        "",
        "Total by year:",
        "",
        *by(everywhere[everywhere["ages"] == "total"], "year"),
        "",
        f"Total in {case.end} by people in {case.base}:",
        "",
        *by(
            found.errors[(found.errors["year"] == case.end) & (found.errors["ages"] == "total")],
            "size",
            (*SIZE_CLASSES, ALL_SIZES),
        ),
        "",
    ]
    of_model = last[(last["method"] == "model") & (last["ages"] == "total")].iloc[0]
    lines += [
        f"Of the total, half the municipalities were missed by less than "
        f"{percent(of_model['median_absolute_error'])} and nine of ten by less than "
        f"{percent(of_model['percentile_90_absolute_error'])}; their sum was "
        f"{percent(of_model['error_of_sum'], sign=True)} off.",
        "",
    ]
    if found.coverage is not None:
        lines += ["Share of municipalities within the interval (mean width), by age:", ""]
        lines += [*intervals(found.coverage), ""]
    notes = [note for note in found.notes if note.startswith(f"base {case.base}")]
    return "\n".join([*lines, *(f"- {note}" for note in notes), ""])


def by(errors: pd.DataFrame, column: str, order: Iterable[object] | None = None) -> list[str]:
    """A table of errors, one row for each value of a column and one column for each method."""
    methods = [method for method in METHOD_NAMES if method in set(errors["method"])]
    cells = errors.set_index([column, "method"])
    values = [value for value in order or errors[column].unique() if value in set(errors[column])]
    rows = []
    for value in values:
        texts = []
        for method in methods:
            if (value, method) not in cells.index:
                texts.append("–")
                continue
            one = cells.loc[(value, method)]
            bias = percent(one["mean_error"], sign=True)
            texts.append(f"{percent(one['mean_absolute_error'], 2)} ({bias})")
        regions = int(cells.loc[(value, "model"), "regions"])
        rows.append([str(value), str(regions), *texts])
    return markdown([column, "municipalities", *(METHOD_NAMES[method] for method in methods)], rows)


def intervals(coverage: pd.DataFrame) -> list[str]:
    """Coverage and width by age group, for the first, the middle and the last horizon."""
    everywhere = coverage[coverage["size"] == ALL_SIZES]
    cells = everywhere.set_index(["ages", "horizon", "interval"])
    horizons = sorted(everywhere["horizon"].unique())
    shown = sorted({horizons[0], horizons[len(horizons) // 2], horizons[-1]})
    columns = [(horizon, interval) for interval in INTERVALS for horizon in shown]
    rows = [
        [
            group,
            *(
                f"{percent(cells.loc[(group, *column), 'coverage'], 0)} "
                f"({percent(cells.loc[(group, *column), 'width'])})"
                for column in columns
            ),
        ]
        for group in AGE_GROUPS
    ]
    return markdown(["ages", *(f"{i} %, year {h}" for h, i in columns)], rows)


def choice(folder: Path, material: Material) -> str:
    """Errors of the earlier backtests under other settings."""
    rows = []
    for name, calibration in SETTINGS.items():
        texts = [name]
        chosen = scenario(folder, calibration)
        for base, end in CHOICE:
            errors = backtest(chosen, material, [base], end=end).errors
            last = errors[(errors["year"] == end) & (errors["size"] == ALL_SIZES)]
            cells = last.set_index(["ages", "method"])["mean_absolute_error"]
            texts += [percent(cells[group, "model"], 2) for group in ("total", "67+", "80+")]
        rows.append(texts)
    heading = [
        f"{base} → {end}, {group}" for base, end in CHOICE for group in ("total", "67+", "80+")
    ]
    return "\n".join([_CHOICE, *markdown(["calibration", *heading], rows), ""])


def markdown(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table; the first column is text, the others are figures."""
    lines = [heading, ["---", *("---:" for _ in heading[1:])], *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def percent(share: float, decimals: int = 1, *, sign: bool = False) -> str:
    """A share as percent."""
    return f"{100 * share:{'+' if sign else ''}.{decimals}f} %"


_INTRODUCTION = """\
# How good is it?

`make accuracy` writes this page from the tables of SSB (07459 on municipalities of 2024, 12882)
that lie beside the checkout. Each backtest pretends that its base year is the last one counted:
age tables after it are cut away, fertility stays as it was, net immigration is the mean of the ten
years before, and life expectancy goes on along its trend. *No change* keeps everybody who was
there. The scenario is

```yaml
scenario: Every municipality
inputs: {set: inputs/case-areas, population: municipalities_sex_age_2005_2020.csv.gz}
regions: [all]
years: {base: 2020, end: 2026}
```
"""
_NATION = """\
## The nation beside official projections

The people of Statistics Norway's projection of 2024, with its assumptions linear between the
printed years, from the last counted year and from that projection's own base:
"""
_UNITED_NATIONS = """\
From 2024 the year 2030 comes out higher because net immigration is not linear between the printed
years: most of its fall from 41 093 to 16 482 is over by 2026.

With total fertility, life expectancy and net migration of the United Nations' World Population
Prospects 2024, the largest error of a year's births and deaths to 2050. When net migration is low
the United Nations lets more people of 15 to 24 come, and people of 30 to 49 leave, than the counted
years show; that decides how many mothers there are after 2040:
"""
_CHOICE = """\
## What to make of it

- People of 80 and over came out too many in 2026, because life expectancy stood still from 2020 to
  2023 after it had risen for decades. Nobody who knew only the years before could have seen that.
- In places of 2 000 to 5 000 people, from 2014 and 2015 to 2020, the total is foreseen no better
  than by no change: what comes and goes there in a few years is not in the age tables.
- Intervals rest on errors of earlier years, in which there was no pandemic and no war; in the case
  of 2020 they held fewer of the old than they promise.
- The shipped scenarios let half of what sets a municipality apart fade in 20 years; over five or
  six years that changes the errors little, over ten it makes them smaller (last table).

## The settings

Settings are chosen by the backtests below, which know nothing after 2020: the ten years of
tables, the counties as parents, the bands of ages, people as the weights of the covariances, and
that life expectancy goes on from the last one counted. They were not chosen by the errors of 2026
above, which were seen while the method was made. Mean absolute error over all municipalities,
under other settings of `calibration` (fewer years where fewer are known):
"""


def main(arguments: Sequence[str]) -> None:
    """Write the page and its pictures into a folder, ``docs`` where none is given."""
    lacking = [path.name for path in (HISTORY, TRUTH, OFFICIAL) if not path.is_file()]
    if lacking:
        sys.exit(f"the tables to backtest on are not in {TIDY}: {', '.join(lacking)}")
    target = Path(arguments[0]) if arguments else ROOT / "docs"
    pictures = target / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        text = page(Path(folder), pictures)
    (target / "accuracy.md").write_text(text, encoding="utf-8")
    print(f"{target / 'accuracy.md'} in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
