"""The command line: thin commands over the library.

Only click is imported here and where commands are declared (`projector.cli.studies` and
`projector.cli.of_results` have more of them); every command imports what it uses when it is called,
so that ``projector --help`` answers at once.
"""

import gc
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from projector import __version__
from projector.cli.completion import complete_scenarios, completion
from projector.cli.excel import excel
from projector.cli.inputs_add import add
from projector.cli.inputs_describe import describe
from projector.cli.inputs_fetch import fetch
from projector.cli.of_results import chart, compare, report, verify
from projector.cli.options import LANGUAGE, SCENARIO, WITHOUT, WORKERS, Draws, language_of
from projector.cli.results import results
from projector.cli.studies import (
    areas,
    backtest,
    explain,
    explore,
    population,
    sensitivity,
    workforce,
)
from projector.cli.told import asks_for_json, json_option, problems_told
from projector.errors import Problem, ProjectorError

if TYPE_CHECKING:
    from projector.outputs.words import Language

__all__ = ["main"]

_EXIT_CODES = """
\b
Exit codes:
  0  all is well
  1  the file system, the cluster or the statistics bank says no
  2  the command was used wrongly
  3  a scenario file is wrong
  4  a table of the inputs is wrong
  5  scenario and inputs do not fit together
  6  what was asked for cannot be reached within its bounds
  7  results are damaged, or are not what their scenario gives
  130  ended with Ctrl-C
"""

_INTERRUPTED = 130
"""As shells have it: 128 and the number of the signal."""


class _Commands(click.Group):
    """A group that turns every fault of the input into messages and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ProjectorError as error:
            if ctx.params.get("debug"):
                raise
            if asks_for_json(ctx):
                from projector.outputs.readings import dumped

                click.echo(dumped(problems_told(error)))
            for problem in error.problems:
                click.echo(str(problem), err=True)
            ctx.exit(error.exit_code)
        except OSError as error:
            if ctx.params.get("debug") or isinstance(error, BrokenPipeError):
                raise  # who reads the output has enough: click ends quietly
            where, message = error.filename or "file system", error.strerror or str(error)
            if asks_for_json(ctx):
                from projector.outputs.readings import dumped

                click.echo(dumped(problems_told(_of_system(str(where), message))))
            click.echo(f"{where}: {message}", err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            if ctx.params.get("debug"):
                raise
            _tell_interrupted(ctx)
            ctx.exit(_INTERRUPTED)


def _tell_interrupted(ctx: click.Context) -> None:
    """That somebody ended the command, and that nothing is half done."""
    from projector.outputs.words import word

    if asks_for_json(ctx):
        from projector.outputs.readings import dumped

        ended = ProjectorError(Problem("Ctrl-C", "the command was interrupted"))
        click.echo(dumped(problems_told(ended) | {"exit_code": _INTERRUPTED}))
    click.echo("\n" + word("interrupted", language_of(ctx)), err=True)


def _of_system(where: str, message: str) -> ProjectorError:
    """What the file system says, as a fault of the input."""
    return ProjectorError(Problem(where, message))


@click.group(cls=_Commands, epilog=_EXIT_CODES)
@click.version_option(__version__, prog_name="projector")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Project people, care, capacity and staff for planners of health services."""


