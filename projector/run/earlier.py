"""What earlier backtests teach of the errors to expect, with nothing known after the base year."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.errors import ConsistencyError, Problem
from projector.inputs.ages import ungroup
from projector.inputs.input_set import InputSet
from projector.population import stationary_tail
from projector.population.backtest import AGE_GROUPS, in_age_groups
from projector.population.foresight import ErrorModel, fit_errors
from projector.run.known import first_base, inputs_known_at, project_from
from projector.tables import NATION, OPEN_AGE

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["earlier_bases", "error_models"]

Array = NDArray[np.float64]

_LEAST_YEARS = 3
"""Years of age tables in front of an earlier base: fewer would calibrate on next to nothing, and
its errors would not be like those to come."""


def error_models(
    scenario: "Scenario", inputs: InputSet, base: int, regions: list[str], notes: list[str]
) -> dict[str, ErrorModel]:
    """Fit an error model for each age group to the backtests that could be made at a base year.

    All regions of the population table are used whatever the scenario chooses, so that a
    region's intervals do not hang on its company.

    Parameters
    ----------
    scenario, inputs
        As they are today.
    base
        The base year: earlier bases lie before it, and what came is known to its 1 January.
    regions
        What is projected: the nation alone is compared with the nation alone.
    notes
        Are added to.

    Returns
    -------
    dict of ErrorModel
        By age group.

    Raises
    ------
    ConsistencyError
        If no earlier backtest can be made.
    """
    inputs, _ = inputs_known_at(inputs, base)
    known = [int(year) for year in inputs.population.persons["year"].values]
    bases = earlier_bases(inputs, base)
    everyone = [NATION]
    if regions != [NATION]:
        everyone = [code for code in inputs.codes if code != NATION]
    tail = stationary_tail(inputs.tables, OPEN_AGE, base)
    single = ungroup(inputs.population, open_age=OPEN_AGE, tail=tail).sel(region=everyone)
    counted = in_age_groups(single.sum("sex").values)
    horizons = sorted({later - b for b in bases for later in known if b < later})
    errors = np.full((len(bases), len(everyone), len(horizons), len(AGE_GROUPS)), np.nan)
    people = np.empty((len(bases), len(everyone), len(AGE_GROUPS)))
    for i, earlier in enumerate(bases):
        later = [year for year in known if earlier < year]
        projected = project_from(scenario, inputs, earlier, base, everyone, [])
        guess = in_age_groups(projected.sel(year=later).sum("sex").values)
        came = counted[:, [known.index(year) for year in later]]
        both = (guess > 0) & (came > 0)
        at = [horizons.index(year - earlier) for year in later]
        errors[i][:, at] = np.log(came, out=np.full_like(came, np.nan), where=both) - np.log(
            guess, out=np.zeros_like(guess), where=both
        )
        people[i] = counted[:, known.index(earlier)]
    notes.append(
        f"base {base}: intervals from the errors of {len(bases)} earlier backtests, base "
        f"{bases[0]}-{bases[-1]}, up to {horizons[-1]} years ahead"
    )
    years_ahead = np.array(horizons, dtype=float)
    return {
        group: fit_errors(errors[..., k], people[..., k], years_ahead)
        for k, group in enumerate(AGE_GROUPS)
    }


def earlier_bases(inputs: InputSet, base: int) -> list[int]:
    """Base years of the backtests that could be made at a base year.

    Parameters
    ----------
    inputs
        As they were known at the base year.
    base
        The base year.

    Raises
    ------
    ConsistencyError
        If there is none.
    """
    known = [int(year) for year in inputs.population.persons["year"].values]
    least = max(_LEAST_YEARS, inputs.population.age_width)
    first = max(known[0] + least, first_base(inputs.tables["paths"]))
    bases = [year for year in known[:-1] if year >= first]
    if not bases:
        raise ConsistencyError(
            Problem(
                where="backtest",
                message=f"no earlier backtest to derive the intervals of {base} from",
                found=f"age tables from {known[0]} on",
                expected=f"a base year after {first}, or no draws",
            )
        )
    return bases
