"""How draws are cut: into blocks that are made at once, and lots of blocks that are kept together.

Both depend on the size of the problem alone, never on the number of workers. A lot is a power of
two of blocks that stand together in the tree of pairs (`projector.uncertainty.summaries`), so that
whoever makes it can merge it by itself, and all lots together have the bits of all blocks.
"""

import math
from dataclasses import dataclass

import numpy as np

from projector.activity.filling import REGIONS_AT_A_TIME

__all__ = ["Blocks", "blocks_of"]

_REGION_YEARS = 30000
"""Regions times years times draws of a block, where regions whose ledgers are there at once count
three times: its arrays took 340 to 690 MiB, with as many diagnoses as the embedded set, whether of
12 regions or of 357."""
_MOST_IN_BLOCK = 64
_LOTS = 64
"""Lots there may be: enough for even work, few enough that little goes between processes. Half as
many where blocks are so small that there must be many regions, as summaries are large then."""


_SUMMARISED = 16
"""Draws that a summary of less than as many would take more memory than."""


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

    @property
    def lots(self) -> int:
        """How many lots."""
        return math.ceil(len(self) / self._in_lot)

    def of_lot(self, lot: int) -> range:
        """The blocks of a lot."""
        if not 0 <= lot < self.lots:
            raise IndexError(lot)
        return range(lot * self._in_lot, min((lot + 1) * self._in_lot, len(self)))

    def draws_of_lot(self, lot: int) -> int:
        """How many draws a lot has."""
        blocks = self.of_lot(lot)
        return self[blocks[-1]][1] - self[blocks[0]][0]

    @property
    def together(self) -> int:
        """Blocks of a lot that are summarised as one: the least power of two with enough draws."""
        enough = 1 << max(math.ceil(_SUMMARISED / self.size) - 1, 0).bit_length()
        return min(enough, self._in_lot)

    @property
    def _in_lot(self) -> int:
        """Blocks of a lot: the least power of two that gives no more lots than there may be."""
        most = _LOTS if self.size >= _SUMMARISED else _LOTS // 2
        return 1 << max(math.ceil(len(self) / most) - 1, 0).bit_length()


def blocks_of(draws: int, regions: int, years: int) -> Blocks:
    """Blocks of a size that depends on the problem alone."""
    weight = regions + 2 * min(regions, REGIONS_AT_A_TIME)
    return Blocks(draws, int(np.clip(_REGION_YEARS // (weight * years), 1, _MOST_IN_BLOCK)))
