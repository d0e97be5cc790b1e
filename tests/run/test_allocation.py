"""Memory that is freed stays with the process while blocks of draws are made."""

import platform
import resource

import numpy as np
import pytest

from projector.run.allocation import memory_kept

pytestmark = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="only the GNU C library can be told to keep memory"
)
PAGES = 2**14
"""64 megabytes where a page is four kilobytes."""


def pages_anew() -> int:
    """Pages that the system hands out for a large array that was freed just before."""
    numbers = PAGES * resource.getpagesize() // np.dtype(float).itemsize
    np.ones(numbers)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(numbers)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_freed_memory_is_taken_again_and_given_back_at_the_end() -> None:
    with memory_kept():
        assert pages_anew() < PAGES / 1000
    assert pages_anew() > 0  # of pages of any size
    with memory_kept():
        assert pages_anew() < PAGES / 1000
