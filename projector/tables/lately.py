"""Answers of functions without memory that a process keeps: its runs mostly ask the same."""

import hashlib
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Generic, TypeVar

import numpy as np

__all__ = ["Lately"]

Answer = TypeVar("Answer")


class Lately(Generic[Answer]):
    """The last few answers of a function, by all that was asked.

    Parameters
    ----------
    most
        Answers that are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[bytes, Answer] = {}

    def get(self, asked: Iterable[object], make: Callable[[], Answer]) -> Answer:
        """The answer, made if it is not kept; nobody else has the same copy.

        Parameters
        ----------
        asked
            Arrays of numbers, and anything whose ``repr`` says all of it.
        make
            The function.
        """
        key = _digest(asked)
        answer = self._kept.get(key)
        if answer is None:
            answer = make()
            self._kept[key] = answer
            for oldest in list(self._kept)[: -self._most]:
                self._kept.pop(oldest, None)
        return deepcopy(answer)

    def forget(self) -> None:
        """Make every answer anew."""
        self._kept.clear()


def _digest(asked: Iterable[object]) -> bytes:
    digest = hashlib.sha256()
    for one in asked:
        if isinstance(one, np.ndarray):
            digest.update(f"{one.dtype} {one.shape} ".encode())
            digest.update(np.ascontiguousarray(one).tobytes())
        else:
            digest.update(f"{one!r} ".encode())
    return digest.digest()
