from pathlib import Path

import pytest

from projector.errors import InputsError
from projector.inputs.region_changes import read_region_changes
from tests.shared import SHARED, needs_shared

TIDY = SHARED / "ssb" / "tidy"


def changes(path: Path, *rows: str, heading: str = "year,old_region,new_region,share") -> Path:
    path.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    return path


def test_the_own_shape_says_parts_and_shares(tmp_path: Path) -> None:
    path = changes(tmp_path / "c.csv", "2020,1,5,", "2024,5,6,0.25", "2024,5,7,0.75")
    found = read_region_changes(path)
    assert not found.is_key
    assert {year: list(held) for year, held in found.by_year.items()} == {2020: ["1"], 2024: ["5"]}
    assert found.by_year[2020]["1"].parts == {"5": None}
    assert found.by_year[2024]["5"].parts == {"6": 0.25, "7": 0.75}
    assert found.by_year[2024]["5"].where == f"{path}:3"


def test_shares_may_be_left_out_altogether(tmp_path: Path) -> None:
    path = changes(tmp_path / "c.csv", "2020,1,5", heading="year,old_region,new_region")
    assert read_region_changes(path).by_year[2020]["1"].parts == {"5": None}


def test_a_change_within_a_year_is_first_seen_on_the_next_1_january(tmp_path: Path) -> None:
    heading = "changeOccurred,old_code,new_code,new_label"
    rows = ("2021-01-01,1,5,Fem", "2019-07-01,2,1,En")
    found = read_region_changes(changes(tmp_path / "k.csv", *rows, heading=heading))
    assert {year: list(held) for year, held in found.by_year.items()} == {2020: ["2"], 2021: ["1"]}
    assert found.names == {"5": "Fem", "1": "En"}


WAYS = {
    "shares of some parts": (
        ("2020,1,5,0.5", "2020,1,6,"),
        "c.csv:2: the shares of 1 in 2020 are given for some of its parts only",
    ),
    "shares too small": (
        ("2020,1,5,0.5", "2020,1,6,0.4"),
        "c.csv:2: the shares of 1 in 2020 do not sum to 1 (found 0.9)",
    ),
    "two regions become one another": (
        ("2020,1,2,", "2020,2,1,"),
        "c.csv:2: 1 becomes 2 on the day that 2 becomes another (found 2 becomes 1; expected "
        "what 1 is afterwards, in rows of its own)",
    ),
    "a chain on one day": (
        ("2020,1,2,", "2020,2,3,"),
        "c.csv:2: 1 becomes 2 on the day that 2 becomes another (found 2 becomes 3; expected "
        "what 1 is afterwards, in rows of its own)",
    ),
    "the same row twice": (
        ("2020,1,2,", "2020,1,2,"),
        "c.csv:3: the same year, old_region, new_region as on line 2 (found 2020, 1, 2)",
    ),
    "a lost zero": (
        ("2020,301,302,",),
        "c.csv:2: the code has lost its leading zero, perhaps '0301' (found '301')",
    ),
}


@pytest.mark.parametrize(("rows", "message"), WAYS.values(), ids=WAYS)
def test_a_table_that_contradicts_itself_is_told_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputsError) as raised:
        read_region_changes(changes(Path("c.csv"), *rows))
    assert str(raised.value.problems[0]) == message


@pytest.mark.parametrize(
    ("heading", "row", "message"),
    [
        ("changeOccurred,old_code,new_code", "1.1.20xx,1,2", "column 'changeOccurred': not a date"),
        ("year,original,current,weighting", "2020,1,2,half", "column 'weighting': not a share"),
        ("year,original,current,weighting", "20.5,1,2,1", "column 'year': not a year"),
        ("year,original,current,weighting", "2020,,2,1", "a region code is blank"),
        ("year,old,new", "2020,1,2", "unknown column"),
    ],
)
def test_cells_that_mean_nothing_are_told_with_their_line(
    tmp_path: Path, heading: str, row: str, message: str
) -> None:
    with pytest.raises(InputsError, match=message) as raised:
        read_region_changes(changes(tmp_path / "c.csv", row, heading=heading))
    assert ".csv:" in raised.value.problems[0].where


@needs_shared
def test_klass_and_the_redistricting_key_name_the_same_divided_regions() -> None:
    klass = read_region_changes(TIDY / "klass131_changes.csv")
    key = read_region_changes(TIDY / "redistricting_2005_2026_to_2024.csv")
    assert not klass.is_key
    assert key.is_key
    divided = {
        code
        for year, changed in klass.by_year.items()
        for code, became in changed.items()
        if year >= 2018 and len(became.parts) > 1
    }
    assert divided == {"1850", "5012", "1507"}
    assert divided <= {
        code
        for held in key.by_year.values()
        for code, became in held.items()
        if len(became.parts) > 1
    }
    assert klass.names["5055"] == "Heim"
