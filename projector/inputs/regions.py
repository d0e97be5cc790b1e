"""How region codes lie in one another."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from projector.errors import InputsError, Problem
from projector.inputs.ages import age_label
from projector.tables import NATION, SEXES

__all__ = ["check_parts", "contains", "outermost", "parent_of"]

_ROUNDING = 1e-6
"""Persons: where divided regions are shared out, people are not whole."""


def contains(outer: str, inner: str) -> bool:
    """Whether one region lies in another by its code.

    The nation contains every region, a county (two digits) its municipalities, and a
    municipality (four) the districts (six) that begin with its code.
    """
    if outer == inner:
        return False
    return outer == NATION or (len(inner) > len(outer) and inner.startswith(outer))


def outermost(codes: Sequence[str]) -> list[str]:
    """The regions that lie in no other of them: together they count everybody once.

    Parameters
    ----------
    codes
        Region codes, without the nation's where the parts are meant.

    Returns
    -------
    list of str
        In the same order.
    """
    present = set(codes)
    return [
        code
        for code in codes
        if not (NATION in present and code != NATION)
        and not any(code[:length] in present for length in range(1, len(code)))
    ]


def parent_of(codes: Sequence[str]) -> dict[str, str | None]:
    """The nearest region that each region lies in, the nation apart.

    Parameters
    ----------
    codes
        Region codes.

    Returns
    -------
    dict of str to str or None
        Of a ward its municipality, where that is one of the codes; else None.
    """
    present = set(codes) - {NATION}
    return {
        code: next(
            (code[:length] for length in range(len(code) - 1, 0, -1) if code[:length] in present),
            None,
        )
        for code in codes
    }


def check_parts(
    persons: NDArray[np.float64],
    regions: Sequence[str],
    years: NDArray[np.int64],
    groups: Sequence[tuple[int, int]],
    names: Mapping[str, str],
    where: str,
) -> None:
    """The parts of a region have together no more people than it, in any cell.

    Parameters
    ----------
    persons
        ``[region, year, sex, age group]``, persons.
    regions, years, groups
        What the axes are called; a group is its first and last age.
    names
        Region names by code.
    where
        The files, for the message.

    Raises
    ------
    InputsError
        With the first cell of each region whose parts have more.
    """
    parents = parent_of(regions)
    problems = []
    for outer in dict.fromkeys(parent for parent in parents.values() if parent is not None):
        parts = [code for code in regions if parents[code] == outer]
        together = persons[[regions.index(code) for code in parts]].sum(axis=0)
        whole = persons[regions.index(outer)]
        cells = np.argwhere(together > whole + _ROUNDING)
        if not cells.size:
            continue
        year, sex, age = cells[0]
        more = f" (and {len(cells) - 1} more cells)" if len(cells) > 1 else ""
        cell = f"{years[year]}, {SEXES[sex]}, age {age_label(*groups[age])}"
        shown = ", ".join(parts)
        label = outer if names[outer] == outer else f"{outer} {names[outer]}"
        problems.append(
            Problem(
                where,
                f"the parts of {label} ({shown}) have more people than it{more}",
                f"{together[year, sex, age]:g}, {cell}",
                f"at most {whole[year, sex, age]:g}",
            )
        )
    if problems:
        raise InputsError(problems)
