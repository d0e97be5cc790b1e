"""Where lots of draws are made: in this process, or in several on this machine.

An executor makes all lots of a `projector.run.lots.Work` and merges them; which lot is merged with
which is fixed, so the bits are the same for all executors and any number of workers. A worker that
is lost takes nothing with it but its lot, which is made again. On a cluster:
`projector.run.cluster`.
"""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Protocol

from projector.run.lots import Lot, Totals, Work

__all__ = ["Executor", "Heard", "Here", "Processes"]

Heard = Callable[[int], None]
"""Is told how many more draws are done."""

_ATTEMPTS = 3


class Executor(Protocol):
    """Makes lots."""

    def totals(self, work: Work, heard: Heard) -> Totals:
        """Make all lots, or take them from where they are kept, and tell what is in them."""
        ...


@dataclass(frozen=True)
class Here:
    """One lot after the other, in this process."""

    def totals(self, work: Work, heard: Heard) -> Totals:
        """Make all lots; see `Executor`."""
        return _merged(work, _here(work, range(work.blocks.lots)), heard)


@dataclass(frozen=True)
class Processes:
    """Several processes on this machine, which begin as copies of this one.

    Parameters
    ----------
    workers
        How many.
    """

    workers: int

    def totals(self, work: Work, heard: Heard) -> Totals:
        """Make all lots; see `Executor`."""
        return _merged(work, self._made(work), heard)

    def _made(self, work: Work) -> Iterator[tuple[int, Lot]]:
        """The lots as they are done, in any order."""
        left = set(range(work.blocks.lots))
        for _ in range(_ATTEMPTS):
            try:
                for number, lot in self._in_processes(work, sorted(left)):
                    left.discard(number)
                    yield number, lot
            except BrokenProcessPool:
                continue  # a worker was lost: what it had not done is done anew
            return
        yield from _here(work, sorted(left))  # workers cannot be kept alive here: do without

    def _in_processes(self, work: Work, left: list[int]) -> Iterator[tuple[int, Lot]]:
        context = multiprocessing.get_context("fork")
        _of_process["work"] = work
        try:
            with ProcessPoolExecutor(self.workers, mp_context=context) as pool:
                asked: dict[Future[Lot], int] = {}
                while left or asked:
                    # No more than are soon done: lots that wait here take memory.
                    while left and len(asked) <= self.workers:
                        number = left.pop(0)
                        asked[pool.submit(_lot_in_process, number)] = number
                    for one in wait(asked, return_when=FIRST_COMPLETED).done:
                        yield asked.pop(one), one.result()
        finally:
            _of_process.clear()


_of_process: dict[str, Work] = {}


def _lot_in_process(number: int) -> Lot:
    return _of_process["work"].lot(number)


def _here(work: Work, numbers: Iterable[int]) -> Iterator[tuple[int, Lot]]:
    for number in numbers:
        yield number, work.lot(number)


def _merged(work: Work, lots: Iterable[tuple[int, Lot]], heard: Heard) -> Totals:
    together: Lot | None = None
    for number, lot in lots:
        together = lot if together is None else together.with_other(lot)
        heard(work.blocks.draws_of_lot(number))
    assert together is not None
    return work.totals(together)
