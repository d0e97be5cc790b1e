"""Rules between the keys of section `workforce`, as those of `projector.scenario.rules`."""

from collections.abc import Iterator
from typing import Any

from projector.scenario.change_rules import same_names
from projector.scenario.faults import Fault

__all__ = ["levers_rule", "task_shift_rule"]

Written = dict[Any, Any]


def task_shift_rule(written: Written) -> Iterator[Fault]:
    """A task goes to somebody else."""
    giver, taker = written.get("from"), written.get("to")
    if isinstance(giver, str) and giver == taker:
        yield Fault(f"a task of {giver} stays where it is", ("to",), expected="another profession")


def levers_rule(written: Written) -> Iterator[Fault]:
    """Task shifts can be told apart."""
    shifts = written.get("task_shift")
    if isinstance(shifts, list | tuple):
        yield from same_names(shifts, "task_shift", "two task shifts")
