"""Names in a question about finished results: what they stand for, or the nearest there is."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import xarray as xr

from projector.errors import Problem, UsageError, nearest_name, same_names
from projector.inputs.ages import OPEN, age_label, parse_ages
from projector.inputs.input_set import ALL_REGIONS
from projector.tables import unique
from projector.tables.result_names import ALSO_CALLED, RESULT_NAMES

__all__ = ["Part", "Words", "areas_of", "find_result", "parts_asked", "regions_called", "told_by"]

Words = Mapping[str, Mapping[str, Sequence[str]]]
"""What the keys of an axis are called, in every language."""

_MOST_TOLD = 15


@dataclass(frozen=True)
class Part:
    """A part of an axis: what it is called, and the labels of the axis that it holds."""

    name: str
    labels: tuple[object, ...]


def find_result(
    name: str, present: Iterable[str], withheld: Mapping[str, int] = MappingProxyType({})
) -> tuple[str, str, str]:
    """Name, group and variable of a result that a run has.

    Parameters
    ----------
    name
        As a planner or `projector explain` calls it.
    present
        Groups that the run has, such as ``capacity/beds``.
    withheld
        From `projector.tables.suppression.withheld_of`.

    Raises
    ------
    UsageError
        If there is no such result, or the run does not have it or does not tell it.
    """
    called = ALSO_CALLED.get(name, name)
    known = told_by(present, withheld)
    if called in known:
        return (called, *RESULT_NAMES[called])
    also = [key for key, full in ALSO_CALLED.items() if full in known]
    limit = _withheld(called, withheld)
    if limit is not None:
        problem = Problem(
            "--result",
            f"the run withholds this result: counts of fewer than {limit} patients are suppressed, "
            "and as it divides the same patients in other ways, they could be found from it by "
            "subtraction",
            name,
            "a result by diagnosis and setting, such as contacts, or a run without --suppress; "
            "see docs/suppression.md",
        )
    elif called in RESULT_NAMES:
        problem = Problem(
            "--result",
            "the run does not have this result: its inputs lack what it takes",
            name,
            ", ".join([*also, *known]),
        )
    else:
        near = nearest_name(name, [*also, *known])
        told = None if near else ", ".join([*also, *known])
        problem = Problem("--result", "no result has this name", name, told, near)
    raise UsageError(problem)


def told_by(
    present: Iterable[str], withheld: Mapping[str, int] = MappingProxyType({})
) -> list[str]:
    """Names of the results that a run tells; parameters as of `find_result`."""
    there = set(present)
    return [
        name
        for name, (group, _) in RESULT_NAMES.items()
        if group in there and _withheld(name, withheld) is None
    ]


def _withheld(name: str, withheld: Mapping[str, int]) -> int | None:
    """The limit because of which a result is withheld; None where it is not."""
    group, variable = RESULT_NAMES.get(name, ("", ""))
    return withheld.get(group, withheld.get(f"{group}/{variable}"))


def parts_asked(
    tree: xr.DataTree,
    figures: xr.DataArray,
    asked: Mapping[str, Sequence[str]],
    called: Words,
    result: str,
) -> dict[str, list[Part]]:
    """The parts of each axis that are asked about.

    Parameters
    ----------
    tree
        Results, whose attributes hold areas and names.
    figures
        The variable that is asked about.
    asked
        Names by axis, years among them.
    called
        What keys are called besides what the results say.
    result
        Its name, for messages.

    Raises
    ------
    UsageError
        With every name that is unknown and every axis that the result does not have.
    """
    problems: list[Problem] = []
    parts: dict[str, list[Part]] = {}
    axes = [str(dim) for dim in figures.dims]
    for axis, names in asked.items():
        if not names:
            continue
        if axis not in axes:
            expected = ", ".join(f"--{one}" for one in axes)
            message = f"{result} is not by {axis}"
            problems.append(Problem(f"--{axis}", message, ", ".join(map(str, names)), expected))
            continue
        parts[axis] = []
        for name in names:
            found = _part(tree, figures, axis, name, called)
            if isinstance(found, Problem):
                problems.append(found)
            else:
                parts[axis].append(found)
    if problems:
        raise UsageError(problems)
    return parts


def _part(
    tree: xr.DataTree, figures: xr.DataArray, axis: str, name: str, called: Words
) -> Part | Problem:
    labels = figures[axis].values.tolist()
    if axis == "age":
        return _ages(labels, name)
    if axis == "year":
        if name.isdecimal() and int(name) in labels:
            return Part(name, (int(name),))
        return Problem("--year", "not a year of the run", name, f"{labels[0]} to {labels[-1]}")
    if axis == "region":
        return _region(tree, figures, name)
    keys = {str(label): str(label) for label in labels}
    told = json.loads(str(tree.attrs["names"])).get(axis, {})
    for key in labels:
        own = [*told.get(key, {}).values(), *called.get(axis, {}).get(key, ())]
        keys |= {text: str(key) for text in own if text not in keys}
    found = unique(keys[text] for text in same_names(name, keys))
    if len(found) == 1:
        return Part(found[0], (found[0],))
    return _unknown(axis, name, unique(keys), unique(keys.values()))


def _ages(labels: Sequence[int], name: str) -> Part | Problem:
    try:
        first, last = parse_ages(name)
    except ValueError as error:
        return Problem("--age", str(error), name, "such as 85, 67-79 or 80+")
    top = labels[-1]
    # The last age is open, so a closed group may not end there: nobody knows who is older.
    chosen = tuple(age for age in labels if first <= age and (last == OPEN or age <= last))
    if not chosen or (last != OPEN and last >= top):
        return Problem("--age", f"ages go to {top}, which is open", name, f"such as {top}+")
    return Part(age_label(first, last), chosen)


def _region(tree: xr.DataTree, figures: xr.DataArray, name: str) -> Part | Problem:
    """A region by code or name, an area of the run, or ``all``."""
    codes = [str(code) for code in figures["region"].values]
    names = dict(zip(codes, map(str, figures["region_name"].values), strict=True))
    areas = areas_of(tree, codes)
    known = regions_called(names, areas)
    meant = same_names(name, known)
    if len(meant) == 1:
        own = known[meant[0]]
        return Part(own[0] if len(own) == 1 and meant[0] != ALL_REGIONS else meant[0], own)
    return _unknown("region", name, list(known), [*names.values(), *areas])


def regions_called(
    names: Mapping[str, str], areas: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Codes by everything that the regions of a run can be asked about by.

    Parameters
    ----------
    names
        Name by code of the regions of the run.
    areas
        Codes by name of the areas that lie wholly in it.

    Returns
    -------
    dict
        As in the inputs, a code goes before an area, and an area before a region's name; ``all``
        is the whole run.
    """
    return {
        **{name: (code,) for code, name in names.items()},
        **{name: tuple(codes) for name, codes in areas.items()},
        ALL_REGIONS: tuple(names),
        **{code: (code,) for code in names},
    }


def areas_of(tree: xr.DataTree, codes: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Regions of every area that lies wholly in the run; results of old versions have none.

    Parameters
    ----------
    tree
        Results, whose attributes hold the areas.
    codes
        Regions of the run.
    """
    told: dict[str, list[str]] = json.loads(str(tree.attrs.get("areas", "{}")))
    return {name: tuple(own) for name, own in told.items() if set(own) <= set(codes)}


def _unknown(axis: str, name: str, names: Sequence[str], shown: Sequence[str]) -> Problem:
    near = nearest_name(name, names)
    more = ", …" if len(shown) > _MOST_TOLD else ""
    expected = None if near else (", ".join(shown[:_MOST_TOLD]) + more or "the result has none")
    return Problem(f"--{axis}", f"no {axis} of the result has this name", name, expected, near)
