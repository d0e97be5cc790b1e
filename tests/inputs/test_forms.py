"""One table in every form that a planner's programs write it in is one and the same table."""

import gzip
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projector.inputs.read import Population, read_population, read_table

NAMES = {
    "5610": "Kárášjohka - Karasjok",
    "5612": "Guovdageaidnu - Kautokeino",
    "3330": "Ål",
    "3905": "Tønsberg",
}
Row = list[str]
HEADINGS = ["region", "name", "sex", "age", "year", "persons"]


def rows() -> list[Row]:
    return [
        [code, name, sex, age, str(year), str(1000 * place + 250 + number)]
        for place, (code, name) in enumerate(NAMES.items(), start=1)
        for number, (sex, age, year) in enumerate(
            (sex, age, year)
            for sex in ("female", "male")
            for age in ("0-39", "40+")
            for year in (2020, 2021)
        )
    ]


def text(table: list[Row], delimiter: str = ";") -> str:
    return "".join(delimiter.join(row) + "\n" for row in [HEADINGS, *table])


def each(column: int, change: Callable[[str], str]) -> str:
    return text([[*row[:column], change(row[column]), *row[column + 1 :]] for row in rows()])


def thousands(space: str) -> str:
    return each(5, lambda figure: f"{int(figure):,}".replace(",", space))


FORMS: dict[str, bytes] = {
    "Windows line ends": text(rows()).replace("\n", "\r\n").encode(),
    "line ends of an old Mac": text(rows()).replace("\n", "\r").encode(),
    "byte order mark": text(rows()).encode("utf-8-sig"),
    "comma": text(rows(), ",").encode(),
    "tab": text(rows(), "\t").encode(),
    "no last line end": text(rows()).rstrip("\n").encode(),
    "empty lines at the end": (text(rows()) + "\n\r\n  \n").encode(),
    "lines of delimiters at the end": (text(rows()) + ";;;;;\n; ;;;;\n").encode(),
    "decomposed letters": unicodedata.normalize("NFD", text(rows())).encode(),
    "spaces around cells": each(1, lambda name: f"  {name} ").encode(),
    "spaces that do not break around cells": each(0, lambda code: f"\u00a0{code}\u00a0").encode(),
    "spaces that do not break in names": each(1, lambda n: n.replace(" ", "\u00a0")).encode(),
    "years as 2020.0": each(4, lambda year: f"{year}.0").encode(),
    "years as 2020,0": each(4, lambda year: f"{year},0").encode(),
    "persons as 1250.0": each(5, lambda figure: f"{figure}.0").encode(),
    "persons with a decimal comma": each(5, lambda figure: f"{figure},0").encode(),
    "thousands with a space": thousands(" ").encode(),
    "thousands with a space that does not break": thousands("\u00a0").encode(),
    "thousands with a thin space": thousands("\u202f").encode(),
    "every cell in quotes": "".join(
        ";".join(f'"{cell}"' for cell in row) + "\n" for row in [HEADINGS, *rows()]
    ).encode(),
    "a title line": ("Folkemengde\n\n" + text(rows())).encode(),
    "gzipped": gzip.compress(text(rows()).encode()),
    "gzipped in two pieces": gzip.compress(text(rows()).encode()[:99])
    + gzip.compress(text(rows()).encode()[99:]),
    "rows in another order": text(sorted(rows(), key=lambda row: row[::-1])).encode(),
    "JSON-stat with decomposed names": b"",
}
LATIN = {code: name for code, name in NAMES.items() if not code.startswith("56")}


def jsonstat() -> bytes:
    """The same table as JSON-stat2."""
    axes = {
        "Region": list(NAMES),
        "Kjonn": ["2", "1"],
        "Alder": ["0-39", "40+"],
        "Tid": ["2020", "2021"],
    }
    labels = {
        "Region": {code: unicodedata.normalize("NFD", name) for code, name in NAMES.items()},
        "Kjonn": {"2": "Kvinner", "1": "Menn"},
        "Alder": {"0-39": "0-39 år", "40+": "40 år eller eldre"},
        "Tid": {"2020": "2020", "2021": "2021"},
    }
    keys = {"Region": "region", "Kjonn": "kjønn", "Alder": "alder", "Tid": "år"}
    document = {
        "version": "2.0",
        "class": "dataset",
        "id": list(axes),
        "size": [len(codes) for codes in axes.values()],
        "dimension": {
            axis: {"label": keys[axis], "category": {"index": codes, "label": labels[axis]}}
            for axis, codes in axes.items()
        },
        "value": [int(row[5]) for row in rows()],
    }
    return json.dumps(document).encode()


FORMS["JSON-stat with decomposed names"] = jsonstat()


def read(folder: Path, content: bytes) -> Population:
    path = folder / "people.csv"
    path.write_bytes(content)
    return read_population([path])


def same(one: Population, other: Population) -> None:
    xr.testing.assert_equal(one.persons, other.persons.sel(region=one.persons["region"]))
    assert dict(one.region_names) == dict(other.region_names)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_says_the_same(form: str, tmp_path: Path) -> None:
    people = read(tmp_path, FORMS[form])
    same(read(tmp_path, text(rows()).encode()), people)
    assert dict(people.region_names) == NAMES


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_windows_letters_say_the_same(encoding: str, tmp_path: Path) -> None:
    kept = [row for row in rows() if row[0] in LATIN]
    people = read(tmp_path, text(kept).encode(encoding))
    same(read(tmp_path, text(kept).encode()), people)
    assert dict(people.region_names) == LATIN


@given(st.integers(0, 2**32))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_columns_and_rows_may_stand_in_any_order(tmp_path: Path, seed: int) -> None:
    chance, table = Random(seed), [HEADINGS, *rows()]
    order = list(range(5))
    chance.shuffle(order)
    body = table[1:]
    chance.shuffle(body)
    shuffled = [[row[column] for column in [*order, 5]] for row in [HEADINGS, *body]]
    content = "".join(";".join(row) + "\n" for row in shuffled).encode()
    same(read(tmp_path, text(rows()).encode()), read(tmp_path, content))


def test_symbols_are_missing_and_only_nil_is_zero(tmp_path: Path) -> None:
    table = rows()
    table[0][5] = "-"
    people = read(tmp_path, text(table).encode())
    assert people.persons.values[0, 0, 0, 0] == 0
    head = "region,year,setting,measure,diagnosis,count,source,quality\n"
    path = tmp_path / "activity_counts.csv"
    for symbol in (":", ".", "..", "…"):
        path.write_text(f"{head}3330,2020,inpatient,contacts,*,{symbol},x,official\n", "utf-8")
        assert np.isnan(read_table(path, "activity_counts")["count"].iloc[0]), symbol


def test_names_with_letters_of_two_code_points_are_the_same_in_every_table(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    lines = "area,member,source,quality\nGuovdageaidnu–Ål,3330,x,official\n"
    path.write_text(unicodedata.normalize("NFD", lines), "utf-8")
    assert list(read_table(path, "areas")["area"]) == ["Guovdageaidnu–Ål"]
