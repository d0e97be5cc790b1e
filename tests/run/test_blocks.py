"""How draws are cut into blocks and lots."""

import pytest

from projector.run.blocks import Blocks, blocks_of


def test_blocks_are_all_draws_once() -> None:
    blocks = Blocks(10, 4)
    assert [blocks[i] for i in range(len(blocks))] == [(0, 4), (4, 8), (8, 10)]
    assert blocks_of(1000, 357, 15).size == 4
    with pytest.raises(IndexError):
        blocks[3]


@pytest.mark.parametrize("draws", [256, 500, 1000, 1024, 2100, 4000])
def test_blocks_of_few_regions_give_four_processes_even_work(draws: int) -> None:
    blocks = blocks_of(draws, 6, 15)
    of_largest = max(blocks.draws_of_lot(lot) for lot in range(blocks.lots))
    turns = -(-blocks.lots // 4)
    assert turns * of_largest <= 1.13 * draws / 4


@pytest.mark.parametrize("count", [1, 2, 31, 32, 33, 64, 65, 1000, 4000])
def test_lots_are_all_blocks_once_and_fill_the_tree_of_pairs(count: int) -> None:
    blocks = Blocks(count, 1)
    lots = [blocks.of_lot(lot) for lot in range(blocks.lots)]
    assert [block for lot in lots for block in lot] == list(range(count))
    (length, *others) = {len(lot) for lot in lots[:-1]} or {1}
    assert not others
    assert length.bit_count() == 1
    assert blocks.lots <= 32
    assert sum(blocks.draws_of_lot(lot) for lot in range(blocks.lots)) == count
