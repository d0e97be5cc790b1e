"""What was known on 1 January of a year, and the projection that could be made of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from projector.errors import ConsistencyError, Problem
from projector.inputs.input_set import InputSet
from projector.population import population_stage
from projector.population.calibration_tables import OVERRIDES
from projector.run.history import age_tables
from projector.tables import LEVELS

if TYPE_CHECKING:
    from projector.inputs.population import Population
    from projector.scenario.models import Scenario

__all__ = ["first_base", "inputs_known_at", "known_at", "project_from", "scenario_at"]

_OBSERVED = ("total_fertility", "life_expectancy", "net_immigration")
"""National figures that are counted year by year."""

_WRITTEN_PATHS = ("fertility", "life_expectancy", "net_immigration")
_RULE = "trend"
"""In place of a path: mortality goes on as the schedules known then did."""

_LEAST_SCHEDULES = {"mortality": 3, "fertility": 1}
"""Schedules that the population stage needs of a table; a trend needs three."""

_GROSS = ("out_migration", "destinations", "immigration", "emigration")

_HALF_A_PERIOD = 2
"""Years from the year of a five-year schedule to the last one it covers."""

_IMMIGRATION_YEARS = 10
"""Net immigration of one year says little of the next ten; the mean of so many says more."""


def project_from(
    scenario: "Scenario",
    inputs: InputSet,
    base: int,
    end: int,
    regions: Sequence[str],
    notes: list[str],
) -> xr.DataArray:
    """Project from a base year with nothing but what was known on its 1 January.

    Parameters
    ----------
    scenario, inputs
        As they are today.
    base, end
        Base and end year.
    regions
        Codes of the regions to project.
    notes
        Are added to.

    Returns
    -------
    DataArray
        ``[region, year, sex, age]``, persons on 1 January, base to end year.
    """
    then, left_out = scenario_at(scenario, base, end)
    known, used = inputs_known_at(inputs, base)
    history, age_width = age_tables(then, known)
    population, _, calibration = population_stage(
        history, known.tables, then, regions, age_width=age_width
    )
    notes += [*left_out, *used, *_shorter(then, calibration.years)]
    return population["population"]


def known_at(paths: pd.DataFrame, base: int) -> pd.DataFrame:
    """National figures as somebody would carry them on who knows nothing after the base year.

    In every alternative fertility stays as it was in the year before the base, and net
    immigration is the mean of the last ten years. Life expectancy goes on from the last observed
    along the trend of the death rates, which `scenario_at` asks for.

    Parameters
    ----------
    paths
        Input table ``paths``.
    base
        The base year: flows of the year before it and people on its 1 January are known.

    Returns
    -------
    pandas.DataFrame
        Of the same form. A component without any figure before the base year, such as the sex
        ratio at birth, is an assumption that nobody counted, and stays.

    Raises
    ------
    ConsistencyError
        If fertility, life expectancy or net immigration has no figure before the base year.
    """
    middle = paths[paths["level"] == "M"]
    if base < first_base(paths):
        raise ConsistencyError(
            Problem(
                where="table paths",
                message=f"no national figures from before {base}",
                expected=f"a base year from {first_base(paths)} on",
            )
        )
    before = middle[middle["year"] < base + (middle["component"] == "population")]
    moves = before[
        (before["component"] == "net_immigration") & (before["year"] >= base - _IMMIGRATION_YEARS)
    ]
    mean = moves.tail(1).assign(year=base, value=moves["value"].mean())
    known = pd.concat([before, mean])
    counted = pd.concat([known.assign(level=level) for level in LEVELS])
    uncounted = paths[~paths["component"].isin(before["component"])]
    return pd.concat([counted, uncounted])


def first_base(paths: pd.DataFrame) -> int:
    """The first base year for which every counted national figure is known."""
    observed = paths[(paths["level"] == "M") & paths["component"].isin(_OBSERVED)]
    return int(observed.groupby(["component", "sex"])["year"].min().max()) + 1


def inputs_known_at(inputs: InputSet, base: int) -> tuple[InputSet, list[str]]:
    """An input set as it was on 1 January of the base year.

    Parameters
    ----------
    inputs
        Tables with what came later.
    base
        The base year.

    Returns
    -------
    InputSet
        Age tables to the base year, national figures by `known_at`, schedules of mortality and
        fertility from before the base year; nothing that takes the place of estimates.
    list of str
        What came later and was used all the same, and what was not used.
    """
    tables, notes = dict(inputs.tables), []
    tables["paths"] = known_at(tables["paths"], base)
    for name, least in _LEAST_SCHEDULES.items():
        schedules = tables[name]
        before = schedules[schedules["year"] + _HALF_A_PERIOD <= base]
        if before["year"].nunique() >= least:
            tables[name] = before
        else:
            notes.append(
                f"base {base}: the table {name} holds fewer than {least} schedules from before "
                "the base year, so the pattern over ages is from later ones too; its level is not"
            )
    given = [name for name in (*OVERRIDES, *_GROSS) if tables.pop(name, None) is not None]
    if given:
        notes.append(
            "not used, because a backtest estimates from what was known at its base year: the "
            f"table{'s' if len(given) > 1 else ''} {', '.join(given)}"
        )
    nation = None if inputs.nation is None else _to(inputs.nation, base)
    known = replace(inputs, population=_to(inputs.population, base), nation=nation, tables=tables)
    return known, notes


def scenario_at(scenario: "Scenario", base: int, end: int) -> tuple["Scenario", list[str]]:
    """A scenario as if it had been written on 1 January of the base year.

    Parameters
    ----------
    scenario
        Its calibration keeps its length and ends at the base year. Its own national paths and
        variant speak of what was to come, and are left out.
    base, end
        Base and end year.

    Returns
    -------
    Scenario
    list of str
        What was left out.
    """
    said = scenario.population
    written = [key for key in _WRITTEN_PATHS if getattr(said, key) not in (None, _RULE)]
    notes = []
    left_out = [*(["variant"] if said.variant != "MMMM" else []), *written]
    if left_out:
        notes.append(
            "not used, because a backtest knows nothing after its base year: " + ", ".join(left_out)
        )
    update: dict[str, object] = {
        **dict.fromkeys(written),
        "variant": "MMMM",
        "life_expectancy": _RULE,
    }
    calibration = said.calibration
    if calibration is not None and calibration.says_years:
        first, last = scenario.calibration_years
        shifted = {"first": base - (last - first), "last": base}
        update["calibration"] = calibration.model_copy(update=shifted)
    population = said.model_copy(update=update)
    years = scenario.years.model_copy(update={"base": base, "end": end})
    return scenario.model_copy(update={"years": years, "population": population}), notes


def _to(population: "Population", base: int) -> "Population":
    return replace(population, persons=population.persons.sel(year=slice(None, base)))


def _shorter(scenario: "Scenario", calibrated: tuple[int, int]) -> list[str]:
    """Said where fewer years were known than the scenario asks for."""
    said, asked = scenario.population.calibration, scenario.calibration_years
    if said is None or not said.says_years or asked == calibrated:
        return []
    return [
        f"base {scenario.years.base}: moves and births of {asked[0]}-{asked[1]} are asked "
        f"for; the age tables that could be compared are of {calibrated[0]}-{calibrated[1]}"
    ]
