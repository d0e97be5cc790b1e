"""Age tables on the codes of different years, brought to one set of codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.errors import InputsError, Problem
from projector.inputs.region_changes import Becoming, RegionChanges

__all__ = ["Series", "recode"]

Array = NDArray[np.float64]
People = dict[str, Array]
"""People of one year by region code, each ``[sex, age]``."""
Shares = Mapping[str, Array]
"""Share of a region's people by part, of all together or ``[sex, age]``."""

_TABLE = "by the shares of the table of changes"


@dataclass(frozen=True)
class Series:
    """People of several years on the codes that each year's table has.

    Parameters
    ----------
    regions
        Region codes.
    years
        Calendar years, increasing.
    persons
        ``[region, year, sex, age group]``, persons.
    there
        ``[region, year]``: whether the table of the year has the region.
    """

    regions: tuple[str, ...]
    years: tuple[int, ...]
    persons: Array
    there: NDArray[np.bool_]


def recode(
    series: Series,
    changes: RegionChanges,
    names: Mapping[str, str],
    notes: list[str],
    *,
    codes_of: int | None = None,
) -> Series:
    r"""Bring every year to the codes of one year.

    Changes are followed from year to year. Regions that merge are added, :math:`P_B = \sum_A P_A`.
    A region :math:`A` that is divided gives each part :math:`B` the share of

    1. the table of changes, if it has one; else,
    2. where the parts took in nobody else, of the people of the parts by sex and age group
       in the first later year; else,
    3. of what the parts gained beyond the others that joined them, between the last year
       before and the first after: :math:`\max(P_B - g \sum_{C \ne A} P_C, 0)`, where :math:`g`
       is the growth of all of them together.

    Parameters
    ----------
    series
        As published. A region with nobody in a year is taken as not there in that year:
        StatBank lists regions in years in which their code does not exist.
    changes
        What became of regions. Codes that it does not know are left as they are.
    names
        Region names by code, for notes and errors.
    notes
        Is added to: every divided region, with year, shares and where they are from.
    codes_of
        The year whose codes are wanted, not before the last of the series; without it the last
        year of the series. A key brings all to its own codes.

    Returns
    -------
    Series
        The regions in the order they first occur in the last year, others behind.

    Raises
    ------
    InputsError
        If a year has a region both by its old and its new code, nothing says how a region is
        divided, or a key lacks a year.
    ValueError
        If `codes_of` lies before the last year.
    """
    last = series.years[-1] if codes_of is None else codes_of
    if last < series.years[-1]:
        raise ValueError(f"codes_of must not lie before {series.years[-1]}, not {last}")
    peopled = series.there & (series.persons.sum(axis=(2, 3)) > 0)
    people = {
        year: {
            code: series.persons[place, at]
            for place, code in enumerate(series.regions)
            if peopled[place, at]
        }
        for at, year in enumerate(series.years)
    }
    follower = _Follower(changes, names, people, notes)
    if changes.is_key:
        follower.apply_key()
    else:
        for year in sorted(year for year in changes.by_year if year <= last):
            follower.apply(year, last)
    regions = tuple(dict.fromkeys(code for year in reversed(series.years) for code in people[year]))
    shape = (len(regions), *series.persons.shape[1:])
    persons, there = np.zeros(shape), np.zeros(shape[:2], dtype=bool)
    for place, code in enumerate(regions):
        for at, year in enumerate(series.years):
            if code in people[year]:
                persons[place, at], there[place, at] = people[year][code], True
    return Series(regions, series.years, persons, there)


