r"""Stated rank correlations between uncertain assumptions.

A rank correlation (Spearman's) :math:`\rho` belongs to normal scores that are correlated by

.. math:: r = 2 \sin(\pi \rho / 6)

(Pearson 1907), which makes the matrix of a Gaussian copula. It can hold only if it is positive
definite: three amounts cannot all go against each other. Which pair breaks it, and what it may be
instead, is found by letting the rank of one statement vary with the others held: the ranks at which
the smallest eigenvalue is above zero are an interval, as that eigenvalue is concave in the matrix.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from projector.errors import nearest_name
from projector.scenario.assumptions import SEPARATOR, Assumption, uncertain_assumptions
from projector.scenario.faults import Fault

if TYPE_CHECKING:
    from projector.scenario.models import Scenario

__all__ = ["Correlated", "correlated", "correlation_faults"]

Floats = npt.NDArray[np.float64]
Pair = tuple[int, int]

_SMALLEST = 1e-6
"""Eigenvalue that counts as zero: below it one assumption is as good as set by the others."""
_STEPS = 60
"""Halvings of an interval until a float has no more digits."""
_MOST_LISTED = 20
_KEY = ("uncertainty", "correlations")


@dataclass(frozen=True, eq=False)
class Correlated:
    """Assumptions that are correlated, in the order in which the scenario names them.

    Parameters
    ----------
    names
        Names of the assumptions.
    ranks
        Spearman's correlation, ``[assumption, assumption]``; 0 of pairs that are not stated.
    """

    names: tuple[tuple[str, ...], ...]
    ranks: Floats

    @property
    def scores(self) -> Floats:
        """Correlation of the normal scores, ``[assumption, assumption]``."""
        return _scores(self.ranks)


@dataclass(frozen=True)
class _Statement:
    """One entry of the list: who is correlated, as numbers in `_Stated.members`."""

    position: int
    members: tuple[int, ...]
    rank: float

    @property
    def pairs(self) -> list[Pair]:
        return list(combinations(self.members, 2))


@dataclass(frozen=True)
class _Stated:
    members: tuple[Assumption, ...]
    statements: tuple[_Statement, ...]

    def ranks(self, instead: _Statement | None = None, rank: float = 0.0) -> Floats:
        """The matrix, with another rank in one statement where asked."""
        matrix = np.eye(len(self.members))
        for statement in self.statements:
            said = rank if statement is instead else statement.rank
            for one, other in statement.pairs:
                matrix[one, other] = matrix[other, one] = said
        return matrix

    def text(self, pair: Pair) -> str:
        return " and ".join(f"'{self.members[one]}'" for one in pair)


def correlated(scenario: "Scenario") -> Correlated:
    """The assumptions that a sound scenario states correlations of.

    Parameters
    ----------
    scenario
        As loaded: `correlation_faults` has found nothing.

    Returns
    -------
    Correlated
        Without those that a run left out, and without any where none is stated.
    """
    stated, _ = _stated(scenario)
    return Correlated(tuple(member.name for member in stated.members), stated.ranks())


def correlation_faults(scenario: "Scenario") -> Iterator[Fault]:
    """Names of no uncertain assumption, pairs stated twice, and ranks that cannot all hold."""
    stated, faults = _stated(scenario)
    faults += _twice(stated)
    yield from faults
    if not faults and stated.members:
        yield from _impossible(stated)


def _stated(scenario: "Scenario") -> tuple[_Stated, list[Fault]]:
    known = uncertain_assumptions(scenario)
    members: list[Assumption] = []
    statements, faults = [], []
    for position, entry in enumerate(scenario.uncertainty.correlations):
        found: list[int] = []
        for place, written in enumerate(entry.between):
            if _is_left_out(written, scenario.without):
                continue
            one = _meant(written, known, scenario)
            if isinstance(one, Assumption):
                if one not in members:
                    members.append(one)
                if members.index(one) not in found:
                    found.append(members.index(one))
                    continue
                one = Fault(f"'{one}' stands here twice")
            faults.append(one.under((*_KEY, position, "between", place)))
        if len(found) > 1:
            statements.append(_Statement(position, tuple(found), entry.rank))
    return _Stated(tuple(members), tuple(statements)), faults


def _is_left_out(written: str, without: Iterable[str]) -> bool:
    """Whether a name leads to a change that the run left out."""
    above = SEPARATOR.join(("activity", "changes", ""))
    rest = written.removeprefix(above)
    return any(rest == name or rest.startswith(name + SEPARATOR) for name in without)


def _meant(written: str, known: Sequence[Assumption], scenario: "Scenario") -> Assumption | Fault:
    """The one assumption that has the name, or the keys of it that were written."""
    fitting = [one for one in known if written in _called(one.name)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        expected = f"one of {', '.join(map(str, fitting))}"
        return Fault("more than one uncertain assumption is called this", expected=expected)
    if any(written in _called(_text(location)) for location, _ in scenario.paths()):
        return Fault("this is certain", expected="a value with a distribution")
    names = [name for one in known for name in (*one.name, str(one))]
    expected = "a value with a distribution"
    if 0 < len(known) <= _MOST_LISTED:
        expected = f"one of {', '.join(map(str, known))}"
    nearest = nearest_name(written, names)
    return Fault(
        "no uncertain assumption is called this",
        expected=None if nearest else expected,
        nearest=nearest,
    )


def _text(location: Sequence[str | int]) -> tuple[str, ...]:
    return tuple(str(key) for key in location)


def _called(name: Sequence[str]) -> set[str]:
    """Every run of keys of a name, as text."""
    ends = range(len(name) + 1)
    return {SEPARATOR.join(name[first:last]) for first, last in combinations(ends, 2)}


def _twice(stated: _Stated) -> list[Fault]:
    said: dict[frozenset[int], int] = {}
    faults = []
    for statement in stated.statements:
        for pair in statement.pairs:
            earlier = said.setdefault(frozenset(pair), statement.position)
            if earlier != statement.position:
                message = f"the correlation of {stated.text(pair)} stands in {{other}} already"
                location = (*_KEY, statement.position, "between")
                faults.append(Fault(message, location, other=(*_KEY, earlier, "between")))
    return faults


def _impossible(stated: _Stated) -> Iterator[Fault]:
    """The statement that is nearest to one that could hold with the others, and its worst pair."""
    matrix = _scores(stated.ranks())
    values, vectors = np.linalg.eigh(matrix)
    if values[0] > _SMALLEST:
        return
    allowed = [(one, between) for one in stated.statements if (between := _allowed(stated, one))]
    if allowed:
        blamed, (low, high) = min(allowed, key=lambda each: _distance(each[0].rank, each[1]))
        expected = f"a rank from {low:.2f} to {high:.2f}" if low < high else None
    else:
        blamed, expected = stated.statements[-1], "ranks that can hold together"
    weights = np.outer(vectors[:, 0], vectors[:, 0]) * matrix
    pair = min(blamed.pairs, key=lambda each: weights[each])
    others = "the other pairs" if len(blamed.pairs) > 1 else "the other correlations"
    message = f"this correlation of {stated.text(pair)} cannot hold together with {others}"
    yield Fault(message, (*_KEY, blamed.position, "rank"), expected=expected)


def _distance(rank: float, between: tuple[float, float]) -> float:
    return max(between[0] - rank, rank - between[1])


def _allowed(stated: _Stated, statement: _Statement) -> tuple[float, float] | None:
    """Lowest and highest rank of a statement, to two decimals, that can hold with the others."""

    def smallest(rank: float) -> float:
        matrix = _scores(stated.ranks(statement, rank))
        return float(np.linalg.eigvalsh(matrix)[0])

    best = _highest(smallest)
    if smallest(best) <= _SMALLEST:
        return None
    low, high = (_edge(smallest, best, end) for end in (-1.0, 1.0))
    # Rounded inwards, so that what the message offers can be written.
    low, high = float(np.ceil(low * 100) / 100), float(np.floor(high * 100) / 100)
    return (low, high) if low <= high else None


def _highest(smallest: Callable[[float], float]) -> float:
    """Where a function with one summit between -1 and 1 is highest, by thirds."""
    low, high = -1.0, 1.0
    for _ in range(2 * _STEPS):
        one, other = low + (high - low) / 3, high - (high - low) / 3
        if smallest(one) < smallest(other):
            low = one
        else:
            high = other
    return (low + high) / 2


def _edge(smallest: Callable[[float], float], inside: float, outside: float) -> float:
    """Where a function leaves the positive between a point inside and one outside."""
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        if smallest(middle) > _SMALLEST:
            inside = middle
        else:
            outside = middle
    return inside


def _scores(ranks: Floats) -> Floats:
    """Correlation of normal scores for a rank correlation; 1 stays 1."""
    return np.asarray(2 * np.sin(np.pi * ranks / 6))
