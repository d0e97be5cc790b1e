"""The sections of the page of a comparison."""

from collections.abc import Iterator, Sequence

import numpy as np
from markupsafe import Markup

from projector.compare.printed import axis_word, told_parting
from projector.compare.telling import SECTIONS, Cell, Teller, decimals_of
from projector.outputs.words import number
from projector.report.blocks import Block, Gallery, Items, Paragraph, Section, Table
from projector.report.drawing import MOST_SERIES, Line, lines
from projector.run.measures import WHOLE

__all__ = ["sections"]

_LARGEST = 8
"""Differences that the answer tells of, for each run."""

_MOST_PICTURES = 12
_MOST_ROWS = 400
"""Rows of a table by region; a page of a country would be larger than anybody reads."""

_ANSWERED = (
    "people",
    "contacts",
    "bed_days",
    "beds",
    "places",
    "rooms",
    "beds_gap",
    "refusal",
    "staff",
    "staff_gap",
)
"""Measures that the answer may tell of."""


def sections(teller: Teller) -> Iterator[Section]:
    """Every section of the page.

    Parameters
    ----------
    teller
        The comparison, and the language it is told in.

    Yields
    ------
    Section
        The answer, what differs in the assumptions, where the runs part, then the figures.
    """
    yield Section("answer", teller.word("answer"), list(_answer(teller)))
    yield Section("assumptions", teller.word("assumptions"), list(_assumptions(teller)))
    yield Section("parted", teller.word("parted"), list(_parted(teller)))
    for key, measures in SECTIONS.items():
        blocks = [block for measure in measures for block in _figures(teller, measure)]
        told = blocks or [Paragraph(teller.word("section none"))]
        yield Section(key, teller.word(f"{key} section"), told)


def _answer(teller: Teller) -> Iterator[Block]:
    comparison = teller.comparison
    yield Paragraph(teller.word("answer lead", name=comparison.sides[0].name))
    yield _runs(teller)
    if comparison.is_equal:
        yield Paragraph(teller.word("equal"))
        return
    if not teller.years:
        yield Paragraph(teller.word("no years"))
        return
    for position, side in enumerate(comparison.sides[1:], start=1):
        told = list(_sentences(teller, position))
        heading = teller.word(
            "largest", year=teller.years[-1], letter=side.letter, first=teller.first
        )
        yield Items(heading, tuple(told) or (teller.word("figures none"),))
    pairing = [line for one in comparison.paired for line in teller.pairing(one)]
    yield Items(teller.word("how sure"), tuple(pairing))
    if comparison.unlike:
        yield Items(teller.word("unlike"), tuple(_unlike(teller)))


def _runs(teller: Teller) -> Table:
    headers = ("letter", "scenario", "from", "draws", "seed")
    rows = tuple(
        (
            side.letter,
            side.name,
            side.given.where,
            "–" if side.draws is None else teller.number(side.draws, 0),
            str(side.seed),
        )
        for side in teller.comparison.sides
    )
    return Table(
        tuple(teller.word(key) for key in headers), rows, texts=3, title=teller.word("scenarios")
    )


def _sentences(teller: Teller, position: int) -> Iterator[str]:
    """The largest differences of a side in the last year, as shares of what they are of."""
    letter = teller.comparison.sides[position].letter
    found: list[tuple[float, Cell]] = []
    for measure in _ANSWERED:
        for cell in teller.cells(measure, teller.years):
            one, other = cell.values[0, -1], cell.values[position, -1]
            if abs(other - one) >= 0.05 and max(abs(one), abs(other)) > 0:
                found.append((abs(other - one) / max(abs(one), abs(other)), cell))
    found.sort(key=lambda item: -item[0])
    for _, cell in found[:_LARGEST]:
        yield _sentence(teller, cell, position, letter)


def _sentence(teller: Teller, cell: Cell, position: int, letter: str) -> str:
    heading = teller.heading(cell.measure.name)
    what = f"{heading}: {cell.name}" if cell.name else heading
    one, other = (float(cell.values[i, -1]) for i in (0, position))
    decimals = decimals_of(cell.values[[0, position], -1])
    apart = max(decimals, decimals_of(np.array([other - one])))
    text = teller.word(
        "sentence", what=what, first=teller.first, letter=letter,
        one=teller.number(one, decimals), other=teller.number(other, decimals),
        difference=teller.signed(other - one, apart),
    )  # fmt: skip
    sure = cell.sure[position - 1]
    if sure is None or np.isnan(sure[0][-1]):
        return text
    low, high = (teller.signed(float(end[-1]), apart) for end in sure[:2])
    return f"{text} {teller.word('sentence sure', low=low, high=high)}"


def _unlike(teller: Teller) -> Iterator[str]:
    for one in teller.comparison.unlike:
        letters, labels = ", ".join(one.letters), ", ".join(one.labels)
        yield teller.word("only", axis=axis_word(teller, one.axis), letters=letters, labels=labels)
    if any(one.axis == "region" for one in teller.comparison.unlike):
        yield teller.word("other regions")


