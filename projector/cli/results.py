"""``projector results``: read figures of a run without opening a file."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from projector.cli.completion import complete_parts, complete_results
from projector.cli.options import LANGUAGE, RUN
from projector.cli.told import json_option

if TYPE_CHECKING:
    from projector.outputs.words import Language

__all__ = ["results"]

_AXES = {
    "region": "A region or area of the run, or all.",
    "year": "A year.  [default: those of the main table; all in CSV and JSON]",
    "age": "An age or ages, such as 85, 67-79 or 80+.",
    "sex": "female or male.",
    "diagnosis": "A diagnosis group.",
    "setting": "A level of care.",
    "resource": "A kind of bed, place or room.",
    "site": "A site that treats people or has capacity.",
    "profession": "A profession.",
    "competence": "A speciality or further training.",
    "group": "A priority group.",
    "kind": "somatic, mental or addiction.",
    "education": "A level of education.",
    "season": "A season of the year.",
    "measure": "Of beds in use: mean, busy_month, p90 or p95.",
    "old": "Ages of the old that others are counted against: 67+ or 80+.",
    "pool": "Units that share their beds.",
}
"""What a part may be asked for of, and what the option says."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for axis, text in reversed(_AXES.items()):
        command = click.option(
            f"--{axis}", multiple=True, metavar="NAME", help=text, shell_complete=complete_parts
        )(command)
    return command


@click.command()
@RUN
@click.option(
    "--result",
    metavar="NAME",
    shell_complete=complete_results,
    help="What to read: people, beds, beds_gap, staff_gap, contacts or another.  "
    "[default: list what the run has]",
)
@_options
@click.option(
    "--by",
    multiple=True,
    metavar="AXIS",
    help="A line for each part of this axis and not for all together, such as region, sex, age or "
    "diagnosis.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, with every quantile.")
@json_option
@LANGUAGE
def results(
    run: Path,
    result: str | None,
    by: tuple[str, ...],
    as_csv: bool,
    as_json: bool,
    language: "Language",
    **of: tuple[str, ...],
) -> None:
    """Read figures from RUN, the folder of a run or its results.nc.

    Options that name a part may be given several times; each gives a line. Parts that are not
    named are taken together where they may be added up.
    """
    from projector.errors import Problem, UsageError

    if as_csv and as_json:
        raise UsageError(Problem("--csv", "CSV or JSON, not both", expected="one of the two"))
    if result is None:
        given = [axis for axis, names in {**of, "by": by}.items() if names]
        if given:
            raise UsageError(
                [
                    Problem(f"--{axis}", "which result is meant is not said", expected="--result")
                    for axis in given
                ]
            )
        _list(run, as_csv=as_csv, as_json=as_json, language=language)
    else:
        _read(run, result, of, by, as_csv=as_csv, as_json=as_json, language=language)


def _read(
    run: Path,
    result: str,
    of: dict[str, tuple[str, ...]],
    by: Sequence[str],
    *,
    as_csv: bool,
    as_json: bool,
    language: "Language",
) -> None:
    from projector.outputs import read_results, results_file
    from projector.outputs.netcdf import groups_in
    from projector.outputs.readings import (
        called,
        dumped,
        reading_json,
        reading_table,
        reading_text,
    )
    from projector.outputs.tidy import table_text
    from projector.run.readings import groups_to_read, read_figures
    from projector.tables.suppression import withheld_of

    file = results_file(run)
    present = [group.strip("/") for group in groups_in(file)]
    wanted = groups_to_read(result, present, withheld_of(_attributes(file)))
    tree = read_results(file, wanted.__contains__)
    reading = read_figures(tree, result, of=of, by=by, called=called())
    if as_csv:
        click.echo(table_text(reading_table(reading)), nl=False)
    elif as_json:
        click.echo(dumped(_about(tree.attrs) | reading_json(reading)))
    else:
        named = json.loads(tree.attrs["names"])
        click.echo(reading_text(reading, named, language, asked=result, all_years=bool(of["year"])))


def _attributes(file: Path) -> dict[Any, Any]:
    """What the results say of themselves, without any of their groups."""
    from projector.outputs import read_results

    return read_results(file, lambda _: False).attrs


def _about(attributes: dict[Any, Any]) -> dict[str, Any]:
    """What the figures are of."""
    return {
        "format": "projector results 1",
        "title": attributes["title"],
        "version": attributes["projector_version"],
        "scenario_sha256": attributes["scenario_sha256"],
    }


def _list(run: Path, *, as_csv: bool, as_json: bool, language: "Language") -> None:
    """What the run has, by name."""
    import pandas as pd

    from projector.outputs import results_file
    from projector.outputs.netcdf import groups_in
    from projector.outputs.readings import dumped
    from projector.outputs.tidy import table_text
    from projector.outputs.words import word
    from projector.run.asking import told_by
    from projector.tables import VARIABLES
    from projector.tables.result_names import ALSO_CALLED, RESULT_NAMES, YEARS_TOLD
    from projector.tables.suppression import withheld_of

    file = results_file(run)
    names = told_by((group.strip("/") for group in groups_in(file)), withheld_of(_attributes(file)))
    also = {full: short for short, full in ALSO_CALLED.items()}
    rows = [
        {
            "result": also.get(name, name),
            "unit": VARIABLES[group][variable].unit,
            "by": " ".join(VARIABLES[group][variable].dims),
            "what": VARIABLES[group][variable].long_name,
        }
        for name, (group, variable) in ((name, RESULT_NAMES[name]) for name in names)
    ]
    if as_json:
        click.echo(dumped({"format": "projector results 1", "results": rows}))
    elif as_csv:
        click.echo(table_text(pd.DataFrame(rows)), nl=False)
    else:
        for row, name in zip(rows, names, strict=True):
            variable = RESULT_NAMES[name][1]
            told = "calendar year" if variable in YEARS_TOLD else row["unit"]
            row["unit"] = word(f"unit {told}", language)
            row["what"] = word(f"result {name}", language)
        widths = {key: max(len(row[key]) for row in rows) for key in ("result", "unit", "by")}
        for row in rows:
            cells = [row[key].ljust(width) for key, width in widths.items()]
            click.echo("  ".join([*cells, row["what"]]))
