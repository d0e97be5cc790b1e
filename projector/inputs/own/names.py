"""What the names in an own table mean in an input set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from projector.errors import nearest_name
from projector.inputs.input_set import InputSet
from projector.inputs.labels import folded, is_nation, names_in
from projector.inputs.own.words import key_of, words_of
from projector.tables import LANGUAGES, NATION

__all__ = ["Names", "names_of_set"]

_ANY = "*"
_LISTED = 12


@dataclass(frozen=True)
class Meaning:
    """What a text means, or why it means nothing.

    Parameters
    ----------
    key
        Code or key; None where the text means nothing, or several things.
    remark
        What was mended to understand it.
    fault, expected, nearest
        As of a `Problem`.
    """

    key: str | None
    remark: str | None = None
    fault: str = ""
    expected: str | None = None
    nearest: str | None = None


@dataclass(frozen=True)
class Names:
    """The names of an input set.

    Parameters
    ----------
    regions
        Name by code.
    areas
        Names of areas.
    keyed
        By what is named (``diagnosis``, ``resource``, ``profession``, ``site``): key by its folded
        names.
    """

    regions: Mapping[str, str]
    areas: Sequence[str]
    keyed: Mapping[str, Mapping[str, str]]

    def meaning(self, column: str, text: str) -> Meaning:
        """What the text of a cell of a column means."""
        if column in {"region", "serves"}:
            return self._region(text)
        if column in {"setting", "of", "quality"}:
            known = [word for words in words_of(column).values() for word in words]
            return _one(text, key_of(column, text), column, known)
        named = self.keyed[column]
        if column in {"diagnosis", "profession"} and key_of("every", text):
            return Meaning(_ANY)
        found = named.get(folded(text))
        keys = sorted(set(named.values()))
        return _one(text, [found] if found else [], column, [*keys, *named])

    def _region(self, text: str) -> Meaning:
        """The code of a region, or the name of an area."""
        code, _, name = text.partition(" ")
        if text in self.regions:
            return Meaning(text)
        areas = [area for area in self.areas if folded(area) == folded(text)]
        if areas:
            return Meaning(areas[0])
        if is_nation(text):
            return Meaning(NATION)
        digits = code.removesuffix(".0") if not name else code
        if digits.isdigit():
            return self._code(digits, name.strip())
        found = [one for one, label in self.regions.items() if folded(text) in names_in(label)]
        return _one(text, found, "region", [*self.areas, *self.regions.values()], self.regions)

    def _code(self, digits: str, name: str) -> Meaning:
        """A code, without its first zero or with it, and its name behind it or not."""
        candidates = [code for code in (digits, f"0{digits}") if code in self.regions]
        if not candidates:
            near = nearest_name(digits, self.regions)
            return Meaning(None, fault="not the code of a region of the set", nearest=near)
        code = candidates[0]
        if name and folded(name) not in names_in(self.regions[code]):
            expected = f"{code} {self.regions[code]}"
            return Meaning(None, fault="the code and the name do not agree", expected=expected)
        lost = f"{digits} read as {code} {self.regions[code]}: the zero in front was lost"
        return Meaning(code, lost if code != digits else None)


def _one(
    text: str,
    found: Sequence[str],
    column: str,
    known: Iterable[str],
    labels: Mapping[str, str] | None = None,
) -> Meaning:
    if len(found) == 1:
        return Meaning(found[0])
    if found:
        shown = ", ".join(f"{one} {labels[one]}" if labels else one for one in found)
        fault = f"the {column} may be several"
        return Meaning(None, fault=fault, expected=f"one of {shown}")
    names = list(dict.fromkeys(known))
    expected = ", ".join(names) if names and len(names) <= _LISTED else None
    return Meaning(
        None, fault=f"unknown {column}", expected=expected, nearest=nearest_name(text, names)
    )


def names_of_set(inputs: InputSet) -> Names:
    """The names that an own table may use beside an input set."""
    tables = inputs.tables
    held = {
        "diagnosis": set(tables["diagnoses"]["diagnosis"]),
        "resource": set(tables["norms"]["resource"]),
        "profession": {
            name
            for table in ("staffing", "rosters", "workloads")
            if table in tables
            for name in tables[table]["profession"]
        },
        "site": set(tables["sites"]["site"]) if "sites" in tables else set(),
    }
    keyed = {column: {folded(key): key for key in sorted(keys)} for column, keys in held.items()}
    for row in tables["names"].to_dict("records"):
        if row["type"] in keyed and row["key"] in held[row["type"]]:
            for language in LANGUAGES:
                keyed[row["type"]].setdefault(folded(row[language]), row["key"])
    return Names(dict(inputs.population.region_names), list(inputs.areas), keyed)
