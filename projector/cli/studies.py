"""What is asked of a scenario besides running it: commands and their options.

Each command imports what it uses when it is called.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.options import (
    LANGUAGE,
    PARTS,
    PICTURE,
    REGIONS,
    SCENARIO,
    TABLE,
    WITHOUT,
    WORKERS,
)

if TYPE_CHECKING:
    from projector.outputs.words import Language

__all__ = ["areas", "backtest", "explain", "explore", "population", "sensitivity", "workforce"]


@click.command()
@SCENARIO
@click.option(
    "--result",
    required=True,
    metavar="NAME",
    help="What to explain: contacts, bed_days, acute, readmissions, ready_days, own_coverage, "
    "site_contacts, site_bed_days, drg_points, activity_income, ready_day_payment, cost, beds, "
    "places, rooms, peak, gap, gap_cost, utilisation, refusal, shared_beds, staff, competence, "
    "staff_supply, staff_gap, competence_gap or wages.",
)
@PARTS
@REGIONS
@click.option("--year", type=int, help="The year to explain.  [default: the last]")
@click.option(
    "--order-free",
    "free_of_order",
    is_flag=True,
    help="Give the changes effects that do not depend on their order.",
)
@WITHOUT
@PICTURE
@LANGUAGE
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


@click.command()
@SCENARIO
@click.option(
    "--result",
    required=True,
    metavar="NAME",
    help="What to tell of: a result as for `projector explain`, such as contacts, beds or staff.",
)
@PARTS
@REGIONS
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
@WORKERS
@WITHOUT
@PICTURE
@LANGUAGE
def sensitivity(
    scenario: Path,
    result: str,
    of: tuple[str, ...],
    regions: tuple[str, ...],
    year: int | None,
    designed: bool,
    draws: int,
    workers: int | None,
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


@click.command()
@SCENARIO
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
@LANGUAGE
def explore(
    scenario: Path, other: Path | None, port: int, no_browser: bool, language: "Language"
) -> None:
    """Move the assumptions of SCENARIO on a page of this machine, beside OTHER if it is given."""
    from projector.cli.explore import explore_scenario

    explore_scenario(scenario, other, port=port, browser=not no_browser, language=language)


@click.command()
@SCENARIO
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
    type=TABLE,
    help="People as they were counted later, where the scenario's table does not hold them.",
)
@click.option(
    "--published",
    type=TABLE,
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
@LANGUAGE
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


@click.command()
@SCENARIO
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the tables.  [default: outputs/areas- and the scenario file's name]",
)
@LANGUAGE
def areas(scenario: Path, output: Path | None, language: "Language") -> None:
    """Compare the catchments of SCENARIO: people, activity, beds, own coverage and criteria."""
    from projector.cli.areas import compare_areas

    compare_areas(scenario, output or Path("outputs") / f"areas-{scenario.stem}", language)


@click.group()
def population() -> None:
    """Look into what the projection of people is made from."""


@population.command()
@SCENARIO
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the tables.  [default: outputs/calibration- and the scenario file's name]",
)
@LANGUAGE
def calibrate(scenario: Path, output: Path | None, language: "Language") -> None:
    """Estimate the moves, mortality and fertility of SCENARIO's regions and write them as CSV.

    The tables may be changed and given back under `inputs` in the scenario.
    """
    from projector.cli.population import calibrate_scenario

    calibrate_scenario(
        scenario, output or Path("outputs") / f"calibration-{scenario.stem}", language
    )


@click.group()
def workforce() -> None:
    """Look into who will do the work."""


@workforce.command()
@SCENARIO
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
@LANGUAGE
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
