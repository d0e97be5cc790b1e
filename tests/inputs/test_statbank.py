import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projector.errors import InputsError
from projector.inputs.numbers import parse_numbers
from projector.inputs.read import read_long
from tests.shared import SHARED, needs_shared

ENGLISH = (
    '"region";"sex";"age";"Persons 2020"',
    "Males",
    "Females",
    "0 years",
    "105 years or older",
)
NORWEGIAN = (
    '"region";"kjønn";"alder";"Personer 2020"',
    "Menn",
    "Kvinner",
    "0 år",
    "105 år eller eldre",
)


def rows(words: tuple[str, ...]) -> list[str]:
    heading, male, female, young, old = words
    body = [
        f'"K-3039 Flå";"{sex}";"{age}";{count}'
        for sex, age, count in (
            (male, young, "1 234"),
            (male, old, "-"),
            (female, young, "1\u00a0234"),
            (female, old, "7"),
        )
    ]
    return [heading, *body]


@pytest.mark.parametrize("words", [ENGLISH, NORWEGIAN], ids=["english", "norwegian"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("title", ["", '"07459: Population, by region, age"\n\n'])
@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_every_variant_of_statbank_is_the_same_table(
    tmp_path: Path,
    words: tuple[str, ...],
    encoding: str,
    line_end: str,
    title: str,
    delimiter: str,
) -> None:
    text = title + "\n".join(rows(words)).replace(";", delimiter) + "\n"
    path = tmp_path / "table.csv"
    path.write_bytes(text.replace("\n", line_end).encode(encoding))
    frame = read_long(path).frame
    assert frame["region"].unique().tolist() == ["3039"]
    assert frame["region_name"].unique().tolist() == ["Flå"]
    assert frame["sex"].tolist() == ["male", "male", "female", "female"]
    assert frame["year"].unique().tolist() == [2020]
    np.testing.assert_array_equal(frame["value"], [1234, np.nan, 1234, 7])
    assert frame["symbol"].tolist() == ["", "-", "", ""]
    assert frame.index.tolist() == [n + (3 if title else 1) for n in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("text", "value", "symbol"),
    [
        ("1234", 1234.0, ""),
        ("1 234 567", 1234567.0, ""),
        ("1\u00a0234", 1234.0, ""),
        ("1\u202f234,5", 1234.5, ""),
        ("0,125", 0.125, ""),
        ("-3", -3.0, ""),
        ("−3", -3.0, ""),
        ("1.5e3", 1500.0, ""),
        ("1234*", 1234.0, "*"),
        ("*", np.nan, "*"),
        (".", np.nan, "."),
        ("..", np.nan, ".."),
        ("...", np.nan, "…"),
        ("…", np.nan, "…"),
        (":", np.nan, ":"),
        ("-", np.nan, "-"),
        ("", np.nan, ""),
    ],
)
def test_figures_and_symbols(text: str, value: float, symbol: str) -> None:
    numbers = parse_numbers([text])
    np.testing.assert_equal(numbers.values[0], value)
    assert numbers.symbols == (symbol,)
    assert not numbers.faults


@pytest.mark.parametrize(
    "text", ["nan", "inf", "1_000", "0x1", "1 23", "12 3456", "1,2,3", "1e999"]
)
def test_what_is_not_a_figure_is_a_fault(text: str) -> None:
    assert list(parse_numbers([text]).faults) == [0]


def test_symbols_stay_apart_from_zero_and_from_each_other(tmp_path: Path) -> None:
    path = tmp_path / "symbols.csv"
    path.write_text(
        '"region";"2020";"2021"\n"3320 Flå";0;..\n"3322 Nesbyen";:;-\n', encoding="utf-8"
    )
    table = read_long(path)
    np.testing.assert_array_equal(table.frame["value"], [0, np.nan, np.nan, np.nan])
    assert table.frame["symbol"].tolist() == ["", "..", ":", "-"]
    assert table.frame["year"].tolist() == [2020, 2021, 2020, 2021]
    assert "1 cell without a plain figure: ':' (confidential)" in table.notes


def test_remarks_blank_lines_and_further_dimensions(tmp_path: Path) -> None:
    path = tmp_path / "tidy.csv.gz"
    text = '# SSB, table 1, a;b\nalternativ,år,Folkemengde\n\nMMMM,2024,5\n"L, lav",2025,6\n'
    path.write_bytes(gzip.compress(text.encode()))
    frame = read_long(path).frame
    assert frame["alternativ"].tolist() == ["MMMM", "L, lav"]
    assert frame["contents"].tolist() == ["Folkemengde"] * 2
    assert frame.index.tolist() == [4, 5]


def test_a_code_that_wards_share_over_time_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "wards.csv"
    path.write_text(
        '"region";"Persons 2021"\n"030110a Grorud";27\n"030110 Lambertseter (1988-2003)";0\n',
        encoding="utf-8",
    )
    table = read_long(path)
    assert table.frame["region"].tolist() == ["030110", "030110 (1988-2003)"]
    assert table.notes == (
        "1 ended regions carry their years in the code, such as '030110 (1988-2003)'",
    )


texts = st.text("abcæøåÆØÅ (-.", min_size=1, max_size=12).map(str.strip).filter(bool)


@given(
    counts=st.lists(st.one_of(st.none(), st.integers(0, 10**7)), min_size=4, max_size=24),
    names=st.lists(texts, min_size=2, max_size=2),
    delimiter=st.sampled_from([";", "\t", ","]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "iso-8859-1"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    title=st.booleans(),
    spaces=st.sampled_from(["", " ", "\u00a0"]),
    wide=st.booleans(),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_as_statbank_is_read_back(
    tmp_path: Path,
    counts: list[int | None],
    names: list[str],
    delimiter: str,
    encoding: str,
    line_end: str,
    title: bool,
    spaces: str,
    wide: bool,
) -> None:
    half = len(counts) // 2
    cells = [[".." if n is None else f"{n:,}".replace(",", spaces) for n in counts[:half]]]
    cells.append(
        [".." if n is None else f"{n:,}".replace(",", spaces) for n in counts[half : 2 * half]]
    )
    years = [str(2000 + n) for n in range(half)]
    labels = [f'"K-33{20 + n} {name}"' for n, name in enumerate(names)]
    if wide:
        lines = [["region", *(f"Personer {year}" for year in years)]]
        lines += [[label, *row] for label, row in zip(labels, cells, strict=True)]
    else:
        lines = [["region", "år", "Personer"]]
        for label, row in zip(labels, cells, strict=True):
            lines += [[label, year, cell] for year, cell in zip(years, row, strict=True)]
    text = '"1: a, b og c"\n\n' * title + "\n".join(map(delimiter.join, lines)) + "\n"
    path = tmp_path / "written.csv"
    path.write_bytes(text.replace("\n", line_end).encode(encoding))
    frame = read_long(path).frame
    expected = [np.nan if n is None else n for n in counts[: 2 * half]]
    np.testing.assert_array_equal(frame["value"], expected)
    assert frame["year"].tolist() == [int(year) for year in years] * 2
    assert frame["region"].unique().tolist() == ["3320", "3321"]


@given(st.binary(max_size=200), st.integers(0, 150), st.integers(0, 60))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_spoilt_file_is_read_or_refused_but_never_breaks_the_reader(
    tmp_path: Path, junk: bytes, at: int, cut: int
) -> None:
    good = "\n".join(rows(NORWEGIAN)).encode()
    path = tmp_path / "spoilt.csv"
    path.write_bytes(good[:at] + junk + good[at + cut :])
    try:
        rows_read = len(read_long(path).frame)
    except InputsError as error:
        places = [problem.where for problem in error.problems]
    else:
        places = [str(path)] * rows_read
    assert places
    assert all(place.startswith(str(path)) for place in places)


@needs_shared
def test_every_table_beside_the_checkout_is_read() -> None:
    paths = [
        *(SHARED / "ssb").rglob("*.*"),
        *(SHARED / "facts").glob("*.csv"),
        *(SHARED / "un").glob("*.csv"),
    ]
    sizes = {path.name: len(read_long(path).frame) for path in paths}
    assert len(sizes) == 24
    assert sizes["07459_sex_age_2020.csv"] == 76108
    assert sizes["07459_age_2005-2009_tab.csv"] == 50456 * 5
    assert sizes["14746_oslo_sample.json"] == 150
    assert sizes["klass131_changes.csv"] == 2164


@needs_shared
def test_damaged_names_are_noted_and_codes_used() -> None:
    table = read_long(SHARED / "ssb" / "statbank" / "07459_age_2019_comma.csv")
    assert "125 names are damaged" in table.notes[0]
    assert table.frame["value"].sum() == 5328212
