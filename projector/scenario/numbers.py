"""Numbers as planners write them: percent, bounds, and what is wrong with a near miss."""

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from projector.scenario.faults import Fault, FaultsError

__all__ = ["ANY", "NUMBER_PATTERN", "PERCENT_PATTERN", "YEARS", "Bounds", "kind_of", "parse_number"]

YEARS = range(1900, 2101)
"""Calendar years that may be written."""

NUMBER_PATTERN = r"[+-]?[0-9]+(\.[0-9]+)?"
PERCENT_PATTERN = NUMBER_PATTERN + r"\s*%"
_PERCENT = re.compile(rf"(?P<number>{NUMBER_PATTERN})\s*%")
_NUMBER_OR_PERCENT = re.compile(NUMBER_PATTERN + "%?")
_PERHAPS_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+")
_MINUS = "\N{MINUS SIGN}"
_HUNDRED = 100
_LONGEST = 24
"""Characters of a number; more digits are no number of anything."""


@dataclass(frozen=True)
class Bounds:
    """The numbers a field allows.

    Parameters
    ----------
    word
        What the number is, as messages call it.
    low, high
        The limits; None where there is none.
    low_open, high_open
        Whether the limit itself lies outside.
    """

    word: str
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    def hold(self, number: float) -> bool:
        """Whether the number lies within."""
        above = self.low is None or number > self.low or (number == self.low and not self.low_open)
        below = (
            self.high is None or number < self.high or (number == self.high and not self.high_open)
        )
        return above and below

    def __str__(self) -> str:
        low, high = (None if limit is None else f"{limit:g}" for limit in (self.low, self.high))
        if low is not None and high is not None:
            if self.low_open and self.high_open:
                return f"strictly between {low} and {high}"
            return f"above {low}, at most {high}" if self.low_open else f"from {low} to {high}"
        if low is not None:
            return f"above {low}" if self.low_open else f"{low} or more"
        return f"{high} or less" if high is not None else "any number"

    def require(self, number: float, written: object = None) -> float:
        """The number itself.

        Raises
        ------
        FaultsError
            If it lies outside; a share above 1 is asked whether percent was meant.
        """
        if self.hold(number):
            return number
        hint = ""
        if self.high == 1 and 1 < number <= _HUNDRED and not isinstance(written, str):
            hint = f"; write {number:g} % if percent is meant"
        if self.low is None or self.high is None or self.low_open:
            message = f"{self.word} {{found}} is not allowed{hint}"
            raise FaultsError(Fault(message, expected=str(self)))
        message = f"{self.word} {{found}} lies outside {self.low:g}–{self.high:g}{hint}"
        raise FaultsError(Fault(message))


ANY = Bounds("number")


def kind_of(written: object) -> str:
    """What a value is, in the words of a message."""
    match written:
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case dict():
            return "a map"
        case list() | tuple():
            return "a list"
        case _:
            return "something else"


def parse_number(written: object) -> float:
    """The number that was written; ``85 %`` is 0.85, rounded once from the decimal digits.

    Raises
    ------
    FaultsError
        If it is no number, with the form to write where one can be guessed.
    """
    if isinstance(written, int | float) and not isinstance(written, bool):
        if not math.isfinite(written):
            raise FaultsError(Fault("{found} is not a finite number"))
        return float(written)
    if isinstance(written, str):
        if match := _PERCENT.fullmatch(written.strip()):
            if len(match["number"]) > _LONGEST:
                raise FaultsError(Fault("the number has too many digits"))
            return float(Decimal(match["number"]).scaleb(-2))
        if near := _near_miss(written):
            raise FaultsError(near)
    expected = "a number, such as 12, 0.85 or 85 %"
    raise FaultsError(
        Fault(f"{kind_of(written)} stands where a number is expected", expected=expected)
    )


def _near_miss(written: str) -> Fault | None:
    """What is wrong with a text that is almost a number."""
    corrected = "".join(written.split()).replace(",", ".").replace(_MINUS, "-")
    if not _NUMBER_OR_PERCENT.fullmatch(corrected):
        return None
    if _PERHAPS_THOUSANDS.fullmatch(written):
        bare = written.replace(",", "")
        return Fault(f"the comma may part thousands or decimals; write {bare} or {corrected}")
    if "," in written:
        reason = "a decimal comma is not understood"
    elif _MINUS in written:
        reason = "this minus sign is not understood"
    elif len(written.split("%", maxsplit=1)[0].split()) > 1:
        reason = "a number has no spaces inside"
    else:
        return Fault(f"a number in quotes is a text; write {corrected} without quotes")
    return Fault(f"{reason}; write {corrected.replace('%', ' %')}")
