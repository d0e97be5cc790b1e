"""``projector inputs fetch``: an input set from the statistics bank. Never runs unless asked."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.options import LANGUAGE
from projector.errors import Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projector.outputs.words import Language

__all__ = ["fetch"]

_PARTS = ("population", "projection", "hospital", "care")


@click.command()
@click.argument("regions", metavar="REGION...", nargs=-1, required=True)
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the new set.",
)
@click.option(
    "--base",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A set whose other tables are taken, such as inputs/case-areas; its areas may be named "
    "as REGION.  [default: none; the new set is then not whole]",
)
@click.option("--from", "first", type=int, help="First year of people.  [default: the last 21]")
@click.option("--until", "last", type=int, help="Last year of people.  [default: the last one]")
@click.option(
    "--only",
    "parts",
    type=click.Choice(_PARTS),
    multiple=True,
    help="Fetch this part; may be given several times.  [default: all of them]",
)
@click.option("--projection", metavar="TABLE", help="Table of the projection.  [default: 14746]")
@click.option(
    "--alternative",
    "alternatives",
    multiple=True,
    default=("MMMM",),
    show_default=True,
    metavar="LETTERS",
    help="Alternative of the projection; may be given several times.",
)
@click.option("--replace", is_flag=True, help="Write a set anew that is there already.")
@click.option(
    "--keep",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder where answers are kept, so that a fetch that broke off goes on.  "
    "[default: .statbank beside the set]",
)
@click.option(
    "--interface",
    type=click.Choice(["auto", "2", "1"]),
    default="auto",
    show_default=True,
    help="PxWebApi 2 or 1; auto is 2, or 1 where that is away.",
)
@click.option(
    "--cells", type=click.IntRange(min=1), help="Fewer cells in an extract than are allowed."
)
@click.option("--address", metavar="URL", help="Another address of PxWebApi 2, such as a mirror's.")
@click.option("--address-v1", metavar="URL", help="Another address of PxWebApi 1.")
@click.option("--address-klass", metavar="URL", help="Another address of KLASS.")
@LANGUAGE
def fetch(
    regions: tuple[str, ...],
    target: Path,
    base: Path | None,
    first: int | None,
    last: int | None,
    parts: tuple[str, ...],
    projection: str | None,
    alternatives: tuple[str, ...],
    replace: bool,
    folder: Path | None,
    interface: str,
    cells: int | None,
    address: str | None,
    address_v1: str | None,
    address_klass: str | None,
    language: "Language",
) -> None:
    """Fetch people, projections, hospital use and municipal care of REGION... from SSB.

    REGION is the code or name of a municipality or ward, the name of an area of the base set, all,
    or Norge. The nation is always fetched. Goes through the proxy that HTTPS_PROXY names.
    """
    try:
        from projector.inputs.fetch.sets import Order, Workplace, fetch_set
    except ModuleNotFoundError as error:
        if error.name != "requests":
            raise
        raise UsageError(
            Problem(
                "projector inputs fetch",
                "the package requests is not installed",
                expected="pip install 'projector[fetch]'",
            )
        ) from error
    from projector.inputs.fetch.pace import Clock
    from projector.inputs.fetch.service import known_service
    from projector.outputs.fetched_sources import fetched_sources
    from projector.outputs.input_sets import refuse_set, required_tables, table_files, write_set
    from projector.outputs.words import word

    refuse_set(target, replace=replace)
    order = Order(
        regions,
        first,
        last,
        parts or _PARTS,
        projection,
        alternatives,
        _areas(base) if base else {},
    )
    part = fetch_set(
        order,
        Workplace(
            known_service().elsewhere(address, address_v1, address_klass),
            folder or target.parent / ".statbank",
            Clock(time.monotonic, time.sleep),
            lambda: datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
            lambda text: click.echo(text, err=True),
            interface,
            cells,
        ),
    )
    for note in part.notes:
        click.echo(word("note", language, text=note), err=True)
    there = [name.removesuffix(".csv") for name in part.files]
    absent = required_tables([*there, *(table_files(base) if base else ())])
    name = base.resolve().name if base else None
    write_set(
        target,
        part.files,
        lambda taken: fetched_sources(target.name, part, base=name, taken=taken, absent=absent),
        base=base,
        checked=not absent,
    )
    click.echo(word("fetched files", language, folder=target, count=len(part.files)))
    if absent:
        click.echo(word("fetched part", language, tables=", ".join(absent)))


def _areas(base: Path) -> "Mapping[str, Sequence[str]]":
    """Region codes of the areas of a set."""
    from projector.inputs.input_set import load_inputs

    return load_inputs(base, {}).areas
