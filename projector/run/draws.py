"""The run of many draws: lot after lot, wherever they are made, into summaries.

Lots are cut by the size of the problem alone, are summarised by themselves and merged in a fixed
order, so that the numbers have the same bits whatever the number of workers.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from projector.run.blocks import Blocks, blocks_of
from projector.run.executors import Executor, Here
from projector.run.futures import Futures
from projector.run.kept import Kept
from projector.run.lots import Totals, Work
from projector.run.versions import versions

__all__ = ["Heard", "key_of", "nobody", "summarised", "work_of"]

Heard = Callable[[int, int], None]


def nobody(done: int, draws: int) -> None:
    """Nobody hears."""


def work_of(
    futures: Futures, draws: int, *, folder: Path | None = None, with_draws: bool = False
) -> Work:
    """What there is to do.

    Parameters
    ----------
    futures
        From `projector.run.futures.futures_of`.
    draws
        How many.
    folder
        Where finished lots are kept, in a folder named by `key_of`; None keeps none.
    with_draws
        Whether the draws of the measures are kept too.

    Returns
    -------
    Work
    """
    people = futures.people.population["population"]
    blocks = blocks_of(draws, people.sizes["region"], people.sizes["year"])
    kept = None
    if folder is not None:
        kept = Kept(folder / key_of(futures, blocks, with_draws=with_draws))
    return Work(futures, blocks, kept, with_draws)


def summarised(work: Work, *, executor: Executor | None = None, heard: Heard = nobody) -> Totals:
    """Make many draws and summarise them.

    Parameters
    ----------
    work
        From `work_of`.
    executor
        Where lots are made; None makes them in this process.
    heard
        Is told how many draws are done, and of how many.

    Returns
    -------
    Totals
        The same for any executor.
    """
    done = 0

    def more(draws: int) -> None:
        nonlocal done
        done += draws
        heard(done, work.blocks.draws)

    return (executor or Here()).totals(work, more)


def key_of(futures: Futures, blocks: Blocks, *, with_draws: bool) -> str:
    """SHA-256 of all that the numbers of a lot depend on.

    They are the resolved scenario, the contents of the inputs, how draws are cut, the version and
    the source of the program, and those of the libraries that it calculates with.
    """
    parts = {
        "scenario": futures.scenario.digest(),
        "inputs": dict(sorted(futures.people.inputs.files.items())),
        "blocks": [blocks.draws, blocks.size, blocks.lots],
        "with_draws": with_draws,
        "versions": versions(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
