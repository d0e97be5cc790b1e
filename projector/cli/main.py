"""The command line: thin commands over the library.

Only click is imported here and where commands are declared; every command imports what it uses when
it is called, so that ``projector --help`` answers at once.
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
from projector.cli.results import results
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
"""


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


def _of_system(where: str, message: str) -> ProjectorError:
    """What the file system says, as a fault of the input."""
    return ProjectorError(Problem(where, message))


@click.group(cls=_Commands, epilog=_EXIT_CODES)
@click.version_option(__version__, prog_name="projector")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Project people, care, capacity and staff for planners of health services."""


class _Draws(click.ParamType):  # type: ignore[type-arg]
    """A number of draws, or ``auto``."""

    name = "number or auto"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "auto":
            return value
        return click.IntRange(min=0).convert(value, param, ctx)


_SCENARIO = click.argument(
    "scenario",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    shell_complete=complete_scenarios,
)
_RUN = click.Path(path_type=Path)
"""Results; one that is not there may have been set aside by a run that was killed."""

_FOLDER = click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that the scenario lay in.  [default: looked for here and around the results]",
)
_LANGUAGE = click.option(
    "--language",
    type=click.Choice(["nb", "en"]),
    default="nb",
    show_default=True,
    help="Language of what is printed: bokmål or English.",
)


_WITHOUT = click.option(
    "--without",
    multiple=True,
    metavar="NAME",
    help="Leave this change out; may be given several times.",
)


@cli.command()
@_SCENARIO
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the results.  [default: outputs/ and the scenario file's name]",
)
@_WITHOUT
@click.option(
    "--ablate", is_flag=True, help="Also tell what each change does alone and on top of the others."
)
@click.option(
    "--draws",
    type=_Draws(),
    help="Joint samples of all that is uncertain, in the place of the scenario's; 0 is none, auto "
    "as many as it takes for the tolerance of the scenario.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes that make draws; the numbers are the same for any number of them.",
)
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
@_LANGUAGE
def run(
    scenario: Path,
    output: Path | None,
    without: tuple[str, ...],
    ablate: bool,
    draws: 'int | Literal["auto"] | None',
    workers: int,
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
    if swept and (dry_run or as_json):
        from projector.cli.sweep import sweep_refused

        raise sweep_refused(scenario, "--dry-run" if dry_run else "--json")
    if dry_run:
        from projector.cli.dry_run import tell_run

        tell_run(
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
@_SCENARIO
@click.option(
    "--result",
    required=True,
    metavar="NAME",
    help="What to explain: contacts, bed_days, acute, readmissions, ready_days, own_coverage, "
    "site_contacts, site_bed_days, drg_points, activity_income, ready_day_payment, cost, beds, "
    "places, rooms, peak, gap, gap_cost, utilisation, refusal, shared_beds, staff, competence, "
    "staff_supply, staff_gap or competence_gap.",
)
@click.option(
    "--of",
    multiple=True,
    metavar="NAME",
    help="One setting, diagnosis, priority group, resource, site, profession or competence; may be "
    "given for several of these.  [default: all together]",
)
@click.option(
    "--region",
    "regions",
    multiple=True,
    metavar="NAME",
    help="A region or area of the scenario; may be given several times.  [default: all]",
)
@click.option("--year", type=int, help="The year to explain.  [default: the last]")
@click.option(
    "--order-free",
    "free_of_order",
    is_flag=True,
    help="Give the changes effects that do not depend on their order.",
)
@_WITHOUT
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The picture: svg, png or pdf; a table of all years lies beside it.  "
    "[default: in outputs/, named after what is asked]",
)
@_LANGUAGE
def explain(
    scenario: Path,
    result: str,
    of: tuple[str, ...],
    regions: tuple[str, ...],
    year: int | None,
    free_of_order: bool,
    without: tuple[str, ...],
    output: Path | None,
    language: "Language",
) -> None:
    """Tell what a result of SCENARIO changes by since the base year, and because of what."""
    from projector.cli.explain import explain_scenario

    explain_scenario(
        scenario,
        result,
        of=of,
        regions=regions,
        year=year,
        without=without,
        free_of_order=free_of_order,
        output=output,
        language=language,
    )


@cli.command()
@_SCENARIO
@click.option(
    "--result",
    required=True,
    metavar="NAME",
    help="What to tell of: a result as for `projector explain`, such as contacts, beds or staff.",
)
@click.option(
    "--of",
    multiple=True,
    metavar="NAME",
    help="One setting, diagnosis, priority group, resource, site, profession or competence; may be "
    "given for several of these.  [default: all together]",
)
@click.option(
    "--region",
    "regions",
    multiple=True,
    metavar="NAME",
    help="A region or area of the scenario; may be given several times.  [default: all]",
)
@click.option("--year", type=int, help="The year to tell of.  [default: the last]")
@click.option(
    "--indices",
    "designed",
    is_flag=True,
    help="Also tell first-order and total indices, by a design with a set of draws for each "
    "assumption.",
)
@click.option(
    "--draws",
    type=click.IntRange(min=1),
    default=256,
    show_default=True,
    help="Draws in each set.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes that make draws; the numbers are the same for any number of them.",
)
@_WITHOUT
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The picture: svg, png or pdf; a table of all years lies beside it.  "
    "[default: in outputs/, named after what is asked]",
)
@_LANGUAGE
def sensitivity(
    scenario: Path,
    result: str,
    of: tuple[str, ...],
    regions: tuple[str, ...],
    year: int | None,
    designed: bool,
    draws: int,
    workers: int,
    without: tuple[str, ...],
    output: Path | None,
    language: "Language",
) -> None:
    """Tell which uncertain assumption of SCENARIO a result depends on most."""
    from projector.cli.sensitivity import tell_sensitivity

    tell_sensitivity(
        scenario,
        result,
        of=of,
        regions=regions,
        year=year,
        without=without,
        designed=designed,
        draws=draws,
        workers=workers,
        output=output,
        language=language,
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


@cli.command()
@click.argument("results", metavar="RUN", type=_RUN)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The picture: svg, png or pdf.  [default: RUN and .svg]",
)
@_LANGUAGE
def chart(results: Path, output: Path | None, language: "Language") -> None:
    """Draw a picture of the results of RUN, a folder."""
    from projector.cli.chart import chart_results

    chart_results(results, output or results.parent / f"{results.name}.svg", language)


@cli.command()
@click.argument("results", metavar="RUN", type=_RUN)
@_FOLDER
@click.option(
    "--drivers/--no-drivers",
    default=True,
    show_default=True,
    help="Also tell what drives the changes, which takes some runs.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page.  [default: report.html beside the results]",
)
@_LANGUAGE
def report(
    results: Path, folder: Path | None, drivers: bool, output: Path | None, language: "Language"
) -> None:
    """Write the results of RUN, a folder or its results.nc, as one HTML page to read and print."""
    from projector.cli.report import report_results

    report_results(results, output, folder, language, drivers=drivers)


@cli.command()
@_SCENARIO
@click.argument(
    "other", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="On this machine alone; 0 is any that is free.",
)
@click.option("--no-browser", is_flag=True, help="Only print where the page is.")
@_LANGUAGE
def explore(
    scenario: Path, other: Path | None, port: int, no_browser: bool, language: "Language"
) -> None:
    """Move the assumptions of SCENARIO on a page of this machine, beside OTHER if it is given."""
    from projector.cli.explore import explore_scenario

    explore_scenario(scenario, other, port=port, browser=not no_browser, language=language)


_TABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


@cli.command()
@_SCENARIO
@click.option(
    "--base",
    "bases",
    type=int,
    required=True,
    multiple=True,
    help="Pretend that this is the last year counted; may be given several times.",
)
@click.option("--end", type=int, help="Last year compared.  [default: the last one counted]")
@click.option(
    "--truth",
    type=_TABLE,
    help="People as they were counted later, where the scenario's table does not hold them.",
)
@click.option(
    "--published",
    type=_TABLE,
    help="A published projection: total persons by region and year.",
)
@click.option(
    "--draws",
    type=click.IntRange(min=100),
    help="Draw prediction intervals from the errors of earlier backtests.",
)
@click.option(
    "--futures",
    is_flag=True,
    help="With --draws: intervals of as many stochastic futures of the people instead.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), help="Seed of the draws.  [default: the scenario's, or 0]"
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the tables.  [default: outputs/backtest- and the scenario file's name]",
)
@_LANGUAGE
def backtest(
    scenario: Path,
    bases: tuple[int, ...],
    end: int | None,
    truth: Path | None,
    published: Path | None,
    draws: int | None,
    futures: bool,
    seed: int | None,
    output: Path | None,
    language: "Language",
) -> None:
    """Project SCENARIO's regions from years of the past and compare with what came."""
    from projector.cli.backtest import backtest_scenario

    backtest_scenario(
        scenario,
        bases,
        end=end,
        truth=truth,
        published=published,
        draws=draws,
        futures=futures,
        seed=seed,
        output=output or Path("outputs") / f"backtest-{scenario.stem}",
        language=language,
    )


