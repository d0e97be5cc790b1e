"""Names of a scenario held against the names that its inputs have."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from projector.errors import Problem, nearest_name
from projector.scenario.faults import KEY, Fault, located, validation_error
from projector.scenario.loading import in_order
from projector.scenario.models import Scenario

__all__ = ["VOCABULARY", "check_names"]

VOCABULARY = ("region", "diagnosis", "resource", "profession", "competence", "site")
"""The kinds of name that come from the inputs."""

_MOST_LISTED = 20

Location = tuple[str | int, ...]
Use = tuple[str, str, Location]
"""Kind, name, and the keys that lead to it."""


def check_names(scenario: Scenario, vocabulary: Mapping[str, Iterable[str]]) -> list[Problem]:
    """Find every name that matches nothing.

    Parameters
    ----------
    scenario
        The scenario.
    vocabulary
        For each kind of `VOCABULARY`, the names that exist: for ``region`` the codes
        and names of regions and the names of areas. A kind without names is empty,
        not absent.

    Returns
    -------
    list of Problem
        One for each name, at its own place, with the nearest name that exists. A site
        may be new if it says what it serves.
    """
    known = {
        kind: [unicodedata.normalize("NFC", name) for name in vocabulary[kind]]
        for kind in VOCABULARY
    }
    faults = [
        _unknown(kind, name, location, known[kind])
        for kind, name, location in _uses(scenario)
        if name not in known[kind]
    ]
    return in_order(located(validation_error(faults), scenario.origins)) if faults else []


def _unknown(kind: str, name: str, location: Location, names: list[str]) -> Fault:
    """The nearest name, or where none is near all of them, unless they are too many to read."""
    nearest = nearest_name(name, names)
    listed = nearest is None and 0 < len(names) <= _MOST_LISTED
    expected = f"one of {', '.join(names)}" if listed else None
    return Fault(f"unknown {kind}", location, expected=expected, nearest=nearest)


def _uses(scenario: Scenario) -> Iterator[Use]:
    for position, region in enumerate(scenario.regions):
        yield "region", region, ("regions", position)
    for region in scenario.population.visitors:
        yield "region", region, ("population", "visitors", region, KEY)
    yield from _in_activity(scenario)
    yield from _in_capacity(scenario)
    yield from _in_workforce(scenario)


def _in_activity(scenario: Scenario) -> Iterator[Use]:
    for diagnosis in scenario.activity.growth:
        yield "diagnosis", diagnosis, ("activity", "growth", diagnosis, KEY)
    for number, change in enumerate(scenario.activity.changes):
        for verb in ("avoid", "shift", "shorten"):
            selection = getattr(change, verb)
            if selection is None:
                continue
            here: Location = ("activity", "changes", number, verb)
            for kind in ("diagnosis", "region"):
                for position, name in enumerate(getattr(selection, kind) or ()):
                    yield kind, name, (*here, kind, position)


def _in_capacity(scenario: Scenario) -> Iterator[Use]:
    for site, capacity in scenario.capacity.existing.items():
        here: Location = ("capacity", "existing", site)
        if capacity.serves is None:
            yield "site", site, (*here, KEY)
        else:
            yield "region", capacity.serves, (*here, "serves")
        for resource in capacity.amounts:
            yield "resource", resource, (*here, resource, KEY)


def _in_workforce(scenario: Scenario) -> Iterator[Use]:
    for profession in scenario.workforce.duty:
        yield "profession", profession, ("workforce", "duty", profession, KEY)
    for profession, shares in scenario.workforce.competence.items():
        here: Location = ("workforce", "competence", profession)
        yield "profession", profession, (*here, KEY)
        for competence in shares:
            yield "competence", competence, (*here, competence, KEY)
