"""``projector inputs describe``: what is in an input set."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from projector.cli.options import LANGUAGE
from projector.cli.told import json_option

if TYPE_CHECKING:
    from projector.inputs.input_set import InputSet
    from projector.outputs.words import Language
    from projector.run.described import TableDescribed

__all__ = ["describe"]


@click.command()
@click.argument("inputs", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--table", metavar="NAME", help="Also tell what every row of this table is from.")
@json_option
@LANGUAGE
def describe(inputs: Path | None, table: str | None, as_json: bool, language: "Language") -> None:
    """Tell what INPUTS hold: tables, rows, regions, years, quality, and what is absent.

    INPUTS is the folder of an input set, or a scenario whose inputs are meant; without it the set
    of the case areas that comes with the program.
    """
    from projector.outputs.readings import dumped
    from projector.run.described import described

    read = _read(inputs)
    tables = described(read)
    if table is not None:
        tables = [_named(table, tables)]
    if as_json:
        click.echo(dumped(_told(read, tables, whole=table is None)))
        return
    for line in _lines(read, tables, language, whole=table is None):
        click.echo(line)


def _read(inputs: Path | None) -> "InputSet":
    from projector.cli.new import home_of_examples
    from projector.inputs.input_set import load_inputs
    from projector.run import vocabulary
    from projector.run.pipeline import read_inputs
    from projector.scenario import load_scenario

    if inputs is not None and inputs.is_file():
        return read_inputs(load_scenario(inputs, vocabulary=vocabulary))
    return load_inputs(inputs or home_of_examples() / "inputs" / "case-areas", {})


def _named(name: str, tables: "list[TableDescribed]") -> "TableDescribed":
    from projector.errors import Problem, UsageError, nearest_name

    found = next((one for one in tables if one.name == name), None)
    if found is None:
        names = [one.name for one in tables]
        near = nearest_name(name, names)
        expected = None if near else ", ".join(names)
        raise UsageError(Problem("--table", "the set has no such table", name, expected, near))
    return found


def _told(read: "InputSet", tables: "list[TableDescribed]", *, whole: bool) -> dict[str, Any]:
    from projector.run.described import absent, has_nation

    return {
        "format": "projector inputs 1",
        "ok": True,
        "exit_code": 0,
        "tables": [
            {
                "table": one.name,
                "what": one.what,
                "file": one.file,
                "rows": one.rows,
                "regions": one.regions,
                "years": None if one.years is None else list(one.years),
                "qualities": {quality or "unstated": n for quality, n in one.qualities.items()},
                "sources": [dict(source) for source in one.sources],
            }
            for one in tables
        ],
        "absent": absent(read) if whole else {},
        "areas": {name: list(codes) for name, codes in read.areas.items()},
        "nation": has_nation(read),
        "notes": list(read.notes),
    }


def _lines(
    read: "InputSet", tables: "list[TableDescribed]", language: "Language", *, whole: bool
) -> list[str]:
    from projector.outputs.words import number, word
    from projector.run.described import absent, has_nation
    from projector.tables import QUALITIES

    def told(key: str, **values: object) -> str:
        return word(f"describe {key}", language, **values)

    qualities = (*QUALITIES, "")
    heads = [told(key) for key in ("table", "rows", "regions", "years")]
    heads += [told(f"quality {quality or 'unstated'}") for quality in qualities]
    rows = [
        [
            one.name,
            number(one.rows, language),
            "" if one.regions is None else str(one.regions),
            "" if one.years is None else "–".join(dict.fromkeys(map(str, one.years))),
            *(number(one.qualities[q], language) if q in one.qualities else "" for q in qualities),
        ]
        for one in tables
    ]
    widths = [max(len(row[n]) for row in [heads, *rows]) for n in range(len(heads))]
    lines = [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for row in [heads, *rows]
    ]
    if not whole:
        (one,) = tables
        lines += ["", one.what, ""]
        lines += [
            told(
                "source",
                file=one.file,
                line=source["line"],
                rows=number(int(source["rows"]), language),
                quality=told(f"quality {source['quality'] or 'unstated'}"),
                source=source["source"],
            )
            for source in one.sources
        ]
        return lines
    lines += ["", told("areas", count=len(read.areas), names=", ".join(read.areas) or "–")]
    lines.append(told("nation" if has_nation(read) else "no nation"))
    missing = absent(read)
    lines.append(told("absent", count=len(missing)))
    lines += [f"  {name}: {what}" for name, what in missing.items()]
    lines += [word("note", language, text=note) for note in read.notes]
    return lines
