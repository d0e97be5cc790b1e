"""Sensitivity: which assumption the uncertainty of a result comes from.

Of a question, by a few runs of its own: a tornado with each uncertain assumption at its 10th and
90th percentile, what is uncertain beside the assumptions (the paths of the population, chance)
switched off one at a time, first-order indices from ordinary draws, and first-order and total
indices by a design. And of the main figures of a run of many draws, from those draws alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.errors import Problem, UsageError
from projector.run.blocks import blocks_of
from projector.run.executors import made
from projector.run.figures import asked
from projector.run.futures import Futures, futures_of
from projector.run.measures import MEASURES
from projector.run.pipeline import SUPPLY, People, project_care
from projector.run.provenance import names_of
from projector.run.questions import Question
from projector.scenario.assumptions import uncertain_assumptions
from projector.uncertainty.draws import Draws, shares_of
from projector.uncertainty.sensitivity import (
    Estimate,
    Indices,
    factors_of,
    first_from_draws,
    indices,
    share_switched_off,
    swing_from_draws,
    tornado,
    tornado_design,
)

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["BESIDE", "FEWEST", "Factor", "Sensitivity", "main_figures", "sensitivity"]

Array = NDArray[np.float64]

FEWEST = 64
"""Draws from which indices are told: by fewer they are mostly chance."""

BESIDE = "beside"
"""What is uncertain beside the assumptions, all together, as a factor of a design."""

_LOW, _HIGH = 0.1, 0.9


@dataclass(frozen=True)
class Factor:
    """What a result may depend on.

    Parameters
    ----------
    kind
        ``assumption``, ``paths``, ``chance`` or ``contacts``, of which the last three are those of
        `projector.run.futures.Varying`; ``beside`` is these three together.
    names
        Names of the assumptions: several where they are correlated and have indices together.
    """

    kind: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sensitivity:
    """What a result depends on, in all years.

    Parameters
    ----------
    title
        Name of the scenario.
    question
        What was asked.
    names
        What diagnoses, resources and professions are called, by type and key.
    years
        Calendar years, the base year first.
    draws
        How many in each set of draws.
    middle
        The result with all assumptions at their medians and nothing else uncertain, ``[year]``.
    deviation
        Its standard deviation over draws, with all that is uncertain, ``[year]``.
    factors
        The assumptions one by one, then what is uncertain beside them.
    low, high
        ``[factor, year]``: the result with an assumption at its 10th and 90th percentile and the
        others at their medians; of what is beside them, the middle and the 10th and 90th
        percentile of the difference that it makes to a draw.
    first
        ``[factor, year]``: the part of the variance that an assumption explains alone, from
        ordinary draws; of what is beside them, the variance of the difference that it makes.
    designed
        Factors of the indices by design, where they were asked for.
    indices
        ``[designed, year]``; None where they were not asked for.
    """

    title: str
    question: Question
    names: Mapping[str, Mapping[str, Mapping[str, str]]]
    years: NDArray[np.int64]
    draws: int
    middle: Array
    deviation: Array
    factors: tuple[Factor, ...]
    low: Array
    high: Array
    first: Estimate
    designed: tuple[Factor, ...] = ()
    indices: Indices | None = None


def sensitivity(
    scenario: "Scenario",
    people: People,
    question: Question,
    *,
    draws: int,
    designed: bool = False,
    workers: int = 1,
) -> Sensitivity:
    """Tell what a result depends on.

    Parameters
    ----------
    scenario
        From `projector.load_scenario`.
    people
        From `projector.run.pipeline.project_people`.
    question
        From `projector.run.questions.question_of`.
    draws
        In each set; there is one set, one for each of what is uncertain beside the assumptions,
        and with `designed` one more than there are factors.
    designed
        Whether to run a design for first-order and total indices.
    workers
        Processes that make draws; the numbers are the same for any number of them.

    Returns
    -------
    Sensitivity

    Raises
    ------
    UsageError
        If nothing is uncertain, the draws are too few, or the run has no figures of what is asked.
    ConsistencyError
        As `projector.run` does.
    """
    care = project_care(scenario, people)
    futures = futures_of(scenario, people, care)
    assumptions = uncertain_assumptions(scenario)
    beside = futures.varying.parts
    _refuse(scenario, draws, bool(assumptions or beside))
    study = _Study(futures, question, workers)
    certain = futures.with_less(*beside)
    bars = tornado(study.walk(certain, tornado_design(len(assumptions), low=_LOW, high=_HIGH)).T)
    shares = shares_of(scenario, 0, draws)
    results = study.walk(futures, shares)
    without = [study.walk(futures.with_less(part), shares) for part in beside]
    found = [first_from_draws(shares, results.T)] if assumptions else []
    found += [share_switched_off(results.T, one.T) for one in without]
    apart = [bars.middle + np.quantile(results - one, (_LOW, _HIGH), axis=0) for one in without]
    factors = [Factor("assumption", (str(one),)) for one in assumptions]
    design, by_design = _designed(study, shares) if designed else ((), None)
    return Sensitivity(
        title=scenario.scenario,
        question=question,
        names=names_of(people.inputs),
        years=care["activity"].to_dataset()["year"].values,
        draws=draws,
        middle=bars.middle,
        deviation=results.std(axis=0, ddof=1),
        factors=(*factors, *map(Factor, beside)),
        low=np.concatenate([bars.low, *(one[:1] for one in apart)]),
        high=np.concatenate([bars.high, *(one[1:] for one in apart)]),
        first=Estimate(
            *(
                np.concatenate([np.atleast_2d(getattr(one, name)) for one in found])
                for name in ("value", "error")
            )
        ),
        designed=design,
        indices=by_design,
    )


def main_figures(
    scenario: "Scenario", headlines: Mapping[str, xr.DataArray]
) -> dict[str, xr.Dataset]:
    """First-order indices of the main figures of a run, from its draws.

    Parameters
    ----------
    scenario
        As loaded.
    headlines
        From `projector.run.draws.summarised`: the figures of each draw, by measure.

    Returns
    -------
    dict of Dataset
        By measure ``first[assumption, year, ...]`` with ``first_error``, ``low`` and ``high``, the
        means of the fifths of the draws in which the assumption is lowest and highest, and
        ``rest[year, ...]``, what no assumption explains alone: NaN where some are correlated, as
        the sum of their indices counts twice what they share. None of fewer draws than `FEWEST`,
        or without uncertain assumptions.
    """
    assumptions = uncertain_assumptions(scenario)
    draws = next(iter(headlines.values())).sizes["draw"]
    if not assumptions or draws < FEWEST:
        return {}
    shares = shares_of(scenario, 0, draws)
    names = np.array([str(one) for one in assumptions], dtype=object)
    correlated = len(factors_of(scenario)) < len(assumptions)
    units = {measure.name: measure.unit for measure in MEASURES}
    result = {}
    for measure, array in headlines.items():
        dims = tuple(str(dim) for dim in array.dims if dim != "draw")
        values = array.transpose(*dims, "draw").values
        found = first_from_draws(shares, values)
        rest = 1.0 - found.value.sum(axis=0)
        low, high = swing_from_draws(shares, values)
        swing = {"units": units[measure]}
        result[measure] = xr.Dataset(
            {
                "first": (("assumption", *dims), found.value, {"units": "1"}),
                "first_error": (("assumption", *dims), found.error, {"units": "1"}),
                "low": (("assumption", *dims), low, swing),
                "high": (("assumption", *dims), high, swing),
                "rest": (dims, np.full_like(rest, np.nan) if correlated else rest, {"units": "1"}),
            },
            coords={"assumption": names, **{dim: array[dim].values for dim in dims}},
        )
    return result


@dataclass(frozen=True)
class _Study:
    """Walks draws of a design and answers the question in each."""

    futures: Futures
    question: Question
    workers: int

    def walk(self, futures: Futures, shares: Array, first_number: int = 0) -> Array:
        """The result in draws by their shares, ``[draw, year]``.

        Parameters
        ----------
        futures
            With all that shall vary beside the assumptions.
        shares
            ``[assumption, draw]``.
        first_number
            The number of chance of the first draw.
        """
        people = futures.people.population["population"]
        blocks = blocks_of(shares.shape[1], people.sizes["region"], people.sizes["year"])
        answer = self._answer(futures, shares, first_number)
        each = made(lambda block: answer(*blocks[block]), range(len(blocks)), self.workers)
        found = dict(each)
        return np.concatenate([found[block] for block in range(len(blocks))])

    def _answer(
        self, futures: Futures, shares: Array, first_number: int
    ) -> Callable[[int, int], Array]:
        assumptions = uncertain_assumptions(self.futures.scenario)
        question = self.question

        def answer(first: int, last: int) -> Array:
            draws = Draws(futures.scenario, assumptions, shares[:, first:last])
            groups = futures.of_draws(
                draws,
                range(first_number + first, first_number + last),
                staff_to_come=question.group == SUPPLY,
            )
            figures: Array = asked(groups, question).values
            return figures

        return answer


def _designed(study: _Study, own: Array) -> tuple[tuple[Factor, ...], Indices]:
    """Indices by Saltelli's design; what is beside the assumptions is a factor of its own."""
    futures, draws = study.futures, own.shape[1]
    scenario = futures.scenario
    names = [str(one) for one in uncertain_assumptions(scenario)]
    other = shares_of(scenario, 0, draws, alternative="other")
    factors = [
        Factor("assumption", tuple(names[row] for row in rows)) for rows in factors_of(scenario)
    ]
    sets = [study.walk(futures, own), study.walk(futures, other, draws)]
    for rows in factors_of(scenario):
        mixed = own.copy()
        mixed[list(rows)] = other[list(rows)]
        sets.append(study.walk(futures, mixed))
    if futures.varying.parts:
        factors.append(Factor(BESIDE))
        sets.append(study.walk(futures, own, draws))
    results = np.concatenate(sets).T
    return tuple(factors), indices(results, len(factors), seed=scenario.uncertainty.seed)


def _refuse(scenario: "Scenario", draws: int, uncertain: bool) -> None:
    if not uncertain:
        raise UsageError(
            Problem(
                where=str(scenario.path),
                message="nothing in the scenario is uncertain",
                expected="a value as a distribution, such as {triangular: [40 %, 55 %, 70 %]}, or "
                "`population: stochastic` under `uncertainty`",
            )
        )
    if draws < FEWEST:
        raise UsageError(
            Problem("--draws", "too few draws to tell", str(draws), f"{FEWEST} or more")
        )
