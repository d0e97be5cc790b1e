"""Draws on a Dask cluster of processes: the same bits as here, whatever becomes of its workers."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from projector.errors import ClusterError, UsageError
from projector.run import blocks as blocks_room
from projector.run import versions as versions_room
from projector.run.cluster import Cluster
from projector.run.draws import summarised, work_of
from projector.run.kept import Kept
from projector.run.whole import executor_of
from tests.run.test_draws import assert_same_bits, six_draws
from tests.run.test_futures import futures

dask = pytest.importorskip("dask", reason="Dask is not installed")
distributed = pytest.importorskip("distributed", reason="Dask is not installed")


@pytest.fixture(scope="module")
def processes() -> Iterator["distributed.LocalCluster"]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        yield cluster


# A disk that is busy is told as a warning, which would be an error here.
pytestmark = pytest.mark.filterwarnings("ignore:Creating scratch directories")


@pytest.fixture
def local(processes: "distributed.LocalCluster") -> "distributed.LocalCluster":
    """Both workers are there, though a test before may have killed them."""
    with distributed.Client(processes.scheduler_address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    return processes


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks_room, "_MOST_IN_BLOCK", 2)


@pytest.mark.slow
def test_the_bits_are_those_of_one_process_and_workers_keep_the_lots(
    local: "distributed.LocalCluster", tmp_path: Path
) -> None:
    heard: list[tuple[int, int]] = []
    work = work_of(futures(), 6, folder=tmp_path)
    executor = Cluster(local.scheduler_address)
    found = summarised(
        work, executor=executor, heard=lambda done, draws: heard.append((done, draws))
    )
    assert_same_bits(found, six_draws())
    assert heard[-1] == (6, 6)
    assert work.kept is not None
    assert len(list(work.kept.folder.glob("lot*.npz"))) == 3
    again = summarised(work, executor=executor)
    assert again.found == 6
    assert_same_bits(again, six_draws())


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2])
def test_workers_that_are_killed_change_nothing(
    local: "distributed.LocalCluster", count: int
) -> None:
    killed: list[int] = []

    def kill(done: int, draws: int) -> None:
        del done, draws
        if not killed:
            # The first lot is done and may lie on a worker that is lost now; another is begun.
            with distributed.Client(local.scheduler_address, set_as_default=False) as client:
                killed.extend(client.run(os.getpid).values())
            for process in killed[:count]:
                os.kill(process, signal.SIGKILL)

    found = summarised(work_of(futures(), 6), executor=Cluster(local.scheduler_address), heard=kill)
    assert len(killed) == 2
    assert_same_bits(found, six_draws())


def test_a_scheduler_that_does_not_answer_is_told() -> None:
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "0.2s"}),
        pytest.raises(ClusterError, match="no Dask scheduler answers"),
    ):
        summarised(work_of(futures(), 6), executor=Cluster("tcp://127.0.0.1:9"))


@pytest.mark.slow
def test_workers_of_another_version_are_refused(
    local: "distributed.LocalCluster", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projector.run.cluster.versions", _other_versions)
    with pytest.raises(ClusterError, match="would not have the same numbers") as caught:
        summarised(work_of(futures(), 6), executor=Cluster(local.scheduler_address))
    assert len(caught.value.problems) == 2


def _other_versions() -> dict[str, str]:
    """Of each process its own."""
    return versions_room.versions() | {"source": f"process {os.getpid()}"}


def test_workers_without_the_folder_are_refused(
    local: "distributed.LocalCluster", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Kept, "write", lambda *_: None)  # as if it were on another disk
    with pytest.raises(UsageError, match="a folder that workers do not have"):
        summarised(
            work_of(futures(), 6, folder=tmp_path), executor=Cluster(local.scheduler_address)
        )


def test_processes_here_and_a_cluster_are_not_asked_for_together() -> None:
    with pytest.raises(UsageError, match="not by both"):
        executor_of(2, "tcp://127.0.0.1:9")
