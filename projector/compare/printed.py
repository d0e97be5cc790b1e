"""A comparison as text for a terminal: what is assumed, where runs part, and what comes of it."""

import textwrap
from collections.abc import Iterator, Sequence

from projector.compare.divergence import Parted
from projector.compare.telling import SECTIONS, Cell, Teller, decimals_of
from projector.outputs.table import WIDTH, Row, Section, printed
from projector.run.measures import WHOLE

__all__ = ["printed_comparison"]

_LEFT_TO_FILES = (
    "contacts_by_diagnosis",
    "competence",
    "competence_gap",
    "working_age_share",
    "staff_supply",
    "activity_income",
    "ready_day_payment",
    "cost",
)
"""Measures that the files and the page tell of, not the terminal."""

_MOST_LABELS = 12


def printed_comparison(teller: Teller, regions: Sequence[str] = (WHOLE,)) -> str:
    """The comparison as text.

    Parameters
    ----------
    teller
        The comparison, and the language it is told in.
    regions
        Regions and areas that figures are of, each by itself; all of them together if left out.

    Returns
    -------
    str
        The runs and their letters, the assumptions that differ with file and line, where each run
        first parts from the first, then for every figure that differs a line for each run and for
        its difference, with an interval where draws were paired; last what only some have.
    """
    comparison = teller.comparison
    blocks = [[teller.title, *_sides(teller)]]
    if comparison.is_equal:
        return "\n".join([*blocks[0], "", teller.word("equal")])
    blocks.append([teller.word("assumptions"), *_assumptions(teller)])
    if comparison.tables:
        blocks.append([teller.word("inputs"), *_tables(teller)])
    blocks.append([teller.word("parted"), *_parted(teller)])
    if any(side.draws is not None for side in comparison.sides):
        lines = [line for one in comparison.paired for line in teller.pairing(one)]
        blocks.append(_wrapped(lines, "", "  "))
    blocks += [[_figures(teller, region)] for region in regions]
    if comparison.unlike:
        blocks.append([teller.word("unlike"), *_unlike(teller)])
    return "\n\n".join("\n".join(block) for block in blocks)


def _sides(teller: Teller) -> Iterator[str]:
    for i, side in enumerate(teller.comparison.sides):
        line = teller.word("side", letter=side.letter, name=side.name)
        if i == 0 and len(teller.comparison.sides) > 2:
            line += " " + teller.word("base")
        yield f"  {line}"


def _assumptions(teller: Teller) -> Iterator[str]:
    differing = teller.comparison.assumptions
    if not differing:
        yield f"  {teller.word('assumptions none')}"
    for one in differing:
        yield from _wrapped([" › ".join(one.keys)], "  ", "    ")
        for side, said in zip(teller.comparison.sides, one.said, strict=True):
            text = teller.word("not said") if said is None else f"{said.value}   {said.place}"
            yield from _wrapped([f"{side.letter}  {text}"], "    ", "       ")


def _tables(teller: Teller) -> Iterator[str]:
    for one in teller.comparison.tables:
        yield f"  {one.name}"
        for side, digest in zip(teller.comparison.sides, one.digests, strict=True):
            text = (
                teller.word("not read")
                if digest is None
                else teller.word("same digest", digest=digest[:12])
            )
            yield f"    {side.letter}  {text}"


def _parted(teller: Teller) -> Iterator[str]:
    for stages in teller.comparison.parted:
        if len(teller.comparison.parted) > 1:
            yield "  " + teller.word("parted of", letter=stages[0].letter, first=teller.first)
        for one in stages:
            yield from _wrapped([told_parting(teller, one)], "    ", "      ")


def told_parting(teller: Teller, one: Parted) -> str:
    """A sentence on what a stage of two runs has that differs."""
    stage = teller.word(f"stage {one.stage}")
    if one.values is None:
        return teller.word("parted none", stage=stage, results=one.results)
    said = teller.word(
        "parted at", stage=stage, results=one.results, differing=one.differing,
        result=teller.result(one),
    )  # fmt: skip
    figures = [teller.number(value, 3) for value in one.values]
    values = teller.word(
        "parted values", first=teller.first, one=figures[0], letter=one.letter, other=figures[1]
    )
    where = teller.where(one)
    return f"{said}: {where}: {values}" if where else f"{said}: {values}"


def _figures(teller: Teller, region: str) -> str:
    if not teller.years:
        return teller.word("no years")
    alike = more = 0
    sections = []
    for section in SECTIONS.values():
        for measure in section:
            cells = list(teller.cells(measure, teller.years, region))
            shown = [cell for cell in cells if cell.is_seen]
            if measure in _LEFT_TO_FILES:
                more += len(shown)
                alike += len(cells) - len(shown)
                continue
            alike += len(cells) - len(shown)
            rows = [row for cell in shown for row in _rows(teller, cell)]
            if rows:
                sections.append(Section(teller.heading(measure), tuple(rows)))
    notes = [teller.word("alike", count=alike)] if alike else []
    if more:
        notes.append(teller.word("more", count=more))
    if not sections and not more:
        return "\n".join([teller.word("figures none"), *notes])
    place = "" if region == WHOLE else teller.region(region)
    table = printed(place, teller.years, sections).lstrip("\n") if sections else place
    return "\n".join([teller.word("differences"), table, "", *_wrapped(notes, "", "  ")])


def _rows(teller: Teller, cell: Cell) -> Iterator[Row]:
    """Lines of one figure: its name, a line for each run, and those of its difference."""
    decimals = decimals_of(cell.values)
    apart = max(decimals, decimals_of(cell.differences))
    sides = teller.comparison.sides
    yield Row(cell.name or teller.word("whole"), ())
    for side, values in zip(sides, cell.values, strict=True):
        yield Row(f"  {side.letter}", tuple(teller.number(float(v), decimals) for v in values))
    others = zip(sides[1:], cell.differences[1:], cell.sure, teller.comparison.paired, strict=True)
    for side, values, sure, paired in others:
        said = {"letter": side.letter, "first": teller.first}
        yield Row(
            f"  {teller.word('minus', **said)}",
            tuple(teller.signed(float(value), apart) for value in values),
        )
        if sure is not None:
            low, high = teller.reach(paired)
            yield Row(
                f"  {teller.word('sure', low=low, high=high, **said)}",
                tuple(
                    teller.between(float(a), float(b), apart)
                    for a, b in zip(sure[0], sure[1], strict=True)
                ),
            )


def _unlike(teller: Teller) -> Iterator[str]:
    for one in teller.comparison.unlike:
        shown = ", ".join(one.labels[:_MOST_LABELS])
        if len(one.labels) > _MOST_LABELS:
            shown += f" … +{len(one.labels) - _MOST_LABELS}"
        line = teller.word(
            "only", axis=axis_word(teller, one.axis), letters=", ".join(one.letters), labels=shown
        )
        yield from _wrapped([line], "  ", "    ")
    if any(one.axis == "region" for one in teller.comparison.unlike):
        yield from _wrapped([teller.word("other regions")], "  ", "    ")


_AXES = (
    "year",
    "region",
    "result",
    "ages",
    "setting",
    "diagnosis",
    "resource",
    "site",
    "profession",
    "competence",
)


def axis_word(teller: Teller, axis: str) -> str:
    """What an axis is called; an axis that planners do not meet goes by its name in the files."""
    return teller.word(f"axis {axis}") if axis in _AXES else axis


def _wrapped(lines: list[str], first: str, rest: str) -> list[str]:
    return [
        part
        for line in lines
        for part in textwrap.wrap(
            line,
            WIDTH,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]
