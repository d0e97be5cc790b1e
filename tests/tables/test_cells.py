"""Texts in CSV are never formulas, and come back as they were."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.inputs.delimited import read_cells
from projector.outputs.study import write_study
from projector.outputs.tidy import table_text, write_table
from projector.tables.cells import guarded, unguarded

FORMULA = '=HYPERLINK("http://example.org","x")'


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\n a1"), max_size=6) | st.text(max_size=8))
def test_every_text_comes_back_and_none_begins_like_a_formula(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize("text", ["Hol", "'Hol'", "", "0301", "80+", "o'er", "2026-2040"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


def test_our_own_reader_takes_the_apostrophe_away(tmp_path: Path) -> None:
    table = pd.DataFrame({"name": [FORMULA, "'=a", "-Hol", "Gol"], "value": [1.0, -2.5, np.nan, 4]})
    write_table(table, tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows] == ["name", f"'{FORMULA}", "''=a", "'-Hol", "Gol"]
    assert [row[1] for row in rows] == ["value", "1", "-2.5", "", "4"]
    cells = read_cells(tmp_path / "table.csv")
    names = cells.columns[0]
    assert [names.texts[place] for place in names.index] == [FORMULA, "'=a", "-Hol", "Gol"]


def test_headings_and_tables_of_studies_are_guarded_too(tmp_path: Path) -> None:
    assert table_text(pd.DataFrame({"@a": ["b"]})) == "'@a\nb\n"
    write_study({"t": pd.DataFrame({"n": ["+1+1"]})}, "scenario: x\n", tmp_path / "s", "A study")
    assert (tmp_path / "s/csv/t.csv").read_text() == "n\n'+1+1\n"
