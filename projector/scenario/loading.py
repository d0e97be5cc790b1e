"""A scenario file, with all it extends, into a validated scenario."""

import pathlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from projector.errors import Problem, ScenarioError
from projector.scenario.correlations import correlation_faults
from projector.scenario.extends import (
    OWN_KEYS,
    SWEEP,
    read_with_parents,
    with_child,
    without_keys,
)
from projector.scenario.faults import located, validation_error
from projector.scenario.leaving_out import leave_out
from projector.scenario.models import Inputs, Scenario
from projector.scenario.names import name_problems
from projector.scenario.reading import parse_tree, read_tree
from projector.scenario.sweeps import Member, Swept, members_of, named_after_sweep
from projector.scenario.tree import Items, Located, Map, Node, Scalar
from projector.scenario.workspace import outside
from projector.scenario.year_rules import year_faults

__all__ = ["Family", "check_names", "has_sweep", "load_family", "load_over", "load_scenario"]

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
        column; a name of `without` that no change has is one of them, and a sweep, which
        makes a family of scenarios of the file.
    """
    family = load_family(path, vocabulary=vocabulary, without=without, folder=folder, within=within)
    if not family.swept:
        (scenario,) = family.scenarios.values()
        return scenario
    raise ScenarioError(
        [
            Problem(
                where=family.where,
                message="the file has a sweep and stands for several scenarios; one is expected",
                found=", ".join(family.scenarios),
                expected="`projector run` or `projector compare`, which take them all, or the "
                "scenario.yaml of one of them that they write",
            )
        ]
    )


def has_sweep(path: str | pathlib.Path) -> bool:
    """Whether a file has a sweep of its own; False where it cannot be read, which loading tells."""
    tree, _ = read_tree(pathlib.Path(path), str(path))
    return tree is not None and SWEEP in tree.entries


@dataclass(frozen=True)
class Family:
    """The scenarios of a file: those of its sweep, or the one that it is.

    Parameters
    ----------
    title
        The name of the scenario in the file.
    swept
        Paths of the sweep; empty where there is none.
    scenarios
        By the name of the member; a file without a sweep has one, whose name is empty.
    labels
        What tells a member from the others, for a reader, by its name.
    where
        ``file:line:column`` of the sweep, or of the file where there is none.
    """

    title: str
    swept: tuple[str, ...]
    scenarios: Mapping[str, Scenario]
    labels: Mapping[str, str]
    where: str


def load_family(
    path: str | pathlib.Path,
    *,
    vocabulary: Vocabulary | None = None,
    without: Sequence[str] = (),
    folder: pathlib.Path | None = None,
    within: pathlib.Path | None = None,
) -> Family:
    """Read a scenario file that may have a sweep, and all it extends.

    Parameters
    ----------
    path, vocabulary, without, folder, within
        As for `load_scenario`.

    Returns
    -------
    Family
        Its scenarios are what a child of the file would be that writes their values.

    Raises
    ------
    ScenarioError
        With every problem of the file, of its parents and of every scenario of the sweep.
    """
    path = pathlib.Path(path)
    tree, problems = read_with_parents(path, folder, within)
    if tree is None:
        raise ScenarioError(in_order(problems))
    tree, unknown = leave_out(tree, without)
    problems += unknown
    swept: list[Swept] = []
    members = [Member("", "", tree)]
    if SWEEP in tree.entries:
        swept, members, found = members_of(tree)
        problems += found
        if not members:  # what else is wrong with the file is told without the sweep
            members = [Member("", "", without_keys(tree, (SWEEP,)))]
    if within is not None:
        escapes = [one for member in members for one in outside(member.tree, within)]
        if escapes:
            raise ScenarioError(in_order([*problems, *escapes]))
    scenarios: dict[str, Scenario] = {}
    for member in members:
        scenario, found = _meant(member.tree, vocabulary)
        problems += named_after_sweep(found, swept)
        if scenario is not None:
            lies = path if folder is None else folder / path.name
            scenario._path, scenario._origins = lies, member.tree
            scenarios[member.name] = scenario
    if problems:
        raise ScenarioError(in_order(problems))
    title = tree.entries["scenario"].node
    assert isinstance(title, Scalar)  # all scenarios are sound
    return Family(
        str(title.value),
        tuple(one.path for one in swept),
        scenarios,
        {member.name: member.label for member in members},
        str(tree.entries[SWEEP].key_place if SWEEP in tree.entries else tree.place),
    )


def _meant(tree: Map, vocabulary: Vocabulary | None) -> tuple[Scenario | None, list[Located]]:
    """The scenario of a merged tree, and what is wrong with it."""
    problems: list[Located] = []
    scenario: Scenario | None = None
    try:
        scenario = Scenario.model_validate(_written(tree))
    except ValidationError as error:
        problems += located(error, tree)
    else:
        faults = [*year_faults(scenario), *correlation_faults(scenario)]
        problems += located(validation_error(faults), tree) if faults else []
        if not problems:
            return scenario, []
    if vocabulary is not None:
        problems += _name_problems(tree, vocabulary)
    return scenario, problems


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


def load_over(
    scenario: Scenario,
    content: str,
    path: pathlib.Path,
    *,
    vocabulary: Vocabulary | None = None,
) -> Scenario:
    """What a file that extends a scenario would be, were it written.

    Parameters
    ----------
    scenario
        The scenario that it extends, whatever the file says under `extends`.
    content
        What the file would hold.
    path
        Where it would stand: messages name it, and files are relative to its folder.
    vocabulary
        As for `load_scenario`.

    Returns
    -------
    Scenario
        The same as `load_scenario` would give of the file.

    Raises
    ------
    ScenarioError
        As `load_scenario` does.
    """
    tree, problems = parse_tree(content.encode(), path.as_posix())
    parent = scenario.origins
    assert isinstance(parent, Map)  # it was loaded
    if tree is None:
        raise ScenarioError(in_order(problems))
    merged = with_child(without_keys(parent, OWN_KEYS), without_keys(tree, ("extends",)))
    assert isinstance(merged, Map)  # both are
    own, found = _meant(merged, vocabulary)
    if own is None or problems or found:
        raise ScenarioError(in_order([*problems, *found]))
    own._path, own._origins = path, merged
    return own


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
