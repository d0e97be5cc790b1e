"""The run of many draws: block after block, on one or more processes, into summaries.

Blocks are cut by the size of the problem alone, are summarised by themselves and merged in a fixed
order, so that the numbers have the same bits whatever the number of workers. A worker that is lost
takes nothing with it but its block, which is made again.
"""

import math
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.run.futures import Futures
from projector.run.measures import WHOLE, figures_of
from projector.uncertainty.convergence import draws_to_have, error_of_quantiles
from projector.uncertainty.sketch import size_within
from projector.uncertainty.summaries import Result, Summary

if TYPE_CHECKING:
    from projector.run.measures import Measure

__all__ = [
    "DEFAULT_QUANTILES",
    "Blocks",
    "Reached",
    "Summarised",
    "blocks_of",
    "made",
    "of_all_regions",
    "summarised",
]

Array = NDArray[np.float64]
Figures = dict[str, tuple["Measure", xr.DataArray]]
Heard = Callable[[int, int], None]
Made = TypeVar("Made")

DEFAULT_QUANTILES = (0.1, 0.5, 0.9)
_REGION_YEARS = 6000
"""Regions times years times draws of a block: its arrays stay within some hundred megabytes."""
_MOST_IN_BLOCK = 64
_MEMORY = 512 * 2**20
"""Bytes that may be kept for quantiles; beyond that they are sketched."""
_ATTEMPTS = 3
_FIRST_LOOK = 256
"""Draws before the errors of quantiles are looked at: those of fewer are themselves unsure."""
_HALF = 0.5
"""Half a person, bed or full-time equivalent: nobody plans by less."""


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


@dataclass(frozen=True)
class Summarised:
    """The summaries of a run of many draws.

    Parameters
    ----------
    measures
        By measure: ``quantile_value[quantile, ...]``, ``mean``, ``deviation`` and
        ``quantile_error`` in the unit of the measure, and ``above``, the share of draws above the
        measure's limit, where it has one. NaN where a cell has no number in some draw.
    reached
        How many draws, and how sure.
    headlines
        The main figures of each draw, in blocks in their order: by measure, all regions together.
    """

    measures: dict[str, xr.Dataset]
    reached: Reached
    headlines: tuple[dict[str, xr.DataArray], ...]


def summarised(
    futures: Futures,
    draws: int | Literal["auto"],
    *,
    workers: int = 1,
    heard: Heard | None = None,
) -> Summarised:
    """Run many draws and summarise them.

    Parameters
    ----------
    futures
        From `projector.run.futures.futures_of`.
    draws
        How many; `auto` is as many whole blocks as it takes for the tolerance of the scenario, by
        the main figures of all regions together, and at most as many as it says. The answer to
        whether there are enough is asked at the same numbers of draws, whoever makes them.
    workers
        Processes that make blocks.
    heard
        Is told how many blocks are done, and of how many.

    Returns
    -------
    Summarised
    """
    asked = futures.scenario.uncertainty
    most = asked.most if draws == "auto" else draws
    people = futures.people.population["population"]
    blocks = blocks_of(most, people.sizes["region"], people.sizes["year"])
    quantiles = asked.quantiles or DEFAULT_QUANTILES
    summaries: dict[str, Summary] = {}
    shapes: Figures = {}
    headlines: dict[int, dict[str, xr.DataArray]] = {}
    have, wanted = 0, most
    if draws == "auto":
        wanted = min(math.ceil(_FIRST_LOOK / blocks.size) * blocks.size, most)
    while True:
        of_round = range(math.ceil(have / blocks.size), math.ceil(wanted / blocks.size))
        for block, figures in made(futures, blocks, of_round, figures_of_block, workers):
            if not summaries:
                shapes = {name: (one, array.isel(draw=0)) for name, (one, array) in figures.items()}
                summaries = _empty(shapes, blocks)
            for name, (_, array) in figures.items():
                summaries[name].add(block, np.moveaxis(array.values, 0, -1))
            headlines[block] = {
                one.name: of_all_regions(array) for one, array in figures.values() if one.headline
            }
            if heard is not None:
                heard(len(headlines), math.ceil(wanted / blocks.size))
        have = wanted
        found = {name: one.result() for name, one in summaries.items()}
        sure, error = _main_quantiles(shapes, found, quantiles)
        if draws == "auto":
            wanted = draws_to_have(
                *sure, have, block=blocks.size, tolerance=asked.tolerance, least=_HALF, most=most
            )
        if wanted <= have:
            break
    return Summarised(
        {
            name: _dataset(measure, array, found[name], quantiles)
            for name, (measure, array) in shapes.items()
        },
        Reached(have, error, asked.tolerance if draws == "auto" else None),
        tuple(headlines[block] for block in sorted(headlines)),
    )


