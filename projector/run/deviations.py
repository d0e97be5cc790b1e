"""The input table ``deviations``: sizes of what cannot be foreseen, from earlier projections."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from projector.errors import ConsistencyError, Problem
from projector.inputs.ages import ungroup
from projector.inputs.input_set import InputSet
from projector.population import stationary_tail
from projector.population.deviation_fit import national_sizes
from projector.population.deviation_sizes import Earlier, regional_sizes
from projector.run.earlier import earlier_bases
from projector.run.known import inputs_known_at, project_from
from projector.tables import NATION, OPEN_AGE

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Series", "counted_series", "deviations_table"]

Series = Mapping[str, Mapping[int, float]]
"""``total_fertility``, ``life_expectancy`` and ``net_immigration`` of the nation by year."""

_SOURCE = "derived from backtest residuals"


def counted_series(tables: "Mapping[str, pd.DataFrame]") -> Series:
    """National figures that were counted; life expectancy is the mean of the sexes.

    Parameters
    ----------
    tables
        Input tables, ``national_history`` among them.

    Raises
    ------
    ConsistencyError
        If there is no such table.
    """
    if "national_history" not in tables:
        raise ConsistencyError(
            Problem(
                where="table national_history",
                message="nothing says how the nation's figures went, nor how far off they may be",
                expected="the table national_history in the input set",
            )
        )
    counted = tables["national_history"]
    by_year = counted.groupby(["component", "year"])["value"].mean()
    return {
        component: {int(year): float(value) for year, value in by_year[component].items()}
        for component in ("total_fertility", "life_expectancy", "net_immigration")
    }


def deviations_table(
    scenario: "Scenario", inputs: InputSet, base: int, series: Series, notes: list[str]
) -> pd.DataFrame:
    """Sizes of deviations as they are known at a base year.

    All regions of the population table are used, whatever the scenario chooses.

    Parameters
    ----------
    scenario, inputs
        As they are today.
    base
        The base year: nothing after its 1 January is used.
    series
        National figures.
    notes
        Are added to.

    Returns
    -------
    pandas.DataFrame
        The input table ``deviations``.

    Raises
    ------
    ConsistencyError
        If no earlier projection can be made, or the national figures are of too few years.
    """
    inputs, _ = inputs_known_at(inputs, base)
    known = [int(year) for year in inputs.population.persons["year"].values]
    bases = earlier_bases(inputs, base)
    everyone = [code for code in inputs.codes if code != NATION]
    tail = stationary_tail(inputs.tables, OPEN_AGE, base)
    single = ungroup(inputs.population, open_age=OPEN_AGE, tail=tail).sel(region=everyone)
    counted = single.sum("sex").transpose("region", "year", "age")
    cases = []
    for earlier in bases:
        later = [year for year in known if earlier < year]
        projected = project_from(scenario, inputs, earlier, base, everyone, []).sum("sex")
        cases.append(
            Earlier(
                counted.sel(year=earlier).values,
                {year - earlier: projected.sel(year=year).values for year in later},
                {year - earlier: counted.sel(year=year).values for year in later},
            )
        )
    try:
        rows = national_sizes(series, base - 1) + regional_sizes(cases)
    except ValueError as error:
        raise ConsistencyError(
            Problem("table paths", str(error), expected="national figures of more years")
        ) from error
    notes.append(
        f"base {base}: sizes of deviations from {len(bases)} earlier projections, base "
        f"{bases[0]}-{bases[-1]}, of {len(everyone)} regions up to {base}"
    )
    table = pd.DataFrame(rows, columns=["measure", "age_from", "age_to", "statistic", "value"])
    source = (
        f"{_SOURCE}: projections of {len(everyone)} regions from {bases[0]}-{bases[-1]} held "
        f"against {bases[0] + 1}-{base}, and national figures up to {base - 1}"
    )
    return table.assign(source=source, quality="derived")
