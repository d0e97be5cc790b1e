"""Which regions are meant by what a planner wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from projector.errors import Problem, UsageError, nearest_name
from projector.inputs.fetch.klass import Change
from projector.inputs.labels import folded, is_nation, names_in
from projector.tables import NATION

__all__ = ["ALL", "Chosen", "choose_regions"]

ALL = "all"
_WARD = 6


@dataclass(frozen=True)
class Chosen:
    """The regions that are fetched, beside the nation.

    Parameters
    ----------
    municipalities, wards
        Codes, in the order asked for.
    everywhere
        Whether the municipalities are all there are.
    """

    municipalities: tuple[str, ...]
    wards: tuple[str, ...]
    everywhere: bool


def choose_regions(
    asked: Sequence[str],
    municipalities: Mapping[str, str],
    wards: Mapping[str, str],
    areas: Mapping[str, Sequence[str]],
    changes: Sequence[Change],
) -> Chosen:
    """Understand codes and names of regions and areas.

    Parameters
    ----------
    asked
        What was written: codes, names, names of areas, ``all``, or the nation, which comes anyway.
    municipalities, wards
        Name by code, of today.
    areas
        Codes by the name of an area of the base set.
    changes
        What became of codes, to say so of one that has ended.

    Returns
    -------
    Chosen

    Raises
    ------
    UsageError
        With everything that is no region, or more than one.
    """
    problems: list[Problem] = []
    codes: list[str] = []
    for one in asked:
        if one == NATION or is_nation(one):
            continue
        if folded(one) == ALL:
            codes += list(municipalities)
            continue
        codes += _codes(one, municipalities, wards, areas, changes, problems)
    if problems:
        raise UsageError(problems)
    unique = list(dict.fromkeys(codes))
    towns = tuple(code for code in unique if code in municipalities)
    return Chosen(
        towns, tuple(code for code in unique if code in wards), set(towns) == set(municipalities)
    )


def _codes(
    one: str,
    municipalities: Mapping[str, str],
    wards: Mapping[str, str],
    areas: Mapping[str, Sequence[str]],
    changes: Sequence[Change],
    problems: list[Problem],
) -> list[str]:
    """The codes that one word means; none, and a problem, where it means none or several."""
    known = {**municipalities, **wards}
    if one in known:
        return [one]
    if one in areas:
        inside = [code for code in areas[one] if code in known]
        absent = [code for code in areas[one] if code not in known and code != NATION]
        if absent:
            message = f"the area '{one}' has regions that the statistics bank does not have"
            problems.append(Problem("REGION", message, ", ".join(absent)))
        return inside
    if one.isdigit():
        problems.append(_no_code(one, known, changes))
        return []
    found = [code for code, name in known.items() if folded(one) in names_in(name)]
    if len(found) == 1:
        return found
    if found:
        shown = ", ".join(f"{code} {known[code]}" for code in found)
        message = f"'{one}' is the name of several regions"
        problems.append(Problem("REGION", message, expected=f"one of the codes {shown}"))
        return []
    near = nearest_name(one, [*areas, *known.values()])
    problems.append(Problem("REGION", "not a region or an area", f"'{one}'", nearest=near))
    return []


def _no_code(code: str, known: Mapping[str, str], changes: Sequence[Change]) -> Problem:
    became = [change for change in changes if change.old == code and change.new != code]
    if became:
        day = became[-1].day
        parts = ", ".join(f"{one.new} {one.new_name}" for one in became if one.day == day)
        return Problem("REGION", f"the code ended on {day}", f"'{code}'", f"now {parts}")
    near = nearest_name(code, known)
    return Problem("REGION", "not the code of a region of today", f"'{code}'", nearest=near)
