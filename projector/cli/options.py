"""Options that several commands have, worded once."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from projector.cli.completion import complete_runs, complete_scenarios

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.decorators import FC

    from projector.outputs.words import Language

__all__ = [
    "FOLDER",
    "LANGUAGE",
    "PARTS",
    "PICTURE",
    "REGIONS",
    "RUN",
    "SCENARIO",
    "TABLE",
    "WITHOUT",
    "WORKERS",
    "Draws",
    "language_of",
    "language_option",
]


class Draws(click.ParamType):  # type: ignore[type-arg]
    """A number of draws, or ``auto``."""

    name = "number or auto"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, or the word itself."""
        if value == "auto":
            return value
        return click.IntRange(min=0).convert(value, param, ctx)


SCENARIO = click.argument(
    "scenario",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    shell_complete=complete_scenarios,
)
# One that is not there may have been set aside by a run that was killed.
RUN = click.argument("run", type=click.Path(path_type=Path), shell_complete=complete_runs)

FOLDER = click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that the scenario lay in.  [default: looked for here and around the results]",
)
_META = "projector.language"


def _remember_language(ctx: click.Context, _: click.Parameter, language: str) -> str:
    """Callback of the option, for `language_of`."""
    ctx.meta[_META] = language
    return language


def language_of(ctx: click.Context) -> "Language":
    """The language that the command which was called speaks; English where it has no choice."""
    language: Language = ctx.meta.get(_META, "en")
    return language


def language_option(of: str) -> "Callable[[FC], FC]":
    """The option for the language of something."""
    return click.option(
        "--language",
        type=click.Choice(["nb", "en"]),
        default="nb",
        show_default=True,
        is_eager=True,
        callback=_remember_language,
        help=f"Language of {of}: bokmål or English.",
    )


LANGUAGE = language_option("what is printed")


WITHOUT = click.option(
    "--without",
    multiple=True,
    metavar="NAME",
    help="Leave this change out; may be given several times.",
)

TABLE = click.Path(exists=True, dir_okay=False, path_type=Path)

PARTS = click.option(
    "--of",
    multiple=True,
    metavar="NAME",
    help="One setting, diagnosis, priority group, resource, site, profession or competence; may be "
    "given for several of these.  [default: all together]",
)
REGIONS = click.option(
    "--region",
    "regions",
    multiple=True,
    metavar="NAME",
    help="A region or area of the scenario; may be given several times.  [default: all]",
)
PICTURE = click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The picture: svg, png or pdf; a table of all years lies beside it.  "
    "[default: in outputs/, named after what is asked]",
)
WORKERS = click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Processes that make draws; the numbers are the same for any number of them.  "
    "[default: one for each processor, a few at most]",
)
