"""Raking: margins as sums over cells, scaled to their counts, and counts that contradict."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from projector.errors import ConsistencyError, Problem

__all__ = ["ROUNDING", "Margin", "Sums", "rake", "refuse", "start_of", "unmet"]

Array = NDArray[np.float64]
Positions = NDArray[np.int64]

ROUNDING = 0.005
"""Counts that differ by less, relatively, do not contradict one another."""

_ROUNDS = 5000

_LEAP = 8
"""After so many rounds, and one, it is seen where they tend."""

_FARTHEST = 5.0
"""No level leaps by more than the exponential of this."""


@dataclass(frozen=True)
class Margin:
    """One count: the cells it is the sum of, and how many there were.

    Parameters
    ----------
    cells
        ``[region, diagnosis, setting]``, true for those counted.
    count
        Contacts or bed days in its year.
    kind
        Margins of one kind are shrunk together, e.g. "region x setting inpatient".
    place
        Where it is written, for messages (``file:line``).
    per_event
        Units of the count in one contact: 1, or nights per stay where bed days are counted; one
        number for all cells or ``[region, diagnosis, setting]``. Cells with 0 do not count.
    """

    cells: NDArray[np.bool_]
    count: float
    kind: str
    place: str
    per_event: float | Array = 1.0


class Sums:
    """The margins as sums over cells, all cells in one row.

    `margin`, `cell` and `units` hold one entry for each margin and cell of it.
    """

    def __init__(self, expected: Array, margins: tuple[Margin, ...]) -> None:
        self.expected = expected.ravel()
        self.margins = margins
        cells = [np.flatnonzero(each.cells) for each in margins]
        units = [
            np.broadcast_to(np.asarray(each.per_event, dtype=np.float64), expected.shape).flat[own]
            for each, own in zip(margins, cells, strict=True)
        ]
        self.margin = np.repeat(np.arange(len(margins)), [len(own) for own in cells])
        self.cell = np.concatenate([np.zeros(0, dtype=np.int64), *cells])
        self.units = np.concatenate([np.zeros(0), *units])
        counted = self.units > 0
        self.margin, self.cell = self.margin[counted], self.cell[counted]
        self.units = self.units[counted]
        self.size = np.bincount(self.margin, minlength=len(margins))
        self.kind_of = np.unique([each.kind for each in margins], return_inverse=True)[1]

    def totals(self, level: Array, *, contacts: bool = False) -> Array:
        """Sum of each margin, ``[margin]``, in its unit or in contacts."""
        use = self.expected[self.cell] * level[self.cell]
        weight = use if contacts else self.units * use
        totals: Array = np.bincount(self.margin, weight, minlength=len(self.margins)).astype(float)
        return totals

    @cached_property
    def matrix(self) -> csr_array:
        """``[margin, cell]``, 1 where the margin counts the cell."""
        shape = (len(self.margins), len(self.expected))
        return csr_array((np.ones(len(self.cell)), (self.margin, self.cell)), shape=shape)

    def where_expected(self) -> tuple[list[Positions], list[Array]]:
        """Of each margin the cells where something is expected, and their units."""
        there = self.expected[self.cell] > 0
        ends = np.cumsum(np.bincount(self.margin[there], minlength=len(self.margins)))[:-1]
        return np.split(self.cell[there], ends), np.split(self.units[there], ends)

    def place_of(self, members: Sequence[int]) -> str:
        """Where margins are written; of several the first."""
        first = self.margins[min(members)].place
        return first if len(members) == 1 else f"{first} and {len(members) - 1} more"

    @cached_property
    def layer(self) -> Positions:
        """When in a round each margin is scaled: after all finer ones that share cells with it.

        Margins of a layer share no cell, so one pass scales them all and gives the same as one
        after the other.
        """
        first_of_kind: dict[str, int] = {}
        for position, each in enumerate(self.margins):
            first_of_kind.setdefault(each.kind, position)
        kind = np.array([first_of_kind[each.kind] for each in self.margins])
        ends = np.cumsum(self.size)
        reached = np.zeros(len(self.expected), dtype=np.int64)
        layer = np.zeros(len(self.margins), dtype=np.int64)
        for position in np.lexsort((kind, self.size)):
            own = self.cell[ends[position] - self.size[position] : ends[position]]
            layer[position] = reached[own].max(initial=0) + 1
            reached[own] = layer[position]
        return layer


def refuse(problems: Iterable[Problem]) -> None:
    """Raise all problems, if there are any."""
    found = list(problems)
    if found:
        raise ConsistencyError(found)


def rake(
    sums: Sums,
    targets: Array,
    start: Array,
    tolerance: float,
    chosen: NDArray[np.bool_] | None = None,
    *,
    agreed: bool = True,
) -> Array:
    """Levels of the cells, raked from `start` to the targets of all or of some margins.

    Targets that differ by rounding make the rounds repeat themselves, with the coarsest margins
    met last. Targets that are not `agreed` may contradict one another, as shrunk ones may; then
    the first rounds stand, before cells that no count speaks of are emptied to make room.
    """
    level = start.copy()
    chosen = np.ones(len(targets), dtype=bool) if chosen is None else chosen
    layers = []
    for number in np.unique(sums.layer[chosen]):
        members = np.flatnonzero(chosen & (sums.layer == number))
        entries = np.flatnonzero((chosen & (sums.layer == number))[sums.margin])
        cell = sums.cell[entries]
        within = np.searchsorted(members, sums.margin[entries])
        layers.append((members, cell, within, sums.units[entries] * sums.expected[cell]))
    nobody = chosen & (targets == 0) & (sums.totals(level) > 0)
    level[sums.cell[nobody[sums.margin]]] = 0.0
    factor, saved, off_then = np.ones(len(targets)), level, np.inf
    rounds: list[Array] = []
    first: Array | None = None
    checked = np.inf
    for _ in range(_ROUNDS):
        before = factor.copy()
        for members, cell, within, use in layers:
            now = np.bincount(within, use * level[cell], minlength=len(members))
            by = np.divide(targets[members], now, out=np.ones_like(now), where=now > 0)
            level[cell] *= by[within]
            factor[members] = by
        off = float(np.abs(factor - 1).max(initial=0.0))
        # A slow fit changes its factors too little to be told from one that repeats itself,
        # unless the change is compared with what is still missing.
        repeats = len(rounds) > 0 and np.abs(factor - before).max() <= 1e-14 + 1e-7 * off
        if off <= tolerance or repeats:
            return level
        if not rounds and off > off_then:
            level, off_then = saved.copy(), np.inf  # the leap led astray
            continue
        rounds.append(np.log(factor))
        if len(rounds) > _LEAP:
            if not agreed and first is not None and off > checked / 2:
                return first
            first, checked = level.copy() if first is None else first, off
            saved, off_then = level.copy(), off
            leap = _leap(np.array(rounds)) @ sums.matrix
            level *= np.exp(leap * min(1.0, _FARTHEST / max(np.abs(leap).max(), _FARTHEST)))
            rounds = []
    if off <= ROUNDING / 10:
        return level  # only empty cells would do, and those are reached ever more slowly
    worst = int(np.abs(factor - 1).argmax())
    raise ConsistencyError(
        Problem(
            sums.margins[worst].place,
            f"the counts leave next to nothing for some cells; no levels after {_ROUNDS} rounds",
            found=f"{sums.totals(level)[worst]:.10g}",
            expected=f"{targets[worst]:.10g}",
        )
    )


def start_of(sums: Sums, counts: Array) -> Array:
    """Levels that raking starts from: 1, and 0 where parts leave nothing of a whole.

    Raking would come to these zeros ever more slowly. A whole is a margin, or all margins of a
    kind that share no cell; its parts are margins within it that share no cell. Parts that are
    more than their whole, or that cover it and are less, are refused.
    """
    own, units = sums.where_expected()
    start, unit = np.ones(len(sums.expected)), np.zeros(len(sums.expected))
    problems: dict[frozenset[str], Problem] = {}
    for whole, parts in _wholes(own, sums.kind_of, len(start)):
        cells = np.concatenate([own[each] for each in whole])
        unit[cells] = np.concatenate([units[each] for each in whole])
        ratio = {each: unit[own[each]] / units[each] for each in parts}
        # Bed days of cells with stays of different length are no part of a count of contacts.
        like = [each for each, by in ratio.items() if by.max() - by.min() <= 1e-9 * by[0]]
        counted = float(counts[whole].sum())
        for family in _families(like, own, len(start)):
            total = sum(float(counts[each] * ratio[each][0]) for each in family)
            covered = np.concatenate([own[each] for each in family])
            off = total - counted if len(covered) < len(cells) else abs(total - counted)
            if off > ROUNDING * counted:
                places = sums.place_of(family), sums.place_of(list(whole))
                at_most = "at most " if len(covered) < len(cells) else ""
                problems[frozenset(places)] = Problem(
                    places[0],
                    "counts contradict one another",
                    found=f"{total:.10g} here, in {len(covered)} of its {len(cells)} cells",
                    expected=f"{at_most}{counted:.10g} as in {places[1]}",
                )
            elif len(covered) < len(cells) and total >= counted * (1 - 1e-9):
                start[cells[~np.isin(cells, covered, kind="table")]] = 0.0
    refuse(problems.values())
    return start


def _wholes(
    own: list[Positions], kind_of: Positions, cells: int
) -> Iterator[tuple[Positions, Positions]]:
    """Margins, alone or as a kind, and the margins within them, those with most cells first."""
    wholes = [np.array([position]) for position in range(len(own))]
    for kind in np.unique(kind_of):
        members = np.flatnonzero(kind_of == kind)
        if len(members) > 1 and _incidence([own[each] for each in members], cells).sum(0).max() < 2:
            wholes.append(members)
    size = np.array([len(each) for each in own], dtype=np.int64)
    unions = _incidence([np.concatenate([own[each] for each in whole]) for whole in wholes], cells)
    shared = (unions @ _incidence(own, cells).T).tocsr()
    for number, whole in enumerate(wholes):
        row = slice(*shared.indptr[number : number + 2])
        parts = shared.indices[row][shared.data[row] == size[shared.indices[row]]]
        if len(parts) < 2 and len(whole) == 1:
            continue  # nothing but itself
        # Of two margins with the same cells the later is the part.
        later = (parts > whole[0]) if len(whole) == 1 else np.zeros(len(parts), dtype=bool)
        parts = parts[((size[parts] < size[whole].sum()) | later) & ~np.isin(parts, whole)]
        if len(parts):
            yield whole, parts[np.lexsort((parts, -size[parts]))]


def _families(parts: list[int], own: list[Positions], cells: int) -> list[list[int]]:
    """Parts that share no cell, as many as fit together; each part is in one family."""
    families: list[list[int]] = []
    covered: list[NDArray[np.bool_]] = []
    for part in parts:
        fits = (number for number, taken in enumerate(covered) if not taken[own[part]].any())
        number = next(fits, len(families))
        if number == len(families):
            families.append([])
            covered.append(np.zeros(cells, dtype=bool))
        families[number].append(part)
        covered[number][own[part]] = True
    return families


def _leap(rounds: Array) -> Array:
    """Logarithms of the factors that lead from the end of some rounds to where they tend.

    Reduced rank extrapolation (Mesina 1977): a whole and parts that are nearly all of it are
    fitted so slowly by rounds alone that they would need thousands. From wherever the levels
    leap, rounds lead to the same solution, as long as they leap by factors of margins.
    """
    weights = np.linalg.lstsq(np.diff(rounds, axis=0).T, -rounds[0], rcond=1e-12)[0]
    leap: Array = weights @ rounds[:-1] - rounds.sum(axis=0)
    return leap


def _incidence(rows: list[Positions], cells: int) -> csr_array:
    """``[row, cell]``, 1 where the row has the cell."""
    ends = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.concatenate([np.zeros(0, dtype=np.int64), *rows])
    return csr_array((np.ones(len(columns)), columns, ends), shape=(len(rows), cells))


def unmet(sums: Sums, counts: Array, fitted: Array) -> Iterator[Problem]:
    """The count that is met worst, if it is off by more than rounding, and what is beside it."""
    off = np.abs(fitted - counts) / np.maximum(np.maximum(fitted, counts), 1e-300)
    if not off.size or off.max() <= ROUNDING * 1.01:
        return
    worst = int(off.argmax())
    shared = np.zeros(len(sums.expected), dtype=bool)
    shared[sums.cell[sums.margin == worst]] = True
    beside = np.bincount(sums.margin, shared[sums.cell], minlength=len(counts)) > 0
    beside[worst] = False
    # Met last, so it is what the count had to give way to.
    other = int(np.where(beside, sums.layer, 0).argmax())
    yield Problem(
        sums.margins[worst].place,
        "counts contradict one another",
        found=f"{counts[worst]:.10g} here",
        expected=f"about {fitted[worst]:.10g} to go with the other counts, "
        f"such as {counts[other]:.10g} in {sums.margins[other].place}",
    )
