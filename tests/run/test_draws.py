"""Draws in lots: summaries, and the same bits wherever and however often they are made."""

import os
import signal
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from projector.run import blocks as blocks_room
from projector.run import draws as draws_room
from projector.run import lots as lots_room
from projector.run.blocks import Blocks, blocks_of
from projector.run.draws import key_of, summarised, work_of
from projector.run.executors import Processes, made
from projector.run.futures import Futures
from projector.run.kept import Kept, LotsOfRun
from projector.run.lots import Figures, Totals, values_kept
from projector.run.measures import WHOLE
from tests.run.moving import written
from tests.run.test_futures import NARROW, futures, of

STILL = "population: written"


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six draws are three blocks, and three lots."""
    monkeypatch.setattr(blocks_room, "_MOST_IN_BLOCK", 2)


def assert_same_bits(one: Totals, other: Totals) -> None:
    assert list(one.measures) == list(other.measures)
    for name, dataset in one.measures.items():
        xr.testing.assert_identical(dataset, other.measures[name])
    assert list(one.headlines) == list(other.headlines)
    for name, array in one.headlines.items():
        xr.testing.assert_identical(array, other.headlines[name])


@cache
def six_draws() -> Totals:
    """Of six draws, as they are made here; never to be changed."""
    return summarised(work_of(futures(), 6))


def test_summaries_are_those_of_all_draws_and_regions_do_not_add_up() -> None:
    own = futures(population="stochastic", small_numbers="expected")
    found = summarised(work_of(own, 6)).measures
    beds = found["beds"].sel(resource="somatic")
    need = own.block(0, 6)["capacity/beds"]["need"].sel(resource="somatic")
    np.testing.assert_allclose(
        beds["quantile_value"].sel(quantile=0.1).isel(region=slice(0, -1)),
        need.quantile(0.1, "draw"),
    )
    whole = need.sum("region")
    np.testing.assert_allclose(beds["mean"].sel(region=WHOLE), whole.mean("draw"))
    np.testing.assert_allclose(beds["deviation"].sel(region=WHOLE), whole.std("draw", ddof=1))
    parts = beds["quantile_value"].sel(quantile=0.9).isel(year=-1)
    assert float(parts.sel(region=WHOLE)) < float(parts.isel(region=slice(0, -1)).sum())
    assert found["beds_gap"]["above"].max() == 1


def test_the_main_figures_are_those_of_every_draw_in_order() -> None:
    own = futures(population="stochastic", small_numbers="expected")
    found = summarised(work_of(own, 6), executor=Processes(2)).headlines
    need = own.block(0, 6)["capacity/beds"]["need"].sum("region")
    np.testing.assert_allclose(found["beds"].transpose(*need.dims), need)
    assert set(found) >= {"people", "staff", "staff_gap"}


def test_nothing_of_a_block_is_kept_but_its_summaries() -> None:
    """The main figures are few: as views they would keep those of all regions of every block."""
    lot = work_of(futures(), 2).lot(0)
    assert all(figures.base is None for one in lot.headlines.values() for figures in one.values())


def test_the_bits_are_the_same_for_any_number_of_workers_and_all_draws_are_heard_of() -> None:
    heard: list[tuple[int, int]] = []
    work = work_of(futures(), 6)
    one = six_draws()
    two = summarised(
        work, executor=Processes(2), heard=lambda done, draws: heard.append((done, draws))
    )
    assert_same_bits(one, two)
    assert heard == [(2, 6), (4, 6), (6, 6)]


def test_a_worker_that_is_killed_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    work, parent = work_of(futures(), 6), os.getpid()
    expected = six_draws()
    ordinary = lots_room.figures_of_block

    def deadly(futures: Futures, first: int, last: int) -> Figures:
        if os.getpid() != parent and first == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return ordinary(futures, first, last)

    monkeypatch.setattr(lots_room, "figures_of_block", deadly)
    assert_same_bits(summarised(work, executor=Processes(2)), expected)


def killed_at(draw: int, folder: Path, monkeypatch: pytest.MonkeyPatch, *, draws: bool) -> None:
    """A run in a process of its own, which is killed before it makes this draw."""
    ordinary = lots_room.figures_of_block

    def deadly(futures: Futures, first: int, last: int) -> Figures:
        if first == draw:
            os.kill(os.getpid(), signal.SIGKILL)
        return ordinary(futures, first, last)

    child = os.fork()
    if child == 0:
        try:
            monkeypatch.setattr(lots_room, "figures_of_block", deadly)
            summarised(work_of(futures(), 6, folder=folder, with_draws=draws))
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The first draw of every block that is made from now on."""
    made: list[int] = []
    ordinary = lots_room.figures_of_block

    def counting(futures: Futures, first: int, last: int) -> Figures:
        made.append(first)
        return ordinary(futures, first, last)

    monkeypatch.setattr(lots_room, "figures_of_block", counting)
    return made


