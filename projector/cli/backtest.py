"""``projector backtest``: how far off projections from earlier years would have been."""

from importlib.util import find_spec
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.errors import Problem, UsageError
from projector.outputs.study import BACKTEST, refuse_study_target, write_study
from projector.outputs.words import number, word
from projector.population.backtest import AGE_GROUPS, ALL_SIZES
from projector.population.foresight import INTERVALS
from projector.run import vocabulary
from projector.run.backtest import Backtest, backtest, read_material
from projector.scenario import load_scenario
from projector.scenario.fields import AUTO

if TYPE_CHECKING:
    import pandas as pd

    from projector.outputs.words import Language

__all__ = ["backtest_scenario"]

_NOTHING = "–"


def backtest_scenario(
    path: Path,
    bases: tuple[int, ...],
    *,
    end: int | None,
    truth: Path | None,
    published: Path | None,
    draws: int | None,
    futures: bool,
    seed: int | None,
    output: Path,
    language: "Language",
) -> None:
    """Backtest a scenario file for a reader at a terminal.

    Parameters
    ----------
    path
        The scenario file.
    bases
        Base years.
    end
        Last year compared, or None for the last one counted.
    truth, published
        Tables of what came and of a published projection, or None.
    draws, seed
        Draws for prediction intervals and their seed, in place of what the scenario says.
    futures
        Whether the intervals are of stochastic futures, not of the errors by age group.
    output
        Folder for the tables; the picture lies beside it.
    language
        ``nb`` or ``en``.

    Raises
    ------
    UsageError
        If a published projection, which has one base year, is held against several, futures are
        asked for without draws, or the folder holds something else.
    """
    if published is not None and len(set(bases)) > 1:
        raise UsageError(
            Problem(
                where="--published",
                message="a published projection has one base year",
                found=", ".join(map(str, sorted(set(bases)))),
                expected="one --base",
            )
        )
    refuse_study_target(output)
    scenario = load_scenario(path, vocabulary=vocabulary)
    material = read_material(scenario, truth=truth, published=published)
    said = scenario.uncertainty
    asked = said.draws if draws is None else draws
    if asked == AUTO:
        raise UsageError(
            Problem("--draws", "a backtest does not stop by itself", "draws: auto", "a number")
        )
    if futures and asked is None:
        raise UsageError(
            Problem("--futures", "how many futures?", expected="--draws, or draws in the scenario")
        )
    found = backtest(
        scenario,
        material,
        bases,
        end=end,
        draws=asked,
        seed=said.seed if seed is None else seed,
        futures=futures,
    )
    for note in found.notes:
        click.echo(word("note", language, text=note), err=True)
    tables = {"errors": found.errors, "regions": found.regions}
    if found.coverage is not None:
        tables["coverage"] = found.coverage
    write_study(tables, scenario.resolved_yaml(), output, BACKTEST)
    click.echo("\n".join(_lines(found, scenario.scenario, language)))
    click.echo(f"\n{word('results in', language, folder=output)}/")
    _draw(found, output.parent / f"{output.name}.svg", scenario.scenario, language)


def _draw(found: Backtest, picture: Path, title: str, language: "Language") -> None:
    """Draw the picture, or say that it needs matplotlib."""
    if find_spec("matplotlib") is None:
        click.echo(word("no picture", language), err=True)
        return
    from projector.report.backtest_chart import draw_backtest

    draw_backtest(found.errors, picture, title, language)
    click.echo(str(picture))


def _lines(found: Backtest, title: str, language: "Language") -> list[str]:
    """For each base year a heading and one line for each age group, at the last year."""
    lines = [title]
    for base, errors in found.errors.groupby("base", sort=False):
        last = int(errors["year"].max())
        at_end = errors[(errors["year"] == last) & (errors["size"] == ALL_SIZES)]
        methods = list(errors["method"].unique())
        heading = [word(f"method {method}", language) for method in methods]
        table = at_end.set_index(["ages", "method"])["mean_absolute_error"]
        rows = {
            group: [
                _percent(table[group, method], language) if (group, method) in table else _NOTHING
                for method in methods
            ]
            for group in AGE_GROUPS
        }
        if found.coverage is not None:
            heading += [word("within", language, percent=percent) for percent in INTERVALS]
            held = _held(found.coverage, base, last)
            for group, row in rows.items():
                row += [_percent(held[group, percent], language) for percent in INTERVALS]
        count = int((at_end["regions"] + at_end["undefined"]).max())
        lines += ["", word("backtested", language, base=base, year=last, count=count)]
        lines += _table(word("mean absolute error", language), heading, rows, language)
        left_out = at_end[(at_end["method"] == "model") & (at_end["undefined"] > 0)]
        lines += [
            word("undefined", language, count=count, ages=word(_ages_key(group), language))
            for group, count in zip(left_out["ages"], left_out["undefined"], strict=True)
        ]
    return lines


def _table(
    corner: str, heading: list[str], rows: dict[str, list[str]], language: "Language"
) -> list[str]:
    """A name column, then one column for each heading."""
    names = {group: f"  {word(_ages_key(group), language)}" for group in rows}
    wide = max(len(corner), *map(len, names.values())) + 2
    columns = [max(len(text), 8) + 2 for text in heading]
    first = "".join(f"{text:>{width}}" for text, width in zip(heading, columns, strict=True))
    return [corner.ljust(wide) + first] + [
        names[group].ljust(wide)
        + "".join(f"{text:>{width}}" for text, width in zip(row, columns, strict=True))
        for group, row in rows.items()
    ]


def _held(coverage: "pd.DataFrame", base: object, year: int) -> "pd.Series[float]":
    """Share of regions within each interval by age group, in one year."""
    chosen = (
        (coverage["base"] == base) & (coverage["year"] == year) & (coverage["size"] == ALL_SIZES)
    )
    return coverage[chosen].set_index(["ages", "interval"])["coverage"]


def _ages_key(group: str) -> str:
    return "total" if group == "total" else f"ages {group}"


def _percent(share: float, language: "Language") -> str:
    return _NOTHING if isnan(share) else f"{number(100.0 * share, language, 1)} %"