@cli.command()
@_SCENARIO
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the tables.  [default: outputs/areas- and the scenario file's name]",
)
@_LANGUAGE
def areas(scenario: Path, output: Path | None, language: "Language") -> None:
    """Compare the catchments of SCENARIO: people, activity, beds, own coverage and criteria."""
    from projector.cli.areas import compare_areas

    compare_areas(scenario, output or Path("outputs") / f"areas-{scenario.stem}", language)


@cli.group()
def population() -> None:
    """Look into what the projection of people is made from."""


@population.command()
@_SCENARIO
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the tables.  [default: outputs/calibration- and the scenario file's name]",
)
@_LANGUAGE
def calibrate(scenario: Path, output: Path | None, language: "Language") -> None:
    """Estimate the moves, mortality and fertility of SCENARIO's regions and write them as CSV.

    The tables may be changed and given back under `inputs` in the scenario.
    """
    from projector.cli.population import calibrate_scenario

    calibrate_scenario(
        scenario, output or Path("outputs") / f"calibration-{scenario.stem}", language
    )


@cli.command()
@click.argument("results", metavar="RUN", type=_RUN)
@_FOLDER
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes that make draws.",
)
@_LANGUAGE
def verify(results: Path, folder: Path | None, workers: int, language: "Language") -> None:
    """Check that the results of RUN are unharmed, and what their scenario gives: run it again.

    Exit code 7 where they are damaged, or any number differs in any bit.
    """
    from projector.cli.verify import verify_results

    verify_results(results, folder, workers, language)


