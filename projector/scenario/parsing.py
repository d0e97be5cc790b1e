"""From what was written to what it means: texts, whole numbers, years, ages and variants.

Every function takes a value as YAML gave it and returns its meaning, or raises
`FaultsError` with everything that is wrong with it.
"""

import re
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple, TypeVar

from projector.errors import nearest_name
from projector.scenario.faults import KEY, Collector, Fault, FaultsError
from projector.scenario.numbers import YEARS, Bounds, kind_of, parse_number

__all__ = [
    "Ages",
    "one_of",
    "one_or_more",
    "parse_ages",
    "parse_by_name",
    "parse_count_or_word",
    "parse_increasing_shares",
    "parse_integer",
    "parse_text",
    "parse_truth",
    "parse_variant",
    "parse_year",
]

Item = TypeVar("Item")

_OPEN_END = -1
_AGES = re.compile(r"(?P<first>[0-9]{1,3})(?P<open>\+)?(?:-(?P<last>[0-9]{1,3}))?")
_AGES_EXPECTED = "ages such as 65+, 0-17 or 80"
_OLDEST = 120
_COMPONENTS = (
    ("fertility", "LMHK"),
    ("life expectancy", "LMHK"),
    ("internal migration", "LMHK0"),
    ("immigration", "LMHK0"),
)
"""Letters of Statistics Norway's variants: low, middle, high, constant, and 0 for no moves."""


class Ages(NamedTuple):
    """Completed years on 1 January, both ends included; `last` is -1 when open."""

    first: int
    last: int

    def __str__(self) -> str:
        if self.last == _OPEN_END:
            return f"{self.first}+"
        return f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"

    def overlaps(self, other: "Ages") -> bool:
        """Whether some age lies in both."""
        first, second = sorted((self, other))
        return first.last == _OPEN_END or second.first <= first.last


def parse_text(written: object) -> str:
    """A text that is not empty; a code that YAML read as a number is refused."""
    if isinstance(written, str):
        if not written.strip():
            raise FaultsError(Fault("empty text"))
        return written
    if isinstance(written, int | float) and not isinstance(written, bool):
        raise FaultsError(Fault("codes are text: write '{found}'; without quotes it is a number"))
    if isinstance(written, bool):
        raise FaultsError(Fault("{found} is read as a truth value; put it in quotes"))
    raise FaultsError(Fault(f"{kind_of(written)} stands where a text is expected"))


def parse_truth(written: object) -> bool:
    """Whether something is so: ``true`` or ``false`` without quotes."""
    if isinstance(written, bool):
        return written
    raise FaultsError(Fault(f"{kind_of(written)} stands where true or false is expected"))


def one_of(allowed: Collection[str], word: str) -> Callable[[object], str]:
    """Parser of a text that must be one of a closed list, called `word` in messages."""

    def parse(written: object) -> str:
        text = parse_text(written)
        if text in allowed:
            return text
        expected = "one of " + ", ".join(allowed) if len(allowed) > 1 else next(iter(allowed))
        nearest = nearest_name(text, allowed)
        raise FaultsError(Fault(f"unknown {word}", expected=expected, nearest=nearest))

    return parse


def one_or_more(parse_item: Callable[[object], Item]) -> Callable[[object], tuple[Item, ...]]:
    """Parser of one item or a list of different ones, always as a tuple."""

    def parse(written: object) -> tuple[Item, ...]:
        if not isinstance(written, list | tuple):
            return (parse_item(written),)
        if not written:
            raise FaultsError(Fault("an empty list"))
        items: list[Item] = []
        collector = Collector()
        for position, item in enumerate(written):
            with collector.under(position):
                parsed = parse_item(item)
                if parsed in items:
                    raise FaultsError(Fault("the same item twice in a list"))
                items.append(parsed)
        collector.finish()
        return tuple(items)

    return parse


def parse_by_name(
    names: Collection[str], word: str, parse_item: Callable[[object], Item], *, all_of_them: bool
) -> Callable[[object], dict[str, Item]]:
    """Parser of a map from names of a closed list, each called `word` in messages.

    Parameters
    ----------
    names
        The keys that may be written.
    word
        What a key is, as messages call it.
    parse_item
        Parser of what stands under a key.
    all_of_them
        Whether every name must be written, since what is left out is not zero.
    """
    parse_name = one_of(names, word)

    def parse(written: object) -> dict[str, Item]:
        if not isinstance(written, dict):
            expected = f"a map with {', '.join(names)}"
            message = f"{kind_of(written)} stands where a map is expected"
            raise FaultsError(Fault(message, expected=expected))
        collector = Collector()
        items: dict[str, Item] = {}
        meant = set(written)
        for key, value in written.items():
            with collector.under(key, KEY):
                try:
                    parse_name(str(key))  # a year here is no code that lacks its quotes
                except FaultsError as error:
                    meant |= {fault.nearest for fault in error.faults}
                    raise
            with collector.under(key):
                items[key] = parse_item(value)
        missing = [name for name in names if name not in meant]
        if missing and all_of_them:
            collector.faults.append(Fault(f"missing {word}: {', '.join(missing)}"))
        collector.finish()
        return items

    return parse


