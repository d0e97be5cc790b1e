"""A few seconds of what ``make fuzz`` does for as long as it is told, and what it has found."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projector.errors import InputsError, Problem
from tests.fuzz.__main__ import fuzz
from tests.fuzz.harnesses import HARNESSES, Harness, refusal

FOUND = Path(__file__).parent / "found"
FOUND_FILES = sorted(path for path in FOUND.glob("*/*") if path.is_file())
EXAMPLES = {"input_set": 4}
"""Fewer of those that take long."""


@pytest.mark.parametrize("name", HARNESSES)
def test_no_file_brings_a_reader_down(name: str) -> None:
    harness = HARNESSES[name]

    @settings(
        max_examples=EXAMPLES.get(name, 25), suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.integers(0, 2**32))
    def every_file(seed: int) -> None:
        harness(harness.make(Random(seed)))

    every_file()


@pytest.mark.parametrize("path", FOUND_FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_once_is_mended(path: Path) -> None:
    HARNESSES[path.parent.name](path.read_bytes())


def test_the_harness_sees_what_no_planner_could_use() -> None:
    """Without this the fuzzing could not fail."""

    def crash() -> None:
        raise KeyError("region")

    def no_place() -> None:
        raise InputsError(Problem(" ", "something is wrong"))

    def nothing() -> None:
        raise InputsError([])

    with pytest.raises(KeyError):
        refusal(crash)
    with pytest.raises(AssertionError):
        refusal(no_place)
    with pytest.raises(AssertionError):
        refusal(nothing)
    assert refusal(lambda: None) is None


def test_a_finding_is_told_by_its_seed_and_made_small() -> None:
    def break_on_a_nine(path: Path) -> None:
        if b"9" in path.read_bytes():
            raise KeyError("nine")

    harness = Harness(break_on_a_nine, "file", lambda chance: str(chance.random()).encode() * 9)
    tally = fuzz(harness, 0.2, first_seed=7)
    ((fault, (seed, content)),) = tally.findings.items()
    assert fault.startswith("KeyError at test_fuzz.py")
    assert content == b"9"
    assert b"9" in harness.make(Random(seed))


def test_harnesses_reach_behind_the_first_refusal() -> None:
    """Of a few files some are taken, and others are refused for different reasons."""
    for name in ("people", "table", "scenario_by_schema"):
        harness = HARNESSES[name]
        told = [harness(harness.make(Random(seed))) for seed in range(40)]
        assert None in told, name
        assert len({said for said in told if said}) > 10, name
