"""The pace: no window of a minute holds more queries than are allowed."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from projector.inputs.fetch.pace import Clock, TokenBucket


class Hands:
    """A clock whose hands are moved."""

    def __init__(self) -> None:
        self.at = 0.0
        self.slept: list[float] = []

    def clock(self) -> Clock:
        return Clock(lambda: self.at, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


@given(
    queries=st.integers(1, 40),
    pauses=st.lists(st.floats(0, 100), min_size=1, max_size=120),
)
def test_no_window_holds_more_than_allowed(queries: int, pauses: list[float]) -> None:
    hands = Hands()
    bucket = TokenBucket(queries, 60, hands.clock())
    left = []
    for pause in pauses:
        hands.at += pause
        bucket.take()
        left.append(hands.at)
    for first, other in zip(left, itertools.islice(left, queries, None), strict=False):
        assert other - first >= 60 - 1e-6


def test_a_busy_fetch_gets_nearly_all_that_it_may() -> None:
    hands = Hands()
    bucket = TokenBucket(30, 60, hands.clock())
    for _ in range(130):
        bucket.take()
    assert hands.at <= 130 / 20 * 60


def test_the_first_questions_do_not_wait() -> None:
    hands = Hands()
    bucket = TokenBucket(30, 60, hands.clock())
    assert [bucket.take() for _ in range(10)] == [0.0] * 10
    assert bucket.take() > 0