@pytest.mark.parametrize("draws", [False, True])
def test_a_run_that_is_killed_and_killed_again_goes_on_and_has_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, draws: bool
) -> None:
    expected = six_draws()
    for draw in (2, 4):
        with monkeypatch.context() as only:
            killed_at(draw, tmp_path, only, draws=draws)
    work = work_of(futures(), 6, folder=tmp_path, with_draws=draws)
    made = counted(monkeypatch)
    found = summarised(work)
    assert made == [4]
    assert (found.found, found.damaged) == (4, 0)
    assert_same_bits(found, expected)


def test_a_file_that_is_damaged_is_found_and_its_draws_are_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = work_of(futures(), 6, folder=tmp_path)
    expected = summarised(work)
    assert work.kept is not None
    whole, turned, cut = sorted(work.kept.folder.glob("lot*.npz"))
    content = bytearray(turned.read_bytes())
    content[len(content) // 2] ^= 1  # one bit
    turned.write_bytes(content)
    cut.write_bytes(cut.read_bytes()[:-1])
    made = counted(monkeypatch)
    found = summarised(work)
    assert made == [2, 4]
    assert (found.found, found.damaged) == (2, 4)
    assert_same_bits(found, expected)
    made.clear()
    assert summarised(work).found == 6
    assert not made
    assert whole.exists()


def test_the_draws_of_a_measure_are_kept_on_request(tmp_path: Path) -> None:
    work = work_of(futures(), 6, folder=tmp_path, with_draws=True)
    found = summarised(work).measures["beds"]
    blocks = [measures["beds"] for _, measures in work.draws()]
    assert [first for first, _ in work.draws()] == [0, 2, 4]
    beds = xr.concat(blocks, "draw")
    assert beds.attrs["units"] == "beds"
    xr.testing.assert_allclose(beds.mean("draw"), found["mean"].drop_attrs())


def test_damaged_draws_make_their_lot_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = work_of(futures(), 6, folder=tmp_path, with_draws=True)
    summarised(work)
    assert work.kept is not None
    (one,) = work.kept.folder.glob("draws000001-*.npz")
    one.unlink()
    made = counted(monkeypatch)
    assert summarised(work).found == 4
    assert made == [2]


def test_lots_of_something_else_are_not_taken() -> None:
    own, other = futures(), futures(population="stochastic", small_numbers="expected")
    blocks = Blocks(6, 2)
    keys = {
        key_of(own, blocks, with_draws=False),
        key_of(own, blocks, with_draws=True),
        key_of(own, Blocks(8, 2), with_draws=False),
        key_of(own, Blocks(6, 3), with_draws=False),
        key_of(other, blocks, with_draws=False),
    }
    assert len(keys) == 5
    assert key_of(own, Blocks(6, 2), with_draws=False) in keys


def test_what_a_run_has_kept_is_removed_with_the_folders_that_are_empty_then(
    tmp_path: Path,
) -> None:
    own, other = (LotsOfRun(tmp_path / "outputs" / name) for name in ("own", "other"))
    kept, old, of_other = (
        Kept(of.folder / key) for of, key in ((own, "key"), (own, "old"), (other, "key"))
    )
    for one in (kept, old, of_other):
        one.write("lot", {"number": np.array(1.0)})
    own.clear(keep=kept)
    assert kept.read("lot") == {"number": 1.0}
    assert old.read("lot") is None
    own.clear()
    assert of_other.read("lot") == {"number": 1.0}
    other.clear()
    assert list((tmp_path / "outputs").iterdir()) == []
    other.clear()


@pytest.mark.slow
def test_draws_stop_when_quantiles_are_sure_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks_room, "_MOST_IN_BLOCK", 8)
    monkeypatch.setattr(draws_room, "_FIRST_LOOK", 8)
    own = of(written(f"{NARROW}uncertainty: {{draws: auto, tolerance: 2 %, most: 96, {STILL}}}"))
    work = work_of(own, "auto", folder=tmp_path, with_draws=True)
    rounds: set[int] = set()
    found = summarised(work, heard=lambda _, draws: rounds.add(draws))
    again = summarised(work, executor=Processes(2))
    heard_of = sum(rounds)  # those that were looked at and made anew too
    assert len(rounds) > 1
    assert (found.found, again.found) == (0, heard_of)
    assert 8 < found.reached.draws < 96
    assert found.reached.draws % 8 == 0
    assert found.reached.error <= 0.02 == found.reached.tolerance
    as_many = summarised(work_of(own, found.reached.draws))
    for one in (found, again, summarised(work_of(own, "auto"), executor=Processes(2))):
        assert_same_bits(one, as_many)
    made = [first for first, _ in found.work.draws()]
    assert made == list(range(0, found.reached.draws, 8))
    assert summarised(work_of(own, 8)).reached.error > 0.02
    unsure = f"{NARROW}uncertainty: {{draws: auto, tolerance: 0.1 %, most: 10, {STILL}}}"
    few = summarised(work_of(of(written(unsure)), "auto"))
    assert few.reached.draws == 8  # whole blocks, and no more than the most
    assert few.reached.error > 0.001


