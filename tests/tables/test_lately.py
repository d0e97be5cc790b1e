"""Answers that are kept are those of the same question, and nobody else's to change."""

import numpy as np

from projector.tables.lately import Lately


def test_an_answer_is_made_once_and_nobody_changes_what_another_gets() -> None:
    lately: Lately[np.ndarray] = Lately(2)
    made = []

    def ask(values: np.ndarray, word: str) -> np.ndarray:
        return lately.get((values, word), lambda: made.append(word) or values * 2)

    ones = np.ones(3)
    ask(ones, "a")[:] = 7.0
    np.testing.assert_array_equal(ask(ones, "a"), [2, 2, 2])
    assert made == ["a"]
    ask(ones.reshape(1, 3), "a")
    ask(ones.astype(np.float32), "a")
    ask(ones, "b")
    assert made == ["a", "a", "a", "b"]


def test_only_the_last_answers_are_kept() -> None:
    lately: Lately[int] = Lately(2)
    made: list[int] = []
    for number in (1, 2, 3, 3, 2, 1):
        assert lately.get((number,), lambda number=number: made.append(number) or number) == number
    assert made == [1, 2, 3, 1]
    lately.forget()
    lately.get((1,), lambda: made.append(1) or 1)
    assert made == [1, 2, 3, 1, 1]
