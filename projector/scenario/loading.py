"""A scenario file, with all it extends, into a validated scenario."""

import pathlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from pydantic import ValidationError

from projector.errors import Problem, ScenarioError
from projector.scenario.change_rules import AMOUNTS
from projector.scenario.correlations import correlation_faults
from projector.scenario.extends import read_with_parents
from projector.scenario.faults import Fault, located, validation_error
from projector.scenario.leaving_out import leave_out
from projector.scenario.models import Inputs, Scenario
from projector.scenario.names import name_problems
from projector.scenario.tree import Items, Located, Map, Node
from projector.scenario.workspace import outside

__all__ = ["check_names", "load_scenario"]


_ROUNDING = 1e-9

Vocabulary = Callable[[Inputs], Mapping[str, Iterable[str]] | None]
"""What the inputs of a scenario call things, or None where they cannot be read."""


def load_scenario(
    path: str | pathlib.Path,
    *,
    vocabulary: Vocabulary | None = None,
    without: Sequence[str] = (),
    folder: pathlib.Path | None = None,
    within: pathlib.Path | None = None,
) -> Scenario:
    """Read a scenario file and all it extends.

    Parameters
    ----------
    path
        The YAML file.
    vocabulary
        Gives the names that the scenario's inputs hold, so that unknown names are reported
        together with what else is wrong with a file. The names of a file that is sound are
        checked when the scenario runs.
    without
        Names of changes to leave out, of the file or its parents, as if they had not been
        written; `Scenario.without` and the resolved scenario tell.
    folder
        Where the file is taken to lie, for the names of files in it, if not where it lies: the
        resolved scenario of a run names files from the folder of the scenario that ran.
    within
        A folder that everything the file points to must lie in, for a file that came from
        somebody else; None where it may point anywhere.

    Returns
    -------
    Scenario
        Validated and frozen.

    Raises
    ------
    ScenarioError
        With every problem of the file and of its parents, sorted by file, line and
        column; a name of `without` that no change has is one of them.
    """
    path = pathlib.Path(path)
    tree, problems = read_with_parents(path, folder, within)
    if tree is not None and within is not None and (escapes := outside(tree, within)):
        raise ScenarioError(in_order([*problems, *escapes]))
    if tree is not None:
        tree, unknown = leave_out(tree, without)
        problems += unknown
        try:
            scenario = Scenario.model_validate(_written(tree))
        except ValidationError as error:
            problems += located(error, tree)
        else:
            faults = [
                *_horizon_faults(scenario),
                *_window_faults(scenario),
                *_late_faults(scenario),
                *_closure_faults(scenario),
                *_opening_faults(scenario),
                *correlation_faults(scenario),
            ]
            problems += located(validation_error(faults), tree) if faults else []
            if not problems:
                lies = path if folder is None else folder / path.name
                scenario._path, scenario._origins = lies, tree
                return scenario
        if vocabulary is not None:
            problems += _name_problems(tree, vocabulary)
    raise ScenarioError(in_order(problems))


def check_names(scenario: Scenario, names: Mapping[str, Iterable[str]]) -> list[Problem]:
    """Every name of a scenario that its inputs do not hold.

    Parameters
    ----------
    scenario
        The scenario.
    names
        By kind, as for `projector.scenario.names.name_problems`.

    Returns
    -------
    list of Problem
        Sorted by file, line and column.
    """
    return in_order(name_problems(scenario.origins, names))


def _name_problems(tree: Map, vocabulary: Vocabulary) -> list[Located]:
    """Unknown names of a tree, where its inputs can be read; if not, that is told elsewhere."""
    if "inputs" not in tree.entries:
        return []
    try:
        inputs = Inputs.model_validate(_written(tree.entries["inputs"].node))
    except ValidationError:
        return []
    names = vocabulary(inputs)
    return [] if names is None else name_problems(tree, names)


def in_order(problems: Iterable[Located]) -> list[Problem]:
    """Each problem once, sorted by file, line and column."""
    by_place = sorted(problems, key=lambda problem: (problem[0], str(problem[1])))
    return list(dict.fromkeys(problem for _, problem in by_place))


def _written(tree: Node) -> object:
    """The values of the tree without their places."""
    match tree:
        case Map(entries=entries):
            return {key: _written(entry.node) for key, entry in entries.items()}
        case Items(nodes=nodes):
            return [_written(node) for node in nodes]
        case _:
            return tree.value


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