def test_workers_end_when_the_run_that_they_work_for_is_killed(tmp_path: Path) -> None:
    def linger(number: int) -> int:
        (tmp_path / str(os.getpid())).touch()
        time.sleep(60)
        return number

    run = os.fork()
    if run == 0:
        try:
            list(made(linger, range(2), workers=2))
        finally:
            os._exit(1)
    until(lambda: len(list(tmp_path.iterdir())) == 2)
    os.kill(run, signal.SIGKILL)
    os.waitpid(run, 0)
    workers = [int(path.name) for path in tmp_path.iterdir()]
    until(lambda: not any(alive(worker) for worker in workers))


def until(happens: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something, and fail if it does not happen in time."""
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.02)


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked about does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


@given(st.integers(1, 20_000), st.integers(1, 64))
def test_what_is_summarised_as_one_lies_in_one_lot(draws: int, size: int) -> None:
    blocks = Blocks(draws, size)
    first, whole = blocks.of_lot(0), blocks.together
    assert len(first) % whole == 0 or len(first) < whole
    assert whole * size >= 16 or whole == blocks._in_lot


@pytest.mark.parametrize("cells", [200, 15_960, 870_390])
def test_values_kept_for_quantiles_take_no_more_memory_of_more_draws(cells: int) -> None:
    def kept(draws: int) -> int:
        blocks = blocks_of(draws, max(cells // 2660, 1), 15)
        size = values_kept(cells, blocks)
        if size is None:
            return cells * draws * 8
        leaves = -(-len(blocks) // blocks.together)
        return cells * 4 * size * ((leaves - 1).bit_length() + 2)

    assert kept(4000) <= max(1.1 * kept(1000), 64 * 2**20)
    assert kept(1000) <= 512 * 2**20
