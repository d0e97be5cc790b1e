"""Lots of draws: what any process makes, summarises, keeps on the disk and hands to the next.

The same work is done in the process of the run, in a pool of processes or on a cluster (see
`projector.run.executors`); all that passes between them are summaries.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from projector.run.blocks import Blocks
from projector.run.cells import Cells, below, of_all_regions
from projector.run.futures import Futures
from projector.run.kept import Kept
from projector.run.measures import MEASURES, figures_of
from projector.uncertainty.convergence import error_of_quantiles
from projector.uncertainty.sketch import least_memory, size_within
from projector.uncertainty.summaries import Summary

if TYPE_CHECKING:
    from projector.run.measures import Measure

__all__ = [
    "DEFAULT_QUANTILES",
    "EXACT",
    "MOST_KEPT",
    "Figures",
    "Lot",
    "Totals",
    "Work",
    "figures_of_block",
    "values_kept",
]

Array = NDArray[np.float64]
Figures = dict[str, tuple["Measure", xr.DataArray]]

DEFAULT_QUANTILES = (0.1, 0.5, 0.9)
EXACT = 1024
"""Draws whose values are all kept, so that quantiles are exact. Of more draws there is a sketch of
half as much, as other things take more: the memory of a run does not grow with its draws."""
_BYTES = np.dtype(np.float64).itemsize
_LEAST_MEMORY, MOST_KEPT = 64 * 2**20, 512 * 2**20
"""Bytes that are kept for a sketch however few results there are, and however many; of so many
that these do not make the coarsest sketch, it is that."""


def figures_of_block(futures: Futures, first: int, last: int) -> Figures:
    """The block function: what is summarised of some draws."""
    groups = futures.block(first, last, measured_only=True)
    return {one.name: (one, array) for one, array in figures_of(groups)}


@dataclass(frozen=True, eq=False)
class Lot:
    """Summaries of some draws.

    Parameters
    ----------
    cells, summaries
        By measure.
    headlines
        By the number of each block, the main figures of its draws, all regions together.
    found, damaged
        How many draws were there from an earlier run, and how many had been damaged since and
        were made again.
    """

    cells: Mapping[str, Cells]
    summaries: Mapping[str, Summary]
    headlines: Mapping[int, Mapping[str, Array]]
    found: int = 0
    damaged: int = 0

    def with_other(self, other: "Lot") -> "Lot":
        """Both together, as a new lot."""
        return Lot(
            self.cells,
            {name: one.with_other(other.summaries[name]) for name, one in self.summaries.items()},
            {**self.headlines, **other.headlines},
            self.found + other.found,
            self.damaged + other.damaged,
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Arrays that a file can hold; see `from_arrays`."""
        own: dict[str, NDArray[Any]] = {"measures": np.array(list(self.cells))}
        for name, cells in self.cells.items():
            own[f"{name}/dims"] = np.array(cells.dims, dtype=str)
            own |= {f"{name}/labels/{dim}": labels for dim, labels in cells.labels.items()}
            of_summary = self.summaries[name].arrays()
            own |= {f"{name}/summary/{key}": array for key, array in of_summary.items()}
        own["blocks"] = np.array(list(self.headlines))
        for block, figures in self.headlines.items():
            own |= {f"headlines/{block}/{name}": array for name, array in figures.items()}
        return own

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Lot":
        """The lot that `arrays` told of."""
        cells, summaries = {}, {}
        for name in arrays["measures"].tolist():
            dims = tuple(arrays[f"{name}/dims"].tolist())
            cells[name] = Cells(dims, below(arrays, f"{name}/labels/"))
            summaries[name] = Summary.from_arrays(below(arrays, f"{name}/summary/"))
        blocks = arrays["blocks"].tolist()
        headlines = {block: below(arrays, f"headlines/{block}/") for block in blocks}
        return cls(cells, summaries, headlines)