@cli.command()
@SCENARIO
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the results.  [default: outputs/ and the scenario file's name]",
)
@WITHOUT
@click.option(
    "--ablate", is_flag=True, help="Also tell what each change does alone and on top of the others."
)
@click.option(
    "--draws",
    type=Draws(),
    help="Joint samples of all that is uncertain, in the place of the scenario's; 0 is none, auto "
    "as many as it takes for the tolerance of the scenario.",
)
@WORKERS
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="A Dask scheduler (tcp://host:port) whose workers make draws instead.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on from the draws that an interrupted run of the same scenario has finished.",
)
@click.option("--keep-draws", is_flag=True, help="Also write the draws themselves, as draws.nc.")
@click.option(
    "--report/--no-report",
    "page",
    default=True,
    help="Write report.html beside the results.  [default: report]",
)
@click.option(
    "--drivers", is_flag=True, help="Tell in the report what drives the changes: some runs more."
)
@click.option(
    "--suppress",
    type=click.IntRange(min=0),
    metavar="LIMIT",
    help="Suppress counts of patients below it, and what would give them away, in the place of "
    "what the scenario says; 0 is none.",
)
@click.option("--quiet", is_flag=True, help="Tell nothing of how far the run is.")
@click.option(
    "--dry-run",
    is_flag=True,
    help="Tell what would run, how long it would take and how much memory; write nothing.",
)
@json_option
@LANGUAGE
def run(
    scenario: Path,
    output: Path | None,
    without: tuple[str, ...],
    ablate: bool,
    draws: 'int | Literal["auto"] | None',
    workers: int | None,
    cluster: str | None,
    resume: bool,
    keep_draws: bool,
    page: bool,
    drivers: bool,
    suppress: int | None,
    quiet: bool,
    dry_run: bool,
    as_json: bool,
    language: "Language",
) -> None:
    """Run SCENARIO, print the main figures and write netCDF and CSV files and a page to read.

    A scenario with a sweep stands for several: each is run into a folder of its own, and they are
    compared.
    """
    from projector.scenario import has_sweep

    target = output or Path("outputs") / scenario.stem
    swept = has_sweep(scenario)
    if dry_run:
        from projector.cli.dry_run import tell_family, tell_run

        (tell_family if swept else tell_run)(
            scenario,
            target,
            language,
            without=without,
            draws=draws,
            workers=workers,
            cluster=cluster,
            as_json=as_json,
        )
        return
    gc.disable()  # what is imported stays, and is not looked through again and again
    from projector.cli.run import run_scenario
    from projector.cli.sweep import run_family
    from projector.outputs.atomic import sole_writer

    gc.freeze()
    gc.enable()
    with sole_writer(target):
        (run_family if swept else run_scenario)(
            scenario,
            target,
            language,
            without=without,
            ablate=ablate,
            draws=draws,
            workers=workers,
            cluster=cluster,
            resume=resume,
            keep_draws=keep_draws,
            page=page,
            drivers=drivers,
            quiet=quiet,
            as_json=as_json,
            suppress=suppress,
        )


@cli.command()
@click.argument(
    "scenarios",
    nargs=-1,
    required=True,
    shell_complete=complete_scenarios,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--within",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Hold scenarios that somebody else wrote to this folder: what they extend and read lies "
    "in it.",
)
@json_option
@click.pass_context
def check(
    ctx: click.Context, scenarios: tuple[Path, ...], within: Path | None, as_json: bool
) -> None:
    """Check SCENARIOS and the inputs they point to; report every problem at once."""
    from projector.cli.check import check_scenarios

    ctx.exit(check_scenarios(scenarios, within=within, as_json=as_json))


@cli.command()
@click.option(
    "--write",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file instead of the terminal.",
)
def schema(target: Path | None) -> None:
    """Print the JSON schema of scenario files, for editors."""
    import json

    from projector.scenario import scenario_schema

    text = json.dumps(scenario_schema(), indent=2, ensure_ascii=False) + "\n"
    if target is None:
        click.echo(text, nl=False)
    else:
        target.write_text(text, encoding="utf-8")


@cli.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def new(folder: Path) -> None:
    """Lay out DIR as a working folder with an example scenario and inputs."""
    from projector.cli.new import lay_out

    lay_out(folder)


@cli.group()
def inputs() -> None:
    """Tell what is in input sets, fetch them, and add own tables to them."""


inputs.add_command(describe)
inputs.add_command(fetch)
inputs.add_command(add)
for command in (
    areas,
    backtest,
    chart,
    compare,
    completion,
    excel,
    explain,
    explore,
    population,
    report,
    results,
    sensitivity,
    verify,
    workforce,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line; text is UTF-8 whatever the terminal's own encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    cli(prog_name="projector")
