"""Memory that blocks of draws free is kept by the process, for the next block to take.

The C library gives large arrays back to the system as soon as they are freed, and the system hands
out every page anew and emptied: of blocks of a country a fifth of the processor's time.
"""

import ctypes
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["keep_memory", "memory_kept"]

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Names of the settings in malloc.h of the GNU C library."""
_ALL_OF_A_BLOCK = (2**30, 2**30)
_USUAL = (64 * 2**20, 32 * 2**20)
"""Bytes of each that the library comes to by itself as arrays are freed, at most."""


def keep_memory() -> None:
    """Keep what is freed from here on until the process ends.

    Of the GNU C library alone; others give no such choice, and the numbers are the same.
    """
    _set(_ALL_OF_A_BLOCK)


@contextmanager
def memory_kept() -> Iterator[None]:
    """Keep what is freed, and give it back at the end."""
    keep_memory()
    try:
        yield
    finally:
        _set(_USUAL)
        give_back = _of_library("malloc_trim")
        if give_back is not None:
            give_back(0)


def _set(sizes: tuple[int, int]) -> None:
    choose = _of_library("mallopt")
    if choose is not None:
        for setting, size in zip((_TRIM_THRESHOLD, _MMAP_THRESHOLD), sizes, strict=True):
            choose(setting, size)


def _of_library(name: str) -> Callable[..., int] | None:
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), name, None)
