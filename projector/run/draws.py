"""The run of many draws: block after block, on one or more processes, into summaries.

Blocks are cut by the size of the problem alone, are summarised by themselves and merged in a fixed
order, so that the numbers have the same bits whatever the number of workers. A worker that is lost
takes nothing with it but its block, which is made again.
"""

import math
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.run.futures import Futures
from projector.run.measures import figures_of
from projector.uncertainty.convergence import error_of_quantiles
from projector.uncertainty.sketch import size_within
from projector.uncertainty.summaries import Summary

if TYPE_CHECKING:
    from projector.run.measures import Measure

__all__ = ["DEFAULT_QUANTILES", "Blocks", "blocks_of", "summarised"]

Array = NDArray[np.float64]
Figures = dict[str, tuple["Measure", xr.DataArray]]
Heard = Callable[[int, int], None]

DEFAULT_QUANTILES = (0.1, 0.5, 0.9)
_REGION_YEARS = 6000
"""Regions times years times draws of a block: its arrays stay within some hundred megabytes."""
_MOST_IN_BLOCK = 64
_MEMORY = 512 * 2**20
"""Bytes that may be kept for quantiles; beyond that they are sketched."""
_ATTEMPTS = 3


@dataclass(frozen=True)
class Blocks:
    """How draws are cut.

    Parameters
    ----------
    draws
        How many in all.
    size
        How many in a block; the last may have fewer.
    """

    draws: int
    size: int

    def __len__(self) -> int:
        """How many blocks."""
        return math.ceil(self.draws / self.size)

    def __getitem__(self, block: int) -> tuple[int, int]:
        """The first draw of a block, and the one after its last."""
        if not 0 <= block < len(self):
            raise IndexError(block)
        return block * self.size, min((block + 1) * self.size, self.draws)


def blocks_of(draws: int, regions: int, years: int) -> Blocks:
    """Blocks of a size that depends on the problem alone."""
    return Blocks(draws, int(np.clip(_REGION_YEARS // (regions * years), 1, _MOST_IN_BLOCK)))


def figures_of_block(futures: Futures, first: int, last: int) -> Figures:
    """The block function: what is summarised of some draws."""
    return {one.name: (one, array) for one, array in figures_of(futures.block(first, last))}


def summarised(
    futures: Futures, draws: int, *, workers: int = 1, heard: Heard | None = None
) -> dict[str, xr.Dataset]:
    """Run many draws and summarise them.

    Parameters
    ----------
    futures
        From `projector.run.futures.futures_of`.
    draws
        How many.
    workers
        Processes that make blocks.
    heard
        Is told how many blocks are done, and of how many.

    Returns
    -------
    dict of Dataset
        By measure: ``quantile_value[quantile, ...]``, ``mean``, ``deviation`` and
        ``quantile_error`` in the unit of the measure, and ``above``, the share of draws above the
        measure's limit, where it has one. NaN where a cell has no number in some draw.
    """
    demand = futures.people.population["population"]
    blocks = blocks_of(draws, demand.sizes["region"], demand.sizes["year"])
    quantiles = futures.scenario.uncertainty.quantiles or DEFAULT_QUANTILES
    summaries: dict[str, Summary] = {}
    shapes: Figures = {}
    for done, (block, figures) in enumerate(_made(futures, blocks, workers), start=1):
        if not summaries:
            shapes = {name: (one, array.isel(draw=0)) for name, (one, array) in figures.items()}
            summaries = _empty(shapes, blocks)
        for name, (_, array) in figures.items():
            summaries[name].add(block, np.moveaxis(array.values, 0, -1))
        if heard is not None:
            heard(done, len(blocks))
    return {
        name: _dataset(measure, array, summaries[name], quantiles)
        for name, (measure, array) in shapes.items()
    }


def _empty(shapes: Figures, blocks: Blocks) -> dict[str, Summary]:
    cells = sum(array.size for _, array in shapes.values())
    size = size_within(cells, blocks.draws, blocks.size, _MEMORY)
    return {
        name: Summary(
            array.shape,
            size=size,
            threshold=None if measure.limit is None else np.array(measure.limit),
        )
        for name, (measure, array) in shapes.items()
    }


def _dataset(
    measure: "Measure", array: xr.DataArray, summary: Summary, quantiles: tuple[float, ...]
) -> xr.Dataset:
    result = summary.result()
    dims = tuple(map(str, array.dims))
    with_quantile = ("quantile", *dims)
    variables: dict[str, tuple[tuple[str, ...], Array]] = {
        "quantile_value": (with_quantile, result.quantiles(quantiles)),
        "quantile_error": (with_quantile, error_of_quantiles(result, quantiles)),
        "mean": (dims, result.mean),
        "deviation": (dims, result.deviation),
    }
    if result.above is not None:
        variables["above"] = (dims, result.above)
    dataset = xr.Dataset(variables, coords={**array.coords, "quantile": list(quantiles)})
    for name, variable in dataset.data_vars.items():
        variable.attrs["units"] = "1" if name == "above" else measure.unit
    dataset.attrs["draws"] = result.count
    dataset.attrs["rank_error"] = result.rank_error
    return dataset.drop_vars("draw", errors="ignore")


def _made(futures: Futures, blocks: Blocks, workers: int) -> Iterator[tuple[int, Figures]]:
    """The blocks as they are done, in any order."""
    if workers <= 1 or len(blocks) == 1:
        for block in range(len(blocks)):
            yield block, figures_of_block(futures, *blocks[block])
        return
    left = set(range(len(blocks)))
    for _ in range(_ATTEMPTS):
        try:
            for block, figures in _in_processes(futures, blocks, workers, sorted(left)):
                left.discard(block)
                yield block, figures
        except BrokenProcessPool:
            continue  # a worker was lost: what it had not done is done anew
        return
    for block in sorted(left):  # workers cannot be kept alive here: do without
        yield block, figures_of_block(futures, *blocks[block])


_of_process: dict[str, Futures] = {}


def _in_processes(
    futures: Futures, blocks: Blocks, workers: int, left: list[int]
) -> Iterator[tuple[int, Figures]]:
    context = multiprocessing.get_context("fork")
    _of_process["futures"] = futures
    try:
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            asked = {pool.submit(_block_in_process, *blocks[block]): block for block in left}
            for one in as_completed(asked):
                yield asked[one], one.result()
    finally:
        _of_process.clear()


def _block_in_process(first: int, last: int) -> Figures:
    return figures_of_block(_of_process["futures"], first, last)