def of_all_regions(array: xr.DataArray) -> xr.DataArray:
    """A measure of all regions together; of the region itself where there is one."""
    codes = [str(code) for code in array["region"].values]
    return array.isel(region=codes.index(WHOLE) if WHOLE in codes else 0, drop=True)


def _main_quantiles(
    shapes: Figures, found: Mapping[str, Result], quantiles: tuple[float, ...]
) -> tuple[tuple[Array, Array], float]:
    """Quantiles and errors of the main figures, and the largest error as a share."""
    values: list[Array] = []
    errors: list[Array] = []
    for name, (measure, array) in shapes.items():
        if not measure.headline or measure.limit is not None:
            continue  # what is short may be nothing, of which no share is small
        dims = ("quantile", *array.dims)
        for several, own in (
            (values, found[name].quantiles(quantiles)),
            (errors, error_of_quantiles(found[name], quantiles)),
        ):
            labelled = xr.DataArray(own, dims=dims, coords={"region": array["region"]})
            several.append(of_all_regions(labelled).values.ravel())
    value, error = np.concatenate(values), np.concatenate(errors)
    counts = (error > _HALF) & (value != 0)
    shares = error[counts] / np.abs(value[counts])
    return (value, error), float(shares.max(initial=0.0))


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
    measure: "Measure", array: xr.DataArray, result: Result, quantiles: tuple[float, ...]
) -> xr.Dataset:
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


def made(
    futures: Futures,
    blocks: Blocks,
    numbers: Iterable[int],
    of_block: Callable[[Futures, int, int], Made],
    workers: int = 1,
) -> Iterator[tuple[int, Made]]:
    """What a function makes of blocks, as they are done, in any order.

    Parameters
    ----------
    futures
        Is given to the function.
    blocks
        How draws are cut.
    numbers
        Which blocks to make.
    of_block
        Makes something of the draws from one number to another.
    workers
        Processes that make it.

    Yields
    ------
    int
        Number of the block.
    object
        What was made.
    """
    left = set(numbers)
    if workers > 1 and len(left) > 1:
        for _ in range(_ATTEMPTS):
            try:
                for block, one in _in_processes(futures, blocks, of_block, workers, sorted(left)):
                    left.discard(block)
                    yield block, one
            except BrokenProcessPool:
                continue  # a worker was lost: what it had not done is done anew
            return
    # One process, or workers that cannot be kept alive here.
    for block in sorted(left):
        yield block, of_block(futures, *blocks[block])


_of_process: dict[str, Any] = {}


def _in_processes(
    futures: Futures,
    blocks: Blocks,
    of_block: Callable[[Futures, int, int], Made],
    workers: int,
    left: list[int],
) -> Iterator[tuple[int, Made]]:
    context = multiprocessing.get_context("fork")
    _of_process.update(futures=futures, of_block=of_block)
    try:
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            asked = {pool.submit(_block_in_process, *blocks[block]): block for block in left}
            for one in as_completed(asked):
                yield asked[one], one.result()
    finally:
        _of_process.clear()


def _block_in_process(first: int, last: int) -> Any:
    return _of_process["of_block"](_of_process["futures"], first, last)
