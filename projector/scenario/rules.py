"""Rules between the keys of one map.

Each rule sees the map as it was written and yields what does not go together. It
passes over values of the wrong kind: those are reported where they stand. The rules of
section `activity` stand in `activity_rules` and `change_rules`, those of section `capacity` in
`capacity_rules`, those of areas and catchments in `area_rules`.
"""

from collections.abc import Iterator
from typing import Any

from projector.scenario.area_rules import areas_faults, catchments_faults
from projector.scenario.change_rules import texts
from projector.scenario.faults import Fault

__all__ = [
    "area_criteria_rule",
    "calibration_rule",
    "catchment_rule",
    "correlation_rule",
    "fertility_rule",
    "inputs_rule",
    "scenario_rule",
    "uncertainty_rule",
    "years_rule",
]

Written = dict[Any, Any]


def years_rule(written: Written) -> Iterator[Fault]:
    """The end does not lie before the base year."""
    base, end = written.get("base"), written.get("end")
    if isinstance(base, int) and isinstance(end, int) and end < base:
        yield Fault("the end lies before the base year", ("end",), expected=f"{base} or later")


def inputs_rule(written: Written) -> Iterator[Fault]:
    """Only population is read from several files."""
    for table, files in written.items():
        if isinstance(files, list | tuple) and table != "population":
            yield Fault("a list of files is possible for population only", (table,))


def calibration_rule(written: Written) -> Iterator[Fault]:
    """Calibration needs at least one step of a year."""
    first, last = written.get("from"), written.get("to")
    if isinstance(first, int) and isinstance(last, int) and last <= first:
        yield Fault("to does not lie after from", ("to",), expected=f"{first + 1} or later")


def fertility_rule(written: Written) -> Iterator[Fault]:
    """Fertility says how many children, or when."""
    if not written:
        yield Fault("fertility needs total or mean_age")


def catchment_rule(written: Written) -> Iterator[Fault]:
    """An alternative has some area."""
    for key in ("areas", "psychiatry"):
        if written.get(key) == {}:
            yield Fault("an empty map", (key,), expected="areas with their regions")


def area_criteria_rule(written: Written) -> Iterator[Fault]:
    """An area can have both the fewest and the most people."""
    fewest, most = written.get("fewest_people"), written.get("most_people")
    if isinstance(fewest, int | float) and isinstance(most, int | float) and most < fewest:
        yield Fault(
            "no area has so few and so many", ("most_people",), expected=f"{fewest} or more"
        )


def correlation_rule(written: Written) -> Iterator[Fault]:
    """A correlation is between two or more."""
    between = written.get("between")
    named = [between] if isinstance(between, str) else between
    if isinstance(named, list | tuple) and len(named) == 1:
        yield Fault("a correlation of one alone", ("between",), expected="two or more names")


def uncertainty_rule(written: Written) -> Iterator[Fault]:
    """A tolerance, and the most draws, are of draws that stop by themselves."""
    draws = written.get("draws")
    for key in ("tolerance", "most"):
        if key in written and draws != "auto":
            yield Fault(
                f"{key} tells when to stop drawing, and nothing else",
                (key,),
                expected="draws: auto",
            )


def scenario_rule(written: Written) -> Iterator[Fault]:
    """Areas can be told apart and opened, and what a run left out is not there."""
    yield from areas_faults(written.get("areas"))
    yield from catchments_faults(written.get("catchments"), written.get("areas"))
    yield from _left_out_faults(written)


def _left_out_faults(written: Written) -> Iterator[Fault]:
    activity = written.get("activity")
    changes = activity.get("changes") if isinstance(activity, dict) else None
    listed = changes if isinstance(changes, list | tuple) else ()
    names = [change.get("name") if isinstance(change, dict) else None for change in listed]
    for (position,), name in texts(written.get("without")):
        if name in names:
            yield Fault(
                "a change that was left out stands in {other}",
                ("without", position),
                expected="`--without` of projector run, which leaves it out",
                other=("activity", "changes", names.index(name), "name"),
            )
