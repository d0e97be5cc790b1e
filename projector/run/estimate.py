"""What a run would take, by trying a little of it: seconds and bytes, from low to high."""

import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from projector.run.blocks import Blocks, blocks_of
from projector.run.lots import EXACT, MOST_KEPT, Lot, Work
from projector.run.pipeline import People, Progress, project_care, project_people, silent
from projector.run.whole import draws_to_make

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Estimate", "Span", "estimate"]

_TRIED = 2
"""Blocks that are made to see how long one takes; the first warms up what the others use."""
_QUICKER, _SLOWER = 0.75, 1.5
"""A long run may be so much quicker than its first blocks, as they fill caches, and so much slower,
as other work, memory and merging come on top."""
_COPIED = 1.5
"""What quantiles take beside the values that are kept, at most."""
_BYTES = np.dtype(np.float64).itemsize


@dataclass(frozen=True)
class Span:
    """A low and a high guess."""

    low: float
    high: float


@dataclass(frozen=True)
class Estimate:
    """What a run would do, and what it would take.

    Parameters
    ----------
    people
        The people of the run at the medians, with their regions.
    draws
        Fewest and most draws; the same unless they stop by themselves. None without draws.
    blocks
        How the most draws are cut; None without draws.
    seconds
        Time on a processor like this one, shared among the workers, without the writing of files.
    tried
        Seconds that the trial itself took.
    memory
        Bytes at most in the process that merges; None where the system does not tell.
    memory_of_workers
        Bytes beside it, of all workers together.
    """

    people: People
    draws: tuple[int, int] | None
    blocks: Blocks | None
    seconds: Span
    tried: float
    memory: Span | None
    memory_of_workers: Span | None


def estimate(scenario: "Scenario", *, workers: int = 1, progress: Progress = silent) -> Estimate:
    """Try the run at the medians and a few blocks of draws, and reckon from there.

    Parameters
    ----------
    scenario
        From `projector.load_scenario`.
    workers
        Processes that would make draws.
    progress
        As for `projector.run`.

    Returns
    -------
    Estimate
        Nothing is written and nothing is kept.

    Raises
    ------
    ProjectorError
        As for `projector.run`.
    """
    begun = time.process_time()
    people = project_people(scenario, progress=progress)
    tree = project_care(scenario, people, progress=progress)
    medians = time.process_time() - begun
    work = draws_to_make(tree, scenario, people)
    if work is None:
        return Estimate(
            people,
            None,
            None,
            Span(medians * _QUICKER, medians * _SLOWER),
            medians,
            _peak(0, 0),
            None,
        )
    few, most = _draws(work)
    regions, years = (people.population.sizes[axis] for axis in ("region", "year"))
    blocks = blocks_of(most, regions, years)
    workers = min(workers, blocks.lots)
    first, later, told, cells = _tried(work)
    quickest, slowest = min(first, later), max(first, later)
    low = medians + first + _shared(few, blocks.size, workers) * quickest + told * few
    high = medians + first + _shared(most, blocks.size, workers) * slowest + told * most
    kept_low, kept_high = (
        min(cells * min(count, EXACT) * _BYTES, MOST_KEPT) for count in (few, most)
    )
    memory = _peak(kept_low, kept_high * _COPIED)
    several = None
    if workers > 1 and memory is not None:
        own = _peak(0, 0)
        several = None if own is None else Span(own.low * workers, own.high * workers)
    return Estimate(
        people,
        (few, most),
        blocks,
        Span(low * _QUICKER, high * _SLOWER),
        time.process_time() - begun,
        memory,
        several,
    )


def _draws(work: Work) -> tuple[int, int]:
    """Fewest and most draws."""
    if work.tolerance is None:
        return work.blocks.draws, work.blocks.draws
    return work.blocks.draws, work.futures.scenario.uncertainty.most


def _shared(draws: int, size: int, workers: int) -> float:
    """Blocks after the first that one worker makes."""
    blocks = -(-draws // size) - 1
    return max(blocks, 0) / workers


def _tried(work: Work) -> tuple[float, float, float, int]:
    """Seconds of the first block, of a later one and of quantiles a draw; cells that are kept."""
    size = work.blocks.size
    few = replace(work.blocks, draws=min(work.blocks.draws, _TRIED * size))
    trial = replace(work, blocks=few, kept=None)
    seconds: list[float] = []
    lots: list[Lot] = []
    for number in range(few.lots):
        begun = time.process_time()
        lots.append(trial.lot(number))
        seconds.append(time.process_time() - begun)
    begun = time.process_time()
    together = lots[0] if len(lots) == 1 else lots[0].with_other(lots[1])
    trial.totals(together)
    told = (time.process_time() - begun) / few.draws
    cells = sum(
        int(np.prod([len(labels) for labels in own.labels.values()]))
        for own in together.cells.values()
    )
    return seconds[0], seconds[-1], told, cells


def _peak(low: float, high: float) -> Span | None:
    """The most memory that this process has had, and so much more."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not there on Windows

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    had = float(most if sys.platform == "darwin" else most * 1024)
    return Span(had + low, had + high)
