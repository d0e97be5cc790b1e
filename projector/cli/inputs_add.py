"""``projector inputs add``: a planner's own table into an input set."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.options import LANGUAGE
from projector.errors import Problem, UsageError

if TYPE_CHECKING:
    from projector.inputs.own.adding import Added
    from projector.outputs.words import Language

__all__ = ["add"]


@click.command()
@click.argument("table")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The set that the table goes into; a new one is made from --base.",
)
@click.option(
    "--base",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The set that a new one is made from, such as inputs/case-areas.",
)
@click.option("--sheet", metavar="NAME", help="Which sheet of a workbook.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="HEADING=MEANING",
    help="What a column is; may be given several times.",
)
@click.option(
    "--unit",
    type=click.Choice(["heads", "fte", "ones", "thousands"]),
    help="What a column called only Antall holds, or what its figures are counted in.",
)
@click.option("--year", type=click.IntRange(1900, 2199), help="The year of all rows.")
@click.option("--setting", metavar="NAME", help="The level of care of all rows.")
@click.option(
    "--decimal", type=click.Choice(["comma", "point"]), help="How decimals are written in the file."
)
@click.option(
    "--sum",
    "add_up",
    multiple=True,
    metavar="HEADING",
    help="Add rows together over this column; may be given several times.",
)
@click.option("--source", help="Where the figures are from.  [default: the file]")
@click.option(
    "--quality",
    type=click.Choice(["official", "derived", "assumption"]),
    default="official",
    show_default=True,
    help="official: printed or counted; derived: reckoned; assumption.",
)
@click.option("--replace", is_flag=True, help="Put figures in the place of those of the set.")
@click.option("--dry-run", is_flag=True, help="Show what is understood and write nothing.")
@LANGUAGE
def add(
    table: str,
    file: Path,
    target: Path,
    base: Path | None,
    sheet: str | None,
    columns: tuple[str, ...],
    unit: str | None,
    year: int | None,
    setting: str | None,
    decimal: str | None,
    add_up: tuple[str, ...],
    source: str | None,
    quality: str,
    replace: bool,
    dry_run: bool,
    language: "Language",
) -> None:
    """Add a planner's FILE of TABLE to an input set and show what was understood.

    TABLE is stays, bed_days, staff or places (or opphold, liggedøgn, ansatte, plasser); FILE is CSV
    or an Excel workbook. Nothing is guessed: what may be read in two ways is told, with the option
    that says which.
    """
    from datetime import UTC, datetime

    from projector.inputs.own.adding import OwnTable, add_table
    from projector.inputs.own.rows import Given
    from projector.inputs.own.words import key_of
    from projector.outputs.atomic import sole_writer
    from projector.outputs.input_sets import SOURCES, table_files, write_set
    from projector.outputs.own_sources import own_sources
    from projector.outputs.words import word

    there = target.is_dir() and bool(table_files(target))
    folder = _set_of(target, base, there)
    level = None
    if setting is not None:
        found = key_of("setting", setting)
        if len(found) != 1:
            raise UsageError(_unknown_setting(setting, found))
        level = found[0]
    given = Given(
        year,
        level,
        decimal,
        add_up,
        source or word("own figures", language, file=file.name),
        quality,
    )
    own = OwnTable(table, file, sheet, _meanings(columns), unit, given, replace)
    if dry_run:
        _show(add_table(own, folder), language)
        click.echo(word("own dry", language))
        return
    with sole_writer(target):  # nobody adds to the set between reading and writing it
        added = add_table(own, folder)
        _show(added, language)
        told = folder / SOURCES
        earlier = told.read_text(encoding="utf-8") if there and told.is_file() else ""
        day = datetime.now(UTC).date().isoformat()
        name = None if there else folder.resolve().name
        write_set(
            target,
            added.files,
            lambda _: own_sources(earlier, target.name, name, added, day),
            base=folder,
            checked=True,
        )
    files = ", ".join([*added.files, SOURCES])
    click.echo(word("own written", language, folder=target, files=files))


def _set_of(target: Path, base: Path | None, there: bool) -> Path:
    """The set whose names are used: the one that is added to, or the one a new one is made from."""
    if there and base is not None and base.resolve() != target.resolve():
        message = "the set is there already, so it is made from no other"
        raise UsageError(Problem(str(target), message, f"--base {base}", "no --base"))
    if there:
        return target
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(
            Problem(str(target), "there is something else", expected="a set, or a new name")
        )
    if base is None:
        expected = "--base SET, such as inputs/case-areas"
        raise UsageError(Problem(str(target), "there is no such set", expected=expected))
    return base


def _meanings(columns: tuple[str, ...]) -> dict[str, str]:
    wrong = [one for one in columns if "=" not in one]
    if wrong:
        raise UsageError(Problem("--column", "no meaning", f"'{wrong[0]}'", "HEADING=MEANING"))
    return {
        heading.strip(): meaning.strip()
        for heading, _, meaning in (one.rpartition("=") for one in columns)
    }


def _unknown_setting(setting: str, found: list[str]) -> Problem:
    from projector.errors import nearest_name
    from projector.inputs.own.words import words_of

    known = list(words_of("setting"))
    words = [name for names in words_of("setting").values() for name in names]
    near = nearest_name(setting, [*known, *words])
    expected = f"one of {', '.join(found)}" if found else ", ".join(known)
    return Problem("--setting", "not a level of care", f"'{setting}'", expected, near)


def _show(added: "Added", language: "Language") -> None:
    """Print what was understood."""
    import numpy as np

    from projector.inputs.own.grid import column_letters
    from projector.outputs.words import number, word

    def say(key: str, **values: object) -> None:
        click.echo(word(key, language, **values))

    grid, layout, rows = added.grid, added.layout, added.understood.rows
    say("own table", kind=added.kind.name, file=grid.path.name)
    form = dict(grid.form)
    if grid.sheet is None:
        say("own csv", **form)
    else:
        say("own excel", sheet=grid.sheet)
    say("own header", row=layout.header + 1)
    for letter, heading, meaning in added.columns():
        say("own column", letter=letter, heading=heading, meaning=meaning)
    for at, heading in layout.unused.items():
        say("own unused", letter=column_letters(at), heading=heading)
    if layout.factor != 1:
        say("own factor", factor=f"{layout.factor:.0f}")
    for remark in added.understood.remarks:
        say("own remark", text=remark)
    say("own years", years=", ".join(sorted({row.values["year"] for row in rows})))
    for name in rows[0].figures:
        figures = np.array([row.figures[name] for row in rows])
        say("own sum", name=name, total=number(float(np.nansum(figures)), language, 1))
        if np.isnan(figures).any():
            say("own blank", count=int(np.isnan(figures).sum()))
    first = rows[0].values
    say("own source", source=first["source"], quality=first["quality"])
    say("own rows", rows=len(rows), new=added.new, same=added.same, replaced=added.replaced)