@cli.command()
@click.argument(
    "runs",
    nargs=-1,
    required=True,
    metavar="SCENARIO|RESULTS...",
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the comparison.  [default: in outputs/, named after what is compared]",
)
@click.option(
    "--draws",
    type=_Draws(),
    help="Joint samples for the scenarios, in the place of theirs; 0 is none.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes that make draws; the numbers are the same for any number of them.",
)
@click.option(
    "--region",
    "regions",
    multiple=True,
    metavar="NAME",
    help="A region or area that figures are printed of; may be given several times.  "
    "[default: all together]",
)
@click.option(
    "--report/--no-report",
    "page",
    default=True,
    help="Write comparison.html beside the tables.  [default: report]",
)
@_LANGUAGE
def compare(
    runs: tuple[Path, ...],
    output: Path | None,
    draws: 'int | Literal["auto"] | None',
    workers: int,
    regions: tuple[str, ...],
    page: bool,
    language: "Language",
) -> None:
    """Compare scenarios, or results of runs, with the first of them.

    What they assume differently, line by line; where they first part; and every figure side by
    side with its difference, with an interval of the difference where draws can be paired.
    Scenarios are run for it, a scenario with a sweep for each of its values.
    """
    from projector.cli.compare import compare_files

    compare_files(runs, output, language, draws=draws, workers=workers, regions=regions, page=page)


@cli.group()
def workforce() -> None:
    """Look into who will do the work."""


@workforce.command()
@_SCENARIO
@click.option("--profession", required=True, metavar="NAME", help="Whose gap is to be closed.")
@click.option("--year", type=int, required=True, help="The year by which it is to be closed.")
@click.option(
    "--region",
    "regions",
    multiple=True,
    metavar="NAME",
    help="A region or area in place of the scenario's; may be given several times.",
)
@click.option(
    "--lever",
    "levers",
    multiple=True,
    metavar="NAME",
    help="places, retention, full_time or task_shift; may be given several times.  [default: all]",
)
@click.option("--to", metavar="NAME", help="The profession that a task shift goes to.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a scenario that does what closes the gap, all levers together.",
)
@_LANGUAGE
def close(
    scenario: Path,
    profession: str,
    year: int,
    regions: tuple[str, ...],
    levers: tuple[str, ...],
    to: str | None,
    output: Path | None,
    language: "Language",
) -> None:
    """Find what closes the gap between need and supply of a profession in SCENARIO.

    Each lever by itself, and all together with the least effort. Exit code 6 where not even all
    levers at their bounds close it.
    """
    from projector.cli.workforce import close_scenario

    close_scenario(
        scenario,
        profession,
        year,
        regions=regions,
        levers=levers,
        to=to,
        output=output,
        language=language,
    )


@cli.group()
def inputs() -> None:
    """Tell what is in input sets, fetch them, and add own tables to them."""


inputs.add_command(describe)
inputs.add_command(fetch)
inputs.add_command(add)
for command in (completion, excel, results):
    cli.add_command(command)


def main() -> None:
    """Run the command line; text is UTF-8 whatever the terminal's own encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    cli(prog_name="projector")
