"""The first sheet, and the last ones: what the workbook is of, and what it all rests on."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from projector.report.blocks import Cards, Items
from projector.report.sections.answer import answer
from projector.report.view import View
from projector.report.workbook.book import Book, Cell, cut_text

__all__ = ["Listed", "write_assumptions", "write_files", "write_front", "write_sources"]

_MARKED = "#fff2cc"
_ASSUMED = ("assumption", "partly", "unstated")
_TOLD_ABOVE = ("scenario", "description")
_MOST_REGIONS = 40
_WIDTHS = (30, 80, 22, 9, 34)


@dataclass(frozen=True)
class Listed:
    """A sheet in the list on the front page: its name, what it holds, unit, rows and a remark."""

    name: str
    what: str
    unit: str = ""
    rows: int | None = None
    remark: str = ""


def write_front(book: Book, sheet: Worksheet, view: View, listed: Sequence[Listed]) -> None:
    """Write the front page: what ran, the answer of the report, and the list of sheets."""
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.hide_gridlines(2)
    at = 0
    book.cell(sheet, at, 0, view.title, bold=True, font_size=18)
    at += 2
    for name, text in _facts(view):
        for piece in cut_text(text):
            book.height(sheet, at, [name, piece], _WIDTHS)
            book.cell(sheet, at, 0, name, bold=True, valign="top")
            book.cell(sheet, at, 1, piece, text_wrap=True, valign="top")
            at += 1
    for heading, lines in _answers(view):
        at += 1
        book.cell(sheet, at, 0, heading, bold=True, font_size=13)
        at += 1
        for label, line in lines:
            book.height(sheet, at, [label, line], _WIDTHS)
            book.cell(sheet, at, 0, label, bold=True, font_size=13, valign="top", align="left")
            book.cell(sheet, at, 1, line, text_wrap=True, valign="top")
            at += 1
    at += 1
    book.cell(sheet, at, 0, view.common("excel sheets"), bold=True, font_size=13)
    at += 1
    layout = view.common("excel layout")
    book.height(sheet, at, [None, layout], _WIDTHS)
    book.cell(sheet, at, 1, layout, text_wrap=True, valign="top")
    at += 1
    keys = ("excel sheet", "excel what", "excel unit", "excel rows", "excel note")
    book.row(sheet, at, [view.common(key) for key in keys], bold=True, bottom=1)
    for one in listed:
        at += 1
        book.height(sheet, at, [one.name, one.what, one.unit, None, one.remark], _WIDTHS)
        book.link(sheet, at, 0, one.name, one.name)
        book.row(sheet, at, [None, one.what, one.unit], text_wrap=True, valign="top")
        book.cell(sheet, at, 3, one.rows, num_format="#,##0", valign="top")
        book.cell(sheet, at, 4, one.remark or None, text_wrap=True, valign="top")
    sheet.print_area(0, 0, at, len(_WIDTHS) - 1)


def _facts(view: View) -> Iterator[tuple[str, str]]:
    attributes = view.tree.attrs
    yield view.common("excel made by"), f"Projector {attributes['projector_version']}"
    yield view.common("excel scenario hash"), str(attributes["scenario_sha256"])
    yield view.common("excel years"), f"{view.base}–{view.end}"
    shown = view.regions[:_MOST_REGIONS]
    more = [f"… ({len(view.regions)})"] if len(view.regions) > _MOST_REGIONS else []
    yield view.common("excel regions"), ", ".join([*shown, *more])
    yield view.common("excel draws"), view.drawn or view.common("excel no draws")
    seed = [one.value for one in view.assumptions if one.keys == ("uncertainty", "seed")]
    if view.draws is not None:
        yield view.common("excel seed"), seed[0] if seed else view.common("excel seed default")
    yield view.common("excel language"), view.common("excel language is")
    for note in str(attributes["inputs_notes"]).splitlines():
        yield view.common("excel note"), note


def _answers(view: View) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The answer of the report, block by block, each line with its figure or without."""
    section = answer(view)
    for block in section.blocks:
        if isinstance(block, Cards):
            cards = [
                (big, f"{what}: {small}" if small else what) for big, what, small in block.cards
            ]
            yield section.title, cards
        elif isinstance(block, Items) and block.sentences:
            yield block.heading, [("", sentence) for sentence in block.sentences]


def write_assumptions(book: Book, sheet: Worksheet, view: View) -> int:
    """Write every value of the scenario, those that are only assumptions marked; tells the rows."""
    headings = [view.word(key) for key in ("key", "value", "place", "basis", "source")]
    rows = [
        (
            (
                " › ".join(one.keys),
                _number(one.value),
                one.place,
                view.word(f"basis {one.basis}"),
                one.source,
            ),
            one.basis in _ASSUMED,
        )
        for one in view.assumptions
        if one.keys[0] not in _TOLD_ABOVE
    ]
    _texts(book, sheet, view, headings, rows, (50, 40, 30, 20, 60))
    return len(rows)


def write_sources(book: Book, sheet: Worksheet, view: View) -> int:
    """Write what every table of the inputs says of where its rows come from; tells the rows."""
    found = json.loads(view.tree.attrs.get("inputs_sources", "[]"))
    headings = [view.word(key) for key in ("table file", "quality", "source", "rows")]
    rows = [
        (
            (
                f"{one['file']}:{one['line']}",
                view.word(f"quality {one['quality'] or 'unstated'}"),
                str(one["source"]),
                int(one["rows"]),
            ),
            one["quality"] in ("assumption", ""),
        )
        for one in found
    ]
    _texts(book, sheet, view, headings, rows, (44, 18, 80, 10))
    return len(rows)


def write_files(book: Book, sheet: Worksheet, view: View) -> int:
    """Write the hash of the scenario and of every file of the inputs; tells the rows."""
    hashes: dict[str, str] = json.loads(view.tree.attrs["inputs_sha256"])
    told = {view.word("scenario"): str(view.tree.attrs["scenario_sha256"]), **hashes}
    rows = [((name, digest), False) for name, digest in told.items()]
    _texts(book, sheet, view, [view.word("file"), "SHA-256"], rows, (50, 70))
    return len(rows)


def _texts(
    book: Book,
    sheet: Worksheet,
    view: View,
    headings: Sequence[str],
    rows: Sequence[tuple[tuple[Cell, ...], bool]],
    widths: Sequence[int],
) -> None:
    """Rows of texts; one that a cell cannot hold goes on in the rows below."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    book.row(sheet, 0, headings, bold=True, bottom=1, bg_color="#dde7f0")
    sheet.freeze_panes(1, 0)
    at = 0
    for cells, marked in rows:
        look = {"text_wrap": True, "valign": "top"} | ({"bg_color": _MARKED} if marked else {})
        pieces = [cut_text(cell) if isinstance(cell, str) else [cell] for cell in cells]
        for piece in range(max(map(len, pieces))):
            at += 1
            own = [part[piece] if piece < len(part) else None for part in pieces]
            book.height(sheet, at, own, widths)
            book.row(sheet, at, own, **look)
    sheet.autofilter(0, 0, max(at, 1), len(headings) - 1)
    told = any(marked for _, marked in rows)
    book.printed(sheet, at + (3 if told else 1), len(headings), heading=0)
    if told:
        book.cell(sheet, at + 2, 0, view.common("excel assumed"), bg_color=_MARKED, text_wrap=True)


def _number(text: str) -> Cell:
    """A value that is a plain number as one."""
    try:
        value = float(text)
    except ValueError:
        return text
    return value if abs(value) < float("inf") else text