@dataclass(frozen=True)
class _Follower:
    """The people of every year, on the codes that they have been brought to so far."""

    changes: RegionChanges
    names: Mapping[str, str]
    people: dict[int, People]
    notes: list[str]

    def label(self, code: str) -> str:
        name = self.names.get(code, code)
        return code if name == code else f"{code} {name}"

    def apply_key(self) -> None:
        """Bring each year to the codes of the key."""
        divided: dict[str, list[int]] = {}
        for year, people in self.people.items():
            key = self.changes.by_year.get(year)
            if key is None:
                known = self.changes.by_year
                message = f"the key does not hold {year}"
                expected = f"one of {min(known)} to {max(known)}"
                raise InputsError(Problem(str(self.changes.path), message, expected=expected))
            moving = {code: key[code] for code in people if code in key}
            for code, became in moving.items():
                if len(became.parts) > 1:
                    divided.setdefault(code, []).append(year)
            self._move(year, year, moving, {code: _given(b) for code, b in moving.items()})
        for code, years in divided.items():
            parts = self.changes.by_year[years[-1]][code].parts
            when = str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"
            self._note(code, when, {part: share or 0.0 for part, share in parts.items()}, _TABLE)

    def apply(self, year: int, last: int) -> None:
        """Follow the changes of one day in all years that have the codes from before it."""
        changes = self.changes.by_year[year]
        moving = {
            at: {
                code: changes[code]
                for code in people
                if code in changes
                and set(changes[code].parts) != {code}
                and (at < year or self._has_ended(code, year, last))
            }
            for at, people in self.people.items()
        }
        olds = dict.fromkeys(code for held in moving.values() for code in held)
        shares = {old: self._shares(year, old) for old in olds}
        for at, held in moving.items():
            self._move(at, year, held, shares)

    def _has_ended(self, code: str, year: int, last: int) -> bool:
        """Whether a code that is held after a change must mean the region before it."""
        later = (at for at in self.changes.by_year if year <= at <= last)
        return not any(
            code in became.parts for at in later for became in self.changes.by_year[at].values()
        )

    def _move(
        self,
        at: int,
        year: int,
        moving: Mapping[str, Becoming],
        shares: Mapping[str, Shares],
    ) -> None:
        """Give the people of one year to the parts of their regions."""
        people = self.people[at]
        own = self.changes.by_year[year]
        late = at >= year and not self.changes.is_key
        moved: People = {}
        for code, held in people.items():
            if code not in moving:
                moved[code] = moved[code] + held if code in moved else held
                continue
            for part in moving[code].parts:
                lives_on = part in own and part in own[part].parts
                if part != code and part in people and (late or not lives_on):
                    raise InputsError(self._twice(at, year, code, part))
                given = held * shares[code][part]
                moved[part] = moved[part] + given if part in moved else given
        self.people[at] = moved

    def _twice(self, at: int, year: int, code: str, part: str) -> Problem:
        """A region that is there by its old and by its new code."""
        return Problem(
            self.changes.by_year[year][code].where,
            f"{self.label(part)} has people in {at} beside {self.label(code)}, which became it"
            + ("" if self.changes.is_key else f" in {year}"),
            expected=f"one of the two codes; or, where {part} lived on while {code} joined it, "
            f"a row from {part} to {part}",
        )

    def _shares(self, year: int, old: str) -> Shares:
        """The share of each part of a region, by sex and age where it can be."""
        became = self.changes.by_year[year][old]
        parts = tuple(became.parts)
        if len(parts) == 1:
            return {parts[0]: np.ones(())}
        if None not in became.parts.values():
            shares, how = _given(became), _TABLE
        else:
            shares, how = self._measured(year, old, parts)
        whole = {part: float(share.mean()) for part, share in shares.items()}
        self._note(old, str(year), whole, how)
        return shares

    def _measured(self, year: int, old: str, parts: Sequence[str]) -> tuple[Shares, str]:
        """Shares from the age tables on both sides of a change, and how they were found."""
        changes = self.changes.by_year[year]
        others = {
            other: became.parts
            for other, became in changes.items()
            if other != old and not set(parts).isdisjoint(became.parts)
        }
        after = [
            at for at, people in self.people.items() if at >= year and people.keys() >= set(parts)
        ]
        before = [
            at
            for at, people in self.people.items()
            if at < year and people.keys() >= {old, *others}
        ]
        if not after or (others and not before) or any(len(into) > 1 for into in others.values()):
            raise InputsError(self._unknown_shares(year, old, parts, others))
        later = self.people[min(after)]
        if not others:
            together = np.sum([later[part] for part in parts], axis=0)
            whole = float(together.sum())
            return {
                part: np.divide(
                    later[part],
                    together,
                    out=np.full(together.shape, later[part].sum() / whole),
                    where=together > 0,
                )
                for part in parts
            }, f"as the people of {min(after)} by sex and age"
        earlier = self.people[max(before)]
        of_all = sum(later[part].sum() for part in parts)
        growth = of_all / sum(earlier[code].sum() for code in (old, *others))
        gains = {
            part: later[part].sum()
            - growth * sum(earlier[other].sum() for other, into in others.items() if part in into)
            for part in parts
        }
        whole = sum(max(gain, 0.0) for gain in gains.values())
        shares = {part: np.asarray(max(gain, 0.0) / whole) for part, gain in gains.items()}
        return shares, f"as the parts gained from {max(before)} to {min(after)}"

    def _unknown_shares(
        self, year: int, old: str, parts: Sequence[str], others: Mapping[str, object]
    ) -> Problem:
        needed = f"an age table from {year} or soon after with {', '.join(parts)}"
        if others:
            needed += f", and one from before with {', '.join((old, *others))}"
        return Problem(
            self.changes.by_year[year][old].where,
            f"nothing says how {self.label(old)} is divided in {year}",
            expected=f"shares in the table of changes, or {needed}",
        )

    def _note(self, code: str, when: str, shares: Mapping[str, float], how: str) -> None:
        shown = ", ".join(f"{self.label(part)} {share:.1%}" for part, share in shares.items())
        self.notes.append(f"{self.label(code)} is divided ({when}): {shown}, {how}")


def _given(became: Becoming) -> Shares:
    """The shares of the table."""
    return {part: np.asarray(share) for part, share in became.parts.items() if share is not None}
