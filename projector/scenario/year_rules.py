"""What does not go together over the years of a whole scenario: growth, windows, openings."""

from collections.abc import Iterator

import numpy as np

from projector.scenario.change_rules import AMOUNTS
from projector.scenario.faults import Fault
from projector.scenario.models import Scenario

__all__ = ["year_faults"]

_ROUNDING = 1e-9


def year_faults(scenario: Scenario) -> Iterator[Fault]:
    """Values, changes and openings that do not fit the years of the projection.

    Parameters
    ----------
    scenario
        With sections that are sound by themselves.

    Yields
    ------
    Fault
        With the keys that lead to it.
    """
    yield from _horizon_faults(scenario)
    yield from _window_faults(scenario)
    yield from _late_faults(scenario)
    yield from _closure_faults(scenario)
    yield from _opening_faults(scenario)


def _horizon_faults(scenario: Scenario) -> Iterator[Fault]:
    """Values that start within their bounds and grow out of them before the end."""
    years = np.arange(scenario.years.base, scenario.years.end + 1)
    for location, path in scenario.paths():
        if path.annual is None or not path.points:
            continue
        for drawn in path.extremes():
            values = drawn.at(years, base_year=scenario.years.base)
            outside = [not path.bounds.hold(value) for value in values]
            if any(outside):
                first = outside.index(True)
                message = f"{path.bounds.word} grows to {values[first]:.4g} in {years[first]}"
                yield Fault(message, location, expected=str(path.bounds))
                break


def _closure_faults(scenario: Scenario) -> Iterator[Fault]:
    """Closures of more than there is, where the scenario says itself how much there is."""
    base = scenario.years.base
    years = np.arange(base, scenario.years.end + 1)
    for site, own in scenario.capacity.existing.items():
        for resource, path in own.amounts.items():
            drawn = [at.at(years, base_year=base) for at in path.extremes()]
            left = np.min(drawn, axis=0) + own.steps(resource, years)
            below = np.flatnonzero(left < -_ROUNDING)
            closures = [
                (step.first, position)
                for position, step in enumerate(own.openings)
                if step.resource == resource and below.size and step.at(years[below[0]]) < 0
            ]
            if closures:
                year, number = years[below[0]], left[below[0]]
                message = f"{resource} of {site} comes to {number:.4g} in {year}"
                location = ("capacity", "existing", site, "openings", max(closures)[1], "amount")
                yield Fault(message, location, expected="to close no more than there is")


def _opening_faults(scenario: Scenario) -> Iterator[Fault]:
    """Openings and closures that count in no year of the projection."""
    base, end = scenario.years.base, scenario.years.end
    for site, own in scenario.capacity.existing.items():
        for position, step in enumerate(own.openings):
            late = step.first > end
            if late or (step.last is not None and step.last < base):
                message = f"this changes no {step.resource} in the years of the projection"
                key = "from" if late else "until"
                location = ("capacity", "existing", site, "openings", position, key)
                yield Fault(message, location, expected=f"years from {base} to {end}")


def _window_faults(scenario: Scenario) -> Iterator[Fault]:
    """Years of a change that are not among those of the projection."""
    base, end = scenario.years.base, scenario.years.end
    for position, change in enumerate(scenario.activity.changes):
        window = change.between
        if window is not None and (window.last < base or window.first > end):
            message = f"the years {window.first} to {window.last} are not projected"
            location = ("activity", "changes", position, "between")
            yield Fault(message, location, expected=f"years from {base} to {end}")


def _late_faults(scenario: Scenario) -> Iterator[Fault]:
    """Changes that begin after the projection has ended."""
    base, end = scenario.years.base, scenario.years.end
    years = np.arange(base, end + 1)
    for position, change in enumerate(scenario.activity.changes):
        for name in (*AMOUNTS, "portion", "factor"):
            path = getattr(change, name)
            if path is None or change.acts_in(years, base_year=base).any():
                continue
            later = np.array([year for year in path.years if year > end], dtype=np.int64)
            if change.acts_in(later, base_year=base).any():
                message = f"nothing changes in the years of the projection, which ends in {end}"
                location = ("activity", "changes", position, name)
                yield Fault(message, location, expected=f"a year before {end} from which it acts")
