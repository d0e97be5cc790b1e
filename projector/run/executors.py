"""Where lots of draws are made: in this process, or in several on this machine.

An executor makes all lots of a `projector.run.lots.Work` and merges them; which lot is merged with
which is fixed, so the bits are the same for all executors and any number of workers. A worker that
is lost takes nothing with it but its lot, which is made again. On a cluster:
`projector.run.cluster`.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import wait as wait_for
from typing import Any, Protocol, TypeVar

from projector.run.allocation import keep_memory, memory_kept
from projector.run.lots import Lot, Totals, Work

__all__ = ["Executor", "Heard", "Here", "Processes", "made", "workers_of"]

Made = TypeVar("Made")
Heard = Callable[[int], None]
"""Is told how many more draws are done."""

_ATTEMPTS = 3

_MOST_WORKERS = 4
"""Processes of a run that is not told how many: of a country each takes some hundred megabytes."""


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
        return _merged(work, made(work.lot, range(work.blocks.lots)), heard)


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
        workers = min(self.workers, work.blocks.lots)
        return _merged(work, made(work.lot, range(work.blocks.lots), workers), heard)


def workers_of(asked: int | None) -> int:
    """How many processes make draws.

    As many as are asked for; where nobody says, one for each processor that may be used, four at
    most. Where the system does not tell them, one: there, copies of a process are not safe either.
    """
    if asked is not None:
        return asked
    if not hasattr(os, "sched_getaffinity"):
        return 1
    return min(len(os.sched_getaffinity(0)), _MOST_WORKERS)


def made(
    make: Callable[[int], Made], numbers: Iterable[int], workers: int = 1
) -> "Generator[tuple[int, Made]]":
    """What a function makes of numbers, as they are done, in any order.

    Parameters
    ----------
    make
        Is called in this process, or in copies of it.
    numbers
        What it is called with.
    workers
        Processes that make it.

    Yields
    ------
    int
        The number.
    object
        What was made of it.
    """
    left = set(numbers)
    if workers > 1:
        for _ in range(_ATTEMPTS):
            try:
                for number, one in _in_processes(make, sorted(left), workers):
                    left.discard(number)
                    yield number, one
            except BrokenProcessPool:
                continue  # a worker was lost: what it had not done is done anew
            return
    # One process, or workers that cannot be kept alive here.
    with memory_kept():
        for number in sorted(left):
            yield number, make(number)


def _in_processes(
    make: Callable[[int], Made], left: list[int], workers: int
) -> Iterator[tuple[int, Made]]:
    context = multiprocessing.get_context("fork")
    _of_process["make"] = make
    begun = set(multiprocessing.active_children())
    try:
        with ProcessPoolExecutor(workers, context, initializer=_begin) as pool:
            asked: dict[Future[Made], int] = {}
            try:
                while left or asked:
                    # No more than are soon done: what waits here takes memory.
                    while left and len(asked) <= workers:
                        number = left.pop(0)
                        asked[pool.submit(_made_in_process, number)] = number
                    for one in wait(asked, return_when=FIRST_COMPLETED).done:
                        yield asked.pop(one), one.result()
            except (KeyboardInterrupt, GeneratorExit):
                # Nobody waits for lots that are half made.
                pool.shutdown(wait=False, cancel_futures=True)
                for process in set(multiprocessing.active_children()) - begun:
                    process.terminate()
                raise
    finally:
        _of_process.clear()


_of_process: dict[str, Callable[[int], Any]] = {}


def _begin() -> None:
    """What a worker does first.

    It ends when the process that it works for is killed, which cannot tell it. Ctrl-C reaches all
    of them; that process alone says what comes of it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_memory()
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch(sentinel: int = parent.sentinel) -> None:
        wait_for([sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _made_in_process(number: int) -> Any:
    return _of_process["make"](number)


def _merged(work: Work, lots: "Generator[tuple[int, Lot]]", heard: Heard) -> Totals:
    together: Lot | None = None
    with closing(lots):  # so that workers end where a merge is interrupted
        for number, lot in lots:
            together = lot if together is None else together.with_other(lot)
            heard(work.blocks.draws_of_lot(number))
    assert together is not None
    return work.totals(together)
