"""The run of many draws: lot after lot, wherever they are made, into summaries.

Lots are cut by the size of the problem alone, are summarised by themselves and merged in a fixed
order, so that the numbers have the same bits whatever the number of workers.
"""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from projector.run.blocks import Blocks, blocks_of
from projector.run.cells import of_all_regions
from projector.run.executors import Executor, Here
from projector.run.futures import Futures
from projector.run.kept import Kept
from projector.run.lots import Totals, Work
from projector.run.measures import MEASURES
from projector.run.versions import versions
from projector.uncertainty.convergence import draws_to_have

__all__ = ["Heard", "Reached", "Summarised", "key_of", "nobody", "summarised", "work_of"]

Array = NDArray[np.float64]
Heard = Callable[[int, int], None]

_FIRST_LOOK = 256
"""Draws before the errors of quantiles are looked at: those of fewer are themselves unsure."""
_HALF = 0.5
"""Half a person, bed or full-time equivalent: nobody plans by less."""


@dataclass(frozen=True)
class Reached:
    """How many draws were made, and how sure the main figures are by them.

    Parameters
    ----------
    draws
        How many.
    error
        The largest standard error of a quantile of the main figures, as a share of the quantile;
        quantiles that are sure to half a unit do not count.
    tolerance
        What it was to be at most; None where the number of draws was given.
    """

    draws: int
    error: float
    tolerance: float | None = None


@dataclass(frozen=True, eq=False)
class Summarised(Totals):
    """The summaries of a run of many draws.

    Parameters
    ----------
    measures, headlines
        As of `projector.run.lots.Totals`.
    found, damaged
        As there; of draws that were looked at and made anew too.
    reached
        How many draws, and how sure.
    work
        What was done in the end.
    """

    reached: Reached
    work: Work


def nobody(done: int, draws: int) -> None:
    """Nobody hears."""


def work_of(
    futures: Futures,
    draws: int | Literal["auto"],
    *,
    folder: Path | None = None,
    with_draws: bool = False,
) -> Work:
    """What there is to do.

    Parameters
    ----------
    futures
        From `projector.run.futures.futures_of`.
    draws
        How many; ``auto`` begins with as many as it takes to look at them, see `summarised`.
    folder
        Where finished lots are kept, in a folder named by `key_of`; None keeps none.
    with_draws
        Whether the draws of the measures are kept too.

    Returns
    -------
    Work
    """
    people = futures.people.population["population"]
    regions, years = people.sizes["region"], people.sizes["year"]
    tolerance = None
    if draws == "auto":
        asked = futures.scenario.uncertainty
        tolerance = asked.tolerance
        size = blocks_of(asked.most, regions, years).size
        count = min(math.ceil(_FIRST_LOOK / size) * size, asked.most)
    else:
        count = draws
    blocks = blocks_of(count, regions, years)
    kept = None
    if folder is not None:
        kept = Kept(folder / key_of(futures, blocks, with_draws=with_draws))
    return Work(futures, blocks, kept, with_draws, tolerance)


def summarised(
    work: Work, *, executor: Executor | None = None, heard: Heard = nobody
) -> Summarised:
    """Make many draws and summarise them.

    Where draws stop by themselves, some are made and looked at, and if they are not sure
    enough a larger number is made anew, of which they are the first: up to four times as many at a
    time, whole blocks, and no more than the scenario allows. The numbers at which it looks are the
    same wherever draws are made.

    Parameters
    ----------
    work
        From `work_of`.
    executor
        Where lots are made; None makes them in this process.
    heard
        Is told how many draws are done, and of how many.

    Returns
    -------
    Summarised
        The same for any executor.
    """
    most = work.futures.scenario.uncertainty.most
    found = damaged = 0
    wanted = work.blocks.draws
    while True:
        work = work.of_draws(wanted)
        totals = _all_lots(work, executor or Here(), heard)
        found, damaged = found + totals.found, damaged + totals.damaged
        (quantiles, errors), error = _main_quantiles(totals)
        if work.tolerance is not None:
            wanted = draws_to_have(
                quantiles, errors, work.blocks.draws, block=work.blocks.size,
                tolerance=work.tolerance, least=_HALF, most=most,
            )  # fmt: skip
        if wanted <= work.blocks.draws:
            reached = Reached(work.blocks.draws, error, work.tolerance)
            return Summarised(totals.measures, totals.headlines, found, damaged, reached, work)


def _all_lots(work: Work, executor: Executor, heard: Heard) -> Totals:
    done = 0

    def more(draws: int) -> None:
        nonlocal done
        done += draws
        heard(done, work.blocks.draws)

    return executor.totals(work, more)


def _main_quantiles(totals: Totals) -> tuple[tuple[Array, Array], float]:
    """Quantiles and errors of the main figures, and the largest error as a share."""
    values: list[Array] = []
    errors: list[Array] = []
    for measure in MEASURES:
        if measure.name not in totals.headlines or measure.limit is not None:
            continue  # what is short may be nothing, of which no share is small
        told = totals.measures[measure.name]
        values.append(of_all_regions(told["quantile_value"]).values.ravel())
        errors.append(of_all_regions(told["quantile_error"]).values.ravel())
    value, error = np.concatenate(values), np.concatenate(errors)
    counts = (error > _HALF) & (value != 0)
    shares = error[counts] / np.abs(value[counts])
    return (value, error), float(shares.max(initial=0.0))


def key_of(futures: Futures, blocks: Blocks, *, with_draws: bool) -> str:
    """SHA-256 of all that the numbers of a lot depend on.

    They are the resolved scenario, the contents of the inputs, how draws are cut, the version and
    the source of the program, and those of the libraries that it calculates with.
    """
    parts = {
        "scenario": futures.scenario.digest(),
        "inputs": dict(sorted(futures.people.inputs.files.items())),
        "blocks": [blocks.draws, blocks.size, blocks.lots],
        "with_draws": with_draws,
        "versions": versions(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
