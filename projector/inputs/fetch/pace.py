"""How often the statistics bank may be asked."""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Clock", "TokenBucket"]

_BURST = 3
"""One part in three of a window's queries may leave at once; the rest is paced evenly."""

_WHOLE = 1 - 1e-9
"""A token; a bucket that was waited for may lack a rounding."""


@dataclass(frozen=True)
class Clock:
    """Time as the fetch sees it, so that tests need not wait.

    Parameters
    ----------
    now
        Seconds that never go backwards.
    sleep
        Wait for some seconds.
    """

    now: Callable[[], float]
    sleep: Callable[[float], None]


class TokenBucket:
    r"""A token bucket that lets no window hold more queries than are allowed.

    A bucket of :math:`b` tokens that is refilled by :math:`r` a second lets :math:`b + r w` leave
    in the worst window of :math:`w` seconds: when it was full at its beginning. With
    :math:`b = \lfloor n / 3 \rfloor` and :math:`r = (n - b) / w` that is exactly the :math:`n`
    that are allowed.

    Parameters
    ----------
    queries
        Queries allowed in any window, at least 1.
    window
        Its length in seconds.
    clock
        Where the time is from.
    """

    def __init__(self, queries: int, window: float, clock: Clock) -> None:
        self._most = max(1, queries // _BURST)
        self._rate = max(queries - self._most, 1) / window
        self._clock = clock
        self._tokens = float(self._most)
        self._at = clock.now()

    def take(self) -> float:
        """Take a token, after waiting for one where there is none.

        Returns
        -------
        float
            The seconds waited.
        """
        self._refill()
        waited = 0.0
        while self._tokens < _WHOLE:
            missing = (1 - self._tokens) / self._rate
            self._clock.sleep(missing)
            waited += missing
            self._refill()
        self._tokens -= 1
        return waited

    def _refill(self) -> None:
        now = self._clock.now()
        self._tokens = min(float(self._most), self._tokens + (now - self._at) * self._rate)
        self._at = now
