"""What the columns of an own table are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from projector.errors import InputsError, Problem, UsageError, nearest_name
from projector.inputs.labels import folded, split_year
from projector.inputs.own.grid import Grid, column_letters
from projector.inputs.own.words import key_of, words_of

__all__ = ["KINDS", "Kind", "Layout", "understand_headings"]

_LOOK_AT = 40
_PER = re.compile(r"\b(?:per|pr)\b|/|promille|‰")
_SHARE = re.compile(r"%|prosent|andel|per cent|percent")
_THOUSANDS = re.compile(r"\b(?:i|in) (?:1 ?000|tusen|thousands?)\b")
_PERHAPS_THOUSANDS = re.compile(r"\(\s*(?:1 ?000|tusen|thousands?)\s*\)")
_UNIT = re.compile(
    r"\s*(?:\([^)]*\)|,.*|\b(?:i|in) (?:1 ?000|tusen|thousands?)|\b(?:per|pr\.?) .*)\s*$"
)


@dataclass(frozen=True)
class Kind:
    """A kind of own table.

    Parameters
    ----------
    name
        What planners call it.
    table
        The table of an input set that it goes into.
    dimensions
        What its rows may be told apart by, and whether they must.
    figures
        What it counts; all are needed.
    fixed
        Columns that are the same in all rows.
    """

    name: str
    table: str
    dimensions: Mapping[str, bool]
    figures: tuple[str, ...]
    fixed: Mapping[str, str]


_USE = {"region": True, "year": True, "setting": True, "diagnosis": False}
KINDS: Mapping[str, Kind] = {
    "stays": Kind("stays", "activity_counts", _USE, ("stays",), {"measure": "contacts"}),
    "bed_days": Kind("bed_days", "activity_counts", _USE, ("bed_days",), {"measure": "bed_days"}),
    "staff": Kind(
        "staff",
        "staff_counts",
        {"region": True, "year": True, "profession": False, "of": False},
        ("heads", "fte"),
        {},
    ),
    "places": Kind(
        "places",
        "existing",
        {"site": True, "resource": True, "year": True, "serves": False},
        ("places",),
        {},
    ),
}
_FIGURES = ("stays", "bed_days", "heads", "fte", "places")
_BESIDE = ("region_name", "source", "quality")


@dataclass(frozen=True)
class Layout:
    """Which column is what.

    Parameters
    ----------
    header
        Row of the headings, counted from 0.
    columns
        Column by what it is.
    by_year
        Column by year, where figures stand under years.
    factor
        What the figures are multiplied by.
    unused
        Columns that say nothing here, by their heading.
    headings
        Heading by column.
    """

    header: int
    columns: Mapping[str, int]
    by_year: Mapping[int, int]
    factor: float
    unused: Mapping[int, str]
    headings: Mapping[int, str]


def understand_headings(  # noqa: PLR0912
    grid: Grid,
    kind: Kind,
    given: Mapping[str, str],
    unit: str | None,
    known: Sequence[str],
) -> Layout:
    """Find the row of headings, and what each column is.

    Parameters
    ----------
    grid
        The sheet.
    kind
        What is expected.
    given
        What a column is, by its heading, as the planner says.
    unit
        What a column called only *Antall* holds, or ``ones`` or ``thousands``.
    known
        What needs no column, because it was given in another way.

    Returns
    -------
    Layout

    Raises
    ------
    InputsError, UsageError
        If there are no headings, a column is missing, two columns are the same, or what a column
        holds may be read in two ways; with the option that says it.
    """
    meanings = [*kind.dimensions, *_FIGURES, *_BESIDE, "count", "sex", "ages"]
    for wrong in given.values():
        if wrong not in meanings:
            near, shown = nearest_name(wrong, meanings), ", ".join(meanings)
            message = "not something a column is"
            raise UsageError(Problem("--column", message, f"'{wrong}'", shown, near))
    header = _header_row(grid, kind, given)
    cells = grid.rows[header]
    headings = {at: cell.text for at, cell in enumerate(cells) if cell.text}
    absent = [heading for heading in given if folded(heading) not in map(folded, headings.values())]
    if absent:
        near = nearest_name(absent[0], headings.values())
        shown = ", ".join(headings.values())
        raise UsageError(Problem("--column", "no such heading", f"'{absent[0]}'", shown, near))
    named = {folded(heading) for heading in given}
    problems: list[Problem] = []
    columns: dict[str, int] = {}
    by_year: dict[int, int] = {}
    unused: dict[int, str] = {}
    for at, heading in headings.items():
        meaning = _meaning(heading, kind, given, unit)
        where = grid.where(header, at)
        dated = split_year(heading) if meaning is None else None
        if meaning in given.values() and folded(heading) not in named:
            unused[at] = heading
        elif dated is not None and _fits(dated[0], kind):
            if dated[1] in by_year:
                problems.append(Problem(where, f"the year {dated[1]} stands twice"))
            by_year[dated[1]] = at
        elif meaning is None or meaning not in {*kind.dimensions, *kind.figures, *_BESIDE}:
            unused[at] = heading
        elif meaning in columns:
            first = column_letters(columns[meaning])
            problems.append(
                Problem(
                    where,
                    f"the columns {first} and {column_letters(at)} both say: {meaning}",
                    f"'{headings[columns[meaning]]}' and '{heading}'",
                    f"one of them named: --column '{heading}={meaning}'",
                )
            )
        else:
            columns[meaning] = at
    if "region" in kind.dimensions and "region" not in columns and "region_name" in columns:
        columns["region"] = columns.pop("region_name")
    problems += _missing(grid, header, kind, columns, by_year, known, headings)
    factors = set()
    for at in (*(columns[one] for one in kind.figures if one in columns), *by_year.values()):
        factor, problem = _factor(headings[at], grid.where(header, at), unit)
        factors.add(factor)
        problems += [problem] if problem else []
    if len(factors) > 1 and not problems:
        where, expected = f"{grid.path.name}, row {header + 1}", "--unit ones or --unit thousands"
        problems.append(Problem(where, "some figures are in thousands, some not", None, expected))
    if problems:
        raise InputsError(problems)
    return Layout(header, columns, by_year, max(factors), unused, headings)


def _meaning(heading: str, kind: Kind, given: Mapping[str, str], unit: str | None) -> str | None:
    """What a column is, by its heading; None where the heading does not say."""
    for named, meaning in given.items():
        if folded(named) == folded(heading):
            return meaning
    found = key_of("column", heading) or key_of("column", _UNIT.sub("", heading))
    usable = [one for one in found if one in {*kind.dimensions, *kind.figures}] or found
    if not usable:
        return None
    if usable == ["count"]:
        if unit in kind.figures:
            return unit
        return kind.figures[0] if len(kind.figures) == 1 else None
    return usable[0]


def _fits(contents: str, kind: Kind) -> bool:
    """Whether what stands beside a year in a heading is what is counted."""
    return not contents or bool({*kind.figures, "count"} & set(key_of("column", contents)))


def _header_row(grid: Grid, kind: Kind, given: Mapping[str, str]) -> int:
    """The first row in which two headings or more are known."""
    for at, row in enumerate(grid.rows[:_LOOK_AT]):
        texts = [cell.text for cell in row if cell.text and not cell.is_number]
        known = sum(_meaning(text, kind, given, None) is not None or
                    bool(key_of("column", text)) for text in texts)  # fmt: skip
        dated = sum(split_year(cell.text) is not None for cell in row)
        if known >= 2 or (known and dated):
            return at
    first = next((row for row in grid.rows if any(cell.text for cell in row)), ())
    shown = ", ".join(f"'{cell.text}'" for cell in first if cell.text)
    expected = ", ".join(_example(one) for one in (*kind.dimensions, *kind.figures))
    raise InputsError(
        Problem(
            f"{grid.path.name}",
            "no row of headings is found",
            shown,
            f"headings such as {expected}; or --column 'HEADING=MEANING'",
        )
    )


def _example(meaning: str) -> str:
    """A heading that would be understood."""
    name = "region_name" if meaning == "region" else meaning
    return words_of("column")[name][0].capitalize()


def _missing(
    grid: Grid,
    header: int,
    kind: Kind,
    columns: Mapping[str, int],
    by_year: Mapping[int, int],
    known: Sequence[str],
    headings: Mapping[int, str],
) -> list[Problem]:
    """What is needed and no column says, with the option that would."""
    where = f"{grid.path.name}, row {header + 1}"
    shown = ", ".join(f"'{heading}'" for heading in headings.values())
    problems = []
    for name, needed in kind.dimensions.items():
        if name == "year" and by_year:
            if "year" in columns:
                expected = "one of the two"
                message = "both a column and headings say the year"
                problems.append(Problem(where, message, shown, expected))
        elif needed and name not in columns and name not in known:
            option = f"--{name} …" if name in {"year", "setting"} else f"--column 'HEADING={name}'"
            message = f"no column says: {name}"
            expected = f"a heading such as '{_example(name)}', or {option}"
            problems.append(Problem(where, message, shown, expected))
    lacking = [one for one in kind.figures if one not in columns]
    if by_year and len(kind.figures) == 1:
        if not lacking:
            message = "figures stand under years and in a column of their own"
            problems.append(Problem(where, message, shown, "one of the two"))
        lacking = []
    for name in lacking:
        unclear = [one for one in headings.values() if key_of("column", one) == ["count"]]
        hint = f"--column 'HEADING={name}'"
        if unclear and len(kind.figures) > 1:
            hint = f"--unit {name} if '{unclear[0]}' is that"
        message = f"no column says: {name}"
        expected = f"a heading such as '{_example(name)}', or {hint}"
        problems.append(Problem(where, message, shown, expected))
    return problems


def _factor(heading: str, where: str, unit: str | None) -> tuple[float, Problem | None]:
    """What the figures under a heading are multiplied by to be counts."""
    text = folded(heading)
    if unit in {"ones", "thousands"}:
        return (1000.0 if unit == "thousands" else 1.0), None
    if _SHARE.search(text):
        return 1.0, Problem(where, "a share, where a count is expected", f"'{heading}'")
    if _PER.search(text):
        return 1.0, Problem(where, "a rate, where a count is expected", f"'{heading}'")
    if _THOUSANDS.search(text):
        return 1000.0, None
    if _PERHAPS_THOUSANDS.search(text):
        expected = "--unit thousands, or --unit ones"
        return 1.0, Problem(where, "thousands, or per thousand?", f"'{heading}'", expected)
    return 1.0, None