def _assumptions(teller: Teller) -> Iterator[Block]:
    comparison = teller.comparison
    if not comparison.assumptions:
        yield Paragraph(teller.word("assumptions none"))
    else:
        headers = [teller.word("key")]
        for side in comparison.sides:
            headers += [side.letter, f"{side.letter}, {teller.word('file')}"]
        rows = []
        for one in comparison.assumptions:
            row = [" › ".join(one.keys)]
            for said in one.said:
                row += [teller.word("not said"), ""] if said is None else [said.value, said.place]
            rows.append(tuple(row))
        files = frozenset(range(2, len(headers), 2))
        yield Table(tuple(headers), tuple(rows), texts=len(headers), kept=files)
    if comparison.tables:
        headers = [teller.word("table"), *(side.letter for side in comparison.sides)]
        yield Table(
            tuple(headers),
            tuple(
                (
                    one.name,
                    *(teller.word("not read") if d is None else d[:12] for d in one.digests),
                )
                for one in comparison.tables
            ),
            texts=len(headers),
            title=teller.word("inputs"),
        )


def _parted(teller: Teller) -> Iterator[Block]:
    for stages in teller.comparison.parted:
        heading = teller.word("parted of", letter=stages[0].letter, first=teller.first)
        yield Items(heading, tuple(told_parting(teller, one) for one in stages))


def _figures(teller: Teller, measure: str) -> Iterator[Block]:
    """Pictures and the table of all regions together, and a table by region."""
    seen = [cell for cell in teller.cells(measure, teller.years) if cell.is_seen]
    by_region = _by_region(teller, measure)
    if seen:
        yield _gallery(teller, measure, seen)
    if by_region is not None:
        yield by_region


def _gallery(teller: Teller, measure: str, seen: Sequence[Cell]) -> Gallery:
    common = teller.comparison.years
    whole = {tuple(cell.part.items()): cell for cell in teller.cells(measure, common)}
    most = sorted(seen, key=lambda cell: -_share(cell))[:_MOST_PICTURES]
    drawn = [whole[tuple(cell.part.items())] for cell in seen if any(cell is one for one in most)]
    pictures = (_picture(teller, cell, common) for cell in drawn)
    drawings = tuple(picture for picture in pictures if picture is not None)
    notes = [teller.word("own scale")]
    if len(teller.comparison.sides) > MOST_SERIES:
        notes.append(teller.word("most series", count=MOST_SERIES))
    table = Table(
        _headers(teller), tuple(row for cell in seen for row in _rows(teller, cell)), texts=2
    )
    return Gallery(teller.heading(measure), drawings, table, " ".join(notes))


def _share(cell: Cell) -> float:
    """The largest difference as a share of what it is of."""
    largest = np.nan_to_num(np.abs(cell.values)).max(initial=0.0)
    return float(np.nan_to_num(np.abs(cell.differences)).max(initial=0.0) / (largest or 1.0))


def _picture(teller: Teller, cell: Cell, years: Sequence[int]) -> Markup | None:
    name = cell.name or teller.heading(cell.measure.name)
    sides = list(zip(teller.comparison.sides, cell.values, strict=True))[:MOST_SERIES]
    drawn = [(side, values) for side, values in sides if not np.isnan(values).any()]
    if not drawn:  # what a run has in some years only has its figures in the table
        return None
    told = "; ".join(
        teller.word(
            "line value", letter=side.letter, first=teller.number(float(values[0]), 1),
            last=teller.number(float(values[-1]), 1),
        )
        for side, values in drawn
    )  # fmt: skip
    return lines(
        list(years),
        [Line(side.letter, [float(value) for value in values]) for side, values in drawn],
        title=name,
        description=teller.word("line desc", name=name, told=told),
        figure=lambda value: _axis(teller, value),
        width=300.0,
        height=160.0,
        heading=name,
    )


def _axis(teller: Teller, value: float) -> str:
    decimals = next((n for n in range(4) if round(value, n) == round(value, 6)), 4)
    return number(value, teller.language, decimals)


def _headers(teller: Teller) -> tuple[str, ...]:
    return (teller.word("result"), "", *map(str, teller.years))


def _rows(teller: Teller, cell: Cell) -> Iterator[tuple[str, ...]]:
    """Rows of one figure: each side, and its difference from the first with an interval."""
    decimals = decimals_of(cell.values)
    apart = max(decimals, decimals_of(cell.differences))
    sides = teller.comparison.sides
    name = cell.name or teller.word("whole")
    for side, values in zip(sides, cell.values, strict=True):
        yield (name, side.letter, *(teller.number(float(v), decimals) for v in values))
    others = zip(sides[1:], cell.differences[1:], cell.sure, teller.comparison.paired, strict=True)
    for side, values, sure, paired in others:
        said = {"letter": side.letter, "first": teller.first}
        figures = [teller.signed(float(value), apart) for value in values]
        yield (name, teller.word("minus", **said), *figures)
        if sure is not None:
            low, high = teller.reach(paired)
            spans = [
                teller.between(float(a), float(b), apart)
                for a, b in zip(sure[0], sure[1], strict=True)
            ]
            yield (name, teller.word("sure", low=low, high=high, **said), *spans)


def _by_region(teller: Teller, measure: str) -> Table | None:
    """Differences of every region and area that has any."""
    cells = [
        cell
        for cell in teller.cells(measure, teller.years, region=None)
        if cell.is_seen and cell.part.get("region", WHOLE) != WHOLE
    ]
    if not cells:
        return None
    rows = [row for cell in cells for row in _rows(teller, cell)]
    title = f"{teller.heading(measure)}. {teller.word('by region')}"
    if len(rows) > _MOST_ROWS:
        more = teller.word("more rows", count=len(rows) - _MOST_ROWS, file=f"{measure}.csv")
        rows = [*rows[:_MOST_ROWS], (more, "", *("" for _ in teller.years))]
    return Table(_headers(teller), tuple(rows), texts=2, title=title, folded=True)