def parse_integer(low: int, high: int | None = None) -> Callable[[object], int]:
    """Parser of a whole number within limits."""
    expected = f"a whole number, {low} or more" if high is None else f"{low} to {high}"

    def parse(written: object) -> int:
        if isinstance(written, bool) or not isinstance(written, int):
            message = "a whole number is expected"
            if isinstance(written, str) and re.fullmatch("[0-9]+", written):
                message += f"; write {written} without quotes"
            raise FaultsError(Fault(message))
        if written < low or (high is not None and written > high):
            raise FaultsError(Fault("{found} is not allowed", expected=expected))
        return written

    return parse


def parse_count_or_word(low: int, word: str) -> Callable[[object], int | str]:
    """Parser of a whole number from `low` on, or one word in its place."""
    parse_count = parse_integer(low)

    def parse(written: object) -> int | str:
        if written == word:
            return word
        nearest = nearest_name(written, (word,)) if isinstance(written, str) else None
        if nearest is not None:
            raise FaultsError(Fault("a whole number is expected", nearest=nearest))
        return parse_count(written)

    return parse


def parse_year(written: object) -> int:
    """A calendar year of four digits."""
    if isinstance(written, bool) or not isinstance(written, int):
        expected = "a year such as 2026, without quotes"
        raise FaultsError(Fault("this is not a year", expected=expected))
    if written not in YEARS:
        raise FaultsError(Fault("years out of range", expected=f"{YEARS[0]} to {YEARS[-1]}"))
    return written


def parse_ages(written: object) -> Ages:
    """``65+``, ``0-17`` or ``80``; a single age may be a number."""
    if isinstance(written, Ages):
        return written
    text = str(written) if isinstance(written, int) and not isinstance(written, bool) else written
    match = _AGES.fullmatch(text.replace(" ", "")) if isinstance(text, str) else None
    if match is None or (match["open"] and match["last"]):
        raise FaultsError(Fault("these are not ages", expected=_AGES_EXPECTED))
    first = int(match["first"])
    last = _OPEN_END if match["open"] else int(match["last"] or first)
    if max(first, last) > _OLDEST:
        raise FaultsError(Fault(f"ages end at {_OLDEST}", expected=_AGES_EXPECTED))
    if last not in (_OPEN_END, *range(first, _OLDEST + 1)):
        raise FaultsError(Fault("the first age is above the last", expected=f"{last}-{first}"))
    return Ages(first, last)


def parse_variant(written: object) -> str:
    """Four letters: fertility, life expectancy, internal migration and immigration."""
    text = parse_text(written)
    if len(text) != len(_COMPONENTS):
        raise FaultsError(Fault("a variant has four letters", expected="MMMM or another variant"))
    faults = [
        Fault(f"letter {position} of the variant ({component}) is {letter}", expected=_or(allowed))
        for position, (letter, (component, allowed)) in enumerate(
            zip(text, _COMPONENTS, strict=True), start=1
        )
        if letter not in allowed
    ]
    if faults and text.upper() != text:
        raise FaultsError(Fault("a variant is written in capitals", expected=text.upper()))
    if faults:
        raise FaultsError(*faults)
    return text


def _or(letters: Iterable[str]) -> str:
    *others, last = letters
    return f"{', '.join(others)} or {last}" if others else last


def parse_increasing_shares(written: object) -> tuple[float, ...]:
    """A list of shares strictly between 0 and 1, from lowest to highest."""
    if not isinstance(written, list | tuple):
        raise FaultsError(Fault(f"{kind_of(written)} stands where a list is expected"))
    within = Bounds("quantile", low=0, high=1, low_open=True, high_open=True)
    shares: list[float] = []
    collector = Collector()
    for position, item in enumerate(written):
        with collector.under(position):
            shares.append(within.require(parse_number(item), item))
            if shares[:-1] and shares[-1] <= shares[-2]:
                raise FaultsError(Fault("quantiles are written from lowest to highest"))
    collector.finish()
    return tuple(shares)
