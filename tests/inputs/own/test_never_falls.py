"""Whatever a file holds: it is understood, or refused with a place. Nothing else happens."""

import io
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.errors import ProjectorError
from projector.inputs.input_set import load_inputs
from projector.inputs.own.figures import read_figures
from projector.inputs.own.grid import Cell, Grid, column_letters, read_grid
from projector.inputs.own.headings import KINDS, understand_headings
from projector.inputs.own.names import Names, names_of_set
from projector.inputs.own.rows import Given, understand_rows
from tests.embedded import CASE_AREAS

GIVEN = Given(None, None, None, (), "own", "official")
WORDS = [
    "Kommune", "Kommunenr", "År", "Nivå", "Antall opphold", "Opphold", "2023", "2023.0", "1 2,5",
    "1,234", "1.234", "KAD", "korttid", "Ål", "Hol", "3328", "0301", "301", "Sum", "Kilde: x", ":",
    "-", "..", "", " ", "\ufeff", "=1+1", "#REF!", "\u2212 5", "9" * 400, "1e999", "NaN", "\x00",
    "Sted", "Plasser", "Type plass", "Hallingdal sjukestugu", "Ansatte", "Årsverk", "Yrke", "n",
]  # fmt: skip


@cache
def names() -> Names:
    return names_of_set(load_inputs(CASE_AREAS, {}))


def grid_of(rows: list[list[str]]) -> Grid:
    cells = tuple(tuple(Cell(text) for text in row) for row in rows)
    return Grid(Path("own.csv"), None, cells, ())


@given(
    kind=st.sampled_from(sorted(KINDS)),
    rows=st.lists(st.lists(st.sampled_from(WORDS) | st.text(max_size=6), max_size=6), max_size=8),
    headed=st.booleans(),
)
def test_any_cells_are_understood_or_refused(
    kind: str, rows: list[list[str]], headed: bool
) -> None:
    headings = {
        "stays": ["Kommune", "Nivå", "År", "Opphold"],
        "bed_days": ["Kommune", "Nivå", "2022", "2023"],
        "staff": ["Kommune", "År", "Ansatte", "Årsverk"],
        "places": ["Sted", "Type plass", "År", "Plasser"],
    }
    grid = grid_of([headings[kind], *rows] if headed else rows)
    try:
        layout = understand_headings(grid, KINDS[kind], {}, None, [])
        found = understand_rows(grid, KINDS[kind], layout, names(), GIVEN)
    except ProjectorError as error:
        problems, years = error.problems, []
    else:
        problems, years = (), [row.values["year"] for row in found.rows]
    assert all(problem.where and problem.message for problem in problems)
    assert all(year.isdigit() for year in years)


@given(content=st.binary(max_size=60) | st.sampled_from([b"PK\x03\x04", b"\xff\xfea", b"\xfe\xff"]))
def test_any_bytes_are_a_grid_or_refused(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "own.csv"
    path.write_bytes(content)
    said = "own.csv"
    try:
        read_grid(path)
    except ProjectorError as error:
        said = str(error)
    assert "own.csv" in said


@given(values=st.lists(st.floats(0, 1e6).map(lambda value: round(value, 2)), min_size=1))
def test_figures_are_read_as_they_were_written(values: list[float]) -> None:
    norwegian = [f"{value:,.2f}".replace(",", "\u00a0").replace(".", ",") for value in values]
    grid = grid_of([[text] for text in norwegian])
    read = read_figures(grid, 0, range(len(values)), None, 1.0)
    assert not read.problems
    assert list(read.values.values()) == values


@given(column=st.integers(0, 20_000))
def test_columns_are_lettered_as_spreadsheets_do(column: int) -> None:
    number = 0
    for letter in column_letters(column):
        number = number * 26 + ord(letter) - ord("A") + 1
    assert number == column + 1


@cache
def sound_workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in (["Kommune", "År", "Opphold"], ["Ål", 2023, 88], ["Hol", 2023, 61.5]):
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


@settings(max_examples=40)
@given(place=st.floats(0, 1), piece=st.binary(min_size=1, max_size=4), cut=st.booleans())
def test_a_spoilt_workbook_is_read_or_refused(
    place: float, piece: bytes, cut: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = sound_workbook()
    at = 4 + int(place * (len(whole) - 8))
    path = tmp_path_factory.getbasetemp() / "own.xlsx"
    path.write_bytes(whole[:at] if cut else whole[:at] + piece + whole[at + len(piece) :])
    said = "own.xlsx"
    try:
        read_grid(path)
    except ProjectorError as error:
        said = str(error)
    assert "own.xlsx" in said