@dataclass(frozen=True, eq=False)
class Totals:
    """Summaries of all draws.

    Parameters
    ----------
    measures
        By measure: ``quantile_value[quantile, ...]``, ``mean``, ``deviation`` and
        ``quantile_error`` in the unit of the measure, and ``above``, the share of draws above the
        measure's limit, where it has one. NaN where a cell has no number in some draw.
    headlines
        The main figures of each draw, in the order of draws, by measure: ``[draw, ...]`` without
        regions, as of all of them together.
    found, damaged
        As of `Lot`.
    """

    measures: Mapping[str, xr.Dataset]
    headlines: Mapping[str, xr.DataArray]
    found: int
    damaged: int


@dataclass(frozen=True, eq=False)
class Work:
    """All that a process has to know to make any lot.

    Parameters
    ----------
    futures
        From `projector.run.futures.futures_of`.
    blocks
        How draws are cut.
    kept
        Where finished lots lie; None keeps none.
    with_draws
        Whether the draws of the measures are kept too.
    tolerance
        How sure the main figures shall be, where draws stop by themselves; None where their number
        is given.
    """

    futures: Futures
    blocks: Blocks
    kept: Kept | None = None
    with_draws: bool = False
    tolerance: float | None = None

    def of_draws(self, draws: int) -> "Work":
        """The same work with another number of draws, kept in a folder of its own."""
        if draws == self.blocks.draws:
            return self
        kept = None if self.kept is None else Kept(self.kept.folder / f"of{draws}")
        return replace(self, blocks=replace(self.blocks, draws=draws), kept=kept)

    def lot(self, number: int) -> Lot:
        """A lot by its number: the one that is kept, or made, and kept."""
        draws, damaged = self.blocks.draws_of_lot(number), 0
        if self.kept is not None:
            arrays = self.kept.read(_lot(number))
            if arrays is not None and self._has_draws(number):
                lot = Lot.from_arrays(arrays)
                return replace(lot, found=draws)
            damaged = draws if self.kept.is_there(_lot(number)) else 0
        lot = self._made(number)
        if self.kept is not None:
            self.kept.write(_lot(number), lot.arrays())
        return replace(lot, damaged=damaged)

    def totals(self, lot: Lot) -> Totals:
        """What is told of all lots together."""
        quantiles = self.futures.scenario.uncertainty.quantiles or DEFAULT_QUANTILES
        measures = {one.name: one for one in MEASURES}
        told = {
            name: _dataset(measures[name], cells, lot.summaries[name], quantiles)
            for name, cells in lot.cells.items()
        }
        return Totals(told, _in_order(lot), lot.found, lot.damaged)

    def draws(self) -> Iterator[tuple[int, dict[str, xr.DataArray]]]:
        """The draws that were kept: the first of each block by its number, and its measures."""
        if self.kept is None or not self.with_draws:
            raise ValueError("the draws were not kept")
        units = {one.name: one.unit for one in MEASURES}
        for block in range(len(self.blocks)):
            arrays = self.kept.read(_draws(block))
            if arrays is None:
                raise OSError(None, "draws were lost while the run went on", self.kept.folder)
            yield (
                self.blocks[block][0],
                {
                    name: xr.DataArray(
                        arrays[f"{name}/draws"],
                        dims=("draw", *arrays[f"{name}/dims"].tolist()),
                        coords=below(arrays, f"{name}/labels/"),
                        attrs={"units": units[name]},
                    )
                    for name in arrays["measures"].tolist()
                },
            )

    def _made(self, number: int) -> Lot:
        cells: dict[str, Cells] = {}
        summaries: dict[str, Summary] = {}
        headlines: dict[int, dict[str, Array]] = {}
        waiting: dict[str, list[Array]] = {}
        blocks, together = self.blocks.of_lot(number), self.blocks.together
        for block in blocks:
            figures = figures_of_block(self.futures, *self.blocks[block])
            if not summaries:
                cells = {name: Cells.of(array) for name, (_, array) in figures.items()}
                summaries = _empty(figures, self.blocks)
            for name, (_, array) in figures.items():
                waiting.setdefault(name, []).append(np.moveaxis(array.values, 0, -1))
            if (block + 1) % together == 0 or block == blocks[-1]:
                for name, parts in waiting.items():
                    summaries[name].add(block // together, np.concatenate(parts, axis=-1))
                waiting.clear()
            headlines[block] = {
                # A copy: a view would keep the figures of all regions.
                name: of_all_regions(array).values.copy()
                for name, (measure, array) in figures.items()
                if measure.headline
            }
            if self.kept is not None and self.with_draws:
                self.kept.write(_draws(block), _arrays_of(figures, cells))
        return Lot(cells, summaries, headlines)

    def _has_draws(self, number: int) -> bool:
        assert self.kept is not None
        return not self.with_draws or all(
            self.kept.is_whole(_draws(block)) for block in self.blocks.of_lot(number)
        )


def _lot(number: int) -> str:
    return f"lot{number:05d}"


def _draws(block: int) -> str:
    return f"draws{block:06d}"


def _in_order(lot: Lot) -> dict[str, xr.DataArray]:
    """The main figures of all draws."""
    blocks = [lot.headlines[block] for block in sorted(lot.headlines)]
    told = {}
    for name in blocks[0]:
        dims = [dim for dim in lot.cells[name].dims if dim != "region"]
        labels = {dim: own for dim, own in lot.cells[name].labels.items() if dim != "region"}
        values = np.concatenate([block[name] for block in blocks])
        told[name] = xr.DataArray(values, dims=("draw", *dims), coords=labels)
    return told


def _arrays_of(figures: Figures, cells: Mapping[str, Cells]) -> dict[str, NDArray[Any]]:
    own: dict[str, NDArray[Any]] = {"measures": np.array(list(figures))}
    for name, (_, array) in figures.items():
        own[f"{name}/draws"] = array.values
        own[f"{name}/dims"] = np.array(cells[name].dims, dtype=str)
        own |= {f"{name}/labels/{dim}": labels for dim, labels in cells[name].labels.items()}
    return own


def _empty(figures: Figures, blocks: Blocks) -> dict[str, Summary]:
    shapes = {name: array.shape[1:] for name, (_, array) in figures.items()}
    count = sum(int(np.prod(shape)) for shape in shapes.values())
    size = values_kept(count, blocks)
    return {
        name: Summary(
            shapes[name],
            size=size,
            threshold=None if measure.limit is None else np.array(measure.limit),
        )
        for name, (measure, _) in figures.items()
    }


def values_kept(cells: int, blocks: Blocks) -> int | None:
    """Values of each cell that quantiles are told from; None for all, so that they are exact."""
    if blocks.draws <= EXACT and cells * blocks.draws * _BYTES <= MOST_KEPT:
        return None
    asked = cells, blocks.draws, blocks.size * blocks.together
    memory = int(np.clip(cells * EXACT * _BYTES // 2, _LEAST_MEMORY, MOST_KEPT))
    return size_within(*asked, max(memory, least_memory(*asked)))


def _dataset(
    measure: "Measure", cells: Cells, summary: Summary, quantiles: tuple[float, ...]
) -> xr.Dataset:
    result = summary.result()
    with_quantile = ("quantile", *cells.dims)
    variables: dict[str, tuple[tuple[str, ...], Array]] = {
        "quantile_value": (with_quantile, result.quantiles(quantiles)),
        "quantile_error": (with_quantile, error_of_quantiles(result, quantiles)),
        "mean": (cells.dims, result.mean),
        "deviation": (cells.dims, result.deviation),
    }
    if result.above is not None:
        variables["above"] = (cells.dims, result.above)
    dataset = xr.Dataset(variables, coords={**cells.labels, "quantile": list(quantiles)})
    for name, variable in dataset.data_vars.items():
        variable.attrs["units"] = "1" if name == "above" else measure.unit
    dataset.attrs["draws"] = result.count
    dataset.attrs["rank_error"] = result.rank_error
    return dataset
