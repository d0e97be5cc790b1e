"""What the numbers of a run are made with.

Two machines of one kind that agree in this have the same numbers, to the last bit.
"""

import hashlib
from functools import cache
from pathlib import Path

import numpy as np
import scipy

from projector import __version__

__all__ = ["versions"]


def versions() -> dict[str, str]:
    """Versions of the program, of its source, and of the libraries that it calculates with."""
    return {
        "projector": __version__,
        "source": _source(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }


@cache
def _source() -> str:
    """SHA-256 of the program: a version that is being worked on keeps its number."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
