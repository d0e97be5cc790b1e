"""Lots of draws on the workers of a Dask cluster that runs already.

The futures are sent once, to every worker. Lots are made, kept and merged there, and summaries go
from worker to worker; only what is told of all draws comes back. Dask makes the lots of a worker
that is lost again, elsewhere. It needs the extra ``projector[cluster]``.
"""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from projector.errors import ClusterError, Problem, UsageError
from projector.run.allocation import memory_kept
from projector.run.executors import Heard
from projector.run.kept import Kept
from projector.run.lots import Lot, Totals, Work
from projector.run.versions import versions

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["Cluster"]

_ATTEMPTS = 3
_TOKEN = "shared"

_one_at_a_time = threading.Lock()
"""The number of threads of a matrix product is one for a whole process, not for a thread of it."""


@dataclass(frozen=True)
class Cluster:
    """The workers of a Dask scheduler.

    Parameters
    ----------
    address
        As ``tcp://host:port``.
    """

    address: str

    def totals(self, work: Work, heard: Heard) -> Totals:
        """Make all lots; see `projector.run.executors.Executor`.

        Raises
        ------
        UsageError
            If Dask is not installed, or lots shall be kept in a folder that the workers lack.
        ClusterError
            If the scheduler does not answer, has no workers, or they run something else than this
            process or are lost again and again.
        """
        with _client(self.address) as client:
            self._refuse_other_versions(client)
            if work.kept is not None:
                self._refuse_other_folders(client, work.kept)
            told: set[int] = set()
            for _ in range(_ATTEMPTS):
                try:
                    return self._totals(client, work, heard, told)
                except CancelledError:
                    continue  # all workers that had the futures were lost: they are sent anew
        raise self._problem(
            f"all workers were lost, {_ATTEMPTS} times", "workers with more memory, or more workers"
        )

    def _totals(self, client: "Client", work: Work, heard: Heard, told: set[int]) -> Totals:
        from distributed import as_completed
        from distributed.scheduler import KilledWorker

        run = uuid.uuid4().hex
        sent = client.scatter(work, broadcast=True, hash=False)
        lots: list[Future[Lot]] = [
            client.submit(_lot_on_worker, sent, number, key=f"lot-{run}-{number}", pure=False)
            for number in range(work.blocks.lots)
        ]
        numbers = {lot.key: number for number, lot in enumerate(lots)}
        last = client.submit(_totals_on_worker, sent, _tree(client, lots), pure=False, priority=2)
        waiting = as_completed([*lots, last], loop=client.loop)
        del lots  # the scheduler may forget a lot that is merged; this process holds none
        try:
            for done in waiting:
                if done is last or done.key == last.key:
                    break
                number = numbers[done.key]
                if done.status == "finished" and number not in told:
                    told.add(number)
                    heard(work.blocks.draws_of_lot(number))
            totals: Totals = last.result()
        except KilledWorker as error:
            raise self._problem(
                f"workers were lost at the same lot again and again ({error})",
                "workers with more memory",
            ) from error
        return totals

    def _refuse_other_versions(self, client: "Client") -> None:
        own = versions()
        try:
            found = client.run(versions)
        except ImportError as error:
            raise self._problem(
                f"the workers cannot import what they shall run ({error})", _told(own)
            ) from error
        if not found:
            raise self._problem("the scheduler has no workers", "one worker or more")
        others = {worker: said for worker, said in found.items() if said != own}
        if others:
            raise ClusterError(
                [
                    Problem(
                        where=worker,
                        message="the worker would not have the same numbers",
                        found=_told(said),
                        expected=_told(own),
                    )
                    for worker, said in sorted(others.items())
                ]
            )

    def _refuse_other_folders(self, client: "Client", kept: Kept) -> None:
        token = {"token": np.array(uuid.uuid4().hex)}
        kept.write(_TOKEN, token)
        seen = client.run(partial(_token, kept.folder.resolve()))
        kept.discard(_TOKEN)
        without = sorted(worker for worker, found in seen.items() if found != str(token["token"]))
        if without:
            raise UsageError(
                Problem(
                    where=str(kept.folder),
                    message="finished lots are kept in a folder that workers do not have",
                    found=", ".join(without[:5]) + (" …" if len(without) > 5 else ""),
                    expected="an --output that lies under the same name on all machines, "
                    "or neither --resume nor --keep-draws",
                )
            )

    def _problem(self, message: str, expected: str) -> ClusterError:
        return ClusterError(Problem(where=self.address, message=message, expected=expected))


@contextmanager
def _client(address: str) -> "Iterator[Client]":
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(
            Problem(
                where="--cluster",
                message=f"Dask is not installed ({error})",
                expected="pip install 'projector[cluster]'",
            )
        ) from error
    try:
        client = Client(address, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(
            Problem(
                where=address,
                message=f"no Dask scheduler answers ({error})",
                expected="the address of one, as tcp://host:8786",
            )
        ) from error
    with client:
        yield client


def _tree(client: "Client", lots: "list[Future[Lot]]") -> "Future[Lot]":
    """All lots merged in pairs, on the workers; what is merged goes before what is made."""
    level = lots
    while len(level) > 1:
        pairs = [
            client.submit(Lot.with_other, one, other, pure=False, priority=1)
            for one, other in zip(level[::2], level[1::2], strict=False)
        ]
        level = [*pairs, *level[2 * len(pairs) :]]
    return level[0]


def _lot_on_worker(work: Work, number: int) -> Lot:
    with _one_at_a_time, memory_kept():
        return work.lot(number)


def _totals_on_worker(work: Work, lot: Lot) -> Totals:
    with _one_at_a_time:
        return work.totals(lot)


def _told(said: dict[str, str]) -> str:
    return ", ".join(f"{name} {version[:12]}" for name, version in said.items())


def _token(folder: Path) -> str | None:
    arrays = Kept(folder).read(_TOKEN)
    return None if arrays is None else str(arrays["token"])
