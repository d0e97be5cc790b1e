"""What columns, sexes and regions are called in tables of Statistics Norway."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from projector.errors import nearest_name
from projector.tables import NATION

__all__ = [
    "SEX_LABELS",
    "Region",
    "canonical_column",
    "folded",
    "is_damaged",
    "is_nation",
    "names_in",
    "parse_code",
    "parse_regions",
    "parse_sex",
    "parse_year",
    "split_year",
]

_DAMAGE = re.compile("ï¿½|\ufffd|Ã[\u0080-\u2122]")
"""A letter that was written in one encoding and read in another."""


def is_damaged(text: str) -> bool:
    """Whether a wrong encoding has spoilt letters of the text."""
    return _DAMAGE.search(text) is not None


def folded(text: str) -> str:
    """Lower case, one space between words, ``?`` for a spoilt letter: how labels are compared."""
    mended = _DAMAGE.sub("?", unicodedata.normalize("NFC", text))
    return " ".join(mended.casefold().replace("–", "-").split())


_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "region": ("region", "regions", "code", "kode", "kommune", "municipality", "bydel"),
        "region_name": ("name", "navn", "region_name", "region name", "regionnavn"),
        "sex": ("sex", "kjønn", "kj?nn", "kjonn", "gender"),
        "ages": ("age", "ages", "age_group", "age group", "alder", "aldersgruppe"),
        "year": ("year", "år", "?r", "aar", "tid", "time"),
        "contents": ("contents", "contentscode", "statistikkvariabel"),
    }
)
_CANONICAL = {label: name for name, labels in _COLUMNS.items() for label in labels}

SEX_LABELS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("female", "females", "women", "kvinner", "kvinne", "2"), "female")
    | dict.fromkeys(("male", "males", "men", "menn", "mann", "1"), "male")
    | dict.fromkeys(
        ("both", "both sexes", "begge kjønn", "begge kj?nn", "begge", "0", "i alt"), "both"
    )
)
"""Sex by label; Statistics Norway codes men 1 and women 2."""

_YEAR_IN_HEADING = re.compile(
    r"(?:(?P<contents>.*?)[\s_,]+)?(?P<year>(?:1[6-9]|20|21)[0-9]{2})(?:[.,]0)?"
)
_YEAR = re.compile(r"([0-9]{4})(?:[.,]0)?")
_REGION = re.compile(
    r"(?:[A-Za-z]{1,3}-)?(?P<code>[0-9]+(?:-[0-9]+)?)[a-z]{0,2}(?:\s+(?P<name>\S.*))?"
)
_REST = re.compile(r"(?:[A-Za-z]{1,3}-)?(?P<code>Rest)(?:\s+(?P<name>\S.*))?")
_VALIDITY = re.compile(r"\((?P<years>(?P<first>[0-9]{4})?-[0-9]{4})\)$")
_NATION = frozenset({"norge", "noreg", "norway", "hele landet", "the whole country"})
_MUNICIPALITY = 4
_LENGTHS_WITHOUT_ZERO = (3, 5, 7)
"""Municipalities have four digits, wards six, basic units eight."""


def is_nation(name: str) -> bool:
    """Whether a name is that of the whole country."""
    return folded(name) in _NATION


def names_in(label: str) -> set[str]:
    """Every name in a label: ``Porsanger - Porsáŋgu - Porsanki`` has three, and itself."""
    return {folded(label), *(folded(part) for part in label.split(" - "))}


def canonical_column(label: str) -> str | None:
    """The name this program has for a column, or None for one it does not know."""
    return _CANONICAL.get(folded(label))


def split_year(heading: str) -> tuple[str, int] | None:
    """Contents and year of a heading such as ``Persons 2020``, or None where it ends otherwise."""
    match = _YEAR_IN_HEADING.fullmatch(heading)
    return None if match is None else (match["contents"] or "", int(match["year"]))


def parse_year(label: str) -> int | None:
    """The year of a label, ``2026`` or ``2026.0`` as spreadsheets may write it, or None."""
    match = _YEAR.fullmatch(label)
    return None if match is None else int(match[1])


def parse_sex(label: str) -> str:
    """``female``, ``male`` or ``both``.

    Raises
    ------
    ValueError
        If the label names no sex; the message holds the nearest one that does.
    """
    found = SEX_LABELS.get(folded(label))
    if found is None:
        near = nearest_name(label, [known for known in SEX_LABELS if not known.isdigit()])
        raise ValueError("unknown sex" + (f", perhaps '{near}'" if near else ""))
    return found


@dataclass(frozen=True)
class Region:
    """A region label taken apart; `code` is None where the label has none."""

    code: str | None
    name: str | None


def parse_code(code: str) -> str:
    """A region code, held against the loss of its leading zero.

    Raises
    ------
    ValueError
        If the code is digits only and one digit too short; the message holds the likely code.
    """
    if code.isascii() and code.isdigit() and len(code) in _LENGTHS_WITHOUT_ZERO:
        raise ValueError(f"the code has lost its leading zero, perhaps '0{code}'")
    return code


def _parse_region(label: str) -> Region:
    if is_nation(label):
        return Region(NATION, label)
    match = _REGION.fullmatch(label) or _REST.fullmatch(label)
    if match is None:
        return Region(None, label)
    code, name = parse_code(match["code"]), match["name"]
    ended = _VALIDITY.search(name or "")
    # A ward's code with a first and a last year was given to another ward afterwards; those of
    # municipalities are not used again.
    if ended and ended["first"] and len(code) > _MUNICIPALITY:
        code = f"{code} ({ended['years']})"
    return Region(code, name)


def parse_regions(labels: Sequence[str]) -> tuple[tuple[Region, ...], Mapping[int, str]]:
    """Codes and names of region labels.

    ``K-3039 Flå`` is 3039, ``030110a Grorud`` is 030110 and ``030110 Lambertseter (1988-2003)``,
    whose code Grorud has taken over, is ``030110 (1988-2003)``. Where an ended region,
    ``0702 Holmestrand (-2017)``, would still share its code with another, its years are added too.

    Parameters
    ----------
    labels
        Distinct labels of one file.

    Returns
    -------
    regions
        One per label.
    faults
        What is wrong, by position: a lost leading zero, or a code that two labels share.
    """
    faults: dict[int, str] = {}
    regions: list[Region] = []
    for position, label in enumerate(labels):
        try:
            regions.append(_parse_region(label))
        except ValueError as error:
            faults[position] = str(error)
            regions.append(Region(None, label))
    shared = Counter(region.code for region in regions)
    for position, region in enumerate(regions):
        ended = _VALIDITY.search(region.name or "")
        if region.code and shared[region.code] > 1 and ended:
            regions[position] = Region(f"{region.code} ({ended['years']})", region.name)
    first: dict[str, int] = {}
    for position, region in enumerate(regions):
        if region.code is None:
            continue
        other = first.setdefault(region.code, position)
        if other != position:
            faults[position] = f"code {region.code} belongs to '{labels[other]}' as well"
    return tuple(regions), faults
